"""JSON: lists of records to tables, and every refusal in full."""

import io
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read import records
from yhovi.engine.read.readers import read
from yhovi.engine.read.tables import BATCH_ROWS

BROKEN_CURE = "Open the file to see what it is; if it was cut off, fetch it again."
PATH_CURE = "Say in read: records which names lead to the list of records, with dots between them: data.items."
UNFIT_CURE = "Tell the publisher: such JSON can't be trusted."


def tables(content, provenance=False, path=""):
    data = content.encode() if isinstance(content, str) else content
    return list(read(io.BytesIO(data), Reading("json", {"records": path}), provenance=provenance))


def refusal_of(content, path=""):
    with pytest.raises(SourceError) as refusal:
        tables(content, path=path)
    return refusal.value.message, refusal.value.cure


READ = {
    "a list": ('[{"a": "x", "b": "y"}, {"a": "z", "b": "w"}]', "", {"a": ["x", "z"], "b": ["y", "w"]}),
    "a list inside": ('{"data": {"items": [{"a": "x"}]}, "n": 1}', "data.items", {"a": ["x"]}),
    "numbers": (
        '[{"a": 5, "b": 5.0, "c": 0.1, "d": -1e-7, "e": 12345678901234567890}]',
        "",
        {
            "a": ["5"],
            "b": ["5"],
            "c": ["0.1"],
            "d": ["-1e-07"],
            "e": ["12345678901234567890"],
        },
    ),
    "floats as they were computed": ('[{"a": 68.10000000000001}]', "", {"a": ["68.10000000000001"]}),
    "true, false and null": ('[{"a": true, "b": false, "c": null}]', "", {"a": ["TRUE"], "b": ["FALSE"], "c": [None]}),
    "text that looks like something else": ('[{"a": "001", "b": "null"}]', "", {"a": ["001"], "b": ["null"]}),
    "cells are stripped": ('[{"a": " x\\u00a0", "b": " "}]', "", {"a": ["x"], "b": [None]}),
    "fields inside fields": (
        '[{"area": {"code": "E1", "name": {"en": "Leeds", "cy": null}}, "v": 1}]',
        "",
        {"area.code": ["E1"], "area.name.en": ["Leeds"], "area.name.cy": [None], "v": ["1"]},
    ),
    "an object without fields": ('[{"a": {}, "b": 1}]', "", {"b": ["1"]}),
    "lists inside a record": (
        '[{"a": ["x", 1, null, "\u00e9"], "b": [{"c": 1}], "c": []}]',
        "",
        {"a": ['["x", 1, null, "\u00e9"]'], "b": ['[{"c": 1}]'], "c": ["[]"]},
    ),
    "fields that come and go": (
        '[{"a": 1}, {"b": 2}, {"c": 3, "a": 4}]',
        "",
        {"a": ["1", None, "4"], "b": [None, "2", None], "c": [None, None, "3"]},
    ),
    "odd names": ('[{" LA\\u00a0code\\n": 1}]', "", {"LA code": ["1"]}),
    "a byte order mark": ('\ufeff[{"a": 1}]', "", {"a": ["1"]}),
    "UTF-16": ('[{"a": "\u00e9"}]'.encode("utf-16"), "", {"a": ["\u00e9"]}),
    "no records": ("[]", "", {}),
    "no fields": ("[{}]", "", {}),
}


@pytest.mark.parametrize(("content", "path", "expected"), READ.values(), ids=READ)
def test_reads(content, path, expected):
    (table,) = tables(content, path=path)
    assert table.to_pydict() == expected
    assert set(table.schema.types) <= {pa.string()}


def test_provenance_is_the_number_of_the_record_and_the_field():
    (table,) = tables('[{"a b": {"c\\n": 1}}, {"d": 2}]', provenance=True)
    assert table.to_pydict() == {"a b.c": ["1", None], "d": [None, "2"], "_row": ["1", "2"]}
    assert json.loads(table.schema.metadata[b"columns"]) == [["a b.c", "a b.c\n"], ["d", "d"]]


def test_batches_are_of_50_000_records_with_the_same_columns():
    content = json.dumps([{"a": number} for number in range(BATCH_ROWS)] + [{"b": 1}])
    batches = tables(content, provenance=True)
    assert [(batch.num_rows, batch.column_names) for batch in batches] == [
        (BATCH_ROWS, ["a", "b", "_row"]),
        (1, ["a", "b", "_row"]),
    ]
    assert batches[1].to_pydict() == {"a": [None], "b": ["1"], "_row": ["50001"]}


DEEP = '{"a": ' * 21 + "1" + "}" * 21

