"""Other texts, parts of texts and the first text there is: recode, split, coalesce."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors.base import TARGET, Column, SourceError
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe

Run = Callable[..., nw.DataFrame[Any]]
Draw = Callable[..., str]
Fault = tuple[tuple[str | int, ...], str, str, str, str]

MARKERS = (("[c]", "suppressed"), ("[x]", "not_available"), ("[p]", "provisional"))
TEXTS = [Column(name) for name in ("Sex", "Geography", "Region", "County", "District")]
COLUMNS = [
    *TEXTS,
    Column("Value", "number", markers=MARKERS),
    Column("Other", "number", markers=MARKERS),
    Column("Plain", "number"),
]


@pytest.mark.parametrize(
    ("name", "arguments", "before", "after"),
    [
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "M", "Female": "F", "Women": "F", "Boys": "M"}},
            """
            Sex    | Region | _row
            Male   | a      | 2
            Women  | b      | 3
                   | c      | 4
            Female | d      | 5
            """,
            """
            Sex | Region | _row
            M   | a      | 2
            F   | b      | 3
                | c      | 4
            F   | d      | 5
            """,
            id="recode: in place, two texts to one, one that never occurs, a blank",
        ),
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "Female", "Female": "Male"}, "into": "sex"},
            """
            Sex    | Region
            Male   | a
            Female | b
            """,
            """
            Sex    | Region | sex
            Male   | a      | Female
            Female | b      | Male
            """,
            id="recode: into a new column, each text once",
        ),
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "M"}, "others": "keep"},
            """
            Sex
            Male
            male
            """,
            """
            Sex
            M
            male
            """,
            id="recode: others kept",
        ),
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "M"}, "others": "blank"},
            """
            Sex  | Region
            Male | a
            male | a
            """,
            """
            Sex | Region
            M   | a
                | a
            """,
            id="recode: others blanked",
        ),
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "M"}},
            """
            Sex | Region
            """,
            """
            Sex | Region
            """,
            id="recode: no rows",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code", "name"], "by": " : "},
            """
            Geography             | _row
            E08000035 : Leeds     | 2
            E08000032 :  Bradford | 3
                                  | 4
            E08000035 : Leeds     | 5
            """,
            """
            Geography             | _row | code      | name
            E08000035 : Leeds     | 2    | E08000035 | Leeds
            E08000032 :  Bradford | 3    | E08000032 | Bradford
                                  | 4    |           |
            E08000035 : Leeds     | 5    | E08000035 | Leeds
            """,
            id="split: by a text",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["level", "name"], "by": ":"},
            """
            Geography
            ladu:Babergh
            """,
            """
            Geography    | level | name
            ladu:Babergh | ladu  | Babergh
            """,
            id="split: without spaces",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code", "name", "note"], "pattern": r"(E[0-9]{8}) ([^\[]*)(\[.*\])?"},
            """
            Geography
            E08000035 Leeds
            E08000035 Leeds[1]
            """,
            """
            Geography          | code      | name  | note
            E08000035 Leeds    | E08000035 | Leeds |
            E08000035 Leeds[1] | E08000035 | Leeds | [1]
            """,
            id="split: by a pattern, of which a part may be absent",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code", "name"], "by": " : ", "others": "blank"},
            """
            Geography
            E08000035 : Leeds
            E08 : Leeds : North
            England
            E08000035 :
            """,
            """
            Geography           | code      | name
            E08000035 : Leeds   | E08000035 | Leeds
            E08 : Leeds : North |           |
            England             |           |
            E08000035 :         |           |
            """,
            id="split: others blank",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code"], "pattern": "(E[0-9]{8})", "others": "blank"},
            """
            Geography
            E080000351
            """,
            """
            Geography  | code
            E080000351 |
            """,
            id="split: a pattern is for the whole text",
        ),
        pytest.param(
            "coalesce",
            {"into": "name", "columns": ["District", "County", "Region"]},
            """
            Region | County | District | _row
            a      |        | b        | 2
            a      | c      |          | 3
            a      |        |          | 4
                   |        |          | 5
            """,
            """
            Region | County | District | _row | name
            a      |        | b        | 2    | b
            a      | c      |          | 3    | c
            a      |        |          | 4    | a
                   |        |          | 5    |
            """,
            id="coalesce: texts",
        ),
        pytest.param(
            "coalesce",
            {"into": "best", "columns": ["Value", "Other"]},
            """
            Value | Other
            1     | 2
            [c]   | 2
            1     | [c]
            [c]   | [x]
            """,
            """
            Value | Other | _status:Value | _status:Other | best | _status:best
            1     | 2     |               |               | 1    |
                  | 2     | suppressed    |               | 2    |
            1     |       |               | suppressed    | 1    |
                  |       | suppressed    | not_available |      | not_available suppressed
            """,
            id="coalesce: numbers with reasons",
        ),
        pytest.param(
            "coalesce",
            {"into": "best", "columns": ["Plain", "Value"]},
            """
            Plain | Value
            1     | [c]
                  | 2
                  | [c]
            """,
            """
            Plain | Value | _status:Value | best | _status:best
            1     |       | suppressed    | 1    |
                  | 2     |               | 2    |
                  |       | suppressed    |      | suppressed
            """,
            id="coalesce: numbers of which one has no reasons",
        ),
    ],
)
def test_a_step(  # noqa: PLR0917
    step: Run, show: Draw, tidy: Draw, name: str, arguments: Any, before: str, after: str, backend: Any
) -> None:
    assert show(step(name, arguments, before, COLUMNS, backend)) == tidy(after)


@pytest.mark.parametrize(
    ("name", "arguments", "before", "message", "cure"),
    [
        pytest.param(
            "recode",
            {"column": "Sex", "values": {"Male": "M"}},
            """
            Sex  | _row
            Male | 2
            male | 3
            All  | 4
            male | 5
            """,
            "`Sex` holds 'All' (row 4) and 'male' (rows 3 and 5), for which the recipe has no new text.",
            "Add it to values, or let all other texts stand with others: keep, or go with others: blank.",
            id="recode: another text",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code", "name"], "by": " : "},
            """
            Geography           | _row
            E08 : Leeds : North | 2
            England             | 3
            """,
            "`Geography` holds 'E08 : Leeds : North' (row 2) and 'England' (row 3)"
            " where 2 parts with ' : ' between them is expected.",
            "Drop these rows with keep if they are no data, use a pattern that takes them in,"
            " or leave their parts blank with others: blank.",
            id="split: other numbers of parts",
        ),
        pytest.param(
            "split",
            {"column": "Geography", "into": ["code", "name"], "pattern": "(E[0-9]{8}) (.*)"},
            """
            Geography
            England
            """,
            "`Geography` holds 'England' where (E[0-9]{8}) (.*) is expected.",
            "Drop these rows with keep if they are no data, use a pattern that takes them in,"
            " or leave their parts blank with others: blank.",
            id="split: no match",
        ),
    ],
)
def test_data_that_a_step_cannot_work_on_is_explained(
    step: Run, name: str, arguments: Any, before: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        step(name, arguments, before, COLUMNS, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=6))
def test_what_is_recoded_back_is_what_it_was(step: Run, backend: Any, texts: list[str]) -> None:
    drawing = "\n".join(["Sex | Region", *(f"{text} | x" for text in texts)])
    there = step("recode", {"column": "Sex", "values": {"a": "b", "b": "c", "c": "a"}}, drawing, COLUMNS, backend)
    again = "\n".join(["Sex | Region", *(f"{known(text)} | x" for text in there["Sex"].to_list())])
    back = step("recode", {"column": "Sex", "values": {"b": "a", "c": "b", "a": "c"}}, again, COLUMNS, backend)
    assert [known(text) for text in back["Sex"].to_list()] == texts


def known(text: object) -> str:
    return text if isinstance(text, str) else ""


KNOWN = Columns.of(
    [
        Column("Area", vintage=TARGET),
        Column("Old area"),
        Column("Sex", whole=("Total", "Persons")),
        Column("Age", whole=("All ages",)),
        Column("Value", "number", unit="tonnes", measure="amount", markers=MARKERS, once_per=("Area",)),
        Column("Estimate", "number", unit="tonnes", measure="modelled"),
        Column("Untold", "number"),
        Column("Heavy", "number", unit="kilotonnes"),
        Column("Rate", "number", unit="percent"),
        Column("years", "number", pattern=r"\d{4}"),
    ]
)
LISTED = ", ".join(f"`{name}`" for name in KNOWN)


def checked(*steps: tuple[str, Any]) -> tuple[Columns, list[Fault]]:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        if code != "observe-missing":
            faults.append((at, code, found, allowed, cure))

    return check_recipe(KNOWN, steps, report), faults


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("recode", {"column": "a", "values": {"b": "c"}, "into": "d", "others": "keep"}, True),
        ("recode", {"column": "a", "values": {}}, False),
        ("recode", {"column": "a", "values": {"b": ""}}, False),
        ("recode", {"column": "a", "values": {"b": "c"}, "others": "ignore"}, False),
        ("split", {"column": "a", "into": ["b"], "by": ":", "others": "blank"}, True),
        ("split", {"column": "a", "into": [], "by": ":"}, False),
        ("split", {"column": "a", "into": ["b", "b"], "by": ":"}, False),
        ("split", {"column": "a", "into": ["b", "c"], "pattern": "x" * 201}, False),
        ("split", {"column": "a", "into": ["b", "c"], "by": ""}, False),
        ("split", {"column": "a", "into": ["b", "c"], "by": ":", "others": "keep"}, False),
        ("coalesce", {"into": "a", "columns": ["b", "c"]}, True),
        ("coalesce", {"into": "a", "columns": ["b"]}, False),
    ],
)
def test_arguments_are_told_from_others_by_their_schema(name: str, arguments: Any, *, allowed: bool) -> None:
    assert Draft202012Validator(SIGNATURES[name].argument_schema).is_valid(arguments) is allowed


def test_defaults_are_filled_in() -> None:
    said = {"column": "a", "values": {"b": "c"}}
    assert bind("recode", said) == {**said, "others": "error"}
    said = {"column": "a", "into": ("b", "c"), "by": ":"}
    assert bind("split", said) == {**said, "into": ["b", "c"], "others": "error"}


@pytest.mark.parametrize(
    ("name", "arguments", "made"),
    [
        ("recode", {"column": "Sex", "values": {"Total": "T", "Men": "M"}}, [Column("Sex", whole=("T",))]),
        (
            "recode",
            {"column": "Sex", "values": {"Total": "T"}, "into": "sex", "others": "keep"},
            [KNOWN["Sex"], Column("sex", whole=("T", "Persons"))],
        ),
        (
            "recode",
            {"column": "Sex", "values": {"Total": "T", "Persons": "T"}, "others": "blank"},
            [Column("Sex", whole=("T",))],
        ),
        ("recode", {"column": "Area", "values": {"a": "b"}, "others": "keep"}, [Column("Area")]),
        (
            "split",
            {"column": "Sex", "into": ["a", "b"], "by": ":"},
            [KNOWN["Sex"], Column("a"), Column("b")],
        ),
        ("coalesce", {"into": "a", "columns": ["Sex", "Age"]}, [Column("a", whole=("Total", "Persons", "All ages"))]),
        (
            "coalesce",
            {"into": "a", "columns": ["Value", "Estimate"]},
            [Column("a", "number", unit="tonnes", status_from="_status:a", once_per=("Area",))],
        ),
        ("coalesce", {"into": "a", "columns": ["Estimate", "Untold"]}, [Column("a", "number")]),
    ],
)
def test_a_step_makes_columns(name: str, arguments: Any, made: list[Column]) -> None:
    columns, faults = checked((name, arguments))
    assert faults == []
    assert [columns[column.name] for column in made] == made
    assert {*columns} == {*KNOWN} | {column.name for column in made}


A_NUMBER = "Numbers are made of text by the step number; use the column before it."
BY_OR_PATTERN = 'Say by: " : ", or a pattern with a group for each part.'
NOT_A_PART = "Put each part in parentheses; parentheses that are no part are written (?:…)."


@pytest.mark.parametrize(
    ("name", "arguments", "faults"),
    [
        (
            "recode",
            {"column": "sex", "values": {"a": "b"}},
            [(("column",), "unknown-column", "There is no column `sex`.", LISTED, "Did you mean `Sex`?")],
        ),
        (
            "recode",
            {"column": "Rate", "values": {"a": "b"}, "into": "Sex"},
            [
                (("column",), "kind-mismatch", "`Rate` is a column of numbers.", "a column of texts", A_NUMBER),
                (("into",), "duplicate-column", "There is a column `Sex` already.", "a new name", ""),
            ],
        ),
        (
            "split",
            {"column": "Rate", "into": ["Sex", "_b"]},
            [
                (("column",), "kind-mismatch", "`Rate` is a column of numbers.", "a column of texts", A_NUMBER),
                ((), "by-or-pattern", "The step says neither by nor pattern.", "one of the two", BY_OR_PATTERN),
                (("into", 0), "duplicate-column", "There is a column `Sex` already.", "a new name", ""),
                (
                    ("into", 1),
                    "reserved-name",
                    "`_b` starts with an underscore.",
                    "a name that starts otherwise",
                    "",
                ),
            ],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a"], "by": ":", "pattern": "(.*)"},
            [((), "by-or-pattern", "The step says both by and pattern.", "one of the two", BY_OR_PATTERN)],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a"], "by": ":"},
            [
                (
                    ("into",),
                    "too-few-parts",
                    "With by, a text has several parts.",
                    "at least two names",
                    "Name every part, or take the one that is needed with a pattern.",
                )
            ],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a", "b"], "pattern": "(.*):.*"},
            [
                (
                    ("pattern",),
                    "bad-pattern",
                    "The pattern has 1 group, and into has 2.",
                    "one group for each name of into",
                    NOT_A_PART,
                )
            ],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a"], "pattern": "((.*):.*)"},
            [
                (
                    ("pattern",),
                    "bad-pattern",
                    "The pattern has 2 groups, and into has 1.",
                    "one group for each name of into",
                    NOT_A_PART,
                )
            ],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a"], "pattern": "(.*"},
            [
                (
                    ("pattern",),
                    "bad-pattern",
                    "The pattern can't be read: missing ), unterminated subpattern at position 0.",
                    "a regular expression",
                    "Parentheses, dots and brackets that are meant as such stand after a backslash.",
                )
            ],
        ),
        (
            "split",
            {"column": "Sex", "into": ["a"], "pattern": "(a{99999999999})"},
            [
                (
                    ("pattern",),
                    "bad-pattern",
                    "The pattern can't be read: the repetition number is too large.",
                    "a regular expression",
                    "Parentheses, dots and brackets that are meant as such stand after a backslash.",
                )
            ],
        ),
        (
            "coalesce",
            {"into": "Sex", "columns": ["Area", "nothing", "years"]},
            [
                (("into",), "duplicate-column", "There is a column `Sex` already.", "a new name", ""),
                (("columns", 1), "unknown-column", "There is no column `nothing`.", LISTED, ""),
                (
                    ("columns", 2),
                    "group-column",
                    "`years` stands for a group of columns.",
                    "a single column",
                    "Unpivot the group first: unpivot: {columns: years, name: …, value: …}.",
                ),
            ],
        ),
        (
            "coalesce",
            {"into": "a", "columns": ["Sex", "Rate"]},
            [
                (
                    ("columns",),
                    "kind-mismatch",
                    "These can't share a column: `Sex` (text), `Rate` (number).",
                    "columns of one kind",
                    "Make them all texts, or all numbers with the step number.",
                )
            ],
        ),
        (
            "coalesce",
            {"into": "a", "columns": ["Value", "Untold", "Heavy"]},
            [
                (
                    ("columns",),
                    "unit-mismatch",
                    "These can't share a column: `Value` (tonnes), `Heavy` (kilotonnes).",
                    "columns of one unit",
                    "Bring them to one unit with the step convert.",
                )
            ],
        ),
        (
            "coalesce",
            {"into": "a", "columns": ["Area", "Old area"]},
            [
                (
                    ("columns",),
                    "vintage-mismatch",
                    "These can't share a column: `Area` (the target vintage), `Old area` (codes as published).",
                    "columns of one vintage",
                    "Take area codes of one vintage only.",
                )
            ],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(name: str, arguments: Any, faults: list[Fault]) -> None:
    _, told = checked((name, arguments))
    assert told == [((0, name, *at), *rest) for at, *rest in faults]


def test_one_fault_does_not_make_others() -> None:
    _, faults = checked(
        ("recode", {"column": "sexx", "values": {"a": "b"}, "into": "sex"}),
        ("coalesce", {"into": "both", "columns": ["sex", "Untold"]}),
        ("coalesce", {"into": "all", "columns": ["both", "Sex"]}),
        ("split", {"column": "all", "into": ["x", "y"], "by": ":"}),
        ("keep", "all == 'a' and all > 1 and x == 'a'"),
    )
    assert [(fault[0], fault[1]) for fault in faults] == [((0, "recode", "column"), "unknown-column")]
