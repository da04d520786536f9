"""Ministry of Housing, Communities and Local Government (2021 to 2024 DLUHC): its statistics on GOV.UK.

    source:
      connector: mhclg
      dataset: mhclg/waiting-lists
      query: {series: waiting-lists}
      read: {format: workbook, sheet: Local_Authority_Data, header: {labels: ["1987"]}}
      columns:
        - {name: Local authority code}
        - {name: years, pattern: "(19|20)[0-9]{2}", type: number, unit: count, measure: count}
      markers: {"[x]": not_available, "[z]": not_applicable}
      publisher: Ministry of Housing, Communities and Local Government
      license: OGL-UK-3.0

A ``page`` with what is meant on it will do too, as with the connector ``govuk``, which says how pages are read.

What has been met with in these files (releases of 2019 to 2026):

* A live table keeps its page and its name (``Live_Table_122.ods``) for good, and the page has dozens of them: its
  date is that of whichever was changed last, and what is new in a table is known by its bytes.
* Years are headers, with marks behind them: ``2024-25 [P]``. ``[x]`` is not available, ``[z]`` not applicable; four
  dots in the council tax tables are not collected.
* Table 122 prints the present codes of districts back to 2001; the county of North Yorkshire is missing before
  2023/24.
* One council tax table codes the East Midlands as E12000001, which is the North East.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "mhclg"
TITLE = "Ministry of Housing, Communities and Local Government: statistics on GOV.UK"
REVISION = 1
HOSTS: tuple[str, ...] = pages.HOSTS
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

PUBLISHER = pages.Publisher(
    organisations=(
        "ministry-of-housing-communities-local-government",
        "ministry-of-housing-communities-and-local-government",
        "department-for-levelling-up-housing-and-communities",
    ),
    series=MappingProxyType(
        {
            "net-additional-dwellings": Series(
                title="Live Table 122, net additional dwellings of districts",
                page="/government/statistical-data-sets/live-tables-on-net-supply-of-housing",
                file=r"(?i)live_?table_?122[.]ods",
            ),
            "waiting-lists": Series(
                title="Live Table 600, households on waiting lists for housing",
                page="/government/statistical-data-sets/live-tables-on-rents-lettings-and-tenancies",
                file=r"(?i)live_?table_?600[.](ods|xlsx)",
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
