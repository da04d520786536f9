"""The door to the database: opened once for a run, it writes loads and their journal and answers questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from types import TracebackType

from sqlalchemy.engine import Connection

from . import catalogue, geography, holds, journal, load, mart, reading, undo
from .database import Database, Sleep, at_once, is_demo
from .values import (
    Area,
    AreaChange,
    Clock,
    DatasetState,
    Event,
    Finding,
    Hold,
    IndicatorCard,
    IndicatorStatus,
    Ingestion,
    Key,
    Load,
    LoadLine,
    LoadRecord,
    LoadResult,
    Observations,
    Quality,
    Rejected,
    RunEnd,
    RunStart,
    SmallAreaPlace,
    Undone,
)


class Warehouse:
    """An open database. Every method is a transaction; all raise StorageError where the database refuses.

    >>> from datetime import UTC, datetime
    >>> with Warehouse.open("sqlite://", demo=True, now=datetime(2024, 1, 1, tzinfo=UTC)) as warehouse:
    ...     warehouse.status()
    []
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str, *, demo: bool, now: datetime, create: bool = True, sleep: Sleep = at_once) -> Warehouse:
        """Open a database; a file is made or brought to this version where that is needed, a server never is.

        Args:
            url: An SQLAlchemy URL of SQLite (``?timeout=`` says how many seconds to wait for a lock, 30 if not said),
                Postgres or SQL Server.
            demo: Whether a new database is marked as made by a demo. An old one keeps its mark.
            now: The moment that is written down as the database's beginning.
            create: Whether a database may be made where there is none.
            sleep: What waits for some seconds before a step that a server gave up is tried again.

        Raises:
            UsageError: The URL isn't one, or isn't one of a database that is spoken to.
            SettingsError: The database's driver isn't installed.
            StorageError: There is none, it can't be used, holds something else, or has another version.
        """
        database = Database(url, sleep)
        try:
            database.prepare(demo=demo, now=now, create=create)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @classmethod
    def upgrade(cls, url: str, *, demo: bool, now: datetime) -> str:
        """Make the tables of a database, or bring them to this version; the database's place, for people.

        Args:
            url: As for :meth:`open`.
            demo: Whether a new database is marked as one for demonstrations.
            now: The moment that is written down as the database's beginning.

        Raises:
            UsageError: The URL isn't one, or isn't one of a database that is spoken to.
            SettingsError: The database's driver isn't installed.
            StorageError: It holds something else, was made by a newer yhovi, or this account may not change it.
        """
        database = Database(url)
        try:
            database.upgrade(demo=demo, now=now)
        finally:
            database.close()
        return database.where

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def where(self) -> str:
        """The database's place, for people."""
        return self._database.where

    @property
    def is_demo(self) -> bool:
        """Whether a demo made the database."""
        with self._database.reading() as connection:
            return is_demo(connection)

    # what a run does and meets

    def start_run(self, start: RunStart) -> None:
        """Write down that a run begins.

        Raises:
            UsageError: The run is a demo and the database isn't, or the other way round.
        """
        self._database.write(lambda connection: journal.start_run(connection, start, self.where))

    def finish_run(self, end: RunEnd) -> None:
        """Write down how a run ended."""
        self._database.write(lambda connection: journal.finish_run(connection, end), alone=False)

    def record_event(self, event: Event) -> None:
        """Add a line to the audit."""
        self._database.write(lambda connection: journal.record_event(connection, event), alone=False)

    def record_failure(self, at: datetime, run_id: str, indicator_id: str, sentence: str) -> None:
        """Write down why an indicator failed, for the audit and for :meth:`status`."""
        self.record_event(Event(at, run_id, indicator_id, journal.FAILED, sentence))

    def record_findings(
        self, run_id: str, indicator_id: str, findings: Iterable[Finding], quality: Quality | None = None
    ) -> None:
        """Write down what the checks of one indicator found, and the quality of its rows."""
        said = tuple(findings)
        self._database.write(
            lambda connection: journal.record_findings(connection, run_id, indicator_id, said, quality), alone=False
        )

    def record_rejected(
        self, run_id: str, indicator_id: str, rejected: Iterable[Rejected], load_id: int | None = None
    ) -> None:
        """Keep the rows that a check kept from being loaded; ``load_id`` is that of the load they were kept from."""
        rows = tuple(rejected)
        self._database.write(
            lambda connection: journal.record_rejected(connection, run_id, indicator_id, rows, load_id), alone=False
        )

    def record_ingestion(self, ingestions: Iterable[Ingestion]) -> None:
        """Write down the answers that went into bronze."""
        answers = tuple(ingestions)
        self._database.write(lambda connection: journal.record_ingestion(connection, answers), alone=False)

    def record_dataset(self, state: DatasetState) -> None:
        """Write down how the last extraction of a data set went."""
        self._database.write(lambda connection: journal.record_dataset(connection, state))

    def record_unchanged(self, event: Event, ingestions: Iterable[Ingestion], state: DatasetState | None) -> None:
        """Write down that an indicator would come out as it is loaded, and what was received to know that."""
        answers = tuple(ingestions)

        def work(connection: Connection) -> None:
            journal.record_ingestion(connection, answers)
            if state is not None:
                journal.record_dataset(connection, state)
            journal.record_event(connection, event)

        self._database.write(work)

    # numbers, and what is said of them

    def load(self, batch: Load, observations: Observations, *, held: Collection[Key] = ()) -> LoadResult:
        """Load one indicator, all or nothing.

        New and changed values are appended, unchanged ones aren't written. What is current, in the load's scope and
        absent is withdrawn; a key in ``held`` (its row was quarantined) keeps what it has.

        Args:
            batch: The load, less its rows. Its run has begun.
            observations: The canonical frame, or records with the same names.
            held: Keys of quarantined rows; one that is also among the observations counts as loaded.

        Raises:
            CheckError: A key comes twice, a number is infinite, too much would be withdrawn, the answers are older
                than those loaded, figures made up for demonstration meet a database of real ones, two periods of one
                area end on the same day, or rows outside the load's scope are in another unit.
        """
        return self._database.write(lambda connection: load.commit(connection, batch, observations, held))

    def relabel(self, card: IndicatorCard, target_vintage: str) -> bool:
        """Take over what is said about an indicator, without an observation; whether anything differed.

        Raises:
            CheckError: Its rows are in another unit than is now said: that takes a load.
        """

        def work(connection: Connection) -> bool:
            differs = catalogue.describe_indicator(connection, card, target_vintage)
            if differs:
                catalogue.refuse_mixed_units(connection, card)
                mart.refresh(connection, [card.indicator_id])
            return differs

        return self._database.write(work)

    def rollback(self, start: RunStart, said: str, *, cascade: bool = False, dry_run: bool = False) -> list[Undone]:
        """Undo a load, or all loads of a run, in one transaction: all or nothing.

        Each undo is a load of its own that appends again what held before. What later loads changed since is left, or
        with ``cascade`` undone first. The bytes and plans of what is undone are put on hold.

        Args:
            start: The run that does it; it is begun here, and is to be finished unless it is a dry run.
            said: The number of a load, or the id of a run.
            cascade: Whether later loads of the same indicators are undone as well.
            dry_run: Whether to find out only what would be done.

        Raises:
            UsageError: There is no such load or run, or it is an undo itself.
            CheckError: What would be current afterwards can't be.
        """

        def work(connection: Connection) -> list[Undone]:
            loads = undo.chosen(connection, said, cascade=cascade)
            journal.start_run(connection, start, self.where)
            done = [undo.undo(connection, load_id, start) for load_id in loads]
            if dry_run:
                raise _Tried(done)
            return done

        try:
            return self._database.write(work)
        except _Tried as tried:
            return tried.done

    def release_hold(self, indicator_id: str, at: datetime) -> list[Hold]:
        """Release all holds of an indicator, so that the next run may load what was undone; the holds there were."""
        return self._database.write(lambda connection: holds.release(connection, indicator_id, at))

    def describe_geography(self, changes: Iterable[AreaChange], lookup: Iterable[SmallAreaPlace]) -> bool:
        """Take over what became of areas and where small ones lie, in place of what is there; whether that differed."""
        became, places = tuple(changes), tuple(lookup)
        with self._database.reading() as connection:
            if not geography.differs(connection, became, places):
                return False
        self._database.write(lambda connection: geography.describe(connection, became, places))
        return True

    def describe_areas(self, areas: Iterable[Area]) -> None:
        """Take over what is said about areas, also in rows that are there already."""
        places = tuple(areas)

        def work(connection: Connection) -> None:
            renamed = catalogue.describe_areas(connection, places)
            mart.refresh(connection, mart.with_areas(connection, renamed))

        self._database.write(work)

    # questions

    def status(self) -> list[IndicatorStatus]:
        """How each indicator stands that was ever loaded or failed, by its id."""
        with self._database.reading() as connection:
            return reading.status(connection)

    def last_load(self, indicator_id: str) -> LoadRecord | None:
        """The newest load of an indicator that stands, or None."""
        with self._database.reading() as connection:
            return reading.last_load(connection, indicator_id)

    def inputs_of(self, load_id: int) -> list[int]:
        """The loads that a load was made from."""
        with self._database.reading() as connection:
            return reading.inputs_of(connection, load_id)

    def findings(self, run_id: str, indicator_id: str) -> list[str]:
        """What the checks found when a run judged an indicator, in sentences."""
        with self._database.reading() as connection:
            return reading.findings(connection, run_id, indicator_id)

    def finished(self, run_id: str) -> frozenset[str]:
        """The indicators that a run brought to a good end.

        Raises:
            UsageError: There was no such run.
        """
        with self._database.reading() as connection:
            return reading.finished(connection, run_id)

    def observations(self, indicator_id: str) -> list[reading.Record]:
        """What is current of an indicator, by its key; withdrawn keys are there with their reason."""
        with self._database.reading() as connection:
            return reading.observations(connection, indicator_id)

    def as_of(self, indicator_id: str, moment: datetime, clock: Clock = "retrieved") -> list[reading.Record]:
        """What was known of an indicator at a moment, by its key.

        By the clock "retrieved" that is what the bytes said that had been retrieved by then, whenever they were loaded,
        less what was undone; by "committed" it is what the database held then.
        """
        with self._database.reading() as connection:
            return reading.as_of(connection, indicator_id, moment, clock)

    def load_lines(self, indicator_id: str | None = None) -> list[LoadLine]:
        """Every load of an indicator or of all, in the order they came."""
        with self._database.reading() as connection:
            return reading.load_lines(connection, indicator_id)

    def newest_retrieved(self, indicator_id: str) -> datetime | None:
        """When the newest bytes were retrieved that made what is current of an indicator."""
        with self._database.reading() as connection:
            return reading.newest_retrieved(connection, indicator_id)

    def hold_on(self, indicator_id: str, row_set_hash: str, plan_fingerprint: str) -> Hold | None:
        """The hold on these bytes with this plan, or None."""
        with self._database.reading() as connection:
            return holds.find(connection, indicator_id, row_set_hash, plan_fingerprint)

    def history(self, indicator_id: str) -> list[reading.Record]:
        """Everything ever appended for an indicator, in the order it came, with when and by what kind of load."""
        with self._database.reading() as connection:
            return reading.history(connection, indicator_id)

    def loads(self, indicator_id: str) -> dict[int, reading.Record]:
        """Every load of an indicator by its number, with its run's mode and the loads that it was made from."""
        with self._database.reading() as connection:
            return reading.loads(connection, indicator_id)

    def indicator_of_load(self, load_id: int) -> str | None:
        """Which indicator a load was of."""
        with self._database.reading() as connection:
            return reading.indicator_of_load(connection, load_id)

    def cards(self) -> dict[str, reading.Record]:
        """What is said of each indicator that was ever loaded, by its id."""
        with self._database.reading() as connection:
            return reading.cards(connection)

    def mart(self, indicator_id: str | None = None) -> list[reading.Record]:
        """The rows that dashboards read, of one indicator or all."""
        with self._database.reading() as connection:
            return reading.mart(connection, indicator_id)


class _Tried(Exception):  # noqa: N818  (it takes back what was only tried, and is caught above)
    """What an undo would do."""

    def __init__(self, done: list[Undone]) -> None:
        super().__init__("only tried")
        self.done = done
