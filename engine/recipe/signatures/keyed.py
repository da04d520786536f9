"""What all steps ask of columns that compare rows by area, breakdown and period."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....connectors.base import TARGET, Column
from ...geography import LEVELS, is_code
from ..columns import AREA, BREAKDOWN, TIME_PERIOD, Columns, number
from ..faults import Path, Report, column_of_kind, new_name
from ..signature import Arguments, named

_DURATION = r"^P(?=[0-9])(?=.*[1-9])(([0-9]{1,3}Y)?([0-9]{1,4}M)?|[0-9]{1,4}D)$"


def area_codes() -> Mapping[str, Any]:
    """The schema of the argument that names the column of areas."""
    return {**named("The column of area codes, if it isn't called area."), "default": AREA}


def duration(description: str) -> Mapping[str, Any]:
    """The schema of an argument that is a stretch of time."""
    return {
        "description": f"{description}, an ISO 8601 duration such as P1Y, P3M or P90D.",
        "type": "string",
        "pattern": _DURATION,
    }


def among(least: int) -> Mapping[str, Any]:
    """The schema of the argument that says which areas are compared."""
    return {
        "description": "The areas to compare with: a level (all its areas that are chosen in the settings), or a list"
        " of area codes.",
        "type": ["string", "array"],
        "minLength": 1,
        "minItems": least,
        "uniqueItems": True,
        "items": named("An area's code."),
    }


def check_keys(columns: Columns, area: str, report: Report) -> Column | None:
    """The column of area codes; report what is wrong with it, with the breakdown (if there is one) and the period."""
    if BREAKDOWN in columns:
        column_of_kind(columns, BREAKDOWN, "text", (), report)
    if TIME_PERIOD in columns:
        column_of_kind(columns, TIME_PERIOD, "text", (), report)
    else:
        cure = "Put a step period before this one."
        report((), "unknown-column", f"There is no column `{TIME_PERIOD}`.", columns.listed(), cure)
    return column_of_kind(columns, area, "text", ("area",), report)


def check_target(columns: Columns, area: Column | None, whose: str, cure: str, report: Report) -> None:
    """Report area codes that aren't of the vintage of ``whose`` areas, which is the target vintage."""
    if area is None or area.name in columns.guessed or area.kind != "text" or area.vintage == TARGET:
        return
    found = f"`{area.name}` holds codes as the source prints them, {whose} on the target vintage."
    report(("area",), "vintage-mismatch", found, "area codes on the target vintage", cure)


def check_among(columns: Columns, area: Column | None, said: str | Sequence[str], report: Report) -> None:
    """Report reference areas that can't be those of the column of areas."""
    if isinstance(said, str):
        _check_level(said, report)
        whose = f"the areas of level {said} are"
    else:
        for place, code in enumerate(said):
            check_code(code, ("among", place), report)
        whose = "the areas to compare with are"
    check_target(columns, area, whose, in_a_component("start"), report)


def check_code(code: str, at: Path, report: Report) -> None:
    """Report what can't be an area's code."""
    if not is_code(code):
        cure = "Write the area's code, not its name."
        report(at, "no-area-code", f"'{code}' is no area code.", "a code such as E08000035", cure)


def in_a_component(what: str) -> str:
    """The cure for codes as published where the target vintage is needed."""
    return (
        f"Make this a component (publish: false), and {what} from an indicator that starts with"
        " source: {indicator: …}."
    )


def value_of(columns: Columns, arguments: Arguments, role: str, report: Report) -> Column | None:
    """The column of numbers that an argument names, if it is one, and known."""
    name = arguments[role]
    column = column_of_kind(columns, name, "number", (role,), report)
    return column if column and column.kind == "number" and name not in columns.guessed else None


def made(columns: Columns, name: str, unit: str | None, measure: str | None, report: Report) -> Columns:
    """The columns and a new one of numbers, each of which may be missing."""
    new_name(columns, name, ("as",), report)
    return columns.added(number(name, unit=unit, status=True, measure=measure))


def meant(said: str, known: Iterable[str]) -> str:
    """A sentence with the likeliest of several names for one that isn't among them, or nothing."""
    found = difflib.get_close_matches(said, list(known), n=1)
    return f"Did you mean {found[0]}?" if found else ""


def _check_level(said: str, report: Report) -> None:
    if said not in LEVELS:
        cure = meant(said, LEVELS) or "Write a level, or a list of area codes: [E08000035, …]."
        report(("among",), "unknown-level", f"There is no level '{said}'.", ", ".join(LEVELS), cure)
