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
``landed: true`` there is no address: the file is awaited from a person.

Only publishers' hosts can be named; the settings can add a host (``hosts``), a spec can't.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .base import LANDED, Ask, Budget, Column, Exchange, Media, Part, Reading, Request, no_parse, require_body

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
            "release": {"type": ["string", "integer"], "description": "The publisher's name for the edition."},
        },
        "if": {"not": {"required": ["landed"]}},
        "then": {"required": ["url"], "properties": {"url": {"description": f"{_ADDRESS} Or landed: true."}}},
        "else": {"properties": {"url": {"not": {}, "description": "Either an address, or landed: true."}}},
    }
)

_MEDIA: Mapping[str, Media] = MappingProxyType({"csv": "csv", "json": "json", "workbook": "workbook"})
_WORKBOOKS = frozenset({".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"})


def columns(query: Mapping[str, Any]) -> tuple[Column, ...] | None:  # noqa: ARG001  (the query doesn't say)
    """Unknown: the spec's ``columns`` say them."""
    return None


def exchange(ask: Ask) -> Exchange:
    """One request: the address, or the landed file."""
    answer = yield _request(ask)
    require_body(answer)
    release = ask.query.get("release")
    return [Part(answer, reading(ask), str(release) if release is not None else answer.release)]


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    if ask.query.get("landed"):
        return (f"awaited from a person: yhovi land {ask.dataset} FILE --release RELEASE",)
    return ("one answer, or the file landed for the same data set and release",)


def reading(ask: Ask) -> Reading:
    """The reader and its options: said by the spec, the format else told by the name's ending."""
    options = {name: option for name, option in ask.read.items() if name != "format"}
    return Reading(ask.read.get("format") or _format(ask.query.get("url", "")), options)


def _format(url: str) -> str:
    """Told by the path's ending or a parameter's: publishers hand out files as ?uri=/…/name.xlsx too."""
    split = urlsplit(url)
    names = (unquote(split.path), *(value for _, value in parse_qsl(split.query)))
    endings = {PurePosixPath(name).suffix.lower() for name in names}
    if endings & _WORKBOOKS:
        return "workbook"
    return "json" if ".json" in endings else "csv"


def _request(ask: Ask) -> Request:
    if ask.query.get("landed"):
        release = ask.query.get("release")
        parameters = (("release", str(release)),) if release is not None else ()
        return Request(f"{LANDED}:{ask.dataset}", parameters, expects=_expects(ask))
    url = urlsplit(ask.query["url"])
    address = url._replace(query="", fragment="").geturl()
    return Request(address, tuple(parse_qsl(url.query, keep_blank_values=True)), expects=_expects(ask))


def _expects(ask: Ask) -> Media:
    if ask.read.get("member"):
        return "any"
    return _MEDIA[reading(ask).reader]
