"""What connectors share that look for files of a release: which one is meant, and what stands in a web page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Ask, SourceError
from yhovi.connectors.releases import files, markup
from yhovi.connectors.releases.files import File, of_release, only_file

WHICH = "Say in the query which is meant, as a regular expression for its whole name: file."
GROUP = "Let the group release take in what tells them apart, from the year on: (?P<release>20[0-9]{4}_r[0-9]+)."
YEAR = "Let the group release begin with the year in four digits, or say a release in the query."


def offered(*names: str) -> list[File]:
    return [File(name, f"https://h.uk/{name}") for name in names]


# Which file ----------------------------------------------------------------------------------------------------------

MEANT: dict[str, tuple[list[str], str | None, Any, str]] = {
    "the only one": (["a.csv"], None, None, "a.csv"),
    "by its name": (["a.csv", "a.xlsx", "ba.csv"], "a[.]csv", None, "a.csv"),
    "in any capitals": (["GHG-CSV-Dataset.csv", "GHG.xlsx"], "(?i)ghg-csv.*", None, "GHG-CSV-Dataset.csv"),
    "the newest month": (
        ["202207_a.csv", "202301_a.csv", "202209_a.csv"],
        "(?P<release>[0-9]{6})_a.csv",
        None,
        "202301_a.csv",
    ),
    "the newest issue": (
        ["202209_r01.zip", "202209_r02.zip"],
        "(?P<release>[0-9]{6}_r[0-9]+)[.]zip",
        None,
        "202209_r02.zip",
    ),
    "an issue of another length": (
        ["202209_r2.zip", "202209_r10.zip"],
        "(?P<release>.*)[.]zip",
        None,
        "202209_r10.zip",
    ),
    "the one wanted": (["2022.csv", "2023.csv"], "(?P<release>20..)[.]csv", 2022, "2022.csv"),
    "one, wanted or not": (["2022.csv", "x.csv"], "(?P<release>20..)[.]csv", 2021, "2022.csv"),
}


@pytest.mark.parametrize(("names", "pattern", "release", "found"), MEANT.values(), ids=MEANT)
def test_the_file_that_is_meant_is_found(names: list[str], pattern: str | None, release: Any, found: str) -> None:
    for order in (names, names[::-1]):
        assert only_file(offered(*order), pattern, "the page /a", release).name == found


NOT_MEANT: dict[str, tuple[list[File], str | None, Any, str, str]] = {
    "two": (offered("a.csv", "b.csv"), None, None, "One file is wanted, the page /a has 'a.csv', 'b.csv'.", WHICH),
    "none": (offered(), None, None, "One file is wanted, the page /a has none.", WHICH),
    "renamed": (
        offered("figures-2024.xlsx", "notes.pdf"),
        "table-.*",
        None,
        "One file that matches 'table-.*' is wanted, the page /a has none among 'figures-2024.xlsx', 'notes.pdf'.",
        WHICH,
    ),
    "several that match": (
        offered("a1.csv", "a2.csv", "b.csv"),
        "a.*",
        None,
        "One file that matches 'a.*' is wanted, the page /a has 'a1.csv', 'a2.csv' among 'a1.csv', 'a2.csv', 'b.csv'.",
        WHICH,
    ),
    "many": (
        offered(*(f"{number:02}.csv" for number in range(15))),
        "x",
        None,
        (
            "One file that matches 'x' is wanted, the page /a has none among '00.csv', '01.csv', '02.csv', '03.csv', "
            "'04.csv', '05.csv', '06.csv', '07.csv', '08.csv', '09.csv', '10.csv', '11.csv' and 3 more."
        ),
        WHICH,
    ),
    "days before months": (
        offered("tables-230726.ods", "tables-290126.ods"),
        "tables-(?P<release>[0-9]{6}).ods",
        None,
        "It can't be told which release is the newest: 230726, 290126.",
        YEAR,
    ),
    "years and months": (
        offered("2024.csv", "202301.csv"),
        "(?P<release>[0-9]+)[.]csv",
        None,
        "It can't be told which release is the newest: 202301, 2024.",
        YEAR,
    ),
    "names of months": (
        offered("2024-may.csv", "2024-july.csv"),
        "(?P<release>.*)[.]csv",
        None,
        "It can't be told which release is the newest: 2024-july, 2024-may.",
        YEAR,
    ),
    "two of one release": (
        offered("202209_r01.csv", "202209_r02.csv"),
        "(?P<release>[0-9]{6})_.*",
        None,
        "Several are of the release 202209: '202209_r01.csv', '202209_r02.csv'.",
        GROUP,
    ),
    "no release in a name": (
        offered("a.csv", "2022a.csv"),
        "(?P<release>[0-9]{4})?a[.]csv",
        None,
        "'a.csv' doesn't say its release.",
        GROUP,
    ),
    "another release": (
        offered("2022.csv", "2023.csv"),
        "(?P<release>.*)[.]csv",
        "2021",
        "The release 2021 is wanted, there are 2022, 2023.",
        "Say one of these, or land the file of 2021.",
    ),
    "one name, two places": (
        [File("a.csv", "https://h.uk/1/a.csv"), File("a.csv", "https://h.uk/2/a.csv?v=1")],
        "a[.]csv",
        None,
        "The name a.csv leads to several files: https://h.uk/1/a.csv, https://h.uk/2/a.csv.",
        "Copy the address of the one that is meant, and use the connector file.",
    ),
}


@pytest.mark.parametrize(("offer", "pattern", "release", "message", "cure"), NOT_MEANT.values(), ids=NOT_MEANT)
def test_where_it_cannot_be_told_nothing_is_guessed(
    offer: list[File], pattern: str | None, release: Any, message: str, cure: str
) -> None:
    with pytest.raises(SourceError) as raised:
        only_file(offer, pattern, "the page /a", release)
    assert (raised.value.message, raised.value.cure) == (message, cure)


def test_one_place_with_another_version_behind_it_is_the_same() -> None:
    offer = [File("a.csv", "https://h.uk/a.csv"), File("a.csv", "https://h.uk/a.csv?v=2")]
    assert only_file(offer, "a.*", "the page").address == "https://h.uk/a.csv?v=2"


MONTHS = st.builds(lambda year, month: f"{year}{month:02}", st.integers(2000, 2099), st.integers(1, 12))


@given(st.lists(MONTHS, min_size=1, max_size=8, unique=True))
def test_of_months_the_last_one_is_the_newest(months: list[str]) -> None:
    assert of_release({f"{month}_a.csv": month for month in months}, None) == f"{max(months)}_a.csv"


@given(st.lists(MONTHS, min_size=1, max_size=8, unique=True), st.data())
def test_the_release_that_is_wanted_is_the_one_that_is_had(months: list[str], data: st.DataObject) -> None:
    month = data.draw(st.sampled_from(months))
    assert of_release({f"{one}_a.csv": one for one in months}, month) == f"{month}_a.csv"


# Which edition -------------------------------------------------------------------------------------------------------


def days(*said: str) -> list[tuple[str, date]]:
    return [(f"edition-{place}", date.fromisoformat(day)) for place, day in enumerate(said)]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (["2025-07-03"], 0),
        (["2025-07-03", "2024-06-27", "2023-06-29"], 0),
        (["2023-06-29", "2024-06-27", "2025-07-03"], 2),
        (["2025-07-03", "2023-06-29", "2024-06-27"], 0),
    ],
)
def test_the_newest_edition_stands_at_an_end(said: list[str], place: int) -> None:
    assert files.newest(days(*said)) == place


@pytest.mark.parametrize(
    "said", [["2024-01-01", "2025-01-01", "2023-01-01"], ["2025-01-01", "2024-01-01", "2025-01-01"]]
)
def test_dates_that_belie_the_order_prove_nothing(said: list[str]) -> None:
    listed = ", ".join(f"edition-{place} of {day}" for place, day in enumerate(said))
    with pytest.raises(SourceError) as raised:
        files.newest(days(*said))
    assert (raised.value.message, raised.value.cure) == (
        f"It can't be told which edition is the newest: the page lists {listed}.",
        "Say in the query which are meant, as a regular expression: edition.",
    )


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-07-03T09:30:00.000+01:00", "2025-07-03"),
        ("2025-07-03T00:15:00+01:00", "2025-07-03"),
        ("2025-07-02T23:00:00Z", "2025-07-03"),
        ("2026-01-15T00:15:00+00:00", "2026-01-15"),
        ("2026-01-15T22:59:00", "2026-01-15"),
        ("2026-01-15", "2026-01-15"),
    ],
)
def test_a_moment_is_of_a_day_in_britain(moment: str, day: str) -> None:
    assert files.british_day(moment).isoformat() == day


# How it is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "file"),
    [
        (
            "https://www.gov.uk/csv-preview/6762f39cff2c870561bde826/Postcode_level.csv",
            "https://assets.publishing.service.gov.uk/media/6762f39cff2c870561bde826/Postcode_level.csv",
        ),
        ("https://www.gov.uk/csv-preview/x/y/z.csv", "https://www.gov.uk/csv-preview/x/y/z.csv"),
        ("https://h.uk/csv-preview/6762/a.csv", "https://h.uk/csv-preview/6762/a.csv"),
    ],
)
def test_a_preview_stands_for_its_file(address: str, file: str) -> None:
    assert files.previewed(address) == file
    assert files.file_request(address, "csv").address == file


def test_what_no_ending_tells_is_asked_for() -> None:
    with pytest.raises(SourceError) as raised:
        files.reading(Ask("a/b", {}), "figures")
    assert (raised.value.message, raised.value.cure) == (
        "It can't be told what kind of file figures is.",
        "Say it: read: {format: csv}, or workbook.",
    )


# Web pages -----------------------------------------------------------------------------------------------------------

TABLES: dict[str, tuple[str, list[tuple[str, list[list[str]]]]]] = {
    "plain": (
        "<table><tr><th>Area</th><th>2024</th></tr><tr><td>Leeds</td><td> 1,234 </td></tr></table>",
        [("", [["Area", "2024"], ["Leeds", "1,234"]])],
    ),
    "a caption": (
        "<h2>Other</h2><table><caption>Table 1: <b>crime</b></caption><tr><td>1</td></tr></table>",
        [("Table 1: crime", [["1"]])],
    ),
    "a heading above": (
        "<h2>Table 2 &amp; more</h2><p>x</p><table><tr><td>1</td></tr></table>",
        [("Table 2 & more", [["1"]])],
    ),
    "merged cells": (
        (
            "<table><tr><th rowspan=2>Area</th><th colspan='2'>Year</th></tr><tr><th>1</th><th>2</th></tr>"
            "<tr><td>A</td><td>3</td><td>4</td></tr></table>"
        ),
        [("", [["Area", "Year", "Year"], ["Area", "1", "2"], ["A", "3", "4"]])],
    ),
    "ends left out": ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", [("", [["1", "2"], ["3", "4"]])]),
    "a short row": ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", [("", [["1", "2"], ["3", ""]])]),
    "a blank row": ("<table><tr><td>1</td></tr><tr></tr><tr><td>2</td></tr></table>", [("", [["1"], [""], ["2"]])]),
    "a row that covers more than there are": (
        "<table><tr><td rowspan=9>1</td><td>2</td></tr></table>",
        [("", [["1", "2"]])],
    ),
    "marks in a cell": (
        "<table><tr><td>Leeds<sup>1</sup><br>(city)</td><td><script>x()</script>5</td></tr></table>",
        [("", [["Leeds1 (city)", "5"]])],
    ),
    "two": (
        "<table><tr><td>1</td></tr></table><h3>B</h3><table><tr><td>2</td></tr></table>",
        [("", [["1"]]), ("B", [["2"]])],
    ),
    "none": ("<p>No table, but 1 &lt; 2.</p>", []),
}


@pytest.mark.parametrize(("html", "tables"), TABLES.values(), ids=TABLES)
def test_tables_are_read(html: str, tables: list[tuple[str, list[list[str]]]]) -> None:
    assert list(markup.page_of(html).tables) == tables


def test_a_table_in_a_table_is_refused() -> None:
    with pytest.raises(SourceError, match="A table of the page has another one in it"):
        markup.page_of("<table><tr><td><table></table></td></tr></table>")


def test_links_are_found_and_those_of_scripts_are_not() -> None:
    page = markup.page_of(
        "<title>A\n page</title><script>'<a href=\"no.csv\">'</script><A HREF='/a.csv?v=1&amp;w=2'>a</a>"
        "<a name=x>none</a><a href=' b.zip '>b"
    )
    assert (page.title, page.links) == ("A page", ("/a.csv?v=1&w=2", "b.zip"))


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<>&"), max_size=8).map(
    lambda text: " ".join(text.split())
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_table_comes_back_as_it_was_written(rows: list[list[str]]) -> None:
    html = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    assert markup.page_of(f"<table>{html}</table>").tables == (("", rows),)


def test_a_table_becomes_a_csv_file() -> None:
    assert markup.as_csv([["Area", "2024"], ["Leeds, city", '"1"'], ["", ""]]) == (
        b'Area,2024\n"Leeds, city","""1"""\n,\n'
    )
