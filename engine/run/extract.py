"""From the answers of a publisher to the canonical frame: the tables read, the recipe applied."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from ...connectors.base import OWN, Answer, Cells, Part, SourceError
from ..bronze import Evidence, Kept
from ..observations import Observed, Subject, observe
from ..plan import Fetch, Plan
from ..read.contract import fit
from ..read.readers import read
from ..read.rowset import RowSet
from ..rebasing import Weights
from ..recipe.apply import Recipe, Watch, apply, unwatched
from ..recipe.columns import ROW
from .asking import Asked, ask
from .current import Input, at_vintage, loads_of, row_set_of
from .desk import Desk

if TYPE_CHECKING:
    import pandas as pd

_NO_INPUTS: Mapping[str, Input] = MappingProxyType({})


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
    with ask(plan, desk, kept) as asked:
        return understand(asked, inputs, watch)


def understand(asked: Asked, inputs: Mapping[str, Input] = _NO_INPUTS, watch: Watch = unwatched) -> Extracted:
    """Read and transform what was answered; the manifest is written either way, so that a mended spec can be replayed.

    Raises:
        YhoviError: As ``extract`` does.
    """
    parts, plan = asked.answered(), asked.plan
    used = {name: at_vintage(inputs[name], plan.vintage) for name in plan.spec.inputs}
    made_of: list[Answer | Input] = [*(part.answer for part in parts), *used.values()]
    origin = "synthetic" if any(one.origin == "synthetic" for one in made_of) else "published"
    rows, observed = RowSet(), None
    try:
        cells = _cells(asked, rows, watch)
        observed = observe(cells, replace(subject(plan, origin), weights=_weights(plan, used)))
    except SourceError as error:
        raise asked.refusal(error) from None
    finally:
        record = asked.finish(rows.rows, rows.hexdigest()) if observed is not None else asked.finish(None, None)
    return Extracted(
        observed=observed,
        exchange_id=record.exchange_id,
        rows=rows.rows,
        row_set=_identity(rows, used),
        release=record.release,
        origin=origin,
        retrieved_at=max(one.retrieved_at for one in made_of),
        input_loads=loads_of(used),
        evidence=record.evidence,
    )


def _cells(asked: Asked, rows: RowSet, watch: Watch) -> pd.DataFrame:
    """What the recipe makes of the tables, whose rows are counted in."""
    plan = asked.plan
    with closing(_tables(asked, rows)) as tables:
        recipe = Recipe(plan.columns, plan.steps, areas=plan.areas_by_level, names=plan.names_by_level)
        return apply(tables, recipe, watch=watch).to_pandas()


def _weights(plan: Plan, used: Mapping[str, Input]) -> Weights | None:
    """By what figures of partnerships are apportioned, if the spec says so."""
    name = plan.spec.source.weights
    return Weights(name, used[name].frame) if name else None


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


def _tables(asked: Asked, rows: RowSet) -> Generator[pa.Table, None, None]:
    """The tables of all parts, held to the columns that are declared, and counted."""
    desk = asked.desk
    for number, part in enumerate(asked.parts, start=1):
        with closing(read_part(asked.fetch, part, provenance=desk.provenance)) as tables:
            for table in tables:
                fitted = fit(table, asked.plan.columns)
                rows.add(fitted)
                desk.progress.read(rows.rows)
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
