"""The canonical frame: what a recipe's cells become once areas, periods and statuses are settled.

One row is one observation; the columns are SDMX's terms in lower case where it has one. ``SCHEMA`` is the contract of
the frame, and everything after this room may rely on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

from .errors import CheckError
from .geography import Area, Place, Registry, is_code
from .measures import NORMAL, REASONS, SUPPRESSED, primary, reason
from .periods import Period

KEY = ("area_code", "time_period", "breakdown")
TOTAL = "_T"

_STATUS = ("obs_status", "status_reason", "status_flags")
_NUMBERS = ("value", "lower_ci", "upper_ci", "numerator", "denominator")
_EXAMPLES = 5

_text = pa.Column(str)
_maybe_text = pa.Column(object, nullable=True)
_number = pa.Column(float, pa.Check(np.isfinite, name="a number must be finite"), nullable=True)
_day = pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"))

SCHEMA = pa.DataFrameSchema(
    {
        "indicator_id": _text,
        "area_code": pa.Column(str, pa.Check.str_matches(r"^[EWSNKJ][0-9]{8}$")),
        "area_vintage": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}$")),
        "area_level": _text,
        "source_area_code": _text,
        "time_period": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}/P[0-9]+[YMD]$")),
        "period_start": _day,
        "period_end": _day,
        "breakdown": _text,
        **dict.fromkeys(_NUMBERS, _number),
        "unit_measure": _text,
        "obs_status": pa.Column(str, pa.Check.isin(sorted({NORMAL, *(reason.code for reason in REASONS.values())}))),
        "status_flags": _maybe_text,
        "status_reason": _maybe_text,
        "note": _maybe_text,
        "origin": pa.Column(str, pa.Check.isin(["published", "synthetic"])),
    },
    checks=[
        pa.Check(
            lambda frame: frame["value"].notna() | frame["status_reason"].notna(),
            name="a missing value must have a reason",
        ),
        pa.Check(
            lambda frame: ~(frame["lower_ci"] > frame["upper_ci"]),
            name="a lower limit must not be above the upper one",
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the observations are about: the indicator, its unit, the areas wanted, and where the figures come from."""

    indicator_id: str
    unit: str
    areas: Sequence[Area]
    registry: Registry
    origin: str


@dataclass(frozen=True, slots=True)
class Observed:
    """The canonical frame, and what was left out of it: rows of other areas, texts that are no area codes, repeats."""

    frame: pd.DataFrame
    outside: int
    no_codes: tuple[str, ...]
    repeated: int


def observe(cells: pd.DataFrame, subject: Subject) -> Observed:
    """Settle areas, periods and statuses of what a recipe gave.

    Args:
        cells: The columns that the step ``observe`` leaves.
        subject: What they are about.

    Raises:
        CheckError: The result breaks the contract of the canonical frame.
    """
    printed = cells["area"].fillna("")
    placed = _placed(printed, subject)
    inside = placed["area_code"].notna()
    frame = pd.concat([cells[inside], placed[inside]], axis="columns")
    frame = _statuses(_periods(frame))
    frame = frame.assign(indicator_id=subject.indicator_id, unit_measure=subject.unit, origin=subject.origin)
    distinct = _area_flags(_distinct(frame))
    carried = [name for name in cells.columns if name.startswith("_")]
    return Observed(
        frame=_validated(distinct[[*SCHEMA.columns, *carried]]),
        outside=int((~inside & _each(printed, is_code)).sum()),
        no_codes=tuple(sorted({text for text in printed[~inside] if not is_code(text)})),
        repeated=len(frame) - len(distinct),
    )


def key_text(area_code: str, time_period: str, breakdown: str) -> str:
    """An observation's key as a reader is told it; that it is of everybody goes without saying.

    >>> key_text("E08000035", "2023-01-01/P1Y", "_T")
    'E08000035 2023-01-01/P1Y'
    """
    return " ".join([area_code, time_period, *([breakdown] if breakdown != TOTAL else [])])


def _each(texts: pd.Series[Any], tell: Callable[[str], Any]) -> pd.Series[Any]:
    """What ``tell`` says of each text, asked once for equal ones: columns are long and hold few different texts."""
    places, different = pd.factorize(texts)
    told = pd.Series([tell(text) for text in different], dtype=object)
    return told.take(places).set_axis(texts.index)


def _placed(printed: pd.Series[str], subject: Subject) -> pd.DataFrame:
    """For each printed code the area of the target vintage that it stands for, if that is wanted."""
    wanted = {area.code for area in subject.areas}
    places = {code: place for code in printed.unique() if (place := subject.registry.place(code))}
    places = {code: place for code, place in places.items() if place.area.code in wanted}

    def told(tell: Callable[[Place], str]) -> pd.Series[Any]:
        return _each(printed, lambda code: tell(places[code]) if code in places else None)

    return pd.DataFrame(
        {
            "area_code": told(lambda place: place.area.code),
            "area_level": told(lambda place: place.area.level),
            "area_flag": told(lambda place: place.flag),
            "source_area_code": printed,
            "area_vintage": subject.registry.vintage,
        }
    )


