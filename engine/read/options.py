"""What a spec may say about reading a file (``source.read``), and the same as a value for the readers.

Nothing here reads: compiling a plan needs the schema and the revisions without the libraries that do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ...connectors.base import SourceError
from .place import position
from .shapes import BLOCKS, COLUMNS, FOOTER, HEADER, HEADER_ROW, NAMES, SHEET, SHEETS

READER_REVISIONS: Mapping[str, int] = MappingProxyType({"csv": 2, "workbook": 3, "json": 1})
"""The readers, each with the number that rises when it would read the same bytes differently."""

_HEADERS = ("header_row", "header", "after_header", "columns", "names", "duplicates", "footnotes")
_TABLES = (*_HEADERS, "fill_down", "footer", "until_blank_row", "blocks")
_OF_FORMAT: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "csv": ("format", "member", *_TABLES, "encoding", "delimiter"),
        "workbook": ("format", "member", *_TABLES, "sheet", "sheets", "sheet_column"),
        "json": ("format", "member", "records"),
    }
)


def _only_with(kind: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"format": {"const": kind}}, "required": ["format"]},
        "then": {"propertyNames": {"enum": list(_OF_FORMAT[kind])}},
    }


def _not_both(one: str, other: str) -> dict[str, Any]:
    refused = {"not": {}, "description": f"Either {one} or {other}, not both."}
    return {"if": {"required": [one]}, "then": {"properties": {other: refused}}}


READ_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "description": "How the file becomes a table: where the table is in it and how its text is written.",
        "type": "object",
        "additionalProperties": False,
        "required": ["format"],
        "properties": {
            "format": {
                "description": "What kind of file it is. A workbook may be xlsx, xlsb, xls or ods, whatever it is "
                "called.",
                "enum": ["csv", "workbook", "json"],
            },
            "encoding": {
                "description": "How a CSV file's characters are written as bytes. Older files from Windows are cp1252.",
                "enum": ["utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "utf-16"],
                "default": "utf-8",
            },
            "delimiter": {
                "description": "The character between the fields of a CSV file.",
                "type": "string",
                "pattern": '^[^"\\r\\n]$',
                "default": ",",
            },
            "records": {
                "description": "Where the list of records is in a JSON file: the names that lead to it, with dots "
                "between them, such as data.items. Not needed where the file itself is the list. Fields inside fields "
                "become columns such as area.code.",
                "type": "string",
                "default": "",
            },
            "header_row": HEADER_ROW,
            "header": HEADER,
            "after_header": {
                "description": "How many rows below the header are not read, such as a row of units.",
                "type": "integer",
                "minimum": 1,
            },
            "sheet": SHEET,
            "sheets": SHEETS,
            "sheet_column": {
                "description": "A new column with this name, which says on each row from which sheet it is.",
                "type": "string",
                "pattern": "^[^_]",
            },
            "columns": COLUMNS,
            "names": NAMES,
            "duplicates": {
                "description": "What becomes of headers that occur more than once: the file is refused, or the second "
                "gets ' (2)' behind it, the third ' (3)'.",
                "enum": ["refuse", "number"],
                "default": "refuse",
            },
            "footnotes": {
                "description": "Whether footnote marks are taken off the headers: [note 3], [r], (3) without a space "
                "before it, *, raised figures. A bare figure behind a year stays: no one can tell it from the year.",
                "type": "boolean",
                "default": False,
            },
            "fill_down": {
                "description": "Columns whose blank cells take the value above them, as where row labels are merged.",
                "type": "array",
                "items": {"description": "A header.", "type": "string", "minLength": 1},
                "minItems": 1,
                "uniqueItems": True,
            },
            "footer": FOOTER,
            "until_blank_row": {
                "description": "Whether the table ends at the first blank row below its first row of values, or at the "
                "footer if that comes first.",
                "type": "boolean",
                "default": False,
            },
            "blocks": BLOCKS,
            "member": {
                "description": "The file inside a zip: its name, or a pattern such as *.csv that fits exactly one.",
                "type": "string",
                "minLength": 1,
            },
        },
        "allOf": [*map(_only_with, _OF_FORMAT), _not_both("header", "header_row"), _not_both("sheets", "sheet")],
    }
)
"""JSON Schema 2020-12 of ``source.read``."""

Text = str | re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a header that is to be found, and how many rows it covers."""

    labels: tuple[str, ...]
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Blocks:
    """How a block begins, and the lines above its header that become columns; a pattern fits a whole cell."""

    begins: Text
    labels: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a reader may be told, with the defaults in place.

    ``header_rows`` are the first and the last row of the header, counted from 1; ``names`` go by position from 1, and
    ``columns`` are the first and the last position from 0.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    records: str = ""
    header_rows: tuple[int, int] = (1, 1)
    header: Labels | None = None
    after_header: int = 0
    sheet: str | Mapping[str, str] | None = None
    sheets: Sequence[str] | Mapping[str, str] | None = None
    sheet_column: str | None = None
    columns: tuple[int, int] | None = None
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    duplicates: str = "refuse"
    footnotes: bool = False
    fill_down: Sequence[str] = ()
    footer: tuple[str, ...] = ()
    until_blank_row: bool = False
    blocks: Blocks | None = None
    member: str | None = None

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> Options:
        """Options from plain values that ``READ_SCHEMA`` allows; ``format`` may be among them and is left aside.

        Raises:
            SourceError: What comes first stands last, a pattern is none, or blocks are said without their header.
        """
        if "blocks" in said and not {"header", "header_row"} & said.keys():
            raise SourceError(
                "The blocks have a header, but nothing says where.",
                "Write read: header_row, counted from the first row of a block, or read: header: {labels: [...]}.",
            )
        named = ((_PARSERS.get(name, (name, _as_said)), value) for name, value in said.items() if name != "format")
        return cls(**{name: parse(value) for (name, parse), value in named})

    @property
    def offset(self) -> int:
        """How many columns stand left of those that are read."""
        return 0 if self.columns is None else self.columns[0]

    def cut(self, row: Sequence[str]) -> Sequence[str]:
        """The cells of a row that are read."""
        return row if self.columns is None else row[self.columns[0] : self.columns[1] + 1]


