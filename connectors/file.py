"""A file: CSV or workbook, at a publisher's address, inside a zip there, or landed by hand.

    source:
      connector: file
      dataset: ons/gva-industry-la-tle
      query: {url: "https://www.ons.gov.uk/file?uri=/…/tleyorkshireandthehumber.xlsx", release: 2025-10}
      read: {format: workbook, sheet: {title: current prices}, header_row: 2}
      columns:
        - {name: LA code}
        - {name: years, pattern: "[0-9]{4}", type: number, unit: gbp_million}

A file says nothing of its columns before it is fetched, so the spec does (``columns``), and is held to it. A file that
was landed under the same data set and release (``yhovi land``) stands in for the address, and nothing is fetched. With
``landed: true`` there is no address: the file is awaited from a person, who is told its name if ``file`` says it:

    query: {landed: true, release: 2022-09, file: "[0-9]{6}_fixed_laua_coverage_r[0-9]+[.]csv"}

Only publishers' hosts can be named; the settings can add a host (``hosts``), a spec can't. The address of a preview on
GOV.UK (``www.gov.uk/csv-preview/…``) stands for the file that it shows the beginning of. Where an address changes with
each release, one of the connectors that find the newest file is the better choice: govuk, ons, ofcom and others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .base import Ask, Budget, Exchange, Part, Reading, Request, no_parse, require_body
from .releases.files import (
    awaited,
    awaited_sentence,
    expects_of,
    file_request,
    format_of,
    read_options,
    said_by_the_spec,
)

NAME = "file"
TITLE = "A file at a publisher's address, or landed by hand"
REVISION = 1
HOSTS: tuple[str, ...] = (
    "www.ons.gov.uk",
    "download.ons.gov.uk",
    "assets.publishing.service.gov.uk",
    "www.gov.uk",
    "uk-air.defra.gov.uk",
    "www.ofcom.org.uk",
)
BUDGET = Budget(requests=2, seconds=1.0)

columns = said_by_the_spec
parse = no_parse

_ADDRESS = "The file's address at a publisher's host: https, without a user name."

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "url": {
                "type": "string",
                "pattern": r"^https://[^\s@]+$",
                "description": _ADDRESS,
            },
            "landed": {"const": True, "description": "The file has no address: it is landed by hand."},
            "file": {
                "type": "string",
                "format": "regex",
                "description": "With landed: a regular expression for the file's whole name, for whoever looks for it.",
            },
            "release": {"type": ["string", "integer"], "description": "The publisher's name for the edition."},
        },
        "if": {"not": {"required": ["landed"]}},
        "then": {
            "required": ["url"],
            "properties": {
                "url": {"description": f"{_ADDRESS} Or landed: true."},
                "file": {"not": {}, "description": "It goes with landed: true."},
            },
        },
        "else": {"properties": {"url": {"not": {}, "description": "Either an address, or landed: true."}}},
    }
)


def exchange(ask: Ask) -> Exchange:
    """One request: the address, or the landed file."""
    answer = yield _request(ask)
    require_body(answer)
    release = ask.query.get("release")
    return [Part(answer, reading(ask), str(release) if release is not None else answer.release)]


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    if ask.query.get("landed"):
        return (awaited_sentence(ask),)
    return ("one answer, or the file landed for the same data set and release",)


def reading(ask: Ask) -> Reading:
    """The reader and its options: said by the spec, the format else told by the name's ending."""
    return Reading(ask.read.get("format") or format_of(ask.query.get("url", "")), read_options(ask))


def _request(ask: Ask) -> Request:
    media = expects_of(ask, reading(ask))
    return awaited(ask, media) if ask.query.get("landed") else file_request(ask.query["url"], media)
