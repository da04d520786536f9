"""What a doctor says of the way to the sources."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from support import small
from support.commands import Cli
from support.sources import mirror_all

SPEC = """\
id: S-H-80
title: Homes
description: Homes in a council's districts, as the test has them.
domain: society
subdomain: housing
measure: {type: count, unit: count, polarity: neutral, decimals: 0}
source:
  connector: file
  dataset: council/homes
  query: {url: "https://HOST/homes.csv"}
  columns:
    - {name: Code}
    - {name: Year}
    - {name: Number, type: number, unit: count, measure: count}
  geography: {level: lad, codes: as_published}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {from: Year, as: calendar_year}
  - observe: {area: Code, value: Number}
checks:
  golden: {none: the figures are made by the test}
owner: tests
"""
HOSTS = ("here.example.gov.uk", "nowhere.example.gov.uk")


@pytest.fixture
def catalogue(tmp_path: Path, httpserver: HTTPServer) -> None:
    """An indicator of a host that answers, if only with 404, one of a host that doesn't, and some of landed files."""
    files = small.make_landed(tmp_path) / "society"
    for number, host in enumerate(HOSTS):
        text = SPEC.replace("HOST", host).replace("S-H-80", f"S-H-8{number}").replace("council/homes", f"c/h{number}")
        (files / f"S-H-8{number}.yaml").write_text(text, encoding="utf-8")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    there, nowhere = httpserver.url_for("").rstrip("/"), f"http://127.0.0.1:{port}"
    mirror_all(tmp_path, {f"https://{HOSTS[0]}": there, f"https://{HOSTS[1]}": nowhere})
    settings = tmp_path / "yhovi.toml"
    settings.write_text(f"hosts = {list(HOSTS)}\n" + settings.read_text("utf-8"), encoding="utf-8")


@pytest.mark.usefixtures("catalogue")
def test_each_source_is_asked_once_whether_it_can_be_reached(cli: Cli, httpserver: HTTPServer) -> None:
    said = cli("doctor", "--live", "--json")
    assert [row for row in said.json if row["about"] == "source"] == [
        {"about": "source", "state": "ok", "found": "here.example.gov.uk can be reached", "cure": ""},
        {
            "about": "source",
            "state": "failure",
            "found": (
                "nowhere.example.gov.uk refused the connection, so https://nowhere.example.gov.uk/ was not reached"
                " (1 attempt)."
            ),
            "cure": (
                "The source may be down, or a firewall in between: ask whoever looks after it whether"
                " nowhere.example.gov.uk may be reached."
            ),
        },
    ]
    assert said.code == 3
    assert len(httpserver.log) == 1


@pytest.mark.usefixtures("catalogue")
def test_nobody_is_asked_unless_that_is_wanted(cli: Cli, httpserver: HTTPServer) -> None:
    said = cli("doctor", "--json")
    assert [row for row in said.json if row["about"] == "source"] == []
    assert (said.code, httpserver.log) == (0, [])


def test_the_proxy_is_told_without_its_password(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    said = cli("doctor", "--json")
    assert [row["found"] for row in said.json if row["about"] == "proxy"] == ["HTTPS_PROXY names proxy.example"]
    assert "secret@" not in said.out + said.err


def test_certificates_that_are_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    said = cli("doctor", "--json")
    assert [(row["state"], row["found"], row["cure"]) for row in said.json if row["about"] == "certificates"] == [
        (
            "failure",
            f"REQUESTS_CA_BUNDLE names {tmp_path / 'none.pem'}, which can't be read",
            "Correct the variable, or unset it so that the machine's own certificates are used.",
        )
    ]
    assert said.code == 2
