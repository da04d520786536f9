"""YAML text to plain data with places: what reads as what, and a whole sentence for what isn't plain data."""

import contextlib
import errno
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.document import DEPTH_LIMIT, SIZE_LIMIT, DocumentError, parse_document, read_document
from yhovi.engine.errors import Problem

FILE = Path("indicators") / "E-EJ-01.yaml"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

whole = st.integers(-(10**17), 10**17)
scalars = st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | st.text()
data = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


class QuotedTexts(yaml.SafeDumper):
    """Writes every text in quotes, and everything else as it is."""


QuotedTexts.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def refusal(text: str) -> Problem:
    """What is said of a text that can't be read."""
    with pytest.raises(DocumentError) as caught:
        parse_document(FILE, text)
    assert str(caught.value) == str(caught.value.problem)
    return caught.value.problem


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("TRUE", "TRUE"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("012", "012"),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1e3", "1e3"),
        ("1.5e3", 1500.0),
        ("-0.5", -0.5),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        ("1.0e999", "1.0e999"),
        ("999999999999999999", 999999999999999999),
        ("1000000000000000000", "1000000000000000000"),
        ("9" * 5000, "9" * 5000),
        ("2023", 2023),
        ("2023-04", "2023-04"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z"),
        ("'12'", "12"),
        ('"1.5"', "1.5"),
        ("'~'", "~"),
        ("''", ""),
        ("Kingston upon Hull, City of", "Kingston upon Hull, City of"),
        ("£ million – café", "£ million – café"),
        (">-\n  two\n  lines", "two lines"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("|-\n  5", "5"),
        ("[1, no, 'x']", [1, "no", "x"]),
        ("{b: 1}", {"b": 1}),
    ],
)
def test_a_value_reads_as_what_it_looks_like(written: str, read: Any) -> None:
    found = parse_document(FILE, f"a: {written}").data["a"]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "--- ~\n...\n"])
def test_a_file_that_says_nothing_is_nothing(text: str) -> None:
    assert parse_document(FILE, text).data is None


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse_document(FILE, "1: a\nno: b\n~: c\n2.5: d").data == {"1": "a", "no": "b", "~": "c", "2.5": "d"}


def test_every_key_and_item_has_its_place() -> None:
    text = "# first\nid: X\nlist:\n  - a\n  - key: {deep: 1,\n      next: [2, 3]}\n"
    assert dict(parse_document(FILE, text).marks) == {
        ("id",): (2, 1),
        ("list",): (3, 1),
        ("list", 0): (4, 5),
        ("list", 1): (5, 5),
        ("list", 1, "key"): (5, 5),
        ("list", 1, "key", "deep"): (5, 11),
        ("list", 1, "key", "next"): (6, 7),
        ("list", 1, "key", "next", 0): (6, 14),
        ("list", 1, "key", "next", 1): (6, 17),
    }


