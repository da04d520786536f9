"""Numbers out of cells: the texts of a column become numbers, and reasons where there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw

from ...connectors.base import Column, SourceError
from ..measures import UNITS
from .columns import Columns, companion, has_companion
from .distinct import Frame, cells, distinct, looked_up, replaced
from .statuses import explained, joined, settled

_NUMBER = r"-?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_SIGN = r"\[[^\]]+\]|\([A-Za-z0-9]{1,3}\)|[*†‡§#¹²³⁰⁴-⁹]"
_FOOTNOTED = re.compile(rf"({_NUMBER})((?:\s*(?:{_SIGN})|\s+[a-z])+)")
_FOOTNOTE = re.compile(rf"{_SIGN}|[a-z]")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a text that isn't a plain number stands for: a number, a reason, or both."""

    number: float | None = None
    reasons: str | None = None


def type_columns(frame: Frame, columns: Sequence[Column]) -> Frame:
    """Make numbers of the texts of all columns that are declared as such, groups included, with their companions.

    Raises:
        SourceError: A cell is neither a number nor blank nor one of its column's markers.
    """
    declared = Columns.of(columns)
    numbers = [_each(column, declared, frame) for column in columns if column.kind == "number"]
    return parse_numbers(frame, [column for each in numbers for column in each])


def parse_numbers(frame: Frame, columns: Sequence[Column], *, footnotes: bool = False) -> Frame:
    """Make numbers of the texts of these columns, whose names are headers, with the companions that they have.

    Raises:
        SourceError: A cell is neither a number (with ``footnotes``, followed by marks) nor blank nor a marker.
    """
    companions = (companion(column.name) for column in columns if has_companion(column))
    order = list(dict.fromkeys([*frame.columns, *companions]))
    frame = frame.with_columns(_plain_number(column).alias(_parsed(column)) for column in columns)
    known = {column.name: _odd_cells(frame, column, footnotes=footnotes) for column in columns}
    _refuse_unknown(frame, known)
    plain = [column for column in columns if not known[column.name] and not column.status_from]
    frame = frame.with_columns(expression for column in plain for expression in _typed_plainly(column))
    for column in columns:
        if column not in plain:
            frame = _typed(frame, column, {text: cell for text, cell in known[column.name].items() if cell})
    return frame.select(order)


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


def _each(column: Column, declared: Columns, frame: Frame) -> list[Column]:
    if column.pattern is None:
        return [column]
    return [replace(column, name=header, pattern=None) for header in declared.members(column.name, frame.columns)]


def _parsed(column: Column) -> str:
    return f"_number:{column.name}"


def _plain_number(column: Column) -> nw.Expr:
    text = nw.col(column.name).str.strip_chars()
    plain = text.str.contains(f"^{_NUMBER}$")
    # -1 for a suppressed number; beside a column that explains, such a text is one of its codes
    placeholders = [marker for marker, _ in column.markers if re.fullmatch(_NUMBER, marker)]
    if placeholders and not column.status_from:
        plain &= ~text.is_in(placeholders)
    return nw.when(plain).then(text.str.replace_all(",", "", literal=True)).cast(nw.Float64)


def _odd_cells(frame: Frame, column: Column, *, footnotes: bool) -> dict[str, Cell | None]:
    odd = frame.filter(nw.col(_parsed(column)).is_null() & ~nw.col(column.name).is_null())
    markers = dict(column.markers)
    return {
        text: read_cell(text.strip(), markers, footnotes=footnotes, unit=column.unit)
        for text in distinct(odd, column.name)
    }


def _refuse_unknown(frame: Frame, known: Mapping[str, Mapping[str, Cell | None]]) -> None:
    unknown = {name: [text for text, cell in found.items() if cell is None] for name, found in known.items()}
    found = [f"`{name}` holds {cells(frame, name, texts)}." for name, texts in unknown.items() if texts]
    if not found:
        return
    example = next(texts[0] for texts in unknown.values() if texts)
    raise SourceError(
        f"A cell is neither a number nor a known marker: {' '.join(found)}",
        f"If such a text says why a number is missing, add it to the column's markers with a reason, for example"
        f" markers: {{'{example}': not_available}}. Lines that are no data are left out by source.read.",
    )


def _typed_plainly(column: Column) -> list[nw.Expr]:
    """A column of plain numbers and blanks, as most are: nobody has to look at its texts, and all are made at once."""
    number = nw.col(_parsed(column))
    if not has_companion(column):
        return [number.alias(column.name)]
    blank = nw.lit(explained(dict(column.markers).get("", "")), dtype=nw.String)
    return [number.alias(column.name), nw.when(number.is_null()).then(blank).alias(companion(column.name))]


def _typed(frame: Frame, column: Column, known: Mapping[str, Cell]) -> Frame:
    new = [_number(column, known).alias(column.name)]
    status = companion(column.name)
    if not has_companion(column):
        return frame.with_columns(new)
    new.append(joined(_reasons(frame, column, known)).alias(status))
    return settled(frame.with_columns(new), column.name, status)


def _number(column: Column, known: Mapping[str, Cell]) -> nw.Expr:
    plain = nw.col(_parsed(column))
    footnoted = {text: cell.number for text, cell in known.items() if cell.number is not None}
    if not footnoted:
        return plain
    return nw.coalesce(plain, looked_up(column.name, list(footnoted), list(footnoted.values()), nw.Float64))


def _reasons(frame: Frame, column: Column, known: Mapping[str, Cell]) -> list[nw.Expr]:
    markers = dict(column.markers)
    found = [looked_up(column.name, list(known), [cell.reasons for cell in known.values()], nw.String)]
    blank = nw.col(column.name).is_null()
    if column.status_from:
        blank &= nw.col(column.status_from).is_null()
        explained = {text.strip().casefold(): reason for text, reason in column.markers}
        found.append(replaced(frame, column.status_from, lambda text: explained.get(text.strip().casefold())))
    if "" in markers:
        found.append(nw.when(blank).then(nw.lit(markers[""])))
    return found
