"""Zip files: one member as a stream, and a guard against what unpacks to more than a machine can hold.

Nothing is ever written under a name that comes from the archive.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import BinaryIO, cast

from ...connectors.base import SourceError
from .wording import count, quoted

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_IN_MEMORY = 32 * 2**20
_CHUNK = 2**20
# zipfile raises all of these on bytes that aren't what a zip should hold
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)

# how a zip ends (APPNOTE.TXT 4.3.14 to 4.3.16): the record of its directory, and before it that of a large one
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_LARGE_END, _LARGE_END_BYTES, _LOCATOR_BYTES = b"PK\x06\x06", 56, 20
_LOCAL_HEADER_BYTES = 30
_BYTES_OF_ENTRY = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: members, bytes when unpacked, and bytes out per byte in.

    The ratio counts only for members of more than ``ratio_from`` bytes: a small one can do no harm.
    """

    members: int = 10_000
    unpacked: int = 4 * 2**30
    ratio: int = 200
    ratio_from: int = 10 * 2**20


LIMITS = Limits()


def is_zip(stream: BinaryIO) -> bool:
    """Whether the bytes begin like a zip; the stream is left at its start."""
    return _first(stream) in _SIGNATURES


def is_zip_or_workbook(stream: BinaryIO) -> bool:
    """Whether the bytes begin like a zip, which newer workbooks are, or like an older workbook (xls)."""
    return _first(stream) in {*_SIGNATURES, _OLD_WORKBOOK}


def _first(stream: BinaryIO) -> bytes:
    stream.seek(0)
    first = stream.read(4)
    stream.seek(0)
    return first


@contextmanager
def open_member(stream: BinaryIO, pattern: str, limits: Limits = LIMITS) -> Iterator[BinaryIO]:
    """The one file of a zip that ``pattern`` fits, as a seekable stream that is gone when the context ends.

    A pattern without a slash is held against the file's own name, in whatever folder of the archive it lies.

    Raises:
        SourceError: This is no zip or a damaged one, not exactly one file fits, it needs a password, an unusual
            method or is a mere link, a name leads out of the archive or comes twice, or a limit is passed.
    """
    with opened(stream, limits, "zip") as archive:
        _refuse_escapes(archive.infolist())
        member = _only_match(archive, pattern)
        _refuse_links(member)
        refuse_packing(member, "zip")
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as target:
            for chunk in unpacked(archive, member, "zip"):
                target.write(chunk)
            target.seek(0)
            yield cast("BinaryIO", target)


@contextmanager
def opened(stream: BinaryIO, limits: Limits, noun: str) -> Iterator[zipfile.ZipFile]:
    """A zip that keeps within the limits and names each of its members once; ``noun`` is what a sentence calls it.

    Raises:
        SourceError: As said, or it is cut off or damaged.
    """
    _refuse_long_directory(stream, limits, noun)
    stream.seek(0)
    with damage_refused(noun):
        archive = zipfile.ZipFile(stream)
    with archive:
        members = archive.infolist()
        _refuse_excess(members, limits, noun)
        _refuse_overlaps(members, noun)
        _refuse_twice(members, noun)
        yield archive


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, noun: str) -> Generator[bytes, None, None]:
    """The bytes of a member, a piece at a time; they are good only once the last has come.

    Raises:
        SourceError: Its bytes aren't those that were packed, or not as many as it declares.
    """
    # zipfile stops where a member says that it ends; asked for one byte more, it tells whether that was true
    roomy = copy(member)
    roomy.file_size += 1
    size = 0
    with damage_refused(noun), archive.open(roomy) as packed:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            _refuse_other_size(size, member, more=True)
            yield chunk
        _refuse_other_size(size, member, more=False)


def _refuse_other_size(size: int, member: zipfile.ZipInfo, *, more: bool) -> None:
    if size > member.file_size if more else size != member.file_size:
        raise zipfile.BadZipFile(f"'{member.filename}' doesn't hold as many bytes as it declares")


@contextmanager
def damage_refused(noun: str) -> Iterator[None]:
    """Whatever damage zipfile meets, as one sentence."""
    try:
        yield
    except DAMAGE as error:
        raise damaged(noun) from error


def damaged(noun: str) -> SourceError:
    """What is said of a zip whose bytes aren't what they should be."""
    return SourceError(
        f"The {noun} is damaged, or the file is no {noun} at all.",
        "Fetch it again. If that doesn't help, open it by hand to see what it is, and tell the publisher.",
    )


def refuse_packing(member: zipfile.ZipInfo, noun: str) -> None:
    """Refuse a member that can't be unpacked a piece at a time.

    Raises:
        SourceError: It needs a password, or is packed in another way than what everyone can unpack.
    """
    if member.flag_bits & 0x1:
        raise SourceError(
            f"'{member.filename}' in the {noun} is protected by a password.", "Ask the publisher for an open file."
        )
    # zipfile knows bzip2 and LZMA too, but gives no way to stop them: a few bytes could make gigabytes at once
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise SourceError(
            f"'{member.filename}' in the {noun} is packed by an unusual method (number {member.compress_type}).",
            "Unpack it by hand and land what was in it, or ask the publisher for a common zip.",
        )


