"""S-CP-02 to S-CP-04: arts, libraries and heritage (Explore Local Statistics), made up but for three districts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import sqrt

from .explorer import SERVICE, Row, explored
from .recording import Notice, Recording, figures

AFTER = "2026-06-26T06:00:00+00:00"
PERIOD = "2023-04-01/P1Y"
ANSWERS, NORMAL = 480, 1.96
NOTICE = Notice(
    publisher="Department for Culture, Media and Sport (DCMS)",
    source=f"{SERVICE}; figures of the Department for Culture, Media and Sport, Participation Survey",
    published="Barnsley, Leeds and North Yorkshire in 2023/24, in whole percent.",
    made_up=(
        "everything else: the values of all other areas, every confidence interval, and the name of the release. "
        "Hence its origin: synthetic. Don't quote it."
    ),
)


def participation(series: str) -> Recording:
    """One series, of one year."""
    answers = (explored(series, rows(series), limits=True),)
    return Recording("els", series, "2026-06", "synthetic", answers, NOTICE, retrieved_at=AFTER)


def rows(series: str) -> Iterator[Row]:
    """A value and an interval as wide as that many answers make it."""
    for row in figures("participation.csv"):
        share = float(row[series])
        half = NORMAL * sqrt(share * (100 - share) / ANSWERS)
        yield row["code"], PERIOD, (row[series], f"{share - half:.2f}", f"{share + half:.2f}")


arts = partial(participation, "engaged-with-arts")
libraries = partial(participation, "visited-public-library")
heritage = partial(participation, "visited-heritage-site")

RECORDED = (arts, libraries, heritage)
