"""From YAML files to specs: every problem of every file in one pass.

First against the schema, then what a schema can't say; files know of each other where one indicator is made of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..amendments import Acceptance, Correction
from ..document import Document, DocumentError, parse_document, read_document
from ..errors import Problem, SpecError, UsageError
from ..geography import AS_PUBLISHED
from ..measures import Measured
from ..schema.build import indicator_schema
from ..schema.cards import Card, card, columns_of
from ..schema.faults import Fault, schema_faults
from ..schema.meaning import meaning_problems, steps_of
from .graph import cycle_problems
from .values import Base, Measure, Source, Spec

SUFFIXES = (".yaml", ".yml")
TOTAL = "_T"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a catalogue: the specs that are right, and the problems of the others."""

    specs: tuple[Spec, ...]
    problems: tuple[Problem, ...]
    files: int


@dataclass(frozen=True, slots=True)
class _Page:
    """One file: what it says, what the schema finds wrong with it, and what other files may know of it."""

    file: Path
    document: Document | None
    faults: tuple[Fault, ...]
    problems: tuple[Problem, ...]
    card: Card | None


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


def read_specs(paths: Sequence[Path], catalogue: Path | None = None) -> Reading:
    """Read all, keep going: the specs that are right and the problems of the rest.

    Args:
        paths: Files and folders.
        catalogue: Where the indicators are that these may be made of, beside those in ``paths``.

    Raises:
        UsageError: A path doesn't exist, or no spec was found.
    """
    files = tuple(_files(paths))
    if not files:
        said = ", ".join(map(str, paths))
        raise UsageError(f"There is no spec (*.yaml) in {said}.", "Name a folder that holds specs, with --catalogue.")
    pages = [_page(file) for file in files]
    known = _cards(pages)
    if catalogue and any(page.card is None or _named(page.card) - known.keys() for page in pages):
        known = {**_beside(catalogue, files), **known}
    specs: list[Spec] = []
    problems: list[Problem] = []
    first_of: dict[str, Path] = {}
    for page in pages:
        found = [*_duplicates(page.file, first_of), *_problems(page, known)]
        problems += found
        specs += [_spec(page.document, known)] if page.document and not found else []
    return Reading(tuple(sorted(specs, key=lambda spec: spec.id)), tuple(problems), len(files))


def read_texts(texts: Mapping[Path, str]) -> Reading:
    """The specs of these texts, as if each were the file of that name.

    They know only each other: what a whole catalogue would have to say of them isn't asked.
    """
    pages = [_parsed(file, text) for file, text in texts.items()]
    known = _cards(pages)
    found = [(page, _problems(page, known, whole=False)) for page in pages]
    specs = [_spec(page.document, known) for page, problems in found if page.document and not problems]
    return Reading(tuple(specs), tuple(problem for _, problems in found for problem in problems), len(pages))


def _named(card: Card) -> set[str]:
    """The other indicators that one names."""
    return {*card.inputs, *([card.compared] if card.compared else [])}


def _beside(catalogue: Path, files: Sequence[Path]) -> Mapping[str, Card]:
    """The cards of a catalogue's other files; what is wrong with those isn't asked here."""
    read = {file.resolve() for file in files}
    others = [file for file in _at(catalogue) if file.resolve() not in read]
    return _cards(map(_page, others))


def _cards(pages: Iterable[_Page]) -> Mapping[str, Card]:
    return {page.card.id: page.card for page in pages if page.card}


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


def _page(file: Path) -> _Page:
    return _judged(file, lambda: read_document(file))


def _parsed(file: Path, text: str) -> _Page:
    return _judged(file, lambda: parse_document(file, text))


def _judged(file: Path, read: Callable[[], Document]) -> _Page:
    try:
        document = read()
    except DocumentError as error:
        return _Page(file, None, (), (error.problem,), None)
    faults = schema_faults(_validator(), document)
    return _Page(file, document, faults, tuple(fault.problem for fault in faults), card(document, faults))


def _problems(page: _Page, known: Mapping[str, Card], *, whole: bool = True) -> list[Problem]:
    if page.document is None:
        return list(page.problems)
    found = [*page.problems, *meaning_problems(page.document, page.faults, known, whole=whole)]
    found += cycle_problems(page.document, page.card, known)
    return sorted(found, key=lambda problem: (problem.line, problem.column))


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(indicator_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _spec(document: Document, known: Mapping[str, Card]) -> Spec:
    data = document.data
    inputs = {name: known[name].measured for name in known[data["id"]].inputs}
    return Spec(
        **{key: data[key] for key in ("id", "title", "description", "domain", "subdomain", "owner")},
        measure=Measure(**data["measure"]),
        source=_source(data, inputs),
        recipe=steps_of(data["recipe"]),
        checks=MappingProxyType(data["checks"]),
        caveats=tuple(data.get("caveats", ())),
        tags=tuple(data.get("tags", ())),
        path=document.path,
        text=document.text,
        publish=data.get("publish", True),
        corrections=tuple(map(_correction, data.get("corrections", ()))),
        accept=tuple(map(_acceptance, data.get("accept", ()))),
        inputs=MappingProxyType(inputs),
        **{key: data[key] for key in ("status", "status_reason") if key in data},
    )


def _source(data: Mapping[str, Any], inputs: Mapping[str, Measured]) -> Source:
    said = data["source"]
    plain = ("publisher", "license", "frequency", "lag")
    return Source(
        **{key: said[key] for key in plain},
        dataset=said.get("dataset", f"derived/{data['id']}"),
        level=said["geography"]["level"],
        columns=columns_of(said, inputs),
        connector=said.get("connector"),
        query=MappingProxyType(said.get("query", {})),
        page=said.get("page", ""),
        discontinued=said.get("discontinued", ""),
        window=said.get("window", ""),
        read=MappingProxyType(said.get("read", {})),
        base=Base(said["indicator"], said["as"]) if "indicator" in said else None,
        codes=said["geography"].get("codes", AS_PUBLISHED),
        made_from=said["geography"].get("from", ""),
        weights=said["geography"].get("weights", ""),
    )


def _correction(said: Mapping[str, Any]) -> Correction:
    expect = said["expect"]
    return Correction(
        **{key: said[key] for key in ("area", "action", "reason", "provider")},
        period=str(said["period"]),
        expect=None if expect == "missing" else float(expect),
        breakdown=said.get("breakdown", TOTAL),
        value=said.get("value"),
        status=said.get("status"),
    )


def _acceptance(said: Mapping[str, Any]) -> Acceptance:
    return Acceptance(said["check"], said["reason"], date.fromisoformat(said["until"]))
