"""What the stub answers, and what it keeps of what it was sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import wire

# What SQLAlchemy asks each new engine, answered as SQL Server 2019 does.
_USUAL: tuple[tuple[str, Any], ...] = (
    (r"SERVERPROPERTY\('ProductVersion'\)", "15.0.4415.2"),
    (r"@@VERSION", "Microsoft SQL Server 2019 (stub) - 15.0.4415.2 (X64)"),
    (r"SERVERPROPERTY\('EngineEdition'\)", "3"),
    (r"schema_name\(\)", "dbo"),
    (r"test max support", "test max support"),
    (r"fn_listextendedproperty", 1),
    (r"FROM sys\.system_views", "dm_exec_sessions"),
    (r"transaction_isolation_level", "READ COMMITTED"),
)
_CHANGING = re.compile(r"\s*(WITH\b.*?\b)?(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE | re.DOTALL)
_ASKING = re.compile(r"\s*(WITH|SELECT)\b", re.IGNORECASE)
_SYNTAX_ERROR = 102
_DEADLOCK = 1205


@dataclass
class Rule:
    """An answer to statements that match, given so many times, or always."""

    pattern: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    count: int | None = None
    error: tuple[int, str] | None = None
    drop: bool = False
    types: Sequence[str] = ()
    times: int | None = None

    def matches(self, sql: str) -> bool:
        """Whether it is for this statement and not used up."""
        return self.times != 0 and re.search(self.pattern, sql, re.IGNORECASE) is not None


class DroppedError(Exception):
    """The connection is to be dropped instead of an answer."""


@dataclass
class Script:
    """The state of the stub, which all its connections share.

    Args:
        check: Gives the faults of a statement's syntax.
    """

    check: Callable[[str], Sequence[str]]
    log: list[dict[str, Any]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    drop_at: int = 0
    messages: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, connection: int, text: str = "", declared: str = "", values: Sequence[Any] = ()) -> None:
        """Keep something that happened."""
        shown = [{"type": value.type, "value": value.value} for value in values]
        entry = {"kind": kind, "connection": connection, "text": text, "declared": declared, "values": shown}
        with self._lock:
            self.log.append(entry)

    def answer(self, sql: str, token: int, status: int) -> bytes:
        """The bytes that answer a statement.

        Raises:
            DroppedError: None are to be sent.
        """
        with self._lock:
            self._count_down()
            faults = self.check(sql)
            rule = self._rule(sql)
        if faults:
            return wire.error(_SYNTAX_ERROR, faults[0]) + wire.done(token, status | wire.ERROR)
        return _usual(sql, token, status) if rule is None else _told(rule, token, status)

    def event(self, name: str) -> bytes:
        """The bytes that refuse a LOGIN, or a COMMIT or ROLLBACK; none if nothing is said of it.

        Raises:
            DroppedError: None are to be sent.
        """
        with self._lock:
            if name == "COMMIT":
                self._count_down()
            rule = self._rule(name)
        return b"" if rule is None else _told(rule, wire.DONE, 0)

    def _rule(self, sql: str) -> Rule | None:
        """The newest rule that is for this, one time of it used up."""
        rule = next((rule for rule in self.rules if rule.matches(sql) and not rule.types), None)
        if rule is not None and rule.times is not None:
            rule.times -= 1
        return rule

    def types(self, sql: str) -> Sequence[str]:
        """The types of a statement's parameters, as far as a test has told them."""
        return next((rule.types for rule in self.rules if rule.types and rule.matches(sql)), ())

    def _count_down(self) -> None:
        self.drop_at -= self.drop_at > 0
        if self.drop_at == 0:
            self.drop_at = -1
            raise DroppedError


def _told(rule: Rule, token: int, status: int) -> bytes:
    if rule.drop:
        raise DroppedError
    if rule.error is not None:
        number, message = rule.error
        ended = wire.change(10, b"\x00", b"\x08" + bytes(8)) if number == _DEADLOCK else b""
        return ended + wire.error(number, message) + wire.done(token, status | wire.ERROR)
    if rule.columns:
        return wire.result(rule.columns, rule.rows) + wire.done(token, status, len(rule.rows))
    return wire.done(token, status, rule.count)


def _usual(sql: str, token: int, status: int) -> bytes:
    """One row for what SQLAlchemy asks, no rows for other questions, one row changed by whatever changes rows."""
    value = next((value for pattern, value in _USUAL if re.search(pattern, sql, re.IGNORECASE)), None)
    if value is not None:
        return wire.result(["value"], [[value]]) + wire.done(token, status, 1)
    if _CHANGING.match(sql):
        return wire.done(token, status, 1)
    if _ASKING.match(sql):
        return wire.result(["value"], []) + wire.done(token, status, 0)
    return wire.done(token, status)
