"""The database itself: opening it, its version, transactions, and trying again what a server gave up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ..errors import StorageError
from . import versions
from .dialects import Dialect, dialect_of
from .dialects.base import AGAIN
from .dialects.signs import Sign
from .tables import installation

DEMO = "demo"
RUN = "run"

_MADE_BY = sa.select(installation.c.value).where(installation.c.name == "made_by")

_PAUSES = (0.2, 1.0, 5.0)
"""How many seconds to wait before a step that a server gave up is tried again."""

_Done = TypeVar("_Done")

Sleep = Callable[[float], None]


def at_once(_seconds: float) -> None:
    """Waits for nothing."""


class Database:
    """A database that is there and of this version. All its errors are :class:`StorageError`."""

    def __init__(self, url: str, sleep: Sleep = at_once) -> None:
        """Take the address; nothing is opened yet.

        Raises:
            UsageError: It isn't a database URL, or isn't one of a database that is spoken to.
            SettingsError: The driver isn't installed.
        """
        self.dialect: Dialect
        self.dialect, self._address = dialect_of(url)
        self._file = self.dialect.file(self._address)
        self.where = self.dialect.where(self._address)
        self._sleep = sleep
        self._engine = self.dialect.engine(self._address)
        self._reader = self.dialect.reader(self._engine)
        self._another = self._engine.execution_options(**{AGAIN: True})

    def prepare(self, *, demo: bool, now: datetime, create: bool) -> None:
        """See that the database is of this version; a file is made or brought up to it, a server is not.

        Raises:
            StorageError: There is no database and none may be created; it holds something else; it is newer, or on a
                server and older.
        """
        self.require_place(create=create)
        version = self.version()
        if version == versions.HEAD:
            return
        if self.dialect.serves:
            raise self._outdated(version)
        if version is None and not create:
            raise self._absent()
        self.upgrade(demo=demo, now=now)

    def upgrade(self, *, demo: bool, now: datetime) -> None:
        """Make the tables where there are none, or bring older ones to this version, in one transaction.

        Raises:
            StorageError: The database holds something else, is newer, or may not be changed by this account.
        """
        self.version()

        def work(connection: Connection) -> None:
            self.dialect.schemas(connection)
            if self.dialect.serves or versions.version_of(connection, self.where) is not None:
                versions.upgrade(connection)
            else:
                _make(connection)
            _mark(connection, demo=demo, now=now)

        self.write(work)

    def version(self) -> str | None:
        """The version of the database, or None where it is empty.

        Raises:
            StorageError: It holds something else, or is newer than this version of yhovi.
        """
        with self.reading() as connection:
            return versions.version_of(connection, self.where)

    def examine(self, connection: Connection, now: datetime) -> Iterator[Sign]:
        """What the database is set to, as far as the warehouse depends on it."""
        yield from self.dialect.examine(connection, self._address, now)

    def close(self) -> None:
        """Let go of the file or the connections."""
        self._reader.dispose()
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state throughout."""
        with self._plainly(), self._reader.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], _Done], *, alone: bool = True) -> _Done:
        """Do some work in one transaction, all or nothing, and again from its start where a server gave it up.

        Where the connection is lost at the last moment, nobody knows whether the work was kept: it has to be such that
        it may be done twice, or look (see :func:`is_another_try`) whether that is so.

        Args:
            work: What to do; it is handed the connection.
            alone: Whether other writers are kept out until it is done.
        """
        engine = self._engine
        for pause in (*_PAUSES, None):
            try:
                with self._plainly():
                    return self._tried(engine, work, alone=alone)
            except _Passed as passed:
                if pause is None:
                    raise passed.refusal from passed.error
                self._engine.dispose()
                self._sleep(pause)
                # Its lock is had only once the session before is over, whatever became of that.
                engine, alone = self._another, True
        raise AssertionError("there is no pause after the last try")

    def _tried(self, engine: Engine, work: Callable[[Connection], _Done], *, alone: bool) -> _Done:
        try:
            with engine.begin() as connection:
                if alone:
                    self.dialect.lock(connection)
                return work(connection)
        except DBAPIError as error:
            refusal = self.dialect.refusal(error, self._address)
            if refusal is not None and self.dialect.passes(error):
                raise _Passed(error, refusal) from None
            raise

    def require_place(self, *, create: bool) -> None:
        """Refuse a file that isn't there and may not be made, or whose folder isn't there.

        Raises:
            StorageError: So it is.
        """
        if self._file is None or self._file.exists():
            return
        if not create:
            raise self._absent()
        if not self._file.parent.is_dir():
            raise StorageError(
                f"The folder {self._file.parent} for the database {self._file.name} does not exist.",
                "Make the folder, or name another one in the settings or with --database-url.",
            )

    def _absent(self) -> StorageError:
        return StorageError(f"There is no database at {self.where} yet.", "The first `yhovi run` makes it.")

    def _outdated(self, version: str | None) -> StorageError:
        found = "has no tables of yhovi's yet" if version is None else f"has version {version}, older than this yhovi's"
        return StorageError(
            f"The database {self.where} {found}; a server is never changed by a run.",
            f"Let the owner of the database run `yhovi db upgrade`, which brings it to {versions.HEAD}.",
        )

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what the database refuses into a sentence; what only a bug can cause is left as it is."""
        try:
            yield
        except DBAPIError as error:
            refusal = self.dialect.refusal(error, self._address)
            if refusal is None:
                raise
            raise refusal from error


class _Passed(Exception):  # noqa: N818  (it is caught a few lines above)
    """A step that a server gave up, and that may be tried again."""

    def __init__(self, error: DBAPIError, refusal: StorageError) -> None:
        super().__init__(str(refusal))
        self.error = error
        self.refusal = refusal


def is_another_try(connection: Connection) -> bool:
    """Whether the step in hand was tried before and then given up, perhaps after it was kept."""
    return bool(connection.get_execution_options().get(AGAIN))


def is_demo(connection: Connection) -> bool:
    """Whether a demo made this database."""
    return connection.scalar(_MADE_BY) == DEMO


def _make(connection: Connection) -> None:
    """Make a new file as the migrations would: to read those takes longer than many a run."""
    from . import ddl

    for statement in ddl.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def _mark(connection: Connection, *, demo: bool, now: datetime) -> None:
    """Write down once who made the database: another process may have been quicker."""
    if connection.scalar(sa.select(sa.func.count()).select_from(installation)):
        return
    said = {"made_by": DEMO if demo else RUN, "created_at": now.isoformat()}
    connection.execute(sa.insert(installation), [{"name": name, "value": value} for name, value in said.items()])
