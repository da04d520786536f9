"""The room that sends, against real sockets that answer, misbehave, or aren't there. Nothing here really waits."""

from __future__ import annotations

import gc
import gzip
import hashlib
import logging
import socket
import ssl
import tempfile
import threading
import traceback
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request as Received
from werkzeug import Response as Reply
from yhovi.connectors.base import Answer, Budget, Request, Secret
from yhovi.engine.errors import ExtractError, StorageError
from yhovi.engine.http import Policy, Sender, Validators, strictest
from yhovi.engine.http.body import inflate
from yhovi.engine.http.decision import UNREACHED, Again, Asked, Outcome, Past, Stop, decide, renewal, retry_after
from yhovi.engine.http.faults import FaultError, diagnose
from yhovi.engine.http.gate import Gate, netloc
from yhovi.engine.http.pace import Pace, Paces
from yhovi.engine.http.redaction import Guard, excerpt, printable, redact
from yhovi.engine.http.sentences import PASSING, SENTENCES

from .raw_server import RawServer, Script, answer

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
VALUE = "s3cr3t/with spaces+&ü"
QUOTED = "s3cr3t%2Fwith%20spaces%2B%26%C3%BC"
KEY = Secret("NOMIS_UID", "parameter", "uid")
HEADER_VALUE = "s3cr3t-for-a-header"
HEADER_KEY = Secret("STATXPLORE_KEY", "header", "APIKey")
CSV = b"area,value\nE08000035,162.3\n"

UNREACHABLE_CURE = (
    "The source may be down, or a firewall in between: ask whoever looks after it whether {host} may be reached."
)
LATER_CURE = "Try again later; if it stays so, a proxy or firewall in between may be cutting answers off."
UNSET_CURE = "Set the environment variable NOMIS_UID, or add it to the file .env, and run again."


class Clock:
    """Stands still but for what is slept through, and for ``tick`` seconds at every look."""

    def __init__(self) -> None:
        self.time, self.tick = NOON, 0.0
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            self.time += timedelta(seconds=self.tick)
            return self.time

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(round(seconds, 3))
            self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock) -> Iterator[Callable[..., Sender]]:
    """Makes senders that are closed after the test."""
    made: list[Sender] = []

    def make_sender(*hosts: str, policy: Policy | None = None, **options: Any) -> Sender:
        secrets = options.pop("secrets", {"NOMIS_UID": VALUE, "STATXPLORE_KEY": HEADER_VALUE})
        known = {"budgets": {}, "mirrors": {}, "random": lambda: 0.5, "now": clock.now, "sleep": clock.sleep}
        sender = Sender(policy or Policy(), hosts=frozenset(hosts), secrets=secrets.get, **{**known, **options})
        made.append(sender)
        return sender

    yield make_sender
    for sender in made:
        sender.close()


@pytest.fixture
def play() -> Iterator[Callable[..., RawServer]]:
    """Starts servers that play scripts; they are stopped after the test."""
    servers: list[RawServer] = []

    def start(*scripts: Script) -> RawServer:
        servers.append(RawServer(*scripts))
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


def host_of(server: HTTPServer) -> str:
    return f"{server.host}:{server.port}"


def body_of(got: Answer) -> bytes:
    with got.stream as stream:
        return stream.read()


def error_of(sender: Sender, request: Request, validators: Validators | None = None) -> str:
    """The whole sentence of the error that a request ends in, which has no other error behind it."""
    with pytest.raises(ExtractError) as caught:
        sender.send(request, validators)
    assert caught.value.exit_code == 3
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


def free_netloc() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


class TestDecide:
    """The decision as a table, without a socket."""

    ASKED = Asked("https://source.org/data?a=1", "source.org")

    @pytest.mark.parametrize(
        ("outcome", "attempts", "expected"),
        [
            (Outcome(fault="dns"), 1, Again(1.0, "the name could not be resolved")),
            (Outcome(fault="refused"), 2, Again(2.0, "the connection was refused")),
            (Outcome(fault="connect_timeout"), 3, Again(4.0, "the connection was not taken in time")),
            (Outcome(fault="unreachable"), 4, Again(8.0, "there was no way to the host")),
            (Outcome(fault="proxy"), 1, Again(1.0, "the proxy could not be used")),
            (Outcome(fault="read_timeout"), 1, Again(1.0, "no answer came in time")),
            (Outcome(fault="reset"), 1, Again(1.0, "the answer broke off")),
            (Outcome(fault="truncated"), 1, Again(1.0, "the packed answer ended too early")),
            (Outcome(fault="damaged"), 1, Again(1.0, "the packed answer could not be unpacked")),
            (Outcome(429), 1, Again(1.0, "the answer was 429 Too Many Requests")),
            (Outcome(429, retry_after=7.0), 1, Again(7.0, "the answer was 429 Too Many Requests")),
            (Outcome(503, retry_after=120.0), 4, Again(120.0, "the answer was 503 Service Unavailable")),
            (Outcome(500), 1, Again(1.0, "the answer was 500 Internal Server Error")),
            (Outcome(502), 1, Again(1.0, "the answer was 502 Bad Gateway")),
            (Outcome(504), 1, Again(1.0, "the answer was 504 Gateway Timeout")),
        ],
        ids=lambda value: value.fault or str(value.status) if isinstance(value, Outcome) else "",
    )
    def test_what_may_pass_is_tried_again(self, outcome: Outcome, attempts: int, expected: Again) -> None:
        assert decide(outcome, self.ASKED, Past(NOON, attempts, 5), Policy()) == expected

    @pytest.mark.parametrize(
        ("outcome", "message"),
        [
            (
                Outcome(fault="certificate", detail="expired"),
                "The certificate of source.org can't be trusted (expired), ",
            ),
            (
                Outcome(fault="too_large", detail="2,147,483,648"),
                "The answer from https://source.org/data?a=1 is larger than the 2,147,483,648 ",
            ),
            (Outcome(fault="packing", detail="br"), "The answer from https://source.org/data?a=1 is packed as br, "),
            (Outcome(fault="lost"), "source.org could not be reached a moment ago, "),
            (Outcome(400), "https://source.org/data?a=1 was rejected: the answer was 400 Bad Request."),
            (Outcome(401), "https://source.org/data?a=1 answered 401 Unauthorized."),
            (Outcome(404), "https://source.org/data?a=1 does not exist: the answer was 404 Not Found."),
            (Outcome(410), "https://source.org/data?a=1 does not exist: the answer was 410 Gone."),
            (Outcome(422, detail="no"), "https://source.org/data?a=1 was rejected: the answer was 422 Unprocessable "),
            (
                Outcome(501),
                "source.org failed to answer https://source.org/data?a=1: the answer was 501 Not Implemented ",
            ),
            (Outcome(206), "https://source.org/data?a=1 gave an answer that can't be used: 206 Partial Content."),
            (Outcome(304), "https://source.org/data?a=1 gave an answer that can't be used: 304 Not Modified."),
            (Outcome(799), "source.org failed to answer https://source.org/data?a=1: the answer was 799 (1 attempt)."),
            (Outcome(429, retry_after=121.0), "source.org asks to be left alone until 2026-03-04 12:02 UTC: "),
        ],
        ids=lambda value: value.fault or str(value.status) if isinstance(value, Outcome) else "",
    )
    def test_what_will_not_pass_stops_at_once(self, outcome: Outcome, message: str) -> None:
        verdict = decide(outcome, self.ASKED, Past(NOON, 1, 5), Policy())
        assert isinstance(verdict, Stop)
        assert verdict.message.startswith(message)

    @pytest.mark.parametrize(
        ("unreached", "attempts", "stops"),
        [(0, 4, False), (0, 5, True), (48.9, 1, False), (49, 1, True), (500, 1, True)],
    )
    def test_an_unreachable_host_has_attempts_and_a_deadline(
        self, unreached: float, attempts: int, stops: bool
    ) -> None:
        past = Past(NOON, attempts, 5, unreached, chance=1 / 2 ** (attempts - 1))
        assert isinstance(decide(Outcome(fault="dns"), self.ASKED, past, Policy()), Stop) is stops

    def test_a_slow_answer_has_no_deadline(self) -> None:
        """The deadline is for hosts that can't be reached; one that was reached has its attempts."""
        past = Past(NOON, 4, 5, unreached=500)
        assert isinstance(decide(Outcome(fault="read_timeout"), self.ASKED, past, Policy()), Again)

    @settings(deadline=None)
    @given(
        st.sampled_from(sorted(SENTENCES)),
        st.integers(100, 999),
        st.integers(1, 60),
        st.floats(0, 1),
        st.text(max_size=9),
    )
    def test_every_outcome_has_words_and_every_wait_a_bound(
        self, fault: str, status: int, attempts: int, chance: float, detail: str
    ) -> None:
        for outcome in (Outcome(fault=fault, detail=detail), Outcome(status, detail=detail)):
            verdict = decide(outcome, self.ASKED, Past(NOON, attempts, 99, chance=chance), Policy())
            if isinstance(verdict, Again):
                assert 0 <= verdict.seconds <= Policy().backoff_limit
            else:
                assert verdict is not None
                assert verdict.message.endswith(".")
                assert verdict.cure.endswith(".")

    def test_every_kind_has_a_sentence(self) -> None:
        assert set(PASSING) < set(SENTENCES)
        assert set(UNREACHED) < set(PASSING)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [
            ("7", 7.0),
            (" 120 ", 120.0),
            (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90.0),
            ("Wed, 04 Mar 2026 12:01:00 -0000", 60.0),
            ("0", None),
            (format_datetime(NOON - timedelta(days=1), usegmt=True), None),
            ("-5", None),
            ("soon", None),
            ("", None),
            (None, None),
            ("9" * 500, 1e9),
        ],
    )
    def test_seconds_and_dates_are_read(self, said: str | None, seconds: float | None) -> None:
        assert retry_after(said, NOON) == seconds

    @settings(deadline=None)
    @given(st.text())
    def test_nothing_that_a_source_says_upsets_it(self, said: str) -> None:
        assert (retry_after(said, NOON) or 1) > 0


