"""Small areas and partnerships as sources print them, all the way to the districts in the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from yhovi.engine.geography import load_registry

from support.commands import Cli, Said

pytestmark = pytest.mark.untraced

REGISTRY = load_registry("2023-04")
LEEDS, YORK, NORTH_YORKSHIRE = "E08000035", "E06000014", "E06000065"

SPEC = """\
id: {id}
title: Homes
description: Homes by district, of whatever small areas a test prints.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: 1}}
source:
  connector: file
  dataset: council/{dataset}
  query: {{landed: true}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Value, type: number, markers: {{"*": suppressed}}}}
  geography: {{level: lad{geography}}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Value}}
checks:
  shrink: 100%
  golden: {{none: the figures are made by the test}}
owner: tests
"""

Rows = Iterable[tuple[str, int, Any]]


def spec(folder: Path, name: str, geography: str = "", kind: str = "count", unit: str = "count") -> None:
    file = folder / "indicators" / "society" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = SPEC.format(id=name, dataset=name.lower(), geography=geography, type=kind, unit=unit)
    file.write_text(text, encoding="utf-8")


def land(cli: Cli, folder: Path, name: str, cells: Rows, release: str = "v1") -> None:
    lines = ["Code,Year,Value", *(f"{code},{year},{value}" for code, year, value in cells)]
    (folder / "cells.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = cli("land", f"council/{name.lower()}", "cells.csv", "--release", release)
    assert said.code == 0, said.err


def current(folder: Path, indicator: str) -> dict[str, tuple[Any, ...]]:
    """What is live, by code and year: value, reason, flags, note."""
    question = """
        select area_code, time_period, value, status_reason, status_flags, note from observation_current
        where action = 'value' and indicator_id = ? order by area_code, time_period
    """
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        found = database.execute(question, (indicator,))
        return {f"{code} {period[:4]}": tuple(said) for code, period, *said in map(tuple, found)}


def lsoas(district: str, census: str) -> list[str]:
    small, found = REGISTRY.small()["lsoa"], REGISTRY.lookup("lsoa")
    return sorted(code for code, area in small.items() if census in area.censuses and found[code] == district)


def in_settings(folder: Path, text: str) -> None:
    (folder / "yhovi.toml").write_text(text, encoding="utf-8")


def test_small_areas_make_districts(cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "S-H-97", ", from: lsoa")
    york = lsoas(YORK, "2021")
    cells = [*((code, 2022, 2) for code in lsoas(LEEDS, "2021")), *((code, 2022, 3) for code in york[1:])]
    land(cli, tmp_path, "S-H-97", [*cells, ("E01000001", 2022, 9)])
    said = cli("run", "--all")
    assert said.code == 0, said.err
    assert current(tmp_path, "S-H-97") == {
        f"{LEEDS} 2022": (2.0 * 488, None, "from_lsoa summed_from_parts", None),
        f"{YORK} 2022": (None, "not_available", "from_lsoa parts_absent summed_from_parts", None),
    }
    told = f"Districts have no figure where some of their LSOAs are absent: {YORK} 2022-01-01/P1Y (1 of 121"
    assert f"{told}, such as {york[0]})." in said.err


def test_small_areas_of_two_censuses_stop_the_indicator(cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "S-H-97", ", from: lsoa")
    cells = {code: (code, 2022, 2) for census in ("2011", "2021") for code in lsoas(LEEDS, census)}
    land(cli, tmp_path, "S-H-97", cells.values())
    said = cli("run", "--all")
    assert said.code == 4
    assert (
        "The LSOAs of 2022-01-01/P1Y are of two censuses: E01011490 of 2011 alone and E01035040 of 2021 alone. Keep"
        " the rows of one census in the recipe; every period may have its own."
    ) in " ".join(said.err.split())


def table(samples: Path, sheet: str, first: int) -> pd.DataFrame:
    book = CalamineWorkbook.from_path(str(samples / "desnz" / "sub-regional-fuel-poverty-2022-tables.xlsx"))
    header, *cells = book.get_sheet_by_name(sheet).to_python()[first:]
    return pd.DataFrame(cells, columns=[str(name) for name in header])


FUEL_POVERTY = """\
id: S-H-98
title: Households in fuel poverty
description: Households in fuel poverty by district, made of the figures of LSOAs.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: lower_is_better, decimals: 1}}
source:
  connector: file
  dataset: desnz/fuel-poverty
  query: {{landed: true}}
  read: {{format: workbook, sheet: Table 3, header_row: 3}}
  columns:
    - {{name: LSOA Code}}
    - {{name: Number of households, type: number}}
    - {{name: Number of households in fuel poverty, type: number}}
    - {{name: Proportion of households fuel poor (%)}}
  geography: {{level: lad, from: lsoa}}
  publisher: Department for Energy Security and Net Zero
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P16M
recipe:
  - keep: "`LSOA Code` starts with 'E01'"
  - number: {{column: Proportion of households fuel poor (%)}}
  - derive: {{year: "'2020'"}}
  - period: {{from: year, as: calendar_year}}
  - observe: {{area: LSOA Code, value: {value}{more}}}
