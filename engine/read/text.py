"""Text made plain: odd spaces, characters nobody sees, and footnote marks; where a row's text begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_SPACES = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
# soft hyphens, zero-width spaces and joiners, marks of direction, byte order marks
_UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"

# how the characters of both begin in UTF-8
_ODD_BYTES = (b"\xc2\xa0", b"\xc2\xad", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80\x80", b"\xef\xbb\xbf")

_MARKS = (
    # "[note 3]", "[notes 1, 2]", wherever they stand
    re.compile(r"\s*\[notes?\b[^\]]*\]", re.IGNORECASE),
    # "[r]", "[1]", "[a, b]" at the end
    re.compile(r"\s*\[(?:[a-z]|\d{1,2})(?:\s*,\s*(?:[a-z]|\d{1,2}))*\]$", re.IGNORECASE),
    # "(3)" glued to the end
    re.compile(r"(?<=[^\s(])\(\d{1,2}(?:,\s*\d{1,2})*\)$"),
    re.compile(r"\s*[*†‡§]+$"),
    # a raised figure, unless it makes a unit as in "km²"
    re.compile(r"(?<!\bm)(?<!\b[kcm]m)[⁰¹²³⁴-⁹]+$"),
)


def plain(text: str) -> str:
    """The text with ordinary single spaces for all white space, and without characters nobody sees."""
    return " ".join(text.split()) if text.isascii() else " ".join(re.sub(_UNSEEN, "", text).split())


def without_marks(text: str) -> str:
    """A label without the footnote marks around it; a bare digit glued to it stays, and so does a mark that is all.

    >>> without_marks("2019 [note 3]")
    '2019'
    >>> without_marks("20183")
    '20183'
    """
    label = plain(text)
    while (shorter := _with_one_less(label)) not in {"", label}:
        label = shorter
    return label


def _with_one_less(label: str) -> str:
    for mark in _MARKS:
        if (shorter := plain(mark.sub("", label))) != label:
            return shorter
    return label


def texts(row: Sequence[str]) -> list[str]:
    """The cells of a row that aren't blank, made plain."""
    return [text for cell in row if (text := plain(cell))]


def first_text(row: Sequence[str]) -> str:
    """The first cell of a row that isn't blank, made plain; nothing for a blank row."""
    return next((text for cell in row if (text := plain(cell))), "")


def cleaned(cells: pa.StringArray) -> pa.StringArray:
    """Cells with ordinary spaces, without characters nobody sees, stripped; null for blank ones."""
    stripped = pc.utf8_trim_whitespace(_seen(cells) if _may_be_odd(cells) else cells)
    blank = pc.equal(stripped, pa.scalar(""))
    return pc.if_else(blank, None, stripped) if pc.any(blank).as_py() else stripped


def _may_be_odd(cells: pa.StringArray) -> bool:
    # a look at the bytes of all cells together costs a tenth of what Arrow takes to say it of each cell
    buffer = cells.buffers()[2]
    written = b"" if buffer is None else bytes(buffer)
    # and a single byte is found ten times quicker than several
    return not written.isascii() and any(odd[:1] in written and odd in written for odd in _ODD_BYTES)


def _seen(cells: pa.StringArray) -> pa.StringArray:
    spaced = pc.replace_substring_regex(cells, _SPACES, " ")
    return pc.replace_substring_regex(spaced, _UNSEEN, "")
