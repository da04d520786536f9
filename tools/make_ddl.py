"""Write sql/ddl and sql/roles: the whole database as scripts, one for each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yhovi.engine.warehouse.ddl import script, script_of_roles
from yhovi.engine.warehouse.dialects import DIALECTS

TARGET = Path(__file__).resolve().parents[1] / "sql"


def rendered() -> Iterator[tuple[Path, str]]:
    """Each file with its text."""
    for name, dialect in DIALECTS.items():
        yield TARGET / "ddl" / f"{name}.sql", script(name)
        if dialect.serves:
            yield TARGET / "roles" / f"{name}.sql", script_of_roles(name)


if __name__ == "__main__":
    for file, text in rendered():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        print(f"written: {file.relative_to(TARGET)}")