checks:
  complete: {{areas: all}}
  golden: {{none: the figures are compared by the test itself}}
owner: tests
"""
POOR, HOUSEHOLDS, SHARE = (
    "Number of households in fuel poverty",
    "Number of households",
    "Proportion of households fuel poor (%)",
)


@pytest.mark.parametrize(
    ("kind", "unit", "value", "more"),
    [
        ("count", "count", POOR, ""),
        ("proportion", "percent", SHARE, f", numerator: {POOR}, denominator: {HOUSEHOLDS}"),
    ],
)
def test_fuel_poverty_of_districts_is_as_the_publisher_has_it(
    cli: Cli, tmp_path: Path, samples: Path, kind: str, unit: str, value: str, more: str
) -> None:
    file = tmp_path / "indicators" / "society" / "S-H-98.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(FUEL_POVERTY.format(type=kind, unit=unit, value=value, more=more), encoding="utf-8")
    book = samples / "desnz" / "sub-regional-fuel-poverty-2022-tables.xlsx"
    assert cli("land", "desnz/fuel-poverty", str(book), "--release", "2022").code == 0
    said = cli("run", "--all")
    assert said.code == 0, said.err
    theirs = dict(table(samples, "Table 2", 2)[["Area Codes", value]].itertuples(index=False, name=None))
    ours = {key[:9]: row[0] for key, row in current(tmp_path, "S-H-98").items()}
    districts = {area.code for area in REGISTRY.at("lad", "E12000003")}
    assert set(ours) == districts
    same = {code: found for code, found in ours.items() if code in theirs}
    assert len(same) == 14
    assert same == {code: pytest.approx(theirs[code], abs=1e-9) for code in same}
    assert ours[NORTH_YORKSHIRE] == pytest.approx(of_the_seven(samples, kind), abs=1e-9)


def of_the_seven(samples: Path, kind: str) -> float:
    """What the publisher's figures of the seven former districts give together."""
    rows = table(samples, "Table 2", 2).set_index("Area Codes").loc[SEVEN]
    poor = float(rows[POOR].sum())
    return poor if kind == "count" else 100 * poor / float(rows[HOUSEHOLDS].sum())


CUMBRIA = """\
[areas]
within = "E12000002"
also = []
"""
ALLERDALE, CARLISLE, COPELAND, CUMBERLAND = "E22000031", "E22000033", "E22000034", "E06000063"


def test_partnerships_that_make_a_district_are_summed(cli: Cli, tmp_path: Path) -> None:
    in_settings(tmp_path, CUMBRIA)
    spec(tmp_path, "S-H-97", ", from: csp")
    cells = [(ALLERDALE, 2021, 1), (CARLISLE, 2021, 2), (COPELAND, 2021, 4)]
    land(cli, tmp_path, "S-H-97", [*cells, *((code, 2022, value) for code, _, value in cells[:2])])
    said = cli("run", "--all")
    assert said.code == 0, said.err
    assert current(tmp_path, "S-H-97") == {
        f"{CUMBERLAND} 2021": (7.0, None, "from_csp summed_from_parts", None),
        f"{CUMBERLAND} 2022": (None, "not_available", "from_csp parts_absent summed_from_parts", None),
    }


SEVEN = [f"E07000{number}" for number in range(163, 170)]
OLD = 'target_vintage = "2022-04"\n'
NORTH_YORKSHIRE_PARTNERSHIP = "E22000372"


def test_a_partnership_of_several_districts_says_nothing_of_each(cli: Cli, tmp_path: Path) -> None:
    in_settings(tmp_path, OLD)
    spec(tmp_path, "S-H-97", ", from: csp")
    land(cli, tmp_path, "S-H-97", [(NORTH_YORKSHIRE_PARTNERSHIP, 2022, 70), ("E22000345", 2022, 5)])
    said = cli("run", "--all")
    assert said.code == 0, said.err
    assert current(tmp_path, "S-H-97") == {
        **{f"{code} 2022": (None, "not_published_at_this_level", "from_csp", None) for code in SEVEN},
        f"{LEEDS} 2022": (5.0, None, "from_csp", None),
    }


def weighted(cli: Cli, folder: Path, people: Mapping[str, int], release: str = "v1") -> Said:
    in_settings(folder, OLD)
    spec(folder, "S-H-96")
    spec(folder, "S-H-97", ", from: csp, weights: S-H-96")
    land(cli, folder, "S-H-96", [(code, 2021, number) for code, number in people.items()], release)
    land(cli, folder, "S-H-97", [(NORTH_YORKSHIRE_PARTNERSHIP, 2022, 70), (YORK, 2022, 5)], release)
    return cli("run", "--all")


