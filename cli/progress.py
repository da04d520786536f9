"""How far a run is, on a terminal: which indicator is at which stage, with bytes and rows as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..engine.run.progress import UNWATCHED

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from ..engine.run.progress import Progress, Stage

_MEGABYTE = 1_000_000


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """Shows how far a run of so many indicators is; quiet when piped."""
    if not sys.stderr.isatty():
        yield UNWATCHED
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[detail]}"), console=Console(stderr=True), transient=True) as bar:
        yield _Shown(bar, total)


class _Shown:
    """One line of a terminal."""

    def __init__(self, bar: Bar, total: int) -> None:
        self._bar, self._task = bar, bar.add_task("", total=total, detail="")
        self._begun: set[str] = set()

    def stage(self, indicator: str, stage: Stage) -> None:
        self._begun.add(indicator)
        self._bar.update(self._task, description=f"{indicator} {stage}", completed=len(self._begun) - 1, detail="")

    def received(self, size: int, announced: int | None) -> None:
        whole = f" of {announced / _MEGABYTE:,.1f}" if announced else ""
        self._bar.update(self._task, detail=f"{size / _MEGABYTE:,.1f}{whole} MB")

    def read(self, rows: int) -> None:
        self._bar.update(self._task, detail=f"{rows:,} rows")
