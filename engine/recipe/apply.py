"""A recipe run over tables of text, batch by batch as far as that goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pyarrow as pa

from ...connectors.base import Column, SourceError
from .cells import type_columns
from .columns import TIME_PERIOD, Columns
from .distinct import Frame
from .faults import Path
from .signature import Arguments
from .signatures import SIGNATURES
from .steps import STEPS, Step, StepContext

Backend = Literal["pandas", "polars"]

_ORDER = ("area", TIME_PERIOD, "breakdown", "value")


@dataclass(frozen=True, slots=True)
class _Bound:
    """A step with all it needs but the frame."""

    step: Step
    arguments: Arguments
    context: StepContext
    rowwise: bool

    def __call__(self, frame: Frame) -> Frame:
        return self.step(frame, self.arguments, self.context)


def apply(
    tables: Iterable[pa.Table],
    columns: Sequence[Column],
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    backend: Backend = "pandas",
) -> Frame:
    """The observations that a recipe makes of tables, sorted by area, period and breakdown.

    Args:
        tables: Batches of text columns, fitted to ``columns``. Each is typed and taken through the leading steps that
            look at one row at a time before the next is asked for, so memory holds what these keep, and one batch.
        columns: What the tables' columns are.
        steps: Names and bound arguments of a recipe that was checked.
        backend: The engine that does the work.

    Raises:
        SourceError: The data isn't what the columns or the steps take it to be.
    """
    bound = _bound(Columns.of(columns), steps)
    leading = list(takewhile(lambda step: step.rowwise, bound))
    batches = [_run(type_columns(nw.from_arrow(table, backend=backend), columns), leading) for table in tables]
    if not batches:
        batches = [_run(type_columns(_empty(columns, backend), columns), leading)]
    whole = _run(_together(batches), bound[len(leading) :])
    return nw.maybe_reset_index(whole.sort(_ORDER))


def _bound(columns: Columns, steps: Sequence[tuple[str, Arguments]]) -> list[_Bound]:
    found = []
    for name, arguments in steps:
        signature = SIGNATURES[name]
        found.append(_Bound(STEPS[name], arguments, StepContext(columns), signature.rowwise))
        columns = signature.infer(columns, arguments, _checked_before)
    return found


def _checked_before(at: Path, code: str, found: str, allowed: str = "", cure: str = "") -> None:
    """A recipe that runs was checked when it was planned."""


def _run(frame: Frame, steps: Iterable[_Bound]) -> Frame:
    for step in steps:
        frame = step(frame)
    return frame


def _together(batches: Sequence[Frame]) -> Frame:
    for batch in batches:
        differing = sorted({*batch.columns} ^ {*batches[0].columns})
        if differing:
            raise SourceError(
                f"The parts of this data have different columns: {', '.join(f'`{name}`' for name in differing)}"
                " are not in all of them.",
                "Unpivot groups of columns before the first step that looks at several rows (pivot, observe).",
            )
    return nw.concat([batch.select(batches[0].columns) for batch in batches])


def _empty(columns: Sequence[Column], backend: Backend) -> Frame:
    names = [column.name for column in columns if column.pattern is None]
    return nw.from_arrow(pa.table({name: pa.array([], pa.string()) for name in names}), backend=backend)