def _refuse_long_directory(stream: BinaryIO, limits: Limits, noun: str) -> None:
    """Look at the size of a zip's directory before anyone reads it, which takes ten times as much memory."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - _END_BYTES - _LONGEST_COMMENT - _LARGE_END_BYTES - _LOCATOR_BYTES, 0))
    tail = stream.read()
    end = tail.rfind(_END)
    whole = 0 <= end <= len(tail) - _END_BYTES
    if not whole and is_zip(stream):
        raise SourceError(
            f"The {noun} is cut off: it begins as it should, but the list of its parts, which comes last, is missing.",
            "Fetch it again. If it comes the same, tell the publisher.",
        )
    length = _directory_bytes(tail, end) if whole else 0
    if length > limits.members * _BYTES_OF_ENTRY:
        raise SourceError(
            f"The list of the files in the {noun} has {count(length, 'byte')}, more than the "
            f"{limits.members * _BYTES_OF_ENTRY:,} allowed.",
            _EXCESS_CURE,
        )


def _directory_bytes(tail: bytes, end: int) -> int:
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    large = end - _LOCATOR_BYTES - _LARGE_END_BYTES
    if large >= 0 and tail[large : large + 4] == _LARGE_END:
        return int.from_bytes(tail[large + 40 : large + 48], "little")
    return length


def _refuse_excess(members: Sequence[zipfile.ZipInfo], limits: Limits, noun: str) -> None:
    if len(members) > limits.members:
        raise SourceError(
            f"The {noun} holds {count(len(members), 'file')}, more than the {limits.members:,} allowed.", _EXCESS_CURE
        )
    total = sum(member.file_size for member in members)
    if total > limits.unpacked:
        raise SourceError(
            f"The {noun} unpacks to {count(total, 'byte')}, more than the {limits.unpacked:,} allowed.", _EXCESS_CURE
        )
    for member in members:
        if member.file_size > max(limits.ratio_from, limits.ratio * member.compress_size):
            raise SourceError(
                f"'{member.filename}' in the {noun} unpacks to over {limits.ratio} times its size, as a zip bomb does.",
                _EXCESS_CURE,
            )


_EXCESS_CURE = "Look at the file before trusting it; if it is right, unpack it by hand and land the part you need."


def _refuse_overlaps(members: Sequence[zipfile.ZipInfo], noun: str) -> None:
    for before, after in pairwise(sorted(members, key=lambda member: member.header_offset)):
        if after.header_offset < before.header_offset + _LOCAL_HEADER_BYTES + before.compress_size:
            raise SourceError(
                f"'{before.filename}' and '{after.filename}' in the {noun} are made of the same bytes, as in a zip "
                "bomb.",
                "Don't unpack it: no honest tool writes such files. Tell the publisher.",
            )


def _refuse_twice(members: Sequence[zipfile.ZipInfo], noun: str) -> None:
    # as Windows and workbooks have it, where capitals and the two slashes don't count
    names = Counter(member.filename.replace("\\", "/").casefold() for member in members)
    twice = [member.filename for member in members if names[member.filename.replace("\\", "/").casefold()] > 1]
    if twice:
        raise SourceError(
            f"The {noun} holds more than one file of a name: {quoted(dict.fromkeys(twice))}.",
            "Tell the publisher: nobody can say which of them is meant.",
        )


def _refuse_escapes(members: Sequence[zipfile.ZipInfo]) -> None:
    escaping = [member.orig_filename for member in members if _escapes(member.orig_filename)]
    if escaping:
        raise SourceError(
            f"The zip holds names that lead out of it: {quoted(escaping)}.",
            "Don't unpack it: no honest tool writes such names. Tell the publisher.",
        )


def _escapes(name: str) -> bool:
    # as Windows reads it: both slashes part folders there, and a drive may come first
    path = PureWindowsPath(name)
    return bool(path.anchor) or ".." in path.parts


def _refuse_links(member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise SourceError(
            f"'{member.filename}' in the zip is no file, but {_KINDS.get(kind, 'something that only a system holds')}.",
            "Ask the publisher for the file itself.",
        )


_KINDS = MappingProxyType({stat.S_IFLNK: "a link to one elsewhere", stat.S_IFDIR: "a folder"})


def _only_match(archive: zipfile.ZipFile, pattern: str) -> zipfile.ZipInfo:
    files = [member for member in archive.infolist() if not member.is_dir() and not _is_mac_shadow(member)]
    matches = [member for member in files if PurePosixPath(member.filename).match(pattern)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        found = f"{count(len(matches), 'file')} in the zip fit '{pattern}': {quoted(m.filename for m in matches)}."
        raise SourceError(found, "Make read: member fit exactly one.")
    raise SourceError(
        f"No file in the zip fits '{pattern}'. It holds {quoted(member.filename for member in files) or 'nothing'}.",
        "Correct read: member.",
    )


def _is_mac_shadow(member: zipfile.ZipInfo) -> bool:
    """Whether it is one of the invisible twins that macOS adds to each file."""
    return member.filename.startswith("__MACOSX/")
