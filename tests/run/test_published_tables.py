"""Re-based figures of real files against the publisher's own for the new area, where this machine has the files.

A source that prints the area beside its parts has that row left out, so that the parts are all there is. What the
publisher prints is read from the same files, or from later ones, by plain pandas.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from support.commands import Cli
from support.content import rows

pytestmark = pytest.mark.untraced

SPEC = """\
id: S-HE-98
title: A published table
description: The figures of former districts as a real file prints them, for a test.
domain: society
subdomain: health
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: 0}}
source:
  connector: file
  dataset: a/table
  query: {{landed: true}}
{reading}
  geography: {{level: lad, codes: {codes}}}
  publisher: The publisher
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P1Y
recipe:
{recipe}
checks:
  golden: {{none: the figures are compared by the test itself}}
owner: tests
"""

COUNTY, NORTH_YORKSHIRE = "E10000023", "E06000065"
NORTH_WEST, YORKSHIRE, SOUTH_WEST = "E12000002", "E12000003", "E12000009"
DEMOGRAPHY = Path("ons", "businessdemographyexceltables2024.xlsx")
RENTS = Path("other", "ons_privaterentalmarketstatistics221214.xlsx")
FUEL_POVERTY = Path("desnz", "sub-regional-fuel-poverty-2022-tables.xlsx")
GDP = Path("ons", "regionalgrossdomesticproductlocalauthorities_2021.xlsx")
POPULATION = Path("ons", "gva_populationestimatesbylocalauthority_2025edition.xlsx")
GVA = Path("ons", "gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx")


@dataclass(frozen=True)
class Landed:
    """Runs a real file through a spec, and says what is then loaded of merged areas."""

    cli: Cli
    folder: Path
    samples: Path

    def load(self, file: Path, within: str = YORKSHIRE, **said: str) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The rows of areas that were made of their parts, by code and year."""
        spec = self.folder / "indicators" / "society" / "S-HE-98.yaml"
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(SPEC.format(**{"codes": "as_published", **said}), encoding="utf-8")
        (self.folder / "yhovi.toml").write_text(f'[areas]\nwithin = "{within}"\n', encoding="utf-8")
        self.cli("land", "a/table", self.samples / file, "--release", "v1")
        done = self.cli("run", "--all")
        assert done.code == 0, done.err
        loaded = rows(self.folder / "yhovi.db")
        return {
            (row["lad_code"], row["time_period"][:4]): row
            for row in loaded
            if "from_parts" in (row["status_flags"] or "") or row["lad_code"] == NORTH_YORKSHIRE
        }

    def sheet(self, file: Path, name: str, header: int, code: str = "LA code") -> pd.DataFrame:
        """A table by pandas, its rows by code, its columns called by the first four letters where that is a year."""
        plain = pd.read_excel(self.samples / file, sheet_name=name, header=header, engine="calamine")
        plain.columns = [str(one)[:4] if str(one)[:4].isdigit() else str(one) for one in plain.columns]
        plain = plain.rename(columns={plain.columns[0]: code} if code not in plain.columns else {})
        return plain.dropna(subset=[code]).assign(**{code: lambda frame: frame[code].str.strip()}).set_index(code)


@pytest.fixture
def landed(cli: Cli, samples: Path, tmp_path: Path) -> Landed:
    return Landed(cli, tmp_path, samples)


# Population: districts of before in one edition, what they became in a later one ----------------------

GDP_TABLE = """\
  read:
    format: workbook
    sheet: {{title: "{title}"}}
    header_row: 2
    footnotes: true
    footer: Note 1
  columns:
    - {{name: LA code}}
    - {{name: years, pattern: "[0-9]{{4}}", type: number, unit: {unit}, measure: {type}}}"""
BY_YEAR = """\
  - unpivot: {columns: years, name: year, value: figure}
  - period: {from: year, as: calendar_year}
  - observe: {area: LA code, value: figure}"""


def gdp_table(title: str, kind: str, unit: str) -> dict[str, str]:
    reading = GDP_TABLE.format(title=title, unit=unit, type=kind)
    return {"type": kind, "unit": unit, "reading": reading, "recipe": BY_YEAR, "codes": "2022-04"}


MERGED = {NORTH_WEST: ["E06000063", "E06000064"], YORKSHIRE: [NORTH_YORKSHIRE], SOUTH_WEST: ["E06000066"]}


