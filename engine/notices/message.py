"""A report in words: a line for the subject, and a text that says what went wrong and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .report import ON_HOLD, STALE, Report, Told

# What an exit code means, as the README says it too.
MEANINGS: Mapping[int, str] = MappingProxyType(
    {
        0: "all well",
        1: "a bug in yhovi",
        2: "the command, a spec or the settings are wrong",
        3: "a source did not answer, or its answer can't be used",
        4: "checks condemned what came",
        5: "the database or the data folder can't be used",
        6: "some indicators failed, the others are as they should be",
        130: "it was interrupted",
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: a subject, a text, and the same as plain data for programs."""

    subject: str
    text: str
    facts: Mapping[str, Any]


def compose(report: Report) -> Notice:
    """The report in words. Nothing is left out: what a channel has no room for is cut there."""
    subject = f"yhovi ({report.installation}): {_headline(report)}"
    meaning = MEANINGS.get(report.exit_code, "see the list of exit codes")
    text = "\n\n".join(["\n".join(block) for block in _blocks(report, meaning) if block])
    return Notice(subject, text, {**report.described(), "meaning": meaning})


def trial(installation: str) -> Notice:
    """What is sent to try the channels."""
    text = "This is a test: whoever reads it will be told what came of runs of yhovi."
    return Notice(f"yhovi ({installation}): a test", text, {"installation": installation, "test": True})


def _headline(report: Report) -> str:
    every, failed = len(report.indicators), sum(one.has_failed for one in report.indicators)
    changed = sum(one.is_changed for one in report.indicators)
    also = f", {changed} changed" if changed else ""
    if report.cause:
        return "a run could not be carried out"
    if failed:
        return f"{failed} of {_count(every, 'indicator')} failed{also}"
    return f"{changed} of {_count(every, 'indicator')} changed" if changed else "all well, nothing changed"


def _blocks(report: Report, meaning: str) -> Iterator[list[str]]:
    yield [f"The run ended with exit code {report.exit_code}: {meaning}."]
    yield _block("Why", [*_indented(report.cause, report.cure)])
    told = report.indicators
    yield _block("Failed; they keep the values of before", _errors(told, stale=False))
    yield _block("Not made, as they are made of what failed; they keep the values of before", _errors(told, stale=True))
    yield _block("Changed", (f"  {one.indicator}: {_counts(one)}" for one in told if one.is_changed))
    yield _block("On hold, as the same was undone before", _warnings(one for one in told if one.status == ON_HOLD))
    yield _block("Held back by a check", (f"  {one.indicator}: {_figures(one.held)}" for one in told if one.held))
    yield _block("Warnings", _warnings(one for one in told if one.status != ON_HOLD))
    yield _block("Left in the inbox", (f"  {said}" for said in report.left))
    yield _others(told)
    yield [*_closing(report)]


def _block(title: str, lines: Iterable[str]) -> list[str]:
    """A title and its lines; nothing where there are none."""
    found = list(lines)
    return [f"{title}:", *found] if found else []


def _errors(told: Iterable[Told], *, stale: bool) -> Iterator[str]:
    for one in told:
        if one.has_failed and (one.status == STALE) == stale:
            yield from _indented(f"{one.indicator}: {one.cause}", one.cure)


def _indented(cause: str, cure: str) -> Iterator[str]:
    yield from (f"  {line}" for line in cause.splitlines())
    yield from (f"    {line}" for line in cure.splitlines())


def _warnings(told: Iterable[Told]) -> Iterator[str]:
    return (f"  {one.indicator}: {warning}" for one in told for warning in one.warnings)


def _counts(one: Told) -> str:
    said = ((one.new, "new"), (one.changed, "changed"), (one.withdrawn, "withdrawn"))
    return ", ".join(f"{number:,} {what}" for number, what in said if number)


def _others(told: Iterable[Told]) -> list[str]:
    """How many there are of which nothing else is told, by what came of them."""
    rest = Counter(one.status for one in told if not (one.has_failed or one.is_changed or one.status == ON_HOLD))
    said = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in sorted(rest.items()))
    return [f"The rest: {said}."] if said else []


def _closing(report: Report) -> Iterator[str]:
    if report.run_id:
        yield f"Run: {report.run_id}"
    yield f"Started with: {report.command}"
    named = next((one.indicator for one in report.indicators if one.has_failed or one.is_changed), None)
    yield f"To see more: yhovi status{f'; of one indicator, yhovi loads {named}' if named else ''}."


def _figures(number: int) -> str:
    return _count(number, "figure")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
