"""Stat-Xplore, the benefit and income statistics of DWP (stat-xplore.dwp.gov.uk).

    source:
      connector: statxplore
      dataset: statxplore/PIP_Monthly_new
      query:
        database: str:database:PIP_Monthly_new
        measures:
          - {id: "str:count:PIP_Monthly_new:V_F_PIP_MONTHLY", name: PIP Cases with Entitlement}
        dimensions:
          - id: str:valueset:PIP_Monthly_new:V_F_PIP_MONTHLY:COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION
            name: National - Regional - LA - OAs
            codes: areas
          - id: str:valueset:PIP_Monthly_new:F_PIP_DATE:DATE2:C_PIP_DATE
            name: Month
            codes: {from: 202204, to: latest}

The ids are those of the service's own JSON, which its website offers beside every table. A name is the label that the
service prints, so that columns are known before anything is asked; each dimension has a second column, with CODE
behind its name, that holds the code: for areas the GSS code. Where another label comes back, nothing is loaded.

What the service does, as seen in requests and answers of 2018 to 2026 that others published (statxplorer of the House
of Commons Library, jrf-insight, stat-xplore-mcp), and as WingArc documents its software (SuperSTAR, Open Data API):

* An unknown id anywhere in a query fails all of it with 400 and names the id: codes are taken from the service's own
  list (``/schema``), unless the spec lists them.
* That list comes in **pages of 100**; only the header ``Link`` (``rel="next"``) says that more follow.
* A dimension of months that isn't narrowed answers with the **latest alone**: say from when.
* A total comes only if it is asked for, as an item without a code. Totals and means are made of unrounded numbers and
  rounded by themselves: parts needn't add up. Totals of areas are of those asked for, not of the country.
* Lists of areas hold **codes that are no area**: XXZZZZZZZ (unknown), ZZXXXXXXX (abroad). They change with their
  vintage (MASTERGEOG11, MASTERGEOG21), and the latter goes on with the codes of Barnsley and Sheffield of before 2025.
* Several codes of one item are added up; its label and code are then those of all of them, joined by " + ".
* Personal Independence Payment leaves out **Scotland** since 2025. Children in relative low income *before* housing
  costs are in CILIF_REL; CILIF_AHC is after housing costs, CILIF_ABS the absolute measure. ``PIP_Monthly`` ended in
  2019, ``PIP_Monthly_new`` goes on.
* The key goes into a header. How many requests are left is said in ``X-RateLimit-Remaining``; all endpoints but
  ``/table`` send an ETag, and answers of 304 don't count.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .base import (
    DATASET,
    OWN,
    Answer,
    Ask,
    Budget,
    Cells,
    Column,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    Secret,
    SourceError,
    Term,
    objects,
    require_body,
    text_of,
)

NAME = "statxplore"
TITLE = "Stat-Xplore (Department for Work and Pensions)"
REVISION = 1
HOSTS: tuple[str, ...] = ("stat-xplore.dwp.gov.uk",)
BUDGET = Budget(requests=2, seconds=1.0)
SECRET = Secret("STATXPLORE_API_KEY", "header", "APIKey")

_BASE = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1"

_PAGE = 100
_BATCH = 10_000
_SHOWN = 5
_TOTAL = "Total"
_AREAS, _ALL, _LATEST = "areas", "all", "latest"
_NEXT = re.compile(r"<([^>]*)>\s*;\s*rel=\"?next\b")
_ID = re.compile(r"str:[a-z]+:[^/?#\s]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")

# What of the service's tree only holds others together: it is looked into, and not shown.
_HOLDERS = frozenset({"FOLDER", "GROUP"})

# Recoded in 2025, the same places: the service's lists may hold either code.
_SAME_PLACE: Mapping[str, str] = MappingProxyType(
    {
        "E08000016": "E08000038",
        "E08000019": "E08000039",
        "E08000038": "E08000016",
        "E08000039": "E08000019",
    }
)

_RUN_AGAIN = "Run again; if it stays so, list the codes in the query."
_COPY_IDS = "Build the table on the service's website and compare the ids that it offers as JSON."

_CODE: Mapping[str, Any] = MappingProxyType({"type": ["string", "integer"], "description": "A code of the dimension."})
_END: Mapping[str, Any] = MappingProxyType({"type": ["string", "integer"], "description": "A code, or latest."})

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["database", "measures", "dimensions"],
        "properties": {
            "database": {
                "type": "string",
                "pattern": "^str:database:[^:]+$",
                "description": "The database's id, such as str:database:CILIF_REL.",
            },
            "measures": {
                "type": "array",
                "minItems": 1,
                "description": "What is counted or averaged, each with id and name; each becomes a column of numbers.",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["id", "name"],
                    "properties": {
                        "id": {
                            "type": "string",
                            "pattern": "^str:(count|statfn):.+$",
                            "description": "The measure's id: str:count:… for a count, str:statfn:…:MEAN and such.",
                        },
                        "name": {
                            "type": "string",
                            "minLength": 1,
                            "description": "The label that the service prints: the column's name.",
                        },
                    },
                },
            },
            "dimensions": {
                "type": "array",
                "minItems": 1,
                "description": (
                    "By what it is broken down, each with id, name and codes (areas, all, latest, {from, to}, or a"
                    " list), and also, leave_out or total; each becomes a column of labels and one of codes."
                ),
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["id", "name"],
                    "properties": {
                        "id": {
                            "type": "string",
                            "pattern": "^str:(field|valueset):.+$",
                            "description": "The id of a field, or of one of its lists of codes (valueset).",
                        },
                        "name": {
                            "type": "string",
                            "minLength": 1,
                            "description": "The label that the service prints: the column's name.",
                        },
                        "codes": {
                            "description": (
                                "Which codes of the list: areas (those of the settings), all, latest, {from, to}, or"
                                " the codes themselves, an inner list being added up. If not said: as the service"
                                " answers, which for months is the latest alone."
                            ),
                            "if": {"type": "object"},
                            "then": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["from", "to"],
                                "properties": {"from": {**_END}, "to": {**_END}},
                            },
                            "else": {
                                "if": {"type": "array"},
                                "then": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": ["string", "integer", "array"],
                                        "items": {**_CODE},
                                        "minItems": 1,
                                        "description": "A code, or a list of codes that are added up.",
                                    },
                                },
                                "else": {"enum": [_AREAS, _ALL, _LATEST]},
                            },
                        },
                        "also": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "description": "The last part of a valueset's id."},
                            "description": (
                                "Further lists of the same field, each asked for by itself, such as that of regions:"
                                " V_C_MASTERGEOG21_REGION_TO_COUNTRY."
                            ),
                        },
                        "leave_out": {
                            "type": "array",
                            "minItems": 1,
                            "items": {**_CODE},
                            "description": "Codes of the list that aren't wanted, such as XXZZZZZZZ, which is no area.",
                        },
                        "total": {
                            "type": "boolean",
                            "description": "Whether the total of the codes is asked for too; its code is blank.",
                        },
                    },
                    "allOf": [
                        {
                            "if": {"anyOf": [{"required": [key]} for key in ("also", "leave_out", "total")]},
                            "then": {"required": ["codes"]},
                        },
                        {
                            "if": {"required": ["also"]},
                            "then": {
                                "properties": {
                                    "codes": {
                                        "enum": [_AREAS, _ALL],
                                        "description": "With also: areas (those of the settings), or all.",
                                    }
                                }
                            },
                        },
                        {
                            "if": {"required": ["codes"]},
                            "then": {
                                "properties": {
                                    "id": {
                                        "pattern": "^str:valueset:.+$",
                                        "description": "The id of a list of codes (valueset), since codes are named.",
                                    }
                                }
                            },
                        },
                    ],
                },
            },
        },
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...]:
    """Label and code of each dimension, and the measures; all of them are named in the query."""
    return (
        *(column for dimension in query["dimensions"] for column in _columns_of(dimension)),
        *(_measured(measure) for measure in query["measures"]),
    )


def _columns_of(dimension: Mapping[str, Any]) -> tuple[Column, Column]:
    whole = (_TOTAL,) if dimension.get("total") else ()
    return Column(dimension["name"], whole=whole), Column(_code_column(dimension["name"]))


def _measured(measure: Mapping[str, Any]) -> Column:
    counted = "count" if measure["id"].startswith("str:count:") else None
    return Column(measure["name"], "number", unit=counted, measure=counted, markers=(("", "not_available"),))


def exchange(ask: Ask) -> Exchange:
    """Ask which codes there are, where the spec doesn't list them, and then for a table at each level of areas."""
    levels: list[Sequence[_Axis]] = []
    for dimension in ask.query["dimensions"]:
        levels += [(yield from _levels(dimension, ask.areas))]
    parts: list[Part] = []
    for axes in product(*levels):
        answer = yield _table(ask.query, axes)
        _compare(_said(answer), ask.query, axes)
        parts.append(Part(answer, Reading(OWN), answer.release))
    return parts


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    listed = [one["name"] for one in ask.query["dimensions"] if _needs_list(one.get("codes"))]
    levels = max(1 + len(one.get("also", ())) for one in ask.query["dimensions"])
    return (
        *([f"the codes of {', '.join(listed)} as the service lists them, in pages of {_PAGE}"] if listed else []),
        "the table" if levels == 1 else f"a table for each of {levels} levels that has codes which are wanted",
        "every code asked for must come back, no other, and labels as the query names them",
    )


