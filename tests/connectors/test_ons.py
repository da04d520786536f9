"""ONS: how a page leads to its newest file, a data set to its latest version, and what is refused on the way."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import ons
from yhovi.connectors.base import LANDED, OWN, Ask, Request, SourceError

from support.answers import answer, hold, refusal

SITE = "https://www.ons.gov.uk"
API = "https://api.beta.ons.gov.uk/v1/datasets"
FILES = "https://download.ons.gov.uk/downloads/datasets"
PAGE = "/economy/datasets/gva"
AGAIN = "Run again; if it stays so, open the address in a browser."
BROWSE = "Open the address in a browser, without /data at its end: the page may have moved."
EDITION = "Say in the query which are meant, as a regular expression: edition."
FILE = "Say in the query which is meant, as a regular expression for its whole name: file."
HTML = b"<!DOCTYPE html><html>"
A_PAGE = (
    "A web page came back where JSON was asked for.",
    "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
)


def said(document: object) -> bytes:
    return json.dumps(document).encode()


def ask(read: Mapping[str, Any] | None = None, **query: Any) -> Ask:
    return Ask("ons/gva", query, read=read or {})


def landing(*names: str) -> bytes:
    """A dataset page with these editions."""
    return said({"type": "dataset_landing_page", "datasets": [{"uri": f"{PAGE}/{name}"} for name in names]})


def edition(*files: str, released: str | None = "2025-10-15T08:30:00.000Z", replaced: Sequence[str] = ()) -> bytes:
    """An edition with these files, and when those before them were replaced."""
    return said(
        {
            "type": "dataset",
            "description": {"releaseDate": released} if released else {},
            "downloads": [{"file": file} for file in files],
            "versions": [{"uri": "/previous/v1", "updateDate": day} for day in replaced],
        }
    )


def addresses(requests: Sequence[Request]) -> list[str]:
    return [request.address for request in requests]


# Dataset pages ---------------------------------------------------------------------------------------


def test_a_page_leads_to_the_file_of_its_edition() -> None:
    held = hold(ons, ask(page=PAGE), landing("current"), edition("tables.xlsx"), b"PK")
    assert addresses(held.requests) == [
        f"{SITE}{PAGE}/data",
        f"{SITE}{PAGE}/current/data",
        f"{SITE}/file?uri={PAGE}/current/tables.xlsx",
    ]
    assert [(request.purpose, request.expects) for request in held.requests] == [
        ("discover", "json"),
        ("discover", "json"),
        ("data", "workbook"),
    ]
    (part,) = held.parts
    assert (part.answer.stream.read(), part.reading.reader, part.release) == (b"PK", "workbook", "2025-10-15")


def test_an_edition_can_be_named_as_the_page() -> None:
    held = hold(ons, ask(page=f"{PAGE}/current"), edition("tables.csv"), b"a,b\n1,2\n")
    assert addresses(held.requests) == [
        f"{SITE}{PAGE}/current/data",
        f"{SITE}/file?uri={PAGE}/current/tables.csv",
    ]


DATES = {
    "as it says": (edition("a.csv", released="2025-10-15T08:30:00.000Z"), "2025-10-15"),
    "midnight in summer is the evening before in UTC": (
        edition("a.csv", released="2015-07-14T23:00:00.000Z"),
        "2015-07-15",
    ),
    "midnight in winter": (edition("a.csv", released="2025-12-03T00:00:00.000Z"), "2025-12-03"),
    "an old date beside newer versions": (
        edition("a.csv", released="2016-08-16T08:30:00Z", replaced=["2026-08-18T06:00:00Z", "2026-09-15T06:00:00Z"]),
        "2026-09-15",
    ),
    "versions in another order": (
        edition("a.csv", replaced=["2026-09-15T06:00:00Z", "2026-08-18T06:00:00Z"]),
        "2026-09-15",
    ),
    "versions alone": (edition("a.csv", released=None, replaced=["2026-08-18T06:00:00Z"]), "2026-08-18"),
}


@pytest.mark.parametrize(("page", "release"), DATES.values(), ids=DATES)
def test_the_release_is_the_day_on_which_the_file_was_put_there(page: bytes, release: str) -> None:
    (part,) = hold(ons, ask(page=PAGE), landing("current"), page, b"a\n1\n").parts
    assert part.release == release


def dated(day: str) -> bytes:
    return edition("a.csv", released=f"{day}T08:30:00.000Z")


ORDERS = {
    "the newest first": (["2024", "2023", "2022"], ["2024-10-01", "2023-10-01", "2022-10-01"], "2024"),
    "the newest last": (["2022", "2023", "2024"], ["2022-10-01", "2023-10-01", "2024-10-01"], "2024"),
    "old ones of one day": (["2024", "2010", "2009"], ["2024-10-01", "2012-01-01", "2012-01-01"], "2024"),
}


@pytest.mark.parametrize(("names", "days", "newest"), ORDERS.values(), ids=ORDERS)
def test_of_several_editions_the_newest_is_taken(names: list[str], days: list[str], newest: str) -> None:
    held = hold(ons, ask(page=PAGE), landing(*names), *map(dated, days), b"a\n1\n")
    assert held.requests[-1].address == f"{SITE}/file?uri={PAGE}/{newest}/a.csv"


def test_editions_that_are_not_meant_are_not_asked_for() -> None:
    names = ["february2026", "current", "2024", "2023"]
    held = hold(
        ons, ask(page=PAGE, edition="20[0-9]{2}"), landing(*names), dated("2024-10-01"), dated("2023-10-01"), b"a"
    )
    assert addresses(held.requests)[1:3] == [f"{SITE}{PAGE}/2024/data", f"{SITE}{PAGE}/2023/data"]


FILES_MEANT = {
    "the only one": ({}, ["a.xlsx"], f"{PAGE}/current/a.xlsx"),
    "by its name": ({"file": "b.*"}, ["a.xlsx", "b.xlsx"], f"{PAGE}/current/b.xlsx"),
    "by its whole name": ({"file": "b[.]xlsx"}, ["bb.xlsx", "b.xlsx", "b.xlsx.zip"], f"{PAGE}/current/b.xlsx"),
    "under a path of its own": ({}, ["/elsewhere/labd02_tcm77-408195.xls"], "/elsewhere/labd02_tcm77-408195.xls"),
    "by the name behind its path": ({"file": "b.csv"}, ["/x/a.csv", "/x/b.csv"], "/x/b.csv"),
}


@pytest.mark.parametrize(("query", "files", "path"), FILES_MEANT.values(), ids=FILES_MEANT)
def test_the_file_is_found_by_its_name(query: dict[str, str], files: list[str], path: str) -> None:
    held = hold(ons, ask(page=PAGE, **query), landing("current"), edition(*files), b"a\n1\n")
    assert held.requests[-1].parameters == (("uri", path),)


READINGS = {
    "told by its ending": ({}, "a.XLS", "workbook", "workbook", {}),
    "said": ({"format": "csv", "header_row": 3}, "a.txt", "csv", "csv", {"header_row": 3}),
    "out of a zip": ({"format": "csv", "member": "b.csv"}, "a.zip", "csv", "any", {"member": "b.csv"}),
}


@pytest.mark.parametrize(("read", "file", "reader", "expects", "options"), READINGS.values(), ids=READINGS)
def test_the_file_is_read_as_the_spec_says(
    read: dict[str, Any], file: str, reader: str, expects: str, options: dict[str, Any]
) -> None:
    held = hold(ons, ask(read, page=PAGE), landing("current"), edition(file), b"a\n1\n")
    (part,) = held.parts
    assert (part.reading.reader, held.requests[-1].expects, dict(part.reading.options)) == (reader, expects, options)


def test_the_release_that_is_wanted_is_taken() -> None:
    (part,) = hold(ons, ask(page=PAGE, release="2025-10-15"), landing("current"), edition("a.csv"), b"a\n1\n").parts
    assert part.release == "2025-10-15"


PAGES_REFUSED = {
    "a web page": ({}, [HTML], A_PAGE),
    "nothing": (
        {},
        [b""],
        ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."),
    ),
    "cut short": ({}, [landing("current")[:40]], ("The answer isn't JSON, or was cut short.", AGAIN)),
    "a list": ({}, [b"[]"], ("The answer is JSON of another form than this service's.", AGAIN)),
    "a bulletin": (
        {},
        [said({"type": "bulletin"})],
        ("The page is no dataset page, but bulletin.", "Name the page that lists the editions."),
    ),
    "no kind": (
        {},
        [b"{}"],
        ("The page is no dataset page, but of no kind.", "Name the page that lists the editions."),
    ),
    "no editions": ({}, [landing()], ("The page lists no editions.", BROWSE)),
    "an edition elsewhere": (
        {},
        [said({"type": "dataset_landing_page", "datasets": [{"uri": "https://example.org/x"}]})],
        ("The page lists no editions.", BROWSE),
    ),
    "no such edition": (
        {"edition": "2030"},
        [landing("current", "2024")],
        ("No edition of the page matches '2030': there are 'current', '2024'.", "Correct the edition."),
    ),
    "too many editions": (
        {},
        [landing(*(f"m{number}" for number in range(25)))],
        ("The page has 25 editions to choose from, more than the 24 that are looked at.", EDITION),
    ),
    "dates that disagree with the order": (
        {},
        [landing("2024", "2023", "2022"), dated("2024-10-01"), dated("2025-02-01"), dated("2022-10-01")],
        (
            (
                "It can't be told which edition is the newest: the page lists 2024 of 2024-10-01, 2023 of 2025-02-01, "
                "2022 of 2022-10-01."
            ),
            EDITION,
        ),
    ),
    "two of one day": (
        {},
        [landing("a", "b"), dated("2024-10-01"), dated("2024-10-01")],
        ("It can't be told which edition is the newest: the page lists a of 2024-10-01, b of 2024-10-01.", EDITION),
    ),
    "no date": (
        {},
        [landing("current"), edition("a.csv", released=None)],
        (f"The edition {PAGE}/current doesn't say when it was released.", BROWSE),
    ),
    "a date in words": (
        {},
        [landing("current"), edition("a.csv", released="soon")],
        (f"The edition {PAGE}/current doesn't say when it was released.", BROWSE),
    ),
    "no files": (
        {},
        [landing("current"), edition()],
        (
            f"The edition {PAGE}/current lists no files.",
            "Copy the file's address from the page, and use the connector file.",
        ),
    ),
    "files in the newer storage": (
        {},
        [landing("current"), said({"type": "dataset", "downloads": [{"url": "some/path/file.csv", "version": "v2"}]})],
        (
            f"The edition {PAGE}/current lists files that only its website can fetch.",
            "Copy the file's address from the page, and use the connector file.",
        ),
    ),
    "several files": (
        {},
        [landing("current"), edition("a.csv", "b.csv")],
        ("One file is wanted, the edition current has 'a.csv', 'b.csv'.", FILE),
    ),
    "no such file": (
        {"file": "c.*"},
        [landing("current"), edition("a.csv", "b.csv")],
        ("One file that matches 'c.*' is wanted, the edition current has none among 'a.csv', 'b.csv'.", FILE),
    ),
    "several such files": (
        {"file": "a.*"},
        [landing("current"), edition("a1.csv", "a2.csv", "b.csv")],
        (
            (
                "One file that matches 'a.*' is wanted, the edition current has 'a1.csv', 'a2.csv' among 'a1.csv', "
                "'a2.csv', 'b.csv'."
            ),
            FILE,
        ),
    ),
    "an unknown kind of file": (
        {},
        [landing("current"), edition("a.zip")],
        (
            f"It can't be told what kind of file {PAGE}/current/a.zip is.",
            "Say it: read: {format: csv}, or workbook.",
        ),
    ),
    "another release": (
        {"release": "2024-10-15"},
        [landing("current"), edition("a.csv")],
        (
            "The release 2024-10-15 is wanted, the newest one is 2025-10-15.",
            "Say release: 2025-10-15 or none, or land the file of 2024-10-15.",
        ),
    ),
    "a web page in place of the file": (
        {},
        [landing("current"), edition("a.csv"), HTML],
        (
            "A web page came back where CSV was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
}


@pytest.mark.parametrize(("query", "bodies", "sentence"), PAGES_REFUSED.values(), ids=PAGES_REFUSED)
def test_a_page_that_leads_nowhere_is_refused(
    query: dict[str, str], bodies: list[bytes], sentence: tuple[str, str]
) -> None:
    assert refusal(ons, ask(page=PAGE, **query), *bodies) == sentence


# Whole data sets -------------------------------------------------------------------------------------

WHOLE = b"v4_1,Data marking,calendar-years,Time,administrative-geography,Geography\n5,,2023,2023,E08000035,Leeds\n"


def latest(href: str = f"{API}/wellbeing/editions/time-series/versions/4") -> bytes:
    return said({"id": "wellbeing", "links": {"latest_version": {"href": href, "id": "4"}}})


VERSIONS = {
    "the latest": ({}, [API + "/wellbeing"], "time-series/versions/4", "time-series-v4"),
    "said to be the latest": ({"version": "latest"}, [API + "/wellbeing"], "time-series/versions/4", "time-series-v4"),
    "the latest of an edition": (
        {"edition": "time-series"},
        [API + "/wellbeing/editions/time-series"],
        "time-series/versions/4",
        "time-series-v4",
    ),
    "one of the latest edition": ({"version": 2}, [API + "/wellbeing"], "time-series/versions/2", "time-series-v2"),
    "one of an edition": ({"edition": "2021", "version": 3}, [], "2021/versions/3", "2021-v3"),
}


@pytest.mark.parametrize(("query", "before", "path", "release"), VERSIONS.values(), ids=VERSIONS)
def test_the_version_is_found(query: dict[str, Any], before: list[str], path: str, release: str) -> None:
    held = hold(ons, ask(dataset="wellbeing", **query), *[latest()] * len(before), WHOLE)
    assert addresses(held.requests) == [*before, f"{FILES}/wellbeing/editions/{path}.csv"]
    (part,) = held.parts
    assert (part.reading.reader, dict(part.reading.options), part.release) == ("csv", {}, release)


HEADERS = {
    "capitals": "V4_0,time,Time",
    "no marks": "v4_0,time,Time,geo,Geography",
    "three": "v4_3,Data marking,Lower limit,Upper limit,yyyy-yy,Time",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_adds_up_is_accepted(header: str) -> None:
    body = f"\ufeff{header}\n".encode()
    (part,) = hold(ons, ask(dataset="wellbeing", edition="e", version=1), body).parts
    assert part.answer.stream.read() == body


FORM = "It has to begin with v4_ and the number of columns that come before the pairs of code and label."

WHOLE_REFUSED = {
    "another first column": (b"value,time,Time\n", "'value', 'time', 'Time'"),
    "a column short": (b"v4_1,Data marking,time\n", "'v4_1', 'Data marking', 'time'"),
    "no pairs": (b"v4_1,Data marking\n", "'v4_1', 'Data marking'"),
    "more announced than there is": (b"v4_9,time,Time\n", "'v4_9', 'time', 'Time'"),
    "many columns": (
        b"a,b,c,d,e,f,g,h,i,j,k,l,m,n\n",
        "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l' and 2 more",
    ),
}


@pytest.mark.parametrize(("body", "header"), WHOLE_REFUSED.values(), ids=WHOLE_REFUSED)
def test_another_header_is_refused(body: bytes, header: str) -> None:
    sentence = f"The answer isn't a data set of the API: its header is {header}."
    assert refusal(ons, ask(dataset="wellbeing", edition="e", version=1), body) == (sentence, FORM)


NO_VERSION = (
    "The API doesn't say which version of wellbeing is the latest.",
    "Say edition and version in the query.",
)


@pytest.mark.parametrize("body", [b"{}", said({"links": None}), latest("https://example.org/")])
def test_a_data_set_without_a_version_is_refused(body: bytes) -> None:
    assert refusal(ons, ask(dataset="wellbeing"), body) == NO_VERSION


def test_another_release_than_is_wanted_is_refused() -> None:
    assert refusal(ons, ask(dataset="wellbeing", release="time-series-v3"), latest(), WHOLE) == (
        "The release time-series-v3 is wanted, the newest one is time-series-v4.",
        "Say release: time-series-v4 or none, or land the file of time-series-v3.",
    )


# Landed files ----------------------------------------------------------------------------------------


LANDINGS: dict[str, tuple[dict[str, Any], dict[str, Any], bytes, str]] = {
    "a file of a page": ({"page": PAGE}, {"format": "workbook"}, b"PK", "workbook"),
    "the latest version": ({"dataset": "wellbeing"}, {}, WHOLE, "csv"),
    "a certain version": ({"dataset": "wellbeing", "edition": "time-series", "version": 3}, {}, WHOLE, "csv"),
}


def landed(asked: Ask, body: bytes) -> Any:
    """What the exchange makes of a file that is landed: it answers the first question, and no other is put."""
    exchange = ons.exchange(asked)
    next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(body, Request(f"{LANDED}:ons/gva"), release="2025"))
    return end.value.value


@pytest.mark.parametrize(("query", "read", "body", "reader"), LANDINGS.values(), ids=LANDINGS)
def test_a_landed_file_answers_the_first_question(
    query: dict[str, Any], read: dict[str, Any], body: bytes, reader: str
) -> None:
    (part,) = landed(ask(read, **query, release=2025), body)
    assert (part.answer.stream.read(), part.reading.reader, part.release) == (body, reader, "2025")


def test_a_landed_file_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SourceError) as raised:
        landed(ask(page=PAGE, release=2025), b"PK")
    assert raised.value.message == "It can't be told what kind of file the landed file is."


def test_a_landed_file_of_another_form_is_refused() -> None:
    with pytest.raises(SourceError) as raised:
        landed(ask(dataset="wellbeing", release=2025), b"a,b\n")
    assert raised.value.message == "The answer isn't a data set of the API: its header is 'a', 'b'."


# Observations ----------------------------------------------------------------------------------------

DIMENSIONS = {"geography": "*", "time": "2022-23", "estimate": "average-mean"}


def version(*names: str) -> bytes:
    return said({"dimensions": [{"name": name, "id": f"the-{name}"} for name in names]})


KNOWN = version("time", "geography", "estimate")


def observed(
    *rows: tuple[str, str], header: str = "Geography", metadata: Mapping[str, str] | None = None, **document: Any
) -> bytes:
    """The observations of some areas."""
    return said(
        {
            "limit": 10_000,
            "offset": 0,
            "total_observations": len(rows),
            "observations": [
                {
                    "dimensions": {header: {"href": "https://x", "id": area, "label": f"Name of {area}"}},
                    **({"metadata": dict(metadata)} if metadata else {}),
                    "observation": value,
                }
                for area, value in rows
            ],
            **document,
        }
    )


def wanted(dimensions: Mapping[str, Any] = DIMENSIONS, **query: Any) -> Ask:
    return ask(dataset="wellbeing", edition="time-series", version=4, dimensions=dimensions, **query)


def test_observations_are_asked_for_by_their_dimensions() -> None:
    held = hold(ons, wanted(), KNOWN, observed(("E08000035", "3.15")))
    assert addresses(held.requests) == [
        f"{API}/wellbeing/editions/time-series/versions/4",
        f"{API}/wellbeing/editions/time-series/versions/4/observations?geography=*&time=2022-23&estimate=average-mean",
    ]
    assert [(part.reading.reader, part.release) for part in held.parts] == [(OWN, "time-series-v4")]


def test_every_combination_is_a_request_of_its_own() -> None:
    dimensions = {"geography": "*", "time": ["2021-22", "2022-23"], "estimate": ["good", "fair"]}
    held = hold(ons, wanted(dimensions), KNOWN, *[observed(("E08000035", "1"))] * 4)
    assert [dict(request.parameters) for request in held.requests[1:]] == [
        {"geography": "*", "time": time, "estimate": estimate}
        for time in ("2021-22", "2022-23")
        for estimate in ("good", "fair")
    ]
    assert ons.outline(wanted(dimensions)) == (
        "the names of the version's dimensions, then 4 requests for its observations",
    )


def test_the_latest_version_is_asked_for_first() -> None:
    asked = ask(dataset="wellbeing", dimensions=DIMENSIONS)
    held = hold(ons, asked, latest(), KNOWN, observed(("E08000035", "1")))
    assert addresses(held.requests)[:2] == [
        f"{API}/wellbeing",
        f"{API}/wellbeing/editions/time-series/versions/4",
    ]


def parsed(dimensions: Mapping[str, Any], body: bytes) -> Any:
    parameters = tuple((name, str(option)) for name, option in dimensions.items())
    return [dict(cells) for cells in ons.parse(answer(body, Request(API, parameters, expects="json")))]


def test_observations_become_rows() -> None:
    body = observed(("E08000035", "3.15"), ("E07000166", ""), metadata={"Data marking": "[u]", "Lower limit": ""})
    assert parsed(DIMENSIONS, body) == [
        {
            "time": ["2022-23", "2022-23"],
            "estimate": ["average-mean", "average-mean"],
            "geography": ["E08000035", "E07000166"],
            "geography_name": ["Name of E08000035", "Name of E07000166"],
            "observation": ["3.15", None],
            "Data marking": ["[u]", "[u]"],
            "Lower limit": [None, None],
        }
    ]


def test_capitals_of_a_header_are_no_difference() -> None:
    dimensions = {"measureofwellbeing": "*", "time": "2022-23"}
    body = observed(("anxiety", "3.15"), header="MeasureOfWellbeing")
    assert len(hold(ons, wanted(dimensions), version("time", "measureofwellbeing"), body).parts) == 1
    assert parsed(dimensions, body)[0]["measureofwellbeing"] == ["anxiety"]


def test_one_observation_says_no_dimension() -> None:
    dimensions = {"geography": "E08000035", "time": 2023, "estimate": "good"}
    body = said({"limit": 10_000, "offset": 0, "total_observations": 1, "observations": [{"observation": "105.1"}]})
    assert len(hold(ons, wanted(dimensions), KNOWN, body).parts) == 1
    assert parsed(dimensions, body) == [
        {"geography": ["E08000035"], "time": ["2023"], "estimate": ["good"], "observation": ["105.1"]}
    ]


def test_the_columns_of_observations_are_known() -> None:
    query = {"dimensions": DIMENSIONS, "marking": "Data marking", "numbers": ["Lower limit"]}
    assert [(column.name, column.kind, column.status_from) for column in ons.columns(query) or ()] == [
        ("geography", "text", None),
        ("time", "text", None),
        ("estimate", "text", None),
        ("geography_name", "text", None),
        ("observation", "number", "Data marking"),
        ("Lower limit", "number", None),
        ("Data marking", "text", None),
    ]
    assert (ons.columns({"page": PAGE}), ons.columns({"dataset": "wellbeing"})) == (None, None)


NAMES = "Name each dimension of the version, spelled like this, and no other."
METADATA = "Name the mark that explains missing numbers with marking, the others with numbers."
WILD = "List the options of the others."
ONE = ("E08000035", "1")

OBSERVATIONS_REFUSED: dict[str, tuple[dict[str, Any], list[bytes], tuple[str, str]]] = {
    "a dimension misnamed": (
        {"dimensions": {"geography": "*", "time": "2022-23", "estimates": "good"}},
        [KNOWN],
        (
            (
                "The query has the dimensions 'estimates', 'geography', 'time', the version has 'estimate', "
                "'geography', 'time'."
            ),
            NAMES,
        ),
    ),
    "a dimension left out": (
        {"dimensions": {"geography": "*", "time": "2022-23"}},
        [KNOWN],
        ("The query has the dimensions 'geography', 'time', the version has 'estimate', 'geography', 'time'.", NAMES),
    ),
    "a version without dimensions": (
        {},
        [said({"dimensions": None})],
        ("The query has the dimensions 'estimate', 'geography', 'time', the version has none.", NAMES),
    ),
    "all of two": (
        {"dimensions": {"geography": "*", "time": "*", "estimate": "good"}},
        [KNOWN],
        ("All options (*) are asked of 'geography', 'time': the service allows one dimension, and no list.", WILD),
    ),
    "all in a list": (
        {"dimensions": {"geography": ["*", "E08000035"], "time": "2023", "estimate": "good"}},
        [KNOWN],
        ("All options (*) are asked of 'geography': the service allows one dimension, and no list.", WILD),
    ),
    "none": ({}, [KNOWN, observed()], ("0 observations were announced, 0 came.", AGAIN)),
    "null": ({}, [KNOWN, said({"observations": None})], ("0 observations were announced, 0 came.", AGAIN)),
    "fewer than announced": (
        {},
        [KNOWN, observed(ONE, total_observations=2)],
        ("2 observations were announced, 1 came.", AGAIN),
    ),
    "a later page": ({}, [KNOWN, observed(ONE, offset=100)], ("1 observations were announced, 1 came.", AGAIN)),
    "as many as can come": (
        {},
        [KNOWN, observed(ONE, ("E08000036", "2"), limit=2)],
        (
            "2 observations came, which is the most that the service sends: there may be more.",
            'List options in place of "*", or take the whole data set (a query without dimensions).',
        ),
    ),
    "one area twice": (
        {},
        [KNOWN, observed(ONE, ("E08000036", "2"), ("E08000035", "3"))],
        ("1 of 3 observations repeat another one.", AGAIN),
    ),
    "of another dimension": (
        {},
        [KNOWN, observed(ONE, header="Time")],
        ("Observations came that don't say their value, or what they are of.", AGAIN),
    ),
    "without a code": (
        {},
        [KNOWN, observed(("", "1"))],
        ("Observations came that don't say their value, or what they are of.", AGAIN),
    ),
    "without a value": (
        {},
        [KNOWN, observed(ONE).replace(b'"observation":', b'"observatory":')],
        ("Observations came that don't say their value, or what they are of.", AGAIN),
    ),
    "a mark that isn't named": (
        {},
        [KNOWN, observed(ONE, metadata={"Data marking": ""})],
        ("Beside their value observations have 'Data marking', the query names nothing.", METADATA),
    ),
    "a mark that isn't there": (
        {"marking": "Data marking", "numbers": ["Lower limit"]},
        [KNOWN, observed(ONE)],
        ("Beside their value observations have nothing, the query names 'Data marking', 'Lower limit'.", METADATA),
    ),
    "a web page": ({}, [KNOWN, HTML], A_PAGE),
    "a message": ({}, [KNOWN, b"internal error\n"], ("The answer isn't JSON, or was cut short.", AGAIN)),
}


@pytest.mark.parametrize(("query", "bodies", "sentence"), OBSERVATIONS_REFUSED.values(), ids=OBSERVATIONS_REFUSED)
def test_other_observations_are_refused(query: dict[str, Any], bodies: list[bytes], sentence: tuple[str, str]) -> None:
    assert refusal(ons, wanted(**query), *bodies) == sentence


# The list of data sets -------------------------------------------------------------------------------


def listed(*bodies: bytes) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The questions that the list is asked for with, and what comes of these answers."""
    exchange = ons.listing()
    requests = [next(exchange)]
    for body in bodies:
        try:
            requests.append(exchange.send(answer(body, requests[-1])))
        except StopIteration as end:
            return addresses(requests), end.value
    raise AssertionError(f"a further answer is awaited: {requests[-1].address}")


