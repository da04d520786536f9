"""A server on a real socket that answers as a function says, and can break off, stall or misbehave while it does."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

SORRY = "/sorry.html"
PAGE = b"<!DOCTYPE html><html><head><title>We are working on it</title></head><body>Come back later</body></html>"


@dataclass(frozen=True)
class Asked:
    """One request as it came; names of headers are in lower case. ``target`` is path and parameters, unread."""

    method: str
    target: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is answered: all of the body, or only so many bytes of it (``cut``), and then a certain end.

    With ``tagged`` it has an ETag, and is not sent again to whoever has it already.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "text/csv"
    tagged: bool = False
    length: int | None = None
    cut: int | None = None
    end: Literal["close", "reset", "silence"] = "close"

    def has(self, name: str, value: str) -> Reply:
        """The same with one more header."""
        return replace(self, headers={**self.headers, name: value})


Answering = Callable[[Asked], Reply]
Misbehaving = Callable[[Asked, Reply], Reply]


class Simulator:
    """Serves a source; ``faults`` befall the next requests one by one (None: that one is spared), then ``always``.

    Attributes:
        asked: Every request, in order.
        statuses: What each was answered with.
        sent: How many bytes of bodies went out in all.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.faults: list[Misbehaving | None] = []
        self.always: Misbehaving | None = None
        self.asked: list[Asked] = []
        self.statuses: list[int] = []
        self.sent = 0
        self.over = threading.Event()
        simulator = self

        class Handler(_Handler):
            owner = simulator

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, asked: Asked) -> Reply:
        """What is answered to a request."""
        self.asked.append(asked)
        if asked.path == SORRY:
            return Reply(PAGE, media="text/html")
        fault = self.faults.pop(0) if self.faults else self.always
        reply = self._answering(asked)
        reply = fault(asked, reply) if fault else reply
        return _tagged(asked, reply) if reply.tagged and reply.status == 200 else reply


def _tagged(asked: Asked, reply: Reply) -> Reply:
    assert isinstance(reply.body, bytes)
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
    if asked.headers.get("if-none-match") == tag:
        return Reply(status=304, headers={"ETag": tag})
    return reply.has("ETag", tag)


class _Handler(BaseHTTPRequestHandler):
    owner: Simulator

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        reply = self.owner.reply(Asked(self.command, self.path, url.path, parameters, headers, body))
        self.owner.statuses.append(reply.status)
        with suppress(OSError):  # whoever asked has heard enough
            self._send(reply)

    do_POST = do_GET  # noqa: N815  (as inherited)

    def _send(self, reply: Reply) -> None:
        if reply.end != "silence" or reply.cut:
            self._head(reply)
            for piece in _cut(reply):
                self.owner.sent += len(piece)
                self.wfile.write(piece)
        if reply.end == "silence":
            self.owner.over.wait()
        if reply.end == "reset":
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _head(self, reply: Reply) -> None:
        whole = len(reply.body) if isinstance(reply.body, bytes) else reply.length
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.media, **reply.headers}.items():
            self.send_header(name, value)
        if whole is not None and reply.status != 304:
            self.send_header("Content-Length", str(whole))
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as inherited)
        """Quiet."""


def _cut(reply: Reply) -> Iterable[bytes]:
    if not isinstance(reply.body, bytes):
        return reply.body
    return (reply.body if reply.cut is None else reply.body[: reply.cut],)
