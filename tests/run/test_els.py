"""Runs against Explore Local Statistics on a real socket: its real series, in the form in which the service answers."""

from __future__ import annotations

import csv
import sqlite3
import textwrap
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from yhovi.connectors import els

from support.commands import Cli
from support.sources import ONS, els_csv, mirror

pytestmark = pytest.mark.untraced

PATH = "/explore-local-statistics/api/v1/data.csv"

SPEC = """id: S-TEST
title: A local figure
description: One of the series of Explore Local Statistics, by district.
domain: society
subdomain: demographics
measure: {measure}
source:
  connector: els
  dataset: els/test
  query: {indicator: a-series}
  geography: {level: lad, codes: as_published}
  publisher: Office for National Statistics, Explore Local Statistics
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P12M
recipe:
  - period: {from: period, as: {period}}
  - observe: {area: areacd, value: value{limits}}
checks:
  golden: {none: every figure is compared with the file itself}
owner: tests
"""
LIMITS = ", lower_ci: lci_95, upper_ci: uci_95"
REASONS = {"x": "not_available", "u": "too_unreliable_to_publish", "": "not_available"}
# What the region and the country have, and the districts as they are; two of them were given new codes in 2025.
WANTED = frozenset(
    "E06000010 E06000011 E06000012 E06000013 E06000014 E06000065 E08000016 E08000017 E08000018 E08000019 E08000032 "
    "E08000033 E08000034 E08000035 E08000036 E12000003 E92000001".split()
)
RECODED = {"E08000038": "E08000016", "E08000039": "E08000019"}


@dataclass(frozen=True)
class Series:
    """A series in a file, what it measures, and how many figures of it are wanted, and missing."""

    file: str
    name: str
    measure: str
    figures: int
    missing: int = 0
    limits: str = ""
    period: str = "iso_interval"


ALL = (
    Series(
        "children-in-relative-poverty",
        "Children in relative poverty before housing costs",
        "type: proportion, unit: percent",
        16 * 4,
    ),
    Series("employment-rate_yh", "Employment rate", "type: survey_percentage, unit: percent", 17 * 20, 0, LIMITS),
    Series("employment-rate_yh", "Economically inactive", "type: survey_percentage, unit: percent", 17 * 20, 0, LIMITS),
    Series("greenhouse-gas-emissions", "Greenhouse gas emissions", "type: ratio, unit: tonnes_per_person", 17 * 19),
    Series("gross-value-added", "Gross value added per hour worked", "type: ratio, unit: gbp_per_hour", 15 * 20),
    Series(
        "healthy-life-expectancy", "Male healthy life expectancy", "type: modelled, unit: years", 17 * 12, 0, LIMITS
    ),
    Series(
        "housing-affordability-ratio",
        "Housing affordability ratio (residence-based)",
        "type: modelled, unit: ratio",
        17 * 24,
        1,
        period="snapshot",
    ),
)


def write(folder: Path, series: Series) -> Path:
    measure = f"{{{series.measure}, polarity: neutral, decimals: 1}}"
    text = SPEC.replace("{measure}", measure).replace("{period}", series.period).replace("{limits}", series.limits)
    path = folder / "catalogue/society/S-TEST.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder / "catalogue"


def expected(file: Path, series: Series) -> dict[tuple[str, str], tuple[float | str, float | None, float | None]]:
    """What the file has, read by hand: value or reason, and limits."""
    found = {}
    with file.open(encoding="utf-8-sig", newline="") as said:
        for row in csv.DictReader(said):
            area = RECODED.get(row["areacd"], row["areacd"])
            if row["indicator"] == series.name and area in WANTED:
                value = float(row["observation"]) if row["observation"] else REASONS[row["status"]]
                limits = [float(row[name]) if row[name] and series.limits else None for name in ("lci_95", "uci_95")]
                period = row["period"] if "/" in row["period"] else f"{row['period']}/P1D"
                assert found.setdefault((area, period), (value, *limits)) == (value, *limits)
    return found


