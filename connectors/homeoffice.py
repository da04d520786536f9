"""Home Office: police recorded crime and its other statistics on GOV.UK.

    source:
      connector: homeoffice
      dataset: homeoffice/crime
      query: {series: recorded-crime}
      read: {format: workbook, sheets: {pattern: "20[0-9]{2}_[0-9]{2}"}}
      columns:
        - {name: Financial Year}
        - {name: Financial Quarter}
        - {name: CSP Name}
        - {name: Offence Group}
        - {name: Offence Count, type: number, unit: count, measure: count}
      publisher: Home Office
      license: OGL-UK-3.0

A ``page`` with what is meant on it will do too, as with the connector ``govuk``, which says how pages are read.

What has been met with in these files (releases of 2024 to 2026):

* Names hold the first and the last month and the day of publication, written in two ways:
  ``prc-csp-mar21-sep25-tables-290126.ods``, ``prc-csp-mar2021-mar2026-tables-230726.ods``. Closed files for earlier
  years stand on the same page; the series is that of the file that is still added to.
* One sheet for each financial year and one of notes. About 50 MB packed, and 1.4 GB of XML: reading takes its time.
* There are no codes and no populations: partnerships are known by name (the step ``area_codes``). ``Unassigned …``
  rows belong to no partnership, the notes name forces whose rows can't be used, and an absent row is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "homeoffice"
TITLE = "Home Office: statistics on GOV.UK"
REVISION = 1
HOSTS: tuple[str, ...] = pages.HOSTS
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

PUBLISHER = pages.Publisher(
    organisations=("home-office",),
    series=MappingProxyType(
        {
            "recorded-crime": Series(
                title="recorded crime of community safety partnerships since 2020/21",
                page="/government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables",
                file=r"(?i)prc-csp-mar(20)?21-(mar|jun|sep|dec)(20)?[0-9]{2}-tables-[0-9]{6}[.](ods|xlsx)",
            ),
        }
    ),
)

QUERY_SCHEMA: Mapping[str, Any] = pages.query_schema(PUBLISHER)


def exchange(ask: Ask) -> Exchange:
    """The page, perhaps the page of an edition, and the file or the table on it."""
    return pages.exchange(ask, PUBLISHER)


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return pages.outline(ask, PUBLISHER)


def describe(dataset: str) -> Description:
    """The series that are known; or the editions of a collection, or the files of a page, by its path."""
    return pages.describe(dataset, PUBLISHER)
