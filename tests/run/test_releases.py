"""Releases as they come: GOV.UK, ONS and Ofcom, several releases deep, with what has changed between two of them.

A new release is found by the next run, which loads what changed in it and says so; what was withdrawn, renamed or laid
out anew stops the indicators that rely on it, and no other, and leaves alone what was loaded before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.commands import Cli, Said
from support.simulators import Simulator, areas, figure
from support.simulators.offices import Newport, Office, Release, Riverside, Whitehall, table, workbook, zipped

pytestmark = pytest.mark.untraced

Values = dict[tuple[str, str, str], float]
FIRST = areas()[0]

GOVUK = {"https://www.gov.uk": "", "https://assets.publishing.service.gov.uk/media": "/media"}
ONS = {"https://www.ons.gov.uk": ""}
OFCOM = {"https://www.ofcom.org.uk": ""}


@dataclass
class Stage:
    """A folder with specs and settings, and the offices that are asked from there."""

    folder: Path
    cli: Cli
    stack: ExitStack
    mirrors: dict[str, str] = field(default_factory=dict)
    simulators: dict[int, Simulator] = field(default_factory=dict)

    def open(self, office: Office, mirrors: Mapping[str, str]) -> Simulator:
        """Have an office asked in the place of its publisher."""
        simulator = self.stack.enter_context(Simulator(office))
        self.mirrors |= {own: f"{simulator.url}{path}" for own, path in mirrors.items()}
        lines = ["[mirrors]", *(f'"{own}" = "{url}"' for own, url in self.mirrors.items()), "[http]", "attempts = 1"]
        (self.folder / "yhovi.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return simulator

    def write(self, name: str, source: str, recipe: Sequence[str], measure: str = "") -> None:
        """Write a spec: how its source is asked and read, and its recipe."""
        spec = SPEC.format(
            id=name,
            source="\n".join(f"  {line}" for line in source.strip().splitlines()),
            recipe="\n".join(f"  - {step}" for step in recipe),
            measure=measure or "{type: count, unit: count, polarity: neutral, decimals: 0}",
        )
        path = self.folder / "indicators" / "economy" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(spec, encoding="utf-8")

    def run(self, *options: str) -> Said:
        """Run everything."""
        return self.cli("run", "--all", "--json", *options)

    def outcomes(self, said: Said) -> dict[str, tuple[Any, ...]]:
        """Of each indicator: what became of it, how much is new, changed, the same, withdrawn, and why."""
        keys = ("status", "new", "changed", "unchanged", "withdrawn", "source")
        return {one["indicator"]: tuple(one[key] for key in keys) for one in said.json["outcomes"]}

    def loaded(self) -> Values:
        """What is current in the database."""
        with closing(sqlite3.connect(self.folder / "yhovi.db")) as database:
            rows = database.execute(
                "select indicator_id, area_code, time_period, value from observation_current"
            ).fetchall()
        return {(name, area, period): value for name, area, period, value in rows}

    def releases(self) -> list[tuple[str, str]]:
        """Of each data set the releases that were loaded, in order."""
        with closing(sqlite3.connect(self.folder / "yhovi.db")) as database:
            query = "select dataset_id, release from dataset_version order by first_retrieved_at, release"
            return [(dataset, release) for dataset, release in database.execute(query)]


SPEC = """id: {id}
title: Things that are counted
description: Things that are counted in a year.
domain: economy
subdomain: sectors
measure: {measure}
source:
{source}
  geography: {{level: lad, codes: as_published}}
  publisher: A publisher
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P12M
recipe:
{recipe}
checks:
  golden: {{none: made up for tests}}
