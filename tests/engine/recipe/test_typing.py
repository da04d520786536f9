"""What is known beforehand is what comes out: columns, kinds, companions and units of recipes made up at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.measures import UNITS, quantity
from yhovi.engine.recipe.cells import type_columns
from yhovi.engine.recipe.columns import CARRIED, Columns, companion, has_companion
from yhovi.engine.recipe.language.expressions import parse
from yhovi.engine.recipe.language.kinds import typed
from yhovi.engine.recipe.language.labels import can_hold
from yhovi.engine.recipe.language.nodes import Arithmetic, Expression, Name, Negate, Number
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe
from yhovi.engine.recipe.steps import STEPS, StepContext

from support.properties import tried

Frame = nw.DataFrame[Any]
Step = tuple[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

MARKERS = (("[c]", "suppressed"), ("[u]", "unreliable"))
COLUMNS = [
    Column("Area", whole=("All",)),
    Column("Sex", whole=("Persons",)),
    Column("Text"),
    Column("Cases", "number", unit="count", measure="count", markers=MARKERS),
    Column("People", "number", unit="thousand", measure="count"),
    Column("Rate", "number", unit="percent", measure="crude_rate"),
    Column("Share", "number", unit="fraction", markers=MARKERS),
    Column("Plain", "number"),
    Column("years", "number", pattern=r"\d{4}", unit="gbp_million", measure="amount", markers=MARKERS),
]
SEXES, AREAS = ("Male", "Female", "Persons"), ("A", "B", "All")
NUMBERS = ("0", "1", "2", "12.5", "-3", "1,000")
cells: Mapping[str, st.SearchStrategy[str | None]] = {
    "Area": st.sampled_from(AREAS),
    "Sex": st.none() | st.sampled_from(SEXES),
    "Text": st.none() | st.sampled_from((*NUMBERS, "[c]")),
    "_row": st.sampled_from(("1", "2", "3")),
    **{
        name: st.none() | st.sampled_from((*NUMBERS, *(("[c]",) if name in ("Cases", "Share", "2011", "2021") else ())))
        for name in ("Cases", "People", "Rate", "Share", "Plain", "2011", "2021")
    },
}
tables = st.lists(st.fixed_dictionaries(cells), max_size=6).map(
    lambda rows: pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in cells})
)


def faults_of(columns: Columns, step: Step) -> list[str]:
    codes: list[str] = []
    SIGNATURES[step[0]].infer(columns, bind(*step), lambda _, code, *__: codes.append(code))
    return codes


def after(columns: Columns, step: Step) -> Columns:
    return SIGNATURES[step[0]].infer(columns, bind(*step), lambda *_: None)


def named(columns: Columns, kind: str) -> list[str]:
    return [column.name for column in columns.values() if column.kind == kind and column.pattern is None]


def quoted(name: str) -> str:
    return f"`{name}`"


def a_condition(draw: Draw, columns: Columns) -> str:
    text, number = (st.sampled_from([*map(quoted, named(columns, kind))] or ["1"]) for kind in ("text", "number"))
    tests = [
        st.tuples(text, st.sampled_from(["== 'Male'", "!= 'All'", "in ('A', 'Persons')", "is present"])),
        st.tuples(text, st.sampled_from(["starts with 'P'", "contains 'al'", "not in ('All')", "< 'C'"])),
        st.tuples(number, st.sampled_from(["> 1.2345", "<= 1.2345", "is missing"])),
    ]
    parts = [" ".join(part) for part in draw(st.lists(st.one_of(tests), min_size=1, max_size=3))]
    return str(draw(st.sampled_from([" and ", " or ", " and not "]))).join(parts)


def an_expression(draw: Draw, columns: Columns) -> str:
    names = st.sampled_from([*map(quoted, named(columns, "number"))] or ["7"])
    form = draw(st.sampled_from(["{} / {}", "4 / {}", "{} - {}", "{} * {}", "{} * 1000", "{} / 4", "-{}"]))
    return str(form).format(*(draw(names) for _ in range(form.count("{}"))))


def a_keep(draw: Draw, columns: Columns, _: Sequence[str]) -> Any:
    return a_condition(draw, columns)


def a_rename(draw: Draw, columns: Columns, fresh: Sequence[str]) -> Any:
    return {draw(st.sampled_from(named(columns, "text") + named(columns, "number"))): fresh[0]}


def a_number(draw: Draw, _: Columns, __: Sequence[str]) -> Any:
    markers = [{"[c]": "suppressed"}, {"[c]": "suppressed", "x": "estimated"}]
    return {"column": "Text", "markers": draw(st.sampled_from(markers))}


def a_derive(draw: Draw, columns: Columns, fresh: Sequence[str]) -> Any:
    copied = draw(st.sampled_from(named(columns, "text") + named(columns, "number")))
    return {fresh[0]: an_expression(draw, columns), fresh[1]: quoted(copied)}


def a_declare(draw: Draw, columns: Columns, _: Sequence[str]) -> Any:
    unit = draw(st.sampled_from(["percent", "count"]))
    return {draw(st.sampled_from(named(columns, "number"))): {"unit": unit}}


def a_convert(draw: Draw, columns: Columns, _: Sequence[str]) -> Any:
    several = st.lists(st.sampled_from(named(columns, "number")), min_size=1, max_size=2, unique=True)
    return {"column": draw(several), "to": draw(st.sampled_from(["percent", "thousand", "per_1000"]))}


def an_unpivot(draw: Draw, columns: Columns, fresh: Sequence[str]) -> Any:
    of_a_kind = st.sampled_from(named(columns, draw(st.sampled_from(["text", "number"]))))
    melted = draw(st.just("years") | st.lists(of_a_kind, min_size=1, max_size=2, unique=True))
    return {"columns": melted, "name": fresh[0], "value": fresh[1]}


def a_pivot(draw: Draw, columns: Columns, fresh: Sequence[str]) -> Any:
    keys = [name for name in named(columns, "text") if name != "Sex"]
    values = draw(st.sampled_from(named(columns, "number")))
    names = {"Male": fresh[0], "Female": fresh[1]}
    return {"from": "Sex", "values": values, "columns": names, "keys": keys, "others": "ignore"}


ROWWISE: Mapping[str, Callable[[Draw, Columns, Sequence[str]], Any]] = {
    "keep": a_keep,
    "rename": a_rename,
    "number": a_number,
    "derive": a_derive,
    "declare": a_declare,
    "convert": a_convert,
    "unpivot": an_unpivot,
}
STEPS_TRIED = {**ROWWISE, "pivot": a_pivot}


@st.composite
def recipes(draw: Draw, *, rowwise: bool = False) -> list[Step]:
    """Steps without a fault, each fit for what those before it leave."""
    columns, steps, tried = Columns.of(COLUMNS), [], ROWWISE if rowwise else STEPS_TRIED
    for place in range(draw(st.integers(1, 5))):
        if not named(columns, "text") or not named(columns, "number"):
            break
        name = draw(st.sampled_from([*tried, "derive", "derive", "convert"]))
        step = (name, tried[name](draw, columns, (f"new {place}", f"also {place}")))
        if not faults_of(columns, step):
            steps.append(step)
            columns = after(columns, step)
    return steps


def run(table: pa.Table, steps: Sequence[Step], backend: Any) -> tuple[Frame, Columns]:
    columns = Columns.of(COLUMNS)
    frame = nw.from_arrow(type_columns(table, COLUMNS), backend=backend)
    for name, arguments in steps:
        frame = STEPS[name](frame, bind(name, arguments), StepContext(columns))
        columns = after(columns, (name, arguments))
    return frame, columns


def run_or_give_up(table: pa.Table, steps: Sequence[Step], backend: Any) -> tuple[Frame, Columns]:
    """What comes of a recipe, if these data are such as it can work on."""
    try:
        return run(table, steps, backend)
    except SourceError:
        assume(condition=False)
        raise


def predicted(columns: Columns, frame: Frame) -> dict[str, Any]:
    """The columns that a frame should have, each with its type."""
    types = {"text": nw.String, "number": nw.Float64}
    found: dict[str, Any] = {}
    for name, column in columns.items():
        headers = columns.members(name, frame.columns) if column.pattern is not None else (name,)
        for header in headers:
            found[header] = types[column.kind]
            if has_companion(column):
                found[companion(header)] = nw.String
    return found


def rows_of(frame: Frame, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The rows in an order of their own, numbers to as many digits as engines agree on."""

    def said(value: Any) -> str:
        if isinstance(value, float):
            return "" if math.isnan(value) else f"{value + 0.0:.9g}"
        return "" if value is None else str(value)

    return sorted(tuple(map(said, row)) for row in frame.select(*names).rows())


