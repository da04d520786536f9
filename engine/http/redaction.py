"""What may be shown of an address, a header or a body: never a secret, always on one line."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote, quote_plus

_EXCERPT_LETTERS = 200
_SHORTEST_KEY = 8


def redact(text: str, secret: str) -> str:
    """The text with the secret blotted out, also where it is quoted for a URL, JSON or HTML."""
    if not secret:
        return text
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], html.escape(secret)}
    forms = sorted({secret, *quoted}, key=len, reverse=True)
    return re.sub("|".join(re.escape(form) for form in forms), "***", text, flags=re.IGNORECASE)


class Guard:
    """Looks for a secret in a body that comes in pieces. What is as short as a word would be found everywhere."""

    def __init__(self, secret: str) -> None:
        forms = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]} if len(secret) >= _SHORTEST_KEY else set()
        self._forms = tuple(form.encode().lower() for form in forms)
        self._overlap = max(map(len, self._forms), default=1) - 1
        self._end = b""

    def finds(self, piece: bytes) -> bool:
        """Whether the secret is in the body as far as it has come."""
        seen = self._end + piece.lower()
        self._end = seen[-self._overlap :] if self._overlap else b""
        return any(form in seen for form in self._forms)


def excerpt(body: bytes, secret: str) -> str:
    """What an error's body says, on one short line: the title of a web page, otherwise its beginning."""
    text = body.decode("utf-8", "replace")
    if re.search(r"<html|<!doctype", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = html.unescape(title[1]) if title else ""
    line = redact("".join(letter for letter in " ".join(text.split()) if letter.isprintable()), secret)
    return line if len(line) <= _EXCERPT_LETTERS else line[: _EXCERPT_LETTERS - 1] + "…"


def printable(url: str) -> str:
    """The address without a user name or password, and on one line."""
    bare = re.sub(r"(?<=//)[^/?#]*@", "***@", url)
    return "".join(letter if letter.isprintable() else "?" for letter in bare)


def without_query(url: str) -> str:
    """An address that a source named, as far as it can be shown: what follows the path may be somebody's key."""
    return printable(url.partition("?")[0].partition("#")[0])
