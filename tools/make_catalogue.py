"""Write docs/catalogue: an index of all indicators, and a page for each.

    python tools/make_catalogue.py [FOLDER]

Equal specs and recordings make equal pages, whatever the day.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from catalogue_pages import Catalogue, pages, shown
from recordings import RECORDINGS, recorded
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.settings import Settings
from yhovi.engine.spec import in_order, load_specs

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "catalogue"


def main(arguments: Sequence[str]) -> None:
    """Write every page below the folder named, or into the documents; pages of what is gone are removed."""
    folder = Path(arguments[0]) if arguments else TARGET
    made = rendered()
    folder.mkdir(parents=True, exist_ok=True)
    for gone in {file.name for file in folder.glob("*.md")} - made.keys():
        (folder / gone).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"written: {len(made)} pages")


def rendered() -> Mapping[str, str]:
    """Every page of the catalogue that is delivered, by the name of its file."""
    plans = compile_plans(in_order(load_specs([ROOT / "indicators"])), Settings(Path()))
    made = {one.name: one for one in (make() for make in recorded())}
    figures = [figure for one in made.values() for figure in one.known]
    found = shown(plans, RECORDINGS, figures)
    ordered = sorted(plans, key=lambda plan: plan.spec.id)
    return pages(Catalogue(ordered, found, {name: one.notice for name, one in made.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
