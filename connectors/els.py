"""Explore Local Statistics, the explorer of local figures of ONS (www.ons.gov.uk/explore-local-statistics).

**ONS says that this service is made for its own pages, isn't meant for other programs, and may change without
notice.** Use it for what has no better source, and as a check on others.

    source:
      connector: els
      dataset: els/greenhouse-gas-emissions
      query: {indicator: greenhouse-gas-emissions}
    recipe:
      - period: {from: period, as: iso_interval}
      - observe: {area: areacd, value: value}

The name of an indicator is the end of its page's address. ``yhovi plan`` says again that the source may change.

What the service does, as its published source code has it (ONSdigital/explore-local-statistics-app, June 2026), and
what is done about it here:

* Without ``time`` only the **latest** period comes: all are asked for unless the query says less.
* Without ``includeStatus`` rows that have no number are **left out of a CSV in silence**, with it they come with the
  reason: it is always asked for. ``x`` is not available, ``u`` unreliable (in place of a number, as far as has been
  seen), ``z`` not applicable, ``c`` confidential.
* Of a list of codes those that it doesn't have are left out in silence. Areas are not asked for by their codes unless
  the query does so, since series differ in whether they have old codes, new ones or both (with the same figures).
* ``lci_95`` and ``uci_95`` come where the indicator has them. A further dimension, such as age, comes as one more
  column with all its members: one that isn't asked for is refused, or figures would stand for something else.
* An indicator that isn't there and a choice that leaves nothing are answered with 400, by earlier versions with
  nothing. An indicator that has the wrong unit in its text (a ratio in percent) has been seen: set ``measure`` by what
  the figures are.
* Indicators, and the dimensions of one with their codes, are listed under ``metadata/indicators``, the codes only with
  ``fullDims``.
* The files that ONS keeps of these series are of another form (``observation`` in place of ``value``, several
  indicators in one) and are no answers of this service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .base import (
    DATASET,
    Answer,
    Ask,
    Budget,
    Column,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    SourceError,
    Term,
    csv_rows,
    json_of,
    no_parse,
    objects,
    require_body,
    text_of,
)

NAME = "els"
TITLE = "Explore Local Statistics (Office for National Statistics; may change without notice)"
REVISION = 1
HOSTS: tuple[str, ...] = ("www.ons.gov.uk",)
BUDGET = Budget(requests=2, seconds=1.0)

parse = no_parse

_API = "https://www.ons.gov.uk/explore-local-statistics/api/v1"
_URL = f"{_API}/data.csv"
_LIST = f"{_API}/metadata/indicators"
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_AREA, _PERIOD, _VALUE, _STATUS = "areacd", "period", "value", "status"
_FIXED = (_AREA, "areanm", _PERIOD, _VALUE, _STATUS)
_LIMITS = ("lci_95", "uci_95")
_SHOWN = 5

_STATUSES = (
    ("x", "not_available"),
    ("u", "too_unreliable_to_publish"),
    ("z", "not_applicable"),
    ("c", "suppressed"),
)

_CURE = "The publisher may have changed the service, as it says it may: compare the address in a browser with the spec."
_MOMENT: Mapping[str, Any] = MappingProxyType(
    {
        "type": ["string", "integer"],
        "pattern": r"^(earliest|latest|[0-9]{4}(-[0-9]{2}){0,2})$",
        "minimum": 1000,
        "maximum": 9999,
        "description": "A year or date (2022, 2022-04-01), earliest or latest.",
    }
)
_CODE: Mapping[str, Any] = MappingProxyType(
    {"type": ["string", "integer"], "pattern": "^[^,]+$", "description": "A member of the dimension, by its code."}
)

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["indicator"],
        "properties": {
            "indicator": {
                "type": "string",
                "pattern": _SLUG,
                "not": {"const": "all"},
                "description": "The end of the address of the indicator's page, such as greenhouse-gas-emissions.",
            },
            "geo": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {
                    "type": "string",
                    "pattern": "^([A-Z][0-9]{8}|[a-z]+)$",
                    "description": "An area's code, or a level such as ltla or utla.",
                },
                "description": "The areas to ask for; all if not said. Each code that is asked for has to come.",
            },
            "time": {
                "if": {"type": "object"},
                "then": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["from", "to"],
                    "properties": {"from": {**_MOMENT}, "to": {**_MOMENT}},
                },
                "else": {**_MOMENT},
                "description": "The periods: {from, to}, or one of them; all if not said.",
            },
            "dimensions": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"not": {"enum": [*_FIXED, *_LIMITS, "measure"]}},
                "additionalProperties": {
                    "if": {"type": "array"},
                    "then": {"items": {**_CODE}, "minItems": 1, "uniqueItems": True},
                    "else": {**_CODE},
                    "description": "The member wanted, or a list of them, by code; answers have their labels.",
                },
                "description": "The indicator's further dimensions, such as age, and the members wanted of each.",
            },
        },
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of an answer: area, period, further dimensions, the value with its limits and its status."""
    return (
        *(Column(name) for name in (_AREA, "areanm", _PERIOD, *query.get("dimensions", ()))),
        Column(_VALUE, "number", status_from=_STATUS, markers=_STATUSES),
        *(Column(name, "number", required=False) for name in _LIMITS),
        Column(_STATUS),
    )


