"""S-HE-01 and S-HE-02: life expectancy at birth (Fingertips), made up but for six values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from .fingertips import (
    DECILES,
    ENGLAND_PLACE,
    NO_CATEGORY,
    REGION_PLACE,
    Indicator,
    decile_category,
    district_place,
)
from .recording import ENGLAND, REGION, Notice, Recording, figures

INDICATOR = Indicator("90366", "Life expectancy at birth", "All ages")
FIRST_YEAR, LAST_YEAR = 2016, 2025
SEXES = ("Male", "Female")
GAIN = 0.02
PANDEMIC = MappingProxyType({2020: 1.1, 2021: 0.8, 2022: 0.3})
DECILE_STEP = MappingProxyType({"Male": 0.95, "Female": 0.75})
ONE_YEAR_WIDTH = 1.7

Values = Mapping[tuple[str, str, int, int], float]
"""By area, sex, first year and length."""
AFTER = "2026-05-15T06:00:00+00:00"  # 2025 is out by then
NOTICE = Notice(
    publisher="Office for Health Improvement and Disparities (OHID)",
    source="Office for Health Improvement and Disparities, Fingertips, public health profiles",
    published=(
        "six values of 2023 to 2025, men and women: Leeds 78.9 and 82.7, North Yorkshire 80.7 and 84.4, Barnsley "
        "77.6 and 81.5."
    ),
    made_up=(
        "everything else: all other values, every confidence interval, comparison and deprivation decile, and the "
        "name of the release. Hence its origin: synthetic. Don't quote it."
    ),
)


def life_expectancy() -> Recording:
    """Single years of 2016 to 2025, and three years together."""
    answers = (INDICATOR.answer(rows()),)
    known = tuple(
        (indicator, area["code"], f"{LAST_YEAR - 2}-01-01/P3Y")
        for area in figures("life_expectancy.csv")
        for indicator, sex in (("S-HE-01", "male"), ("S-HE-02", "female"))
        if area[f"published_{sex}"]
    )
    return Recording(
        "fingertips", INDICATOR.number, "2026", "synthetic", answers, NOTICE, retrieved_at=AFTER, known=known
    )


def rows() -> Iterator[list[str]]:
    """England once for each parent, as Fingertips does, then the region and its districts."""
    areas = {row["code"]: row for row in figures("life_expectancy.csv")}
    values = expected(areas)
    england = [*area_rows(values, areas[ENGLAND], ENGLAND_PLACE), *decile_rows(areas[ENGLAND])]
    yield from england * 2
    yield from area_rows(values, areas[REGION], REGION_PLACE)
    for code, area in areas.items():
        if code not in (REGION, ENGLAND):
            yield from area_rows(values, area, district_place(code, area["name"]))


def expected(areas: Mapping[str, Mapping[str, str]]) -> Values:
    """Every value: a single year's, and the mean of three; a published one in its place."""
    found: dict[tuple[str, str, int, int], float] = {}
    for code, area in areas.items():
        for sex in SEXES:
            single = {year: single_year(area, sex, year) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
            found |= {(code, sex, year, 1): value for year, value in single.items()}
            for start in range(FIRST_YEAR, LAST_YEAR - 1):
                found[code, sex, start, 3] = sum(single[start + step] for step in range(3)) / 3
            published = area[f"published_{sex.lower()}"]
            if published:
                found[code, sex, LAST_YEAR - 2, 3] = float(published)
    return found


def single_year(area: Mapping[str, str], sex: str, year: int) -> float:
    """The level of 2023 to 2025, a little less before, and less still in the pandemic."""
    return float(area[sex.lower()]) + GAIN * (year - LAST_YEAR + 1) - PANDEMIC.get(year, 0)


def area_rows(values: Values, area: Mapping[str, str], place: Sequence[str]) -> Iterator[list[str]]:
    """One area: each sex, first by single years, then by three years together."""
    code = place[2]
    for sex in SEXES:
        for length in (1, 3):
            width = float(area["half_width"]) * (ONE_YEAR_WIDTH if length == 1 else 1)
            for start in range(FIRST_YEAR, LAST_YEAR - length + 2):
                value = values[code, sex, start, length]
                england = values[ENGLAND, sex, start, length]
                verdict = "Not compared" if code == ENGLAND else compared(value, width, england)
                yield value_row(place, sex, NO_CATEGORY, (start, length), (value, width), verdict)


def compared(value: float, width: float, england: float) -> str:
    """Where a value stands against England's."""
    return "Better 95%" if value - width > england else "Worse 95%" if value + width < england else "Similar"


def decile_rows(area: Mapping[str, str]) -> Iterator[list[str]]:
    """Rows that a recipe has to leave out: England again, by deprivation."""
    for sex in SEXES:
        for step, name in enumerate(DECILES):
            value = float(area[sex.lower()]) + DECILE_STEP[sex] * (step - 4.5)
            when = (LAST_YEAR - 2, 3)
            yield value_row(ENGLAND_PLACE, sex, decile_category(name), when, (value, 0.1), "Not compared")


def value_row(
    place: Sequence[str],
    sex: str,
    category: Sequence[str],
    when: tuple[int, int],
    said: tuple[float, float],
    verdict: str,
) -> list[str]:
    """One row: a value and how far its interval reaches; there is no count that it would be a share of."""
    value, width = said
    cells = [*map(digits, (value, value - width, value + width)), "", "", "", "", ""]
    return INDICATOR.row(place, sex, category, when, [*cells, "Cannot be calculated", verdict])


def digits(number: float) -> str:
    """With no more digits than are alike on every system."""
    return repr(round(number, 6))


RECORDED = (life_expectancy,)