def page_of_list(names: Sequence[str], total: int) -> bytes:
    items = [{"id": name, "title": f"Title of {name}"} for name in names]
    return said({"count": len(items), "items": items, "limit": 100, "offset": 0, "total_count": total})


def test_the_list_is_asked_for_page_by_page() -> None:
    names = [f"d{number}" for number in range(101)]
    asked, found = listed(page_of_list(names[:100], 101), page_of_list(names[100:], 101))
    assert asked == [f"{API}?limit=100&offset=0", f"{API}?limit=100&offset=100"]
    assert found == tuple((name, f"Title of {name}") for name in names)


NO_LIST = "The answer is no page of the list of data sets: it has no items, or no total_count."

LISTS_REFUSED = {
    "a page twice": (
        [page_of_list([f"d{number}" for number in range(100)], 200)] * 2,
        "200 data sets were announced, 100 came.",
    ),
    "a page short": ([page_of_list(["a"], 2)], "2 data sets were announced, 1 came."),
    "no items": ([page_of_list([], 0)], NO_LIST),
    "no count": (
        [said({"items": [{"id": "a", "title": "A"}]})],
        NO_LIST,
    ),
}


@pytest.mark.parametrize(("bodies", "message"), LISTS_REFUSED.values(), ids=LISTS_REFUSED)
def test_a_list_that_is_not_whole_is_refused(bodies: list[bytes], message: str) -> None:
    with pytest.raises(SourceError) as raised:
        listed(*bodies)
    assert raised.value.message == message


