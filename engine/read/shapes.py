"""JSON Schema of the larger options of ``source.read``: the header, the sheets, the columns and the blocks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Schema = Mapping[str, Any]

HEADER_ROW: Schema = MappingProxyType(
    {
        "description": "The row with the headers, counted from 1 as a spreadsheet shows it, or with blocks from the "
        "first row of a block; or [first, last] where a header covers several rows, which are then joined with a "
        "space. Rows above it are not read.",
        "type": ["integer", "array"],
        "minimum": 1,
        "items": {"type": "integer", "minimum": 1},
        "minItems": 2,
        "maxItems": 2,
        "default": 1,
    }
)

HEADER: Schema = MappingProxyType(
    {
        "description": "The header found by some of its labels instead of by its row, which may then move: the first "
        "row among the first 200 that holds them all. Rows above it are not read.",
        "type": "object",
        "additionalProperties": False,
        "required": ["labels"],
        "properties": {
            "labels": {
                "description": "Headers that must all be there, each as the whole of a cell; footnote marks, and how "
                "white space is written, don't count.",
                "type": "array",
                "items": {"type": "string", "pattern": "\\S"},
                "minItems": 1,
                "uniqueItems": True,
            },
            "rows": {
                "description": "How many rows the header covers: so many together hold the labels, once each column is "
                "joined with a space. Where rows further up would do as well, it reaches down as far as it can.",
                "type": "integer",
                "minimum": 1,
                "maximum": 10,
                "default": 1,
            },
        },
    }
)

_PATTERN: Schema = MappingProxyType({"type": "string", "format": "regex", "minLength": 1})
_TEXT: Schema = MappingProxyType({"type": "string", "minLength": 1})

_CHOICE: Schema = MappingProxyType(
    {
        "pattern": {**_PATTERN, "description": "A regular expression that the whole name of the sheet must match."},
        "title": {**_TEXT, "description": "Text that the sheet's cell A1 contains, in capitals or not."},
    }
)

SHEET: Schema = MappingProxyType(
    {
        "description": "The sheet to read: its name, or a pattern or a title that fits exactly one sheet. Hidden and "
        "empty sheets count only where they are named. Not needed where a workbook has one sheet.",
        "type": ["string", "object"],
        "minLength": 1,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": _CHOICE,
    }
)

SHEETS: Schema = MappingProxyType(
    {
        "description": "Several sheets to read in the same way, one after the other, each with columns of its own: "
        "their names, or a pattern or a title for all sheets that it fits. Hidden and empty sheets count only where "
        "they are named.",
        "type": ["array", "object"],
        "items": _TEXT,
        "minItems": 1,
        "uniqueItems": True,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": _CHOICE,
    }
)

COLUMNS: Schema = MappingProxyType(
    {
        "description": "The first and the last column to read, as the letters of a spreadsheet: [A, R]. Whatever "
        "stands left or right of them is not read.",
        "type": "array",
        "items": {"description": "The letters of a column, in capitals.", "type": "string", "pattern": "^[A-Z]{1,3}$"},
        "minItems": 2,
        "maxItems": 2,
    }
)

NAMES: Schema = MappingProxyType(
    {
        "description": "Names for columns with a blank header, by position counted from 1, such as {1: code, 2: name}.",
        "type": "object",
        "propertyNames": {"pattern": "^[1-9][0-9]*$"},
        "additionalProperties": {"type": "string", "minLength": 1},
        "minProperties": 1,
    }
)

FOOTER: Schema = MappingProxyType(
    {
        "description": "How the first row below the table begins: its first cell that isn't blank starts with this "
        "text, or with one of these. A file without such a row is refused.",
        "type": ["string", "array"],
        "minLength": 1,
        "items": _TEXT,
        "minItems": 1,
        "uniqueItems": True,
    }
)

BLOCKS: Schema = MappingProxyType(
    {
        "description": "Several tables with the same header below one another, each a block that ends where the next "
        "one begins (or before: footer, until_blank_row). The place of the header is said as for a table alone "
        "(header, header_row), and counted from the first row of a block.",
        "type": "object",
        "additionalProperties": False,
        "required": ["begins"],
        "properties": {
            "begins": {
                "description": "How the first row of a block begins: its first cell that isn't blank starts with this "
                "text, or matches the pattern as a whole.",
                "type": ["string", "object"],
                "minLength": 1,
                "additionalProperties": False,
                "required": ["pattern"],
                "properties": {"pattern": {**_PATTERN, "description": "A regular expression for the whole cell."}},
            },
            "labels": {
                "description": "New columns that take what the lines between a block's first row and its header say: "
                "{Date: date} takes the cell beside the one that starts with 'date'; {Year: {pattern: 'Year to (.*)'}} "
                "takes what the group in the pattern matches.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[^_]"},
                "additionalProperties": {
                    "description": "The text a line starts with, or a pattern with one group for its first cell.",
                    "type": ["string", "object"],
                    "minLength": 1,
                    "additionalProperties": False,
                    "required": ["pattern"],
                    "properties": {
                        "pattern": {
                            **_PATTERN,
                            "description": "A regular expression for the whole cell; its one group is the value.",
                        }
                    },
                },
            },
        },
    }
)
