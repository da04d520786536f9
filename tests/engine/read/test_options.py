"""What a spec may say about reading, and what the readers make of it."""

import json
import re
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator
from yhovi.connectors.base import SourceError
from yhovi.engine.read.options import READ_SCHEMA, READER_REVISIONS, Blocks, Labels, Options
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
    "csv, the header by labels": {
        "format": "csv",
        "header": {"labels": ["LA code", "LA name"], "rows": 2},
        "after_header": 1,
        "columns": ["A", "AD"],
        "duplicates": "number",
        "footnotes": True,
        "fill_down": ["Region"],
        "footer": ["Source:", "Note"],
        "until_blank_row": True,
    },
    "csv, blocks": {"format": "csv", "header_row": 3, "blocks": {"begins": "date"}},
    "workbook, blocks": {
        "format": "workbook",
        "header": {"labels": ["Area"]},
        "blocks": {
            "begins": {"pattern": "Year .*"},
            "labels": {"Year": {"pattern": "Year (.*)"}, "Sex": "sex"},
        },
    },
    "workbook, sheets by name": {"format": "workbook", "sheets": ["a", "b"], "sheet_column": "Sheet"},
    "workbook, sheets by pattern": {"format": "workbook", "sheets": {"pattern": "Table 1[a-d]"}},
    "json": {"format": "json", "records": "data.items", "member": "*.json"},
    "workbook, sheet by name": {"format": "workbook", "sheet": "Table 3", "header_row": 2},
    "workbook, sheet by pattern": {"format": "workbook", "sheet": {"pattern": "Table [0-9]"}},
    "workbook, sheet by title": {"format": "workbook", "sheet": {"title": "current price"}},
}

TABLES = (
    "'format', 'member', 'header_row', 'header', 'after_header', 'columns', 'names', 'duplicates', 'footnotes', "
    "'fill_down', 'footer', 'until_blank_row', 'blocks'"
)