class TestRedaction:
    @settings(deadline=None)
    @given(st.text(min_size=4), st.text(), st.text())
    def test_no_form_of_a_secret_is_left(self, secret: str, before: str, after: str) -> None:
        assert secret not in redact(f"{before}{secret}{after}", secret).replace("***", "")

    @pytest.mark.parametrize(
        "form",
        [
            VALUE,
            "s3cr3t%2Fwith%20spaces%2B%26%C3%BC",
            "s3cr3t%2fwith+spaces%2b%26%c3%bc",
            "s3cr3t/with spaces+&amp;ü",
            "s3cr3t/with spaces+&\\u00fc",
        ],
    )
    def test_quoted_forms_are_blotted_out(self, form: str) -> None:
        assert redact(f"key={form}!", VALUE) == "key=***!"

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"error: unknown\n  variable", "error: unknown variable"),
            (b"<!DOCTYPE html><html><title>\n Not &amp; here </title><p>x", "Not & here"),
            (b"<html><p>no title", ""),
            (b"key abcd1234 is wrong", "key *** is wrong"),
            (b"a\x00b\xff", "ab�"),
            (b"x" * 300, "x" * 199 + "…"),
            (b"x" * 200, "x" * 200),
            (b"", ""),
        ],
    )
    def test_an_excerpt_is_one_short_line(self, body: bytes, said: str) -> None:
        assert excerpt(body, "abcd1234") == said

    def test_an_address_is_shown_without_a_password(self) -> None:
        assert printable("https://me:pass@source.org/a\nb@c") == "https://***@source.org/a?b@c"


class TestGate:
    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("https://source.org/a", None),
            ("http://source.org/a", None),
            ("https://SOURCE.org:443/a", None),
            ("https://other.org:8443/a", None),
            ("http://10.0.0.7/a", None),
            ("https://source.org:8443/a", "foreign"),
            ("https://other.org/a", "foreign"),
            ("https://source.org.evil.com/a", "foreign"),
            ("https://source.org.", "foreign"),
            ("https://2130706433/a", "foreign"),
            ("http://127.0.0.1/a", "private"),
            ("http://localhost/a", "private"),
            ("http://[::1]/a", "private"),
            ("http://169.254.169.254/latest", "private"),
            ("ftp://source.org/a", "malformed"),
            ("landed:2024.xlsx", "malformed"),
            ("file:///etc/passwd", "malformed"),
            ("source.org/a", "malformed"),
            ("https://", "malformed"),
            ("https://me:pass@source.org/a", "malformed"),
            ("https://source.org\\@evil.com/a", "malformed"),
            ("https://source.org/a\r\nX: y", "malformed"),
            ("https://source.org:port/a", "malformed"),
            ("", "malformed"),
        ],
    )
    def test_only_allowed_addresses_pass(self, url: str, kind: str | None) -> None:
        gate = Gate({"Source.org", "other.org:8443", "10.0.0.7"}, {})
        if kind is None:
            assert gate.first(Request(url)).sent == url
        else:
            with pytest.raises(FaultError) as caught:
                gate.first(Request(url))
            assert caught.value.kind == kind

    @pytest.mark.parametrize(
        ("url", "sent"),
        [
            ("https://source.org/a?b=1", "http://mirror:81/s/a?b=1"),
            ("https://source.org", "http://mirror:81/s"),
            ("https://source.org?b=1", "http://mirror:81/s?b=1"),
            ("https://source.org/deep/a", "http://mirror:81/d/a"),
            ("https://source.org/deeper/a", "http://mirror:81/s/deeper/a"),
            ("https://source.org:444/a", "https://source.org:444/a"),
        ],
    )
    def test_the_longest_beginning_finds_its_mirror(self, url: str, sent: str) -> None:
        mirrors = {"https://source.org/": "http://mirror:81/s/", "https://source.org/deep": "http://mirror:81/d"}
        hop = Gate({"source.org", "source.org:444"}, mirrors).first(Request(url))
        assert (hop.sent, hop.url) == (sent, url)

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("https://a.org:443/x", "a.org"),
            ("http://a.org:443/x", "a.org:443"),
            ("http://[::1]:80", "[::1]"),
            ("x\n", ""),
        ],
    )
    def test_a_host_is_named_with_an_unusual_port_only(self, url: str, said: str) -> None:
        assert netloc(url) == said


class TestInflate:
    @settings(deadline=None)
    @given(
        st.binary(max_size=5000), st.integers(1, 700), st.sampled_from(["gzip", "deflate", "raw", "members", "padded"])
    )
    def test_a_body_comes_back_whatever_the_blocks(self, body: bytes, size: int, packing: str) -> None:
        packed = pack(body, packing)
        blocks = [packed[at : at + size] for at in range(0, len(packed), size)]
        assert (
            b"".join(
                inflate(
                    blocks, "gzip" if packing in ("members", "padded") else "deflate" if packing == "raw" else packing
                )
            )
            == body
        )

    @settings(deadline=None)
    @given(st.binary(min_size=1, max_size=2000), st.sampled_from(["gzip", "deflate", "raw"]), st.data())
    def test_any_cut_is_noticed(self, body: bytes, packing: str, data: st.DataObject) -> None:
        packed = pack(body, packing)
        cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
        with pytest.raises(FaultError):
            b"".join(inflate([cut], "deflate" if packing == "raw" else packing))

    def test_a_wrong_checksum_is_noticed(self) -> None:
        packed = bytearray(gzip.compress(CSV))
        packed[-6] ^= 1
        with pytest.raises(FaultError, match="damaged"):
            b"".join(inflate([bytes(packed)], "gzip"))

    def test_the_last_of_a_body_may_come_after_all_of_its_bytes_went_in(self) -> None:
        """Where the blocks end just as a piece is full, without the checksum that gzip adds."""
        body = b"\0" * (64 * 1024 + 1)
        assert b"".join(inflate([pack(body, "raw")], "deflate")) == body

    def test_a_little_is_unpacked_a_piece_at_a_time(self) -> None:
        pieces = inflate([gzip.compress(b"\0" * 10_000_000)], "gzip")
        assert max(len(piece) for piece in pieces) <= 64 * 1024


def pack(body: bytes, packing: str) -> bytes:
    if packing == "deflate":
        return zlib.compress(body)
    if packing == "raw":
        squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return squeezer.compress(body) + squeezer.flush()
    half = len(body) // 2
    members = [body[:half], body[half:]] if packing == "members" else [body]
    return b"".join(gzip.compress(member) for member in members) + (b"\0" * 40 if packing == "padded" else b"")


