"""The protocol's bytes: tokens that a server sends, and the values that it is sent."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

COLLATION = b"\x09\x04\xd0\x00\x34"  # Latin1_General_CI_AS

DONE, DONE_PROCEDURE, DONE_IN_PROCEDURE = 0xFD, 0xFE, 0xFF
MORE, ERROR, COUNTED, ATTENTION = 0x01, 0x02, 0x10, 0x20
_DML = 0xC3

_NO_LENGTH = 0xFFFF
_NULL_IN_PIECES = 2**64 - 1
_DAY_ONE = datetime(1, 1, 1)  # noqa: DTZ001  (a date without a zone is what the server has)
_1900 = datetime(1900, 1, 1)  # noqa: DTZ001


def short_text(text: str) -> bytes:
    """Text whose length takes one byte."""
    return bytes([len(text)]) + text.encode("utf-16le")


def long_text(text: str) -> bytes:
    """Text whose length takes two bytes."""
    return struct.pack("<H", len(text)) + text.encode("utf-16le")


def change(kind: int, new: bytes, old: bytes = b"\x00") -> bytes:
    """ENVCHANGE: the server tells the driver of its state."""
    body = bytes([kind]) + new + old
    return b"\xe3" + struct.pack("<H", len(body)) + body


def done(token: int = DONE, status: int = 0, count: int | None = None) -> bytes:
    """DONE and its kin, with a count of rows if there is one."""
    counted = COUNTED if count is not None else 0
    return bytes([token]) + struct.pack("<HHQ", status | counted, _DML if counted else 0, count or 0)


def error(number: int, message: str, line: int = 1) -> bytes:
    """ERROR, with the class that most of the server's errors have."""
    body = struct.pack("<iBB", number, 1, 16) + long_text(message) + short_text("stub") + short_text("")
    body += struct.pack("<I", line)
    return b"\xaa" + struct.pack("<H", len(body)) + body


def returned_int(value: int) -> bytes:
    """RETURNVALUE: what a procedure gives back in its first parameter."""
    head = b"\xac" + struct.pack("<H", 0) + short_text("") + b"\x01" + struct.pack("<IH", 0, 0)
    return head + b"\x26\x04\x04" + struct.pack("<i", value)