owner: tests
"""


@pytest.fixture
def stage(tmp_path: Path, cli: Cli, waits: list[float]) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path, cli, stack)


def refused(said: Said) -> dict[str, str]:
    """Of each indicator that failed the error in full, on one line."""
    return {one["indicator"]: " ".join(one["error"].split()) for one in said.json["outcomes"] if one["error"]}


# GOV.UK: greenhouse gases, an edition each summer --------------------------------------------------------------------

CODE, YEAR, ALL = "Local Authority Code", "Calendar Year", "Territorial emissions (kt CO2e)"
WITHIN = "CO2 emissions within the scope of influence of LAs (kt CO2e)"
WITHIN_2023 = "Emissions within the scope of influence of LAs (kt CO2)"
SLUG = "uk-local-authority-and-regional-greenhouse-gas-emissions"
AMOUNT = "{type: amount, unit: kilotonnes, polarity: lower_is_better, decimals: 0}"


def emissions(*years: int, within: str = WITHIN, revised: int = 0) -> bytes:
    """An edition: its years, what one of its columns is called, and how much it changes one old figure by."""
    rows = [
        (
            area,
            year,
            figure(area, year) + (revised if (area, year) == (FIRST, years[0]) else 0),
            figure(area, year) // 2,
        )
        for area in areas()
        for year in years
    ]
    return table([CODE, YEAR, ALL, within], [*rows, ("", years[-1], -7, -7)])


def greenhouse(out: int = 2) -> Whitehall:
    """Three editions, each under the names that it really had; the first ones are out."""
    editions = [
        Release(
            f"{SLUG}-national-statistics-2005-to-2021",
            "2023-06-29",
            {"2005-21-local-authority-ghg-emissions-csv-dataset.csv": emissions(2020, 2021)},
        ),
        Release(
            f"{SLUG}-statistics-2005-to-2022",
            "2024-06-27",
            {
                "2005-2022-local-authority-ghg-emissions-csv-dataset.csv": emissions(2020, 2021, 2022),
                "2005-22-uk-local-authority-ghg-emissions.xlsx": b"PK",
            },
        ),
        Release(
            f"{SLUG}-statistics-2005-to-2023",
            "2025-07-03",
            {
                "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv": emissions(
                    2020, 2021, 2022, 2023, within=WITHIN_2023, revised=40
                ),
                "2005-23-uk-local-authority-ghg-emissions.xlsx": b"PK",
            },
        ),
    ]
    return Whitehall(editions[:out], editions[out:])


def gas_spec(dataset: str, column: str = ALL) -> str:
    return f"""
connector: desnz
dataset: {dataset}
query: {{series: greenhouse-gases}}
columns:
  - {{name: {CODE}}}
  - {{name: {YEAR}}}
  - {{name: {column}, type: number, unit: kilotonnes, measure: amount}}
