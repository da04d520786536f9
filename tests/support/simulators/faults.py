"""What can go wrong on the way from any source, as changes to what it would have answered."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from .wire import SORRY, Asked, Misbehaving, Reply

Fault = Misbehaving


def silence(_: Asked, reply: Reply) -> Reply:
    """Take the request and say nothing."""
    return replace(reply, end="silence")


def stalled(_: Asked, reply: Reply) -> Reply:
    """Begin to answer, and fall silent."""
    return replace(reply, end="silence", cut=10)


def reset(_: Asked, reply: Reply) -> Reply:
    """Break the connection in the middle of the body."""
    return replace(reply, end="reset", cut=len(_bytes(reply)) // 2)


def short(_: Asked, reply: Reply) -> Reply:
    """End in an orderly manner before as many bytes have come as were announced."""
    return replace(reply, cut=len(_bytes(reply)) // 2)


def throttled(after: str | None = None) -> Fault:
    """Ask to be left alone."""
    headers = {} if after is None else {"Retry-After": after}
    return lambda _, __: Reply(b"slow down", 429, headers, "text/plain")


def until(seconds: float) -> str:
    """A date so many seconds from now, as a header has it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def broken(_: Asked, __: Reply) -> Reply:
    """Fail."""
    return Reply(b"internal error", 500, media="text/plain")


def away(_: Asked, __: Reply) -> Reply:
    """Lead to a web page."""
    return Reply(status=302, headers={"Location": SORRY})


def to(address: str) -> Fault:
    """Lead somewhere else."""
    return lambda _, __: Reply(status=302, headers={"Location": address})


def cut_gzip(_: Asked, reply: Reply) -> Reply:
    """Pack the body, and lose its end."""
    packed = gzip.compress(_bytes(reply), mtime=0)
    return replace(reply, body=packed[: len(packed) // 2], tagged=False).has("Content-Encoding", "gzip")


def in_cp1252(_: Asked, reply: Reply) -> Reply:
    """Write the text as Windows did."""
    return replace(reply, body=_bytes(reply).decode().encode("cp1252"))


def changed(old: str, new: str) -> Fault:
    """Call something by another name."""

    def fault(_: Asked, reply: Reply) -> Reply:
        assert old.encode() in _bytes(reply), "the simulator never says that"
        return replace(reply, body=_bytes(reply).replace(old.encode(), new.encode()))

    return fault


def instead(body: bytes, media: str = "application/json") -> Fault:
    """Answer with something else, and call it success."""
    return lambda _, reply: replace(reply, body=body, media=media, status=200)


class Again:
    """Send what was sent before, once more."""

    def __init__(self) -> None:
        self._before: Reply | None = None

    def __call__(self, _: Asked, reply: Reply) -> Reply:
        if self._before is None:
            self._before = reply
        return self._before


def _bytes(reply: Reply) -> bytes:
    assert isinstance(reply.body, bytes)
    return reply.body
