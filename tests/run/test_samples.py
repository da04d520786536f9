"""Real files of the sources, all the way to the database, where this machine has them.

The figures to compare with are read from the same files by plain pandas.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer

from support.commands import Cli
from support.content import rows
from support.sources import FINGERTIPS, NOMIS, mirror

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: A real answer
description: Whatever the real answer holds, for a test.
domain: society
subdomain: health
measure: {{type: mean, unit: percent, polarity: neutral, decimals: 1}}
source:
  connector: {connector}
  dataset: {dataset}
  query: {query}
  geography: {{level: lad, codes: as_published}}
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

NOMIS_QUERY = (
    "{{dataset: NM_17_5, time: latest, geography: [1774190688], dimensions: {{variable: {codes}}}, measures: 20599}}"
)
NOMIS_RECIPE = """\
  - keep: "VARIABLE == '{code}'"
  - period: {{from: DATE, as: year_ending_month}}
  - observe: {{area: GEOGRAPHY_CODE, value: OBS_VALUE}}
"""
FINGERTIPS_RECIPE = """\
  - keep: "Sex == 'Persons' and Age == '{age}' and `Category Type` is missing"
  - period: {{from: Time period, as: calendar_year}}
  - observe: {{area: Area Code, value: Value, lower_ci: Lower CI 95.0 limit, upper_ci: Upper CI 95.0 limit}}
"""


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def written(**said: str) -> None:
        folder = tmp_path / "indicators" / "society"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "S-HE-98.yaml").write_text(SPEC.format(id="S-HE-98", **said), encoding="utf-8")

    return written


def nomis_spec(codes: str, code: str) -> dict[str, str]:
    return {
        "connector": "nomis",
        "dataset": "nomis/NM_17_5",
        "query": NOMIS_QUERY.format(codes=codes),
        "recipe": NOMIS_RECIPE.format(code=code),
    }


def fingertips_spec(indicator: int, age: str) -> dict[str, str]:
    return {
        "connector": "fingertips",
        "dataset": f"fingertips/{indicator}",
        "query": f"{{indicator: {indicator}, area_type: 101, parent_area_type: 6}}",
        "recipe": FINGERTIPS_RECIPE.format(age=age),
    }


def loaded(folder: Path) -> dict[tuple[str, str], tuple[float | None, str, str | None]]:
    return {
        (row["lad_code"], row["time_period"]): (row["value"], row["obs_status"], row["status_reason"])
        for row in rows(folder / "yhovi.db")
    }


def test_nomis_rates(cli: Cli, samples: Path, httpserver: HTTPServer, write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = samples / "nomis" / "NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv"
    mirror(tmp_path, NOMIS, httpserver.url_for("/"))
    httpserver.expect_request("/api/v01/dataset/NM_17_5.data.csv").respond_with_data(file.read_bytes())
    write(**nomis_spec("[18, 45, 84, 111, 248, 249]", "45"))
    said = cli("run", "--all")
    plain = pd.read_csv(file).set_index("VARIABLE").loc[45, "OBS_VALUE"]
    assert said.code == 0, said.err
    assert loaded(tmp_path) == {("E08000034", "2024-10-01/P1Y"): (plain, "A", None)}


def test_nomis_missing_values(cli: Cli, samples: Path, httpserver: HTTPServer, write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A blank value is a missing one with a reason, never zero."""
    file = samples / "nomis" / "NM_17_5_aps_qualifications_kirklees_missing_values.csv"
    mirror(tmp_path, NOMIS, httpserver.url_for("/"))
    httpserver.expect_request("/api/v01/dataset/NM_17_5.data.csv").respond_with_data(file.read_bytes())
    codes = sorted(pd.read_csv(file)["VARIABLE"].unique())
    write(**nomis_spec(str([int(code) for code in codes]), "290"))
    said = cli("run", "--all")
    assert said.code == 0, said.err
    assert loaded(tmp_path) == {("E08000034", "2024-10-01/P1Y"): (None, "O", "not_available")}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("empty_body_NM_17_5_only_invalid_measures.csv", "The answer is empty (0 bytes)."),
        ("html_help_page_saved_as_csv.csv", "A web page came back where CSV was asked for."),
        ("not_found_json_saved_as_csv.csv", "A JSON message came back where CSV was asked for:"),
        ("NM_57_1_jobs_density_kirklees_2023.csv", "VARIABLE"),
    ],
)
def test_nomis_refusals(  # type: ignore[no-untyped-def]
    cli: Cli, samples: Path, httpserver: HTTPServer, write, tmp_path: Path, name: str, sentence: str
) -> None:
    mirror(tmp_path, NOMIS, httpserver.url_for("/"))
    body = (samples / "nomis" / name).read_bytes()
    httpserver.expect_request("/api/v01/dataset/NM_17_5.data.csv").respond_with_data(body, content_type="text/csv")
    write(**nomis_spec("45", "45"))
    said = cli("run", "--all")
    assert said.code == 3
    assert sentence in said.err


def serve_fingertips(server: HTTPServer, folder: Path, body: bytes) -> None:
    mirror(folder, FINGERTIPS, server.url_for("/"))
    server.expect_request("/api/all_data/csv/by_indicator_id").respond_with_data(body)