# Plans and queries -----------------------------------------------------------------------------------

OUTLINES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a page": (
        {"page": PAGE},
        (
            "the newest edition of the page, and of its files its only one",
            "a file can't be landed for it unless the query says a release",
        ),
    ),
    "a file of a page": (
        {"page": PAGE, "file": "a.*", "release": "2025-10-15"},
        (
            "the newest edition of the page, and of its files the one whose name matches a.*",
            "or the file landed for it: yhovi land ons/gva FILE --release 2025-10-15",
        ),
    ),
    "a data set": (
        {"dataset": "wellbeing"},
        ("the whole data set as CSV", "a file can't be landed for it unless the query says a release"),
    ),
    "observations": (
        {"dataset": "wellbeing", "dimensions": DIMENSIONS},
        ("the names of the version's dimensions, then 1 request for its observations",),
    ),
}


@pytest.mark.parametrize(("query", "sentences"), OUTLINES.values(), ids=OUTLINES)
def test_a_plan_can_tell_what_follows(query: dict[str, Any], sentences: tuple[str, ...]) -> None:
    assert ons.outline(ask(**query)) == sentences


VALIDATOR = Draft202012Validator(dict(ons.QUERY_SCHEMA))

QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a page": ({"page": PAGE, "file": "a.*", "edition": "20[0-9]{2}", "release": "2025-10-15"}, []),
    "a data set": ({"dataset": "wellbeing", "edition": "time-series", "version": 4}, []),
    "observations": (
        {"dataset": "w", "version": "latest", "dimensions": DIMENSIONS, "marking": "m", "numbers": ["l"]},
        [],
    ),
    "neither": ({}, ["'dataset' is a required property"]),
    "both": ({"page": PAGE, "dataset": "w"}, ["'w' should not be valid under {}"]),
    "an address": (
        {"page": f"{SITE}{PAGE}"},
        [f"'{SITE}{PAGE}' does not match '^(/[A-Za-z0-9._-]+)+$'"],
    ),
    "a file of a data set": ({"dataset": "w", "file": "a"}, ["'a' should not be valid under {}"]),
    "an edition that is none": (
        {"dataset": "w", "edition": "20.*/x"},
        ["'20.*/x' does not match '^[A-Za-z0-9._-]+$'"],
    ),
    "a version of a page": (
        {"page": PAGE, "version": 1},
        ["'dataset' is a dependency of 'version'"],
    ),
    "a version in words": (
        {"dataset": "w", "version": "newest"},
        ["'newest' does not match '^(latest|[0-9]+)$'"],
    ),
    "a mark without dimensions": (
        {"dataset": "w", "marking": "m"},
        ["'dimensions' is a dependency of 'marking'"],
    ),
    "a release of observations": (
        {"dataset": "w", "dimensions": DIMENSIONS, "release": "x"},
        ["'x' should not be valid under {}"],
    ),
    "no dimensions": ({"dataset": "w", "dimensions": {}}, ["{} should be non-empty"]),
    "no options": ({"dataset": "w", "dimensions": {"time": []}}, ["[] should be non-empty"]),
    "an option twice": (
        {"dataset": "w", "dimensions": {"time": ["a", "a"]}},
        ["['a', 'a'] has non-unique elements"],
    ),
    "an unknown key": (
        {"dataset": "w", "sex": 4},
        ["Additional properties are not allowed ('sex' was unexpected)"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(query)] == messages


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(ons.QUERY_SCHEMA))
    properties = ons.QUERY_SCHEMA["properties"]
    assert [name for name, one in properties.items() if not one.get("description")] == []