REFUSED = {
    "no format": ({}, "'format' is a required property"),
    "unknown format": ({"format": "pdf"}, "'pdf' is not one of ['csv', 'workbook', 'json']"),
    "unknown key": (
        {"format": "csv", "skip": 3},
        "Additional properties are not allowed ('skip' was unexpected)",
    ),
    "a sheet of a CSV": (
        {"format": "csv", "sheet": "x"},
        f"'sheet' is not one of [{TABLES}, 'encoding', 'delimiter']",
    ),
    "an encoding of a workbook": (
        {"format": "workbook", "encoding": "cp1252"},
        f"'encoding' is not one of [{TABLES}, 'sheet', 'sheets', 'sheet_column']",
    ),
    "a header of JSON": (
        {"format": "json", "header_row": 2},
        "'header_row' is not one of ['format', 'member', 'records']",
    ),
    "records of a CSV": (
        {"format": "csv", "records": "items"},
        f"'records' is not one of [{TABLES}, 'encoding', 'delimiter']",
    ),
    "the header by its row and by labels": (
        {"format": "csv", "header_row": 2, "header": {"labels": ["a"]}},
        "2 should not be valid under {}",
    ),
    "one sheet and several": (
        {"format": "workbook", "sheet": "a", "sheets": ["b"]},
        "'a' should not be valid under {}",
    ),
    "a header without labels": ({"format": "csv", "header": {"rows": 2}}, "'labels' is a required property"),
    "a blank label": ({"format": "csv", "header": {"labels": [" "]}}, "' ' does not match '\\\\S'"),
    "a header of very many rows": (
        {"format": "csv", "header": {"labels": ["a"], "rows": 11}},
        "11 is greater than the maximum of 10",
    ),
    "columns by number": ({"format": "csv", "columns": ["1", "3"]}, "'1' does not match '^[A-Z]{1,3}$'"),
    "one column": ({"format": "csv", "columns": ["A"]}, "['A'] is too short"),
    "an unknown cure for duplicates": (
        {"format": "csv", "duplicates": "drop"},
        "'drop' is not one of ['refuse', 'number']",
    ),
    "no sheets": ({"format": "workbook", "sheets": []}, "[] should be non-empty"),
    "a column that would be provenance": (
        {"format": "workbook", "sheet_column": "_row"},
        "'_row' does not match '^[^_]'",
    ),
    "a label that would be provenance": (
        {"format": "csv", "header_row": 2, "blocks": {"begins": "date", "labels": {"_row": "date"}}},
        "'_row' does not match '^[^_]'",
    ),
    "blocks without a beginning": ({"format": "csv", "blocks": {}}, "'begins' is a required property"),
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


def described(schema):
    """The names of all properties in a schema, however deep, each with its description."""
    for name, inner in schema.get("properties", {}).items():
        yield name, inner.get("description", "")
        yield from described(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from described(schema[key])


def test_every_property_is_described():
    said = dict(described(SCHEMA))
    assert {"labels", "rows", "begins", "pattern", "title", "records"} < said.keys()
    assert [name for name, description in said.items() if not description.endswith(".") or len(description) < 10] == []


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


PARSED = {
    "columns": ({"columns": ["B", "AD"]}, Options(columns=(1, 29))),
    "far columns": ({"columns": ["AAA", "XFD"]}, Options(columns=(702, 16_383))),
    "a footer": ({"footer": "Source"}, Options(footer=("Source",))),
    "footers": ({"footer": ["Source", "Note"]}, Options(footer=("Source", "Note"))),
    "labels": ({"header": {"labels": ["a"]}}, Options(header=Labels(("a",), 1))),
    "labels over rows": ({"header": {"labels": ["a", "b"], "rows": 2}}, Options(header=Labels(("a", "b"), 2))),
    "blocks": (
        {"header_row": 2, "blocks": {"begins": "date", "labels": {"Date": {"pattern": "d(.*)"}}}},
        Options(header_rows=(2, 2), blocks=Blocks("date", {"Date": re.compile("d(.*)")})),
    ),
    "the rest as it is": (
        {"sheets": ["a"], "sheet_column": "s", "fill_down": ["r"], "footnotes": True, "records": "a.b"},
        Options(sheets=["a"], sheet_column="s", fill_down=["r"], footnotes=True, records="a.b"),
    ),
}


@pytest.mark.parametrize(("said", "options"), PARSED.values(), ids=PARSED)
def test_options_are_parsed(said, options):
    assert Options.parse({"format": "csv", **said}) == options


UNPARSED = {
    "columns in the wrong order": (
        {"columns": ["AA", "Z"]},
        "The columns can't start with AA and end with Z.",
        "Write read: columns: [Z, AA].",
    ),
    "blocks without a header": (
        {"blocks": {"begins": "date"}},
        "The blocks have a header, but nothing says where.",
        "Write read: header_row, counted from the first row of a block, or read: header: {labels: [...]}.",
    ),
    "a pattern that is none": (
        {"header_row": 2, "blocks": {"begins": {"pattern": "("}}},
        "The pattern '(' is no regular expression: missing ), unterminated subpattern at position 0.",
        "Correct read: blocks: begins: pattern.",
    ),
    "a label's pattern that is none": (
        {"header_row": 2, "blocks": {"begins": "date", "labels": {"Date": {"pattern": "*"}}}},
        "The pattern '*' is no regular expression: nothing to repeat at position 0.",
        "Correct read: blocks: labels: Date: pattern.",
    ),
    "a label's pattern without a group": (
        {"header_row": 2, "blocks": {"begins": "date", "labels": {"Date": {"pattern": "date"}}}},
        "The pattern 'date' for the column 'Date' has 0 groups, not one.",
        "Put round brackets around what becomes the value, and around nothing else: 'Year to (.*)'.",
    ),
}


@pytest.mark.parametrize(("said", "message", "cure"), UNPARSED.values(), ids=UNPARSED)
def test_options_are_refused(said, message, cure):
    with pytest.raises(SourceError) as refusal:
        Options.parse(said)
    assert (refusal.value.message, refusal.value.cure) == (message, cure)


def test_plans_are_compiled_without_the_libraries_that_read():
    code = (
        "import sys, yhovi.engine.read.options;"
        "print([m for m in ('pyarrow', 'python_calamine', 'pandas') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
