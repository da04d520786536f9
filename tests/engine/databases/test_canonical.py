"""Rows as CSV: nothing of a cell is lost, and equal rows are equal bytes."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading
from yhovi.engine.databases.canonical import UnwritableError, line
from yhovi.engine.read.readers import read

CELLS = {
    "nothing": (None, ""),
    "text": ("Leeds", '"Leeds"'),
    "an empty text": ("", '""'),
    "a number as text": ("012", '"012"'),
    "a comma": ("Hull, City of", '"Hull, City of"'),
    "quotation marks": ('the "North"', '"the ""North"""'),
    "lines": ("a\r\nb\nc", '"a\r\nb\nc"'),
    "letters of all kinds": ("Łódź £ 北", '"Łódź £ 北"'),
    "a whole number": (9007199254740993, "9007199254740993"),
    "a negative one": (-3, "-3"),
    "true": (True, "true"),
    "false": (False, "false"),
    "a decimal": (Decimal("1.50"), "1.50"),
    "a small decimal": (Decimal("1E-10"), "0.0000000001"),
    "a large decimal": (Decimal("1.5E+20"), "150000000000000000000"),
    "many digits": (Decimal("0.1234567890123456789012345678901234"), "0.1234567890123456789012345678901234"),
    "no number": (Decimal("NaN"), "NaN"),
    "without end": (Decimal("-Infinity"), "-Infinity"),
    "a float": (0.1, "0.1"),
    "a whole float": (5.0, "5.0"),
    "a small float": (1e-07, "0.0000001"),
    "a large float": (1e22, "10000000000000000000000"),
    "a float that is no number": (math.nan, "NaN"),
    "a float without end": (math.inf, "Infinity"),
    "a day": (date(2024, 2, 29), "2024-02-29"),
    "a moment": (datetime(2024, 2, 29, 23, 59, 1), "2024-02-29T23:59:01"),  # noqa: DTZ001
    "a moment's fraction": (datetime(2024, 2, 29, 0, 0, 0, 120), "2024-02-29T00:00:00.000120"),  # noqa: DTZ001
    "a moment of a zone": (
        datetime(2024, 2, 29, 1, 30, tzinfo=timezone(timedelta(hours=2))),
        "2024-02-28T23:30:00+00:00",
    ),
    "a time": (time(7, 5), "07:05:00"),
    "an identifier": (
        UUID("12345678-1234-5678-1234-567812345678"),
        '"12345678-1234-5678-1234-567812345678"',
    ),
}


@pytest.mark.parametrize(("cell", "written"), CELLS.values(), ids=CELLS)
def test_a_cell_is_written_in_one_way(cell: object, written: str) -> None:
    assert line([cell, 1]) == f"{written},1\n".encode()


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (timedelta(days=1), "a span of time"),
        (b"ab", "bytes"),
        (memoryview(b"ab"), "bytes"),
        ([1, 2], "a list"),
        ({"a": 1}, "a document (JSON)"),
        (1j, "complex"),
        ("\ud800", "text with half a character"),
    ],
    ids=["span", "bytes", "memory", "list", "document", "another", "half a character"],
)
def test_what_has_no_exact_form_is_refused(cell: object, kind: str) -> None:
    with pytest.raises(UnwritableError) as caught:
        line([1, cell])
    assert (caught.value.place, caught.value.kind) == (1, kind)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
CELL = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(),
    NUMBERS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
)


def fields(written: str) -> list[str]:
    """The fields of a line as they stand there, with their quotation marks."""
    found, start, quoted = [], 0, False
    for place, letter in enumerate(written):
        quoted ^= letter == '"'
        if letter in ",\n" and not quoted:
            found.append(written[start:place])
            start = place + 1
    return found


def understood(field: str, cell: object) -> Any:
    """What a field says, for a reader who knows of which kind its column is."""
    if field == "":
        return None
    if field.startswith('"'):
        return field[1:-1].replace('""', '"')
    if field in ("true", "false"):
        return field == "true"
    if isinstance(cell, datetime):
        return datetime.fromisoformat(field)
    return date.fromisoformat(field) if isinstance(cell, date) else type(cell)(field)  # type: ignore[call-arg]


@given(st.lists(CELL, min_size=1, max_size=6))
def test_every_cell_comes_back_as_it_was(cells: list[Any]) -> None:
    said = fields(line(cells).decode())
    back = [understood(field, cell) for field, cell in zip(said, cells, strict=True)]
    assert back == cells
    assert [type(cell) for cell in back] == [type(cell) for cell in cells]


@given(NUMBERS)
def test_a_decimal_keeps_its_digits(number: Decimal) -> None:
    """Also those behind the point that are zero: a price of 1.50 is one."""
    (said,) = fields(line([number]).decode())
    back = Decimal(said)
    assert back == number
    assert "e" not in said.lower()
    assert back.as_tuple().exponent == min(0, int(number.as_tuple().exponent))


@given(st.lists(CELL, min_size=2, max_size=2), st.lists(CELL, min_size=2, max_size=2))
def test_text_and_other_things_are_told_apart(one: list[Any], other: list[Any]) -> None:
    """Equal lines have equal cells: 1 and '1', nothing and an empty text, are different."""
    if line(one) == line(other):
        kinds = [[isinstance(cell, str) for cell in cells] for cells in (one, other)]
        blanks = [[cell is None for cell in cells] for cells in (one, other)]
        assert kinds[0] == kinds[1]
        assert blanks[0] == blanks[1]


@given(st.lists(st.tuples(TEXTS, st.one_of(st.none(), st.integers(), NUMBERS)), min_size=1, max_size=5))
def test_a_program_for_csv_reads_it(rows: list[tuple[str, Any]]) -> None:
    written = b"".join([line(["code", "value"]), *map(line, rows)])
    read_back = list(csv.reader(io.StringIO(written.decode(), newline=""), strict=True))
    expected = [[text, "" if number is None else format(Decimal(number), "f")] for text, number in rows]
    assert read_back == [["code", "value"], *expected]


def test_the_reader_of_files_reads_it() -> None:
    """Blank cells are nothing, whether the database had nothing there or an empty text."""
    rows = [["code", "name", "value"], ["E08000035", 'the "City"', Decimal("1.50")], ["E08000034", "", None]]
    (table,) = read(io.BytesIO(b"".join(map(line, rows))), Reading("csv"))
    assert table.to_pylist() == [
        {"code": "E08000035", "name": 'the "City"', "value": "1.50"},
        {"code": "E08000034", "name": None, "value": None},
    ]