@pytest.mark.parametrize(
    ("at", "place"), [(("a", "b"), (2, 3)), (("a", "gone"), (1, 1)), (("z", 0, "y"), (1, 1)), ((), (1, 1))]
)
def test_what_has_no_place_is_where_its_surroundings_are(at: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert parse_document(FILE, "a:\n  b: 1").mark(at) == place


WRITE_OUT = "Write the value out in each place; text that begins with {} stands in quotes."
NO_TAG = "Leave the tag out; text that begins with ! stands in quotes."
TOO_DEEP = ("lists and mappings are nested too deep", "50 levels", "Look for brackets that are never closed.")
NOT_TO_START = "this isn't YAML: while scanning for the next token found character that cannot start any token"
NO_TABS = "Indent with spaces, not with tabs."


@pytest.mark.parametrize(
    ("text", "line", "column", "code", "found", "allowed", "cure"),
    [
        (
            *("a: 1\nb:\n  c: 1\n  c: 2", 4, 3, "duplicate-key", "the key 'c' stands here a second time", "once"),
            "Delete one of the two, or join them.",
        ),
        ("a: &x 5", 1, 4, "no-anchors", "an anchor or alias (&x)", "plain values", WRITE_OUT.format("&")),
        ("a: *bold", 1, 4, "no-anchors", "an anchor or alias (*bold)", "plain values", WRITE_OUT.format("*")),
        ("<<: *a", 1, 5, "no-anchors", "an anchor or alias (*a)", "plain values", WRITE_OUT.format("*")),
        (BOMB, 1, 4, "no-anchors", "an anchor or alias (&a)", "plain values", WRITE_OUT.format("&")),
        ("b: !!set {x}", 1, 4, "no-tags", "a tag (tag:yaml.org,2002:set)", "plain values", NO_TAG),
        ("!x k: 1", 1, 1, "no-tags", "a tag (!x)", "plain values", NO_TAG),
        (
            *("? [a]\n: b", 1, 3, "bad-key", "a key is a list or a mapping", "text"),
            "Write the key as text; text that begins with { or [ stands in quotes.",
        ),
        ("[" * 200_000, 1, 52, "too-deep", *TOO_DEEP),
        ("{a: " * 60_000, 1, 205, "too-deep", *TOO_DEEP),
        ("- " * 100_000, 1, 103, "too-deep", *TOO_DEEP),
        (
            *("a: 1\n---\nb: 2", 2, 1, "two-documents", "a second document begins (---)", "one per file"),
            "Put it in a file of its own, or delete the line.",
        ),
        (
            *("a: 1\nb: x\0y", 2, 5, "not-yaml"),
            *("an invisible character (U+0000) that can't stand in a text file", ""),
            "Delete it, or type the line anew.",
        ),
        ("a:\n\t- b", 2, 1, "not-yaml", NOT_TO_START, "", NO_TABS),
        (
            *("a: b\n\tc: d", 2, 1, "not-yaml"),
            *("this isn't YAML: while scanning a plain scalar found a tab character that violates indentation", ""),
            NO_TABS,
        ),
        (
            *("a: 1\nb: 'unclosed\nc: 2\n", 2, 4, "not-yaml"),
            *("this isn't YAML: while scanning a quoted scalar found unexpected end of stream", ""),
            "Close the quote or bracket that opens here.",
        ),
        ("a: @b", 1, 4, "not-yaml", NOT_TO_START, "", "Put the text that starts here in quotes."),
        (
            *("title: Mortality: preventable", 1, 17, "not-yaml"),
            *("this isn't YAML: mapping values are not allowed in this context", ""),
            "Put a text that holds a colon and a blank in quotes, or mend the indent.",
        ),
        (
            *("a: [1, 2\nb: 3\n", 2, 2, "not-yaml"),
            *("this isn't YAML: while parsing a flow sequence did not find expected ',' or ']'", ""),
            "Look for a missing quote, colon or bracket, or a wrong indent, here or above.",
        ),
    ],
    ids=[
        *("duplicate", "anchor", "alias", "merge", "bomb", "tag", "tag of a key", "key"),
        *("brackets", "braces", "dashes", "two", "control"),
        *("tab", "tab in text", "quote", "token", "colon", "unclosed"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_place(
    text: str, line: int, column: int, code: str, found: str, allowed: str, cure: str
) -> None:
    assert refusal(text) == Problem(code, FILE, line, column, found, allowed, cure)


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    assert parse_document(FILE, "[" * DEPTH_LIMIT + "1" + "]" * DEPTH_LIMIT).data


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffa: Café\r\nb: 2\r\n".encode())
    read = read_document(file)
    assert (read.data, read.text) == ({"a": "Café", "b": 2}, "a: Café\r\nb: 2\r\n")


NOT_UTF_8 = ("not-utf-8", "a character that isn't UTF-8", "", "Save the file as UTF-8.")


@pytest.mark.parametrize(
    ("raw", "line", "code", "found", "allowed", "cure"),
    [
        ("a: 1\nb: Café\n".encode("cp1252"), 2, *NOT_UTF_8),
        ("a: 1\n".encode("utf-16"), 1, *NOT_UTF_8),
        (
            *(b"#" * (SIZE_LIMIT + 1), 1, "too-large", "the file has 262,145 bytes", "at most 262,144 bytes"),
            "A spec is a page of text: check that this is one.",
        ),
        (
            *(None, 1, "unreadable-file", f"the file can't be opened: {os.strerror(errno.ENOENT)}", ""),
            "Check the path, and that you may read the file.",
        ),
    ],
    ids=["cp1252", "utf-16", "too large", "missing"],
)
def test_a_file_that_is_no_text_is_refused(
    tmp_path: Path, raw: bytes | None, line: int, code: str, found: str, allowed: str, cure: str
) -> None:
    file = tmp_path / "a.yaml"
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert caught.value.problem == Problem(code, file, line, 1, found, allowed, cure)


def test_the_largest_file_that_is_allowed_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\n".ljust(SIZE_LIMIT, b"#"))
    assert read_document(file).data == {"a": 1}


@given(data)
def test_data_that_is_written_reads_back(said: Any) -> None:
    assert parse_document(FILE, yaml.dump(said, Dumper=QuotedTexts)).data == said


@given(st.lists(st.text()))
def test_quoted_texts_read_back(said: list[str]) -> None:
    written = "".join(f"- {yaml.safe_dump(text, default_style=chr(34))}" for text in said)
    assert parse_document(FILE, written).data == (said or None)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a DocumentError may come of what someone typed."""
    with contextlib.suppress(DocumentError):
        parse_document(FILE, text)
