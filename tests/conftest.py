"""What every test may ask for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from support.commands import Cli, Said

# How long an example takes says something about the machine, not about the code; a machine that decides whether a
# change may land tries the same examples each time, others look for new ones.
settings.register_profile("yhovi", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("yhovi")

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files from the sources, where this machine has it."""
    if not SAMPLES.is_dir():
        pytest.skip("the real sample files are not on this machine")
    return SAMPLES


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs ``yhovi`` in this process, in an empty folder, with none of the environment's settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("YHOVI_")]:
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
