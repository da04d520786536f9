"""Figures that tests land for the small catalogue, and what comes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from support.commands import Cli, Said

LEEDS, YORK, BARNSLEY, HULL = "E08000035", "E06000014", "E08000016", "E06000010"
HOMES: dict[str, Any] = {LEEDS: 300, YORK: 100, BARNSLEY: "*", HULL: 50}
PEOPLE: dict[str, Any] = {LEEDS: 1000, YORK: 200, "E08000038": 100}


def land(cli: Cli, folder: Path, name: str, cells: dict[str, Any], release: str = "v1") -> None:
    """Land the figures of 2023."""
    land_rows(cli, folder, name, [(code, 2023, value) for code, value in cells.items()], release)


def land_rows(cli: Cli, folder: Path, name: str, rows: Iterable[tuple[str, int, Any]], release: str) -> None:
    """Land figures, each with its district and its year."""
    lines = ["Code,Name,Year,Kind,Number", *(f"{code},,{year},all,{value}" for code, year, value in rows)]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli("land", f"council/{name}", f"{name}.csv", "--release", release).code == 0


def land_both(cli: Cli, folder: Path, release: str = "v1", **changed: dict[str, Any]) -> None:
    land(cli, folder, "homes", {**HOMES, **changed.get("homes", {})}, release)
    land(cli, folder, "people", {**PEOPLE, **changed.get("people", {})}, release)


def ask(folder: Path, question: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return database.execute(question, values).fetchall()


def statuses(said: Said) -> dict[str, str]:
    return {outcome["indicator"]: outcome["status"] for outcome in said.json["outcomes"]}
