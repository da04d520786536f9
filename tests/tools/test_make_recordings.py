"""The recordings: made again they are the same, they hold the published figures, and they look like the real thing."""

import csv
import importlib.util
import io
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from yhovi.connectors.base import Request
from yhovi.engine.recordings import Recordings

from support.figures import EMPLOYMENT_2023, GVA_2023

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "indicators" / "recordings"
FOLDERS = {"E-EJ-01": "nomis/NM_17_5", "S-HE-05": "fingertips/93721", "E-BE-11": "ons/gva-industry-la-tle"}
DISTRICTS = (
    *("E06000010", "E06000011", "E06000012", "E06000013", "E06000014", "E06000065", "E08000016", "E08000017"),
    *("E08000018", "E08000019", "E08000032", "E08000033", "E08000034", "E08000035", "E08000036"),
)
MISSING = ("Q", "These figures are missing.")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """``tools/make_recordings.py``, which belongs to no package."""
    pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    spec = importlib.util.spec_from_file_location("make_recordings", ROOT / "tools" / "make_recordings.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def again(tool, tmp_path_factory) -> Path:
    """The recordings, made anew."""
    folder = tmp_path_factory.mktemp("recordings")
    tool.main([str(folder)])
    return folder


def rows(folder: str) -> list[dict[str, str]]:
    with (RECORDINGS / folder / "data.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def cells(workbook: Path) -> dict[str, list[tuple[object, ...]]]:
    from openpyxl import load_workbook

    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(workbook)}


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_made_again_an_exchange_is_the_same(again, folder):
    name = f"{folder}/exchange.json"
    assert (again / name).read_text("utf-8") == (RECORDINGS / name).read_text("utf-8")


@pytest.mark.parametrize("folder", ["nomis/NM_17_5", "fingertips/93721"])
def test_made_again_a_csv_is_the_same(again, folder):
    name = f"{folder}/data.csv"
    assert (again / name).read_text("utf-8") == (RECORDINGS / name).read_text("utf-8")


def test_made_again_the_workbook_has_the_same_cells(again):
    name = "ons/gva-industry-la-tle/data.xlsx"
    assert cells(again / name) == cells(RECORDINGS / name)


def test_the_workbook_does_not_tell_when_it_was_made(tool):
    assert tool.gross_value_added().content == tool.gross_value_added().content


def test_nothing_is_there_that_the_tool_did_not_make(again):
    made = {path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()}
    there = {path.relative_to(RECORDINGS).as_posix() for path in RECORDINGS.rglob("*") if path.is_file()}
    assert there == made | {"NOTICE"}


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_every_recording_is_in_the_notice_and_answers(folder):
    assert f"\n{folder}\n" in (RECORDINGS / "NOTICE").read_text("utf-8")
    said = json.loads((RECORDINGS / folder / "exchange.json").read_text("utf-8"))
    assert f"{said['source']}/{said['dataset']}" == folder
    for answer in said["answers"]:
        request = Request(answer["url"], tuple(map(tuple, answer["parameters"])), answer["method"], answer["body"])
        assert Recordings([RECORDINGS]).send(request).size == (RECORDINGS / folder / answer["file"]).stat().st_size


@pytest.mark.parametrize(("code", "published"), EMPLOYMENT_2023.items(), ids=EMPLOYMENT_2023)
def test_employment_rates_are_the_published_ones(code, published):
    found = {
        row["MEASURES_NAME"]: row["OBS_VALUE"]
        for row in rows("nomis/NM_17_5")
        if (row["GEOGRAPHY_CODE"], row["DATE"]) == (code, "2023-12")
    }
    value, half = float(found["Variable"]), float(found["Confidence"])
    assert (value, round(value - half, 1), round(value + half, 1)) == published
    assert (found["Numerator"], found["Denominator"]) == ("", "")


def test_nomis_counts_its_rows():
    found = rows("nomis/NM_17_5")
    assert len(found) == 17 * 20 * 4
    assert [row["RECORD_OFFSET"] for row in found] == [str(number) for number in range(len(found))]
    assert {row["RECORD_COUNT"] for row in found} == {str(len(found))}
    assert len({row["URN"] for row in found}) == len(found)


def test_nomis_has_every_area_year_and_measure_once():
    found = Counter((row["GEOGRAPHY_CODE"], row["DATE"], row["MEASURES"]) for row in rows("nomis/NM_17_5"))
    assert set(found.values()) == {1}
    assert {code for code, _, _ in found} == {*DISTRICTS, "E12000003", "E92000001"}
    assert {date for _, date, _ in found} == {f"{year}-12" for year in range(2004, 2024)}
    assert {measure for _, _, measure in found} == {"20599", "21001", "21002", "21003"}


def test_nomis_says_of_a_blank_that_it_is_missing():
    for row in rows("nomis/NM_17_5"):
        assert (row["OBS_VALUE"] == "") == ((row["OBS_STATUS"], row["OBS_STATUS_NAME"]) == MISSING)


def test_nomis_looks_like_nomis(samples):
    """Header, quoting and cells that don't depend on the area are those of a real answer."""
    real = (samples / "nomis" / "NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv").read_text("utf-8").splitlines()
    made = (RECORDINGS / "nomis" / "NM_17_5" / "data.csv").read_text("utf-8").splitlines()
    line = next(line for line in made if '"Kirklees"' in line and '"20599"' in line and "2023-12" in line)
    said = line.replace('"Jan 2023-Dec 2023"', '"Oct 2024-Sep 2025"').replace("2023-12", "2025-09")
    said = said.replace("district / unitary", "county / unitary").replace(",424,12,", ",423,0,")
    said = said.replace("1778385156", "1774190688").replace('"date",0,19', '"date",0,0').replace(",74.1,", ",74.9,")
    said = said.replace("d32380e0", "d32409e0").rsplit(",", 2)[0]
    assert made[0] == real[0]
    expected = next(line for line in real if '"45"' in line).replace('"variable",0,1', '"variable",0,0')
    assert said == expected.rsplit(",", 2)[0]


def mortality(**wanted: str) -> list[dict[str, str]]:
    wanted = {name.replace("_", " "): value for name, value in wanted.items()}
    return [row for row in rows("fingertips/93721") if wanted.items() <= row.items()]


@pytest.mark.parametrize(("code", "value"), [("E06000065", "121.9"), ("E08000016", "192.8")])
def test_two_mortality_rates_are_the_published_ones(code, value):
    (row,) = mortality(Area_Code=code, Sex="Persons", Time_period="2024")
    assert row["Value"] == value


def test_mortality_has_every_area_sex_and_period_once_but_england_twice():
    found = Counter((row["Area Code"], row["Sex"], row["Time period"]) for row in mortality(Category_Type=""))
    assert {times for (code, _, _), times in found.items() if code != "E92000001"} == {1}
    assert {times for (code, _, _), times in found.items() if code == "E92000001"} == {2}
    assert {code for code, _, _ in found} == {*DISTRICTS, "E12000003", "E92000001"}
    assert len(found) == 17 * 3 * (10 + 8)


def test_england_is_repeated_word_for_word():
    england = [tuple(row.values()) for row in mortality(Area_Code="E92000001")]
    assert england[: len(england) // 2] == england[len(england) // 2 :]


def test_a_period_says_how_long_it_is():
    lengths = {(row["Time period range"], len(row["Time period"]) > 4) for row in rows("fingertips/93721")}
    assert lengths == {("1y", False), ("3y", True)}
    spells = {row["Time period"]: row["Time period Sortable"] for row in mortality(Time_period_range="3y")}
    assert (min(spells), max(spells), spells["2022 - 24"]) == ("2015 - 17", "2022 - 24", "20220000")


def test_one_value_is_suppressed():
    (row,) = [row for row in rows("fingertips/93721") if not row["Value"]]
    assert (row["Sex"], row["Time period range"]) == ("Male", "1y")
    assert row["Value note"] == "Value suppressed for disclosure control due to small count"
    assert (row["Count"], row["Denominator"], row["Lower CI 95.0 limit"]) == ("", "", "")


def test_a_rate_is_its_count_over_its_denominator():
    for row in rows("fingertips/93721"):
        if row["Value"]:
            rate = int(row["Count"]) / int(row["Denominator"]) * 1e5
            assert float(row["Value"]) == pytest.approx(rate, rel=1e-3 if row["Value"] in ("121.9", "192.8") else 1e-12)


def test_intervals_enclose_their_value():
    names = ("Lower CI 99.8 limit", "Lower CI 95.0 limit", "Value", "Upper CI 95.0 limit", "Upper CI 99.8 limit")
    for row in rows("fingertips/93721"):
        numbers = [float(row[name]) for name in names if row["Value"]]
        assert numbers == sorted(numbers)


def test_persons_are_men_and_women():
    for district in DISTRICTS:
        counts = {row["Sex"]: int(row["Count"]) for row in mortality(Area_Code=district, Time_period="2022 - 24")}
        assert counts["Persons"] == counts["Male"] + counts["Female"]


def test_england_by_deprivation_is_there_as_a_trap():
    deciles = [row for row in rows("fingertips/93721") if row["Category Type"]]
    assert len(deciles) == 2 * 10
    assert {(row["Area Code"], row["Sex"], row["Time period range"]) for row in deciles} == {
        ("E92000001", "Persons", "1y")
    }


def test_fingertips_looks_like_fingertips(samples):
    """The columns of a real answer come in the same order; one comparison has another name and a column was added."""
    sample = samples / "fingertips" / "indicators-DistrictUApre419.data.csv"
    real = next(csv.reader(io.StringIO(sample.read_text("utf-8"))))
    made = list(rows("fingertips/93721")[0])
    real[real.index("Compared to Region value or percentiles")] = "Compared to percentiles"
    assert made == [*real, "Time period range"]


@pytest.fixture(scope="module")
def gva() -> dict[str, list[tuple[object, ...]]]:
    """The workbook's sheets, as rows of cells."""
    pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    return cells(RECORDINGS / "ons" / "gva-industry-la-tle" / "data.xlsx")


def test_gross_value_added_is_the_published_one(gva):
    assert {row[1]: row[-1] for row in gva["Table 3"] if row[3] == "Total"} == GVA_2023
    assert sum(GVA_2023.values()) == 163_825


def test_the_workbook_opens_with_other_sheets(gva):
    assert list(gva) == ["Correction", "Information", "Contents", "Notes", "Table 1", "Table 2", "Table 3", "Table 4"]


def test_a_table_ends_in_blank_rows(gva):
    for number in range(1, 5):
        table = gva[f"Table {number}"]
        assert len(table) == 2 + 15 * 2 + 5
        assert {cell for row in table[-5:] for cell in row} == {None}


def test_the_tables_look_like_the_real_ones(samples, gva):
    """Titles, headers and the rows that were taken over are the same, cell by cell, types too."""
    sample = samples / "ons" / "gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx"
    real = cells(sample)
    for number in range(1, 5):
        rows_of_two = [row for row in real[f"Table {number}"][2:] if row[3] in ("Total", "C (10-33)")]
        expected = [*real[f"Table {number}"][:2], *rows_of_two]
        assert list(map(repr, gva[f"Table {number}"][:-5])) == list(map(repr, expected))
    assert gva["Contents"] == [row for row in real["Contents"] if row[0]]
