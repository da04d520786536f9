"""Why numbers are missing, or need care: reasons beside numbers, in agreement with them."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from ..measures import reason
from .distinct import Frame, among, distinct, looked_up

UNEXPLAINED = "not_available"
"""The reason of a number that is missing without the source telling why."""


def united(said: str) -> str | None:
    """Each reason once, in order; nothing where there is none.

    >>> united("unreliable provisional unreliable")
    'provisional unreliable'
    """
    return " ".join(sorted(set(said.split()))) or None


def joined(companions: Sequence[nw.Expr]) -> nw.Expr:
    """The reasons of several columns in a row, as ``united`` takes them; empty where there are none."""
    if not companions:
        return nw.lit("")
    return nw.concat_str(companions, separator=" ", ignore_nulls=True)


def settled(frame: Frame, number: str, status: str) -> Frame:
    """Bring a number column and what is said of it (``joined``) to agree.

    A number that isn't there has a reason for it: ``not_available`` where none is said. A number that is there, but is
    said to be suppressed or otherwise not to exist, is a placeholder: it goes.
    """
    frame = frame.with_columns(nw.col(status).fill_null(""))  # a missing text compares to nothing on some engines
    said = distinct(frame, status)
    ghosts = [text for text in said if says_missing(text)]
    if ghosts:
        frame = frame.with_columns(nw.when(~among(status, ghosts)).then(nw.col(number)).alias(number))
    there = looked_up(status, said, [united(text) for text in said], nw.String)
    gone = looked_up(status, said, [explained(text) for text in said], nw.String)
    return frame.with_columns(nw.when(nw.col(number).is_null()).then(gone).otherwise(there).alias(status))


def says_missing(said: str) -> bool:
    """Whether one of these reasons means that there is no number at all."""
    return any(reason(name).missing for name in said.split())


def explained(said: str) -> str | None:
    """The reasons of a number that isn't there: ``not_available`` too, where none of them says that it is missing."""
    return united(said if says_missing(said) else f"{said} {UNEXPLAINED}")
