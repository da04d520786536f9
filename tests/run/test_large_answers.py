"""A body of 300 MB from each source: a run's memory stays bounded, and what comes of it is right or a sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from support.commands import command, environment, measured
from support.simulators import SOURCES, Asked, Fault, Reply, Simulator
from support.simulators.stage import expected, loaded, set_up

pytestmark = pytest.mark.nightly

SIZE = 300 * 1024**2
MEMORY = 1536
"""The most megabytes that the process may have: five times the body, of which nothing is ever read as a whole."""


def padded(line: Callable[[int], bytes], begin: bytes, end: bytes = b"") -> Iterator[bytes]:
    """A body that is filled up with lines until it is large enough."""
    yield begin
    size = len(begin)
    numbers = count()
    while size < SIZE:
        piece = b"".join(line(next(numbers)) for _ in range(5000))
        size += len(piece)
        yield piece
    yield end


def with_rows(line: Callable[[int], bytes]) -> Fault:
    """Many more rows at the end."""

    def fault(_: Asked, reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)
        return replace(reply, body=padded(line, reply.body), tagged=False)

    return fault


def with_space(_: Asked, reply: Reply) -> Reply:
    """JSON that is mostly space."""
    assert isinstance(reply.body, bytes)
    return replace(reply, body=padded(lambda _: b" " * 1000, reply.body[:-1], reply.body[-1:]), tagged=False)


def elsewhere(number: int) -> str:
    """The code of an area that nobody wants."""
    return f"W{number % 10**8:08d}"


def of_nomis(number: int) -> bytes:
    fields = ["2021", "2021", str(number), "Elsewhere", elsewhere(number), "districts", "1", "Total", "20100", "value"]
    return ",".join([*fields, "1", "A", "Normal", "", "", f"Nm-{number}", str(number + 25), "34"]).encode() + b"\n"


def of_fingertips(number: int) -> bytes:
    fields = ["93721", "Things", "E92000001", "England", elsewhere(number), "Elsewhere", "Districts", "Persons", "All"]
    return ",".join([*fields, "", "", "2021", "1", *[""] * 5, "20210000", "1y"]).encode() + b"\n"


def of_file(number: int) -> bytes:
    return f"{elsewhere(number)},Elsewhere {'x' * 60},2021,1\n".encode()


def of_els(number: int) -> bytes:
    return f"{elsewhere(number)},Elsewhere {'x' * 60},2021-01-01/P1Y,1,\n".encode()


TOO_LARGE = (
    "The answer from ADDRESS is larger than the 134,217,728 bytes that are allowed, and was not kept. "
    "Ask for less in one request: fewer areas, periods or columns."
)
# What comes of it: None for the right figures.
CASES: dict[str, tuple[Fault, str | None]] = {
    "nomis": (with_rows(of_nomis), "More rows came than the 34 that were announced. (ADDRESS) Run again."),
    "fingertips": (with_rows(of_fingertips), None),
    "file": (with_rows(of_file), None),
    "geoportal": (with_space, TOO_LARGE),
    "statxplore": (with_space, TOO_LARGE),
    "ons": (with_rows(of_file), None),
    "els": (with_rows(of_els), None),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.skipif(sys.platform == "win32", reason="what a process had at most is told by Unix alone")
def test_a_large_answer(tmp_path: Path, name: str) -> None:
    source, (fault, told) = SOURCES[name], CASES[name]
    with Simulator(source.answering()) as simulator:
        set_up(tmp_path, source, simulator.url)
        simulator.faults, simulator.always = [None] * (source.requests - 1), fault
        first = next(iter(source.specs))
        done = subprocess.run(
            measured(command("run", "-i", first, "--json")),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=900,
            check=False,
        )
    said, _, memory = done.stdout.strip().rpartition("\n")
    (outcome,) = json.loads(said)["outcomes"]
    wanted = {key: value for key, value in expected(source).items() if key[0] == first}
    assert loaded(tmp_path) == ({} if told else wanted), done.stderr
    assert (done.returncode, re.sub(r"https://[^ ,)]+(?=[ )])", "ADDRESS", outcome["error"] or "")) == (
        (3, told) if told else (0, "")
    )
    assert int(memory) < MEMORY
