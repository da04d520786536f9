"""What one YAML file says, after validation; and all that can be known to be wrong with it before a fetch.

``load_specs`` reads files and folders and reports every problem of every file in one pass: first against the schema,
then what a schema can't say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..connectors.base import Column
from .document import Document, DocumentError, read_document
from .errors import Problem, SpecError, UsageError
from .schema.build import indicator_schema
from .schema.faults import schema_faults
from .schema.meaning import Step, columns_of, meaning_problems, steps_of

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Measure:
    """What kind of number the indicator is, in which unit, and how it is shown."""

    type: str
    unit: str
    polarity: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where the number is published and how to ask for it."""

    connector: str
    dataset: str
    query: Mapping[str, Any]
    level: str
    publisher: str
    license: str
    frequency: str
    lag: str
    columns: tuple[Column, ...]
    page: str = ""
    read: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Spec:
    """One indicator as its file says it."""

    id: str
    title: str
    description: str
    domain: str
    subdomain: str
    measure: Measure
    source: Source
    recipe: tuple[Step, ...]
    checks: Mapping[str, Any]
    owner: str
    caveats: tuple[str, ...]
    path: Path
    text: str

    @property
    def digest(self) -> str:
        """A hash of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def described(self) -> dict[str, Any]:
        """What the indicator is, as plain data for a reader."""
        source = self.source
        return {
            "indicator": self.id,
            "title": self.title,
            "description": self.description,
            "domain": f"{self.domain} / {self.subdomain}",
            "measure": f"{self.measure.type} in {self.measure.unit}, {self.measure.polarity}",
            "source": {
                "publisher": source.publisher,
                "license": source.license,
                "dataset": source.dataset,
                "page": source.page,
                "published": f"every {source.frequency}, about {source.lag} after the period",
                "level": source.level,
            },
            "checks": dict(self.checks),
            "caveats": list(self.caveats),
            "owner": self.owner,
            "file": str(self.path),
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a catalogue: the specs that are right, and the problems of the others."""

    specs: tuple[Spec, ...]
    problems: tuple[Problem, ...]
    files: int


def load_specs(paths: Sequence[Path]) -> tuple[Spec, ...]:
    """All specs of these files and folders, in order of their ids.

    Raises:
        SpecError: At least one file is wrong; carries every problem of every file.
        UsageError: A path doesn't exist, or no spec was found.
    """
    reading = read_specs(paths)
    if reading.problems:
        raise SpecError(reading.problems)
    return reading.specs


def read_specs(paths: Sequence[Path]) -> Reading:
    """Read all, keep going: the specs that are right and the problems of the rest.

    Raises:
        UsageError: A path doesn't exist, or no spec was found.
    """
    files = tuple(_files(paths))
    if not files:
        said = ", ".join(map(str, paths))
        raise UsageError(f"There is no spec (*.yaml) in {said}.", "Name a folder that holds specs, with --catalogue.")
    specs: list[Spec] = []
    problems: list[Problem] = []
    first_of: dict[str, Path] = {}
    for file in files:
        spec, found = _read(file)
        duplicates = _duplicates(file, first_of)
        problems += [*duplicates, *found]
        specs += [spec] if spec and not duplicates else []
    return Reading(tuple(sorted(specs, key=lambda spec: spec.id)), tuple(problems), len(files))


def _files(paths: Sequence[Path]) -> Iterable[Path]:
    """The specs at these paths, each once, however often it is named."""
    found: dict[Path, Path] = {}
    for file in (file for path in paths for file in _at(path)):
        found.setdefault(file.resolve(), file)
    return found.values()


def _at(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not path.exists():
        raise UsageError(f"There is no file or folder {path}.", "Check the path.")
    return (path,)


def _duplicates(file: Path, first_of: dict[str, Path]) -> list[Problem]:
    first = first_of.setdefault(file.stem, file)
    if first is file:
        return []
    cure = "Delete one of the two, or give it an id of its own."
    return [Problem("duplicate-id", file, 1, 1, f"the id {file.stem} is taken by {first}", "each id once", cure)]


def _read(file: Path) -> tuple[Spec | None, list[Problem]]:
    try:
        document = read_document(file)
    except DocumentError as error:
        return None, [error.problem]
    faults = schema_faults(_validator(), document)
    problems = [*(fault.problem for fault in faults), *meaning_problems(document, faults)]
    problems.sort(key=lambda problem: (problem.line, problem.column))
    return (None if problems else _spec(document)), problems


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(indicator_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _spec(document: Document) -> Spec:
    data = document.data
    return Spec(
        **{key: data[key] for key in ("id", "title", "description", "domain", "subdomain", "owner")},
        measure=Measure(**data["measure"]),
        source=_source(data["source"]),
        recipe=steps_of(data["recipe"]),
        checks=MappingProxyType(data["checks"]),
        caveats=tuple(data.get("caveats", ())),
        path=document.path,
        text=document.text,
    )


def _source(said: Mapping[str, Any]) -> Source:
    plain = ("connector", "dataset", "publisher", "license", "frequency", "lag")
    return Source(
        **{key: said[key] for key in plain},
        query=MappingProxyType(said["query"]),
        level=said["geography"]["level"],
        columns=columns_of(said),
        page=said.get("page", ""),
        read=MappingProxyType(said.get("read", {})),
    )
