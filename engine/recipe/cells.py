"""Numbers out of cells: the texts of a column become numbers, and reasons where there are none.

This is done on Arrow's columns, whatever engine does the rest: they are what readers hand over and what every engine
gives away, and most indicators are so small that an engine's own way of being asked would take longer than the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from ...connectors.base import Column, SourceError
from ..measures import UNITS
from .columns import ROW, Columns, companion, has_companion
from .distinct import Frame, cells
from .statuses import explained, says_missing, united

_Column: TypeAlias = "pa.ChunkedArray[Any]"

_NUMBER = r"-?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_SIGN = r"\[[^\]]+\]|\([A-Za-z0-9]{1,3}\)|[*†‡§#¹²³⁰⁴-⁹]"
_FOOTNOTED = re.compile(rf"({_NUMBER})((?:\s*(?:{_SIGN})|\s+[a-z])+)")
_FOOTNOTE = re.compile(rf"{_SIGN}|[a-z]")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a text that isn't a plain number stands for: a number, a reason, or both."""

    number: float | None = None
    reasons: str | None = None


def type_columns(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """Make numbers of the texts of all columns that are declared as such, groups included, with their companions.

    Raises:
        SourceError: A cell is neither a number nor blank nor one of its column's markers.
    """
    declared = Columns.of(columns)
    numbers = [_each(column, declared, table.column_names) for column in columns if column.kind == "number"]
    return _parsed(table, [column for each in numbers for column in each], footnotes=False)


def parse_numbers(frame: Frame, columns: Sequence[Column], *, footnotes: bool = False) -> Frame:
    """Make numbers of the texts of these columns, whose names are headers, with the companions that they have.

    Raises:
        SourceError: A cell is neither a number (with ``footnotes``, followed by marks) nor blank nor a marker.
    """
    looked_at = {name for column in columns for name in (column.name, column.status_from) if name}
    asked = [name for name in frame.columns if name in looked_at or name == ROW]
    # an engine that numbers its rows hands these over as one more column
    parsed = _parsed(frame.select(asked).to_arrow().select(asked), columns, footnotes=footnotes)
    read = {column.name for column in columns}
    made = [name for name in parsed.column_names if name not in asked or name in read]
    return frame.with_columns(*nw.from_arrow(parsed.select(made), backend=frame.implementation).iter_columns())


def _parsed(table: pa.Table, columns: Sequence[Column], *, footnotes: bool) -> pa.Table:
    read = [_Texts.of(table, column, footnotes=footnotes) for column in columns]
    _refuse_unknown(table, read)
    companions = [companion(column.name) for column in columns if has_companion(column)]
    made = {name: array for texts in read for name, array in texts.made(table).items()}
    names = dict.fromkeys([*table.column_names, *companions])
    arrays: dict[str, Any] = {name: made[name] if name in made else table.column(name) for name in names}
    return pa.table(arrays)


def read_cell(text: str, markers: Mapping[str, str], *, footnotes: bool, unit: str | None = None) -> Cell | None:
    """What a text stands for that isn't a plain number; nothing if that isn't known.

    The unit's own sign may stand beside a number: ``12.3%`` in a column of percentages, ``£1,200`` in one of pounds.

    >>> read_cell("1,234.5 [u]", {"[u]": "unreliable"}, footnotes=True)
    Cell(number=1234.5, reasons='unreliable')
    >>> read_cell("−12.3%", {}, footnotes=False, unit="percent")
    Cell(number=-12.3, reasons=None)
    """
    if text in markers or not text:
        return Cell(reasons=markers.get(text))
    text = _without_sign(text.replace("−", "-"), unit)
    if re.fullmatch(_NUMBER, text):
        return None if text in markers else Cell(float(text.replace(",", "")))
    found = _FOOTNOTED.fullmatch(text) if footnotes else None
    if found is None:
        return None
    reasons = [markers[mark] for mark in _FOOTNOTE.findall(found[2]) if mark in markers]
    return Cell(float(found[1].replace(",", "")), " ".join(reasons) or None)


def _without_sign(text: str, unit: str | None) -> str:
    """The text without the sign of its unit; a minus may stand before a pound sign."""
    match UNITS[unit].symbol if unit is not None and unit in UNITS else "":
        case "%":
            return text.removesuffix("%").rstrip()
        case "£":
            return text.replace("£", "", 1) if text.startswith(("£", "-£")) else text
        case _:
            return text


def _each(column: Column, declared: Columns, headers: Sequence[str]) -> list[Column]:
    if column.pattern is None:
        return [column]
    return [replace(column, name=header, pattern=None) for header in declared.members(column.name, headers)]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of a column: the numbers that some are plainly, and what the others stand for, if that is known."""

    column: Column
    numbers: _Column
    others: Mapping[str, Cell | None]

    @classmethod
    def of(cls, table: pa.Table, column: Column, *, footnotes: bool) -> _Texts:
        texts = table.column(column.name)
        numbers = _plain_numbers(texts, column)
        others = map(str, texts.filter(pc.and_(pc.is_null(numbers), pc.is_valid(texts))).unique().to_pylist())
        markers = dict(column.markers)
        read = {
            text: read_cell(text.strip(), markers, footnotes=footnotes, unit=column.unit) for text in sorted(others)
        }
        return cls(column, numbers, read)

    @property
    def unknown(self) -> list[str]:
        return [text for text, cell in self.others.items() if cell is None]

    def made(self, table: pa.Table) -> dict[str, _Column]:
        """The numbers, and what is said of them if something is."""
        column, numbers = self.column, self.numbers
        known = {text: cell for text, cell in self.others.items() if cell is not None}
        texts = table.column(column.name)
        footnoted = {text: cell.number for text, cell in known.items() if cell.number is not None}
        if footnoted:
            numbers = pc.coalesce(numbers, _looked_up(texts, footnoted.get, pa.float64()))
        if not has_companion(column):
            return {column.name: numbers}
        numbers, said = _settled(numbers, _joined(self._reasons(table, known)))
        return {column.name: numbers, companion(column.name): said}

    def _reasons(self, table: pa.Table, known: Mapping[str, Cell]) -> list[_Column]:
        column, texts, markers = self.column, table.column(self.column.name), dict(self.column.markers)
        found = [_looked_up(texts, lambda text: known[text].reasons if text in known else None, pa.string())]
        blank = pc.is_null(texts)
        if column.status_from:
            beside = table.column(column.status_from)
            blank = pc.and_(blank, pc.is_null(beside))
            told = {text.strip().casefold(): reason for text, reason in column.markers}
            found.append(_looked_up(beside, lambda text: told.get(text.strip().casefold()), pa.string()))
        if "" in markers:
            found.append(pc.if_else(blank, pa.scalar(markers[""], pa.string()), pa.scalar(None, pa.string())))
        return found


def _plain_numbers(texts: _Column, column: Column) -> _Column:
    stripped = pc.utf8_trim_whitespace(texts)
    plain = pc.match_substring_regex(stripped, f"^(?:{_NUMBER})$")
    # -1 for a suppressed number; beside a column that explains, such a text is one of its codes
    placeholders = [marker for marker, _ in column.markers if re.fullmatch(_NUMBER, marker)]
    if placeholders and not column.status_from:
        plain = pc.and_not(plain, pc.is_in(stripped, pa.array(placeholders, pa.string())))
    digits = pc.replace_substring(stripped, ",", "")
    numbers: _Column = pc.if_else(plain, digits, pa.scalar(None, pa.string())).cast(pa.float64())
    return numbers


def _looked_up(texts: _Column, tell: Callable[[str], float | str | None], kind: pa.DataType) -> _Column:
    """What is told of each text, asked once for equal ones; missing for what is missing."""
    coded = texts.combine_chunks().dictionary_encode()
    told = pa.array([tell(str(text)) for text in coded.dictionary.to_pylist()], kind)
    return pa.chunked_array([told.take(coded.indices)])


def _joined(reasons: Sequence[_Column]) -> _Column:
    """The reasons of several columns in a row; empty where there are none."""
    columns: list[Any] = [*reasons, "", " "]
    joined: _Column = pc.binary_join_element_wise(*columns, null_handling="skip")
    return joined


def _settled(numbers: _Column, said: _Column) -> tuple[_Column, _Column]:
    """As ``statuses.settled`` does: what is said to be missing is no number, and what is missing has a reason."""
    ghosts = _looked_up(said, says_missing, pa.bool_())
    numbers = pc.if_else(ghosts, pa.scalar(None, pa.float64()), numbers)
    there, gone = (_looked_up(said, tell, pa.string()) for tell in (united, explained))
    return numbers, pc.if_else(pc.is_null(numbers), gone, there)


def _refuse_unknown(table: pa.Table, read: Sequence[_Texts]) -> None:
    unknown = {texts.column.name: texts.unknown for texts in read if texts.unknown}
    if not unknown:
        return
    frame = nw.from_arrow(table, backend="pyarrow")
    found = [f"`{name}` holds {cells(frame, name, texts)}." for name, texts in unknown.items()]
    example = next(iter(unknown.values()))[0]
    raise SourceError(
        f"A cell is neither a number nor a known marker: {' '.join(found)}",
        f"If such a text says why a number is missing, add it to the column's markers with a reason, for example"
        f" markers: {{'{example}': not_available}}. Lines that are no data are left out by source.read.",
    )
