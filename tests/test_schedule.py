"""``yhovi schedule``: what it prints, writes and compares, in folders of any name."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from yhovi.cli import schedule as room

from support import small
from support.commands import Cli
from support.schedulers import crontab_lines

pytestmark = pytest.mark.untraced

KINDS = ("windows", "systemd", "github", "prefect", *(["cron"] if os.name != "nt" else []))
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no cron, and its paths can't be written for one")
RENEW = "Write it again with the same options and --out instead of --check."


@pytest.fixture(params=["plain", "my data Zürich", "it's 100%"])
def place(request: pytest.FixtureRequest, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings and the small catalogue, in which the command is given."""
    folder = tmp_path / request.param
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("NOMIS_API_KEY", "STATXPLORE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    (folder / "yhovi.toml").write_text('environment = "local"\n', encoding="utf-8")
    small.make(folder)
    return folder


def test_it_has_help_and_an_example(cli: Cli) -> None:
    said = cli("schedule", "--help")
    assert "Example: yhovi schedule cron" in said.out
    assert "--settings" in said.out


@posix
def test_the_line_of_a_crontab_starts_yhovi(cli: Cli, place: Path) -> None:
    said = cli("schedule", "cron")
    assert said.code == 0, said.err
    assert said.err == "Put its lines at the end of: crontab -e\n"
    (line,) = crontab_lines(said.out)
    assert line.fields == ("0", "6", "1", "*", "*")
    # the same line as cron would start it, but of the demonstration
    done = subprocess.run(
        ["/bin/sh", "-c", f"{line.command} --demo --dry-run"],
        env={"PATH": "/usr/bin:/bin", "HOME": "/"},
        cwd="/",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"catalogue: {place / 'indicators'} (found here)" in done.stderr


@posix
def test_what_is_said_is_in_the_command(cli: Cli, place: Path, tmp_path: Path) -> None:
    said = cli("schedule", "cron", "--at", "5:30", "--by", "cadence", "--name", "stats", "--catalogue", "indicators")
    monthly, daily = crontab_lines(said.out)
    assert (monthly.fields[:3], daily.fields[:3]) == (("30", "5", "1"), ("30", "5", "2-31"))
    assert "# begin stats\n" in said.out
    assert " run --all --settings " in monthly.command
    assert " run --all --only-due --settings " in daily.command
    assert "--catalogue" in daily.command


@posix
def test_settings_that_a_variable_names_are_in_the_command(
    cli: Cli, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.toml"
    other.write_text("", encoding="utf-8")
    monkeypatch.setenv("YHOVI_SETTINGS", str(other))
    said = cli("schedule", "systemd")
    assert f"--settings {other}" in said.out.replace('"', "")
    assert "warning" not in said.err


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_current(cli: Cli, place: Path, kind: str) -> None:
    assert cli("schedule", kind, "--by", "cadence", "--out", "schedules/").code == 0
    written = sorted(file.name for file in place.rglob("schedules*/*")) or ["schedules"]
    said = cli("schedule", kind, "--by", "cadence", "--check", "schedules")
    assert said.code == 0, said.err
    assert said.out.startswith(f"The schedule for {kind} is current: schedules")
    assert not [name for name in written if len(name) > 30], "what was written beside is gone"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stale_is_said(cli: Cli, place: Path, kind: str) -> None:
    (place / "out").mkdir()
    assert cli("schedule", kind, "--out", "out").code == 0
    said = cli("schedule", kind, "--at", "07:00", "--check", "out")
    assert said.code == 2
    assert said.err.startswith(f"error: The schedule in out{os.sep}")
    assert " is stale: it says " in said.err
    assert RENEW in said.err


@posix
def test_a_crontab_is_compared_from_the_input(cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = "MAILTO=ann\n1 1 * * * true\n" + cli("schedule", "cron").out
    monkeypatch.setattr(room.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(installed.encode())))
    said = cli("schedule", "cron", "--check", "-")
    assert (said.code, said.out) == (0, "The schedule for cron is current: the input\n")
    monkeypatch.setattr(room.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    said = cli("schedule", "cron", "--check", "-")
    assert said.code == 2
    assert said.err == (
        "error: The schedule in the input is stale: it has no lines between # begin yhovi and # end yhovi.\n"
        f"  {RENEW} Put its lines at the end of: crontab -e\n"
    )


def test_a_task_is_compared_as_windows_shows_it(cli: Cli, place: Path) -> None:
    """In UTF-8 without a mark, with what Task Scheduler adds."""
    cli("schedule", "windows")
    text = (place / "yhovi.xml").read_text(encoding="utf-16")
    shown = text.replace("<Description>", "<URI>\\yhovi</URI><Description>", 1)
    (place / "shown.xml").write_text(shown, encoding="utf-8")
    assert cli("schedule", "windows", "--check", "shown.xml").code == 0


def test_one_of_several_files_is_compared(cli: Cli, place: Path) -> None:
    assert cli("schedule", "windows", "--by", "cadence").code == 0
    said = cli("schedule", "windows", "--by", "cadence", "--check", "yhovi-due.xml")
    assert (said.code, said.out) == (0, "The schedule for windows is current: yhovi-due.xml\n")
    (place / "yhovi-due.xml").write_bytes((place / "yhovi.xml").read_bytes())
    assert cli("schedule", "windows", "--by", "cadence", "--check", "yhovi-due.xml").code == 2


def test_a_task_is_written_with_the_command_that_imports_it(
    cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERDOMAIN", "COUNCIL")
    monkeypatch.setenv("USERNAME", "ann")
    said = cli("schedule", "windows", "--out", "task.xml")
    assert said.code == 0, said.err
    file = place / "task.xml"
    assert said.out == f'schtasks /Create /TN yhovi /XML "{file}" /RU "COUNCIL\\ann" /RP * /F\n'
    assert f"written: {file}\n" in said.err
    assert file.read_bytes()[:2] == b"\xff\xfe"


def test_the_file_for_prefect_has_the_subdomains_of_the_catalogue(cli: Cli, place: Path) -> None:
    found = yaml.safe_load(cli("schedule", "prefect").out)
    assert [one["name"] for one in found["deployments"]] == ["yhovi", "yhovi-housing"]
    assert found["deployments"][0]["parameters"] == {"settings": str(place / "yhovi.toml"), "only_due": False}


@posix
def test_what_the_job_wont_have_is_told(cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMIS_API_KEY", "0123-only-for-tests")
    monkeypatch.setenv("STATXPLORE_API_KEY", "4567-only-for-tests")
    (place / ".env").write_text("STATXPLORE_API_KEY=4567-only-for-tests\n", encoding="utf-8")
    said = cli("schedule", "cron")
    assert said.err == (
        "warning: the job won't have what only this console has: NOMIS_API_KEY.\n"
        f"  Write it into {place / '.env'}, which only its owner should be able to read.\n"
        "Put its lines at the end of: crontab -e\n"
    )
    assert "only-for-tests" not in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["at"], "There is no schedule for at.\n  Allowed are cron, windows, systemd, github, prefect."),
        (["cron", "--by", "week"], "--by week isn't known.\n  Allowed are job and cadence."),
        (["cron", "--out", "a", "--check", "b"], "--out and --check exclude each other."),
        (["github", "--check", "none"], "none can't be read: No such file or directory.\n  Check the path."),
        (["systemd", "--out", "yhovi.toml"], "There are 2 files to write, and yhovi.toml is one.\n  Name a folder."),
        (
            ["systemd", "--check", "yhovi.toml"],
            "yhovi.toml is none of the files of this schedule.\n  Name the folder that has them.",
        ),
        (
            ["github", "--out", "yhovi.toml/x"],
            f"yhovi.toml{os.sep}x can't be written: {{}}.\n  Check the folder and its rights.",
        ),
    ],
)
def test_what_cant_be_is_said(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    (tmp_path / "yhovi.toml").write_text("", encoding="utf-8")
    answer = cli("schedule", *arguments)
    before, _, after = f"error: {said}\n".partition("{}")
    assert answer.code in (2, 5)
    assert before in answer.err
    assert answer.err.endswith(after)


@posix
def test_a_file_that_is_there_stays_until_the_new_one_is_whole(
    cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "a.crontab").write_text("before", encoding="utf-8")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = cli("schedule", "cron", "--out", "a.crontab")
    assert said.code == 5
    assert "error: a.crontab can't be written: No space left on device.\n" in said.err
    assert (place / "a.crontab").read_text(encoding="utf-8") == "before"
    assert sorted(file.name for file in place.iterdir()) == ["a.crontab", "indicators", "yhovi.toml"]


@pytest.mark.skipif(os.name != "nt", reason="only Windows has Task Scheduler's quoting")
def test_windows_starts_what_is_meant(cli: Cli, place: Path) -> None:
    from xml.etree import ElementTree as ET

    cli("schedule", "windows")
    root = ET.fromstring((place / "yhovi.xml").read_bytes())  # noqa: S314  (what was just written)
    said = {element.tag.rpartition("}")[2]: element.text or "" for element in root.iter()}
    echo = said["Arguments"].replace("-m yhovi.cli", '-c "import json, sys; print(json.dumps(sys.argv[1:]))"')
    done = subprocess.run(f'"{said["Command"]}" {echo}', cwd=said["WorkingDirectory"], capture_output=True, check=True)
    assert said["Command"] == sys.executable
    assert json.loads(done.stdout) == ["run", "--all", "--settings", str(place / "yhovi.toml")]


def test_a_workflow_is_given_what_it_takes_to_tell_people(cli: Cli, tmp_path: Path) -> None:
    settings = '[[notify.webhook]]\nurl_env = "TEAMS_ADDRESS"\nshape = "teams"\n'
    (tmp_path / "yhovi.toml").write_text(settings, encoding="utf-8")
    said = cli("schedule", "github")
    assert said.code == 0, said.err
    assert yaml.safe_load(said.out)["jobs"]["run"]["env"]["TEAMS_ADDRESS"] == "${{ secrets.TEAMS_ADDRESS }}"


def test_a_job_that_could_not_tell_people_is_warned_of(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = '[[notify.webhook]]\nurl_env = "TEAMS_ADDRESS"\nshape = "teams"\n'
    (tmp_path / "yhovi.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("TEAMS_ADDRESS", "https://teams.example/only-for-tests")
    said = cli("schedule", "systemd")
    assert "the job won't have what only this console has: TEAMS_ADDRESS." in said.err
    assert "only-for-tests" not in said.out + said.err
