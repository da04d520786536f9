"""Runs against Stat-Xplore on a real socket: lists in pages, tables by level, the key, and what the service refuses."""

from __future__ import annotations

import json
import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.connectors import statxplore

from support.commands import Cli
from support.sources import STATXPLORE, mirror

pytestmark = pytest.mark.untraced

KEY = "65794a30655841694f694a4b5631516943"
API = "/webapi/rest/v1"
GEOGRAPHY, MONTH = "PIP_Monthly_new:V_F_PIP_MONTHLY:COA_CODE", "PIP_Monthly_new:F_PIP_DATE:DATE2"
DISTRICTS, MONTHS = f"{GEOGRAPHY}:V_C_MASTERGEOG21_LA_TO_REGION", f"{MONTH}:C_PIP_DATE"
CASES = "str:count:PIP_Monthly_new:V_F_PIP_MONTHLY"
# A hundred codes to a page: York and the code that is no area come on the second one.
AREAS = ["E08000016", *(f"E07000{number}" for number in range(400, 499)), "E06000014", "XXZZZZZZZ"]
LABELS = {GEOGRAPHY: "National - Regional - LA - OAs", MONTH: "Month"}

REST = """
  geography: {level: lad, codes: as_published}
  publisher: Department for Work and Pensions
  license: OGL-UK-3.0
  frequency: P3M
  lag: P3M
recipe:
  - period: {from: Month, as: month}
  - observe: {area: National - Regional - LA - OAs CODE, value: PIP Cases with Entitlement}
checks:
  golden: {none: the figures are made up}
owner: tests
"""
HEAD = """id: S-HE-10
title: People with Personal Independence Payment
description: Cases with entitlement to Personal Independence Payment in the month.
domain: society
subdomain: health
measure: {type: count, unit: count, polarity: neutral, decimals: 0}
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """The spec that the connector's own docstring shows, completed."""
    shown = (statxplore.__doc__ or "").split("\n\n")[1]
    path = tmp_path / "catalogue/society/S-HE-10.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + textwrap.dedent(shown) + REST, encoding="utf-8")
    (tmp_path / ".env").write_text(f"STATXPLORE_API_KEY={KEY}\n", encoding="utf-8")
    return tmp_path / "catalogue"


def listing(codes: list[str], of: str) -> str:
    return json.dumps({"children": [{"id": f"str:value:{of}:{code}", "type": "VALUE"} for code in codes]})


def listed(request: Request) -> Response:
    """A list in pages of 100, each with the address of the next one."""
    of = request.path.removeprefix(f"{API}/schema/str:valueset:")
    codes = AREAS if of == DISTRICTS else ["202203", "202204", "202205"]
    page = int(request.args.get("page", "1"))
    more = len(codes) > 100 * page
    link = {"Link": f'<http://internal:8080{request.path}?page={page + 1}>; rel="next"'} if more else {}
    said = listing(codes[100 * (page - 1) : 100 * page], of)
    if request.headers.get("If-None-Match") == f'"{page}"':
        return Response(status=304)
    return Response(said, content_type="application/json", headers={"ETag": f'"{page}"', **link})


def tabled(request: Request) -> Response:
    """A table with numbers that tell area and month apart."""
    asked: dict[str, Any] = json.loads(request.data)
    fields = [
        {
            "uri": one,
            "label": LABELS[one.removeprefix("str:field:")],
            "items": [{"uris": ids, "labels": [month(ids[0])]} for ids in asked["recodes"][one]["map"]],
        }
        for (one,) in asked["dimensions"]
    ]
    areas, months = (range(len(one["items"])) for one in fields)
    values = [[100.0 * area + month for month in months] for area in areas]
    measures = [{"uri": CASES, "label": "PIP Cases with Entitlement"}]
    said = {"fields": fields, "measures": measures, "cubes": {CASES: {"values": values, "precision": 0}}}
    return Response(json.dumps(said), content_type="application/json")


def month(own: str) -> str:
    code = own.rpartition(":")[2]
    return f"{code} ({['', 'Jan', 'Feb', 'Mar', 'Apr', 'May'][int(code[4:])]}-{code[2:4]})" if MONTH in own else code


@pytest.fixture
def service(httpserver: HTTPServer, tmp_path: Path) -> HTTPServer:
    """A server that is asked in Stat-Xplore's place."""
    mirror(tmp_path, STATXPLORE, httpserver.url_for("/"))
    for own in (DISTRICTS, MONTHS):
        httpserver.expect_request(f"{API}/schema/str:valueset:{own}").respond_with_handler(listed)
    return httpserver


