"""GOV.UK: the newest file of a page or a collection, tables in HTML pages, and pages that aren't what they were."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import CONNECTORS, defra, govuk
from yhovi.connectors.base import LANDED, Ask, Reading, Request, SourceError, Term
from yhovi.engine.document import parse_document
from yhovi.engine.read.options import READ_SCHEMA

from support.answers import answer, hold, refusal
from support.pages import ASSETS, CONTENT, attached, collection, content, publication, said

PAGE = "/government/statistics/figures"
COLLECTION = "/government/collections/figures"
AGAIN = "Run again; if it stays so, open the address in a browser."
BROWSE = "Open the page in a browser: it says where to go on, if anywhere."
WHICH = "Say in the query which is meant, as a regular expression for its whole name: file."
WHICH_EDITION = "Say in the query which are meant, as a regular expression: edition."
CSV = b"Code,2024\nE08000035,1\n"


def ask(read: Mapping[str, Any] | None = None, **query: Any) -> Ask:
    return Ask("gov/figures", {"page": PAGE, **query}, ("E08000035",), read or {})


# A page --------------------------------------------------------------------------------------------------------------


def test_a_page_leads_to_its_file() -> None:
    held = hold(govuk, ask(), said(publication(PAGE, ["figures 2024.csv"])), CSV)
    assert [(one.address, one.purpose, one.expects) for one in held.requests] == [
        (f"{CONTENT}{PAGE}", "discover", "json"),
        (f"{ASSETS}/media/68653c7e/figures 2024.csv", "data", "csv"),
    ]
    (part,) = held.parts
    assert (part.reading, part.release, part.answer.stream.read()) == (Reading("csv", {}), "2025-07-03", CSV)


FILES: dict[str, tuple[list[Mapping[str, Any] | str], dict[str, Any], str]] = {
    "by its name": (["notes.pdf", "a.csv"], {"file": "a[.]csv"}, f"{ASSETS}/media/68653c7e/a.csv"),
    "the newest on a page of all": (
        ["evci9001_2026-01_UK.ods", "evci9001_2026-04_UK.ods", "evci9001_2025-10_UK.ods"],
        {"file": "evci9001_(?P<release>20[0-9]{2}-[0-9]{2})_UK[.]ods"},
        f"{ASSETS}/media/68653c7e/evci9001_2026-04_UK.ods",
    ),
    "the one wanted of a page of all": (
        ["evci9001_2026-01_UK.ods", "evci9001_2026-04_UK.ods"],
        {"file": "evci9001_(?P<release>20[0-9]{2}-[0-9]{2})_UK[.]ods", "release": "2026-01"},
        f"{ASSETS}/media/68653c7e/evci9001_2026-01_UK.ods",
    ),
    "beside an HTML page": (
        [{"attachment_type": "html", "url": f"{PAGE}/report", "id": "1"}, "a.csv"],
        {},
        f"{ASSETS}/media/68653c7e/a.csv",
    ),
    "without a name of its own": (
        [{"attachment_type": "file", "url": f"{ASSETS}/media/1/a%20b.csv", "id": "1"}],
        {"file": "a b[.]csv"},
        f"{ASSETS}/media/1/a%20b.csv",
    ),
    "at an address of old": (
        [attached("a.csv", url="/government/uploads/system/uploads/attachment_data/file/479486/a.csv")],
        {},
        f"{ASSETS}/government/uploads/system/uploads/attachment_data/file/479486/a.csv",
    ),
    "by its preview": (
        [attached("a.csv", url="https://www.gov.uk/csv-preview/6762f39c/a.csv")],
        {},
        f"{ASSETS}/media/6762f39c/a.csv",
    ),
}


@pytest.mark.parametrize(("attachments", "query", "address"), FILES.values(), ids=FILES)
def test_the_file_that_is_meant_is_asked_for(
    attachments: list[Mapping[str, Any] | str], query: dict[str, Any], address: str
) -> None:
    held = hold(govuk, ask(**query), said(publication(PAGE, attachments)), CSV)
    assert held.requests[-1].address == address


RELEASES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "the day of the last change": (publication(PAGE, ["a.csv"], "2025-07-03"), {}, "2025-07-03"),
    "a day of summer": (
        {**publication(PAGE, ["a.csv"]), "public_updated_at": "2025-07-02T23:00:00Z"},
        {},
        "2025-07-03",
    ),
    "the day that is wanted": (publication(PAGE, ["a.csv"]), {"release": "2025-07-03"}, "2025-07-03"),
    "the name's": (publication(PAGE, ["202601_a.csv"]), {"file": "(?P<release>[0-9]{6})_a[.]csv"}, "202601"),
    "the last change of its history": (
        content(
            PAGE,
            public_updated_at=None,
            details={
                "attachments": [attached("a.csv")],
                "change_history": [
                    {"note": "Corrected.", "public_timestamp": "2025-09-01T10:00:00.000+01:00"},
                    {"note": "First published.", "public_timestamp": "2025-07-03T09:30:00.000+01:00"},
                ],
            },
        ),
        {},
        "2025-09-01",
    ),
}


@pytest.mark.parametrize(("page", "query", "release"), RELEASES.values(), ids=RELEASES)
def test_the_release_is_recorded(page: Any, query: dict[str, Any], release: str) -> None:
    (part,) = hold(govuk, ask(**query), said(page), CSV).parts
    assert part.release == release


def test_a_landed_file_stands_in() -> None:
    exchange = govuk.exchange(ask({"format": "csv"}, release="2025-07-03"))
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(CSV, Request(f"{LANDED}:gov/figures"), release="2025-07-03"))
    (part,) = end.value.value
    assert (request.address, part.release, part.reading.reader) == (f"{CONTENT}{PAGE}", "2025-07-03", "csv")


def test_every_release_of_a_page_is_taken_and_says_which_it_is() -> None:
    files = ["evci_2026-01.csv", "evci_2026-04.csv", "notes.pdf", "evci_2025-10.csv"]
    asked = ask(file="evci_(?P<release>20[0-9]{2}-[0-9]{2})[.]csv", every=True, release_column="quarter")
    held = hold(govuk, asked, said(publication(PAGE, files)), CSV, CSV, CSV)
    assert [(part.release, part.labels) for part in held.parts] == [
        (quarter, (("quarter", quarter),)) for quarter in ("2026-04", "2026-01", "2025-10")
    ]


def test_a_table_says_its_release_too() -> None:
    held = hold(
        govuk, ask(html=".*", table="Table 2", release_column="day"), said(publication(PAGE, [HTML])), said(html_page())
    )
    assert held.parts[0].labels == (("day", "2025-07-03"),)


# Pages that are no longer what they were -----------------------------------------------------------------------------

REFUSED: dict[str, tuple[list[Any], dict[str, Any], tuple[str, str]]] = {
    "withdrawn": (
        [
            publication(
                PAGE,
                ["a.csv"],
                withdrawn_notice={
                    "explanation": "<div><p>There was an error. See <a href='/b'>the corrected figures</a>.</p></div>",
                    "withdrawn_at": "2026-02-03T10:00:00Z",
                },
            )
        ],
        {},
        (
            f"The page {PAGE} was withdrawn on 2026-02-03: There was an error. See the corrected figures.",
            BROWSE,
        ),
    ),
    "withdrawn without a word": (
        [publication(PAGE, ["a.csv"], withdrawn_notice={"withdrawn_at": "2026-02-03T10:00:00Z"})],
        {},
        (f"The page {PAGE} was withdrawn on 2026-02-03.", BROWSE),
    ),
    "taken down": (
        [{"schema_name": "gone", "base_path": PAGE, "details": {"explanation": "<p>Published in error.</p>"}}],
        {},
        (f"The page {PAGE} has been taken down: Published in error.", BROWSE),
    ),
    "moved": (
        [{"schema_name": "redirect", "base_path": PAGE, "redirects": [{"path": PAGE, "destination": "/government/b"}]}],
        {},
        (f"The page {PAGE} has moved to /government/b.", "Name the page it moved to."),
    ),
    "another page's place": (
        [publication("/government/statistics/other", ["a.csv"])],
        {},
        (f"The page {PAGE} is now /government/statistics/other.", "Write page: /government/statistics/other."),
    ),
    "no attachments": ([content(PAGE)], {}, (f"The page {PAGE} has no attachments.", BROWSE)),
    "renamed": (
        [publication(PAGE, ["table-2025.ods", "notes.pdf"])],
        {"file": "figures.*"},
        (
            (
                f"One file that matches 'figures.*' is wanted, the page {PAGE} has none among "
                "'table-2025.ods', 'notes.pdf'."
            ),
            WHICH,
        ),
    ),
    "elsewhere": (
        [publication(PAGE, [{"attachment_type": "external", "url": "https://example.org/a.csv", "id": "1"}])],
        {"file": "a[.]csv"},
        (
            "a.csv isn't kept on GOV.UK, but at example.org.",
            "Copy its address from the page, and use the connector file; an operator may have to allow the host.",
        ),
    ),
    "without https": (
        [publication(PAGE, [attached("a.csv", url="http://www.gov.uk/a.csv")])],
        {},
        (
            "a.csv isn't kept on GOV.UK, but at www.gov.uk.",
            "Copy its address from the page, and use the connector file; an operator may have to allow the host.",
        ),
    ),
    "no day": (
        [publication(PAGE, ["a.csv"], public_updated_at=None)],
        {},
        (f"The page {PAGE} doesn't say when it was released.", AGAIN),
    ),
    "another release": (
        [publication(PAGE, ["a.csv"])],
        {"release": "2024-06-27"},
        (
            "The release 2024-06-27 is wanted, the newest one is 2025-07-03.",
            "Say release: 2025-07-03 or none, or land the file of 2024-06-27.",
        ),
    ),
    "a web page": (
        [b"<!DOCTYPE html><html></html>"],
        {},
        (
            "A web page came back where JSON was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
    "half a document": ([b'{"base_path": "/gov'], {}, ("The answer isn't JSON, or was cut short.", AGAIN)),
    "a list": ([b"[]"], {}, ("The answer is JSON of another form than this service's.", AGAIN)),
    "half a file": (
        [publication(PAGE, [attached("a.csv", file_size=23)]), CSV[:9]],
        {},
        ("a.csv should have 23 bytes, 9 came.", AGAIN),
    ),
    "no file": (
        [publication(PAGE, ["a.csv"]), b""],
        {},
        ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."),
    ),
    "of no kind": (
        [publication(PAGE, ["a.dat"])],
        {},
        ("It can't be told what kind of file a.dat is.", "Say it: read: {format: csv}, or workbook."),
    ),
}


@pytest.mark.parametrize(("bodies", "query", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_what_it_was_is_refused(bodies: list[Any], query: dict[str, Any], told: tuple[str, str]) -> None:
    sent = [body if isinstance(body, bytes) else said(body) for body in bodies]
    assert refusal(govuk, ask(**query), *sent) == told


def test_a_file_of_the_size_that_is_said_is_taken() -> None:
    page = said(publication(PAGE, [attached("a.csv", file_size=len(CSV))]))
    assert len(hold(govuk, ask(), page, CSV).parts) == 1


# Collections ---------------------------------------------------------------------------------------------------------

EDITIONS = {
    "/government/statistics/ghg-2005-to-2023": "2025-07-03",
    "/government/statistics/ghg-2005-to-2022": "2024-06-27",
    "/government/statistics/ghg-national-2005-to-2021": "2023-06-29",
    "/government/statistics/ghg-background": "2025-09-01",
}
BY_NAME = "ghg-(national-)?2005-to-(?P<release>20[0-9]{2})"


def of_collection(**query: Any) -> Ask:
    return ask(page=COLLECTION, **query)


CHOSEN: dict[str, tuple[dict[str, str], dict[str, Any], str, str]] = {
    "the newest by its name": (EDITIONS, {"edition": BY_NAME}, "ghg-2005-to-2023", "2023"),
    "the newest by its name, an older one corrected": (
        {**EDITIONS, "/government/statistics/ghg-2005-to-2022": "2026-01-15"},
        {"edition": BY_NAME},
        "ghg-2005-to-2023",
        "2023",
    ),
    "the one wanted by its name": (
        EDITIONS,
        {"edition": BY_NAME, "release": 2021},
        "ghg-national-2005-to-2021",
        "2021",
    ),
    "the newest by its day": (EDITIONS, {"edition": "ghg-2005-.*"}, "ghg-2005-to-2023", "2025-07-03"),
    "the one wanted by its day": (
        EDITIONS,
        {"edition": "ghg-(national-)?2005-.*", "release": "2024-06-27"},
        "ghg-2005-to-2022",
        "2024-06-27",
    ),
}


@pytest.mark.parametrize(("documents", "query", "edition", "release"), CHOSEN.values(), ids=CHOSEN)
def test_a_collection_leads_to_an_edition(
    documents: dict[str, str], query: dict[str, Any], edition: str, release: str
) -> None:
    path = f"/government/statistics/{edition}"
    held = hold(
        govuk,
        of_collection(**query),
        said(collection(COLLECTION, documents)),
        said(publication(path, ["a.csv"], documents[path])),
        CSV,
    )
    assert [one.address for one in held.requests] == [
        f"{CONTENT}{COLLECTION}",
        f"{CONTENT}{path}",
        f"{ASSETS}/media/68653c7e/a.csv",
    ]
    assert [part.release for part in held.parts] == [release]


def test_a_release_in_the_name_of_the_file_is_wanted_of_the_newest_edition() -> None:
    path = "/government/statistics/ghg-2005-to-2023"
    held = hold(
        govuk,
        of_collection(edition=BY_NAME, file="(?P<release>20[0-9]{2}-[0-9]{2})[.]csv", release="2025-04"),
        said(collection(COLLECTION, EDITIONS)),
        said(publication(path, ["2025-04.csv", "2025-07.csv"])),
        CSV,
    )
    assert (held.requests[-1].address, held.parts[0].release) == (f"{ASSETS}/media/68653c7e/2025-04.csv", "2025-04")


def test_every_edition_is_taken_the_newest_first() -> None:
    paths = [f"/government/statistics/ghg-{name}" for name in ("2005-to-2023", "2005-to-2022", "national-2005-to-2021")]
    pages = [
        said(publication(path, ["a.csv"] if path == paths[0] else [attached("a.csv", path[-2:])])) for path in paths
    ]
    listed = said(collection(COLLECTION, EDITIONS))
    held = hold(
        govuk,
        of_collection(edition=BY_NAME, file="a[.]csv", every=True, release_column="edition"),
        listed,
        *pages,
        *[CSV] * 3,
    )
    assert [one.address for one in held.requests[1:]] == [
        *(f"{CONTENT}{path}" for path in paths),
        f"{ASSETS}/media/68653c7e/a.csv",
        f"{ASSETS}/media/22/a.csv",
        f"{ASSETS}/media/21/a.csv",
    ]
    assert [part.labels for part in held.parts] == [(("edition", year),) for year in ("2023", "2022", "2021")]


def test_one_of_every_edition_that_was_withdrawn_stops_all() -> None:
    listed = said(collection(COLLECTION, EDITIONS, withdrawn=["/government/statistics/ghg-2005-to-2022"]))
    assert refusal(govuk, of_collection(edition=BY_NAME, every=True), listed)[0] == (
        "The edition ghg-2005-to-2022 was withdrawn."
    )


def test_every_release_needs_a_name() -> None:
    assert refusal(govuk, ask(file="a.*", every=True), said(publication(PAGE, ["a.csv"]))) == (
        "Every release is wanted, but no pattern of the query has a group release.",
        "Mark the release in file, or in edition: (?P<release>20[0-9]{2}).",
    )


NAMES = "'ghg-2005-to-2023', 'ghg-2005-to-2022', 'ghg-national-2005-to-2021', 'ghg-background'"
NOT_CHOSEN: dict[str, tuple[Any, dict[str, Any], tuple[str, str]]] = {
    "no pattern": (
        collection(COLLECTION, EDITIONS),
        {},
        (
            f"The page {COLLECTION} is a collection, of {NAMES}.",
            "Say in the query which of them are editions, as a regular expression: edition.",
        ),
    ),
    "called otherwise": (
        collection(COLLECTION, EDITIONS),
        {"edition": "emissions-.*"},
        (
            f"No page of the collection matches 'emissions-.*': there are {NAMES}.",
            "Correct the edition: the publisher may have begun to call them otherwise.",
        ),
    ),
    "nothing in it": (
        collection(COLLECTION, {}),
        {"edition": "ghg-.*"},
        (
            "No page of the collection matches 'ghg-.*': there are none.",
            "Correct the edition: the publisher may have begun to call them otherwise.",
        ),
    ),
    "the newest withdrawn": (
        collection(COLLECTION, EDITIONS, withdrawn=["/government/statistics/ghg-2005-to-2023"]),
        {"edition": BY_NAME},
        (
            "The edition ghg-2005-to-2023 was withdrawn.",
            "Nothing older is taken in its place: say release or a narrower edition if that is meant.",
        ),
    ),
    "dates that belie the order": (
        collection(COLLECTION, {**EDITIONS, "/government/statistics/ghg-2005-to-2022": "2026-01-15"}),
        {"edition": "ghg-(national-)?2005-.*"},
        (
            (
                "It can't be told which edition is the newest: the page lists ghg-2005-to-2023 of 2025-07-03, "
                "ghg-2005-to-2022 of 2026-01-15, ghg-national-2005-to-2021 of 2023-06-29."
            ),
            WHICH_EDITION,
        ),
    ),
    "a release that isn't there": (
        collection(COLLECTION, EDITIONS),
        {"edition": BY_NAME, "release": 2019},
        ("The release 2019 is wanted, there are 2021, 2022, 2023.", "Say one of these, or land the file of 2019."),
    ),
    "no day": (
        {
            **collection(COLLECTION, {}),
            "links": {"documents": [{"base_path": "/government/statistics/x", "public_updated_at": None}]},
        },
        {"edition": "x"},
        (f"The page {COLLECTION} doesn't say when /government/statistics/x was released.", WHICH_EDITION),
    ),
}


@pytest.mark.parametrize(("page", "query", "told"), NOT_CHOSEN.values(), ids=NOT_CHOSEN)
def test_of_editions_none_is_guessed(page: Any, query: dict[str, Any], told: tuple[str, str]) -> None:
    assert refusal(govuk, of_collection(**query), said(page)) == told


def test_an_edition_that_was_withdrawn_since_is_refused() -> None:
    path = "/government/statistics/ghg-2005-to-2023"
    notice = {"explanation": "<p>Error.</p>", "withdrawn_at": "2026-02-03T10:00:00Z"}
    assert refusal(
        govuk,
        of_collection(edition=BY_NAME),
        said(collection(COLLECTION, EDITIONS)),
        said(publication(path, ["a.csv"], withdrawn_notice=notice)),
    ) == (f"The page {path} was withdrawn on 2026-02-03: Error.", BROWSE)


# Tables in HTML pages ------------------------------------------------------------------------------------------------

HTML = {"attachment_type": "html", "url": f"{PAGE}/figures-html", "id": "1"}
TABLES = (
    "<h2>About</h2><p>x</p><table><caption>Table 1: areas</caption><tr><th>Code</th><th>2024</th></tr>"
    "<tr><td>E08000035</td><td>1,234</td></tr></table><h3>Table 2</h3><table><tr><td>1</td></tr></table>"
)


def html_page(body: str = TABLES, **more: Any) -> Any:
    path = f"{PAGE}/figures-html"
    return content(path, schema_name="html_publication", details={"body": body}, **more)


def test_a_table_of_an_html_page_is_read_like_a_csv_file() -> None:
    asked = ask({"format": "csv", "header_row": 1}, html=".*-html", table="Table 1.*")
    held = hold(govuk, asked, said(publication(PAGE, ["a.csv", HTML])), said(html_page()))
    assert [one.address for one in held.requests] == [f"{CONTENT}{PAGE}", f"{CONTENT}{PAGE}/figures-html"]
    (part,) = held.parts
    assert part.answer.stream.read() == b'Code,2024\nE08000035,"1,234"\n'
    assert (part.reading, part.release) == (Reading("csv", {"header_row": 1}), "2025-07-03")


NO_TABLES: dict[str, tuple[list[Any], dict[str, Any], tuple[str, str]]] = {
    "two": (
        [publication(PAGE, [HTML]), html_page()],
        {"html": ".*"},
        (
            "One table is wanted, the page figures-html has 2, of 'Table 1: areas', 'Table 2'.",
            "Say in the query which is meant, as a regular expression for its whole caption: table.",
        ),
    ),
    "called otherwise": (
        [publication(PAGE, [HTML]), html_page()],
        {"html": ".*", "table": "Table 3"},
        (
            "One table that matches 'Table 3' is wanted, the page figures-html has 0, of 'Table 1: areas', 'Table 2'.",
            "Say in the query which is meant, as a regular expression for its whole caption: table.",
        ),
    ),
    "none": (
        [publication(PAGE, [HTML]), html_page("<p>Nothing.</p>")],
        {"html": ".*"},
        (
            "One table is wanted, the page figures-html has 0, of none.",
            "Say in the query which is meant, as a regular expression for its whole caption: table.",
        ),
    ),
    "no such page": (
        [publication(PAGE, [HTML])],
        {"html": "report"},
        (
            f"One HTML page that matches 'report' is wanted, the page {PAGE} has none among 'figures-html'.",
            WHICH.replace("file.", "html."),
        ),
    ),
    "withdrawn": (
        [publication(PAGE, [HTML]), html_page(withdrawn_notice={"withdrawn_at": "2026-02-03T10:00:00Z"})],
        {"html": ".*"},
        (f"The page {PAGE}/figures-html was withdrawn on 2026-02-03.", BROWSE),
    ),
}


@pytest.mark.parametrize(("bodies", "query", "told"), NO_TABLES.values(), ids=NO_TABLES)
def test_a_table_that_is_not_there_is_refused(bodies: list[Any], query: dict[str, Any], told: tuple[str, str]) -> None:
    assert refusal(govuk, ask(**query), *map(said, bodies)) == told


# Departments ---------------------------------------------------------------------------------------------------------

# Names that the files had, each with the series that it is of, and the release that is told.
REAL: dict[str, tuple[str, str, str | None, str, str]] = {
    "GHG to 2023": (
        "desnz",
        "greenhouse-gases",
        "uk-local-authority-and-regional-greenhouse-gas-emissions-statistics-2005-to-2023",
        "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv",
        "2005-to-2023",
    ),
    "GHG to 2022": (
        "desnz",
        "greenhouse-gases",
        "uk-local-authority-and-regional-greenhouse-gas-emissions-statistics-2005-to-2022",
        "2005-2022-local-authority-ghg-emissions-csv-dataset.csv",
        "2005-to-2022",
    ),
    "fuel poverty of 2022": (
        "desnz",
        "fuel-poverty",
        "sub-regional-fuel-poverty-data-2022",
        "sub-regional-fuel-poverty-2022-tables.xlsx",
        "2022",
    ),
    "fuel poverty of 2023": (
        "desnz",
        "fuel-poverty",
        "sub-regional-fuel-poverty-data-2023-2021-data",
        "Sub-regional_fuel_poverty_statistics_2023.xlsx",
        "2023",
    ),
    "renewables": (
        "desnz",
        "renewable-electricity",
        None,
        "Renewable_electricity_by_local_authority_2014_-_2024.xlsx",
        "2025-07-03",
    ),
    "waste of 2024-25": ("defra", "collected-waste", None, "LA_and_Regional_Spreadsheet_2024-25.ods", "2025-07-03"),
    "waste of 2016/17": ("defra", "collected-waste", None, "LA_and_Regional_Spreadsheet_201617.xlsx", "2025-07-03"),
    "dwellings": ("mhclg", "net-additional-dwellings", None, "Live_Table_122.ods", "2025-07-03"),
    "waiting lists": ("mhclg", "waiting-lists", None, "Live_Table_600.ods", "2025-07-03"),
    "crime": ("homeoffice", "recorded-crime", None, "prc-csp-mar2021-mar2026-tables-230726.ods", "2025-07-03"),
    "crime, in short": ("homeoffice", "recorded-crime", None, "prc-csp-mar21-sep25-tables-290126.ods", "2025-07-03"),
    "devices": ("dft", "charging-devices", None, "evci9001_2026-01_EV_charging_devices_UK.ods", "2026-01"),
}
# What stands beside it.
BESIDE = (
    "2005-24-uk-local-authority-ghg-emissions.xlsx",
    "prc-csp-mar16-mar20-tables-290126.ods",
    "Live_Table_120.ods",
    "evci0101_2026-01_EV_charging_devices_UK.ods",
    "notes.pdf",
)
OF = {
    "desnz": "department-for-energy-security-and-net-zero",
    "defra": "department-for-environment-food-rural-affairs",
    "mhclg": "ministry-of-housing-communities-local-government",
    "homeoffice": "home-office",
    "dft": "department-for-transport",
}


@pytest.mark.parametrize(("name", "series", "edition", "file", "release"), REAL.values(), ids=REAL)
def test_a_series_is_found_under_the_names_that_it_had(
    name: str, series: str, edition: str | None, file: str, release: str
) -> None:
    connector = CONNECTORS[name]
    page = next(connector.exchange(Ask("a/b", {"series": series}))).url.removeprefix(CONTENT)
    path = f"/government/statistics/{edition}" if edition else page
    bodies = [publication(path, [*BESIDE, file], organisations=(OF[name],))]
    if edition:
        documents = {path: "2025-07-03", "/government/publications/methodology-note": "2025-08-01"}
        bodies.insert(0, collection(page, documents, organisations=(OF[name],)))
    held = hold(connector, Ask("a/b", {"series": series}), *map(said, bodies), CSV)
    assert (held.requests[-1].address, held.parts[0].release) == (f"{ASSETS}/media/68653c7e/{file}", release)


@pytest.mark.parametrize("name", OF)
def test_a_department_refuses_the_pages_of_others(name: str) -> None:
    told = refusal(CONNECTORS[name], ask(), said(publication(PAGE, ["a.csv"], organisations=["cabinet-office"])))
    assert told[0].startswith(f"The page {PAGE} is of 'cabinet-office', not of '{OF[name]}'")
    assert told[1] == "Take the connector of that department, or govuk, which takes any."


def test_a_page_that_is_of_several_is_of_each() -> None:
    page = said(publication(PAGE, ["a.csv"], organisations=["cabinet-office", "home-office"]))
    assert len(hold(CONNECTORS["homeoffice"], ask(), page, CSV).parts) == 1


AIR = b"""<!DOCTYPE html><html><head><title>Modelled background pollution data</title></head><body>
<a href="/datastore/pcm/popwmpm252023byUKlocalauthority.csv">2023</a> <a href="/data/pcm-data#no2">NO2</a>
<a href="/datastore/pcm/popwmpm252024byUKlocalauthority.csv">2024</a>
<a href="/datastore/pcm/popwmpm252024byUKcountry.csv">2024, countries</a></body></html>"""


def test_uk_air_has_a_file_for_each_year() -> None:
    held = hold(defra, Ask("defra/pm25", {"series": "particulates"}), AIR, CSV)
    assert [one.address for one in held.requests] == [
        "https://uk-air.defra.gov.uk/data/pcm-data",
        "https://uk-air.defra.gov.uk/datastore/pcm/popwmpm252024byUKlocalauthority.csv",
    ]
    assert held.parts[0].release == "2024"


# Plans, queries, and what there is to be asked for -------------------------------------------------------------------

OUTLINES: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "a page": ({}, ("of the page its only file", "a file can't be landed for it unless the query says a release")),
    "a file": (
        {"file": "a.*", "release": "2025-07-03"},
        (
            "of the page the file whose name matches a.*",
            "or the file landed for it: yhovi land gov/figures FILE --release 2025-07-03",
        ),
    ),
    "an edition": (
        {"edition": "b.*", "html": "c"},
        (
            "the newest edition whose name matches b.*, and of it a table in the HTML page whose name matches c",
            "a file can't be landed for it unless the query says a release",
        ),
    ),
}


@pytest.mark.parametrize(("query", "sentences"), OUTLINES.values(), ids=OUTLINES)
def test_a_plan_can_tell_what_follows(query: dict[str, Any], sentences: tuple[str, str]) -> None:
    assert govuk.outline(ask(**query)) == sentences


def test_a_plan_can_tell_what_follows_of_a_series() -> None:
    assert CONNECTORS["mhclg"].outline(Ask("a/b", {"series": "waiting-lists"})) == (
        "of the page the file whose name matches (?i)live_?table_?600[.](ods|xlsx)",
        "a file can't be landed for it unless the query says a release",
    )
    assert defra.outline(Ask("a/b", {"series": "particulates"}))[0] == (
        "the file that it links to whose name matches popwmpm25(?P<release>20[0-9]{2})byUKlocalauthority[.]csv"
    )


def described(connector: Any, dataset: str, *bodies: bytes) -> list[Term]:
    description = connector.describe(dataset)
    try:
        request = next(description)
        for body in bodies:
            request = description.send(answer(body, request))
    except StopIteration as end:
        return list(end.value)
    raise AssertionError(f"a further answer is awaited: {request.address}")


def test_series_are_described_without_asking() -> None:
    assert [(one.code, one.label) for one in described(defra, "")] == [
        ("collected-waste", "ENV18, waste that local authorities collect, a workbook"),
        ("particulates", "PM2.5 that people breathe, by local authority, from UK-AIR"),
    ]
    assert described(govuk, "") == []


def test_pages_and_collections_are_described() -> None:
    assert described(govuk, PAGE, said(publication(PAGE, ["a.csv", HTML]))) == [
        Term("file", "a.csv", "released 2025-07-03"),
        Term("html", "figures-html", f"{PAGE}/figures-html"),
    ]
    assert described(govuk, COLLECTION, said(collection(COLLECTION, EDITIONS)))[0] == Term(
        "edition", "ghg-2005-to-2023", "changed 2025-07-03"
    )
    assert described(defra, "particulates", AIR)[1] == Term(
        "file",
        "popwmpm252024byUKlocalauthority.csv",
        "https://uk-air.defra.gov.uk/datastore/pcm/popwmpm252024byUKlocalauthority.csv",
    )


def test_what_is_no_page_is_not_asked_for() -> None:
    with pytest.raises(SourceError) as raised:
        described(govuk, "figures")
    assert (raised.value.message, raised.value.cure) == (
        "figures is no page of GOV.UK.",
        "Name it by its path, from the slash behind www.gov.uk.",
    )


QUERIES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a page": ("govuk", {"page": PAGE, "file": "(?i)a.*", "release": 2025}, []),
    "a collection": ("govuk", {"page": COLLECTION, "edition": "a-(?P<release>20..)", "html": "b", "table": "c"}, []),
    "a series": ("desnz", {"series": "greenhouse-gases", "release": "2005-to-2023"}, []),
    "a page of a department": ("desnz", {"page": PAGE}, []),
    "nothing": ("govuk", {}, ["'page' is a required property"]),
    "nothing of a department": ("dft", {}, ["'page' is a required property"]),
    "an address": ("govuk", {"page": f"https://www.gov.uk{PAGE}"}, ["does not match '^(/[A-Za-z0-9._-]+)+$'"]),
    "a series of nobody": ("govuk", {"page": PAGE, "series": "x"}, ["('series' was unexpected)"]),
    "an unknown series": ("dft", {"series": "x"}, ["'x' is not one of ['charging-devices']"]),
    "a series and a page": ("dft", {"series": "charging-devices", "page": PAGE}, ["should not be valid under {}"]),
    "a file and a table": ("govuk", {"page": PAGE, "file": "a", "html": "b"}, ["'a' should not be valid under {}"]),
    "a table of nothing": ("govuk", {"page": PAGE, "table": "a"}, ["'html' is a dependency of 'table'"]),
    "an unknown key": ("govuk", {"page": PAGE, "landed": True}, ["('landed' was unexpected)"]),
}


@pytest.mark.parametrize(("name", "query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(name: str, query: Mapping[str, Any], messages: list[str]) -> None:
    found = [error.message for error in Draft202012Validator(dict(CONNECTORS[name].QUERY_SCHEMA)).iter_errors(query)]
    assert len(found) == len(messages)
    assert all(said.endswith(message) for said, message in zip(found, messages, strict=True)), found


@pytest.mark.parametrize("name", ["govuk", "ofcom", "sport_england", *OF])
def test_the_example_in_the_docstring_is_right(name: str) -> None:
    """Its query and its reading, as far as they can be known to be right without the file."""
    connector = CONNECTORS[name]
    lines = str(connector.__doc__).partition("    source:\n")[2].partition("\n\n")[0]
    source = parse_document(Path("example.yaml"), textwrap.dedent(lines)).data
    assert source["connector"] == name
    assert [*Draft202012Validator(dict(connector.QUERY_SCHEMA)).iter_errors(source["query"])] == []
    assert [*Draft202012Validator(dict(READ_SCHEMA)).iter_errors(source["read"])] == []
    assert {name for column in source["columns"] for name in column} <= {"name", "pattern", "type", "unit", "measure"}
    next(connector.exchange(Ask(source["dataset"], source["query"], (), source["read"])))


@pytest.mark.parametrize("name", ["govuk", *OF])
def test_the_schema_is_valid_and_describes_every_property(name: str) -> None:
    connector = CONNECTORS[name]
    Draft202012Validator.check_schema(dict(connector.QUERY_SCHEMA))
    assert [key for key, one in connector.QUERY_SCHEMA["properties"].items() if not one.get("description")] == []
    assert (connector.NAME, connector.columns({"page": PAGE})) == (name, None)
