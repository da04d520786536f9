"""The archive itself: what is stored where, and what counts as complete."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeVar, cast

from ...connectors.base import Answer
from ..errors import StorageError, UsageError
from . import manifests
from .files import CHUNK, Files, damaged, told
from .values import Kept, Landing, Record, Validators

_Manifest = TypeVar("_Manifest")

_SPOOL = 16 << 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Windows drops a dot at the end of a name
_COMPONENT = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]")
_RESERVED = ("exchanges", "landings")


class Bronze:
    """The archive below one root: a local folder, which has to exist, or a URL such as ``s3://bucket/folder``.

    ``unique`` gives another text at every call (a UUID, say): two runs that store the same bytes at the same time must
    not write to the same ``.part`` file. ``storage_options`` go to fsspec.

    Every method raises :class:`StorageError` where the root is missing, full, forbidden or out of reach, and
    :class:`UsageError` where a source or a data set can't be the name of a folder.
    """

    def __init__(
        self,
        root: str,
        environment: str = "local",
        *,
        unique: Callable[[], str],
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._base = f"{_component(environment, 'environment')}/bronze"
        self._files = Files(root, unique, storage_options or {})
        self._kept: dict[str, Kept] = {}

    def keep(self, source: str, dataset: str, answer: Answer, *, canonical: str | None = None) -> Kept:
        """Store the bytes of an answer, unless the data set has them already from whatever date; say where they are.

        Stored bytes that turn out to be damaged are put right. The answer's stream is left at position 0.
        """
        path = self._store(self._folder(source, dataset), answer.stream, answer.sha256, answer.retrieved_at)
        kept = self._kept[answer.request.key] = Kept.of(answer, path, canonical)
        return kept

    def recalled(self, request_key: str) -> Kept | None:
        """The answer to a question that was kept, for whatever data set, since this archive was opened."""
        return self._kept.get(request_key)

    def open(self, kept: Kept | Landing) -> BinaryIO:
        """The stored bytes, their hash found right, as a seekable stream at position 0.

        Raises:
            StorageError: The object is missing or damaged.
        """
        with ExitStack() as undo:
            spool = undo.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL))
            self._fill(cast("BinaryIO", spool), kept)
            undo.pop_all()
        spool.seek(0)
        return cast("BinaryIO", spool)

    def finish(self, record: Record) -> str:
        """Write the manifest that makes an exchange complete; returns its path, relative to the root.

        Raises:
            StorageError: The manifest is there already.
        """
        folder = self._exchanges(record.source, record.dataset, record.exchange_key)
        name = f"{_stamp(record.started_at)}-{_component(record.exchange_id, 'exchange id')}.json"
        return self._write_manifest(f"{folder}/{name}", record)

    def newest(self, source: str, dataset: str, exchange_key: str, *, run_id: str | None = None) -> Record | None:
        """The complete exchange of this key that started last, of all runs or of one; None where there is none."""
        folder = self._exchanges(source, dataset, exchange_key)
        for name in reversed(self._manifests(folder)):
            record = self._read_manifest(f"{folder}/{name}", manifests.record)
            if record.exchange_key == exchange_key and run_id in (None, record.run_id):
                return record
        return None

    def exchange(self, source: str, dataset: str, exchange_id: str, exchange_key: str = "") -> Record | None:
        """The complete exchange of that id, of that key if it is said; None where the archive has none."""
        ending = f"-{_component(exchange_id, 'exchange id')}.json"
        folder = f"{self._folder(source, dataset)}/exchanges"
        for key in [exchange_key[:16]] if exchange_key else self._files.names(folder):
            for name in self._manifests(f"{folder}/{key}"):
                if name.endswith(ending):
                    return self._read_manifest(f"{folder}/{key}/{name}", manifests.record)
        return None

    def shown(self, kept: Kept) -> str:
        """Where the bytes of an answer lie, as an operator knows it."""
        return self._files.shown(kept.object)

    def validators(self, source: str, dataset: str, request_key: str, exchange_key: str) -> Validators | None:
        """What the newest exchange knows for asking "has it changed?"; None where it knows nothing.

        None, too, where the stored bytes can't be read any more: "not modified" would leave the run with no answer.
        """
        newest = self.newest(source, dataset, exchange_key)
        kept = [one for one in newest.kept if one.request_key == request_key] if newest else []
        if not kept:
            return None
        found = Validators(kept[-1].headers.get("etag"), kept[-1].headers.get("last-modified"), kept[-1])
        knows = found.etag or found.last_modified
        return found if knows and self._files.intact(found.kept.object, found.kept.sha256) else None

    def land(
        self, source: str, dataset: str, stream: BinaryIO, *, name: str, release: str, retrieved_at: datetime
    ) -> Landing:
        """Put a person's file into the archive; of several for one release, the one landed last counts.

        ``stream`` is seekable. Landing the bytes that count for their release already changes nothing, but puts them
        right if they were damaged.

        Raises:
            UsageError: The release has other bytes, landed at the same time or later.
        """
        folder = self._folder(source, dataset)
        before = self.landed(source, dataset, release)
        sha256, size = _measure(stream)
        if before and before.sha256 == sha256:
            self._store(folder, stream, sha256, before.retrieved_at)
            return replace(before, outcome="already there")
        landing = Landing(source, dataset, name, release, "", sha256, size, retrieved_at)
        if before:
            _require_later(before, retrieved_at)
            landing = replace(landing, outcome="supersedes", superseded=before.sha256)
        landing = replace(landing, object=self._store(folder, stream, sha256, retrieved_at))
        if self.landed(source, dataset, release) != before:
            # another run landed something while this one stored the bytes
            return self.land(source, dataset, stream, name=name, release=release, retrieved_at=retrieved_at)
        self._write_manifest(f"{folder}/landings/{_stamp(retrieved_at)}-{sha256[:12]}.json", landing)
        return landing

    def landings(self, source: str, dataset: str) -> tuple[Landing, ...]:
        """Every file landed for a data set, in the order in which they were landed."""
        folder = f"{self._folder(source, dataset)}/landings"
        return tuple(self._read_manifest(f"{folder}/{name}", manifests.landing) for name in self._manifests(folder))

    def landed(self, source: str, dataset: str, release: str | None) -> Landing | None:
        """The file landed last, for one release or, with None, for any; None where there is none."""
        found = [one for one in self.landings(source, dataset) if release in (None, one.release)]
        return found[-1] if found else None

    def sweep(self, older_than: datetime) -> tuple[str, ...]:
        """Remove what crashed runs left half-written before a moment; returns the paths, relative to the root."""
        return self._files.remove_parts(self._base, older_than)

    def _fill(self, spool: BinaryIO, kept: Kept | Landing) -> None:
        digest = hashlib.sha256()
        for chunk in self._files.unzipped(kept.object):
            digest.update(chunk)
            with told(tempfile.gettempdir(), "written to"):
                spool.write(chunk)
        if digest.hexdigest() != kept.sha256:
            raise damaged(self._files.shown(kept.object))

    def _folder(self, source: str, dataset: str) -> str:
        parts = [_component(source, "source"), *(_component(part, "data set") for part in dataset.split("/"))]
        return "/".join([self._base, *parts])

    def _exchanges(self, source: str, dataset: str, exchange_key: str) -> str:
        return f"{self._folder(source, dataset)}/exchanges/{_component(exchange_key[:16], 'exchange key')}"

    def _store(self, folder: str, stream: BinaryIO, sha256: str, when: datetime) -> str:
        stored = self._find(folder, sha256)
        if stored and self._files.intact(stored, sha256):
            return stored
        path = stored or f"{folder}/{when.astimezone(UTC):%Y-%m-%d}/{sha256}.gz"
        try:
            self._files.write_zipped(path, stream, sha256)
        except StorageError:
            # another run may have stored the same bytes meanwhile, and Windows replaces no file that is being read
            if not self._files.intact(path, sha256):
                raise
        return path

    def _find(self, folder: str, sha256: str) -> str | None:
        dates = [name for name in self._files.names(folder) if _DATE.fullmatch(name)]
        paths = (f"{folder}/{date}/{sha256}.gz" for date in reversed(dates))
        return next(filter(self._files.exists, paths), None)

    def _manifests(self, folder: str) -> list[str]:
        return [name for name in self._files.names(folder) if name.endswith(".json")]

    def _write_manifest(self, path: str, value: Record | Landing) -> str:
        if self._files.exists(path):
            raise StorageError(
                f"The manifest {self._files.shown(path)} is there already, and a manifest is written once.",
                "Start the run again, so that it gets an id of its own.",
            )
        self._files.write_bytes(path, manifests.written(value))
        return path

    def _read_manifest(self, path: str, understand: Callable[[dict[str, Any]], _Manifest]) -> _Manifest:
        try:
            return understand(manifests.read(self._files.read_bytes(path)))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StorageError(
                f"The manifest {self._files.shown(path)} can't be understood.",
                "A newer yhovi wrote it, or it is damaged: update yhovi, restore it from a backup or move it away.",
            ) from error


def _component(name: str, noun: str) -> str:
    if not _COMPONENT.fullmatch(name) or name in _RESERVED:
        raise UsageError(
            f"{name!r} can't be (part of) the name of a folder, as every {noun} is.",
            "Use letters, digits, dots, hyphens and underscores, with no dot at the end; "
            "'exchanges' and 'landings' are taken.",
        )
    return name


def _require_later(before: Landing, retrieved_at: datetime) -> None:
    if retrieved_at <= before.retrieved_at:
        raise UsageError(
            f"Release {before.release} of {before.source}/{before.dataset} was landed at {_stamp(before.retrieved_at)} "
            f"with other content, so a file landed at {_stamp(retrieved_at)} can't take its place.",
            "Set the clock of this computer right, then land the file again.",
        )


def _stamp(moment: datetime) -> str:
    """A moment as part of a file name: no colons, and in the order of time when sorted as text."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def _measure(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
