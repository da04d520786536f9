"""Fingertips: what is asked, and answers that are of something else."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors import fingertips
from yhovi.connectors.base import Ask

from support.answers import answer, hold, refusal

BROWSER = "Check the address in a browser."
NUMBERS = "Check both numbers: available_data?indicator_id= lists the area types of an indicator."
URL = "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id"


def ask(indicator: int = 93721, **query: int) -> Ask:
    said = {"indicator": indicator, "area_type": 501, **query}
    return Ask(f"fingertips/{indicator}", said, ("E08000035",))


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (
            ask(parent_area_type=6),
            f"{URL}?indicator_ids=93721&child_area_type_id=501&parent_area_type_id=6",
        ),
        (ask(90362, area_type=502), f"{URL}?indicator_ids=90362&child_area_type_id=502&parent_area_type_id=15"),
    ],
    ids=["with the regions", "with England alone"],
)
def test_the_request_has_the_documented_form(asked: Ask, address: str) -> None:
    request = next(fingertips.exchange(asked))
    assert (request.method, request.address, request.secret, request.expects) == ("GET", address, None, "csv")


def test_a_plan_can_tell_what_follows() -> None:
    assert fingertips.outline(ask()) == ("one answer; all of its rows must be of indicator 93721",)


ACCEPTED = {
    "one row": b"Indicator ID,Value\n93721,1\n",
    "a byte order mark and Windows line ends": b"\xef\xbb\xbfIndicator ID,Value\r\n93721,1\r\n",
    "the column elsewhere": b"Value,Indicator ID\n1,93721\n",
    "a blank line at the end": b"Indicator ID,Value\n93721,1\n\n",
    "a line feed in a name": b'Indicator ID,Name\n93721,"a\n"\n93721,b\n',
    "a field less than the header": b"Indicator ID,Value,Compared to goal\n93721,1\n",
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_an_answer_of_the_indicator_is_accepted(body: bytes) -> None:
    (part,) = hold(fingertips, ask(), body).parts
    assert (part.answer.stream.read(), part.reading.reader, dict(part.reading.options)) == (
        body,
        "csv",
        {"encoding": "utf-8-sig"},
    )


def test_a_part_carries_the_release_of_its_answer() -> None:
    exchange = fingertips.exchange(ask())
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(ACCEPTED["one row"], request, release="2026"))
    assert [part.release for part in end.value.value] == ["2026"]


REFUSED = {
    "another indicator": (
        b"Indicator ID,Value\n1,1\n",
        ("Indicator 93721 was asked for, the answer holds 1.", BROWSER),
    ),
    "others too": (
        b"Indicator ID,Value\n93721,1\n200,1\n3,1\n",
        ("Indicator 93721 was asked for, the answer holds 3, 200, 93721.", BROWSER),
    ),
    "many others": (
        b"Indicator ID\n1\n2\n3\n4\n5\n6\n7\n",
        ("Indicator 93721 was asked for, the answer holds 1, 2, 3, 4, 5 and 2 more.", BROWSER),
    ),
    "a header alone": (
        b"Indicator ID,Value\n",
        ("Fingertips has no rows for indicator 93721 at this area type.", NUMBERS),
    ),
    "no such column": (
        b"Area Code,Value\nE08000035,1\n",
        ("Indicator 93721 was asked for, the answer has no column 'Indicator ID'.", BROWSER),
    ),
    "a message in one line": (
        b"An error has occurred.\n",
        ("Indicator 93721 was asked for, the answer has no column 'Indicator ID'.", BROWSER),
    ),
    "nothing": (
        b"",
        ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."),
    ),
    "a page": (
        b"<!DOCTYPE html><html>",
        (
            "A web page came back where CSV was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
}


@pytest.mark.parametrize(("body", "said"), REFUSED.values(), ids=REFUSED)
def test_another_answer_is_refused(body: bytes, said: tuple[str, str]) -> None:
    assert refusal(fingertips, ask(), body) == said


# The schema of queries -------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(dict(fingertips.QUERY_SCHEMA))
TYPES = "[101, 102, 201, 202, 301, 302, 401, 402, 501, 502]"

QUERIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "districts": ({"indicator": 93721, "area_type": 501}, []),
    "with the regions": ({"indicator": 93721, "area_type": 501, "parent_area_type": 6}, []),
    "no area type": ({"indicator": 93721}, ["'area_type' is a required property"]),
    "an unknown area type": ({"indicator": 93721, "area_type": 7}, [f"7 is not one of {TYPES}"]),
    "an unknown parent": (
        {"indicator": 93721, "area_type": 501, "parent_area_type": 7},
        ["7 is not one of [6, 15]"],
    ),
    "several indicators": (
        {"indicator": "93721,93722", "area_type": 501},
        ["'93721,93722' is not of type 'integer'"],
    ),
    "an unknown key": (
        {"indicator": 93721, "area_type": 501, "sex": 4},
        ["Additional properties are not allowed ('sex' was unexpected)"],
    ),
}


@pytest.mark.parametrize(("query", "messages"), QUERIES.values(), ids=QUERIES)
def test_the_schema_judges(query: Mapping[str, Any], messages: list[str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(query)] == messages


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(fingertips.QUERY_SCHEMA))
    properties = fingertips.QUERY_SCHEMA["properties"]
    assert [name for name, said in properties.items() if not said.get("description")] == []


# Columns and real answers ----------------------------------------------------------------------------


def test_notes_explain_a_missing_value() -> None:
    (value,) = [column for column in fingertips.columns({}) if column.name == "Value"]
    assert (value.kind, value.status_from, dict(value.markers)) == (
        "number",
        "Value note",
        {
            "Value suppressed for disclosure control due to small count": "suppressed",
            "Value not published for data quality reasons": "too_unreliable_to_publish",
        },
    )


def real(samples: Path, name: str) -> bytes:
    return (samples / "fingertips" / name).read_bytes()


def test_a_real_answer_is_accepted(samples: Path) -> None:
    """Its indicator's name holds a line feed, and its rows have one field less than its header."""
    content = real(samples, "indicators-CountyUA.data.csv")
    (part,) = hold(fingertips, ask(93356, area_type=102), content).parts
    rows = list(csv.reader(io.StringIO(part.answer.stream.read().decode("utf-8-sig"), newline="")))
    assert (len(rows), len(rows[0]), {len(row) for row in rows[1:]}) == (853, 26, {25})


def test_a_real_answer_to_another_question_is_refused(samples: Path) -> None:
    """Eight indicators in one file, as nobody who asked for one of them may get."""
    content = real(samples, "indicators-DistrictUApre419.data.csv")
    assert refusal(fingertips, ask(92659, area_type=101), content) == (
        "Indicator 92659 was asked for, the answer holds 92658, 92659, 92660, 92661, 92662 and 3 more.",
        BROWSER,
    )


@pytest.mark.parametrize("name", ["indicators-CountyUA.data.csv", "indicators-DistrictUApre419.data.csv"])
def test_real_answers_of_before_2026_lack_one_column(samples: Path, name: str) -> None:
    """Without it one- and three-year rows can't be told apart, so that such files are refused when they are read."""
    header = real(samples, name).decode("utf-8-sig").splitlines()[0].split(",")
    assert {column.name for column in fingertips.columns({})} - {*header} == {"Time period range"}
