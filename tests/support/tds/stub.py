"""The stub as tests see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote_plus

TESTS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Value:
    """A parameter's value, and its type as the driver sent it."""

    type: str
    value: Any


@dataclass(frozen=True)
class Entry:
    """Something that the stub was sent.

    Microsoft's driver begins a connection's first transaction with a message of its own, and each further one together
    with the end of the one before; a begin is in the log only for the first, and for the next after a deadlock.

    Attributes:
        kind: login, batch (a text alone), call (a statement with parameters), begin, commit, rollback, or a procedure.
        connection: The number of the connection, from 1.
        text: The statement; of a login the user, the program and the database.
        declared: The types of its parameters, as the driver declared them.
        values: Its parameters.
    """

    kind: str
    connection: int
    text: str
    declared: str
    values: tuple[Value, ...]


class Stub:
    """A server on this machine that keeps what it is sent. Statements that aren't T-SQL get error 102.

    Raises:
        MissingError: Microsoft's parser isn't installed.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.tds.server"],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.port = int(self._heard())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def odbc(self, driver: Path) -> str:
        """What pyodbc connects with."""
        server = f"DRIVER={{{driver}}};SERVER=tcp:127.0.0.1,{self.port};DATABASE=yhovi"
        return f"{server};UID=reader;PWD=secret;Encrypt=no;TrustServerCertificate=yes"

    def url(self, driver: Path) -> str:
        """What SQLAlchemy connects with."""
        return f"mssql+pyodbc:///?odbc_connect={quote_plus(self.odbc(driver))}"

    def answer(
        self, pattern: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, times: int | None = None
    ) -> None:
        """Answer statements that match, or the next ones, with these rows of numbers, texts or nothing."""
        self._tell(do="rule", pattern=pattern, columns=columns, rows=rows, times=times)

    def describe(self, pattern: str, *types: str) -> None:
        """Describe the parameters of statements that match, for ``fast_executemany``: ``int``, ``nvarchar(40)``."""
        self._tell(do="rule", pattern=pattern, types=types)

    def count(self, pattern: str, rows: int) -> None:
        """Say of statements that match that they changed so many rows."""
        self._tell(do="rule", pattern=pattern, count=rows)

    def refuse(self, pattern: str, number: int, message: str, *, times: int = 1) -> None:
        """Answer the next statements that match with an error; after 1205, a deadlock, the transaction is gone.

        A login is the statement LOGIN, and the end of a transaction COMMIT or ROLLBACK.
        """
        self._tell(do="rule", pattern=pattern, error=[number, message], times=times)

    def drop(self, pattern: str, *, times: int = 1) -> None:
        """Drop the connection instead of answering the next statements, or logins or commits, that match."""
        self._tell(do="rule", pattern=pattern, drop=True, times=times)

    def drop_at(self, statement: int) -> None:
        """Drop the connection at the so-manieth statement or commit from now, which is 1 for the next."""
        self._tell(do="drop_at", statement=statement)

    def log(self) -> list[Entry]:
        """All that it was sent since it forgot what was before, except for what drivers ask for themselves."""
        entries = [_entry(said) for said in self._tell(do="log")]
        faults = [entry.text for entry in entries if entry.kind == "fault"]
        assert not faults, f"the stub failed: {faults}"
        return entries

    def messages(self) -> int:
        """How many messages it was sent since then, each of which somebody waited for the answer of."""
        return int(self._tell(do="messages"))

    def said(self) -> list[str]:
        """The log in short: texts, and BEGIN, COMMIT and ROLLBACK."""
        return [entry.text or entry.kind.upper() for entry in self.log() if entry.kind in _SHOWN]

    def forget(self) -> None:
        """Forget the log and the count of messages."""
        self._tell(do="forget")

    def reset(self) -> None:
        """Forget the log, the answers, the drops and the count of messages."""
        self._tell(do="reset")

    def _tell(self, **what: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The stub ended with exit code {self._process.wait()} instead of answering.")
        return json.loads(line)


_SHOWN = frozenset({"batch", "call", "begin", "commit", "rollback", "savepoint"})


def _entry(said: dict[str, Any]) -> Entry:
    return Entry(**{**said, "values": tuple(Value(**value) for value in said["values"])})
