"""Work on the distinct texts of a column: each is looked at once, in Python, however many rows say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from .columns import ROW

Frame: TypeAlias = nw.DataFrame[Any]

_TEXTS_SHOWN = 5
_ROWS_SHOWN = 3


def distinct(frame: Frame, column: str) -> list[str]:
    """The texts of a column, each once, in order; missing ones left out."""
    texts: list[str] = frame.get_column(column).drop_nulls().unique().to_list()
    return sorted(texts)


def replaced(frame: Frame, column: str, function: Callable[[str], str | None]) -> nw.Expr:
    """Each text of a column replaced by what a function makes of it; what is missing stays so."""
    texts = distinct(frame, column)
    return looked_up(column, texts, [function(text) for text in texts], nw.String)


def looked_up(column: str, texts: Sequence[str], values: Sequence[Any], dtype: type[nw.String | nw.Float64]) -> nw.Expr:
    """The value that stands beside a cell's text; missing for all other texts."""
    if not texts:
        return nw.lit(None, dtype=dtype)
    return nw.col(column).replace_strict(texts, values, default=None, return_dtype=dtype)


def among(column: str, values: Sequence[Any]) -> nw.Expr:
    """The condition that a cell is one of these. Of none of a list without values: Arrow can't compare with that."""
    cell = nw.col(column)
    return cell.is_in(values) if values else cell.is_null() & ~cell.is_null()


def cells(frame: Frame, column: str, texts: Sequence[str]) -> str:
    """Some texts of a column in a row, for a message: a few of them, with their rows where those are known."""
    shown = [f"'{text}'{rows(frame.filter(nw.col(column) == text))}" for text in texts[:_TEXTS_SHOWN]]
    hidden = len(texts) - len(shown)
    return _listed([*shown, count(hidden, "other text")] if hidden else shown)


def rows(frame: Frame) -> str:
    """The rows of the source that a frame was made of, in parentheses, where they are known."""
    if ROW not in frame.columns:
        return ""
    known = frame.get_column(ROW).to_list()
    shown, hidden = known[:_ROWS_SHOWN], len(known) - _ROWS_SHOWN
    return f" ({'row' if len(known) == 1 else 'rows'} {_listed([*shown, f'{hidden} more'] if hidden > 0 else shown)})"


def count(number: int, noun: str) -> str:
    """A number and its noun: 1 row, 2 rows."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
