"""How a fault in a recipe is told, and the two that every step can have: a column that isn't there, or is of no use."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from ...connectors.base import Column, Kind
from .columns import CARRIED, Columns

Path: TypeAlias = tuple[str | int, ...]


class Report(Protocol):
    """What faults are told to."""

    def __call__(self, at: Path, code: str, found: str, allowed: str = "", cure: str = "") -> None:
        """Take one fault: where it is, a short code, what was found, what is allowed, and the likely cure."""


def known_column(columns: Columns, name: str, at: Path, report: Report, cure: str = "") -> Column | None:
    """The column of that name; where there is none, or it is a group of columns, that is reported."""
    column = columns.get(name)
    if column is None:
        cures = " ".join(said for said in (columns.suggestion(name), cure) if said)
        report(at, "unknown-column", f"There is no column `{name}`.", columns.listed(), cures)
        return None
    if column.pattern is not None:
        report(
            at,
            "group-column",
            f"`{name}` stands for a group of columns.",
            "a single column",
            f"Unpivot the group first: unpivot: {{columns: {name}, name: …, value: …}}.",
        )
        return None
    return column


def column_of_kind(columns: Columns, name: str, kind: Kind, at: Path, report: Report) -> Column | None:
    """The column of that name; where it isn't of the kind that is needed, that is reported."""
    column = known_column(columns, name, at, report)
    if column is None or name in columns.guessed or column.kind == kind:
        return column
    cure = (
        as_number(name)
        if kind == "number"
        else "Numbers are made of text by the step number; use the column before it."
    )
    report(at, "kind-mismatch", f"`{name}` is a column of {column.kind}s.", f"a column of {kind}s", cure)
    return None


def as_number(name: str) -> str:
    """The cure for a column of texts where numbers are needed."""
    return f"Make it a number first: number: {{column: {name}}}."


def new_name(columns: Columns, name: str, at: Path, report: Report) -> None:
    """Report a name that a new column can't have: it is taken, or reserved."""
    if name.startswith(CARRIED):
        report(at, "reserved-name", f"`{name}` starts with an underscore.", "a name that starts otherwise")
    elif name in columns:
        report(at, "duplicate-column", f"There is a column `{name}` already.", "a new name")
