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
from typing import Any, Literal

from .addresses import PASSWORD_VARIABLE, Access, concealed, holds_password, password_variable, with_password
from .errors import SettingsError
from .notices.channels import Channel, Email, Lineage, NoticeFile, Notify, Webhook

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
_WEB = re.compile(r"https?://[^\s/@?#]+([/?][^\s]*)?")
_MAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HERE = ("localhost", "127.0.0.1", "::1")
_PORTS: Mapping[str, int] = MappingProxyType({"starttls": 587, "tls": 465, "none": 25})


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


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


def _is_web(value: object) -> bool:
    return isinstance(value, str) and bool(_WEB.fullmatch(value))


def _is_mail(value: object) -> bool:
    return isinstance(value, str) and bool(_MAIL.fullmatch(value))


def _are_mail(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_mail, value))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_table, value))


def _is_variable(value: object) -> bool:
    return isinstance(value, str) and bool(_VARIABLE.fullmatch(value))


def _one_of(*allowed: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in allowed


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
        "log": (_is_table, "a table with format, level, file, max_bytes and backups"),
        "notify": (_is_table, "a table with when, email, webhook and file"),
        "openlineage": (_is_table, "a table with url or file, and namespace"),
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
        "log": {
            "format": (_one_of("auto", "human", "json"), "auto, human or json"),
            "level": (_one_of("debug", "info", "warning", "error"), "debug, info, warning or error"),
            "file": (_is_filled, "the file to which lines of the log are added"),
            "max_bytes": (_is_count, "a whole number above 0"),
            "backups": (_is_count, "a whole number above 0"),
        },
        "notify": {
            "when": (_one_of("failure", "change", "always"), "failure, change or always"),
            "email": (_are_tables, "tables, each under [[notify.email]]"),
            "webhook": (_are_tables, "tables, each under [[notify.webhook]]"),
            "file": (_are_tables, "tables, each under [[notify.file]]"),
        },
        "openlineage": {
            "url": (_is_web, "an address that begins with https:// or http://"),
            "file": (_is_filled, "the file to which events are added"),
            "namespace": (_is_filled, "the name of this installation among others"),
        },
    }
)
_CHANNELS: Mapping[str, Rules] = MappingProxyType(
    {
        "email": {
            "host": (_is_filled, "the name of a mail server"),
            "port": (_is_count, "a whole number above 0"),
            "security": (_one_of("starttls", "tls", "none"), "starttls, tls or none"),
            "user": (_is_text, "the name under which the mail server knows yhovi"),
            "from": (_is_mail, "an address such as yhovi@example.org"),
            "to": (_are_mail, 'a list of addresses such as ["data@example.org"]'),
        },
        "webhook": {
            "url_env": (_is_variable, "the name of an environment variable"),
            "shape": (_one_of("slack", "teams", "json"), "slack, teams or json"),
        },
        "file": {
            "path": (_is_filled, "the file to which messages are added"),
            "format": (_one_of("text", "json"), "text or json"),
        },
    }
)
_NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"email": ("host", "from", "to"), "webhook": ("url_env", "shape"), "file": ("path",)}
)
_ACCESS: Rules = MappingProxyType(
    {
        "url": (_is_url, "a SQLAlchemy URL"),
        "rows": (_is_count, "a whole number above 0"),
        "seconds": (_is_above_zero, "a number of seconds above 0"),
    }
)


@dataclass(frozen=True, slots=True)
class Logs:
    """What the log looks like, from which level on, and in which file it is kept beside what is printed.

    ``level`` is empty where it depends: on a terminal warnings, elsewhere every request.
    """

    format: Literal["auto", "human", "json"] = "auto"
    level: str = ""
    file: Path | None = None
    max_bytes: int = 10_000_000
    backups: int = 5


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
    log: Logs = field(default_factory=Logs)
    notify: Notify = field(default_factory=Notify)
    lineage: Lineage = field(default_factory=Lineage)

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
    for kind in _CHANNELS:
        for one in said.get("notify", {}).get(kind, []):
            _check_channel(kind, one, f"{where}, [[notify.{kind}]]")
    if "openlineage" in said and not {"url", "file"} & said["openlineage"].keys():
        raise SettingsError(f"{where}, [openlineage]: it says neither url nor file.", "Say where events are to go.")


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


def _check_channel(kind: str, said: Mapping[str, Any], place: str) -> None:
    # It isn't shown: who mistook it for the address itself has written a secret.
    if kind == "webhook" and not _is_variable(said.get("url_env", "A")):
        cure = "Put the address into an environment variable, and its name here: whoever knows the address can post."
        raise SettingsError(f"{place}: url_env isn't the name of an environment variable.", cure)
    _check_keys(said, _CHANNELS[kind], place, "key of this table")
    for key in _NEEDED[kind]:
        if key not in said:
            raise SettingsError(f"{place}: {key} is missing.", f"It must be {_CHANNELS[kind][key][1]}.")
    if said.get("user") and said.get("security") == "none" and said["host"] not in _HERE:
        cure = 'Say security = "starttls" or "tls", or leave out the user where the server needs none.'
        raise SettingsError(f"{place}: a password would be sent unencrypted.", cure)


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
        log=Logs(**_with_file(said.get("log", {}), base)),
        notify=_notify(said.get("notify", {}), base),
        lineage=Lineage(**_with_file(said.get("openlineage", {}), base)),
    )


def _with_file(said: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """A table with its file found from the folder of the settings."""
    return {**said, **({"file": base / said["file"]} if "file" in said else {})}


def _notify(said: Mapping[str, Any], base: Path) -> Notify:
    """When people are told, and through which channels, in the order of their kinds."""
    letters: list[Channel] = [_email(one) for one in said.get("email", [])]
    webhooks = [Webhook(**one) for one in said.get("webhook", [])]
    files = [NoticeFile(**{**one, "path": base / one["path"]}) for one in said.get("file", [])]
    return Notify(said.get("when", "failure"), (*letters, *webhooks, *files))


def _email(said: Mapping[str, Any]) -> Email:
    security = said.get("security", "starttls")
    further = {key: said[key] for key in ("host", "user") if key in said}
    port = said.get("port", _PORTS[security])
    return Email(sender=said["from"], to=tuple(said["to"]), security=security, port=port, **further)


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
