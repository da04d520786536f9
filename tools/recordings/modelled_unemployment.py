"""E-EJ-02: model-based unemployment rates (Nomis), all of them published."""

from __future__ import annotations

from types import MappingProxyType

from .employment_rate import window
from .nomis import DataSet, Dimension
from .recording import ENGLAND, Notice, Recording, figures

ROWS = MappingProxyType({"20100": "rate", "20701": "half_width"})
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "model-based unemployment rates of people aged 16 and over and their 95 % confidence intervals, calendar years "
        "2004 to 2023, for 14 districts, Yorkshire and The Humber, and England, and for North Yorkshire of 2022 and "
        "2023 without intervals, as ONS gave them in Explore Local Statistics. They may have been revised since."
    ),
    made_up=(
        "nothing. Windows that do not end in December are left out. Numbers of areas and cells (URN) follow Nomis's "
        "patterns."
    ),
)


def modelled_unemployment() -> Recording:
    """The calendar-year windows of 2004 to 2023, for the districts, the region and England."""
    values = {(row["code"], row["row"]): row for row in figures("modelled_unemployment.csv")}
    data = DataSet(
        id="NM_127_1",
        time="2004-12,latest",
        dates=tuple(window(int(name)) for name in values[ENGLAND, "rate"] if name.isdigit()),
        dimensions=(Dimension("ITEM", "2", "Unemployment rate (model based)", "item", 0),),
        cell=("Nm-127d1", "2"),
        measures=(("20100", "Value"), ("20701", "Confidence")),
    )

    def known(code: str, date: str, measure: str) -> str | None:
        return values[code, ROWS[measure]][date.removesuffix("-12")].removesuffix(".0") or None

    return Recording("nomis", data.id, "2024-04", "published", (data.answer(known),), NOTICE)


RECORDED = (modelled_unemployment,)
