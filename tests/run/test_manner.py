"""How a run goes about it: several sources at once, up to the first failure, what another run left, periods."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from support import small
from support.commands import Cli
from support.homes import LEEDS, YORK, ask, land, land_both, land_rows, statuses
from support.sources import mirror

ALL = ("S-H-91", "S-H-92", "S-H-90")


@pytest.fixture
def catalogue(cli: Cli, tmp_path: Path) -> Path:
    """Homes, people, and what is made of them, with both landed."""
    files = small.make_landed(tmp_path) / "society"
    land_both(cli, tmp_path)
    return files


def test_asking_ahead_comes_to_the_same(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    said = cli("run", "--all", "--jobs", "4", "--json")
    assert (said.code, statuses(said)) == (0, dict.fromkeys(ALL, "loaded"))
    assert statuses(cli("run", "--all", "--json")) == dict.fromkeys(ALL, "unchanged")


SPEC = """\
id: S-H-{number}
title: Homes {number}
description: Homes in a council's districts, as the test has them.
domain: society
subdomain: housing
measure: {{type: count, unit: count, polarity: neutral, decimals: 0}}
source:
  connector: file
  dataset: council/homes-{number}
  query: {{url: "https://data.example.gov.uk/homes-{number}.csv"}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Number, type: number, unit: count, measure: count}}
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Number}}
checks:
  golden: {{none: the figures are made by the test}}
owner: tests
"""


@pytest.fixture
def served(httpserver: HTTPServer, tmp_path: Path) -> HTTPServer:
    """A catalogue of six indicators, whose files a server has."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    for number in range(90, 96):
        (folder / f"S-H-{number}.yaml").write_text(SPEC.format(number=number), encoding="utf-8")
    mirror(tmp_path, "https://data.example.gov.uk/", httpserver.url_for("/"))
    settings = tmp_path / "yhovi.toml"
    settings.write_text('hosts = ["data.example.gov.uk"]\n' + settings.read_text("utf-8"), encoding="utf-8")
    return httpserver


