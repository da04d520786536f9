"""What a run makes of odd files: a sentence and exit code 3 for whoever uses a faulty cell, figures for the others."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from support.commands import Cli
from support.workbooks import compound, number, row, text, worksheet, xlsx, zipped

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: Households in temporary accommodation
description: Households in temporary accommodation at the end of March, as the council counts them.
domain: society
subdomain: housing
measure: {{type: count, unit: count, polarity: lower_is_better, decimals: 0}}
source:
  connector: file
  dataset: council/accommodation
  query: {{landed: true}}
  read: {{format: {format}, header: {{labels: [Code, Year]}}}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: {column}, type: number{markers}}}
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: {column}}}
checks:
  golden: {{none: the figures are made by the test}}
owner: housing
"""

Land = Callable[..., None]


@pytest.fixture
def land(cli: Cli, tmp_path: Path) -> Land:
    """Lands a file for two indicators: of households, and of children."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)

    def landed(content: bytes, markers: str = "", form: str = "workbook") -> None:
        for name, column in {"S-H-98": "Households", "S-H-99": "Children"}.items():
            spec = SPEC.format(id=name, column=column, markers=markers, format=form)
            (folder / f"{name}.yaml").write_text(spec, encoding="utf-8")
        (tmp_path / "file.bin").write_bytes(content)
        said = cli("land", "council/accommodation", "file.bin", "--release", "2023")
        assert said.code == 0, said.err

    return landed


def book(households: str, children: str = number("D3", 7)) -> bytes:
    """A workbook in which those are the cells of York."""
    head = row(
        1, *(text(f"{at}1", name) for at, name in zip("ABCD", ("Code", "Year", "Households", "Children"), strict=True))
    )
    leeds = row(2, text("A2", "E08000035"), number("B2", 2023), number("C2", 1204), number("D2", 900))
    return xlsx({"Table 1": head + leeds + row(3, text("A3", "E06000014"), number("B3", 2023), households, children)})


def values(folder: Path, indicator: str) -> dict[str, tuple[float | None, str | None]]:
    """What the database holds of an indicator."""
    query = "SELECT lad_code, value, status_reason FROM indicators WHERE indicator_id = ?"
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return {code: (value, reason) for code, value, reason in database.execute(query, (indicator,))}


ERROR = '<c r="C3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
ERROR_CURE = (
    "If an error says why there is no number, add it to the column's markers with a reason, for example markers: "
    "{'#DIV/0!': not_available}; otherwise tell the publisher."
)


def test_an_error_stops_the_indicator_that_uses_it_and_no_other(cli: Cli, land: Land, tmp_path: Path) -> None:
    land(book(ERROR))
    said = cli("run", "--all")
    assert said.code == 6
    assert "error: S-H-98: Cell C3 of sheet 'Table 1', in the column 'Households', holds the error #DIV/0!." in said.err
    assert ERROR_CURE in said.err
    assert values(tmp_path, "S-H-98") == {}
    assert values(tmp_path, "S-H-99") == {"E08000035": (900.0, None), "E06000014": (7.0, None)}
    assert cli("run", "-i", "S-H-98").code == 3


def test_a_marker_makes_the_error_a_reason(cli: Cli, land: Land, tmp_path: Path) -> None:
    land(book(ERROR), markers=", markers: {'#DIV/0!': not_available}")
    assert cli("run", "-i", "S-H-98").code == 0
    assert values(tmp_path, "S-H-98") == {"E08000035": (1204.0, None), "E06000014": (None, "not_available")}


def test_a_formula_without_a_result(cli: Cli, land: Land, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for line in (["Code", "Year", "Households", "Children"], ["E08000035", 2023, "=SUM(D2:D2)", 5]):
        workbook.active.append(line)
    stream = io.BytesIO()
    workbook.save(stream)
    land(stream.getvalue())
    said = cli("run", "-i", "S-H-98")
    assert (said.code, values(tmp_path, "S-H-98")) == (3, {})
    assert (
        "Cell C2 of sheet 'Sheet', in the column 'Households', holds a formula without a result, since no program has "
        "calculated it."
    ) in said.err


STRAY = worksheet(row(1, text("A1", "Code")) + row(2**20, number("XFD1048576", 1))).encode()
REFUSED = {
    "a password": (
        compound({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(4096)}),
        "The workbook is protected by a password.",
    ),
    "half a download": (
        book(ERROR)[:900],
        "The workbook is cut off: it begins as it should, but the list of its parts, which comes last, is missing.",
    ),
    "a stray cell": (
        xlsx({"S": STRAY}),
        (
            "Sheet 'S' reaches to column XFD and row 1,048,576, which makes 17,179,869,184 cells; at most 25,000,000 "
            "cells can be read."
        ),
    ),
    "a bomb": (
        zipped({"[Content_Types].xml": bytes(12 * 2**20)}),
        "'[Content_Types].xml' in the workbook unpacks to over 200 times its size, as a zip bomb does.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_refused(cli: Cli, land: Land, case: str) -> None:
    content, message = REFUSED[case]
    land(content)
    said = cli("run", "-i", "S-H-98")
    assert (said.code, "Traceback" in said.err) == (3, False)
    assert f"error: S-H-98: {message} (landed:council/accommodation" in said.err


CSV = 'Code,Year,Households,Children\r\nE08000035,2023,"1,204",900\r\nE06000014,2023,310,70\r\nE08000016,2023,55,12\r\n'
RIGHT = {"E08000035": {1204.0}, "E06000014": {310.0}, "E08000016": {55.0}}


@pytest.mark.parametrize("kept", [len(CSV) - 2, len(CSV) - 4, len(CSV) - 6, len(CSV) - 20, 60, 47, 12])
def test_a_csv_file_that_was_cut_off(cli: Cli, land: Land, tmp_path: Path, kept: int) -> None:
    """Where nothing told how long it should be: a cut in a row is met, unless just its last field is shorter."""
    land(CSV[:kept].encode(), form="csv")
    code = cli("run", "-i", "S-H-98").code
    found = values(tmp_path, "S-H-98") if code == 0 else {}
    assert (code == 0) is (kept >= len(CSV) - 4)
    assert all(value in RIGHT[area] for area, (value, _) in found.items())
