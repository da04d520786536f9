"""The file system below the archive's root: whole files in, whole files out, and a sentence for whatever goes wrong."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import fsspec
from fsspec.implementations.local import LocalFileSystem

from ..errors import StorageError

CHUNK = 1 << 20

_LEVEL = 6
_GZIP = 31
_FULL = (errno.ENOSPC, errno.EDQUOT)
_DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)
_ABSENT = (FileNotFoundError, NotADirectoryError)
_FETCH_AGAIN = "Restore it from a backup, or run without --replay to ask the source again."


class Files:
    """The files below one root; paths are relative to it."""

    def __init__(self, root: str, unique: Callable[[], str], options: Mapping[str, Any]) -> None:
        try:
            # another run may have written since a folder was listed
            self._fs, path = fsspec.url_to_fs(root, **{"use_listings_cache": False, **options})
        except (ImportError, ValueError) as error:
            raise StorageError(
                f"The data folder {root} can't be used: {error}.", "For S3, install yhovi with its extra: yhovi[s3]."
            ) from error
        self._root = path.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)
        self._unique = unique

    def shown(self, path: str) -> str:
        """A path as an operator knows it."""
        full = self._full(path)
        return str(Path(full)) if self._local else str(self._fs.unstrip_protocol(full))

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, sorted; nothing where there is no such folder."""
        with told(self.shown(folder), "read"):
            try:
                paths = self._fs.ls(self._full(folder), detail=False)
            except _ABSENT:
                self._require_root()
                return []
        return sorted(path.rpartition("/")[2] for path in paths)

    def exists(self, path: str) -> bool:
        """Whether a file is there; fsspec's own ``exists`` says no whatever goes wrong."""
        with told(self.shown(_parent(path)), "read"):
            try:
                self._fs.info(self._full(path))
            except _ABSENT:
                return False
        return True

    def intact(self, path: str, sha256: str) -> bool:
        """Whether a zipped file is there, can be read, and holds the bytes of this hash."""
        digest = hashlib.sha256()
        try:
            for chunk in self.unzipped(path):
                digest.update(chunk)
        except StorageError:
            return False
        return digest.hexdigest() == sha256

    def unzipped(self, path: str) -> Iterator[bytes]:
        """The bytes inside a zipped file, in pieces."""
        with told(self.shown(_parent(path)), "read"):
            try:
                with self._fs.open(self._full(path), "rb") as raw, gzip.GzipFile(fileobj=raw) as body:
                    while chunk := body.read(CHUNK):
                        yield chunk
            except _DAMAGED as error:
                raise damaged(self.shown(path)) from error
            except _ABSENT as error:
                raise StorageError(f"The archived file {self.shown(path)} is missing.", _FETCH_AGAIN) from error

    def read_bytes(self, path: str) -> bytes:
        """A small file."""
        with told(self.shown(_parent(path)), "read"):
            return bytes(self._fs.cat_file(self._full(path)))

    def write_zipped(self, path: str, stream: BinaryIO, sha256: str) -> None:
        """Write the bytes of this hash, zipped so that equal bytes give equal files."""
        stream.seek(0)
        with self._beside(path) as part:
            with self._new(part) as raw:
                for chunk in _zipped(stream):
                    raw.write(chunk)
            if not self.intact(part, sha256):
                raise self._mangled(path)
        stream.seek(0)

    def write_bytes(self, path: str, content: bytes) -> None:
        """Write a small file."""
        with self._beside(path) as part:
            with self._new(part) as raw:
                raw.write(content)
            if self.read_bytes(part) != content:
                raise self._mangled(path)

    def remove_parts(self, folder: str, older_than: datetime) -> tuple[str, ...]:
        """Remove the ``.part`` files below a folder that were last written to before a moment."""
        with told(self.shown(folder), "written to"):
            found = [path for path in self._fs.find(self._full(folder)) if path.endswith(".part")]
            removed = [path for path in found if self._remove_old(path, older_than)]
        return tuple(path.removeprefix(f"{self._root}/") for path in removed)

    def _remove_old(self, full: str, older_than: datetime) -> bool:
        # a run that is still at work may finish its file at any moment
        with suppress(FileNotFoundError):
            if self._fs.modified(full) < older_than:
                self._fs.rm_file(full)
                return True
        return False

    @contextmanager
    def _beside(self, path: str) -> Iterator[str]:
        """A name to write to, moved to ``path`` when the block ends well and removed when it doesn't."""
        part = f"{_parent(path)}/{self._unique()}.part"
        with told(self.shown(_parent(path)), "written to"):
            self._make(_parent(path))
            try:
                yield part
                self._move(part, path)
            except BaseException:
                with suppress(*_failures()):
                    self._fs.rm_file(self._full(part))
                raise

    @contextmanager
    def _new(self, path: str) -> Iterator[Any]:
        with self._fs.open(self._full(path), "wb") as file:
            yield file
            if self._local:
                # or a power cut may leave a final name with half its bytes
                file.flush()
                os.fsync(file.fileno())

    def _move(self, part: str, path: str) -> None:
        if self._local:
            # fsspec's own falls back to copying, which can stop half-way
            Path(self._full(part)).replace(self._full(path))
        else:
            self._fs.mv(self._full(part), self._full(path))

    def _make(self, folder: str) -> None:
        # on S3 there are no folders to make, and s3fs would make a missing bucket
        if self._local:
            self._require_root()
            self._fs.makedirs(self._full(folder), exist_ok=True)

    def _require_root(self) -> None:
        if self._local and not self._fs.isdir(self._root):
            raise _no_folder(str(Path(self._root)))

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _mangled(self, path: str) -> StorageError:
        return StorageError(
            f"{self.shown(path)} was not stored: what was read back is not what was written.",
            "Check the disk or the share, then run again.",
        )


