"""A run lets the database know what the register says of areas."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from yhovi.engine.geography import load_registry

from support.commands import Cli


def test_a_run_writes_down_what_became_of_areas(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", "E-BE-11", "--demo").code == 0
    registry = load_registry("2023-04")
    with closing(sqlite3.connect(tmp_path / "yhovi-demo.db")) as connection:
        changes = connection.execute("SELECT event, code_before, code_after FROM area_change").fetchall()
        districts = dict(connection.execute("SELECT code, lad_code FROM geo_lookup WHERE level = 'lsoa'"))
        regions = connection.execute("SELECT DISTINCT region_code FROM geo_lookup").fetchall()
    assert sorted(changes) == sorted((change.event, change.before, change.after) for change in registry.changes)
    assert districts == registry.lookup("lsoa")
    assert regions == [("E12000003",)]