def parse(answer: Answer) -> Iterable[Cells]:
    """The rows of a table: the combinations of the items of all dimensions, in the order of the cubes."""
    said = _said(answer)
    axes = [[(_label(item), _code(item)) for item in field["items"]] for field in said["fields"]]
    names = [name for field in said["fields"] for name in (field["label"], _code_column(field["label"]))]
    names += [measure["label"] for measure in said["measures"]]
    values = [_flat(said["cubes"][measure["uri"]]["values"]) for measure in said["measures"]]
    rows = zip(product(*axes), *values, strict=True)
    while batch := [(*(text for pair in pairs for text in pair), *figures) for pairs, *figures in islice(rows, _BATCH)]:
        yield dict(zip(names, map(list, zip(*batch, strict=True)), strict=True))


def describe(dataset: str) -> Description:
    """The databases; or what is in a database, a field or a list of codes, which are called by their ids."""
    if dataset and not _ID.fullmatch(dataset):
        cure = "They are called like str:database:CILIF_REL; what is in them, like str:field:… and str:valueset:…."
        raise SourceError(f"{dataset} is no id of Stat-Xplore.", cure)
    ahead, seen, terms = [dataset], {dataset}, list[Term]()
    while ahead:
        children = yield from _children(ahead.pop(0))
        terms += [_term(child) for child in children if child.get("type") not in _HOLDERS]
        inner = [str(child.get("id")) for child in children if child.get("type") in _HOLDERS]
        ahead += [one for one in inner if one not in seen]
        seen |= set(inner)
    return terms


