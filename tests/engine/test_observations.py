"""From a recipe's cells to observations: areas, statuses, repeats, and the contract of the canonical frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from yhovi.engine.errors import CheckError
from yhovi.engine.geography import Registry, load_registry
from yhovi.engine.measures import REASONS, Measured
from yhovi.engine.observations import COLUMNS, KEY, Observed, Subject, contract, key_text, observe

from support.properties import tried

REGISTRY = load_registry("2023-04")
LEEDS, BARNSLEY, NEW_BARNSLEY = "E08000035", "E08000016", "E08000038"
NORTH_YORKSHIRE, COUNTY, CRAVEN = "E06000065", "E10000023", "E07000163"
REGION, ENGLAND = "E12000003", "E92000001"

CELL: Mapping[str, Any] = {
    "area": LEEDS,
    "time_period": "2023-01-01/P1Y",
    "breakdown": "_T",
    "value": 74.1,
    "lower_ci": math.nan,
    "upper_ci": math.nan,
    "numerator": math.nan,
    "denominator": math.nan,
    "status": None,
    "note": None,
}


def subject(registry: Registry = REGISTRY, origin: str = "published") -> Subject:
    areas = (*registry.at("lad", REGION), *registry.at("region"), *registry.at("country"))
    return Subject("E-EJ-01", Measured("survey_percentage", "percent"), "lad", areas, registry, origin)


def cells(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """What a recipe leaves: one row for each, with what it doesn't say taken from ``CELL``."""
    return pd.DataFrame([{**CELL, **row} for row in rows])


def observed(*rows: Mapping[str, Any], registry: Registry = REGISTRY) -> Observed:
    return observe(cells(*rows), subject(registry))


def one(row: Mapping[str, Any], *names: str, registry: Registry = REGISTRY) -> list[Any]:
    """Those columns of the only observation that the row leads to, with None for what is missing."""
    (found,) = observed(row, registry=registry).frame.to_dict("records")
    return [None if pd.isna(found[name]) else found[name] for name in names]


def test_an_observation_has_all_columns() -> None:
    cell = {"value": 74.1, "lower_ci": 70.3, "upper_ci": 77.9, "numerator": 2.0, "denominator": 3.0, "note": "a note"}
    (found,) = observed(cell).frame.to_dict("records")
    assert found == {
        "indicator_id": "E-EJ-01",
        "area_code": LEEDS,
        "area_vintage": "2023-04",
        "area_level": "lad",
        "source_area_code": LEEDS,
        "time_period": "2023-01-01/P1Y",
        "period_start": "2023-01-01",
        "period_end": "2023-12-31",
        "breakdown": "_T",
        **cell,
        "unit_measure": "percent",
        "obs_status": "A",
        "status_flags": None,
        "status_reason": None,
        "origin": "published",
    }


def test_a_synthetic_input_makes_synthetic_observations() -> None:
    assert observe(cells({}), subject(origin="synthetic")).frame["origin"].tolist() == ["synthetic"]


# Areas -----------------------------------------------------------------------------------------------

PLACES = ("area_code", "source_area_code", "area_level", "area_vintage", "status_flags")
IN_2025 = load_registry("2025-05")

AREAS: dict[str, tuple[str, Registry, list[Any]]] = {
    "a district": (LEEDS, REGISTRY, [LEEDS, LEEDS, "lad", "2023-04", None]),
    "the region": (REGION, REGISTRY, [REGION, REGION, "region", "2023-04", None]),
    "the country": (ENGLAND, REGISTRY, [ENGLAND, ENGLAND, "country", "2023-04", None]),
    "a newer code": (NEW_BARNSLEY, REGISTRY, [BARNSLEY, NEW_BARNSLEY, "lad", "2023-04", "recode_2025"]),
    "an older code": (BARNSLEY, IN_2025, [NEW_BARNSLEY, BARNSLEY, "lad", "2025-05", "recode_2025"]),
    "a county that became one district": (
        COUNTY,
        REGISTRY,
        [NORTH_YORKSHIRE, COUNTY, "lad", "2023-04", "former_county"],
    ),
}


@pytest.mark.parametrize(("code", "registry", "expected"), AREAS.values(), ids=AREAS)
def test_an_area_is_known_by_the_code_of_the_target_vintage(code: str, registry: Registry, expected: list[Any]) -> None:
    assert one({"area": code}, *PLACES, registry=registry) == expected