@contextmanager
def told(folder: str, deed: Literal["read", "written to"]) -> Iterator[None]:
    """Whatever a file system raises, as a sentence about the folder that was read or written to."""
    try:
        yield
    except _failures() as error:
        raise _sentence(error, folder, deed) from error


def _failures() -> tuple[type[Exception], ...]:
    """What file systems raise; S3's has errors of its own for a server that it can't reach."""
    botocore = sys.modules.get("botocore.exceptions")
    return (OSError, botocore.BotoCoreError) if botocore else (OSError,)


def _sentence(error: Exception, folder: str, deed: str) -> StorageError:
    if getattr(error, "errno", None) in _FULL:
        return StorageError(
            f"The folder {folder} is full.", "Free some space, then run again: nothing half-written was left behind."
        )
    if isinstance(error, PermissionError):
        return StorageError(
            f"The folder {folder} may not be {deed}.", "Give the account that runs yhovi the right to do so."
        )
    if isinstance(error, FileNotFoundError):
        return _no_folder(folder)
    return StorageError(
        f"The folder {folder} can't be {deed}: {str(error).rstrip('.')}.",
        "Check that the disk, share or bucket can be reached.",
    )


def _no_folder(folder: str) -> StorageError:
    return StorageError(f"There is no folder {folder}.", "Create it, or name another data folder in the settings.")


def damaged(path: str) -> StorageError:
    """The refusal of a stored file whose content isn't what its name stands for."""
    return StorageError(
        f"The archived file {path} is damaged: its content is not what its name, a hash, stands for.", _FETCH_AGAIN
    )


def _zipped(stream: BinaryIO) -> Iterator[bytes]:
    """A stream as gzip, without a time or a name in it.

    Not through GzipFile: one whose disk was full complains again when it is thrown away, and nobody can stop it.
    """
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    while chunk := stream.read(CHUNK):
        yield packer.compress(chunk)
    yield packer.flush()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
