"""The parts of a workbook that is a zip: checked before anything makes sense of them, and read a piece at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from ..archive import Limits, damaged, opened, refuse_packing, unpacked
from .markup import ENTITY, entities_found

# a sheet is held in memory while it is read, so less is allowed than of a file in a zip
LIMITS = Limits(unpacked=2**30)

_NOUN = "workbook"
_END_OF_TEXT = b"</si>"
# these are checked when they are looked through, which is before they are loaded
_MARKUP = (".xml", ".rels")
_TEXTS = "sharedstrings.xml"
_SHEETS = ("xl/worksheets/sheet", "content.xml")


class Parts:
    """The parts of a workbook by their names, for which capitals don't count."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.longest_text = 0
        self._members = {_plain(member.filename): member for member in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._members

    @property
    def names(self) -> Sequence[str]:
        """The names of all parts."""
        return self._archive.namelist()

    def chunks(self, name: str) -> Generator[bytes, None, None]:
        """The bytes of a part, a piece at a time.

        Raises:
            SourceError: It isn't there, or is damaged.
        """
        member = self._members.get(_plain(name))
        if member is None:
            raise damaged(_NOUN)
        return unpacked(self._archive, member, _NOUN)

    def check(self) -> None:
        """Unpack everything but the sheets, which are checked when they are looked through.

        Raises:
            SourceError: A part is damaged, needs a password, or defines entities.
        """
        for name, member in self._members.items():
            refuse_packing(member, _NOUN)
            if name.endswith(_TEXTS):
                self.longest_text = longest_text(without_entities(self.chunks(name), name))
            elif not name.startswith(_SHEETS):
                for _ in without_entities(self.chunks(name), name):
                    pass


@contextmanager
def parts_of(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[Parts]:
    """The parts of a workbook; the stream is left at its start.

    Raises:
        SourceError: It is cut off or damaged, needs a password, defines entities, or a limit is passed.
    """
    with opened(stream, limits, _NOUN) as archive:
        parts = Parts(archive)
        parts.check()
        stream.seek(0)
        yield parts


def longest_text(chunks: Iterable[bytes]) -> int:
    """How long the longest of the texts that cells share may be at most, by how far one's end is from the next.

    >>> longest_text([b"<sst><si><t>Leeds</t></si>", b"<si><t>York</t></si></sst>"])
    512
    """
    rest = iter(chunks)
    held, longest = b"", 512
    for chunk in rest:
        held += chunk
        if b"!" in chunk and b"<![CDATA[" in held:
            return sum(map(len, rest), len(held))
        begin = 0
        while len(held) - begin > longest:
            end = held.rfind(_END_OF_TEXT, begin, begin + longest)
            begin, longest = (begin, longest * 2) if end < 0 else (end + len(_END_OF_TEXT), longest)
        held = held[begin:]
    return longest


def without_entities(chunks: Iterable[bytes], name: str) -> Generator[bytes, None, None]:
    """The bytes of a part as they come.

    Raises:
        SourceError: It is markup that defines entities.
    """
    before = b""
    for chunk in chunks:
        # one character is found ten times quicker than several
        if name.endswith(_MARKUP) and (b"!" in chunk or b"!" in before) and ENTITY in before + chunk:
            raise entities_found(f"'{name}' in the workbook")
        before = chunk[1 - len(ENTITY) :]
        yield chunk


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("/").casefold()
