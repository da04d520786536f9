"""What an installation is set to: a file (``yhovi.toml``) and environment variables, both handed in, as one value."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .addresses import PASSWORD_VARIABLE, Access, concealed, holds_password, password_variable, with_password
from .errors import SettingsError

FILE_NAME = "yhovi.toml"
DATABASE_NAME = "yhovi.db"
REGISTER_NAME = "geography"
INBOX_NAME = "inbox"
DEMO_DATABASE_NAME = "yhovi-demo.db"
DEMO_ENVIRONMENT = "demo"

_VINTAGE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DATABASE = re.compile(r"[a-z][a-z0-9_]*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+_]*://")
_SQLITE_FILE = re.compile(r"(?P<scheme>sqlite(\+\w+)?):///(?P<path>[^?:][^?]*)(?P<options>\?.*)?", re.DOTALL)
_URL_CURE = "It must be a SQLAlchemy URL, such as postgresql://user@host/name."


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _are_addresses(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_url(value: object) -> bool:
    return isinstance(value, str) and bool(_URL.match(value))


def _is_above_zero(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and _is_above_zero(value)


def _is_month(value: object) -> bool:
    return isinstance(value, str) and bool(_VINTAGE.fullmatch(value))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(_NAME.fullmatch(value))


Rules = Mapping[str, tuple[Callable[[object], bool], str]]

# Each setting: what is asked of its value, and the same in the words of an error.
_KEYS: Rules = MappingProxyType(
    {
        "data_root": (_is_text, "the folder that holds the raw answers"),
        "inbox": (_is_text, "the folder into which people put files that are to be landed"),
        "environment": (_is_name, "the name of this installation's archive (letters, digits, - and _)"),
        "database_url": (_is_text, "a SQLAlchemy URL"),
        "catalogue": (_is_text, "the folder that holds the specs"),
        "target_vintage": (_is_month, "a month such as 2023-04"),
        "geography": (_is_text, "the folder that holds a register of areas, and boundaries"),
        "areas": (_is_table, "a table with within and also"),
        "databases": (_is_table, "a table of the databases that specs may ask, each a name and a SQLAlchemy URL"),
        "hosts": (_are_texts, "a list of further hosts that the file connector may ask"),
        "mirrors": (_are_addresses, "a table of publishers' addresses and the addresses asked in their place"),
        "http": (_is_table, "a table with attempts, deadline, connect_timeout and read_timeout"),
    }
)
_TABLES: Mapping[str, Rules] = MappingProxyType(
    {
        "areas": {
            "within": (_is_text, "the code of the region whose districts are loaded"),
            "also": (_are_texts, "a list of the codes of further areas"),
        },
        "http": {
            "attempts": (_is_count, "a whole number above 0"),
            "deadline": (_is_above_zero, "a number of seconds above 0"),
            "connect_timeout": (_is_above_zero, "a number of seconds above 0"),
            "read_timeout": (_is_above_zero, "a number of seconds above 0"),
        },
    }
)
_ACCESS: Rules = MappingProxyType(
    {
        "url": (_is_url, "a SQLAlchemy URL"),
        "rows": (_is_count, "a whole number above 0"),
        "seconds": (_is_above_zero, "a number of seconds above 0"),
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with every default filled in; relative folders are made absolute against the settings file.

    ``holds_password`` says whether there is a password in that file, where none should be.
    """

    data_root: Path
    environment: str = "local"
    database_url: str = field(default="", repr=False)
    database_password: str = field(default="", repr=False)
    catalogue: Path | None = None
    target_vintage: str = "2023-04"
    within: str = "E12000003"
    also: tuple[str, ...] = ("E12000003", "E92000001")
    hosts: tuple[str, ...] = ()
    mirrors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    http: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    file: Path | None = None
    geography: Path | None = None
    holds_password: bool = False
    databases: Mapping[str, Access] = field(default_factory=lambda: MappingProxyType({}))
    inbox: Path | None = None

    @property
    def inbox_folder(self) -> Path:
        """The folder that a run looks through for files to land; only one that is named has to be there."""
        return self.inbox or self.data_root / INBOX_NAME

    @property
    def register(self) -> Path:
        """The folder where this installation keeps a register of areas of its own, if it has one."""
        return self.geography or self.data_root / REGISTER_NAME


def find_file(start: Path) -> Path | None:
    """The settings file of that folder or the nearest one above it."""
    return next((f for folder in (start, *start.parents) if (f := folder / FILE_NAME).is_file()), None)


