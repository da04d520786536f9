"""What is known of a step without running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .columns import Columns
from .faults import Report

Arguments: TypeAlias = Mapping[str, Any]
Infer: TypeAlias = Callable[[Columns, Arguments, Report], Columns]


@dataclass(frozen=True, slots=True)
class Signature:
    """A step's name, its arguments, and what it makes of columns.

    ``infer`` takes arguments that satisfy ``argument_schema`` and went through ``bind``. It reports every fault and
    returns the columns after the step, guessing where a fault leaves them open. A ``rowwise`` step looks at one row at
    a time, so it may be run on a part of the data. ``revision`` goes up when the same arguments give other results.
    ``shorthand`` is the one argument that may be written in place of them all.
    """

    name: str
    summary: str
    argument_schema: Mapping[str, Any]
    infer: Infer
    revision: int = 1
    rowwise: bool = True
    shorthand: str | None = None


def schema(description: str, properties: Mapping[str, Any], required: tuple[str, ...]) -> Mapping[str, Any]:
    """The schema of arguments with names of their own."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def named(description: str) -> Mapping[str, Any]:
    """The schema of one argument that is a column's name."""
    return {"description": description, "type": "string", "minLength": 1}


def mapped(description: str, of: str) -> Mapping[str, Any]:
    """The schema of arguments whose names the author chooses; each says one text."""
    texts = {"description": of, "type": "string", "minLength": 1}
    return {"description": description, "type": "object", "minProperties": 1, "additionalProperties": texts}