# Real files ------------------------------------------------------------------------------------------


def test_every_real_file_of_a_page_is_taken_as_it_is(samples: Path) -> None:
    taken = {}
    for file in sorted((samples / "ons").iterdir()):
        if file.suffix in (".csv", ".xlsx"):
            content = file.read_bytes()
            (part,) = hold(ons, ask(page=PAGE), landing("current"), edition(file.name), content).parts
            taken[file.name] = (part.reading.reader, part.answer.stream.read() == content)
    assert taken == {
        "aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx": ("workbook", True),
        "ashe_table8_5a_hourly_pay_gross_2025_provisional.csv": ("csv", True),
        "ashe_table8_7a_annual_pay_gross_2025_provisional.csv": ("csv", True),
        "businessdemographyexceltables2024.xlsx": ("workbook", True),
        "crime_csp_table_c2_year_ending_june_2025.csv": ("csv", True),
        "gdhi_la_yorkshire_humber_1997_2022.xlsx": ("workbook", True),
        "gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx": ("workbook", True),
        "gva_populationestimatesbylocalauthority_2025edition.xlsx": ("workbook", True),
        "osprivateoutdoorspacereferencetables_april2020.xlsx": ("workbook", True),
        "regionalgrossdomesticproductlocalauthorities_2021.xlsx": ("workbook", True),
        "wellbeing-local-authority_cmd_v3_yh_lads.csv": ("csv", True),
    }


