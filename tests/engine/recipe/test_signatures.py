"""What is known of steps and recipes before there is any data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors.base import Column
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe
from yhovi.engine.recipe.steps import STEPS

MARKED = (("[c]", "suppressed"),)
COLUMNS = Columns.of(
    [
        Column("Area"),
        Column("Name"),
        Column("Sex"),
        Column("Year"),
        Column("Text"),
        Column("Value", "number", unit="percent", markers=MARKED),
        Column("Jobs", "number", unit="thousand"),
        Column("Half width", "number", unit="percent"),
        Column("years", "number", pattern=r"\d{4}", unit="gbp_million", markers=MARKED),
    ]
)
LISTED = ", ".join(f"`{name}`" for name in COLUMNS)
OBSERVE = ("observe", {"area": "Area", "value": "Value", "period": "Year"})

Fault = tuple[tuple[str | int, ...], str, str, str, str]


def checked(*steps: tuple[str, Any]) -> tuple[Columns, list[Fault]]:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        faults.append((at, code, found, allowed, cure))

    return check_recipe(COLUMNS, steps, report), faults


def after(name: str, arguments: Any) -> Columns:
    """The columns after a step without a fault."""
    columns, faults = checked((name, arguments))
    assert [fault for fault in faults if fault[1] != "observe-missing"] == []
    return columns


def descriptions(schema: Any) -> Iterator[bool]:
    """Whether each schema within a schema is described."""
    if isinstance(schema, Mapping):
        yield "description" in schema
        for inner in (*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")):
            yield from descriptions(inner)


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_a_signature_is_complete(name: str) -> None:
    signature = SIGNATURES[name]
    Draft202012Validator.check_schema(signature.argument_schema)
    assert json.loads(json.dumps(signature.argument_schema)) == signature.argument_schema
    assert all(descriptions(signature.argument_schema))
    assert signature.name == name
    assert signature.summary.endswith(".")
    assert signature.revision >= 1


def test_every_step_has_a_signature_and_an_implementation() -> None:
    assert SIGNATURES.keys() == STEPS.keys()


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("keep", "Sex == 'Persons'", True),
        ("keep", "", False),
        ("keep", {"condition": "Sex == 'Persons'"}, False),
        ("rename", {"Area": "area"}, True),
        ("rename", {}, False),
        ("number", {"column": "Text", "footnotes": True, "markers": {"[c]": "suppressed"}}, True),
        ("number", {"column": "Text", "markers": {"[c]": "secret"}}, False),
        ("number", {"column": "Text", "unit": "percent"}, False),
        ("derive", {"new": "1"}, True),
        ("derive", {"new": 1}, False),
        ("period", {"from": "Year", "as": "calendar_year"}, True),
        ("period", {"from": "Year", "as": "year"}, False),
        ("unpivot", {"columns": "years", "name": "Year", "value": "GVA"}, True),
        ("unpivot", {"columns": ["a", "b"], "name": "Year", "value": "GVA"}, True),
        ("unpivot", {"columns": ["a", "a"], "name": "Year", "value": "GVA"}, False),
        ("unpivot", {"columns": [], "name": "Year", "value": "GVA"}, False),
        ("pivot", {"from": "a", "values": "b", "columns": {"c": "d"}, "keys": ["e"], "others": "ignore"}, True),
        ("pivot", {"from": "a", "values": "b", "columns": {"c": "d"}}, False),
        ("pivot", {"from": "a", "values": "b", "columns": {"c": "d"}, "keys": ["e"], "others": "keep"}, False),
        ("observe", {"area": "a", "value": "b", "provisional": "latest_period"}, True),
        ("observe", {"area": "a"}, False),
        ("observe", {"area": "a", "value": "b", "provisional": True}, False),
    ],
)
def test_arguments_are_told_from_others_by_their_schema(name: str, arguments: Any, *, allowed: bool) -> None:
    assert Draft202012Validator(SIGNATURES[name].argument_schema).is_valid(arguments) is allowed


@pytest.mark.parametrize(
    ("name", "arguments", "bound"),
    [
        ("keep", "a == 'b'", {"condition": "a == 'b'"}),
        ("keep", {"condition": "a == 'b'"}, {"condition": "a == 'b'"}),
        ("rename", {"a": "b"}, {"a": "b"}),
        ("number", {"column": "a"}, {"column": "a", "footnotes": False, "markers": {}}),
        (
            "number",
            MappingProxyType({"column": "a", "markers": MappingProxyType({"x": "suppressed"})}),
            {"column": "a", "footnotes": False, "markers": {"x": "suppressed"}},
        ),
        (
            "unpivot",
            {"columns": ("a", "b"), "name": "c", "value": "d"},
            {"columns": ["a", "b"], "name": "c", "value": "d"},
        ),
        (
            "pivot",
            {"from": "a", "values": "b", "columns": {"c": "d"}, "keys": ("e",)},
            {"from": "a", "values": "b", "columns": {"c": "d"}, "keys": ["e"], "others": "error"},
        ),
        ("observe", {"area": "a", "value": "b"}, {"area": "a", "value": "b", "period": "time_period"}),
        ("observe", {"area": "a", "value": "b", "period": "c"}, {"area": "a", "value": "b", "period": "c"}),
    ],
)
def test_arguments_have_one_canonical_form(name: str, arguments: Any, bound: Mapping[str, Any]) -> None:
    assert bind(name, arguments) == bound
    assert bind(name, bind(name, arguments)) == bound
    assert json.loads(json.dumps(bind(name, arguments))) == bound


@pytest.mark.parametrize(
    ("name", "arguments", "columns"),
    [
        ("keep", "Value > 1", list(COLUMNS.values())),
        (
            "rename",
            {"Value": "Jobs", "Jobs": "Value"},
            [Column("Jobs", "number", unit="percent", markers=MARKED), Column("Value", "number", unit="thousand")],
        ),
        ("number", {"column": "Text"}, [Column("Text", "number")]),
        (
            "number",
            {"column": "Text", "markers": {"x": "suppressed"}},
            [Column("Text", "number", status_from="_status:Text")],
        ),
        (
            "derive",
            {"per job": "Value / Jobs", "double": "Jobs * 2", "copy": "Sex", "one": "1"},
            [
                Column("per job", "number", status_from="_status:per job"),
                Column("double", "number"),
                Column("copy"),
                Column("one", "number"),
            ],
        ),
        ("period", {"from": "Year", "as": "calendar_year"}, [Column("time_period")]),
        (
            "unpivot",
            {"columns": "years", "name": "When", "value": "GVA"},
            [Column("When"), Column("GVA", "number", unit="gbp_million", status_from="_status:GVA")],
        ),
        (
            "unpivot",
            {"columns": ["Value", "Half width"], "name": "What", "value": "Value"},
            [Column("What"), Column("Value", "number", unit="percent", status_from="_status:Value")],
        ),
        (
            "unpivot",
            {"columns": ["Sex", "Name"], "name": "Sex", "value": "Name"},
            [Column("Sex"), Column("Name")],
        ),
    ],
)
def test_a_step_makes_columns(name: str, arguments: Any, columns: list[Column]) -> None:
    made = after(name, arguments)
    assert [made[column.name] for column in columns] == columns


@pytest.mark.parametrize(
    ("name", "arguments", "names"),
    [
        ("unpivot", {"columns": "years", "name": "When", "value": "GVA"}, [*list(COLUMNS)[:-1], "When", "GVA"]),
        (
            "pivot",
            {"from": "Sex", "values": "Value", "columns": {"M": "men", "F": "women"}, "keys": ["Area", "Year"]},
            ["Area", "Year", "men", "women"],
        ),
        (
            "observe",
            {"area": "Area", "value": "Value", "period": "Year", "lower_ci": "Half width", "note": "Text"},
            [
                *("area", "time_period", "breakdown", "value", "lower_ci", "upper_ci"),
                *("numerator", "denominator", "status", "note"),
            ],
        ),
    ],
)
def test_a_step_leaves_exactly_these_columns(name: str, arguments: Any, names: list[str]) -> None:
    assert list(after(name, arguments)) == names


def test_units_and_statuses_go_with_the_numbers() -> None:
    arguments = {"from": "Sex", "values": "Value", "columns": {"M": "men"}, "keys": ["Area", "Year"]}
    assert after("pivot", arguments)["men"] == Column("men", "number", unit="percent", status_from="_status:men")
    observed = after(*OBSERVE)
    assert (observed["value"].unit, observed["value"].kind) == ("percent", "number")


PIVOT = {"from": "Sex", "values": "Value", "columns": {"M": "men"}, "keys": ["Area"]}


@pytest.mark.parametrize(
    ("name", "arguments", "faults"),
    [
        (
            "keep",
            "Sex = 'a'",
            [
                (
                    (),
                    "bad-expression",
                    "At character 5: = is not part of the language.",
                    "columns, numbers, 'text', comparisons (== != < <= > >=), arithmetic (+ - * /) and parentheses",
                    "Write == to compare.",
                )
            ],
        ),
        (
            "keep",
            "Value + 1",
            [((), "kind-mismatch", "The expression gives a number.", "a condition, such as `Sex` == 'Persons'", "")],
        ),
        ("keep", "sex == 'a'", [((), "unknown-column", "There is no column `sex`.", LISTED, "Did you mean `Sex`?")]),
        (
            "rename",
            {"area": "a", "Sex": "Name", "Name": "b", "Year": "b", "Text": "_x", "years": "y"},
            [
                (("area",), "unknown-column", "There is no column `area`.", LISTED, "Did you mean `Area`?"),
                (
                    ("years",),
                    "group-column",
                    "`years` stands for a group of columns.",
                    "a single column",
                    "Unpivot the group first: unpivot: {columns: years, name: …, value: …}.",
                ),
                (("Name",), "duplicate-column", "2 columns are renamed to `b`.", "a new name for each", ""),
                (("Year",), "duplicate-column", "2 columns are renamed to `b`.", "a new name for each", ""),
                (("Text",), "reserved-name", "`_x` starts with an underscore.", "a name that starts otherwise", ""),
            ],
        ),
        (
            "rename",
            {"Sex": "Area"},
            [(("Sex",), "duplicate-column", "There is a column `Area` already.", "a new name", "")],
        ),
        (
            "number",
            {"column": "Value"},
            [(("column",), "kind-mismatch", "`Value` is a number already.", "a column of texts", "Drop this step.")],
        ),
        (
            "number",
            {"column": "value"},
            [(("column",), "unknown-column", "There is no column `value`.", LISTED, "Did you mean `Value`?")],
        ),
        (
            "derive",
            {"Sex": "1", "b": "a + 1", "a": "Value", "c": "Value > 1", "d": "1 +", "_e": "1"},
            [
                (("Sex",), "duplicate-column", "There is a column `Sex` already.", "a new name", ""),
                (
                    ("b",),
                    "unknown-column",
                    "`a` is made by this same step.",
                    "columns made before",
                    "Put the expression that uses it in a derive step of its own, after this one.",
                ),
                (("c",), "kind-mismatch", "The expression is a condition.", "an expression for a number or a text", ""),
                (
                    ("d",),
                    "bad-expression",
                    "The expression ends too early.",
                    "a column, a number, a 'text' or an opening parenthesis",
                    "",
                ),
                (("_e",), "reserved-name", "`_e` starts with an underscore.", "a name that starts otherwise", ""),
            ],
        ),
        (
            "period",
            {"from": "Value", "as": "month"},
            [
                (
                    ("from",),
                    "kind-mismatch",
                    "`Value` is a column of numbers.",
                    "a column of texts",
                    "Numbers are made of text by the step number; use the column before it.",
                )
            ],
        ),
        (
            "unpivot",
            {"columns": "year", "name": "Area", "value": "_v"},
            [
                (
                    ("columns",),
                    "unknown-column",
                    "There is no group of columns `year`.",
                    "`years`",
                    "Did you mean `years`?",
                ),
                (("name",), "duplicate-column", "There is a column `Area` already.", "a new name", ""),
                (("value",), "reserved-name", "`_v` starts with an underscore.", "a name that starts otherwise", ""),
            ],
        ),
        (
            "unpivot",
            {"columns": "Value", "name": "a", "value": "a"},
            [
                (
                    ("columns",),
                    "unknown-column",
                    "There is no group of columns `Value`.",
                    "`years`",
                    "To unpivot a single column, write a list: [Value].",
                ),
                (("value",), "duplicate-column", "There is a column `a` already.", "a new name", ""),
            ],
        ),
        (
            "unpivot",
            {"columns": ["Value", "Sex", "Jobs", "nothing", "years"], "name": "a", "value": "b"},
            [
                (("columns", 3), "unknown-column", "There is no column `nothing`.", LISTED, ""),
                (
                    ("columns", 4),
                    "group-column",
                    "`years` stands for a group of columns.",
                    "a single column",
                    "Unpivot the group first: unpivot: {columns: years, name: …, value: …}.",
                ),
                (
                    ("columns",),
                    "kind-mismatch",
                    "These can't share a column: `Value` (number), `Sex` (text), `Jobs` (number).",
                    "columns of one kind",
                    "",
                ),
                (
                    ("columns",),
                    "unit-mismatch",
                    "These can't share a column: `Value` (percent), `Sex` (no unit), `Jobs` (thousand).",
                    "columns of one unit",
                    "",
                ),
            ],
        ),
        (
            "pivot",
            {
                "from": "Value",
                "values": "Text",
                "columns": {"M": "x", "F": "x", "P": "Area"},
                "keys": ["Area", "Jobs", "Value", "nothing"],
            },
            [
                (
                    ("from",),
                    "kind-mismatch",
                    "`Value` is a column of numbers.",
                    "a column of texts",
                    "Numbers are made of text by the step number; use the column before it.",
                ),
                (
                    ("values",),
                    "kind-mismatch",
                    "`Text` is a column of texts.",
                    "a column of numbers",
                    "Make it a number first: number: {column: Text}.",
                ),
                (
                    ("keys", 1),
                    "kind-mismatch",
                    "`Jobs` is a column of numbers.",
                    "a column of texts",
                    "Numbers are made of text by the step number; use the column before it.",
                ),
                (("keys", 2), "bad-key", "`Value` is taken apart by this step.", "other columns", "Drop this key."),
                (("keys", 3), "unknown-column", "There is no column `nothing`.", LISTED, ""),
                (("columns", "M"), "duplicate-column", "2 categories go to `x`.", "a new name for each", ""),
                (("columns", "F"), "duplicate-column", "2 categories go to `x`.", "a new name for each", ""),
                (("columns", "P"), "duplicate-column", "There is a column `Area` already.", "a new name", ""),
            ],
        ),
        (
            "observe",
            {"area": "area", "value": "Text", "lower_ci": "years", "breakdown": "Value"},
            [
                (("area",), "unknown-column", "There is no column `area`.", LISTED, "Did you mean `Area`?"),
                (
                    ("value",),
                    "kind-mismatch",
                    "`Text` is a column of texts.",
                    "a column of numbers",
                    "Make it a number first: number: {column: Text}.",
                ),
                (
                    (),
                    "unknown-column",
                    "There is no column `time_period`.",
                    LISTED,
                    "Put a step period before this one, or name the column of ISO intervals as period.",
                ),
                (
                    ("lower_ci",),
                    "group-column",
                    "`years` stands for a group of columns.",
                    "a single column",
                    "Unpivot the group first: unpivot: {columns: years, name: …, value: …}.",
                ),
                (
                    ("breakdown",),
                    "kind-mismatch",
                    "`Value` is a column of numbers.",
                    "a column of texts",
                    "Numbers are made of text by the step number; use the column before it.",
                ),
            ],
        ),
        (
            "observe",
            {"area": "Area", "value": "Value", "period": "When"},
            [(("period",), "unknown-column", "There is no column `When`.", LISTED, "")],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(name: str, arguments: Any, faults: list[Fault]) -> None:
    _, told = checked((name, arguments))
    told = [fault for fault in told if fault[1] != "observe-missing"]
    assert told == [((0, name, *at), *rest) for at, *rest in faults]


def test_a_column_is_made_once() -> None:
    period = ("period", {"from": "Year", "as": "calendar_year"})
    _, faults = checked(period, period, ("observe", {"area": "Area", "value": "Value"}))
    assert faults == [((1, "period"), "duplicate-column", "There is a column `time_period` already.", "a new name", "")]


def test_one_fault_does_not_make_others() -> None:
    columns, faults = checked(
        ("rename", {"Sexx": "sex"}),
        ("derive", {"bad": "Value +", "worse": "nothing"}),
        ("unpivot", {"columns": "yeers", "name": "When", "value": "GVA"}),
        ("unpivot", {"columns": ["bad", "worse"], "name": "What", "value": "it"}),
        ("keep", "sex == 'a' and GVA > 1 and GVA == 'x' and it > 1"),
        ("pivot", {"from": "When", "values": "it", "columns": {"a": "x"}, "keys": ["sex", "GVA", "Area"]}),
        ("observe", {"area": "sex", "value": "x", "period": "GVA"}),
    )
    assert [(fault[0], fault[1]) for fault in faults] == [
        ((0, "rename", "Sexx"), "unknown-column"),
        ((1, "derive", "bad"), "bad-expression"),
        ((1, "derive", "worse"), "unknown-column"),
        ((2, "unpivot", "columns"), "unknown-column"),
    ]
    assert list(columns)[:3] == ["area", "time_period", "breakdown"]


END = "observe as the last step, and only there"


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        ([], [((), "observe-missing", "The recipe doesn't end with observe.", END, "")]),
        (
            [("keep", "Value > 1")],
            [((0, "keep"), "observe-missing", "The recipe doesn't end with observe.", END, "")],
        ),
        (
            [OBSERVE, ("keep", "Value > 1")],
            [((0, "observe"), "observe-not-last", "There are steps after observe.", END, "Move it to the end.")],
        ),
        (
            [OBSERVE, OBSERVE],
            [((0, "observe"), "observe-not-last", "There are steps after observe.", END, "Move it to the end.")],
        ),
        ([OBSERVE], []),
    ],
    ids=["empty", "missing", "not last", "twice", "once"],
)
def test_a_recipe_ends_with_observe_and_says_it_once(steps: list[tuple[str, Any]], faults: list[Fault]) -> None:
    assert checked(*steps)[1] == faults


def test_what_follows_an_unknown_step_is_not_guessed_at() -> None:
    columns, faults = checked(("keep", "Sex == 'a'"), ("melt", {}), ("keep", "molten > 1"), OBSERVE)
    assert faults == []
    assert columns == COLUMNS