LEFT_OUT: dict[str, tuple[list[str], int, tuple[str, ...]]] = {
    "a district of another region": (["E06000061", "E09000001", "E06000061"], 3, ()),
    "a district of another region that was merged": (["E07000026"], 1, ()),
    "a county that isn't a district": (["E11000003"], 1, ()),
    "another country": (["W92000004", "K02000001"], 2, ()),
    "names": (["Leeds", "York UA", "Leeds"], 0, ("Leeds", "York UA")),
    "a code with a note": (["E08000035 [note 1]"], 0, ("E08000035 [note 1]",)),
    "a blank": ([""], 0, ("",)),
}


@pytest.mark.parametrize(("areas", "outside", "no_codes"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_is_counted(areas: list[str], outside: int, no_codes: tuple[str, ...]) -> None:
    found = observed(*({"area": area} for area in [*areas, LEEDS]))
    assert found.frame["area_code"].tolist() == [LEEDS]
    assert (found.outside, found.no_codes, found.repeated) == (outside, no_codes, 0)


def test_a_merged_district_is_left_out_where_its_county_is_there() -> None:
    found = observed({"area": CRAVEN}, {"area": COUNTY})
    assert (found.frame["area_code"].tolist(), found.outside) == ([NORTH_YORKSHIRE], 1)


ENOUGH = [area.code for area in REGISTRY.at("lad", REGION)]

FOREIGN: dict[str, tuple[list[str], dict[str, int]]] = {
    "none": ([], {}),
    "areas of other regions": (["E09000001", "E07000026", "E10000025", "E12000001"], {}),
    "codes that are of no area": (["E06000099", "E06000099", "E07999999"], {"E06000099": 2, "E07999999": 1}),
    "kinds of area that aren't known": (["W06000001", "K02000001", "E05000001"], {}),
    "a code one character off, beside the one that is meant": (["E06000061"], {}),
}


@pytest.mark.parametrize(("areas", "foreign"), FOREIGN.values(), ids=FOREIGN)
def test_codes_of_no_area_are_named(areas: list[str], foreign: dict[str, int]) -> None:
    assert observed(*({"area": area} for area in [*ENOUGH, *areas])).foreign == foreign


def test_a_code_is_named_that_may_be_meant_for_an_area_that_is_not_there() -> None:
    """E06000061 is North Northamptonshire."""
    there = [code for code in ENOUGH if code != NORTH_YORKSHIRE]
    rows = [{"area": area} for area in [*there, "E06000061", "E06000061", "E09000001"]]
    assert observed(*rows).foreign == {"E06000061": 2}
    assert observed(*rows, {"area": CRAVEN}).foreign == {}


@pytest.mark.parametrize("text", ["e08000035", " E08000035", "E0800 0035\xa0"])
def test_a_code_with_blanks_or_in_small_letters_is_repaired(text: str) -> None:
    found = observed({"area": text})
    assert found.frame[["area_code", "source_area_code"]].values.tolist() == [[LEEDS, LEEDS]]
    said = f"1 area code was written with blanks or small letters and taken as meant: '{text}'."
    assert found.notes == (said,)


def test_codes_that_never_were_valid_together_are_told() -> None:
    told = (
        "Area codes that never were valid together stand beside each other in 2023-01-01/P1Y: "
        "Craven (E07000163) became North Yorkshire (E06000065) on 2023-04-01."
    )
    rows = ({"area": NORTH_YORKSHIRE.lower()}, {"area": CRAVEN})
    repaired = "1 area code was written with blanks or small letters and taken as meant: 'e06000065'."
    assert observed(*rows, {}).notes == (repaired, told)
    assert observed(rows[0], {**rows[1], "time_period": "2022-01-01/P1Y"}).notes == (repaired,)


def test_codes_of_another_vintage_than_the_declared_one_give_nothing() -> None:
    said = (
        "The spec says that all area codes are of 2023-04, but 1 of 2 known codes in the source wasn't valid on "
        "2023-04-01: Craven (E07000163)."
    )
    with pytest.raises(CheckError) as caught:
        observe(cells({}, {"area": CRAVEN}), replace(subject(), codes="2023-04"))
    assert caught.value.message == said
    same = [
        observe(cells({}, {"area": CRAVEN}), replace(subject(), codes=said)) for said in ("2022-04", "as_published")
    ]
    assert_frame_equal(same[0].frame, same[1].frame)


def test_an_area_that_is_missing_is_no_code() -> None:
    assert observed({"area": None}).no_codes == ("",)


# Periods ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2023-04-01/P1Y", "2023-04-01", "2024-03-31"),
        ("2024-02-01/P1M", "2024-02-01", "2024-02-29"),
        ("2020-01-01/P3Y", "2020-01-01", "2022-12-31"),
        ("2020-01-01/P18M", "2020-01-01", "2021-06-30"),
    ],
)
def test_a_period_has_a_start_and_an_end(period: str, start: str, end: str) -> None:
    assert one({"time_period": period}, "time_period", "period_start", "period_end") == [period, start, end]


