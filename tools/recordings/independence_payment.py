"""S-HE-10: cases of Personal Independence Payment (Stat-Xplore's lists and table), made up throughout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .recording import ENGLAND, REGION, Answer, Notice, Recording, area_names, curve, figures

BASE = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1"
DATABASE = "PIP_Monthly_new"
COUNT = f"str:count:{DATABASE}:V_F_PIP_MONTHLY"
AREA_FIELD = f"{DATABASE}:V_F_PIP_MONTHLY:COA_CODE"
AREA_LIST = f"{AREA_FIELD}:V_C_MASTERGEOG21_LA_TO_REGION"
MONTH_FIELD = f"{DATABASE}:F_PIP_DATE:DATE2"
MONTH_LIST = f"{MONTH_FIELD}:C_PIP_DATE"
MONTHS = tuple(year * 100 + month for year in (2023, 2024, 2025) for month in range(1, 13))[:34]
NO_AREAS = ("ZZXXXXXXX", "XXZZZZZZZ")
JSON = "application/json"
NOTICE = Notice(
    publisher="Department for Work and Pensions (DWP)",
    source="Department for Work and Pensions, Stat-Xplore",
    published="no figure.",
    made_up=(
        "every count, and the name of the release; the lists hold the districts of one region and the months from "
        "January 2023 alone, though the service's are longer. Hence its origin: synthetic. Don't quote it."
    ),
)


@dataclass(frozen=True, slots=True)
class Table(Answer):
    """The answer to a request that is posted."""

    asked: str = ""

    @property
    def described(self) -> dict[str, Any]:
        """What ``exchange.json`` says of it."""
        return {**super(Table, self).described, "method": "POST", "body": self.asked}


def independence_payment() -> Recording:
    """The two lists of codes, and the table."""
    names = {code: name for code, name in area_names().items() if code.startswith("E0") and code[:3] != "E07"}
    areas = [(code, name) for code, name in names.items() if code not in (REGION, ENGLAND)]
    months = [(str(month), f"{month}") for month in MONTHS]
    answers = (
        listed(AREA_LIST, [*areas, *((code, "Unknown") for code in NO_AREAS)], "areas.json"),
        listed(MONTH_LIST, months, "months.json"),
        table(areas, months),
    )
    return Recording("statxplore", DATABASE, "2026-01", "synthetic", answers, NOTICE)


def listed(valueset: str, members: Iterable[tuple[str, str]], file: str) -> Answer:
    """A list of codes."""
    children = [{"id": f"str:value:{valueset}:{code}", "label": name, "type": "VALUE"} for code, name in members]
    said = {"id": f"str:valueset:{valueset}", "type": "VALUESET", "children": children}
    return Answer(f"{BASE}/schema/str:valueset:{valueset}", (), compact(said).encode(), file, JSON)


def table(areas: list[tuple[str, str]], months: list[tuple[str, str]]) -> Table:
    """Counts by area and month, as they are asked for."""
    asked = {
        "database": f"str:database:{DATABASE}",
        "measures": [COUNT],
        "dimensions": [[f"str:field:{AREA_FIELD}"], [f"str:field:{MONTH_FIELD}"]],
        "recodes": {
            f"str:field:{AREA_FIELD}": recode(AREA_LIST, areas),
            f"str:field:{MONTH_FIELD}": recode(MONTH_LIST, months),
        },
    }
    said = {
        "measures": [{"uri": COUNT, "label": "PIP Cases with Entitlement", "measure": COUNT, "function": "COUNT"}],
        "fields": [
            field(AREA_FIELD, "National - Regional - LA - OAs", AREA_LIST, areas),
            field(MONTH_FIELD, "Month", MONTH_LIST, months),
        ],
        "cubes": {COUNT: {"values": counts(areas), "precision": 0}},
    }
    return Table(f"{BASE}/table", (), compact(said).encode(), "table.json", JSON, compact(asked))


def recode(valueset: str, members: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Which codes of a list are asked for."""
    return {"map": [[f"str:value:{valueset}:{code}"] for code, _ in members], "total": False}


def field(own: str, label: str, valueset: str, members: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A dimension of the table."""
    items = [
        {"type": "RecodeItem", "uris": [f"str:value:{valueset}:{code}"], "labels": [name]} for code, name in members
    ]
    return {"uri": f"str:field:{own}", "label": label, "items": items}


def counts(areas: Iterable[tuple[str, str]]) -> list[list[float]]:
    """A row for each area, a number for each month; counts come with a decimal point."""
    known = {row["code"]: row for row in figures("independence_payment.csv")}
    return [[float(round(curve(known[code], since))) for since in range(len(MONTHS))] for code, _ in areas]


def compact(said: Mapping[str, Any]) -> str:
    """JSON without white space."""
    return json.dumps(said, separators=(",", ":"))


RECORDED = (independence_payment,)
