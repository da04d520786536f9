"""Examines an installation: each finding is ok, a warning or a failure, with the cure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from ...addresses import PASSWORD_VARIABLE, password_variable
from ...catalogue import Found, compile_plans, compile_problems
from ...databases import Databases
from ...errors import EXIT_OK, ExtractError, SpecError, StorageError, YhoviError
from ...http import Stop
from ...plan import Plan
from ...settings import Settings
from ...spec import read_specs
from ...warehouse import health
from .status import database_to_read

_SPACE_WANTED = 1 << 30
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SYSTEM_FOLDERS = ("windows\\system32", "windows\\syswow64", "/usr", "/etc", "/bin")


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing examined, in a sentence, and what to do about it."""

    about: str
    state: Literal["ok", "warning", "failure"]
    found: str
    cure: str = ""
    exit_code: int = EXIT_OK

    def described(self) -> dict[str, Any]:
        """As a line of a listing."""
        return {"about": self.about, "state": self.state, "found": self.found, "cure": self.cure}


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: how to come by settings and catalogue, the secrets, the clock and the folder.

    ``variable`` tells what the environment says; ``reach`` tries the hosts of plans, if they are to be tried.
    """

    settings: Callable[[], Settings]
    catalogue: Callable[[], Found]
    secret: Callable[[str], str | None]
    secret_names: tuple[str, ...]
    now: datetime
    here: Path
    demo: bool
    database_url: str
    variable: Callable[[str], str | None] = lambda _: None
    reach: Callable[[Sequence[Plan]], Mapping[str, Stop | None]] | None = None


def examine(patient: Patient) -> list[Symptom]:
    """Examine everything; one thing that is wrong hides no other."""
    symptoms: list[Symptom] = []
    for examination in _EXAMINATIONS:
        try:
            symptoms += examination(patient)
        except YhoviError as error:
            about = examination.__name__.strip("_").replace("_", " ")
            symptoms.append(Symptom(about, "failure", error.message, error.cure, error.exit_code))
    return symptoms


def _settings(patient: Patient) -> Iterator[Symptom]:
    settings = patient.settings()
    said = f"from {settings.file}" if settings.file else "no yhovi.toml: all defaults"
    yield Symptom("settings", "ok", f"{said}; target vintage {settings.target_vintage}")


def _folder(patient: Patient) -> Iterator[Symptom]:
    here = str(patient.here).lower()
    if patient.settings().file is None and any(name in here for name in _SYSTEM_FOLDERS):
        cure = "Name a settings file with --settings or YHOVI_SETTINGS, or set the folder the task starts in."
        yield Symptom("folder", "warning", f"{patient.here} is a system folder, and data would go into it", cure)


def _catalogue(patient: Patient) -> Iterator[Symptom]:
    found = patient.catalogue()
    reading = read_specs([found.folder])
    problems = [*reading.problems, *compile_problems(reading.specs, patient.settings())]
    said = f"{found.folder} ({found.how}), {len(reading.specs)} of {reading.files} specs are right"
    if problems:
        yield Symptom("catalogue", "failure", said, "yhovi validate-specs shows the problems.", SpecError.exit_code)
    else:
        yield Symptom("catalogue", "ok", said)


def _data_root(patient: Patient) -> Iterator[Symptom]:
    root = patient.settings().data_root
    if not root.is_dir() or not os.access(root, os.W_OK):
        cure = "Make the folder, and allow this account to write it."
        yield Symptom("data folder", "failure", f"{root} isn't a folder that can be written", cure, 5)
        return
    free = shutil.disk_usage(root).free
    state: Literal["ok", "warning"] = "ok" if free >= _SPACE_WANTED else "warning"
    cure = "" if state == "ok" else "Make room: raw answers and the database grow with every release."
    yield Symptom("data folder", state, f"{root}, {free / 1e9:.1f} GB free", cure)


def _database(patient: Patient) -> Iterator[Symptom]:
    url, said = database_to_read(patient.settings(), demo=patient.demo, said=patient.database_url)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        yield Symptom("database", "ok", f"{said}: not there yet, the first run makes it")
        return
    if patient.settings().holds_password:
        cure = f"Take it out, and put it into {PASSWORD_VARIABLE} in the environment or in a file .env beside it."
        yield Symptom("database", "warning", "there is a password in the settings file", cure)
    yield Symptom("database", "ok", said)
    for sign in health.examine(url, patient.now):
        code = StorageError.exit_code if sign.state == "failure" else EXIT_OK
        yield Symptom("database", sign.state, sign.found, sign.cure, code)


def _databases(patient: Patient) -> Iterator[Symptom]:
    """Those that specs may ask: whether each can be opened, and whether its password lies where it may be read."""
    named = patient.settings().databases
    databases = Databases(named, lambda: patient.now)
    for name, access in named.items():
        about = f"database {name}"
        if access.holds_password:
            cure = f"Take it out, and put it into {password_variable(name)} in the environment or in a file .env."
            yield Symptom(about, "warning", "there is a password in the settings file", cure)
        try:
            databases.knock(name)
        except YhoviError as error:
            yield Symptom(about, "failure", error.message, error.cure, error.exit_code)
        else:
            limits = f"at most {access.rows:,} rows in {access.seconds:g} seconds"
            yield Symptom(about, "ok", f"it can be opened; specs may ask it for {limits}")


def _secrets(patient: Patient) -> Iterator[Symptom]:
    for name in patient.secret_names:
        said = "set" if patient.secret(name) else "not set"
        yield Symptom("secret", "ok", f"{name} is {said} (never shown)")


def _notices(patient: Patient) -> Iterator[Symptom]:
    """Whoever is to be told what came of runs: whether what that takes is there. Nobody is told anything."""
    for channel in patient.settings().notify.channels:
        name = channel.secret
        if name and not patient.secret(name):
            cure = f"Set the environment variable {name}, or add it to a file .env, and try it: yhovi notify --test."
            yield Symptom("notices", "warning", f"{channel}: {name} is not set, so that nobody is told", cure)
        else:
            yield Symptom("notices", "ok", str(channel))


def _clock(patient: Patient) -> Iterator[Symptom]:
    if patient.now.year < 2026:
        cure = "Set the machine's clock: retrieval times and certificates depend on it."
        yield Symptom("clock", "failure", f"the clock says {patient.now:%Y-%m-%d}", cure, 2)
    else:
        yield Symptom("clock", "ok", f"{patient.now:%Y-%m-%d %H:%M} UTC")


def _network(patient: Patient) -> Iterator[Symptom]:
    """By which way sources are asked: the proxy and the certificates that the environment names."""
    for name in _PROXIES:
        said = patient.variable(name) or patient.variable(name.lower())
        if said:
            yield Symptom("proxy", "ok", f"{name} names {urlsplit(said).hostname or 'no host'}")
    for name in _BUNDLES:
        file = patient.variable(name)
        if file and not os.access(file, os.R_OK):
            cure = "Correct the variable, or unset it so that the machine's own certificates are used."
            yield Symptom("certificates", "failure", f"{name} names {file}, which can't be read", cure, 2)
        elif file:
            yield Symptom("certificates", "ok", f"{name} names {file}")


def _sources(patient: Patient) -> Iterator[Symptom]:
    """Whether the sources of the catalogue can be reached, where they are to be tried."""
    if patient.reach is None:
        return
    specs = read_specs([patient.catalogue().folder]).specs
    found = patient.reach(compile_plans([spec for spec in specs if not spec.draft], patient.settings()))
    for host, stop in found.items():
        if stop is None:
            yield Symptom("source", "ok", f"{host} can be reached")
        else:
            yield Symptom("source", "failure", stop.message, stop.cure, ExtractError.exit_code)


_EXAMINATIONS = (
    *(_settings, _folder, _catalogue, _data_root, _database, _databases),
    *(_secrets, _notices, _clock, _network, _sources),
)
