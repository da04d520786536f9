"""A folder with a source's specs and with settings that ask its simulator in its place; and what a run left there."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from .sources import YEARS, Source, areas, figure

Values = dict[tuple[str, str, str], float]
KEY = "K3Y-0f-s0mebody-0123456789"


def set_up(folder: Path, source: Source, url: str, **http: float) -> None:
    """Write the specs, the settings and, where the source takes one, a key."""
    catalogue = folder / "indicators" / "economy"
    catalogue.mkdir(parents=True, exist_ok=True)
    for name, spec in source.specs.items():
        (catalogue / f"{name}.yaml").write_text(spec, encoding="utf-8")
    patience = {"attempts": 2, "deadline": 5, "read_timeout": 20, **http}
    lines = ["[mirrors]", *(f"{json.dumps(own)} = {json.dumps(url + path)}" for own, path in source.mirrors.items())]
    lines += ["[http]", *(f"{name} = {value}" for name, value in patience.items())]
    (folder / "yhovi.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if source.secret:
        (folder / ".env").write_text(f"{source.secret}={KEY}\n", encoding="utf-8")


def expected(source: Source) -> Values:
    """What the source's specs must come to."""
    every, last = source.specs
    return {
        (name, area, f"{year}-01-01/P1Y"): figure(area, year)
        for name, years in ((every, YEARS), (last, YEARS[-1:]))
        for area in areas()
        for year in years
    }


def loaded(folder: Path) -> Values:
    """What is current in the database."""
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        found = database.execute(
            "select indicator_id, area_code, time_period, value from observation_current"
        ).fetchall()
    return {(name, area, period): value for name, area, period, value in found}


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that lies in a folder but for the file with the keys, unpacked."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != ".env":
            body = file.read_bytes()
            yield file.relative_to(folder).as_posix(), gzip.decompress(body) if file.suffix == ".gz" else body
