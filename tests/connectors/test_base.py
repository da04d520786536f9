"""Questions and answers as values: how a question is written, what makes two the same, which bodies are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors import CONNECTORS
from yhovi.connectors.base import Column, Media, Request, Secret, SourceError, csv_rows, no_parse, require_body

from support.answers import answer

URL = "https://example.org/data.csv"
BOM = b"\xef\xbb\xbf"
PAGE_CURE = "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query)."
JSON_CURE = "Check the query against the source."
PAGE = ("A web page came back where CSV was asked for.", PAGE_CURE)
EMPTY = ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing.")


def said_json(said: str) -> tuple[str, str]:
    return f"A JSON message came back where CSV was asked for: {said}", JSON_CURE


@pytest.mark.parametrize(
    ("value", "written"),
    {
        "a range of codes": ("1778384906...1778384910,7", "1778384906...1778384910,7"),
        "a group of areas": ("MAKE|West Yorkshire|1;2", "MAKE|West%20Yorkshire|1;2"),
        "a path": ("/economy/gdp.xlsx", "/economy/gdp.xlsx"),
        "a star and a colon": ("*a:b*", "*a:b*"),
        "a space": ("a b", "a%20b"),
        "a plus sign": ("a+b", "a%2Bb"),
        "what ends a parameter": ("a&b=c#d?e", "a%26b%3Dc%23d%3Fe"),
        "a percent sign": ("50%", "50%25"),
        "a pound sign": ("£", "%C2%A3"),
        "nothing": ("", ""),
    }.values(),
)
def test_an_address_keeps_readable_what_it_may(value: str, written: str) -> None:
    assert Request(URL, (("q", value),)).address == f"{URL}?q={written}"


@pytest.mark.parametrize(
    ("url", "parameters", "address"),
    [
        (URL, (), URL),
        (URL, (("b", "2"), ("a", "1")), f"{URL}?b=2&a=1"),
        (URL, (("a", "1"), ("a", "2")), f"{URL}?a=1&a=2"),
        (f"{URL}?uri=/x", (("a", "1"),), f"{URL}?uri=/x&a=1"),
        ("landed:ons/gva", (("release", "2025-10"),), "landed:ons/gva?release=2025-10"),
    ],
    ids=["no parameters", "in their order", "one twice", "a query in the URL", "a landed file"],
)
def test_an_address_is_the_url_and_its_parameters(
    url: str, parameters: tuple[tuple[str, str], ...], address: str
) -> None:
    assert Request(url, parameters).address == address


@pytest.mark.parametrize(
    ("url", "host"),
    [(URL, "example.org"), ("https://example.org:8443/x", "example.org:8443"), ("landed:ons/gva", "")],
)
def test_a_request_has_a_host(url: str, host: str) -> None:
    assert Request(url).host == host


def test_a_request_knows_the_name_of_a_secret_only() -> None:
    request = Request(URL, (("a", "1"),), secret=Secret("NOMIS_API_KEY", "parameter", "uid"))
    assert request.address == f"{URL}?a=1"
    assert request.key == Request(URL, (("a", "1"),)).key


ASKED = Request(URL, (("a", "1"), ("b", "2")))


@pytest.mark.parametrize(
    "same",
    [
        Request(URL, (("a", "1"), ("b", "2"))),
        Request(f"{URL}?a=1", (("b", "2"),)),
        Request(ASKED.url, ASKED.parameters, headers=(("accept", "text/csv"),)),
        Request(ASKED.url, ASKED.parameters, secret=Secret("KEY", "header", "authorization")),
        Request(ASKED.url, ASKED.parameters, purpose="page", expects="csv"),
    ],
    ids=["made twice", "written into the URL", "headers", "a secret", "what it is for"],
)
def test_equal_questions_have_equal_keys(same: Request) -> None:
    assert same.key == ASKED.key


@pytest.mark.parametrize(
    "other",
    [
        Request(URL, (("b", "2"), ("a", "1"))),
        Request(URL, (("a", "1"),)),
        Request(URL, (("a", "1"), ("b", "2 "))),
        Request(ASKED.url, ASKED.parameters, "POST"),
        Request(ASKED.url, ASKED.parameters, "POST", "{}"),
    ],
    ids=["another order", "one less", "a space more", "another method", "with a body"],
)
def test_different_questions_have_different_keys(other: Request) -> None:
    assert other.key != ASKED.key


def test_a_key_never_changes() -> None:
    """Archives are found by it for years."""
    assert ASKED.key == "0a7866c59e3bf4ec4e9898cc39fb1dd61542744982c1138ccd783a1104796035"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(texts, texts), max_size=4), st.lists(st.tuples(texts, texts), max_size=4))
def test_only_equal_parameters_share_a_key(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    same = Request(URL, tuple(one)).key == Request(URL, tuple(other)).key
    assert same == (one == other)


FINE: dict[str, tuple[bytes, Media]] = {
    "CSV": (b"a,b\n1,2\n", "csv"),
    "CSV with a byte order mark": (BOM + b"a,b\n", "csv"),
    "CSV with a footnote in front": (b"[x] not available\na,b\n", "csv"),
    "CSV with a page further down": (b"a\n<html>\n", "csv"),
    "JSON": (b'{"a": 1}', "json"),
    "a workbook": (b"PK\x03\x04", "workbook"),
    "a page, where anything may come": (b"<html>", "any"),
    "JSON, where anything may come": (b"{}", "any"),
}


@pytest.mark.parametrize(("body", "expects"), FINE.values(), ids=FINE)
def test_a_body_is_fine(body: bytes, expects: Media) -> None:
    given = answer(body, Request(URL, expects=expects))
    require_body(given)
    assert given.stream.read() == body


REFUSED: dict[str, tuple[bytes, Media, tuple[str, str]]] = {
    "nothing": (b"", "csv", EMPTY),
    "nothing, where anything may come": (b"", "any", EMPTY),
    "a page": (b"<html><body>", "csv", PAGE),
    "a page with a document type": (b"\r\n  <!DOCTYPE html>\n<html>", "csv", PAGE),
    "a page with a byte order mark": (BOM + b"<!doctype HTML>", "csv", PAGE),
    "XML": (b"<?xml version='1.0'?><Error/>", "csv", PAGE),
    "an error in XML": (b"<Error><Code>NoSuchKey</Code></Error>", "csv", PAGE),
    "a page for JSON": (b"<html>", "json", ("A web page came back where JSON was asked for.", PAGE_CURE)),
    "a page for a workbook": (
        b"<HTML>",
        "workbook",
        ("A web page came back where a workbook was asked for.", PAGE_CURE),
    ),
    "a JSON object": (b'{"Error":\n "Query is incomplete"}', "csv", said_json('{"Error": "Query is incomplete"}')),
    "a JSON list": (b'[{"Error": 1}]', "csv", said_json('[{"Error": 1}]')),
    "a long JSON message": (b'{"a":"' + b"b" * 500, "csv", said_json('{"a":"' + "b" * 114)),
}


@pytest.mark.parametrize(("body", "expects", "said"), REFUSED.values(), ids=REFUSED)
def test_a_body_is_refused(body: bytes, expects: Media, said: tuple[str, str]) -> None:
    with pytest.raises(SourceError) as raised:
        require_body(answer(body, Request(URL, expects=expects)))
    assert (raised.value.message, raised.value.cure) == said


def test_a_look_at_the_head_leaves_the_stream_at_its_start() -> None:
    given = answer(b"a,b\n1,2\n")
    assert (given.head(3), given.stream.read()) == (b"a,b", b"a,b\n1,2\n")


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (b"", []),
        (BOM + b"a,b\r\n\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        (b'a\n"1\n2"\n', [["a"], ["1\n2"]]),
        (b"a,b\n1\n", [["a", "b"], ["1"]]),
    ],
    ids=["nothing", "a byte order mark and a blank line", "a line feed in a field", "a short row"],
)
def test_csv_can_be_looked_at(body: bytes, rows: list[list[str]]) -> None:
    given = answer(body)
    assert list(csv_rows(given)) == rows
    assert given.stream.read() == body


def test_a_look_that_ends_early_leaves_the_stream_open_and_at_its_start() -> None:
    given = answer(b"a\n1\n2\n")
    rows = csv_rows(given)
    assert next(rows) == ["a"]
    rows.close()
    assert given.stream.read() == b"a\n1\n2\n"


def test_a_stream_may_be_closed_before_the_look_ends() -> None:
    """As when an exchange gives up: what clears it away must not complain."""
    given = answer(b"a\n1\n")
    rows = csv_rows(given)
    next(rows)
    given.stream.close()
    rows.close()


def test_an_open_quotation_mark_is_refused() -> None:
    with pytest.raises(SourceError) as raised:
        list(csv_rows(answer(b'a\n"' + b"x" * 200_000)))
    assert (
        raised.value.message
        == "The answer can't be read as CSV (field larger than field limit (131072)): a quotation mark may have been"
        " left open."
    )
    assert raised.value.cure == "Open the address in a browser to see what came."


@pytest.mark.parametrize(
    ("column", "has_status"),
    [
        (Column("a", "number"), False),
        (Column("a", "number", markers=(("[x]", "not_available"),)), True),
        (Column("a", "number", status_from="b"), True),
    ],
    ids=["neither", "markers", "another column"],
)
def test_a_column_can_carry_reasons(column: Column, has_status: bool) -> None:
    assert column.has_status is has_status


def test_connectors_are_known_by_their_own_names() -> None:
    assert [connector.NAME for connector in CONNECTORS.values()] == list(CONNECTORS)


def test_a_source_without_a_shape_of_its_own_says_so() -> None:
    with pytest.raises(SourceError) as raised:
        no_parse(answer(b"x", Request(URL)))
    assert (raised.value.message, raised.value.cure) == (
        f"There is no way to read {URL}.",
        "This is a bug in the connector.",
    )
