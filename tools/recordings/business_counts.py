"""E-BE-06, E-BE-07 and E-S-09: enterprises of the UK Business Counts (Nomis), made up but for one year of Kirklees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from .nomis import DataSet, Date, Dimension, Known
from .nomis_codes import Ordered, answer_of
from .recording import REGION, Notice, Recording, curve, figures

FIRST_YEAR, LAST_YEAR = 2019, 2025
KIRKLEES = "E08000034"
DRIFT = 0.0009
TOTAL = "37748736"
INDUSTRIES = "163577857...163577874"
ALL_INDUSTRIES = Dimension("INDUSTRY", TOTAL, "Total", "industry", 9)
ALL_SIZES = Ordered("EMPLOYMENT_SIZEBAND", "0", "Total", "employment sizeband", 1000)
MICRO = Ordered("EMPLOYMENT_SIZEBAND", "10", "Micro (0 to 9)", "employment sizeband", 1000, order=1)
ALL_STATUSES = Dimension("LEGAL_STATUS", "0", "Total", "legal status", 1000)
SIZES_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "the enterprises of Kirklees by section in 2025, whose sum, 15,450, stands for all industries. Each "
        "section is rounded to five, so that Nomis's own total may differ from it."
    ),
    made_up=(
        "everything else: all other areas and years, all micro-businesses, the labels of the total, and the name of "
        "the release. Hence its origin: synthetic."
    ),
)
INDUSTRIES_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "the enterprises of Kirklees in 2025 by broad industrial group, where a group is a section or several: all "
        "but motor trades, wholesale and retail."
    ),
    made_up=(
        "everything else: all other areas and years, which take shares of the totals of nomis/NM_142_1/sizes, and the "
        "name of the release. Hence its origin: synthetic."
    ),
)

Counts = Mapping[tuple[str, str], int]
"""Enterprises by area and year."""


def sizes() -> Recording:
    """March 2019 to March 2025, for the districts, the region and England: all enterprises, and the smallest ones."""
    counts = counted(figures("business_counts.csv"))
    parts = [
        (data_set(ALL_INDUSTRIES, ALL_SIZES), known(counts)),
        (data_set(ALL_INDUSTRIES, MICRO), known(micro(counts))),
    ]
    return Recording("nomis", "NM_142_1", "2025", "synthetic", (answer_of(parts),), SIZES_NOTICE, part="sizes")


def industries() -> Recording:
    """The same years and areas: enterprises of all industries and of each broad group."""
    counts = counted(figures("business_counts.csv"))
    parts = [(data_set(ALL_INDUSTRIES, ALL_SIZES), known(counts))]
    for order, row in enumerate(figures("broad_industries.csv"), start=1):
        group = Ordered("INDUSTRY", row["nomis_code"], row["title"], "SIC 2007 broad industrial group", 39, order)
        parts.append((data_set(group, ALL_SIZES), known(grouped(counts, row))))
    answer = answer_of(parts)
    codes = {**dict(answer.parameters), "industry": f"{TOTAL},{INDUSTRIES}"}
    asked = replace(answer, parameters=tuple(codes.items()))
    return Recording("nomis", "NM_142_1", "2025", "synthetic", (asked,), INDUSTRIES_NOTICE, part="industries")


def data_set(industry: Dimension, size: Dimension) -> DataSet:
    """What is asked for of one industry and one size."""
    return DataSet(
        id="NM_142_1",
        time=f"{FIRST_YEAR},latest",
        dates=tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(industry, size, ALL_STATUSES),
        cell=("Nm-142d1", f"{industry.code}d{size.code}d0"),
    )


def known(counts: Counts) -> Known:
    """The count of an area and a year."""
    return lambda code, date, _: str(counts[code, date])


def counted(areas: Sequence[Mapping[str, str]]) -> Counts:
    """Enterprises by area and year, to the nearest five; the region's are its districts' together."""
    found: dict[tuple[str, str], int] = {}
    for area in areas:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            published = area["published_2025"] if year == LAST_YEAR else ""
            found[area["code"], str(year)] = int(published or fives(curve(dict(area), year - FIRST_YEAR)))
    return with_region(found)


def micro(counts: Counts) -> Counts:
    """Those with fewer than ten employees: a share of the area's own, a little larger each year."""
    share = {area["code"]: int(area["micro"]) / 1000 for area in figures("business_counts.csv")}
    return parts_of(counts, lambda code, year: share[code] + DRIFT * (year - FIRST_YEAR))


def grouped(counts: Counts, group: Mapping[str, str]) -> Counts:
    """Those of one broad group: a share that goes by the kind of area, or as published."""
    kinds = {area["code"]: area["kind"] for area in figures("business_counts.csv")}
    whole = {kind: sum(int(row[kind]) for row in figures("broad_industries.csv")) for kind in set(kinds.values())}
    found = {**parts_of(counts, lambda code, _: int(group[kinds[code]]) / whole[kinds[code]])}
    if group["published_kirklees_2025"]:
        found[KIRKLEES, str(LAST_YEAR)] = int(group["published_kirklees_2025"])
    return with_region(found)


def parts_of(counts: Counts, share: Callable[[str, int], float]) -> Counts:
    """A share of every count but the region's, to the nearest five, and of the region its districts' together."""
    own = [(code, year, count) for (code, year), count in counts.items() if code != REGION]
    return with_region({(code, year): fives(count * share(code, int(year))) for code, year, count in own})


def with_region(counts: Counts) -> Counts:
    """The counts, and those of the region."""
    districts = [(year, count) for (code, year), count in counts.items() if code.startswith(("E06", "E08"))]
    region = {(REGION, year): sum(n for of, n in districts if of == year) for year in {year for year, _ in districts}}
    return {**counts, **region}


def fives(count: float) -> int:
    """A count to the nearest five."""
    return 5 * round(count / 5)


RECORDED = (sizes, industries)
