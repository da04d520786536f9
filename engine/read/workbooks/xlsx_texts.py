"""The texts that the cells of an xlsx workbook share: how long they are when each cell has its own copy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ....connectors.base import SourceError
from .parts import Parts
from .scan import TEXT

_END = re.compile(rb"</(?:[A-Za-z0-9]+:)?si>")
_FEW = 16


class Texts:
    """Shared texts, of which nothing but the length is known, and that only once it matters.

    A text's XML is taken for the text, so that all lengths are a little too great.
    """

    def __init__(self, parts: Parts, path: str) -> None:
        self._parts = parts
        self._path = path
        self._found: list[int] | None = None

    def most(self, cells: int) -> int:
        """How long the texts of so many cells can be at most, whichever they use."""
        return cells * self._parts.longest_text

    def most_in(self, pieces: Iterable[bytes], cells: int, prefix: bytes) -> int:
        """How long the texts of these cells can be at most, where few texts are longer than the others."""
        lengths = self._lengths()
        usual = TEXT // cells // 2
        longer = [text for text, length in enumerate(lengths) if length > usual]
        if len(longer) > _FEW:
            return self.most(cells)
        marks = {text: b"v>%d</%sv>" % (text, prefix) for text in longer}
        return cells * usual + sum(
            lengths[text] * piece.count(mark) for piece in pieces for text, mark in marks.items()
        )

    def total(self, used: Counter[int]) -> int:
        """How long all texts are together, each as often as it is used."""
        lengths = self._lengths() if used else ()
        return sum(lengths[text] * times for text, times in used.items() if text < len(lengths))

    def _lengths(self) -> Sequence[int]:
        if self._found is None:
            self._found = []
            begun = b""
            for chunk in self._parts.chunks(self._path) if self._path in self._parts else ():
                begun += chunk
                if b"<![CDATA[" in begun:
                    raise _not_measured()
                *whole, begun = _END.split(begun)
                self._found += map(len, whole)
        return self._found


def _not_measured() -> SourceError:
    return SourceError(
        "The texts of the workbook are in CDATA sections, and so many cells use them that they may fill the memory.",
        "Open the file in a spreadsheet program, save it there, and land that file; and tell the publisher.",
    )
