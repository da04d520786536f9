"""How lists of names, cells and columns are put into a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SHOWN = 12


def quoted(names: Iterable[str], shown: int = _SHOWN) -> str:
    """Names in quotation marks, the first ``shown`` of them, and how many more there are."""
    each = [f"'{name}'" for name in names]
    hidden = len(each) - shown
    return ", ".join(each) if hidden <= 0 else ", ".join(each[:shown]) + f" and {hidden} more"


def columns(positions: Sequence[int]) -> str:
    """One or several columns by their 1-based position, as in "column 3" or "columns 3, 5"."""
    noun = "column" if len(positions) == 1 else "columns"
    return f"{noun} " + ", ".join(str(position) for position in positions)


def count(number: int, noun: str) -> str:
    """A number with its noun, as in "1 field" or "1,200 fields"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
