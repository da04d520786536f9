"""A wire between a client and a Postgres server that breaks when it is told to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url

_SOCKET = ".s.PGSQL.5432"
_ACTED_ON = b"QScd"
"""Messages that a server acts on: a query, the end of a prepared one's steps, rows of a COPY and their end."""


class Wire:
    """Listens in a folder of its own and hands on to the server whose URL is given.

    Attributes:
        url: The same database by way of this wire.
        passed: How many messages that the server acts on went by since it was last armed.
    """

    def __init__(self, url: str, folder: Path) -> None:
        address = make_url(url)
        self._server = str(Path(str(address.query["host"])) / _SOCKET)
        self.url = address.update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
        self._breaks_at = 0
        self._answered = self._refusing = False
        self.passed = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / _SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, message: int, *, answered: bool) -> None:
        """Break once: at that message, or with ``answered`` when the server has acted on it and its answer comes."""
        self._breaks_at, self._answered, self.passed = message, answered, 0

    def refuse(self, *, all_: bool) -> None:
        """Turn away whoever connects, from now on or no longer."""
        self._refusing = all_

    @property
    def is_armed(self) -> bool:
        """Whether it hasn't broken yet."""
        return self._breaks_at > 0

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._refusing:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                _Connection(self, client, server).begin()

    def breaks(self, kind: bytes) -> bool:
        """Whether it breaks at this message."""
        if kind not in _ACTED_ON:
            return False
        self.passed += 1
        if self.passed != self._breaks_at:
            return False
        self._breaks_at = 0
        return True

    @property
    def waits_for_the_answer(self) -> bool:
        """Whether it breaks only when the answer comes."""
        return self._answered


class _Connection:
    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self._wire, self._client, self._server = wire, client, server
        self._deaf = False

    def begin(self) -> None:
        for pump in (self._ask, self._answer):
            threading.Thread(target=pump, daemon=True).start()

    def _ask(self) -> None:
        with suppress(OSError):
            for kind, message in _messages(self._client):
                if self._wire.breaks(kind):
                    if not self._wire.waits_for_the_answer:
                        break
                    self._deaf = True
                self._server.sendall(message)
        self._break()

    def _answer(self) -> None:
        with suppress(OSError):
            while (said := self._server.recv(65536)) and not self._deaf:
                self._client.sendall(said)
        self._break()

    def _break(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _messages(client: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """What a client sends: the first message has no kind, each other one has a letter, then its length."""
    reader = client.makefile("rb")
    length = reader.read(4)
    if length:
        yield b"", length + reader.read(struct.unpack("!I", length)[0] - 4)
    while kind := reader.read(1):
        length = reader.read(4)
        yield kind, kind + length + reader.read(struct.unpack("!I", length)[0] - 4)
