"""The demonstration's answers: recordings in each source's wire format, in place of the sources themselves.

A recording is a folder with an ``exchange.json`` (what was asked, when, of which release and origin) and the answers
beside it::

    {"source": "nomis", "dataset": "NM_17_5", "retrieved_at": "2026-01-15T06:00:00+00:00", "release": "2024-04",
     "origin": "published",
     "answers": [{"url": "https://…", "parameters": [["time", "latest"]], "method": "GET", "body": null,
                  "file": "data.csv", "status": 200, "headers": {"content-type": "text/csv"}}]}
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..connectors.base import Answer, Origin, Request
from .errors import ExtractError

_EXCHANGE = "exchange.json"


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One recorded answer, not read yet."""

    file: Traversable
    status: int
    headers: Mapping[str, str]
    retrieved_at: datetime
    origin: Origin
    release: str | None


class Recordings:
    """Every recording below some folders; where two answer the same request, that of the earlier folder does.

    Raises:
        ExtractError: An ``exchange.json`` can't be understood.
    """

    def __init__(self, folders: Sequence[Traversable | Path]) -> None:
        self._answers: dict[str, _Recorded] = {}
        for folder in folders:
            for exchange in _exchanges(folder):
                for key, recorded in _understood(exchange):
                    self._answers.setdefault(key, recorded)

    def send(self, request: Request, validators: object = None) -> Answer:  # noqa: ARG002 (as the sender is called)
        """The recorded answer to a request, always in full.

        Raises:
            ExtractError: There is none.
        """
        recorded = self._answers.get(request.key)
        if recorded is None:
            raise ExtractError(
                f"The demonstration has no recording of {request.address}.",
                "Run without --demo to ask the source, or demonstrate another indicator.",
            )
        content = recorded.file.read_bytes()
        return Answer(
            request=request,
            stream=io.BytesIO(content),
            retrieved_at=recorded.retrieved_at,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            status=recorded.status,
            headers=recorded.headers,
            origin=recorded.origin,
            release=recorded.release,
        )


def _exchanges(folder: Traversable) -> Iterator[Traversable]:
    """The folders that hold an exchange, at any depth, in the order of their names."""
    inside = sorted(folder.iterdir(), key=lambda one: one.name)
    if any(one.name == _EXCHANGE for one in inside):
        yield folder
    for one in inside:
        if one.is_dir():
            yield from _exchanges(one)


def _understood(folder: Traversable) -> list[tuple[str, _Recorded]]:
    try:
        said = json.loads(folder.joinpath(_EXCHANGE).read_text(encoding="utf-8"))
        return [(_request(one).key, _recorded(folder, said, one)) for one in said["answers"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ExtractError(
            f"The recording {folder.joinpath(_EXCHANGE)} can't be understood ({error!r}).",
            "Make it again, or remove its folder.",
        ) from error


def _request(said: Mapping[str, Any]) -> Request:
    parameters = tuple((name, value) for name, value in said["parameters"])
    return Request(said["url"], parameters, method=said["method"], body=said["body"])


def _recorded(folder: Traversable, exchange: Mapping[str, Any], answer: Mapping[str, Any]) -> _Recorded:
    return _Recorded(
        file=folder.joinpath(answer["file"]),
        status=answer["status"],
        headers=answer["headers"],
        retrieved_at=datetime.fromisoformat(exchange["retrieved_at"]),
        origin=exchange["origin"],
        release=exchange["release"],
    )
