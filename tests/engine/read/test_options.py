"""What a spec may say about reading, and what the readers make of it."""

import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors.base import SourceError
from yhovi.engine.read.options import READ_SCHEMA, READER_REVISIONS, Options
from yhovi.engine.read.readers import READERS

SCHEMA = json.loads(json.dumps(READ_SCHEMA, default=dict))
VALIDATOR = Draft202012Validator(SCHEMA)

ALLOWED = {
    "csv, no more said": {"format": "csv"},
    "csv, all said": {
        "format": "csv",
        "encoding": "cp1252",
        "delimiter": ";",
        "header_row": [3, 5],
        "names": {"1": "code"},
        "footer": "Source:",
        "member": "*.csv",
    },
    "workbook, sheet by name": {"format": "workbook", "sheet": "Table 3", "header_row": 2},
    "workbook, sheet by pattern": {"format": "workbook", "sheet": {"pattern": "Table [0-9]"}},
    "workbook, sheet by title": {"format": "workbook", "sheet": {"title": "current price"}},
}

REFUSED = {
    "no format": ({}, "'format' is a required property"),
    "unknown format": ({"format": "pdf"}, "'pdf' is not one of ['csv', 'workbook']"),
    "unknown key": (
        {"format": "csv", "skip": 3},
        "Additional properties are not allowed ('skip' was unexpected)",
    ),
    "a sheet of a CSV": (
        {"format": "csv", "sheet": "x"},
        "'sheet' is not one of ['format', 'header_row', 'names', 'footer', 'member', 'encoding', 'delimiter']",
    ),
    "an encoding of a workbook": (
        {"format": "workbook", "encoding": "cp1252"},
        "'encoding' is not one of ['format', 'header_row', 'names', 'footer', 'member', 'sheet']",
    ),
    "rows from 0": ({"format": "csv", "header_row": 0}, "0 is less than the minimum of 1"),
    "three header rows": ({"format": "csv", "header_row": [1, 2, 3]}, "[1, 2, 3] is too long"),
    "pattern and title": (
        {"format": "workbook", "sheet": {"pattern": "a", "title": "b"}},
        "{'pattern': 'a', 'title': 'b'} has too many properties",
    ),
    "columns by letter": ({"format": "csv", "names": {"A": "code"}}, "'A' does not match '^[1-9][0-9]*$'"),
    "a long delimiter": ({"format": "csv", "delimiter": ", "}, "', ' does not match '^[^\"\\\\r\\\\n]$'"),
}


def test_the_schema_is_valid():
    Draft202012Validator.check_schema(SCHEMA)


def test_every_property_is_described():
    properties = READ_SCHEMA["properties"]
    nested = properties["sheet"]["properties"]
    assert [name for name, schema in {**properties, **nested}.items() if not schema.get("description")] == []


@pytest.mark.parametrize("said", ALLOWED.values(), ids=ALLOWED)
def test_schema_allows(said):
    assert list(VALIDATOR.iter_errors(said)) == []


@pytest.mark.parametrize(("said", "message"), REFUSED.values(), ids=REFUSED)
def test_schema_refuses(said, message):
    assert message in [error.message for error in VALIDATOR.iter_errors(said)]


def test_each_reader_has_a_revision():
    assert set(READER_REVISIONS) == set(READERS) == set(READ_SCHEMA["properties"]["format"]["enum"])


def test_defaults():
    assert Options.parse({"format": "csv"}) == Options(encoding="utf-8", delimiter=",", header_rows=(1, 1))


@pytest.mark.parametrize("position", [2, "2"], ids=["as a number", "as JSON has it"])
def test_names_go_by_position(position):
    assert Options.parse({"names": {position: "name"}}).names == {2: "name"}


@pytest.mark.parametrize(("said", "rows"), [(3, (3, 3)), ([3, 5], (3, 5))], ids=["one row", "several"])
def test_header_rows(said, rows):
    assert Options.parse({"header_row": said}).header_rows == rows


def test_header_rows_in_the_wrong_order():
    with pytest.raises(SourceError) as refusal:
        Options.parse({"header_row": [5, 3]})
    assert refusal.value.message == "The header can't start in row 5 and end in row 3."
    assert refusal.value.cure == "Write read: header_row: [3, 5]."


def test_plans_are_compiled_without_the_libraries_that_read():
    code = (
        "import sys, yhovi.engine.read.options;"
        "print([m for m in ('pyarrow', 'python_calamine', 'pandas') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
