"""How long a look at an indicator takes once everything is imported, against those imports alone.

python benchmarks/preview.py [--rounds N] [--strict]
"""

from __future__ import annotations

import random
import sys
import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from time import sleep

import yhovi.indicators
from ratios import Comparison, Task, options, process, report
from yhovi.engine.run.assembly import Errand, World
from yhovi.engine.run.provenance.preview import Look, preview
from yhovi.engine.run.provenance.preview_text import Screen, preview_text
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Spec, load_specs, with_inputs

CATALOGUE = Path(str(files(yhovi.indicators)))
IMPORTS = "import pandas, pandera.pandas"


def main() -> int:
    """Compare for every indicator of the built-in catalogue."""
    arguments = options("How long yhovi takes to show an indicator.", rounds=5)
    with tempfile.TemporaryDirectory() as name:
        return report(comparisons(Path(name)), arguments)


def comparisons(folder: Path) -> Sequence[Comparison]:
    """Each indicator with what it is made of, to the last line of what is printed."""
    specs = load_specs([CATALOGUE])
    imports = process(sys.executable, "-P", "-c", IMPORTS, folder=folder)
    name = "yhovi preview {} --demo, after imports : pandas and pandera"
    return [
        Comparison(name.format(spec.id), look(with_inputs([spec.id], specs), folder), imports, goal=1.0)
        for spec in specs
    ]


def look(specs: Sequence[Spec], folder: Path) -> Task:
    """A look at the last of these specs."""
    errand = Errand(mode="demo", command="preview", recordings=[CATALOGUE / "recordings"], version="benchmark")
    world = World(lambda: datetime.now(UTC), sleep, random.random, lambda: uuid.uuid4().hex, lambda _: None)

    def ours() -> None:
        preview_text(preview(specs, errand, Settings(folder), world, Look()), Screen())

    return ours


if __name__ == "__main__":
    sys.exit(main())
