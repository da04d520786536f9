"""From a publisher to the canonical frame: the questions put, the answers kept, the tables read, the recipe applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa

from ...connectors.base import OWN, Answer, Cells, Exchange, Part, Request, SourceError
from ..bronze import Evidence, Kept, Record
from ..errors import ExtractError
from ..observations import Observed, Subject, observe
from ..plan import Fetch, Plan
from ..read.contract import fit
from ..read.readers import read
from ..read.rowset import RowSet
from ..rebasing import Weights
from ..recipe.apply import Recipe, Watch, apply, unwatched
from ..recipe.columns import ROW
from .answers import Answers, archive_names
from .current import Input, at_vintage, loads_of, row_set_of
from .progress import UNWATCHED, Progress

_NO_INPUTS: Mapping[str, Input] = MappingProxyType({})


class Keeper(Protocol):
    """Where answers are kept: the archive, or nowhere."""

    def keep(self, source: str, dataset: str, answer: Answer) -> Kept:
        """Keep the bytes of an answer."""

    def finish(self, record: Record) -> str:
        """Write down that an exchange is complete."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What extracting needs: who answers, where answers are kept, and the clock and ids of this run.

    With ``provenance`` every observation says in ``_row`` which rows of the source it was made of. ``evidence`` judges
    what an exchange brought, where answers come from the source itself, and ``progress`` is told how far it is.
    """

    answers: Answers
    bronze: Keeper
    run_id: str
    engine_version: str
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    provenance: bool = False
    evidence: Callable[[Record], Evidence | None] = lambda _: None
    progress: Progress = UNWATCHED


@dataclass(frozen=True, slots=True)
class Extracted:
    """The observations of one indicator and where they came from.

    ``exchange_id`` names the archive's manifest; None for an indicator that is made of others, which ``input_loads``
    name.
    """

    observed: Observed
    exchange_id: str | None
    rows: int
    row_set: str
    release: str | None
    origin: str
    retrieved_at: datetime
    input_loads: tuple[int, ...] = ()
    evidence: Evidence | None = None


@dataclass
class _Dialogue:
    """One exchange as it happens: each question put, each answer kept."""

    plan: Plan
    fetch: Fetch
    desk: Desk
    kept: list[Kept]
    inputs: Mapping[str, Input]
    answers: list[Answer] = field(default_factory=list)

    def hold(self) -> Sequence[Part]:
        exchange = self.fetch.connector.exchange(self.fetch.ask)
        return _driven(exchange, self._put)

    def _put(self, request: Request) -> Answer:
        answer = self.desk.answers(self.fetch, request)
        self.answers.append(answer)
        self.kept.append(self.desk.bronze.keep(*archive_names(self.fetch), answer))
        return answer

    def refusal(self, error: SourceError) -> ExtractError:
        """The connector's or reader's sentence, with what it doesn't know: the address."""
        request = self.answers[-1].request if self.answers else self.fetch.request
        return ExtractError(f"{error.message} ({request.address})", error.cure)

    def close(self) -> None:
        for answer in self.answers:
            answer.stream.close()


def extract(
    plan: Plan, desk: Desk, kept: list[Kept], watch: Watch = unwatched, inputs: Mapping[str, Input] = _NO_INPUTS
) -> Extracted:
    """Carry out a plan as far as the canonical frame.

    Args:
        plan: What to do; it has something to fetch.
        desk: Who answers, and where answers are kept.
        kept: Is filled with the answers as they come, so that they are known of even where this fails.
        watch: Is told of each step of the recipe.
        inputs: The indicators that its figures are apportioned by, if any.

    Raises:
        ExtractError: The source didn't answer, or its answer can't be used.
        CheckError: The observations break the contract of the canonical frame.
        StorageError: The archive can't be written or read.
    """
    used = {name: at_vintage(inputs[name], plan.vintage) for name in plan.spec.inputs}
    dialogue = _Dialogue(plan, fetch_of(plan), desk, kept, used)
    started = desk.now()
    try:
        parts = dialogue.hold()
        return _understood(dialogue, parts, started, watch)
    except SourceError as error:
        raise dialogue.refusal(error) from None
    finally:
        dialogue.close()


@contextmanager
def parts_of(plan: Plan, desk: Desk) -> Iterator[Sequence[Part]]:
    """The parts of a plan's exchange, to be read as often as one likes while the block lasts.

    Raises:
        ExtractError: The source didn't answer, or its answer can't be used.
    """
    dialogue = _Dialogue(plan, fetch_of(plan), desk, [], _NO_INPUTS)
    try:
        yield dialogue.hold()
    except SourceError as error:
        raise dialogue.refusal(error) from None
    finally:
        dialogue.close()


def fetch_of(plan: Plan) -> Fetch:
    """What a plan asks of a publisher.

    Raises:
        ExtractError: It is made of other indicators.
    """
    if plan.fetch is None:
        raise ExtractError(f"{plan.spec.id} is made of other indicators: there is nothing to fetch.")
    return plan.fetch


def _driven(exchange: Exchange, put: Callable[[Request], Answer]) -> Sequence[Part]:
    """Run an exchange to its end, putting each question it yields."""
    try:
        request = next(exchange)
        while True:
            request = exchange.send(put(request))
    except StopIteration as end:
        parts: Sequence[Part] = end.value
        return parts
    finally:
        exchange.close()


