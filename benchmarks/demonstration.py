"""How long the whole demonstration takes: by all cores against one, and again when nothing is new.

python benchmarks/demonstration.py [--rounds N] [--strict]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ratios import Comparison, Task, options, process, report

ALL = (sys.executable, "-P", "-m", "yhovi.cli", "run", "--all", "--demo")


def main() -> int:
    """Compare whole processes, each run into a database that isn't there yet or into one that has everything."""
    arguments = options("How long all built-in indicators take from their recordings.", rounds=3)
    with tempfile.TemporaryDirectory() as name:
        return report(comparisons(Path(name)), arguments)


def comparisons(folder: Path) -> Sequence[Comparison]:
    """What two cores save, and what a run saves that finds nothing new."""
    by_all, by_one, again = (folder / name for name in ("all", "one", "again"))
    for each in (by_all, by_one, again):
        each.mkdir()
    process(*ALL, folder=again)()
    one = anew(by_one, "--jobs", "1")
    return [
        Comparison("all indicators, by all cores : by one", anew(by_all), one, goal=0.85),
        Comparison("all indicators, nothing new : anew, by one core", process(*ALL, folder=again), one, goal=0.2),
    ]


def anew(folder: Path, *further: str) -> Task:
    """A run into a database that isn't there yet."""
    run = process(*ALL, *further, folder=folder)

    def ours() -> None:
        for file in folder.glob("yhovi-demo.db*"):
            file.unlink()
        run()

    return ours


if __name__ == "__main__":
    sys.exit(main())
