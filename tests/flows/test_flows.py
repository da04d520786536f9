"""The flows, on Prefect's own server: what they run, how they end, what they emit, and how they are deployed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_httpserver import HTTPServer

from support import small
from support.commands import Cli

prefect = pytest.importorskip("prefect", reason="Prefect, which is an extra, isn't installed")

from prefect.blocks.system import Secret  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.actions import WorkPoolCreate  # noqa: E402
from prefect.events.filters import EventFilter, EventNameFilter  # noqa: E402
from prefect.settings import PREFECT_API_URL  # noqa: E402
from prefect.testing.utilities import prefect_test_harness  # noqa: E402
from yhovi.flows import catalogue  # noqa: E402
from yhovi.flows.office import Office  # noqa: E402

from support.sources import mirror  # noqa: E402

pytestmark = [pytest.mark.nightly, pytest.mark.untraced, pytest.mark.filterwarnings("default")]

ONS = "https://www.ons.gov.uk"
COLUMNS_MISSING = "4 declared columns are missing: 'Code'; 'Year'; 'Kind'; 'Number'. Found: 'garbage'. (https://www.ons.gov.uk/homes.csv)"
SECRET = "0123-only-for-tests"


@pytest.fixture(scope="session")
def _server() -> Iterator[None]:
    """Prefect's server, which tells nobody that it runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture
