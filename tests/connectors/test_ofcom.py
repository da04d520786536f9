"""Files that a web page links to, as Ofcom and Sport England have them, and files that are landed in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import CONNECTORS, ofcom, sport_england
from yhovi.connectors.base import LANDED, Ask, Reading, Request, SourceError, Term

from support.answers import answer, hold, refusal
from support.pages import OFCOM, html_page

REPORTS = "/phones-and-broadband/coverage-and-speeds/infrastructure-research"
PAGE = "/phones-and-broadband/coverage-and-speeds/data"
FILES = "/siteassets/resources/documents/research-and-data/multi-sector/infrastructure-research"
CSV = b"laua,laua_name\r\nE08000035,LEEDS\r\n"
ZIP = b"PK\x03\x04 and so on"
IN_ZIP = {"format": "csv", "member": "*_fixed_laua_coverage_*.csv"}
MONTH = "(?P<release>20[0-9]{4}_r[0-9]+)_laua[.]csv"
WHICH = "Say in the query which is meant, as a regular expression for its whole name: file."


def ask(read: Mapping[str, Any] | None = None, **query: Any) -> Ask:
    return Ask("ofcom/fixed", query, ("E08000035",), read or {})


# A page and its links ------------------------------------------------------------------------------------------------


def test_a_page_leads_to_the_newest_file() -> None:
    links = [f"{FILES}/202209_r01_laua.csv", f"{FILES}/202209_r02_laua.csv?v=3286&w", f"{FILES}/202109_r01_laua.csv"]
    held = hold(ofcom, ask(page=PAGE, file=MONTH), html_page("Data", [*links, "/about"]), CSV)
    assert [(one.address, one.purpose, one.expects) for one in held.requests] == [
        (f"{OFCOM}{PAGE}", "discover", "any"),
        (f"{OFCOM}{FILES}/202209_r02_laua.csv?v=3286&w=", "data", "csv"),
    ]
    (part,) = held.parts
    assert (part.release, part.reading) == ("202209_r02", Reading("csv", {}))


# What the page of all reports links to, and what the pages of the years do: names as they were.
YEARS = ["connected-nations-20252/data-downloads-2025", "connected-nations-2024/data-downloads-2024", "about-us"]
OF_2025 = [
    f"{FILES}/connected-nations-2025/202507_fixed_broadband_coverage_r01.zip?v=407830",
    f"{FILES}/connected-nations-2025/202507_fixed_broadband_performance_r01.zip?v=407839",
    f"{FILES}/connected-nations-2025/202507_mobile_coverage_r01.zip?v=407840",
    f"{FILES}/connected-nations-2025/about-fixed-data.pdf",
]


@pytest.mark.parametrize(
    ("series", "links", "file", "release"),
    [
        ("fixed-coverage", OF_2025, OF_2025[0], "202507_fixed_broadband_coverage_r01"),
        ("mobile-coverage", OF_2025, OF_2025[2], "202507_mobile_coverage_r01"),
        (
            "fixed-coverage",
            [f"{FILES}/202601_fixed_broadband_coverage_and_full_fibre_take-up-r1.zip", f"{FILES}/a.zip"],
            f"{FILES}/202601_fixed_broadband_coverage_and_full_fibre_take-up-r1.zip",
            "202601_fixed_broadband_coverage_and_full_fibre_take-up-r1",
        ),
    ],
)
def test_a_series_is_found_under_the_names_that_it_had(series: str, links: list[str], file: str, release: str) -> None:
    reports = html_page("Reports", [f"/phones-and-broadband/coverage-and-speeds/{year}" for year in YEARS])
    held = hold(ofcom, ask(IN_ZIP, series=series), reports, html_page("Downloads", links), ZIP)
    assert [one.address for one in held.requests] == [
        f"{OFCOM}{REPORTS}",
        f"{OFCOM}/phones-and-broadband/coverage-and-speeds/{YEARS[0]}",
        f"{OFCOM}{file}",
    ]
    (part,) = held.parts
    assert (part.release, held.requests[-1].expects) == (release, "any")
    assert part.reading == Reading("csv", {"member": "*_fixed_laua_coverage_*.csv"})


def test_the_tables_of_sport_england_lie_elsewhere() -> None:
    host = "https://sportengland-production-files.s3.eu-west-2.amazonaws.com"
    name = "Active%20Lives%20Adult%20Survey%20report%20Nov%2024-25%20Tables%201-5%20Levels%20of%20activity.xlsx"
    links = [f"{host}/s3fs-public/2026-04/{name}", f"{host}/s3fs-public/2026-04/Tables%206-8.xlsx"]
    held = hold(sport_england, ask(series="activity-levels"), html_page("Tables", links), ZIP)
    assert held.requests[-1].address == links[0]
    assert held.requests[-1].expects == "workbook"
    assert held.parts[0].release == "Active Lives Adult Survey report Nov 24-25 Tables 1-5 Levels of activity.xlsx"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_edition_that_is_wanted_is_asked_for(slash: str) -> None:
    query = {"page": REPORTS, "edition": "data-downloads-(?P<release>20[0-9]{2})", "file": "a[.]csv", "release": 2024}
    links = [f"{REPORTS}/data-downloads-2025{slash}", f"{OFCOM}/b/data-downloads-2024{slash}", "https://x.org/c"]
    held = hold(ofcom, ask(**query), html_page("R", links), html_page("D", ["a.csv"]), CSV)
    base = f"{OFCOM}/b/" if not slash else f"{OFCOM}/b/data-downloads-2024/"
    assert [one.address for one in held.requests[1:]] == [f"{OFCOM}/b/data-downloads-2024{slash}", f"{base}a.csv"]
    assert held.parts[0].release == "2024"


def test_every_release_of_a_page_is_taken_and_says_which_it_is() -> None:
    links = [f"/f/{month}_r01_laua.csv" for month in ("202109", "201909", "202209", "202009")]
    query = {"page": PAGE, "file": "(?P<release>20[0-9]{4})_r0*[0-9]+_laua[.]csv", "every": True}
    held = hold(ofcom, ask(release_column="month", **query), html_page("Data", [*links, "/f/x.csv"]), *[CSV] * 4)
    months = ["202209", "202109", "202009", "201909"]
    assert [one.url for one in held.requests[1:]] == [f"{OFCOM}/f/{month}_r01_laua.csv" for month in months]
    assert [(part.release, part.labels) for part in held.parts] == [(month, (("month", month),)) for month in months]


def test_every_edition_is_looked_at_for_its_file() -> None:
    query = {"page": REPORTS, "edition": "downloads-(?P<release>20[0-9]{2})", "file": "a[.]csv", "every": True}
    reports = html_page("R", ["/2020/downloads-2020", "/2021/downloads-2021", "/about"])
    pages = [html_page("D", ["/2021/a.csv", "/2021/b.csv"]), html_page("D", ["/2020/a.csv"])]
    held = hold(ofcom, ask(**query), reports, *pages, CSV, CSV)
    assert [one.address for one in held.requests[1:]] == [
        f"{OFCOM}{path}" for path in ("/2021/downloads-2021", "/2020/downloads-2020", "/2021/a.csv", "/2020/a.csv")
    ]
    assert [part.release for part in held.parts] == ["2021", "2020"]


def test_one_file_cannot_be_of_two_editions() -> None:
    query = {"page": REPORTS, "edition": "d-(?P<release>20[0-9]{2})", "file": "(?P<release>20..)[.]csv", "every": True}
    pages = [html_page("D", ["/1/2020.csv"]), html_page("D", ["/2/2020.csv"])]
    assert refusal(ofcom, ask(**query), html_page("R", ["/d-2020", "/d-2021"]), *pages)[0] == (
        f"Several are of the release 2020: '{OFCOM}/1/2020.csv', '{OFCOM}/2/2020.csv'."
    )


def test_two_issues_of_one_month_are_not_both_taken() -> None:
    links = ["/f/202209_r01_laua.csv", "/f/202209_r02_laua.csv"]
    query = {"page": PAGE, "file": "(?P<release>20[0-9]{4})_r0*[0-9]+_laua[.]csv", "every": True}
    assert refusal(ofcom, ask(**query), html_page("Data", links)) == (
        "Several are of the release 202209: '202209_r01_laua.csv', '202209_r02_laua.csv'.",
        "Let the group release take in what tells them apart, from the year on: (?P<release>20[0-9]{4}_r[0-9]+).",
    )


# What isn't there ----------------------------------------------------------------------------------------------------

BROWSER = (
    "Open it in a browser. If it shows them there, the site keeps programs out: write landed: true in place of the "
    "page, download the file, and then: yhovi land ofcom/fixed FILE --release RELEASE"
)
REFUSED: dict[str, tuple[list[bytes], dict[str, Any], tuple[str, str]]] = {
    "are you human": (
        [b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>x()</script></body></html>"],
        {"file": ".*"},
        ("The page 'Just a moment...' links to no files.", BROWSER),
    ),
    "renamed": (
        [html_page("Data", ["/f/202407_fixed_performance_laua_r01.csv", "/f/x.zip"])],
        {"file": "(?P<release>20[0-9]{4})_fixed_laua_performance_r[0-9]+[.]csv"},
        (
            (
                "One file that matches '(?P<release>20[0-9]{4})_fixed_laua_performance_r[0-9]+[.]csv' is wanted, "
                "the page has none among '202407_fixed_performance_laua_r01.csv', 'x.zip'."
            ),
            WHICH,
        ),
    ),
    "no such edition": (
        [html_page("Reports", ["/a/data-2025", "/a/data-2024"])],
        {"file": ".*", "edition": "data-downloads-(?P<release>20[0-9]{2})"},
        (
            (
                "One edition that matches 'data-downloads-(?P<release>20[0-9]{2})' is wanted, the page has none among "
                "'data-2025', 'data-2024'."
            ),
            WHICH.replace("file.", "edition."),
        ),
    ),
    "another release": (
        [html_page("Data", ["/f/202209_r01_laua.csv", "/f/202109_r01_laua.csv"])],
        {"file": MONTH, "release": "202009_r01"},
        (
            "The release 202009_r01 is wanted, there are 202109_r01, 202209_r01.",
            "Say one of these, or land the file of 202009_r01.",
        ),
    ),
    "another release than the only one": (
        [html_page("Data", ["/f/202209_r01_laua.csv"])],
        {"file": MONTH, "release": "202009_r01"},
        (
            "The release 202009_r01 is wanted, the newest one is 202209_r01.",
            "Say release: 202209_r01 or none, or land the file of 202009_r01.",
        ),
    ),
    "elsewhere": (
        [html_page("Data", ["https://files.example.org/a.csv"])],
        {"file": "a[.]csv"},
        (
            "a.csv is kept at files.example.org, which isn't one of the hosts of this source: www.ofcom.org.uk.",
            "Look at the page in a browser; if the publisher has moved its files, use the connector file.",
        ),
    ),
    "a page without encryption": (
        [html_page("Data", ["http://www.ofcom.org.uk/a.csv"])],
        {"file": "a[.]csv"},
        ("The page 'Data' links to no files.", BROWSER),
    ),
    "no page": (
        [b"laua,laua_name\n"],
        {"file": ".*"},
        ("The answer is no web page.", "Check the page: its path leads to something else."),
    ),
    "a page in place of the file": (
        [html_page("Data", ["/f/a.csv"]), html_page("Just a moment...", [])],
        {"file": "a[.]csv"},
        (
            "A web page came back where CSV was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
}


@pytest.mark.parametrize(("bodies", "query", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_there_is_not_guessed(bodies: list[bytes], query: dict[str, Any], told: tuple[str, str]) -> None:
    assert refusal(ofcom, ask(page=PAGE, **query), *bodies) == told


# Landed files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"landed": True}, "landed:ofcom/fixed"),
        ({"landed": True, "release": "2022-09", "file": "a.*"}, "landed:ofcom/fixed?release=2022-09"),
        ({"page": PAGE, "file": "a.*", "release": "2022-09"}, f"{OFCOM}{PAGE}"),
    ],
)
def test_a_landed_file_is_taken(query: dict[str, Any], address: str) -> None:
    exchange = ofcom.exchange(ask({"format": "csv"}, **query))
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(CSV, Request(f"{LANDED}:ofcom/fixed"), release="2022-09"))
    (part,) = end.value.value
    assert (request.address, part.release, part.reading) == (address, "2022-09", Reading("csv", {}))


def test_a_landed_file_says_its_release_too() -> None:
    exchange = ofcom.exchange(ask({"format": "csv"}, landed=True, release_column="month"))
    next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(CSV, Request(f"{LANDED}:ofcom/fixed"), release="2022-09"))
    assert end.value.value[0].labels == (("month", "2022-09"),)


def test_of_a_landed_file_the_spec_says_the_kind() -> None:
    exchange = sport_england.exchange(ask(landed=True))
    assert next(exchange).expects == "any"
    with pytest.raises(SourceError) as raised:
        exchange.send(answer(CSV, Request(f"{LANDED}:ofcom/fixed"), release="2022-09"))
    assert (raised.value.message, raised.value.cure) == (
        "It can't be told what kind of file the landed file is.",
        "Say it: read: {format: csv}, or workbook.",
    )


# Plans, queries, and what there is to be asked for -------------------------------------------------------------------

OUTLINES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "landed": ({"landed": True}, ("awaited from a person: yhovi land ofcom/fixed FILE --release RELEASE",)),
    "a page": (
        {"page": PAGE, "file": "a.*", "release": "2022-09"},
        (
            "the file that it links to whose name matches a.*",
            "or the file landed for it: yhovi land ofcom/fixed FILE --release 2022-09",
        ),
    ),
    "an edition": (
        {"page": PAGE, "file": "a.*", "edition": "b.*"},
        (
            (
                "the newest page that it links to whose name matches b.*, and of it the file that it links to whose "
                "name matches a.*"
            ),
            "a file can't be landed for it unless the query says a release",
        ),
    ),
}


@pytest.mark.parametrize(("query", "sentences"), OUTLINES.values(), ids=OUTLINES)
def test_a_plan_can_tell_what_follows(query: dict[str, Any], sentences: tuple[str, ...]) -> None:
    assert ofcom.outline(ask(**query)) == sentences


def test_what_there_is_is_described() -> None:
    with pytest.raises(StopIteration) as end:
        next(ofcom.describe(""))
    assert [one.code for one in end.value.value] == ["fixed-coverage", "mobile-coverage"]
    description = ofcom.describe(PAGE)
    request = next(description)
    with pytest.raises(StopIteration) as end:
        description.send(answer(html_page("Data", ["/f/a.csv", "/f/a.pdf", "/b"]), request))
    assert end.value.value == [Term("file", "a.csv", f"{OFCOM}/f/a.csv")]
    with pytest.raises(SourceError) as raised:
        next(ofcom.describe("fixed"))
    assert (raised.value.message, raised.value.cure) == (
        "fixed is no page of www.ofcom.org.uk.",
        "Name it by its path: its address from the slash behind www.ofcom.org.uk on.",
    )


QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "landed": ({"landed": True, "release": "2022-09", "file": "a.*"}, []),
    "a page": ({"page": PAGE, "file": "a.*", "edition": "b"}, []),
    "a series": ({"series": "fixed-coverage", "release": "x"}, []),
    "every release": ({"series": "fixed-coverage", "every": True, "release_column": "month"}, []),
    "every release and one": (
        {"series": "fixed-coverage", "every": True, "release": "2022"},
        ["'2022' should not be valid under {}"],
    ),
    "a column of the engine's own": (
        {"series": "fixed-coverage", "release_column": "_month"},
        ["'_month' does not match '^[^_]'"],
    ),
    "nothing": ({}, ["{} is not valid under any of the given schemas"]),
    "a file alone": ({"file": "a"}, ["{'file': 'a'} is not valid under any of the given schemas"]),
    "a page alone": ({"page": PAGE}, ["'file' is a required property"]),
    "landed, with a page": (
        {"landed": True, "page": PAGE, "file": "a"},
        [f"'{PAGE}' should not be valid under {{}}"],
    ),
    "landed, with a series": ({"landed": True, "series": "fixed-coverage"}, ["True should not be valid under {}"]),
    "an address": (
        {"page": f"{OFCOM}{PAGE}", "file": "a"},
        [f"'{OFCOM}{PAGE}' does not match '^(/[A-Za-z0-9._-]+)+/?$'"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    validator = Draft202012Validator(dict(ofcom.QUERY_SCHEMA))
    assert [error.message for error in validator.iter_errors(query)] == messages


@pytest.mark.parametrize("name", ["ofcom", "sport_england"])
def test_the_schema_is_valid_and_describes_every_property(name: str) -> None:
    connector = CONNECTORS[name]
    Draft202012Validator.check_schema(dict(connector.QUERY_SCHEMA))
    assert [key for key, one in connector.QUERY_SCHEMA["properties"].items() if not one.get("description")] == []
    assert (connector.NAME, connector.columns({"landed": True})) == (name, None)