def exchange(ask: Ask) -> Exchange:
    """One request answers everything of an indicator."""
    answer = yield _request(ask.query)
    require_body(answer)
    _require_table(answer, ask.query)
    return [Part(answer, Reading("csv", {"encoding": "utf-8-sig"}), answer.release)]


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return (
        f"one answer with all of {ask.query['indicator']}; no area and period may come twice",
        "the publisher says that this service may change without notice",
    )


def describe(dataset: str) -> Description:
    """The indicators; or of one, by the end of its address, its dimensions and their codes."""
    if not dataset:
        answer = yield Request(_LIST, purpose="discover", expects="json")
        return [Term(DATASET, text_of(one, "slug"), text_of(one, "label")) for one in _indicators(answer)]
    if not re.fullmatch(_SLUG, dataset):
        cure = "They are called like the ends of their addresses, such as greenhouse-gas-emissions."
        raise SourceError(f"{dataset} is no indicator of Explore Local Statistics.", cure)
    answer = yield Request(f"{_LIST}/{dataset}", (("fullDims", "true"),), purpose="discover", expects="json")
    dimensions = _described(answer, dataset)
    return [term for name, said in dimensions.items() for term in _terms(name, said)]


def _indicators(answer: Answer) -> Sequence[Mapping[str, Any]]:
    found = objects(json_of(answer))
    if not found:
        raise SourceError("The answer lists no indicators.", _CURE)
    return found


def _described(answer: Answer, indicator: str) -> Mapping[str, Any]:
    """The dimensions in what is said about an indicator."""
    said = json_of(answer)
    dimensions = said.get("dimensions") if isinstance(said, dict) else None
    if not isinstance(dimensions, dict) or text_of(said, "slug") != indicator:
        raise SourceError(f"The answer doesn't describe {indicator}.", _CURE)
    return dimensions


def _terms(name: str, said: Any) -> Sequence[Term]:
    """The codes of a dimension in their order, as JSON-stat has them: a list, or their places by code."""
    category = said.get("category") if isinstance(said, dict) else None
    index = category.get("index") if isinstance(category, dict) else None
    codes = list(index) if isinstance(index, (dict, list)) else []
    return [Term(name, str(code), text_of(category, "label", str(code))) for code in codes]


def _request(query: Mapping[str, Any]) -> Request:
    dimensions = query.get("dimensions", {})
    parameters = (
        ("indicator", query["indicator"]),
        ("geo", ",".join(query.get("geo", ("all",)))),
        ("time", _time(query.get("time", "all"))),
        *((f"dimension_{name}", ",".join(_codes(said))) for name, said in dimensions.items()),
        ("includeNames", "true"),
        ("includeStatus", "true"),
    )
    return Request(_URL, parameters, expects="csv")


def _time(said: Any) -> str:
    return f"{said['from']},{said['to']}" if isinstance(said, Mapping) else str(said)


def _codes(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said if isinstance(said, (list, tuple)) else (said,)))


def _require_table(answer: Answer, query: Mapping[str, Any]) -> None:
    """The columns must be those of one indicator, as it was asked for, and no row may stand twice."""
    rows = csv_rows(answer)
    header = next(rows, [])
    dimensions = tuple(query.get("dimensions", ()))
    _require_header(header, dimensions)
    seen = _keys(rows, header, (_AREA, _PERIOD, *dimensions))
    if not seen:
        raise SourceError("The answer has a header but no rows.", "Check the areas and the time of the query.")
    _require_areas(query, {key[0] for key in seen})
    for place, name in enumerate(dimensions, start=2):
        _require_members(name, _codes(query["dimensions"][name]), {key[place] for key in seen})


def _require_header(header: Sequence[str], dimensions: Sequence[str]) -> None:
    lacking = [name for name in (*_FIXED, *dimensions) if name not in header]
    if lacking:
        raise SourceError(f"The answer has no column {_quoted(lacking)}: it has {_quoted(header)}.", _CURE)
    further = [name for name in header if name not in {*_FIXED, *_LIMITS, *dimensions}]
    if further:
        raise SourceError(
            f"The answer also has the column {_quoted(further)}, which wasn't asked for.",
            "If it is a dimension of the indicator, say in the query what is wanted of it: dimensions.",
        )


def _keys(rows: Iterator[list[str]], header: Sequence[str], names: Sequence[str]) -> set[tuple[str, ...]]:
    """What the rows are about, each once."""
    places = [header.index(name) for name in names]
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise SourceError(f"Row {number:,} of the answer is cut short or garbled.", "Run again.")
        key = tuple(row[place] for place in places)
        if key in seen:
            raise SourceError(f"The answer holds {', '.join(key)} twice.", _CURE)
        seen.add(key)
    return seen


def _require_areas(query: Mapping[str, Any], came: set[str]) -> None:
    codes = [code for code in query.get("geo", ()) if code[0].isupper()]
    lacking = [code for code in codes if code not in came]
    if lacking:
        message = f"{query['indicator']} has no figure for {_listed(lacking)}."
        raise SourceError(message, "Leave them out of the query, or use their earlier or later codes.")


def _require_members(name: str, asked: Sequence[str], came: set[str]) -> None:
    """Members are asked for by code and come by label, so that only their number can be compared."""
    if len(came) != len(asked):
        message = f"Of the dimension {name} {_listed(asked)} was asked for, the answer has {_listed(sorted(came))}."
        raise SourceError(message, "Check the codes of the dimension.")


def _quoted(names: Sequence[str]) -> str:
    return _listed([f"'{name}'" for name in names])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
