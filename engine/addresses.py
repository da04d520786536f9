"""Database URLs: without their secrets where people may see them, and with a password that comes from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote

PASSWORD_VARIABLE = "YHOVI_DATABASE_PASSWORD"  # noqa: S105  (the name of a variable)
SECRET_OPTIONS = frozenset({"password", "pwd", "sslpassword", "odbc_connect", "passfile"})
"""Options of a URL, in lower case, whose values aren't shown."""

_HIDDEN = "***"
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_ODBC = re.compile(r"(odbc_connect=).*", re.DOTALL | re.IGNORECASE)
_OPTION = re.compile(r"(?<=[?&])(?P<name>[^=&]*)=(?P<value>[^&]*)")
_USER = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^:/@?]+)@")
_FILES = ("sqlite",)
_ALIASES = (("postgres", "postgresql"),)


@dataclass(frozen=True, slots=True)
class Access:
    """How a database that specs may ask is reached, and how much may be asked of it at once.

    Attributes:
        url: Its address, with the password if it needs one.
        rows: The most rows that a query may have.
        seconds: How long a query may take.
        holds_password: Whether the password stands in the settings file, where none should be.
    """

    url: str = field(repr=False)
    rows: int = 1_000_000
    seconds: float = 60.0
    holds_password: bool = False

    @property
    def backend(self) -> str:
        """Which database it is, as SQLAlchemy calls it, such as sqlite, postgresql or mssql."""
        name = self.url.partition(":")[0].partition("+")[0].lower()
        return dict(_ALIASES).get(name, name)


def password_variable(name: str) -> str:
    """The environment variable with the password of a database that specs may ask.

    >>> password_variable("housing")
    'YHOVI_DATABASE_PASSWORD_HOUSING'
    """
    return f"{PASSWORD_VARIABLE}_{name.upper()}"


def concealed(said: str) -> str:
    """A text, such as an argument of a command, with the secrets of a database URL in it left out.

    A password may hold any character, so that all up to the last @ goes.

    >>> concealed("--database-url=postgresql://ann:p@ss@host/yhovi?sslmode=require&password=x")
    '--database-url=postgresql://ann:***@host/yhovi?sslmode=require&password=***'
    """
    return _ADDRESS.sub(_conceal, said)


def with_password(url: str, password: str | None) -> str:
    """The URL of a server with a password in it, where it names a user and no password of its own.

    >>> with_password("postgresql://ann@host/yhovi", "p@ss/word")
    'postgresql://ann:p%40ss%2Fword@host/yhovi'
    >>> with_password("postgresql://host/yhovi", "secret")
    'postgresql://host/yhovi'
    """
    names_user = _USER.match(url)
    if not password or not names_user or names_user["scheme"].startswith(_FILES):
        return url
    return f"{names_user['scheme']}://{names_user['user']}:{quote(password, safe='')}@{url[names_user.end() :]}"


def holds_password(url: str) -> bool:
    """Whether there is a secret in the URL."""
    return concealed(url) != url


def _conceal(address: re.Match[str]) -> str:
    scheme, rest = address["scheme"], _OPTION.sub(_conceal_option, _ODBC.sub(rf"\1{_HIDDEN}", address["rest"]))
    who, at, where = ("", "", rest) if rest.startswith("/") else rest.rpartition("@")
    user, colon, _ = who.partition(":")
    return f"{scheme}://{user}{colon}{_HIDDEN if colon else ''}{at}{where}"


def _conceal_option(option: re.Match[str]) -> str:
    value = _HIDDEN if option["name"].lower() in SECRET_OPTIONS else option["value"]
    return f"{option['name']}={value}"
