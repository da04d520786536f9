"""Blocks: several tables with one and the same header below one another, and the lines that tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...connectors.base import SourceError
from .body import is_footer, no_footer
from .options import Options, Text
from .place import Place, Row
from .text import first_text, texts
from .wording import quoted


class Splitter:
    """Rows cut into blocks, one at a time; the next block comes once the one before has been taken to its end."""

    def __init__(self, rows: Iterator[Row], options: Options, place: Place, begins: Text) -> None:
        self._numbered = enumerate(rows, place.first)
        self._options = options
        self._place = place
        self._begins = begins
        self._next: tuple[int, Row] | None = None

    def blocks(self) -> Iterator[tuple[Iterator[Row], Place]]:
        """The rows of each block, and their place. Rows above the first block, and below a footer, belong to none.

        Raises:
            SourceError: No block begins, or no footer is met below the last one.
        """
        self._skip()
        if self._next is None:
            raise SourceError(
                f"No block begins: no row{self._place.inside} {_said(self._begins)}.",
                "Compare read: blocks: begins with the file: its lines may have been reworded.",
            )
        while self._next is not None:
            number, first = self._next
            rows = self._block(first)
            yield rows, replace(self._place, first=number)
            for _ in rows:
                pass

    def _block(self, first: Row) -> Iterator[Row]:
        self._next = None
        yield first
        for number, row in self._numbered:
            if self._is_first(row):
                self._next = number, row
                return
            if is_footer(self._options.cut(row), self._options.footer):
                self._skip()
                return
            yield row
        if self._options.footer:
            raise no_footer(self._options.footer, self._place)

    def _is_first(self, row: Row) -> bool:
        return _fits(self._begins, first_text(self._options.cut(row))) is not None

    def _skip(self) -> None:
        """Leave out rows up to the next block."""
        begun = (numbered for numbered in self._numbered if self._is_first(numbered[1]))
        self._next = next(begun, None)


def labels_of(above: Sequence[Row], wanted: Mapping[str, Text], place: Place) -> dict[str, str]:
    """The new columns of a block, each with what its line above the header says.

    Raises:
        SourceError: A line isn't there, or says nothing.
    """
    lines = [line for row in above if (line := texts(row))]
    return {name: _label(lines, name, said, place) for name, said in wanted.items()}


def _label(lines: Sequence[Sequence[str]], name: str, said: Text, place: Place) -> str:
    for line in lines:
        fit = _fits(said, line[0])
        if fit is not None:
            value = [fit] if isinstance(said, re.Pattern) else line[1:]
            if value and value[0]:
                return value[0]
            raise SourceError(
                f"The block at {_lowered(place)} has a line '{line[0]}' without the value of '{name}' beside it.",
                _LABEL_CURE,
            )
    raise SourceError(
        f"The block at {_lowered(place)} has no line for '{name}': none {_said(said)}. "
        f"Above its header: {quoted(line[0] for line in lines) or 'nothing'}.",
        _LABEL_CURE,
    )


_LABEL_CURE = (
    "Compare read: blocks: labels with the file; where text and value share a cell, write a pattern with a group."
)


def _fits(said: Text, text: str) -> str | None:
    """What the text says if it fits: the pattern's group if there is one, else the text; None if it doesn't fit."""
    if isinstance(said, str):
        return text if text.startswith(said) else None
    match = said.fullmatch(text)
    return None if match is None else (match[1] or "").strip() if said.groups else text


def _said(said: Text) -> str:
    return f"starts with '{said}'" if isinstance(said, str) else f"matches '{said.pattern}'"


def _lowered(place: Place) -> str:
    at = place.at(place.first)
    return at[0].lower() + at[1:]
