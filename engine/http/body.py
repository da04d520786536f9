"""What comes over the wire: the body in pieces, unpacked and complete, or a fault; and what its headers say."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import cast

import requests
from urllib3 import HTTPResponse

from .faults import NETWORK_ERRORS, FaultError
from .redaction import excerpt, redact

_BLOCK = 64 * 1024
_EXCERPT_BYTES = 16 * 1024


def unpacked(response: requests.Response) -> Iterator[bytes]:
    """The body in pieces of at most 64 KiB, unpacked; a piece may be empty.

    Raises:
        FaultError: It is packed in an unknown way, damaged, or ends before its end mark.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    blocks = _blocks(cast("HTTPResponse", response.raw))
    if packing in ("identity", ""):
        return blocks
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise FaultError("packing", packing)
    return inflate(blocks, packing)


def inflate(blocks: Iterable[bytes], packing: str) -> Iterator[bytes]:
    """Unpack gzip (of one member or several) or deflate, and insist on the end mark that a packed body closes with.

    Raises:
        FaultError: The body is damaged, or ends before its end mark.
    """
    unpacker = _Unpacker(packing)
    try:
        for block in blocks:
            yield from unpacker.feed(block)
        yield unpacker.finish()
    except zlib.error:
        raise FaultError("damaged") from None


def declared_length(response: requests.Response) -> int:
    """The size in bytes that the answer is said to have on the wire; 0 if that isn't said."""
    return cast("HTTPResponse", response.raw).length_remaining or 0


def whole_length(response: requests.Response) -> int | None:
    """The size in bytes that the body will have, if the answer says so; of a packed one it doesn't."""
    return None if response.headers.get("content-encoding") else declared_length(response) or None


def said(response: requests.Response, secret: str) -> str:
    """What the source says of an error, if it says it in text."""
    if not re.search("text|json|xml", response.headers.get("content-type", "")):
        return ""
    try:
        return excerpt(_beginning(unpacked(response)), secret)
    except (*NETWORK_ERRORS, FaultError):
        return ""


def kept_headers(response: requests.Response, secret: str) -> Mapping[str, str]:
    """The headers by lower-case name, without the secret and without cookies, which are somebody's key too."""
    items = {name.lower(): redact(value, secret) for name, value in response.headers.items()}
    items.pop("set-cookie", None)
    return MappingProxyType(items)


class _Unpacker:
    def __init__(self, packing: str) -> None:
        self._packing = packing
        self._engine: zlib._Decompress | None = None
        self._members = 0

    def feed(self, block: bytes) -> Iterator[bytes]:
        """Unpack a block, never more than a piece at a time, so that a little can't become too much at once."""
        rest = self._unpadded(block)
        while rest:
            engine = self._engine = self._engine or zlib.decompressobj(_window(self._packing, rest))
            yield engine.decompress(rest, _BLOCK)
            if engine.eof:
                self._engine, self._members = None, self._members + 1
            rest = self._unpadded(engine.unused_data) if engine.eof else engine.unconsumed_tail

    def finish(self) -> bytes:
        """The last piece."""
        if self._engine is None:
            return b""
        last = self._engine.flush()
        if not self._engine.eof:
            raise FaultError("truncated")
        return last

    def _unpadded(self, block: bytes) -> bytes:
        # some servers fill the last block up with zeros
        return block.lstrip(b"\0") if self._members and not self._engine else block


def _window(packing: str, start: bytes) -> int:
    """What the zlib library calls a format. Deflate comes in zlib's wrapping, as it should, or without any."""
    if packing != "deflate":
        return zlib.MAX_WBITS | 16
    return zlib.MAX_WBITS if start[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS


def _blocks(raw: HTTPResponse) -> Iterator[bytes]:
    """The body as it comes, without waiting until a block is full."""
    if raw.chunked:
        yield from raw.stream(_BLOCK, decode_content=False)
        return
    while block := raw.read1(_BLOCK, decode_content=False):
        yield block


def _beginning(pieces: Iterable[bytes]) -> bytes:
    body = b""
    for piece in pieces:
        body += piece
        if len(body) >= _EXCERPT_BYTES:
            break
    return body[:_EXCERPT_BYTES]
