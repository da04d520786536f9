"""What becomes of numbers and their reasons where two are combined: every pair of reasons, every step that combines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.measures import REASONS
from yhovi.engine.recipe.columns import Columns, companion
from yhovi.engine.recipe.signatures import bind
from yhovi.engine.recipe.steps import STEPS, StepContext

Frame: TypeAlias = nw.DataFrame[Any]
Said: TypeAlias = tuple[float | None, str]
"""A number and its reasons."""

FLAG = "recoded"
STATUSES = ("", *REASONS, FLAG)
PAIRS = tuple(product(STATUSES, repeat=2))
FIRST, SECOND = 4.0, 2.0

# What is said of the first and the second number, of what is made of both, and of the first one that is there.
BY_HAND = """
first         | second        | both                      | chosen | why
              |               | 6                         | 4      |
              | provisional   | 6 provisional             | 4      |
              | recoded       | 6 recoded                 | 4      |
              | suppressed    | suppressed                | 4      |
              | not_available | not_available             | 4      |
provisional   |               | 6 provisional             | 4      | provisional
provisional   | provisional   | 6 provisional             | 4      | provisional
provisional   | recoded       | 6 provisional recoded     | 4      | provisional
provisional   | suppressed    | provisional suppressed    | 4      | provisional
provisional   | not_available | not_available provisional | 4      | provisional
recoded       |               | 6 recoded                 | 4      | recoded
recoded       | provisional   | 6 provisional recoded     | 4      | recoded
recoded       | recoded       | 6 recoded                 | 4      | recoded
recoded       | suppressed    | recoded suppressed        | 4      | recoded
recoded       | not_available | not_available recoded     | 4      | recoded
suppressed    |               | suppressed                | 2      |
suppressed    | provisional   | provisional suppressed    | 2      | provisional
suppressed    | recoded       | recoded suppressed        | 2      | recoded
suppressed    | suppressed    | suppressed                |        | suppressed
suppressed    | not_available | not_available suppressed  |        | not_available suppressed
not_available |               | not_available             | 2      |
not_available | provisional   | not_available provisional | 2      | provisional
not_available | recoded       | not_available recoded     | 2      | recoded
not_available | suppressed    | not_available suppressed  |        | not_available suppressed
not_available | not_available | not_available             |        | not_available
"""


def missing(status: str) -> bool:
    return status in REASONS and REASONS[status].missing


def united(*statuses: str) -> str:
    return " ".join(sorted({status for status in statuses if status}))


def both(first: str, second: str, number: float) -> Said:
    """What is made of two numbers."""
    return (None if missing(first) or missing(second) else number, united(first, second))


def chosen(first: str, second: str) -> Said:
    """The first of two numbers that is there."""
    if not missing(first):
        return FIRST, first
    return (SECOND, second) if not missing(second) else (None, united(first, second))


def test_the_rule_is_the_table() -> None:
    lines = [[cell.strip() for cell in line.split("|")] for line in BY_HAND.strip().splitlines()[1:]]
    assert len(lines) == 25
    for first, second, together, number, why in lines:
        made, said = both(first, second, FIRST + SECOND)
        assert " ".join([*(["6"] if made == 6 else []), *said.split()]) == together
        assert chosen(first, second) == (float(number) if number else None, why)


def number_of(status: str, number: float, *, ghosts: bool) -> float | None:
    return number if ghosts or not missing(status) else None


def framed(columns: Mapping[str, Sequence[str | float | None]], numbers: Sequence[str], backend: Any) -> Frame:
    arrays = {
        name: pa.array(cells, pa.float64() if name in numbers else pa.string()) for name, cells in columns.items()
    }
    return nw.from_arrow(pa.table(arrays), backend=backend)


def wide(backend: Any, *, ghosts: bool = False) -> Frame:
    """Each pair in a row of its own."""
    columns: dict[str, list[str | float | None]] = {
        "Pair": [f"{place:03}" for place in range(len(PAIRS))],
        "A": [number_of(first, FIRST, ghosts=ghosts) for first, _ in PAIRS],
        "B": [number_of(second, SECOND, ghosts=ghosts) for _, second in PAIRS],
        companion("A"): [first or None for first, _ in PAIRS],
        companion("B"): [second or None for _, second in PAIRS],
    }
    return framed(columns, ["A", "B"], backend)


def long(
    backend: Any, pairs: Sequence[tuple[str, str]] = PAIRS, second: float = SECOND, *, ghosts: bool = False
) -> Frame:
    """Each pair in two rows below each other."""
    rows = [
        (f"{place:03}", part, number_of(status, number, ghosts=ghosts), status or None)
        for place, pair in enumerate(pairs)
        for part, number, status in zip("ab", (FIRST, second), pair, strict=True)
    ]
    return framed(
        dict(zip(("Pair", "Part", "V", companion("V")), zip(*rows, strict=True), strict=True)), ["V"], backend
    )


def run(frame: Frame, name: str, arguments: Any) -> Frame:
    numbers = [column for column in ("A", "B", "V") if column in frame.columns]
    texts = [column for column in ("Pair", "Part") if column in frame.columns]
    columns = [Column(text) for text in texts]
    columns += [Column(number, "number", unit="count", status_from=companion(number)) for number in numbers]
    return STEPS[name](frame, bind(name, arguments), StepContext(Columns.of(columns)))


def said(frame: Frame, name: str) -> list[Said]:
    """The numbers and reasons of a column, in the order of pairs."""
    frame = frame.sort(["Pair", *(column for column in ("Part", "What") if column in frame.columns)])
    numbers = zip(frame[name].to_list(), frame[name].is_null().to_list(), strict=True)
    reasons = [reason if isinstance(reason, str) else "" for reason in frame[companion(name)].to_list()]
    return [(None if gone else number, reason) for (number, gone), reason in zip(numbers, reasons, strict=True)]


def of_pairs(number: float) -> list[Said]:
    return [both(first, second, number) for first, second in PAIRS]


def twice(pairs: Sequence[Said]) -> list[Said]:
    return [pair for pair in pairs for _ in "ab"]


@pytest.mark.parametrize("ghosts", [False, True], ids=["", "with placeholders"])
@pytest.mark.parametrize(
    ("name", "arguments", "column", "expected"),
    [
        pytest.param("derive", {"C": "A + B"}, "C", of_pairs(6), id="plus"),
        pytest.param("derive", {"C": "A / B"}, "C", of_pairs(2), id="divided"),
        pytest.param(
            "coalesce", {"into": "C", "columns": ["A", "B"]}, "C", [chosen(*pair) for pair in PAIRS], id="first"
        ),
    ],
)
def test_two_columns(
    name: str, arguments: Any, column: str, expected: list[Said], backend: Any, *, ghosts: bool
) -> None:
    assert said(run(wide(backend, ghosts=ghosts), name, arguments), column) == expected


SHARE = {"of": "V", "within": ["Pair"], "as": "C", "denominator": "D"}
PARTS = {"over": "Part", "of": "V", "parts": ["a", "b"], "by": ["Pair"]}


def of_total(first: str, second: str) -> list[Said]:
    """The shares of both, where the second is the total; of itself a number is all, if it is there."""
    return [both(first, second, FIRST / SECOND), both(second, second, 1)]


@pytest.mark.parametrize("ghosts", [False, True], ids=["", "with placeholders"])
@pytest.mark.parametrize(
    ("name", "arguments", "column", "expected"),
    [
        pytest.param("aggregate", {"by": ["Pair"], "sum": "V"}, "V", of_pairs(6), id="aggregate"),
        pytest.param("sum", PARTS, "V", of_pairs(6), id="sum"),
        pytest.param(
            "share",
            SHARE,
            "C",
            [share for pair in PAIRS for share in (both(*pair, FIRST / 6), both(*pair, SECOND / 6))],
            id="share",
        ),
        pytest.param("share", SHARE, "D", twice(of_pairs(6)), id="denominator"),
        pytest.param(
            "share",
            {**SHARE, "over": "Part", "total": "b"},
            "C",
            [share for pair in PAIRS for share in of_total(*pair)],
            id="share of a total",
        ),
        pytest.param(
            "share",
            {**SHARE, "over": "Part", "total": "b"},
            "D",
            twice([both(second, second, SECOND) for _, second in PAIRS]),
            id="the total",
        ),
    ],
)
def test_two_rows(name: str, arguments: Any, column: str, expected: list[Said], backend: Any, *, ghosts: bool) -> None:
    assert said(run(long(backend, ghosts=ghosts), name, arguments), column) == expected


ALIKE = [pair for pair in PAIRS if missing(pair[0]) is missing(pair[1])]


@pytest.mark.parametrize("ghosts", [False, True], ids=["", "with placeholders"])
def test_the_same_in_two_rows(backend: Any, *, ghosts: bool) -> None:
    made = run(long(backend, ALIKE, FIRST, ghosts=ghosts), "aggregate", {"by": ["Pair"], "same": "V"})
    assert said(made, "V") == [both(*pair, FIRST) for pair in ALIKE]


@pytest.mark.parametrize("ghosts", [False, True], ids=["", "with placeholders"])
@pytest.mark.parametrize("pair", [("", "suppressed"), ("not_available", "provisional"), ("withdrawn", FLAG)])
def test_a_number_and_none_are_not_the_same(pair: tuple[str, str], backend: Any, *, ghosts: bool) -> None:
    with pytest.raises(SourceError) as caught:
        run(long(backend, [pair], FIRST, ghosts=ghosts), "aggregate", {"by": ["Pair"], "same": "V"})
    order = ("missing", "4") if missing(pair[0]) else ("4", "missing")
    assert caught.value.message == f"`V` isn't the same in all rows of 000: {'; '.join(order)}."


def test_what_is_moved_keeps_its_reasons(backend: Any) -> None:
    cells = [
        (number_of(status, number, ghosts=False), status)
        for pair in PAIRS
        for status, number in zip(pair, (4, 2), strict=True)
    ]
    pivot = {"from": "Part", "values": "V", "columns": {"a": "A", "b": "B"}, "keys": ["Pair"]}
    apart = run(long(backend), "pivot", pivot)
    assert [cell for pair in zip(said(apart, "A"), said(apart, "B"), strict=True) for cell in pair] == cells
    below = run(wide(backend), "unpivot", {"columns": ["A", "B"], "name": "What", "value": "V"})
    assert said(below, "V") == cells


@pytest.mark.parametrize("flag", ["", "provisional", FLAG])
def test_a_number_that_is_gone_without_a_word_is_not_available(flag: str, backend: Any) -> None:
    columns: dict[str, list[str | float | None]] = {
        "Pair": ["0", "0"],
        "Part": ["a", "b"],
        "V": [None, SECOND],
        companion("V"): [flag or None, None],
    }
    frame = framed(columns, ["V"], backend)
    gone = (None, united(flag, "not_available"))
    assert said(run(frame, "aggregate", {"by": ["Pair"], "sum": "V"}), "V") == [gone]
    assert said(run(frame, "sum", PARTS), "V") == [gone]
    assert said(run(frame, "share", SHARE), "C") == [gone, gone]
    assert said(run(frame, "share", SHARE), "V") == [gone, (SECOND, "")]
