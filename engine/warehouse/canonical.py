"""The border: observations as they come in, made into rows of one form, each with a hash of what it says.

Numbers are rounded to 12 significant digits, which every database and file format keeps; a missing number is None.
Two rows with equal hashes say the same: that is how a load knows what changed, on every database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import repeat
from math import isnan
from typing import Any, NamedTuple

from .border import require_numbers, require_texts
from .tables import NUMBERS, incoming
from .values import Key, Observations

CHUNK_ROWS = 20_000

COLUMNS = tuple(incoming.columns.keys())
"""The columns of a staged row, in order: the load, the key, whether it is held, then the content."""

_MADE_HERE = frozenset({"load_id", "held", "row_hash"})
_OPTIONAL = ("status_flags", "status_reason", "note", "source_area_code")
_SAID = ("obs_status", "status_flags", "status_reason", "time_period", "unit_measure", "origin")

# A unit separator can't occur in a cell; digits are those of the rounded number.
_SEPARATOR = "\x1f"

Columns = Mapping[str, list[Any]]


class Chunk(NamedTuple):
    """Some thousand rows for the stage.

    Attributes:
        keys: The key of each.
        rows: Their cells, in the order of :data:`COLUMNS`, each row made when it is asked for: kept, so many of them
            would cost more time than all that is done with them.
    """

    keys: Iterator[Key]
    rows: Iterator[tuple[Any, ...]]


def chunks(observations: Observations, indicator_id: str, load_id: int) -> Iterator[Chunk]:
    """The observations as rows for the stage, some thousands at a time.

    Raises:
        CheckError: Something isn't kept exactly by every database: see :mod:`.border`.
        ValueError: A row belongs to another indicator.
    """
    for start in range(0, len(observations), CHUNK_ROWS):
        columns = _columns(observations, start, start + CHUNK_ROWS)
        if set(columns["indicator_id"]) - {indicator_id}:
            raise ValueError(f"rows of another indicator came with the load of {indicator_id}")
        yield Chunk(map(Key, *(columns[name] for name in Key._fields)), _rows(columns, load_id))


def repeated(observations: Observations) -> tuple[Key, int] | None:
    """The first key that occurs more than once and how often it does, or None."""
    counts: dict[Key, int] = {}
    names = Key._fields
    for start in range(0, len(observations), CHUNK_ROWS):
        rows = _some(observations, start, start + CHUNK_ROWS)
        cells = (_column(rows, name) for name in names)
        for named in map(Key, *cells):
            counts[named] = counts.get(named, 0) + 1
    return next(((named, count) for named, count in counts.items() if count > 1), None)


def _columns(observations: Observations, start: int, stop: int) -> Columns:
    rows = _some(observations, start, stop)
    return {name: _column(rows, name) for name in COLUMNS if name not in _MADE_HERE}


def _some(observations: Observations, start: int, stop: int) -> Observations:
    if isinstance(observations, Sequence):
        return observations[start:stop]
    return observations if not start and stop >= len(observations) else observations.iloc[start:stop]


def _column(rows: Observations, name: str) -> list[Any]:
    """One column as plain Python values, None where there is nothing."""
    if isinstance(rows, Sequence):
        return [row[name] for row in rows]
    column: Any = rows[name]
    cells: list[Any] = column.to_numpy(dtype=object, na_value=None).tolist()
    return cells


def _rows(columns: Columns, load_id: int) -> Iterator[tuple[Any, ...]]:
    digits = {name: _digits(columns[name]) for name in NUMBERS}
    require_texts(columns)
    require_numbers(columns, digits)
    numbers = {name: _numbers(texts) for name, texts in digits.items()}
    made: dict[str, Iterable[Any]] = {
        "load_id": repeat(load_id),
        "held": repeat(False),
        "row_hash": _hashes(columns, digits),
    }
    texts = {name: [text or None for text in columns[name]] for name in _OPTIONAL}
    cells: dict[str, Iterable[Any]] = {**columns, **texts, **numbers, **made}
    return zip(*(cells[name] for name in COLUMNS), strict=False)


def _digits(numbers: list[Any]) -> list[str]:
    """Each number in its canonical form, or nothing where it is missing. Adding zero turns minus zero into zero."""
    return ["" if number is None or isnan(number) else f"{number + 0.0:.12g}" for number in numbers]


def _numbers(digits: list[str]) -> list[float | None]:
    """The numbers of canonical forms. Arrow reads them as exactly as Python does, in a third of the time."""
    import pyarrow as pa  # whoever only looks into a database needn't wait for it

    read: list[float | None] = pa.array([text or None for text in digits], pa.string()).cast(pa.float64()).to_pylist()
    return read


def _hashes(columns: Columns, digits: Columns) -> Iterator[str]:
    said = [[text or "" for text in columns[name]] for name in _SAID]
    rows = zip(*said, *(digits[name] for name in NUMBERS), strict=True)
    return (blake2b(row.encode(), digest_size=16).hexdigest() for row in map(_SEPARATOR.join, rows))
