"""Explore Local Statistics: what is asked, and answers that are something else than one indicator's table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import els
from yhovi.connectors.base import Ask

from support.answers import answer, hold, refusal
from support.sources import els_csv

URL = "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv"
CHANGED = (
    "The publisher may have changed the service, as it says it may: compare the address in a browser with the spec."
)
EMISSIONS = "greenhouse-gas-emissions"


def ask(indicator: str = EMISSIONS, **query: Any) -> Ask:
    return Ask(f"els/{indicator}", {"indicator": indicator, **query}, ("E08000035",))


REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "everything": ({}, "geo=all&time=all"),
    "areas": ({"geo": ["E08000035", "utla"]}, "geo=E08000035,utla&time=all"),
    "a year": ({"time": 2022}, "geo=all&time=2022"),
    "the latest": ({"time": "latest"}, "geo=all&time=latest"),
    "a range": ({"time": {"from": 2015, "to": "latest"}}, "geo=all&time=2015,latest"),
    "a dimension": (
        {"dimensions": {"age": ["0-15", "65"], "sex": "F"}},
        "geo=all&time=all&dimension_age=0-15,65&dimension_sex=F",
    ),
}


@pytest.mark.parametrize(("query", "asked"), REQUESTS.values(), ids=REQUESTS)
def test_the_request_says_what_the_service_leaves_out_by_itself(query: dict[str, Any], asked: str) -> None:
    request = next(els.exchange(ask(**query)))
    assert request.address == f"{URL}?indicator={EMISSIONS}&{asked}&includeNames=true&includeStatus=true"
    assert (request.method, request.secret, request.expects) == ("GET", None, "csv")


def test_a_plan_says_that_the_service_may_change() -> None:
    assert els.outline(ask()) == (
        "one answer with all of greenhouse-gas-emissions; no area and period may come twice",
        "the publisher says that this service may change without notice",
    )


HEADER = b"areacd,areanm,period,value,lci_95,uci_95,status\n"
LEEDS = b"E08000035,Leeds,2023-01-01/P1Y,4.28,,,\n"

ACCEPTED: dict[str, tuple[dict[str, Any], bytes]] = {
    "one row": ({}, HEADER + LEEDS),
    "no number, but a reason": ({}, HEADER + b"E08000035,Leeds,2023-01-01/P1Y,,,,x\n"),
    "no limits": ({}, b"areacd,areanm,period,value,status\nE08000035,Leeds,2023,4.28,\n"),
    "columns in another order": ({}, b"status,value,period,areanm,areacd\n,4.28,2023,Leeds,E08000035\n"),
    "a byte order mark and Windows line ends": ({}, b"\xef\xbb\xbf" + HEADER + LEEDS.replace(b"\n", b"\r\n")),
    "an area that was asked for": ({"geo": ["E08000035", "utla"]}, HEADER + LEEDS),
    "a dimension that was asked for": (
        {"dimensions": {"sex": ["F", "M"]}},
        b"areacd,areanm,period,sex,value,status\nE1,A,2023,Female,1,\nE1,A,2023,Male,1,\n",
    ),
}


@pytest.mark.parametrize(("query", "body"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_table_of_the_indicator_is_accepted(query: dict[str, Any], body: bytes) -> None:
    (part,) = hold(els, ask(**query), body).parts
    assert (part.answer.stream.read(), part.reading.reader, dict(part.reading.options)) == (
        body,
        "csv",
        {"encoding": "utf-8-sig"},
    )


def test_a_part_carries_the_release_of_its_answer() -> None:
    exchange = els.exchange(ask())
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(HEADER + LEEDS, request, release="2026-06"))
    assert [part.release for part in end.value.value] == ["2026-06"]


DIMENSION = "If it is a dimension of the indicator, say in the query what is wanted of it: dimensions."

REFUSED: dict[str, tuple[dict[str, Any], bytes, tuple[str, str]]] = {
    "nothing": (
        {},
        b"",
        ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."),
    ),
    "a page": (
        {},
        b"<!doctype html><html>",
        (
            "A web page came back where CSV was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
    "a message": (
        {},
        b'{"message":"No data available for the selected filters."}',
        (
            (
                'A JSON message came back where CSV was asked for: {"message":"No data available for the selected '
                'filters."}'
            ),
            "Check the query against the source.",
        ),
    ),
    "a header alone": (
        {},
        HEADER,
        ("The answer has a header but no rows.", "Check the areas and the time of the query."),
    ),
    "no status": (
        {},
        b"areacd,areanm,period,value\nE1,A,2023,1\n",
        ("The answer has no column 'status': it has 'areacd', 'areanm', 'period', 'value'.", CHANGED),
    ),
    "a renamed column": (
        {},
        HEADER.replace(b"areacd", b"area") + LEEDS,
        (
            "The answer has no column 'areacd': it has 'area', 'areanm', 'period', 'value', 'lci_95' and 2 more.",
            CHANGED,
        ),
    ),
    "several indicators": (
        {},
        b"indicator,areacd,areanm,period,value,status\nA,E1,A,2023,1,\n",
        ("The answer also has the column 'indicator', which wasn't asked for.", DIMENSION),
    ),
    "a dimension that wasn't asked for": (
        {},
        b"areacd,areanm,period,age,value,status\nE1,A,2023,0 to 15,1,\n",
        ("The answer also has the column 'age', which wasn't asked for.", DIMENSION),
    ),
    "a dimension that it doesn't have": (
        {"dimensions": {"sex": "F"}},
        HEADER + LEEDS,
        (
            "The answer has no column 'sex': it has 'areacd', 'areanm', 'period', 'value', 'lci_95' and 2 more.",
            CHANGED,
        ),
    ),
    "a member short": (
        {"dimensions": {"sex": ["F", "N"]}},
        b"areacd,areanm,period,sex,value,status\nE1,A,2023,Female,1,\n",
        ("Of the dimension sex F, N was asked for, the answer has Female.", "Check the codes of the dimension."),
    ),
    "a member too much": (
        {"dimensions": {"sex": "F"}},
        b"areacd,areanm,period,sex,value,status\nE1,A,2023,Male,1,\nE1,A,2023,Female,1,\n",
        ("Of the dimension sex F was asked for, the answer has Female, Male.", "Check the codes of the dimension."),
    ),
    "an area short": (
        {"geo": ["E08000016", "E08000035", "ltla"]},
        HEADER + LEEDS,
        (
            "greenhouse-gas-emissions has no figure for E08000016.",
            "Leave them out of the query, or use their earlier or later codes.",
        ),
    ),
    "a row twice": (
        {},
        HEADER + LEEDS + LEEDS,
        ("The answer holds E08000035, 2023-01-01/P1Y twice.", CHANGED),
    ),
    "a row cut short": (
        {},
        HEADER + LEEDS + b"E08000036,Wake",
        ("Row 2 of the answer is cut short or garbled.", "Run again."),
    ),
}


@pytest.mark.parametrize(("query", "body", "said"), REFUSED.values(), ids=REFUSED)
def test_another_answer_is_refused(query: dict[str, Any], body: bytes, said: tuple[str, str]) -> None:
    assert refusal(els, ask(**query), body) == said


# The schema of queries -------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(dict(els.QUERY_SCHEMA))

QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an indicator": ({"indicator": EMISSIONS}, []),
    "areas and levels": ({"indicator": EMISSIONS, "geo": ["E08000035", "utla"]}, []),
    "a range": ({"indicator": EMISSIONS, "time": {"from": 2015, "to": "latest"}}, []),
    "a day": ({"indicator": EMISSIONS, "time": "2022-04-01"}, []),
    "dimensions": ({"indicator": EMISSIONS, "dimensions": {"sex": ["F", "M"], "age": 65}}, []),
    "no indicator": ({}, ["'indicator' is a required property"]),
    "all indicators": ({"indicator": "all"}, ["'all' should not be valid under {'const': 'all'}"]),
    "several indicators": (
        {"indicator": "gross-value-added,population-count"},
        ["'gross-value-added,population-count' does not match '^[a-z0-9]+(-[a-z0-9]+)*$'"],
    ),
    "half a range": (
        {"indicator": EMISSIONS, "time": {"from": 2015}},
        ["'to' is a required property"],
    ),
    "a time in words": (
        {"indicator": EMISSIONS, "time": "last year"},
        ["'last year' does not match '^(earliest|latest|[0-9]{4}(-[0-9]{2}){0,2})$'"],
    ),
    "a column as a dimension": (
        {"indicator": EMISSIONS, "dimensions": {"period": "2022"}},
        [
            (
                "'period' should not be valid under {'enum': ['areacd', 'areanm', 'period', 'value', 'status', "
                "'lci_95', 'uci_95', 'measure']}"
            )
        ],
    ),
    "an unknown key": (
        {"indicator": EMISSIONS, "areas": "all"},
        ["Additional properties are not allowed ('areas' was unexpected)"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(query)] == messages


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(els.QUERY_SCHEMA))
    properties = els.QUERY_SCHEMA["properties"]
    assert [name for name, said in properties.items() if not said.get("description")] == []


# Columns and real files ------------------------------------------------------------------------------


def test_the_columns_are_known() -> None:
    columns = els.columns({"indicator": EMISSIONS, "dimensions": {"sex": "F"}})
    assert [(column.name, column.kind, column.required) for column in columns] == [
        ("areacd", "text", True),
        ("areanm", "text", True),
        ("period", "text", True),
        ("sex", "text", True),
        ("value", "number", True),
        ("lci_95", "number", False),
        ("uci_95", "number", False),
        ("status", "text", True),
    ]
    (value,) = [column for column in columns if column.name == "value"]
    assert (value.status_from, dict(value.markers)) == (
        "status",
        {"x": "not_available", "u": "too_unreliable_to_publish", "z": "not_applicable", "c": "suppressed"},
    )


SERIES = {
    "children-in-relative-poverty.csv": ("Children in relative poverty before housing costs", 1_648),
    "employment-rate_yh.csv": ("Employment rate", 380),
    "greenhouse-gas-emissions.csv": ("Greenhouse gas emissions", 7_885),
    "gross-value-added.csv": ("Gross value added per hour worked", 7_800),
    "healthy-life-expectancy.csv": ("Male healthy life expectancy", 2_907),
    "housing-affordability-ratio.csv": ("Housing affordability ratio (residence-based)", 8_424),
}


@pytest.mark.parametrize(("name", "series"), SERIES.items(), ids=SERIES)
def test_a_real_series_in_the_form_of_the_service_is_accepted(
    samples: Path, name: str, series: tuple[str, int]
) -> None:
    body = els_csv(samples / "els" / name, series[0]).encode()
    (part,) = hold(els, ask("a-series"), body).parts
    assert part.answer.stream.read().count(b"\n") - 1 == series[1]


@pytest.mark.parametrize("name", SERIES)
def test_the_files_that_ons_keeps_are_no_answers(samples: Path, name: str) -> None:
    message, cure = refusal(els, ask(), (samples / "els" / name).read_bytes())
    assert message.startswith("The answer has no column 'value': it has 'areacd', 'areanm', ")
    assert cure == CHANGED


def test_what_the_files_say_of_themselves_is_no_answer(samples: Path) -> None:
    files = sorted((samples / "els").glob("*.json"))
    refusals = {refusal(els, ask(), file.read_bytes()) for file in files}
    assert {(message[:49], cure) for message, cure in refusals} == {
        ("A JSON message came back where CSV was asked for:", "Check the query against the source.")
    }
