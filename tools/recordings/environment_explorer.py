"""Emissions, energy, vehicle chargers and habitats as Explore Local Statistics (ELS) has them, all of it published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from .dataset_pages import SITE
from .recording import Answer, Notice, Recording, area_names, csv_text, figures

HEADER = ("areacd", "areanm", "period", "value", "status")
RECODED = MappingProxyType({"E08000038": "E08000016", "E08000039": "E08000019"})
SNAPSHOT = "2026-06-26T06:00:00+00:00"
OTHERS = "no figure. Other areas{} are left out."
EMISSIONS = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Explore Local Statistics; figures of DESNZ",
    published=(
        "greenhouse gas emissions per head, 2005 to 2023, for 15 districts, Yorkshire and The Humber, and England, "
        "Barnsley and Sheffield under the codes that the service has for them."
    ),
    made_up=OTHERS.format(""),
)
ENERGY = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Explore Local Statistics; figures of DESNZ",
    published="median domestic consumption per meter, 2020 to 2023, for 15 districts, as the service had it in 2025.",
    made_up=(
        "no figure. Other areas and earlier years are left out. Periods are written as the service writes them now. "
        "Figures may have been revised since."
    ),
)
CHARGERS = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Explore Local Statistics; figures of the Department for Transport",
    published=(
        "public chargers per 100,000 people, January and April 2026, for 15 districts and Yorkshire and The Humber, as "
        "the service had them in June 2026."
    ),
    made_up=OTHERS.format(""),
)
HABITATS = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Explore Local Statistics; UK natural capital accounts of December 2025",
    published="the estimated value of what habitats do, since 2019, for 15 districts, and for air pollution England.",
    made_up=OTHERS.format(" and earlier years"),
)


def answered(series: str, values: Iterable[tuple[str, str, str]]) -> Answer:
    """What the service answers for all areas and periods of a series: by area and period."""
    names = area_names()
    rows = ((code, names[RECODED.get(code, code)], period, value, "") for code, period, value in values)
    asked = {"indicator": series, "geo": "all", "time": "all", "includeNames": "true", "includeStatus": "true"}
    address = f"{SITE}/explore-local-statistics/api/v1/data.csv"
    return Answer(address, tuple(asked.items()), csv_text([HEADER, *rows]).encode("utf-8-sig"))


def by_period(rows: Iterable[Mapping[str, str]], period: str) -> Iterator[tuple[str, str, str]]:
    """A value for each cell that holds one; its period as the service writes that year."""
    for row in rows:
        cells = ((name, cell) for name, cell in row.items() if name[0].isdigit() and cell)
        yield from ((row["code"], period.format(name), cell) for name, cell in cells)


def series(name: str, table: str, period: str, release: str, notice: Notice, **chosen: str) -> Recording:
    """One series: the rows of a table of figures that are chosen."""
    rows = [row for row in figures(table) if all(row[column] == text for column, text in chosen.items())]
    answers = (answered(name, by_period(rows, period)),)
    return Recording("els", name, release, "published", answers, notice, retrieved_at=SNAPSHOT)


emissions = partial(series, "greenhouse-gas-emissions", "emissions_explorer.csv", "{}-01-01/P1Y", "2025-07", EMISSIONS)
electricity = partial(
    series, "domestic-electricity-consumption", "energy_use.csv", "{}-02-01/P1Y", "2025", ENERGY, fuel="electricity"
)
gas = partial(series, "domestic-gas-consumption", "energy_use.csv", "{}-05-15/P1Y", "2025", ENERGY, fuel="gas")
chargers = partial(
    series, "electric-vehicle-public-charging-devices", "vehicle_chargers.csv", "{}", "2026-06", CHARGERS
)
air = partial(series, "air-pollution-regulating", "habitats.csv", "{}-01-01/P1Y", "2025-12-05", HABITATS, service="air")
greenhouse = partial(
    series, "greenhouse-gas-regulating", "habitats.csv", "{}-01-01/P1Y", "2025-12-05", HABITATS, service="greenhouse"
)

RECORDED = (emissions, electricity, gas, chargers, air, greenhouse)
