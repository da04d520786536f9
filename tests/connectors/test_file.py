"""Files: what is asked for an address and for a landed file, and how the answer is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import file
from yhovi.connectors.base import Ask, Media

from support.answers import answer, hold, refusal

ONS = "https://www.ons.gov.uk/file"
GVA = "/economy/grossdomesticproductgdp/datasets/regional/tle/gva%20tle.xlsx"


def ask(read: Mapping[str, Any] | None = None, **query: Any) -> Ask:
    return Ask("ons/gva", query, ("E08000035",), read or {})


ADDRESSES = {
    "no parameters": ("https://h.uk/a/b.csv", "https://h.uk/a/b.csv", (), "https://h.uk/a/b.csv"),
    "a path as a parameter": (
        f"{ONS}?uri={GVA}",
        ONS,
        (("uri", "/economy/grossdomesticproductgdp/datasets/regional/tle/gva tle.xlsx"),),
        f"{ONS}?uri={GVA}",
    ),
    "several, one of them blank": (
        "https://h.uk/a.csv?b=2&a=&b=1",
        "https://h.uk/a.csv",
        (("b", "2"), ("a", ""), ("b", "1")),
        "https://h.uk/a.csv?b=2&a=&b=1",
    ),
    "a mark in the page": ("https://h.uk/a.csv#table", "https://h.uk/a.csv", (), "https://h.uk/a.csv"),
    "a port": ("https://h.uk:8443/a.csv?v=1", "https://h.uk:8443/a.csv", (("v", "1"),), "https://h.uk:8443/a.csv?v=1"),
}


@pytest.mark.parametrize(("url", "asked", "parameters", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_is_taken_apart(url: str, asked: str, parameters: tuple[tuple[str, str], ...], address: str) -> None:
    request = next(file.exchange(ask(url=url)))
    assert (request.url, request.parameters, request.address) == (asked, parameters, address)
    assert (request.method, request.secret, request.purpose) == ("GET", None, "data")


FORMATS: dict[str, tuple[str, dict[str, Any], str, Media]] = {
    "csv": ("https://h.uk/a.csv", {}, "csv", "csv"),
    "no ending": ("https://h.uk/download", {}, "csv", "csv"),
    "xlsx": ("https://h.uk/a.xlsx", {}, "workbook", "workbook"),
    "xls in capitals": ("https://h.uk/A.XLS", {}, "workbook", "workbook"),
    "ods, with a version": ("https://h.uk/a.ods?v=2", {}, "workbook", "workbook"),
    "xlsx as a parameter": (f"{ONS}?uri={GVA}", {}, "workbook", "workbook"),
    "json": ("https://h.uk/a.json", {}, "json", "json"),
    "said otherwise": ("https://h.uk/a.xlsx", {"format": "csv"}, "csv", "csv"),
    "said where no ending tells": ("https://h.uk/download", {"format": "workbook"}, "workbook", "workbook"),
    "inside a zip": ("https://h.uk/a.zip", {"format": "csv", "member": "*.csv"}, "csv", "any"),
}


@pytest.mark.parametrize(("url", "read", "reader", "expects"), FORMATS.values(), ids=FORMATS)
def test_the_reader_is_said_or_told_by_the_ending(url: str, read: dict[str, Any], reader: str, expects: Media) -> None:
    asked = ask(read, url=url)
    assert (file.reading(asked).reader, next(file.exchange(asked)).expects) == (reader, expects)


def test_the_reader_is_given_what_the_spec_says_of_reading() -> None:
    read = {"format": "workbook", "sheet": {"title": "current price"}, "header_row": 2}
    assert file.reading(ask(read, url="https://h.uk/a.xlsx")).options == {
        "sheet": {"title": "current price"},
        "header_row": 2,
    }


LANDED = {
    "a release": ({"landed": True, "release": "2025-10"}, "landed:ons/gva?release=2025-10"),
    "a year as a release": ({"landed": True, "release": 2025}, "landed:ons/gva?release=2025"),
    "any release": ({"landed": True}, "landed:ons/gva"),
}


@pytest.mark.parametrize(("query", "address"), LANDED.values(), ids=LANDED)
def test_a_landed_file_is_asked_for_by_its_data_set(query: dict[str, Any], address: str) -> None:
    request = next(file.exchange(ask({"format": "workbook"}, **query)))
    assert (request.address, request.host, request.expects) == (address, "", "workbook")


RELEASES = {
    "the spec's": ({"release": "2025-10"}, "2024-04", "2025-10"),
    "the spec's, a number": ({"release": 2025}, None, "2025"),
    "the answer's": ({}, "2024-04", "2024-04"),
    "none": ({}, None, None),
}


@pytest.mark.parametrize(("query", "of_answer", "release"), RELEASES.values(), ids=RELEASES)
def test_a_part_belongs_to_a_release(query: dict[str, Any], of_answer: str | None, release: str | None) -> None:
    exchange = file.exchange(ask(url="https://h.uk/a.csv", **query))
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(b"a\n", request, release=of_answer))
    assert [part.release for part in end.value.value] == [release]


def test_one_answer_is_all() -> None:
    held = hold(file, ask(url="https://h.uk/a.csv"), b"a,b\n1,2\n")
    assert [part.answer.stream.read() for part in held.parts] == [b"a,b\n1,2\n"]


def test_a_page_in_place_of_a_workbook_is_refused() -> None:
    assert refusal(file, ask(url="https://h.uk/a.xlsx"), b"<!DOCTYPE html>") == (
        "A web page came back where a workbook was asked for.",
        "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
    )


def test_columns_are_for_the_spec_to_say() -> None:
    assert file.columns({"url": "https://h.uk/a.csv"}) is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"url": "https://h.uk/a.csv"}, "one answer, or the file landed for the same data set and release"),
        ({"landed": True}, "awaited from a person: yhovi land ons/gva FILE --release RELEASE"),
    ],
    ids=["an address", "landed"],
)
def test_a_plan_can_tell_what_follows(query: dict[str, Any], said: str) -> None:
    assert file.outline(ask(**query)) == (said,)


# The schema of queries -------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(dict(file.QUERY_SCHEMA))
HTTPS = "does not match '^https://[^\\\\s@]+$'"

QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an address": ({"url": f"{ONS}?uri={GVA}"}, []),
    "an address and a release": ({"url": "https://h.uk/a.csv", "release": "2025-10"}, []),
    "landed": ({"landed": True, "release": 2025}, []),
    "landed, with a name": ({"landed": True, "file": "[0-9]{6}_a[.]csv"}, []),
    "an address, with a name": (
        {"url": "https://h.uk/a.csv", "file": "a[.]csv"},
        ["'a[.]csv' should not be valid under {}"],
    ),
    "http": ({"url": "http://h.uk/a.csv"}, [f"'http://h.uk/a.csv' {HTTPS}"]),
    "another scheme": ({"url": "file:///etc/passwd"}, [f"'file:///etc/passwd' {HTTPS}"]),
    "credentials": ({"url": "https://me:pass@h.uk/a.csv"}, [f"'https://me:pass@h.uk/a.csv' {HTTPS}"]),
    "a space": ({"url": "https://h.uk/a b.csv"}, [f"'https://h.uk/a b.csv' {HTTPS}"]),
    "landed, with an address": (
        {"landed": True, "url": "https://h.uk/a.csv"},
        ["'https://h.uk/a.csv' should not be valid under {}"],
    ),
    "neither": ({}, ["'url' is a required property"]),
    "not landed": ({"landed": False}, ["True was expected"]),
    "an unknown key": (
        {"url": "https://h.uk/a.csv", "sheet": 1},
        ["Additional properties are not allowed ('sheet' was unexpected)"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(query)] == messages


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(file.QUERY_SCHEMA))
    properties = file.QUERY_SCHEMA["properties"]
    assert [name for name, said in properties.items() if not said.get("description")] == []
