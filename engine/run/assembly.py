"""Puts a run together from settings: the plans, who answers, the archive, the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from ...connectors import CONNECTORS
from ..addresses import with_password
from ..bronze import Bronze
from ..catalogue import compile_plans
from ..databases import Databases
from ..http import Policy, Sender, strictest
from ..recordings import Recordings
from ..settings import DATABASE_NAME, DEMO_DATABASE_NAME, DEMO_ENVIRONMENT, Settings
from ..spec import Spec
from ..warehouse.values import Mode
from ..warehouse.warehouse import Warehouse
from . import arrivals
from .answers import Answers, evidence_of, from_archive, from_recordings, from_source
from .commission import Commission, Manner
from .conductor import carry_out
from .desk import Desk
from .outcome import Result
from .progress import UNWATCHED, Progress

_SQLITE = "sqlite:///"

# No run writes for so long at one file: what is older was left half-written by one that was killed.
_ABANDONED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class World:
    """What only the command line may look at: clock, waiting, chance, ids, secrets, and who watches."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    new_id: Callable[[], str]
    secret: Callable[[str], str | None]
    progress: Progress = UNWATCHED


@dataclass(frozen=True, slots=True)
class Errand:
    """What the person at the command line asked for."""

    mode: Mode
    command: str
    recordings: Sequence[Path]
    version: str
    database_url: str = ""
    as_run: str | None = None
    dry_run: bool = False
    manner: Manner = field(default_factory=Manner)
    resume: str = ""


def database_url(settings: Settings, *, demo: bool, said: str = "") -> str:
    """The database that a command means: the one said, else the settings', else the one in the data folder.

    A server's gets the password that the environment holds, unless it says one itself.
    """
    if said:
        return with_password(said, settings.database_password)
    if settings.database_url and not demo:
        return with_password(settings.database_url, settings.database_password)
    name = DEMO_DATABASE_NAME if demo else DATABASE_NAME
    return f"sqlite:///{(settings.data_root / name).as_posix()}"


def destination(settings: Settings, errand: Errand) -> str:
    """Where a run's observations will go, in a sentence without secrets."""
    if errand.dry_run:
        return "database: none, this is a dry run"
    return f"database: {shown(database_url(settings, demo=errand.mode == 'demo', said=errand.database_url), settings)}"


def shown(url: str, settings: Settings) -> str:
    """A database for people: the file's path, or only that it is a server's."""
    if not url.startswith(_SQLITE):
        return "as configured"
    by_default = "" if settings.file or settings.database_url else " (no yhovi.toml was found)"
    return f"{Path(url.removeprefix(_SQLITE).partition('?')[0])}{by_default}"


def open_bronze(settings: Settings, world: World, *, demo: bool = False) -> Bronze:
    """The archive of this installation; a demonstration keeps its answers apart."""
    environment = DEMO_ENVIRONMENT if demo else settings.environment
    return Bronze(str(settings.data_root), environment, unique=world.new_id)


def perform(
    specs: Sequence[Spec], errand: Errand, settings: Settings, world: World, catalogue: Sequence[Spec]
) -> Result:
    """Run the indicators of these specs, once the files in the inbox are landed for any of the whole catalogue.

    Raises:
        YhoviError: Before the first indicator is begun; what fails later is in the result.
    """
    plans = compile_plans(specs, settings)
    demo = errand.mode == "demo"
    with ExitStack() as stack:
        bronze = open_bronze(settings, world, demo=demo)
        answers = answers_for(errand, settings, world, bronze, stack)
        desk = Desk(answers, bronze, world.new_id(), errand.version, world.now, world.new_id, progress=world.progress)
        if errand.mode == "live":
            desk = replace(desk, evidence=evidence_of(bronze))
        warehouse = None
        if not errand.dry_run:
            url = database_url(settings, demo=demo, said=errand.database_url)
            warehouse = Warehouse.open(url, demo=demo, now=world.now(), sleep=world.sleep)
            stack.callback(warehouse.close)
        bronze.sweep(older_than=world.now() - _ABANDONED)
        found = arrivals.pick_up(settings, catalogue, bronze, world) if errand.mode == "live" else ()
        done = warehouse.finished(errand.resume) if warehouse and errand.resume else frozenset()
        return carry_out(
            Commission(plans, desk, bronze, warehouse, errand.mode, errand.command, errand.manner, found, done)
        )


def answers_for(errand: Errand, settings: Settings, world: World, bronze: Bronze, stack: ExitStack) -> Answers:
    """Who answers in the mode of this errand; what is opened for it is closed with the stack."""
    if errand.mode == "demo":
        return from_recordings(Recordings(errand.recordings))
    if errand.mode == "replay":
        return from_archive(bronze, errand.as_run)
    sender = stack.enter_context(sender_for(settings, world, errand.version))
    return from_source(sender, Databases(settings.databases, world.now), bronze)


def sender_for(settings: Settings, world: World, version: str) -> Sender:
    """Who asks sources: hosts, budgets and patience as the connectors and the settings have them."""
    hosts = sorted({host for connector in CONNECTORS.values() for host in connector.HOSTS})
    owned = {host: strictest(one.BUDGET for one in CONNECTORS.values() if host in one.HOSTS) for host in hosts}
    policy = Policy(user_agent=f"yhovi/{version} (declarative indicator engine)", **settings.http)
    return Sender(
        policy,
        hosts=frozenset({*owned, *settings.hosts}),
        budgets=owned,
        mirrors=settings.mirrors,
        secrets=world.secret,
        now=world.now,
        sleep=world.sleep,
        random=world.random,
        received=world.progress.received,
        trust_env=True,
    )
