"""The checks at work: a canonical frame in, findings out.

A finding of severity ``hold`` condemns rows: they go into quarantine and what was loaded before stays. ``stop``
condemns the indicator: nothing of it is loaded. ``warn`` only tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from .amendments import Acceptance
from .geography import Area
from .measures import MEASURE_TYPES, SUPPRESSED, Measured, quantity
from .observations import KEY, TOTAL, Observed, key_text
from .periods import Period, matches

Severity = Literal["hold", "stop", "warn"]

_EXAMPLES = 5
_LEFT_OUT = "The source left areas out, or prints codes that the recipe drops."
DEFAULT_SHRINK = 0.2
_ENOUGH = 5  # percentages below one can be true by chance where there are few


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in a sentence; ``rows`` are positions in the frame for a finding about rows."""

    check: str
    severity: Severity
    message: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the observations, what the spec's checks demand, the areas expected, and the release in hand.

    ``measured`` is what kind of number it is; ``accept`` the checks that may fail for a time, as of ``today``;
    ``other`` what is current of the indicator that it has to agree with, None where that isn't at hand.
    """

    observed: Observed
    checks: Mapping[str, Any]
    areas: tuple[Area, ...]
    level: str
    release: str | None
    measured: Measured
    accept: tuple[Acceptance, ...] = ()
    today: date = date.min
    other: pd.DataFrame | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """The canonical frame."""
        return self.observed.frame


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings, the rows held back, and the counts that measure quality."""

    findings: tuple[Finding, ...]
    held: frozenset[int]
    metrics: Mapping[str, float]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of that severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)


def judge(case: Case) -> Verdict:
    """Run every check that applies; nothing stops at the first finding."""
    findings = tuple(_accepted(finding, case) for check in CHECKS.values() for finding in check(case))
    held = frozenset(row for finding in findings if finding.severity == "hold" for row in finding.rows)
    return Verdict(findings, held, MappingProxyType(_metrics(case, held)))


def _accepted(finding: Finding, case: Case) -> Finding:
    """A finding of a check that may fail for a time is a warning until that time is over."""
    said = next((one for one in case.accept if one.check == finding.check), None)
    if said is None or finding.severity == "warn":
        return finding
    if case.today > said.until:
        return replace(finding, message=f"{finding.message} (It was accepted until {said.until}: {said.reason})")
    message = f"{finding.message} (Accepted until {said.until}: {said.reason})"
    return replace(finding, severity="warn", message=message, rows=())


def shrink_limit(checks: Mapping[str, Any]) -> float:
    """The share of loaded observations that may vanish in one load."""
    return share(checks["shrink"]) if "shrink" in checks else DEFAULT_SHRINK


def share(said: str) -> float:
    """A percentage as it is written, as a share.

    >>> share("12.5%")
    0.125
    """
    return float(said.rstrip("%")) / 100


def _metrics(case: Case, held: frozenset[int]) -> dict[str, float]:
    total = len(case.frame)
    missing = int(case.frame["value"].isna().sum())
    valid = total - missing - len(held)
    return {
        "total": total,
        "valid": valid,
        "invalid": len(held),
        "missing": missing,
        "completeness": round(100 * (total - missing) / total, 2) if total else 0.0,
        "quality": round(100 * valid / total, 2) if total else 0.0,
        "outside": case.observed.outside,
        "repeated": case.observed.repeated,
    }


def _not_empty(case: Case) -> Iterator[Finding]:
    if case.frame.empty:
        outside = case.observed.outside
        why = f"; {_count(outside, 'row was of another area', 'rows were of other areas')}" if outside else ""
        yield Finding("not_empty", "stop", f"No observation came out{why}. Look at the recipe's keep steps.")


def _known_areas(case: Case) -> Iterator[Finding]:
    texts = case.observed.no_codes
    if texts:
        said = _examples((f"'{text}'" if text else "(blank)" for text in texts), len(texts))
        found = _count(len(texts), "area text is no code and was left out", "area texts are no codes and were left out")
        yield Finding("known_areas", "warn", f"{found}: {said}.")
    foreign = case.observed.foreign
    if foreign:
        said = _examples((f"{code} ({_count(rows, 'row', 'rows')})" for code, rows in foreign.items()), len(foreign))
        found = _count(len(foreign), "area code", "area codes")
        message = f"{found} left out may be a slip, as no such area is known or an area like it is absent: {said}."
        yield Finding("known_areas", "warn", f"{message} `yhovi geography explain CODE` tells what a code is.")
    yield from (Finding("known_areas", "warn", note) for note in case.observed.notes)


