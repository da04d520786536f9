"""The Open Geography Portal: what is asked, page by page, and answers that are cut, doubled, or of something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors import geoportal
from yhovi.connectors.base import Answer, Ask, Column, Reading

from support.answers import answer, hold, refusal

LAYER = (
    "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/LAD24_CSP24_PFA24_EW_LU/FeatureServer/0/query"
)
QUERY = {"service": "LAD24_CSP24_PFA24_EW_LU", "fields": ["LAD24CD", "CSP24CD"], "key": ["LAD24CD"]}
AGAIN, BROWSER = "Run again.", "Check the address in a browser."
OTHER = "Run again; if it stays so, ask another edition of the service."


def ask(**said: Any) -> Ask:
    return Ask("geoportal/LAD24_CSP24_PFA24_EW_LU", {**QUERY, **said}, ("E08000035",))


def count(number: object) -> bytes:
    return json.dumps({"count": number}).encode()


def page(*codes: object, more: bool | None = None, **said: Any) -> bytes:
    features = [{"attributes": {"LAD24CD": code, "CSP24CD": "E22000371"}} for code in codes]
    return json.dumps(
        {"features": features, **({} if more is None else {"exceededTransferLimit": more}), **said}
    ).encode()


def places(*points: object, crs: object = None, more: bool = False) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"LAD24CD": f"E0{n}", "CSP24CD": "E22"},
            "geometry": point and {"type": "Polygon", "coordinates": [[point, point]]},
        }
        for n, point in enumerate(points)
    ]
    said: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    said |= {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps(said | ({"properties": {"exceededTransferLimit": True}} if more else {})).encode()


def rows(*answers: Answer) -> list[Mapping[str, Any]]:
    return [
        dict(zip(cells, values, strict=True))
        for one in answers
        for cells in geoportal.parse(one)
        for values in zip(*cells.values(), strict=True)
    ]


def test_the_number_of_rows_is_asked_for_first_and_then_the_rows_in_order() -> None:
    held = hold(geoportal, ask(where="LAD24CD LIKE 'E%'"), count(3), page("E1", "E2", more=True), page("E3"))
    assert [request.address.removeprefix(LAYER) for request in held.requests] == [
        "?where=LAD24CD%20LIKE%20%27E%25%27&returnCountOnly=true&f=json",
        (
            "?where=LAD24CD%20LIKE%20%27E%25%27&outFields=LAD24CD,CSP24CD&orderByFields=LAD24CD&returnGeometry=false"
            "&resultOffset=0&resultRecordCount=2000&f=json"
        ),
        (
            "?where=LAD24CD%20LIKE%20%27E%25%27&outFields=LAD24CD,CSP24CD&orderByFields=LAD24CD&returnGeometry=false"
            "&resultOffset=2&resultRecordCount=2000&f=json"
        ),
    ]
    assert [request.purpose for request in held.requests] == ["discover", "data", "page"]
    assert {request.expects for request in held.requests} == {"json"}
    assert [part.reading for part in held.parts] == [Reading("own")] * 2
    assert [row["LAD24CD"] for row in rows(*(part.answer for part in held.parts))] == ["E1", "E2", "E3"]


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ({}, "LAD24CD"),
        ({"order_by": ["CSP24CD", "LAD24CD"]}, "CSP24CD,LAD24CD"),
        ({"key": [], "numbers": ["SHARE"]}, "LAD24CD,CSP24CD,SHARE"),
    ],
    ids=["by the key", "as said", "by all fields"],
)
def test_pages_have_an_order(said: dict[str, Any], order: str) -> None:
    exchange = geoportal.exchange(ask(**said))
    asked = dict(exchange.send(answer(count(1), next(exchange))).parameters)
    assert asked["orderByFields"] == order
    assert asked["where"] == "1=1"


def test_another_layer_is_asked() -> None:
    assert "/FeatureServer/1/query?" in next(geoportal.exchange(ask(layer=1))).address


def test_boundaries_are_asked_for_in_degrees_and_fewer_at_a_time() -> None:
    held = hold(geoportal, ask(geometry="geojson"), count(2), places([-1.5, 53.8], more=True), TWO)
    asked = dict(held.requests[1].parameters)
    assert (asked["f"], asked["outSR"], asked["returnGeometry"]) == ("geojson", "4326", "true")
    assert asked["resultRecordCount"] == "100"
    assert rows(held.parts[0].answer) == [
        {
            "LAD24CD": "E00",
            "CSP24CD": "E22",
            "geometry": '{"type":"Polygon","coordinates":[[[-1.5,53.8],[-1.5,53.8]]]}',
        }
    ]


TWO = places([-1.0, 54.0]).replace(b"E00", b"E01")


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_degrees_go_by_several_names(crs: str | None) -> None:
    assert len(hold(geoportal, ask(geometry="geojson"), count(1), places([-1.5, 53.8], crs=crs)).parts) == 1


@given(st.integers(1, 60), st.integers(1, 25), st.sampled_from([None, "always", "where more"]))
def test_all_rows_come_whatever_the_limit_and_whatever_is_said_of_more(
    total: int, limit: int, says: str | None
) -> None:
    codes = [f"E{n:08d}" for n in range(total)]
    exchange = geoportal.exchange(ask())
    request = next(exchange)
    body = count(total)
    while True:
        try:
            request = exchange.send(answer(body, request))
        except StopIteration as end:
            parts = end.value
            break
        first = int(dict(request.parameters)["resultOffset"])
        some = codes[first : first + limit]
        more = {None: None, "always": bool(some), "where more": first + limit < total}[says]
        body = page(*some, more=more)
    assert [row["LAD24CD"] for row in rows(*(part.answer for part in parts))] == codes


def test_values_are_the_texts_that_were_printed() -> None:
    body = page().replace(
        b"[]", b'[{"attributes": {"a": 1.10, "b": 7, "c": null, "d": true, "e": "\xc3\xa9", "f": 1e3}}]'
    )
    (row,) = rows(answer(body, next(geoportal.exchange(ask()))))
    assert row == {"a": "1.10", "b": "7", "c": None, "d": "true", "e": "é", "f": "1e3"}


def test_the_columns_are_the_fields() -> None:
    query = {**QUERY, "numbers": ["SHARE"], "geometry": "geojson"}
    assert geoportal.columns(query) == (
        Column("LAD24CD"),
        Column("CSP24CD"),
        Column("SHARE", "number"),
        Column("geometry"),
    )
    assert geoportal.columns({**QUERY, "geometry": "none"}) == (Column("LAD24CD"), Column("CSP24CD"))


def test_a_plan_can_tell_what_follows() -> None:
    assert geoportal.outline(ask(geometry="geojson")) == (
        "pages of 100 rows at most, until all have come",
        "as many rows must come as there are; no two with the same LAD24CD; every boundary must be in degrees",
    )
    assert geoportal.outline(Ask("geoportal/x", {"service": "x", "fields": ["A"]})) == (
        "pages of 2,000 rows at most, until all have come",
        "as many rows must come as there are",
    )


INVALID_FIELD = json.dumps(
    {
        "error": {
            "code": 400,
            "message": "Cannot perform query. Invalid query parameters.",
            "details": ["'Invalid field: date' parameter is invalid"],
        }
    }
).encode()
CHECK_QUERY = "Check the service's name, the fields and the condition (where) of the query."

REFUSED = {
    "an error with success": (
        (INVALID_FIELD,),
        (
            "The service answered with error 400: Cannot perform query. Invalid query parameters. "
            "('Invalid field: date' parameter is invalid)"
        ),
        CHECK_QUERY,
    ),
    "an error on a later page": (
        (
            count(2),
            page("E1", more=True),
            b'{"error":{"code":504,"message":"Your request has timed out.","details":[]}}',
        ),
        "The service answered with error 504: Your request has timed out.",
        "Run again later.",
    ),
    "an error that says itself twice": (
        (b'{"error":{"code":400,"message":"Invalid URL","details":["Invalid URL"]}}',),
        "The service answered with error 400: Invalid URL",
        CHECK_QUERY,
    ),
    "an error that is a text": (
        (b'{"error":"out of order"}',),
        "The service answered with error: out of order",
        "Run again later.",
    ),
    "a service that isn't public": (
        (b'{"error":{"code":499,"message":"Token Required","details":[]}}',),
        "The service answered with error 499: Token Required",
        "The service isn't public: choose another.",
    ),
    "a web page": (
        (b"<!DOCTYPE html><html></html>",),
        "A web page came back where JSON was asked for.",
        "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
    ),
    "nothing": (
        (b"",),
        "The answer is empty (0 bytes).",
        "Check the query: a wrong one is often answered with nothing.",
    ),
    "half an answer": ((count(2), page("E1")[:-4]), "The answer isn't JSON, or was cut short.", AGAIN),
    "a list": ((b"[1]",), "The answer is JSON of another shape than ArcGIS's.", BROWSER),
    "no number": ((b"{}",), "The answer doesn't say how many rows there are.", BROWSER),
    "a number below nothing": ((count(-1),), "The answer doesn't say how many rows there are.", BROWSER),
    "no rows": ((count(0),), "The service has no such rows.", "Check the condition (where) of the query."),
    "no list of rows": ((count(1), b'{"rows": []}'), "The answer holds no list of rows (features).", BROWSER),
    "rows that are none": ((count(1), b'{"features": [1]}'), "The answer holds no list of rows (features).", BROWSER),
    "the last page missing": (
        (count(3), page("E1", "E2"), page()),
        "A page came back without rows after 2 of 3 had come.",
        AGAIN,
    ),
    "an empty page in the middle": (
        (count(3), page("E1", more=True), page(more=True)),
        "A page came back without rows after 1 of 3 had come.",
        AGAIN,
    ),
    "the same page again": (
        (count(4), page("E1", "E2", more=True), page("E1", "E2")),
        "The page after 2 of 4 rows is the one before it, once more.",
        "Run again; if it stays so, the service can't be asked in pages.",
    ),
    "pages that overlap": (
        (count(4), page("E1", "E2", more=True), page("E2", "E3")),
        "A row came twice (LAD24CD E2).",
        "Run again; if it stays so, the key of the query isn't one.",
    ),
    "more than there are": (
        (count(2), page("E1", "E2", "E3")),
        "3 rows came, 2 were announced.",
        "The service may have been updated between two pages: run again.",
    ),
    "more after the last": (
        (count(2), page("E1", "E2", more=True), page("E3")),
        "3 rows came, 2 were announced.",
        "The service may have been updated between two pages: run again.",
    ),
    "another edition's fields": (
        (count(1), page("E1").replace(b"CSP24CD", b"CSP25CD")),
        "The answer has no field CSP24CD; it has LAD24CD, CSP25CD.",
        "Check the fields of the query: each edition's carry its year, as LAD24CD does.",
    ),
}


@pytest.mark.parametrize(("bodies", "said", "cure"), REFUSED.values(), ids=REFUSED)
def test_an_answer_that_cannot_be_used_is_refused(bodies: tuple[bytes, ...], said: str, cure: str) -> None:
    assert refusal(geoportal, ask(), *bodies) == (said, cure)


METRES = "The boundaries are in metres (EPSG:27700), though degrees (EPSG:4326) were asked for."


@pytest.mark.parametrize(
    ("body", "said", "cure"),
    [
        (places([430000, 433000]), METRES, OTHER),
        (places([-1.5, 433000.25]), METRES, OTHER),
        (
            places([430000, 433000], crs="EPSG:27700"),
            "The boundaries are in EPSG:27700, though degrees (EPSG:4326) were asked for.",
            OTHER,
        ),
        (
            places(None),
            "There is no boundary of E00.",
            "Ask a service of boundaries, whose name says so, or leave them out.",
        ),
        (places(["x", 53]), "A boundary has the coordinate x, which is no number.", AGAIN),
    ],
    ids=["metres", "metres in the second place", "metres by name", "no boundary", "no number"],
)
def test_boundaries_that_cannot_be_used_are_refused(body: bytes, said: str, cure: str) -> None:
    assert refusal(geoportal, ask(geometry="geojson"), count(1), body) == (said, cure)


def test_many_boundaries_that_are_absent_are_counted() -> None:
    said, _ = refusal(geoportal, ask(geometry="geojson"), count(7), places(*[None] * 7))
    assert said == "There is no boundary of E00, E01, E02, E03, E04 and 2 more."


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        (QUERY, True),
        ({**QUERY, "layer": 1, "where": "1=1", "geometry": "geojson", "order_by": ["A"], "numbers": ["B"]}, True),
        ({"service": "x"}, False),
        ({**QUERY, "service": "../x"}, False),
        ({**QUERY, "fields": []}, False),
        ({**QUERY, "fields": ["A,B"]}, False),
        ({**QUERY, "geometry": "esri"}, False),
        ({**QUERY, "wher": "1=1"}, False),
    ],
)
def test_the_schema_says_what_may_be_asked(query: dict[str, Any], fits: bool) -> None:
    schema = json.loads(json.dumps(geoportal.QUERY_SCHEMA, default=dict))
    assert Draft202012Validator(schema).is_valid(query) is fits


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["features", "attributes", "properties", "geometry", "crs", "error"]), inner),
    ),
    max_leaves=8,
)


@given(st.one_of(st.binary(max_size=50), ODD.map(lambda said: json.dumps(said).encode())))
def test_an_answer_of_any_other_shape_is_met_with_a_sentence(body: bytes) -> None:
    said, cure = refusal(geoportal, ask(geometry="geojson"), count(1), body)
    assert said
    assert cure
