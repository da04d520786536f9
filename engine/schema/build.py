"""The JSON Schema (2020-12) of an indicator's YAML file.

Each room says its own part: connectors their queries, readers their options, steps and checks their arguments. The
result is also kept in ``indicator.schema.json`` beside this file, for editors; a test keeps that current.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ...connectors import CONNECTORS
from ..checks import ACCEPTABLE, CHECK_SIGNATURES, PERIOD
from ..geography import AS_PUBLISHED, LEVELS, SMALL_LEVELS
from ..measures import MEASURE_TYPES, POLARITIES, REASONS, UNITS
from ..read.options import READ_SCHEMA
from ..recipe.signatures import SIGNATURES

FILE_NAME = "indicator.schema.json"

DOMAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "economy": ("employment_and_jobs", "earnings_and_income", "business_economy", "sectors"),
        "society": (
            "demographics",
            "housing",
            "health",
            "well_being",
            "connectivity",
            "civic_participation",
            "community_safety",
        ),
        "environment": ("net_zero", "waste_and_recycling", "natural_environment"),
    }
)

_ID = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
_DURATION = r"^P(?=[0-9])(?=.*[1-9])(([0-9]{1,3}Y)?([0-9]{1,4}M)?|[0-9]{1,4}D)$"


def indicator_schema() -> dict[str, Any]:
    """The whole schema, as plain JSON data."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A yhovi indicator",
        **_object(
            "What one indicator is, where it is published, and how its figures become observations.",
            {
                "id": _text(
                    "The indicator's id, such as E-EJ-01; the file is called the same.",
                    _ID,
                ),
                "title": _text("What the indicator is called on a dashboard."),
                "description": _text("What the number says, in a sentence or two that an analyst would sign."),
                "domain": {"enum": list(DOMAINS), "description": "The catalogue's first level, and the folder."},
                "subdomain": {"description": "The catalogue's second level; each domain has its own."},
                "measure": _measure(),
                "source": _source(),
                "recipe": {
                    "type": "array",
                    "minItems": 1,
                    "items": _step(),
                    "description": "The steps from the published cells to observations; the last one is observe.",
                },
                "checks": _checks(),
                "owner": _text("Who answers for the indicator."),
                "caveats": {
                    "type": "array",
                    "items": {"type": "string", "minLength": 10},
                    "description": "What a reader has to know before using the number.",
                },
                "tags": {
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"},
                    "description": "Words by which indicators are chosen together, beside domain and source.",
                },
                "status": {
                    "enum": ["active", "draft"],
                    "description": "Whether it is verified; active if not said. A draft runs only with --drafts.",
                },
                "status_reason": {
                    "type": "string",
                    "minLength": 10,
                    "description": "What of a draft nobody has verified yet, in a sentence.",
                },
                "publish": {
                    "type": "boolean",
                    "description": "Whether dashboards see it. A component (false) runs, is kept and feeds others.",
                },
                "corrections": {
                    "type": "array",
                    "minItems": 1,
                    "items": _correction(),
                    "description": "Published figures that are known to be wrong, until the source mends them.",
                },
                "accept": {
                    "type": "array",
                    "minItems": 1,
                    "items": _acceptance(),
                    "description": "Checks that may fail for a time: what they find is then a warning.",
                },
            },
            optional=("caveats", "tags", "status", "status_reason", "publish", "corrections", "accept"),
        ),
        "allOf": [
            *(
                {
                    "if": {"properties": {"domain": {"const": domain}}, "required": ["domain"]},
                    "then": {"properties": {"subdomain": {"enum": list(subdomains)}}},
                }
                for domain, subdomains in DOMAINS.items()
            ),
            _with_a_reason(),
        ],
    }
    return json.loads(json.dumps(schema, default=dict))  # type: ignore[no-any-return]


def _with_a_reason() -> dict[str, Any]:
    """A draft says why it is one, and nothing else does."""
    said = {"description": "What of a draft nobody has verified yet, in a sentence."}
    return {
        "if": {"properties": {"status": {"const": "draft"}}, "required": ["status"]},
        "then": {"required": ["status_reason"], "properties": {"status_reason": said}},
        "else": {"properties": {"status_reason": {"not": {}, "description": "It goes with status: draft."}}},
    }


