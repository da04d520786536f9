"""The processes that judge T-SQL, as objects."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from . import lints
from .presence import find_icu, find_openssl, find_parser
from .tree import Batch, Node, Token

TESTS = Path(__file__).resolve().parents[2]

# The compiler knows objects, not changes to them, and passes over what it doesn't know.
_OR_ALTER = re.compile(r"^(\s*CREATE)\s+OR\s+ALTER\b", re.IGNORECASE)

# Quoted texts, names and comments, in which a question mark is none of the driver's.
_PARAMETER = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|\[(?:[^\]]|\]\])*\]|--[^\n]*|/\*.*?\*/)|\?""", re.DOTALL)


def number_parameters(sql: str) -> str:
    """The text with ``@P1``, ``@P2`` for question marks, as Microsoft's driver sends it.

    >>> number_parameters("SELECT '?' FROM [a?] WHERE b = ? AND c = ?")
    "SELECT '?' FROM [a?] WHERE b = @P1 AND c = @P2"
    """
    pieces, found = [], 0
    for part in _PARAMETER.split(sql):
        found += part is None
        pieces.append(f"@P{found}" if part is None else part)
    return "".join(pieces)


class _Judge:
    """A process that is asked in lines of JSON and killed at the end."""

    def __init__(self, judge: str, folder: Path, **variables: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.tsql.child", judge, str(folder)],
            env={**os.environ, "PYTHONPATH": str(TESTS), **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"Microsoft's tools ended with exit code {self._process.wait()} instead of answering.")
        return json.loads(line)


class Parser(_Judge):
    """Microsoft's parser with the grammar of SQL Server 2019.

    A text is judged as one batch, as drivers send it. Question marks count as parameters.

    Raises:
        MissingError: It isn't installed.
    """

    def __init__(self) -> None:
        super().__init__("parser", find_parser())
        self._known: dict[str, Batch | list[str]] = {}

    def faults(self, sql: str) -> list[str]:
        """What the grammar refuses, as ``line:column message (number)``; empty when it is fine."""
        return _sentences(self._ask(sql=number_parameters(sql), tree=False)["errors"])

    def lint(self, sql: str, ddl: Sequence[str] = ()) -> list[str]:
        """What the grammar refuses and, if that is nothing, what the server would refuse nevertheless.

        Args:
            sql: One batch.
            ddl: Statements that made the tables whose keys and indexes ``sql`` may add to.
        """
        batch = self._read(number_parameters(sql))
        if not isinstance(batch, Batch):
            return batch
        return lints.lint(batch, lints.read_tables([self._parsed(text) for text in ddl]))

    def _parsed(self, sql: str) -> Batch:
        batch = self._read(sql)
        assert isinstance(batch, Batch), f"{sql}\nis no T-SQL: {batch}"
        return batch

    def _read(self, sql: str) -> Batch | list[str]:
        """The batch, or what the grammar refuses in it; asked once, as the same tables come with many a statement."""
        if sql not in self._known:
            self._known[sql] = self._understood(self._ask(sql=sql, tree=True))
        return self._known[sql]

    @staticmethod
    def _understood(said: Mapping[str, Any]) -> Batch | list[str]:
        if said["errors"]:
            return _sentences(said["errors"])
        return Batch(Node.read(said["tree"]), tuple(Token(*token) for token in said["tokens"]))


def _sentences(errors: Sequence[tuple[int, int, int, str]]) -> list[str]:
    return [f"{line}:{column} {message} ({number})" for number, line, column, message in errors]


class Model(_Judge):
    """Microsoft's offline schema compiler, which resolves the names of tables and columns.

    Raises:
        MissingError: It, or a library that it needs, isn't installed.
    """

    def __init__(self) -> None:
        folder, openssl, icu = find_parser(), find_openssl(), find_icu()
        self._links = tempfile.TemporaryDirectory(prefix="openssl-")
        for name in ("libssl", "libcrypto"):  # the wheel's files have a hash in their names
            (Path(self._links.name) / f"{name}.so.1.1").symlink_to(next(openssl.glob(f"{name}-*.so.1.1")))
        super().__init__("model", folder, LD_LIBRARY_PATH=f"{self._links.name}:{openssl}", CLR_ICU_VERSION_OVERRIDE=icu)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._links.cleanup()

    def faults(self, ddl: Sequence[str], statements: Sequence[str] = ()) -> list[str]:
        """What doesn't resolve, of tables and views, and of statements against them; empty when all is fine.

        Args:
            ddl: Statements that create something, one each, with no condition around them.
            statements: Anything that may stand in a procedure. Question marks count as parameters, of which it can't
                make out columns: ``USING (SELECT ? AS [k])`` may be told to be unresolved.
        """
        procedures = [as_procedure(f"statement_{place}", sql) for place, sql in enumerate(statements, 1)]
        said: list[str] = self._ask(ddl=[*(_OR_ALTER.sub(r"\1", each) for each in ddl), *procedures])["faults"]
        return said


def as_procedure(name: str, sql: str) -> str:
    """A procedure with the statement as its body, and its question marks as its parameters."""
    body = number_parameters(sql)
    count = sum(part is None for part in _PARAMETER.split(sql))
    parameters = ", ".join(f"@P{place} NVARCHAR(4000)" for place in range(1, count + 1))
    return f"CREATE PROCEDURE [dbo].[{name}] {parameters} AS BEGIN\n{body}\nEND"
