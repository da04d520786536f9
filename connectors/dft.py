"""Department for Transport: its statistics on GOV.UK.

    source:
      connector: dft
      dataset: dft/charging-devices
      query: {series: charging-devices}
      read: {format: workbook, sheet: 2a, header_row: 3, footnotes: true}
      columns:
        - {name: Local Authority / Region Code}
        - {name: months, pattern: "[A-Z][a-z]{2}-[0-9]{2}", type: number, unit: count}
      publisher: Department for Transport
      license: OGL-UK-3.0

A ``page`` with what is meant on it will do too, as with the connector ``govuk``, which says how pages are read.

What has been met with in these files (releases of 2024 to 2026):

* Until 2025 each quarter had a page of its own with one workbook; since then the tables stand on one page, and their
  names say the release: ``evci9001_2026-01_EV_charging_devices_UK.ods``.
* From May 2026 the headline counts *chargers*, not *devices*: figures before and after are no series.
* Sheet ``2a`` is devices per 100,000 people, with two rows above the header, which has notes in brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "dft"
TITLE = "Department for Transport: statistics on GOV.UK"
REVISION = 1
HOSTS: tuple[str, ...] = pages.HOSTS
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

PUBLISHER = pages.Publisher(
    organisations=(
        "department-for-transport",
        "office-for-zero-emission-vehicles",
        "driver-and-vehicle-licensing-agency",
    ),
    series=MappingProxyType(
        {
            "charging-devices": Series(
                title="EVCI9001, public charging devices of districts",
                page="/government/statistical-data-sets/electric-vehicle-charging-infrastructure-statistics-data-tables-evci",
                file=r"(?i)evci9001_(?P<release>20[0-9]{2}-[0-9]{2})_.*[.](ods|xlsx)",
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
