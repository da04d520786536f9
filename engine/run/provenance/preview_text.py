"""A preview as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from types import MappingProxyType

from ...listing import cut, tabled
from ...observations import TOTAL
from ...quality import Finding
from .chart import bars, sparkline
from .preview import Asked, Latest, Outcome, Preview, Series, StepSeen
from .trace import ColumnCard, number_text

_INDENT = "  "
_LISTED = 6
_SEVERITIES: Mapping[str, str] = MappingProxyType({"stop": "stops it", "hold": "holds rows back", "warn": "warns"})


@dataclass(frozen=True, slots=True)
class Screen:
    """What the text is drawn on: how wide it is, and whether it has ASCII characters only."""

    width: int = 80
    plain: bool = False


def preview_text(preview: Preview, screen: Screen) -> str:
    """The whole preview, part below part; the error isn't part of it."""
    parts = [list(_head(preview, screen))]
    parts += [list(_step(step, screen)) for step in preview.steps]
    parts += [[f"Not reached: {', '.join(preview.undone)}."]] if preview.undone else []
    if preview.outcome:
        parts += _outcome(preview.outcome, screen)
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(preview: Preview, screen: Screen) -> Iterator[str]:
    yield cut(f"{preview.indicator} {preview.title}", screen.width)
    for one in preview.made_first:
        yield f"made first: {one}"
    if preview.asked:
        yield from _asked(preview.asked, screen)
    yield from wrapped("columns: " + ", ".join(column.brief for column in preview.columns), screen)


def _asked(asked: Asked, screen: Screen) -> Iterator[str]:
    yield f"asked: {asked.request}"
    if asked.retrieved_at is None:
        yield "nothing answered"
        return
    said = [f"release: {asked.release or 'not named'}", f"origin: {asked.origin}"]
    said += [f"retrieved at: {asked.retrieved_at:%Y-%m-%d %H:%M} UTC"]
    said += [f"answers: {asked.answers:,}"] if asked.answers > 1 else []
    said += [f"rows: {asked.rows:,}"] if asked.rows is not None else []
    yield from wrapped(", ".join(said), screen)


def _step(step: StepSeen, screen: Screen) -> Iterator[str]:
    arrow = "->" if screen.plain else "→"
    yield cut(f"{step.number} {step.name}{': ' if step.arguments else ''}{step.arguments}", screen.width)
    said = [f"rows: {step.before:,} {arrow} {step.after:,}" if step.number else f"rows: {step.after:,}"]
    said += [f"new: {_briefs(step.gained)}"] if step.gained else []
    said += [f"gone: {_names(step.lost)}"] if step.lost else []
    said += [f"now: {old.brief} {arrow} {new.brief}" for old, new in step.changed]
    for line in [*said, *step.notes]:
        yield from wrapped(line, screen, _INDENT)
    yield from _table(step.first, screen)


def _names(columns: Sequence[ColumnCard]) -> str:
    first = ", ".join(column.name for column in columns[:_LISTED])
    hidden = len(columns) - _LISTED
    return f"{first} and {hidden} more" if hidden > 0 else first


def _briefs(columns: Sequence[ColumnCard]) -> str:
    return ", ".join(column.brief for column in columns)


def _table(rows: Sequence[Mapping[str, str]], screen: Screen) -> Iterator[str]:
    return (f"{_INDENT}{line}" for line in tabled(rows, screen.width - len(_INDENT)))


def wrapped(text: str, screen: Screen, indent: str = "") -> Iterator[str]:
    """A sentence on as many lines as it takes, those after the first indented."""
    yield from wrap(
        text,
        screen.width,
        initial_indent=indent,
        subsequent_indent=indent + _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _outcome(outcome: Outcome, screen: Screen) -> list[list[str]]:
    parts = [list(_observations(outcome, screen)), list(_checks(outcome.findings, screen))]
    parts += [list(_latest(outcome.latest, screen))] if outcome.latest else []
    parts += [list(_series(outcome.series, screen))] if outcome.series else []
    return parts


def _observations(outcome: Outcome, screen: Screen) -> Iterator[str]:
    observed = outcome.observed
    yield f"observations: {len(observed.frame):,}"
    said = [f"{observed.outside:,} of other areas left out"] if observed.outside else []
    said += [f"{observed.repeated:,} repeated"] if observed.repeated else []
    said += [f"no codes: {', '.join(map(repr, observed.no_codes))}"] if observed.no_codes else []
    said += [f"statuses: {', '.join(f'{name}: {number:,}' for name, number in outcome.statuses.items())}"]
    for line in [*said, *(f"correction: {one}" for one in outcome.corrections)]:
        yield from wrapped(line, screen, _INDENT)
    yield from _table(outcome.first, screen)


def _checks(findings: Sequence[Finding], screen: Screen) -> Iterator[str]:
    yield "checks: " + ("nothing found" if not findings else f"{len(findings)} found something")
    for finding in findings:
        yield from wrapped(f"{finding.check} ({_SEVERITIES[finding.severity]}): {finding.message}", screen, _INDENT)


def _latest(latest: Latest, screen: Screen) -> Iterator[str]:
    of_whom = "" if latest.breakdown == TOTAL else f", {latest.breakdown}"
    yield f"latest period, {latest.period}{of_whom}:"
    yield from (f"{_INDENT}{line}" for line in bars(latest.bars, screen.width - len(_INDENT), plain=screen.plain))


def _series(series: Series, screen: Screen) -> Iterator[str]:
    points = series.points[-(screen.width - len(_INDENT)) :]
    if not points:
        yield f"{series.name} ({series.area}): no observations"
        return
    yield from wrapped(f"{series.name} ({series.area}), {points[0][0]} to {points[-1][0]}:", screen)
    yield f"{_INDENT}{sparkline([value for _, value in points], plain=screen.plain)}"
    known = [value for _, value in points if value is not None]
    if known:
        yield f"{_INDENT}lowest {number_text(min(known))}, highest {number_text(max(known))}"
