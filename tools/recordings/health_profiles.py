"""S-HE-06 to S-HE-09, S-W-05 and S-W-06: six health profiles (Fingertips), made up but for some figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from .fingertips import (
    DECILES,
    ENGLAND_PLACE,
    HEADER,
    NO_CATEGORY,
    REGION_PLACE,
    Indicator,
    decile_category,
    district_place,
)
from .recording import ENGLAND, REGION, Known, Notice, Recording, area_names, curve, figures

AFTER = "2026-05-15T06:00:00+00:00"  # 2024/25 is out by then
PERIOD = HEADER.index("Time period")
BETTER, WORSE = "Better 95%", "Worse 95%"
SEXES = MappingProxyType({"Persons": 1.0, "Male": 1.3, "Female": 0.7})
NAMES = MappingProxyType({"E06000010": "Kingston upon Hull", "E06000065": "North Yorkshire UA"})
ALL_MADE_UP = "no figure."
ACTIVE_LIVES = (
    "Barnsley, Leeds and North Yorkshire in 2024/25 ({}){}, as Trafford Data Lab and Explore Local Statistics took "
    "them from Fingertips."
)


@dataclass(frozen=True, slots=True)
class Profile:
    """An indicator of Fingertips: its periods, of whom it is, and how wide its intervals are (a share of the value)."""

    id: str
    indicator: Indicator
    first: int
    last: int
    width: float
    published: str
    length: int = 1
    by_sex: bool = False
    survey: bool = False
    high_is_good: bool = False

    def text(self, start: int) -> str:
        """A period as Fingertips prints it."""
        if self.survey:
            return f"{start}/{(start + 1) % 100:02}"
        return str(start) if self.length == 1 else f"{start} - {(start + self.length - 1) % 100:02}"

    def interval(self, start: int) -> str:
        """A period as observations have it; the years of Active Lives begin in the middle of November."""
        return f"{start}-{'11-16' if self.survey else '01-01'}/P{self.length}Y"


ACTIVE = Profile(
    id="S-W-05",
    indicator=Indicator("93014", "Percentage of physically active adults", "19+ yrs"),
    first=2015,
    last=2024,
    width=0.055,
    survey=True,
    high_is_good=True,
    published=ACTIVE_LIVES.format(
        "67.4, 70.4 and 71.8",
        "; England in 2015/16 to 2022/23; North Yorkshire and the five other unitaries in 2015/16; the nine "
        "metropolitan districts in 2016/17 and 2020/21, and those of West Yorkshire in 2021/22",
    ),
)
INACTIVE = Profile(
    id="S-W-06",
    indicator=Indicator("93015", "Percentage of physically inactive adults", "19+ yrs"),
    first=2015,
    last=2024,
    width=0.12,
    survey=True,
    published=ACTIVE_LIVES.format("24.5, 20.3 and 19.0", ""),
)
OVERWEIGHT = Profile(
    id="S-HE-08",
    indicator=Indicator("93088", "Overweight (including obesity) prevalence in adults", "18+ yrs"),
    first=2015,
    last=2024,
    width=0.05,
    survey=True,
    published="Kirklees, Leeds and Wakefield in 2021/22 (60.5, 65 and 76.4), as Trafford Data Lab took them from "
    "Fingertips.",
)
SMOKING = Profile(
    id="S-HE-07",
    indicator=Indicator("92443", "Smoking Prevalence in adults (aged 18 and over) - current smokers (APS)", "18+ yrs"),
    first=2015,
    last=2024,
    width=0.22,
    published=ALL_MADE_UP,
)
ALL_CAUSES = Profile(
    id="S-HE-06",
    indicator=Indicator("108", "Under 75 mortality rate from all causes", "<75 yrs"),
    first=2015,
    last=2024,
    width=0.05,
    by_sex=True,
    published=ALL_MADE_UP,
)
SUICIDE = Profile(
    id="S-HE-09",
    indicator=Indicator("41001", "Suicide rate", "10+ yrs"),
    first=2013,
    last=2022,
    width=0.2,
    length=3,
    by_sex=True,
    published=ALL_MADE_UP,
)

Values = Mapping[tuple[str, int], float]
"""By area and first year."""


def recording(profile: Profile) -> Recording:
    """One answer, and which of its figures are published."""
    notice = Notice(
        publisher="Office for Health Improvement and Disparities (OHID)",
        source="Office for Health Improvement and Disparities, Fingertips, public health profiles",
        published=profile.published,
        made_up=(
            "everything else: all other values, every confidence interval, comparison and deprivation decile, and the "
            "name of the release. Hence its origin: synthetic. Don't quote it."
        ),
    )
    return Recording(
        source="fingertips",
        dataset=profile.indicator.number,
        release="2026",
        origin="synthetic",
        answers=(profile.indicator.answer(rows(profile)),),
        notice=notice,
        retrieved_at=AFTER,
        known=tuple(known(profile)),
    )


def known(profile: Profile) -> Iterator[Known]:
    """The published figures."""
    for code, start in said(profile):
        yield profile.id, code, profile.interval(start)


def said(profile: Profile) -> Values:
    """What is published, by area and first year."""
    return {
        (row["code"], int(row["first_year"])): float(row["value"])
        for row in figures("health_profiles_published.csv")
        if row["indicator"] == profile.indicator.number
    }


def completed(profile: Profile) -> Values:
    """Every value: a published one, or one on a smooth curve."""
    found: dict[tuple[str, int], float] = {}
    for row in figures("health_profiles.csv"):
        if row["indicator"] == profile.indicator.number:
            for start in range(profile.first, profile.last + 1):
                found[row["code"], start] = round(curve(row, start - profile.first), 6)
    return found | said(profile)


def rows(profile: Profile) -> Iterator[list[str]]:
    """England once for each parent, as Fingertips does, then the region and its districts."""
    values, names = completed(profile), area_names() | NAMES
    england = [*area_rows(profile, values, ENGLAND_PLACE), *decile_rows(profile, values)]
    yield from england * 2
    yield from area_rows(profile, values, REGION_PLACE)
    for code in dict.fromkeys(code for code, _ in values if code not in (ENGLAND, REGION)):
        yield from area_rows(profile, values, district_place(code, names[code]))


def area_rows(profile: Profile, values: Values, place: Sequence[str]) -> Iterator[list[str]]:
    """One area: persons, and each sex where they are told apart."""
    for sex, factor in SEXES.items() if profile.by_sex else (("Persons", 1.0),):
        for start in range(profile.first, profile.last + 1):
            value, england = (values[code, start] * factor for code in (place[2], ENGLAND))
            verdict = "Not compared" if place[2] == ENGLAND else compared(profile, value, england)
            yield value_row(profile, (*place, sex), NO_CATEGORY, start, (value, verdict))


def compared(profile: Profile, value: float, england: float) -> str:
    """Where a value stands against England's."""
    if abs(value - england) <= value * profile.width:
        return "Similar"
    return BETTER if (value > england) is profile.high_is_good else WORSE


