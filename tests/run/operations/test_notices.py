"""Runs that tell people: through every channel, at the right time, without a secret, and never at a run's cost."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.cli.place import Place

from support import small
from support.commands import Cli, Said
from support.mail import MailServer, certificate

SECRET_PATH = "/services/T0-s3cret/B0-s3cret"
PASSWORD = "pa55-w0rd-of-the-mail-server"
VARIABLE = "YHOVI_TEAMS_URL"
NONE = "host = 'localhost'\nsecurity = 'none'\nfrom = 'yhovi@example.org'\nto = ['data@example.org']\n"


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nothing really waits."""
    waits: list[float] = []
    world = Place.world
    monkeypatch.setattr(Place, "world", lambda self: replace(world(self), sleep=waits.append))
    return waits


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return small.make(tmp_path, homes=small.HOMES.replace("Total,,2023,all,9999\n", ""))


def settle(folder: Path, text: str) -> None:
    (folder / "yhovi.toml").write_text(text, encoding="utf-8")


def spoil(catalogue: Path) -> None:
    """Let what S-H-90 is made of fail."""
    small.record(catalogue, "people", "an answer that is no table at all")


def run(cli: Cli, *options: str) -> Said:
    return cli("run", "--all", "--demo", "--notify", *options)


def audit(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "yhovi-demo.db")) as database:
        found = database.execute(
            "select event, detail from etl_audit where event like 'notice%' or event like 'lineage%' order by audit_id"
        )
        return list(found.fetchall())


def warnings(said: Said) -> list[str]:
    return [line for line in said.err.splitlines() if line.startswith("warning: ")]


# When, and whether at all --------------------------------------------------------------------------------------

FILE = '[notify]\nwhen = "{}"\n[[notify.file]]\npath = "notices.jsonl"\nformat = "json"\n'


@pytest.mark.parametrize("when", ["failure", "change", "always"])
def test_who_wants_to_hear_when(cli: Cli, catalogue: Path, tmp_path: Path, when: str) -> None:
    """A first run changes something, a second one nothing, and a third one fails."""
    settle(tmp_path, FILE.format(when))
    codes = [run(cli).code, run(cli).code]
    spoil(catalogue)
    codes.append(run(cli).code)
    assert codes == [0, 0, 6]
    file = tmp_path / "notices.jsonl"
    subjects = [json.loads(line)["subject"] for line in file.read_text(encoding="utf-8").splitlines()]
    every = [
        "yhovi (local): 3 of 3 indicators changed",
        "yhovi (local): all well, nothing changed",
        "yhovi (local): 2 of 3 indicators failed",
    ]
    wanted = {"failure": every[2:], "change": [every[0], every[2]], "always": every}
    assert subjects == wanted[when]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--demo",), 0),
        (("--demo", "--notify"), 1),
        (("--demo", "--no-notify"), 0),
        (("--demo", "--dry-run", "--notify"), 1),
        (("--replay",), 1),
        (("--replay", "--dry-run"), 0),
        (("--replay", "--no-notify"), 0),
        (("--replay", "--notify"), 1),
    ],
)
def test_a_demonstration_and_a_dry_run_tell_nobody_unless_asked(
    cli: Cli, tmp_path: Path, options: tuple[str, ...], told: int
) -> None:
    settle(tmp_path, FILE.format("always"))
    cli("run", "--all", *options)
    file = tmp_path / "notices.jsonl"
    assert len(file.read_text(encoding="utf-8").splitlines() if file.exists() else []) == told


# What arrives ----------------------------------------------------------------------------------------------------

LETTER = """\
The run ended with exit code 6: some indicators failed, the others are as they should be.

Failed; they keep the values of before:
  S-H-92: 4 declared columns are missing: 'Code'; 'Year'; 'Kind'; 'Number'. Found: 'an answer that is no table at all'.\
 (https://www.ons.gov.uk/people.csv)
    The source may have renamed them: compare the file with the columns that are declared.

Not made, as they are made of what failed; they keep the values of before:
  S-H-90: It keeps its last values, as S-H-92, which it is made of, failed.
    Mend that first; this one follows by itself.

Changed:
  S-H-91: 5 new

Run: {run}
Started with: yhovi run --all --demo --notify --json
To see more: yhovi status; of one indicator, yhovi loads S-H-91.
"""


