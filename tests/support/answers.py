"""Exchanges held without a network: bodies in, requests and parts out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from yhovi.connectors.base import Answer, Ask, Connector, Part, Request, SourceError


@dataclass(frozen=True)
class Held:
    """An exchange that came to its end: what was asked and what it made of the answers."""

    requests: tuple[Request, ...]
    parts: Sequence[Part]


def answer(body: bytes, request: Request | None = None, **said: Any) -> Answer:
    """An answer with that body."""
    return Answer(
        request=request or Request("https://example.org/data.csv", expects="csv"),
        stream=io.BytesIO(body),
        retrieved_at=datetime(2026, 1, 15, 6, tzinfo=UTC),
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        **said,
    )


def hold(connector: Connector, ask: Ask, *bodies: bytes) -> Held:
    """Hold an exchange whose requests are answered with these bodies, one after the other, and no more."""
    exchange = connector.exchange(ask)
    requests = [next(exchange)]
    for body in bodies:
        try:
            requests.append(exchange.send(answer(body, requests[-1])))
        except StopIteration as end:
            assert len(requests) == len(bodies), "the exchange ended before all answers were given"
            return Held(tuple(requests), end.value)
    raise AssertionError(f"a further answer is awaited: {requests[-1].address}")


def refusal(connector: Connector, ask: Ask, *bodies: bytes) -> tuple[str, str]:
    """The sentence and the cure with which an exchange refuses the last of these bodies."""
    with pytest.raises(SourceError) as raised:
        hold(connector, ask, *bodies)
    return raised.value.message, raised.value.cure