def decile_rows(profile: Profile, values: Values) -> Iterator[list[str]]:
    """Rows that a recipe has to leave out: England again, by deprivation."""
    slope = -0.04 if profile.high_is_good else 0.06
    for step, name in enumerate(DECILES):
        value = values[ENGLAND, profile.last] * (1 + slope * (4.5 - step))
        place = (*ENGLAND_PLACE, "Persons")
        yield value_row(profile, place, decile_category(name), profile.last, (value, "Not compared"))


def value_row(
    profile: Profile, place: Sequence[str], category: Sequence[str], start: int, told: tuple[float, str]
) -> list[str]:
    """One row: a value, how far its interval reaches, and how it compares."""
    value, verdict = told
    limits = (value, value * (1 - profile.width), value * (1 + profile.width))
    cells = [*(repr(round(one, 6)) for one in limits), "", "", "", "", "", "Cannot be calculated", verdict]
    row = profile.indicator.row(place[:-1], place[-1], category, (start, profile.length), cells)
    row[PERIOD] = profile.text(start)
    return row


RECORDED: tuple[Callable[[], Recording], ...] = tuple(
    partial(recording, profile) for profile in (ACTIVE, INACTIVE, OVERWEIGHT, SMOKING, ALL_CAUSES, SUICIDE)
)
