"""Corrections: what each does to an observation, and when none may be made any more."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.amendments import Correction
from yhovi.engine.corrections import correct
from yhovi.engine.errors import CheckError
from yhovi.engine.geography import load_registry
from yhovi.engine.measures import REASONS, Measured
from yhovi.engine.observations import Observed, Subject, contract, observe

from support.properties import tried

REGISTRY = load_registry("2023-04")
LEEDS, BARNSLEY, NEW_BARNSLEY = "E08000035", "E08000016", "E08000038"
SUBJECT = Subject("S-1", Measured("count", "persons"), "lad", REGISTRY.at("lad", "E12000003"), REGISTRY, "published")
CURE = "Look at the source: if it has mended the figure, delete the correction."
CONTENT = ("value", "lower_ci", "numerator", "obs_status", "status_reason", "status_flags", "note")


def observed(**cells: Any) -> Observed:
    """Three observations, of which the first is as said."""
    plain = {"time_period": "2023-01-01/P1Y", "breakdown": "_T", "value": 5.0, "lower_ci": 4.0, "upper_ci": 6.0}
    plain |= {"numerator": 1.0, "denominator": 2.0, "status": None, "note": None}
    rows = [
        {**plain, "area": LEEDS, **cells},
        {**plain, "area": NEW_BARNSLEY},
        {**plain, "area": LEEDS, "time_period": "2022-01-01/P1Y"},
    ]
    return observe(pd.DataFrame(rows), SUBJECT)


def correction(**said: Any) -> Correction:
    plain = {"area": LEEDS, "period": "2023", "action": "replace", "expect": 5.0, "value": 7.5, "breakdown": "_T"}
    return Correction(**{**plain, "reason": "two digits were swapped", "provider": "the council", **said})


def content(found: Observed, area: str = LEEDS, period: str = "2023-01-01/P1Y") -> dict[str, Any]:
    frame = found.frame
    (row,) = frame[(frame["area_code"] == area) & (frame["time_period"] == period)].to_dict("records")
    return {name: None if pd.isna(row[name]) else row[name] for name in CONTENT}


NOTE = "Corrected here (the council): two digits were swapped"
DONE: dict[str, tuple[dict[str, Any], Correction, tuple[Any, ...]]] = {
    "replaced": ({}, correction(), (7.5, None, None, "A", None, "corrected", NOTE)),
    "replaced, with a note": ({"note": "p"}, correction(), (7.5, None, None, "A", None, "corrected", f"p {NOTE}")),
    "replaced, still provisional": (
        {"status": "provisional"},
        correction(),
        (7.5, None, None, "P", "provisional", "corrected", NOTE),
    ),
    "replaced where there was none": (
        {"value": math.nan, "status": "suppressed"},
        correction(expect=None),
        (7.5, None, None, "A", None, "corrected", NOTE),
    ),
    "withheld": (
        {},
        correction(action="withhold", value=None),
        (None, None, None, "O", "not_available", "corrected", NOTE),
    ),
    "flagged": (
        {},
        correction(action="flag", value=None, status="series_break"),
        (5.0, 4.0, 1.0, "B", "series_break", "corrected", NOTE),
    ),
    "flagged as no number at all": (
        {},
        correction(action="flag", value=None, status="suppressed"),
        (None, None, None, "Q", "suppressed", "corrected", NOTE),
    ),
}


@pytest.mark.parametrize(("cells", "said", "expected"), DONE.values(), ids=DONE)
def test_a_correction_changes_one_observation(
    cells: dict[str, Any], said: Correction, expected: tuple[Any, ...]
) -> None:
    before = observed(**cells)
    after = correct(before, [said])
    assert tuple(content(after).values()) == expected
    others = before.frame[before.frame.index != before.frame.index[before.frame["value"].isin([5.0])][0]]
    assert content(after, BARNSLEY) == content(before, BARNSLEY)
    assert content(after, LEEDS, "2022-01-01/P1Y") == content(before, LEEDS, "2022-01-01/P1Y")
    assert len(others) == 2
    contract().validate(after.frame)


def test_it_finds_the_area_under_the_code_that_the_source_prints() -> None:
    after = correct(observed(), [correction(area=NEW_BARNSLEY)])
    assert content(after, BARNSLEY)["value"] == 7.5


def test_what_came_in_is_left_as_it_was() -> None:
    before = observed()
    correct(before, [correction()])
    assert content(before)["value"] == 5.0


REFUSED: dict[str, tuple[Correction, str]] = {
    "mended": (correction(expect=4.9), "A correction of E08000035 2023 expects 4.9, but the source says 5 now."),
    "there now": (
        correction(expect=None),
        "A correction of E08000035 2023 expects no number, but the source says 5 now.",
    ),
    "gone": (correction(period="2019"), "A correction is for E08000035 2019, but no observation is there."),
    "of another area": (
        correction(area="E09000001"),
        "A correction is for E09000001 2023, but no observation is there.",
    ),
    "of another breakdown": (
        correction(breakdown="M"),
        "A correction is for E08000035 2023, but no observation is there.",
    ),
}


@pytest.mark.parametrize(("said", "message"), REFUSED.values(), ids=REFUSED)
def test_a_correction_that_nobody_needs_any_more_stops_the_load(said: Correction, message: str) -> None:
    with pytest.raises(CheckError) as raised:
        correct(observed(), [correction(), said] if said.area == LEEDS and said.expect == 5.0 else [said])
    assert (raised.value.message, raised.value.cure) == (message, CURE)


def test_all_of_them_are_told_at_once() -> None:
    with pytest.raises(CheckError) as raised:
        correct(observed(), [REFUSED["mended"][0], REFUSED["gone"][0]])
    assert raised.value.message == f"{REFUSED['mended'][1]} {REFUSED['gone'][1]}"


def test_a_missing_number_isnt_the_number_that_was_expected() -> None:
    with pytest.raises(CheckError) as raised:
        correct(observed(value=math.nan, status="suppressed"), [correction()])
    assert raised.value.message == "A correction of E08000035 2023 expects 5, but the source says no number now."


@tried(100)
@given(
    st.sampled_from(["replace", "withhold", "flag"]),
    st.sets(st.sampled_from(sorted(REASONS))),
    st.sampled_from(sorted(REASONS)),
)
def test_whatever_is_corrected_keeps_the_contract(action: Any, reasons: set[str], status: str) -> None:
    before = observed(status=" ".join(sorted(reasons)) or None)
    value = content(before)["value"]
    said = correction(action=action, expect=value, value=1.0 if action == "replace" else None, status=status)
    contract().validate(correct(before, [said]).frame)