"""


def gas_recipe(column: str = ALL) -> list[str]:
    return [
        f'keep: "`{CODE}` is present"',
        f"period: {{from: {YEAR}, as: calendar_year}}",
        f"observe: {{area: {CODE}, value: {column}}}",
    ]


def gases(*years: int, revised: int = 0) -> Values:
    found: Values = {("GASES", area, f"{year}-01-01/P1Y"): figure(area, year) for area in areas() for year in years}
    found["GASES", FIRST, f"{years[0]}-01-01/P1Y"] += revised
    return found


N = len(areas())


def test_a_new_edition_is_found_and_what_it_changes_is_loaded(stage: Stage) -> None:
    office = greenhouse()
    simulator = stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    said = stage.run()
    assert (said.code, stage.loaded()) == (0, gases(2020, 2021, 2022)), said.err
    assert simulator.statuses == [200, 200, 200]

    simulator.statuses.clear()
    said = stage.run()
    assert stage.outcomes(said) == {"GASES": ("unchanged", 0, 0, 3 * N, 0, "not modified, the source says (ETag)")}
    assert simulator.statuses == [304, 304, 304]

    office.publish()
    simulator.statuses.clear()
    simulator.asked.clear()
    said = stage.run()
    assert said.code == 0, said.err
    assert stage.outcomes(said) == {"GASES": ("loaded", N, 1, 3 * N - 1, 0, "another release than before")}
    assert stage.loaded() == gases(2020, 2021, 2022, 2023, revised=40)
    assert stage.releases() == [("desnz/gases", "2005-to-2022"), ("desnz/gases", "2005-to-2023")]
    assert [asked.path.rpartition("/")[2] for asked in simulator.asked] == [
        f"{SLUG}-statistics",
        f"{SLUG}-statistics-2005-to-2023",
        "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv",
    ]


def test_what_was_loaded_can_be_made_again_without_the_network(stage: Stage) -> None:
    simulator = stage.open(greenhouse(3), GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    stage.run()
    simulator.asked.clear()
    (stage.folder / "yhovi.db").unlink()
    assert stage.run("--replay").code == 0
    assert (stage.loaded(), simulator.asked) == (gases(2020, 2021, 2022, 2023, revised=40), [])


def test_a_correction_of_an_old_edition_is_not_the_newest(stage: Stage) -> None:
    office = greenhouse(3)
    stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    office.out[1].day = "2026-01-20"
    assert stage.run().code == 0
    assert stage.releases() == [("desnz/gases", "2005-to-2023")]


def test_an_edition_that_is_wanted_stays_when_a_newer_one_comes(stage: Stage) -> None:
    office = greenhouse()
    stage.open(office, GOVUK)
    pinned = gas_spec("desnz/gases").replace("gases}", "gases, release: 2005-to-2022}", 1)
    stage.write("GASES", pinned, gas_recipe(), AMOUNT)
    stage.run()
    office.publish()
    said = stage.run()
    assert (said.code, stage.outcomes(said)["GASES"][0]) == (0, "unchanged")
    assert stage.releases() == [("desnz/gases", "2005-to-2022")]


def test_a_column_that_is_called_otherwise_stops_only_those_that_use_it(stage: Stage) -> None:
    office = greenhouse()
    stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    stage.write("WITHIN", gas_spec("desnz/within", WITHIN), gas_recipe(WITHIN), AMOUNT)
    assert stage.run().code == 0
    before = stage.loaded()
    office.publish()
    said = stage.run()
    assert (said.code, {name: one[0] for name, one in stage.outcomes(said).items()}) == (
        6,
        {"GASES": "loaded", "WITHIN": "failed"},
    )
    address = "https://assets.publishing.service.gov.uk/media/68653c7ee6c3cc9242289402/"
    assert refused(said) == {
        "WITHIN": (
            f"1 declared column is missing: '{WITHIN}' (did you mean '{WITHIN_2023}'?). Found: '{CODE}', "
            f"'{YEAR}', '{ALL}', '{WITHIN_2023}'. "
            f"({address}2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv) "
            "The source may have renamed them: compare the file with the columns that are declared."
        )
    }
    after = stage.loaded()
    assert {key: after[key] for key in before if key[0] == "WITHIN"} == {
        key: value for key, value in before.items() if key[0] == "WITHIN"
    }


def test_a_withdrawn_edition_stops_only_its_own(stage: Stage) -> None:
    """Nothing older is taken in its place, and what was loaded of it stays until somebody undoes it."""
    office, other = greenhouse(3), values()
    stage.open(office, GOVUK)
    stage.open(other, ONS)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    stage.write("VALUE", VALUE_SPEC, VALUE_RECIPE)
    assert stage.run().code == 0
    before = stage.loaded()
    office.newest.withdrawn = True
    other.publish()
    said = stage.run()
    assert (said.code, {name: one[0] for name, one in stage.outcomes(said).items()}) == (
        6,
        {"GASES": "failed", "VALUE": "loaded"},
    )
    assert refused(said) == {
        "GASES": (
            f"The edition {SLUG}-statistics-2005-to-2023 was withdrawn. "
            f"(https://www.gov.uk/api/content{Whitehall.collection}) "
            "Nothing older is taken in its place: say release or a narrower edition if that is meant."
        )
    }
    after = stage.loaded()
    assert {key: value for key, value in after.items() if key[0] == "GASES"} == {
        key: value for key, value in before.items() if key[0] == "GASES"
    }


def test_an_edition_that_is_withdrawn_while_its_collection_does_not_know_is_refused(stage: Stage) -> None:
    office = greenhouse(3)
    simulator = stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    office.newest.withdrawn = True
    page = f"/government/statistics/{office.newest.page}"
    simulator.always = lambda asked, reply: (
        greenhouse(3).page(asked.path) or reply if asked.path.endswith(Whitehall.collection) else reply
    )
    said = stage.run()
    assert (said.code, refused(said)) == (
        3,
        {
            "GASES": (
                f"The page {page} was withdrawn on 2026-02-03: There is an error in it. "
                f"(https://www.gov.uk/api/content{page}) "
                "Open the page in a browser: it says where to go on, if anywhere."
            )
        },
    )


def test_a_renamed_file_is_told_with_the_names_that_there_are(stage: Stage) -> None:
    office = greenhouse()
    stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    assert stage.run().code == 0
    before = stage.loaded()
    office.publish().rename("2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv", "la-ghg-2005-2023.csv")
    said = stage.run()
    page = f"/government/statistics/{office.newest.page}"
    assert (said.code, stage.loaded()) == (3, before)
    assert refused(said) == {
        "GASES": (
            "One file that matches '(?i)2005-(20)?[0-9]{2}-.*local-authority-ghg-emissions.*csv-dataset[.]csv' "
            f"is wanted, the page {page} has none among 'la-ghg-2005-2023.csv', "
            f"'2005-23-uk-local-authority-ghg-emissions.xlsx'. (https://www.gov.uk/api/content{page}) "
            "Say in the query which is meant, as a regular expression for its whole name: file."
        )
    }


def test_a_file_that_is_exchanged_without_a_word_is_noticed(stage: Stage) -> None:
    """The page keeps its day: it is the bytes that differ."""
    office = greenhouse()
    stage.open(office, GOVUK)
    stage.write("GASES", gas_spec("desnz/gases"), gas_recipe(), AMOUNT)
    stage.run()
    (name, *_) = office.newest.files
    office.newest.files[name] = emissions(2020, 2021, 2022, revised=5)
    said = stage.run()
    assert stage.outcomes(said) == {"GASES": ("loaded", 0, 1, 3 * N - 1, 0, "other rows than before")}


# A workbook whose sheets are called otherwise ------------------------------------------------------------------------


def households(sheet: str, year: int) -> bytes:
    rows = [["Area Codes", "Number of households"], *([area, figure(area, year)] for area in areas())]
    return workbook({"Contents": [["Fuel poverty"]], sheet: [["Table 2"], ["About"], *rows]})


def test_a_sheet_that_is_called_otherwise_is_told_with_those_that_there_are(stage: Stage) -> None:
    office = Whitehall(
        [Release("sub-regional-fuel-poverty-data-2022", "2022-04-28", {"a.xlsx": households("Table 2", 2020)})],
        [Release("sub-regional-fuel-poverty-data-2023-2021-data", "2023-04-27", {"a.xlsx": households("LA", 2021)})],
    )
    stage.open(office, GOVUK)
    source = f"""
