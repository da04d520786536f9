"""The Open Geography Portal of ONS (geoportal.statistics.gov.uk): lookups, names and boundaries of areas.

    source:
      connector: geoportal
      dataset: geoportal/LAD24_CSP24_PFA24_EW_LU
      query:
        service: LAD24_CSP24_PFA24_EW_LU
        fields: [LAD24CD, LAD24NM, CSP24CD, CSP24NM]
        where: LAD24CD LIKE 'E%'
        key: [LAD24CD]

Its services are those of ArcGIS, one for each edition of a lookup; the portal's page of a lookup links to its service.

What the services do, as Esri's reference and issues of Esri's and others' clients in public repositories say:

* An error comes **with success**: ``{"error": {"code": 400, "message": "Cannot perform query. Invalid query
  parameters.", "details": ["'Invalid field: date' parameter is invalid"]}}``.
* A layer answers with **fewer rows than are asked for** where its own limit is lower, and says that more are there by
  ``exceededTransferLimit`` (in GeoJSON inside ``properties``), which it may also do where none are, or not at all. So
  the number of rows is asked for first, and pages are asked for until that many have come.
* Without an order pages may overlap: rows are put in order by the key, or by all of the fields.
* What services there are stands at their root, some thousands in one answer; what is in one, in its layers and tables.
* Boundaries are kept in EPSG:27700, in metres: degrees (EPSG:4326) are asked for, and anything else is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

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
    SourceError,
    Term,
    objects,
    require_body,
    text_of,
)

NAME = "geoportal"
TITLE = "Open Geography Portal (Office for National Statistics)"
REVISION = 1
HOSTS: tuple[str, ...] = ("services1.arcgis.com",)
BUDGET = Budget(requests=2, seconds=1.0)

GEOMETRY = "geometry"
"""The column of an answer with boundaries that holds each of them, as GeoJSON."""

_BASE = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
_PAGE = 2000
# Boundaries are large: a page of districts at full detail would be hundreds of megabytes.
_PAGE_OF_BOUNDARIES = 100
_DEGREES = "4326"
_DEGREES_NAMED = ("EPSG:4326", "EPSG::4326", "CRS84")
_LONGEST, _SHOWN = 180.0, 5

_SERVICE = r"^[A-Za-z0-9_-]+$"
_FEATURES = "FeatureServer"
_FIELD: Mapping[str, Any] = MappingProxyType({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["service", "fields"],
        "properties": {
            "service": {
                "type": "string",
                "pattern": _SERVICE,
                "description": "The service's name, as in the address on the lookup's page: LAD24_CSP24_PFA24_EW_LU.",
            },
            "layer": {"type": "integer", "minimum": 0, "description": "The service's layer; 0 if not said."},
            "fields": {
                "type": "array",
                "items": {**_FIELD, "description": "A field of the service, such as LAD24CD."},
                "minItems": 1,
                "uniqueItems": True,
                "description": "The fields wanted: the columns of the answer.",
            },
            "numbers": {
                "type": "array",
                "items": {**_FIELD, "description": "A field of the service that holds numbers."},
                "minItems": 1,
                "uniqueItems": True,
                "description": "Further fields wanted, which hold numbers.",
            },
            "where": {
                "type": "string",
                "minLength": 1,
                "description": "Which rows, as SQL has it: LAD24CD LIKE 'E%'. All rows if not said.",
            },
            "key": {
                "type": "array",
                "items": {**_FIELD, "description": "A field of the key, which is one of the fields wanted."},
                "minItems": 1,
                "uniqueItems": True,
                "description": "The fields that no two rows have in common; a row that comes twice is then refused.",
            },
            "order_by": {
                "type": "array",
                "items": {**_FIELD, "description": "A field to order by."},
                "minItems": 1,
                "uniqueItems": True,
                "description": "The order of the rows; that of the key, or of all fields, if not said.",
            },
            "geometry": {
                "enum": ["none", "geojson"],
                "description": "With geojson each row's boundary comes too, in degrees, in the column geometry.",
            },
        },
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...]:
    """The fields that are asked for, and the boundary if that is."""
    return (
        *(Column(name) for name in query["fields"]),
        *(Column(name, "number") for name in query.get("numbers", ())),
        *((Column(GEOMETRY),) if _with_boundaries(query) else ()),
    )


def exchange(ask: Ask) -> Exchange:
    """Ask how many rows there are, and then for them, page by page, until that many have come."""
    answer = yield _counting(ask.query)
    seen = _Seen(ask.query, _count(answer))
    parts: list[Part] = []
    while seen.awaits_more:
        answer = yield _page(ask.query, seen.rows)
        seen.add(_said(answer))
        parts.append(Part(answer, Reading(OWN), answer.release))
    return parts


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    checks = ["as many rows must come as there are"]
    checks += [f"no two with the same {', '.join(ask.query['key'])}"] if "key" in ask.query else []
    checks += ["every boundary must be in degrees"] if _with_boundaries(ask.query) else []
    return (f"pages of {_size(ask.query):,} rows at most, until all have come", "; ".join(checks))


def parse(answer: Answer) -> Iterable[Cells]:
    """The rows of a page: its fields as text, and the boundary, if there is one, as GeoJSON."""
    rows = [_row(feature) for feature in _features(_said(answer))]
    if rows:
        yield {name: [row.get(name) for row in rows] for name in rows[0]}


def describe(dataset: str) -> Description:
    """The services; or of one its layers and tables with their fields."""
    if not dataset:
        answer = yield _about("")
        found = [one for one in objects(_said(answer), "services") if one.get("type") == _FEATURES]
        return [Term(DATASET, text_of(one, "name"), _FEATURES) for one in found]
    if not re.fullmatch(_SERVICE, dataset):
        raise SourceError(f"{dataset} is no service of the portal.", "They are called like LAD24_CSP24_PFA24_EW_LU.")
    answer = yield _about(f"/{dataset}/{_FEATURES}")
    said = _said(answer)
    layers = [
        (str(one.get("id")), text_of(one, "name")) for what in ("layers", "tables") for one in objects(said, what)
    ]
    terms = [Term("layer", number, name) for number, name in layers]
    for number, _ in layers:
        answer = yield _about(f"/{dataset}/{_FEATURES}/{quote(number, safe='')}")
        terms += [_field(field, number) for field in objects(_said(answer), "fields")]
    return terms


def _about(path: str) -> Request:
    return Request(f"{_BASE}{path}", (("f", "json"),), purpose="discover", expects="json")


def _field(said: Mapping[str, Any], layer: str) -> Term:
    """A field of a layer: its name, and what kind of value it holds."""
    kind = text_of(said, "type").removeprefix("esriFieldType")
    alias = text_of(said, "alias")
    named = f"{alias} ({kind})" if alias not in ("", text_of(said, "name")) else kind
    return Term("field" if layer == "0" else f"field of layer {layer}", text_of(said, "name"), named)


def _counting(query: Mapping[str, Any]) -> Request:
    parameters = (("where", _where(query)), ("returnCountOnly", "true"), ("f", "json"))
    return Request(_address(query), parameters, purpose="discover", expects="json")


def _page(query: Mapping[str, Any], offset: int) -> Request:
    boundaries = _with_boundaries(query)
    parameters = [
        ("where", _where(query)),
        ("outFields", ",".join(_fields(query))),
        ("orderByFields", ",".join(query.get("order_by") or query.get("key") or _fields(query))),
        ("returnGeometry", "true" if boundaries else "false"),
        *([("outSR", _DEGREES)] if boundaries else []),
        ("resultOffset", str(offset)),
        ("resultRecordCount", str(_size(query))),
        ("f", "geojson" if boundaries else "json"),
    ]
    return Request(_address(query), tuple(parameters), purpose="page" if offset else "data", expects="json")


def _address(query: Mapping[str, Any]) -> str:
    return f"{_BASE}/{query['service']}/FeatureServer/{query.get('layer', 0)}/query"


def _where(query: Mapping[str, Any]) -> str:
    return str(query.get("where", "1=1"))


def _fields(query: Mapping[str, Any]) -> tuple[str, ...]:
    return (*query["fields"], *query.get("numbers", ()))


def _with_boundaries(query: Mapping[str, Any]) -> bool:
    return bool(query.get("geometry") == "geojson")


def _size(query: Mapping[str, Any]) -> int:
    return _PAGE_OF_BOUNDARIES if _with_boundaries(query) else _PAGE


@dataclass
class _Seen:
    """What the pages held so far, to be compared with what was asked for and counted."""

    query: Mapping[str, Any]
    announced: int
    rows: int = 0
    keys: set[tuple[str | None, ...]] = field(default_factory=set)
    last: Sequence[Mapping[str, str | None]] = ()
    more: bool = False

    @property
    def awaits_more(self) -> bool:
        """Whether fewer rows have come than there are, or the last page says that it isn't the last."""
        return self.rows < self.announced or self.more

    def add(self, said: Mapping[str, Any]) -> None:
        """Count a page's rows; the page must be the one that was asked for."""
        rows = [_row(feature) for feature in _features(said)]
        if not rows and self.more and self.rows == self.announced:
            self.more = False
            return
        self._check_number(rows)
        self.more = _says_more(said)
        for row in rows:
            self._check_fields(row)
            self._check_key(row)
        if _with_boundaries(self.query):
            _check_boundaries(rows, self.query["fields"][0])
        self.rows += len(rows)
        self.last = rows

    def _check_number(self, rows: Sequence[Mapping[str, str | None]]) -> None:
        if not rows:
            raise SourceError(
                f"A page came back without rows after {self.rows:,} of {self.announced:,} had come.", "Run again."
            )
        if rows == self.last:
            message = f"The page after {self.rows:,} of {self.announced:,} rows is the one before it, once more."
            raise SourceError(message, "Run again; if it stays so, the service can't be asked in pages.")
        if self.rows + len(rows) > self.announced:
            message = f"{self.rows + len(rows):,} rows came, {self.announced:,} were announced."
            raise SourceError(message, "The service may have been updated between two pages: run again.")

    def _check_fields(self, row: Mapping[str, str | None]) -> None:
        lacking = [name for name in _fields(self.query) if name not in row]
        if lacking:
            message = f"The answer has no field {', '.join(lacking)}; it has {', '.join(row)}."
            raise SourceError(message, "Check the fields of the query: each edition's carry its year, as LAD24CD does.")

    def _check_key(self, row: Mapping[str, str | None]) -> None:
        names = self.query.get("key", ())
        key = tuple(row[name] for name in names)
        if names and key in self.keys:
            named = ", ".join(f"{name} {value}" for name, value in zip(names, key, strict=True))
            message = f"A row came twice ({named})."
            raise SourceError(message, "Run again; if it stays so, the key of the query isn't one.")
        self.keys.add(key)


