"""What may cross into the database: texts and days that every database keeps exactly, and numbers that are numbers.

What one of them would cut off, change or refuse is refused here by name, so that all hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from sys import float_info
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..errors import CheckError
from .tables import KEY, NUMBERS, incoming

_SHOWN = 40
_INFINITE = frozenset({"inf", "-inf"})
_DAYS = ("period_start", "period_end")
_REQUIRED = frozenset({*KEY, *_DAYS, "obs_status", "unit_measure", "origin"})

Columns = Mapping[str, Sequence[Any]]


class _Text(NamedTuple):
    """A column of text, with the length that fits, and whether it holds codes: those are ASCII."""

    name: str
    length: int | None
    coded: bool

    def fault(self, said: Any) -> str:
        """What is wrong with a text; nothing if it is as it should be."""
        if said is None or said == "":
            return "is needed" if self.name in _REQUIRED else ""
        if not isinstance(said, str):
            return "is no text"
        faults: Mapping[str, bool] = MappingProxyType(
            {
                f"is longer than {self.length} characters": self.length is not None and _units(said) > self.length,
                "holds characters that aren't those of a code": self.coded and not said.isascii(),
                "holds a character that can't be kept": not _can_be_kept(said, in_line=self.name != "note"),
                "begins or ends with a blank": self.name in KEY and said != said.strip(),
            }
        )
        return next((text for text, true in faults.items() if true), "")


def _texts() -> Iterator[_Text]:
    for column in incoming.columns:
        if isinstance(column.type, sa.String) and column.name != "row_hash":
            yield _Text(column.name, column.type.length, coded=not isinstance(column.type, sa.Unicode))


_TEXTS = tuple(_texts())


def require_texts(columns: Columns) -> None:
    """Refuse texts and days that not every database would keep as they are.

    Raises:
        CheckError: A text is too long, holds what can't be kept or printed, or is missing; or a day is none.
    """
    for text in _TEXTS:
        _require(columns, text.name, text.fault)
    for name in _DAYS:
        _require(columns, name, _no_day)


def require_numbers(columns: Columns, digits: Mapping[str, Sequence[str]]) -> None:
    """Refuse numbers, each in its canonical form, that are infinite or so close to zero that servers lose them.

    Raises:
        CheckError: There is such a number.
    """
    for name in NUMBERS:
        if not _INFINITE.isdisjoint(digits[name]):
            row = next(place for place, text in enumerate(digits[name]) if text in _INFINITE)
            raise CheckError(
                f"The {name} of {_key(columns, row)} is infinite.",
                "A division by zero is the likely cause: look at the step of the recipe that divides.",
            )
        tiny = [place for place, text in enumerate(digits[name]) if "e-3" in text and _is_tiny(float(text))]
        if tiny:
            said = digits[name][tiny[0]]
            raise CheckError(
                f"The {name} of {_key(columns, tiny[0])} is {said}, closer to zero than a database can keep.",
                "A wrong unit is the likely cause: look at the step of the recipe that makes it.",
            )


def _require(columns: Columns, name: str, fault: Callable[[Any], str]) -> None:
    said = columns[name]
    faults = {text: found for text in set(said) if (found := fault(text))}
    if faults:
        row = next(place for place, text in enumerate(said) if text in faults)
        about = f" of {_key(columns, row)}" if name not in KEY else ""
        raise CheckError(
            f"The {name}{about} is {_shown(said[row])}, which {faults[said[row]]}.",
            "Look at the source's cell and at the steps of the recipe that it goes through.",
        )


def _units(said: str) -> int:
    """The length as SQL Server counts it, to which a character such as an emoji is two."""
    return len(said.encode("utf-16-le", "surrogatepass")) // 2


def _can_be_kept(said: str, *, in_line: bool) -> bool:
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in said):
        return False
    return not in_line or not any(character < " " for character in said)


def _no_day(said: Any) -> str:
    try:
        date.fromisoformat(said)
    except (TypeError, ValueError):
        return "is no day"
    return ""


def _is_tiny(value: float) -> bool:
    return value != 0 and abs(value) < float_info.min


def _shown(said: Any) -> str:
    """The beginning of a text, with what can't be printed written out."""
    text = ascii(said) if not isinstance(said, str) or not said.isprintable() else f"'{said}'"
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}…'"


def _key(columns: Columns, row: int) -> str:
    area, period, breakdown = (columns[part][row] for part in ("area_code", "time_period", "breakdown"))
    return f"{area} for {period} (breakdown {breakdown})"