connector: govuk
dataset: desnz/fuel
query:
  page: {Whitehall.collection}
  edition: "sub-regional-.*-data-(?P<release>20[0-9]{{2}}).*"
  release_column: year
read: {{format: workbook, sheet: Table 2, header_row: 3}}
columns:
  - {{name: Area Codes}}
  - {{name: year}}
  - {{name: Number of households, type: number, unit: count, measure: count}}
"""
    recipe = ["period: {from: year, as: calendar_year}", "observe: {area: Area Codes, value: Number of households}"]
    stage.write("FUEL", source, recipe)
    assert stage.run().code == 0
    before = stage.loaded()
    assert before == {("FUEL", area, "2022-01-01/P1Y"): figure(area, 2020) for area in areas()}
    office.publish()
    said = stage.run()
    assert (said.code, stage.loaded()) == (3, before)
    assert refused(said) == {
        "FUEL": (
            "No sheet is called 'Table 2'. Sheets: 'Contents', 'LA'. "
            "(https://assets.publishing.service.gov.uk/media/68653c7ee6c3cc9242289401/a.xlsx) "
            "Make read: sheet fit exactly one."
        )
    }


# ONS: one edition that is replaced -----------------------------------------------------------------------------------

VALUE_SPEC = f"""
connector: ons
dataset: ons/value
query: {{page: {Newport.dataset}, file: "gva.*tle[0-9]*[.]csv"}}
columns:
  - {{name: LA code}}
  - {{name: years, pattern: "20[0-9]{{2}}", type: number, unit: count, measure: count}}