def load_settings(file: Path | None, environment: Mapping[str, str], here: Path) -> Settings:
    """Settings from a file (None: all defaults) and the environment, which wins.

    Raises:
        SettingsError: The file can't be read, or says something that isn't allowed.
    """
    said = _read(file) if file else {}
    unsafe = holds_password(str(said.get("database_url", "")))
    for key, variable in (("database_url", "YHOVI_DATABASE_URL"), ("data_root", "YHOVI_DATA_ROOT")):
        if environment.get(variable):
            said[key] = environment[variable] if key != "data_root" else str(here / environment[variable])
    where = file.name if file else "the environment"
    _check(said, where)
    base = file.parent if file else here
    settings = replace(_settled(said, base, file), databases=_databases(said.get("databases", {}), environment, base))
    return replace(settings, database_password=environment.get(PASSWORD_VARIABLE, ""), holds_password=unsafe)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"The settings file {file} can't be opened: {error.strerror}."
        raise SettingsError(message, "Check the path, and that you may read it.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {file} isn't UTF-8.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} isn't TOML: {error}.", "Mend that line.") from None


def _check(said: Mapping[str, Any], where: str) -> None:
    _check_keys(said, _KEYS, where, "setting")
    for table, rules in _TABLES.items():
        _check_keys(said.get(table, {}), rules, f"{where}, [{table}]", "key of this table")
    for name, one in said.get("databases", {}).items():
        _check_database(name, one, where)


def _check_database(name: str, said: object, where: str) -> None:
    if not _DATABASE.fullmatch(name):
        cure = "Write it in small letters, digits and underscores, beginning with a letter."
        raise SettingsError(f"{where}, [databases]: {_shown(name)} is no name for a database.", cure)
    table, place = said if isinstance(said, dict) else {"url": said}, f"{where}, [databases.{name}]"
    # It isn't shown: who forgot its beginning may have written a password all the same.
    if "url" in table and not _is_url(table["url"]):
        raise SettingsError(f"{place}: the url isn't one.", _URL_CURE)
    _check_keys(table, _ACCESS, place, "key of this table")
    if "url" not in table:
        raise SettingsError(f"{place}: the url is missing.", _URL_CURE)


def _check_keys(said: Mapping[str, Any], rules: Rules, where: str, what: str) -> None:
    for key, value in said.items():
        if key not in rules:
            near = difflib.get_close_matches(key, rules, n=1)
            cure = f"Did you mean {near[0]}?" if near else f"Allowed are {', '.join(rules)}."
            raise SettingsError(f"{where}: {key} is no {what}.", cure)
        fits, meaning = rules[key]
        if not fits(value):
            raise SettingsError(f"{where}: {key} is {_shown(value)}.", f"It must be {meaning}.")


def _shown(value: object) -> str:
    """A value as TOML writes it, less any secret of an address in it."""
    return concealed(json.dumps(value, ensure_ascii=False, default=str))


def _settled(said: Mapping[str, Any], base: Path, file: Path | None) -> Settings:
    areas = said.get("areas", {})
    default = Settings(base)
    return Settings(
        data_root=base / said.get("data_root", "."),
        environment=said.get("environment", default.environment),
        database_url=said.get("database_url", ""),
        catalogue=base / said["catalogue"] if "catalogue" in said else None,
        target_vintage=said.get("target_vintage", default.target_vintage),
        within=areas.get("within", default.within),
        also=tuple(areas.get("also", default.also)),
        hosts=tuple(said.get("hosts", ())),
        mirrors=MappingProxyType(dict(said.get("mirrors", {}))),
        http=MappingProxyType(dict(said.get("http", {}))),
        file=file,
        geography=base / said["geography"] if "geography" in said else None,
        inbox=_apart(base / said["inbox"], base / said.get("data_root", ".")) if "inbox" in said else None,
    )


def _apart(inbox: Path, data_root: Path) -> Path:
    """The inbox, if it isn't a folder that holds the archive and the database."""
    held, holder = (Path(os.path.normpath(folder)) for folder in (data_root, inbox))
    if held.is_relative_to(holder):
        message = f"The inbox {holder} holds the data folder {held}."
        raise SettingsError(message, "Name a folder for it that has nothing else in it.")
    return inbox


def _databases(said: Mapping[str, Any], environment: Mapping[str, str], base: Path) -> Mapping[str, Access]:
    """How the databases are reached that specs may ask, each with its password from the environment."""
    tables = {name: one if isinstance(one, dict) else {"url": one} for name, one in said.items()}
    return MappingProxyType({name: _access(name, table, environment, base) for name, table in tables.items()})


def _access(name: str, said: Mapping[str, Any], environment: Mapping[str, str], base: Path) -> Access:
    url = with_password(_located(said["url"], base), environment.get(password_variable(name)))
    return Access(**{**said, "url": url, "holds_password": holds_password(said["url"])})


def _located(url: str, base: Path) -> str:
    """The URL; the file of a SQLite database is found from the folder of the settings, as every other path is."""
    named = _SQLITE_FILE.fullmatch(url)
    if not named:
        return url
    return f"{named['scheme']}:///{(base / named['path']).as_posix()}{named['options'] or ''}"
