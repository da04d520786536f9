"""Zip files: one member as a stream, and a guard against what unpacks to more than a machine can hold.

Nothing is ever written under a name that comes from the archive.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from ...connectors.base import SourceError
from .wording import count, quoted

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_IN_MEMORY = 32 * 2**20
# zipfile raises all of these on bytes that aren't what a zip should hold
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)


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
        SourceError: This is no zip or a damaged one, not exactly one file fits, it needs a password, a name leads out
            of the archive, or a limit is passed.
    """
    with _opened(stream, limits, "zip") as archive:
        _refuse_escapes(archive.infolist())
        member = _only_match(archive, pattern)
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as unpacked:
            _unpack(archive, member, cast("BinaryIO", unpacked))
            yield cast("BinaryIO", unpacked)


def guard(stream: BinaryIO, limits: Limits = LIMITS) -> None:
    """Refuse a workbook, which is a zip, if it is damaged or unpacks to more than the limits.

    The stream is left at its start.

    Raises:
        SourceError: As said.
    """
    with _opened(stream, limits, "workbook") as archive, _damage_refused("workbook"):
        damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"'{damaged}' fails its checksum")
    stream.seek(0)


@contextmanager
def _opened(stream: BinaryIO, limits: Limits, noun: str) -> Iterator[zipfile.ZipFile]:
    stream.seek(0)
    with _damage_refused(noun):
        archive = zipfile.ZipFile(stream)
    with archive:
        _refuse_excess(archive.infolist(), limits, noun)
        yield archive


@contextmanager
def _damage_refused(noun: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise SourceError(
            f"The {noun} is damaged, or the file is no {noun} at all.",
            "Fetch it again. If that doesn't help, open it by hand to see what it is, and tell the publisher.",
        ) from error


def _refuse_excess(members: list[zipfile.ZipInfo], limits: Limits, noun: str) -> None:
    if len(members) > limits.members:
        raise SourceError(
            f"The {noun} holds {count(len(members), 'file')}, more than the {limits.members:,} allowed.", _EXCESS_CURE
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked:
        raise SourceError(
            f"The {noun} unpacks to {count(unpacked, 'byte')}, more than the {limits.unpacked:,} allowed.", _EXCESS_CURE
        )
    for member in members:
        if member.file_size > max(limits.ratio_from, limits.ratio * member.compress_size):
            raise SourceError(
                f"'{member.filename}' in the {noun} unpacks to over {limits.ratio} times its size, as a zip bomb does.",
                _EXCESS_CURE,
            )


_EXCESS_CURE = "Look at the file before trusting it; if it is right, unpack it by hand and land the part you need."


def _refuse_escapes(members: list[zipfile.ZipInfo]) -> None:
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


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: BinaryIO) -> None:
    if member.flag_bits & 0x1:
        raise SourceError(
            f"'{member.filename}' in the zip is protected by a password.", "Ask the publisher for an open file."
        )
    # zipfile stops at the size a member declares, so the check of declared sizes also bounds what comes out here
    with _damage_refused("zip"), archive.open(member) as packed:
        shutil.copyfileobj(packed, target)
    target.seek(0)
