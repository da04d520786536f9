"""Ofcom: Connected Nations and its other data, in zips and CSV files that its pages link to, or landed by hand.

    source:
      connector: ofcom
      dataset: ofcom/fixed-coverage
      query: {landed: true}
      read: {format: csv, member: "20????_fixed_laua_coverage_r*.csv"}
      columns:
        - {name: laua}
        - {name: All Premises, type: number, unit: count, measure: count}
        - {name: Number of premises with Gigabit availability, type: number, unit: count, measure: count}
      publisher: Ofcom
      license: OGL-UK-3.0

**Ofcom's site keeps programs out** (403 from a check that only browsers pass, seen in 2026): the file is downloaded by
hand and landed. Where a network is let through, ``query: {series: fixed-coverage}`` finds the newest file by its name,
as does a ``page`` with a pattern for the file; nothing is guessed where the page shows no links.

What has been met with in these files (releases of 2019 to 2026):

* Names begin with the month that the figures are of: ``202209_fixed_laua_coverage_r02.csv``. ``r02`` replaces ``r01``
  of the same month; 2026 has ``r1``. The CSV lies in a zip, perhaps in a folder of it, and other zips of the same month
  begin alike: postcodes, output areas, the residential part (``fixed_laua_res_coverage``).
* The page of downloads changes its address each year, not always to what one would think
  (``connected-nations-20252``); the page of all reports links to it. Its spring update has a page of its own.
* Columns change with each release, and with a slip: ``Vocie_abrd_in_3`` in 2021. Districts are in capitals in the
  fixed files (LEEDS).
* **``SFBB availability (% premises)`` of 2019 counts 30 to 300 Mbit/s alone**: make it again from the numbers of
  premises.
* In the mobile files ``4G_prem_out_0`` is the share that no operator reaches, and blank is zero where premises are
  counted.
* The release of 2026 is written in Latin 1: ``read: {encoding: iso-8859-1}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import links
from .releases.files import said_by_the_spec
from .releases.queries import Series

NAME = "ofcom"
TITLE = "Ofcom: Connected Nations (its site keeps programs out: files are best landed by hand)"
REVISION = 1
HOSTS: tuple[str, ...] = ("www.ofcom.org.uk",)
BUDGET = Budget(requests=1, seconds=1.0)

columns = said_by_the_spec
parse = no_parse

_REPORTS = "/phones-and-broadband/coverage-and-speeds/infrastructure-research"
_DOWNLOADS = r"data-downloads-(?P<release>20[0-9]{2})"

SITE = links.Site(
    address="https://www.ofcom.org.uk",
    hosts=HOSTS,
    series=MappingProxyType(
        {
            "fixed-coverage": Series(
                title="fixed coverage in the yearly report, without its spring update",
                page=_REPORTS,
                edition=_DOWNLOADS,
                file=r"(?i)(?P<release>20[0-9]{4}[_-]fixed[_-]broadband[_-]coverage[_-](.*-)?r[0-9]+)[.]zip",
            ),
            "mobile-coverage": Series(
                title="mobile coverage in the yearly report, without its spring update",
                page=_REPORTS,
                edition=_DOWNLOADS,
                file=r"(?i)(?P<release>20[0-9]{4}[_-]mobile[_-]coverage[_-]r[0-9]+)[.]zip",
            ),
        }
    ),
)

QUERY_SCHEMA: Mapping[str, Any] = links.query_schema(SITE)


def exchange(ask: Ask) -> Exchange:
    """The page, perhaps the page of an edition, and the file that it links to; or the landed file."""
    return links.exchange(ask, SITE)


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return links.outline(ask, SITE)


def describe(dataset: str) -> Description:
    """The series that are known; or the files that a page links to, by its path."""
    return links.describe(dataset, SITE)
