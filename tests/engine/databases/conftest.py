"""Databases to ask: a file, and an embedded Postgres with an account that may read and one that needs a password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Postgres, served

ROWS = (("E08000035", "2022/23", 12), ("E08000034", "2022/23", None), ("E08000033", "2021/22", 7))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with served() as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite database with a table in it; its path has what addresses set apart."""
    folder = tmp_path / "the council's #1 folder"
    folder.mkdir()
    path = folder / "housing 100%.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table lettings (lad_code text, financial_year text, lettings integer)")
        connection.executemany("insert into lettings values (?, ?, ?)", ROWS)
    return path


@pytest.fixture(scope="session")
def server(postgres: Postgres) -> str:
    """The URL of a Postgres database with the same table in it. One serves all: what asks it changes nothing."""
    url = postgres.empty()
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table lettings (lad_code text, financial_year text, lettings integer)")
        for row in ROWS:
            connection.exec_driver_sql("insert into lettings values (%s, %s, %s)", row)
    return url
