"""What the archive knows of the files in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ...connectors.base import Answer, Origin

_HEADERS = ("etag", "last-modified", "content-type", "content-disposition", "date", "link")

Proof = Literal["first", "etag", "last_modified", "hash", "release", "rows"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One question of an exchange and the stored answer to it.

    ``object`` is the path of the stored bytes, relative to the root. ``sha256`` and ``size`` are those of the bytes as
    received; ``canonical`` is the hash of the body less what changes at every call (equal to ``sha256`` where nothing
    does). ``retrieved_at`` is aware, in UTC.
    """

    request_key: str
    address: str
    purpose: str
    object: str
    sha256: str
    canonical: str
    size: int
    status: int
    headers: Mapping[str, str]
    retrieved_at: datetime
    origin: Origin
    release: str | None

    @classmethod
    def of(cls, answer: Answer, path: str, canonical: str | None = None) -> Kept:
        """An answer whose bytes are stored at that path."""
        return cls(
            request_key=answer.request.key,
            address=answer.request.address,
            purpose=answer.request.purpose,
            object=path,
            sha256=answer.sha256,
            canonical=canonical or answer.sha256,
            size=answer.size,
            status=answer.status,
            headers={name: answer.headers[name] for name in _HEADERS if name in answer.headers},
            retrieved_at=answer.retrieved_at,
            origin=answer.origin,
            release=answer.release,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether an exchange brought something new, and what decided that.

    Nothing new: the source said so (``etag``, ``last_modified``), the bytes are the same (``hash``), or others hold the
    same ``rows``. Something new: it is the ``first`` exchange, another ``release``, or other ``rows`` of the same one.
    """

    changed: bool
    by: Proof

    def __str__(self) -> str:
        return _IN_WORDS[self.changed, self.by]


_IN_WORDS: Mapping[tuple[bool, Proof], str] = MappingProxyType(
    {
        (False, "etag"): "not modified, the source says (ETag)",
        (False, "last_modified"): "not modified, the source says (Last-Modified)",
        (False, "hash"): "the same bytes as before",
        (False, "rows"): "other bytes than before, the same rows",
        (True, "first"): "the first answer",
        (True, "release"): "another release than before",
        (True, "rows"): "other rows than before",
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """The manifest of one complete exchange: what was asked and kept, in order, when, and by which run.

    ``parameters`` holds what the exchange was made from (query, areas) as plain JSON values; ``rows`` and ``row_set``
    are the number of rows and their order-independent hash, where they are known. ``release`` is the edition that was
    read, and ``evidence`` says what was new, where answers came from the source itself and could be read.
    """

    exchange_id: str
    exchange_key: str
    source: str
    dataset: str
    run_id: str
    started_at: datetime
    finished_at: datetime
    parameters: Mapping[str, Any]
    kept: tuple[Kept, ...]
    rows: int | None
    row_set: str | None
    engine_version: str
    release: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Landing:
    """One file that a person put into the archive, under the release they named.

    ``outcome`` says what landing it did: ``new`` (the first file of its release), ``supersedes`` (the release was there
    with other bytes, whose hash is ``superseded``) or ``already there`` (nothing was stored, and the other fields
    describe the earlier landing).
    """

    source: str
    dataset: str
    name: str
    release: str
    object: str
    sha256: str
    size: int
    retrieved_at: datetime
    outcome: Literal["new", "supersedes", "already there"] = "new"
    superseded: str | None = None


class Validators(NamedTuple):
    """What a conditional request needs, and the stored answer that a "not modified" stands for."""

    etag: str | None
    last_modified: str | None
    kept: Kept
