"""E-NZ-01: greenhouse gas emissions by district (DESNZ): published per head, made up in all their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from .recording import ENGLAND, REGION, Answer, Notice, Recording, area_names, csv_text, figures

URL = (
    "https://assets.publishing.service.gov.uk/media/68653c7ee6c3cc924228943f/"
    "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv"
)
HEADER = (
    *("Country", "Country Code", "Region", "Region Code", "Second Tier Authority"),
    *("Local Authority", "Local Authority Code", "Calendar Year"),
    *("LA GHG Sector", "LA GHG Sub-sector", "Greenhouse gas"),
    *("Territorial emissions (kt CO2e)", "Emissions within the scope of influence of LAs (kt CO2)"),
    *("Mid-year Population (thousands)", "Area (km2)"),
)
YEARS = tuple(str(year) for year in range(2019, 2024))
# A part's share of the total, or of the district's own share of industry, agriculture and land use.
OWN_PARTS = (
    ("industry_share", "Industry", "Industry Electricity", "CO2", Decimal("0.3")),
    ("industry_share", "Industry", "Large Industrial Installations", "CO2", Decimal("0.7")),
    ("agriculture_share", "Agriculture", "Agriculture Livestock", "CH4", Decimal("0.6")),
    ("agriculture_share", "Agriculture", "Agriculture Soils", "N2O", Decimal("0.4")),
    ("lulucf_share", "LULUCF", "LULUCF Net Emissions: Forestry", "CO2", Decimal(1)),
)
# The remaining emissions; the last part takes what rounding leaves.
OTHER_PARTS = (
    ("Commercial", "Commercial Electricity", "CO2", Decimal("0.14")),
    ("Public Sector", "Public Sector Gas", "CO2", Decimal("0.06")),
    ("Transport", "Road Transport (A roads)", "CO2", Decimal("0.42")),
    ("Waste", "Landfill", "CH4", Decimal("0.05")),
    ("Domestic", "Domestic Gas", "CO2", Decimal(0)),
)
OUT_OF_SCOPE = frozenset({"Agriculture Livestock", "Agriculture Soils", "Large Industrial Installations", "LULUCF"})
PLACES = Decimal("0.000001")
UNALLOCATED = (("Industry", "Industry Electricity", Decimal("512.4")), ("Domestic", "Domestic Gas", Decimal("38.25")))

Part = tuple[str, str, str, Decimal]
"""Sector, sub-sector, gas and emissions."""
NOTICE = Notice(
    publisher="Department for Energy Security and Net Zero (DESNZ)",
    source="Department for Energy Security and Net Zero, UK local authority greenhouse gas emissions statistics",
    published=(
        "territorial emissions per head of 15 districts, 2019 to 2023, to two decimals, as ONS gave them in "
        "Explore Local Statistics (October 2025); and the populations by which totals follow from them, those of "
        "nomis/NM_2002_1."
    ),
    made_up=(
        "every emission in the file, because how totals divide into sectors, sub-sectors and gases is ours; the "
        "second tier, the areas in square kilometres, and all that is unallocated. Hence its origin: synthetic."
    ),
)


def greenhouse_gases() -> Recording:
    """2019 to 2023: every district by sector, sub-sector and gas, and what belongs to no district."""
    answer = Answer(URL, (), csv_text([HEADER, *rows()]).encode())
    areas = [area["code"] for area in figures("emissions_per_head.csv")]
    known = tuple(("E-NZ-01", code, f"{year}-01-01/P1Y") for code in areas for year in YEARS)
    return Recording("desnz", "ghg-emissions-la", "2005-2023", "synthetic", (answer,), NOTICE, known=known)


def rows() -> Iterator[tuple[str, ...]]:
    """By district and year; population and area stand in each row again."""
    names = area_names()
    people = {row["code"]: row for row in figures("population.csv")}
    for area in figures("emissions_per_head.csv"):
        code = area["code"]
        place = ("England", ENGLAND, names[REGION], REGION, area["second_tier"], names[code], code)
        for year in YEARS:
            population = Decimal(people[code][year]) / 1000
            for part in parts(area, Decimal(area[year]) * population):
                yield (*place, year, *said(part), str(population), area["area"])
    for year in YEARS:
        for sector, name, emissions in UNALLOCATED:
            place = ("England", ENGLAND, "", "", "", "Unallocated", "")
            yield (*place, year, *said((sector, name, "CO2", emissions)), "", "")


def parts(area: Mapping[str, str], total: Decimal) -> Iterator[Part]:
    """Parts that add up to the total exactly."""
    own = [
        (sector, name, gas, (total * Decimal(area[column]) * share).quantize(PLACES))
        for column, sector, name, gas, share in OWN_PARTS
    ]
    remaining = total - sum(emissions for *_, emissions in own)
    others = [(sector, name, gas, (remaining * share).quantize(PLACES)) for sector, name, gas, share in OTHER_PARTS]
    sector, name, gas, _ = others.pop()
    yield from own
    yield from others
    yield sector, name, gas, remaining - sum(emissions for *_, emissions in others)


def said(part: Part) -> tuple[str, ...]:
    """The cells of a part: what it is, all of it, and as much of it as councils have a say in."""
    sector, name, gas, emissions = part
    inside = gas == "CO2" and not {sector, name} & OUT_OF_SCOPE
    return sector, name, gas, plain(emissions), plain(emissions) if inside else "0"


def plain(number: Decimal) -> str:
    """Without an exponent or zeros at the end."""
    return f"{number:f}".rstrip("0").rstrip(".")


RECORDED = (greenhouse_gases,)
