"""Asks a source what there is to be asked for, keeps what it answers in the archive, and reads it there next time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa

from ....connectors.base import Ask, Describing, SourceError, Term
from ...bronze import Nowhere
from ...errors import ExtractError, UsageError, YhoviError
from ...plan import Fetch
from ...read.rowset import RowSet
from ...settings import Settings
from ..answers import archive_names, from_record
from ..assembly import Errand, World, answers_for, open_bronze
from ..desk import Desk
from ..exchange import Held, driven
from .listing import connector_of, row_of

_FOLDER = "described"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Described:
    """What a source says that there is: its data sets, or the dimensions and codes of one.

    ``as_of`` is when it said so; None for what the connector knows without asking.
    """

    source: str
    dataset: str
    terms: tuple[Term, ...]
    as_of: datetime | None = None
    archived: bool = False

    def searched(self, text: str) -> tuple[Term, ...]:
        """The terms in which every word occurs, in whatever case."""
        words = text.casefold().split()
        said = ((term, f"{term.dimension} {term.code} {term.label}".casefold()) for term in self.terms)
        return tuple(term for term, line in said if all(word in line for word in words))

    def told(self, found: Sequence[Term]) -> str:
        """When the source said so, and how many of its terms are shown."""
        of = f"{self.source}, {self.dataset}" if self.dataset else f"{self.source}, its data sets"
        many = f"{len(self.terms):,}" if len(found) == len(self.terms) else f"{len(found):,} of {len(self.terms):,}"
        if self.as_of is None:
            return f"{of}: {many}, as far as is known without asking it"
        how = "from the archive; --refresh asks again" if self.archived else "asked now"
        return f"{of}: {many}, as of {self.as_of:%Y-%m-%d %H:%M} UTC ({how})"

    def described(self, found: Sequence[Term]) -> dict[str, Any]:
        """As plain data."""
        return {
            "source": self.source,
            "dataset": self.dataset or None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "archived": self.archived,
            "total": len(self.terms),
            "terms": [row_of(term) for term in found],
        }


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of which source, and how the archive knows the exchange."""

    source: str
    dataset: str
    connector: Describing
    fetch: Fetch


def describe(name: str, dataset: str, settings: Settings, world: World, version: str, *, refresh: bool) -> Described:
    """What the archive has of a source's own description, or else what the source says now.

    Raises:
        UsageError: There is no such source, it can't be asked, or nothing in it can be called so.
        ExtractError: The source didn't answer, or its answer can't be used.
        StorageError: The archive can't be read or written.
    """
    question = _question(name, dataset)
    if isinstance(question, Described):
        return question
    bronze, run_id = open_bronze(settings, world), world.new_id()
    desk = partial(Desk, run_id=run_id, engine_version=version, now=world.now, new_id=world.new_id)
    record = None if refresh else bronze.newest(*archive_names(question.fetch), question.fetch.key)
    if record is not None:
        # What is damaged, or was asked by another version of the connector, is asked for again.
        old = desk(from_record(bronze, record), Nowhere())
        with suppress(YhoviError), Held(question.fetch, old, world.now()) as held:
            return Described(name, dataset, _terms(question, held), record.finished_at, archived=True)
    with ExitStack() as stack:
        errand = Errand("live", "sources describe", (), version)
        return _asked(question, desk(answers_for(errand, settings, world, bronze, stack), bronze))


def _question(name: str, dataset: str) -> _Question | Described:
    """What there is to be asked; or what comes of it where the connector knows that itself."""
    connector = connector_of(name)
    if not isinstance(connector, Describing):
        raise UsageError(
            f"The source {name} can't be asked which data sets and codes it has.",
            f"yhovi sources describe {name} shows what is known of it.",
        )
    try:
        first = next(connector.describe(dataset))
    except StopIteration as end:
        return Described(name, dataset, tuple(end.value))
    except SourceError as error:
        raise UsageError(error.message, f"{error.cure} See also: yhovi sources describe {name}") from None
    said = _NOT_IN_NAMES.sub("-", dataset).strip("-")[:_LONGEST_NAME]
    ask = Ask(f"{name}/{_FOLDER}/{said or 'all'}", {"describe": dataset})
    return _Question(name, dataset, connector, Fetch(name, connector, ask, first))


def _asked(question: _Question, desk: Desk) -> Described:
    """Ask the source, and write the manifest that makes the exchange complete."""
    with Held(question.fetch, desk, desk.now()) as held:
        terms = _terms(question, held)
        record = held.finish(len(terms), _row_set(terms))
    return Described(question.source, question.dataset, terms, record.finished_at, archived=False)


def _terms(question: _Question, held: Held) -> tuple[Term, ...]:
    """Hold the exchange to its end; something must come of it."""
    try:
        terms = tuple(driven(question.connector.describe(question.dataset), held.put))
    except SourceError as error:
        raise held.refusal(error) from None
    if not terms:
        address = held.answers[-1].request.address
        raise ExtractError(f"Nothing is listed there ({address}).", "Check the name, or run again later.")
    return terms


def _row_set(terms: Sequence[Term]) -> str:
    rows = RowSet()
    said = [row_of(term) for term in terms]
    rows.add(pa.table({name: pa.array([row[name] for row in said], pa.string()) for name in said[0]}))
    return rows.hexdigest()
