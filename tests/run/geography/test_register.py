"""The commands of ``yhovi geography``: listings, what a code is, and what a file's codes are."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from support.commands import Cli

NAMES = ("areas", "changes", "check", "explain", "refresh")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_and_an_example(cli: Cli, name: str) -> None:
    said = cli("geography", name, "--help")
    assert said.code == 0
    assert f"Example: yhovi geography {name}" in said.out
    assert "--settings" in said.out
    assert "--json" in said.out


def test_the_districts_of_a_region(cli: Cli) -> None:
    said = cli("geography", "areas", "--within", "E12000003", "--json")
    assert len(said.json) == 15
    assert said.json[5] == {
        "code": "E06000065",
        "name": "North Yorkshire",
        "level": "lad",
        "parent": "E12000003",
        "valid_from": "2023-04-01",
        "valid_to": None,
    }
    assert len(cli("geography", "areas", "--within", "E12000003", "--vintage", "2023-03", "--json").json) == 21


@pytest.mark.parametrize("within", ["E92000001", "e12000003 ", "E47000003"])
def test_areas_lie_in_whatever_is_above_them(cli: Cli, within: str) -> None:
    codes = [row["code"] for row in cli("geography", "areas", "--within", within, "--json").json]
    assert "E08000035" in codes
    assert ("E06000001" in codes) == (within == "E92000001")


def test_changes_of_a_code(cli: Cli) -> None:
    rows = cli("geography", "changes", "--code", "e08000016", "--json").json
    assert [{name: value for name, value in row.items() if name != "source"} for row in rows] == [
        {
            "date": "2025-04-01",
            "event": "recode",
            "before": "E08000016",
            "before_name": "Barnsley",
            "after": "E08000038",
            "after_name": "Barnsley",
        }
    ]


def test_changes_since(cli: Cli) -> None:
    every = cli("geography", "changes", "--json").json
    since = cli("geography", "changes", "--since", "2023-04", "--json").json
    assert since == [row for row in every if row["date"] >= "2023-04-01"]
    assert 0 < len(since) < len(every)
    assert [row["date"] for row in every] == sorted(row["date"] for row in every)


def test_explain_a_part(cli: Cli) -> None:
    lines = cli("geography", "explain", "e07000163").out.splitlines()
    assert lines[0] == "E07000163 Craven: district, from 2009-04-01 to 2023-03-31"
    assert lines[2:4] == [
        "  2023-04-01: merged into North Yorkshire (E06000065)",
        "  in the boundaries of 2023-04: a part of North Yorkshire (E06000065), with "
        + ", ".join(f"{name} ({code})" for name, code in zip(NAMES_OF_PARTS, PARTS[1:], strict=True)),
    ]


def test_explain_an_alias(cli: Cli) -> None:
    (told,) = cli("geography", "explain", "E08000039", "--json").json
    assert (told["name"], told["stands_for"], told["part_of"], told["vintage"]) == (
        "Sheffield", "E08000019", None, "2023-04",
    )  # fmt: skip


def test_explain_tells_of_every_area_of_a_name(cli: Cli) -> None:
    told = cli("geography", "explain", "north  YORKSHIRE", "--json").json
    assert [(one["code"], one["level"]) for one in told] == [
        ("E06000065", "lad"),
        ("E10000023", "county"),
        ("E22000372", "csp"),
        ("E23000009", "police_force_area"),
    ]


BAD: dict[str, tuple[list[str], list[str]]] = {
    "level": (
        ["areas", "--level", "ward"],
        [
            "error: 'ward' is no level that can be listed.",
            "  Levels are lad, county, region, country, combined_authority, csp, police_force_area.",
        ],
    ),
    "vintage": (
        ["areas", "--vintage", "2023"],
        ["error: '2023' is no vintage.", "  A vintage is a month, such as 2023-04."],
    ),
    "too early": (
        ["areas", "--level", "county", "--within", "E12000007"],
        [
            "error: There are no areas of the level county in London (E12000007) in 2023-04.",
            "  Choose another level, area or vintage; the register begins in 2009-04.",
        ],
    ),
    "since": (
        ["changes", "--since", "spring"],
        ["error: 'spring' is no day.", "  Write a year, a month or a day: 2019, 2019-04 or 2019-04-01."],
    ),
    "name": (
        ["explain", "Yrok"],
        ["error: No area of the register is called 'Yrok'.", "  Did you mean York?"],
    ),
    "no file": (
        ["check", "none.csv"],
        ["error: The file none.csv can't be read: No such file or directory.", "  Check the path."],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_a_sentence(cli: Cli, case: str) -> None:
    arguments, sentences = BAD[case]
    said = cli("geography", *arguments)
    assert (said.code, said.out, said.err.splitlines()) == (2, "", sentences)


def test_an_unknown_code_has_near_ones(cli: Cli) -> None:
    said = cli("geography", "explain", "E06000099")
    assert said.code == 2
    assert said.err.splitlines()[0] == "error: The register doesn't know the code E06000099."
    assert "Did you mean" in said.err


def test_a_file_with_everything_wrong(cli: Cli, tmp_path: Path) -> None:
    text = "code,value\nE06000061,3\n e08000035 ,4\nE08000038,5\nE08000016,1\nE06000099,3\nLeeds,4\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    said = cli("geography", "check", "t.csv")
    assert said.code == 4
    assert said.out.splitlines() == [
        "column 'code': 5 rows from row 2 on, 5 codes",
        (
            "  failure: No boundaries have all of these codes: "
            "Barnsley (E08000016) became Barnsley (E08000038) on 2025-04-01."
        ),
        "  failure: 1 code isn't in the register: E06000099 (row 6).",
        "  warning: E06000061 (row 2) is North Northamptonshire; E06000065 North Yorkshire was probably meant.",
        "  warning: Barnsley (E08000016) is there under 2 codes: E08000038, E08000016.",
        "  note: E08000038 is another code of Barnsley (E08000016).",
        "  note: 1 code belongs to areas that the settings don't name: North Northamptonshire (E06000061).",
        (
            "  warning: 13 areas of the settings are absent: Kingston upon Hull, City of (E06000010), East Riding of "
            "Yorkshire (E06000011), North East Lincolnshire (E06000012), North Lincolnshire (E06000013), "
            "York (E06000014) and 8 more."
        ),
        "  note: 1 code had to be repaired (case, white space): ' e08000035 '.",
        "  note: 1 cell below the first code holds no code: 'Leeds'.",
    ]


def found(cli: Cli, *arguments: object) -> tuple[int, list[tuple[str, str, list[str]]]]:
    """The exit code, and the first column's findings."""
    said = cli("geography", "check", *arguments, "--json")
    (column, *_) = said.json["columns"]
    return said.code, [(one["about"], one["state"], one["codes"]) for one in column["findings"]]


