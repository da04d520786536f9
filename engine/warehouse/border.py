"""What may cross into the database: texts and days that every database keeps exactly, and numbers that are numbers.

What one of them would cut off, change or refuse is refused here by name, so that all hold the same. Only journals take
what they are told whatever it is: there it is written out or cut, with a mark that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from math import isfinite
from sys import float_info
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..errors import CheckError
from .tables import KEY, NUMBERS, incoming
from .values import Key

_SHOWN = 40
_CUT, _CUT_CODE = "…", "..."
_NEVER = re.compile("[\0\ud800-\udfff]")
_NOT_IN_LINE = re.compile("[\0-\x1f\ud800-\udfff]")
_INFINITE = frozenset({"inf", "-inf"})
_DAYS = ("period_start", "period_end")
_REQUIRED = frozenset({*KEY, *_DAYS, "obs_status", "unit_measure", "origin"})

Columns = Mapping[str, Sequence[Any]]


class _Text(NamedTuple):
    """A column of text: the length that fits, whether it holds codes (those are ASCII), and whether it is needed."""

    name: str
    length: int | None
    coded: bool
    needed: bool

    def fault(self, said: Any) -> str:
        """What is wrong with a text; nothing if it is as it should be."""
        if said is None or said == "":
            return "is needed" if self.needed else ""
        if not isinstance(said, str):
            return "is no text"
        faults: Mapping[str, bool] = MappingProxyType(
            {
                f"is longer than {self.length} characters": self.length is not None and _units(said) > self.length,
                "holds characters that aren't those of a code": self.coded and not said.isascii(),
                "holds a character that can't be kept": not _can_be_kept(said, in_line=self.length is not None),
                "begins or ends with a blank": self.name in KEY and said != said.strip(),
            }
        )
        return next((text for text, true in faults.items() if true), "")

    def printed(self, said: str) -> str:
        """The text with what can't be kept written out, and cut with a mark where it is too long."""
        kept = said.encode("ascii" if self.coded else "utf-8", "backslashreplace").decode().replace("\0", "\\x00")
        if self.length is None or _units(kept) <= self.length:
            return kept
        mark = _CUT_CODE if self.coded else _CUT
        return kept.encode("utf-16-le")[: 2 * (self.length - len(mark))].decode("utf-16-le", "ignore") + mark


@cache
def _texts(table: sa.Table, needed: frozenset[str] = frozenset()) -> tuple[_Text, ...]:
    """The columns of a table that hold text."""
    return tuple(
        _Text(
            name=column.name,
            length=column.type.length,
            coded=not isinstance(column.type, sa.Unicode | sa.UnicodeText),
            needed=column.name in needed,
        )
        for column in table.columns
        if isinstance(column.type, sa.String) and column.name != "row_hash"
    )


_TEXTS = _texts(incoming, _REQUIRED)
_KEY_TEXTS = tuple(text for text in _TEXTS if text.name in Key._fields)


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
        # Of most columns one look at all of it says that there is none.
        suspects = enumerate(digits[name] if "e-3" in " ".join(digits[name]) else ())
        tiny = [place for place, text in suspects if "e-3" in text and _is_tiny(float(text))]
        if tiny:
            said = digits[name][tiny[0]]
            raise CheckError(
                f"The {name} of {_key(columns, tiny[0])} is {said}, closer to zero than a database can keep.",
                "A wrong unit is the likely cause: look at the step of the recipe that makes it.",
            )


def require_said(table: sa.Table, rows: Iterable[Mapping[str, Any]], name: str) -> None:
    """Refuse what is said about something, if not every database would keep it as it is.

    Args:
        table: Where it is to be kept.
        rows: What is said, by column.
        name: The column that names what it is said about.

    Raises:
        CheckError: A text is too long, or holds what can't be kept or printed.
    """
    texts = _texts(table)
    for row in rows:
        for text in texts:
            fault = text.fault(row.get(text.name))
            if fault:
                about = "" if text.name == name else f" of {_shown(row[name])}"
                raise CheckError(
                    f"The {text.name}{about} is {_shown(row[text.name])}, which {fault}.",
                    "Look at where it is said: the spec, the register of areas, or the source's own name of a release.",
                )


def journalled(table: sa.Table, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a journal as every database keeps it.

    What can't be kept is written out, what is too long is cut and ends with a mark; a number that no database keeps is
    left out.
    """
    kept = {name: None if isinstance(said, float) and not is_kept(said) else said for name, said in line.items()}
    texts = {text.name: text for text in _texts(table)}
    return {
        name: texts[name].printed(said) if isinstance(said, str) and name in texts else said
        for name, said in kept.items()
    }


def is_kept(value: float) -> bool:
    """Whether every database keeps a number."""
    return isfinite(value) and not _is_tiny(value)


def is_key(key: Key) -> bool:
    """Whether this can be the key of a row; if not, no row has it."""
    return not any(text.fault(said) for text, said in zip(_KEY_TEXTS, key, strict=True))


def is_listed(name: str, said: str) -> bool:
    """Whether this can be in that column of a key."""
    return not any(text.fault(said) for text in _KEY_TEXTS if text.name == name)


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
    return not (_NOT_IN_LINE if in_line else _NEVER).search(said)


def _no_day(said: Any) -> str:
    try:
        day = date.fromisoformat(said)
    except (TypeError, ValueError):
        return "is no day"
    return "" if day.isoformat() == said else "isn't written as YYYY-MM-DD"


def _is_tiny(value: float) -> bool:
    return value != 0 and abs(value) < float_info.min


def _shown(said: Any) -> str:
    """The beginning of a text, with what can't be printed written out."""
    text = ascii(said) if not isinstance(said, str) or not said.isprintable() else f"'{said}'"
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}…'"


def _key(columns: Columns, row: int) -> str:
    area, period, breakdown = (columns[part][row] for part in ("area_code", "time_period", "breakdown"))
    return f"{area} for {period} (breakdown {breakdown})"