def _unique(case: Case) -> Iterator[Finding]:
    again = case.frame.duplicated(list(KEY), keep=False)
    if again.any():
        twice = case.frame[again]
        keys = twice.drop_duplicates(list(KEY))
        found = _count(len(keys), "observation comes", "observations come")
        message = (
            f"{found} more than once with different content: {_keys(keys)}. "
            "The recipe keeps rows of several series, or the source has revised rows beside the old ones."
        )
        yield Finding("unique", "stop", message, tuple(twice.index))


def _one_end(case: Case) -> Iterator[Finding]:
    periods = case.frame[["time_period", "period_end"]].drop_duplicates()
    shared = periods[periods.duplicated("period_end", keep=False)]["period_end"]
    if shared.empty:
        return
    rows = case.frame[case.frame["period_end"].isin(shared)].drop_duplicates(list(KEY))
    clash = rows[rows.duplicated(["area_code", "period_end", "breakdown"], keep=False)]
    if not clash.empty:
        ends = [" and ".join(sorted(rows["time_period"].unique())) for _, rows in clash.groupby("period_end")]
        said = _examples(ends, len(ends))
        message = f"Periods of different length end on the same day: {said}. Keep one length in the recipe."
        yield Finding("one_end", "stop", message)


def _one_length(case: Case) -> Iterator[Finding]:
    """Pooled and single years, or years and months, in one series: a dashboard would draw them as one line."""
    periods = sorted(Period.parse(text) for text in case.frame["time_period"].unique())
    lengths = {period.iso.partition("/")[2]: period for period in reversed(periods)}
    if len(lengths) > 1 and not any(_one_end(case)):
        said = ", ".join(f"{length} ({period.iso})" for length, period in sorted(lengths.items()))
        yield Finding("one_length", "stop", f"The periods are of different length: {said}. Keep one in the recipe.")


def _scale(case: Case) -> Iterator[Finding]:
    """Fractions that are taken for percentages: every one of them lies between 0 and 1."""
    values = case.frame["value"].dropna()
    if case.measured.unit == "percent" and len(values) >= _ENOUGH and 0 < values.abs().max() <= 1:
        found = f"All {len(values):,} percentages lie between 0 and 1 ({values.min():.6g} to {values.max():.6g})"
        cure = "if these are fractions, declare their unit and convert it to percent"
        yield Finding("scale", "stop", f"{found}: {cure}.")


def _disclosure(case: Case) -> Iterator[Finding]:
    """A part that is suppressed, though the total and all its other parts are shown: who subtracts, knows it."""
    if MEASURE_TYPES[case.measured.type].over_areas == "sum" and SUPPRESSED in case.frame["obs_status"].unique():
        revealed = [*_revealed_breakdowns(case.frame), *_revealed_areas(case)]
        if revealed:
            found = _count(len(revealed), "suppressed value is", "suppressed values are")
            said = _examples(revealed, len(revealed))
            message = f"{found} the published total less the parts that are shown: {said}. Tell the publisher."
            yield Finding("disclosure", "warn", message)


def _revealed_breakdowns(frame: pd.DataFrame) -> Iterator[str]:
    parted = frame[frame["breakdown"] != TOTAL]
    totals = frame[frame["breakdown"] == TOTAL].set_index(["area_code", "time_period"])["value"].dropna()
    for (area, period), parts in parted.groupby(["area_code", "time_period"]):
        if (area, period) in totals.index and _one_is_suppressed(parts):
            yield key_text(str(area), str(period), parts[parts["value"].isna()]["breakdown"].iloc[0])


def _revealed_areas(case: Case) -> Iterator[str]:
    """Districts within their region: only where all of them are there can the region less the others be one of them."""
    regions = {area.code for area in case.areas if area.level == "region"}
    districts = {area.code for area in case.areas if area.level == "lad" and area.parent in regions}
    frame = case.frame[case.frame["breakdown"] == TOTAL]
    totals = set(frame[frame["area_code"].isin(regions) & frame["value"].notna()]["time_period"])
    for period, parts in frame[frame["area_code"].isin(districts)].groupby("time_period"):
        if period in totals and len(parts) == len(districts) and _one_is_suppressed(parts):
            yield key_text(parts[parts["value"].isna()]["area_code"].iloc[0], str(period), TOTAL)


def _one_is_suppressed(parts: pd.DataFrame) -> bool:
    missing = parts[parts["value"].isna()]
    return len(missing) == 1 < len(parts) and missing["obs_status"].iloc[0] == SUPPRESSED


