"""E-NE-03: addresses with private outdoor space, April 2020 (ONS, a workbook), all of it published."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from .recording import ENGLAND, REGION, Answer, Notice, Recording, area_names, figures
from .workbooks import MEDIA_TYPE, without_times, workbook

PUBLISHED_ON = datetime(2020, 5, 14, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
URL = (
    "https://www.ons.gov.uk/file?uri=/economy/environmentalaccounts/datasets/"
    "accesstogardensandpublicgreenspaceingreatbritain/accesstogardenspacegreatbritainapril2020/"
    "osprivateoutdoorspacereferencetables.xlsx"
)
AREA = ("Country code", "Country name", "Region code", "Region name", "LAD code", "LAD name")
COUNTS = ("Address count", "Adress with private outdoor space count", "Private outdoor space total area (m2)")
SHARE, MEAN = "Percentage of adresses with private outdoor space", "Average size of private outdoor space (m2)"
KINDS = (
    ("Houses", (*COUNTS, SHARE, MEAN, "Median size of private outdoor space (m2)")),
    ("Flats", (*COUNTS, "Private outdoor space count", SHARE, MEAN, "Average number of flats sharing a garden")),
    ("Total", (*COUNTS, SHARE, MEAN)),
)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, from Ordnance Survey, Access to gardens and public green space",
    published="addresses, private outdoor space and its size, April 2020, for the 21 districts of that time.",
    made_up="no figure. Other sheets and other areas are left out.",
)


def gardens() -> Recording:
    """A workbook with headings that are merged over the columns of each type of property."""
    content = merged(workbook({"LAD gardens": table()}, PUBLISHED_ON))
    answer = Answer(URL, (), content, "data.xlsx", MEDIA_TYPE)
    return Recording("ons", "gardens", "2020-04", "published", (answer,), NOTICE)


def table() -> list[list[Any]]:
    """Two rows of headings, a row for each district, and what stands below."""
    first: list[Any] = [*AREA]
    second: list[Any] = [None] * len(AREA)
    for kind, columns in KINDS:
        first += [f"Property type: {kind}", *[None] * (len(columns) - 1)]
        second += columns
    place = [ENGLAND, "England", REGION, area_names()[REGION]]
    rows = [[*place, row["code"], row["name"], *map(number, [*row.values()][2:])] for row in figures("gardens.csv")]
    return [first, second, *rows, [None], ["Source: Ordnance Survey"]]


def number(cell: str) -> float:
    """A whole number or one with decimals, as the cell has it."""
    return float(cell) if "." in cell else int(cell)


def merged(content: bytes) -> bytes:
    """The same workbook with its headings merged."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    column = len(AREA) + 1
    for _, columns in KINDS:
        sheet.merge_cells(start_row=1, start_column=column, end_row=1, end_column=column + len(columns) - 1)
        column += len(columns)
    made = io.BytesIO()
    book.save(made)
    return without_times(made.getvalue(), PUBLISHED_ON)


RECORDED = (gardens,)