"""
VALUE_RECIPE = [
    "unpivot: {columns: years, name: year, value: things}",
    "period: {from: year, as: calendar_year}",
    "observe: {area: LA code, value: things}",
]


def values() -> Newport:
    """Two releases; with the second the name of the file gets a number behind it, as names there do."""

    def gva(*years: int) -> bytes:
        rows = [[area, *(figure(area, year) for year in years)] for area in areas()]
        return table(["LA code", *map(str, years)], rows)

    return Newport(
        [Release("/previous/v1", "2024-04-24", {"gvatle.csv": gva(2021, 2022), "notes.pdf": b"%PDF"})],
        [Release("/previous/v2", "2025-04-17", {"gvatle10.csv": gva(2021, 2022, 2023), "notes.pdf": b"%PDF"})],
    )


def test_a_page_of_ons_gets_another_file_under_another_name(stage: Stage) -> None:
    office = values()
    simulator = stage.open(office, ONS)
    stage.write("VALUE", VALUE_SPEC, VALUE_RECIPE)
    assert stage.run().code == 0
    office.publish()
    said = stage.run()
    assert stage.outcomes(said) == {"VALUE": ("loaded", N, 0, 2 * N, 0, "another release than before")}
    assert stage.releases() == [("ons/value", "2024-04-24"), ("ons/value", "2025-04-17")]
    assert simulator.asked[-1].parameters["uri"] == f"{Newport.dataset}/current/gvatle10.csv"


# Ofcom: a zip for each year, found by its name -----------------------------------------------------------------------

PREMISES, WITH = "All Premises", "Number of premises with SFBB availability"
SHARE = "SFBB availability (% premises)"
COVERAGE = "{type: proportion, unit: percent, polarity: higher_is_better, decimals: 1}"


def coverage(month: str, issue: str, *, slow: int = 0) -> dict[str, bytes]:
    """A zip as Ofcom makes them. In 2019 the printed share counted less than its name says."""
    printed = 20 if month.startswith("2019") else 90
    rows = [(area, area.lower(), 1000, 900 + int(month[:4]) - 2010 - slow, printed) for area in areas()]
    name = f"{month}_fixed_laua_coverage_{issue}"
    body = table(["laua", "laua_name", PREMISES, WITH, SHARE], rows)
    residential = table(["laua", "laua_name", PREMISES, WITH, SHARE], [])
    members = {f"{name}/{name}.csv": body, f"{name}/{month}_fixed_laua_res_coverage_{issue}.csv": residential}
    return {f"{month}_fixed_broadband_coverage_{issue}.zip": zipped(members)}


def connected(out: int = 2) -> Riverside:
    """Four years of reports."""
    reports = [
        Release(f"connected-nations-{year}/data-downloads-{year}", f"{year}-12-01", coverage(f"{year}09", "r01"))
        for year in range(2019, 2023)
    ]
    return Riverside(reports[:out], reports[out:])


COVERAGE_SPEC = f"""
connector: ofcom
dataset: ofcom/fixed
query: {{series: fixed-coverage, release_column: release}}
read: {{format: csv, member: "20????_fixed_laua_coverage_r*.csv"}}
columns:
  - {{name: laua}}
  - {{name: release}}
  - {{name: {PREMISES}, type: number, unit: count, measure: count}}
  - {{name: {WITH}, type: number, unit: count, measure: count}}
"""
COVERAGE_RECIPE = [
    'split: {column: release, into: [month], pattern: "(20[0-9]{4}).*"}',
    f'derive: {{share: "`{WITH}` / `{PREMISES}` * 100"}}',
    "period: {from: month, as: month}",
    f"observe: {{area: laua, value: share, numerator: {WITH}, denominator: {PREMISES}}}",
]


def shares(*years: int, **corrected: float) -> Values:
    """The share of each area: it rises by a tenth of a percent each year."""
    return {
        ("FIXED", area, f"{year}-09-01/P1M"): pytest.approx((900 + year - 2010 - corrected.get(f"of_{year}", 0)) / 10)
        for area in areas()
        for year in years
    }


EVERY = COVERAGE_SPEC.replace("release_column", "every: true, release_column")


def test_each_year_adds_a_point_to_the_series(stage: Stage) -> None:
    """A file has one year: all of them are taken together, and those that are there already aren't sent again."""
    office = connected(1)
    simulator = stage.open(office, OFCOM)
    stage.write("FIXED", EVERY, COVERAGE_RECIPE, COVERAGE)
    for number in range(4):
        said = stage.run()
        told = "another release than before" if number else "the first answer"
        assert stage.outcomes(said) == {"FIXED": ("loaded", N, 0, number * N, 0, told)}, said.err
        if number < 3:
            office.publish()
    assert stage.loaded() == shares(2019, 2020, 2021, 2022)
    assert [release for _, release in stage.releases()] == [
        f"{year}09_fixed_broadband_coverage_r01" for year in range(2019, 2023)
    ]
    zips = [asked.path for asked in simulator.asked if asked.path.endswith(".zip")]
    sent = [status for asked, status in zip(simulator.asked, simulator.statuses, strict=True) if asked.path in zips]
    assert (len(zips), sent.count(200)) == (1 + 2 + 3 + 4, 4)


