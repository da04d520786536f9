"""A database of one's own: what is asked, how the plan tells it, and what the answer is read as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import database
from yhovi.connectors.base import DATABASE, Ask, Request

from support.answers import hold, refusal

SQL = "select lad_code,\n  count(*) as lettings\nfrom lettings\nwhere financial_year >= :since"
QUERY: Mapping[str, Any] = {"database": "housing", "sql": SQL, "parameters": {"since": "2019/20"}}


def ask(**said: Any) -> Ask:
    return Ask("council/lettings", {**QUERY, **said}, ("E08000035",))


def asked(**said: Any) -> Request:
    return next(database.exchange(ask(**said)))


def test_a_request_names_the_database_and_holds_the_query() -> None:
    request = asked()
    assert (request.method, request.address, request.host) == ("SELECT", f"{DATABASE}:housing", "")
    assert json.loads(request.body or "") == {"sql": SQL, "parameters": {"since": "2019/20"}}
    assert (request.expects, request.secret, request.purpose) == ("csv", None, "data")


def test_parameters_may_be_left_out() -> None:
    query = {"database": "housing", "sql": "select 1 as a"}
    request = next(database.exchange(Ask("council/lettings", query)))
    assert json.loads(request.body or "") == {"sql": "select 1 as a", "parameters": {}}


@pytest.mark.parametrize(
    "other",
    [{"database": "planning"}, {"sql": "select 1 as a"}, {"parameters": {"since": "2020/21"}}],
    ids=["database", "query", "parameter"],
)
def test_another_question_has_another_identity(other: dict[str, Any]) -> None:
    assert asked(**other).key != asked().key == asked().key


def test_the_order_of_parameters_is_no_part_of_the_question() -> None:
    one, other = asked(parameters={"a": 1, "b": 2}), asked(parameters={"b": 2, "a": 1})
    assert one.key == other.key


def test_the_answer_is_a_table_in_csv() -> None:
    held = hold(database, ask(), b'"lad_code","lettings"\n"E08000035",12\n')
    (part,) = held.parts
    assert (part.reading.reader, dict(part.reading.options), part.release) == ("csv", {}, None)
    assert len(held.requests) == 1


def test_an_empty_answer_is_refused() -> None:
    assert refusal(database, ask(), b"") == (
        "The answer is empty (0 bytes).",
        "Check the query: a wrong one is often answered with nothing.",
    )


def test_columns_are_for_the_spec_to_say() -> None:
    assert database.columns(QUERY) is None


def test_a_plan_tells_the_query_and_its_values() -> None:
    assert database.outline(ask(parameters={"since": "2019/20", "tenures": ["social", "market"]})) == (
        "the query: select lad_code, count(*) as lettings from lettings where financial_year >= :since",
        ':since is "2019/20"',
        ':tenures is ["social", "market"]',
        "one answer, as a table in CSV; nothing is written to the database",
    )


def test_no_host_is_its_own() -> None:
    """Where the database is, the settings say."""
    assert database.HOSTS == ()


# The schema of queries -----------------------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(dict(database.QUERY_SCHEMA))

QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "whole": (dict(QUERY), []),
    "no parameters": ({"database": "housing", "sql": "select 1"}, []),
    "values of all kinds": ({**QUERY, "parameters": {"a": "x", "b": 1, "c": 1.5, "d": True, "e": ["x", 1]}}, []),
    "no database": ({"sql": "select 1"}, ["'database' is a required property"]),
    "no query": ({"database": "housing"}, ["'sql' is a required property"]),
    "an address in the place of a name": (
        {**QUERY, "database": "sqlite:///x.db"},
        ["'sqlite:///x.db' does not match '^[a-z][a-z0-9_]*$'"],
    ),
    "a capital": ({**QUERY, "database": "Housing"}, ["'Housing' does not match '^[a-z][a-z0-9_]*$'"]),
    "an empty query": ({**QUERY, "sql": ""}, ["'' should be non-empty"]),
    "no value": (
        {**QUERY, "parameters": {"a": None}},
        ["None is not of type 'string', 'number', 'boolean', 'array'"],
    ),
    "a table as a value": (
        {**QUERY, "parameters": {"a": {"b": 1}}},
        ["{'b': 1} is not of type 'string', 'number', 'boolean', 'array'"],
    ),
    "an empty list": ({**QUERY, "parameters": {"a": []}}, ["[] should be non-empty"]),
    "a list of lists": ({**QUERY, "parameters": {"a": [[1]]}}, ["[1] is not of type 'string', 'number'"]),
    "parameters of nothing": ({**QUERY, "parameters": {}}, ["{} should be non-empty"]),
    "an unknown key": (
        {**QUERY, "url": "sqlite://"},
        ["Additional properties are not allowed ('url' was unexpected)"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(query)] == messages


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(database.QUERY_SCHEMA))
    properties = database.QUERY_SCHEMA["properties"]
    assert [name for name, said in properties.items() if not said.get("description")] == []
