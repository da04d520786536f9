"""Codes of names: area_codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Column
from yhovi.engine.geography import Named, codes_by_name, load_registry, names_of, plain_name
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import bind, check_recipe
from yhovi.engine.recipe.steps import STEPS, StepContext

REGISTRY = load_registry("2023-04")
LEVELS = ("csp", "lad", "county", "police_force_area", "region")
COLUMNS = [Column("Name"), Column("Value", "number")]
Fault = tuple[tuple[str | int, ...], str, str, str, str]


def coded(typed: Callable[..., nw.DataFrame[Any]], backend: str, drawing: str, **said: str) -> nw.DataFrame[Any]:
    context = StepContext(Columns.of(COLUMNS), names={level: names_of(REGISTRY, level) for level in LEVELS})
    arguments = bind("area_codes", {"from": "Name", "as": "area", **said})
    return STEPS["area_codes"](typed(drawing, COLUMNS, backend), arguments, context)


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        pytest.param(
            {"level": "csp"},
            """
            Name                                  | Value
            City of York                          | 1
            NORTH YORKSHIRE                       | 2
            Kingston  upon Hull, City of [note 4] | 3
            Unassigned Humberside                 | 4
                                                  | 5
            City of York                          | 6
            Brighton & Hove                       | 7
            York                                  | 8
            """,
            """
            Name                                  | Value | area
            City of York                          | 1     | E22000371
            NORTH YORKSHIRE                       | 2     | E22000372
            Kingston  upon Hull, City of [note 4] | 3     | E22000134
            Unassigned Humberside                 | 4     | Unassigned Humberside
                                                  | 5     |
            City of York                          | 6     | E22000371
            Brighton & Hove                       | 7     | E22000292
            York                                  | 8     | York
            """,
            id="partnerships",
        ),
        pytest.param(
            {"level": "lad"},
            """
            Name            | Value
            Barnsley        | 1
            North Yorkshire | 2
            """,
            """
            Name            | Value | area
            Barnsley        | 1     | E08000016
            North Yorkshire | 2     | E06000065
            """,
            id="districts: of several codes for one place that of the target vintage",
        ),
        pytest.param(
            {"level": "lad", "vintage": "2025-04"},
            """
            Name            | Value
            Barnsley        | 1
            Craven          | 2
            """,
            """
            Name            | Value | area
            Barnsley        | 1     | E08000038
            Craven          | 2     | Craven
            """,
            id="districts of a vintage",
        ),
        pytest.param(
            {"level": "county"},
            """
            Name            | Value
            North Yorkshire | 1
            """,
            """
            Name            | Value | area
            North Yorkshire | 1     | E10000023
            """,
            id="a county that bears the name of a district",
        ),
        pytest.param(
            {"level": "csp"},
            """
            Name | Value
            """,
            """
            Name | Value | area
            """,
            id="no rows",
        ),
    ],
)
def test_names_become_codes(
    typed: Any, show: Any, tidy: Any, backend: str, said: dict[str, str], before: str, after: str
) -> None:
    assert show(coded(typed, backend, before, **said)) == tidy(after)


OLD_YORK = Named("E22000001", "York", "2009-04-01", "2014-09-30", "E22000001")
NEW_YORK = Named("E22000002", "York & District", "2014-10-01", "", "E22000002")
NEWEST_YORK = Named("E22000003", "york [1]", "2020-04-01", "", "E22000003")


@pytest.mark.parametrize(
    ("vintage", "expected"),
    [("", ("E22000001", "E22000003")), ("2014-09", ("E22000001",)), ("2014-10", ()), ("2020-04", ("E22000003",))],
)
def test_a_name_that_two_places_had_takes_a_vintage(vintage: str, expected: tuple[str, ...]) -> None:
    found = codes_by_name((OLD_YORK, NEW_YORK, NEWEST_YORK), vintage)
    assert found.get("york", ()) == expected


def test_an_ambiguous_name_is_told_with_its_codes(typed: Any, backend: str) -> None:
    context = StepContext(Columns.of(COLUMNS), names={"csp": (OLD_YORK, NEWEST_YORK)})
    arguments = bind("area_codes", {"from": "Name", "level": "csp", "as": "area"})
    frame = STEPS["area_codes"](typed("Name\nYork", COLUMNS[:1], backend), arguments, context)
    assert frame.get_column("area").to_list() == ["York (E22000001 or E22000003)"]


@pytest.mark.parametrize("level", LEVELS)
def test_every_area_is_found_by_its_own_name(level: str) -> None:
    areas = names_of(REGISTRY, level)
    now = [area for area in areas if area.valid_from <= "2023-04-01" and not area.valid_to]
    found = codes_by_name(areas, "2023-04")
    assert {area.code: found[plain_name(area.name)] for area in now} == {area.code: (area.code,) for area in now}


@given(st.text())
def test_a_plain_name_is_plain_already(text: str) -> None:
    plain = plain_name(text)
    assert plain_name(f" {text} [note 4]") == plain
    assert plain == " ".join(plain.split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"from": "Name", "level": "csp", "as": "area"}, []),
        (
            {"from": "Value", "level": "csp", "as": "area"},
            [
                (
                    (0, "area_codes", "from"),
                    "kind-mismatch",
                    "`Value` is a column of numbers.",
                    "a column of texts",
                    "Numbers are made of text by the step number; use the column before it.",
                )
            ],
        ),
        (
            {"from": "Name", "level": "csp", "as": "Value"},
            [
                (
                    (0, "area_codes", "as"),
                    "duplicate-column",
                    "There is a column `Value` already.",
                    "a new name",
                    "",
                )
            ],
        ),
    ],
)
def test_faults_are_told(arguments: dict[str, str], expected: list[Fault]) -> None:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        faults.append((at, code, found, allowed, cure))

    period = ("derive", {"time_period": "'2020-01-01/P1Y'"})
    observe = ("observe", {"area": arguments["as"], "value": "Value"})
    check_recipe(Columns.of(COLUMNS), [("area_codes", arguments), period, observe], report)
    assert [fault for fault in faults if fault[0][1] == "area_codes"] == expected