def _understood(dialogue: _Dialogue, parts: Sequence[Part], started: datetime, watch: Watch) -> Extracted:
    """Read and transform; the manifest is written either way, so that a mended spec can be replayed."""
    plan, desk = dialogue.plan, dialogue.desk
    row_set = RowSet()
    understood = False
    made_of: list[Answer | Input] = [*(part.answer for part in parts), *dialogue.inputs.values()]
    origin = "synthetic" if any(one.origin == "synthetic" for one in made_of) else "published"
    try:
        with closing(_tables(dialogue, parts, row_set)) as tables:
            recipe = Recipe(plan.columns, plan.steps, areas=plan.areas_by_level, names=plan.names_by_level)
            cells = apply(tables, recipe, watch=watch)
        observed = observe(cells.to_pandas(), replace(subject(plan, origin), weights=_weights(dialogue)))
        understood = True
    finally:
        record = _record(dialogue, started, row_set if understood else None, _release(parts))
        record = replace(record, evidence=desk.evidence(record))
        desk.bronze.finish(record)
    return Extracted(
        observed=observed,
        exchange_id=record.exchange_id,
        rows=row_set.rows,
        row_set=_identity(row_set, dialogue.inputs),
        release=_release(parts),
        origin=origin,
        retrieved_at=max(one.retrieved_at for one in made_of),
        input_loads=loads_of(dialogue.inputs),
        evidence=record.evidence,
    )


def _release(parts: Sequence[Part]) -> str | None:
    return next((part.release for part in parts if part.release), None)


def _weights(dialogue: _Dialogue) -> Weights | None:
    """By what figures of partnerships are apportioned, if the spec says so."""
    name = dialogue.plan.spec.source.weights
    return Weights(name, dialogue.inputs[name].frame) if name else None


def _identity(rows: RowSet, inputs: Mapping[str, Input]) -> str:
    """The identity of what went in: the rows of the source, and the content of other indicators if there are any."""
    if not inputs:
        return rows.hexdigest()
    return hashlib.sha256(f"{rows.hexdigest()} {row_set_of(inputs).hexdigest()}".encode()).hexdigest()


def subject(plan: Plan, origin: str) -> Subject:
    """What a plan's observations are about."""
    spec = plan.spec
    return Subject(
        indicator_id=spec.id,
        measured=spec.measure.measured,
        level=spec.source.level,
        areas=plan.areas,
        registry=plan.registry,
        origin=origin,
        codes=spec.source.codes,
        made_from=spec.source.made_from,
    )


def _tables(dialogue: _Dialogue, parts: Sequence[Part], row_set: RowSet) -> Generator[pa.Table, None, None]:
    """The tables of all parts, held to the columns that are declared, and counted."""
    for number, part in enumerate(parts, start=1):
        with closing(read_part(dialogue.fetch, part, provenance=dialogue.desk.provenance)) as tables:
            for table in tables:
                fitted = fit(table, dialogue.plan.columns)
                row_set.add(fitted)
                dialogue.desk.progress.read(row_set.rows)
                yield of_part(fitted, number)


def read_part(fetch: Fetch, part: Part, *, provenance: bool) -> Generator[pa.Table, None, None]:
    """The tables in one part of an exchange, as batches, with the columns that the part has beside its answer's."""
    if part.reading.reader != OWN:
        tables = read(part.answer.stream, part.reading, provenance=provenance)
    else:
        tables = _text_tables(fetch.connector.parse(part.answer), provenance=provenance)
    return _labelled(tables, part.labels) if part.labels else tables


def _labelled(
    tables: Generator[pa.Table, None, None], labels: Sequence[tuple[str, str]]
) -> Generator[pa.Table, None, None]:
    """The same rows, each with these columns more."""
    with closing(tables):
        for table in tables:
            taken = [name for name, _ in labels if name in table.column_names]
            if taken:
                message = f"The file has a column '{taken[0]}' of its own."
                raise SourceError(message, "Choose another name in the query: release_column.")
            yield _with_labels(table, labels)


def _with_labels(table: pa.Table, labels: Sequence[tuple[str, str]]) -> pa.Table:
    for name, text in labels:
        table = table.append_column(name, pa.repeat(pa.scalar(text, pa.string()), table.num_rows))
    return table


def _text_tables(batches: Iterable[Cells], *, provenance: bool) -> Generator[pa.Table, None, None]:
    """The rows that a connector reads, counted from 1 for provenance."""
    first = 1
    for cells in batches:
        table = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
        if provenance:
            rows = [str(number) for number in range(first, first + table.num_rows)]
            table = table.append_column(ROW, pa.array(rows, pa.string()))
        first += table.num_rows
        yield table


def of_part(table: pa.Table, number: int) -> pa.Table:
    """The same rows, those of any part but the first saying of which part they are."""
    if number == 1 or ROW not in table.column_names:
        return table
    place = table.schema.get_field_index(ROW)
    rows = [f"{number}:{row}" for row in table.column(ROW).to_pylist()]
    return table.set_column(place, ROW, pa.array(rows, pa.string()))


def _record(dialogue: _Dialogue, started: datetime, row_set: RowSet | None, release: str | None) -> Record:
    fetch, desk = dialogue.fetch, dialogue.desk
    source, dataset = archive_names(fetch)
    parameters: dict[str, Any] = {"query": dict(fetch.ask.query), "areas": list(fetch.ask.areas)}
    return Record(
        exchange_id=desk.new_id(),
        exchange_key=fetch.key,
        source=source,
        dataset=dataset,
        run_id=desk.run_id,
        started_at=started,
        finished_at=desk.now(),
        parameters=parameters,
        kept=tuple(dialogue.kept),
        rows=row_set.rows if row_set else None,
        row_set=row_set.hexdigest() if row_set else None,
        engine_version=desk.engine_version,
        release=release,
    )