def _as_said(said: Any) -> Any:
    return said


def _header_rows(said: int | Sequence[int]) -> tuple[int, int]:
    first, last = (said, said) if isinstance(said, int) else said
    if first > last:
        raise SourceError(
            f"The header can't start in row {first} and end in row {last}.",
            f"Write read: header_row: [{last}, {first}].",
        )
    return first, last


def _labels(said: Mapping[str, Any]) -> Labels:
    return Labels(tuple(said["labels"]), said.get("rows", 1))


def _columns(said: Sequence[str]) -> tuple[int, int]:
    first, last = map(position, said)
    if first > last:
        raise SourceError(
            f"The columns can't start with {said[0]} and end with {said[1]}.",
            f"Write read: columns: [{said[1]}, {said[0]}].",
        )
    return first, last


def _names(said: Mapping[Any, str]) -> Mapping[int, str]:
    return MappingProxyType({int(position): name for position, name in said.items()})


def _footer(said: str | Sequence[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _blocks(said: Mapping[str, Any]) -> Blocks:
    labels = {name: _text(label, f"blocks: labels: {name}") for name, label in said.get("labels", {}).items()}
    for name, label in labels.items():
        if isinstance(label, re.Pattern) and label.groups != 1:
            raise SourceError(
                f"The pattern '{label.pattern}' for the column '{name}' has {label.groups} groups, not one.",
                "Put round brackets around what becomes the value, and around nothing else: 'Year to (.*)'.",
            )
    return Blocks(_text(said["begins"], "blocks: begins"), MappingProxyType(labels))


def _text(said: str | Mapping[str, str], option: str) -> Text:
    if isinstance(said, str):
        return said
    try:
        return re.compile(said["pattern"])
    except re.error as error:
        raise SourceError(
            f"The pattern '{said['pattern']}' is no regular expression: {error}.", f"Correct read: {option}: pattern."
        ) from error


_PARSERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "header_row": ("header_rows", _header_rows),
        "header": ("header", _labels),
        "columns": ("columns", _columns),
        "names": ("names", _names),
        "footer": ("footer", _footer),
        "blocks": ("blocks", _blocks),
    }
)
