"""Rows that belong together, and what is made of their numbers: the same on every engine and in any order of rows.

Sums are exact (rounded once, at the end), so neither the order of rows nor the engine can move a last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple, TypeAlias, TypeVar

import narwhals.stable.v2 as nw
import pyarrow as pa

from ...connectors.base import SourceError
from .columns import ROW, companion
from .distinct import Frame, count, rows
from .statuses import UNEXPLAINED, says_missing, settled, united

_Value = TypeVar("_Value")

Cells: TypeAlias = Mapping[str, Sequence[float | None] | Sequence[str | None]]
"""Columns to be, by name."""

_LEAST_GROUPS = 3


class Amount(NamedTuple):
    """A number and what is said of it; without a number, why."""

    number: float | None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a frame's rows, sorted by the texts that each has in common.

    ``names`` are the columns of these texts, ``texts`` those of each group, ``of_row`` is the group of each row.
    """

    names: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    of_row: tuple[int, ...]

    def dealt(self, values: Iterable[_Value]) -> list[list[_Value]]:
        """One value of each row, dealt out to the groups."""
        hands: list[list[_Value]] = [[] for _ in self.texts]
        for group, value in zip(self.of_row, values, strict=True):
            hands[group].append(value)
        return hands

    def keys(self) -> dict[str, Sequence[str | None]]:
        """The columns that the rows of each group have in common."""
        return {name: [texts[place] for texts in self.texts] for place, name in enumerate(self.names)}

    def called(self, group: int) -> str:
        """A group in a message: E08000035, 2019."""
        return ", ".join(self.texts[group])


def grouped(frame: Frame, names: Sequence[str]) -> Groups:
    """The groups of rows that have the same texts in these columns.

    Raises:
        SourceError: One of these texts is missing.
    """
    for name in names:
        refuse_blanks(frame, name)
    keys: list[tuple[str, ...]] = list(zip(*(frame.get_column(name).to_list() for name in names), strict=True))
    texts = sorted(set(keys))
    places = {key: place for place, key in enumerate(texts)}
    return Groups(tuple(names), tuple(texts), tuple(places[key] for key in keys))


def refuse_blanks(frame: Frame, name: str) -> None:
    """Refuse rows that have no text in a column that says where they belong.

    Raises:
        SourceError: There are such rows.
    """
    blank = frame.filter(nw.col(name).is_null())
    if len(blank):
        raise SourceError(
            f"`{name}` is blank in {count(len(blank), 'row')}{rows(blank)}.",
            f'If they are no data, drop them before: keep: "`{name}` is present".',
        )


def settle(frame: Frame, names: Iterable[str]) -> Frame:
    """The frame with its numbers and their reasons in agreement, for those of these columns that have reasons."""
    for name in names:
        status = companion(name)
        if status in frame.columns:
            frame = settled(frame, name, status)
    return frame


def texts_of(frame: Frame, name: str) -> list[str | None]:
    """The texts of a column; nothing but blanks where there is no such column."""
    if name not in frame.columns:
        return [None] * len(frame)
    return [text if isinstance(text, str) else None for text in frame.get_column(name).to_list()]


def numbers_of(frame: Frame, name: str) -> list[float | None]:
    """The numbers of a column, missing ones as None on every engine."""
    there = (~frame.get_column(name).is_null()).to_list()
    numbers = frame.get_column(name).to_list()
    return [number if known else None for number, known in zip(numbers, there, strict=True)]


def amounts_of(frame: Frame, name: str) -> list[Amount]:
    """The numbers of a column, each with what is said of it."""
    return list(map(Amount, numbers_of(frame, name), texts_of(frame, companion(name))))


def total(parts: Sequence[Amount]) -> Amount:
    """The sum of some numbers and all that is said of them; no number if one of them is missing.

    >>> total([Amount(1.5), Amount(2.0, "provisional")])
    Amount(number=3.5, said='provisional')
    """
    numbers = [part.number for part in parts if part.number is not None]
    return Amount(fsum(numbers) if len(numbers) == len(parts) else None, all_said(parts))


def all_said(amounts: Iterable[Amount]) -> str | None:
    """Each reason of some numbers once."""
    said = {amount.said for amount in amounts if amount.said}
    return united(" ".join(said)) if said else None


def explained(amount: Amount) -> Amount:
    """The same; where there is no number and no reason for it, with the reason that it isn't available."""
    if amount.number is not None or says_missing(amount.said or ""):
        return amount
    return Amount(None, united(f"{amount.said or ''} {UNEXPLAINED}"))


def refuse_repeated(name: str, parts: Sequence[Sequence[float | None]], groups: Groups) -> None:
    """Refuse to add up what isn't parts: a number that is one and the same in all rows of each group.

    Raises:
        SourceError: So it is in every group of several rows, and there are at least three.
    """
    several = [place for place, numbers in enumerate(parts) if len(numbers) > 1 and {*numbers} != {None}]
    if len(several) < _LEAST_GROUPS or not all(_repeats(parts[place]) for place in several):
        return
    group = several[0]
    raise SourceError(
        f"`{name}` is the same in every row of each group (for example {plain(parts[group][0])} in"
        f" {len(parts[group])} rows of {groups.called(group)}): it repeats, it isn't parts.",
        f"Take it with same: aggregate: {{by: …, same: {name}}}.",
    )


def _repeats(numbers: Sequence[float | None]) -> bool:
    return bool(numbers[0]) and all(number == numbers[0] for number in numbers)


def plain(number: float | None) -> str:
    """A number in a message, with all its digits.

    >>> plain(257.0)
    '257'
    """
    return "missing" if number is None else repr(number).removesuffix(".0")


def as_cells(name: str, amounts: Sequence[Amount], *, status: bool) -> Cells:
    """A column of numbers, and its companion where it has one."""
    numbers = {name: [amount.number for amount in amounts]}
    return {**numbers, companion(name): [amount.said for amount in amounts]} if status else numbers


def rows_of(frame: Frame, groups: Groups) -> Cells:
    """The column of provenance, collected for each group, where the frame carries it."""
    if ROW not in frame.columns:
        return {}
    return {ROW: [";".join(filter(None, carried)) or None for carried in groups.dealt(texts_of(frame, ROW))]}


def framed(columns: Cells, numbers: Iterable[str], like: Frame) -> Frame:
    """A frame of these columns, on the engine of another; those that aren't ``numbers`` hold texts."""
    known = {*numbers}
    arrays = {name: pa.array(cells, pa.float64() if name in known else pa.string()) for name, cells in columns.items()}
    return nw.from_arrow(pa.table(arrays), backend=like.implementation)


def rows_at(frame: Frame, places: Iterable[int]) -> Frame:
    """The rows at these places."""
    wanted = {*places}
    return frame.filter([place in wanted for place in range(len(frame))])
