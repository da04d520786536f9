"""Files of any department on GOV.UK: from a page or a collection, which stay, to the newest file, which moves.

    source:
      connector: govuk
      dataset: desnz/greenhouse-gases
      query:
        page: /government/collections/uk-local-authority-and-regional-greenhouse-gas-emissions-statistics
        edition: ".*-statistics-(?P<release>2005-to-20[0-9]{2})"
        file: "(?i)2005-.*-csv-dataset[.]csv"
      read: {format: csv}
      columns:
        - {name: Local Authority Code}
        - {name: Calendar Year}
        - {name: Territorial emissions (kt CO2e), type: number, unit: kilotonnes, measure: amount}

A page may be that of one publication, of a data set that is kept up to date, or a collection; of a collection
``edition`` says which of its pages are meant. A table that stands in an attached HTML page is read with ``html`` (and
``table``) in place of ``file``, as if it were a CSV file.

The newest edition is taken, and its release recorded: what a group ``release`` in ``edition`` or ``file`` says, else
the day of the page's last change. With ``release`` that one is taken and no other, and a file that was landed for it
stands in. Pages that were withdrawn, moved or removed stop what relies on them, as do names that match nothing.

What the service does, and where that is documented, stands in ``connectors/releases/govuk.py``. The departments that
have connectors of their own (desnz, defra, mhclg, homeoffice, dft) are asked in the same way, and know some series.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Ask, Budget, Description, Exchange, no_parse
from .releases import govuk as pages
from .releases.files import said_by_the_spec

NAME = "govuk"
TITLE = "GOV.UK: files and tables of any department"
REVISION = 1
HOSTS: tuple[str, ...] = pages.HOSTS
BUDGET: Budget = pages.BUDGET

columns = said_by_the_spec
parse = no_parse

PUBLISHER = pages.Publisher()

QUERY_SCHEMA: Mapping[str, Any] = pages.query_schema(PUBLISHER)


def exchange(ask: Ask) -> Exchange:
    """The page, perhaps the page of an edition, and the file or the table on it."""
    return pages.exchange(ask, PUBLISHER)


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return pages.outline(ask, PUBLISHER)


def describe(dataset: str) -> Description:
    """The editions of a collection, or the files of a page, by its path."""
    return pages.describe(dataset, PUBLISHER)
