"""Signatures of the steps that compare periods or areas: rolling_mean, change, index, z_score, rank."""

from __future__ import annotations

from datetime import date

from ....connectors.base import Column
from ...periods import Period, matches
from ..columns import Columns
from ..faults import Report
from ..signature import Arguments, Signature, named, schema
from .keyed import (
    among,
    area_codes,
    check_among,
    check_code,
    check_keys,
    check_target,
    duration,
    in_a_component,
    made,
    value_of,
)

_ANY_PERIOD = Period(date(2000, 1, 1), 12)


def _infer_rolling_mean(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    check_keys(columns, arguments["area"], report)
    return made(columns, arguments["as"], _unit(value_of(columns, arguments, "of", report)), "mean", report)


def _infer_change(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    check_keys(columns, arguments["area"], report)
    unit = _unit(value_of(columns, arguments, "of", report))
    return made(columns, arguments["as"], "percent" if arguments["kind"] == "percent" else unit, None, report)


def _infer_index(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    area = check_keys(columns, arguments["area"], report)
    value_of(columns, arguments, "of", report)
    base = arguments["base"]
    if "period" in base:
        _check_period(base["period"], report)
    else:
        check_code(base["area"], ("base", "area"), report)
        check_target(columns, area, f"{base['area']} is", in_a_component("start"), report)
    return made(columns, arguments["as"], "index", "index", report)


def _infer_score(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    area = check_keys(columns, arguments["area"], report)
    value_of(columns, arguments, "of", report)
    check_among(columns, area, arguments["among"], report)
    return made(columns, arguments["as"], "score", "score", report)


def _check_period(said: str, report: Report) -> None:
    try:
        matches(_ANY_PERIOD, said)
    except ValueError as error:
        cure = "Write the period as it is stored, or the day, month or year in which it ends."
        report(("base", "period"), "bad-period", str(error), "a period", cure)


def _unit(column: Column | None) -> str | None:
    return column.unit if column else None


SERIES_SIGNATURES = (
    Signature(
        "rolling_mean",
        "Take the mean over the last few periods of each area and breakdown.",
        schema(
            "Which numbers, over how many periods, and what the means are called.",
            {
                "of": named("The column of numbers."),
                "periods": {
                    "description": "How many periods, the row's own among them. They must follow one another.",
                    "type": "integer",
                    "minimum": 2,
                },
                "as": named("The new column."),
                "area": area_codes(),
            },
            ("of", "periods", "as"),
        ),
        _infer_rolling_mean,
        rowwise=False,
    ),
    Signature(
        "change",
        "Compare each number with that of an earlier period of the same length.",
        schema(
            "Which numbers, over how long, and what the changes are called.",
            {
                "of": named("The column of numbers."),
                "over": duration("How much earlier the other period is"),
                "kind": {
                    "description": "The difference in the unit of the numbers, or in percent of the earlier one.",
                    "enum": ["difference", "percent"],
                },
                "as": named("The new column."),
                "area": area_codes(),
            },
            ("of", "over", "kind", "as"),
        ),
        _infer_change,
        rowwise=False,
    ),
    Signature(
        "index",
        "Relate each number to that of a base period, or of a base area.",
        schema(
            "Which numbers, relative to which, and what the index is called.",
            {
                "of": named("The column of numbers."),
                "base": {
                    "description": "The period of the same area, or the area in the same period, that is the level.",
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                    "properties": {
                        "period": named("An ISO interval, or an end date or its beginning, such as '2015'."),
                        "area": named("An area's code, such as E92000001."),
                    },
                },
                "level": {
                    "description": "What the index is at the base.",
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "default": 100,
                },
                "as": named("The new column."),
                "area": area_codes(),
            },
            ("of", "base", "as"),
        ),
        _infer_index,
        rowwise=False,
    ),
    Signature(
        "z_score",
        "Say how many standard deviations a number lies above the mean of some areas in its period.",
        schema(
            "Which numbers, among which areas, and what the scores are called.",
            {
                "of": named("The column of numbers."),
                "among": among(3),
                "as": named("The new column."),
                "area": area_codes(),
            },
            ("of", "among", "as"),
        ),
        _infer_score,
        rowwise=False,
    ),
    Signature(
        "rank",
        "Say which place a number takes among those of some areas in its period; equal numbers share the first place.",
        schema(
            "Which numbers, among which areas, in which order, and what the places are called.",
            {
                "of": named("The column of numbers."),
                "among": among(2),
                "order": {
                    "description": "Which number comes first.",
                    "enum": ["highest_first", "lowest_first"],
                },
                "as": named("The new column."),
                "area": area_codes(),
            },
            ("of", "among", "order", "as"),
        ),
        _infer_score,
        rowwise=False,
    ),
)