def test_several_are_asked_at_the_same_time(cli: Cli, served: HTTPServer) -> None:
    """Each answer waits until another question has come, which never happens where they are put one by one."""
    together = threading.Barrier(2, timeout=20)

    def answer(_: Request) -> Response:
        together.wait()
        return Response(f"Code,Year,Number\n{LEEDS},2023,5\n", content_type="text/csv")

    served.expect_request(re.compile("/homes-.*")).respond_with_handler(answer)
    said = cli("run", "--all", "--jobs", "2", "--json")
    assert (said.code, set(statuses(said).values())) == (0, {"loaded"}), said.err
    assert [one["indicator"] for one in said.json["outcomes"]] == [f"S-H-{number}" for number in range(90, 96)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_fails_costs_no_other(cli: Cli, served: HTTPServer, tmp_path: Path, jobs: int) -> None:
    served.expect_request("/homes-91.csv").respond_with_data("no such file", status=404)
    served.expect_request("/homes-93.csv").respond_with_data("<html>moved</html>", content_type="text/html")
    served.expect_request("/homes-94.csv").respond_with_data(f"Code,Year,Number\n{LEEDS},2023,many\n")
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,5\n")
    said = cli("run", "--all", "--jobs", jobs, "--json")
    failed = {"S-H-91", "S-H-93", "S-H-94"}
    assert said.code == 6
    assert {name for name, status in statuses(said).items() if status == "failed"} == failed
    served.clear()
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,5\n")
    mended = cli("run", "--all", "--jobs", jobs, "--json")
    assert {name for name, status in statuses(mended).items() if status == "loaded"} == failed
    assert ask(tmp_path, "select count(*) from load") == [(6,)]
    assert {one["status"] for one in cli("status", "--json").json} <= {"loaded", "unchanged"}


def test_nothing_is_begun_after_the_first_failure(cli: Cli, served: HTTPServer, tmp_path: Path) -> None:
    served.expect_request("/homes-91.csv").respond_with_data("no such file", status=404)
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,5\n")
    said = cli("run", "--all", "--fail-fast", "--json")
    assert (said.code, list(statuses(said).values())) == (6, ["loaded", "failed", *["not_begun"] * 4])
    assert len(served.log) == 2
    assert ask(tmp_path, "select outcome, indicators_failed from run") == [("partial", 5)]


def test_another_run_takes_up_what_one_left(cli: Cli, served: HTTPServer) -> None:
    served.expect_request("/homes-92.csv").respond_with_data("no such file", status=404)
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,5\n")
    run_id = cli("run", "--all", "--json").json["run_id"]
    served.clear()
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,6\n")
    said = cli("run", "--all", "--resume", run_id, "--json")
    assert (said.code, len(served.log)) == (0, 1)
    assert {one["indicator"]: one["source"] for one in said.json["outcomes"] if one["status"] == "unchanged"} == (
        dict.fromkeys(["S-H-90", "S-H-91", "S-H-93", "S-H-94", "S-H-95"], "done by the run that is resumed")
    )
    assert statuses(said)["S-H-92"] == "loaded"


def test_only_a_run_that_there_was_is_resumed(cli: Cli, catalogue: Path) -> None:
    said = cli("run", "--all", "--resume", "nobody")
    assert (said.code, said.err.splitlines()[-2:]) == (
        2,
        ["error: The database knows of no run nobody.", "  yhovi loads ID tells the runs of an indicator."],
    )


def test_what_was_asked_for_not_long_ago_is_left(cli: Cli, served: HTTPServer) -> None:
    served.expect_request(re.compile("/homes-.*")).respond_with_data(f"Code,Year,Number\n{LEEDS},2023,5\n")
    cli("run", "--all")
    asked = len(served.log)
    said = cli("run", "--all", "--max-age", "12h", "--json")
    assert (said.code, len(served.log)) == (0, asked)
    assert {one["source"] for one in said.json["outcomes"]} == {"asked for not long ago"}
    assert cli("run", "--all", "--max-age", "0m").code == 0
    assert len(served.log) == asked * 2


def test_forced_all_is_made_again(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    cli("run", "--all")
    assert set(statuses(cli("run", "--all", "--force", "--json")).values()) == {"unchanged"}
    assert ask(tmp_path, "select count(*) from load") == [(6,)]


def test_some_periods_are_loaded_and_the_others_left(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    def figures() -> list[tuple[object, ...]]:
        rows = "select substr(period_start, 1, 4), value from observation_current where indicator_id = 'S-H-91'"
        return ask(tmp_path, f"{rows} and area_code = '{LEEDS}' and action = 'value' order by 1")

    def landed(release: str, *numbers: int) -> None:
        rows = [(LEEDS, year, number) for year, number in zip(range(2020, 2024), numbers, strict=True)]
        land_rows(cli, tmp_path, "homes", rows, release)

    landed("v2", 1, 2, 3, 4)
    assert cli("run", "S-H-91").code == 0
    landed("v3", 10, 20, 30, 40)
    said = cli("run", "S-H-91", "--since", "2021-01-01", "--until", "2022-12-31", "--json")
    assert (said.code, statuses(said)) == (0, {"S-H-91": "loaded"})
    assert figures() == [("2020", 1.0), ("2021", 20.0), ("2022", 30.0), ("2023", 4.0)]
    assert statuses(cli("run", "S-H-91", "--json")) == {"S-H-91": "loaded"}, "a part is not the whole"
    assert figures() == [("2020", 10.0), ("2021", 20.0), ("2022", 30.0), ("2023", 40.0)]


WRONG = {
    "a length of time": (
        ("--max-age", "soon"),
        "--max-age soon is no length of time.",
        "Write it as 30m (minutes), 12h (hours) or 7d (days).",
    ),
    "a day": (("--since", "2023"), "--since 2023 is no day.", "Write it as year, month and day: 2024-03-31."),
    "another day": (
        ("--until", "31.3.2024"),
        "--until 31.3.2024 is no day.",
        "Write it as year, month and day: 2024-03-31.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_quantity(cli: Cli, catalogue: Path, case: str) -> None:
    arguments, message, cure = WRONG[case]
    said = cli("run", "--all", *arguments)
    assert (said.code, said.err.splitlines()[-2:]) == (2, [f"error: {message}", f"  {cure}"])


def test_what_is_gone_is_withdrawn_only_in_the_periods_asked(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    cli("run", "S-H-91")
    land(cli, tmp_path, "homes", {YORK: 100}, "v2")
    said = cli("run", "S-H-91", "--until", "2020-12-31", "--json")
    assert (said.code, said.json["outcomes"][0]["withdrawn"]) == (0, 0)
