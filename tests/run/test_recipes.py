"""The shipped recipes, over their recordings: what was foretold comes out, and the order of rows says nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pytest
import yhovi.indicators
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.observations import Observed, observe
from yhovi.engine.plan import Plan
from yhovi.engine.read.contract import fit
from yhovi.engine.recipe.apply import Recipe, apply
from yhovi.engine.recipe.columns import Columns, companion, has_companion
from yhovi.engine.recipe.signatures import SIGNATURES
from yhovi.engine.recordings import Recordings
from yhovi.engine.run.current import Input
from yhovi.engine.run.extract import read_part, subject
from yhovi.engine.run.inputs import combine
from yhovi.engine.settings import Settings
from yhovi.engine.spec import in_order, load_specs

from support.catalogue import by_day

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
PLANS: Mapping[str, Plan] = {
    plan.spec.id: plan
    for plan in compile_plans(in_order(load_specs([CATALOGUE])), Settings(Path()))
    if not plan.spec.draft  # which has no recording
}
NOW = datetime(2026, 1, 15, tzinfo=UTC)
FETCHED = [name for name, plan in PLANS.items() if plan.fetch]
DERIVED = [name for name, plan in PLANS.items() if not plan.fetch]


@cache
def tables(name: str) -> tuple[pa.Table, ...]:
    """What the recording of an indicator holds, fitted to the columns that its recipe starts from."""
    return tuple(_tables(PLANS[name]))


def _tables(plan: Plan) -> Iterator[pa.Table]:
    fetch = plan.fetch
    assert fetch is not None
    exchange = fetch.connector.exchange(fetch.ask)
    request = next(exchange)
    while True:
        try:
            request = exchange.send(Recordings([CATALOGUE / "recordings"]).send(request))
        except StopIteration as end:
            parts = end.value
            break
    for part in parts:
        with closing(read_part(fetch, part, provenance=False)) as found:
            yield from (fit(table, plan.columns) for table in found)


@cache
def observed(name: str) -> Observed:
    plan = PLANS[name]
    base = plan.spec.source.base
    if base is None:
        return _applied(plan, tables(name))
    return combine(plan, base, {other: _input(observed(other).frame) for other in plan.spec.inputs}).observed


def _applied(plan: Plan, found: Any, **more: Any) -> Observed:
    recipe = Recipe(plan.columns, plan.steps, areas=plan.areas_by_level)
    return observe(apply(found, recipe, **more).to_pandas(), subject(plan, "published"))


def _input(frame: pd.DataFrame) -> Input:
    return Input(frame, NOW, "published")


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    order = list(range(table.num_rows))
    random.Random(seed).shuffle(order)
    return table.take(pa.array(order, pa.int64()))


@pytest.mark.parametrize("name", by_day(FETCHED))
def test_any_order_of_rows_gives_the_same_observations(name: str) -> None:
    for seed in range(3):
        other = _applied(PLANS[name], [shuffled(table, seed) for table in reversed(tables(name))])
        pd.testing.assert_frame_equal(other.frame, observed(name).frame, check_exact=True)


@pytest.mark.parametrize("name", by_day(DERIVED))
def test_any_order_of_the_inputs_gives_the_same_observations(name: str) -> None:
    plan = PLANS[name]
    base = plan.spec.source.base
    assert base is not None
    mixed = {other: _input(observed(other).frame.sample(frac=1, random_state=7)) for other in plan.spec.inputs}
    pd.testing.assert_frame_equal(combine(plan, base, mixed).observed.frame, observed(name).frame, check_exact=True)


@pytest.mark.parametrize("name", by_day(FETCHED))
def test_both_engines_give_the_same_observations(name: str) -> None:
    other = _applied(PLANS[name], tables(name), backend="polars")
    pd.testing.assert_frame_equal(other.frame, observed(name).frame, check_exact=True)


def foretold(plan: Plan) -> list[Columns]:
    """The columns before the first step and after each one, as they are known before anything is fetched."""
    known = [Columns.of(plan.columns, inputs=plan.spec.inputs)]
    for step, arguments in plan.steps:
        known.append(SIGNATURES[step].infer(known[-1], arguments, _refuse))
    return known


def _refuse(*said: Any) -> None:
    raise AssertionError(said)


@pytest.mark.parametrize("name", by_day(PLANS))
def test_the_columns_that_were_foretold_come_out(name: str) -> None:
    """After every step: the names, the kinds, and the companions of numbers that can be missing for a reason."""
    plan = PLANS[name]
    known = foretold(plan)
    seen = []

    def watch(place: int, _: Any, frame: nw.DataFrame[Any]) -> None:
        seen.append(place)
        columns = known[place + 1]
        groups = [column.name for column in columns.values() if column.pattern]
        members = {header for group in groups for header in columns.members(group, frame.columns)}
        there = {name for name in frame.columns if not name.startswith("_")}
        plain = {column.name: column for column in columns.values() if not column.pattern}
        assert there == {*plain, *members}
        for column in plain.values():
            if place + 1 < len(plan.steps):  # an observation's status is a column of its own
                assert (companion(column.name) in frame.columns) is has_companion(column), (place, column.name)
            kind = frame.schema[column.name]
            assert (kind == nw.Float64) is (column.kind == "number"), (place, column.name, kind)

    base = plan.spec.source.base
    if base is None:
        _applied(plan, tables(name), watch=watch)
    else:
        combine(plan, base, {other: _input(observed(other).frame) for other in plan.spec.inputs}, watch=watch)
    assert {*seen} == {*range(-1, len(plan.steps))}