@pytest.mark.parametrize("region", MERGED)
def test_populations_are_those_of_the_new_areas_until_they_were_revised(landed: Landed, region: str) -> None:
    """To the last person for 1998 to 2011; afterwards all but those of Scotland were revised after the census."""
    found = landed.load(GDP, region, **gdp_table("Total resident population numbers", "count", "persons"))
    before, after = landed.sheet(GDP, "Table 6", 1), landed.sheet(POPULATION, "Population data", 0)
    assert {code for code, _ in found} == set(MERGED[region])
    for code in MERGED[region]:
        for year in map(str, range(1998, 2012)):
            assert found[code, year]["value"] == float(after.loc[code, year]), (code, year)
            assert found[code, year]["status_flags"] == "summed_from_parts"
        for year in map(str, range(2012, 2020)):
            assert found[code, year]["value"] == pytest.approx(float(after.loc[code, year]), rel=0.0125), (code, year)
            assert found[code, year]["value"] != float(after.loc[code, year]), (code, year)
    same = before.index.intersection(after.index)
    for year in map(str, range(1998, 2020)):
        revised = {code for code in same if float(before.loc[code, year]) != float(after.loc[code, year])}
        assert revised == ({code for code in same if not code.startswith("S")} if year > "2011" else set())


def test_gross_value_added_differs_as_that_of_districts_that_are_the_same_does(landed: Landed) -> None:
    """Four editions lie between the two tables: the new area differs by 2.3 % at most, others by 1.8 to 12 %."""
    title = "Gross Value Added (Balanced)"
    found = landed.load(GDP, **gdp_table(title, "amount", "gbp_million"))
    before, after = landed.sheet(GDP, "Table 1", 1), landed.sheet(GVA, "Table 3", 1)
    after = after[after["SIC07"] == "Total"]
    years = list(map(str, range(1998, 2020)))
    changes = {
        code: [abs(before.loc[code, year] / after.loc[code, year] - 1) for year in years]
        for code in before.index.intersection(after.index)
    }
    own = [abs(found[NORTH_YORKSHIRE, year]["value"] / after.loc[NORTH_YORKSHIRE, year] - 1) for year in years]
    assert len(changes) == 14
    assert 0.006 < min(own) < max(own) < 0.024
    assert all(max(others) > 0.017 for others in changes.values())
    assert max(map(max, changes.values())) > 0.12
    for year in years:
        parts = [float(before.loc[f"E07000{number}", year]) for number in range(163, 170)]
        assert found[NORTH_YORKSHIRE, year]["value"] == math.fsum(parts)


# Business demography: the county beside its districts, all rounded to five ----------------------------

BUSINESSES = """\
  read: {{format: workbook, sheets: {{pattern: "{sheets}"}}, header_row: 4, names: {{1: code, 2: name}}}}
  columns:
    - {{name: code}}
    - {{name: years, pattern: "[0-9]{{4}}", type: number, unit: count, measure: count}}
  markers: {{":": not_available}}"""
BUSINESSES_RECIPE = """\
  - keep: "code != 'E10000023'"
  - unpivot: {columns: years, name: year, value: businesses}
  - period: {from: year, as: calendar_year}
  - observe: {area: code, value: businesses}"""

