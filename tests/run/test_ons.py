"""Runs against ONS on a real socket: pages that lead to files, data sets of the API whole and by their dimensions."""

from __future__ import annotations

import csv
import json
import sqlite3
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.connectors import ons

from support.commands import Cli, Said
from support.sources import ONS, ONS_API, ONS_DOWNLOADS, mirror

pytestmark = pytest.mark.untraced

SHAPES = Path(__file__).parents[1] / "shapes"
PAGE = "/economy/datasets/population"
WELL_BEING = "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv"
VERSION = "/v1/datasets/wellbeing-local-authority/editions/time-series/versions/4"

SPEC = """id: S-TEST
title: A figure
description: A figure that was made up for a test of the connector.
domain: society
subdomain: demographics
measure: {measure}
source:
  connector: ons
  dataset: ons/test
{source}
  geography: {level: lad, codes: as_published}
  publisher: Office for National Statistics
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P12M
recipe:
{recipe}
checks:
  golden: {none: every figure is compared with the answer itself}
owner: tests
"""

COUNT = "{type: count, unit: persons, polarity: neutral, decimals: 0}"
FROM_PAGE = """
query: {page: /economy/datasets/population, file: "residents.*[.]csv"}
columns:
  - {name: code}
  - {name: year}
  - {name: residents, type: number, unit: persons, measure: count}
"""
RESIDENTS = """
- period: {from: year, as: snapshot_year, on: "06-30"}
- observe: {area: code, value: residents}
"""
SCORE = "{type: mean, unit: score, polarity: lower_is_better, decimals: 2}"
BY_DIMENSIONS = """
query:
  dataset: wellbeing-local-authority
  dimensions: {geography: "*", time: [2020-21, 2021-22], measureofwellbeing: anxiety, estimate: average-mean}
  marking: Data marking
  numbers: [Lower limit, Upper limit]
markers: {"[u]": too_unreliable_to_publish}
"""
ANXIETY = """
- period: {from: time, as: financial_year}
- observe: {area: geography, value: observation, lower_ci: Lower limit, upper_ci: Upper limit}
"""

Write = Callable[[str, str, str], Path]


@pytest.fixture
def catalogue(tmp_path: Path) -> Write:
    """Writes a catalogue of one spec: its measure, the rest of its source, and its recipe."""

    def write(measure: str, source: str, recipe: str) -> Path:
        parts = {"{measure}": measure, "{source}": source.strip(), "{recipe}": recipe.strip()}
        text = SPEC
        for mark, part in parts.items():
            text = text.replace(mark, textwrap.indent(part, "" if mark == "{measure}" else "  "))
        path = tmp_path / "catalogue/society/S-TEST.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "catalogue"

    return write


def figures(database: Path, indicator: str = "S-TEST") -> dict[tuple[str, str], float | str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "select area_code, time_period, coalesce(value, status_reason) from observation_current"
            " where indicator_id = ?",
            (indicator,),
        ).fetchall()
    return {(area, period): said for area, period, said in rows}


def asked(server: HTTPServer) -> list[tuple[str, int]]:
    return [(request.path, response.status_code) for request, response in server.log]


