"""One SELECT and nothing else: what a text in SQL is, as far as the text itself can tell.

Databases differ in where a text in quotes or a comment ends. What they could disagree on is refused; comments are left
out; so what is found here is what the database is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

_ONLY = "one SELECT, or WITH … SELECT, and nothing else"
_READ = "Write a query that only reads."
_QUOTE = "Take it out; a column of that name stands in the database's quotation marks."
_PLAIN = "Write texts in single quotation marks, a quotation mark in them twice, and no backslash before one."

_FIRST = frozenset({"select", "with"})
_SETS = frozenset({"union", "except", "intersect", "minus"})
_AFTER_SETS = frozenset({"all", "distinct"})

# Words that no SELECT has, but for names in quotation marks: WITH may stand before a change, SELECT INTO makes a table,
# and the last ones reach out of the database.
_CHANGES = ("into", "insert", "update", "delete", "merge")
_ELSEWHERE = ("openquery", "openrowset", "opendatasource", "dblink", "dblink_exec")
# What else statements begin with. SQL Server takes several of them with nothing in between.
_BEGINNINGS = (
    *("alter", "attach", "backup", "checkpoint", "commit", "create", "dbcc", "declare", "deny", "detach", "drop"),
    *("dump", "exec", "execute", "grant", "kill", "load", "pragma", "reconfigure", "restore", "revert", "revoke"),
    *("rollback", "save", "savepoint", "set", "setuser", "shutdown", "truncate", "updatetext", "use", "vacuum"),
    *("waitfor", "writetext"),
)
_FORBIDDEN = frozenset((*_CHANGES, *_ELSEWHERE))
_FORBIDDEN_IN_A_ROW = frozenset((*_FORBIDDEN, *_BEGINNINGS))
_WITH_SEMICOLONS = frozenset({"sqlite", "postgresql", "mysql", "mariadb", "oracle"})

_BRACKETS: Mapping[str, str] = MappingProxyType({"mssql": r"\[(?:[^\]]|\]\])*\]", "sqlite": r"\[[^\]]*\]"})
_MYSQL = frozenset({"mysql", "mariadb"})
_BACKTICKS = frozenset({"sqlite", *_MYSQL})
_NOTHING = "(?!)"


class StatementError(Exception):
    """Why something isn't asked: what was found, what is allowed, and the likely cure.

    ``parameter`` names the parameter that is too much, where it is one.
    """

    def __init__(self, found: str, allowed: str, cure: str, parameter: str | None = None) -> None:
        super().__init__(found)
        self.found, self.allowed, self.cure, self.parameter = found, allowed, cure, parameter


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT without its comments: text, and at every second place the name of a parameter.

    ``ordered`` says whether it names the order of its rows.
    """

    pieces: tuple[str, ...]
    ordered: bool

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it uses."""
        return frozenset(self.pieces[1::2])


def select_of(sql: str, parameters: Collection[str] = (), backend: str = "") -> Select:
    """The one SELECT that a text is, with exactly these parameters.

    Args:
        sql: What somebody wrote.
        parameters: The names of the values that go with it.
        backend: The database that is to understand it, by SQLAlchemy's name.

    Raises:
        StatementError: It is something else, or more; or its parameters are others.

    >>> select_of("select a from t where b = :b -- only one", ["b"]).pieces
    ('select a from t where b = ', 'b', '')
    """
    tokens = _without_end(list(_tokens(sql, backend)))
    _require_one_statement(tokens, _FORBIDDEN if backend in _WITH_SEMICOLONS else _FORBIDDEN_IN_A_ROW)
    _require_one_select(_outermost(tokens))
    select = Select(_pieces(tokens), _ordered(_outermost(tokens)))
    _require_parameters(select, parameters)
    return select


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The word in small letters; nothing for what is none."""
        return self.text.lower() if self.kind == "word" else ""