def _check_boundaries(rows: Sequence[Mapping[str, str | None]], name: str) -> None:
    """Every row must have a boundary, in degrees."""
    lacking = [str(row[name]) for row in rows if row[GEOMETRY] is None]
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        message = f"There is no boundary of {', '.join(lacking[:_SHOWN])}{more}."
        raise SourceError(message, "Ask a service of boundaries, whose name says so, or leave them out.")
    places = (json.loads(row[GEOMETRY] or "{}") for row in rows)
    if any(abs(number) > _LONGEST for place in places for number in _numbers(place["coordinates"])):
        message = "The boundaries are in metres (EPSG:27700), though degrees (EPSG:4326) were asked for."
        raise SourceError(message, "Run again; if it stays so, ask another edition of the service.")


def _count(answer: Answer) -> int:
    said = _said(answer).get("count")
    if not isinstance(said, str) or not said.isdecimal():
        raise SourceError("The answer doesn't say how many rows there are.", "Check the address in a browser.")
    if said == "0":
        raise SourceError("The service has no such rows.", "Check the condition (where) of the query.")
    return int(said)


def _says_more(said: Mapping[str, Any]) -> bool:
    return any(place.get("exceededTransferLimit") is True for place in (said, _table(said.get("properties"))))


def _table(value: Any) -> Mapping[str, Any]:
    """The value if it has keys, else one that has none."""
    return value if isinstance(value, dict) else {}