def tagged(body: bytes) -> Callable[[Request], Response]:
    """An answer with a tag, which needn't be sent again to who knows it."""

    def answered(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(body, content_type="application/json", headers={"ETag": '"v1"'})

    return answered


# Dataset pages ---------------------------------------------------------------------------------------


def serve_page(server: HTTPServer, editions: dict[str, str], files: dict[str, bytes]) -> None:
    """A page with these editions and the days of their release; of each edition these files."""
    uris = [{"uri": f"{PAGE}/{name}"} for name in editions]
    page = {"type": "dataset_landing_page", "datasets": uris}
    server.expect_request(f"{PAGE}/data").respond_with_handler(tagged(json.dumps(page).encode()))
    for name, day in editions.items():
        edition = {
            "type": "dataset",
            "description": {"releaseDate": f"{day}T08:30:00.000Z"},
            "downloads": [{"file": file} for file in files],
        }
        server.expect_request(f"{PAGE}/{name}/data").respond_with_handler(tagged(json.dumps(edition).encode()))
        for file, body in files.items():
            query = {"uri": f"{PAGE}/{name}/{file}"}
            server.expect_request("/file", query_string=query).respond_with_handler(tagged(body))


CSV = b"code,year,residents\nE08000035,2023,812000\nE06000014,2023,202800\n"


def test_a_page_leads_to_the_newest_file(cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    serve_page(httpserver, {"2024": "2025-10-15", "2023": "2024-10-09"}, {"notes.pdf": b"%PDF", "residents7.csv": CSV})
    said = cli("run", "--all", "--catalogue", catalogue(COUNT, FROM_PAGE, RESIDENTS))
    assert said.code == 0, said.err
    assert figures(tmp_path / "yhovi.db") == {
        ("E08000035", "2023-06-30/P1D"): 812000,
        ("E06000014", "2023-06-30/P1D"): 202800,
    }
    assert asked(httpserver) == [
        (f"{PAGE}/data", 200),
        (f"{PAGE}/2024/data", 200),
        (f"{PAGE}/2023/data", 200),
        ("/file", 200),
    ]
    assert httpserver.log[-1][0].args["uri"] == f"{PAGE}/2024/residents7.csv"
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as database:
        assert database.execute("select release from dataset_version").fetchall() == [("2025-10-15",)]


def test_what_has_not_changed_is_not_sent_again(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write
) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    serve_page(httpserver, {"current": "2025-10-15"}, {"residents.csv": CSV})
    specs = catalogue(COUNT, FROM_PAGE, RESIDENTS)
    first, second = cli("run", "--all", "--catalogue", specs), cli("run", "--all", "--catalogue", specs, "--json")
    assert (first.code, second.code, second.json["outcomes"][0]["unchanged"]) == (0, 0, 2)
    assert [status for _, status in asked(httpserver)] == [200, 200, 200, 304, 304, 304]
    httpserver.clear()
    (tmp_path / "yhovi.db").unlink()
    replayed = cli("run", "--all", "--catalogue", specs, "--replay")
    assert (replayed.code, len(figures(tmp_path / "yhovi.db")), httpserver.log) == (0, 2, [])


def test_a_landed_file_stands_in_for_the_page(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write
) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    source = FROM_PAGE.replace('csv"}', 'csv", release: 2025-10-15}') + "read: {format: csv}\n"
    specs = catalogue(COUNT, source, RESIDENTS)
    (tmp_path / "residents.csv").write_bytes(CSV)
    landed = cli("land", "ons/test", tmp_path / "residents.csv", "--release", "2025-10-15", "--catalogue", specs)
    assert landed.code == 0, landed.err
    said = cli("run", "--all", "--catalogue", specs)
    assert said.code == 0, said.err
    assert (len(figures(tmp_path / "yhovi.db")), httpserver.log) == (2, [])


def test_a_page_that_has_moved_is_named(cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    httpserver.expect_request(f"{PAGE}/data").respond_with_data("<html></html>", content_type="text/html")
    said = cli("run", "--all", "--catalogue", catalogue(COUNT, FROM_PAGE, RESIDENTS))
    assert (said.code, said.err[said.err.index("error: ") :]) == (
        3,
        (
            f"error: S-TEST: A web page came back where JSON was asked for. ({ONS}{PAGE}/data)\n"
            "  Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).\n"
        ),
    )


def test_a_real_workbook_gives_the_same_by_its_page_as_landed(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, samples: Path
) -> None:
    name = "gva_populationestimatesbylocalauthority_2025edition.xlsx"
    text = (SHAPES / "ONS-GVA-POPULATION.yaml").read_text("utf-8")
    by_page = text.replace("id: ONS-GVA-POPULATION", "id: BY-PAGE").replace("connector: file", "connector: ons")
    by_page = by_page.replace("dataset: ons/gva-population", "dataset: ons/by-page")
    by_page = by_page.replace("{landed: true}", f"{{page: {PAGE}}}")
    specs = tmp_path / "catalogue"
    specs.mkdir()
    (specs / "ONS-GVA-POPULATION.yaml").write_text(text, encoding="utf-8")
    (specs / "BY-PAGE.yaml").write_text(by_page, encoding="utf-8")
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    serve_page(httpserver, {"current": "2025-04-17"}, {name: (samples / "ons" / name).read_bytes()})
    cli("land", "ons/gva-population", samples / "ons" / name, "--release", "2025", "--catalogue", specs)
    said = cli("run", "--all", "--catalogue", specs)
    assert said.code == 0, said.err
    found = figures(tmp_path / "yhovi.db", "BY-PAGE")
    assert (len(found), found) == (15 * 26, figures(tmp_path / "yhovi.db", "ONS-GVA-POPULATION"))


# The API ---------------------------------------------------------------------------------------------


def test_a_whole_data_set_is_followed_to_where_its_address_redirects(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write
) -> None:
    here = httpserver.url_for("/").rstrip("/")
    places = {ONS_API: f"{here}/api", ONS_DOWNLOADS: here, "https://static.ons.gov.uk": f"{here}/static"}
    mirrors = "".join(f'"{publisher}" = "{place}"\n' for publisher, place in places.items())
    (tmp_path / "yhovi.toml").write_text(f"[mirrors]\n{mirrors}", encoding="utf-8")
    latest = {"links": {"latest_version": {"href": f"{ONS_API}{VERSION}"}}}
    httpserver.expect_request("/api/v1/datasets/wellbeing-local-authority").respond_with_json(latest)
    moved = {"Location": "https://static.ons.gov.uk/datasets/well-being.csv"}
    httpserver.expect_request(
        "/downloads/datasets/wellbeing-local-authority/editions/time-series/versions/4.csv"
    ).respond_with_data("", status=301, headers=moved)
    body = "v4_1,Data marking,yyyy,Time,code,Geography\n812000,,2023,2023,E08000035,Leeds\n"
    httpserver.expect_request("/static/datasets/well-being.csv").respond_with_data(body, content_type="text/csv")
    source = """
query: {dataset: wellbeing-local-authority}
columns:
  - {name: code}
  - {name: Time}
  - {name: v4_1, type: number, unit: persons, measure: count, status_from: Data marking}
  - {name: Data marking}
"""
    recipe = RESIDENTS.replace("from: year", "from: Time").replace("value: residents", "value: v4_1")
    said = cli("run", "--all", "--catalogue", catalogue(COUNT, source, recipe))
    assert said.code == 0, said.err
    assert figures(tmp_path / "yhovi.db") == {("E08000035", "2023-06-30/P1D"): 812000}


def well_being(samples: Path, time: str) -> list[dict[str, str]]:
    with (samples / WELL_BEING).open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if (row["measure-of-wellbeing"], row["wellbeing-estimate"], row["Time"])
            == ("anxiety", "average-mean", time)
        ]


def serve_api(server: HTTPServer, samples: Path) -> None:
    """The API, with the observations of a real data set."""
    latest = {"links": {"latest_version": {"href": f"{ONS_API}{VERSION}"}}}
    names = ("time", "geography", "measureofwellbeing", "estimate")
    server.expect_request("/v1/datasets/wellbeing-local-authority").respond_with_json(latest)
    server.expect_request(VERSION).respond_with_json({"dimensions": [{"name": name} for name in names]})

    def observed(request: Request) -> Response:
        rows = well_being(samples, request.args["time"])
        listed = [
            {
                "dimensions": {"Geography": {"id": row["administrative-geography"], "label": row["Geography"]}},
                "metadata": {name: row[name] for name in ("Data marking", "Lower limit", "Upper limit")},
                "observation": row["v4_3"],
            }
            for row in rows
        ]
        said = {"limit": 10_000, "offset": 0, "total_observations": len(listed), "observations": listed}
        return Response(json.dumps(said), content_type="application/json")

    server.expect_request(f"{VERSION}/observations").respond_with_handler(observed)


def test_observations_are_those_of_the_whole_data_set(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write, samples: Path
) -> None:
    mirror(tmp_path, ONS_API, httpserver.url_for("/"))
    settings = tmp_path / "yhovi.toml"
    settings.write_text(f'target_vintage = "2020-04"\n{settings.read_text("utf-8")}', encoding="utf-8")
    serve_api(httpserver, samples)
    said = cli("run", "--all", "--catalogue", catalogue(SCORE, BY_DIMENSIONS, ANXIETY))
    assert said.code == 0, said.err
    found = figures(tmp_path / "yhovi.db")
    expected = {
        (row["administrative-geography"], f"{time[:4]}-04-01/P1Y"): float(row["v4_3"])
        for time in ("2020-21", "2021-22")
        for row in well_being(samples, time)
        if row["v4_3"]
    }
    assert (len(found), found) == (23 * 2, {key: expected[key] for key in found})
    assert [path for path, _ in asked(httpserver)] == [
        "/v1/datasets/wellbeing-local-authority",
        VERSION,
        *[f"{VERSION}/observations"] * 2,
    ]


def refused(cli: Cli, server: HTTPServer, folder: Path, specs: Path) -> Said:
    mirror(folder, ONS_API, server.url_for("/"))
    latest = {"links": {"latest_version": {"href": f"{ONS_API}{VERSION}"}}}
    server.expect_request("/v1/datasets/wellbeing-local-authority").respond_with_json(latest)
    return cli("run", "--all", "--catalogue", specs)


def test_a_misnamed_dimension_is_found_before_its_observations_are_asked_for(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write
) -> None:
    names = ("time", "geography", "measure-of-wellbeing", "estimate")
    httpserver.expect_request(VERSION).respond_with_json({"dimensions": [{"name": name} for name in names]})
    said = refused(cli, httpserver, tmp_path, catalogue(SCORE, BY_DIMENSIONS, ANXIETY))
    assert (said.code, said.err[said.err.index("error: ") :]) == (
        3,
        (
            "error: S-TEST: The query has the dimensions 'estimate', 'geography', 'measureofwellbeing', 'time', "
            f"the version has 'estimate', 'geography', 'measure-of-wellbeing', 'time'. ({ONS_API}{VERSION})\n"
            "  Name each dimension of the version, spelled like this, and no other.\n"
        ),
    )


def test_what_the_service_refuses_is_said_in_its_words(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, catalogue: Write
) -> None:
    names = ("time", "geography", "measureofwellbeing", "estimate")
    httpserver.expect_request(VERSION).respond_with_json({"dimensions": [{"name": name} for name in names]})
    httpserver.expect_request(f"{VERSION}/observations").respond_with_data("no observations found\n", status=404)
    said = refused(cli, httpserver, tmp_path, catalogue(SCORE, BY_DIMENSIONS, ANXIETY))
    assert said.code == 3
    assert 'does not exist: the answer was 404 Not Found, saying "no observations found".' in said.err


# What the documentation shows ------------------------------------------------------------------------


def test_the_specs_that_the_connector_shows_are_valid(cli: Cli, catalogue: Write) -> None:
    parts = (ons.__doc__ or "").split("\n\n")
    source = textwrap.dedent(parts[1]).split("dataset: ons/gva-industry-la-tle\n", 1)[1]
    recipe = "- unpivot: {columns: years, name: year, value: gva}\n- period: {from: year, as: calendar_year}\n"
    recipe += "- observe: {area: LA code, value: gva}\n"
    measure = "{type: amount, unit: gbp_million, polarity: neutral, decimals: 0}"
    specs = catalogue(measure, textwrap.dedent(source), recipe)
    said = cli("validate-specs", specs)
    assert (said.code, said.out) == (0, "1 file, no problems\n"), said.err
    observations = next(part for part in parts if part.lstrip().startswith("query:\n"))
    specs = catalogue(SCORE, textwrap.dedent(observations) + '\nmarkers: {"[u]": unreliable}', ANXIETY)
    assert cli("validate-specs", specs).code == 0
