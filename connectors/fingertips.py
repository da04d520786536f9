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
* What there is stands in JSON (as its clients fingertips_py and fingertipsR ask for it): ``indicator_metadata``,
  ``area_types``, and ``available_data``, which says at which area types an indicator is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import (
    DATASET,
    Answer,
    Ask,
    Budget,
    Column,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    SourceError,
    Term,
    csv_rows,
    json_of,
    no_parse,
    objects,
    require_body,
    text_of,
)

NAME = "fingertips"
TITLE = "Fingertips (Office for Health Improvement and Disparities)"
REVISION = 1
HOSTS: tuple[str, ...] = ("fingertips.phe.org.uk",)
BUDGET = Budget(requests=2, seconds=1.0)

parse = no_parse

_API = "https://fingertips.phe.org.uk/api"
_URL = f"{_API}/all_data/csv/by_indicator_id"
_NAME = ("Descriptive", "Name")

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


def describe(dataset: str) -> Description:
    """The indicators; or of one, by its number, the area types that it is published at, and what is said about it."""
    if not dataset:
        parameters = (("include_definition", "no"), ("include_system_content", "no"))
        answer = yield _list("indicator_metadata/all", *parameters)
        return [Term(DATASET, number, text_of(said, *_NAME)) for number, said in _metadata(answer).items()]
    if not dataset.isdecimal():
        raise SourceError(
            f"{dataset} is no indicator of Fingertips.", "They are called by their numbers, such as 93721."
        )
    answer = yield _list("indicator_metadata/by_indicator_id", ("indicator_ids", dataset))
    said = _metadata(answer).get(dataset)
    if not isinstance(said, dict):
        raise SourceError(f"Fingertips has no indicator {dataset}.", "Check the number.")
    answer = yield _list("available_data", ("indicator_id", dataset))
    available = dict.fromkeys(str(one.get("AreaTypeId")) for one in objects(json_of(answer)))
    answer = yield _list("area_types")
    names = {str(one.get("Id")): text_of(one, "Name") for one in objects(json_of(answer))}
    about = said[_NAME[0]] if isinstance(said.get(_NAME[0]), dict) else {}
    return [
        Term("indicator", dataset, text_of(said, *_NAME)),
        *(Term("area_type", one, names.get(one, "")) for one in available),
        *(Term("about", name, text_of(about, name)) for name in about if text_of(about, name)),
    ]


def _list(path: str, *parameters: tuple[str, str]) -> Request:
    return Request(f"{_API}/{path}", parameters, purpose="discover", expects="json")


def _metadata(answer: Answer) -> Mapping[str, Any]:
    """What is said about indicators, by their numbers."""
    said = json_of(answer)
    if not isinstance(said, dict) or not said:
        raise SourceError("The answer is about no indicator.", "Check the number; if it is right, run again.")
    return said


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
