"""A hash of rows as a set: the same whatever their order, the order of columns, the batches, or the engine."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_SLICE_ROWS = 10_000
_MODULUS = 2**256

# bytes that never occur in UTF-8, so that no value can be taken for a border between values or for a missing one
_BORDER = b"\xff"
_NULL = b"\xfe"


class RowSet:
    """Rows counted in and hashed, batch by batch.

    Each row gives the SHA-256 of its values, taken by the names of their columns; the hashes are added up, so that a
    row which comes twice counts twice. Columns that start with ``_`` say where a row was, not what it says, and don't
    count. Null and blank text differ.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
        self._counts: defaultdict[tuple[str, ...], int] = defaultdict(int)

    def add(self, table: pa.Table) -> None:
        """Count in the rows of a table of text columns."""
        names = tuple(sorted(name for name in table.column_names if not name.startswith("_")))
        self.rows += table.num_rows
        self._counts[names] += table.num_rows
        for batch in table.select(list(names)).to_batches(max_chunksize=_SLICE_ROWS):
            self._sums[names] = (self._sums[names] + _sum_of_hashes(batch)) % _MODULUS

    def hexdigest(self) -> str:
        """The hash of all rows so far, with their number and the names of their columns: 64 hexadecimal digits."""
        said = [[names, self._counts[names], f"{self._sums[names]:x}"] for names in sorted(self._counts)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _sum_of_hashes(batch: pa.RecordBatch) -> int:
    if not batch.num_columns:
        return 0
    columns: list[Any] = batch.columns
    values = [column.cast(pa.binary()).fill_null(_NULL) for column in columns]
    joined = pc.binary_join_element_wise(*values, _BORDER)
    return sum(int.from_bytes(hashlib.sha256(row).digest(), "big") for row in joined.to_pylist())
