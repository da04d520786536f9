"""The databases that the warehouse speaks to: what differs between them, and nothing else, is here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ...addresses import PASSWORD_VARIABLE
from ...errors import UsageError
from .base import Dialect
from .mssql import SqlServer
from .postgresql import Postgres
from .sqlite import Sqlite

__all__ = ("DIALECTS", "Dialect", "dialect_of")

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (Sqlite(), Postgres(), SqlServer())}
)
"""Each database by SQLAlchemy's name of it."""

_CURE = (
    "Write sqlite:/// and the path of a file, or the address of a server: postgresql://user@host/database or "
    "mssql://user@host/database."
)


def dialect_of(url: str) -> tuple[Dialect, URL]:
    """Which database a URL is of, and the URL with all that is needed to connect.

    What was typed is not repeated in an error: it may hold a password.

    Raises:
        UsageError: It isn't a database URL, or not one of a database that the warehouse speaks to.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError("The database URL is not one.", _CURE) from None
    if "@" in (address.host or ""):
        raise UsageError(
            "The password in the database URL holds an @, so that it can't be told where the host begins.",
            f"Write %40 for it, or leave the password out and put it into {PASSWORD_VARIABLE}.",
        )
    dialect = DIALECTS.get(address.get_backend_name())
    if dialect is None:
        raise UsageError(f"The database URL begins with {address.drivername}, which yhovi doesn't speak to.", _CURE)
    return dialect, dialect.completed(address)
