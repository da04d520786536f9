"""Runs against a source on a real socket: what is asked, what is loaded, what is refused, and with which exit code."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from support.commands import Cli
from support.content import count, rows
from support.sources import NOMIS, mirror

pytestmark = pytest.mark.untraced

DOCUMENTED = (
    "/api/v01/dataset/NM_17_5.data.csv?geography=1778384906...1778384910,1778384958,1778385139...1778385142,"
    "1778385154...1778385158,2013265923,2092957699&time=2004-12,latest&variable=45&measures=20599,21001,21002,21003"
)
PATH = "/api/v01/dataset/NM_17_5.data.csv"


@pytest.fixture(scope="module")
def recorded() -> bytes:
    """What Nomis answered for the demonstration."""
    from importlib.resources import files

    return (files("yhovi") / "indicators/recordings/nomis/NM_17_5/data.csv").read_bytes()


@pytest.fixture
def nomis(httpserver: HTTPServer, tmp_path: Path) -> HTTPServer:
    """A server that is asked in Nomis's place."""
    mirror(tmp_path, NOMIS, httpserver.url_for("/"))
    return httpserver


def serve(server: HTTPServer, body: bytes, **headers: str) -> None:
    server.expect_request(PATH).respond_with_data(body, content_type="text/csv", headers=headers)


