"""What is current of an indicator, for those that are made of it or apportioned by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd
import pyarrow as pa

from ..errors import StaleError
from ..observations import COLUMNS, KEY
from ..read.rowset import RowSet
from ..warehouse.reading import Record
from ..warehouse.tables import SYNTHETIC, VALUE
from ..warehouse.warehouse import Warehouse

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
        texts = {column: pa.array(map(_text, one.frame[column].tolist()), pa.string()) for column in _CONTENT}
        rows.add(pa.table({"indicator": pa.array([name] * len(one.frame), pa.string()), **texts}))
    return rows


def _text(cell: object) -> str | None:
    return None if cell is None or cell != cell else str(cell)  # noqa: PLR0124  (of all numbers, NaN alone isn't itself)


def standing(warehouse: Warehouse, indicator_id: str) -> Input:
    """What is current of an indicator, of which a load stands.

    Rows that were held back keep what they had, so that nothing is made of a doubtful value.

    Raises:
        StaleError: Its only load was undone meanwhile.
    """
    load = warehouse.last_load(indicator_id)
    if load is None:
        raise StaleError(f"The only load of {indicator_id} was undone while this ran.", f"yhovi run {indicator_id}")
    return Input(_live(warehouse.observations(indicator_id)), load.retrieved_at, load.origin, load.load_id)


def behind(warehouse: Warehouse, indicator_id: str, made: Input) -> Input:
    """What was known of an indicator when older bytes were retrieved, that were put behind newer ones."""
    known = _live(warehouse.as_of(indicator_id, made.retrieved_at))
    return replace(made, frame=known, behind=True)


def on_hold(warehouse: Warehouse, indicator_id: str, retrieved_at: datetime) -> Input:
    """What is current of an indicator whose new bytes aren't loaded.

    It counts as of those bytes: what is made of it takes the place of what was made of the load that was undone.
    """
    rows = warehouse.observations(indicator_id)
    made_up = any(row["origin"] == SYNTHETIC for row in rows)
    newest = warehouse.load_lines(indicator_id)[-1].load_id
    return Input(_live(rows), retrieved_at, SYNTHETIC if made_up else "published", newest, on_hold=True)


def _live(rows: Sequence[Record]) -> pd.DataFrame:
    live = [row for row in rows if row["action"] == VALUE]
    return pd.DataFrame(live, columns=None if live else list(COLUMNS))
