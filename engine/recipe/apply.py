"""A recipe run over tables of text, batch by batch as far as that goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from types import MappingProxyType
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pyarrow as pa

from ...connectors.base import Column, SourceError
from ..geography import Named
from ..measures import Measured
from .cells import type_columns
from .columns import TIME_PERIOD, Columns
from .distinct import Frame
from .faults import Path
from .signature import Arguments
from .signatures import SIGNATURES
from .steps import STEPS, Step, StepContext

Backend = Literal["pandas", "polars", "pyarrow"]
Watch = Callable[[int, Frame, Frame], None]
"""Is told a step's place in the recipe, the frame before it and the frame after it; place -1 is the start."""

_ORDER = ("area", TIME_PERIOD, "breakdown", "value")


def unwatched(place: int, before: Frame, after: Frame) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe that was checked, with all that its steps may look at beside the frame.

    ``columns`` are those it starts from, ``steps`` names and bound arguments, ``inputs``, ``areas``
    and ``names`` what ``StepContext`` says of them, ``measured`` what kind of number each input is.
    """

    columns: Sequence[Column]
    steps: Sequence[tuple[str, Mapping[str, Any]]]
    inputs: Mapping[str, Frame] = field(default_factory=lambda: MappingProxyType({}))
    measured: Mapping[str, Measured] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, tuple[Named, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class _Bound:
    """A step with all it needs but the frame."""

    step: Step
    arguments: Arguments
    context: StepContext
    rowwise: bool
    watch: Callable[[Frame, Frame], None]

    def __call__(self, frame: Frame) -> Frame:
        after = self.step(frame, self.arguments, self.context)
        self.watch(frame, after)
        return after


def apply(
    tables: Iterable[pa.Table], recipe: Recipe, *, backend: Backend = "pyarrow", watch: Watch = unwatched
) -> Frame:
    """The observations that a recipe makes of tables, sorted by area, period and breakdown.

    Args:
        tables: Batches of text columns, fitted to the recipe's. Each is typed and taken through the leading steps that
            look at one row at a time before the next is asked for, so memory holds what these keep, and one batch.
        recipe: What to do.
        backend: The engine that does the work.
        watch: Is told of each step; of those that take batches, once for each batch.

    Raises:
        SourceError: The data isn't what the columns or the steps take it to be.
    """
    bound = _bound(recipe, watch)
    leading = list(takewhile(lambda step: step.rowwise, bound))

    def begun(table: pa.Table) -> Frame:
        typed = nw.from_arrow(type_columns(table, recipe.columns), backend=backend)
        watch(-1, typed, typed)
        return _run(typed, leading)

    batches = [begun(table) for table in tables] or [begun(_empty(recipe.columns))]
    return _sorted(_run(_together(batches), bound[len(leading) :]))


def derive(observations: Frame, recipe: Recipe, *, watch: Watch = unwatched) -> Frame:
    """The observations that a recipe makes of another indicator's, whose columns are typed already.

    Raises:
        SourceError: The data isn't what the columns or the steps take it to be.
    """
    watch(-1, observations, observations)
    return _sorted(_run(observations, _bound(recipe, watch)))


def _sorted(frame: Frame) -> Frame:
    return nw.maybe_reset_index(frame.sort(_ORDER))


def _bound(recipe: Recipe, watch: Watch) -> list[_Bound]:
    found = []
    columns = Columns.of(recipe.columns, inputs=recipe.measured)
    for place, (name, arguments) in enumerate(recipe.steps):
        signature = SIGNATURES[name]
        context = StepContext(columns, recipe.inputs, recipe.areas, recipe.names)
        found.append(_Bound(STEPS[name], arguments, context, signature.rowwise, partial(watch, place)))
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


def _empty(columns: Sequence[Column]) -> pa.Table:
    names = [column.name for column in columns if column.pattern is None]
    return pa.table({name: pa.array([], pa.string()) for name in names})
