"""Sport England: Active Lives, as its query builder exports it (landed by hand) or as its page of tables links to it.

    source:
      connector: sport_england
      dataset: sport-england/climbing
      query: {landed: true}
      read: {format: csv, header: {labels: [Nov 15-16, Nov 23-24]}, names: {1: age}}
      columns:
        - {name: age}
        - {name: years, pattern: "Nov [0-9]{2}-[0-9]{2}", type: number, unit: persons, measure: count}
      markers: {"-": suppressed}
      publisher: Sport England
      license: LicenseRef-Active-Lives-Online

**There is no interface for programs**: what the online query builder shows is exported by a person and landed. Tables
of the published report are linked to from a page, and ``query: {series: activity-levels}`` finds them there.

What has been met with in these files (exports of 2025, tables of 2026):

* An export has four title lines of one cell, every cell in quotation marks, thousands with commas, ``-`` for
  suppressed.
* A survey year runs from mid-November to mid-November: ``Nov 23-24``, which is ``as: survey_year, starts: "11-16"``.
* The workbooks lie at a host for storage, under the month of publication; their names say the survey year in two
  digits and have blanks in them. One edition at a time is linked to.
* Sport England's headline counts people of 16 and over, Fingertips' 93014 and 93015 those of 19 and over.
* What may be done with the tables isn't the Open Government Licence as far as is known: look it up before publishing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import links
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "sport_england"
TITLE = "Sport England: Active Lives (exports are landed by hand)"
REVISION = 1
HOSTS: tuple[str, ...] = (
    "www.sportengland.org",
    "sportengland-production-files.s3.eu-west-2.amazonaws.com",
)
BUDGET = Budget(requests=1, seconds=1.0)

columns = said_by_the_spec
parse = no_parse

SITE = links.Site(
    address="https://www.sportengland.org",
    hosts=HOSTS,
    series=MappingProxyType(
        {
            "activity-levels": Series(
                title="tables 1 to 5 of the adult survey, levels of activity, a workbook",
                page="/research-and-data/data/active-lives/active-lives-data-tables",
                file=r"Active Lives Adult Survey.* Tables 1-5 Levels of activity[.]xlsx",
            ),
        }
    ),
)

QUERY_SCHEMA: Mapping[str, Any] = links.query_schema(SITE)


def exchange(ask: Ask) -> Exchange:
    """The page and the file that it links to; or the landed file."""
    return links.exchange(ask, SITE)


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return links.outline(ask, SITE)


def describe(dataset: str) -> Description:
    """The series that are known; or the files that a page links to, by its path."""
    return links.describe(dataset, SITE)