def _range(case: Case) -> Iterator[Finding]:
    limits = case.checks.get("range", {})
    value = case.frame["value"]
    outside = (value < limits.get("min", float("-inf"))) | (value > limits.get("max", float("inf")))
    if outside.any():
        rows = case.frame[outside]
        found, held = ("value lies", "is") if len(rows) == 1 else ("values lie", "are")
        shown = (f"{key} {value:.12g}" for key, value in zip(_key_texts(rows), rows["value"], strict=False))
        said = _examples(shown, len(rows))
        message = f"{len(rows):,} {found} {_beyond(limits)} and {held} held back: {said}."
        yield Finding("range", "hold", message, tuple(rows.index))


def _beyond(limits: Mapping[str, float]) -> str:
    if "max" not in limits:
        return f"below {limits['min']}"
    return f"outside {limits['min']} to {limits['max']}" if "min" in limits else f"above {limits['max']}"


def _max_change(case: Case) -> Iterator[Finding]:
    """A value beside that of the period which ends where its own begins, or of the last snapshot before."""
    if "max_change" not in case.checks:
        return
    limit = share(case.checks["max_change"])
    ordered = case.frame.sort_values(["area_code", "breakdown", "period_start"])
    before = ordered.groupby(["area_code", "breakdown"])["value"].shift()
    changed = (ordered["value"] - before).abs() > limit * before.abs()
    rows = ordered[changed].sort_index()
    if not rows.empty:
        found, held = ("value differs", "is") if len(rows) == 1 else ("values differ", "are")
        pairs = zip(_key_texts(rows), before[rows.index], rows["value"], strict=False)
        said = _examples((f"{key} {old:.12g} → {new:.12g}" for key, old, new in pairs), len(rows))
        message = (
            f"{len(rows):,} {found} by more than {case.checks['max_change']} from the period before and {held} held"
            f" back: {said}."
        )
        yield Finding("max_change", "hold", message, tuple(rows.index))


def _complete(case: Case) -> Iterator[Finding]:
    said = case.checks.get("complete")
    if not said or case.frame.empty:
        return
    since = said.get("since")
    level = case.frame[(case.frame["area_level"] == case.level) & (case.frame["breakdown"] == TOTAL)]
    periods = sorted(period for period in level["time_period"].unique() if _since(period, since))
    present = set(zip(level["area_code"], level["time_period"], strict=True))
    areas = [area for area in case.areas if area.level == case.level]
    absent = [f"{a.code} {a.name} {p}" for p in periods for a in areas if (a.code, p) not in present]
    if not periods:
        of_when = f" since {since}" if since is not None else ""
        yield Finding("complete", "stop", f"No observation of level {case.level}{of_when} came. {_LEFT_OUT}")
    elif absent:
        expected = f"{len(areas) * len(periods):,} observations {'is' if len(absent) == 1 else 'are'} absent"
        message = f"{len(absent):,} of {expected}: {_examples(absent, len(absent))}. {_LEFT_OUT}"
        yield Finding("complete", "stop", message)


def _since(period: str, since: Any) -> bool:
    """Whether the period ends in or after ``since``: an interval, an end date or the beginning of one, or nothing."""
    first = Period.parse(since).end.isoformat() if "/" in str(since) else str(since or "")
    return Period.parse(period).end.isoformat()[: len(first)] >= first


def _reconcile(case: Case) -> Iterator[Finding]:
    """The same number come to in another way. What only one of the two has is counted, and is no fault."""
    said = case.checks.get("reconcile")
    if not said or case.frame.empty:
        return
    name, there = said["with"], _other_route(case)
    if there is None:
        message = f"It wasn't compared with {name}, of which nothing is at hand: run that first, and this one again."
        yield Finding("reconcile", "warn", message)
        return
    both = case.frame[[*KEY, "value"]].reset_index(names="row").merge(there, on=list(KEY))
    numbers = both[both["value"].notna() & both["there"].notna()]
    differing = numbers[(numbers["value"] - numbers["there"]).abs() > _leeway(said, numbers["there"])]
    severity: Severity = "stop" if said.get("blocking") else "warn"
    rest = _not_compared(name, len(case.frame) - len(both), len(there) - len(both), len(both) - len(numbers))
    if numbers.empty:
        yield Finding("reconcile", severity, f"{_nothing_in_common(case, name, there)}.{rest}")
    elif not differing.empty:
        message = f"{_differences(case, said, differing, len(numbers))}.{rest}"
        yield Finding("reconcile", severity, message, tuple(differing["row"]))


