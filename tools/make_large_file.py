"""Make a file of made-up greenhouse gas emissions, as large and as awkward as the one that is published.

python tools/make_large_file.py FILE [--years 18]

The columns and quirks are those of the local authority data set of the Department for Energy Security and Net Zero: a
row for each district, year, sector, sub-sector and gas; the population printed again in each of them, in thousands;
emissions below nothing where land takes up more than it gives; and rows that are of no district, without region,
population and area.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TextIO

HEADER = (
    "Country",
    "Country Code",
    "Region",
    "Region Code",
    "Second Tier Authority",
    "Local Authority",
    "Local Authority Code",
    "Calendar Year",
    "LA GHG Sector",
    "LA GHG Sub-sector",
    "Greenhouse gas",
    "Territorial emissions (kt CO2e)",
    "CO2 emissions within the scope of influence of LAs (kt CO2)",
    "Mid-year Population (thousands)",
    "Area (km2)",
)
YORKSHIRE = {
    "E06000010": "Kingston upon Hull, City of",
    "E06000011": "East Riding of Yorkshire",
    "E06000012": "North East Lincolnshire",
    "E06000013": "North Lincolnshire",
    "E06000014": "York",
    "E06000065": "North Yorkshire",
    "E08000016": "Barnsley",
    "E08000017": "Doncaster",
    "E08000018": "Rotherham",
    "E08000019": "Sheffield",
    "E08000032": "Bradford",
    "E08000033": "Calderdale",
    "E08000034": "Kirklees",
    "E08000035": "Leeds",
    "E08000036": "Wakefield",
}
ELSEWHERE = 351  # districts of other regions: with Yorkshire's, as many as the United Kingdom had
GASES = ("CO2", "CH4", "N2O")
SECTORS = {
    "Agriculture": ("Electricity", "Gas", "'Other'", "Livestock", "Soils"),
    "Commercial": ("Electricity", "Gas", "'Other'"),
    "Domestic": ("Electricity", "Gas", "'Other'"),
    "Industry": ("Electricity", "Gas", "'Other'", "Large Industrial Installations"),
    "LULUCF Net Emissions": ("Net Emissions: Forest Land", "Net Emissions: Cropland", "Net Emissions: Grassland"),
    "Public Sector": ("Electricity", "Gas", "'Other'"),
    "Transport": ("Road Transport (A roads)", "Road Transport (Motorways)", "Diesel Railways", "Transport Other"),
    "Waste": ("Landfill", "Waste Other"),
}
SUBSECTORS = [(sector, f"{sector} {name}") for sector, names in SECTORS.items() for name in names]
FIRST_YEAR = 2005
YEARS = 18
UNALLOCATED = 23  # rows of no district in each year: 414 in the edition of eighteen years


class Place(NamedTuple):
    """A district as the file prints it, and a number that its made-up figures are drawn from."""

    code: str
    name: str
    region: str
    region_code: str
    seed: int


def places() -> Iterator[Place]:
    """Yorkshire's districts, then those of elsewhere, whose codes are no real ones."""
    for seed, (code, name) in enumerate(YORKSHIRE.items(), start=1):
        yield Place(code, name, "Yorkshire and The Humber", "E12000003", seed)
    for seed in range(ELSEWHERE):
        yield Place(f"E07{900_000 + seed}", f"District {seed}", "South East", "E12000008", seed + 100)


def emissions(place: Place, year: int, subsector: int, gas: int) -> Decimal:
    """Thousands of tonnes, with as many figures as the publisher prints; land takes up more than it gives."""
    drawn = (place.seed * 7919 + year * 104_729 + subsector * 1_299_709 + gas * 15_485_863) % 9_999_991
    size = Decimal(drawn) / (100_000 if gas == 0 else 10_000_000)
    return -size if SUBSECTORS[subsector][0].startswith("LULUCF") and subsector % 2 else size


def population(place: Place, year: int) -> Decimal:
    """Thousands of people, as the file prints them."""
    return Decimal(90_000 + place.seed * 12_347 % 700_000 + (year - FIRST_YEAR) * 431) / 1000


def rows(years: int) -> Iterator[Sequence[object]]:
    """All rows, district after district, and those of none at the end."""
    last = range(FIRST_YEAR, FIRST_YEAR + years)
    for place in places():
        for year in last:
            yield from _rows_of(place, year)
    for year in last:
        for number in range(UNALLOCATED):
            sector, name = SUBSECTORS[number % len(SUBSECTORS)]
            amount = Decimal(number * 31 + 7) / 1000
            unallocated = ("Unallocated", "", "", "", "", "Unallocated", "", year)
            yield (*unallocated, sector, name, GASES[number % len(GASES)], amount, 0, "", "")


def _rows_of(place: Place, year: int) -> Iterator[Sequence[object]]:
    people = population(place, year)
    head = ("England", "E92000001", place.region, place.region_code, place.name, place.name, place.code, year)
    for at, (sector, name) in enumerate(SUBSECTORS):
        for gas, gas_name in enumerate(GASES):
            amount = emissions(place, year, at, gas)
            influenced = amount if gas == 0 else 0
            yield (*head, sector, name, gas_name, amount, influenced, people, Decimal(place.seed * 37) / 10)


def write(stream: TextIO, years: int = YEARS) -> int:
    """Write the file; how many rows it has."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    count = 0
    for row in rows(years):
        writer.writerow(row)
        count += 1
    return count


def per_head(code: str, year: int) -> tuple[Decimal, Decimal]:
    """Emissions and people of a district of Yorkshire, both in thousands, added up from what was drawn."""
    place = next(place for place in places() if place.code == code)
    kinds = [(subsector, gas) for subsector in range(len(SUBSECTORS)) for gas in range(len(GASES))]
    return sum((emissions(place, year, *kind) for kind in kinds), Decimal(0)), population(place, year)


def main() -> None:
    """Make the file that is asked for."""
    parser = argparse.ArgumentParser(description="Make a file of made-up greenhouse gas emissions.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--years", type=int, default=YEARS)
    said = parser.parse_args()
    with said.file.open("w", encoding="utf-8", newline="") as stream:
        count = write(stream, said.years)
    print(f"{said.file}: {count:,} rows, {said.file.stat().st_size / 1_000_000:.0f} MB")


if __name__ == "__main__":
    main()
