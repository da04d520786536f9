"""S-HE-03 and S-HE-04: healthy life expectancy at birth (Fingertips, and Explore Local Statistics), all published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from .explorer import explored
from .fingertips import ENGLAND_PLACE, NO_CATEGORY, REGION_PLACE, URL, Indicator, district_place
from .fingertips import HEADER as PROFILE_HEADER
from .recording import ENGLAND, REGION, Answer, Notice, Recording, area_names, csv_text, figures

INDICATOR = Indicator("90362", "Healthy life expectancy at birth", "All ages")
SERIES = MappingProxyType({"Male": "healthy-life-expectancy-male", "Female": "healthy-life-expectancy-female"})
AFTER = "2026-05-15T06:00:00+00:00"  # 2022 to 2024 are out by then
NOTICE = Notice(
    publisher="Office for Health Improvement and Disparities (OHID)",
    source="Office for Health Improvement and Disparities, Fingertips, public health profiles; Office for National "
    "Statistics",
    published=(
        "healthy life expectancy at birth of men and women and its 95 % confidence intervals, 2011 to 2013 up to 2022 "
        "to 2024, for 15 districts, Yorkshire and The Humber, and England, as ONS gave them in Explore Local "
        "Statistics (release of February 2026)."
    ),
    made_up=(
        "no figure. The wider intervals (99.8 %), trends and comparisons are left out, though Fingertips has them; "
        "so are rows by deprivation and other areas. The name of the release is ours."
    ),
)
EXPLORER = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Explore Local Statistics, Office for National Statistics",
    published="the figures of fingertips/90362, as ONS gave them here (release of February 2026).",
    made_up="no figure. Other areas are left out.",
)

Limits = tuple[str, str, str]
"""A value, its lower and its upper limit."""


def table() -> Mapping[tuple[str, str], Mapping[str, Limits]]:
    """By area and sex, then by the first of three years."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in figures("healthy_life_expectancy.csv"):
        series = found.setdefault((row["code"], row["sex"]), {})
        for year in filter(str.isdigit, row):
            series.setdefault(year, []).append(row[year])
    return {
        key: {year: (value, lower, upper) for year, (value, lower, upper) in series.items()}
        for key, series in found.items()
    }


def profile() -> Recording:
    """The answer of Fingertips for counties and unitaries, in which England comes once for each parent."""
    asked = (("indicator_ids", INDICATOR.number), ("child_area_type_id", "502"), ("parent_area_type_id", "6"))
    answer = Answer(URL, asked, csv_text([PROFILE_HEADER, *rows()]).encode())
    return Recording("fingertips", INDICATOR.number, "2026", "published", (answer,), NOTICE, retrieved_at=AFTER)


def rows() -> Iterator[list[str]]:
    """England twice, the region, and its districts."""
    names, known = area_names(), table()
    for sex in SERIES:
        for place in (ENGLAND_PLACE, ENGLAND_PLACE, REGION_PLACE):
            yield from area_rows(place, sex, known[place[2], sex])
        for code in (code for code, kind in known if kind == sex and code not in (ENGLAND, REGION)):
            yield from area_rows(district_place(code, names[code]), sex, known[code, sex])


def area_rows(place: Sequence[str], sex: str, series: Mapping[str, Limits]) -> Iterator[list[str]]:
    """One area and sex: three years at a time."""
    for year, limits in series.items():
        yield INDICATOR.row(place, sex, NO_CATEGORY, (int(year), 3), [*limits, *[""] * 6, "Not compared"])


def series(sex: str) -> Recording:
    """One sex in ONS's explorer, which has the codes of 2025 alone."""
    rows = [
        (code, f"{year}-01-01/P3Y", limits)
        for (code, kind), known in table().items()
        if kind == sex
        for year, limits in known.items()
    ]
    answers = (explored(SERIES[sex], rows, limits=True),)
    return Recording("els", SERIES[sex], "2026-02", "published", answers, EXPLORER, retrieved_at=AFTER)


def men() -> Recording:
    """Men in ONS's explorer."""
    return series("Male")


def women() -> Recording:
    """Women in ONS's explorer."""
    return series("Female")


RECORDED = (profile, men, women)