@tried(60)
@given(tables, recipes())
def test_the_columns_that_are_foreseen_are_those_that_come(backend: Any, table: pa.Table, steps: list[Step]) -> None:
    frame, columns = run_or_give_up(table, steps, backend)
    schema = {name: kind for name, kind in frame.schema.items() if name != "_row"}
    assert schema == predicted(columns, frame)
    assert [name for name in frame.columns if not name.startswith(CARRIED) and name in columns] == [
        name for name, column in columns.items() if column.pattern is None
    ]
    assert "_row" in frame.columns
    if "pivot" in dict(steps):
        return  # where a key has no row of a category, its column is empty
    for name in [name for name in schema if companion(name) in schema]:
        assert len(frame.filter(nw.col(name).is_null() & nw.col(companion(name)).is_null())) == 0


@tried(15)
@given(tables, recipes())
def test_what_is_foreseen_step_by_step_is_foreseen_of_the_whole(table: pa.Table, steps: list[Step]) -> None:
    _, columns = run_or_give_up(table, steps, "pandas")
    codes: list[str] = []
    whole = check_recipe(Columns.of(COLUMNS), steps, lambda _, code, *__: codes.append(code))
    assert codes == ["observe-missing"]
    assert list(whole.values()) == list(columns.values())


@tried(30)
@given(tables, recipes())
def test_engines_agree(table: pa.Table, steps: list[Step]) -> None:
    frames = [run_or_give_up(table, steps, backend)[0] for backend in ("pandas", "polars")]
    assert set(frames[0].columns) == set(frames[1].columns)
    assert rows_of(frames[0], frames[0].columns) == rows_of(frames[1], frames[0].columns)


