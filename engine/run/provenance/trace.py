"""What looking at a recipe's work takes, for preview and explain: its columns from step to step, and cells as text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ....connectors.base import Column
from ...bronze import Kept
from ...listing import flow
from ...plan import Plan
from ...recipe.apply import Watch, unwatched
from ...recipe.columns import CARRIED, ROW, TIME_PERIOD, Columns, companion
from ...recipe.faults import Path
from ...recipe.language.expressions import ExpressionError, columns_of, parse
from ...recipe.signatures import SIGNATURES
from ..current import Input
from ..desk import Desk
from ..extract import Extracted, extract
from ..inputs import combine

Row = Mapping[str, Any]

_NAMED_BY_KEYS = ("rename",)


@dataclass(frozen=True, slots=True)
class ColumnCard:
    """A column as signatures know it."""

    name: str
    kind: str
    unit: str | None
    measure: str | None

    @classmethod
    def of(cls, column: Column) -> ColumnCard:
        """The card of a column; of a group of columns, with its pattern."""
        name = column.name if column.pattern is None else f"{column.name} (headers like {column.pattern})"
        return cls(name, column.kind, column.unit, column.measure)

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @property
    def brief(self) -> str:
        """As text: rate (number, percent, survey_percentage)."""
        return f"{self.name} ({', '.join(filter(None, (self.kind, self.unit, self.measure)))})"


class Score:
    """A plan's recipe with what is known of its columns before and after each step. Step -1 is the start."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps = plan.steps
        self.of_source = plan.fetch is not None

    @cached_property
    def columns(self) -> Sequence[Columns]:
        """The columns at the start, and after each step."""
        known = [Columns.of(self.plan.columns, inputs=self.plan.spec.inputs)]
        for name, arguments in self.steps:
            known.append(SIGNATURES[name].infer(known[-1], arguments, _checked_before))
        return known

    def before(self, place: int) -> Columns:
        """The columns before a step."""
        return self.columns[max(place, 0)]

    def after(self, place: int) -> Columns:
        """The columns after a step."""
        return self.columns[place + 1]

    def said(self, place: int) -> str:
        """A step's arguments on one line, as its spec says them."""
        arguments = self.plan.spec.recipe[place][1]
        return flow(arguments)

    def gained(self, place: int) -> list[Column]:
        """The columns that a step makes."""
        before = self.before(place)
        return [column for name, column in self.after(place).items() if name not in before]

    def lost(self, place: int) -> list[Column]:
        """The columns that a step drops."""
        after = self.after(place)
        return [column for name, column in self.before(place).items() if name not in after]

    def changed(self, place: int) -> Iterator[tuple[Column, Column]]:
        """The columns of which a step makes another kind of number."""
        after = self.after(place)
        for name, column in self.before(place).items():
            if name in after and ColumnCard.of(column) != ColumnCard.of(after[name]):
                yield column, after[name]

    def numbers_made(self, place: int) -> list[Column]:
        """The columns of numbers that are new after a step; at the start all of them."""
        if place < 0:
            return [column for column in self.columns[0].values() if column.kind == "number"]
        made = [*self.gained(place), *(new for old, new in self.changed(place) if old.kind != new.kind)]
        return [column for column in made if column.kind == "number"]

    def telling(self, place: int, present: Sequence[str]) -> list[str]:
        """Which of the columns that are there after a step tell something: those it made, and those used later."""
        if place + 1 == len(self.steps):
            return [name for name in present if not name.startswith(CARRIED)]
        new = [column.name for column in self.gained(place)] if place >= 0 else []
        used = self.used_after(place, present)
        return [*new, *(name for name in present if name in used and name not in new)]

    def used_after(self, place: int, present: Sequence[str]) -> set[str]:
        """The columns that later steps use, by their headers and the names of their groups."""
        used = {TIME_PERIOD}
        for later in range(place + 1, len(self.steps)):
            used |= mentioned(*self.steps[later])
        known = self.after(place)
        groups = [name for name in used if name in known and known[name].pattern is not None]
        return used | {header for group in groups for header in known.members(group, present)}


def _checked_before(at: Path, code: str, found: str, allowed: str = "", cure: str = "") -> None:
    """A recipe that was planned was checked before."""


def mentioned(step: str, arguments: Mapping[str, Any]) -> set[str]:
    """Every text in a step's arguments that may be the name of a column."""
    keys = arguments if step in _NAMED_BY_KEYS else ()
    texts = (*keys, *_texts(arguments))
    return {name for text in texts for name in (text, *_in_expression(step, text))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _texts(inner)


def _in_expression(step: str, text: str) -> tuple[str, ...]:
    if step not in ("keep", "derive"):
        return ()
    try:
        return columns_of(parse(text))
    except ExpressionError:
        return ()


def made(plan: Plan, desk: Desk, inputs: Mapping[str, Input], kept: list[Kept], watch: Watch = unwatched) -> Extracted:
    """The observations of a plan, extracted or made of others, with provenance if the desk says so.

    Raises:
        YhoviError: As ``extract`` and ``combine`` do.
    """
    if plan.spec.source.base is None:
        return extract(plan, desk, kept, watch, inputs)
    return combine(plan, plan.spec.source.base, inputs, provenance=desk.provenance, watch=watch)


def plain(value: Any) -> dict[str, Any]:
    """A dataclass as plain data, moments as ISO 8601 says them."""
    return {name: inner.isoformat() if isinstance(inner, datetime) else inner for name, inner in asdict(value).items()}


def is_blank(value: Any) -> bool:
    """Whether a cell of a frame holds nothing: None or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def cell_text(row: Row, name: str) -> str:
    """A cell as text, with the reasons that go with it: 74.7, 74.7 (provisional), (suppressed), or nothing."""
    value, reasons = row[name], row.get(companion(name))
    shown = "" if is_blank(value) else number_text(value) if isinstance(value, float) else str(value)
    return " ".join([*filter(None, [shown]), *([] if is_blank(reasons) else [f"({reasons})"])])


def number_text(value: float) -> str:
    """A number in full, without the noise of binary fractions.

    >>> number_text(36554.0), number_text(0.1 + 0.2)
    ('36554', '0.3')
    """
    return f"{value:.12g}"


def row_texts(row: Row, names: Sequence[str], *, placed: bool) -> dict[str, str]:
    """Some cells of a row as texts, with its place in the source in front if it is a row of a source."""
    place = {"row": str(row[ROW])} if placed else {}
    return {**place, **{name: cell_text(row, name) for name in names}}
