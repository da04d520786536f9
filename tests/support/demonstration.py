"""The whole demonstration: what a run of it must say, and a folder in which it was run."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .catalogue import in_order_of_run
from .commands import Said, run_process
from .observed import Observed, observed

DATABASE = "yhovi-demo.db"

# How many rows each indicator comes to.
ROWS = {
    indicator: int(rows)
    for indicator, rows in (
        line.split()
        for line in """
        E-BE-01              102
        E-BE-02              102
        E-BE-02-BIRTHS       102
        E-BE-03              102
        E-BE-03-DEATHS       102
        E-BE-04              17
        E-BE-04-1YEAR        85
        E-BE-04-3YEARS       51
        E-BE-05              102
        E-BE-06              119
        E-BE-06-ENTERPRISES  238
        E-BE-07              119
        E-BE-08              300
        E-BE-08-ELS          300
        E-BE-09              330
        E-BE-10              330
        E-BE-11              390
        E-BE-12              135
        E-BE-13              204
        E-BE-13-BIRTHS       204
        E-EI-01              170
        E-EI-02              17
        E-EI-03              170
        E-EI-04              17
        E-EI-05              170
        E-EI-06              85
        E-EI-07              17
        E-EI-08              17
        E-EI-09              17
        E-EI-10              510
        E-EJ-01              340
        E-EJ-02              340
        E-EJ-03              340
        E-EJ-03-ELS          340
        E-EJ-04              340
        E-EJ-05              102
        E-EJ-06              102
        E-EJ-07              646
        E-EJ-08              153
        E-EJ-09              153
        E-EJ-10              170
        E-EJ-13              102
        E-EJ-15              102
        E-EJ-16              510
        E-EJ-17              102
        E-NE-01              30
        E-NE-01-FINGERTIPS   119
        E-NE-02              119
        E-NE-03              15
        E-NE-05              96
        E-NE-06              75
        E-NZ-01              75
        E-NZ-01-EXPLORER     323
        E-NZ-02              75
        E-NZ-03              75
        E-NZ-04              75
        E-NZ-05              75
        E-NZ-06              64
        E-NZ-07              60
        E-NZ-08              32
        E-S-01               170
        E-S-01-PERCENT       170
        E-S-02               170
        E-S-03               170
        E-S-04               170
        E-S-05               3077
        E-S-05-EMPLOYEES     3740
        E-S-06               170
        E-S-07               390
        E-S-07-INDUSTRIES    1950
        E-S-08               390
        E-S-09               2261
        E-S-10               170
        E-WR-01              80
        E-WR-01-TONNES       80
        E-WR-02              80
        E-WR-02-TONNES       80
        E-WR-03              80
        E-WR-03-TONNES       80
        S-C-01               15
        S-C-01-ELS           34
        S-C-02               15
        S-C-03               15
        S-C-03-ELS           3
        S-C-05               16
        S-C-06               17
        S-CP-02              17
        S-CP-03              17
        S-CP-04              17
        S-CS-01              15
        S-CS-01-OFFENCES     15
        S-CS-02              15
        S-CS-02-OFFENCES     15
        S-CS-03              15
        S-CS-03-OFFENCES     15
        S-CS-04              15
        S-CS-04-OFFENCES     15
        S-D-01               153
        S-D-01-16TO64        153
        S-D-01-ADULTS        17
        S-D-02               17
        S-D-03               17
        S-D-04               17
        S-D-05               153
        S-D-06               153
        S-D-07               68
        S-H-01               420
        S-H-02               408
        S-H-03               65
        S-H-04               150
        S-H-04-HOUSEHOLDS    17
        S-H-04-REGISTER      150
        S-H-06               15
        S-H-07               595
        S-H-08               17
        S-H-08-DESNZ         17
        S-HE-01              136
        S-HE-02              136
        S-HE-03              204
        S-HE-03-ELS          204
        S-HE-04              204
        S-HE-04-ELS          204
        S-HE-05              170
        S-HE-06              170
        S-HE-07              170
        S-HE-08              170
        S-HE-09              170
        S-HE-10              510
        S-HE-10-CASES        510
        S-W-01               204
        S-W-02               204
        S-W-03               204
        S-W-04               204
        S-W-05               170
        S-W-06               170
        S-W-07               170
        S-W-08               64
        """.strip().splitlines()
    )
}


def first_run() -> str:
    """What a run of all says where there was nothing before."""
    return _table({indicator: ("loaded", ROWS[indicator], 0) for indicator in in_order_of_run()})


def second_run() -> str:
    """What a run of all says where one was before."""
    return _table({indicator: ("unchanged", 0, ROWS[indicator]) for indicator in in_order_of_run()})


def _table(told: dict[str, tuple[str, int, int]]) -> str:
    header = "indicator status new changed unchanged withdrawn held warnings".split()
    lines = [header, *([name, how, f"{new}", "0", f"{old}", "0", "0", "0"] for name, (how, new, old) in told.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


@dataclass(frozen=True)
class Demonstration:
    """A folder in which the whole demonstration was run by a process of its own; it is looked at, never changed."""

    folder: Path

    @classmethod
    def run(cls, folder: Path) -> None:
        """Run it, in an empty folder."""
        said = run_process(folder, "run", "--all", "--demo")
        assert said.code == 0, said.err
        (folder / "said.out").write_text(said.out, encoding="utf-8")
        (folder / "said.err").write_text(said.err, encoding="utf-8")

    @property
    def said(self) -> Said:
        """What the run said."""
        return Said(0, *((self.folder / f"said.{name}").read_text(encoding="utf-8") for name in ("out", "err")))

    @property
    def database(self) -> Path:
        """The database that it made."""
        return self.folder / DATABASE

    def observed(self, indicators: Iterable[str], *more: str) -> Observed:
        """What is current of some indicators, all of which it loaded with nothing to say of them."""
        chosen = set(indicators)
        lines = [line.split() for line in self.said.out.splitlines()[1:]]
        told = {indicator: (status, *counts) for indicator, status, _, *counts in lines if indicator in chosen}
        assert told == dict.fromkeys(chosen, ("loaded", "0", "0", "0", "0", "0")), told
        return {key: row for key, row in observed(self.database, *more).items() if key[0] in chosen}

    def copy(self, folder: Path) -> None:
        """Make that folder one in which it was run."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("said.*"))
