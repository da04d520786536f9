"""A catalogue under an installation's settings: which folder it is, and the plans of its specs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from .errors import Problem, SettingsError, SpecError, UsageError
from .geography import load_registry
from .plan import Plan, Surroundings, compile_plan
from .settings import Settings
from .spec import SUFFIXES, Spec

FOLDER = "indicators"


@dataclass(frozen=True, slots=True)
class Found:
    """The catalogue's folder, and how it was come by, for people."""

    folder: Path
    how: str


def find_catalogue(said: Path | None, variable: str | None, settings: Settings, here: Path, built_in: Path) -> Found:
    """The catalogue: the one said, else YHOVI_CATALOGUE, the settings', ``./indicators`` if it is one, the built-in.

    Raises:
        UsageError: The folder that was named doesn't exist.
    """
    named = [
        (said, "--catalogue"),
        (here / variable if variable else None, "YHOVI_CATALOGUE"),
        (settings.catalogue, "the settings"),
    ]
    for folder, how in named:
        if folder is not None:
            if not folder.is_dir():
                raise UsageError(f"The catalogue {folder} (from {how}) isn't a folder.", "Check the path.")
            return Found(folder, f"from {how}")
    local = here / FOLDER
    if any(file.suffix in SUFFIXES for file in local.glob("**/*")):
        return Found(local, "found here")
    return Found(built_in, "built in")


def surroundings(settings: Settings) -> Surroundings:
    """What compiling needs from the settings.

    Raises:
        SettingsError: The settings name areas that the register doesn't have.
    """
    registry = load_registry(settings.target_vintage, settings.register)
    for code in (settings.within, *settings.also):
        if code not in registry.areas:
            raise SettingsError(f"The settings name the area {code}, which isn't in the register.", "Check [areas].")
    databases = MappingProxyType({name: access.backend for name, access in settings.databases.items()})
    return Surroundings(registry, settings.within, settings.also, frozenset(settings.hosts), databases)


def compile_plans(specs: Iterable[Spec], settings: Settings) -> tuple[Plan, ...]:
    """The plans of these specs under these settings.

    Raises:
        SpecError: Some can't be compiled; carries the problems of all.
        SettingsError: The settings name areas that the register doesn't have.
    """
    plans, problems = _compiled(specs, settings)
    if problems:
        raise SpecError(problems)
    return plans


def compile_problems(specs: Iterable[Spec], settings: Settings) -> Sequence[Problem]:
    """What is wrong with these specs under these settings."""
    return _compiled(specs, settings)[1]


def _compiled(specs: Iterable[Spec], settings: Settings) -> tuple[tuple[Plan, ...], Sequence[Problem]]:
    around = surroundings(settings)
    plans: list[Plan] = []
    problems: list[Problem] = []
    for spec in specs:
        try:
            plans.append(compile_plan(spec, around))
        except SpecError as error:
            problems += error.problems
    return tuple(plans), problems
