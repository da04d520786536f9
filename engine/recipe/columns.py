"""What is known of a frame's columns before there is a frame: their names, kinds and units, in order.

A column with a ``pattern`` stands for a group of columns that only the data can name; steps use it by its group name.
A number that can be missing for a reason has a *companion*: a text column with the reasons' names.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ...connectors.base import TARGET, Column
from ..measures import Measured

CARRIED = "_"
"""Columns that start like this (provenance, companions) are no one's to name: every step carries them along."""

ROW = "_row"
"""The column of provenance: which row, or rows, of the source a row was made of."""

TIME_PERIOD = "time_period"
"""The column that the step period makes, of ISO intervals such as 2023-04-01/P1Y."""

_SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False)
class Columns(Mapping[str, Column]):
    """Columns by name, in order. ``guessed`` are those that a faulty step left behind: their kind isn't known.

    ``inputs`` are the other indicators that a recipe may join, each with what kind of number it is; ``target`` is what
    kind of number the recipe has to end with, where that is known.
    """

    by_name: Mapping[str, Column]
    guessed: frozenset[str] = frozenset()
    inputs: Mapping[str, Measured] = field(default_factory=lambda: MappingProxyType({}))
    target: Measured | None = None

    @classmethod
    def of(
        cls, columns: Iterable[Column], guessed: Iterable[str] = (), inputs: Mapping[str, Measured] | None = None
    ) -> Columns:
        """Columns in this order."""
        by_name = MappingProxyType({column.name: column for column in columns})
        return cls(by_name, frozenset(guessed), MappingProxyType(inputs or {}))

    def only(self, columns: Iterable[Column], guessed: Iterable[str] = ()) -> Columns:
        """These columns in place of all others; the inputs and the target stay known."""
        return replace(Columns.of(columns, guessed, self.inputs), target=self.target)

    def towards(self, target: Measured | None) -> Columns:
        """The same columns, for a recipe that has to end with this kind of number."""
        return replace(self, target=target)

    def __getitem__(self, name: str) -> Column:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def added(self, *columns: Column) -> Columns:
        """These columns, and then others; one of an equal name takes the old one's place."""
        new = {column.name: column for column in columns}
        return self.only({**self.by_name, **new}.values(), self.guessed - new.keys())

    def guess(self, name: str) -> Columns:
        """These columns and one that would be there but for a fault, so that the steps after it can be checked too."""
        return self.only(self.added(Column(name)).values(), self.guessed | {name})

    def without(self, *names: str) -> Columns:
        """All columns but these."""
        return self.only((column for name, column in self.items() if name not in names), self.guessed - {*names})

    def renamed(self, names: Mapping[str, str]) -> Columns:
        """The same columns in the same order, some under new names; what isn't here is ignored."""
        columns = (
            replace(column, name=names.get(name, name), once_per=tuple(names.get(key, key) for key in column.once_per))
            for name, column in self.items()
        )
        return self.only(columns, (names.get(name, name) for name in self.guessed))

    def members(self, group: str, headers: Iterable[str]) -> tuple[str, ...]:
        """Those headers that a group stands for: they match its pattern, and no column is declared by their name."""
        return tuple(self.labels(group, headers))

    def labels(self, group: str, headers: Iterable[str]) -> Mapping[str, str]:
        """The members of a group, each with the part of its header that the pattern has in parentheses, else all of it.

        The part is empty where a header matches without it.
        """
        pattern = re.compile(self[group].pattern or "(?!)")
        free = (header for header in headers if header not in self and not header.startswith(CARRIED))
        found = {header: match for header in free if (match := pattern.fullmatch(header))}
        return {header: (match[1] or "").strip() if pattern.groups else header for header, match in found.items()}

    def suggestion(self, name: str) -> str:
        """A sentence with the likeliest column for a name that isn't one, or nothing."""
        plain = {known.casefold(): known for known in self}
        found = difflib.get_close_matches(name.casefold(), plain, n=1)
        return f"Did you mean `{plain[found[0]]}`?" if found else ""

    def listed(self) -> str:
        """The names in a row, for a message; of very many, the first few."""
        names = ", ".join(f"`{name}`" for name in list(self)[:_SHOWN])
        return f"{names} and {len(self) - _SHOWN} more" if len(self) > _SHOWN else names


def companion(name: str) -> str:
    """The name of the column with the reasons why numbers of this column are missing or need care."""
    return f"_status:{name}"


def has_companion(column: Column) -> bool:
    """Whether a frame has a companion for this column: only numbers do."""
    return column.kind == "number" and column.has_status


def number(name: str, *, unit: str | None = None, status: bool = False, measure: str | None = None) -> Column:
    """A column of numbers as a step makes it; where ``status``, with its companion."""
    return Column(name, "number", unit=unit, status_from=companion(name) if status else None, measure=measure)


AREA = "area"
BREAKDOWN = "breakdown"


def observation_columns(name: str, measured: Measured) -> tuple[Column, ...]:
    """The columns of another indicator's observations, its values called by that name."""
    return (
        Column(AREA, vintage=TARGET),
        Column(TIME_PERIOD),
        Column(BREAKDOWN),
        number(name, unit=measured.unit, status=True, measure=measured.type),
        *(number(other) for other in ("lower_ci", "upper_ci", "numerator", "denominator")),
        Column("note"),
    )
