"""Workbooks of every kind (xlsx, xlsb, xls, ods), told apart by content; sheets are looked through, then loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetMetadata

from ....connectors.base import SourceError
from ..archive import is_zip, is_zip_or_workbook
from ..cells import as_text
from ..faults import Faults
from ..place import Row, Spans
from ..wording import quoted
from .markup import attributes_of
from .ods import scan_ods
from .parts import Parts, parts_of
from .scan import Scan, locked, refuse_too_large, refuse_too_large_together
from .xls import scan_xls
from .xlsb import Xlsb
from .xlsx import Xlsx, workbook_part

_Look = Callable[[str], Scan]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is loaded."""

    name: str
    loaded: CalamineSheet
    faults: Faults

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written in it."""
        return not self.loaded.height and not self.faults

    @property
    def merged(self) -> Spans:
        """The cells that are merged over several columns, by the number of their row."""
        merged = defaultdict(list)
        for (top, left), (_, right) in self.loaded.merged_cell_ranges or []:
            if right > left:
                merged[top + 1].append((left, right))
        return MappingProxyType(merged)

    def rows(self) -> Iterator[Row]:
        """All rows from the first one on, each cell as text."""
        # rows come from the first one on, but their cells from the first column that holds anything
        left = [""] * (self.loaded.start[1] if self.loaded.start else 0)
        rows = (left + [as_text(cell) for cell in row] for row in self.loaded.iter_rows())
        return self._with_faults(rows, len(left) + self.loaded.width) if self.faults else rows

    def _with_faults(self, rows: Iterator[list[str]], width: int) -> Iterator[Row]:
        right = [""] * (self.faults.columns - width)
        below = max(self.faults.rows - self.loaded.total_height, 0)
        blank = [""] * max(self.faults.columns, width)
        whole = chain((row + right for row in rows), (list(blank) for _ in range(below)))
        return (self.faults.put(number, row) for number, row in enumerate(whole, start=1))


class Book:
    """An open workbook. Its sheets are known by name, and loaded one at a time."""

    def __init__(self, book: CalamineWorkbook, look: _Look) -> None:
        self._book = book
        self._look = cache(look)
        self.sheets: Sequence[SheetMetadata] = tuple(book.sheets_metadata)

    def load(self, name: str) -> Sheet:
        """The sheet of that name.

        Raises:
            SourceError: It is damaged, or too large to be held in memory, or has a cell that can't be read.
        """
        scan = self._look(name)
        refuse_too_large(name, scan)
        with _unreadable_refused(OSError):
            return Sheet(name, self._book.get_sheet_by_name(name), scan.faults)


@contextmanager
def opened_book(stream: BinaryIO) -> Iterator[Book]:
    """An open workbook; nothing in it can make this program run a macro, follow a link, or run out of memory.

    Only what is stored in cells is read: macros, formulas, and links to other files are left where they are.

    Raises:
        SourceError: The file is no workbook or a damaged one, needs a password, or holds more than can be read.
    """
    with ExitStack() as stack:
        scans = _scans(stream, stack)
        stream.seek(0)
        with _unreadable_refused(OSError):
            book = stack.enter_context(CalamineWorkbook.from_filelike(stream))
        with _unreadable_refused():
            yield Book(book, scans if callable(scans) else _by_name(book, scans))


def _scans(stream: BinaryIO, stack: ExitStack) -> _Look | Sequence[Scan]:
    """How a sheet is looked through; or, where all sheets are loaded at once, what was found in them."""
    if is_zip(stream):
        return _scans_of_zip(stack.enter_context(parts_of(stream)))
    if not is_zip_or_workbook(stream):
        raise no_workbook()
    scans = scan_xls(stream)
    refuse_too_large_together(scans)
    return scans


def _scans_of_zip(parts: Parts) -> _Look | Sequence[Scan]:
    if _is_locked(parts):
        raise locked()
    kinds = [kind for kind, is_there in _KINDS.items() if is_there(parts)]
    if len(kinds) > 1:
        raise SourceError(
            f"The file is more than one kind of workbook at once: {' and '.join(kinds)}.",
            "Look at the file before trusting it: no spreadsheet program writes this. Tell the publisher.",
        )
    match kinds:
        case ["xlsx"]:
            return Xlsx(parts).scan
        case ["xlsb"]:
            return Xlsb(parts).scan
        case ["ods"]:
            return scan_ods(parts)
    raise SourceError(f"The file is a zip of {quoted(parts.names)}.", "Unpack it, and name the file that was in it.")


def _is_xlsx(parts: Parts) -> bool:
    return "_rels/.rels" in parts and not workbook_part(parts).endswith(".bin") and workbook_part(parts) in parts


_KINDS: Mapping[str, Callable[[Parts], bool]] = MappingProxyType(
    {
        "xlsx": _is_xlsx,
        "xlsb": lambda parts: "xl/workbook.bin" in parts,
        "ods": lambda parts: "content.xml" in parts,
    }
)


def _is_locked(parts: Parts) -> bool:
    """Whether it is an ods workbook with a password; Microsoft's are no zips any more once they have one."""
    manifest = "META-INF/manifest.xml"
    return "encrypted-package" in parts or (
        manifest in parts and bool(attributes_of(parts.chunks(manifest), "encryption-data"))
    )


def _by_name(book: CalamineWorkbook, scans: Sequence[Scan]) -> _Look:
    names = book.sheet_names
    if len(names) != len(scans):
        raise no_workbook()
    return dict(zip(names, scans, strict=True)).__getitem__


@contextmanager
def _unreadable_refused(*others: type[Exception]) -> Iterator[None]:
    """What the library gives up with, as one sentence; ``others`` are what else it raises where a part ends early."""
    try:
        yield
    except PasswordError as error:
        raise locked() from error
    except BaseException as error:
        # what the library in Rust gives up on comes out as an exception that isn't even an Exception
        if not isinstance(error, (CalamineError, *others)) and type(error).__name__ != "PanicException":
            raise
        raise no_workbook() from error


def no_workbook() -> SourceError:
    """What is said of a file that isn't a workbook, or not one that can be read."""
    return SourceError(
        "The file can't be read as a workbook (xlsx, xlsb, xls or ods).",
        "Open it to see: it may be cut off, or of another kind (read: format: csv).",
    )