def test_a_letter_says_what_failed_and_what_to_do(
    cli: Cli, catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("YHOVI_SMTP_PASSWORD", PASSWORD)
    spoil(catalogue)
    with MailServer(certificate=pem, accounts={"yhovi": PASSWORD}) as server:
        email = NONE.replace("security = 'none'", f"port = {server.port}\nuser = 'yhovi'")
        settle(tmp_path, f"environment = 'production'\n[[notify.email]]\n{email}")
        said = run(cli, "--json")
    assert said.code == 6
    (letter,) = server.letters
    assert (letter.user, letter.encrypted, letter.to) == ("yhovi", True, ["data@example.org"])
    assert letter.message["Subject"] == "yhovi (production): 2 of 3 indicators failed, 1 changed"
    text = letter.text.replace("\r\n", "\n")
    assert text == LETTER.format(run=said.json["run_id"])
    assert audit(tmp_path) == [("notice_sent", "email to data@example.org: sent")]
    assert PASSWORD not in said.out + said.err + letter.text


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("shape", ["slack", "teams", "json"])
def test_a_webhook_is_told_and_its_address_is_not(
    cli: Cli,
    tmp_path: Path,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    shape: str,
) -> None:
    httpserver.expect_request(SECRET_PATH, method="POST").respond_with_data("ok")
    monkeypatch.setenv(VARIABLE, httpserver.url_for(SECRET_PATH))
    settle(tmp_path, f'[notify]\nwhen = "change"\n[[notify.webhook]]\nurl_env = "{VARIABLE}"\nshape = "{shape}"\n')
    caplog.set_level(logging.DEBUG)
    said = run(cli)
    assert (said.code, warnings(said)) == (0, [])
    ((request, _),) = httpserver.log
    body = json.loads(request.data)
    match shape:
        case "slack":
            told = body["text"]
        case "teams":
            told = body["attachments"][0]["content"]["body"][0]["inlines"][0]["text"]
        case _:
            told = body["subject"]
    assert told.startswith("yhovi (local): 3 of 3 indicators changed")
    assert audit(tmp_path) == [("notice_sent", f"{shape} webhook {VARIABLE}: sent")]
    assert_untold("s3cret", said, tmp_path, caplog)


def assert_untold(secret: str, said: Said, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is in nothing that was printed, logged or written."""
    assert secret not in said.out + said.err
    assert not [one for one in caplog.records if one.name != "werkzeug" and secret in one.getMessage()]
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != ".env"]
    assert files
    assert [file.name for file in files if secret.encode() in file.read_bytes()] == []


@pytest.mark.usefixtures("catalogue")
def test_a_secret_may_stand_in_a_file_of_the_environment(cli: Cli, tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request(SECRET_PATH).respond_with_data("ok")
    (tmp_path / ".env").write_text(f"{VARIABLE}={httpserver.url_for(SECRET_PATH)}\n", encoding="utf-8")
    settle(tmp_path, f'[notify]\nwhen = "always"\n[[notify.webhook]]\nurl_env = "{VARIABLE}"\nshape = "slack"\n')
    assert run(cli).code == 0
    assert len(httpserver.log) == 1


# What goes wrong costs nothing --------------------------------------------------------------------------------------


@pytest.fixture
def everywhere(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Three channels, one of each kind, and lineage, none of which works."""
    httpserver.expect_request(SECRET_PATH).respond_with_data("busy", status=503)
    httpserver.expect_request("/lineage").respond_with_data("no", status=404)
    monkeypatch.setenv(VARIABLE, httpserver.url_for(SECRET_PATH))
    with MailServer(busy=9) as server:
        channels = f"[[notify.email]]\nport = {server.port}\n{NONE}"
        channels += f'[[notify.webhook]]\nurl_env = "{VARIABLE}"\nshape = "teams"\n'
        channels += '[[notify.webhook]]\nurl_env = "YHOVI_UNSET"\nshape = "json"\n'
        channels += '[[notify.file]]\npath = "nowhere/notices.txt"\n'
        settle(
            tmp_path, f'[notify]\nwhen = "always"\n{channels}[openlineage]\nurl = "{httpserver.url_for("/lineage")}"\n'
        )
        yield server


@pytest.mark.parametrize(("spoilt", "code"), [(False, 0), (True, 6)])
def test_what_cannot_be_told_is_a_warning_and_in_the_audit(
    cli: Cli, catalogue: Path, tmp_path: Path, everywhere: MailServer, waited: list[float], spoilt: bool, code: int
) -> None:
    if spoilt:
        spoil(catalogue)
    said = run(cli, "--json")
    assert (said.code, said.json["exit_code"]) == (code, code)
    busy = f"the mail server localhost:{everywhere.port} refused the message with code 451 (2 attempts)"
    missing = "the file can't be written: No such file or directory (2 attempts)"
    troubles = [
        ("notice_failed", f"email to data@example.org: not sent, as {busy}"),
        ("notice_failed", f"teams webhook {VARIABLE}: not sent, as the answer was 503 (2 attempts)"),
        ("notice_failed", "json webhook YHOVI_UNSET: not sent, as the environment variable YHOVI_UNSET isn't set"),
        ("notice_failed", f"file {tmp_path / 'nowhere/notices.txt'}: not sent, as {missing}"),
        ("lineage_failed", "OpenLineage: not sent, as the answer was 404"),
    ]
    assert audit(tmp_path) == troubles
    assert warnings(said) == [f"warning: {trouble}" for _, trouble in troubles]
    assert (waited, everywhere.asked) == ([2.0] * 3, 2)


def test_what_passes_is_tried_once_more(cli: Cli, catalogue: Path, tmp_path: Path, waited: list[float]) -> None:
    with MailServer(busy=1) as server:
        settle(tmp_path, f'[notify]\nwhen = "always"\n[[notify.email]]\nport = {server.port}\n{NONE}')
        said = run(cli)
    assert (said.code, warnings(said), waited, len(server.letters)) == (0, [], [2.0], 1)


def test_a_bug_in_telling_costs_nothing_and_tells_no_secret(
    cli: Cli, catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yhovi.engine.run.operations import notices

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET_PATH)

    monkeypatch.setattr(notices, "post", broken)
    monkeypatch.setenv(VARIABLE, f"https://hooks.example.org{SECRET_PATH}")
    settle(tmp_path, f'[notify]\nwhen = "always"\n[[notify.webhook]]\nurl_env = "{VARIABLE}"\nshape = "slack"\n')
    said = run(cli)
    assert said.code == 0
    expected = f"warning: slack webhook {VARIABLE}: not sent, as there is a bug in yhovi (RuntimeError)"
    assert warnings(said) == [expected]


@pytest.mark.parametrize("spoilt", [False, True])
def test_a_bug_in_composing_costs_nothing_either(
    cli: Cli, catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: bool
) -> None:
    from yhovi.engine.run.operations import notices

    def broken(*_: Any) -> None:
        raise RuntimeError(SECRET_PATH)

    monkeypatch.setattr(notices, "compose", broken)
    settle(tmp_path, FILE.format("always"))
    if spoilt:
        small.change(catalogue, "S-H-91", "title: Homes", "titel: Homes")
    said = run(cli)
    assert said.code == (2 if spoilt else 0)
    assert warnings(said) == ["warning: nobody was told what came of this, as there is a bug in yhovi (RuntimeError)"]


@pytest.mark.usefixtures("catalogue")
def test_an_audit_that_cannot_be_written_is_a_warning(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yhovi.engine.errors import StorageError
    from yhovi.engine.run.operations.notices import Teller

    def away(*_: Any, **__: Any) -> None:
        raise StorageError("The database is away.", "Bring it back.")

    monkeypatch.setattr(Teller, "write_down", away)
    settle(tmp_path, FILE.format("always"))
    said = run(cli)
    assert said.code == 0
    assert warnings(said) == ["warning: who was told isn't in the audit: The database is away. Bring it back."]


# Runs that come to nothing ----------------------------------------------------------------------------------------


def told_last(folder: Path) -> dict[str, Any]:
    lines = (folder / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    return dict(json.loads(lines[-1]))


def test_a_catalogue_with_a_mistake_is_told_with_its_place(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    settle(tmp_path, FILE.format("failure"))
    small.change(catalogue, "S-H-91", "title: Homes", "titel: Homes")
    said = run(cli)
    told = told_last(tmp_path)
    assert (said.code, told["exit_code"], told["subject"]) == (2, 2, "yhovi (local): a run could not be carried out")
    assert told["text"].startswith("The run ended with exit code 2: the command, a spec or the settings are wrong.\n\n")
    assert "\n\nWhy:\n  1 problem in 1 file.\n" in told["text"]
    assert f"  {catalogue / 'society' / 'S-H-91.yaml'}:2:1 unknown-key the key 'titel' isn't known here" in told["text"]


@pytest.mark.usefixtures("catalogue")
def test_a_database_that_is_away_is_told(cli: Cli, tmp_path: Path) -> None:
    settle(tmp_path, FILE.format("failure"))
    (tmp_path / "yhovi-demo.db").write_bytes(b"this is no database " * 100)
    said = run(cli)
    told = told_last(tmp_path)
    assert (said.code, told["exit_code"]) == (5, 5)
    assert said.err.splitlines()[-2:] == [f"error: {told['cause']}", f"  {told['cure']}"]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("watched", [True, False])
def test_a_mistyped_command_is_told_only_where_nobody_watches(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    settle(tmp_path, FILE.format("failure"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched, raising=False)
    assert cli("run", "S-H-99", "--notify").code == 2
    assert (tmp_path / "notices.jsonl").exists() != watched


@pytest.mark.usefixtures("catalogue")
def test_an_interruption_is_told_where_nobody_watches(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yhovi.engine.run import assembly

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    settle(tmp_path, FILE.format("failure"))
    monkeypatch.setattr(assembly, "perform", interrupted)
    run(cli)
    told = told_last(tmp_path)
    assert (told["exit_code"], told["cause"]) == (130, "It was interrupted.")


# Trying the channels ----------------------------------------------------------------------------------------------


def test_each_channel_can_be_tried(cli: Cli, tmp_path: Path, everywhere: MailServer) -> None:
    """Nothing needs to have run, and what came of each is said."""
    assert everywhere.manners.busy
    everywhere.manners.busy = 0
    said = cli("notify", "--test", "--json")
    assert said.code == 2
    assert [(row["channel"], row["sent"]) for row in said.json] == [
        ("email to data@example.org", True),
        (f"teams webhook {VARIABLE}", False),
        ("json webhook YHOVI_UNSET", False),
        (f"file {tmp_path / 'nowhere/notices.txt'}", False),
    ]
    assert said.json[2]["trouble"] == "the environment variable YHOVI_UNSET isn't set"
    (letter,) = everywhere.letters
    assert letter.message["Subject"] == "yhovi (local): a test"


def test_channels_are_shown_and_tried(cli: Cli, tmp_path: Path) -> None:
    settle(tmp_path, FILE.format("change"))
    shown = cli("notify")
    file = tmp_path / "notices.jsonl"
    assert (shown.code, shown.out) == (0, f"channel\nfile {file}\n")
    assert shown.err == "told on change; yhovi notify --test sends a message to each\n"
    assert not file.exists()
    tried = cli("notify", "--test")
    assert (tried.code, tried.out.splitlines()[1].split()) == (0, ["file", str(file), "True"])
    assert told_last(tmp_path)["test"] is True


@pytest.mark.parametrize("options", [(), ("--test",)])
def test_without_a_channel_there_is_nobody_to_tell(cli: Cli, options: tuple[str, ...]) -> None:
    said = cli("notify", *options)
    assert said.code == 2
    assert said.err == (
        "error: The settings name nobody who is told what came of a run.\n"
        "  Name a channel under [[notify.email]], [[notify.webhook]] or [[notify.file]] in the settings file.\n"
    )


def test_the_doctor_looks_for_the_secrets_and_tells_nobody(
    cli: Cli, tmp_path: Path, everywhere: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert everywhere.asked == 0
    with (tmp_path / "yhovi.toml").open("a", encoding="utf-8") as file:
        file.write(f"[[notify.email]]\nuser = 'yhovi'\n{NONE}")
    expected = [
        ("email to data@example.org", "ok"),
        ("email to data@example.org: YHOVI_SMTP_PASSWORD is not set, so that nobody is told", "warning"),
        (f"teams webhook {VARIABLE}", "ok"),
        ("json webhook YHOVI_UNSET: YHOVI_UNSET is not set, so that nobody is told", "warning"),
        (f"file {tmp_path / 'nowhere/notices.txt'}", "ok"),
    ]
    said = cli("doctor", "--json")
    found = [one for one in said.json if one["about"] == "notices"]
    assert [(one["found"], one["state"]) for one in found] == expected
    assert found[3]["cure"] == (
        "Set the environment variable YHOVI_UNSET, or add it to a file .env, and try it: yhovi notify --test."
    )
    monkeypatch.setenv("YHOVI_SMTP_PASSWORD", PASSWORD)
    told = cli("doctor", "--json")
    assert [one["state"] for one in told.json if one["about"] == "notices"].count("warning") == 1
    assert PASSWORD not in told.out
    assert everywhere.asked == 0


# OpenLineage -------------------------------------------------------------------------------------------------------


def test_events_go_to_an_address_and_to_a_file(
    cli: Cli, catalogue: Path, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/api/v1/lineage", method="POST").respond_with_data("", status=201)
    url = httpserver.url_for("/api/v1/lineage")
    settle(tmp_path, f'[openlineage]\nurl = "{url}"\nfile = "lineage.jsonl"\nnamespace = "council"\n')
    spoil(catalogue)
    assert run(cli).code == 6
    sent = [json.loads(request.data) for request, _ in httpserver.log]
    lines = (tmp_path / "lineage.jsonl").read_text(encoding="utf-8").splitlines()
    assert sent == [json.loads(line) for line in lines]
    told = {(event["job"]["name"], event["eventType"]): event for event in sent}
    assert sorted(told) == [
        ("S-H-90", "FAIL"),
        ("S-H-90", "START"),
        ("S-H-91", "COMPLETE"),
        ("S-H-91", "START"),
        ("S-H-92", "FAIL"),
        ("S-H-92", "START"),
    ]
    assert told["S-H-91", "COMPLETE"]["inputs"] == [{"namespace": "file", "name": "council/homes"}]
    named = [one["name"] for one in told["S-H-90", "START"]["inputs"]]
    assert sorted(named) == ["S-H-91", "S-H-92"]
    assert {event["job"]["namespace"] for event in sent} == {"council"}
    assert audit(tmp_path) == [
        ("lineage_sent", "OpenLineage: sent"),
        ("lineage_sent", f"OpenLineage, file {tmp_path / 'lineage.jsonl'}: sent"),
    ]


@pytest.mark.usefixtures("catalogue")
def test_events_that_were_taken_are_not_sent_again(
    cli: Cli, tmp_path: Path, httpserver: HTTPServer, waited: list[float]
) -> None:
    """The fourth is refused once."""
    bodies: list[bytes] = []

    def answer(request: Request) -> Response:
        bodies.append(request.data)
        return Response(status=503 if len(bodies) == 4 else 200)

    httpserver.expect_request("/lineage").respond_with_handler(answer)
    settle(tmp_path, f'[openlineage]\nurl = "{httpserver.url_for("/lineage")}"\n')
    said = run(cli)
    assert (said.code, warnings(said), waited) == (0, [], [2.0])
    assert (len(bodies), len(set(bodies)), bodies[3]) == (7, 6, bodies[4])


@pytest.mark.usefixtures("catalogue")
def test_a_demonstration_has_no_lineage_unless_asked(cli: Cli, tmp_path: Path) -> None:
    settle(tmp_path, '[openlineage]\nfile = "lineage.jsonl"\n')
    cli("run", "--all", "--demo")
    assert not (tmp_path / "lineage.jsonl").exists()
