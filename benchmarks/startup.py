"""How long an operator waits before anything happens, against what the libraries alone would take.

python benchmarks/startup.py [--rounds N] [--strict]
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from itertools import count, cycle, islice
from pathlib import Path

from ratios import Comparison, options, process, report

INDICATORS = Path(__file__).resolve().parents[1] / "indicators"
SPECS = 60
LOAD = """
import sys, yaml, jsonschema
from pathlib import Path
for file in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    {load}(file.read_bytes())
"""
PLAINLY = LOAD.format(load="yaml.safe_load")
# What yhovi reads with itself: a yardstick that leaves no room for the command line's own libraries.
WITH_LIBYAML = LOAD.format(load="(lambda text: yaml.load(text, Loader=yaml.CSafeLoader))")


def main() -> int:
    """Compare in an empty folder, so that no settings and no checkout are in sight."""
    arguments = options("How long yhovi takes to start.", rounds=15)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalogue = folder / "catalogue"
        copy_specs(catalogue, SPECS)
        return report(comparisons(folder, catalogue), arguments)


def comparisons(folder: Path, catalogue: Path) -> Sequence[Comparison]:
    """Whole processes, as cron and a person at the keyboard start them."""
    yhovi = shutil.which("yhovi", path=sysconfig.get_path("scripts"))
    if not yhovi:
        sys.exit("yhovi is not installed beside this Python.")
    python = (sys.executable, "-P", "-c")
    return (
        Comparison(
            "yhovi --help : import typer, rich",
            process(yhovi, "--help", folder=folder),
            process(*python, "import typer, rich", folder=folder),
            goal=1.5,
        ),
        Comparison(
            f"yhovi validate-specs : load {SPECS} files, import jsonschema",
            process(yhovi, "validate-specs", "--catalogue", catalogue, folder=folder),
            process(*python, PLAINLY, str(catalogue), folder=folder),
            goal=2.0,
        ),
        Comparison(
            "yhovi validate-specs : the same with libyaml",
            process(yhovi, "validate-specs", "--catalogue", catalogue, folder=folder),
            process(*python, WITH_LIBYAML, str(catalogue), folder=folder),
            goal=3.0,
        ),
    )


def copy_specs(catalogue: Path, number: int) -> None:
    """Copies of the built-in specs under new ids, numbered within each subject (E-EJ-01, E-EJ-02, and so on)."""
    numbers: dict[str, count[int]] = {}
    for spec in islice(cycle(independent_specs()), number):
        subject = spec.stem.rpartition("-")[0]
        name = f"{subject}-{next(numbers.setdefault(subject, count(1))):02}"
        target = catalogue / spec.relative_to(INDICATORS).with_name(f"{name}.yaml")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = re.sub(r"^id: .*$", f"id: {name}", spec.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        target.write_text(text, encoding="utf-8", newline="\n")


def independent_specs() -> list[Path]:
    """The built-in specs that name no other, which a change of ids would break."""
    specs = sorted(INDICATORS.glob("*/*.yaml"))
    others = {spec: [other.stem for other in specs if other != spec] for spec in specs}
    return [spec for spec in specs if not any(name in spec.read_text(encoding="utf-8") for name in others[spec])]


if __name__ == "__main__":
    sys.exit(main())