def place(_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small catalogue, in which flows run; nobody waits before another try."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("YHOVI_")]:
        monkeypatch.delenv(name)
    at_once = catalogue.run_indicators.with_options(retry_delay_seconds=0)
    monkeypatch.setattr(catalogue, "run_indicators", at_once)
    small.make(tmp_path)
    return tmp_path


def in_another_subdomain(folder: Path) -> None:
    """Make the rate one of health."""
    small.change(folder / "indicators", "S-H-90", "subdomain: housing", "subdomain: health")


def events(count: int) -> list[dict[str, Any]]:
    """The payloads of that many events, once the server has them; the newest first."""
    wanted = EventFilter(event=EventNameFilter(name=[catalogue.EVENT]))
    for _ in range(100):
        with get_client(sync_client=True) as client:
            said = client.request("POST", "/events/filter", json={"filter": wanted.model_dump(mode="json")}).json()
        if len(said["events"]) >= count:
            break
        time.sleep(0.2)
    return [{**event["payload"], "resource": event["resource"]["prefect.resource.id"]} for event in said["events"]]


def test_a_retry_is_worth_three_tries_with_pauses() -> None:
    assert catalogue.run_indicators.retries == 3
    assert catalogue.run_indicators.retry_delay_seconds == [60, 300, 900]


def test_a_subdomain_is_run(place: Path) -> None:
    state = catalogue.one_subdomain("housing", demo=True, return_state=True)
    assert (state.is_completed(), state.message) == (True, "housing: 3 loaded.")
    assert (place / "yhovi-demo.db").is_file()


def test_an_unknown_subdomain_is_told(place: Path) -> None:
    state = catalogue.one_subdomain("gardening", demo=True, return_state=True)
    assert state.is_failed()
    assert "There is no indicator of subdomain gardening in " in str(state.message)


def test_what_fails_is_told_by_events_and_stops_no_other_subdomain(place: Path) -> None:
    in_another_subdomain(place)
    small.write(
        place / "indicators",
        "S-H-92",
        (place / "indicators/society/S-H-92.yaml").read_text().replace("subdomain: housing", "subdomain: demographics"),
    )
    small.record(place / "indicators", "homes", "garbage\n1\n")
    before = len(events(0))
    state = catalogue.whole_catalogue(demo=True, return_state=True)
    assert state.is_failed()
    told = str(state.message).splitlines()
    assert told[0] == "2 of 3 sub-domains have failures."
    assert [line.partition(":")[0] for line in told[1:]] == ["health", "housing"]
    found = events(before + 3)[: -before or None]
    assert {(one["indicator"], one["subdomain"], one["status"], one["exit_code"]) for one in found} == {
        ("S-H-90", "health", "stale", 3),
        ("S-H-91", "health", "failed", 3),
        ("S-H-91", "housing", "failed", 3),
    }
    one = next(one for one in found if one["subdomain"] == "housing")
    assert one["cause"] == COLUMNS_MISSING
    assert one["cure"] == "The source may have renamed them: compare the file with the columns that are declared."
    assert one["resource"] == "yhovi.indicator.S-H-91"
    assert len(str(one["run_id"])) == 32
    again = catalogue.one_subdomain("demographics", demo=True, dependants=False, return_state=True)
    assert again.message == "demographics: 1 unchanged."


def test_what_keeps_all_from_being_begun_is_told_of_each(place: Path) -> None:
    (place / "yhovi-demo.db").mkdir()
    before = len(events(0))
    state = catalogue.one_subdomain("housing", demo=True, return_state=True)
    assert state.is_failed()
    assert str(state.message).startswith("housing: nothing was run. ")
    found = events(before + 3)[: -before or None]
    assert sorted((one["indicator"], one["exit_code"]) for one in found) == [
        ("S-H-90", 5),
        ("S-H-91", 5),
        ("S-H-92", 5),
    ]


def test_a_source_that_fails_is_asked_again_and_nothing_else(place: Path, httpserver: HTTPServer) -> None:
    mirror(place, ONS, httpserver.url_for("/"))
    httpserver.expect_request("/people.csv").respond_with_data(small.PEOPLE, content_type="text/csv")
    httpserver.expect_ordered_request("/homes.csv").respond_with_data("gone", status=404)
    httpserver.expect_request("/homes.csv").respond_with_data(small.HOMES, content_type="text/csv")
    before = len(events(0))
    state = catalogue.one_subdomain("housing", return_state=True)
    assert state.is_completed(), state.message
    assert [request.path for request, _ in httpserver.log].count("/homes.csv") == 2
    assert len(events(0)) == before


def test_only_what_is_due_is_run(place: Path) -> None:
    catalogue.one_subdomain("housing", demo=True)
    state = catalogue.one_subdomain("housing", demo=True, only_due=True, return_state=True)
    # the small catalogue's figures end with 2023
    assert (state.is_completed(), state.message) == (True, "housing: 3 unchanged.")


def test_a_secret_comes_from_a_block_before_the_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YHOVI_TEST_A", "of the environment")
    monkeypatch.setenv("YHOVI_TEST_B", "of the environment")
    Secret(value=SECRET).save("yhovi-test-a")
    office = Office(None, None)
    assert [office.secret(f"YHOVI_TEST_{name}") for name in "ABC"] == [SECRET, "of the environment", None]


def test_the_password_of_the_database_comes_from_a_block(place: Path) -> None:
    Secret(value=SECRET).save("yhovi-database-password", overwrite=True)
    try:
        assert Office(None, None).settings.database_password == SECRET
    finally:
        with get_client(sync_client=True) as client:
            found = client.read_block_document_by_name("yhovi-database-password", "secret")
            client.delete_block_document(found.id)


def test_the_generated_file_is_deployed(cli: Cli, place: Path) -> None:
    assert cli("schedule", "prefect", "--by", "cadence", "--at", "06:30", "--out", "prefect.yaml").code == 0
    wanted = yaml.safe_load((place / "prefect.yaml").read_text(encoding="utf-8"))
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="yhovi-default", type="process"))
    said = subprocess.run(
        [sys.executable, "-P", "-m", "prefect", "--no-prompt", "deploy", "--all"],
        env={**os.environ, "PREFECT_API_URL": PREFECT_API_URL.value()},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    with get_client(sync_client=True) as client:
        found = {one.name: one for one in client.read_deployments()}
    assert (
        sorted(found) == sorted(one["name"] for one in wanted["deployments"]) == ["yhovi", "yhovi-due", "yhovi-housing"]
    )
    assert {one.work_pool_name for one in found.values()} == {"yhovi-default"}
    schedules = {name: [(one.schedule.cron, one.schedule.timezone) for one in found[name].schedules] for name in found}
    assert schedules == {"yhovi": [("30 6 1 * *", "UTC")], "yhovi-due": [("30 6 2-31 * *", "UTC")], "yhovi-housing": []}
    assert found["yhovi-housing"].parameters == {"subdomain": "housing"}
    assert found["yhovi-due"].parameters == {"only_due": True}
