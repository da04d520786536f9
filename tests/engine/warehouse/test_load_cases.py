"""What a load does, as a table: what was loaded before, what comes, and what is there afterwards."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from yhovi.engine.errors import CheckError
from yhovi.engine.warehouse.values import Key, RunStart, Scope
from yhovi.engine.warehouse.warehouse import Warehouse

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """One load: its rows (area, year, value and what else differs), and its counts or the sentence it fails with.

    Counts are new, changed, unchanged, withdrawn, held.
    """

    rows: list[tuple[Any, ...]]
    result: tuple[int, int, int, int, int] | str
    held: tuple[Key, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Undo:
    """A load that is undone, by its number; then how many values are as before, gone, and left."""

    load_id: int
    result: tuple[int, int, int]
    cascade: bool = False


@dataclass(frozen=True)
class Relabel:
    """Something that is said differently of the indicator, without a load."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Some loads in turn; then the mart (area, year, value, status, reason, latest) and the rows appended."""

    name: str
    steps: tuple[Step | Undo | Relabel, ...]
    mart: list[tuple[Any, ...]]
    appended: list[tuple[Any, ...]]


def key(area: str, year: int) -> Key:
    return Key(area, "2023-04", f"{year}-01-01/P1Y")


SUPPRESSED = {"obs_status": "Q", "status_reason": "suppressed"}
TOO_MANY_WITHDRAWN = (
    "{count} of 2 current rows are missing from this load; at most 20% may vanish at once. Look at the source. If"
    " it really withdrew them, allow it in the spec: `checks: {{shrink: {share}%}}`."
)
FIRST = Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (2, 0, 0, 0, 0))
BOTH = [("A", 2020, 1.0, "A", None, False), ("A", 2021, 2.0, "A", None, True)]
BOTH_APPENDED = [("A", 2020, "value", 1.0), ("A", 2021, "value", 2.0)]
REVISED = Step([("A", 2020, 1.5), ("A", 2021, 2.0), ("A", 2022, 3.0)], (1, 1, 1, 0, 0))
REVISED_APPENDED = [("A", 2020, "value", 1.5), ("A", 2022, "value", 3.0)]

