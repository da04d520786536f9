"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import settings
from pytest_httpserver import HTTPServer
from yhovi.cli.place import Place
from yhovi.engine.run.assembly import World
from yhovi.engine.spec import files

from support.commands import Cli, Prepared, Said
from support.demonstration import Demonstration
from support.once import once
from support.properties import NIGHTLY
from support.statements import compiled_once
from support.tds import Stub, find_driver
from support.tsql import MissingError, Model, Parser

# How long an example takes says something about the machine, not about the code; a machine that decides whether a
# change may land tries the same examples each time, others look for new ones.
settings.register_profile("yhovi", deadline=None, derandomize="CI" in os.environ)
settings.register_profile(NIGHTLY, deadline=None)
settings.load_profile("yhovi")

NETWORK = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage while a test that is marked ``untraced`` runs, nor while its fixtures are made."""
    coverage = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(coverage, "cov_controller", None)
    if controller is None or item.get_closest_marker("untraced") is None:
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files from the sources, where this machine has it."""
    if not SAMPLES.is_dir():
        pytest.skip("the real sample files are not on this machine")
    return SAMPLES


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """A server with a thread for each connection, so that one that is left open holds up no other test."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def _commands_made_once() -> Iterator[None]:
    """A process makes its commands from their signatures once; tests run many commands in one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


_page = files._page


def _page_read_once(file: Path) -> object:
    """What a file says, and what is wrong with it, found out once for each content: commands read whole catalogues."""
    try:
        return _page_of(file, file.read_bytes())
    except OSError:
        return _page(file)


@cache
def _page_of(file: Path, content: bytes) -> object:
    return _page(file)


def _hurried(world: World) -> World:
    """The world, with naps for waits, unless a test counts those."""
    return replace(world, sleep=_nap) if world.sleep is time.sleep else world


def _nap(seconds: float) -> None:
    """Wait no longer than it takes to let others go first: the sources of tests have no budget to be kept to."""
    time.sleep(min(seconds, 0.02))


@pytest.fixture
def cli(
    _commands_made_once: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Cli:
    """Runs ``yhovi`` in this process, in an empty folder, with none of the environment's settings, and in a hurry."""
    monkeypatch.chdir(tmp_path)
    world = Place.world
    monkeypatch.setattr(Place, "world", lambda self: _hurried(world(self)))
    monkeypatch.setattr(Place, "hands", 1)
    monkeypatch.setattr(files, "_page", _page_read_once)
    for name in [name for name in os.environ if name.startswith("YHOVI_") or name in NETWORK]:
        monkeypatch.delenv(name)

    def run(*arguments: object) -> Said:
        from yhovi.cli import main

        monkeypatch.setattr(sys, "argv", ["yhovi", *map(str, arguments)])
        capsys.readouterr()
        try:
            code = main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, object]]:
    """What was prepared for a module's tests: the folder, and what came of making it."""
    return {}


@pytest.fixture
def prepared(_kept: dict[str, tuple[Path, Any]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Makes the folder of a test what some commands make of an empty one; a module gives them once."""

    def prepare(make: Callable[[], Any]) -> Any:
        if make.__qualname__ in _kept:
            folder, made = _kept[make.__qualname__]
            shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
            return made
        made, folder = make(), tmp_path_factory.mktemp("prepared")
        shutil.copytree(tmp_path, folder, dirs_exist_ok=True)
        _kept[make.__qualname__] = folder, made
        return made

    return prepare


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The whole demonstration, run once for all processes of the session."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Demonstration(once(shared / "demonstration", Demonstration.run))


@pytest.fixture
def demonstrated(demonstration: Demonstration, tmp_path: Path) -> Demonstration:
    """The whole demonstration, in the folder of this test."""
    demonstration.copy(tmp_path)
    return demonstration


@pytest.fixture(scope="session")
def tsql_parser() -> Iterator[Parser]:
    """Microsoft's parser of T-SQL, where it is installed."""
    try:
        parser = Parser()
    except MissingError as missing:
        pytest.skip(str(missing))
    with parser:
        yield parser


@pytest.fixture(scope="session")
def tsql_model() -> Iterator[Model]:
    """Microsoft's schema compiler, where it and what it needs are installed; for tests that are marked nightly."""
    try:
        model = Model()
    except MissingError as missing:
        pytest.skip(str(missing))
    with model:
        yield model


@pytest.fixture(scope="session")
def odbc_driver() -> Path:
    """The file of Microsoft's ODBC driver 18, where it can be loaded."""
    try:
        return find_driver()
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def _tds(tsql_parser: Parser) -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


@pytest.fixture
def tds(_tds: Stub) -> Iterator[Stub]:
    """A server that keeps what it is sent, without a log or answers of earlier tests."""
    _tds.reset()
    yield _tds
    _tds.log()  # it fails where the stub failed
