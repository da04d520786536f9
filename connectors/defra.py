"""Department for Environment, Food and Rural Affairs: its statistics on GOV.UK, and the air quality files of UK-AIR.

    source:
      connector: defra
      dataset: defra/waste
      query: {series: collected-waste}
      read: {format: workbook, sheet: Table_3, header_row: 4}
      columns:
        - {name: Year}
        - {name: ONS code}
        - name: Percentage of household waste sent for reuse, recycling or composting (Ex NI192)
          type: number
          unit: fraction
          measure: proportion
      publisher: Department for Environment, Food and Rural Affairs
      license: OGL-UK-3.0

A ``page`` with what is meant on it will do too, as with the connector ``govuk``, which says how pages are read. UK-AIR
has no interface for programs: its page of modelled concentrations links to a CSV for each year, and with
``query: {series: particulates}`` the newest is taken.

What has been met with in these files (releases of 2019 to 2026):

* Collected waste (ENV18): names follow no rule (``LA_and_Regional_Spreadsheet_2021.ods``,
  ``…_2022-23_for_Web_revised.ods``, ``…_2024-25.ods``). Sheets are called ``Table_1`` (tonnes) and ``Table_3``
  (rates) since about 2022/23; ``ONS Code`` in the one is ``ONS code`` in the other. Percentages are fractions.
  England's row may say ``(Provisional)``.
* Before 2023 the districts of North Yorkshire collected and the county disposed of waste: their rates are no rates of
  a unitary's kind, and the county's (E10000023) is the one to be compared.
* Particulates: two lines above the header, which holds the year (``PM2.5 2024 (total)``). ``LA code`` is a code of
  ONS since 2023, before that a number of Defra's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases import links
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "defra"
TITLE = "Department for Environment, Food and Rural Affairs: statistics on GOV.UK, and UK-AIR"
REVISION = 1
_AIR = "uk-air.defra.gov.uk"
HOSTS: tuple[str, ...] = (*pages.HOSTS, _AIR)
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

UK_AIR = links.Site(
    address=f"https://{_AIR}",
    hosts=(_AIR,),
    series=MappingProxyType(
        {
            "particulates": Series(
                title="PM2.5 that people breathe, by local authority, from UK-AIR",
                page="/data/pcm-data",
                file=r"popwmpm25(?P<release>20[0-9]{2})byUKlocalauthority[.]csv",
            ),
        }
    ),
)
PUBLISHER = pages.Publisher(
    organisations=("department-for-environment-food-rural-affairs",),
    series=MappingProxyType(
        {
            "collected-waste": Series(
                title="ENV18, waste that local authorities collect, a workbook",
                page="/government/statistical-data-sets/env18-local-authority-collected-waste-annual-results-tables",
                file=r"(?i)la_and_regional_spreadsheet.*[.](ods|xlsx)",
            ),
        }
    ),
)

QUERY_SCHEMA: Mapping[str, Any] = pages.query_schema(
    pages.Publisher(PUBLISHER.organisations, MappingProxyType({**PUBLISHER.series, **UK_AIR.series}))
)


def exchange(ask: Ask) -> Exchange:
    """The page, perhaps the page of an edition, and the file or the table on it; or the page of UK-AIR and its file."""
    return links.exchange(ask, UK_AIR) if _of_air(ask) else pages.exchange(ask, PUBLISHER)


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return links.outline(ask, UK_AIR) if _of_air(ask) else pages.outline(ask, PUBLISHER)


def describe(dataset: str) -> Description:
    """The series that are known; or the editions of a collection, or the files of a page, by its path."""
    if dataset in UK_AIR.series:
        return (yield from links.describe(dataset, UK_AIR))
    found = yield from pages.describe(dataset, PUBLISHER)
    return found if dataset else [*found, *(yield from links.describe(dataset, UK_AIR))]


def _of_air(ask: Ask) -> bool:
    return ask.query.get("series") in UK_AIR.series