def _children(one: str) -> Generator[Request, Answer, Sequence[Mapping[str, Any]]]:
    """What is directly in something, or in the uppermost of all, page by page."""
    url = f"{_BASE}/schema/{one}" if one else f"{_BASE}/schema"
    asked = [Request(url, secret=SECRET, purpose="discover", expects="json")]
    found: dict[str, Mapping[str, Any]] = {}
    while True:
        answer = yield asked[-1]
        page = {str(child.get("id")): child for child in objects(_object(answer), "children")}
        if (found and not page) or page.keys() & found.keys():
            raise SourceError("A further page was announced, and came without anything new.", "Run again.")
        found |= page
        following = _following(answer, asked)
        if following is None:
            return tuple(found.values())
        asked.append(following)


def _term(child: Mapping[str, Any]) -> Term:
    """Something in the tree: a value by its code, all else by its id, as queries have it."""
    kind, code = str(child.get("type", "")).lower(), str(child.get("id"))
    dimension = DATASET if kind == "database" else kind
    return Term(dimension, _last(code) if kind == "value" else code, text_of(child, "label"))


@dataclass(frozen=True, slots=True)
class _Axis:
    """One dimension of one table: the ids of its items, or None for all that the service answers with."""

    name: str
    id: str
    items: tuple[tuple[str, ...], ...] | None = None
    total: bool = False

    @property
    def field(self) -> str:
        """The id of the field that the list belongs to, or that it is."""
        return self.id if self.id.startswith("str:field:") else f"str:field:{self._path.rpartition(':')[0]}"

    @property
    def values(self) -> str:
        """What the ids of its values begin with."""
        return f"str:value:{self._path}:"

    @property
    def recode(self) -> dict[str, Any]:
        """Its entry among the query's recodes; empty if it takes what comes."""
        if self.items is None:
            return {}
        return {self.field: {"map": [list(ids) for ids in self.items], "total": self.total}}

    @property
    def asked(self) -> str:
        """What stands for it among the query's dimensions: with a recode, the field."""
        return self.id if self.items is None else self.field

    @property
    def _path(self) -> str:
        return self.id.split(":", 2)[2]


