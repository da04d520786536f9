"""The words of the expression language: a text is cut into tokens, and what belongs to no token is explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

TokenKind = Literal["number", "text", "column", "name", "keyword", "operator", "end"]

MAX_LENGTH = 2_000

KEYWORDS = (
    *("and", "or", "not", "in", "is", "missing", "present"),
    *("starts", "ends", "with", "contains"),
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<column>`(?:[^`]|``)+`)
      | (?P<name>[^\W\d]\w*)
      | (?P<stray><>|&&?|\|\|?)
      | (?P<operator>[=!<>]=|[<>+\-*/(),])""",
    re.VERBOSE,
)

_STRAY_CURES: Mapping[str, str] = MappingProxyType(
    {
        "=": "Write == to compare.",
        "<>": "Write != for 'is not equal to'.",
        "!": "Write not before a condition, or != between two values.",
        "&": "Write and.",
        "&&": "Write and.",
        "|": "Write or.",
        "||": "Write or.",
        "'": "The text that starts here has no closing quote.",
        '"': "The text that starts here has no closing quote.",
        "`": "The column name that starts here has no closing backtick.",
        **dict.fromkeys("‘’“”", "Use straight quotes: ' or \"."),
    }
)


class ExpressionError(Exception):
    """What is wrong with the text of an expression; ``position`` counts its characters from 0."""

    def __init__(self, position: int, found: str, allowed: str = "", cure: str = "") -> None:
        super().__init__(f"{found} {cure}".rstrip())
        self.position = position
        self.found = found
        self.allowed = allowed
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Token:
    """One word: ``text`` is what it means, without its quotes; ``position`` is where it starts."""

    kind: TokenKind
    text: str
    position: int

    def __str__(self) -> str:
        marks: Mapping[str, str] = {"text": f"the text '{self.text}'", "column": f"`{self.text}`", "end": "the end"}
        return marks.get(self.kind, f"'{self.text}'")


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, closed by one of kind ``end``.

    Raises:
        ExpressionError: The text is too long, or something in it is no word of the language.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            MAX_LENGTH,
            f"The expression has {len(text):,} characters.",
            f"at most {MAX_LENGTH:,} characters",
            "Split it over several keep or derive steps.",
        )
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup == "stray":
            raise _stray(text, position, found)
        if found.lastgroup != "space":
            yield _token(found)
        position = found.end()
    yield Token("end", "", position)


def _token(found: re.Match[str]) -> Token:
    said = found.group()
    match found.lastgroup:
        case "number":
            return Token("number", said, found.start())
        case "text":
            return Token("text", _unquoted(said), found.start())
        case "column":
            return Token("column", _unquoted(said), found.start())
        case "name":
            return Token("keyword" if said in KEYWORDS else "name", said, found.start())
        case _:
            return Token("operator", said, found.start())


def _unquoted(said: str) -> str:
    quote = said[0]
    return said[1:-1].replace(quote + quote, quote)


def _stray(text: str, position: int, found: re.Match[str] | None) -> ExpressionError:
    said = found.group() if found else text[position]
    return ExpressionError(
        position,
        f"At character {position + 1}: {said} is not part of the language.",
        "columns, numbers, 'text', comparisons (== != < <= > >=), arithmetic (+ - * /) and parentheses",
        _STRAY_CURES.get(said, ""),
    )