def test_asks_nomis_as_documented(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    serve(nomis, recorded)
    said = cli("run", "--indicator", "E-EJ-01")
    request = nomis.log[0][0]
    assert said.code == 0, said.err
    assert f"{request.path}?{request.query_string.decode()}" == DOCUMENTED
    assert request.headers["User-Agent"].startswith("yhovi/")
    assert count(tmp_path / "yhovi.db", "indicators") == 300


def test_a_key_is_sent_and_never_told(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NOMIS_API_KEY=0xSECRET1234567890\n", encoding="utf-8")
    serve(nomis, recorded)
    said = cli("run", "-i", "E-EJ-01")
    assert (said.code, nomis.log[0][0].args["uid"]) == (0, "0xSECRET1234567890")
    told = said.out + said.err + cli("plan", "E-EJ-01").out + cli("status", "--json").out
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name != ".env")
    assert "SECRET" not in told
    assert b"SECRET" not in written


def test_an_unchanged_answer_is_not_sent_again(cli: Cli, nomis: HTTPServer, recorded: bytes) -> None:
    def handler(request):  # type: ignore[no-untyped-def]
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(recorded, content_type="text/csv", headers={"ETag": '"v1"'})

    nomis.expect_request(PATH).respond_with_handler(handler)
    first, second = cli("run", "-i", "E-EJ-01"), cli("run", "-i", "E-EJ-01", "--json")
    assert (first.code, second.code) == (0, 0)
    assert [answer.status_code for _, answer in nomis.log] == [200, 304]
    assert second.json["outcomes"][0]["unchanged"] == 340


def revised(body: bytes, area: str, date: str, value: str) -> bytes:
    """The answer with one rate changed."""
    table = list(csv.DictReader(io.StringIO(body.decode())))
    for row in table:
        if (row["GEOGRAPHY_CODE"], row["DATE"], row["MEASURES"]) == (area, date, "20599"):
            row["OBS_VALUE"] = value
    text = io.StringIO()
    writer = csv.DictWriter(text, table[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def test_a_revised_value_is_appended(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    nomis.expect_ordered_request(PATH).respond_with_data(recorded)
    nomis.expect_ordered_request(PATH).respond_with_data(revised(recorded, "E08000035", "2020-12", "70.1"))
    cli("run", "-i", "E-EJ-01")
    said = cli("run", "-i", "E-EJ-01", "--json")
    outcome = said.json["outcomes"][0]
    assert [outcome[name] for name in ("status", "new", "changed", "unchanged")] == ["loaded", 0, 1, 339]
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as database:
        history = database.execute(
            "select value, is_current from observation_history"
            " where area_code = 'E08000035' and time_period = '2020-01-01/P1Y' order by valid_from"
        ).fetchall()
    assert (len(history), history[-1]) == (2, (70.1, 1))
    assert history[0][1] == 0


def test_replay_needs_no_network(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    serve(nomis, recorded)
    cli("run", "-i", "E-EJ-01")
    before = rows(tmp_path / "yhovi.db")
    (tmp_path / "yhovi.db").unlink()
    nomis.clear()
    said = cli("run", "-i", "E-EJ-01", "--replay")
    assert said.code == 0, said.err
    assert (rows(tmp_path / "yhovi.db"), len(nomis.log)) == (before, 0)


def test_replay_of_nothing_is_refused(cli: Cli) -> None:
    said = cli("run", "-i", "E-EJ-01", "--replay")
    assert said.code == 3
    assert said.err.splitlines()[-2:] == [
        f"error: E-EJ-01: The archive holds no answer to {NOMIS}{DOCUMENTED}.",
        "  Run without --replay first: that asks the source and keeps what it answers.",
    ]


def test_dry_run_loads_nothing(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    serve(nomis, recorded)
    said = cli("run", "-i", "E-EJ-01", "--dry-run", "--json")
    assert (said.code, said.json["outcomes"][0]["status"]) == (0, "checked")
    assert not (tmp_path / "yhovi.db").exists()


HTML = b"<!DOCTYPE html><html><head><title>API - Nomis</title></head><body>help</body></html>"

BAD_BODIES = {
    "nothing": (b"", {}, "The answer is empty (0 bytes)."),
    "html": (HTML, {}, "A web page came back where CSV was asked for."),
    "json": (b'{"error":"Query is incomplete"}', {}, 'A JSON message came back where CSV was asked for: {"error":'),
    "cut gzip": (gzip.compress(b"DATE\n" * 90_000)[:60], {"Content-Encoding": "gzip"}, "ends too early"),
}


@pytest.mark.parametrize("case", BAD_BODIES, ids=str)
def test_a_bad_body_stops_only_its_indicator(cli: Cli, nomis: HTTPServer, tmp_path: Path, case: str) -> None:
    body, headers, sentence = BAD_BODIES[case]
    nomis.expect_request(PATH).respond_with_data(body, content_type="text/csv", headers=headers)
    said = cli("run", "-i", "E-EJ-01")
    errors = [line for line in said.err.splitlines() if line.startswith("error:")]
    assert (said.code, len(errors)) == (3, 1), said.err
    assert sentence in errors[0]
    assert "Traceback" not in said.err
    assert count(tmp_path / "yhovi.db", "indicators") == 0
    assert count(tmp_path / "yhovi.db", "ingestion_log") == (case != "cut gzip"), "what was received is known of"
    assert "failed" in cli("status").out


def test_what_was_loaded_outlives_a_bad_answer(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    nomis.expect_ordered_request(PATH).respond_with_data(recorded)
    nomis.expect_ordered_request(PATH).respond_with_data(HTML)
    cli("run", "-i", "E-EJ-01")
    before = rows(tmp_path / "yhovi.db")
    assert cli("run", "-i", "E-EJ-01").code == 3
    assert rows(tmp_path / "yhovi.db") == before


def test_a_storm_of_429_ends(cli: Cli, nomis: HTTPServer) -> None:
    nomis.expect_request(PATH).respond_with_data("slow down", status=429, headers={"Retry-After": "0"})
    said = cli("run", "-i", "E-EJ-01")
    assert (said.code, len(nomis.log)) == (3, 2)
    assert "429" in said.err


def test_nobody_there(cli: Cli, tmp_path: Path) -> None:
    """Without a network a run ends soon, with the address and what to do."""
    mirror(tmp_path, NOMIS, "http://127.0.0.1:9")
    said = cli("run", "-i", "E-EJ-01")
    assert said.code == 3
    assert f"{NOMIS}{DOCUMENTED}" in said.err
    assert said.err.splitlines()[-1].startswith("  The source may be down, or a firewall in between")


def test_one_failure_costs_no_other(cli: Cli, nomis: HTTPServer, recorded: bytes, tmp_path: Path) -> None:
    """Nomis answers, the archive has nothing of ONS: exit 6."""
    serve(nomis, recorded)
    cli("run", "-i", "E-EJ-01")
    said = cli("run", "-i", "E-EJ-01", "-i", "E-BE-11", "--replay", "--json")
    assert said.code == 6
    assert [outcome["status"] for outcome in said.json["outcomes"]] == ["failed", "unchanged"]


def truncated(recorded: bytes) -> Iterator[bytes]:
    lines = recorded.splitlines(keepends=True)
    yield b"".join(lines[: len(lines) // 2])


def test_half_of_the_rows_are_noticed(cli: Cli, nomis: HTTPServer, recorded: bytes) -> None:
    """A page that holds fewer rows than were announced leads to the next page, and an empty one to a sentence."""
    half = next(truncated(recorded))
    nomis.expect_ordered_request(PATH).respond_with_data(half)
    nomis.expect_ordered_request(PATH).respond_with_data(recorded.splitlines(keepends=True)[0])
    said = cli("run", "-i", "E-EJ-01")
    assert said.code == 3
    assert "A page came back without rows after 679 of 1,360 had come." in said.err


def test_what_a_killed_run_left_half_written_is_swept_away(cli: Cli, tmp_path: Path) -> None:
    """After some days: another run may be writing right now."""
    cli("run", "-i", "E-EJ-01", "--demo")
    folder = next((tmp_path / "demo").rglob("*.gz")).parent
    old, new = folder / "old.part", folder / "new.part"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert cli("run", "-i", "E-EJ-01", "--demo").code == 0
    assert (old.exists(), new.exists()) == (False, True)
