"""The canonical frame: what a recipe's cells become once areas, periods and statuses are settled.

One row is one observation; the columns are SDMX's terms in lower case where it has one. ``contract`` is what holds of
the frame, and everything after this room may rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import and_
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .errors import CheckError
from .geography import AS_PUBLISHED, Area, Registry, is_code, judge_vintages, normal_code
from .measures import NORMAL, REASONS, SUPPRESSED, Measured, primary, reason
from .periods import Period
from .rebasing import FORMER, Finer, Weights, finer, rebase, to_districts
from .texts import Texts

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

KEY = ("area_code", "time_period", "breakdown")
TOTAL = "_T"

_NUMBERS = ("value", "lower_ci", "upper_ci", "numerator", "denominator")
_EXAMPLES = 5

COLUMNS = (
    *("indicator_id", "area_code", "area_vintage", "area_level", "source_area_code"),
    *("time_period", "period_start", "period_end", "breakdown"),
    *_NUMBERS,
    *("unit_measure", "obs_status", "status_flags", "status_reason", "note", "origin"),
)
_MAYBE = frozenset({"status_flags", "status_reason", "note"})
_TEXTS = tuple(name for name in COLUMNS if name not in {*_NUMBERS, *_MAYBE})
# A text that may be missing is kept as a Python object: a column in which all are has no text type of its own.
_TYPES: Mapping[str, Any] = MappingProxyType(
    {
        name: pd.api.types.pandas_dtype(kind)
        for names, kind in ((_NUMBERS, "float64"), (_TEXTS, "str"), (_MAYBE, object))
        for name in names
    }
)
_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "area_code": re.compile(r"[EWSNKJ][0-9]{8}"),
        "area_vintage": re.compile(r"[0-9]{4}-[0-9]{2}"),
        "time_period": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/P[0-9]+[YMD]"),
        "period_start": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "period_end": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "obs_status": re.compile("|".join(sorted({NORMAL, *(reason.code for reason in REASONS.values())}))),
        "origin": re.compile("published|synthetic"),
    }
)


_Rule = Callable[[pd.DataFrame], "pd.Series[bool]"]


def _are_there(frame: pd.DataFrame) -> pd.Series[bool]:
    return reduce(and_, (frame[name].notna() for name in _TEXTS))


def _are_in_form(frame: pd.DataFrame) -> pd.Series[bool]:
    fitting = (Texts(frame[name]).flagged(form.fullmatch) for name, form in _FORMS.items())
    return pd.Series(reduce(and_, fitting), index=frame.index)


def _is_finite(frame: pd.DataFrame, *, name: str) -> pd.Series[bool]:
    return frame[name].abs() != np.inf


_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        **{f"{name}: a number must be finite": partial(_is_finite, name=name) for name in _NUMBERS},
        "a text must be there": _are_there,
        "codes, periods and statuses must be in their form": _are_in_form,
        "a missing value must have a reason": lambda frame: frame["value"].notna() | frame["status_reason"].notna(),
        "a lower limit must not be above the upper one": lambda frame: ~(frame["lower_ci"] > frame["upper_ci"]),
    }
)


def contract() -> DataFrameSchema:
    """The contract of the canonical frame, as a schema that says what breaks it and where."""
    import pandera.pandas as pa  # most runs break nothing, and needn't wait for it

    return pa.DataFrameSchema(
        dict.fromkeys(_NUMBERS, pa.Column(float, nullable=True)),
        checks=[pa.Check(rule, name=name) for name, rule in _RULES.items()],
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What the observations are about: the indicator, what it measures at which level, the areas wanted, the origin.

    ``codes`` is the vintage of which all printed codes must be, or ``as_published``; ``made_from`` the level of small
    areas or partnerships of which districts are made, if the source prints those, and ``weights`` by what the figures
    of partnerships are apportioned.
    """

    indicator_id: str
    measured: Measured
    level: str
    areas: Sequence[Area]
    registry: Registry
    origin: str
    codes: str = AS_PUBLISHED
    made_from: str = ""
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The canonical frame, and what was left out of it: rows of other areas, texts that are no area codes, repeats.

    ``foreign`` counts the rows of each code that is of no area known, or is nearly that of a wanted area that isn't
    there; ``notes`` are sentences on what was repaired, and on what doesn't agree.
    """

    frame: pd.DataFrame
    outside: int
    no_codes: tuple[str, ...]
    repeated: int
    foreign: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()


def observe(cells: pd.DataFrame, subject: Subject) -> Observed:
    """Settle areas, periods and statuses of what a recipe gave.

    Args:
        cells: The columns that the step ``observe`` leaves.
        subject: What they are about.

    Raises:
        CheckError: Codes aren't of the vintage that is declared, or the result breaks the contract of the frame.
    """
    said = Texts(cells["area"].fillna(""))
    printed = Texts(pd.Series(said.replaced(normal_code), index=cells.index))
    mixed = judge_vintages(Texts(cells["time_period"]).beside(printed), subject.registry, subject.codes)
    found = finer(subject.registry, subject.made_from, [area.code for area in subject.areas])
    standing = _standings(printed.different, subject, found)
    settled = _settled(_placed(cells, printed, standing))
    distinct = _distinct(settled)
    rebased = rebase(distinct, subject.registry, subject.measured)
    made = to_districts(rebased.frame, found, subject.registry.vintage, subject.measured, subject.weights)
    # areas that were made of others come last
    frame = _canonical(made.frame if made.frame is distinct else _in_order(made.frame), subject)
    left_out = {text: count for text, count in printed.counted().items() if text not in standing}
    outside = {code: count for code, count in left_out.items() if is_code(code)}
    return Observed(
        frame=frame,
        outside=sum(outside.values()) + rebased.unused + made.unused,
        no_codes=tuple(sorted(left_out.keys() - outside.keys())),
        repeated=len(settled) - len(distinct),
        foreign=_foreign(outside, frame, subject, found.absent(frozenset(printed.different))),
        notes=(*_repairs(said.different), *mixed, *rebased.notes, *made.notes),
    )


def key_text(area_code: str, time_period: str, breakdown: str) -> str:
    """An observation's key as a reader is told it; that it is of everybody goes without saying.

    >>> key_text("E08000035", "2023-01-01/P1Y", "_T")
    'E08000035 2023-01-01/P1Y'
    """
    return " ".join([area_code, time_period, *([breakdown] if breakdown != TOTAL else [])])


class _Standing(NamedTuple):
    """What a printed code stands for among the observations: an area, the vintage of its code, and a flag."""

    area: Area
    vintage: str
    flag: str


def _standing(code: str, subject: Subject, wanted: frozenset[str], found: Finer) -> _Standing | None:
    """The wanted area of the target vintage that a code stands for, or the former area that is a part of one.

    A group of districts, such as a community safety partnership, stands for a district that is exactly as large. The
    vintage of a former area is the month in which its code was valid last. What is finer than districts stands for
    itself, until districts are made of it.
    """
    place = subject.registry.place(code)
    if place is not None:
        return _Standing(place.area, subject.registry.vintage, place.flag) if place.area.code in wanted else None
    districts = subject.registry.districts_of(code)
    if len(districts) == 1 and districts[0] in wanted:
        group = subject.registry.groups[code].area
        return _Standing(subject.registry.areas[districts[0]], subject.registry.vintage, f"from_{group.level}")
    below = found.area(code)
    if below is not None:
        return _Standing(below, subject.registry.vintage, "")
    whole = subject.registry.whole(code)
    if whole is None or whole.area.code not in wanted:
        return None
    former = subject.registry.areas[code]
    return _Standing(former, vintage_of(former), FORMER)


def vintage_of(former: Area) -> str:
    """The vintage under which the figures of an area that was merged are kept: the month in which it was valid last."""
    return former.valid_to[:7]


def _standings(printed: Iterable[str], subject: Subject, found: Finer) -> Mapping[str, _Standing]:
    """The area that each printed code stands for, if that is wanted or a part of one that is."""
    wanted = frozenset(area.code for area in subject.areas)
    return {code: standing for code in printed if (standing := _standing(code, subject, wanted, found))}


def _placed(cells: pd.DataFrame, printed: Texts, standing: Mapping[str, _Standing]) -> pd.DataFrame:
    """The rows whose codes stand for an area, with what is said of that."""

    def told(tell: Callable[[_Standing], str]) -> Any:
        return printed.replaced(lambda code: tell(standing[code]) if code in standing else None)

    placed = cells.assign(
        area_code=told(lambda one: one.area.code),
        area_level=told(lambda one: one.area.level),
        area_flag=told(lambda one: one.flag),
        source_area_code=printed.replaced(str),
        area_vintage=told(lambda one: one.vintage),
    )
    return placed if len(standing) == len(printed.different) else placed[printed.flagged(standing.__contains__)]


def _foreign(
    outside: Mapping[str, int], frame: pd.DataFrame, subject: Subject, parts: Collection[str]
) -> Mapping[str, int]:
    """How many rows there are of codes that are of no area known, or may be meant for a wanted one that isn't there.

    Of kinds of area that the register has none of (wards, areas of Wales) nothing can be said, and of small areas of
    other regions only that one of the parts that are absent has the same code but for its last figure.
    """
    there = set(frame["area_code"].unique())
    absent = [area for area in subject.areas if area.level == subject.level and area.code not in there]
    registry = subject.registry
    near = {code[:-1] for code in parts}
    known = {*registry.areas, *registry.groups}
    kinds = {code[:3] for code in known}
    return MappingProxyType(
        {
            code: rows
            for code, rows in sorted(outside.items())
            if (code[:3] in kinds and code not in known) or registry.meant(code, absent) or code[:-1] in near
        }
    )


def _repairs(said: Iterable[str]) -> Iterator[str]:
    """A sentence on the codes that were written with blanks or small letters."""
    texts = sorted(f"'{text}'" for text in said if text != normal_code(text))
    if texts:
        found = "area code was" if len(texts) == 1 else "area codes were"
        more = f" and {len(texts) - _EXAMPLES:,} more" if len(texts) > _EXAMPLES else ""
        shown = ", ".join(texts[:_EXAMPLES]) + more
        yield f"{len(texts):,} {found} written with blanks or small letters and taken as meant: {shown}."


def _settled(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers and reasons in agreement: a value said to be missing is none, and one that is missing has a reason."""
    said = frame["status"].astype(object).fillna("")
    reasons = Texts(said)
    unexplained = frame["value"].isna() & ~reasons.flagged(_says_missing)
    if unexplained.any():
        reasons = Texts(said.mask(unexplained, said + " not_available"))
    missing = reasons.flagged(_says_missing)
    gone = {"value": missing, "lower_ci": missing, "upper_ci": missing}
    gone["numerator"] = reasons.flagged(_says_suppressed)  # it would tell the value
    numbers = {name: frame[name].astype(float) for name in _NUMBERS}
    shown = {name: numbers[name].mask(where) for name, where in gone.items() if where.any()}
    note = frame["note"].astype(object)
    status = reasons.told(lambda text: " ".join(sorted(set(text.split()))))
    return frame.assign(**{**numbers, **shown}, status=status, note=note.where(note.notna(), None))


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations in the order of their keys, each once.

    Sources repeat rows (England's, once for every parent), and some print an area under its old and its new code: rows
    that differ in the printed code alone are one observation, and the target vintage's own code is the one kept.
    """
    if not frame.duplicated([*KEY]).any():
        return _in_order(frame)
    content = [*_NUMBERS, "status", "note"]
    ordered = frame.sort_values([*KEY, "area_flag", *content], ignore_index=True)
    return ordered[~ordered.duplicated([*KEY, *content])].reset_index(drop=True)


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values([*KEY], kind="stable", ignore_index=True)


def _canonical(frame: pd.DataFrame, subject: Subject) -> pd.DataFrame:
    """The columns of the canonical frame and those of origin."""
    carried = [name for name in frame.columns if name.startswith("_")]
    frame = frame.assign(
        **_periods(frame),
        **_statuses(frame),
        indicator_id=subject.indicator_id,
        unit_measure=subject.measured.unit,
        origin=subject.origin,
    )
    return _validated(frame[[*COLUMNS, *carried]])


def _periods(frame: pd.DataFrame) -> Mapping[str, Any]:
    said = Texts(frame["time_period"])
    return {
        "period_start": said.replaced(lambda text: Period.parse(text).start.isoformat()),
        "period_end": said.replaced(lambda text: Period.parse(text).end.isoformat()),
    }


def _statuses(frame: pd.DataFrame) -> Mapping[str, Any]:
    """One primary status, its reason, and the rest as flags, those of areas among them."""
    said = Texts(frame["status"])
    flags = said.told(lambda reasons: status_of(reasons).flags)
    return {
        "obs_status": said.replaced(lambda reasons: status_of(reasons).code),
        "status_reason": said.told(lambda reasons: status_of(reasons).reason),
        "status_flags": _with_flags(flags, frame["area_flag"]),
    }


def _with_flags(flags: pd.Series[Any], of_area: pd.Series[str]) -> Any:
    """The flags of values and of areas, in the order of their names."""
    if not of_area.any():
        return flags
    both = flags.fillna("") + " " + of_area
    return Texts(both).told(lambda text: " ".join(sorted(text.split())) or None)


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
    kinds = dict(zip(frame.columns, frame.dtypes, strict=True))
    others = {name: kind for name, kind in _TYPES.items() if kinds[name] != kind}
    frame = frame.astype(others) if others else frame
    if all(rule(frame).all() for rule in _RULES.values()):
        return frame
    from pandera.errors import SchemaErrors

    try:
        return contract().validate(frame, lazy=True)
    except SchemaErrors as errors:
        raise CheckError(
            f"The observations break their contract: {_failures(errors.failure_cases, frame)}.",
            "Look at the recipe's last steps: each column has to hold what its name says.",
        ) from None


def _failures(cases: pd.DataFrame, frame: pd.DataFrame) -> str:
    """Each broken rule with the number of rows that break it and the first of them, by its key."""
    of_frame = cases["schema_context"] == "DataFrameSchema"
    cases = cases.assign(rule=cases["check"].where(of_frame, cases["column"] + ": " + cases["check"]))
    broken = {str(rule): frame[frame.index.isin(rows["index"])] for rule, rows in cases.groupby("rule")}
    return "; ".join(f"{rule} ({_rows_said(rows)})" for rule, rows in list(broken.items())[:_EXAMPLES])


def _rows_said(rows: pd.DataFrame) -> str:
    key = key_text(*rows.iloc[0][list(KEY)])
    return f"1 row: {key}" if len(rows) == 1 else f"{len(rows):,} rows, the first {key}"
