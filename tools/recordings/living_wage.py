"""E-EI-09: jobs paid below the real Living Wage (ONS, workbooks in a zip), made up."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from .recording import Answer, Notice, Recording, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 11, 12)  # noqa: DTZ001 (a date in a cell has no zone)
DATASETS = "/employmentandlabourmarket/peopleinwork/earningsandworkinghours/datasets"
PAGE = f"{DATASETS}/numberandproportionofemployeejobswithhourlypaybelowthelivingwage"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# The estimates, and the same tables of their precision: three blanks in each name.
MEMBERS = (
    ("Work Geography LWF Table 7 LWF.1a   lwfmgx 2025.xlsx", "below"),
    ("Work Geography LWF Table 7 LWF.1b   lwfmgx 2025 CV.xlsx", "variation"),
)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Annual Survey of Hours and Earnings, Office for National Statistics",
    published="no figure.",
    made_up=(
        "all figures, and the words above and below the table; other regions, and the tables of other areas, are left "
        "out. Hence its origin: synthetic. Don't quote it."
    ),
)


def living_wage() -> Recording:
    """April 2025, for the districts and metropolitan counties, the region and the countries."""
    answer = Answer(
        url="https://www.ons.gov.uk/file",
        parameters=(("uri", f"{PAGE}/2025provisional/ashelwf2025provisional.zip"),),
        content=packed({name: workbook(sheets(column), PUBLISHED_ON) for name, column in MEMBERS}),
        file="data.zip",
        media_type="application/zip",
    )
    return Recording("ons", "living-wage-foundation", "2025-provisional", "synthetic", (answer,), NOTICE)


def sheets(column: str) -> dict[str, list[list[Any]]]:
    """A workbook's sheets: notes, and the table of all employees."""
    table = [
        ["Table LWF.1a   Jobs below the real Living Wage, by place of work, 2025"],
        [None],
        [None, None, "Number"],
        [None, None, "of jobs", "Per cent"],
        ["Description", "Code", "(thousand)"],
        *([row["name"], row["code"], said(row["jobs"]), said(row[column])] for row in figures("living_wage.csv")),
        [None],
        ["a  Employees on adult rates whose pay was not affected by absence."],
        ["Source: Annual Survey of Hours and Earnings, Office for National Statistics."],
    ]
    return {"Notes": [["Made for a demonstration: one region only."]], "All": table}


def said(cell: str) -> Any:
    """A number, or the letter in its place."""
    try:
        return float(cell)
    except ValueError:
        return cell


def packed(files: dict[str, bytes]) -> bytes:
    """A zip, equal to the byte whenever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system = 3
            target.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


RECORDED = (living_wage,)
