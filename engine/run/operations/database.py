"""What ``yhovi db`` does: bring a database to this version, compare it with that, and print it as a script."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ...errors import EXIT_OK, StorageError, UsageError
from ...settings import Settings
from ...warehouse import ddl, inspection, versions
from ...warehouse.dialects import DIALECTS, dialect_of
from ...warehouse.warehouse import Warehouse
from ..assembly import database_url
from .status import database_to_read


@dataclass(frozen=True, slots=True)
class Checked:
    """How a database compares with what this version expects."""

    database: str
    version: str | None
    expected: str
    differences: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """That of the database's errors where something differs."""
        return StorageError.exit_code if self.differences else EXIT_OK

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def text(self) -> str:
        """For people."""
        if not self.differences:
            return f"The database {self.database} has version {self.expected} and is as it should be."
        cure = "`yhovi db upgrade` brings it to this version."
        if self.version == self.expected:
            cure = "Views are made anew by `yhovi db upgrade`; what else was changed has to be put right by hand."
        return "\n".join([f"The database {self.database} is not as this yhovi expects it:", *self.differences, cure])


def check(settings: Settings, *, demo: bool, said: str) -> Checked:
    """Compare a database with what this version expects.

    Raises:
        StorageError: It can't be reached, holds something else or was made by a newer yhovi.
    """
    url, _ = database_to_read(settings, demo=demo, said=said)
    found = inspection.inspect(url)
    return Checked(found.where, found.version, versions.HEAD, found.differences)


def upgrade(settings: Settings, now: datetime, *, demo: bool, said: str) -> str:
    """Make the tables, or bring them to this version; a sentence that says so.

    Raises:
        StorageError: It holds something else, was made by a newer yhovi, or this account may not change it.
    """
    where = Warehouse.upgrade(database_url(settings, demo=demo, said=said), demo=demo, now=now)
    return f"The database {where} has version {versions.HEAD}."


def upgrade_script(settings: Settings, *, said: str, dialect: str, since: str) -> str:
    """The statements that an upgrade would run.

    Raises:
        UsageError: There is no such dialect or version.
    """
    name = _known(dialect) if dialect else dialect_of(database_url(settings, demo=False, said=said))[0].name
    if since and since not in versions.VERSIONS:
        raise UsageError(f"There is no version {since}.", f"The versions are {', '.join(versions.VERSIONS)}.")
    if since == versions.HEAD:
        raise UsageError(f"Version {since} is the newest.", "Name the version that the database has now.")
    return ddl.script_of_upgrade(name, since or None)


def whole_script(dialect: str, *, roles: bool) -> str:
    """The whole database as a script, or its roles.

    Raises:
        UsageError: There is no such dialect, or it has no roles.
    """
    name = _known(dialect)
    if roles and not DIALECTS[name].serves:
        raise UsageError(
            f"{DIALECTS[name].title} has no roles.", "Who may read or write the file says the file system."
        )
    return ddl.script_of_roles(name) if roles else ddl.script(name)


def _known(dialect: str) -> str:
    if dialect not in DIALECTS:
        raise UsageError(f"There is no dialect {dialect}.", f"Write one of {', '.join(DIALECTS)}.")
    return dialect