@tried(20)
@given(tables, recipes(rowwise=True), st.integers(0, 6), st.randoms(use_true_random=False))
def test_rowwise_steps_do_not_mind_batches_nor_the_order_of_rows(
    backend: Any, table: pa.Table, steps: list[Step], cut: int, random: Any
) -> None:
    whole, _ = run_or_give_up(table, steps, backend)
    halves = [run(part, steps, backend)[0] for part in (table.slice(0, cut), table.slice(cut))]
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled, _ = run(table.take(pa.array(order, pa.int64())), steps, backend)
    rows = rows_of(whole, whole.columns)
    assert sorted([row for half in halves for row in rows_of(half, whole.columns)]) == rows
    assert rows_of(shuffled, whole.columns) == rows


@tried(30)
@given(tables, st.data())
def test_the_order_of_two_keeps_does_not_matter(backend: Any, table: pa.Table, data: st.DataObject) -> None:
    conditions = [("keep", a_condition(data.draw, Columns.of(COLUMNS))) for _ in range(2)]
    assume(not any(faults_of(Columns.of(COLUMNS), step) for step in conditions))
    one, foreseen = run(table, conditions, backend)
    other, also_foreseen = run(table, conditions[::-1], backend)
    assert rows_of(one, one.columns) == rows_of(other, one.columns)
    assert one.get_column("_row").to_list() == other.get_column("_row").to_list()
    assert list(foreseen.values()) == list(also_foreseen.values())


