"""Where a command runs: settings, catalogue, environment, clock, chance and git."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .. import indicators
from ..engine.errors import SpecError, UsageError
from .terminal import count, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engine.catalogue import Found
    from ..engine.run.assembly import World
    from ..engine.selection import Selection
    from ..engine.settings import Settings
    from ..engine.spec import Spec

    Due = Callable[[Sequence[Spec]], Mapping[str, str]]

_GIT_SECONDS = 5
_MOST_HANDS = 4

SECRETS = ("NOMIS_API_KEY", "STATXPLORE_API_KEY")
"""The secrets that sources take."""


class Place:
    """The settings, the catalogue and the environment that a command finds where it runs."""

    def __init__(self, settings_file: Path | None, catalogue: Path | None) -> None:
        self._settings_file, self._catalogue = settings_file, catalogue

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The environment's variables; a file ``.env`` in this folder adds to them."""
        if not Path(".env").is_file():
            return os.environ
        from dotenv import dotenv_values

        said = dotenv_values(".env", encoding="utf-8")
        return {**{name: value for name, value in said.items() if value is not None}, **os.environ}

    @cached_property
    def settings(self) -> Settings:
        """What the installation is set to."""
        from ..engine.settings import find_file, load_settings

        said = self._settings_file or self._named("YHOVI_SETTINGS")
        if said and not said.is_file():
            raise UsageError(f"There is no settings file {said}.", "Check --settings and YHOVI_SETTINGS.")
        return load_settings(said or find_file(Path.cwd()), self.environment, Path.cwd())

    @cached_property
    def specs(self) -> tuple[Spec, ...]:
        """Every spec of the catalogue; all of them must be right."""
        from ..engine.spec import load_specs

        return load_specs([self.catalogue.folder])

    @cached_property
    def catalogue(self) -> Found:
        """The catalogue's folder."""
        from ..engine.catalogue import find_catalogue

        variable = self.environment.get("YHOVI_CATALOGUE")
        return find_catalogue(self._catalogue, variable, self.settings, Path.cwd(), _built_in())

    @property
    def recordings(self) -> list[Path]:
        """The folders of recorded answers: the catalogue's own, then the built-in one."""
        return list(dict.fromkeys([self.catalogue.folder / "recordings", _built_in() / "recordings"]))

    def chosen(self, selection: Selection) -> tuple[Spec, ...]:
        """The specs that are meant; in the catalogue's order, each once."""
        from ..engine.selection import select

        return select(self.specs, selection, str(self.catalogue.folder))

    def to_run(self, selection: Selection, *, drafts: bool, due: Due | None = None) -> tuple[Spec, ...]:
        """The specs that are meant, and what they are made of; drafts only where those are asked for.

        With ``due`` only those that it says should run. What is made of any comes too, unless they are said by id.
        """
        chosen = self._without_drafts(self.chosen(selection), selection, drafts=drafts)
        if due is not None:
            reasons = due(chosen)
            self._say_due(reasons, chosen)
            chosen = [spec for spec in chosen if spec.id in reasons]
        if due is not None or selection.by_attribute:
            chosen = self._with_dependants(chosen, drafts=drafts)
        return self.with_inputs(chosen)

    def _without_drafts(self, chosen: Sequence[Spec], selection: Selection, *, drafts: bool) -> list[Spec]:
        held = [] if drafts else [spec for spec in chosen if spec.draft]
        if held and selection.ids:
            said = " ".join(f"{spec.id} is a draft: {spec.status_reason.rstrip('.')}." for spec in held)
            raise UsageError(said, f"yhovi preview {held[0].id} loads nothing; to run it all the same, add --drafts.")
        if held:
            note(f"left out: {count(len(held), 'draft')} ({', '.join(spec.id for spec in held)})")
        return [spec for spec in chosen if drafts or not spec.draft]

    def _say_due(self, reasons: Mapping[str, str], chosen: Sequence[Spec]) -> None:
        from ..engine.run.due import counted

        said = f": {counted(reasons)}" if reasons else ", so that nothing runs; yhovi status says what is expected when"
        note(f"due: {len(reasons)} of {count(len(chosen), 'indicator')}{said}")

    def _with_dependants(self, chosen: Sequence[Spec], *, drafts: bool) -> list[Spec]:
        """These and what is made of them; says what comes in addition."""
        from ..engine.spec import dependants

        names = set(dependants([spec.id for spec in chosen], self.specs))
        more = [spec for spec in self.specs if spec.id in names and (drafts or not spec.draft)]
        if more:
            note(f"also: {', '.join(spec.id for spec in more)}, made of what runs")
        return [*chosen, *more]

    def with_inputs(self, chosen: Sequence[Spec]) -> tuple[Spec, ...]:
        """These and what they are made of, in the order in which they can run; says what comes in addition."""
        from ..engine.spec import with_inputs

        asked = [spec.id for spec in chosen]
        specs = with_inputs(asked, self.specs)
        others = [spec.id for spec in specs if spec.id not in asked]
        if others:
            note(f"also: {', '.join(others)}, as others are made of {'it' if len(others) == 1 else 'them'}")
        return specs

    def with_what_it_is_made_of(self, said: str) -> tuple[Spec, ...]:
        """A spec by its id or its file, after the catalogue's specs that it is made of."""
        from ..engine.selection import Selection
        from ..engine.spec import SUFFIXES, read_specs, with_inputs

        if not said.endswith(SUFFIXES):
            (chosen,) = self.chosen(Selection(ids=(said,)))
            return with_inputs([chosen.id], self.specs)
        reading = read_specs([Path(said)], self.catalogue.folder)
        if reading.problems:
            raise SpecError(reading.problems)
        (spec,) = reading.specs
        others = [other for other in self.specs if other.id != spec.id] if spec.inputs else []
        return with_inputs([spec.id], [spec, *others])

    def say_catalogue(self) -> None:
        """Tell which catalogue it is."""
        note(f"catalogue: {self.catalogue.folder} ({self.catalogue.how})")

    def secret(self, name: str) -> str | None:
        """The value of a secret, if it is set."""
        return self.environment.get(name) or None

    def variable(self, name: str) -> str | None:
        """What the environment itself says: a file ``.env`` is for secrets alone."""
        return os.environ.get(name)

    @property
    def hands(self) -> int:
        """How many things this machine does well at once."""
        mine = getattr(os, "sched_getaffinity", None)  # where it isn't known, all of the machine's
        return min(_MOST_HANDS, len(mine(0)) if mine else os.cpu_count() or 1)

    def world(self) -> World:
        """Clock, waiting, chance, ids and secrets, for the rooms below."""
        from random import random
        from uuid import uuid4

        from ..engine.run.assembly import World

        return World(now, time.sleep, random, lambda: uuid4().hex, self.secret)

    def _named(self, variable: str) -> Path | None:
        said = self.environment.get(variable)
        return Path(said) if said else None


def committed(file: Path) -> str | None:
    """The newest commit of a file and its date, and whether the file was changed since; None without git."""
    commit = _git(file, "log", "-1", "--format=%h of %cI")
    return commit and commit + (", with uncommitted changes" if _git(file, "status", "--porcelain") else "")


def _git(file: Path, *command: str) -> str | None:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  (the program is git, and the file's name comes after --)
            ["git", *command, "--", file.name],  # noqa: S607
            cwd=file.resolve().parent,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _built_in() -> Path:
    from importlib.resources import files

    return Path(str(files(indicators)))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def version_of_yhovi() -> str:
    """The version that is installed."""
    from importlib.metadata import version

    return version("yhovi")


def typed() -> str:
    """The command as it was typed, with the secrets of a database URL left out."""
    from ..engine.addresses import concealed

    return " ".join(["yhovi", *map(concealed, sys.argv[1:])])
