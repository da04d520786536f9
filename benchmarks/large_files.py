"""How long an indicator takes whose file is as large as the largest that is published, against pandas by hand.

python benchmarks/large_files.py [--rounds N] [--strict]
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ratios import Comparison, Task, options, process, report

TOOL = Path(__file__).resolve().parents[1] / "tools" / "make_large_file.py"
SPEC = Path(str(files("yhovi") / "indicators" / "environment" / "E-NZ-01.yaml"))
YHOVI = (sys.executable, "-P", "-m", "yhovi.cli")

# The same figures, less areas, checks, history and everything else that makes them an indicator.
BY_HAND = """
import sys, pandas
place, gas, people = "Local Authority Code", "Territorial emissions (kt CO2e)", "Mid-year Population (thousands)"
frame = pandas.read_csv(sys.argv[1], usecols=[place, "Calendar Year", gas, people]).dropna()
groups = frame.groupby([place, "Calendar Year"])
print(len(groups[gas].sum() / groups[people].first()))
"""


def main() -> int:
    """Compare the whole process, from a landed file to the database."""
    arguments = options("How long yhovi takes to load an indicator of a file of 80 MB.", rounds=3)
    with tempfile.TemporaryDirectory() as name:
        return report(comparisons(Path(name)), arguments)


def comparisons(folder: Path) -> Sequence[Comparison]:
    """A run of a new database each time, against a Python that reads the file with pandas and divides."""
    file = folder / "emissions.csv"
    subprocess.run([sys.executable, TOOL, file], check=True, capture_output=True)
    spec = SPEC.read_text(encoding="utf-8")
    without_checks = re.sub(r"(?ms)^checks:\n.*?^(?=owner:)", "checks: {golden: {none: made-up figures}}\n", spec)
    (folder / "indicators").mkdir()
    (folder / "indicators" / SPEC.name).write_text(without_checks, encoding="utf-8")
    process(*YHOVI, "land", "desnz/ghg-emissions-la", file.name, "--release", "2005-2023", folder=folder)()
    by_hand = process(sys.executable, "-P", "-c", BY_HAND, file, folder=folder)
    return [Comparison("a file of 534,000 rows: pandas by hand", anew(folder), by_hand, goal=12)]


def anew(folder: Path) -> Task:
    """A run into a database that isn't there yet."""
    run = process(*YHOVI, "run", "E-NZ-01", folder=folder)

    def ours() -> None:
        (folder / "yhovi.db").unlink(missing_ok=True)
        run()

    return ours


if __name__ == "__main__":
    sys.exit(main())
