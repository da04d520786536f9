"""Explore Local Statistics (ELS): its answer to a request for one indicator, all areas and periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from .dataset_pages import SITE
from .recording import Answer, area_names, csv_text

ADDRESS = f"{SITE}/explore-local-statistics/api/v1/data.csv"
SERVICE = "Office for National Statistics, Explore Local Statistics"
# Since 2025 it has these codes, and of some series those of before as well.
RECODED = MappingProxyType({"E08000016": "E08000038", "E08000019": "E08000039"})

Row = tuple[str, str, Sequence[str]]
"""An area's code, a period, and the value, with its limits where the indicator has them."""


def explored(series: str, rows: Iterable[Row], *, limits: bool = False, both_codes: bool = False) -> Answer:
    """What is answered: a row for each area and period, with a status where there is no number."""
    names = area_names()
    header = ("areacd", "areanm", "period", "value", *(("lci_95", "uci_95") if limits else ()), "status")
    printed = (
        (shown, names[code], period, *cells, "" if cells[0] else "x")
        for code, period, cells in rows
        for shown in codes(code, both_codes)
    )
    asked = (
        ("indicator", series),
        ("geo", "all"),
        ("time", "all"),
        ("includeNames", "true"),
        ("includeStatus", "true"),
    )
    return Answer(ADDRESS, asked, csv_text([header, *printed]).encode("utf-8-sig"))


def codes(code: str, both: bool) -> tuple[str, ...]:
    """The codes under which an area is printed."""
    new = RECODED.get(code, code)
    return (new, code) if both and new != code else (new,)
