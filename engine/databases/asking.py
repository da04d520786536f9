"""Puts one question to a database and keeps its rows as an answer."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, CursorResult, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from ...connectors.base import Answer, Request
from ..addresses import Access
from ..errors import ExtractError, SettingsError, StorageError
from ..statements import Select, StatementError, select_of
from .backends import Backend, backend_of
from .canonical import UnwritableError, line
from .faults import Fault, refusal, veiled

_LOG = logging.getLogger("yhovi.databases")

_SPOOL = 8 << 20
_MOST_BYTES = 256 << 20  # in memory while they are sorted
_ROWS_AT_A_TIME = 1000
_READING: Mapping[str, Any] = MappingProxyType(
    {"stream_results": True, "max_row_buffer": _ROWS_AT_A_TIME, "sqlite_raw_colnames": True}
)
_HEADERS: Mapping[str, str] = MappingProxyType({"content-type": "text/csv; charset=utf-8"})


class Databases:
    """Asks the databases that the settings name, and writes to none of them.

    Args:
        named: How each is reached, by the name that specs know.
        now: The time, aware, in UTC.
    """

    def __init__(self, named: Mapping[str, Access], now: Callable[[], datetime]) -> None:
        self._named, self._now = named, now

    def send(self, request: Request) -> Answer:
        """Ask, and hand back the rows.

        Raises:
            ExtractError: There is no answer that can be used.
            SettingsError: The settings don't name the database, or name it in a way that can't be used.
            StorageError: The answer can't be written to the folder for temporary files.
        """
        began = self._now()
        visit = self._visit(request.url.partition(":")[2], began)
        question = json.loads(request.body or "{}")
        select = _select(question, visit)
        with ExitStack() as opened:
            spool = opened.enter_context(tempfile.SpooledTemporaryFile(_SPOOL))
            sheet = _Sheet(cast("BinaryIO", spool), visit)
            with visit.asked(select, question["parameters"]) as result:
                sheet.fill(result, ordered=select.ordered)
            opened.pop_all()
        spool.seek(0)
        seconds = (self._now() - began).total_seconds()
        _LOG.info("%s %s: %d rows, %d bytes, %.1f seconds", request.method, request.address, *sheet.numbers, seconds)
        stream, sha256 = cast("BinaryIO", spool), sheet.digest.hexdigest()
        return Answer(request, stream, self._now(), sha256, sheet.size, headers=_HEADERS)

    def knock(self, name: str) -> None:
        """See whether a database can be opened.

        Raises:
            ExtractError: It can't.
            SettingsError: The settings don't name it, or name it in a way that can't be used.
        """
        with self._visit(name, self._now()).connected():
            pass

    def _visit(self, name: str, began: datetime) -> _Visit:
        access = self._named.get(name)
        if access is None:
            cure = "Name it in the settings, under [databases]."
            raise SettingsError(f"The settings name no database {name}.", cure)
        until = began + timedelta(seconds=access.seconds)
        return _Visit(name, access, lambda: self._now() > until)


def _select(question: Mapping[str, Any], visit: _Visit) -> Select:
    try:
        return select_of(question["sql"], question["parameters"], visit.access.backend)
    except StatementError as error:
        message = f"The query isn't put to the database {visit.name}: {error.found}."
        raise ExtractError(message, f"Allowed: {error.allowed}. {error.cure}") from None


@dataclass(frozen=True, slots=True)
class _Visit:
    """One database for as long as it is asked one thing; ``spent`` says when time is up."""

    name: str
    access: Access
    spent: Callable[[], bool]

    @contextmanager
    def asked(self, select: Select, parameters: Mapping[str, Any]) -> Iterator[CursorResult[Any]]:
        """The rows of a query, while the transaction that they come from lasts."""
        with self.connected() as (connection, backend, address):
            try:
                backend.begin(connection, self.access.seconds)
                statement = _statement(select, parameters)
                with closing(connection.execute(statement, execution_options=_READING)) as result:
                    yield result
            except DBAPIError as error:
                said = veiled(backend.said(error), address)
                raise self.refusal(backend.fault(error, connected=True), said) from None

    @contextmanager
    def connected(self) -> Iterator[tuple[Connection, Backend, URL]]:
        """A connection, whose transaction is given up at the end whatever happened in it."""
        backend = backend_of(self.access.backend)
        engine, address = self._engine(backend)
        try:
            connection = engine.connect()
        except DBAPIError as error:
            raise self.refusal(backend.fault(error, connected=False)) from None
        except (TypeError, ValueError):
            raise self.refusal("url") from None
        with connection:
            yield connection, backend, address

    def _engine(self, backend: Backend) -> tuple[Engine, URL]:
        try:
            address = backend.completed(make_url(self.access.url))
            return backend.engine(address, self.access.seconds, self.spent), address
        except (ImportError, NoSuchModuleError):
            raise self.refusal("driver") from None
        except (ArgumentError, TypeError, ValueError):
            raise self.refusal("url") from None

    def refusal(self, fault: Fault, said: str = "") -> ExtractError | SettingsError:
        return refusal(fault, self.name, self.access, said)


def _statement(select: Select, parameters: Mapping[str, Any]) -> sa.TextClause:
    """The query with its values bound, none of them cast: what they are compared with says what they are."""
    # A colon that isn't a parameter's would else be taken for one.
    texts = (f" :{piece} " if place % 2 else piece.replace(":", r"\:") for place, piece in enumerate(select.pieces))
    bound = [
        sa.bindparam(name, value, type_=sa.types.NullType(), expanding=isinstance(value, list))
        for name, value in parameters.items()
    ]
    return sa.text("".join(texts)).bindparams(*bound)


@dataclass
class _Sheet:
    """The rows as they are written down, with what is known of the bytes."""

    spool: BinaryIO
    visit: _Visit
    rows: int = 0
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def numbers(self) -> tuple[int, int]:
        return self.rows, self.size

    def fill(self, result: CursorResult[Any], *, ordered: bool) -> None:
        """Write the names of the columns, then the rows: as they come where they are ordered, else sorted as lines."""
        if not result.returns_rows:
            raise self.visit.refusal("refused", "it answers with no rows at all")
        names = list(result.keys())
        _require_names(names)
        self._write(self._line(names, names))
        lines = (self._line(row, names) for batch in result.partitions(_ROWS_AT_A_TIME) for row in self._counted(batch))
        for one in lines if ordered else sorted(lines):
            self._write(one)

    def _counted(self, batch: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        self.rows += len(batch)
        if self.rows > self.visit.access.rows:
            raise self.visit.refusal("rows")
        if self.visit.spent():
            raise self.visit.refusal("slow")
        return batch

    def _line(self, row: Sequence[Any], names: Sequence[str]) -> bytes:
        try:
            one = line(row)
        except UnwritableError as error:
            message = f"The column '{names[error.place]}' holds {error.kind}, which has no exact form in a table."
            raise ExtractError(message, "Cast it to text or to a number in the query.") from None
        self.size += len(one)
        if self.size > _MOST_BYTES:
            raise self.visit.refusal("bytes", f"{_MOST_BYTES >> 20}")
        return one

    def _write(self, one: bytes) -> None:
        self.digest.update(one)
        try:
            self.spool.write(one)
        except OSError as error:
            raise StorageError(
                f"An answer could not be written to the folder for temporary files: {error.strerror or error}.",
                "Make room there, or name another folder in the environment variable TMPDIR (on Windows, TEMP).",
            ) from None


def _require_names(names: Sequence[str]) -> None:
    """Refuse columns that couldn't be told apart."""
    for place, name in enumerate(names):
        if not name.strip() or name == "?column?":
            message = f"The query answers with a column that has no name, column {place + 1}."
            raise ExtractError(message, "Give it one: select … as name.")
        if name in names[:place]:
            message = f"The query answers with two columns that are called '{name}'."
            raise ExtractError(message, "Give one of them another name: select … as name.")
