"""What is current of an indicator, for those that are made of it or apportioned by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd
import pyarrow as pa

from ..observations import KEY
from ..read.rowset import RowSet

NUMBERS = ("lower_ci", "upper_ci", "numerator", "denominator")
_CONTENT = (*KEY, "value", *NUMBERS, "status_reason", "status_flags")


@dataclass(frozen=True, slots=True)
class Input:
    """The observations of one indicator (the canonical frame), how old their bytes are, and which load made them.

    ``behind`` says that they are of older bytes, put behind newer ones; ``on_hold`` that what the bytes say now wasn't
    loaded, so that they are those of before.
    """

    frame: pd.DataFrame
    retrieved_at: datetime
    origin: str
    load_id: int | None = None
    behind: bool = False
    on_hold: bool = False


def at_vintage(one: Input, vintage: str) -> Input:
    """An input with its observations of that vintage alone: those of areas that were merged go no further."""
    frame = one.frame
    return one if frame.empty else replace(one, frame=frame[frame["area_vintage"] == vintage])


def loads_of(used: Mapping[str, Input]) -> tuple[int, ...]:
    """The loads that made these."""
    return tuple(one.load_id for one in used.values() if one.load_id is not None)


def row_set_of(used: Mapping[str, Input]) -> RowSet:
    """The identity of what went in: the content of all inputs, whatever its order."""
    rows = RowSet()
    for name, one in used.items():
        texts = {
            column: pa.array([None if pd.isna(cell) else str(cell) for cell in one.frame[column]], pa.string())
            for column in _CONTENT
        }
        rows.add(pa.table({"indicator": pa.array([name] * len(one.frame), pa.string()), **texts}))
    return rows
