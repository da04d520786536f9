"""How a server describes a statement's parameters, which drivers ask before they send many rows at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from . import wire

# By name: the number of the type, that of its form on the wire, its length in bytes, precision and scale.
_PLAIN: Mapping[str, tuple[int, int, int, int, int]] = MappingProxyType(
    {
        "bit": (104, 104, 1, 1, 0),
        "int": (56, 38, 4, 10, 0),
        "bigint": (127, 38, 8, 19, 0),
        "float": (62, 109, 8, 53, 0),
        "date": (40, 40, 3, 10, 0),
    }
)
_OF_LENGTH = MappingProxyType({"varchar": (167, 1), "nvarchar": (231, 2), "varbinary": (165, 1)})
_DATETIME2, _DECIMAL = 42, 106
_COLUMNS = (
    "parameter_ordinal name suggested_system_type_id suggested_system_type_name suggested_max_length "
    "suggested_precision suggested_scale suggested_user_type_id suggested_user_type_database "
    "suggested_user_type_schema suggested_user_type_name suggested_assembly_qualified_type_name "
    "suggested_xml_collection_id suggested_xml_collection_database suggested_xml_collection_schema "
    "suggested_xml_collection_name suggested_is_xml_document suggested_is_case_sensitive "
    "suggested_is_fixed_length_clr_type suggested_is_input suggested_is_output formal_parameter_name "
    "suggested_tds_type_id suggested_tds_length"
).split()


def describe(types: Sequence[str]) -> bytes:
    """The answer of ``sp_describe_undeclared_parameters`` for parameters of these types, such as ``nvarchar(40)``."""
    rows = [_row(place, name) for place, name in enumerate(types, 1)]
    return wire.result(_COLUMNS, rows) + wire.done(wire.DONE_IN_PROCEDURE, wire.MORE, len(rows))


def _row(place: int, name: str) -> list[Any]:
    number, on_wire, length, precision, scale = _numbers(name)
    known = {
        "parameter_ordinal": place,
        "name": f"@P{place}",
        "suggested_system_type_id": number,
        "suggested_system_type_name": name,
        "suggested_max_length": length,
        "suggested_precision": precision,
        "suggested_scale": scale,
        "suggested_is_xml_document": 0,
        "suggested_is_case_sensitive": 0,
        "suggested_is_fixed_length_clr_type": 0,
        "suggested_is_input": 1,
        "suggested_is_output": 0,
        "suggested_tds_type_id": on_wire,
        "suggested_tds_length": length,
    }
    return [known.get(column) for column in _COLUMNS]


def _numbers(name: str) -> tuple[int, int, int, int, int]:
    base, *given = re.findall(r"\w+", name)
    if base in _OF_LENGTH:
        number, width = _OF_LENGTH[base]
        return number, number, -1 if given == ["max"] else width * int(given[0]), 0, 0
    if base == "datetime2":
        scale = int(given[0])
        return _DATETIME2, _DATETIME2, 8, 20 + scale, scale
    if base == "decimal":
        return _DECIMAL, _DECIMAL, 17, int(given[0]), int(given[1])
    return _PLAIN[base]