def _levels(dimension: Mapping[str, Any], areas: Sequence[str]) -> Generator[Request, Answer, Sequence[_Axis]]:
    """The dimension once for each of its lists of codes that has some which are wanted."""
    first = dimension["id"]
    further = (f"{first.rpartition(':')[0]}:{name}" for name in dimension.get("also", ()))
    axes: list[_Axis] = []
    for one in (first, *further):
        axis = _Axis(dimension["name"], one)
        if "codes" not in dimension:
            return [axis]
        items = yield from _items(axis, dimension, areas)
        axes += [_Axis(axis.name, one, items, bool(dimension.get("total")))] if items else []
    if not axes:
        raise _nothing_wanted(dimension, areas)
    return axes


def _nothing_wanted(dimension: Mapping[str, Any], areas: Sequence[str]) -> SourceError:
    if dimension["codes"] == _AREAS:
        message = f"The service's list for '{dimension['name']}' holds none of the areas wanted: {_listed(areas)}."
        return SourceError(message, "Name the list of the right level and vintage in the query (id, also).")
    message = f"The service's list for '{dimension['name']}' holds no code that the query asks for."
    return SourceError(message, "Compare the codes of the query with the list on the service's website.")


def _items(
    axis: _Axis, dimension: Mapping[str, Any], areas: Sequence[str]
) -> Generator[Request, Answer, tuple[tuple[str, ...], ...]]:
    """The ids of the items to ask for, from the codes that are said or that the service lists."""
    said = dimension["codes"]
    if not _needs_list(said):
        return tuple(tuple(f"{axis.values}{code}" for code in _several(one)) for one in said)
    listed = yield from _list(axis)
    left_out = {str(code) for code in dimension.get("leave_out", ())}
    kept = [code for code in listed if code not in left_out]
    return tuple((f"{axis.values}{code}",) for code in _chosen(said, kept, areas, axis.name))


def _needs_list(said: Any) -> bool:
    return said is not None and not isinstance(said, (list, tuple))


def _several(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, (list, tuple)) else (str(said),)


def _chosen(said: Any, listed: Sequence[str], areas: Sequence[str], name: str) -> Sequence[str]:
    """Those of the codes listed that are wanted."""
    if said == _ALL:
        return listed
    if said == _AREAS:
        there = {code: code if code in listed else _SAME_PLACE.get(code, code) for code in areas}
        return list(dict.fromkeys(code for code in there.values() if code in listed))
    return _between(said, listed, name)


def _between(said: Any, listed: Sequence[str], name: str) -> Sequence[str]:
    """The codes from one to another, both included, by their number."""
    odd = [code for code in listed if not code.isdecimal() or len(code) != len(listed[0])]
    if odd:
        message = f"The codes of '{name}' can't be put in order: {_listed(odd)} isn't like {listed[0]}."
        raise SourceError(message, "List the codes in the query, or leave these out (leave_out).")
    bounds = said if isinstance(said, Mapping) else {"from": _LATEST, "to": _LATEST}
    latest = max(listed, default="")
    first, last = (latest if bounds[end] == _LATEST else str(bounds[end]) for end in ("from", "to"))
    chosen = sorted(code for code in listed if _within(code, first, last))
    if listed and not chosen:
        message = f"'{name}' has no code from {first} to {last}: the service lists {min(listed)} to {latest}."
        raise SourceError(message, "Correct from and to in the query; they are codes, such as 202304.")
    return chosen


def _within(code: str, first: str, last: str) -> bool:
    return len(first) == len(code) == len(last) and first <= code <= last


def _list(axis: _Axis) -> Generator[Request, Answer, Sequence[str]]:
    """The codes of a list as the service has them, page by page."""
    asked = [Request(f"{_BASE}/schema/{axis.id}", secret=SECRET, purpose="discover", expects="json")]
    codes: list[str] = []
    while True:
        answer = yield asked[-1]
        page = _members(answer, axis)
        codes += page
        repeated = [code for code, times in Counter(codes).items() if times > 1]
        if repeated:
            raise SourceError(f"The list {axis.id} holds {_listed(repeated)} twice.", _RUN_AGAIN)
        following = _following(answer, asked)
        if not page and len(asked) > 1:
            message = f"A further page of the list {axis.id} was announced, and came without codes."
            raise SourceError(message, _RUN_AGAIN)
        if following is None:
            return codes
        asked.append(following)