class TestPace:
    def test_a_full_budget_is_waited_for(self, clock: Clock) -> None:
        pace = Pace(Budget(2, 10.0), clock.now)
        assert [pace.book() for _ in range(5)] == [0, 0, 10.001, 10.001, 20.002]

    def test_what_is_past_makes_room(self, clock: Clock) -> None:
        pace = Pace(Budget(1, 10.0), clock.now)
        waits = [pace.book()]
        clock.sleep(4)
        waits.append(pace.book())
        clock.sleep(60)
        assert [*waits, pace.book()] == [0, 6.001, 0]

    def test_a_clock_put_back_is_not_waited_for(self, clock: Clock) -> None:
        pace = Pace(Budget(1, 1.0), clock.now)
        pace.book()
        clock.time -= timedelta(hours=1)
        assert pace.book() == 0

    def test_a_hold_is_for_everybody(self, clock: Clock) -> None:
        pace = Pace(Budget(5, 1.0), clock.now)
        pace.hold(30)
        assert [pace.book(), pace.book()] == [30, 30]

    def test_what_is_held_is_told(self, clock: Clock) -> None:
        pace = Pace(Budget(5, 1.0), clock.now)
        pace.hold(30)
        clock.sleep(10)
        assert pace.held() == 20
        clock.sleep(21)
        assert (pace.held(), pace.book()) == (0, 0)

    def test_a_clock_put_back_ends_a_hold(self, clock: Clock) -> None:
        pace = Pace(Budget(5, 1.0), clock.now)
        pace.hold(30)
        clock.time -= timedelta(hours=1)
        assert (pace.book(), pace.held()) == (0, 0)

    @given(
        st.lists(st.tuples(st.integers(1, 5), st.integers(1, 100)), min_size=1, max_size=3),
        st.lists(st.floats(0, 50), min_size=1, max_size=30),
    )
    def test_every_window_is_kept_to(self, windows: list[tuple[int, int]], gaps: list[float]) -> None:
        """Whichever is the tighter one, and whether or not one makes another needless."""
        clock = Clock()
        budget = strictest(Budget(requests_, seconds) for requests_, seconds in windows)
        assert {*budget.windows} == {*windows}
        pace, moments = Pace(budget, clock.now), []
        for gap in gaps:
            clock.sleep(gap)
            moments.append((clock.time - NOON).total_seconds() + pace.book())
        for requests_, seconds in windows:
            for first, beyond in zip(moments, moments[requests_:], strict=False):
                assert beyond - first >= seconds - 0.002

    def test_hosts_may_be_counted_together(self, clock: Clock) -> None:
        ours = Budget(1, 10.0, together="ons.gov.uk")
        paces = Paces({"www.ons.gov.uk": ours, "api.ons.gov.uk": ours, "x.org": Budget(1, 10.0)}, clock.now)
        waits = [paces.of(host).book() for host in ("www.ons.gov.uk", "api.ons.gov.uk", "x.org", "y.org")]
        assert waits == [0, 10.001, 0, 0]

    def test_a_host_of_several_budgets_is_counted_with_whom_one_of_them_says(self) -> None:
        both = strictest([Budget(2, 1.0), Budget(1, 10.0, together="ons.gov.uk"), Budget(2, 1.0)])
        assert (both.windows, both.together) == (((2, 1.0), (1, 10.0)), "ons.gov.uk")

    @settings(deadline=None)
    @given(st.integers(1, 5), st.floats(0.01, 100), st.lists(st.floats(0, 50), min_size=1, max_size=30))
    def test_no_window_holds_more_than_the_budget(self, requests_: int, seconds: float, gaps: list[float]) -> None:
        clock = Clock()
        pace = Pace(Budget(requests_, seconds), clock.now)
        moments = []
        for gap in gaps:
            clock.sleep(gap)
            moments.append((clock.time - NOON).total_seconds() + pace.book())
        for first, beyond in zip(moments, moments[requests_:], strict=False):
            assert beyond - first >= seconds - 0.002


