"""How far a run is, as a terminal shows it."""

from __future__ import annotations

import io
import sys

import pytest
from yhovi.cli.progress import progress
from yhovi.engine.run.progress import UNWATCHED


class Terminal(io.StringIO):
    """A stream that is somebody's terminal."""

    def isatty(self) -> bool:
        return True


def shown(terminal: Terminal) -> str:
    """The line that was drawn last."""
    return terminal.getvalue().rpartition("\r")[2]


def test_stage_bytes_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(3) as watcher:
        bar = watcher._bar  # type: ignore[attr-defined]
        watcher.stage("E-EJ-01", "load")
        watcher.stage("E-NZ-01", "extract")
        bar.refresh()
        assert "E-NZ-01 extract" in shown(terminal)
        assert "1/3" in shown(terminal)
        watcher.received(12_345_678, 79_603_714)
        bar.refresh()
        assert "12.3 of 79.6 MB" in shown(terminal)
        watcher.received(12_345_678, None)
        bar.refresh()
        assert "12.3 MB" in shown(terminal)
        watcher.read(534_042)
        bar.refresh()
        assert "534,042 rows" in shown(terminal)
        watcher.stage("E-NZ-01", "check")
        bar.refresh()
        assert "rows" not in shown(terminal)


def test_nothing_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3) as watcher:
        assert watcher is UNWATCHED
        watcher.stage("E-EJ-01", "extract")
        watcher.received(1, 2)
        watcher.read(3)
    assert capsys.readouterr() == ("", "")
