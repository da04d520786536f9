"""What a database refuses, in sentences that name it as the settings do: without address, account or password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from sqlalchemy.engine import URL

from ..addresses import SECRET_OPTIONS, Access, password_variable
from ..errors import ExtractError, SettingsError

Fault = Literal[
    "url",
    "driver",
    "password",
    "absent",
    "file",
    "unreachable",
    "unopened",
    "lost",
    "busy",
    "slow",
    "denied",
    "writes",
    "refused",
    "rows",
    "bytes",
]

_SETTINGS: frozenset[Fault] = frozenset({"url", "driver"})
_LONG_ENOUGH = 4

_SENTENCES: Mapping[Fault, tuple[str, str]] = MappingProxyType(
    {
        "url": (
            "The url of the database {name} can't be used.",
            "Check its form, and what comes after the question mark, in [databases] of the settings.",
        ),
        "driver": (
            "The driver for the database {name} isn't installed ({backend}).",
            "Install it. For Postgres: pip install 'yhovi[postgres]'; for SQL Server: Microsoft's ODBC Driver 18.",
        ),
        "password": (
            "The database {name} doesn't let this account in.",
            "Check the user in [databases] of the settings, and the password in {variable}.",
        ),
        "absent": (
            "The database {name} isn't where the settings say, or this account may not use it.",
            "Check its name in [databases] of the settings.",
        ),
        "file": (
            "The file of the database {name} isn't there, can't be read, or is no SQLite database.",
            "Check its path in [databases] of the settings, and that this account may read it.",
        ),
        "unreachable": (
            "The server of the database {name} can't be reached.",
            "Check its host and port in [databases] of the settings, and that the server is running.",
        ),
        "unopened": (
            "The database {name} can't be opened.",
            "Check its address in [databases] of the settings, the password in {variable}, and that it is running.",
        ),
        "lost": (
            "The connection to the database {name} was lost before its answer was complete.",
            "Run again; if it stays so, tell whoever looks after the database.",
        ),
        "busy": (
            "The database {name} is locked by another program, also after {seconds:g} seconds.",
            "Run again when that program is done.",
        ),
        "slow": (
            "The database {name} didn't answer within {seconds:g} seconds.",
            "Ask for less, or give it more time: seconds, in [databases.{name}] of the settings.",
        ),
        "denied": (
            "The database {name} doesn't let this account read what the query asks for: {said}.",
            "Ask its owner for the right to read that (SELECT).",
        ),
        "writes": (
            "The query would do more than read the database {name}, and was stopped: {said}.",
            "Write a query that only reads.",
        ),
        "refused": (
            "The database {name} refused the query: {said}.",
            "Try the query in a program of the database's own, then correct it in the spec.",
        ),
        "rows": (
            "The query of the database {name} has more than {rows:,} rows.",
            "Ask for fewer (WHERE, GROUP BY), or raise the limit: rows, in [databases.{name}] of the settings.",
        ),
        "bytes": (
            "The rows of the database {name} are larger than {said} MB.",
            "Ask for fewer rows (WHERE, GROUP BY) or fewer columns.",
        ),
    }
)


def refusal(fault: Fault, name: str, access: Access, said: str = "") -> ExtractError | SettingsError:
    """The error for a fault; ``said`` is what the database itself says of it."""
    message, cure = _SENTENCES[fault]
    facts = {"variable": password_variable(name), "backend": access.backend, "said": said}
    limits = {"seconds": access.seconds, "rows": access.rows}
    family = SettingsError if fault in _SETTINGS else ExtractError
    return family(message.format(name=name, **facts, **limits), cure.format(name=name, **facts))


def veiled(said: str, address: URL) -> str:
    """What a database says, on one line and without account, host or password, should it repeat them.

    >>> from sqlalchemy.engine import make_url
    >>> veiled("no right for ann on db1", make_url("postgresql://ann:s3cret@db1/housing"))
    'no right for *** on ***'
    """
    said = " ".join(said.split()).rstrip(".")
    options = [str(text) for name, text in address.query.items() if name.lower() in SECRET_OPTIONS]
    for secret in sorted(filter(None, [str(address.password or ""), *options]), key=len, reverse=True):
        said = said.replace(secret, "***") if len(secret) >= _LONG_ENOUGH else _without_word(said, secret)
    for name in filter(None, (address.username, address.host)):
        said = _without_word(said, name)
    return said


def _without_word(said: str, word: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "***", said)