def test_the_newest_year_alone_does_not_take_the_place_of_the_others(stage: Stage) -> None:
    """The month is told by the release: without that the new figures would have been taken for the old month's."""
    office = connected(1)
    stage.open(office, OFCOM)
    stage.write("FIXED", COVERAGE_SPEC, COVERAGE_RECIPE, COVERAGE)
    assert stage.run().code == 0
    office.publish()
    said = stage.run()
    assert (said.code, refused(said), stage.loaded()) == (
        4,
        {
            "FIXED": (
                f"{N} of {N} current rows are missing from this load; at most 20% may vanish at once. Look at the "
                "source. If it really withdrew them, allow it in the spec: `checks: {shrink: 100%}`."
            )
        },
        shares(2019),
    )


def test_a_file_that_is_issued_again_replaces_the_first_issue(stage: Stage) -> None:
    office = connected(4)
    stage.open(office, OFCOM)
    stage.write("FIXED", COVERAGE_SPEC, COVERAGE_RECIPE, COVERAGE)
    stage.run()
    office.newest.files = coverage("202209", "r02", slow=10)
    said = stage.run()
    assert stage.outcomes(said) == {"FIXED": ("loaded", 0, N, 0, 0, "another release than before")}
    assert stage.loaded() == shares(2022, of_2022=10)


PAGE_OF_ALL = EVERY.replace(
    "series: fixed-coverage",
    "page: /phones-and-broadband/coverage-and-speeds/data-downloads, file: "
    '"(?P<release>20[0-9]{4})_fixed_broadband_coverage_r[0-9]+[.]zip"',
)


def test_all_releases_of_a_page_are_one_series(stage: Stage) -> None:
    """Their columns differ, and the share of 2019 is no share of what the others count: it is made of the numbers."""
    files = {name: body for year in range(2019, 2023) for name, body in coverage(f"{year}09", "r01").items()}
    stage.open(Riverside([Release("data-downloads", "2022-12-01", files)]), OFCOM)
    stage.write("FIXED", PAGE_OF_ALL, COVERAGE_RECIPE, COVERAGE)
    said = stage.run()
    assert (said.code, stage.loaded()) == (0, shares(2019, 2020, 2021, 2022)), said.err


def test_a_site_that_keeps_programs_out_says_so_and_a_landed_file_stands_in(stage: Stage) -> None:
    office = connected(4)
    simulator = stage.open(office, OFCOM)
    office.blocked = True
    pinned = COVERAGE_SPEC.replace("release_column", "release: 202209_fixed_broadband_coverage_r01, release_column")
    stage.write("FIXED", pinned, COVERAGE_RECIPE, COVERAGE)
    said = stage.run()
    assert (said.code, refused(said)) == (
        3,
        {
            "FIXED": (
                "https://www.ofcom.org.uk/phones-and-broadband/coverage-and-speeds/infrastructure-research "
                'answered 403 Forbidden, saying "Just a moment...". '
                "Ofcom's site answers scripts with 403. Download the file in a browser, and: "
                "yhovi land ofcom/fixed FILE --release 202209_fixed_broadband_coverage_r01"
            )
        },
    )
    ((name, body),) = office.newest.files.items()
    (stage.folder / name).write_bytes(body)
    release = "202209_fixed_broadband_coverage_r01"
    assert stage.cli("land", "ofcom/fixed", stage.folder / name, "--release", release).code == 0
    simulator.asked.clear()
    said = stage.run()
    assert (said.code, stage.loaded(), simulator.asked) == (0, shares(2022), []), said.err


def test_a_column_of_the_release_cannot_hide_one_of_the_file(stage: Stage) -> None:
    stage.open(connected(4), OFCOM)
    hidden = COVERAGE_SPEC.replace("release_column: release", "release_column: laua_name").replace(
        "name: release", "name: laua_name"
    )
    recipe = [COVERAGE_RECIPE[0].replace("column: release", "column: laua_name"), *COVERAGE_RECIPE[1:]]
    stage.write("FIXED", hidden, recipe, COVERAGE)
    said = stage.run()
    error = refused(said)["FIXED"]
    assert (said.code, error.partition(" (https")[0], error.rpartition(") ")[2]) == (
        3,
        "The file has a column 'laua_name' of its own.",
        "Choose another name in the query: release_column.",
    )


def test_a_number_is_explained_with_the_release_that_it_came_from(stage: Stage) -> None:
    stage.open(connected(4), OFCOM)
    stage.write("FIXED", COVERAGE_SPEC, COVERAGE_RECIPE, COVERAGE)
    stage.run()
    said = stage.cli("explain", "FIXED", FIRST, "2022-09")
    assert said.code == 0, said.err
    assert "202209_fixed_broadband_coverage_r01" in said.out