def test_fingertips(cli: Cli, samples: Path, httpserver: HTTPServer, write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A line feed in the name, 25 fields under 26 headers, deprivation rows beside the areas'."""
    file = samples / "fingertips" / "indicators-CountyUA.data.csv"
    serve_fingertips(httpserver, tmp_path, file.read_bytes())
    write(**fingertips_spec(93356, "All ages"))
    said = cli("run", "--all")
    assert said.code == 0, said.err
    plain = pd.read_csv(file, index_col=False)
    plain = plain[(plain["Age"] == "All ages") & plain["Category Type"].isna()]
    # The county of then has the footprint of the district of now.
    plain["Area Code"] = plain["Area Code"].replace("E10000023", "E06000065")
    plain = plain[plain["Area Code"].isin({row["lad_code"] for row in rows(tmp_path / "yhovi.db")})]
    expected = {
        (row["Area Code"], f"{row['Time period']}-01-01/P1Y"): float(f"{row['Value']:.12g}")
        for _, row in plain.iterrows()
    }
    assert len(expected) == 15 * 3
    assert {key: value for key, (value, _, _) in loaded(tmp_path).items()} == expected


def test_fingertips_with_other_indicators(  # type: ignore[no-untyped-def]
    cli: Cli, samples: Path, httpserver: HTTPServer, write, tmp_path: Path
) -> None:
    """An export of eight indicators isn't the answer to a question about one."""
    file = samples / "fingertips" / "indicators-DistrictUApre419.data.csv"
    serve_fingertips(httpserver, tmp_path, file.read_bytes())
    write(**fingertips_spec(92659, "16+ yrs"))
    said = cli("run", "--all")
    assert said.code == 3
    assert "Indicator 92659 was asked for, the answer holds 92658, 92659, 92660" in said.err


def test_ofcom_coverage_on_former_districts(cli: Cli, samples: Path, tmp_path: Path) -> None:
    """Landed by hand, as Ofcom refuses scripts: fifteen districts, North Yorkshire from the premises of its seven."""
    file = samples / "ofcom" / "202209_fixed_laua_coverage_r02.csv"
    assert cli("land", "ofcom/fixed-coverage", file, "--release", "2022-09").code == 0
    said = cli("run", "S-C-01")
    plain = pd.read_csv(file).rename(columns=str.strip).set_index("laua")
    seven = plain.loc[[f"E07000{number}" for number in range(163, 170)]]
    with_gigabit, premises = "Number of premises with Gigabit availability", "All Premises"
    found = {row["lad_code"]: row for row in rows(tmp_path / "yhovi.db")}
    assert said.code == 0, said.err
    assert len(found) == 15
    north_yorkshire = found["E06000065"]
    assert north_yorkshire["value"] == pytest.approx(100 * seven[with_gigabit].sum() / seven[premises].sum(), rel=1e-11)
    assert north_yorkshire["value"] != pytest.approx(seven["Gigabit availability (% premises)"].mean(), abs=1)
    assert (north_yorkshire["obs_status"], north_yorkshire["status_flags"]) == ("A", "rederived_from_parts")
    for code in found.keys() - {"E06000065"}:
        assert found[code]["value"] == pytest.approx(
            100 * plain.loc[code, with_gigabit] / plain.loc[code, premises], rel=1e-11
        )


BIRTHS = """\
id: S-HE-98
title: Births of new enterprises
description: Births of enterprises, with the county of North Yorkshire left out so that its districts are summed.
domain: society
subdomain: health
measure: {type: count, unit: count, polarity: neutral, decimals: 0}
source:
  connector: file
  dataset: ons/births
  query: {landed: true}
  read: {format: workbook, sheets: {pattern: "Table 1[.]1[a-d]"}, header_row: 4, names: {1: code, 2: name}}
  columns:
    - {name: code}
    - {name: years, pattern: "[0-9]{4}", type: number, unit: count, measure: count}
  markers: {":": not_available}
  geography: {level: lad, codes: as_published}
  publisher: Office for National Statistics
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P11M
recipe:
  - keep: "code != 'E10000023'"
  - unpivot: {columns: years, name: year, value: births}
  - period: {from: year, as: calendar_year}
  - observe: {area: code, value: births}
checks:
  golden: {none: the figures are compared by the test itself}
owner: tests
"""


def test_the_sum_of_former_districts_is_what_the_publisher_prints_for_the_whole(
    cli: Cli, samples: Path, tmp_path: Path
) -> None:
    """Business demography prints the county beside its seven districts, all of them rounded to five."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    (folder / "S-HE-98.yaml").write_text(BIRTHS, encoding="utf-8")
    file = samples / "ons" / "businessdemographyexceltables2024.xlsx"
    cli("land", "ons/births", file, "--release", "2024")
    assert cli("run", "--all").code == 0
    printed = {}
    for sheet in ("Table 1.1a", "Table 1.1b", "Table 1.1c"):
        plain = pd.read_excel(file, sheet_name=sheet, header=3, engine="calamine")
        county = plain[plain.iloc[:, 0].astype(str).str.strip() == "E10000023"].iloc[0]
        printed |= {f"{year}-12-31": county[year] for year in plain.columns[2:]}
    found = {row["reference_period"]: row for row in rows(tmp_path / "yhovi.db") if row["lad_code"] == "E06000065"}
    assert len(printed) == 5
    for day, figure in printed.items():
        assert found[day]["value"] == pytest.approx(float(figure), abs=7 * 2.5 + 2.5), day
        assert found[day]["status_flags"] == "summed_from_parts"
    assert found["2024-12-31"]["status_flags"] is None
