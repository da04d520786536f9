"""A source that misbehaves: it sends exactly the bytes it is told to, and ends each connection as it is told to."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True)
class Script:
    """What one connection gets: pieces of an answer, and then an orderly end, a reset or silence."""

    pieces: tuple[bytes, ...]
    end: Literal["close", "reset", "silence"] = "close"


def answer(
    body: bytes,
    *headers: str,
    status: str = "200 OK",
    length: int | None = None,
    end: Literal["close", "reset"] = "close",
) -> Script:
    """A whole answer, or one whose Content-Length promises more than comes."""
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {size}", "Connection: close", *headers]
    return Script(("\r\n".join(head).encode() + b"\r\n\r\n" + body,), end)


class RawServer:
    """Plays one script for each connection, the last one for ever, and keeps what it was sent."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.netloc = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.netloc}/data"
        self.requests: list[str] = []
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # what waits for a connection is woken by one
        socket.create_connection(self._socket.getsockname()).close()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._over.is_set():
                connection.close()
                return
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
            thread = threading.Thread(target=self._play, args=(connection, script))
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket, script: Script) -> None:
        with connection:
            self.requests.append(_read_request(connection))
            try:
                for piece in script.pieces:
                    connection.sendall(piece)
            except OSError:  # whoever asked has heard enough
                return
            if script.end == "silence":
                self._over.wait()
            if script.end == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read_request(connection: socket.socket) -> str:
    said = b""
    while b"\r\n\r\n" not in said and (block := connection.recv(65536)):
        said += block
    return said.decode("latin-1")
