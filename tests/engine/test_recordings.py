"""The demonstration's answers: found by what was asked, with the time, release and origin of their recording."""

import hashlib
import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from yhovi.connectors.base import Request, Secret
from yhovi.engine.errors import ExtractError
from yhovi.engine.recordings import Recordings

ASKED = Request("https://example.org/data.csv", (("area", "a b"), ("time", "latest")))


def put(folder: Path, content: bytes, **said) -> Path:
    """A recording of the answer to ``ASKED``."""
    answer = {"url": ASKED.url, "parameters": [["area", "a b"], ["time", "latest"]], "method": "GET", "body": None}
    answer |= {"file": "data.csv", "status": 200, "headers": {"content-type": "text/csv"}}
    exchange = {"source": "nomis", "dataset": "x", "retrieved_at": "2026-01-15T06:00:00+00:00", "release": "2024-04"}
    exchange |= {"origin": "synthetic", "answers": [answer | said.pop("answer", {})], **said}
    folder.mkdir(parents=True)
    (folder / "exchange.json").write_text(json.dumps(exchange), encoding="utf-8")
    (folder / "data.csv").write_bytes(content)
    return folder


def test_an_answer_has_all_that_its_recording_says(tmp_path):
    put(tmp_path / "nomis" / "x", b"a,b\n")
    answer = Recordings([tmp_path]).send(ASKED)
    assert (answer.request, answer.stream.read(), answer.size) == (ASKED, b"a,b\n", 4)
    assert answer.sha256 == hashlib.sha256(b"a,b\n").hexdigest()
    assert (answer.status, answer.headers) == (200, {"content-type": "text/csv"})
    assert answer.retrieved_at == datetime(2026, 1, 15, 6, tzinfo=UTC)
    assert (answer.origin, answer.release) == ("synthetic", "2024-04")


def test_each_answer_is_a_stream_of_its_own(tmp_path):
    put(tmp_path / "x", b"a")
    recordings = Recordings([tmp_path])
    assert [recordings.send(ASKED).stream.read() for _ in "12"] == [b"a", b"a"]


def test_headers_secrets_and_validators_make_no_difference(tmp_path):
    put(tmp_path / "x", b"a")
    secret = Secret("KEY", "parameter", "uid")
    request = Request(ASKED.url, ASKED.parameters, headers=(("accept", "text/csv"),), secret=secret, purpose="page")
    assert Recordings([tmp_path]).send(request, validators=("etag", None)).stream.read() == b"a"


def test_a_posted_body_is_part_of_the_question(tmp_path):
    put(tmp_path / "x", b"a", answer={"method": "POST", "body": '{"q": 1}'})
    recordings = Recordings([tmp_path])
    assert recordings.send(Request(ASKED.url, ASKED.parameters, "POST", '{"q": 1}')).size == 1
    with pytest.raises(ExtractError):
        recordings.send(Request(ASKED.url, ASKED.parameters, "POST", '{"q": 2}'))


def test_the_earlier_folder_answers(tmp_path):
    put(tmp_path / "one" / "x", b"one")
    put(tmp_path / "two" / "x", b"two")
    assert Recordings([tmp_path / "two", tmp_path / "one"]).send(ASKED).stream.read() == b"two"


def test_what_was_not_recorded_is_named(tmp_path):
    with pytest.raises(ExtractError) as raised:
        Recordings([tmp_path]).send(ASKED)
    assert str(raised.value) == (
        "The demonstration has no recording of https://example.org/data.csv?area=a%20b&time=latest. "
        "Run without --demo to ask the source, or demonstrate another indicator."
    )


BROKEN = {
    "not json": ("{", "JSONDecodeError('Expecting property name enclosed in double quotes: line 1 column 2 (char 1)')"),
    "another shape": ("[]", "TypeError('list indices must be integers or slices, not str')"),
    "no answers": ("{}", "KeyError('answers')"),
}


@pytest.mark.parametrize(("text", "why"), BROKEN.values(), ids=BROKEN)
def test_a_recording_that_makes_no_sense_is_named(tmp_path, text, why):
    path = put(tmp_path / "x", b"a") / "exchange.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExtractError) as raised:
        Recordings([tmp_path])
    assert str(raised.value) == (
        f"The recording {path} can't be understood ({why}). Make it again, or remove its folder."
    )


GEOGRAPHY = "1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,2092957699"
WORKBOOK = (
    "/economy/grossdomesticproductgdp/datasets/"
    "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiesbyitl1region/tleyorkshireandthehumber/"
    "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiestleyorkshireandthehumber.xlsx"
)
BUILT_IN = {
    "E-EJ-01": (
        "https://www.nomisweb.co.uk/api/v01/dataset/NM_17_5.data.csv",
        {"geography": GEOGRAPHY, "time": "2004-12,latest", "variable": "45", "measures": "20599,21001,21002,21003"},
        ("2024-04", "published"),
    ),
    "S-HE-05": (
        "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id",
        {"indicator_ids": "93721", "child_area_type_id": "501", "parent_area_type_id": "6"},
        ("2026", "synthetic"),
    ),
    "E-BE-11": ("https://www.ons.gov.uk/file", {"uri": WORKBOOK}, ("2025-10-10", "published")),
}


@pytest.mark.parametrize(("url", "parameters", "said"), BUILT_IN.values(), ids=BUILT_IN)
def test_the_built_in_recordings_answer(url, parameters, said):
    recordings = Recordings([files("yhovi").joinpath("indicators", "recordings")])
    answer = recordings.send(Request(url, tuple(parameters.items())))
    assert (answer.release, answer.origin) == said
    assert answer.size > 10_000
    assert answer.retrieved_at == datetime(2026, 1, 15, 6, tzinfo=UTC)
