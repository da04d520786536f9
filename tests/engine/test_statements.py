"""One SELECT and nothing else: what passes, what is refused and with which words, in every database's own grammar."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.addresses import Access
from yhovi.engine.catalogue import compile_problems
from yhovi.engine.errors import Problem
from yhovi.engine.settings import Settings
from yhovi.engine.spec import load_specs
from yhovi.engine.statements import StatementError, select_of

COUNCIL = Path(__file__).parents[1] / "council" / "COUNCIL-LETTINGS.yaml"
KINDS = ("", "sqlite", "postgresql", "mssql", "mysql", "oracle")


def text_of(sql: str, *parameters: str, backend: str = "") -> str:
    """What is sent: parameters in braces."""
    pieces = select_of(sql, parameters, backend).pieces
    return "".join(f"{{{piece}}}" if place % 2 else piece for place, piece in enumerate(pieces))


PASSES = {
    "plain": ("select a from t", "select a from t"),
    "in capitals": ("SELECT A FROM T", "SELECT A FROM T"),
    "blanks around": ("\n  select a\nfrom t \n", "select a from t"),
    "a semicolon at the end": ("select a from t;\n;", "select a from t"),
    "a semicolon in a text": ("select ';' from t", "select ';' from t"),
    "a comment": ("select a -- not b\nfrom t", "select a   from t"),
    "a comment in front": ("/* why */ select a from t", "select a from t"),
    "a comment after the end": ("select a from t; -- done", "select a from t"),
    "a change in a comment": ("select a /* delete */ from t", "select a   from t"),
    "a change in a text": ("select 'delete; it''s' from t", "select 'delete; it''s' from t"),
    "a change as a name": ('select "delete" from t', 'select "delete" from t'),
    "a change within a name": ("select deleted, into_account, t_update from t", None),
    "a comment in a text": ("select '-- /*' from t", "select '-- /*' from t"),
    "a text in a comment": ("select a -- it's\nfrom t", "select a   from t"),
    "a common table": ("with x as (select 1 as a) select a from x", None),
    "common tables, recursive": (
        "with recursive x(n) as (select 1 union all select n + 1 from x) select n from x",
        None,
    ),
    "a union": ("select a from t union select b from u union all select c from v", None),
    "other sets": ("select a from t except select b from u intersect select c from v", None),
    "a query within": ("select a from (select b as a from t) as x where a in (select c from u)", None),
    "a case": ("select case when a = 1 then 'x' else 'y' end from t", None),
    "the first rows": ("select a from t order by a offset 5 rows fetch next 10 rows only", None),
    "a cast": ("select a::int, b from t where c = '12:30'", None),
    "a window": ("select row_number() over (partition by a order by b) from t", None),
    "a time in a text": ("select ' :a' from t", "select ' :a' from t"),
}


@pytest.mark.parametrize("backend", KINDS)
@pytest.mark.parametrize(("sql", "sent"), PASSES.values(), ids=PASSES)
def test_a_query_passes(sql: str, sent: str | None, backend: str) -> None:
    assert text_of(sql, backend=backend) == (sent or sql)


@pytest.mark.parametrize(
    ("backend", "sql"),
    [
        ("mssql", "select [it's; delete from t], [a]]b] from t with (nolock)"),
        ("mssql", "select top (10) a, N'x' from #t"),
        ("sqlite", "select [it's; delete], `a``b` from t"),
        ("mysql", "select `it's; delete` from t"),
        ("postgresql", "select a[1:2], array['x', 'y'] from t where b ? 'c' and d @> '{}'"),
        ("postgresql", "select use, load, set from t"),
        ("sqlite", "select use, save from t"),
    ],
)
def test_a_database_has_words_and_quotation_marks_of_its_own(backend: str, sql: str) -> None:
    assert text_of(sql, backend=backend) == sql


ONLY = "one SELECT, or WITH … SELECT, and nothing else"
READ = "Write a query that only reads."
KEEP = "Keep the SELECT, and no more than it."
UNION = "Keep one; UNION ALL puts the rows of several below each other."
QUOTE = "Take it out; a column of that name stands in the database's quotation marks."
ALIKE = "text that every database reads in the same way"
PLAIN = "Write texts in single quotation marks, a quotation mark in them twice, and no backslash before one."


def begins(word: str) -> tuple[str, str, str]:
    return f"a statement that begins with {word}", ONLY, READ


def has(word: str) -> tuple[str, str, str]:
    return f"the word {word}, which no query needs that only reads", ONLY, QUOTE


BEHIND = ("a second statement behind a semicolon", ONLY, KEEP)
BACKSLASH = ("a backslash before a quotation mark, which databases read differently", ALIKE, PLAIN)
OTHER_SIGNS = ("a text between other signs than quotation marks", ALIKE, PLAIN)
NEVER_CLOSED = ("a quotation mark or a comment that is never closed", ALIKE, "Close it.")

REFUSED = {
    "nothing": (" \n", ("no statement", ONLY, "Write the query.")),
    "a comment alone": ("-- select a from t", ("no statement", ONLY, "Write the query.")),
    "delete": ("delete from t", begins("delete")),
    "drop": ("DROP TABLE t", begins("DROP")),
    "a pragma": ("pragma query_only = off", begins("pragma")),
    "attach": ("attach 'other.db' as other", begins("attach")),
    "a procedure": ("exec sp_who", begins("exec")),
    "values": ("values (1)", begins("values")),
    "a parenthesis": ("(select 1)", begins("(")),
    "a text": ("'select' a", begins("'select'")),
    "a longer word": ("selector", begins("selector")),
    "a second statement": ("select a from t; delete from t", BEHIND),
    "a second select": ("select a from t; select b from u", BEHIND),
    "behind a comment": ("select a from t; -- done\ndrop table t", BEHIND),
    "into": ("select a into b from t", has("INTO")),
    "into, without a blank": ("select 1into b", has("INTO")),
    "no semicolon": ("select 1 delete from t", has("DELETE")),
    "no blank": ("select 'x'delete from t", has("DELETE")),
    "a comment as a blank": ("select 1/**/Delete/**/from t", has("DELETE")),
    "a change in a common table": ("with x as (delete from t returning a) select a from x", has("DELETE")),
    "an update in a common table": ("with x as (update t set a = 1 returning a) select a from x", has("UPDATE")),
    "a change behind a common table": ("with x as (select 1 as a) insert into t select a from x", has("INSERT")),
    "a merge": ("with x as (select 1) merge into t using x on 1 = 1", has("MERGE")),
    "a lock": ("select a from t for update", has("UPDATE")),
    "out of the database": ("select a from openrowset('x', 'y', 'z')", has("OPENROWSET")),
    "through a link": ("select * from dblink('host=elsewhere', 'select 1') as t(a int)", has("DBLINK")),
    "two selects in a row": ("select 1 select 2", ("a second SELECT", ONLY, UNION)),
    "two selects behind a table": (
        "with x as (select 1 as a) select a from x select 2",
        ("a second SELECT", ONLY, UNION),
    ),
    "a common table alone": ("with x as (select 1) table x", ("a WITH without its SELECT", ONLY, UNION)),
    "an open text": ("select 'a from t", NEVER_CLOSED),
    "an open name": ('select "a from t', NEVER_CLOSED),
    "an open comment": ("select a /* from t", NEVER_CLOSED),
    "a backslash": (r"select 'a\'; delete from t -- '", BACKSLASH),
    "a backslash before two": (r"select 'it\''s' from t", BACKSLASH),
    "a backslash in a name": (r'select "a\" from t', BACKSLASH),
    "dollars": ("select $$a$$ from t", OTHER_SIGNS),
    "dollars with a name": ("select $x$ it's $x$ from t", OTHER_SIGNS),
    "Oracle's": ("select q'[it's]' from t", OTHER_SIGNS),
}


@pytest.mark.parametrize("backend", KINDS)
@pytest.mark.parametrize(("sql", "said"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(sql: str, said: tuple[str, str, str], backend: str) -> None:
    with pytest.raises(StatementError) as caught:
        select_of(sql, (), backend)
    assert (caught.value.found, caught.value.allowed, caught.value.cure) == said


@pytest.mark.parametrize(
    ("backend", "sql", "said"),
    [
        ("mssql", "select 1 exec sp_who", has("EXEC")),
        ("mssql", "select 1 drop table t", has("DROP")),
        ("mssql", "select 1 waitfor delay '1:00'", has("WAITFOR")),
        ("mssql", "select 1 set nocount on", has("SET")),
        ("", "select 1 truncate table t", has("TRUNCATE")),
        ("mssql", "select 1 as [x'] delete from t --'", has("DELETE")),
        ("sqlite", "select 1 as [x'] delete from t --'", has("DELETE")),
        ("sqlite", "select 1 as `x'` delete from t --'", has("DELETE")),
        ("mysql", "select 1 # '\n into outfile 'x' -- '", has("INTO")),
        ("postgresql", "select ` '", NEVER_CLOSED),
        ("mssql", "select `a` from t", NEVER_CLOSED),
        ("postgresql", "select array[(with x as (delete from t returning 1) select 1)]", has("DELETE")),
        ("mssql", "select [a from t", None),
    ],
)
def test_a_database_hides_nothing_in_its_own_words(backend: str, sql: str, said: tuple[str, str, str] | None) -> None:
    if said is None:
        assert text_of(sql, backend=backend) == sql, "for the database to refuse"
        return
    with pytest.raises(StatementError) as caught:
        select_of(sql, (), backend)
    assert (caught.value.found, caught.value.allowed, caught.value.cure) == said


def test_mysqls_two_minuses_are_no_comment() -> None:
    """What is left out must not be a part of the query."""
    assert text_of("select 5--3 -- two\nfrom t", backend="mysql") == "select 5--3   from t"
    assert text_of("select 5--3\nfrom t") == "select 5  from t"


PARAMETERS = {
    "one": ("select a from t where b = :b", ["b"], "select a from t where b = {b}"),
    "twice": ("select :b, :b", ["b"], "select {b}, {b}"),
    "beside a cast": ("select :b::int, c::text", ["b"], "select {b}::int, c::text"),
    "in a text": ("select ':c', :b", ["b"], "select ':c', {b}"),
    "in a comment": ("select :b -- :c\n", ["b"], "select {b}"),
    "in a slice": ("select a[1:b], a[c:d] from t", [], "select a[1:b], a[c:d] from t"),
    "in parentheses": ("select a from t where b in :b and c=:c_1", ["b", "c_1"], None),
}


@pytest.mark.parametrize(("sql", "names", "sent"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_are_found(sql: str, names: list[str], sent: str | None) -> None:
    assert text_of(sql, *names, backend="postgresql") == (sent or re.sub(r":(\w+)", r"{\1}", sql))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            [],
            (
                ":since in the query, which no parameter gives",
                "none: there are no parameters",
                "Add since to parameters, or write the value itself.",
                None,
            ),
        ),
        (
            ["until"],
            (
                ":since in the query, which no parameter gives",
                "until",
                "Add since to parameters, or write the value itself.",
                None,
            ),
        ),
        (
            ["since", "until"],
            (
                "the parameter until, which the query doesn't use",
                ":until in the query",
                "Write :until in the query, or delete it.",
                "until",
            ),
        ),
    ],
    ids=["none", "another", "one too many"],
)
def test_parameters_fit_the_query(names: list[str], said: tuple[Any, ...]) -> None:
    with pytest.raises(StatementError) as caught:
        select_of("select a from t where b >= :since", names)
    error = caught.value
    assert (error.found, error.allowed, error.cure, error.parameter) == said


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("select a from t order by a", True),
        ("select a from t ORDER\nBY a limit 3", True),
        ("select a from (select a from t order by a) as x", False),
        ("select row_number() over (order by a) from t", False),
        ("select a from t -- order by a", False),
        ("select 'order by' from t", False),
    ],
)
def test_an_order_is_that_of_the_whole(sql: str, ordered: bool) -> None:
    assert select_of(sql).ordered is ordered


WORDS = (
    *("select", "delete", "into", "with", "union", "order by", "a", ":a", "1", "::", "q'", "$$"),
    *("'", "''", '"', "`", "[", "]", "(", ")", ";", "--", "#", "/*", "*/", "\\", "\n", " "),
)


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from(KINDS))
def test_what_is_sent_is_read_as_it_was_written(words: list[str], backend: str) -> None:
    """It has no comment and no semicolon outside quotation marks, and the same parts, but for blanks."""
    try:
        select = select_of("".join(["select ", *words]), ("a",), backend)
    except StatementError:
        return
    sent = "".join(f":{piece}" if place % 2 else piece for place, piece in enumerate(select.pieces))
    again = select_of(sent, ("a",), backend)
    assert again.ordered is select.ordered
    assert [piece.split() for piece in again.pieces] == [piece.split() for piece in select.pieces]


# In a spec -----------------------------------------------------------------------------------------------------------


def problems(folder: Path, edits: dict[str, str], **databases: Access) -> list[Problem]:
    """What is wrong with the council's spec after these edits, where the settings name these databases."""
    text = COUNCIL.read_text(encoding="utf-8")
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    file = folder / COUNCIL.name
    file.write_text(text, encoding="utf-8")
    return list(compile_problems(load_specs([file]), Settings(folder, databases=databases)))