@tried(30)
@given(tables, st.data())
def test_a_label_that_is_ruled_out_is_not_there(backend: Any, table: pa.Table, data: st.DataObject) -> None:
    condition = a_condition(data.draw, Columns.of(COLUMNS))
    assume(not faults_of(Columns.of(COLUMNS), ("keep", condition)))
    frame, columns = run(table, [("keep", condition)], backend)
    for name, labels in (("Area", AREAS), ("Sex", SEXES)):
        there = {*frame.get_column(name).drop_nulls().to_list()}
        assert there <= {label for label in labels if can_hold(parse(condition), name, label)}
        assert not there & ({*Columns.of(COLUMNS)[name].whole} - {*columns[name].whole})


names = ("x", "y", "z")
literals = st.sampled_from([0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 3.0, 0.5, 52.0]).map(Number)
leaves = st.sampled_from(names).map(Name)


def applied(left: Expression, sign: Any, right: Expression) -> Expression:
    return Arithmetic(left, ((sign, right),))


def larger(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    times, plus = st.sampled_from("*/"), st.sampled_from("+-")
    return st.one_of(
        st.builds(Negate, parts),
        st.builds(applied, parts, times, parts),
        st.builds(applied, parts, times, literals),
        st.builds(applied, literals, times, parts),
        st.builds(applied, parts, plus, literals),
        # of one unit, whichever it is
        parts.map(lambda part: applied(part, "+", applied(part, "*", Number(3.0)))),
    )


sums = st.recursive(leaves, larger, max_leaves=4)
ways: Mapping[str, Callable[[float, float], float]] = {
    "+": float.__add__,
    "-": float.__sub__,
    "*": float.__mul__,
    "/": float.__truediv__,
}


def printed(node: Expression, numbers: Mapping[str, float]) -> float:
    """What an expression gives for the numbers as they are printed."""
    match node:
        case Number(value):
            return value
        case Name(name):
            return numbers[name]
        case Negate(operand):
            return -printed(operand, numbers)
        case Arithmetic(first, ((sign, second),)):
            return ways[sign](printed(first, numbers), printed(second, numbers))
    raise AssertionError(node)


def meant(node: Expression, columns: Columns, numbers: Mapping[str, float]) -> float:
    """What it gives in base units: a power of ten only says things in another unit, so it is none of it."""
    match node:
        case Name(name):
            return numbers[name] * quantity(columns[name].unit or "").scale
        case Negate(operand):
            return -meant(operand, columns, numbers)
        case Arithmetic(first, (("+" | "-" as sign, Number(value)),)):
            unit = typed(first, columns, pytest.fail).unit
            return ways[sign](meant(first, columns, numbers), value * quantity(unit or "").scale)
        case Arithmetic(first, ((sign, second),)):
            return ways[sign](*(in_base(part, columns, numbers) for part in (first, second)))
    raise AssertionError(node)


def in_base(node: Expression, columns: Columns, numbers: Mapping[str, float]) -> float:
    if isinstance(node, Number):
        return 1.0 if math.log10(node.value).is_integer() else node.value
    return meant(node, columns, numbers)


@settings(max_examples=200)
@given(
    sums, st.tuples(*[st.sampled_from(list(UNITS))] * 3), st.tuples(*[st.sampled_from([0.25, 1.0, 2.0, 7.0, 40.0])] * 3)
)
def test_a_unit_says_what_the_number_means(
    expression: Expression, units: Sequence[str], values: Sequence[float]
) -> None:
    columns = Columns.of(Column(name, "number", unit=unit) for name, unit in zip(names, units, strict=True))
    numbers = dict(zip(names, values, strict=True))
    try:
        value, physical = printed(expression, numbers), meant(expression, columns, numbers)
    except ZeroDivisionError:
        assume(condition=False)
        raise
    unit = typed(expression, columns, pytest.fail).unit
    assert unit is not None
    assert value * quantity(unit).scale == pytest.approx(physical, rel=1e-6, abs=1e-9 * quantity(unit).scale)
