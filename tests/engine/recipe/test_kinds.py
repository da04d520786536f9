"""What an expression gives over known columns, and every way in which it can make no sense."""

from __future__ import annotations

import pytest
from yhovi.connectors.base import Column
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.language.expressions import parse
from yhovi.engine.recipe.language.kinds import infer

COLUMNS = Columns.of(
    [
        Column("Sex"),
        Column("Age group"),
        Column("Value", "number"),
        Column("Count", "number"),
        Column("years", pattern=r"\d{4}"),
    ]
).guess("Guess")
LISTED = "`Sex`, `Age group`, `Value`, `Count`, `years`, `Guess`"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sex", "text"),
        ("'Persons'", "text"),
        ("Value", "number"),
        ("5", "number"),
        ("-Value / Count * 1000 + 1", "number"),
        ("Sex == 'Persons'", "boolean"),
        ("Sex >= 'M'", "boolean"),
        ("Sex == `Age group`", "boolean"),
        ("5 < Value", "boolean"),
        ("Value in (1, 2)", "boolean"),
        ("Sex not in ('a')", "boolean"),
        ("Value is missing or not Sex contains 'x'", "boolean"),
        ("Guess", "unknown"),
        ("Guess == 1 and Guess == 'a' and Guess contains 'a' and Guess + 1 > 2", "boolean"),
        ("Guess in (1, 'a')", "boolean"),
    ],
)
def test_an_expression_gives_a_kind_of_value(text: str, kind: str) -> None:
    faults: list[tuple[object, ...]] = []
    assert infer(parse(text), COLUMNS, lambda *fault: faults.append(fault)) == kind
    assert faults == []


@pytest.mark.parametrize(
    ("text", "code", "found", "allowed", "cure"),
    [
        ("sexx == 'a'", "unknown-column", "There is no column `sexx`.", LISTED, "Did you mean `Sex`?"),
        ("Region == 'a'", "unknown-column", "There is no column `Region`.", LISTED, ""),
        (
            "Sex == Persons",
            "unknown-column",
            "There is no column `Persons`.",
            LISTED,
            "If it is a text, put it in quotes: 'Persons'.",
        ),
        (
            "Sex == Valu",
            "unknown-column",
            "There is no column `Valu`.",
            LISTED,
            "Did you mean `Value`? If it is a text, put it in quotes: 'Valu'.",
        ),
        ("Sex == `Persons`", "unknown-column", "There is no column `Persons`.", LISTED, ""),
        (
            "years > 1",
            "group-column",
            "`years` stands for a group of columns.",
            "a single column",
            "Unpivot the group first: unpivot: {columns: years, name: …, value: …}.",
        ),
        (
            "Sex == 16",
            "kind-mismatch",
            "At character 5: `Sex` is a text and 16 is a number.",
            "two texts or two numbers",
            "Put the number in quotes: '16'.",
        ),
        (
            "Value > '16'",
            "kind-mismatch",
            "At character 7: `Value` is a number and '16' is a text.",
            "two texts or two numbers",
            "Compare `Value` with a number, without quotes.",
        ),
        (
            "Value > Sex",
            "kind-mismatch",
            "At character 7: `Value` is a number and `Sex` is a text.",
            "two texts or two numbers",
            "Make it a number first: number: {column: Sex}.",
        ),
        (
            "Value + 1 == 'a'",
            "kind-mismatch",
            "At character 11: the result is a number and 'a' is a text.",
            "two texts or two numbers",
            "Compare the result with a number, without quotes.",
        ),
        (
            "Value in (1, 'a')",
            "kind-mismatch",
            "At character 14: `Value` is a number and 'a' is a text.",
            "two texts or two numbers",
            "Compare `Value` with a number, without quotes.",
        ),
        (
            "Sex in ('a', 2.5)",
            "kind-mismatch",
            "At character 14: `Sex` is a text and 2.5 is a number.",
            "two texts or two numbers",
            "Put the number in quotes: '2.5'.",
        ),
        (
            "Sex + 1",
            "kind-mismatch",
            "At character 1: `Sex` is a text. Arithmetic needs numbers.",
            "a number",
            "Make it a number first: number: {column: Sex}.",
        ),
        (
            "-'a'",
            "kind-mismatch",
            "At character 2: 'a' is a text. Arithmetic needs numbers.",
            "a number",
            "",
        ),
        (
            "Value * (Value > 1)",
            "kind-mismatch",
            "At character 16: this is a condition. Arithmetic needs numbers.",
            "a number",
            "",
        ),
        (
            "Value contains '1'",
            "kind-mismatch",
            "At character 1: `Value` is a number. The test 'contains' needs a text.",
            "a text",
            "",
        ),
        (
            "Sex and Value > 1",
            "kind-mismatch",
            "At character 1: `Sex` is a text.",
            "a condition",
            "Say what is asked of it, for example `Sex` is present.",
        ),
        (
            "not Value",
            "kind-mismatch",
            "At character 5: `Value` is a number.",
            "a condition",
            "Say what is asked of it, for example `Value` is present.",
        ),
        (
            "(Value > 1) == 'a'",
            "kind-mismatch",
            "At character 8: a condition stands where a value is needed.",
            "a text or a number",
            "",
        ),
        (
            "(Value > 1) is missing",
            "kind-mismatch",
            "At character 8: a condition stands where a value is needed.",
            "a text or a number",
            "",
        ),
        (
            "'Sex' == 'Persons'",
            "constant-condition",
            "At character 7: the condition names no column, so it is the same for every row.",
            "a condition that names a column",
            "A column stands in backticks: `Sex`.",
        ),
        (
            "Value > 1 and 5 in (5)",
            "constant-condition",
            "At character 17: the condition names no column, so it is the same for every row.",
            "a condition that names a column",
            "",
        ),
    ],
)
def test_what_makes_no_sense_is_explained(text: str, code: str, found: str, allowed: str, cure: str) -> None:
    faults: list[tuple[object, ...]] = []
    infer(parse(text), COLUMNS, lambda *fault: faults.append(fault), at=("here",))
    assert [(*fault, "")[:5] for fault in faults] == [(("here",), code, found, allowed, cure)]


def test_all_faults_of_an_expression_are_found() -> None:
    faults: list[object] = []
    infer(
        parse("Sexx == 'a' and Value > 'b' and (Sex + 1 > 2 or not Value)"),
        COLUMNS,
        lambda _, code, *__: faults.append(code),
    )
    assert faults == ["unknown-column", "kind-mismatch", "kind-mismatch", "kind-mismatch"]