def _pattern(backend: str) -> re.Pattern[str]:
    """What a text in SQL is made of; the first that fits counts."""
    line = r"(?:--(?=\s|\Z)|\#)[^\r\n]*" if backend in _MYSQL else r"--[^\r\n]*"
    kinds = {
        "blank": rf"\s+|{line}|/\*.*?\*/",
        "escape": r"'(?:[^'\\]|''|\\(?!'))*\\'|\"(?:[^\"\\]|\"\"|\\(?!\"))*\\\"",
        "odd": r"\b[nN]?[qQ]'|\$(?:[^\W\d]\w*)?\$",
        "quoted": r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"",
        "backtick": r"`(?:[^`]|``)*`" if backend in _BACKTICKS else _NOTHING,
        "bracket": _BRACKETS.get(backend, _NOTHING),
        "open": r"['\"`]|/\*",
        "parameter": r"(?<![:\w]):[A-Za-z_]\w*",
        "word": r"[^\W\d][\w$#@]*",
        "end": ";",
        "other": ".",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()), re.DOTALL)


_REFUSED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "escape": ("a backslash before a quotation mark, which databases read differently", _PLAIN),
        "odd": ("a text between other signs than quotation marks", _PLAIN),
        "open": ("a quotation mark or a comment that is never closed", "Close it."),
    }
)


def _tokens(sql: str, backend: str) -> Iterator[_Token]:
    for found in _pattern(backend).finditer(sql):
        kind = str(found.lastgroup)
        if kind in _REFUSED:
            what, cure = _REFUSED[kind]
            raise StatementError(what, "text that every database reads in the same way", cure)
        yield _Token(kind, " " if kind == "blank" else found[0])


def _without_end(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Less what stands around: blanks, comments, and semicolons at the end."""
    first = next((place for place, token in enumerate(tokens) if token.kind != "blank"), len(tokens))
    last = len(tokens)
    while last > first and tokens[last - 1].kind in ("blank", "end"):
        last -= 1
    return tokens[first:last]


def _require_one_statement(tokens: Sequence[_Token], forbidden: Collection[str]) -> None:
    if not tokens:
        raise StatementError("no statement", _ONLY, "Write the query.")
    if tokens[0].word not in _FIRST:
        raise StatementError(f"a statement that begins with {tokens[0].text}", _ONLY, _READ)
    if any(token.kind == "end" for token in tokens):
        raise StatementError("a second statement behind a semicolon", _ONLY, "Keep the SELECT, and no more than it.")
    refused = next((token.text for token in tokens if token.word in forbidden), None)
    if refused:
        raise StatementError(f"the word {refused.upper()}, which no query needs that only reads", _ONLY, _QUOTE)


def _outermost(tokens: Sequence[_Token]) -> list[str]:
    """The words that aren't inside parentheses; something else there is an empty one."""
    depth, words = 0, list[str]()
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "other" else 0
        if depth == 0 and token.kind != "blank":
            words.append(token.word)
    return words


def _require_one_select(words: Sequence[str]) -> None:
    """Refuse a further SELECT that isn't joined to the one before by UNION and the like."""
    selects = [place for place, word in enumerate(words) if word == "select" and not _is_joined(words, place)]
    if len(selects) != 1:
        found = "a second SELECT" if selects else "a WITH without its SELECT"
        raise StatementError(found, _ONLY, "Keep one; UNION ALL puts the rows of several below each other.")


def _is_joined(words: Sequence[str], place: int) -> bool:
    last = [word for word in words[max(0, place - 2) : place] if word not in _AFTER_SETS]
    return bool(last) and last[-1] in _SETS


def _ordered(words: Sequence[str]) -> bool:
    return any(pair == ("order", "by") for pair in pairwise(words))


def _pieces(tokens: Sequence[_Token]) -> tuple[str, ...]:
    pieces = [""]
    for token in tokens:
        if token.kind == "parameter":
            pieces += [token.text[1:], ""]
        else:
            pieces[-1] += token.text
    return tuple(pieces)


def _require_parameters(select: Select, parameters: Collection[str]) -> None:
    missing = sorted(select.names - set(parameters))
    if missing:
        allowed = ", ".join(sorted(parameters)) or "none: there are no parameters"
        cure = f"Add {missing[0]} to parameters, or write the value itself."
        raise StatementError(f":{missing[0]} in the query, which no parameter gives", allowed, cure)
    for name in sorted(set(parameters) - select.names):
        cure = f"Write :{name} in the query, or delete it."
        raise StatementError(f"the parameter {name}, which the query doesn't use", f":{name} in the query", cure, name)