HOUSING = Access("sqlite:///housing.db")


def test_a_spec_names_a_database_of_the_settings(tmp_path: Path) -> None:
    assert problems(tmp_path, {}, housing=HOUSING) == []


@pytest.mark.parametrize(
    ("named", "allowed", "cure"),
    [
        (
            {},
            "none: there is no table [databases]",
            "Name it in the settings file: housing, under [databases].",
        ),
        ({"hosing": HOUSING, "planning": HOUSING}, "hosing, planning", "Did you mean hosing?"),
    ],
    ids=["none", "others"],
)
def test_a_database_that_the_settings_do_not_name_is_a_problem(
    tmp_path: Path, named: dict[str, Access], allowed: str, cure: str
) -> None:
    found = "the database housing, which the settings don't name"
    assert problems(tmp_path, {}, **named) == [
        Problem("unknown-database", tmp_path / COUNCIL.name, 12, 5, found, allowed, cure)
    ]


@pytest.mark.parametrize(
    ("edits", "line", "column", "said"),
    [
        ({"select d.lad_code": "delete from t; select d.lad_code"}, 13, 5, begins("delete")),
        ({"d.financial_year, r": "into x r"}, 13, 5, has("INTO")),
        (
            {"{since: 2021/22,": "{until: 5, since: 2021/22,"},
            24,
            18,
            (
                "the parameter until, which the query doesn't use",
                ":until in the query",
                "Write :until in the query, or delete it.",
            ),
        ),
    ],
    ids=["another statement", "a change", "a parameter too many"],
)
def test_a_query_is_looked_at_before_it_is_asked(
    tmp_path: Path, edits: dict[str, str], line: int, column: int, said: tuple[str, str, str]
) -> None:
    assert problems(tmp_path, edits, housing=HOUSING) == [
        Problem("bad-query", tmp_path / COUNCIL.name, line, column, *said)
    ]


def test_all_that_is_wrong_with_a_query_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, {"select d.lad_code": "exec d.lad_code"})
    assert [problem.code for problem in found] == ["unknown-database", "bad-query"]