def _features(said: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rows of a page, as the service has them; in degrees, if they have a place."""
    found = said.get("features")
    if not isinstance(found, list) or not all(isinstance(feature, dict) for feature in found):
        raise SourceError("The answer holds no list of rows (features).", "Check the address in a browser.")
    system = str(_table(_table(said.get("crs")).get("properties")).get("name", ""))
    if system and not system.upper().endswith(_DEGREES_NAMED):
        message = f"The boundaries are in {system}, though degrees (EPSG:4326) were asked for."
        raise SourceError(message, "Run again; if it stays so, ask another edition of the service.")
    return found


def _said(answer: Answer) -> Mapping[str, Any]:
    """The object that an answer is; numbers stay the texts that they are, but in boundaries."""
    require_body(answer)
    answer.stream.seek(0)
    try:
        said = json.load(answer.stream, parse_int=str, parse_float=str)
    except ValueError:
        raise SourceError("The answer isn't JSON, or was cut short.", "Run again.") from None
    finally:
        answer.stream.seek(0)
    if not isinstance(said, dict):
        raise SourceError("The answer is JSON of another shape than ArcGIS's.", "Check the address in a browser.")
    if "error" in said:
        raise _refused(said["error"])
    return said


def _refused(error: Any) -> SourceError:
    """What the service says is wrong, which it says with the status of success."""
    error = error if isinstance(error, dict) else {"message": error}
    details = [str(one) for one in error.get("details") or () if one and one != error.get("message")]
    told = " ".join([f"{error.get('message') or 'no reason given'}", *(f"({one})" for one in details)])
    code = f" {error['code']}" if "code" in error else ""
    cure = _CURES.get(str(error.get("code")), "Run again later.")
    return SourceError(f"The service answered with error{code}: {told}", cure)


_CURES: Mapping[str, str] = MappingProxyType(
    {
        "400": "Check the service's name, the fields and the condition (where) of the query.",
        "404": "Check the service's name.",
        "498": "The service isn't public: choose another.",
        "499": "The service isn't public: choose another.",
    }
)


def _row(feature: Mapping[str, Any]) -> dict[str, str | None]:
    """The fields of a row as texts, in whichever of the two forms it came."""
    held = feature.get("properties") if "properties" in feature else feature.get("attributes")
    row = {str(name): None if value is None else _text(value) for name, value in _table(held).items()}
    if "properties" in feature:
        row[GEOMETRY] = _boundary(feature.get("geometry"))
    return row


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _boundary(place: Any) -> str | None:
    """A boundary as GeoJSON, its coordinates numbers again; None where there is none."""
    if not isinstance(place, dict) or not place.get("coordinates"):
        return None
    said = {"type": place.get("type"), "coordinates": _as_numbers(place["coordinates"])}
    return json.dumps(said, separators=(",", ":"))


def _as_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_numbers(one) for one in value]
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SourceError(f"A boundary has the coordinate {value}, which is no number.", "Run again.") from None


def _numbers(coordinates: Any) -> Iterator[float]:
    """Every coordinate of a boundary."""
    ahead = [coordinates]
    while ahead:
        one = ahead.pop()
        if isinstance(one, list):
            ahead += one
        else:
            yield float(one)
