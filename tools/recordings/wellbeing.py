"""S-W-01 to S-W-04: personal well-being (ONS, a CSV of its API), published up to 2021-22 and partly made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from .recording import Answer, Known, Notice, Recording, area_names, csv_text, figures

URL = "https://download.ons.gov.uk/downloads/datasets/wellbeing-local-authority/editions/time-series/versions/4.csv"
HEADER = (
    *("v4_3", "Data marking", "Lower limit", "Upper limit", "yyyy-yy", "Time"),
    *("administrative-geography", "Geography", "measure-of-wellbeing", "MeasureOfWellbeing"),
    *("wellbeing-estimate", "Estimate"),
)
MEASURES = MappingProxyType(
    {
        "life-satisfaction": "Life satisfaction",
        "worthwhile": "Worthwhile",
        "happiness": "Happiness",
        "anxiety": "Anxiety",
    }
)
ESTIMATES = MappingProxyType({"average-mean": "Average (mean)", "poor": "Poor", "good": "Good"})
MEAN, LAST = "average-mean", "2022-23"
COUNTY, COUNTY_DISTRICTS = "E10000023", tuple(f"E0700016{number}" for number in range(3, 10))
COUNTY_WIDTH = 0.18
PARTS = "E07"
INDICATORS = MappingProxyType(
    {"life-satisfaction": "S-W-01", "worthwhile": "S-W-02", "happiness": "S-W-03", "anxiety": "S-W-04"}
)

Said = tuple[str, str, str]
"""A value, or its marking, and its lower and upper limit."""
Table = Mapping[tuple[str, str, str], Mapping[str, Said]]
"""By measure, estimate and area, then by year."""
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics",
    published=(
        "personal well-being of 2011-12 to 2021-22, with its confidence intervals, for the districts as they were "
        "until 2023, Yorkshire and The Humber, and England, as version 3 of the data set has it (this answers a "
        "request for version 4): means of four measures, and in 2016-17 to 2018-19 two shares of answers. Of "
        "2022-23 nine means: Leeds 7.46, 7.68, 7.28 and 3.15 and North Yorkshire 7.62, 7.85, 7.57 and 2.92 (life "
        "satisfaction, worthwhile, happiness, anxiety), Barnsley 7.37 (life satisfaction)."
    ),
    made_up=(
        "everything else: all other figures of 2022-23, the intervals of those nine, and North Yorkshire "
        "(E10000023) in all years before. Hence its origin: synthetic."
    ),
)


def wellbeing() -> Recording:
    """2011-12 to 2022-23: means of four measures, and shares of two of them in some years, all in one column."""
    answer = Answer(URL, (), csv_text([HEADER, *rows()]).encode())
    return Recording("ons", "wellbeing-local-authority", "v4", "synthetic", (answer,), NOTICE, known=tuple(published()))


def published() -> Iterator[Known]:
    """The means that are published, of areas that aren't parts of others today."""
    for (measure, estimate, code), series in table().items():
        if measure in INDICATORS and estimate == MEAN and not code.startswith(PARTS):
            for year, (value, _, _) in series.items():
                if value and not value.startswith("["):
                    yield INDICATORS[measure], code, f"{year[:4]}-04-01/P1Y"


def rows() -> Iterator[tuple[str, ...]]:
    """By year, measure, estimate and area."""
    names = area_names()
    known = completed(table())
    for year in next(iter(known.values())):
        for (measure, estimate, code), series in known.items():
            value, lower, upper = series[year]
            if value:
                marking = value if value.startswith("[") else ""
                said = ("", marking, marking, marking) if marking else (value, "", lower, upper)
                place = (code, names[code], measure, MEASURES[measure], estimate, ESTIMATES[estimate])
                yield (*said, year, year, *place)


def table() -> dict[tuple[str, str, str], dict[str, Said]]:
    """What is published, with blanks for the rest."""
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for row in figures("wellbeing.csv"):
        series = found.setdefault((row["measure"], row["estimate"], row["code"]), {})
        for year, cell in row.items():
            if year[0].isdigit():
                series.setdefault(year, ["", "", ""])[("value", "lower", "upper").index(row["row"])] = cell
    return {
        key: {year: (value, lower, upper) for year, (value, lower, upper) in series.items()}
        for key, series in found.items()
    }


def completed(known: dict[tuple[str, str, str], dict[str, Said]]) -> Table:
    """With the old county's means between its districts', and the last year's in line with the two before."""
    for (measure, estimate, code), series in known.items():
        if estimate == MEAN:
            if code == COUNTY:
                districts = [known[measure, estimate, district] for district in COUNTY_DISTRICTS]
                series |= {year: between(one[year] for one in districts) for year in series if year != LAST}
            series[LAST] = continued(series)
    return known


def between(parts: Iterable[Said]) -> Said:
    """The mean of the means that are known."""
    values = [float(value) for value, _, _ in parts if not value.startswith("[")]
    return interval(sum(values) / len(values), COUNTY_WIDTH)


def continued(series: Mapping[str, Said]) -> Said:
    """The last year: its published value, else between those of the two years before; as wide as the one before."""
    before, (value, lower, upper) = [said for year, said in series.items() if year != LAST][-2:]
    published = series[LAST][0]
    number = float(published) if published else (float(before[0]) + float(value)) / 2
    return interval(number, (float(upper) - float(lower)) / 2)


def interval(number: float, width: float) -> Said:
    """A mean and its limits, to two decimals."""
    return f"{number:.2f}", f"{number - width:.2f}", f"{number + width:.2f}"


RECORDED = (wellbeing,)