def rendered() -> str:
    """The schema as the text of its file."""
    return json.dumps(indicator_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(description: str, properties: Mapping[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {
        "description": description,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": dict(properties),
    }


def _text(description: str, pattern: str | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "string", "minLength": 1, "description": description}
    return {**said, "pattern": pattern} if pattern else said


def _measure() -> dict[str, Any]:
    return _object(
        "What kind of number it is, in which unit, and how it is shown.",
        {
            "type": {"enum": list(MEASURE_TYPES), "description": "What kind of number it is, and so how it combines."},
            "unit": {"enum": list(UNITS), "description": "The unit of the loaded values."},
            "polarity": {"enum": list(POLARITIES), "description": "Which direction is good."},
            "decimals": {"type": "integer", "minimum": 0, "maximum": 6, "description": "Decimals to show."},
        },
    )


def _source() -> dict[str, Any]:
    properties = {
        "connector": {"enum": list(CONNECTORS), "description": "Which source speaks."},
        "indicator": _text("In place of a connector: the indicator that this one is made of, by its id.", _ID),
        "as": _text("What that indicator's values are called in the recipe."),
        "dataset": _text(
            "The data set's name in the archive and the database, such as nomis/NM_17_5.",
            r"^[a-z0-9][a-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$",
        ),
        "query": {"type": "object", "description": "What to ask; each connector has its own keys."},
        "geography": _geography(),
        "publisher": _text("Who publishes the figures."),
        "license": _text("Under which licence, as an SPDX-like id such as OGL-UK-3.0."),
        "frequency": _text("How often it is published, an ISO 8601 duration such as P1Y or P3M.", _DURATION),
        "lag": _text("How long after a period's end it is expected, an ISO 8601 duration such as P14M.", _DURATION),
        "window": _text(
            "How much of the past each answer holds, an ISO 8601 duration such as P2Y: what is older stays as it was "
            "loaded. Without it an answer holds all there is, and what is missing from it was withdrawn.",
            _DURATION,
        ),
        "discontinued": _text("Why no newer figures come any more, where none do; nothing newer is then awaited."),
        "page": _text("The publisher's page about the data, for readers: an address with https.", r"^https://\S+$"),
        "read": READ_SCHEMA,
        "columns": {
            "type": "array",
            "minItems": 1,
            "items": _column(),
            "description": "The columns of a file that the recipe uses; a file without them is refused.",
        },
        "markers": {**_markers(), "description": "Markers that hold for all columns of numbers of this source."},
    }
    description = "Where the figures are published, and how to ask for them; or which indicator they are made of."
    always = ("geography", "publisher", "license", "frequency", "lag")
    source = _object(description, properties, optional=tuple(name for name in properties if name not in always))
    source["allOf"] = [_of_one_kind(), *_queries()]
    return source


def _geography() -> dict[str, Any]:
    properties = {
        "level": {"enum": list(LEVELS), "description": "The finest level that the indicator is published at."},
        "codes": _text(
            "The month on whose first day all codes are valid, such as 2022-04; "
            "or as_published, if they may be of any vintage.",
            rf"^({AS_PUBLISHED}|[0-9]{{4}}-(0[1-9]|1[0-2]))$",
        ),
        "from": {
            "enum": [*SMALL_LEVELS, "csp"],
            "description": "What the source prints in the place of districts: small areas (lsoa, msoa) or community "
            "safety partnerships (csp), of which they are made.",
        },
        "weights": _text(
            "The indicator, a count or an amount of districts, by which the figure of a partnership of several "
            "districts is apportioned.",
            _ID,
        ),
    }
    said = _object(
        "Which areas are published, and how their codes are printed.", properties, optional=("codes", "from", "weights")
    )
    only_districts = {"const": "lad", "description": "It is districts that are made of what from names: lad."}
    partnerships = {"const": "csp", "description": "Weights apportion the figures of partnerships: from: csp."}
    said["allOf"] = [
        {"if": {"required": ["from"]}, "then": {"properties": {"level": only_districts}}},
        {"if": {"required": ["weights"]}, "then": {"required": ["from"], "properties": {"from": partnerships}}},
    ]
    return said


def _of_one_kind() -> dict[str, Any]:
    """A source is a publisher's or another indicator: the keys of both don't mix."""
    either = "Either a connector with its data set and query, or another indicator."
    published = ("connector", "dataset", "query", "read", "columns", "markers", "window")
    return {
        "if": {"required": ["indicator"]},
        "then": {
            "required": ["as"],
            "properties": {
                "as": {"description": "What that indicator's values are called in the recipe."},
                **{key: {"not": {}, "description": either} for key in published},
            },
        },
        "else": {
            "required": ["connector", "dataset", "query"],
            "properties": {
                "connector": {"description": "Which source speaks; or indicator, for one that is made of another."},
                "as": {"not": {}, "description": "It goes with indicator."},
            },
        },
    }


def _queries() -> Iterator[dict[str, Any]]:
    for name, connector in CONNECTORS.items():
        yield {
            "if": {"properties": {"connector": {"const": name}}, "required": ["connector"]},
            "then": {"properties": {"query": connector.QUERY_SCHEMA}},
        }


def _markers() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": {"enum": list(REASONS), "description": "The name of a reason."},
        "description": "What the cells print where there is no number, and what it means.",
    }


def _column() -> dict[str, Any]:
    return _object(
        "One column of the file, or a group of them.",
        {
            "name": _text("The header, or with a pattern the name of the group of columns."),
            "pattern": {**_text("A regular expression for the headers of a group: [0-9]{4}."), "format": "regex"},
            "type": {"enum": ["text", "number"], "description": "What its cells hold; text if not said."},
            "unit": {"enum": list(UNITS), "description": "The unit of its numbers, with their scale."},
            "measure": {"enum": list(MEASURE_TYPES), "description": "What kind of number they are."},
            "markers": _markers(),
            "status_from": _text("The column that says why a number is missing; markers are then its texts."),
            "whole": _texts(
                "Categories in it that contain the others, such as Total: they are never added to their parts."
            ),
            "once_per": _texts(
                "Columns for each combination of which the number is the same, however often it is printed."
            ),
            "optional": {
                "type": "boolean",
                "description": "Whether the file may come without it; its cells are then blank.",
            },
        },
        optional=("pattern", "type", "unit", "measure", "markers", "status_from", "whole", "once_per", "optional"),
    )


def _texts(description: str) -> dict[str, Any]:
    items = {"type": "string", "minLength": 1}
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items, "description": description}


def _correction() -> dict[str, Any]:
    properties = {
        "area": _text("The area's code."),
        "period": PERIOD,
        "breakdown": _text("The breakdown, if it isn't the total."),
        "action": {
            "enum": ["replace", "withhold", "flag"],
            "description": "What is done: replace the value, withhold it, or flag it with a status.",
        },
        "value": {"type": "number", "description": "The right value, with the action replace."},
        "status": {"enum": list(REASONS), "description": "The reason to add, with the action flag."},
        "expect": {
            "if": {"type": "string"},
            "then": {"const": "missing"},
            "else": {"type": "number"},
            "description": "What the source says now: a number, or missing. Once that changes, nothing loads.",
        },
        "reason": {"type": "string", "minLength": 10, "description": "What is wrong with the published figure."},
        "provider": _text("Who says so."),
    }
    said = _object("One figure, and what is done about it.", properties, optional=("breakdown", "value", "status"))
    said["allOf"] = [
        _goes_with(action, key, properties[key]["description"])
        for action, key in (("replace", "value"), ("flag", "status"))
    ]
    return said


def _goes_with(action: str, key: str, description: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"action": {"const": action}}, "required": ["action"]},
        "then": {"required": [key], "properties": {key: {"description": description}}},
        "else": {"properties": {key: {"not": {}, "description": f"It goes with the action {action}."}}},
    }


def _acceptance() -> dict[str, Any]:
    properties = {
        "check": {"enum": list(ACCEPTABLE), "description": "Which check may fail."},
        "reason": {"type": "string", "minLength": 10, "description": "Why it may."},
        "until": {
            **_text("The last day on which it may, such as 2026-12-31.", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            "format": "date",
        },
    }
    return _object("One check, why it may fail, and until when.", properties)


def _step() -> dict[str, Any]:
    return {
        "description": "One step after each dash: its name, a colon, and what it needs to know.",
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            name: {"description": signature.summary, **signature.argument_schema}
            for name, signature in SIGNATURES.items()
        },
    }


def _checks() -> dict[str, Any]:
    properties = {
        name: {"description": signature.summary, **signature.argument_schema}
        for name, signature in CHECK_SIGNATURES.items()
    }
    description = "What must be true of the result; a golden is needed, or the reason why there is none."
    return _object(description, properties, optional=tuple(name for name in properties if name != "golden"))
