"""What is printed, and how: listings, sentences and errors; on a terminal or piped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..engine.errors import BugError, Problem, YhoviError
from ..engine.listing import aligned, cell

if TYPE_CHECKING:
    from ..engine.run.outcome import Result
    from ..engine.run.provenance.preview_text import Screen

_SHORT = 24


def show_result(result: Result, *, as_json: bool) -> None:
    """What came of a run: a table, then what became of files in the inbox, and every warning and error."""
    if as_json:
        print_json(result.described())
        return
    asked = any(outcome.evidence for outcome in result.outcomes)
    lines = [{**one.line(), **({"source": one.evidence or ""} if asked else {})} for one in result.outcomes]
    show_rows(lines, as_json=False)
    for arrival in result.arrivals:
        note(f"{'' if arrival.outcome == 'landed' else 'warning: '}inbox: {arrival}")
    for outcome in result.outcomes:
        for warning in outcome.warnings:
            note(f"warning: {outcome.indicator_id}: {warning}")
        if outcome.error is not None:
            print_error(outcome.error, about=f"{outcome.indicator_id}: ")


def screen() -> Screen:
    """The terminal's width and characters; when piped, 80 columns of UTF-8."""
    import locale
    import shutil

    from ..engine.run.provenance.preview_text import Screen

    if not sys.stdout.isatty():
        return Screen()
    # Windows' console takes Unicode whatever its locale says.
    plain = os.name != "nt" and locale.getencoding().lower() not in ("utf-8", "utf8")
    return Screen(max(shutil.get_terminal_size().columns, 40), plain)


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """A listing: JSON if asked for, a drawn table on a terminal, aligned text when piped."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        print("nothing to show")
    elif sys.stdout.isatty():
        _draw(rows)
    else:
        print(aligned(rows))


def _draw(rows: Sequence[Mapping[str, Any]]) -> None:
    """A table on a terminal: long texts fold, names and numbers don't; plain text where it is too narrow for them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    widths = {name: max(len(cell(text)) for text in (name, *(row[name] for row in rows))) for name in rows[0]}
    if sum(min(width, _SHORT) + 2 for width in widths.values()) > console.width:
        print(aligned(rows))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name, value in rows[0].items():
        justify: Literal["left", "right"] = "right" if isinstance(value, int) else "left"
        table.add_column(name, justify=justify, no_wrap=widths[name] <= _SHORT, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row.values()))
    console.print(table)


def print_json(value: Any) -> None:
    """Plain data, for programs."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_problems(problems: Iterable[Problem]) -> None:
    """Each problem with its place and cure."""
    for problem in problems:
        print(problem)


def print_error(error: YhoviError, about: str = "") -> None:
    """What went wrong and what to do; where it happened only for a bug."""
    note(f"error: {about}{error.message}")
    if error.cure:
        note(f"  {error.cure}")
    if isinstance(error, BugError):
        note(error.where.rstrip())


def note(text: str) -> None:
    """A sentence for a person, kept apart from what a program reads."""
    print(text, file=sys.stderr)


def count(number: int, noun: str) -> str:
    """A number and its noun: 1 file, 2 files."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