DISTRICTS = "E06000010 E06000011 E06000012 E06000013 E06000014 E06000065 E08000016 E08000017 E08000018 E08000019"
EVERY = [*DISTRICTS.split(), *(f"E080000{number}" for number in range(32, 37))]
NAMES_OF_PARTS = ("Hambleton", "Harrogate", "Richmondshire", "Ryedale", "Scarborough", "Selby")
PARTS = [f"E0700016{number}" for number in range(3, 10)]


def write(folder: Path, codes: list[str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    lines = ["area" + delimiter + "figure", *(f"{code}{delimiter}1,5" for code in codes)]
    if delimiter == ",":
        lines = [line.replace("1,5", "1") for line in lines]
    (folder / "f.csv").write_text("\n".join(lines), encoding=encoding)
    return folder / "f.csv"


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8-sig")]
)
def test_all_is_well(cli: Cli, tmp_path: Path, delimiter: str, encoding: str) -> None:
    assert found(cli, write(tmp_path, EVERY, delimiter, encoding)) == (0, [("vintage", "ok", [])])


def test_parts_stand_for_their_whole(cli: Cli, tmp_path: Path) -> None:
    rest = [code for code in EVERY if code != "E06000065"]
    assert found(cli, write(tmp_path, rest + PARTS)) == (0, [("vintage", "ok", []), ("parts", "note", PARTS)])


def test_a_part_that_is_absent(cli: Cli, tmp_path: Path) -> None:
    rest = [code for code in EVERY if code != "E06000065"]
    file = write(tmp_path, rest + PARTS[1:])
    assert found(cli, file) == (0, [("vintage", "ok", []), ("parts", "warning", PARTS[1:])])
    assert "and absent are Craven (E07000163): Hambleton (E07000164)" in cli("geography", "check", file).out


def test_an_area_beside_its_parts(cli: Cli, tmp_path: Path) -> None:
    code, findings = found(cli, write(tmp_path, EVERY + PARTS[:1]))
    assert code == 4, "Craven had gone when North Yorkshire came"
    assert ("twice", "warning", ["E06000065", "E07000163"]) in findings


def test_a_code_of_the_settings_is_no_slip_for_another(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path, [code for code in EVERY if code != "E08000035"])
    assert found(cli, file) == (0, [("vintage", "ok", []), ("absent", "warning", ["E08000035"])])


def test_slips_are_rare(cli: Cli, tmp_path: Path) -> None:
    """Of two neighbours of an absent area neither is a slip, nor is any where nothing else is wanted."""
    rest = [code for code in EVERY if code != "E08000016"]
    one, two = (
        found(cli, write(tmp_path, codes))[1] for codes in ([*rest, "E08000015"], [*rest, "E08000015", "E08000014"])
    )
    assert ("slip", "warning", ["E08000015"]) in one
    assert [about for about, *_ in two] == ["vintage", "elsewhere", "absent"]
    assert "slip" not in [about for about, *_ in found(cli, write(tmp_path, ["E08000015"]))[1]]


def test_what_the_register_does_not_hold_is_not_judged(cli: Cli, tmp_path: Path) -> None:
    others = ["W06000001", "S12000033", "E05001234"]
    file = write(tmp_path, EVERY + others)
    assert found(cli, file) == (0, [("vintage", "ok", []), ("elsewhere", "note", others)])
    assert found(cli, write(tmp_path, others))[0] == 4, "nothing was checked at all"


def test_another_vintage_and_other_settings(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path, [code for code in EVERY if code != "E06000065"] + PARTS)
    assert found(cli, file, "--vintage", "2022-12") == (0, [("vintage", "ok", [])])
    (tmp_path / "other.toml").write_text('[areas]\nwithin = "E12000001"\nalso = []\n', encoding="utf-8")
    assert [about for about, *_ in found(cli, file, "--settings", "other.toml")[1]] == [
        "vintage",
        "elsewhere",
        "absent",
    ]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = Workbook()
    cover, data, more = book.active, book.create_sheet("Data"), book.create_sheet("More")
    assert cover is not None
    cover.append(["About these figures"])
    for sheet in (data, more):
        for row in (["A title"], [], [None, "LA code", "LA name", 2024], *([None, code, "x", 1] for code in EVERY)):
            sheet.append(row)
    book.save(tmp_path / "w.xlsx")
    return tmp_path / "w.xlsx"


def test_a_workbook(cli: Cli, workbook: Path) -> None:
    assert cli("geography", "check", workbook).err.splitlines() == [
        "error: w.xlsx: 2 sheets hold area codes: 'Data', 'More'.",
        "  Say which with --sheet.",
    ]
    said = cli("geography", "check", workbook, "--sheet", "Data")
    assert said.code == 0
    assert said.out.splitlines()[0] == "sheet 'Data', column 'LA code': 15 rows from row 4 on, 15 codes"
    assert cli("geography", "check", workbook, "--sheet", "Date").err.splitlines() == [
        "error: w.xlsx: No sheet is called 'Date'. Sheets: 'Sheet', 'Data', 'More'.",
        "  Correct --sheet.",
    ]


def test_the_column_that_is_named(cli: Cli, workbook: Path) -> None:
    told = ["geography", "check", workbook, "--sheet", "Data", "--header-row", "3", "--column"]
    assert cli(*told, "la CODE").code == 0
    assert cli(*told, "LA name").err.splitlines() == [
        "error: w.xlsx: there is no column 'LA name' that holds area codes.",
        "  Columns that do: 'LA code'.",
    ]


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("inner.csv", "a\n1\n")
    return held.getvalue()


CURE = "  Give a table: a CSV file, or a workbook (xlsx, xls or ods)."
GRID = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
NO_TABLES: dict[str, tuple[bytes, str, str]] = {
    "boundaries": (
        json.dumps({"type": "FeatureCollection", "crs": GRID, "features": []}).encode(),
        "The file holds boundaries (GeoJSON, EPSG:27700), and no table.",
        CURE,
    ),
    "json": (b'[{"a": 1}]', "The file is JSON, and no table.", CURE),
    "web page": (b"<!DOCTYPE html><p>x", "The file is a web page or an XML message, and no table.", CURE),
    "pdf": (b"%PDF-1.7", "The file holds no text, and no table.", CURE),
    "empty": (b"\xef\xbb\xbf \n", "The file is empty.", "  Download it again."),
    "zip": (zipped(), "The file is a zip of 'inner.csv'.", "  Unpack it, and name the file that was in it."),
    "damaged": (
        b"\xd0\xcf\x11\xe0" * 9,
        "The workbook is cut off or damaged: parts that its own table of contents names are missing.",
        "  Fetch it again. If it comes the same, tell the publisher.",
    ),
    "quotes": (
        b'code,figure\nE08000035,1\n"E08000036,2\n',
        "The file can't be read as CSV (unexpected end of data).",
        "  Look for a quotation mark that is never closed.",
    ),
    "no codes": (
        b"area,figure\nLeeds,1\n",
        "no column holds mostly area codes, such as E08000035.",
        "  Name the column with --column, or its sheet with --sheet; names of areas can't be checked.",
    ),
}


@pytest.mark.parametrize("case", NO_TABLES)
def test_what_is_no_table(cli: Cli, tmp_path: Path, case: str) -> None:
    content, message, cure = NO_TABLES[case]
    (tmp_path / "f.bin").write_bytes(content)
    said = cli("geography", "check", "f.bin")
    assert (said.code, said.err.splitlines()) == (2, [f"error: f.bin: {message}", cure])


def columns(cli: Cli, *arguments: object) -> dict[str, tuple[int, list[str]]]:
    """Of each column how many codes it has, and the vintages that fit."""
    said = cli("geography", "check", *arguments, "--json")
    return {one["column"]: (one["codes"], one["vintages"]) for one in said.json["columns"]}


def test_business_demography(cli: Cli, samples: Path) -> None:
    file = samples / "ons" / "businessdemographyexceltables2024.xlsx"
    assert columns(cli, file, "--sheet", "Table 1.1a") == {"A": (432, ["2019-04"])}
    said = cli("geography", "check", file, "--sheet", "Table 1.1a")
    assert said.code == 0
    assert "  warning: North Yorkshire (E10000023) is there, and so are parts of it: Craven (E07000163)" in said.out


def test_crime_by_partnership(cli: Cli, samples: Path) -> None:
    file = samples / "ons" / "crime_csp_table_c2_year_ending_june_2025.csv"
    said = columns(cli, file)
    assert list(said) == ["Police Force Area code", "Community Safety Partnership code", "Local Authority code"]
    assert said["Local Authority code"] == (294, [])
    assert cli("geography", "check", file).code == 4
    assert cli("geography", "check", file, "--column", "Community Safety Partnership code").code == 0


@pytest.mark.parametrize("name", ["202209_fixed_laua_coverage_r02.csv", "202209_mobile_laua_r01.csv"])
def test_ofcom(cli: Cli, samples: Path, name: str) -> None:
    file = samples / "ofcom" / name
    assert columns(cli, file) == {"laua": (374, ["2021-04"])}
    code, findings = found(cli, file)
    assert code == 0
    assert [(about, state) for about, state, _ in findings] == [
        ("vintage", "ok"),
        ("parts", "note"),
        ("elsewhere", "note"),
        ("elsewhere", "note"),
    ]


def test_real_boundaries(cli: Cli, samples: Path) -> None:
    said = cli("geography", "check", samples / "geography" / "lad22_buc.geojson")
    assert (said.code, said.err.splitlines()[0]) == (
        2,
        "error: lad22_buc.geojson: The file holds boundaries (GeoJSON, EPSG:27700), and no table.",
    )
