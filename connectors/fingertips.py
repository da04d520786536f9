"""Fingertips, the public health profiles of OHID (fingertips.phe.org.uk).

    source:
      connector: fingertips
      dataset: fingertips/93721
      query: {indicator: 93721, area_type: 501, parent_area_type: 6}

One CSV holds everything of one indicator, so a recipe says which rows it means: sex, age, an empty ``Category Type``
(else deprivation deciles come too) and ``Time period range`` (one- and three-year rows stand side by side).

What the service does, as seen in public captures of 2025 and 2026:

* With the short form of the address (``area_type_id=``) the area type is ignored and everything comes back: the long
  form is asked.
* The England row comes once for each parent area, identical: repeated rows are one observation.
* Missing is an empty ``Value``, with or without a ``Value note``. Never zero.
* The indicator's name may hold a line feed; rows may have one field less than the header; columns come and go at the
  end ("Compared to …"), so columns are found by name.
* ``Area Type`` is a label that varies with the call: never filter on it, area codes are what counts.
* 402 is upper tier, not districts: districts and unitaries are 501 (as of April 2023), upper tier 502.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import (
    Answer,
    Ask,
    Budget,
    Column,
    Exchange,
    Part,
    Reading,
    Request,
    SourceError,
    csv_rows,
    no_parse,
    require_body,
)

NAME = "fingertips"
TITLE = "Fingertips (Office for Health Improvement and Disparities)"
REVISION = 1
HOSTS: tuple[str, ...] = ("fingertips.phe.org.uk",)
BUDGET = Budget(requests=2, seconds=1.0)

parse = no_parse

_URL = "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id"

_AREA_TYPES: Mapping[int, str] = MappingProxyType(
    {
        101: "districts and unitaries before April 2019",
        102: "counties and unitaries before April 2019",
        201: "districts and unitaries 2019 to 2020",
        202: "counties and unitaries 2019 to 2020",
        301: "districts and unitaries 2020 to 2021",
        302: "counties and unitaries 2020 to 2021",
        401: "districts and unitaries 2021 to 2023",
        402: "counties and unitaries 2021 to 2023",
        501: "districts and unitaries since April 2023",
        502: "counties and unitaries since April 2023",
    }
)

_NOTES = (
    ("Value suppressed for disclosure control due to small count", "suppressed"),
    ("Value not published for data quality reasons", "too_unreliable_to_publish"),
)

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["indicator", "area_type"],
        "properties": {
            "indicator": {"type": "integer", "minimum": 1, "description": "The indicator's number, as in its address."},
            "area_type": {
                "enum": list(_AREA_TYPES),
                "description": "; ".join(f"{number} {meaning}" for number, meaning in _AREA_TYPES.items()),
            },
            "parent_area_type": {
                "enum": [6, 15],
                "description": "6 to have the regions' rows too, 15 (the default) for England's alone.",
            },
        },
    }
)

_ID = "Indicator ID"
_SHOWN = 5
_INTERVALS = ("Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit")
_TEXTS = (_ID, "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type")
_SLICES = ("Sex", "Age", "Category Type", "Category", "Time period", "Time period Sortable")


def columns(query: Mapping[str, Any]) -> tuple[Column, ...]:  # noqa: ARG001  (every indicator has the same ones)
    """The columns that a recipe may use; the comparisons at the end are left out."""
    return (
        *(Column(name) for name in (*_TEXTS, *_SLICES)),
        Column("Time period range", required=False),  # answers of before 2025 don't have it
        Column("Value", "number", status_from="Value note", markers=_NOTES),
        *(Column(name, "number", required=False) for name in (*_INTERVALS, "Count", "Denominator")),
        Column("Value note"),
    )


def exchange(ask: Ask) -> Exchange:
    """One request answers everything of an indicator at one area type."""
    answer = yield _request(ask.query)
    require_body(answer)
    _require_indicator(answer, str(ask.query["indicator"]))
    return [Part(answer, Reading("csv", {"encoding": "utf-8-sig"}), answer.release)]


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    return (f"one answer; all of its rows must be of indicator {ask.query['indicator']}",)


def _request(query: Mapping[str, Any]) -> Request:
    parameters = (
        ("indicator_ids", str(query["indicator"])),
        ("child_area_type_id", str(query["area_type"])),
        ("parent_area_type_id", str(query.get("parent_area_type", 15))),
    )
    return Request(_URL, parameters, expects="csv")


def _require_indicator(answer: Answer, indicator: str) -> None:
    """Every row must be of that indicator: an id that doesn't exist is answered with a header alone, or others."""
    came = _indicators(answer)
    if came is None:
        message = f"Indicator {indicator} was asked for, the answer has no column '{_ID}'."
        raise SourceError(message, "Check the address in a browser.")
    if not came:
        raise SourceError(
            f"Fingertips has no rows for indicator {indicator} at this area type.",
            "Check both numbers: available_data?indicator_id= lists the area types of an indicator.",
        )
    if came != {indicator}:
        listed = ", ".join(sorted(came, key=lambda one: (len(one), one))[:_SHOWN])
        more = f" and {len(came) - _SHOWN} more" if len(came) > _SHOWN else ""
        message = f"Indicator {indicator} was asked for, the answer holds {listed}{more}."
        raise SourceError(message, "Check the address in a browser.")


def _indicators(answer: Answer) -> set[str] | None:
    """The indicators that the rows are of, or None where no column says so."""
    rows = csv_rows(answer)
    header = next(rows, [])
    if _ID not in header:
        return None
    place = header.index(_ID)
    return {cell for row in rows for cell in row[place : place + 1]}