def test_lists_are_read_to_their_end_and_then_the_table(
    cli: Cli, service: HTTPServer, catalogue: Path, tmp_path: Path
) -> None:
    service.expect_request(f"{API}/table", method="POST").respond_with_handler(tabled)
    said = cli("run", "-i", "S-HE-10", "--catalogue", catalogue)
    assert said.code == 0, said.err
    assert [request.full_path.removeprefix(API).removesuffix("?") for request, _ in service.log] == [
        f"/schema/str:valueset:{DISTRICTS}",
        f"/schema/str:valueset:{DISTRICTS}?page=2",
        f"/schema/str:valueset:{MONTHS}",
        "/table",
    ]
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as connection:
        found = connection.execute("select area_code, time_period, value from observation_current order by 1, 2")
        loaded = found.fetchall()
    assert loaded == [
        ("E06000014", "2022-04-01/P1M", 0.0),
        ("E06000014", "2022-05-01/P1M", 1.0),
        ("E08000016", "2022-04-01/P1M", 100.0),
        ("E08000016", "2022-05-01/P1M", 101.0),
    ]


def test_lists_that_did_not_change_are_not_sent_again_and_still_have_all_their_pages(
    cli: Cli, service: HTTPServer, catalogue: Path
) -> None:
    service.expect_request(f"{API}/table", method="POST").respond_with_handler(tabled)
    first = cli("run", "-i", "S-HE-10", "--catalogue", catalogue)
    again = cli("run", "-i", "S-HE-10", "--catalogue", catalogue, "--json")
    replayed = cli("run", "-i", "S-HE-10", "--catalogue", catalogue, "--replay", "--json")
    assert (first.code, again.code, replayed.code) == (0, 0, 0)
    assert [response.status_code for _, response in service.log] == [200, 200, 200, 200, 304, 304, 304, 200]
    assert [one.json["outcomes"][0]["unchanged"] for one in (again, replayed)] == [4, 4]


def test_the_key_is_sent_and_never_told(cli: Cli, service: HTTPServer, catalogue: Path, tmp_path: Path) -> None:
    service.expect_request(f"{API}/table", method="POST").respond_with_handler(tabled)
    said = cli("run", "-i", "S-HE-10", "--catalogue", catalogue)
    assert said.code == 0, said.err
    assert {request.headers["APIKey"] for request, _ in service.log} == {KEY}
    assert service.log[-1][0].headers["Content-Type"] == "application/json"
    plan = cli("plan", "S-HE-10", "--catalogue", catalogue, "--json")
    assert plan.json[0]["exchange"]["secret"] == "STATXPLORE_API_KEY (needed)"
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name != ".env")
    assert KEY not in said.out + said.err + plan.out
    assert KEY.encode() not in written


def test_without_a_key_nothing_is_asked(cli: Cli, service: HTTPServer, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("", encoding="utf-8")
    said = cli("run", "-i", "S-HE-10", "--catalogue", catalogue)
    assert (said.code, service.log) == (3, [])
    assert said.err[said.err.index("error: ") :] == (
        f"error: S-HE-10: {STATXPLORE}{API}/schema/str:valueset:{DISTRICTS} needs the secret STATXPLORE_API_KEY, which "
        "is not set, so it was not asked.\n"
        "  Set the environment variable STATXPLORE_API_KEY, or add it to the file .env, and run again.\n"
    )


UNKNOWN = '{"errorType":"INVALID_URI","message":"Unable to locate the value with the ID str:value:x:202205"}'
REFUSALS = (
    (
        400,
        UNKNOWN,
        (
            f'{STATXPLORE}{API}/table was rejected: the answer was 400 Bad Request, saying "{UNKNOWN}".\n'
            "  The source does not accept the question itself, so asking again won't help: check the query.\n"
        ),
    ),
    (
        401,
        '{"message":"Invalid API key"}',
        (
            f"stat-xplore.dwp.gov.uk did not accept the secret STATXPLORE_API_KEY: {STATXPLORE}{API}/table answered "
            '401 Unauthorized, saying "{"message":"Invalid API key"}".\n'
            "  Check the environment variable STATXPLORE_API_KEY: its value may be mistyped, expired, or not meant for "
            "this data.\n"
        ),
    ),
)


@pytest.mark.parametrize(("status", "told", "sentence"), REFUSALS)
def test_what_the_service_refuses_is_told_in_its_words(
    cli: Cli, service: HTTPServer, catalogue: Path, status: int, told: str, sentence: str
) -> None:
    service.expect_request(f"{API}/table").respond_with_data(told, status, content_type="application/json")
    said = cli("run", "-i", "S-HE-10", "--catalogue", catalogue)
    assert (said.code, said.err[said.err.index("error: ") :]) == (3, f"error: S-HE-10: {sentence}")
