"""The checks a spec can ask for: their names, arguments and meaning. What they do is in ``quality.py``.

This vocabulary is read whenever specs are compiled, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

PERIOD: Mapping[str, Any] = MappingProxyType(
    {"type": ["string", "integer"], "description": "A year, a month, an end date or an ISO interval."}
)
"""The schema of a period as checks and corrections name it."""

_SHARE: Mapping[str, Any] = MappingProxyType({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$"})

_GOLDEN: Mapping[str, Any] = MappingProxyType(
    {
        "description": "A figure as it was published.",
        "type": "object",
        "additionalProperties": False,
        "required": ["area", "period", "value", "release", "cite"],
        "properties": {
            "area": {"type": "string", "description": "The area's code, as published."},
            "period": {
                **PERIOD,
                "description": "The period: an ISO interval, its end date, or the beginning of that.",
            },
            "value": {"type": "number", "description": "The published figure, in the indicator's unit."},
            "tolerance": {"type": "number", "minimum": 0, "description": "How far the loaded value may be off."},
            "release": {"type": ["string", "integer"], "description": "The release it was published in."},
            "cite": {"type": "string", "minLength": 5, "description": "Where the figure stands, for a reader to find."},
        },
    }
)
_GOLDENS = "A list of published figures, or {none: the reason why there is none at hand}."


_RECONCILE: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["with", "tolerance"],
        "properties": {
            "with": {"type": "string", "minLength": 1, "description": "The id of the indicator to compare with."},
            "tolerance": {
                "type": "number",
                "minimum": 0,
                "description": "How far the two may differ: in this indicator's unit, or as a share if relative.",
            },
            "relative": {
                "type": "boolean",
                "description": "Whether the tolerance is a share of the other's number, such as 0.01 for 1%.",
            },
            "periods": {"enum": ["same"], "description": "Which periods are compared: the same ones, as always."},
            "blocking": {
                "type": "boolean",
                "description": "Whether nothing is loaded where the two differ; without it, that is only told.",
            },
        },
        "if": {"properties": {"relative": {"const": True}}, "required": ["relative"]},
        "then": {
            "properties": {"tolerance": {"maximum": 1, "description": "A share: 0.01 allows 1% of the other's number."}}
        },
    }
)


@dataclass(frozen=True, slots=True)
class CheckSignature:
    """A check's name, what it demands in a sentence, the schema of its arguments, and its revision."""

    name: str
    summary: str
    argument_schema: Mapping[str, Any]
    revision: int = 1


CHECK_SIGNATURES: Mapping[str, CheckSignature] = MappingProxyType(
    {
        signature.name: signature
        for signature in (
            CheckSignature(
                "range",
                "Values outside min and max are held back, row by row.",
                {
                    "type": "object",
                    "additionalProperties": False,
                    "minProperties": 1,
                    "properties": {
                        "min": {"type": "number", "description": "The smallest value that can be true."},
                        "max": {"type": "number", "description": "The largest value that can be true."},
                    },
                },
            ),
            CheckSignature(
                "complete",
                "Every area of the indicator's level has an observation, missing value or not, for each period since.",
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["areas"],
                    "properties": {
                        "areas": {"enum": ["all"], "description": "All areas chosen in the settings at this level."},
                        "since": {**PERIOD, "description": "Only periods that end in or after this one."},
                    },
                },
            ),
            CheckSignature(
                "max_change",
                "Values that differ by more than this share from those of the period before are held back.",
                {**_SHARE, "description": "A percentage such as 40%."},
            ),
            CheckSignature(
                "shrink",
                "At most this share of what is loaded may vanish from the source; more stops the load.",
                {**_SHARE, "description": "A percentage such as 20%, the default."},
            ),
            CheckSignature(
                "reconcile",
                "Another indicator, which is another route to the same number, must agree wherever both have the same"
                " area, period and breakdown; it warns, or stops if it is blocking.",
                _RECONCILE,
            ),
            CheckSignature(
                "golden",
                "A published figure must come out as published; it stops its own release and warns on later ones.",
                {
                    "if": {"type": "array"},
                    "then": {"type": "array", "minItems": 1, "items": _GOLDEN, "description": _GOLDENS},
                    "else": {
                        "description": _GOLDENS,
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["none"],
                        "properties": {
                            "none": {"type": "string", "minLength": 10, "description": "Why no figure is at hand."}
                        },
                    },
                    "description": _GOLDENS,
                },
            ),
        )
    }
)

ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "not_empty": "At least one observation came out.",
        "unique": "One observation for each area, period and breakdown.",
        "one_end": "No two periods of different length end on the same day.",
        "one_length": "All periods are of one length.",
        "scale": "Percentages aren't all between 0 and 1, as fractions are.",
        "disclosure": "No suppressed value is the published total less the parts that are shown.",
        "known_areas": "Every area code is a known one; what isn't, was repaired or doesn't add up is told.",
    }
)
"""Checks that no spec can leave out."""

ACCEPTABLE = ("range", "max_change", "complete", "reconcile", "golden", "one_length", "scale", "disclosure")
"""Checks that a spec may accept to fail for a time; the others mean that the result is no series at all."""
