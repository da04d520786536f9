"""E-BE-08 and E-BE-09: gross value added per hour and per job (ONS, a workbook; ELS, a table), all of it published."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from .dataset_pages import SITE, Edition
from .recording import Answer, Notice, Recording, area_names, csv_text, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 6, 19, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page=(
        "/employmentandlabourmarket/peopleinwork/labourproductivity/datasets/"
        "subregionalproductivitylabourproductivityindicesbylocalauthoritydistrict"
    ),
    title="Subregional productivity: labour productivity indices by local authority district",
    name="current",
    released=PUBLISHED_ON,
    file="labourproductivitylad1.xls",
)
TABLES = MappingProxyType(
    {
        "A3": ("hour", "Current Price (smoothed) GVA (B) per hour worked (£)"),
        "B3": ("job", "Current Price (smoothed) GVA (B) per filled job (£)"),
    }
)
SERIES = "gross-value-added-per-hour-worked"
PUBLISHED = "for 15 districts, as ONS gave {} in Explore Local Statistics (release of June 2025)."
FILE_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, subregional productivity",
    published=(
        "smoothed gross value added at current prices per hour worked (2004 to 2023) and per filled job (2002 to 2023) "
        + PUBLISHED.format("them")
    ),
    made_up=(
        "no figure. The sheet Contents and the lines between title and header are ours; other areas and tables are "
        "left out; and the publisher's file is an older workbook (.xls), this one a newer (.xlsx) under the same name."
    ),
)
SERIES_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Explore Local Statistics",
    published="gross value added per hour worked, 2004 to 2023, " + PUBLISHED.format("it"),
    made_up="no figure. Other areas are left out.",
)


def tables() -> Recording:
    """A workbook with a sheet of contents and two tables."""
    contents = [["Contents"], *([tab, title] for tab, (_, title) in TABLES.items())]
    content = workbook({"Contents": contents, **{tab: sheet(tab) for tab in TABLES}}, PUBLISHED_ON)
    return Recording("ons", "productivity-lad", "2025-06-19", "published", EDITION.answers(content), FILE_NOTICE)


def sheet(tab: str) -> list[list[Any]]:
    """One table: four lines, a header of codes, names and years, and a row for each district."""
    per, title = TABLES[tab]
    rows = [row for row in figures("productivity.csv") if row["per"] == per]
    years = [name for name in rows[0] if name.isdigit() and rows[0][name]]
    names = area_names()
    return [
        [f"{tab}: {title}"],
        ["Local authority districts"],
        ["Smoothed over several years; not adjusted for inflation."],
        [None],
        ["LAD_Code", "LAD_Name", *(f"Pounds_{year}" for year in years)],
        *([row["code"], names[row["code"]], *(float(row[year]) for year in years)] for row in rows),
    ]


def series() -> Recording:
    """The same figures per hour, as Explore Local Statistics answers a request for one indicator."""
    names = area_names()
    rows = [
        [row["code"], names[row["code"]], f"{year}-01-01/P1Y", row[year], ""]
        for row in figures("productivity.csv")
        if row["per"] == "hour"
        for year in row
        if year.isdigit() and row[year]
    ]
    text = csv_text([["areacd", "areanm", "period", "value", "status"], *rows])
    asked = (
        ("indicator", SERIES),
        ("geo", "all"),
        ("time", "all"),
        ("includeNames", "true"),
        ("includeStatus", "true"),
    )
    answer = Answer(f"{SITE}/explore-local-statistics/api/v1/data.csv", asked, f"\ufeff{text}".encode())
    return Recording("els", SERIES, "2025-06", "published", (answer,), SERIES_NOTICE)


RECORDED = (tables, series)
