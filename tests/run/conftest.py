"""What tests of whole runs may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from yhovi.cli.place import Place

from support.simulators import Begin, Simulator, Source
from support.simulators.stage import set_up


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nothing really waits, and no chance is left."""
    waited: list[float] = []
    world = Place.world
    monkeypatch.setattr(Place, "world", lambda self: replace(world(self), sleep=waited.append, random=lambda: 0.5))
    return waited


@pytest.fixture
def begin(tmp_path: Path, waits: list[float]) -> Iterator[Begin]:
    """Starts the simulator of a source, in whose place it is asked."""
    with ExitStack() as stack:

        def start(source: Source, **http: float) -> Simulator:
            simulator = stack.enter_context(Simulator(source.answering()))
            set_up(tmp_path, source, simulator.url, **http)
            return simulator

        yield start
