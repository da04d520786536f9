"""Posting to an address that is a secret: it gets there, and nowhere else."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.engine.http import Posted, post

from support.mail import certificate

PATH = "/services/T0-secret/B0-secret"
BODY = {"text": "£5 – 'quoted'"}


def test_a_message_arrives_and_its_address_is_told_nowhere(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Libraries log on every level here; what stands behind the host is the secret."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(status=202)

    httpserver.expect_request(PATH, query_string="key=also-secret").respond_with_handler(answer)
    with caplog.at_level(logging.DEBUG):
        assert post(httpserver.url_for(f"{PATH}?key=also-secret"), BODY, "yhovi/1") == Posted()
    (request,) = seen
    assert (request.method, json.loads(request.data)) == ("POST", BODY)
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"] == "yhovi/1"
    assert caplog.records, "urllib3 logs what it asks"
    mine = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert not [line for line in mine if "secret" in line]


@pytest.mark.parametrize(
    ("status", "passing"),
    [(200, None), (204, None), (302, False), (400, False), (404, False), (429, True), (500, True), (503, True)],
)
def test_what_was_answered_decides(httpserver: HTTPServer, status: int, passing: bool | None) -> None:
    """A redirect isn't followed: nobody else is to have it."""
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request(PATH).respond_with_data("x" * 100_000, status=status, headers=headers)
    expected = Posted() if passing is None else Posted(f"the answer was {status}", passing)
    assert post(httpserver.url_for(PATH), BODY, "yhovi/1") == expected
    assert [request.path for request, _ in httpserver.log] == [PATH]


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example.org/secret", "ftp://example.org/secret", "https:///secret", "https://me:secret@example.org/"],
)
def test_an_address_that_is_none_is_not_shown(url: str) -> None:
    assert post(url, BODY, "yhovi/1") == Posted("its address isn't a well-formed https:// address without a user name")


def test_only_this_machine_is_told_without_encryption() -> None:
    said = Posted("its address isn't encrypted: it has to begin with https://")
    assert post("http://hooks.example.invalid/secret", BODY, "yhovi/1") == said
    assert post("http://192.0.2.1/secret", BODY, "yhovi/1") == said
    plain = post("http://hooks.example.invalid/", BODY, "yhovi/1", plain=True)
    assert plain == Posted("the name could not be resolved", passing=True)


def test_where_nobody_listens_it_may_pass() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/secret", BODY, "y") == Posted("the connection was refused", passing=True)


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with HTTPServer(host="localhost", ssl_context=context) as server:
        server.expect_request(PATH).respond_with_data("ok")
        assert post(server.url_for(PATH), BODY, "yhovi/1") == Posted("the certificate of its host can't be trusted")
        assert server.log == []


def test_a_bundle_that_the_environment_names_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the way through an encrypted line, too, the address stays whole."""
    pem, context = certificate(tmp_path), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    with HTTPServer(host="localhost", ssl_context=context) as server:
        server.expect_request(PATH, query_string="a=%20b").respond_with_data("ok")
        assert post(server.url_for(f"{PATH}?a=%20b"), BODY, "yhovi/1", trust_env=True) == Posted()