def test_a_partnership_is_apportioned_by_weights(cli: Cli, tmp_path: Path) -> None:
    said = weighted(cli, tmp_path, {code: 1000 * (2 if code == SEVEN[0] else 1) for code in SEVEN})
    assert said.code == 0, said.err
    note = "100 % estimated: apportioned by S-H-96 of 2021-01-01/P1Y."
    expected = {f"{code} 2022": (8.75, "estimated", "apportioned from_csp", note) for code in SEVEN[1:]}
    expected[f"{SEVEN[0]} 2022"] = (17.5, "estimated", "apportioned from_csp", note)
    expected[f"{YORK} 2022"] = (5.0, None, None, None)
    assert current(tmp_path, "S-H-97") == expected
    assert "7 figures are 100 % estimated, apportioned by S-H-96: E07000163 2022-01-01/P1Y, " in said.err
    again = weighted(cli, tmp_path, dict.fromkeys(SEVEN, 1000), release="v2")
    assert again.code == 0, again.err
    assert {row[0] for key, row in current(tmp_path, "S-H-97").items() if key[:9] in SEVEN} == {10.0}
    told = cli("explain", "S-H-97", SEVEN[0], "2022")
    assert told.code == 0, told.err
    assert "100 % estimated: apportioned by S-H-96 of 2021-01-01/P1Y." in told.out
    assert "doesn't come out" not in told.out


def test_without_a_weight_nothing_is_apportioned(cli: Cli, tmp_path: Path) -> None:
    said = weighted(cli, tmp_path, dict.fromkeys(SEVEN[1:], 1000))
    assert said.code == 0, said.err
    found = {row[:3] for key, row in current(tmp_path, "S-H-97").items() if key[:9] in SEVEN}
    assert found == {(None, "not_available", "apportioned from_csp")}


CRIME = """\
id: S-CS-98
title: Recorded crime
description: Offences that the police recorded in each community safety partnership, except fraud.
domain: society
subdomain: community_safety
measure: {{type: count, unit: count, polarity: lower_is_better, decimals: 0}}
source:
  connector: file
  dataset: ons/crime
  query: {{landed: true}}
  read:
    format: csv
    header: {{labels: [Local Authority code, Total recorded crime (excluding fraud)]}}
  columns:
    - {{name: Community Safety Partnership code}}
    - {{name: Community Safety Partnership name}}
    - {{name: Total recorded crime (excluding fraud), type: number}}
  geography: {{level: lad, from: csp}}
  publisher: Home Office
  license: OGL-UK-3.0
  frequency: P3M
  lag: P4M
recipe:
{recipe}
  - derive: {{year_ending: "'2025-06'"}}
  - period: {{from: year_ending, as: year_ending_month}}
  - observe: {{area: {area}, value: Total recorded crime (excluding fraud)}}
checks:
  complete: {{areas: all}}
  golden: {{none: the figures are compared by the test itself}}
owner: tests
"""
BY_CODE = "  - keep: \"`Community Safety Partnership code` starts with 'E22'\""
BY_NAME = """\
  - keep: "`Community Safety Partnership name` is present"
  - area_codes: {from: Community Safety Partnership name, level: csp, as: partnership}"""


def crime(cli: Cli, folder: Path, samples: Path, recipe: str, area: str) -> Said:
    file = folder / "indicators" / "society" / "S-CS-98.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CRIME.format(recipe=recipe, area=area), encoding="utf-8")
    answer = samples / "ons" / "crime_csp_table_c2_year_ending_june_2025.csv"
    assert cli("land", "ons/crime", str(answer), "--release", "2025-06").code == 0
    return cli("run", "--all")


def test_crime_by_name_is_crime_by_code(cli: Cli, tmp_path: Path, samples: Path) -> None:
    assert crime(cli, tmp_path, samples, BY_CODE, "Community Safety Partnership code").code == 0
    by_code = current(tmp_path, "S-CS-98")
    said = crime(cli, tmp_path, samples, BY_NAME, "partnership")
    assert said.code == 0, said.err
    assert current(tmp_path, "S-CS-98") == by_code
    assert (len(by_code), by_code[f"{NORTH_YORKSHIRE} 2024"][:3]) == (15, (30159.0, None, "from_csp"))
    assert "65 area texts are no codes and were left out: 'Blaenau Gwent', " in said.err


def test_a_preview_apportions_too(cli: Cli, tmp_path: Path) -> None:
    weighted(cli, tmp_path, dict.fromkeys(SEVEN, 1000))
    said = cli("preview", "S-H-97", "--json")
    assert said.code == 0, said.err
    outcome = json.loads(said.out)["outcome"]
    assert outcome["statuses"] == {"A": 1, "E estimated": 7}
    first = ", ".join(f"{code} 2022-01-01/P1Y" for code in SEVEN[:5])
    told = f"7 figures are 100 % estimated, apportioned by S-H-96: {first} and 2 more."
    assert [one["message"] for one in outcome["findings"]] == [told]
