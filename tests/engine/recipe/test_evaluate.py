"""Expressions over frames: the same answer on every engine, and two-valued logic where values are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Column
from yhovi.engine.recipe.language.evaluate import evaluate
from yhovi.engine.recipe.language.expressions import parse
from yhovi.engine.recipe.language.nodes import (
    Arithmetic,
    Comparison,
    Condition,
    Expression,
    Logic,
    Membership,
    Name,
    Negate,
    Not,
    Number,
    Presence,
    Text,
    TextTest,
    Value,
)

from support.properties import tried

Row = Mapping[str, Any]

PEOPLE = """
id | sex     | age     | value | base
1  | Persons | <75 yrs | 10    | 4
2  | Male    | <75 yrs | -2.5  | 0
3  | Female  |         |       | 2
4  |         | All     | 0     | 0
"""
COLUMNS = [Column("id"), Column("sex"), Column("age"), Column("value", "number"), Column("base", "number")]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("sex == 'Persons'", "1"),
        ("sex != 'Persons'", "234"),
        ("not sex == 'Persons'", "234"),
        ("not sex != 'Persons'", "1"),
        ("sex in ('Male', 'Female')", "23"),
        ("sex not in ('Male', 'Female')", "14"),
        ("sex is missing", "4"),
        ("sex is present", "123"),
        ("age is missing or sex is missing", "34"),
        ("sex starts with 'Fe'", "3"),
        ("sex ends with 'ale'", "23"),
        ("sex contains 'al'", "23"),
        ("sex contains '.'", ""),
        ("age contains '<7'", "12"),
        ("not sex contains 'al'", "14"),
        ("sex < 'N'", "23"),
        ("value > 0", "1"),
        ("value >= 0", "14"),
        ("value < 0", "2"),
        ("value <= 0", "24"),
        ("not value > 0", "234"),
        ("value == 0", "4"),
        ("value != 0", "123"),
        ("value in (10, -2.5)", "12"),
        ("value not in (10, -2.5)", "34"),
        ("value is missing", "3"),
        ("value == base", "4"),
        ("value != base", "123"),
        ("value / base > 2", "1"),
        ("value / base is missing", "234"),
        ("-value > 2", "2"),
        ("value + base * 2 == 18", "1"),
        ("(value + base) * 2 == 28", "1"),
        ("value - 1 - 1 == 8", "1"),
        ("8 / 2 / 2 == base", "3"),
        ("sex == 'Male' and value < 0 or sex == 'Female' and value is missing", "23"),
        ("not (sex == 'Male' or sex == 'Female')", "14"),
    ],
)
def test_a_condition_keeps_the_same_rows_on_every_engine(
    typed: Callable[..., nw.DataFrame[Any]], condition: str, kept: str, backend: str
) -> None:
    frame = typed(PEOPLE, COLUMNS, backend).filter(evaluate(parse(condition)))
    assert "".join(frame.get_column("id").to_list()) == kept


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("value / base * 100", [250, None, None, None]),
        ("value * 2 + base", [24, -5, None, 0]),
        ("-value", [-10, 2.5, None, 0]),
        ("value / 0", [None, None, None, None]),
        ("1 / (value - 10)", [None, -0.08, None, -0.1]),
        ("3 - 2 * 2", [-1, -1, -1, -1]),
    ],
)
def test_arithmetic_with_a_missing_number_or_by_zero_is_missing(
    typed: Callable[..., nw.DataFrame[Any]], text: str, values: list[float | None], backend: str
) -> None:
    frame = typed(PEOPLE, COLUMNS, backend).with_columns(evaluate(parse(text)).alias("new"))
    assert [none_if_nan(value) for value in frame.get_column("new").to_list()] == values


def test_the_longest_chains_are_no_trouble(typed: Callable[..., nw.DataFrame[Any]], backend: str) -> None:
    frame = typed(PEOPLE, COLUMNS, backend)
    total = evaluate(parse("base" + "+base" * 100))
    assert frame.with_columns(total.alias("new")).get_column("new").to_list() == [404, 0, 202, 0]
    anyone = evaluate(parse(" or ".join(f"id=='{number}'" for number in range(3, 140))))
    assert frame.filter(anyone).get_column("id").to_list() == ["3", "4"]


number_columns, text_columns = ("n", "m"), ("s", "t")
some_numbers = st.sampled_from([-3.0, -1.0, 0.0, 0.5, 1.0, 2.0, 10.0])
some_texts = st.sampled_from(["", "a", "b", "ab", "Å", "a.b"])
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(number_columns, st.none() | some_numbers),
        **dict.fromkeys(text_columns, st.none() | some_texts.filter(bool)),
    }
)
text_values = st.builds(Text, some_texts) | st.builds(Name, st.sampled_from(text_columns))


def sums(signs: tuple[str, ...]) -> st.SearchStrategy[Value]:
    """Values made of numbers by operators, those of one element of ``signs`` in a chain."""
    leaves = st.builds(Number, some_numbers) | st.builds(Name, st.sampled_from(number_columns))

    def larger(parts: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
        rests = [st.lists(st.tuples(st.sampled_from(equals), parts), min_size=1, max_size=2) for equals in signs]
        return st.builds(Negate, parts) | st.builds(Arithmetic, parts, st.one_of(rests).map(tuple))

    return st.recursive(leaves, larger, max_leaves=4)


# polars divides by a constant by multiplying with its inverse: the last digit differs, and so may a comparison
number_values = sums(("+-", "*"))
signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
named_number = st.builds(Name, st.sampled_from(number_columns))
named_text = st.builds(Name, st.sampled_from(text_columns))
tests = st.one_of(
    st.builds(Comparison, signs, named_number, number_values),
    st.builds(Comparison, signs, number_values, named_number),
    st.builds(Comparison, signs, named_text, text_values),
    st.builds(
        Membership, named_number, st.lists(st.builds(Number, some_numbers), min_size=1).map(tuple), st.booleans()
    ),
    st.builds(Membership, named_text, st.lists(st.builds(Text, some_texts), min_size=1).map(tuple), st.booleans()),
    st.builds(Presence, named_number | named_text, st.booleans()),
    st.builds(TextTest, st.sampled_from(["starts with", "ends with", "contains"]), named_text, some_texts),
)
conditions = st.recursive(
    tests,
    lambda parts: (
        st.builds(Not, parts)
        | st.builds(Logic, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


def framed(cases: list[Row], backend: Any) -> nw.DataFrame[Any]:
    kinds = {**dict.fromkeys(number_columns, pa.float64()), **dict.fromkeys(text_columns, pa.string())}
    columns = {name: pa.array([case[name] for case in cases], kind) for name, kind in kinds.items()}
    return nw.from_arrow(pa.table({"id": pa.array(range(len(cases)), pa.int64()), **columns}), backend=backend)


@tried(100)
@given(st.lists(rows, min_size=1, max_size=8), conditions)
def test_a_condition_keeps_what_python_would_keep(backend: str, cases: list[Row], condition: Condition) -> None:
    frame = framed(cases, backend)
    expected = [place for place, case in enumerate(cases) if holds(condition, case)]
    assert frame.filter(evaluate(condition)).get_column("id").to_list() == expected


@tried(100)
@given(st.lists(rows, min_size=1, max_size=8), conditions)
def test_a_row_is_kept_by_a_condition_or_by_its_opposite(backend: str, cases: list[Row], condition: Condition) -> None:
    frame = framed(cases, backend)
    halves = [frame.filter(evaluate(half)).get_column("id").to_list() for half in (condition, Not(condition))]
    assert sorted([*halves[0], *halves[1]]) == list(range(len(cases)))


@tried(100)
@given(st.lists(rows, min_size=1, max_size=8), sums(("+-", "*/")))
def test_a_sum_is_what_python_would_reckon(backend: str, cases: list[Row], value: Value) -> None:
    frame = framed(cases, backend).with_columns(evaluate(value).alias("new"))
    found = [none_if_nan(number) for number in frame.get_column("new").to_list()]
    for number, case in zip(found, cases, strict=True):
        expected = worth(value, case)
        # Terms that cancel each other leave an error of their size, and polars divides by way of the inverse.
        assert number == (
            expected if expected is None else pytest.approx(expected, abs=1e-12 * (1 + size(value, case)))
        )


def none_if_nan(value: float | None) -> float | None:
    return None if value is None or value != value else value  # noqa: PLR0124


def worth(value: Expression, case: Row) -> Any:
    """A value as Python reckons it, row by row."""
    match value:
        case Number(constant) | Text(constant):
            return constant
        case Name(name):
            return case[name]
        case Negate(operand):
            number = worth(operand, case)
            return None if number is None else -number
        case Arithmetic(first, rest):
            found = worth(first, case)
            for sign, operand in rest:
                found = reckoned(sign, found, worth(operand, case))
            return found
    raise AssertionError(value)


def size(value: Expression, case: Row) -> float:
    """The largest that the terms of a value can add up to, whatever their signs."""
    match value:
        case Number(constant):
            return abs(constant)
        case Name(name):
            return abs(case[name] or 0.0)
        case Negate(operand):
            return size(operand, case)
        case Arithmetic(first, rest):
            found = size(first, case)
            for sign, operand in rest:
                other = size(operand, case)
                by = abs(worth(operand, case) or 1.0)
                found = {"+": found + other, "-": found + other, "*": found * other, "/": found * other / by**2}[sign]
            return found
    raise AssertionError(value)


def reckoned(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)


def holds(condition: Expression, case: Row) -> bool:
    """Whether a condition is true, as Python sees it: a test of what is missing is false."""
    match condition:
        case Not(operand):
            return not holds(operand, case)
        case Logic(joint, operands):
            return (all if joint == "and" else any)(holds(operand, case) for operand in operands)
        case Presence(operand, present):
            return (worth(operand, case) is not None) is present
        case Comparison("!=", left, right):
            return not holds(Comparison("==", left, right), case)
        case Membership(operand, options, negated):
            return (worth(operand, case) in [option.value for option in options]) is not negated
        case _:
            return passes(condition, case)


def passes(test: Expression, case: Row) -> bool:
    match test:
        case Comparison(sign, left, right):
            values = worth(left, case), worth(right, case)
            return None not in values and compared(sign, *values)
        case TextTest(how, operand, text):
            value = worth(operand, case)
            ways = {"starts with": str.startswith, "ends with": str.endswith, "contains": str.__contains__}
            return value is not None and ways[how](value, text)
    raise AssertionError(test)


def compared(sign: str, left: Any, right: Any) -> bool:
    ways = {"==": "__eq__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
    return bool(getattr(left, ways[sign])(right))