CASES = [
    Case("new", (FIRST,), BOTH, BOTH_APPENDED),
    Case("unchanged", (FIRST, Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (0, 0, 2, 0, 0))), BOTH, BOTH_APPENDED),
    Case(
        "unchanged after rounding to 12 digits",
        (FIRST, Step([("A", 2020, 1.0000000000001), ("A", 2021, 2.0)], (0, 0, 2, 0, 0))),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "zero, whatever its sign",
        (Step([("A", 2020, 0.0)], (1, 0, 0, 0, 0)), Step([("A", 2020, -0.0)], (0, 0, 1, 0, 0))),
        [("A", 2020, 0.0, "A", None, True)],
        [("A", 2020, "value", 0.0)],
    ),
    Case(
        "revised",
        (FIRST, Step([("A", 2020, 1.5), ("A", 2021, 2.0)], (0, 1, 1, 0, 0))),
        [("A", 2020, 1.5, "A", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.5)],
    ),
    Case(
        "revised twice",
        (
            FIRST,
            Step([("A", 2020, 1.5), ("A", 2021, 2.0)], (0, 1, 1, 0, 0)),
            Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (0, 1, 1, 0, 0)),
        ),
        BOTH,
        [*BOTH_APPENDED, ("A", 2020, "value", 1.5), ("A", 2020, "value", 1.0)],
    ),
    Case(
        "status only",
        (FIRST, Step([("A", 2020, 1.0, {"obs_status": "P"}), ("A", 2021, 2.0)], (0, 1, 1, 0, 0))),
        [("A", 2020, 1.0, "P", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.0)],
    ),
    Case(
        "interval only",
        (FIRST, Step([("A", 2020, 1.0, {"lower_ci": 0.5}), ("A", 2021, 2.0)], (0, 1, 1, 0, 0))),
        BOTH,
        [*BOTH_APPENDED, ("A", 2020, "value", 1.0)],
    ),
    Case(
        "note only",
        (FIRST, Step([("A", 2020, 1.0, {"note": "another note"}), ("A", 2021, 2.0)], (0, 0, 2, 0, 0))),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "no value, then one",
        (
            Step([("A", 2020, None, SUPPRESSED)], (1, 0, 0, 0, 0)),
            Step([("A", 2020, 3.0)], (0, 1, 0, 0, 0)),
        ),
        [("A", 2020, 3.0, "A", None, True)],
        [("A", 2020, "value", None), ("A", 2020, "value", 3.0)],
    ),
    Case(
        "a value, then none",
        (FIRST, Step([("A", 2020, 1.0), ("A", 2021, float("nan"), SUPPRESSED)], (0, 1, 1, 0, 0))),
        [("A", 2020, 1.0, "A", None, False), ("A", 2021, None, "Q", "suppressed", True)],
        [*BOTH_APPENDED, ("A", 2021, "value", None)],
    ),
    Case(
        "withdrawn in scope",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0))),
        [("A", 2020, 1.0, "A", None, True), ("A", 2021, None, "O", "withdrawn", False)],
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None)],
    ),
    Case(
        "withdrawn once, however often it is absent",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0)), Step([("A", 2020, 1.0)], (0, 0, 1, 0, 0))),
        [("A", 2020, 1.0, "A", None, True), ("A", 2021, None, "O", "withdrawn", False)],
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None)],
    ),
    Case(
        "returning",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0)), Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (0, 1, 1, 0, 0))),
        BOTH,
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None), ("A", 2021, "value", 2.0)],
    ),
    Case(
        "absent, of an area out of scope",
        (FIRST, Step([("B", 2020, 5.0)], (1, 0, 0, 0, 0), changes={"scope": Scope(areas=frozenset("B"))})),
        [*BOTH, ("B", 2020, 5.0, "A", None, True)],
        [*BOTH_APPENDED, ("B", 2020, "value", 5.0)],
    ),
    Case(
        "absent, of a period out of scope",
        (
            FIRST,
            Step(
                [("A", 2021, 2.5)],
                (0, 1, 0, 0, 0),
                changes={"scope": Scope(periods=(date(2021, 1, 1), date(2021, 12, 31)))},
            ),
        ),
        [("A", 2020, 1.0, "A", None, False), ("A", 2021, 2.5, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2021, "value", 2.5)],
    ),
    Case(
        "absent, of a later period out of scope",
        (
            FIRST,
            Step(
                [("A", 2020, 1.5)],
                (0, 1, 0, 0, 0),
                changes={"scope": Scope(periods=(date(2020, 1, 1), date(2020, 12, 31)))},
            ),
        ),
        [("A", 2020, 1.5, "A", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.5)],
    ),
    Case(
        "absent, of an area called like a breakdown in scope",
        (
            Step([("B", 2020, 1.0, {"breakdown": "B"})], (1, 0, 0, 0, 0)),
            Step(
                [("A", 2020, 2.0, {"breakdown": "B"})],
                (1, 0, 0, 0, 0),
                changes={"scope": Scope(areas=frozenset("A"), breakdowns=frozenset("B"))},
            ),
        ),
        [],
        [("B", 2020, "value", 1.0), ("A", 2020, "value", 2.0)],
    ),
    Case(
        "absent, of a breakdown out of scope",
        (
            FIRST,
            Step(
                [("A", 2020, 0.5, {"breakdown": "F"})],
                (1, 0, 0, 0, 0),
                changes={"scope": Scope(breakdowns=frozenset("F"))},
            ),
        ),
        BOTH,
        [*BOTH_APPENDED, ("A", 2020, "value", 0.5)],
    ),
    Case(
        "absent, of a vintage that the load has no rows of",
        (
            FIRST,
            Step(
                [("A", 2020, 1.0, {"area_vintage": "2025-04"})], (1, 0, 0, 0, 0), changes={"target_vintage": "2025-04"}
            ),
        ),
        [("A", 2020, 1.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.0)],
    ),
    Case(
        "quarantined",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 0, 1), held=(key("A", 2021),))),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "quarantined, and never seen before",
        (FIRST, Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (0, 0, 2, 0, 1), held=(key("A", 2022),))),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "quarantined in one row and loaded from another",
        (FIRST, Step([("A", 2020, 1.5), ("A", 2021, 2.0)], (0, 1, 1, 0, 0), held=(key("A", 2020),))),
        [("A", 2020, 1.5, "A", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.5)],
    ),
    Case(
        "duplicate key",
        (
            FIRST,
            Step(
                [("A", 2020, 1.0), ("A", 2021, 3.0), ("A", 2021, 4.0), ("A", 2021, 4.0)],
                "The value of A for 2021-01-01/P1Y (breakdown _T) comes 3 times. The recipe keeps rows that differ"
                " in something it doesn't look at: narrow a `keep`, or aggregate.",
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "infinite",
        (
            FIRST,
            Step(
                [("A", 2020, 1.0, {"upper_ci": float("-inf")})],
                "The upper_ci of A for 2020-01-01/P1Y (breakdown _T) is infinite. A division by zero is the likely"
                " cause: look at the step of the recipe that divides.",
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "older bytes",
        (
            FIRST,
            Step(
                [("A", 2020, 9.0)],
                "These answers were retrieved at 2023-12-31 00:00:00 UTC, those loaded last at 2024-01-01 00:00:00"
                " UTC: older answers are refused, as they would undo newer ones. Run the indicator again to load the"
                " newest, or say --backfill-vintage to load these behind them.",
                changes={"retrieved_at": NOW - timedelta(days=1)},
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "withdrawn up to the limit",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0), changes={"withdrawal_limit": 0.5})),
        [("A", 2020, 1.0, "A", None, True), ("A", 2021, None, "O", "withdrawn", False)],
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None)],
    ),
    Case(
        "withdrawn over the limit",
        (
            FIRST,
            Step(
                [("A", 2020, 1.0)],
                TOO_MANY_WITHDRAWN.format(count=1, share=50),
                changes={"withdrawal_limit": 0.2},
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "an empty load of all that there is",
        (
            FIRST,
            Step(
                [],
                TOO_MANY_WITHDRAWN.format(count=2, share=100),
                changes={"withdrawal_limit": 0.2},
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "two lengths of period on one day",
        (
            FIRST,
            Step(
                [("A", 2020, 1.0), ("A", 2021, 2.0), ("A", 2021, 6.0, {"years": 3})],
                "A has two values for periods that end on 2021-12-31: 2019-01-01/P3Y and 2021-01-01/P1Y. Keep"
                " periods of one length in the recipe: a dashboard shows one value per area and day.",
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "another length of period instead",
        (FIRST, Step([("A", 2020, 1.0), ("A", 2021, 6.0, {"years": 3})], (1, 0, 1, 1, 0))),
        [("A", 2020, 1.0, "A", None, False), ("A", 2021, 6.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2021, "value", 6.0), ("A", 2021, "withdrawn", None)],
    ),
    Case(
        "another unit, of all rows",
        (
            FIRST,
            Step(
                [("A", 2020, 0.01, {"unit_measure": "fraction"}), ("A", 2021, 0.02, {"unit_measure": "fraction"})],
                (0, 2, 0, 0, 0),
                changes={"unit_measure": "fraction", "unit": "fraction of one"},
            ),
        ),
        [("A", 2020, 0.01, "A", None, False), ("A", 2021, 0.02, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 0.01), ("A", 2021, "value", 0.02)],
    ),
    Case(
        "another unit, of some rows",
        (
            FIRST,
            Step(
                [("A", 2020, 0.01, {"unit_measure": "fraction"})],
                "The unit is fraction, but 1 of the current rows are in percent. Load all its areas and periods"
                " together, so that none is left in the other unit.",
                held=(key("A", 2021),),
                changes={"unit_measure": "fraction"},
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "another unit, of no row",
        (
            FIRST,
            Step(
                [],
                "The unit is fraction, but 2 of the current rows are in percent. Load all its areas and periods"
                " together, so that none is left in the other unit.",
                held=(key("A", 2020), key("A", 2021)),
                changes={"unit_measure": "fraction"},
            ),
        ),
        BOTH,
        BOTH_APPENDED,
    ),
    Case(
        "another unit, of all rows that are not withdrawn",
        (
            FIRST,
            Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0)),
            Step(
                [("A", 2020, 0.01, {"unit_measure": "fraction"})],
                (0, 1, 0, 0, 0),
                changes={"unit_measure": "fraction"},
            ),
        ),
        [("A", 2020, 0.01, "A", None, True), ("A", 2021, None, "O", "withdrawn", False)],
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None), ("A", 2020, "value", 0.01)],
    ),
    Case(
        "made up, where figures are real",
        (
            Step(
                [("A", 2020, 1.0, {"origin": "synthetic"})],
                "1 of the figures were made up for demonstration (origin synthetic), and no demo made this"
                " database. Load them with `yhovi run --demo`, which keeps a database of its own.",
            ),
        ),
        [],
        [],
    ),
    Case(
        "made of something made up, where figures are real",
        (
            Step(
                [("A", 2020, 1.0)],
                "Some of the figures were made up for demonstration (origin synthetic), and no demo made this"
                " database. Load them with `yhovi run --demo`, which keeps a database of its own.",
                changes={"origin": "synthetic"},
            ),
        ),
        [],
        [],
    ),
    Case(
        "metadata only",
        (FIRST, Step([("A", 2020, 1.0), ("A", 2021, 2.0)], (0, 0, 2, 0, 0), changes={"domain": "economy"})),
        BOTH,
        BOTH_APPENDED,
    ),
    Case("metadata only, without a load", (FIRST, Relabel({"domain": "economy"})), BOTH, BOTH_APPENDED),
    Case(
        "older bytes that go behind",
        (
            FIRST,
            Step(
                [("A", 2020, 9.0), ("A", 2019, 8.0)],
                (2, 0, 0, 0, 0),
                changes={"retrieved_at": NOW - timedelta(days=1), "kind": "backfill"},
            ),
        ),
        BOTH,
        [*BOTH_APPENDED, ("A", 2019, "value", 8.0), ("A", 2020, "value", 9.0), ("A", 2019, "withdrawn", None)],
    ),
    Case(
        "older bytes that go between",
        (
            FIRST,
            Step([("A", 2020, 1.0), ("A", 2021, 2.5)], (0, 1, 1, 0, 0), changes={"retrieved_at": NOW + timedelta(2)}),
            Step(
                [("A", 2020, 9.0)],
                (0, 1, 0, 1, 0),
                changes={"retrieved_at": NOW + timedelta(1), "kind": "backfill"},
            ),
        ),
        [("A", 2020, 1.0, "A", None, False), ("A", 2021, 2.5, "A", None, True)],
        [
            *BOTH_APPENDED,
            ("A", 2021, "value", 2.5),
            ("A", 2020, "value", 9.0),
            ("A", 2021, "withdrawn", None),
            ("A", 2020, "value", 1.0),
        ],
    ),
    Case(
        "two loads of one key at the same moment",
        (
            FIRST,
            Step([("A", 2020, 1.5), ("A", 2021, 2.0)], (0, 1, 1, 0, 0)),
            Step([("A", 2020, 1.7), ("A", 2021, 2.0)], (0, 1, 1, 0, 0)),
        ),
        [("A", 2020, 1.7, "A", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, ("A", 2020, "value", 1.5), ("A", 2020, "value", 1.7)],
    ),
    Case(
        "undone, without later loads",
        (FIRST, REVISED, Undo(2, (1, 1, 0))),
        BOTH,
        [*BOTH_APPENDED, *REVISED_APPENDED, ("A", 2020, "value", 1.0), ("A", 2022, "undone", None)],
    ),
    Case(
        "undone, a withdrawal",
        (FIRST, Step([("A", 2020, 1.0)], (0, 0, 1, 1, 0)), Undo(2, (1, 0, 0))),
        BOTH,
        [*BOTH_APPENDED, ("A", 2021, "withdrawn", None), ("A", 2021, "value", 2.0)],
    ),
    Case(
        "undone, with a later load",
        (
            FIRST,
            REVISED,
            Step([("A", 2020, 1.7), ("A", 2021, 2.0), ("A", 2022, 3.0)], (0, 1, 2, 0, 0)),
            Undo(2, (0, 1, 1)),
        ),
        [("A", 2020, 1.7, "A", None, False), ("A", 2021, 2.0, "A", None, True)],
        [*BOTH_APPENDED, *REVISED_APPENDED, ("A", 2020, "value", 1.7), ("A", 2022, "undone", None)],
    ),
    Case(
        "undone, after a later load was undone",
        (
            FIRST,
            REVISED,
            Step([("A", 2020, 1.7), ("A", 2021, 2.0), ("A", 2022, 3.0)], (0, 1, 2, 0, 0)),
            Undo(2, (1, 1, 0), cascade=True),
        ),
        BOTH,
        [
            *BOTH_APPENDED,
            *REVISED_APPENDED,
            ("A", 2020, "value", 1.7),
            ("A", 2020, "value", 1.5),
            ("A", 2020, "value", 1.0),
            ("A", 2022, "undone", None),
        ],
    ),
    Case(
        "undone, then loaded again",
        (FIRST, REVISED, Undo(2, (1, 1, 0)), REVISED),
        [
            ("A", 2020, 1.5, "A", None, False),
            ("A", 2021, 2.0, "A", None, False),
            ("A", 2022, 3.0, "A", None, True),
        ],
        [
            *BOTH_APPENDED,
            *REVISED_APPENDED,
            ("A", 2020, "value", 1.0),
            ("A", 2022, "undone", None),
            *REVISED_APPENDED,
        ],
    ),
]


def change(warehouse: Warehouse, step: Undo | Relabel, load) -> None:
    if isinstance(step, Relabel):
        assert warehouse.relabel(load(**step.changes).card, "2023-04") is True
        return
    start = RunStart("undo", NOW, "yhovi rollback", "live", "0.1.0")
    last = warehouse.rollback(start, str(step.load_id), cascade=step.cascade)[-1]
    assert (last.restored, last.removed, len(last.left)) == step.result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_load(case: Case, anywhere, row, load) -> None:
    warehouse = anywhere
    for step in case.steps:
        if not isinstance(step, Step):
            change(warehouse, step, load)
            continue
        rows = [row(area, year, value, **dict(*rest)) for area, year, value, *rest in step.rows]
        batch = load(**step.changes)
        if isinstance(step.result, str):
            with pytest.raises(CheckError) as raised:
                warehouse.load(batch, rows, held=step.held)
            assert str(raised.value) == step.result
        else:
            result = warehouse.load(batch, rows, held=step.held)
            assert (result.new, result.changed, result.unchanged, result.withdrawn, result.held) == step.result
    shown = [
        (r["lad_code"], r["reference_period"].year, r["value"], r["obs_status"], r["status_reason"], r["is_latest"])
        for r in warehouse.mart("S-1")
    ]
    appended = [(r["area_code"], r["period_end"].year, r["action"], r["value"]) for r in warehouse.history("S-1")]
    assert (shown, appended) == (case.mart, case.appended)