def _periods(frame: pd.DataFrame) -> pd.DataFrame:
    said = frame["time_period"]
    return frame.assign(
        period_start=_each(said, lambda text: Period.parse(text).start.isoformat()),
        period_end=_each(said, lambda text: Period.parse(text).end.isoformat()),
    )


def _statuses(frame: pd.DataFrame) -> pd.DataFrame:
    """One primary status, its reason, and the rest as flags; a value said to be missing is none."""
    said = frame["status"].astype(object).fillna("")
    unexplained = frame["value"].isna() & ~_each(said, _says_missing).astype(bool)
    said = said.mask(unexplained, said + " not_available")
    missing, suppressed = (_each(said, says).astype(bool) for says in (_says_missing, _says_suppressed))
    shown = {name: frame[name].mask(missing).astype(float) for name in ("value", "lower_ci", "upper_ci")}
    shown["numerator"] = frame["numerator"].mask(suppressed).astype(float)  # it would tell the value
    note = frame["note"].astype(object)
    return frame.assign(
        **shown,
        obs_status=_each(said, lambda reasons: status_of(reasons).code),
        status_reason=_each(said, lambda reasons: status_of(reasons).reason),
        status_flags=_each(said, lambda reasons: status_of(reasons).flags),
        note=note.where(note.notna(), None),
    )


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations in the order of their keys, each once.

    Sources repeat rows (England's, once for every parent), and some print an area under its old and its new code: rows
    that differ in the printed code alone are one observation, and the target vintage's own code is the one kept.
    """
    ordered = frame.sort_values([*KEY, "area_flag", *_NUMBERS, *_STATUS, "note"], ignore_index=True)
    return ordered[~ordered.duplicated([name for name in SCHEMA.columns if name != "source_area_code"])]


def _area_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """The flags of areas among those of values, in the order of their names."""
    flags = frame["status_flags"].fillna("") + " " + frame["area_flag"]
    return frame.assign(status_flags=_each(flags, lambda text: " ".join(sorted(text.split())) or None))


def _says_missing(reasons: str) -> bool:
    return any(reason(name).missing for name in reasons.split())


def _says_suppressed(reasons: str) -> bool:
    return any(reason(name).code == SUPPRESSED for name in reasons.split())


class Status(NamedTuple):
    """SDMX's status code, the reason behind it, and flags that are independent of it."""

    code: str
    reason: str | None
    flags: str | None


def status_of(reasons: str) -> Status:
    """Status code, reason and flags of a set of reasons; what says nothing of the number itself is a flag.

    >>> status_of("provisional unreliable")
    Status(code='U', reason='unreliable', flags='provisional')
    >>> status_of("recode_2025")
    Status(code='A', reason=None, flags='recode_2025')
    """
    names = sorted(set(reasons.split()))
    code = primary(reason(name).code for name in names)
    first = next((name for name in names if reason(name).code == code != NORMAL), None)
    return Status(code, first, " ".join(name for name in names if name != first) or None)


def _validated(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.astype({**dict.fromkeys(_NUMBERS, "float64"), **_text_types()})
    try:
        return SCHEMA.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise CheckError(
            f"The observations break their contract: {_failures(errors.failure_cases, frame)}.",
            "Look at the recipe's last steps: each column has to hold what its name says.",
        ) from None


def _text_types() -> Mapping[str, Any]:
    """Text that may be missing is kept as Python objects: an all-missing column has no text type of its own."""
    texts = {name: column for name, column in SCHEMA.columns.items() if name not in _NUMBERS}
    return MappingProxyType({name: object if column.nullable else "str" for name, column in texts.items()})


def _failures(cases: pd.DataFrame, frame: pd.DataFrame) -> str:
    """Each broken rule with the number of rows that break it and the first of them, by its key."""
    of_frame = cases["schema_context"] == "DataFrameSchema"
    cases = cases.assign(rule=cases["check"].where(of_frame, cases["column"] + ": " + cases["check"]))
    broken = {str(rule): frame[frame.index.isin(rows["index"])] for rule, rows in cases.groupby("rule")}
    return "; ".join(f"{rule} ({_rows_said(rows)})" for rule, rows in list(broken.items())[:_EXAMPLES])


def _rows_said(rows: pd.DataFrame) -> str:
    key = key_text(*rows.iloc[0][list(KEY)])
    return f"1 row: {key}" if len(rows) == 1 else f"{len(rows):,} rows, the first {key}"
