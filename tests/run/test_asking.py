"""What sources are asked: nothing twice, nothing that is known, not too often, nothing elsewhere. No secret told."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from yhovi.connectors import CONNECTORS
from yhovi.engine.bronze import Evidence, Kept, Record
from yhovi.engine.run.answers import judged

from support.commands import Cli, Said
from support.content import count
from support.simulators import ALIKE, SOURCES, Asked, Begin, Fault, Reply, Source, areas, faults, figure
from support.simulators.stage import KEY, expected, loaded, written

pytestmark = pytest.mark.untraced

every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def sources_said(said: Said) -> list[Any]:
    return [outcome["source"] for outcome in said.json["outcomes"]]


def errors(said: Said) -> list[str]:
    lines = said.err.splitlines()
    return [f"{one} {lines[n + 1].strip()}" for n, one in enumerate(lines) if one.startswith("error: ")]


# Nothing twice -----------------------------------------------------------------------------------------------------


def test_every_connector_has_a_simulator() -> None:
    own = CONNECTORS.keys() - ALIKE.keys()
    assert SOURCES.keys() == own - {"database"}, "a database is no source that HTTP could be spoken to"
    assert SOURCES.keys() >= {*ALIKE.values()}


@every_source
def test_two_indicators_ask_no_more_than_one(cli: Cli, begin: Begin, tmp_path: Path, source: Source) -> None:
    """Equal requests are sent once in a run, even for two data sets; a second run repeats only what has no tag."""
    simulator = begin(source)
    said = cli("run", "--all", "--json")
    assert (said.code, loaded(tmp_path)) == (0, expected(source)), said.err
    assert (len(simulator.asked), len({(one.target, one.body) for one in simulator.asked})) == (source.requests,) * 2
    assert sources_said(said) == ["the first answer"] * 2

    before, sent = state(tmp_path), simulator.sent
    simulator.statuses.clear()
    again = cli("run", "--all", "--json")
    assert (again.code, state(tmp_path)) == (0, before), again.err
    assert simulator.statuses.count(200) == source.untagged
    assert len(simulator.statuses) == source.requests
    assert (simulator.sent == sent) == (not source.untagged), "a body came that was there already"
    assert [one["status"] for one in again.json["outcomes"]] == ["unchanged"] * 2
    how = "the same bytes as before" if source.untagged else "not modified, the source says (ETag)"
    assert sources_said(again) == [how] * 2


def state(folder: Path) -> tuple[Any, ...]:
    """What a run that finds nothing new leaves as it is: the raw answers, the observations and what is published."""
    raw = {file.name: file.stat().st_mtime_ns for file in folder.rglob("*.gz")}
    tables = ("observation", "observation_current", "indicators", "dataset_version")
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        mart = database.execute("select * from indicators order by 1").fetchall()
    return raw, [count(folder / "yhovi.db", table) for table in tables], mart


@every_source
def test_a_refusal_is_not_asked_for_twice(cli: Cli, begin: Begin, source: Source) -> None:
    """Both indicators need it, both say the same, and the source was asked as often as for one."""
    simulator = begin(source)
    simulator.always = faults.broken
    said = cli("run", "--all")
    first, second = (error.partition(": ")[2].partition(": ")[2] for error in errors(said))
    assert (said.code, len(simulator.asked), first) == (3, 2, second)


def test_a_replay_of_a_list_in_pages_asks_nothing(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    """That a further page follows is known from the archive too."""
    source = SOURCES["statxplore"]
    simulator = begin(source)
    cli("run", "--all")
    simulator.asked.clear()
    (tmp_path / "yhovi.db").unlink()
    assert cli("run", "--all", "--replay").code == 0
    assert (loaded(tmp_path), simulator.asked) == (expected(source), [])


# What decided that something is new ----------------------------------------------------------------------------


def retagged(_: Asked, reply: Reply) -> Reply:
    """The same bytes under another tag."""
    return replace(reply, tagged=False).has("ETag", '"another"')


def reordered(_: Asked, reply: Reply) -> Reply:
    """The same rows in another order."""
    assert isinstance(reply.body, bytes)
    header, *rows = reply.body.splitlines(keepends=True)
    return replace(reply, body=b"".join([header, *reversed(rows)]))


def dated(asked: Asked, reply: Reply) -> Reply:
    """A date in place of a tag, and nothing for whoever has it."""
    modified = "Wed, 04 Mar 2026 09:30:00 GMT"
    if asked.headers.get("if-modified-since") == modified:
        return Reply(status=304)
    return replace(reply, tagged=False).has("Last-Modified", modified)


# What befalls the first run and the second, and what the second says and writes down.
PROOFS: dict[str, tuple[Fault | None, Fault | None, str, str]] = {
    "tag": (None, None, "not modified, the source says (ETag)", "etag"),
    "date": (dated, dated, "not modified, the source says (Last-Modified)", "last_modified"),
    "bytes": (None, retagged, "the same bytes as before", "hash"),
    "rows": (None, reordered, "other bytes than before, the same rows", "rows"),
}


@pytest.mark.parametrize("case", PROOFS)
def test_what_showed_that_nothing_is_new_is_told_and_recorded(
    cli: Cli, begin: Begin, tmp_path: Path, case: str
) -> None:
    before, now, told, by = PROOFS[case]
    simulator = begin(SOURCES["file"])
    simulator.always = before
    cli("run", "-i", "FILE-ALL")
    simulator.always = now
    said = cli("run", "-i", "FILE-ALL", "--json")
    assert (said.json["outcomes"][0]["status"], sources_said(said)) == ("unchanged", [told])
    assert evidence(tmp_path) == [{"changed": True, "by": "first"}, {"changed": False, "by": by}]


def test_other_rows_are_told_and_shown_in_the_table(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    simulator = begin(SOURCES["file"])
    cli("run", "-i", "FILE-ALL")
    area = areas()[0]
    simulator.always = faults.changed(f"{area},2021,{figure(area, 2021)}", f"{area},2021,17")
    said = cli("run", "-i", "FILE-ALL")
    assert said.out.splitlines() == [
        "indicator  status  new  changed  unchanged  withdrawn  held  warnings  source",
        "FILE-ALL   loaded  0    1        33         0          0     0         other rows than before",
    ]
    assert evidence(tmp_path)[-1] == {"changed": True, "by": "rows"}


def test_another_release_is_told(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    """The dataset page says that there is a newer file, released later."""
    simulator = begin(SOURCES["ons"])
    cli("run", "-i", "ONS-ALL")
    area = areas()[0]
    simulator.faults = [
        None,
        faults.changed("2025-10-14T23", "2026-10-14T23"),
        faults.changed(f"{area},2021,{figure(area, 2021)}", f"{area},2021,17"),
    ]
    said = cli("run", "-i", "ONS-ALL", "--json")
    assert sources_said(said) == ["another release than before"]
    assert evidence(tmp_path)[-1] == {"changed": True, "by": "release"}
    assert [manifest["release"] for manifest in manifests(tmp_path)] == ["2025-10-15", "2026-10-15"]


def manifests(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.rglob("exchanges/*/*.json"), key=lambda file: file.name)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def evidence(folder: Path) -> list[Any]:
    return [manifest["evidence"] for manifest in manifests(folder)]


def record(*kept: Kept, row_set: str | None = "rows", release: str | None = None) -> Record:
    fixed = {"exchange_id": "x", "exchange_key": "k", "source": "s", "dataset": "d", "run_id": "r"}
    times = {"started_at": NOON, "finished_at": NOON}
    rest = {"parameters": {}, "rows": 1, "engine_version": "0"}
    return Record(**{**fixed, **times, **rest}, kept=kept, row_set=row_set, release=release)  # type: ignore[arg-type]


def kept(key: str = "q", canonical: str = "c", at: datetime = NOON, **headers: str) -> Kept:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Kept(key, "https://x.org", "data", "o", "s", canonical, 1, 200, named, at, "published", None)


LATER = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (None, record(kept()), Evidence(changed=True, by="first")),
        (record(kept(), row_set=None), record(kept()), Evidence(changed=True, by="first")),
        (record(kept()), record(kept(), row_set=None), None),
        (record(kept(etag="1")), record(kept(etag="1")), Evidence(changed=False, by="etag")),
        (
            record(kept(last_modified="1")),
            record(kept(last_modified="1")),
            Evidence(changed=False, by="last_modified"),
        ),
        # a landed file comes from nobody who could have said that it is the same
        (record(kept()), record(kept()), Evidence(changed=False, by="hash")),
        (record(kept(etag="1")), record(kept(etag="1", at=LATER)), Evidence(changed=False, by="hash")),
        (record(kept()), record(kept(canonical="d")), Evidence(changed=False, by="rows")),
        (record(kept()), record(kept(), kept("p")), Evidence(changed=False, by="rows")),
        (record(kept()), record(kept(), row_set="other"), Evidence(changed=True, by="rows")),
        (
            record(kept(), release="1"),
            record(kept(), row_set="other", release="2"),
            Evidence(changed=True, by="release"),
        ),
        (record(kept(), release="1"), record(kept(canonical="d"), release="2"), Evidence(changed=False, by="rows")),
    ],
)
def test_judged(before: Record | None, now: Record, told: Evidence | None) -> None:
    assert judged(before, now) == told


# How often ---------------------------------------------------------------------------------------------------------


def test_the_budget_of_a_source_is_shared_by_all_its_indicators(cli: Cli, begin: Begin, waits: list[float]) -> None:
    """Two in a second, and nothing in this run passes any time: three requests wait for a second."""
    begin(SOURCES["ons"])
    assert cli("run", "--all").code == 0
    assert [round(wait) for wait in waits] == [1]


def test_the_hosts_of_ons_are_counted_together() -> None:
    """120 requests in 10 seconds and 200 in a minute are allowed, whatever of it is asked."""
    budget = CONNECTORS["ons"].BUDGET
    assert budget.together == "ons.gov.uk"
    assert all(requests / seconds <= 200 / 60 for requests, seconds in budget.windows)


def last_for_now(seconds: float) -> Fault:
    """Say that no request is left until so many seconds from now, as Stat-Xplore does: in milliseconds since 1970."""
    reset = round((datetime.now(UTC).timestamp() + seconds) * 1000)

    def fault(_: Asked, reply: Reply) -> Reply:
        return reply.has("X-RateLimit-Remaining", "0").has("X-RateLimit-Reset", str(reset))

    return fault


def test_the_last_request_that_is_left_is_followed_by_a_pause(cli: Cli, begin: Begin, waits: list[float]) -> None:
    source = SOURCES["statxplore"]
    simulator = begin(source)
    simulator.faults = [None, last_for_now(90)]
    assert cli("run", "--all").code == 0
    assert (len(simulator.asked), 80 < max(waits) <= 90) == (source.requests, True)


def test_a_pause_of_an_hour_is_not_waited_for(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    source = SOURCES["statxplore"]
    simulator = begin(source)
    simulator.faults = [None, last_for_now(3600)]
    said = cli("run", "-i", "STATXPLORE-ALL")
    (error,) = errors(said)
    start, _, rest = error.partition(" until ")
    assert (said.code, start) == (3, "error: STATXPLORE-ALL: stat-xplore.dwp.gov.uk takes no more requests")
    assert rest[20:] == (
        ", so https://stat-xplore.dwp.gov.uk/webapi/rest/v1/table was not asked. "
        "Run again after that time: a run waits no longer than 120 seconds."
    )
    assert (len(simulator.asked), loaded(tmp_path)) == (2, {})


# No secret told ----------------------------------------------------------------------------------------------------


def echoing(_: Asked, reply: Reply) -> Reply:
    """Repeat the key in headers."""
    links = [*filter(None, [reply.headers.get("Link")]), f'<https://x.org?uid={KEY}>; rel="self"']
    return reply.has("X-Your-Key", KEY).has("Link", ", ".join(links))


def told_off(_: Asked, __: Reply) -> Reply:
    """Repeat the key in the body of an error."""
    return Reply(f'{{"message": "the key {KEY} is unknown"}}'.encode(), 403, media="application/json")


SECRETS: dict[str, Fault | None] = {
    "data": echoing,
    "an error": told_off,
    "a redirect": faults.to(f"https://login.example.org/{quote(KEY)}?uid={KEY}"),
    "a failure": faults.broken,
    "no data": faults.instead(b""),
}


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.secret])
@pytest.mark.parametrize("case", SECRETS)
def test_a_key_is_used_and_never_told(
    cli: Cli, begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, case: str
) -> None:
    """Everything that was printed, logged (by libraries too) or written is looked through."""
    source = SOURCES[name]
    simulator = begin(source)
    simulator.always = SECRETS[case]
    caplog.set_level(logging.DEBUG)
    commands = [
        ("run", "--all"),
        ("run", "--all", "--json"),
        ("plan", "--all"),
        ("plan", "--all", "--json"),
        ("status", "--json"),
        ("preview", next(iter(source.specs))),
    ]
    told = "".join(said.out + said.err for said in (cli(*command) for command in commands))
    assert any(KEY in f"{one.target} {one.headers}" for one in simulator.asked), "the key isn't used at all"
    assert len(told) > 500
    for text in (told, caplog.text):
        assert KEY.lower() not in text.lower()
        assert quote(KEY, safe="") not in text
    files = dict(written(tmp_path))
    assert any(file.endswith(".json") for file in files) == (case == "data")
    assert [file for file, body in files.items() if KEY.lower().encode() in body.lower()] == []


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.secret])
def test_a_body_that_repeats_the_key_is_not_kept(cli: Cli, begin: Begin, tmp_path: Path, name: str) -> None:
    source = SOURCES[name]
    simulator = begin(source)
    simulator.always = faults.instead(b"x" * 65_530 + KEY.upper().encode() + b"y" * 70_000)
    said = cli("run", "-i", next(iter(source.specs)))
    (error,) = errors(said)
    host = next(iter(source.mirrors)).removeprefix("https://")
    assert said.code == 3
    assert error.endswith(
        f" repeats the secret {source.secret}, and was not kept. Raw answers are archived as they come, so none may "
        f"hold a key: ask for something else, and tell {host}."
    )
    assert [file for file, body in written(tmp_path) if KEY.lower().encode() in body.lower()] == []


def test_without_its_key_a_source_is_not_asked(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    simulator = begin(SOURCES["statxplore"])
    (tmp_path / ".env").unlink()
    said = cli("run", "-i", "STATXPLORE-ALL")
    assert (said.code, simulator.asked) == (3, [])
    (error,) = errors(said)
    assert error == (
        "error: STATXPLORE-ALL: https://stat-xplore.dwp.gov.uk/webapi/rest/v1/schema/str:valueset:THINGS:V_F_THINGS:"
        "COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION needs the secret STATXPLORE_API_KEY, which is not set, so it was not "
        "asked. Set the environment variable STATXPLORE_API_KEY, or add it to the file .env, and run again."
    )


# Nothing elsewhere -------------------------------------------------------------------------------------------------

ALLOWED = (
    "www.ons.gov.uk, download.ons.gov.uk, assets.publishing.service.gov.uk, www.gov.uk, uk-air.defra.gov.uk, "
    "www.ofcom.org.uk"
)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://example.org/figures.csv", "the host example.org"),
        ("https://www.gov.uk.example.org/figures.csv", "the host www.gov.uk.example.org"),
        ("https://www.gov.uk:8443/figures.csv", "the host www.gov.uk:8443"),
        ("https://127.0.0.1/figures.csv", "the host 127.0.0.1"),
        ("https://169.254.169.254/latest/meta-data", "the host 169.254.169.254"),
        ("https://localhost/figures.csv", "the host localhost"),
        ("https://[::1]/figures.csv", "the host [::1]"),
        ("https://10.0.0.8/figures.csv", "the host 10.0.0.8"),
    ],
)
@pytest.mark.parametrize("command", ["validate-specs", "plan", "run"])
def test_a_spec_cannot_reach_another_host(
    cli: Cli, begin: Begin, tmp_path: Path, address: str, found: str, command: str
) -> None:
    simulator = begin(SOURCES["file"])
    spec = tmp_path / "indicators" / "economy" / "FILE-ALL.yaml"
    spec.write_text(spec.read_text().replace("https://www.gov.uk/statistics/figures.csv", address), encoding="utf-8")
    said = cli(command, *([] if command == "validate-specs" else ["FILE-ALL"]))
    told = said.out + said.err
    assert (said.code, simulator.asked) == (2, [])
    assert f"host-not-allowed {found}" in told
    assert f"allowed: {ALLOWED}" in told
    assert "an operator can allow a host with hosts in the settings file" in told


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://www.gov.uk/x.csv", "https://me@www.gov.uk/x.csv"])
def test_a_spec_names_nothing_but_https(cli: Cli, begin: Begin, tmp_path: Path, address: str) -> None:
    simulator = begin(SOURCES["file"])
    spec = tmp_path / "indicators" / "economy" / "FILE-ALL.yaml"
    spec.write_text(spec.read_text().replace("https://www.gov.uk/statistics/figures.csv", address), encoding="utf-8")
    said = cli("validate-specs")
    assert (said.code, simulator.asked) == (2, [])
    assert f"bad-form 'url' is '{address.replace('me@', '…@')}'" in said.out
    assert "The file's address at a publisher's host: https, without a user name" in said.out


REDIRECTS = {
    "https://example.org/x.csv?key=1": "https://example.org/x.csv",
    "//example.org/x.csv": "http://example.org/x.csv",
    "http://127.0.0.1:22/x.csv": "http://127.0.0.1:22/x.csv",
    "http://169.254.169.254/latest": "http://169.254.169.254/latest",
    "http://localhost/x.csv": "http://localhost/x.csv",
    "file:///etc/passwd": "file:///etc/passwd",
}


@pytest.mark.parametrize("address", REDIRECTS)
def test_a_redirect_cannot_lead_elsewhere(cli: Cli, begin: Begin, tmp_path: Path, address: str) -> None:
    simulator = begin(SOURCES["file"])
    simulator.always = faults.to(address)
    said = cli("run", "-i", "FILE-ALL")
    assert (said.code, len(simulator.asked), loaded(tmp_path)) == (3, 1, {})
    (error,) = errors(said)
    assert error == (
        f"error: FILE-ALL: https://www.gov.uk/statistics/figures.csv redirects to {REDIRECTS[address]}, which may not "
        "be asked; it was not followed. If the publisher has moved, correct the URL in the spec, or the hosts that "
        "the source is known to use."
    )
