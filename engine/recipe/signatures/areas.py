"""Signature of area_codes: from the names of areas to their codes."""

from __future__ import annotations

from ....connectors.base import Column
from ...geography import NAMED_LEVELS
from ..columns import Columns
from ..faults import Report, column_of_kind, new_name
from ..signature import Arguments, Signature, named, schema


def _infer(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    column_of_kind(columns, arguments["from"], "text", ("from",), report)
    new_name(columns, arguments["as"], ("as",), report)
    return columns.added(Column(arguments["as"]))


AREA_SIGNATURES = (
    Signature(
        "area_codes",
        "Make a column of area codes of one of names, where a source prints no codes. Only exact names of the register"
        " count, whatever their case, white space and footnotes; others stay as they are printed and are told.",
        schema(
            "Which column, of which kind of area the names are, and what the column of codes is called.",
            {
                "from": named("The column of names."),
                "level": {"description": "Of which kind of area they are names.", "enum": list(NAMED_LEVELS)},
                "as": named("The new column of codes."),
                "vintage": {
                    "description": "The month on whose first day the areas were valid, such as 2023-04; without it a"
                    " name that several places had, one after the other, has no code.",
                    "type": "string",
                    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
                },
            },
            ("from", "level", "as"),
        ),
        _infer,
    ),
)