TABLES = {
    "births": "1[.]1",
    "deaths": "2[.]1",
    "active": "3[.]1",
    "high growth": "7[.]1",
    "with ten employees": "7[.]3",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_businesses_of_the_districts_are_those_of_the_county(landed: Landed, table: str) -> None:
    """Exactly: the county's figure is the sum of its districts' rounded ones."""
    reading = BUSINESSES.format(sheets=f"Table {table}[abc]")
    found = landed.load(DEMOGRAPHY, type="count", unit="count", reading=reading, recipe=BUSINESSES_RECIPE)
    printed = dict(county_by_year(landed, table.replace("[.]", ".")))
    assert sorted(printed) == ["2019", "2020", "2021", "2022", "2023"]
    assert {year for _, year in found} == set(printed)
    for year, figure in printed.items():
        assert found[NORTH_YORKSHIRE, year]["value"] == figure, year
        assert found[NORTH_YORKSHIRE, year]["status_flags"] == "summed_from_parts"


def county_by_year(landed: Landed, table: str) -> Iterator[tuple[str, float]]:
    for letter in "abc":
        plain = landed.sheet(DEMOGRAPHY, f"Table {table}{letter}", 3, "code")
        yield from ((year, float(plain.loc[COUNTY, year])) for year in plain.columns if year.isdigit())


SURVIVAL = """\
  read: {format: workbook, sheet: Table 5.1a, header_row: 4, names: {1: code, 2: name}}
  columns:
    - {name: code}
    - {name: 2019 Births, type: number, unit: count, measure: count}
    - {name: 1-year survival, type: number, unit: count, measure: count}
    - {name: 1-year per cent, type: number, unit: percent, measure: proportion}
  markers: {":": not_available}"""
SURVIVAL_RECIPE = """\
  - keep: "code != 'E10000023'"
  - derive: {year: "'2019'"}
  - period: {from: year, as: calendar_year}
  - observe: {area: code, value: 1-year per cent, numerator: 1-year survival, denominator: 2019 Births}"""


def test_a_share_is_made_again_from_what_it_is_a_share_of(landed: Landed) -> None:
    """95.3 % of enterprises survive their first year in the county: 2,415 of 2,535."""
    found = landed.load(DEMOGRAPHY, type="proportion", unit="percent", reading=SURVIVAL, recipe=SURVIVAL_RECIPE)
    plain = landed.sheet(DEMOGRAPHY, "Table 5.1a", 3, "code").loc[COUNTY]
    row = found[NORTH_YORKSHIRE, "2019"]
    assert row["status_flags"] == "rederived_from_parts"
    assert row["value"] == pytest.approx(float(plain["1-year      per cent"]), rel=1e-11)


# Fuel poverty: exact counts, the county beside its districts ------------------------------------------

HOUSEHOLDS, POOR = "Number of households", "Number of households in fuel poverty"
SHARE = "Proportion of households fuel poor (%)"
FUEL = f"""\
  read:
    format: workbook
    sheet: Table 2
    header: {{labels: [Area Codes, Area names]}}
    names: {{3: county, 4: district}}
  columns:
    - {{name: Area Codes}}
    - {{name: Area names}}
    - {{name: county}}
    - {{name: district}}
    - {{name: {HOUSEHOLDS}}}
    - {{name: {POOR}}}
    - {{name: {SHARE}}}"""
FUEL_RECIPE = f"""\
  - coalesce: {{into: name, columns: [district, county, Area names]}}
  - keep: "name is present and `Area Codes` starts with 'E' and `Area Codes` != 'E10000023'"
  - number: {{column: {HOUSEHOLDS}}}
  - number: {{column: {POOR}}}
  - number: {{column: {SHARE}}}
  - declare:
      {HOUSEHOLDS}: {{unit: count, type: count}}
      {POOR}: {{unit: count, type: count}}
      {SHARE}: {{unit: percent, type: proportion}}
  - derive: {{year: "'2020'"}}
  - period: {{from: year, as: calendar_year}}
"""
FUEL_OBSERVED: dict[str, tuple[str, str, str, str]] = {
    HOUSEHOLDS: ("count", "count", "summed_from_parts", ""),
    POOR: ("count", "count", "summed_from_parts", ""),
    SHARE: ("proportion", "percent", "rederived_from_parts", f", numerator: {POOR}, denominator: {HOUSEHOLDS}"),
}


@pytest.mark.parametrize(("column", "said"), FUEL_OBSERVED.items(), ids=["households", "poor", "share"])
def test_fuel_poverty_of_the_districts_is_that_of_the_county(
    landed: Landed, column: str, said: tuple[str, str, str, str]
) -> None:
    kind, unit, flag, more = said
    recipe = f"{FUEL_RECIPE}  - observe: {{area: Area Codes, value: {column}{more}}}"
    found = landed.load(FUEL_POVERTY, type=kind, unit=unit, reading=FUEL, recipe=recipe)
    printed = landed.sheet(FUEL_POVERTY, "Table 2", 2, "Area Codes").loc[COUNTY, column]
    row = found[NORTH_YORKSHIRE, "2020"]
    assert (row["value"], row["status_flags"]) == (pytest.approx(float(printed), rel=1e-11), flag)


# Private rents: counts rounded to ten, and means that don't combine -----------------------------------

RENTED = """\
  read:
    format: workbook
    sheet: Table2.7
    header: {labels: [Area, Median]}
    until_blank_row: true
  columns:
    - {name: Area Code1}
    - {name: Count of rents, type: number, unit: count, measure: count}
    - {name: Mean, type: number, unit: gbp_per_month, measure: mean}
    - {name: Median, type: number, unit: gbp_per_month, measure: median}
  markers: {"..": too_unreliable_to_publish, ".": not_applicable, "-": suppressed}"""
RENTED_RECIPE = """\
  - keep: "`Area Code1` is present and `Area Code1` != 'E10000023'"
  - derive: {{months: "'Oct 2021-Sep 2022'"}}
  - period: {{from: months, as: rolling_window}}
  - observe: {{area: Area Code1, value: {column}}}"""


def test_rents_are_counted(landed: Landed) -> None:
    """6,800 where 6,790 are printed: eight figures, each up to 5 off."""
    recipe = RENTED_RECIPE.format(column="Count of rents")
    found = landed.load(RENTS, type="count", unit="count", reading=RENTED, recipe=recipe)
    assert found[NORTH_YORKSHIRE, "2021"]["value"] == pytest.approx(6790, abs=8 * 5)


@pytest.mark.parametrize("column", ["Mean", "Median"])
def test_no_mean_or_median_is_made_where_the_publisher_has_one(landed: Landed, column: str) -> None:
    recipe = RENTED_RECIPE.format(column=column)
    found = landed.load(RENTS, type=column.lower(), unit="gbp_per_month", reading=RENTED, recipe=recipe)
    row = found[NORTH_YORKSHIRE, "2021"]
    assert (row["value"], row["status_reason"]) == (None, "not_published_at_this_level")
