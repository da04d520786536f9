"""What an expression gives over known columns, and every way in which it can make no sense."""

from __future__ import annotations

import pytest
from yhovi.connectors.base import Column
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.language.expressions import parse
from yhovi.engine.recipe.language.kinds import Typed, infer, typed

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


MEASURED = Columns.of(
    [
        Column("jobs", "number", unit="thousand", measure="count"),
        Column("people", "number", unit="persons", measure="count"),
        Column("men", "number", unit="persons", measure="count"),
        Column("pay", "number", unit="gbp_million", measure="amount"),
        Column("gas", "number", unit="kilotonnes", measure="amount"),
        Column("rate", "number", unit="percent", measure="crude_rate"),
        Column("share", "number", unit="fraction", measure="proportion"),
        Column("per head", "number", unit="tonnes_per_person", measure="ratio"),
        Column("half width", "number", unit="percent"),
        Column("density", "number", measure="ratio"),
        Column("plain", "number"),
        Column("Sex", unit="percent"),
    ]
).guess("Guess")


@pytest.mark.parametrize(
    ("text", "unit", "measure"),
    [
        ("people", "persons", "count"),
        ("-people", "persons", "count"),
        ("plain", None, None),
        ("2 * 100", None, None),
        ("people + men", "persons", "count"),
        ("people - men + people", "persons", "count"),
        ("rate - `half width`", "percent", None),
        ("rate + plain", None, None),
        ("plain + rate", None, None),
        ("100 - rate", "percent", None),
        ("rate + 5", "percent", None),
        ("people * 1", "persons", "count"),
        ("people * 12", "persons", "count"),
        ("12 * people", "persons", "count"),
        ("plain * 12", None, None),
        ("density * 12", None, "ratio"),
        ("density / 100", None, "ratio"),
        ("people / 1000", "thousand", "count"),
        ("jobs * 1000", "count", "count"),
        ("jobs * -1000", "count", "count"),
        ("share * 100", "percent", "proportion"),
        ("100 * share", "percent", "proportion"),
        ("share / 3", "fraction", "proportion"),
        ("men / people", "fraction", "ratio"),
        ("men / people * 100", "percent", "ratio"),
        ("100 * men / people", "percent", "ratio"),
        ("men / people * 1000", "per_1000", "ratio"),
        ("men / (people / 100)", "percent", "ratio"),
        ("jobs / people", "1000 fraction", "ratio"),
        ("gas / jobs", "tonnes_per_person", "ratio"),
        ("gas * 1000 / people", "tonnes_per_person", "ratio"),
        ("pay / jobs", "gbp_thousand_per_person", "ratio"),
        ("gas / people / people", "1000 tonnes / count^2", None),
        ("rate / rate", "fraction", None),
        ("rate * people", "0.01 count", None),
        ("people / plain", None, None),
        ("plain / people", None, None),
        ("plain * people", None, None),
        ("people * plain", None, None),
        ("1 / people", "fraction / count", None),
        ("1000 / people", "0.001 fraction / count", None),
        ("52 / people", "fraction / count", None),
        ("5 / plain", None, None),
        ("density / people", None, None),
        ("people * (10 * 10)", None, None),
        ("people * 0", "persons", "count"),
        ("people / 0", "persons", "count"),
        ("people * 1e300 / 1e300", None, "count"),
        ("Guess + rate", None, None),
        ("Guess * 100", None, None),
    ],
)
def test_arithmetic_gives_a_number_of_a_unit(text: str, unit: str | None, measure: str | None) -> None:
    faults: list[tuple[object, ...]] = []
    found = typed(parse(text), MEASURED, lambda *fault: faults.append(fault))
    assert found == Typed("number", unit, measure)
    assert faults == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sex", Typed("text")),
        ("'a'", Typed("text")),
        ("rate > 5", Typed("boolean")),
        ("Guess", Typed("unknown")),
        ("5", Typed("number", literal=5.0)),
        ("-5", Typed("number", literal=-5.0)),
    ],
)
def test_only_numbers_of_columns_have_a_unit(text: str, found: Typed) -> None:
    assert typed(parse(text), MEASURED, pytest.fail) == found


@pytest.mark.parametrize(
    "text",
    [
        "rate > 5",
        "5 < rate",
        "rate > plain",
        "rate > `half width` * 2",
        "people == men",
        "share * 100 > rate",
        "people in (1, 2)",
        "rate + 5 - `half width` > 3",
        "gas / jobs > `per head`",
        "Guess > rate and Guess > people",
    ],
)
def test_numbers_of_one_unit_compare(text: str) -> None:
    assert infer(parse(text), MEASURED, pytest.fail) == "boolean"


NO_WAY = (
    "No conversion leads from one to the other: use other columns, or reckon the number that is meant in a derive step"
    " before this one."
)
APART = "Put each of the two in a derive step of its own, and convert one to the other's unit before this step."


@pytest.mark.parametrize(
    ("text", "found", "cure"),
    [
        ("rate + people", "At character 8: `rate` is in percent and `people` is in persons.", NO_WAY),
        (
            "rate - share",
            "At character 8: `rate` is in percent and `share` is in fraction.",
            "Add a step before this one: - convert: {column: share, to: percent}.",
        ),
        (
            "rate < share",
            "At character 6: `rate` is in percent and `share` is in fraction.",
            "Add a step before this one: - convert: {column: share, to: percent}.",
        ),
        (
            "men / people != rate",
            "At character 14: what is made of `men` and `people` is in fraction and `rate` is in percent.",
            "Add a step before this one: - convert: {column: rate, to: fraction}.",
        ),
        (
            "men / people - jobs / people",
            (
                "At character 21: what is made of `men` and `people` is in fraction and what is made of `jobs` and"
                " `people` is in 1000 fraction."
            ),
            APART,
        ),
        (
            "jobs / people > rate",
            "At character 15: what is made of `jobs` and `people` is in 1000 fraction and `rate` is in percent.",
            APART,
        ),
        (
            "people + men - jobs",
            "At character 16: what is made of `people` and `men` is in persons and `jobs` is in thousand.",
            "Add a step before this one: - convert: {column: jobs, to: persons}.",
        ),
        (
            "gas / people / people > `per head`",
            (
                "At character 23: what is made of `gas` and `people` is in 1000 tonnes / count^2 and `per head` is in"
                " tonnes_per_person."
            ),
            NO_WAY,
        ),
        ("-rate == people", "At character 7: what is made of `rate` is in percent and `people` is in persons.", NO_WAY),
    ],
)
def test_numbers_of_two_units_are_told_apart(text: str, found: str, cure: str) -> None:
    faults: list[tuple[object, ...]] = []
    infer(parse(text), MEASURED, lambda *fault: faults.append(fault), at=("here",))
    assert faults == [(("here",), "unit-mismatch", found, "numbers of one unit", cure)]


def test_what_has_a_faulty_unit_makes_no_more_faults() -> None:
    codes: list[str] = []
    made = typed(parse("rate + people + jobs - gas > 3 + rate"), MEASURED, lambda _, code, *__: codes.append(code))
    assert (made, codes) == (Typed("boolean"), ["unit-mismatch"])


def test_all_faults_of_an_expression_are_found() -> None:
    faults: list[object] = []
    infer(
        parse("Sexx == 'a' and Value > 'b' and (Sex + 1 > 2 or not Value)"),
        COLUMNS,
        lambda _, code, *__: faults.append(code),
    )
    assert faults == ["unknown-column", "kind-mismatch", "kind-mismatch", "kind-mismatch"]
