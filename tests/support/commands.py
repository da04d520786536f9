"""The command, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Runs a command and prints, as its last line, the most megabytes that it had.
_MEASURED = """\
import re, resource, sys
from pathlib import Path
from yhovi.cli import main
try:
    code = main()
except SystemExit as end:
    code = end.code
status = Path("/proc/self/status")
if status.is_file():  # what else tells it counts the memory of the process that started this one, too
    most = int(re.search(r"VmHWM:\\s+([0-9]+)", status.read_text())[1])
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(most // 1024, flush=True)
sys.exit(code)
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        """What was told people, less the lines of the log, which are for programs."""
        return [line for line in self.err.splitlines() if not line.startswith('{"time": ')]

    @property
    def json(self) -> Any:
        """Standard output as data."""
        return json.loads(self.out)


Cli = Callable[..., Said]

Prepared = Callable[[Callable[[], Any]], Any]


def environment() -> Mapping[str, str]:
    """The environment for a process: this one's, less yhovi's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("YHOVI_")}


def command(*arguments: object) -> list[str]:
    """The command line that starts ``yhovi`` with the Python that runs the tests."""
    start = "import sys; from yhovi.cli import main; sys.exit(main())"
    return [sys.executable, "-c", start, *map(str, arguments)]


def measured(line: list[str]) -> list[str]:
    """The same command line; what it prints last is the most megabytes that the process had."""
    return [line[0], "-c", _MEASURED, *line[3:]]


def run_process(folder: Path, *arguments: object) -> Said:
    """Run ``yhovi`` in a process of its own, in that folder, to its end."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)
