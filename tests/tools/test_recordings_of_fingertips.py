"""Recordings of Fingertips: published values in their places, traps for recipes, and the look of a real answer."""

import csv
import io
from collections import Counter

import pytest

from support.figures import EMPLOYMENT_2023

pytestmark = pytest.mark.untraced

DISTRICTS = tuple(EMPLOYMENT_2023)
AREAS = {*DISTRICTS, "E12000003", "E92000001"}
MORTALITY, EXPECTANCY = "fingertips/93721/data.csv", "fingertips/90366/data.csv"
BOTH = pytest.mark.parametrize("name", [MORTALITY, EXPECTANCY])
LIMITS = ("Lower CI 99.8 limit", "Lower CI 95.0 limit", "Value", "Upper CI 95.0 limit", "Upper CI 99.8 limit")


@pytest.fixture(scope="module")
def matching(rows):
    """The rows of an answer that have these cells."""

    def found(name, **wanted):
        wanted = {column.replace("_", " "): value for column, value in wanted.items()}
        return [row for row in rows(name) if wanted.items() <= row.items()]

    return found


PUBLISHED = {"E08000035": "162.3", "E06000065": "121.9", "E08000016": "192.8"}


@pytest.mark.parametrize(("code", "value"), PUBLISHED.items())
def test_three_mortality_rates_are_the_published_ones(matching, code, value):
    (row,) = matching(MORTALITY, Area_Code=code, Sex="Persons", Time_period="2024")
    assert row["Value"] == value


EXPECTED = {
    ("E08000035", "Male"): "78.9",
    ("E08000035", "Female"): "82.7",
    ("E06000065", "Male"): "80.7",
    ("E06000065", "Female"): "84.4",
    ("E08000016", "Male"): "77.6",
    ("E08000016", "Female"): "81.5",
}


@pytest.mark.parametrize(("who", "value"), EXPECTED.items())
def test_six_life_expectancies_are_the_published_ones(matching, who, value):
    (row,) = matching(EXPECTANCY, Area_Code=who[0], Sex=who[1], Time_period="2023 - 25")
    assert (row["Value"], row["Age"], row["Time period range"]) == (value, "All ages", "3y")


@pytest.mark.parametrize(("name", "sexes", "years"), [(MORTALITY, 3, 10), (EXPECTANCY, 2, 10)])
def test_every_area_sex_and_period_is_there_once_but_england_twice(matching, name, sexes, years):
    found = Counter((row["Area Code"], row["Sex"], row["Time period"]) for row in matching(name, Category_Type=""))
    assert {times for (code, _, _), times in found.items() if code != "E92000001"} == {1}
    assert {times for (code, _, _), times in found.items() if code == "E92000001"} == {2}
    assert {code for code, _, _ in found} == AREAS
    assert len(found) == 17 * sexes * (years + years - 2)


@BOTH
def test_england_is_repeated_word_for_word(matching, name):
    england = [tuple(row.values()) for row in matching(name, Area_Code="E92000001")]
    assert england[: len(england) // 2] == england[len(england) // 2 :]


@pytest.mark.parametrize(("name", "first", "last"), [(MORTALITY, 2015, 2024), (EXPECTANCY, 2016, 2025)])
def test_a_period_says_how_long_it_is(rows, matching, name, first, last):
    lengths = {(row["Time period range"], len(row["Time period"]) > 4) for row in rows(name)}
    assert lengths == {("1y", False), ("3y", True)}
    spells = {row["Time period"]: row["Time period Sortable"] for row in matching(name, Time_period_range="3y")}
    newest = f"{last - 2} - {last % 100}"
    assert (min(spells), max(spells)) == (f"{first} - {first % 100 + 2}", newest)
    assert spells[newest] == f"{last - 2}0000"


def test_one_value_is_suppressed(rows):
    (row,) = [row for row in rows(MORTALITY) if not row["Value"]]
    assert (row["Sex"], row["Time period range"]) == ("Male", "1y")
    assert row["Value note"] == "Value suppressed for disclosure control due to small count"
    assert (row["Count"], row["Denominator"], row["Lower CI 95.0 limit"]) == ("", "", "")


def test_a_rate_is_its_count_over_its_denominator(rows):
    for row in rows(MORTALITY):
        if row["Value"]:
            rate = int(row["Count"]) / int(row["Denominator"]) * 1e5
            assert float(row["Value"]) == pytest.approx(rate, rel=1e-3 if row["Value"] in PUBLISHED.values() else 1e-12)


def test_a_life_expectancy_has_no_count(rows):
    blank = ("Count", "Denominator", "Lower CI 99.8 limit", "Upper CI 99.8 limit", "Value note")
    assert {row[name] for row in rows(EXPECTANCY) for name in blank} == {""}


@BOTH
def test_intervals_enclose_their_value(rows, name):
    for row in rows(name):
        numbers = [float(row[limit]) for limit in LIMITS if row["Value"] and row[limit]]
        assert numbers == sorted(numbers)
        assert len(numbers) == (0 if not row["Value"] else 5 if name == MORTALITY else 3)


def test_persons_are_men_and_women(matching):
    for district in DISTRICTS:
        found = matching(MORTALITY, Area_Code=district, Time_period="2022 - 24")
        counts = {row["Sex"]: int(row["Count"]) for row in found}
        assert counts["Persons"] == counts["Male"] + counts["Female"]


def test_women_live_longer(matching):
    for code in AREAS:
        men = matching(EXPECTANCY, Area_Code=code, Sex="Male", Category_Type="", Time_period="2022 - 24")
        women = matching(EXPECTANCY, Area_Code=code, Sex="Female", Category_Type="", Time_period="2022 - 24")
        assert float(men[0]["Value"]) + 3 < float(women[0]["Value"])


@pytest.mark.parametrize(
    ("name", "slices"),
    [(MORTALITY, {("Persons", "1y")}), (EXPECTANCY, {("Male", "3y"), ("Female", "3y")})],
)
def test_england_by_deprivation_is_there_as_a_trap(rows, name, slices):
    deciles = [row for row in rows(name) if row["Category Type"]]
    assert len(deciles) == 2 * 10 * len(slices)
    assert {row["Area Code"] for row in deciles} == {"E92000001"}
    assert {(row["Sex"], row["Time period range"]) for row in deciles} == slices


@BOTH
def test_fingertips_looks_like_fingertips(samples, rows, name):
    """The columns of a real answer come in the same order; one comparison has another name and a column was added."""
    sample = samples / "fingertips" / "indicators-DistrictUApre419.data.csv"
    real = next(csv.reader(io.StringIO(sample.read_text("utf-8"))))
    real[real.index("Compared to Region value or percentiles")] = "Compared to percentiles"
    assert list(rows(name)[0]) == [*real, "Time period range"]