def _other_route(case: Case) -> pd.DataFrame | None:
    """The other indicator's keys and, as ``there``, its numbers in this one's unit; None where there are none."""
    if case.other is None or case.other.empty:
        return None
    own = quantity(case.measured.unit)
    units = {unit: quantity(unit) for unit in case.other["unit_measure"].unique()}
    # what was loaded before its spec was changed may be in another unit than that says now
    factors = {unit: other.scale / own.scale for unit, other in units.items() if other.converts_to(own)}
    there = case.other[case.other["unit_measure"].isin(factors)]
    numbers = there["value"].astype(float) * there["unit_measure"].map(factors).astype(float)
    return None if there.empty else there[list(KEY)].assign(there=numbers)


def _leeway(said: Mapping[str, Any], there: pd.Series[float]) -> pd.Series[float]:
    part, fixed = (said["tolerance"], 0.0) if said.get("relative") else (0.0, said["tolerance"])
    # One part in a thousand million forgives what binary fractions do to decimals.
    return there.abs() * (part + 1e-9) + fixed


def _differences(case: Case, said: Mapping[str, Any], rows: pd.DataFrame, compared: int) -> str:
    limit = f"{100 * said['tolerance']:.12g}%" if said.get("relative") else f"{said['tolerance']:.12g}"
    names = {area.code: f"{area.code} {area.name}" for area in case.areas}
    places = map(
        key_text, (names.get(code, code) for code in rows["area_code"]), rows["time_period"], rows["breakdown"]
    )
    pairs = zip(places, rows["value"], rows["there"], strict=True)
    shown = _examples((f"{place} {here:.12g}, there {there:.12g}" for place, here, there in pairs), len(rows))
    found = f"{len(rows):,} of {_count(compared, 'number', 'numbers')} {'differs' if len(rows) == 1 else 'differ'}"
    return f"{found} by more than {limit} from {said['with']}: {shown}"


def _nothing_in_common(case: Case, name: str, there: pd.DataFrame) -> str:
    here, other = (next(_key_texts(frame)) for frame in (case.frame, there))
    common = "the two have no number of the same area, period and breakdown"
    return f"Nothing could be compared with {name}, as {common}: here for instance {here}, there {other}"


def _not_compared(name: str, here: int, there: int, missing: int) -> str:
    said = [(here, "only here"), (there, f"only in {name}"), (missing, "without a number in one of the two")]
    found = ", ".join(f"{number:,} {where}" for number, where in said if number)
    return f" Not compared: {found}." if found else ""


def _golden(case: Case) -> Iterator[Finding]:
    goldens = case.checks.get("golden", ())
    for golden in goldens if isinstance(goldens, list) else ():
        message = _golden_fault(case.frame, golden)
        if message:
            same = case.release == str(golden["release"])
            other = case.release or "a release that the answer doesn't name"
            told = "" if same else f" (published in {golden['release']}; this is {other})"
            cited = f"Cited from: {golden['cite'].removesuffix('.')}."
            yield Finding("golden", "stop" if same else "warn", f"{message}{told}. {cited}")


def _golden_fault(frame: pd.DataFrame, golden: Mapping[str, Any]) -> str:
    area = (frame["source_area_code"] == golden["area"]) | (frame["area_code"] == golden["area"])
    said = str(golden["period"])
    periods = {text for text in frame["time_period"].unique() if matches(Period.parse(text), said)}
    rows = frame[area & frame["time_period"].isin(periods) & (frame["breakdown"] == TOTAL)]
    where = f"The published figure for {golden['area']} {said} is {golden['value']}"
    if len(rows) != 1:
        return f"{where}, but {f'{len(rows)} observations' if len(rows) else 'no observation'} came out"
    value = rows["value"].iloc[0]
    # One part in a thousand million forgives what binary fractions do to decimals.
    close = abs(value - golden["value"]) <= golden.get("tolerance", 0.0) + abs(golden["value"]) * 1e-9
    return "" if close else f"{where}, but {'no value' if pd.isna(value) else f'{value:.12g}'} came out"


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _keys(rows: pd.DataFrame) -> str:
    return _examples(_key_texts(rows), len(rows))


def _key_texts(rows: pd.DataFrame) -> Iterator[str]:
    return map(key_text, *(rows[name] for name in KEY))


def _examples(texts: Iterable[str], number: int) -> str:
    """The first few of so many texts, and how many more there are."""
    more = f" and {number - _EXAMPLES:,} more" if number > _EXAMPLES else ""
    return ", ".join(islice(texts, _EXAMPLES)) + more


Check = Callable[[Case], Iterator[Finding]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "not_empty": _not_empty,
        "known_areas": _known_areas,
        "unique": _unique,
        "one_end": _one_end,
        "one_length": _one_length,
        "scale": _scale,
        "disclosure": _disclosure,
        "range": _range,
        "max_change": _max_change,
        "complete": _complete,
        "reconcile": _reconcile,
        "golden": _golden,
    }
)
