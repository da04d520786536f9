"""Web pages as far as figures are found in them: the links of a page, its tables, and its text without the marks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ..base import SourceError

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "template"})
_MOST_SPANNED = 100
_DIGITS = re.compile(r"[0-9]+")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: its title, the addresses that it links to, and its tables, each with what it is called."""

    title: str
    links: tuple[str, ...]
    tables: tuple[tuple[str, Rows], ...]


def page_of(html: str) -> Page:
    """Read a page; what is no proper HTML is read as browsers do, as far as it goes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    tables = tuple((table.title, table.rows()) for table in reader.tables)
    return Page(_line(reader.title), tuple(reader.links), tables)


def text_of(html: str) -> str:
    """The text of a piece of HTML, on one line.

    >>> text_of("<p>Withdrawn: see <a href='/x'>the new one</a>.</p>")
    'Withdrawn: see the new one.'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _line(reader.texts)


def as_csv(rows: Rows) -> bytes:
    """A table as a CSV file, for the reader of CSV; a blank row stays one, so that rows are counted as on the page."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@dataclass
class _Table:
    """A table as it is read: rows of cells, each with how many columns and rows it covers."""

    title: str
    cells: list[list[tuple[list[str], int, int]]] = field(default_factory=list)

    def rows(self) -> Rows:
        """The rows, a cell that covers several standing in each; short ones are filled up."""
        covered: dict[tuple[int, int], str] = {}
        for row, cells in enumerate(self.cells):
            column = 0
            for texts, across, down in cells:
                while (row, column) in covered:
                    column += 1
                below = range(row, min(row + down, len(self.cells)))
                covered |= {(at, to): _line(texts) for at in below for to in range(column, column + across)}
                column += across
        width = max((column + 1 for _, column in covered), default=0)
        return [[covered.get((row, column), "") for column in range(width)] for row in range(len(self.cells))]


class _Reader(HTMLParser):
    """Goes through a page and keeps what is asked for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.tables: list[_Table] = []
        self._heading: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._silent += tag in _SILENT
        if tag == "a" and said.get("href"):
            self.links.append(str(said["href"]).strip())
        elif tag in _HEADINGS:
            self._heading = []
        elif tag == "table":
            self._refuse_nested()
            self.tables.append(_Table(_line(self._heading)))
        elif self._in("table"):
            self._start_in_table(tag, said)
        if tag in ("title", "caption", "table", *_HEADINGS, *_CELLS):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "caption" and self.tables:
            self.tables[-1].title = _line([self.tables[-1].title])

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.texts.append(data)
        match self._open[-1] if self._open else "":
            case "title":
                self.title.append(data)
            case "caption":
                self.tables[-1].title += data
            case "td" | "th" if self.tables[-1].cells and self.tables[-1].cells[-1]:
                self.tables[-1].cells[-1][-1][0].append(data)
            case heading if heading in _HEADINGS:
                self._heading.append(data)

    def _start_in_table(self, tag: str, said: Mapping[str, str | None]) -> None:
        table = self.tables[-1]
        if tag == "caption":
            table.title = ""
        elif tag == "tr":
            table.cells.append([])
        elif tag in _CELLS:
            self._open = [one for one in self._open if one not in _CELLS]  # the end of a cell may be left out
            if not table.cells:
                table.cells.append([])
            table.cells[-1].append(([], _span(said.get("colspan")), _span(said.get("rowspan"))))
        elif tag == "br" and table.cells and table.cells[-1]:
            table.cells[-1][-1][0].append(" ")

    def _refuse_nested(self) -> None:
        if self._in("table"):
            raise SourceError("A table of the page has another one in it.", "Such a page can't be read as tables.")

    def _in(self, tag: str) -> bool:
        return tag in self._open


def _span(said: str | None) -> int:
    """How many columns or rows a cell covers."""
    return min(max(int(said), 1), _MOST_SPANNED) if said and _DIGITS.fullmatch(said) else 1


def _line(texts: Iterable[str]) -> str:
    return " ".join("".join(texts).split())