def _members(answer: Answer, axis: _Axis) -> Sequence[str]:
    """The codes on a page of a list."""
    children = _object(answer).get("children")
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise SourceError(f"The service has no list {axis.id}.", _COPY_IDS)
    ids = [str(child.get("id")) for child in children]
    foreign = [one for one in ids if not one.startswith(axis.values)]
    if foreign:
        raise SourceError(f"The list {axis.id} holds {_listed(foreign)}, which is no value of it.", _COPY_IDS)
    return [one.removeprefix(axis.values) for one in ids]


def _following(answer: Answer, asked: Sequence[Request]) -> Request | None:
    """The request for the next page, or None after the last one. The page's own host isn't used, only its number."""
    found = _NEXT.search(answer.headers.get("link", ""))
    if found is None:
        return None
    parameters = tuple(parse_qsl(urlsplit(found[1]).query, keep_blank_values=True))
    if not parameters or any(parameters == request.parameters for request in asked):
        raise SourceError("A list is said to have a further page, but not which one.", _RUN_AGAIN)
    return Request(asked[0].url, parameters, secret=SECRET, purpose="page", expects="json")


def _table(query: Mapping[str, Any], axes: Sequence[_Axis]) -> Request:
    """The request for a table."""
    recodes: dict[str, Any] = {}
    for axis in axes:
        recodes |= axis.recode
    said = {
        "database": query["database"],
        "measures": [measure["id"] for measure in query["measures"]],
        "dimensions": [[axis.asked] for axis in axes],
        "recodes": recodes,
    }
    return Request(
        f"{_BASE}/table",
        method="POST",
        body=json.dumps(said, separators=(",", ":")),
        headers=(("Content-Type", "application/json"),),
        secret=SECRET,
        expects="json",
    )


def _object(answer: Answer) -> Mapping[str, Any]:
    """The object that an answer is; numbers stay the texts that they are."""
    require_body(answer)
    answer.stream.seek(0)
    try:
        said = json.load(answer.stream, parse_int=str, parse_float=str)
    except ValueError:
        raise SourceError("The answer isn't JSON, or was cut short.", "Run again.") from None
    finally:
        answer.stream.seek(0)
    if not isinstance(said, dict):
        raise SourceError("The answer is JSON of another shape than Stat-Xplore's.", _COPY_IDS)
    return said


def _said(answer: Answer) -> Mapping[str, Any]:
    """A table as the service has it; whatever is read of it later is there."""
    said = _object(answer)
    if not _is_table(said):
        told = f": {said['message']}" if isinstance(said.get("message"), str) else "."
        raise SourceError(f"The answer holds no table{told}", _COPY_IDS)
    return said


def _is_table(said: Mapping[str, Any]) -> bool:
    cubes = said.get("cubes")
    return (
        isinstance(cubes, dict)
        and _are_objects(said.get("measures"), ("uri", "label"))
        and _are_objects(said.get("fields"), ("uri", "label", "items"))
        and all(_are_objects(field["items"], ("labels",)) for field in said["fields"])
        and all("values" in _table_of(cubes.get(measure["uri"])) for measure in said["measures"])
    )


def _are_objects(value: Any, keys: Sequence[str]) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and all(key in one for key in keys) for one in value)


def _table_of(value: Any) -> Mapping[str, Any]:
    """The value if it has keys, else one that has none."""
    return value if isinstance(value, dict) else {}


def _compare(said: Mapping[str, Any], query: Mapping[str, Any], axes: Sequence[_Axis]) -> None:
    """What came must be what was asked for: measures, dimensions, their labels and codes, and a number for each."""
    _compare_ids("measures", [measure["id"] for measure in query["measures"]], said["measures"])
    fields = said["fields"]
    _compare_ids("dimensions", [_own_id(axis, fields, place) for place, axis in enumerate(axes)], fields)
    _compare_labels([measure["name"] for measure in query["measures"]], said["measures"])
    _compare_labels([axis.name for axis in axes], fields)
    names = [column.name for column in columns(query)]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise SourceError(f"Two columns would be called {_listed(twice)}.", "Leave one of them out of the query.")
    for axis, field in zip(axes, fields, strict=True):
        _compare_items(axis, field["items"])
    lengths = [len(field["items"]) for field in fields]
    for measure in said["measures"]:
        _check_cube(said["cubes"][measure["uri"]]["values"], lengths, measure["label"])


