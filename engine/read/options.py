"""What a spec may say about reading a file (``source.read``), and the same as a value for the readers.

Nothing here reads: compiling a plan needs the schema and the revisions without the libraries that do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ...connectors.base import SourceError

READER_REVISIONS: Mapping[str, int] = MappingProxyType({"csv": 1, "workbook": 1})
"""The readers, each with the number that rises when it would read the same bytes differently."""

_HEADER_ROW: Mapping[str, Any] = MappingProxyType(
    {
        "description": "The row with the headers, counted from 1 as a spreadsheet shows it; or [first, last] where a "
        "header covers several rows, which are then joined with a space. Rows above it are not read.",
        "type": ["integer", "array"],
        "minimum": 1,
        "items": {"type": "integer", "minimum": 1},
        "minItems": 2,
        "maxItems": 2,
        "default": 1,
    }
)

_SHEET: Mapping[str, Any] = MappingProxyType(
    {
        "description": "The sheet to read: its name, or a pattern or a title that fits exactly one visible sheet. Not "
        "needed where a workbook has one sheet.",
        "type": ["string", "object"],
        "minLength": 1,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "pattern": {
                "description": "A regular expression that the whole name of the sheet must match.",
                "type": "string",
                "format": "regex",
                "minLength": 1,
            },
            "title": {
                "description": "Text that the sheet's cell A1 contains, in capitals or not.",
                "type": "string",
                "minLength": 1,
            },
        },
    }
)

_NAMES: Mapping[str, Any] = MappingProxyType(
    {
        "description": "Names for columns with a blank header, by position counted from 1, such as {1: code, 2: name}.",
        "type": "object",
        "propertyNames": {"pattern": "^[1-9][0-9]*$"},
        "additionalProperties": {"type": "string", "minLength": 1},
        "minProperties": 1,
    }
)

_EVERYWHERE = ("format", "header_row", "names", "footer", "member")


def _only_with(kind: str, *options: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"format": {"const": kind}}, "required": ["format"]},
        "then": {"propertyNames": {"enum": [*_EVERYWHERE, *options]}},
    }


READ_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "description": "How the file becomes a table: where the table is in it and how its text is written.",
        "type": "object",
        "additionalProperties": False,
        "required": ["format"],
        "properties": {
            "format": {
                "description": "What kind of file it is. A workbook may be xlsx, xls or ods.",
                "enum": ["csv", "workbook"],
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
            "header_row": _HEADER_ROW,
            "sheet": _SHEET,
            "names": _NAMES,
            "footer": {
                "description": "How the first row below the table begins: its first cell that isn't blank starts with "
                "this text. A file without such a row is refused.",
                "type": "string",
                "minLength": 1,
            },
            "member": {
                "description": "The file inside a zip: its name, or a pattern such as *.csv that fits exactly one.",
                "type": "string",
                "minLength": 1,
            },
        },
        "allOf": [_only_with("csv", "encoding", "delimiter"), _only_with("workbook", "sheet")],
    }
)
"""JSON Schema 2020-12 of ``source.read``."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a reader may be told, with the defaults in place.

    ``header_rows`` are the first and the last row of the header, counted from 1; ``names`` go by position from 1.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    header_rows: tuple[int, int] = (1, 1)
    sheet: str | Mapping[str, str] | None = None
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    footer: str | None = None
    member: str | None = None

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> Options:
        """Options from plain values that ``READ_SCHEMA`` allows; ``format`` may be among them and is left aside.

        Raises:
            SourceError: The header's first row comes after its last.
        """
        known = {name: value for name, value in said.items() if name not in {"format", "header_row", "names"}}
        names = {int(position): name for position, name in said.get("names", {}).items()}
        return cls(**known, header_rows=_header_rows(said.get("header_row", 1)), names=MappingProxyType(names))


def _header_rows(said: int | list[int]) -> tuple[int, int]:
    first, last = (said, said) if isinstance(said, int) else said
    if first > last:
        raise SourceError(
            f"The header can't start in row {first} and end in row {last}.",
            f"Write read: header_row: [{last}, {first}].",
        )
    return first, last