class TestAnswers:
    def test_an_answer_holds_the_unpacked_body_and_what_came_along(
        self, httpserver: HTTPServer, make: Callable[..., Sender], clock: Clock
    ) -> None:
        headers = {"Content-Encoding": "gzip", "ETag": '"v1"', "Set-Cookie": "session=1", "Content-Type": "text/csv"}
        httpserver.expect_request("/data", query_string="a=1,2").respond_with_data(gzip.compress(CSV), headers=headers)
        request = Request(httpserver.url_for("/data"), (("a", "1,2"),), expects="csv")
        got = make(host_of(httpserver)).send(request)
        assert got.request is request
        assert (got.status, got.size, got.retrieved_at) == (200, len(CSV), NOON)
        assert got.sha256 == hashlib.sha256(CSV).hexdigest()
        assert (got.headers["etag"], got.headers["content-type"]) == ('"v1"', "text/csv")
        assert "set-cookie" not in got.headers
        assert (got.head(4), body_of(got)) == (b"area", CSV)
        assert clock.sleeps == []

    @pytest.mark.parametrize("packing", ["gzip", "deflate", "raw", "members", "padded"])
    def test_packed_bodies_are_unpacked(
        self, packing: str, httpserver: HTTPServer, make: Callable[..., Sender]
    ) -> None:
        said = "deflate" if packing in ("deflate", "raw") else "gzip"
        httpserver.expect_request("/").respond_with_data(pack(CSV, packing), headers={"Content-Encoding": said})
        assert body_of(make(host_of(httpserver)).send(Request(httpserver.url_for("/")))) == CSV

    @pytest.mark.parametrize(
        "script",
        [
            Script((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\narea,\r\n", b"3\r\nval\r\n0\r\n\r\n")),
            Script((b"HTTP/1.1 200 OK\r\n\r\narea,", b"val")),
            Script((b"HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\narea,val",)),
        ],
        ids=["chunked", "until the connection ends", "with a length"],
    )
    def test_bodies_are_framed_in_three_ways(
        self, script: Script, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(script)
        assert body_of(make(server.netloc).send(Request(server.url))) == b"area,val"

    def test_what_is_sent_is_what_the_request_says(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        seen: list[Received] = []

        def handle(received: Received) -> Reply:
            received.get_data()
            seen.append(received)
            return Reply(b"{}")

        httpserver.expect_request("/cube", method="POST").respond_with_handler(handle)
        request = Request(
            httpserver.url_for("/cube"),
            method="POST",
            body='{"a": "ü"}',
            headers=(("Content-Type", "application/json"),),
        )
        make(host_of(httpserver), policy=Policy(user_agent="yhovi/1")).send(request).stream.close()
        assert seen[0].get_data() == '{"a": "ü"}'.encode()
        assert seen[0].headers["Content-Type"] == "application/json"
        assert seen[0].headers["User-Agent"] == "yhovi/1"
        assert seen[0].headers["Accept-Encoding"] == "gzip, deflate"
        assert "Cookie" not in seen[0].headers

    def test_an_empty_answer_is_an_answer(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        """Whether nothing will do is for the connector to say."""
        httpserver.expect_request("/").respond_with_data(b"", status=204)
        got = make(host_of(httpserver)).send(Request(httpserver.url_for("/")))
        assert (got.status, got.size, body_of(got)) == (204, 0, b"")

    def test_a_large_body_goes_to_disk_and_stays_readable(
        self, httpserver: HTTPServer, make: Callable[..., Sender]
    ) -> None:
        httpserver.expect_request("/").respond_with_data(b"x" * 300_000)
        sender = make(host_of(httpserver), policy=Policy(spool=1000))
        got = sender.send(Request(httpserver.url_for("/")))
        sender.close()
        assert body_of(got) == b"x" * 300_000

    def test_connections_are_kept_for_the_next_request(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        """The first connection, kept open, never answers a second time: only then is a new one made."""
        server = play(Script((b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",), "silence"), answer(b"new"))
        sender = make(server.netloc, policy=Policy(read_timeout=0.1), budgets={server.netloc: Budget(9, 1.0)})
        first = body_of(sender.send(Request(server.url)))
        second = body_of(sender.send(Request(server.url)))
        assert (first, second, clock.sleeps) == (b"1", b"new", [0.5])


class TestConditional:
    def test_an_unchanged_answer_is_empty_with_status_304(
        self, httpserver: HTTPServer, make: Callable[..., Sender]
    ) -> None:
        since = "Wed, 04 Mar 2026 12:00:00 GMT"
        httpserver.expect_request("/", headers={"If-None-Match": '"v1"', "If-Modified-Since": since}).respond_with_data(
            b"", status=304, headers={"ETag": '"v1"'}
        )
        got = make(host_of(httpserver)).send(Request(httpserver.url_for("/")), Validators('"v1"', since))
        assert (got.status, got.size, got.headers["etag"], body_of(got)) == (304, 0, '"v1"', b"")

    def test_a_changed_answer_comes_whole(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        httpserver.expect_request("/", headers={"If-None-Match": '"v1"'}).respond_with_data(CSV)
        got = make(host_of(httpserver)).send(Request(httpserver.url_for("/")), Validators('"v1"'))
        assert (got.status, body_of(got)) == (200, CSV)

    @pytest.mark.parametrize("validators", [None, Validators()])
    def test_304_to_a_plain_question_is_refused(
        self, validators: Validators | None, httpserver: HTTPServer, make: Callable[..., Sender]
    ) -> None:
        httpserver.expect_request("/").respond_with_data(b"", status=304)
        address = httpserver.url_for("/")
        assert error_of(make(host_of(httpserver)), Request(address), validators) == (
            f"{address} gave an answer that can't be used: 304 Not Modified. "
            "Open the address in a browser to see what is there."
        )


class TestRetries:
    @pytest.mark.parametrize(
        "bad",
        [
            answer(CSV[:5], length=len(CSV), end="reset"),
            answer(CSV[:5], length=len(CSV)),
            Script((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\narea,\r\n",)),
            Script((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\narea,\r\n",)),
            Script((), "close"),
            Script((), "reset"),
            Script((b"nonsense\r\n\r\n",)),
            answer(gzip.compress(CSV)[:-9], "Content-Encoding: gzip"),
            answer(b"not packed", "Content-Encoding: gzip"),
            answer(b"", status="500 Internal Server Error"),
            answer(b"", status="502 Bad Gateway"),
            answer(b"", status="503 Service Unavailable"),
            answer(b"", status="504 Gateway Timeout"),
            answer(b"", status="429 Too Many Requests"),
        ],
        ids=[
            "reset mid-body",
            "short",
            "chunk missing",
            "chunk broken",
            "hung up",
            "reset",
            "not HTTP",
            "cut gzip",
            "damaged gzip",
            "500",
            "502",
            "503",
            "504",
            "429",
        ],
    )
    def test_what_passes_is_asked_again(
        self, bad: Script, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(bad, bad, answer(CSV))
        assert body_of(make(server.netloc).send(Request(server.url))) == CSV
        assert clock.sleeps == [0.5, 1.0]

    def test_silence_is_asked_again(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(Script((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nare",), "silence"), answer(CSV))
        assert body_of(make(server.netloc, policy=Policy(read_timeout=0.1)).send(Request(server.url))) == CSV

    def test_a_trickle_counts_as_silence(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        """Each look at the clock is six minutes later, and by then ten bytes a second should have come."""
        server = play(answer(CSV))
        clock.tick = 360
        assert error_of(make(server.netloc, policy=Policy(attempts=1)), Request(server.url)) == (
            f"{server.netloc} did not answer {server.url} in time (1 attempt). Try again later, ask for less at once, "
            "or raise `read_timeout` (60 seconds) in the settings."
        )

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            (
                answer(gzip.compress(CSV)[:-9], "Content-Encoding: gzip"),
                "The packed answer from {url} ends too early, and was not kept (5 attempts).",
            ),
            (
                answer(b"not packed", "Content-Encoding: gzip"),
                "The packed answer from {url} can't be unpacked, and was not kept (5 attempts).",
            ),
            (
                answer(CSV[:5], length=len(CSV), end="reset"),
                "{host} broke off before its answer to {url} was complete (5 attempts).",
            ),
        ],
        ids=["cut gzip", "damaged gzip", "reset"],
    )
    def test_what_never_passes_is_refused_in_the_end(
        self,
        script: Script,
        message: str,
        play: Callable[..., RawServer],
        make: Callable[..., Sender],
        clock: Clock,
    ) -> None:
        server = play(script)
        said = message.format(host=server.netloc, url=server.url)
        assert error_of(make(server.netloc), Request(server.url)) == f"{said} {LATER_CURE}"
        assert clock.sleeps == [0.5, 1.0, 2.0, 4.0]
        assert len(server.requests) == 5

    def test_a_timeout_for_ever(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(Script((), "silence"))
        policy = Policy(read_timeout=0.05, attempts=3)
        assert error_of(make(server.netloc, policy=policy), Request(server.url)) == (
            f"{server.netloc} did not answer {server.url} in time (3 attempts). Try again later, ask for less at once, "
            "or raise `read_timeout` (0.05 seconds) in the settings."
        )

    def test_the_jitter_is_drawn_anew(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(answer(b"", status="500 Oops"))
        draws = iter([1.0, 0.1, 0.0, 1.0, 0.5])
        sender = make(server.netloc, random=lambda: next(draws), budgets={server.netloc: Budget(9, 1.0)})
        error_of(sender, Request(server.url))
        assert clock.sleeps == [1.0, 0.2, 0.0, 8.0]


class TestThrottling:
    @pytest.mark.parametrize(
        ("said", "sleeps"),
        [
            ("7", [7.0]),
            (format_datetime(NOON + timedelta(seconds=42), usegmt=True), [42.0]),
            ("0", [0.5]),
            (format_datetime(NOON - timedelta(days=1), usegmt=True), [0.5]),
            ("whenever", [0.5]),
        ],
        ids=["seconds", "date", "zero", "past", "nonsense"],
    )
    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_a_named_wait_is_kept(
        self,
        said: str,
        sleeps: list[float],
        status: str,
        play: Callable[..., RawServer],
        make: Callable[..., Sender],
        clock: Clock,
    ) -> None:
        server = play(answer(b"", f"Retry-After: {said}", status=status), answer(CSV))
        assert body_of(make(server.netloc).send(Request(server.url))) == CSV
        assert clock.sleeps == sleeps

    def test_a_wait_that_is_too_long_ends_the_request_at_once(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(
            answer(b"slow down", "Retry-After: 3600", "Content-Type: text/plain", status="429 Too Many Requests")
        )
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.netloc} asks to be left alone until 2026-03-04 13:00 UTC: {server.url} answered "
            '429 Too Many Requests, saying "slow down" (1 attempt). '
            "Run again after that time: a run waits no longer than 120 seconds."
        )
        assert clock.sleeps == []

    def test_a_storm_ends_after_the_attempts(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(answer(b"", "Retry-After: 1", status="429 Too Many Requests"))
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.netloc} takes no more requests for now: {server.url} answered 429 Too Many Requests (5 attempts)."
            " Run again later. If it stays so, other programs may be asking the same source from this network."
        )
        assert clock.sleeps == [1.0] * 4

    def test_zero_does_not_use_up_the_attempts_at_once(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(answer(b"", "Retry-After: 0", status="429 Too Many Requests"))
        error_of(make(server.netloc), Request(server.url))
        assert clock.sleeps == [0.5, 1.0, 2.0, 4.0]

    def test_a_named_wait_is_kept_by_other_requests_too(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(answer(b"", "Retry-After: 30", status="503 Busy"), answer(CSV))
        sender = make(server.netloc, sleep=clock.sleeps.append)
        sender.send(Request(server.url)).stream.close()
        sender.send(Request(server.url)).stream.close()
        assert clock.sleeps == [30.0, 30.0, 30.0]

    def test_budgets_are_kept_across_requests(
        self, httpserver: HTTPServer, make: Callable[..., Sender], clock: Clock
    ) -> None:
        httpserver.expect_request("/").respond_with_data(CSV)
        sender = make(host_of(httpserver), budgets={httpserver.host: Budget(2, 60.0)})
        for _ in range(5):
            sender.send(Request(httpserver.url_for("/"))).stream.close()
        assert clock.sleeps == [60.001, 60.001]

    def test_other_hosts_have_a_polite_budget(
        self, httpserver: HTTPServer, make: Callable[..., Sender], clock: Clock
    ) -> None:
        httpserver.expect_request("/").respond_with_data(CSV)
        sender = make(host_of(httpserver))
        for _ in range(3):
            sender.send(Request(httpserver.url_for("/"))).stream.close()
        assert clock.sleeps == [1.001]

    def test_threads_share_a_budget(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        """The clock stands still, so that twelve requests at three in ten seconds book up to thirty seconds ahead."""
        httpserver.expect_request("/").respond_with_data(CSV)
        waits: list[float] = []
        sender = make(host_of(httpserver), budgets={host_of(httpserver): Budget(3, 10.0)}, sleep=waits.append)
        with ThreadPoolExecutor(6) as threads:
            got = list(threads.map(lambda _: body_of(sender.send(Request(httpserver.url_for("/")))), range(12)))
        assert got == [CSV] * 12
        assert sorted(round(wait) for wait in waits) == [10, 10, 10, 20, 20, 20, 30, 30, 30]


class TestAllowance:
    @pytest.mark.parametrize(
        ("remaining", "reset", "wait"),
        [
            ("0", str(round((NOON.timestamp() + 60) * 1000)), 60),
            ("0", str(round(NOON.timestamp() + 60)), 60),
            ("0", "60", 60),
            ("00", " 60 ", 60),
            ("1", "60", None),
            ("0", "0", None),
            ("0", str(round(NOON.timestamp() - 60)), None),
            ("0", "soon", None),
            ("", "60", None),
            ("-1", "60", None),
        ],
    )
    def test_what_the_headers_say(self, remaining: str, reset: str, wait: float | None) -> None:
        headers = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
        assert renewal(headers, NOON) == wait

    def test_without_headers_nothing_is_said(self) -> None:
        assert renewal({}, NOON) is None

    def test_the_last_request_is_followed_by_a_pause(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(answer(CSV, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 90"), answer(CSV))
        sender = make(server.netloc)
        assert [body_of(sender.send(Request(server.url))) for _ in range(2)] == [CSV, CSV]
        assert clock.sleeps == [90.0]

    def test_a_refusal_for_want_of_requests_is_waited_out(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        spent = answer(b"", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 40", status="429 Too Many Requests")
        server = play(spent, answer(CSV))
        assert body_of(make(server.netloc).send(Request(server.url))) == CSV
        assert clock.sleeps == [40.0]

    def test_who_asks_to_be_left_alone_for_long_is(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        """The first request is told so, the second isn't made; later there is an answer."""
        late = answer(b"", "Retry-After: 3600", status="503 Service Unavailable")
        server = play(late, answer(CSV))
        sender = make(server.netloc)
        error_of(sender, Request(server.url))
        assert error_of(sender, Request(server.url)) == (
            f"{server.netloc} takes no more requests until 2026-03-04 13:00 UTC, so {server.url} was not asked. "
            "Run again after that time: a run waits no longer than 120 seconds."
        )
        assert (len(server.requests), clock.sleeps) == (1, [])
        clock.sleep(3601)
        assert body_of(sender.send(Request(server.url))) == CSV


class TestUnreachable:
    def test_a_name_that_does_not_resolve(self, make: Callable[..., Sender], clock: Clock) -> None:
        address = "https://nonexistent.invalid/data"
        assert error_of(make("nonexistent.invalid"), Request(address)) == (
            f"The name nonexistent.invalid could not be resolved, so {address} was not reached (5 attempts). "
            "Check this machine's network connection and proxy, and the spelling of the host."
        )
        assert clock.sleeps == [0.5, 1.0, 2.0, 4.0]

    def test_a_connection_that_is_refused(self, make: Callable[..., Sender]) -> None:
        host = free_netloc()
        assert error_of(make(host), Request(f"http://{host}/")) == (
            f"{host} refused the connection, so http://{host}/ was not reached (5 attempts). "
            + UNREACHABLE_CURE.format(host=host)
        )

    def test_the_deadline_ends_it_before_the_attempts(self, make: Callable[..., Sender], clock: Clock) -> None:
        """Looking at the clock costs 17 seconds here, and so does every attempt."""
        host = free_netloc()
        clock.tick = 17
        assert "(3 attempts)" in error_of(make(host), Request(f"http://{host}/"))

    def test_a_host_given_up_on_is_left_alone_for_a_while(self, make: Callable[..., Sender], clock: Clock) -> None:
        host = free_netloc()
        sender, request = make(host), Request(f"http://{host}/")
        error_of(sender, request)
        before = len(clock.sleeps)
        assert error_of(sender, request) == (
            f"{host} could not be reached a moment ago, so http://{host}/ was not tried. "
            "Check this machine's network connection and proxy, and run again."
        )
        assert len(clock.sleeps) == before
        clock.sleep(301)
        assert "refused the connection" in error_of(sender, request)

    def test_without_a_network_other_hosts_are_tried_once(self, make: Callable[..., Sender]) -> None:
        first, second = free_netloc(), free_netloc()
        sender = make(first, second)
        error_of(sender, Request(f"http://{first}/"))
        assert "(1 attempt)" in error_of(sender, Request(f"http://{second}/"))

    def test_an_answer_shows_that_there_is_a_network(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        first, second = free_netloc(), free_netloc()
        server = play(answer(b"", status="500 Oops"), answer(CSV))
        sender = make(first, second, server.netloc)
        error_of(sender, Request(f"http://{first}/"))
        sender.send(Request(server.url)).stream.close()
        assert "(5 attempts)" in error_of(sender, Request(f"http://{second}/"))

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (urllib3.exceptions.ConnectTimeoutError("slow"), "connect_timeout"),
            (urllib3.exceptions.NewConnectionError(None, "Network is unreachable"), "unreachable"),  # type: ignore[arg-type]
            (requests.ConnectionError(urllib3.exceptions.ProtocolError("x", ConnectionResetError())), "reset"),
            (requests.exceptions.InvalidHeader("x"), "malformed"),
            (requests.exceptions.SSLError(urllib3.exceptions.SSLError(ssl.SSLEOFError())), "reset"),
            (requests.RequestException("new"), "reset"),
            (OSError("no such bundle"), "bundle"),
        ],
    )
    def test_faults_that_no_socket_here_can_show(self, error: Exception, kind: str) -> None:
        assert diagnose(error).fault == kind


class TestRefusals:
    @pytest.mark.parametrize(
        ("script", "said"),
        [
            (
                answer(b"<html><title>Page not found</title>", "Content-Type: text/html", status="404 Not Found"),
                (
                    '{url} does not exist: the answer was 404 Not Found, saying "Page not found". '
                    "Check the query. If it is right, the data has moved or been withdrawn: look for its new address."
                ),
            ),
            (
                answer(b"", status="410 Gone"),
                (
                    "{url} does not exist: the answer was 410 Gone. "
                    "Check the query. If it is right, the data has moved or been withdrawn: look for its new address."
                ),
            ),
            (
                answer(b"error: unknown\nvariable 'B9'", "Content-Type: text/plain", status="400 Bad Request"),
                (
                    "{url} was rejected: the answer was 400 Bad Request, saying \"error: unknown variable 'B9'\". "
                    "The source does not accept the question itself, so asking again won't help: check the query."
                ),
            ),
            (
                answer(b"\x00\x01", "Content-Type: application/zip", status="400 Bad Request"),
                (
                    "{url} was rejected: the answer was 400 Bad Request. "
                    "The source does not accept the question itself, so asking again won't help: check the query."
                ),
            ),
            (
                answer(b"x", "Content-Type: text/plain", "Content-Encoding: br", status="418 Teapot"),
                (
                    "{url} was rejected: the answer was 418 I'm a Teapot. "
                    "The source does not accept the question itself, so asking again won't help: check the query."
                ),
            ),
            (
                answer(b"", status="403 Forbidden"),
                (
                    "{url} answered 403 Forbidden. "
                    "The source may block this machine, or ask for a key now: open the address in a browser."
                ),
            ),
            (
                answer(b"", status="501 Not Implemented"),
                (
                    "{host} failed to answer {url}: the answer was 501 Not Implemented (1 attempt). "
                    "The fault is the source's. Try again later."
                ),
            ),
            (
                answer(b"", status="300 Multiple Choices"),
                (
                    "{url} gave an answer that can't be used: 300 Multiple Choices. "
                    "Open the address in a browser to see what is there."
                ),
            ),
            (
                answer(b"x", "Content-Encoding: br"),
                (
                    "The answer from {url} is packed as br, which was not asked for and can't be unpacked. "
                    "Tell the publisher, or whoever looks after the proxy: only gzip and deflate are taken."
                ),
            ),
        ],
        ids=["404", "410", "400", "400 binary", "418 packed", "403", "501", "300", "brotli"],
    )
    def test_what_is_refused_once_is_not_asked_again(
        self, script: Script, said: str, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(script)
        assert error_of(make(server.netloc), Request(server.url)) == said.format(host=server.netloc, url=server.url)
        assert (len(server.requests), clock.sleeps) == (1, [])

    def test_a_long_complaint_is_cut_short(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(answer(b"no " * 100_000, "Content-Type: text/plain", status="400 Bad Request"))
        said = error_of(make(server.netloc), Request(server.url))
        assert said.startswith(
            f'{server.url} was rejected: the answer was 400 Bad Request, saying "{"no " * 66}n…". The '
        )

    def test_a_fault_of_the_source_is_told_after_the_attempts(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(b"database down", "Content-Type: text/plain", status="503 Service Unavailable"))
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.netloc} failed to answer {server.url}: the answer was 503 Service Unavailable, "
            'saying "database down" (5 attempts). The fault is the source\'s. Try again later.'
        )

    @pytest.mark.parametrize(
        "script",
        [
            answer(b"x", length=2000),
            Script((b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000,)),
            answer(gzip.compress(b"x" * 2000), "Content-Encoding: gzip"),
        ],
        ids=["declared", "found", "unpacked"],
    )
    def test_a_body_over_the_limit_is_not_kept(
        self, script: Script, play: Callable[..., RawServer], make: Callable[..., Sender], clock: Clock
    ) -> None:
        server = play(script)
        assert error_of(make(server.netloc, policy=Policy(size_limit=1999)), Request(server.url)) == (
            f"The answer from {server.url} is larger than the 1,999 bytes that are allowed, and was not kept. "
            "Ask for less in one request: fewer areas, periods or columns."
        )
        assert clock.sleeps == []

    def test_json_has_a_limit_of_its_own(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(answer(b"x" * 2000))
        sender = make(server.netloc, policy=Policy(json_limit=1999))
        assert body_of(sender.send(Request(server.url, expects="csv"))) == b"x" * 2000
        assert error_of(sender, Request(server.url, expects="json")) == (
            f"The answer from {server.url} is larger than the 1,999 bytes that are allowed, and was not kept. "
            "Ask for less in one request: fewer areas, periods or columns."
        )

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            (
                "https://other.org/data",
                (
                    "other.org is not one of the hosts that may be asked, so https://other.org/data was not. Correct "
                    "the URL, or name the host under `hosts` in the settings file. Allowed now: a.org, b.org:81."
                ),
            ),
            (
                "http://127.0.0.1:8080/data",
                (
                    "http://127.0.0.1:8080/data points into this machine or its own network, which no source may do. "
                    "If it is meant, name 127.0.0.1:8080 under `hosts` in the settings file."
                ),
            ),
            (
                "https://me:pass@a.org/data",
                (
                    "https://***@a.org/data can't be asked: it is not a well-formed https:// or http:// address "
                    "without a user name. Correct the URL in the spec."
                ),
            ),
            (
                "landed:2024.xlsx",
                (
                    "landed:2024.xlsx can't be asked: it is not a well-formed https:// or http:// address without a "
                    "user name. Correct the URL in the spec."
                ),
            ),
        ],
        ids=["foreign", "private", "user name", "landed"],
    )
    def test_addresses_that_may_not_be_asked(self, url: str, said: str, make: Callable[..., Sender]) -> None:
        assert error_of(make("b.org:81", "a.org"), Request(url)) == said

    def test_a_header_that_can_not_be_sent(self, make: Callable[..., Sender]) -> None:
        request = Request("https://a.org/", headers=(("Accept", "a\nb"),))
        assert error_of(make("a.org"), request).startswith("https://a.org/ can't be asked: ")

    def test_no_temporary_file_is_left_open(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[tempfile.SpooledTemporaryFile[bytes]] = []
        original = tempfile.SpooledTemporaryFile

        def watched(size: int) -> tempfile.SpooledTemporaryFile[bytes]:
            opened.append(original(size))
            return opened[-1]

        monkeypatch.setattr(tempfile, "SpooledTemporaryFile", watched)
        server = play(answer(b"x" * 5000, length=9000))
        error_of(make(server.netloc, policy=Policy(spool=10)), Request(server.url))
        assert [spool.closed for spool in opened] == [True] * 5

    def test_a_full_disk_is_not_the_source_s_fault(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
        server = play(answer(CSV))
        with pytest.raises(StorageError) as caught:
            make(server.netloc).send(Request(server.url))
        assert str(caught.value) == (
            "An answer could not be written to the folder for temporary files: No space left on device. "
            "Make room there, or name another folder in the environment variable TMPDIR (on Windows, TEMP)."
        )


class TestRedirects:
    def test_a_redirect_on_the_same_host_is_followed(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        """Also to a web page: whether that will do is for the connector to say."""
        httpserver.expect_request("/old").respond_with_data(b"", status=302, headers={"Location": "new/?b=ü"})
        httpserver.expect_request("/new/", query_string={"b": "ü"}).respond_with_data(
            b"<html>", content_type="text/html"
        )
        request = Request(httpserver.url_for("/old"))
        got = make(host_of(httpserver)).send(request)
        assert (got.request, got.status, body_of(got)) == (request, 200, b"<html>")

    @pytest.mark.parametrize(
        ("location", "shown"),
        [
            ("https://evil.org/x?token=1#a", "https://evil.org/x"),
            ("//evil.org/x", "http://evil.org/x"),
            ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("https://me:pass@evil.org/", "https://***@evil.org/"),
        ],
    )
    def test_a_redirect_to_a_foreign_host_is_not(
        self, location: str, shown: str, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(b"", f"Location: {location}", status="301 Moved"))
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.url} redirects to {shown}, which may not be asked; it was not followed. If the publisher has "
            "moved, correct the URL in the spec, or the hosts that the source is known to use."
        )
        assert len(server.requests) == 1

    def test_the_host_that_was_not_reached_is_named(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        """And only that one is left alone then, not the one that redirects to it."""
        dead = free_netloc()
        server = play(*[answer(b"", f"Location: http://{dead}/", status="302 Found")] * 6, answer(CSV))
        sender = make(server.netloc, dead)
        assert error_of(sender, Request(server.url)) == (
            f"{dead} refused the connection, so {server.url} was not reached (5 attempts). "
            + UNREACHABLE_CURE.format(host=dead)
        )
        assert error_of(sender, Request(server.url)).startswith(
            f"{dead} could not be reached a moment ago, so {server.url}"
        )
        assert body_of(sender.send(Request(server.url))) == CSV

    def test_a_circle_ends(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(answer(b"", "Location: /data", status="307 Temporary Redirect"))
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.url} redirects again and again, at last to {server.url}; no more was followed. "
            "Open the address in a browser: the source may ask for a sign-in now, or be under repair."
        )
        assert len(server.requests) == 6

    def test_a_redirect_to_nowhere(self, play: Callable[..., RawServer], make: Callable[..., Sender]) -> None:
        server = play(answer(b"", status="302 Found"))
        assert error_of(make(server.netloc), Request(server.url)) == (
            f"{server.url} redirects without saying where to. Open the address in a browser to see what is there."
        )

    @pytest.mark.parametrize(
        ("status", "method"), [("303 See Other", "GET"), ("302 Found", "POST"), ("307 Temporary Redirect", "POST")]
    )
    def test_a_form_is_sent_again_unless_its_result_is_elsewhere(
        self, status: str, method: str, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(b"", "Location: /result", status=status), answer(CSV))
        make(server.netloc).send(Request(server.url, method="POST", body="a=1")).stream.close()
        assert server.requests[1].startswith(f"{method} /result HTTP/1.1")

    def test_a_parameter_goes_on_on_the_same_host_only(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        """The source repeats it in its redirects, and gives it another name there."""
        other = play(answer(CSV))
        server = play(
            answer(b"", f"Location: /next?uid={QUOTED}&b=1", status="302 Found"),
            answer(b"", f"Location: http://{other.netloc}/x?uid={QUOTED}&token={QUOTED}&c=1", status="302 Found"),
        )
        make(server.netloc, other.netloc).send(Request(server.url, secret=KEY)).stream.close()
        assert [said.partition(" HTTP")[0] for said in server.requests + other.requests] == [
            f"GET /data?uid={QUOTED}",
            f"GET /next?b=1&uid={QUOTED}",
            "GET /x?token=***&c=1",
        ]

    def test_a_header_goes_on_on_the_same_host_only(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        other = play(answer(CSV))
        server = play(
            answer(b"", "Location: /next", status="302 Found"),
            answer(b"", f"Location: http://{other.netloc}/x?token={HEADER_VALUE}", status="302 Found"),
        )
        make(server.netloc, other.netloc).send(Request(server.url, secret=HEADER_KEY)).stream.close()
        assert [HEADER_VALUE in said for said in server.requests + other.requests] == [True, True, False]


class TestSecrets:
    def test_a_parameter_is_put_in_as_it_is_sent(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        httpserver.expect_request("/", query_string={"a": "1", "uid": VALUE}).respond_with_data(CSV)
        got = make(host_of(httpserver)).send(Request(httpserver.url_for("/"), (("a", "1"),), secret=KEY))
        assert body_of(got) == CSV
        assert got.request.address == httpserver.url_for("/?a=1")

    def test_a_header_is_put_in_as_it_is_sent(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(CSV))
        make(server.netloc).send(Request(server.url, secret=HEADER_KEY)).stream.close()
        assert f"APIKey: {HEADER_VALUE}\r\n" in server.requests[0]
        assert "yhovi-seal" not in server.requests[0]

    def test_an_optional_secret_may_be_missing(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(CSV))
        secret = Secret("NOMIS_UID", "parameter", "uid", required=False)
        make(server.netloc, secrets={}).send(Request(server.url, secret=secret)).stream.close()
        assert server.requests[0].startswith("GET /data HTTP/1.1\r\n")

    @pytest.mark.parametrize("value", [None, "", "  \n"])
    def test_a_required_secret_may_not(self, value: str | None, make: Callable[..., Sender]) -> None:
        sender = make("a.org", secrets={"NOMIS_UID": value})
        assert error_of(sender, Request("https://a.org/x", secret=KEY)) == (
            f"https://a.org/x needs the secret NOMIS_UID, which is not set, so it was not asked. {UNSET_CURE}"
        )

    @pytest.mark.parametrize("value", ["a\nb", "schlüssel", "a\x7fb"])
    def test_a_header_holds_plain_letters_only(self, value: str, make: Callable[..., Sender]) -> None:
        sender = make("a.org", secrets={"STATXPLORE_KEY": value})
        assert error_of(sender, Request("https://a.org/x", secret=HEADER_KEY)) == (
            "The secret STATXPLORE_KEY holds characters that no header may hold, so https://a.org/x was not asked. "
            "Copy its value into the environment variable STATXPLORE_KEY again: plain letters, digits and signs on one "
            "line."
        )

    @pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
    def test_a_secret_that_is_refused_is_named(
        self, status: str, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(f"bad key {VALUE}".encode(), "Content-Type: text/plain; charset=utf-8", status=status))
        assert error_of(make(server.netloc), Request(server.url, secret=KEY)) == (
            f"{server.netloc} did not accept the secret NOMIS_UID: {server.url} answered {status}, "
            'saying "bad key ***". Check the environment variable NOMIS_UID: '
            "its value may be mistyped, expired, or not meant for this data."
        )

    def test_a_secret_that_is_missing_is_named(
        self, play: Callable[..., RawServer], make: Callable[..., Sender]
    ) -> None:
        server = play(answer(b"", status="403 Forbidden"))
        secret = Secret("NOMIS_UID", "parameter", "uid", required=False)
        assert error_of(make(server.netloc, secrets={}), Request(server.url, secret=secret)) == (
            f"{server.url} answered 403 Forbidden; it may need the secret NOMIS_UID, which is not set. {UNSET_CURE}"
        )

    @pytest.mark.parametrize("secret", [KEY, HEADER_KEY], ids=["parameter", "header"])
    @pytest.mark.parametrize(
        "script",
        [
            answer(CSV, f"Link: <next?uid={VALUE.replace('ü', '')}{HEADER_VALUE}>"),
            answer(HEADER_VALUE.encode(), "Content-Type: text/plain", status="400 Bad Request"),
            answer(b"x", status="500 Oops"),
            answer(b"", f"Location: https://evil.org/{HEADER_VALUE}/{QUOTED}", status="302 Found"),
            answer(b"x", f"Content-Encoding: {HEADER_VALUE}"),
            answer(CSV, length=9999),
            Script((), "reset"),
            Script((), "silence"),
            Script((b"nonsense\r\n\r\n",)),
            Script((b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nbroken header\r\n\r\nx",)),
            Script((b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx",)),
        ],
        ids=[
            "good",
            "400",
            "500",
            "redirect",
            "packing",
            "short",
            "reset",
            "silence",
            "not HTTP",
            "bad header",
            "two lengths",
        ],
    )
    def test_a_secret_is_never_seen(
        self,
        secret: Secret,
        script: Script,
        play: Callable[..., RawServer],
        make: Callable[..., Sender],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        server, said = play(script), ""
        sender = make(server.netloc, policy=Policy(attempts=2, read_timeout=0.05))
        try:
            got = sender.send(Request(server.url, secret=secret))
            said = repr(got) + str(dict(got.headers)) + got.request.address
            got.stream.close()
        except ExtractError as error:
            said = str(error) + repr(error) + "".join(traceback.format_exception(error))
        seen = said + repr(sender) + caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
        value = VALUE if secret is KEY else HEADER_VALUE
        assert redact(seen, value) == seen
        assert "urllib3.connectionpool" in caplog.text

    @pytest.mark.parametrize("secret", [KEY, HEADER_KEY], ids=["parameter", "header"])
    def test_a_secret_is_not_seen_where_nothing_answers(
        self, secret: Secret, make: Callable[..., Sender], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        host = free_netloc()
        for address in (f"http://{host}/", "https://nonexistent.invalid/"):
            said = error_of(make(host, "nonexistent.invalid"), Request(address, secret=secret))
            assert redact(said + caplog.text, VALUE if secret is KEY else HEADER_VALUE) == said + caplog.text


class TestGuard:
    @given(st.integers(0, 60), st.integers(1, 25), st.booleans())
    def test_a_secret_is_found_wherever_a_body_is_cut(self, before: int, size: int, shout: bool) -> None:
        body = b"x" * before + (HEADER_VALUE.upper() if shout else HEADER_VALUE).encode() + b"y" * 30
        guard = Guard(HEADER_VALUE)
        assert any(guard.finds(body[start : start + size]) for start in range(0, len(body), size))

    @pytest.mark.parametrize("form", [VALUE, QUOTED, "s3cr3t/with spaces+&\\u00fc"])
    def test_however_it_is_written(self, form: str) -> None:
        assert Guard(VALUE).finds(f"<a href='{form}'>".encode())

    @pytest.mark.parametrize("secret", ["", "short", "another-one"])
    def test_nothing_else_is(self, secret: str) -> None:
        assert not Guard(secret).finds(b"a short body of " + VALUE.encode())

    def test_a_body_that_repeats_it_is_not_handed_on(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        httpserver.expect_request("/").respond_with_data(b"x" * 70_000 + VALUE.encode())
        request = Request(httpserver.url_for("/"), secret=KEY)
        assert error_of(make(host_of(httpserver)), request) == (
            f"The answer from {request.url} repeats the secret NOMIS_UID, and was not kept. Raw answers are archived "
            f"as they come, so none may hold a key: ask for something else, and tell {host_of(httpserver)}."
        )
        assert len(httpserver.log) == 1


class TestMirrors:
    def test_a_mirror_is_asked_and_the_publisher_is_named(
        self, httpserver: HTTPServer, make: Callable[..., Sender], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "yhovi.http")
        httpserver.expect_request("/nomis/api/data", query_string="a=1").respond_with_data(CSV)
        mirrors = {"https://www.nomisweb.co.uk/": httpserver.url_for("/nomis/")}
        request = Request("https://www.nomisweb.co.uk/api/data", (("a", "1"),))
        got = make("www.nomisweb.co.uk", mirrors=mirrors).send(request)
        assert (got.request.address, body_of(got)) == ("https://www.nomisweb.co.uk/api/data?a=1", CSV)
        assert [record.getMessage() for record in caplog.records if record.name == "yhovi.http"] == [
            "GET https://www.nomisweb.co.uk/api/data?a=1: 200, 27 bytes, 1 attempt, 0.0 seconds"
        ]

    def test_errors_name_the_publisher_too(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        httpserver.expect_request("/a").respond_with_data(b"", status=404)
        sender = make("source.org", mirrors={"https://source.org": httpserver.url_for("/").rstrip("/")})
        assert error_of(sender, Request("https://source.org/a")) == (
            "https://source.org/a does not exist: the answer was 404 Not Found. "
            "Check the query. If it is right, the data has moved or been withdrawn: look for its new address."
        )

    @pytest.mark.parametrize("location", ["https://source.org/new", "/m/new", "{mirror}/new"])
    def test_redirects_stay_on_the_mirror(
        self, location: str, httpserver: HTTPServer, make: Callable[..., Sender]
    ) -> None:
        mirror = httpserver.url_for("/m")
        headers = {"Location": location.format(mirror=mirror)}
        httpserver.expect_request("/m/old").respond_with_data(b"", status=301, headers=headers)
        httpserver.expect_request("/m/new", query_string={"uid": VALUE}).respond_with_data(CSV)
        sender = make("source.org", mirrors={"https://source.org": mirror})
        assert body_of(sender.send(Request("https://source.org/old", secret=KEY))) == CSV

    def test_the_publisher_s_budget_is_kept(
        self, httpserver: HTTPServer, make: Callable[..., Sender], clock: Clock
    ) -> None:
        httpserver.expect_request("/a").respond_with_data(CSV)
        mirrors = {"https://source.org": httpserver.url_for("/").rstrip("/")}
        sender = make("source.org", mirrors=mirrors, budgets={"source.org": Budget(1, 9.0)})
        for _ in range(2):
            sender.send(Request("https://source.org/a")).stream.close()
        assert clock.sleeps == [9.001]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for localhost, in one file, signed by nobody."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2120, 1, 1, tzinfo=UTC)).add_extension(names, critical=False)
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
        key, hashes.SHA256()
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(signed.public_bytes(pem) + private)
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[HTTPServer]:
    """A source behind TLS, whose certificate nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(host="localhost", ssl_context=context) as server:
        yield server


class TestEncryption:
    def test_a_certificate_that_nobody_trusts_is_refused(
        self, secure: HTTPServer, make: Callable[..., Sender], clock: Clock
    ) -> None:
        address, host = secure.url_for("/"), host_of(secure)
        said = error_of(make(host), Request(address, secret=KEY))
        assert said.startswith(f"The certificate of {host} can't be trusted (self")
        assert said.endswith(
            f"), so {address} was not asked. If your network inspects encrypted traffic, "
            "have its certificate installed here; else tell the publisher."
        )
        assert clock.sleeps == []

    def test_a_bundle_named_by_the_environment_is_trusted_if_allowed(
        self, secure: HTTPServer, certificate: Path, make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secure.expect_request("/", query_string={"uid": VALUE}).respond_with_data(CSV)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        request = Request(secure.url_for("/"), secret=KEY)
        assert body_of(make(host_of(secure), trust_env=True).send(request)) == CSV
        assert "can't be trusted" in error_of(make(host_of(secure)), request)

    def test_a_bundle_that_is_not_there(self, make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "nowhere.pem")
        assert error_of(make("a.org", trust_env=True), Request("https://a.org/")) == (
            "The file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names can't be read, so https://a.org/ was not asked. "
            "Correct the variable, or unset it so that the machine's own certificates are used."
        )

    def test_a_server_that_does_not_encrypt(self, httpserver: HTTPServer, make: Callable[..., Sender]) -> None:
        host = host_of(httpserver)
        said = error_of(make(host), Request(f"https://{host}/"))
        assert said.startswith(f"No encrypted connection to {host} came about (")
        assert said.endswith(
            f"), so https://{host}/ was not asked. Open the address in a browser on this machine: "
            "if that fails too, tell the publisher or your IT support."
        )

    def test_a_redirect_does_not_leave_encryption(
        self, secure: HTTPServer, certificate: Path, make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        secure.expect_request("/a").respond_with_data(b"", status=301, headers={"Location": "http://plain.org/a"})
        address = secure.url_for("/a")
        assert error_of(make(host_of(secure), "plain.org", trust_env=True), Request(address)) == (
            f"{address} redirects from https to http://plain.org/a, which is not encrypted; it was not followed. "
            "If the publisher has moved, correct the URL in the spec, or the hosts that the source is known to use."
        )


class TestProxies:
    @pytest.fixture(autouse=True)
    def no_exceptions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)

    def test_a_proxy_of_the_environment_is_used_if_allowed(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = play(answer(CSV))
        monkeypatch.setenv("http_proxy", f"http://{proxy.netloc}")
        request = Request("http://source.org/data", (("a", "1"),), secret=KEY)
        assert body_of(make("source.org", trust_env=True).send(request)) == CSV
        start = f"GET http://source.org/data?a=1&uid={QUOTED} HTTP/1.1"
        assert proxy.requests[0].startswith(start)

    def test_a_proxy_of_the_environment_is_not_used_otherwise(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = play(answer(CSV))
        monkeypatch.setenv("http_proxy", f"http://{proxy.netloc}")
        assert "could not be resolved" in error_of(make("source.invalid"), Request("http://source.invalid/"))
        assert proxy.requests == []

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_proxy_that_is_not_there(
        self, scheme: str, make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://me:pass@{free_netloc()}")
        assert error_of(make("source.org", trust_env=True), Request(f"{scheme}://source.org/")) == (
            f"The proxy on the way to source.org could not be used, so {scheme}://source.org/ was not reached "
            "(5 attempts). Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment, and whether the proxy lets "
            "source.org through."
        )

    def test_a_proxy_that_lets_nothing_through(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = play(answer(b"", status="407 Proxy Authentication Required"))
        monkeypatch.setenv("https_proxy", f"http://{proxy.netloc}")
        said = error_of(make("source.org", trust_env=True), Request("https://source.org/", secret=KEY))
        assert said.startswith("The proxy on the way to source.org could not be used, ")


class TestLog:
    def test_each_answer_and_each_retry_is_one_line(
        self, play: Callable[..., RawServer], make: Callable[..., Sender], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "yhovi.http")
        server = play(answer(b"", "Retry-After: 3", status="503 Busy"), Script((), "reset"), answer(CSV))
        make(server.netloc).send(Request(server.url, secret=KEY)).stream.close()
        assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
            (
                "yhovi.http",
                "WARNING",
                (
                    f"GET {server.url}: the answer was 503 Service Unavailable; "
                    "asking again in 3.0 seconds (attempt 1 of 5)"
                ),
            ),
            (
                "yhovi.http",
                "WARNING",
                f"GET {server.url}: the answer broke off; asking again in 1.0 seconds (attempt 2 of 5)",
            ),
            ("yhovi.http", "INFO", f"GET {server.url}: 200, 27 bytes, 3 attempts, 4.0 seconds"),
        ]


def test_a_sender_closes_what_it_opened(httpserver: HTTPServer, clock: Clock) -> None:
    """An open socket would be reported as a warning, and warnings are errors here."""
    httpserver.expect_request("/").respond_with_data(CSV)
    world: dict[str, Any] = {"now": clock.now, "sleep": clock.sleep, "random": lambda: 0.5, "secrets": {}.get}
    with Sender(Policy(), hosts=frozenset({host_of(httpserver)}), budgets={}, mirrors={}, **world) as sender:
        got = sender.send(Request(httpserver.url_for("/")))
    assert body_of(got) == CSV
    del sender
    gc.collect()