# Statuses --------------------------------------------------------------------------------------------

SHOWN = ("value", "lower_ci", "upper_ci", "obs_status", "status_reason", "status_flags")
MISSING, THERE = math.nan, {"lower_ci": 70.3, "upper_ci": 77.9}

STATUSES: dict[str, tuple[Mapping[str, Any], list[Any]]] = {
    "a number": (THERE, [74.1, 70.3, 77.9, "A", None, None]),
    "zero": ({"value": 0.0}, [0.0, None, None, "A", None, None]),
    "provisional": (
        {"status": "provisional"},
        [74.1, None, None, "P", "provisional", None],
    ),
    "provisional and unreliable": (
        {**THERE, "status": "provisional unreliable"},
        [74.1, 70.3, 77.9, "U", "unreliable", "provisional"],
    ),
    "said twice, in another order": (
        {"status": "unreliable provisional unreliable"},
        [74.1, None, None, "U", "unreliable", "provisional"],
    ),
    "provisional, under a newer code": (
        {"area": NEW_BARNSLEY, "status": "provisional unreliable"},
        [74.1, None, None, "U", "unreliable", "provisional recode_2025"],
    ),
    "an imputed one under a newer code": (
        {"area": NEW_BARNSLEY, "status": "imputed series_break unreliable"},
        [74.1, None, None, "U", "unreliable", "imputed recode_2025 series_break"],
    ),
    "blank": ({"value": MISSING}, [None, None, None, "O", "not_available", None]),
    "blank, with limits": ({**THERE, "value": MISSING}, [None, None, None, "O", "not_available", None]),
    "blank and provisional": (
        {"value": MISSING, "status": "provisional"},
        [None, None, None, "O", "not_available", "provisional"],
    ),
    "suppressed": ({"value": MISSING, "status": "suppressed"}, [None, None, None, "Q", "suppressed", None]),
    "suppressed, with a number": (
        {**THERE, "value": 3.0, "status": "suppressed"},
        [None, None, None, "Q", "suppressed", None],
    ),
    "suppressed and provisional, with a number": (
        {"value": 0.0, "status": "provisional suppressed"},
        [None, None, None, "Q", "suppressed", "provisional"],
    ),
    "two reasons of one letter": (
        {"value": MISSING, "status": "too_unreliable_to_publish suppressed"},
        [None, None, None, "Q", "suppressed", "too_unreliable_to_publish"],
    ),
    "not published here": (
        {"value": MISSING, "status": "not_published_at_this_level"},
        [None, None, None, "O", "not_published_at_this_level", None],
    ),
}


@pytest.mark.parametrize(("cell", "expected"), STATUSES.values(), ids=STATUSES)
def test_a_status_says_one_thing_first(cell: Mapping[str, Any], expected: list[Any]) -> None:
    assert one(cell, *SHOWN) == expected


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_letter(reason: str) -> None:
    """And is named as the reason, unless it leaves the observation a normal one: then it is a flag."""
    value, code = MISSING if REASONS[reason].missing else 1.0, REASONS[reason].code
    told = [None, reason] if code == "A" else [reason, None]
    names = ("obs_status", "status_reason", "status_flags")
    assert one({"value": value, "status": reason}, *names) == [code, *told]


# Repeats ---------------------------------------------------------------------------------------------


def test_rows_that_say_the_same_are_one_observation() -> None:
    """Fingertips prints England once for every region."""
    found = observed({"area": ENGLAND}, {}, {"area": ENGLAND}, {"area": ENGLAND})
    assert (found.frame["area_code"].tolist(), found.repeated) == ([LEEDS, ENGLAND], 2)


