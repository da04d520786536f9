"""What is known of steps and recipes before there is any data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors.base import Column
from yhovi.engine.measures import Measured
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
        ("declare", {"a": {"unit": "persons", "type": "count", "once_per": ["b"]}, "c": {"whole": ["Total"]}}, True),
        ("declare", {}, False),
        ("declare", {"a": {}}, False),
        ("declare", {"a": {"unit": "people"}}, False),
        ("declare", {"a": {"measure": "count"}}, False),
        ("declare", {"a": {"whole": []}}, False),
        ("convert", {"column": "a", "to": "percent"}, True),
        ("convert", {"column": ["a", "b"], "to": "percent"}, True),
        ("convert", {"column": ["a", "a"], "to": "percent"}, False),
        ("convert", {"column": "a", "to": "%"}, False),
        ("convert", {"column": "a"}, False),
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
                Column("per job", "number", unit="1e-05 fraction / count", status_from="_status:per job"),
                Column("double", "number", unit="thousand"),
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
                    "Bring them to one unit with convert before this step, or unpivot columns of one unit only.",
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


KNOWN = Columns.of(
    [
        Column("Area", vintage="target"),
        Column("Year"),
        Column("Sex", whole=("Persons", "All")),
        Column("Age", whole=("Total",)),
        Column("Cases", "number", unit="persons", measure="count", markers=MARKED),
        Column("People", "number", unit="thousand", measure="count", once_per=("Area", "Year")),
        Column("Homes", "number", unit="count", measure="count", once_per=("Area",)),
        Column("Rate", "number", unit="percent", measure="crude_rate"),
        Column("Low", "number", unit="percent"),
        Column("High", "number", unit="percent"),
        Column("Share", "number", unit="fraction", measure="ratio", markers=MARKED),
        Column("Text", unit="gbp", measure="amount", once_per=("Area",)),
        Column("Plain", "number"),
        Column("Bare", "number", measure="count"),
        Column("years", "number", pattern=r"\d{4}", unit="gbp_million", measure="amount"),
        Column("2011", "number", unit="count", measure="count", once_per=("Area", "Year")),
        Column("2021", "number", unit="persons", measure="count", once_per=("Area",)),
    ]
)
ALL = ", ".join(f"`{name}`" for name in list(KNOWN)[:12]) + " and 5 more"


def known(*steps: tuple[str, Any], measured: Measured | None = None) -> tuple[Columns, list[Fault]]:
    """The columns that are known after steps, and the faults but for a missing end."""
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        if code != "observe-missing":
            faults.append((at, code, found, allowed, cure))

    return check_recipe(KNOWN, steps, report, measured), faults


@pytest.mark.parametrize(
    ("condition", "sexes", "ages"),
    [
        ("Sex == 'Male'", (), ("Total",)),
        ("'Male' == Sex", (), ("Total",)),
        ("Sex == 'Persons'", ("Persons",), ("Total",)),
        ("Sex in ('Persons', 'Male')", ("Persons",), ("Total",)),
        ("Sex != 'Persons'", ("All",), ("Total",)),
        ("Sex not in ('Persons', 'All')", (), ("Total",)),
        ("not Sex == 'Persons'", ("All",), ("Total",)),
        ("Sex == 'Male' or Sex == 'Female'", (), ("Total",)),
        ("Sex == 'Male' or Age == '15'", ("Persons", "All"), ("Total",)),
        ("Sex == 'Male' and Age != 'Total' and Rate > 1", (), ()),
        ("(Sex != 'All' and Age == '15') and Sex != 'Persons'", (), ()),
        ("not (Sex == 'All' or Age == 'Total')", ("Persons",), ()),
        ("Sex starts with 'P'", ("Persons",), ("Total",)),
        ("Sex ends with 's' and Age contains 'x'", ("Persons",), ()),
        ("Sex is missing", (), ("Total",)),
        ("Sex is present", ("Persons", "All"), ("Total",)),
        ("Sex < 'B'", ("All",), ("Total",)),
        ("Sex == Age", ("Persons", "All"), ("Total",)),
        ("Rate > 1", ("Persons", "All"), ("Total",)),
        ("Sex > 1", ("Persons", "All"), ("Total",)),
    ],
)
def test_keep_narrows_what_labels_of_wholes_are_left(
    condition: str, sexes: tuple[str, ...], ages: tuple[str, ...]
) -> None:
    columns, _ = known(("keep", condition))
    assert (columns["Sex"].whole, columns["Age"].whole) == (sexes, ages)
    assert list(columns) == list(KNOWN)


@pytest.mark.parametrize(
    ("name", "arguments", "columns"),
    [
        (
            "rename",
            {"Area": "LAD", "People": "Residents"},
            [
                Column("LAD", vintage="target"),
                Column("Residents", "number", unit="thousand", measure="count", once_per=("LAD", "Year")),
                Column("Homes", "number", unit="count", measure="count", once_per=("LAD",)),
            ],
        ),
        (
            "number",
            {"column": "Text", "markers": {"x": "suppressed"}},
            [
                Column("Text", "number", unit="gbp", measure="amount", once_per=("Area",), status_from="_status:Text"),
            ],
        ),
        (
            "derive",
            {
                "per 1000": "Cases / People",
                "double": "People * 2",
                "per home": "People / Homes",
                "both": "Cases + 1",
                "half": "Rate / 2",
                "code": "Area",
                "sex": "Sex",
            },
            [
                Column("per 1000", "number", unit="per_1000", measure="ratio", status_from="_status:per 1000"),
                Column("double", "number", unit="thousand", measure="count", once_per=("Area", "Year")),
                Column(
                    "per home",
                    "number",
                    unit="1000 fraction",
                    measure="ratio",
                    once_per=("Area", "Year"),
                    status_from="_status:per home",
                ),
                Column("both", "number", unit="persons", status_from="_status:both"),
                Column("half", "number", unit="percent", measure="crude_rate"),
                Column("code", vintage="target"),
                Column("sex", whole=("Persons", "All")),
            ],
        ),
        (
            "unpivot",
            {"columns": ["2011", "2021"], "name": "When", "value": "All"},
            [
                Column("When"),
                Column("All", "number", unit="count", measure="count", once_per=("Area", "Year", "When")),
                Column("People", "number", unit="thousand", measure="count", once_per=("Area", "Year")),
                Column(
                    "Rate",
                    "number",
                    unit="percent",
                    measure="crude_rate",
                    once_per=("Area", "Year", "Sex", "Age", "Text"),
                ),
            ],
        ),
        (
            "unpivot",
            {"columns": "years", "name": "When", "value": "All"},
            [
                Column("All", "number", unit="gbp_million", measure="amount"),
                Column("Plain", "number", once_per=("Area", "Year", "Sex", "Age", "Text")),
            ],
        ),
        (
            "unpivot",
            {"columns": ["Cases"], "name": "What", "value": "All"},
            [
                Column("All", "number", unit="persons", measure="count", status_from="_status:All"),
                Column("Plain", "number"),
            ],
        ),
        (
            "unpivot",
            {"columns": ["Area", "Sex", "Age"], "name": "What", "value": "All"},
            [Column("All", whole=("Persons", "All", "Total"))],
        ),
        (
            "pivot",
            {"from": "Sex", "values": "Cases", "columns": {"M": "men"}, "keys": ["Area", "Age"]},
            [
                Column("men", "number", unit="persons", measure="count", status_from="_status:men"),
                Column("Age", whole=("Total",)),
                Column("Area", vintage="target"),
            ],
        ),
        (
            "pivot",
            {"from": "Sex", "values": "People", "columns": {"M": "men"}, "keys": ["Area", "Age"]},
            [Column("men", "number", unit="thousand", measure="count", once_per=("Area",))],
        ),
        (
            "pivot",
            {"from": "Sex", "values": "People", "columns": {"M": "men"}, "keys": ["Area"]},
            [Column("men", "number", unit="thousand", measure="count")],
        ),
        (
            "pivot",
            {"from": "Sex", "values": "Homes", "columns": {"M": "men"}, "keys": ["Year"]},
            [Column("men", "number", unit="count", measure="count", once_per=("Area",))],
        ),
        (
            "pivot",
            {"from": "Sex", "values": "Plain", "columns": {"M": "men"}, "keys": ["Year"]},
            [Column("men", "number")],
        ),
        (
            "declare",
            {
                "Plain": {"unit": "tonnes", "type": "amount", "once_per": ["Area", "Sex"]},
                "Cases": {"unit": "count", "type": "count"},
                "Low": {"type": "survey_percentage"},
                "Sex": {"whole": ["Total", "All"]},
                "Year": {"whole": ["All years"]},
            },
            [
                Column("Plain", "number", unit="tonnes", measure="amount", once_per=("Area", "Sex")),
                Column("Cases", "number", unit="count", measure="count", markers=MARKED),
                Column("Low", "number", unit="percent", measure="survey_percentage"),
                Column("Sex", whole=("Persons", "All", "Total")),
                Column("Year", whole=("All years",)),
            ],
        ),
        (
            "convert",
            {"column": ["Share", "Rate"], "to": "per_1000"},
            [
                Column("Share", "number", unit="per_1000", measure="ratio", markers=MARKED),
                Column("Rate", "number", unit="per_1000", measure="crude_rate"),
            ],
        ),
        (
            "convert",
            {"column": "People", "to": "persons"},
            [Column("People", "number", unit="persons", measure="count", once_per=("Area", "Year"))],
        ),
    ],
)
def test_what_is_known_of_numbers_goes_with_them(name: str, arguments: Any, columns: list[Column]) -> None:
    made, faults = known((name, arguments))
    assert faults == []
    assert [made[column.name] for column in columns] == columns


NUMBERS = "Numbers are made of text by the step number; use the column before it."
GROUP = "Unpivot the group first: unpivot: {columns: years, name: …, value: …}."
NO_WAY = (
    "No conversion leads from one to the other: use other columns, or reckon the number that is meant in a derive step"
    " before this one."
)


@pytest.mark.parametrize(
    ("name", "arguments", "faults"),
    [
        (
            "keep",
            "Rate > Share and Sex == 'Male'",
            [
                (
                    (),
                    "unit-mismatch",
                    "At character 6: `Rate` is in percent and `Share` is in fraction.",
                    "numbers of one unit",
                    "Add a step before this one: - convert: {column: Share, to: percent}.",
                )
            ],
        ),
        (
            "derive",
            {"sum": "Rate + Cases"},
            [
                (
                    ("sum",),
                    "unit-mismatch",
                    "At character 8: `Rate` is in percent and `Cases` is in persons.",
                    "numbers of one unit",
                    NO_WAY,
                )
            ],
        ),
        (
            "unpivot",
            {"columns": ["Rate", "Share", "Cases"], "name": "a", "value": "b"},
            [
                (
                    ("columns",),
                    "unit-mismatch",
                    "These can't share a column: `Rate` (percent), `Share` (fraction), `Cases` (count).",
                    "columns of one unit",
                    "Bring them to one unit with convert before this step, or unpivot columns of one unit only.",
                ),
                (
                    ("columns",),
                    "measure-mismatch",
                    "These can't share a column: `Rate` (crude_rate), `Share` (ratio), `Cases` (count).",
                    "columns of one measure type",
                    "Say with declare which type those are that have none, or unpivot columns of one type only.",
                ),
            ],
        ),
        (
            "unpivot",
            {"columns": ["Rate", "Low"], "name": "a", "value": "b"},
            [
                (
                    ("columns",),
                    "measure-mismatch",
                    "These can't share a column: `Rate` (crude_rate), `Low` (no measure type).",
                    "columns of one measure type",
                    "Say with declare which type those are that have none, or unpivot columns of one type only.",
                )
            ],
        ),
        (
            "declare",
            {
                "Rate": {"unit": "count", "type": "count"},
                "Share": {"unit": "percent"},
                "Low": {"type": "standardised_rate"},
                "High": {"type": "amount"},
                "Plain": {"unit": "gbp", "type": "count"},
                "Bare": {"unit": "percent"},
            },
            [
                (
                    ("Rate", "unit"),
                    "unit-mismatch",
                    "`Rate` is in percent, and is declared to be in count.",
                    "the unit percent",
                    "Drop the unit here, or correct it where the column comes from.",
                ),
                (
                    ("Rate", "type"),
                    "measure-mismatch",
                    "`Rate` is of the type crude_rate, and is declared to be of the type count.",
                    "the type crude_rate",
                    "Drop the type here, or correct it where the column comes from.",
                ),
                (
                    ("Share", "unit"),
                    "unit-mismatch",
                    "`Share` is in fraction, and is declared to be in percent.",
                    "the unit fraction",
                    "To bring the numbers to that unit, write convert: {column: Share, to: percent}.",
                ),
                (
                    ("High", "type"),
                    "unit-unfit",
                    "`High` is in percent, and is declared to be of the type amount.",
                    (
                        "gbp, gbp_thousand, gbp_million, kg, tonnes, kilotonnes, kwh, mwh, gwh, years, hours, metres,"
                        " km, hectares, km2"
                    ),
                    "Choose a unit that fits the type, or another type.",
                ),
                (
                    ("Plain", "type"),
                    "unit-unfit",
                    "`Plain` is in gbp, and is declared to be of the type count.",
                    "count, thousand, persons",
                    "Choose a unit that fits the type, or another type.",
                ),
                (
                    ("Bare", "unit"),
                    "unit-unfit",
                    "`Bare` is of the type count, and is declared to be in percent.",
                    "count, thousand, persons",
                    "Choose a unit that fits the type, or another type.",
                ),
            ],
        ),
        (
            "declare",
            {
                "Text": {"unit": "gbp"},
                "Plain": {"whole": ["Total"], "unit": "gbp"},
                "years": {"unit": "gbp"},
                "plain": {"unit": "gbp"},
                "Cases": {"once_per": ["Cases", "Rate", "Areas", "Area"]},
            },
            [
                (
                    ("Text", "unit"),
                    "kind-mismatch",
                    "`Text` is a column of texts.",
                    "a column of numbers",
                    "Make it a number first: number: {column: Text}.",
                ),
                (("Plain", "whole"), "kind-mismatch", "`Plain` is a column of numbers.", "a column of texts", NUMBERS),
                (
                    ("years",),
                    "group-column",
                    "`years` stands for a group of columns.",
                    "a single column",
                    GROUP,
                ),
                (("plain",), "unknown-column", "There is no column `plain`.", ALL, "Did you mean `Plain`?"),
                (
                    ("Cases", "once_per", 0),
                    "bad-key",
                    "`Cases` is the number itself.",
                    "other columns",
                    "Drop this key.",
                ),
                (
                    ("Cases", "once_per", 1),
                    "kind-mismatch",
                    "`Rate` is a column of numbers.",
                    "a column of texts",
                    NUMBERS,
                ),
                (
                    ("Cases", "once_per", 2),
                    "unknown-column",
                    "There is no column `Areas`.",
                    ALL,
                    "Did you mean `Area`?",
                ),
            ],
        ),
        (
            "convert",
            {"column": "Plain", "to": "percent"},
            [
                (
                    ("column",),
                    "unknown-unit",
                    "It isn't known which unit `Plain` is in.",
                    "a number of a known unit",
                    "Say it first: declare: {Plain: {unit: …}}, or with the column in source.columns.",
                )
            ],
        ),
        (
            "convert",
            {"column": ["Rate", "Cases", "Text", "years", "Nothing"], "to": "fraction"},
            [
                (
                    ("column", 1),
                    "unit-mismatch",
                    "`Cases` is in persons, which can't be said in fraction.",
                    "count, thousand, persons",
                    "Choose one of these, or make the number that is meant with derive.",
                ),
                (
                    ("column", 2),
                    "kind-mismatch",
                    "`Text` is a column of texts.",
                    "a column of numbers",
                    "Make it a number first: number: {column: Text}.",
                ),
                (("column", 3), "group-column", "`years` stands for a group of columns.", "a single column", GROUP),
                (("column", 4), "unknown-column", "There is no column `Nothing`.", ALL, ""),
            ],
        ),
    ],
)
def test_numbers_that_do_not_go_together_are_told_apart(name: str, arguments: Any, faults: list[Fault]) -> None:
    _, told = known((name, arguments))
    assert told == [((0, name, *at), *rest) for at, *rest in faults]


def test_a_unit_without_a_name_converts_to_none() -> None:
    _, faults = known(("derive", {"odd": "Rate / Cases"}), ("convert", {"column": "odd", "to": "percent"}))
    assert faults == [
        (
            (1, "convert", "column"),
            "unit-mismatch",
            "`odd` is in 0.01 fraction / count, which can't be said in percent.",
            "0.01 fraction / count",
            "Choose one of these, or make the number that is meant with derive.",
        )
    ]


def test_a_guess_may_be_declared_anything() -> None:
    steps = [
        ("derive", {"bad": "Cases +"}),
        ("declare", {"bad": {"unit": "percent", "type": "count", "whole": ["x"]}}),
        ("convert", {"column": "bad", "to": "gbp"}),
        ("observe", {"area": "Area", "period": "Year", "value": "bad"}),
    ]
    _, faults = known(*steps, measured=Measured("count", "count"))
    assert [fault[1] for fault in faults] == ["bad-expression"]


RATE = {"area": "Area", "period": "Year", "value": "Rate"}
LIMITS = {"lower_ci": "Low", "upper_ci": "High"}


@pytest.mark.parametrize(
    ("arguments", "measured", "faults"),
    [
        (RATE, ("crude_rate", "percent"), []),
        (RATE, None, []),
        ({**RATE, **LIMITS}, ("proportion", "percent"), []),
        ({**RATE, "value": "Plain", **LIMITS}, ("proportion", "percent"), []),
        ({**RATE, "value": "Cases"}, ("count", "count"), []),
        ({**RATE, "value": "Cases"}, ("modelled", "count"), []),
        ({**RATE, "value": "Share"}, ("survey_percentage", "fraction"), []),
        ({**RATE, "value": "Low"}, ("standardised_rate", "percent"), []),
        (
            {**RATE, "value": "Share"},
            ("proportion", "percent"),
            [
                (
                    ("value",),
                    "unit-mismatch",
                    "`Share` is in fraction, and measure.unit is percent.",
                    "a column in percent",
                    "Add - convert: {column: Share, to: percent}.",
                )
            ],
        ),
        (
            {**RATE, **LIMITS},
            ("crude_rate", "per_1000"),
            [
                (
                    ("value",),
                    "unit-mismatch",
                    "`Rate` is in percent, and measure.unit is per_1000.",
                    "a column in per_1000",
                    "Add - convert: {column: [Rate, Low, High], to: per_1000}.",
                )
            ],
        ),
        (
            {**RATE, "value": "Cases"},
            ("crude_rate", "percent"),
            [
                (
                    ("value",),
                    "unit-mismatch",
                    "`Cases` is in persons, and measure.unit is percent.",
                    "a column in percent",
                    "Observe the column that is in percent, or set measure.unit: count.",
                ),
                (
                    ("value",),
                    "measure-mismatch",
                    (
                        "`Cases` is of the type count, which sums over areas; measure.type is crude_rate, which is made"
                        " again from numerator and denominator over areas."
                    ),
                    (
                        "a measure of the type count, amount, standardised_rate, mean, median, index, score,"
                        " survey_percentage, modelled"
                    ),
                    "Set measure.type: count, or observe a column that is of the type crude_rate.",
                ),
            ],
        ),
        (
            {**RATE, "value": "Share", **LIMITS},
            ("count", "fraction"),
            [
                (
                    ("lower_ci",),
                    "unit-mismatch",
                    "`Low` is in percent, and the value `Share` is in fraction.",
                    "a column in fraction",
                    "Add - convert: {column: Low, to: fraction}.",
                ),
                (
                    ("upper_ci",),
                    "unit-mismatch",
                    "`High` is in percent, and the value `Share` is in fraction.",
                    "a column in fraction",
                    "Add - convert: {column: High, to: fraction}.",
                ),
                (
                    ("value",),
                    "measure-mismatch",
                    (
                        "`Share` is of the type ratio, which is made again from numerator and denominator over areas;"
                        " measure.type is count, which sums over areas."
                    ),
                    (
                        "a measure of the type proportion, crude_rate, ratio, standardised_rate, mean, median, index,"
                        " score, survey_percentage, modelled"
                    ),
                    "Set measure.type: ratio, or observe a column that is of the type count.",
                ),
            ],
        ),
        (
            {**RATE, "value": "Plain", "lower_ci": "Low", "upper_ci": "Cases"},
            ("crude_rate", "per_1000"),
            [
                (
                    ("lower_ci",),
                    "unit-mismatch",
                    "`Low` is in percent, and the value `Plain` is in per_1000.",
                    "a column in per_1000",
                    "Add - convert: {column: Low, to: per_1000}.",
                ),
                (
                    ("upper_ci",),
                    "unit-mismatch",
                    "`Cases` is in persons, and the value `Plain` is in per_1000.",
                    "a column in per_1000",
                    "Use the limits of this value.",
                ),
            ],
        ),
        (
            {**RATE, "lower_ci": "Cases"},
            None,
            [
                (
                    ("lower_ci",),
                    "unit-mismatch",
                    "`Cases` is in persons, and the value `Rate` is in percent.",
                    "a column in percent",
                    "Use the limits of this value.",
                )
            ],
        ),
    ],
)
def test_what_is_observed_is_what_the_spec_says(
    arguments: Any, measured: tuple[str, str] | None, faults: list[Fault]
) -> None:
    columns, told = known(("observe", arguments), measured=Measured(*measured) if measured else None)
    assert told == [((0, "observe", *at), *rest) for at, *rest in faults]
    value = KNOWN[arguments["value"]]
    assert columns["value"] == Column("value", "number", unit=value.unit, measure=value.measure)


def test_a_rate_that_is_divided_twice_is_found_out() -> None:
    steps = [
        ("derive", {"per person": "Cases / People"}),
        ("derive", {"twice": "`per person` / People"}),
        ("observe", {"area": "Area", "period": "Year", "value": "twice"}),
    ]
    _, faults = known(*steps, measured=Measured("crude_rate", "per_1000"))
    assert faults == [
        (
            (2, "observe", "value"),
            "unit-mismatch",
            "`twice` is in 1e-06 fraction / count, and measure.unit is per_1000.",
            "a column in per_1000",
            ("Observe the column that is in per_1000; what is divided or multiplied before may be the wrong column."),
        )
    ]


def test_units_are_right_through_a_whole_recipe() -> None:
    steps = [
        ("keep", "Sex == 'Persons' and Age == 'Total'"),
        ("derive", {"made": "Cases / People"}),
        ("convert", {"column": ["made", "Low", "High"], "to": "per_100000"}),
        ("observe", {**RATE, **LIMITS, "value": "made"}),
    ]
    columns, faults = known(*steps, measured=Measured("crude_rate", "per_100000"))
    assert faults == []
    assert columns["value"] == Column("value", "number", unit="per_100000", measure="ratio")


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
