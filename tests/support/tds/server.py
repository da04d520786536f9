"""The stub's process: ``python -m support.tds.server``.

It prints its port, and then answers lines of JSON with lines of JSON.
"""

from __future__ import annotations

import itertools
import json
import os
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from support.tsql import Parser

from . import wire
from .describe import describe
from .script import DroppedError, Rule, Script

_BATCH, _CALL, _ATTENTION, _TRANSACTION, _LOGIN, _PRELOGIN = 0x01, 0x03, 0x06, 0x0E, 0x10, 0x12
_PROCEDURES = MappingProxyType(
    {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}
)
# By ODBC's number: the server's type, and the length or precision that it says the type has.
_TYPES = MappingProxyType(
    {12: ("varchar", 8000), -9: ("nvarchar", 4000), -3: ("varbinary", 8000), 93: ("datetime2", 27)}
)
_PACKET = 4096
_TRANSACTION_ID = b"\x08" + struct.pack("<Q", 1)
_ENDED = frozenset({0x80, 0xFF, 0xFE})  # what stands between calls


class Session(socketserver.BaseRequestHandler):
    """One connection."""

    server: Server

    def setup(self) -> None:
        """Number it."""
        self._number = next(self.server.numbers)
        self._script = self.server.script
        self._prepared: dict[int, tuple[str, str]] = {}

    def handle(self) -> None:
        """Answer until the driver, or the script, has had enough."""
        answers: Mapping[int, Callable[[bytes], bytes]] = {
            _PRELOGIN: self._prelogin,
            _LOGIN: self._login,
            _BATCH: self._batch,
            _CALL: self._calls,
            _TRANSACTION: self._transaction,
            _ATTENTION: lambda _: wire.done(status=wire.ATTENTION),
        }
        try:
            while True:
                kind, body = self._receive()
                self._script.messages += 1
                self._send(answers[kind](body))
        except (EOFError, ConnectionError, DroppedError):
            return
        except Exception as error:
            self._script.note("fault", self._number, f"{type(error).__name__}: {error}")
            raise

    def _receive(self) -> tuple[int, bytes]:
        body = b""
        while True:
            kind, status, length = struct.unpack(">BBH4x", self._exactly(8))
            body += self._exactly(length - 8)
            if status & 1:
                return kind, body

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.request.recv(count - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def _send(self, body: bytes) -> None:
        room = _PACKET - 8
        pieces = [body[start : start + room] for start in range(0, len(body), room)] or [b""]
        for number, piece in enumerate(pieces, 1):
            last = number == len(pieces)
            self.request.sendall(struct.pack(">BBHHBB", 4, last, len(piece) + 8, 55, number & 255, 0) + piece)

    def _prelogin(self, _body: bytes) -> bytes:
        """Version 16, no encryption, no instance, no thread, no multiple active results."""
        options = [(0, b"\x10\x00\x10\x4a\x00\x00"), (1, b"\x02"), (2, b"\x00"), (3, b""), (4, b"\x00")]
        head, values, start = b"", b"", 5 * len(options) + 1
        for kind, value in options:
            head += struct.pack(">BHH", kind, start + len(values), len(value))
            values += value
        return head + b"\xff" + values

    def _login(self, body: bytes) -> bytes:
        # The user, the program and the database, each by its place and length in the message.
        places = (struct.unpack("<HH", body[at : at + 4]) for at in (40, 48, 68))
        self._script.note("login", self._number, " ".join(_text_at(body, *place) for place in places))
        refused = self._script.event("LOGIN")
        if refused:
            return refused
        size = wire.short_text(str(_PACKET))
        said = wire.change(1, wire.short_text("yhovi"), wire.short_text("master"))
        said += wire.change(7, b"\x05" + wire.COLLATION) + wire.change(4, size, size)
        server = b"\x01\x74\x00\x00\x04" + wire.short_text("Microsoft SQL Server") + b"\x0f\x00\x10\x4a"
        said += b"\xad" + struct.pack("<H", len(server)) + server
        features = b"\xae\xff" if body[27] & 0x10 else b""  # the driver asked which extensions there are: none
        return said + features + wire.done()

    def _batch(self, body: bytes) -> bytes:
        reader = wire.Reader(body)
        reader.skip_headers()
        sql = reader.rest().decode("utf-16le")
        self._script.note("batch", self._number, sql)
        return self._script.answer(sql, wire.DONE, 0)

    def _transaction(self, body: bytes) -> bytes:
        reader = wire.Reader(body)
        reader.skip_headers()
        kind = reader.number(2)
        if kind == 5:
            self._script.note("begin", self._number)
            return wire.change(8, _TRANSACTION_ID) + wire.done()
        names = {7: "commit", 8: "rollback", 9: "savepoint"}
        self._script.note(names[kind], self._number)
        refused = self._script.event(names[kind].upper())
        if refused:
            return refused
        reader.take(reader.number(1))  # the name of the transaction
        again = wire.change(8, _TRANSACTION_ID) if kind in {7, 8} and reader and reader.number(1) & 1 else b""
        ended = {7: wire.change(9, b"\x00", _TRANSACTION_ID), 8: wire.change(10, b"\x00", _TRANSACTION_ID)}
        return ended.get(kind, b"") + again + wire.done()

    def _calls(self, body: bytes) -> bytes:
        reader = wire.Reader(body)
        reader.skip_headers()
        said = b""
        while reader:
            name = self._procedure(reader)
            values = []
            while reader and reader.peek() not in _ENDED:
                reader.text(reader.number(1))
                reader.take(1)
                values.append(wire.read_value(reader))
            if reader:
                reader.take(1)
            said += self._call(name, values, wire.MORE if reader else 0)
        return said

    @staticmethod
    def _procedure(reader: wire.Reader) -> str:
        length = reader.number(2)
        number = reader.number(2) if length == 0xFFFF else None
        name = reader.text(length) if number is None else _PROCEDURES.get(number, f"procedure {number}")
        reader.take(2)
        return name

    def _call(self, name: str, values: list[wire.Typed], more: int) -> bytes:
        """Answer one call of a procedure that runs a statement; others are kept in the log and change nothing."""
        handle = b""
        match name:
            case "sp_executesql":
                said = self._run(values[0].value, values[1].value if values[1:] else "", values[2:])
            case "sp_prepexec" | "sp_prepare":
                handle, said = self._prepare(name, values)
            case "sp_execute":
                said = self._run(*self._prepared[values[0].value], values[1:])
            case _:
                self._script.note(name, self._number, values=values)
                said = self._described(name, values)
        return said + b"\x79" + struct.pack("<i", 0) + handle + wire.done(wire.DONE_PROCEDURE, more)

    def _prepare(self, name: str, values: list[wire.Typed]) -> tuple[bytes, bytes]:
        number = len(self._prepared) + 1
        self._prepared[number] = (values[2].value, values[1].value or "")
        said = self._run(*self._prepared[number], values[3:]) if name == "sp_prepexec" else b""
        return wire.returned_int(number), said

    def _run(self, sql: str, declared: str, values: list[wire.Typed]) -> bytes:
        self._script.note("call", self._number, sql, declared, values)
        wrong = [place for place, value in enumerate(values, 1) if _no_number(value)]
        if wrong:
            return _refuse_float(wrong[0])
        return self._script.answer(sql, wire.DONE_IN_PROCEDURE, wire.MORE)

    def _described(self, name: str, values: list[wire.Typed]) -> bytes:
        """How long a type's values may be, or the types of parameters; nothing for other procedures."""
        if name == "sp_describe_undeclared_parameters":
            types = self._script.types(values[0].value)
            return describe(types) if types else b""
        if not name.endswith("sp_datatype_info_100") or values[0].value not in _TYPES:
            return b""
        kind = values[0].value
        row = wire.result(["TYPE_NAME", "DATA_TYPE", "PRECISION"], [[_TYPES[kind][0], kind, _TYPES[kind][1]]])
        return row + wire.done(wire.DONE_IN_PROCEDURE, wire.MORE, 1)


def _text_at(body: bytes, start: int, characters: int) -> str:
    return body[start : start + 2 * characters].decode("utf-16le")


def _no_number(value: wire.Typed) -> bool:
    return value.type in {"float", "real"} and value.value in wire.NOT_FINITE


def _refuse_float(place: int) -> bytes:
    """The server's own refusal of NaN and infinity, which it has no values for."""
    said = (
        "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. "
        f'Parameter {place} (""): The supplied value is not a valid instance of data type float.'
    )
    return wire.error(8023, said) + wire.done(wire.DONE_IN_PROCEDURE, wire.MORE | wire.ERROR)


class Server(socketserver.ThreadingTCPServer):
    """All connections."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.script = script
        self.numbers = itertools.count(1)


def tell(script: Script, asked: dict[str, Any]) -> Any:
    """Do what a test asks of the stub."""
    match asked.pop("do"):
        case "log":
            return script.log
        case "rule":
            script.rules.insert(0, Rule(**asked))
        case "drop_at":
            script.drop_at = asked["statement"]
        case "forget":
            script.log, script.messages = [], 0
        case "reset":
            script.log, script.rules, script.drop_at, script.messages = [], [], -1, 0
        case "messages":
            return script.messages
    return None


def main() -> None:
    """Serve until nobody asks any more."""
    with Parser() as parser:
        known: dict[str, list[str]] = {}

        def check(sql: str) -> list[str]:
            if sql not in known:
                known[sql] = parser.faults(sql)
            return known[sql]

        server = Server(Script(check, drop_at=-1))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _say(server.server_address[1])
        for line in sys.stdin:
            _say(tell(server.script, json.loads(line)))
    os._exit(0)


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
