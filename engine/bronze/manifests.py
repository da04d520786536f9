"""Manifests as text: values of the archive to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from .values import Evidence, Kept, Landing, Record

_FORMAT = 1


def written(value: Record | Landing) -> bytes:
    """The text of a manifest."""
    return json.dumps({"format": _FORMAT, **_plain(value)}, default=_plain, ensure_ascii=False, indent=1).encode()


def _plain(value: Any) -> Any:
    """What JSON has no word for, in its words."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return {one.name: getattr(value, one.name) for one in fields(value)}


def read(text: bytes) -> dict[str, Any]:
    """What a manifest says, as plain data.

    Raises:
        ValueError: It isn't JSON, or of a format that this version doesn't know.
    """
    said: dict[str, Any] = json.loads(text)
    if said.pop("format") != _FORMAT:
        raise ValueError(said)
    return said


def _kept(said: dict[str, Any]) -> Kept:
    return Kept(**{**said, "retrieved_at": datetime.fromisoformat(said["retrieved_at"])})


def record(said: dict[str, Any]) -> Record:
    """The exchange that a manifest describes."""
    times = {name: datetime.fromisoformat(said[name]) for name in ("started_at", "finished_at")}
    evidence = said.get("evidence")
    parts = {"kept": tuple(map(_kept, said["kept"])), "evidence": Evidence(**evidence) if evidence else None}
    return Record(**{**said, **times, **parts})


def landing(said: dict[str, Any]) -> Landing:
    """The landing that a manifest describes."""
    return Landing(**{**said, "retrieved_at": datetime.fromisoformat(said["retrieved_at"])})