DIFFERING: dict[str, Mapping[str, Any]] = {
    "the value": {"value": 74.2},
    "a limit": {"lower_ci": 1.0},
    "the denominator": {"denominator": 1.0},
    "the status": {"status": "provisional"},
    "the note": {"note": "revised"},
}


@pytest.mark.parametrize("other", DIFFERING.values(), ids=DIFFERING)
def test_rows_that_differ_stay_to_be_found(other: Mapping[str, Any]) -> None:
    found = observed({}, other, {})
    assert (len(found.frame), found.repeated) == (2, 1)
    assert found.frame.duplicated(list(KEY), keep=False).all()


def test_an_area_printed_under_both_codes_is_one_observation() -> None:
    """That of the target vintage is kept, wherever it stands."""
    rows = ({"area": NEW_BARNSLEY}, {"area": BARNSLEY})
    for found in (observed(*rows), observed(*reversed(rows))):
        assert found.frame[["source_area_code", "status_flags"]].values.tolist() == [[BARNSLEY, None]]
        assert found.repeated == 1


def test_an_area_printed_under_both_codes_with_different_values_stays_to_be_found() -> None:
    found = observed({"area": NEW_BARNSLEY}, {"area": BARNSLEY, "value": 1.0})
    assert (found.frame["area_code"].tolist(), found.repeated) == ([BARNSLEY, BARNSLEY], 0)


def test_the_rows_of_origin_are_carried() -> None:
    found = observed({"area": ENGLAND, "_row": "3"}, {"_row": "2"}, {"area": ENGLAND, "_row": "4"})
    assert found.frame[["area_code", "_row"]].values.tolist() == [[LEEDS, "2"], [ENGLAND, "3"]]


# The contract ----------------------------------------------------------------------------------------

TYPES = {
    **dict.fromkeys(COLUMNS, "str"),
    **dict.fromkeys(("value", "lower_ci", "upper_ci", "numerator", "denominator"), "float64"),
    **dict.fromkeys(("status_flags", "status_reason", "note"), "object"),
}

FRAMES = {
    "a full one": cells({"note": "a note", "status": "provisional"}, {"area": ENGLAND}),
    "nothing but missing values": cells({"value": None, "lower_ci": None, "numerator": None}),
    "no rows": cells({})[:0],
    "no rows and no types": cells({})[:0].astype(object),
    "all of other areas": cells({"area": "E09000001"}),
    "texts as Arrow has them": cells({}).astype(dict.fromkeys(("area", "status", "note"), "str")),
    "what is missing as a number": cells({}).astype(dict.fromkeys(("status", "note"), float)),
}


@pytest.mark.parametrize("given", FRAMES.values(), ids=FRAMES)
def test_the_types_are_always_the_same(given: pd.DataFrame) -> None:
    frame = observe(given, subject()).frame
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert list(frame.index) == list(range(len(frame)))


CURE = "Look at the recipe's last steps: each column has to hold what its name says."

CROSSED, INFINITE = "a lower limit must not be above the upper one", "a number must be finite"

BROKEN: dict[str, tuple[tuple[Mapping[str, Any], ...], str]] = {
    "a lower limit above the upper one": (
        ({"lower_ci": 80.0, "upper_ci": 70.0},),
        f"{CROSSED} (1 row: E08000035 2023-01-01/P1Y)",
    ),
    "several of them": (
        ({"lower_ci": 80.0, "upper_ci": 70.0}, {"lower_ci": 80.0, "upper_ci": 70.0, "breakdown": "F"}),
        f"{CROSSED} (2 rows, the first E08000035 2023-01-01/P1Y F)",
    ),
    "an infinite value": (
        ({"value": math.inf},),
        f"value: {INFINITE} (1 row: E08000035 2023-01-01/P1Y)",
    ),
    "an infinite denominator": (
        ({}, {"area": ENGLAND, "denominator": -math.inf}),
        f"denominator: {INFINITE} (1 row: E92000001 2023-01-01/P1Y)",
    ),
    "all at once": (
        ({"lower_ci": math.inf, "upper_ci": 70.0},),
        f"{CROSSED} (1 row: E08000035 2023-01-01/P1Y); lower_ci: {INFINITE} (1 row: E08000035 2023-01-01/P1Y)",
    ),
}