def test_of_real_files_only_the_one_of_the_api_is_a_data_set_of_it(samples: Path) -> None:
    asked = ask(dataset="wellbeing-local-authority", edition="time-series", version=3)
    content = (samples / "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv").read_bytes()
    (part,) = hold(ons, asked, content).parts
    header = next(csv.reader(io.StringIO(part.answer.stream.read().decode())))
    assert (header[0], len(header)) == ("v4_3", 12)
    other = (samples / "ons/crime_csp_table_c2_year_ending_june_2025.csv").read_bytes()
    assert refusal(ons, asked, other)[1] == FORM


def test_the_real_list_of_data_sets_is_read_in_pages(samples: Path) -> None:
    """Its collector put the pages of the API together, and kept of each data set what they say of it."""
    items = json.loads((samples / "ons/api_beta_datasets_listing_2026-02-07.json").read_bytes())["items"]
    pages = [
        said({"items": items[start : start + 100], "total_count": len(items)}) for start in range(0, len(items), 100)
    ]
    asked, found = listed(*pages)
    assert (len(asked), len(found)) == (4, 337)
    assert dict(found)["wellbeing-local-authority"] == "Personal well-being estimates by local authority"


def test_the_latest_version_of_every_real_data_set_is_found(samples: Path) -> None:
    items = json.loads((samples / "ons/api_beta_datasets_listing_2026-02-07.json").read_bytes())["items"]
    for item in items:
        exchange = ons.exchange(ask(dataset=item["id"]))
        request = exchange.send(answer(said(item), next(exchange)))
        path = item["links"]["latest_version"]["href"].removeprefix(f"{API}/")
        assert request.address == f"{FILES}/{path}.csv"
