"""The header of a table: found by its row or by its labels, joined, named, and free of what occurs twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from ...connectors.base import SourceError
from .options import Labels, Options
from .place import Place, Row, letters
from .text import plain, texts, without_marks
from .wording import columns, count, quoted

Header = tuple[str | None, ...]

_SEARCHED_ROWS = 200
_NEAREST = 3


class Head(NamedTuple):
    """The header, the rows above it, and the rows below it, of which the first has that number."""

    header: Header
    above: Sequence[Row]
    number: int
    rows: Iterator[Row]


class _Found(NamedTuple):
    above: list[Row]
    header: list[Row]
    rows: Iterator[Row]


def find_head(rows: Iterator[Row], options: Options, place: Place) -> Head:
    """The header as ``options`` say it, and what is left of the rows.

    Raises:
        SourceError: The header isn't there, or it names a column twice.
    """
    labels = options.header
    found = _by_row(rows, options, place) if labels is None else _by_labels(rows, labels, options, place)
    first = place.first + len(found.above)
    made = without_marks if options.footnotes else plain
    header = _named(_joined(_headings(found.header, first, options, place), made), options, place)
    if not any(header):
        last = first + len(found.header) - 1
        raise SourceError(f"{place.at(last)} should be the header, but it is blank.", _HEADER_CURE)
    if options.duplicates == "number":
        header = _numbered(header)
    _refuse_repeated(header, options)
    units = sum(1 for _ in islice(found.rows, options.after_header))
    return Head(header, [options.cut(row) for row in found.above], first + len(found.header) + units, found.rows)


def _by_row(rows: Iterator[Row], options: Options, place: Place) -> _Found:
    first, last = options.header_rows
    above = list(islice(rows, first - 1))
    header = list(islice(rows, last - first + 1))
    if len(header) < last - first + 1:
        at, there = place.at(place.first + last - 1), len(above) + len(header)
        are = f"{'is' if there == 1 else 'are'} only {count(there, 'row')}"
        raise SourceError(f"{at} should belong to the header, but there {are}.", _HEADER_CURE)
    return _Found(above, header, rows)


_HEADER_CURE = "Open the file and say in read: header_row where its header is."


@dataclass(frozen=True, slots=True)
class _Search:
    """Rows in which a header of so many rows, with all of the labels, may begin."""

    searched: Sequence[Row]
    wanted: Labels
    labels: frozenset[str]
    options: Options
    place: Place

    @property
    def starts(self) -> range:
        return range(len(self.searched) - self.wanted.rows + 1)

    def joined(self, start: int) -> list[str]:
        rows = self.searched[start : start + self.wanted.rows]
        return _joined(_headings(rows, self.place.first + start, self.options, self.place), without_marks)

    def missing(self, start: int) -> int:
        return len(self.labels.difference(self.joined(start)))

    def nearest(self) -> dict[int, list[str]]:
        held = {start: cells for start in self.starts if (cells := texts(self.joined(start)))}
        near = sorted(held, key=lambda start: (self.missing(start), -len(held[start])))[:_NEAREST]
        return {start: held[start] for start in sorted(near)}


def _by_labels(rows: Iterator[Row], wanted: Labels, options: Options, place: Place) -> _Found:
    """The first rows that hold the labels; of those that overlap with them, the last that do.

    A row above a header may be blank where the labels are, and would otherwise be taken for its first row.
    """
    searched = list(islice(rows, _SEARCHED_ROWS + wanted.rows - 1))
    search = _Search(searched, wanted, frozenset(map(without_marks, wanted.labels)), options, place)
    starts = search.starts
    first = next((start for start in starts if not search.missing(start)), None)
    if first is None:
        raise _not_found(wanted, search.nearest(), place)
    overlapping = starts[first + 1 : first + wanted.rows]
    start = next((start for start in reversed(overlapping) if not search.missing(start)), first)
    end = start + wanted.rows
    return _Found(searched[:start], searched[start:end], chain(searched[end:], rows))


def _not_found(wanted: Labels, nearest: Mapping[int, Sequence[str]], place: Place) -> SourceError:
    each = "; ".join(f"{place.at(place.first + start)} has {quoted(cells)}" for start, cells in nearest.items())
    rows = f"No {wanted.rows} rows together" if wanted.rows > 1 else "No row"
    return SourceError(
        f"{rows} among the first {_SEARCHED_ROWS}{place.inside} {'have' if wanted.rows > 1 else 'has'} all of "
        f"{quoted(wanted.labels)}. " + (f"The nearest: {each}." if each else "They are all blank."),
        "Compare read: header: labels with the file: its headers may have been renamed. Where a header covers several "
        "rows, say how many: rows.",
    )


def _headings(rows: Sequence[Row], number: int, options: Options, place: Place) -> list[Row]:
    """Rows of a header as they are read; headings that are merged over columns are spread, less in the last row."""
    spread = [place.heading(number + at, row) for at, row in enumerate(rows[:-1])]
    return [options.cut(row) for row in (*spread, *rows[-1:])]


def _joined(rows: Sequence[Row], made: Callable[[str], str]) -> list[str]:
    """The headers that rows make together, column by column; ``made`` makes text plain."""
    cells = zip_longest(*rows, fillvalue="")
    return [made(" ".join(made(cell) for cell in column if cell)) for column in cells]


def _named(header: list[str], options: Options, place: Place) -> Header:
    named: list[str | None] = [name or None for name in header]
    for position, name in options.names.items():
        at = position - 1 - options.offset
        there = 0 <= at < len(named)
        if not there or named[at]:
            said = f"is called '{named[at]}'" if there else _absent(header, options)
            raise SourceError(
                f"read: names calls column {position} '{name}', but that column{place.inside} {said}.",
                "names is for blank headers. Compare it with the file: columns may have moved.",
            )
        named[at] = name
    return tuple(named)


def _absent(header: Sequence[str], options: Options) -> str:
    if options.columns is None:
        return f"isn't there: the header has {count(len(header), 'column')}"
    return f"isn't among those that are read, {letters(options.columns[0])} to {letters(options.columns[1])}"


def _numbered(header: Header) -> Header:
    seen: Counter[str] = Counter()
    numbered: list[str | None] = []
    for name in header:
        seen.update([name] if name else [])
        numbered.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return tuple(numbered)


def _refuse_repeated(header: Header, options: Options) -> None:
    positions = defaultdict(list)
    for position, name in enumerate(header, start=options.offset + 1):
        positions[name].append(position)
    repeated = [f"'{name}' ({columns(at)})" for name, at in positions.items() if name and len(at) > 1]
    if repeated:
        raise SourceError(
            f"Headers that occur more than once: {', '.join(repeated)}.",
            "Where the header covers several rows, join them: read: header_row: [first, last]. Otherwise number the "
            "headers (read: duplicates: number), or leave columns out (read: columns).",
        )
