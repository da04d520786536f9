"""Units, measure types and statuses: the tables hold together, units multiply, and one status is shown of several."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.measures import (
    MEASURE_TYPES,
    NORMAL,
    REASONS,
    UNITS,
    Measured,
    MeasureType,
    Quantity,
    Unit,
    comparable,
    primary,
    quantity,
    unit_of,
)

CODES = sorted({reason.code for reason in REASONS.values()} | {NORMAL})


@pytest.mark.parametrize("measure", MEASURE_TYPES.values(), ids=MEASURE_TYPES)
def test_a_measure_type_allows_units_that_there_are(measure: MeasureType) -> None:
    assert measure.units
    assert set(measure.units) <= UNITS.keys()
    assert len(set(measure.units)) == len(measure.units)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_unit_is_of_use_and_has_a_scale(unit: Unit) -> None:
    assert unit.scale > 0
    assert unit.title
    assert any(unit.name in measure.units for measure in MEASURE_TYPES.values())


@pytest.mark.parametrize(
    ("over_areas", "names"),
    [
        ("sum", ["count", "amount"]),
        ("rederive", ["proportion", "crude_rate", "ratio"]),
        (
            "refuse",
            ["standardised_rate", "mean", "median", "index", "score", "survey_percentage", "modelled"],
        ),
    ],
)
def test_only_counts_and_amounts_sum(over_areas: str, names: list[str]) -> None:
    assert [measure.name for measure in MEASURE_TYPES.values() if measure.over_areas == over_areas] == names


@pytest.mark.parametrize(
    ("name", "scale"),
    [("percent", 0.01), ("per_100000", 1e-5), ("thousand", 1e3), ("gbp_million", 1e6), ("kilotonnes", 1e3)],
)
def test_a_scale_says_how_many_base_units_one_is(name: str, scale: float) -> None:
    assert UNITS[name].scale == scale


@pytest.mark.parametrize(
    ("above", "below", "unit"),
    [
        ("kilotonnes", "thousand", "tonnes_per_person"),
        ("tonnes", "thousand", "kg_per_person"),
        ("gbp_million", "thousand", "gbp_thousand_per_person"),
        ("gbp_million", "count", "1000000 gbp / count"),
        ("gbp", "persons", "gbp_per_person"),
        ("gbp_thousand", "gbp_thousand_per_person", "count"),
        ("count", "persons", "fraction"),
        ("count", "thousand", "per_1000"),
        ("thousand", "count", "1000 fraction"),
        ("percent", "fraction", "percent"),
        ("percent", "count", "0.01 fraction / count"),
        ("persons", "km2", "persons_per_km2"),
        ("km2", "km", "km"),
        ("kg", "hectares", "1e-07 tonnes / metres^2"),
        ("gbp", "hours", "gbp_per_hour"),
        ("mwh", "count", "mwh_per_household"),
        ("index", "index", "fraction"),
        ("index", "score", "index / score"),
        ("gbp", "1000000 kwh / count^2", "1e-06 count^2 * gbp / kwh"),
    ],
)
def test_a_unit_over_another_is_a_unit(above: str, below: str, unit: str) -> None:
    assert unit_of(quantity(above) / quantity(below)) == unit


@pytest.mark.parametrize(
    ("one", "other"), [("count", "persons"), ("fraction", "ratio"), ("gbp_per_person", "gbp_per_job")]
)
def test_of_two_units_that_are_one_quantity_the_first_names_it(one: str, other: str) -> None:
    assert quantity(one) == quantity(other)
    assert unit_of(quantity(other)) == one
    assert list(UNITS).index(one) < list(UNITS).index(other)


def test_every_dimension_has_a_base_unit() -> None:
    bases = {unit.dimension for unit in UNITS.values() if unit.scale == 1}
    used = {name for unit in UNITS.values() for name, _ in quantity(unit.name).dimensions}
    assert used <= bases


@pytest.mark.parametrize(
    "text",
    ["", "per cent", "Percent", "percent ", "%", "percent /", "count / nothing", "count^0", "1.5", "x count", "None"],
)
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no unit"):
        quantity(text)


def test_only_one_dimension_converts() -> None:
    assert quantity("percent").converts_to(quantity("per_100000"))
    assert quantity("kg_per_person").converts_to(quantity("tonnes_per_person"))
    assert not quantity("percent").converts_to(quantity("count"))
    assert not quantity("gbp").converts_to(quantity("gbp_per_person"))
    assert not quantity("years").converts_to(quantity("hours"))


def test_reckoning_leaves_no_trace() -> None:
    percent, third = quantity("percent"), Quantity((("count", 1),), 1 / 3)
    assert percent.scaled(1 / 3).scaled(3) == percent
    assert third / third == quantity("fraction")
    assert third * Quantity((("count", -1),), 3) == Quantity()
    assert quantity("thousand") != quantity("count")
    assert percent != "percent"
    assert len({percent, percent.scaled(1 / 3).scaled(3)}) == 1


units = st.sampled_from(list(UNITS))
quantities = st.lists(units, min_size=1, max_size=4).map(
    lambda names: [quantity(name) if place % 2 else quantity(name).inverse for place, name in enumerate(names)]
)


def product(parts: Sequence[Quantity]) -> Quantity:
    whole = Quantity()
    for part in parts:
        whole *= part
    return whole


@given(quantities)
def test_a_quantity_is_read_back_from_its_name(parts: Sequence[Quantity]) -> None:
    assert quantity(unit_of(product(parts))) == product(parts)


@given(quantities, st.randoms())
def test_the_order_of_a_product_does_not_matter(parts: list[Quantity], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert product(shuffled) == product(parts)
    assert product(parts) / product(parts) == quantity("fraction")
    assert product(parts).inverse.inverse == product(parts)


@given(units, units, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_what_a_number_means_does_not_depend_on_its_unit(one: str, other: str, above: float, below: float) -> None:
    """A number of a unit is so many base units: dividing numbers and dividing what they mean come to the same."""
    over = quantity(one) / quantity(other)
    meant = (above * UNITS[one].scale) / (below * UNITS[other].scale)
    assert above / below * over.scale == pytest.approx(meant, rel=1e-9)
    times = quantity(one) * quantity(other)
    assert above * below * times.scale == pytest.approx(above * UNITS[one].scale * below * UNITS[other].scale, rel=1e-9)
    # a number ten times as large of the same thing is in a unit a tenth as large
    assert (above * 10) * quantity(one).scaled(0.1).scale == pytest.approx(above * UNITS[one].scale, rel=1e-9)


@pytest.mark.parametrize("registry", [UNITS, MEASURE_TYPES, REASONS], ids=["units", "types", "reasons"])
def test_what_is_registered_has_the_name_it_is_found_by(registry: dict[str, Unit | MeasureType]) -> None:
    assert [thing.name for thing in registry.values()] == list(registry)


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        ([], "A"),
        (["A"], "A"),
        (["A", "P"], "P"),
        (["P", "U"], "U"),
        (["P", "E"], "E"),
        (["B", "P"], "B"),
        (["U", "Q", "P"], "Q"),
        (["O", "Q"], "Q"),
        (["M", "Q", "L", "O"], "M"),
    ],
)
def test_the_gravest_status_is_shown(codes: list[str], shown: str) -> None:
    assert primary(codes) == shown


def test_no_number_is_graver_than_any_number() -> None:
    missing = {reason.code for reason in REASONS.values() if reason.missing}
    present = {reason.code for reason in REASONS.values() if not reason.missing} | {NORMAL}
    assert missing.isdisjoint(present)
    assert all(primary([gone, there]) == gone for gone in missing for there in present)


@given(st.lists(st.sampled_from(CODES)))
def test_every_code_has_its_place_and_the_shown_one_is_among_them(codes: Sequence[str]) -> None:
    assert primary(codes) in {*codes, NORMAL}


@given(st.lists(st.sampled_from(CODES)).flatmap(lambda codes: st.tuples(st.just(codes), st.permutations(codes))))
def test_the_order_of_statuses_does_not_matter(orders: tuple[list[str], list[str]]) -> None:
    codes, others = orders
    assert primary(codes) == primary(others) == primary([*codes, *others])


@given(st.lists(st.sampled_from(CODES)), st.lists(st.sampled_from(CODES)))
def test_showing_one_of_the_shown_is_showing_one_of_all(some: list[str], others: list[str]) -> None:
    assert primary([primary(some), primary(others)]) == primary([*some, *others])
    assert primary([primary(some)]) == primary(some)


SAME_NUMBER = {
    "the same": ("survey_percentage", "percent", "survey_percentage", "percent", True),
    "types that say the same of a share": ("survey_percentage", "percent", "proportion", "fraction", True),
    "units of another scale": ("amount", "gbp_million", "amount", "gbp_thousand", True),
    "a count of people": ("count", "persons", "count", "thousand", True),
    "a count as an amount": ("count", "count", "amount", "gbp", False),
    "a mean as what is per head": ("mean", "gbp_per_person", "ratio", "gbp_thousand_per_person", True),
    "a median as a mean": ("median", "gbp", "mean", "gbp", False),
    "a standardised rate as a crude one": ("standardised_rate", "per_100000", "crude_rate", "per_100000", False),
    "modelled as whatever it models": ("modelled", "years", "median", "years", True),
    "other units": ("mean", "years", "mean", "hours", False),
    "a count as a rate": ("count", "count", "crude_rate", "per_1000", False),
}


@pytest.mark.parametrize(("kind", "unit", "other_kind", "other_unit", "same"), SAME_NUMBER.values(), ids=SAME_NUMBER)
def test_which_numbers_can_be_one(kind: str, unit: str, other_kind: str, other_unit: str, same: bool) -> None:
    one, other = Measured(kind, unit), Measured(other_kind, other_unit)
    assert comparable(one, other) is comparable(other, one) is same
