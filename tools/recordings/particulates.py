"""E-NE-01 and E-NE-02: particulates that people breathe (UK-AIR), and deaths put down to them (Fingertips), made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from .fingertips import DECILES, ENGLAND_PLACE, NO_CATEGORY, REGION_PLACE, Indicator, decile_category, district_place
from .recording import ENGLAND, REGION, Answer, Notice, Recording, area_names, csv_text, figures

SITE = "https://uk-air.defra.gov.uk"
PAGE = f"{SITE}/data/pcm-data"
FILE = "/datastore/pcm/popwmpm25{}byUKlocalauthority.csv"
YEARS, CODED_SINCE = (2022, 2023, 2024), 2023
CONCENTRATION = Indicator(
    "93867",
    "Air pollution: fine particulate matter (new method - concentrations of total PM2.5)",
    "Not applicable",
)
MORTALITY = Indicator(
    "93861", "Fraction of mortality attributable to particulate air pollution (new method)", "Not applicable"
)
FIRST_YEAR, LAST_YEAR = 2018, 2024
PER_MICROGRAM = MappingProxyType({CONCENTRATION: 1.0, MORTALITY: 0.75})
DON_T_QUOTE = " Hence its origin: synthetic. Don't quote it."
AIR = Notice(
    publisher="Department for Environment, Food and Rural Affairs (Defra)",
    source="Defra, UK-AIR, modelled background pollution data",
    published="no figure.",
    made_up=(
        "every concentration, the numbers of districts in the file of 2022 and the text of the page; years before "
        "2022 are left out." + DON_T_QUOTE
    ),
)
PROFILE = Notice(
    publisher="Office for Health Improvement and Disparities (OHID)",
    source="Office for Health Improvement and Disparities, Fingertips, public health profiles",
    published="no figure.",
    made_up="every value and deprivation decile, and the name of the release." + DON_T_QUOTE,
)


def concentrations() -> Recording:
    """A page with links, and a file of each year: the newest first, as they are asked for."""
    links = "".join(f'<li><a href="{FILE.format(year)}">{year}</a></li>' for year in reversed(YEARS))
    page = (
        f"<!DOCTYPE html><html><head><title>Modelled background pollution data</title></head><ul>{links}</ul></html>\n"
    )
    files = (
        Answer(f"{SITE}{FILE.format(year)}", (), table(year).encode(), f"{year}.csv", "text/csv")
        for year in reversed(YEARS)
    )
    answers = (Answer(PAGE, (), page.encode(), "page.html", "text/html"), *files)
    return Recording("defra", "particulates", "2024", "synthetic", answers, AIR)


def table(year: int) -> str:
    """Two lines, a header that holds the year, and the districts: by numbers of Defra's own before 2023."""
    kinds = ("total", "non-anthropogenic", "anthropogenic")
    header = ["LA code", *(f"PM2.5 {year} ({kind})" for kind in kinds), "Local Authority"]
    lines = [
        [f"Population-weighted annual mean PM2.5 concentration for {year} (ugm-3)", *[""] * 4],
        ["The total PM2.5 concentration should be used for health burden calculations", *[""] * 4],
    ]
    names = area_names()
    rows = [
        [area["code" if year >= CODED_SINCE else "number"], *parts(area, year), names[area["code"]]]
        for area in figures("particulates.csv")
        if area["number"]
    ]
    return csv_text([*lines, header, *rows])


def parts(area: Mapping[str, str], year: int) -> tuple[str, str, str]:
    """All particulates, those that nature makes, and the others."""
    total, natural = level(area, year), float(area["natural"])
    return f"{total:.2f}", f"{natural:.2f}", f"{total - natural:.2f}"


def level(area: Mapping[str, str], year: int) -> float:
    """Micrograms in a cubic metre: the level of the last year, and more before."""
    return round(float(area["level"]) * (1 + float(area["trend"]) * (year - LAST_YEAR)), 2)


def profile(indicator: Indicator) -> Recording:
    """Single years since 2018, England by deprivation too."""
    answers = (indicator.answer(rows(indicator)),)
    return Recording("fingertips", indicator.number, "2026", "synthetic", answers, PROFILE)


def rows(indicator: Indicator) -> Iterator[list[str]]:
    """England once for each parent, as Fingertips does, then the region and its districts."""
    areas = {row["code"]: row for row in figures("particulates.csv")}
    england = [*area_rows(indicator, areas[ENGLAND], ENGLAND_PLACE), *decile_rows(indicator, areas[ENGLAND])]
    yield from england * 2
    yield from area_rows(indicator, areas[REGION], REGION_PLACE)
    names = area_names()
    for code, area in areas.items():
        if code not in (REGION, ENGLAND):
            yield from area_rows(indicator, area, district_place(code, names[code]))


def area_rows(indicator: Indicator, area: Mapping[str, str], place: Sequence[str]) -> Iterator[list[str]]:
    """One area, year by year."""
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        yield value_row(indicator, place, NO_CATEGORY, year, level(area, year))


def decile_rows(indicator: Indicator, area: Mapping[str, str]) -> Iterator[list[str]]:
    """Rows that a recipe has to leave out: England again, by deprivation."""
    for step, name in enumerate(DECILES):
        value = level(area, LAST_YEAR) * (1.09 - 0.02 * step)
        yield value_row(indicator, ENGLAND_PLACE, decile_category(name), LAST_YEAR, value)


def value_row(
    indicator: Indicator, place: Sequence[str], category: Sequence[str], year: int, particulates: float
) -> list[str]:
    """One row: a value without limits, count or denominator."""
    value = round(particulates * PER_MICROGRAM[indicator], 6)
    cells = [repr(value), *[""] * 7, "Cannot be calculated", "Not compared"]
    return indicator.row(place, "Not applicable", category, (year, 1), cells)


RECORDED = (concentrations, partial(profile, CONCENTRATION), partial(profile, MORTALITY))