REFUSED = {
    "no such field": (
        '{"data": {"rows": [], "total": 0}}',
        "data.items",
        "The field 'data' has no field 'items'. It has 'rows', 'total'.",
        PATH_CURE,
    ),
    "no such field at the top": ("{}", "items", "The file has no field 'items'. It has none.", PATH_CURE),
    "a path into a list": (
        '[{"a": 1}]',
        "a",
        "The file has no field 'a'. It is a list.",
        PATH_CURE,
    ),
    "a path into text": (
        '{"a": "x"}',
        "a.b",
        "The field 'a' has no field 'b'. It is text.",
        PATH_CURE,
    ),
    "an object": (
        '{"error": "Query is incomplete"}',
        "",
        "The file is no list of records but an object with 'error'.",
        PATH_CURE,
    ),
    "a number": ('{"a": 1}', "a", "The field 'a' is no list of records but a number.", PATH_CURE),
    "nothing": ("null", "", "The file is no list of records but null.", PATH_CURE),
    "truth": ("true", "", "The file is no list of records but true or false.", PATH_CURE),
    "a record that is none": (
        '[{"a": 1}, [2]]',
        "",
        "Record 2 is a list, not an object with fields.",
        PATH_CURE,
    ),
    "two fields for one column": (
        '[{"a": {"b": 1}, "a.b": 2}]',
        "",
        "Record 1 has two fields that would both be the column 'a.b'.",
        "A field with a dot in its name does this. Take the CSV if the source has one, or tell the developers.",
    ),
    "a field said twice": (
        '[{"a": 1, "b": 2, "a": 3}]',
        "",
        "The JSON has an object that says the field 'a' more than once.",
        UNFIT_CURE,
    ),
    "fields that differ in white space": (
        '[{"a b": 1}, {"a  b": 2}]',
        "",
        "Fields that differ in white space alone: 'a b'.",
        "Tell the publisher: such fields can't be told apart.",
    ),
    "a field without a name": (
        '[{" ": 1}]',
        "",
        "A field has no name.",
        "Tell the publisher: such fields can't be told apart.",
    ),
    "no number": ('[{"a": NaN}]', "", "The JSON holds NaN, which is no value that JSON knows.", UNFIT_CURE),
    "too large a number": (
        '[{"a": -1e999}]',
        "",
        "The JSON holds -1e999, a larger number than can be read.",
        UNFIT_CURE,
    ),
    "half a character": (
        '[{"a": "\\ud800"}]',
        "",
        "The JSON holds half a character, which no text does.",
        UNFIT_CURE,
    ),
    "half a character in a list": (
        '[{"a": ["\\ud800"]}]',
        "",
        "The JSON holds half a character, which no text does.",
        UNFIT_CURE,
    ),
    "too deep": (
        f"[{DEEP}]",
        "",
        "Record 1 has fields inside fields more than 20 deep.",
        "Such records are no table. Check read: records against the file.",
    ),
    "far too deep": ("[" * 100_000, "", "The JSON is nested too deeply to be read.", BROKEN_CURE),
    "CSV": (
        "a,b\n1,2\n",
        "",
        "The file is no JSON, or was cut off: Expecting value: line 1 column 1 (char 0).",
        BROKEN_CURE,
    ),
    "cut off": (
        '[{"a": 1}, {"a"',
        "",
        "The file is no JSON, or was cut off: Expecting ':' delimiter: line 1 column 16 (char 15).",
        BROKEN_CURE,
    ),
    "another encoding": (b'[{"a": "\xe9"}]', "", "The file is no JSON: its bytes are not UTF-8.", BROKEN_CURE),
    "a zip": (
        b"PK\x03\x04....",
        "",
        "A zip file or a workbook came where JSON was expected.",
        "Say read: member for a file inside a zip, or read: format: workbook.",
    ),
}


@pytest.mark.parametrize(("content", "path", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(content, path, message, cure):
    assert refusal_of(content, path) == (message, cure)


def test_twenty_deep_is_allowed():
    (table,) = tables(f"[{DEEP[6:-1]}]")
    assert table.to_pydict() == {".".join("a" * 20): ["1"]}


def test_very_long_json_is_refused(monkeypatch):
    content = '[{"a": 1}]'
    monkeypatch.setattr(records, "LIMIT", len(content))
    assert tables(content)[0].num_rows == 1
    assert refusal_of(content + " ") == (
        "The JSON has more than the 0 MB that can be read at once.",
        "Ask for less at a time, or take the CSV if the source has one.",
    )
    assert len(content) == records.LIMIT


def test_the_limit_is_two_hundred_megabytes():
    assert records.LIMIT == 200_000_000


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Zs", "Cc", "Cf"]), max_size=5)
VALUES = TEXT | st.integers() | st.booleans() | st.none()


@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), max_size=10))
def test_what_is_written_is_read(said):
    """Every value comes back as text where it stood, and nothing else comes."""

    def text(value):
        return value if isinstance(value, str) else {None: "", True: "TRUE", False: "FALSE"}.get(value, str(value))

    (table,) = tables(json.dumps(said))
    for name in table.column_names:
        expected = [str(r[name]) if type(r.get(name)) is int else text(r.get(name)) for r in said]
        assert table[name].to_pylist() == [value or None for value in expected]
    assert set(table.column_names) == {name for record in said for name in record}
