"""The drift contract: the columns that were declared against those that came."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ...connectors.base import Column, SourceError
from .faults import NOT_CALCULATED, Fault, faults_of
from .wording import count, quoted


def members(columns_of_table: Sequence[str], column: Column) -> tuple[str, ...]:
    """The headers that a declared column stands for, in the order of the file; none if it isn't there."""
    if column.pattern is None:
        return tuple(name for name in columns_of_table if name == column.name)
    pattern = re.compile(column.pattern)
    return tuple(name for name in columns_of_table if pattern.fullmatch(name) and not name.startswith("_"))


def fit(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """The declared columns in their declared order, groups spread out, and behind them those that start with ``_``.

    Columns that weren't declared are dropped. One that needn't be there and isn't comes as nulls.

    Raises:
        SourceError: Required columns are missing, all of them named; two declarations claim one header; or a cell of a
            column holds an error, or a formula nobody calculated, that its markers don't account for.
    """
    found = {column: members(table.column_names, column) for column in columns}
    _refuse_missing([column for column in columns if column.required and not found[column]], table.column_names)
    _refuse_claimed_twice(found)
    _refuse_faults(table, found)
    wanted = [name for column in columns for name in found[column] or _stand_ins(column)]
    carried = [name for name in table.column_names if name.startswith("_")]
    present = set(table.column_names)
    absent = pa.nulls(table.num_rows, pa.string())
    fitted: dict[str, Any] = {name: table[name] if name in present else absent for name in [*wanted, *carried]}
    return pa.table(fitted, metadata=table.schema.metadata)


def _stand_ins(column: Column) -> tuple[str, ...]:
    return (column.name,) if column.pattern is None else ()


def _refuse_missing(missing: Sequence[Column], headers: Sequence[str]) -> None:
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        each = "; ".join(_lacking(column, headers) for column in missing)
        raise SourceError(
            f"{count(len(missing), 'declared column')} {verb} missing: {each}. Found: {quoted(headers) or 'none'}.",
            "The source may have renamed them: compare the file with the columns that are declared.",
        )


def _lacking(column: Column, headers: Sequence[str]) -> str:
    if column.pattern is not None:
        return f"'{column.name}' (no header matches '{column.pattern}')"
    by_folded = {header.casefold(): header for header in headers}
    near = difflib.get_close_matches(column.name.casefold(), by_folded, n=1)
    return f"'{column.name}' (did you mean '{by_folded[near[0]]}'?)" if near else f"'{column.name}'"


def _refuse_claimed_twice(found: Mapping[Column, tuple[str, ...]]) -> None:
    claims = defaultdict(list)
    for column, headers in found.items():
        for header in headers:
            claims[header].append(column.name)
    for header, names in claims.items():
        if len(names) > 1:
            raise SourceError(
                f"The column '{header}' is declared more than once: by {quoted(names)}.",
                "Make the patterns narrower, so that each column belongs to one declaration.",
            )


def _refuse_faults(table: pa.Table, found: Mapping[Column, tuple[str, ...]]) -> None:
    explained = {header: dict(column.markers) for column, headers in found.items() for header in headers}
    faults = [
        fault
        for fault in faults_of(table.schema.metadata)
        if fault.header in explained and fault.text not in explained[fault.header]
    ]
    if faults:
        cures = [_CALCULATE_CURE] if any(fault.text == NOT_CALCULATED for fault in faults) else []
        errors = [fault.text for fault in faults if fault.text != NOT_CALCULATED]
        cures += [_ERROR_CURE.format(errors[0])] if errors else []
        raise SourceError(" ".join(map(_told, faults[:_SHOWN_FAULTS])), " ".join(cures))


_SHOWN_FAULTS = 5
_CALCULATE_CURE = (
    "Open the file in a spreadsheet program, save it there so that results are stored, and land that file; and tell "
    "the publisher."
)
_ERROR_CURE = (
    "If an error says why there is no number, add it to the column's markers with a reason, for example "
    "markers: {{'{}': not_available}}; otherwise tell the publisher."
)


def _told(fault: Fault) -> str:
    others = f", and {fault.number - 1:,} more below it" if fault.number > 1 else ""
    what = (
        "a formula without a result, since no program has calculated it"
        if fault.text == NOT_CALCULATED
        else f"the error {fault.text}"
    )
    return f"Cell {fault.cell}, in the column '{fault.header}', holds {what}{others}."
