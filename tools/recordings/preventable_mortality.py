"""S-HE-05: mortality from causes considered preventable (Fingertips), made up but for three rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

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

INDICATOR = Indicator("93721", "Under 75 mortality rate from causes considered preventable", "<75 yrs")
FIRST_YEAR, LAST_YEAR = 2015, 2024
SEXES = ("Persons", "Male", "Female")
MALE_EXCESS, FEMALE_EXCESS = 1.22, 0.78
SUPPRESSED = ("E06000012", "Male", 2016, 1)
SUPPRESSED_NOTE = "Value suppressed for disclosure control due to small count"
NOTICE = Notice(
    publisher="Office for Health Improvement and Disparities (OHID)",
    source="Office for Health Improvement and Disparities, Fingertips, public health profiles",
    published="three values of 2024 (persons, one year): Leeds 162.3, North Yorkshire 121.9 and Barnsley 192.8.",
    made_up=(
        "everything else: all other rates, every confidence interval, count, denominator, comparison, suppressed "
        "value and deprivation decile, and the name of the release. Hence its origin: synthetic. Don't quote it."
    ),
)


@dataclass(frozen=True, slots=True)
class Deaths:
    """How many died among how many, and the rate where it isn't simply the one over the other."""

    count: int
    people: int
    published: str = ""

    @property
    def rate(self) -> float:
        """Deaths per 100,000."""
        return float(self.published) if self.published else self.count * 1e5 / self.people

    def limits(self, z: float) -> tuple[float, float]:
        """Byar's interval around the rate."""
        low, high = self.count, self.count + 1
        per = self.rate / self.count
        return (
            per * low * cube(1 - 1 / (9 * low) - z / (3 * sqrt(low))),
            per * high * cube(1 - 1 / (9 * high) + z / (3 * sqrt(high))),
        )


def cube(number: float) -> float:
    """The third power; ``**`` leaves the last digit to each system's own library."""
    return number * number * number


Registry = Mapping[tuple[str, str, int], Deaths]


def preventable_mortality() -> Recording:
    """One- and three-year rates of 2015 to 2024."""
    known = tuple(
        ("S-HE-05", area["code"], f"{LAST_YEAR}-01-01/P1Y")
        for area in figures("preventable_mortality.csv")
        if area["published_2024"]
    )
    answers = (INDICATOR.answer(rows()),)
    return Recording("fingertips", INDICATOR.number, "2026", "synthetic", answers, NOTICE, known=known)


def rows() -> Iterator[list[str]]:
    """England once for each parent, as Fingertips does, then the region and its districts."""
    areas = figures("preventable_mortality.csv")
    registry = registered(areas)
    england = [*area_rows(registry, ENGLAND_PLACE), *decile_rows(registry[ENGLAND, "Persons", LAST_YEAR])]
    yield from england * 2
    yield from area_rows(registry, REGION_PLACE)
    for area in areas[1:]:
        yield from area_rows(registry, district_place(area["code"], area["name"]))


def registered(areas: Sequence[Mapping[str, str]]) -> Registry:
    """Deaths by area, sex and year; those of the region are its districts' together."""
    found: dict[tuple[str, str, int], Deaths] = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for area in areas:
            persons, men = deaths(area, year)
            women = Deaths(persons.count - men.count, persons.people - men.people)
            found |= {(area["code"], sex, year): one for sex, one in zip(SEXES, (persons, men, women), strict=True)}
        for sex in SEXES:
            found[REGION, sex, year] = together(found[area["code"], sex, year] for area in areas[1:])
    return found


def deaths(area: Mapping[str, str], year: int) -> tuple[Deaths, Deaths]:
    """Persons and men, on a smooth curve."""
    men, women = int(area["men"]), int(area["women"])
    since = year - FIRST_YEAR
    level = float(area["level"]) * (1 + float(area["trend"]) * since + float(area["bend"]) * since * since)
    men_count = round(level * MALE_EXCESS * men / 1e5)
    published = area["published_2024"] if year == LAST_YEAR else ""
    count = (
        round(float(published) * (men + women) / 1e5)
        if published
        else men_count + round(level * FEMALE_EXCESS * women / 1e5)
    )
    return Deaths(count, men + women, published), Deaths(men_count, men)


def together(parts: Iterable[Deaths]) -> Deaths:
    """The deaths of several groups or years."""
    known = list(parts)
    return Deaths(sum(part.count for part in known), sum(part.people for part in known))


def area_rows(registry: Registry, place: Sequence[str]) -> Iterator[list[str]]:
    """One area: each sex, first by single years, then by three years together."""
    code = place[2]
    for sex in SEXES:
        england = {length: spells(registry, ENGLAND, sex, length) for length in (1, 3)}
        for length in (1, 3):
            for start, said in spells(registry, code, sex, length).items():
                if (code, sex, start, length) == SUPPRESSED:
                    yield suppressed_row(place, sex, start, length)
                else:
                    verdict = "Not compared" if code == ENGLAND else compared(said, england[length][start])
                    yield rate_row(place, sex, NO_CATEGORY, (start, length), said, verdict)


def spells(registry: Registry, code: str, sex: str, length: int) -> dict[int, Deaths]:
    """Deaths by the first year of each spell of so many years."""
    starts = range(FIRST_YEAR, LAST_YEAR - length + 2)
    if length == 1:
        return {start: registry[code, sex, start] for start in starts}
    return {start: together(registry[code, sex, year] for year in range(start, start + length)) for start in starts}


def compared(said: Deaths, england: Deaths) -> str:
    """Where a rate stands against England's."""
    low, high = said.limits(1.96)
    return "Better 95%" if high < england.rate else "Worse 95%" if low > england.rate else "Similar"


def decile_rows(england: Deaths) -> Iterator[list[str]]:
    """Rows that a recipe has to leave out: England again, by deprivation."""
    people = england.people // len(DECILES)
    for step, name in enumerate(DECILES):
        said = Deaths(round(england.rate * (1.6 - 0.13 * step) * people / 1e5), people)
        yield rate_row(ENGLAND_PLACE, "Persons", decile_category(name), (LAST_YEAR, 1), said, "Not compared")


def rate_row(
    place: Sequence[str], sex: str, category: Sequence[str], when: tuple[int, int], said: Deaths, verdict: str
) -> list[str]:
    """One row with a value."""
    limits = [*said.limits(1.96), *said.limits(3.0902)]
    cells = [said.published or repr(said.rate), *map(repr, limits), str(said.count), str(said.people), ""]
    return INDICATOR.row(place, sex, category, when, [*cells, "Cannot be calculated", verdict])


def suppressed_row(place: Sequence[str], sex: str, start: int, length: int) -> list[str]:
    """One row without a value, and why."""
    cells = ["", "", "", "", "", "", "", SUPPRESSED_NOTE, "Cannot be calculated", "Not compared"]
    return INDICATOR.row(place, sex, NO_CATEGORY, (start, length), cells)


RECORDED = (preventable_mortality,)
