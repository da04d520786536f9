"""A database of one's own: what one SELECT answers, from any database that the settings name.

    source:
      connector: database
      dataset: council/lettings
      query:
        database: housing
        sql: |
          select lad_code, financial_year, count(*) as lettings
          from lettings
          where financial_year >= :since
          group by lad_code, financial_year
        parameters: {since: 2019/20}
      columns:
        - {name: lad_code}
        - {name: financial_year}
        - {name: lettings, type: number, unit: count, measure: count}

The database's address stands in the settings (``[databases]``), its password in the environment: a spec knows neither,
only the name. A query can't say its columns before it is asked, so the spec does (``columns``), and is held to them.

What is asked is one SELECT (or WITH … SELECT), in a transaction that only reads where the database has such, with
values bound to their names and limits to the rows and to the time. What protects a database for good is an account
that may read no more than it should.

The rows become a table in CSV, the same bytes for the same rows: NULL is nothing, text is in quotation marks, numbers
are written out in full, dates are ISO 8601, moments with a zone are in UTC. The order is the query's if it has an
ORDER BY, otherwise that of the lines. What has no exact form as text (intervals, bytes, arrays) is refused: cast it in
the query.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from .base import DATABASE, Ask, Budget, Column, Exchange, Part, Reading, Request, no_parse, require_body

NAME = "database"
TITLE = "A database that the settings name"
REVISION = 1
HOSTS: tuple[str, ...] = ()
# What is asked is asked once in a run, and one after the other.
BUDGET = Budget(requests=1, seconds=1.0)

parse = no_parse

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["database", "sql"],
        "properties": {
            "database": {
                "type": "string",
                "pattern": "^[a-z][a-z0-9_]*$",
                "description": "The database, by its name under [databases] in the settings.",
            },
            "sql": {
                "type": "string",
                "minLength": 1,
                "description": "One SELECT, or WITH … SELECT. A value is written as :name, and stands in parameters.",
            },
            "parameters": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": ["string", "number", "boolean", "array"],
                    "items": {"type": ["string", "number"], "description": "One value of a list."},
                    "minItems": 1,
                    "description": "A value; or a list of them, for IN :name.",
                },
                "description": "The values that the query names, each by its name.",
            },
        },
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...] | None:  # noqa: ARG001  (only the database knows)
    """Unknown: the spec's ``columns`` say them."""
    return None


def exchange(ask: Ask) -> Exchange:
    """One request: the query."""
    answer = yield _request(ask.query)
    require_body(answer)
    return [Part(answer, Reading("csv"), answer.release)]


def outline(ask: Ask) -> tuple[str, ...]:
    """What is asked, and what follows."""
    return tuple(_told(ask.query))


def _told(query: Mapping[str, Any]) -> Iterator[str]:
    yield f"the query: {' '.join(query['sql'].split())}"
    for name, value in query.get("parameters", {}).items():
        yield f":{name} is {json.dumps(value, ensure_ascii=False)}"
    yield "one answer, as a table in CSV; nothing is written to the database"


def _request(query: Mapping[str, Any]) -> Request:
    asked = {"sql": query["sql"], "parameters": dict(query.get("parameters", {}))}
    body = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    return Request(f"{DATABASE}:{query['database']}", method="SELECT", body=body, expects="csv")