def _own_id(axis: _Axis, fields: Sequence[Mapping[str, Any]], place: int) -> str:
    """The id that a dimension is answered under: a list asked for whole may come as its field or as itself."""
    if axis.items is None and place < len(fields) and fields[place]["uri"] == axis.id:
        return axis.id
    return axis.field


def _compare_ids(what: str, asked: Sequence[str], came: Sequence[Mapping[str, Any]]) -> None:
    found = [str(one["uri"]) for one in came]
    if found != list(asked):
        message = f"The {what} {', '.join(asked)} were asked for, the answer holds {', '.join(found) or 'none'}."
        raise SourceError(message, _COPY_IDS)


def _compare_labels(names: Sequence[str], came: Sequence[Mapping[str, Any]]) -> None:
    for name, one in zip(names, came, strict=True):
        if one["label"] != name:
            message = f"The service calls {one['uri']} '{one['label']}', the query calls it '{name}'."
            raise SourceError(message, "See whether it still means the same; if so, take over the service's label.")


def _compare_items(axis: _Axis, items: Sequence[Mapping[str, Any]]) -> None:
    """Every item asked for must have come once, and no other; a total only where one was asked for."""
    coded = [tuple(map(str, item["uris"])) for item in items if item.get("uris")]
    faults = [*_faulty_totals(axis, items), *_faulty_codes(axis, coded)]
    if faults:
        raise SourceError(f"'{axis.name}' isn't what was asked for: it {'; '.join(faults)}.", _COPY_IDS)


def _faulty_totals(axis: _Axis, items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    labels = [_label(item) for item in items if not item.get("uris")]
    if labels != [_TOTAL] * axis.total:
        yield f"also holds {_listed(labels)}, without a code" if labels else "lacks the total"


def _faulty_codes(axis: _Axis, came: Sequence[tuple[str, ...]]) -> Iterator[str]:
    foreign = [one for ids in came for one in ids if not one.startswith(axis.values)]
    if foreign:
        yield f"holds {_listed(foreign)}, which is no value of {axis.id}"
    elif not came:
        yield "is empty"
    else:
        yield from _differences(axis.items if axis.items is not None else dict.fromkeys(came), came)


def _differences(asked: Iterable[tuple[str, ...]], came: Sequence[tuple[str, ...]]) -> Iterator[str]:
    wanted, found = Counter(map(_joined, asked)), Counter(map(_joined, came))
    if wanted - found:
        yield f"lacks {_listed(wanted - found)}"
    foreign = [code for code in found if code not in wanted]
    if foreign:
        yield f"also holds {_listed(foreign)}"
    repeated = [code for code, times in found.items() if code in wanted and times > wanted[code]]
    if repeated:
        yield f"holds {_listed(repeated)} twice"


def _check_cube(values: Any, lengths: Sequence[int], label: str) -> None:
    """The numbers must nest as the items do."""
    if lengths:
        if not isinstance(values, list) or len(values) != lengths[0]:
            raise SourceError(f"The numbers of '{label}' aren't as many as there are items.", "Run again.")
        for inner in values:
            _check_cube(inner, lengths[1:], label)
    elif values is not None and not (isinstance(values, str) and _NUMBER.fullmatch(values)):
        raise SourceError(f"'{label}' holds {json.dumps(values)} where a number was due.", "Run again.")


def _flat(values: Any) -> Iterator[str | None]:
    if not isinstance(values, list):
        yield values
        return
    for inner in values:
        yield from _flat(inner)


def _label(item: Mapping[str, Any]) -> str:
    return " + ".join(map(str, item["labels"]))


def _code(item: Mapping[str, Any]) -> str | None:
    return _joined(item.get("uris", ())) or None


def _joined(ids: Iterable[str]) -> str:
    return " + ".join(map(_last, ids))


def _last(one: str) -> str:
    """The code in an id: what stands behind its last colon.

    >>> _last("str:value:CILIF_REL:V_F_CILIF_REL:COA:V_C_MASTERGEOG11_LA_TO_UTLA_NI:E08000035")
    'E08000035'
    """
    return one.rpartition(":")[2]


def _code_column(name: str) -> str:
    return f"{name} CODE"


def _listed(codes: Iterable[str]) -> str:
    ordered = list(codes)
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more
