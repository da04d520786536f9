"""Printed codes held against the vintage that a spec declares, and against each other."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.errors import CheckError
from yhovi.engine.geography import FIRST_VINTAGE, judge_vintages, load_registry
from yhovi.engine.geography.paths import identities

REGISTRY = load_registry("2023-04")
LEEDS, BARNSLEY, NEW_BARNSLEY, NEW_SHEFFIELD = "E08000035", "E08000016", "E08000038", "E08000039"
WHOLE, COUNTY = "E06000065", "E10000023"
SEVEN = tuple(f"E0700016{last}" for last in range(3, 10))
YORKSHIRE, ENGLAND = "E12000003", "E92000001"
OTHERS = ("E06000099", "W06000001", "E22000372", "E01011264", "Leeds", "")


def judged(codes: Iterable[str], declared: str = "as_published", period: str = "2021") -> tuple[str, ...]:
    return judge([(code, period) for code in codes], declared)


def judge(rows: Iterable[tuple[str, str]], declared: str = "as_published") -> tuple[str, ...]:
    by_period: dict[str, set[str]] = {}
    for code, period in rows:
        by_period.setdefault(period, set()).add(code)
    return judge_vintages(by_period, REGISTRY, declared)


# Declared --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "declared"),
    [
        ((LEEDS, *SEVEN, COUNTY, BARNSLEY), "2022-04"),
        ((LEEDS, *SEVEN), "2023-03"),
        ((LEEDS, WHOLE, BARNSLEY, YORKSHIRE, ENGLAND), "2023-04"),
        ((LEEDS, WHOLE, NEW_BARNSLEY), "2025-04"),
        ((LEEDS, LEEDS, *OTHERS), "2024-12"),
        ((LEEDS,), FIRST_VINTAGE),
        (OTHERS, "2024-12"),
        ((), "2024-12"),
    ],
)
def test_codes_of_the_declared_vintage_pass(codes: tuple[str, ...], declared: str) -> None:
    assert judged(codes, declared) == ()


REFUSED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "districts of before": (
        (LEEDS, *SEVEN, *SEVEN),
        "2023-04",
        (
            "The spec says that all area codes are of 2023-04, but 7 of 8 known codes in the source weren't valid on "
            "2023-04-01: Craven (E07000163), Hambleton (E07000164), Harrogate (E07000165), Richmondshire (E07000166), "
            "Ryedale (E07000167) and 2 more. They were valid together from 2009-04 to 2023-03: write codes: "
            "2021-04 if that is what the source says, or codes: as_published to take each for the place that it is."
        ),
    ),
    "a district of afterwards": (
        (LEEDS, WHOLE),
        "2022-04",
        (
            "The spec says that all area codes are of 2022-04, but 1 of 2 known codes in the source wasn't valid "
            "on 2022-04-01: North Yorkshire (E06000065). They were valid together from 2023-04 on: write codes: "
            "2025-04 if that is what the source says, or codes: as_published to take each for the place that it is."
        ),
    ),
    "one that got another code, beside one that hasn't": (
        (NEW_BARNSLEY, "E08000019"),
        "2023-04",
        (
            "The spec says that all area codes are of 2023-04, but 1 of 2 known codes in the source wasn't valid "
            "on 2023-04-01: Barnsley (E08000038). They were never valid all together: write codes: as_published, and "
            "each is taken for the place that it is, or keep the rows of one vintage in the recipe."
        ),
    ),
    "the county that became a district": (
        (COUNTY,),
        "2023-04",
        (
            "The spec says that all area codes are of 2023-04, but 1 of 1 known code in the source wasn't valid on "
            "2023-04-01: North Yorkshire (E10000023). They were valid together from 2009-04 to 2023-03: write codes: "
            "2021-04 if that is what the source says, or codes: as_published to take each for the place that it is."
        ),
    ),
    "a foreign district of before, beside what isn't known": (
        ("E07000026", *OTHERS, LEEDS),
        "2024-01",
        (
            "The spec says that all area codes are of 2024-01, but 1 of 2 known codes in the source wasn't valid "
            "on 2024-01-01: Allerdale (E07000026). They were valid together from 2009-04 to 2023-03: write codes: "
            "2021-04 if that is what the source says, or codes: as_published to take each for the place that it is."
        ),
    ),
}


@pytest.mark.parametrize(("codes", "declared", "said"), REFUSED.values(), ids=REFUSED)
def test_codes_of_another_vintage_stop_the_indicator(codes: tuple[str, ...], declared: str, said: str) -> None:
    with pytest.raises(CheckError) as caught:
        judged(codes, declared)
    assert str(caught.value) == said


def test_a_declared_vintage_holds_for_all_periods_together() -> None:
    rows = [(LEEDS, "2021"), (WHOLE, "2024")]
    assert judge(rows, "2023-04") == ()
    with pytest.raises(CheckError):
        judge(rows, "2021-04")


districts = st.lists(
    st.sampled_from([code for code, area in REGISTRY.areas.items() if area.level == "lad"]), min_size=1
)


@given(districts, st.sampled_from(["2009-04", "2012-04", "2020-04", "2023-03", "2023-04", "2025-04"]))
def test_what_passes_is_what_the_register_says_was_valid(codes: list[str], declared: str) -> None:
    if all(REGISTRY.areas[code].valid_in(declared) for code in codes):
        assert judged(codes, declared) == ()
        return
    with pytest.raises(CheckError) as caught:
        judged(codes, declared)
    fitting = REGISTRY.vintages(codes).fitting
    assert f"codes: {fitting[-1] if fitting else 'as_published'}" in caught.value.cure
    assert not fitting or judged(codes, fitting[-1]) == ()


# As published ----------------------------------------------------------------------------------------

ONE_PERIOD = "Area codes that never were valid together stand beside each other in 2021: "
BECAME = [f"{REGISTRY.areas[code].name} ({code}) became North Yorkshire (E06000065) on 2023-04-01" for code in SEVEN]

TOLD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "one vintage": ((LEEDS, *SEVEN, BARNSLEY), ()),
    "both codes of a place": ((LEEDS, BARNSLEY, NEW_BARNSLEY), ()),
    "the old code of one place, the new one of another": ((BARNSLEY, NEW_SHEFFIELD), ()),
    "the county and the district that it became": ((COUNTY, WHOLE), ()),
    "both, with the districts of the county": ((COUNTY, WHOLE, *SEVEN), ()),
    "nothing that is known": (OTHERS, ()),
    "nothing": ((), ()),
    "an area and a part of it": ((LEEDS, WHOLE, "E07000169"), (f"{ONE_PERIOD}{BECAME[-1]}.",)),
    "an area and its parts": ((LEEDS, WHOLE, *SEVEN), (f"{ONE_PERIOD}{'; '.join(BECAME[:5])} and 2 more.",)),
    "districts of before, beside a code of afterwards": (
        ("E07000163", NEW_SHEFFIELD),
        (),
    ),
    "districts that have nothing to do with each other": (
        ("E07000163", "E06000066"),
        (f"{ONE_PERIOD}Craven (E07000163) ended on 2023-03-31, before Somerset (E06000066) began on 2023-04-01.",),
    ),
    "a code of which another was there in time, beside one that wasn't": (
        ("E06000048", NEW_SHEFFIELD, "E07000163", "E06000066"),
        (f"{ONE_PERIOD}Craven (E07000163) ended on 2023-03-31, before Somerset (E06000066) began on 2023-04-01.",),
    ),
}


@pytest.mark.parametrize(("codes", "notes"), TOLD.values(), ids=TOLD)
def test_codes_that_never_were_valid_together_are_told(codes: tuple[str, ...], notes: tuple[str, ...]) -> None:
    assert judged(codes) == judged(reversed(codes)) == notes


def test_a_source_that_moves_to_newer_codes_from_one_period_to_the_next_is_in_order() -> None:
    assert judge([*((code, "2022") for code in SEVEN), (WHOLE, "2023"), (LEEDS, "2022"), (LEEDS, "2023")]) == ()


def test_the_periods_are_counted() -> None:
    rows = [(code, str(year)) for year in range(2015, 2018) for code in (WHOLE, "E07000163")]
    assert judge([*reversed(rows), (LEEDS, "2010")]) == (
        f"Area codes that never were valid together stand beside each other in 3 periods, the first 2015: {BECAME[0]}.",
    )


def test_the_register_begins_with_the_first_vintage() -> None:
    assert min(REGISTRY.months()) == FIRST_VINTAGE


@given(districts)
def test_what_one_vintage_has_is_never_told(codes: list[str]) -> None:
    """And what is told isn't one vintage's."""
    assert not judged(codes) or not REGISTRY.vintages(codes).fitting


@given(st.sampled_from([change for change in REGISTRY.changes if change.event == "recode"]))
def test_another_code_of_the_same_place_is_as_good(change: object) -> None:
    before, after = change.before, change.after  # type: ignore[attr-defined]
    assert after in identities(before, REGISTRY.changes)
    assert judged([before, after]) == ()