def same(one: object, other: object) -> bool:
    """Equal, or numbers that are equal as far as a database keeps them, which is 12 digits."""
    return one == other or (isinstance(one, float) and isinstance(other, float) and f"{one:.12g}" == f"{other:.12g}")


@pytest.mark.parametrize("series", ALL, ids=lambda series: series.name)
def test_the_figures_are_those_of_the_file(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path, samples: Path, series: Series
) -> None:
    file = samples / "els" / f"{series.file}.csv"
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    httpserver.expect_request(PATH).respond_with_data(els_csv(file, series.name), content_type="text/csv")
    said = cli("run", "--all", "--catalogue", write(tmp_path, series))
    assert said.code == 0, said.err
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as database:
        rows = database.execute(
            "select area_code, time_period, coalesce(value, status_reason), lower_ci, upper_ci from observation_current"
        ).fetchall()
    found = {(area, period): tuple(figure) for area, period, *figure in rows}
    by_hand = expected(file, series)
    assert found.keys() == by_hand.keys()
    differing = {key: (found[key], by_hand[key]) for key in found if not all(map(same, found[key], by_hand[key]))}
    assert differing == {}
    missing = sum(isinstance(value, str) for value, *_ in found.values())
    assert (len(found), missing) == (series.figures, series.missing)
    (request, _) = httpserver.log[0]
    assert (len(httpserver.log), dict(request.args)) == (
        1,
        {"indicator": "a-series", "geo": "all", "time": "all", "includeNames": "true", "includeStatus": "true"},
    )


def test_a_series_that_is_not_there_is_said_in_the_words_of_the_service(
    cli: Cli, httpserver: HTTPServer, tmp_path: Path
) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    refusal = {"message": "No data available for the selected filters."}
    httpserver.expect_request(PATH).respond_with_json(refusal, status=400)
    said = cli("run", "--all", "--catalogue", write(tmp_path, ALL[0]))
    assert said.code == 3
    assert "was rejected: the answer was 400 Bad Request" in said.err
    assert "No data available for the selected filters." in said.err


def test_a_file_that_ons_keeps_is_no_answer(cli: Cli, httpserver: HTTPServer, tmp_path: Path, samples: Path) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    body = (samples / "els/greenhouse-gas-emissions.csv").read_bytes()
    httpserver.expect_request(PATH).respond_with_data(body, content_type="text/csv")
    said = cli("run", "--all", "--catalogue", write(tmp_path, ALL[3]))
    assert (said.code, said.err[said.err.index("error: ") :]) == (
        3,
        (
            "error: S-TEST: The answer has no column 'value': it has 'areacd', 'areanm', 'geography', 'indicator', "
            f"'period' and 7 more. ({ONS}{PATH}?indicator=a-series&geo=all&time=all&includeNames=true"
            "&includeStatus=true)\n"
            "  The publisher may have changed the service, as it says it may: compare the address in a browser with "
            "the spec.\n"
        ),
    )


def test_a_plan_says_that_the_service_may_change(cli: Cli, tmp_path: Path) -> None:
    said = cli("plan", "S-TEST", "--catalogue", write(tmp_path, ALL[3]))
    assert (said.code, "the publisher says that this service may change without notice" in said.out) == (0, True)


def test_the_spec_that_the_connector_shows_is_valid(cli: Cli, tmp_path: Path) -> None:
    shown = textwrap.dedent(next(part for part in (els.__doc__ or "").split("\n\n") if "connector: els" in part))
    source, recipe = shown.split("recipe:\n")
    head, rest = SPEC.split("source:\n", 1)
    about = rest[rest.index("  geography:") : rest.index("recipe:\n")]
    measure = "{type: ratio, unit: tonnes_per_person, polarity: neutral, decimals: 1}"
    path = tmp_path / "S-TEST.yaml"
    end = rest[rest.index("checks:") :]
    path.write_text(f"{head.replace('{measure}', measure)}{source}{about}recipe:\n{recipe}\n{end}", encoding="utf-8")
    said = cli("validate-specs", path)
    assert (said.code, said.out) == (0, "1 file, no problems\n")
