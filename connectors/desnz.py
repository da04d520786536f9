"""Department for Energy Security and Net Zero (before 2023 BEIS, before 2016 DECC): its statistics on GOV.UK.

    source:
      connector: desnz
      dataset: desnz/greenhouse-gases
      query: {series: greenhouse-gases}
      read: {format: csv}
      columns:
        - {name: Local Authority Code}
        - {name: Calendar Year}
        - {name: Territorial emissions (kt CO2e), type: number, unit: kilotonnes, measure: amount}
      publisher: Department for Energy Security and Net Zero
      license: OGL-UK-3.0

A ``page`` with what is meant on it will do too, as with the connector ``govuk``, which says how pages are read.

What has been met with in these files (releases of 2019 to 2026):

* Each edition of the greenhouse gases has a page of its own, which says its years (``…-2005-to-2023``); until the
  edition of 2021 it was called ``…-national-statistics-…``. The CSV was ``2005-2022-…`` and then ``2005-23-…``, with
  other capitals: patterns take both.
* Its population is printed again on each row, in thousands: ``once_per``. Rows that can't be placed in a district
  have neither code nor population. Land use may be negative. ``CO2 emissions within the scope of influence …``
  changed its name, and every year is revised by each edition.
* Sub-regional fuel poverty: editions are called after the year in which they appear, later with that of their data
  behind it (``…-2026-2024-data``). Header in row 3, blanks behind names; the column of the name depends on the level.
* Renewable electricity: one page for all editions, the years in the file's name; sheets ``LA - Generation, 2024``
  (without the comma in older ones), header in row 6, ``[X]`` is suppressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "desnz"
TITLE = "Department for Energy Security and Net Zero: statistics on GOV.UK"
REVISION = 1
HOSTS: tuple[str, ...] = pages.HOSTS
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

PUBLISHER = pages.Publisher(
    organisations=(
        "department-for-energy-security-and-net-zero",
        "department-for-business-energy-and-industrial-strategy",
        "department-of-energy-climate-change",
    ),
    series=MappingProxyType(
        {
            "greenhouse-gases": Series(
                title="emissions of local authorities since 2005, as CSV",
                page="/government/collections/uk-local-authority-and-regional-greenhouse-gas-emissions-statistics",
                edition=r"uk-local-authority-and-regional-greenhouse-gas-emissions-(national-)?statistics-(?P<release>2005-to-20[0-9]{2})",
                file=r"(?i)2005-(20)?[0-9]{2}-.*local-authority-ghg-emissions.*csv-dataset[.]csv",
            ),
            "fuel-poverty": Series(
                title="fuel poverty of regions, districts and small areas, a workbook",
                page="/government/collections/fuel-poverty-sub-regional-statistics",
                edition=r"sub-regional-fuel-poverty-data-(?P<release>20[0-9]{2})(-20[0-9]{2}-data)?",
                file=r"(?i)sub-regional[-_]fuel[-_]poverty.*[.](xlsx|ods)",
            ),
            "renewable-electricity": Series(
                title="renewable electricity of local authorities, a workbook",
                page="/government/statistics/regional-renewable-statistics",
                file=r"(?i)renewable_electricity_by_local_authority.*[.](xlsx|ods)",
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
