"""Nomis's answer to a request for several codes of a dimension: the rows of each code beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .nomis import BASE, GEOGRAPHY, Cell, DataSet, Dimension, Known, written
from .recording import Answer


@dataclass(frozen=True, slots=True)
class Ordered(Dimension):
    """A dimension of which several codes are asked for: this is the one at that place."""

    order: int = 0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its six cells."""
        return self.code, self.label, self.code, self.type, self.type_code, self.order


def answer_of(parts: Sequence[tuple[DataSet, Known]]) -> Answer:
    """One answer, by date, area and code; the parts are equal but for the codes of their dimensions."""
    first, _ = parts[0]
    size = len(first.measures)
    blocks = [_blocks(list(data.rows(known)), size) for data, known in parts]
    rows = [row for place in zip(*blocks, strict=True) for block in place for row in block]
    numbered = [(*row, offset, len(rows)) for offset, row in enumerate(rows)]
    parameters = (
        ("geography", GEOGRAPHY),
        ("time", first.time),
        *_codes([data for data, _ in parts]),
        ("measures", ",".join(code for code, _ in first.measures)),
    )
    return Answer(f"{BASE}/{first.id}.data.csv", parameters, written([first.header, *numbered]))


def _blocks(rows: Sequence[tuple[Cell, ...]], size: int) -> list[list[tuple[Cell, ...]]]:
    """The measures of each date and area, without the row's number."""
    return [[row[:-2] for row in rows[start : start + size]] for start in range(0, len(rows), size)]


def _codes(parts: Sequence[DataSet]) -> tuple[tuple[str, str], ...]:
    """Every dimension with all codes that are asked for."""
    listed = zip(*(data.dimensions for data in parts), strict=True)
    return tuple((same[0].name.lower(), ",".join(dict.fromkeys(one.code for one in same))) for same in listed)
