"""Corrections: published figures that are known to be wrong, replaced, withheld or flagged as their spec says.

Each states what the source says now. Once the source says something else, it may have mended the figure: nothing is
loaded until somebody has looked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from .amendments import Correction
from .errors import CheckError
from .measures import reason
from .observations import Observed, status_of
from .periods import Period, matches

_OF_THE_VALUE = ("lower_ci", "upper_ci", "numerator", "denominator")
_CLOSE = 1e-9


def correct(observed: Observed, corrections: Iterable[Correction]) -> Observed:
    """The observations with all corrections made.

    Raises:
        CheckError: A correction's figure isn't there, or the source doesn't say any more what it expects.
    """
    frame = observed.frame.copy()
    faults = [fault for correction in corrections if (fault := _correct(frame, correction))]
    if faults:
        raise CheckError(" ".join(faults), "Look at the source: if it has mended the figure, delete the correction.")
    return replace(observed, frame=frame)


def _correct(frame: pd.DataFrame, correction: Correction) -> str:
    """Make one correction in place; a sentence where it can't be made."""
    rows = _rows(frame, correction)
    name = f"{correction.area} {correction.period}"
    if len(rows) != 1:
        found = f"{len(rows)} observations are" if len(rows) else "no observation is"
        return f"A correction is for {name}, but {found} there."
    row = rows[0]
    said: Any = frame["value"].at[row]
    if not _as_expected(said, correction.expect):
        return f"A correction of {name} expects {_shown(correction.expect)}, but the source says {_shown(said)} now."
    _change(frame, row, correction)
    return ""


def _rows(frame: pd.DataFrame, correction: Correction) -> list[Any]:
    area = (frame["area_code"] == correction.area) | (frame["source_area_code"] == correction.area)
    periods = {text for text in frame["time_period"].unique() if matches(Period.parse(text), correction.period)}
    chosen = area & frame["time_period"].isin(periods) & (frame["breakdown"] == correction.breakdown)
    return list(frame.index[chosen])


def _as_expected(said: float, expected: float | None) -> bool:
    if expected is None or math.isnan(said):
        return expected is None and math.isnan(said)
    return math.isclose(said, expected, rel_tol=_CLOSE)


def _shown(value: float | None) -> str:
    return "no number" if value is None or math.isnan(value) else f"{value:.12g}"


def _change(frame: pd.DataFrame, row: Any, correction: Correction) -> None:
    said = {*_texts(frame["status_reason"].at[row]), *_texts(frame["status_flags"].at[row])}
    reasons = _reasons(said, correction)
    if correction.action == "replace" or any(reason(name).missing for name in reasons):
        frame.loc[row, list(_OF_THE_VALUE)] = math.nan  # they belong to the figure that was wrong
        frame.loc[row, "value"] = math.nan if correction.value is None else correction.value
    status = status_of(" ".join(reasons))
    frame.loc[row, ["obs_status", "status_reason", "status_flags"]] = [status.code, status.reason, status.flags]
    note = f"Corrected here ({correction.provider}): {correction.reason}"
    frame.loc[row, "note"] = " ".join([*_texts(frame["note"].at[row]), note])


def _reasons(said: set[str], correction: Correction) -> set[str]:
    match correction.action:
        case "replace":
            return {*(name for name in said if not reason(name).missing), "corrected"}
        case "withhold":
            return {*said, "corrected", "not_available"}
        case _:
            return {*said, "corrected", *_texts(correction.status)}


def _texts(said: Any) -> list[str]:
    return said.split() if isinstance(said, str) else []
