"""Ratios of two ways to do a thing, measured in turns in one run, so that a slow or busy machine slows both."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Task = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our way, the yardstick it is measured by, and the ratio that we promise to stay below."""

    name: str
    ours: Task
    yardstick: Task
    goal: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Medians in seconds, and whether the goal is met."""

    comparison: Comparison
    ours: float
    yardstick: float

    @property
    def value(self) -> float:
        """How many times as long as the yardstick ours takes."""
        return self.ours / self.yardstick

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.value < self.comparison.goal

    def __str__(self) -> str:
        verdict = "met" if self.met else "MISSED"
        times = f"{self.ours:9.3f} s {self.yardstick:9.3f} s"
        return f"{self.comparison.name:<62}{times}{self.value:8.2f}{self.comparison.goal:8.2f}  {verdict}"


def process(*command: str | Path, folder: Path) -> Task:
    """A whole process, run in ``folder``; it must end with exit code 0."""

    def run() -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            sys.exit(
                f"{' '.join(map(str, command))}\nended with exit code {done.returncode}:\n{done.stdout}{done.stderr}"
            )

    return run


def measure(comparison: Comparison, rounds: int) -> Ratio:
    """Take turns, ours and yardstick, after one round that doesn't count."""
    turns = [(seconds(comparison.ours), seconds(comparison.yardstick)) for _ in range(rounds + 1)][1:]
    ours, yardstick = (statistics.median(column) for column in zip(*turns, strict=True))
    return Ratio(comparison, ours, yardstick)


def seconds(task: Task) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def report(comparisons: Sequence[Comparison], arguments: argparse.Namespace) -> int:
    """Measure and print all; 1 if a goal is missed and ``--strict`` asks for it."""
    print(f"{'medians':<62}{'ours':>11} {'yardstick':>11}{'ratio':>8}{'goal':>8}")
    ratios = []
    for comparison in comparisons:
        ratios.append(measure(comparison, arguments.rounds))
        print(ratios[-1], flush=True)
    return int(arguments.strict and not all(ratio.met for ratio in ratios))


def options(
    description: str, rounds: int, more: Callable[[argparse.ArgumentParser], None] | None = None
) -> argparse.Namespace:
    """What every benchmark can be told, and what ``more`` adds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"turns of each side ({rounds})")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a goal is missed")
    if more is not None:
        more(parser)
    return parser.parse_args()
