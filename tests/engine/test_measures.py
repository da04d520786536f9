"""Units, measure types and statuses: the tables hold together, and one status is shown of several."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.measures import MEASURE_TYPES, NORMAL, REASONS, UNITS, MeasureType, Unit, primary

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
