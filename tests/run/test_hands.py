"""Several hands: what comes of a run is the same however many processes make it, and whatever becomes of those."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from yhovi.engine.errors import BugError, CheckError, ForbiddenError, Problem, SpecError, YhoviError
from yhovi.engine.run.commission import Commission, Manner
from yhovi.engine.run.hands import _Office, hands_for
from yhovi.engine.run.shelf import Shelf
from yhovi.engine.warehouse.values import Mode
from yhovi.engine.warehouse.warehouse import Warehouse

from support.commands import command, environment, run_process

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux doubles a process as it is")

MANY = ("--all", "--domain", "environment", "--demo")
"""Enough for two hands; some are made of others."""


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of many by two hands, once both have something in hand."""
    line = command("run", *MANY, "--jobs", 2, "--json")
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(line, cwd=tmp_path, env=environment(), **pipes) as run:
        until(lambda: len(rows(tmp_path, "select load_id from load where outcome = 'loaded'")) > 1)
        yield run
        run.kill()


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What the database of the demonstration answers; nothing where there is none yet."""
    file = folder / "yhovi-demo.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []


def until(happened: Any) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@linux
@pytest.mark.untraced
def test_what_two_hands_do_is_logged_and_done_once(tmp_path: Path) -> None:
    """That it is what one does is a test of the whole demonstration."""
    said = run_process(tmp_path, "run", *MANY, "--jobs", 2, "--json")
    assert said.code == 0, said.err
    logged = [json.loads(line) for line in said.err.splitlines() if line.startswith("{")]
    loads = {line["indicator_id"]: line["load_id"] for line in logged if "load_id" in line}
    assert sorted(loads.values()) == [number for (number,) in rows(tmp_path, "select load_id from load order by 1")]
    assert loads.keys() == {one["indicator"] for one in said.json["outcomes"]}
    again = run_process(tmp_path, "run", *MANY, "--jobs", 2, "--json")
    assert {one["status"] for one in again.json["outcomes"]} == {"unchanged"}


@linux
@pytest.mark.untraced
def test_a_hand_that_is_lost_costs_what_it_had_in_hand(begun: subprocess.Popen[str], tmp_path: Path) -> None:
    psutil.Process(begun.pid).children()[0].kill()
    out, err = begun.communicate(timeout=120)
    failed = [one for one in json.loads(out)["outcomes"] if one["status"] == "failed"]
    assert (begun.returncode, len(failed)) == (6, 1), err
    assert failed[0]["error"] == (
        "The process that worked on it was ended from outside (signal 9). Too little memory is the likely cause. Run it"
        " again with --jobs 1."
    )
    name = failed[0]["indicator"]
    assert (name, failed[0]["error"]) in rows(tmp_path, "select indicator_id, detail from etl_audit")
    mended = run_process(tmp_path, "run", name, "--demo", "--json")
    assert [one["status"] for one in mended.json["outcomes"]] == ["loaded"]


@linux
@pytest.mark.untraced
@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_is_for_all_hands(
    begun: subprocess.Popen[str], tmp_path: Path, request_to_end: signal.Signals
) -> None:
    hands = psutil.Process(begun.pid).children()
    begun.send_signal(request_to_end)
    begun.communicate(timeout=60)
    assert begun.returncode == 130
    assert not any(hand.is_running() for hand in hands)
    assert rows(tmp_path, "select outcome, exit_code from run") == [("interrupted", 130)]
    assert {event for (event,) in rows(tmp_path, "select distinct event from etl_audit")} == {"loaded"}


@linux
@pytest.mark.untraced
def test_hands_go_when_there_is_nobody_to_work_for(begun: subprocess.Popen[str]) -> None:
    hands = psutil.Process(begun.pid).children()
    begun.kill()
    psutil.wait_procs(hands, timeout=30)
    assert not any(hand.is_running() for hand in hands)


HANDS = [
    ("demo", Manner(jobs=2), 2),
    ("replay", Manner(jobs=3), 3),
    ("demo", Manner(jobs=16), 4),
    ("demo", Manner(), 1),
    ("live", Manner(jobs=4), 1),
    ("replay", Manner(jobs=4, backfill=True), 1),
]


@linux
@pytest.mark.parametrize(("mode", "manner", "hands"), HANDS)
def test_how_many_hands_there_are(mode: Mode, manner: Manner, hands: int, commission: Commission) -> None:
    assert hands_for(commission.plans, replace(commission, mode=mode, manner=manner)) == hands


@linux
def test_nothing_is_by_many_hands_that_is_not_loaded(commission: Commission) -> None:
    dry = replace(commission, manner=Manner(jobs=2), warehouse=None)
    assert hands_for(commission.plans, dry) == 1


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_there_is_one(commission: Commission, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert hands_for(commission.plans, replace(commission, manner=Manner(jobs=2))) == 1


@pytest.fixture
def commission(tmp_path: Path) -> Iterator[Commission]:
    """Of 35 plans, which nobody looks into."""
    nothing: Any = None
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Warehouse.open(f"sqlite:///{(tmp_path / 'a.db').as_posix()}", demo=True, now=now) as warehouse:
        yield Commission([nothing] * 35, nothing, nothing, warehouse, "demo", "yhovi run")


def test_nothing_waits_for_what_comes_later(commission: Commission) -> None:
    """Two that are compared with each other are made in the order of the plans."""
    plans: Any = [
        SimpleNamespace(spec=SimpleNamespace(id=name, inputs={}, compared=(other,)))
        for name, other in ("AB", "BA", "CX")
    ]
    office = _Office(plans, commission, Shelf(set(), None), _nobody)
    assert list(filter(office._is_ready, range(3))) == [0, 2]


def _nobody(*_: Any) -> Any:
    raise AssertionError("nobody works here")


ERRORS = [
    CheckError("It is wrong.", "Mend it."),
    ForbiddenError("Not you."),
    SpecError([Problem("unknown-key", Path("a.yaml"), 1, 2, "no such key")]),
]


def sent_on(error: YhoviError) -> Any:
    ours, theirs = Pipe()
    with ours, theirs:
        ours.send(error)
        return theirs.recv()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_says_the_same_in_another_process(error: YhoviError) -> None:
    sent = sent_on(error)
    assert (type(sent), str(sent), vars(sent)) == (type(error), str(error), vars(error))


def test_a_bug_says_where_it_is_in_another_process() -> None:
    try:
        os.fspath(3)  # type: ignore[call-overload]
    except TypeError as error:
        sent = sent_on(BugError(error))
    assert str(sent).startswith("This is a bug in yhovi (TypeError: ")
    assert "os.fspath(3)" in sent.where