def result(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """COLMETADATA and ROWs; a column's type is that of the first value in it."""
    kinds = [_kind([row[place] for row in rows]) for place in range(len(columns))]
    head = b"\x81" + struct.pack("<H", len(columns))
    for name, kind in zip(columns, kinds, strict=True):
        head += struct.pack("<IH", 0, 9) + _HEADS[kind] + short_text(name)
    body = (b"\xd1" + b"".join(map(_cell, kinds, row)) for row in rows)
    return head + b"".join(body)


_HEADS = MappingProxyType({int: b"\x26\x08", float: b"\x6d\x08", str: b"\xe7" + struct.pack("<H", 8000) + COLLATION})


def _kind(values: Sequence[Any]) -> type:
    known = {type(value) for value in values if value is not None} or {int}
    return next(iter(known)) if len(known) == 1 and known <= _HEADS.keys() else str


def _cell(kind: type, value: Any) -> bytes:
    if kind is str:
        encoded = str(value).encode("utf-16le")
        return b"\xff\xff" if value is None else struct.pack("<H", len(encoded)) + encoded
    form = "<q" if kind is int else "<d"
    return b"\x00" if value is None else b"\x08" + struct.pack(form, value)


class Reader:
    """Bytes, read from the front."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def peek(self) -> int:
        """The next byte, which stays."""
        return self._data[self._at]

    def take(self, count: int) -> bytes:
        """The next bytes."""
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise EOFError("the message ends in the middle of a value")
        self._at += count
        return taken

    def number(self, count: int) -> int:
        """The next bytes as a number without a sign."""
        return int.from_bytes(self.take(count), "little")

    def text(self, characters: int) -> str:
        """So many characters."""
        return self.take(2 * characters).decode("utf-16le")

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data) - self._at)

    def skip_headers(self) -> None:
        """The headers with which a request begins say their own length."""
        self.take(self.number(4) - 4)


NOT_FINITE = ("nan", "inf", "-inf")  # JSON has none of these numbers


@dataclass(frozen=True)
class Typed:
    """A value and its type as the driver declared it on the wire."""

    type: str
    value: Any


def read_value(reader: Reader) -> Typed:
    """One TYPE_INFO and the value behind it."""
    kind = reader.number(1)
    if kind not in _READERS:
        raise ValueError(f"a value of type {kind:#x}, which the stub doesn't know")
    return _READERS[kind](reader)


def _sized(names: Mapping[int, str], turn: Callable[[bytes], Any]) -> Callable[[Reader], Typed]:
    def read(reader: Reader) -> Typed:
        size = reader.number(1)
        raw = reader.take(reader.number(1))
        return Typed(names[size], turn(raw) if raw else None)

    return read


def _decimal(reader: Reader) -> Typed:
    _size, precision, scale = reader.take(3)
    raw = reader.take(reader.number(1))
    name = f"decimal({precision},{scale})"
    if not raw:
        return Typed(name, None)
    number = Decimal(int.from_bytes(raw[1:], "little")).scaleb(-scale)
    return Typed(name, str(number if raw[0] else -number))


def _date(reader: Reader) -> Typed:
    raw = reader.take(reader.number(1))
    return Typed("date", _day(raw).isoformat() if raw else None)


def _day(raw: bytes) -> date:
    return date.fromordinal(int.from_bytes(raw, "little") + 1)


def _datetime2(reader: Reader) -> Typed:
    scale = reader.number(1)
    raw = reader.take(reader.number(1))
    if not raw:
        return Typed(f"datetime2({scale})", None)
    at = datetime.combine(_day(raw[-3:]), datetime.min.time()) + _time(raw[:-3], scale)
    return Typed(f"datetime2({scale})", at.isoformat(sep=" "))


def _time(raw: bytes, scale: int) -> timedelta:
    return timedelta(microseconds=int.from_bytes(raw, "little") * 10**6 // 10**scale)


def _time_of_day(reader: Reader) -> Typed:
    scale = reader.number(1)
    raw = reader.take(reader.number(1))
    return Typed(f"time({scale})", (_DAY_ONE + _time(raw, scale)).time().isoformat() if raw else None)


def _datetimeoffset(reader: Reader) -> Typed:
    scale = reader.number(1)
    raw = reader.take(reader.number(1))
    if not raw:
        return Typed(f"datetimeoffset({scale})", None)
    at = datetime.combine(_day(raw[-5:-2]), datetime.min.time()) + _time(raw[:-5], scale)
    return Typed(f"datetimeoffset({scale})", f"{at.isoformat(sep=' ')} UTC, shown at {raw[-2:].hex()}")


def _datetime(raw: bytes) -> str:
    days, ticks = struct.unpack("<iI", raw)
    return (_1900 + timedelta(days=days, milliseconds=round(ticks * 10 / 3))).isoformat(sep=" ")


def _in_bytes(name: str, turn: Callable[[bytes], Any], *, collated: bool) -> Callable[[Reader], Typed]:
    def read(reader: Reader) -> Typed:
        limit = reader.number(2)
        if collated:
            reader.take(5)
        raw = _pieces(reader) if limit == _NO_LENGTH else _piece(reader)
        shown = "max" if limit == _NO_LENGTH else str(limit // 2 if name.startswith("n") else limit)
        return Typed(f"{name}({shown})", None if raw is None else turn(raw))

    return read


def _piece(reader: Reader) -> bytes | None:
    length = reader.number(2)
    return None if length == _NO_LENGTH else reader.take(length)


def _pieces(reader: Reader) -> bytes | None:
    if reader.number(8) == _NULL_IN_PIECES:
        return None
    whole = b""
    while length := reader.number(4):
        whole += reader.take(length)
    return whole


def _wide(raw: bytes) -> str:
    return raw.decode("utf-16le")


def _narrow(raw: bytes) -> str:
    return raw.decode("cp1252")


def _signed(raw: bytes) -> int:
    return int.from_bytes(raw, "little", signed=len(raw) > 1)


def _float(raw: bytes) -> float | str:
    number: float = struct.unpack("<d" if len(raw) == 8 else "<f", raw)[0]
    return number if math.isfinite(number) else str(number)


_READERS: Mapping[int, Callable[[Reader], Typed]] = MappingProxyType(
    {
        0x24: _sized({16: "uniqueidentifier"}, bytes.hex),
        0x26: _sized({1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"}, _signed),
        0x28: _date,
        0x29: _time_of_day,
        0x2A: _datetime2,
        0x2B: _datetimeoffset,
        0x68: _sized({1: "bit"}, lambda raw: bool(raw[0])),
        0x6A: _decimal,
        0x6C: _decimal,
        0x6D: _sized({4: "real", 8: "float"}, _float),
        0x6F: _sized({4: "smalldatetime", 8: "datetime"}, _datetime),
        0xA5: _in_bytes("varbinary", bytes.hex, collated=False),
        0xA7: _in_bytes("varchar", _narrow, collated=True),
        0xAD: _in_bytes("binary", bytes.hex, collated=False),
        0xAF: _in_bytes("char", _narrow, collated=True),
        0xE7: _in_bytes("nvarchar", _wide, collated=True),
        0xEF: _in_bytes("nchar", _wide, collated=True),
    }
)