@pytest.mark.parametrize(("rows", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_contract_is_refused(rows: tuple[Mapping[str, Any], ...], said: str) -> None:
    with pytest.raises(CheckError) as raised:
        observed(*rows)
    assert str(raised.value) == f"The observations break their contract: {said}. {CURE}"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ((LEEDS, "2023-01-01/P1Y", "_T"), "E08000035 2023-01-01/P1Y"),
        ((LEEDS, "2023-01-01/P1Y", "F"), "E08000035 2023-01-01/P1Y F"),
    ],
)
def test_a_key_is_told_without_the_total(key: tuple[str, str, str], text: str) -> None:
    assert key_text(*key) == text


# Any mix ---------------------------------------------------------------------------------------------

INSIDE = {LEEDS: LEEDS, BARNSLEY: BARNSLEY, NEW_BARNSLEY: BARNSLEY, COUNTY: NORTH_YORKSHIRE, ENGLAND: ENGLAND}
OUTSIDE, NO_CODES = ("E09000001", "E07000026"), ("Leeds", "")
numbers = st.sampled_from([None, 0.0, 1.5, -2.0])

rows = st.fixed_dictionaries(
    {
        "area": st.sampled_from([*INSIDE, *OUTSIDE, *NO_CODES]),
        "time_period": st.sampled_from(["2022-01-01/P1Y", "2023-01-01/P1Y"]),
        "breakdown": st.sampled_from(["_T", "F"]),
        "value": numbers,
        "numerator": numbers,
        "status": st.sets(st.sampled_from([*REASONS]), max_size=3).map(lambda names: " ".join(sorted(names)) or None),
        "note": st.sampled_from([None, "a note"]),
    }
)
mixes = st.lists(rows, min_size=1, max_size=25)


quick = tried(60)


def content(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a row an observation of its own."""
    names = (row["status"] or "").split()
    explained = any(REASONS[name].missing for name in names)
    value = None if explained else row["value"]
    reasons = frozenset(names if explained or value is not None else [*names, "not_available"])
    key = (INSIDE[row["area"]], row["time_period"], row["breakdown"])
    suppressed = any(REASONS[name].code == "Q" for name in names)
    return (*key, value, None if suppressed else row["numerator"], reasons, row["note"])


@quick
@given(mixes)
def test_every_row_becomes_an_observation_or_is_counted(mix: list[dict[str, Any]]) -> None:
    found = observed(*mix)
    inside = [row for row in mix if row["area"] in INSIDE]
    assert len(found.frame) == len({content(row) for row in inside})
    assert found.repeated == len(inside) - len(found.frame)
    assert found.outside == sum(row["area"] in OUTSIDE for row in mix)
    assert set(found.no_codes) == {row["area"] for row in mix} & {*NO_CODES}


@quick
@given(mixes)
def test_a_value_is_missing_just_where_a_reason_says_so(mix: list[dict[str, Any]]) -> None:
    frame = contract().validate(observed(*mix).frame)
    for value, reason, status in zip(frame["value"], frame["status_reason"], frame["obs_status"], strict=True):
        assert pd.isna(value) == (reason is not None and REASONS[reason].missing)
        assert (reason is None) == (status == "A")


@quick
@given(mixes.flatmap(lambda mix: st.tuples(st.just(mix), st.permutations(mix))))
def test_the_order_of_rows_makes_no_difference(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    first, second = (observed(*mix) for mix in both)
    assert_frame_equal(first.frame, second.frame)
    assert (first.outside, first.no_codes, first.repeated) == (second.outside, second.no_codes, second.repeated)


GROUPS = {
    "E22000372": (NORTH_YORKSHIRE, "from_csp"),
    "E22000371": ("E06000014", "from_csp"),
    "E22000259": (BARNSLEY, "from_csp"),
}


@pytest.mark.parametrize("code", GROUPS)
def test_a_group_that_is_exactly_one_district_stands_for_it(code: str) -> None:
    assert tuple(one({"area": code}, "area_code", "status_flags")) == GROUPS[code]


def test_a_group_of_several_districts_stands_for_none() -> None:
    found = observed({"area": "E23000009"}, {})
    assert (len(found.frame), found.outside) == (1, 1)
