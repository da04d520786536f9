"""What specs may ask of connectors that look for files of a release, in pieces of a schema; and known series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RELEASE = "release"
"""The key of the release that is wanted, and the group of a regular expression that says which release a name is of."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of a publisher's series: the page that leads to it, its editions there and its file, as patterns.

    A connector's REVISION rises when one of its series is changed.
    """

    title: str
    page: str
    file: str
    edition: str = ""

    def query(self) -> dict[str, str]:
        """What a spec would say in place of the series' name."""
        edition = {"edition": self.edition} if self.edition else {}
        return {"page": self.page, **edition, "file": self.file}


def in_full(query: Mapping[str, Any], series: Mapping[str, Series]) -> Mapping[str, Any]:
    """A query with what is known of the series that it names."""
    if "series" not in query:
        return query
    return {**series[query["series"]].query(), **{name: said for name, said in query.items() if name != "series"}}


def series_schema(series: Mapping[str, Series]) -> dict[str, Any]:
    """The property by which a query names a series."""
    known = "; ".join(f"{name} ({one.title})" for name, one in series.items())
    return {"enum": list(series), "description": f"A series whose page and files are known: {known}. Or page."}


def pattern_schema(description: str) -> dict[str, Any]:
    """A property that is a regular expression."""
    return {"type": "string", "format": "regex", "description": description}


def release_schema(description: str) -> dict[str, Any]:
    """The property that wants a certain release."""
    return {"type": ["string", "integer"], "description": description}


RELEASE_COLUMN = "release_column"
EVERY = "every"


def every_schema() -> dict[str, Any]:
    """The property that wants all releases which a page has."""
    return {
        "const": True,
        "description": "All releases there are in place of the newest, for files that are of one period each; edition "
        "or file needs a group `(?P<release>…)`.",
    }


def release_column_schema() -> dict[str, Any]:
    """The property that makes a column of the release, for files that don't say themselves what they are of."""
    return {
        "type": "string",
        "pattern": "^[^_]",
        "description": "A new column of this name, which says on each row of which release it is; list it in columns "
        "too. For files that don't say themselves which period they are of.",
    }


def refused(description: str) -> dict[str, Any]:
    """A property that doesn't go with another."""
    return {"not": {}, "description": description}


def alone(name: str, others: Iterable[str], why: str) -> dict[str, Any]:
    """A condition: with ``name`` there is none of the others."""
    return {"if": {"required": [name]}, "then": {"properties": {other: refused(why) for other in others}}}
