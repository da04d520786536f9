"""The log: for people or for programs, of which run, indicator and load each line speaks, and what a file keeps."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yhovi.cli.logs import start_log
from yhovi.cli.place import Place
from yhovi.engine.run.context import about, in_hand

from support import small
from support.commands import Cli, Said

LOG = logging.getLogger("yhovi.test")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Leave no open file to other tests."""
    logger = logging.getLogger("yhovi")
    before, level = logger.handlers, logger.level
    logger.handlers = []
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers = before
    logger.setLevel(level)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(None, None)


class Terminal(io.StringIO):
    """A stream that is somebody's terminal."""

    def isatty(self) -> bool:
        return True


def settle(folder: Path, text: str) -> None:
    (folder / "yhovi.toml").write_text(text, encoding="utf-8")


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


# Of which run, indicator and load ------------------------------------------------------------------------------------


def run(cli: Cli, *options: str) -> Said:
    return cli("run", "--all", "--demo", *options)


def test_every_line_of_a_run_says_of_what_it_speaks(cli: Cli, tmp_path: Path) -> None:
    small.record(small.make(tmp_path), "people", "an answer that is no table at all")
    said = run(cli)
    lines = objects(said.err)
    assert {line["run_id"] for line in lines} and len({line["run_id"] for line in lines}) == 1
    assert all(MOMENT.fullmatch(line["time"]) for line in lines)
    assert {line["logger"] for line in lines} == {"yhovi.run"}
    begun, *each, ended = lines
    told = {line["indicator_id"]: line for line in each}
    assert sorted(told) == ["S-H-90", "S-H-91", "S-H-92"]
    assert begun["message"] == "run begun for 3 indicators: yhovi run --all --demo"
    assert (ended["message"], ended["exit_code"]) == ("run ended with exit code 6", 6)
    one = told["S-H-91"]
    assert {name: one.get(name) for name in ("level", "status", "new", "load_id")} == {
        "level": "INFO",
        "status": "loaded",
        "new": 5,
        "load_id": 1,
    }
    assert one["seconds"] >= 0
    assert re.fullmatch(r"S-H-91: loaded, 5 new in \d+\.\d seconds", one["message"])
    assert {name: told[name]["level"] for name in told} == {"S-H-90": "ERROR", "S-H-91": "INFO", "S-H-92": "ERROR"}
    assert "load_id" not in told["S-H-92"]
    cause = (
        "It keeps its last values, as S-H-92, which it is made of, failed. Mend that first; this one follows by itself."
    )
    assert told["S-H-90"]["message"].endswith(f" seconds: {cause}")
    assert "error: S-H-92: " in said.err, "what is for people stays as it was"


def test_a_dry_run_has_no_loads(cli: Cli, tmp_path: Path) -> None:
    small.make(tmp_path)
    lines = objects(run(cli, "--dry-run").err)
    assert [line["status"] for line in lines if "indicator_id" in line] == ["checked"] * 3
    assert not [line for line in lines if "load_id" in line]


def test_what_is_in_hand_is_put_down_again() -> None:
    with about(run_id="r"):
        with about(indicator_id="i", run_id="s"):
            assert in_hand() == {"run_id": "s", "indicator_id": "i"}
        assert in_hand() == {"run_id": "r"}
    assert in_hand() == {}


# For whom ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said", "watched", "is_json"),
    [
        ("", "", False, True),
        ("", "", True, False),
        ("", "human", False, False),
        ("", "json", True, True),
        ('[log]\nformat = "human"', "", False, False),
        ('[log]\nformat = "json"', "", True, True),
        ('[log]\nformat = "auto"', "", False, True),
        ('[log]\nformat = "json"', "human", False, False),
    ],
)
def test_lines_are_for_whoever_reads_them(
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    said: str,
    watched: bool,
    is_json: bool,
) -> None:
    settle(tmp_path, settings)
    stream = Terminal() if watched else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    start_log(place, said)
    with about(run_id="r1", indicator_id="E-EJ-01"):
        LOG.warning("two\nlines", extra={"about": {"load_id": 7, "seconds": 1.5}})
    line = stream.getvalue()
    assert line.endswith("\n") and line.count("\n") == 1
    if is_json:
        (found,) = objects(line)
        assert MOMENT.fullmatch(found.pop("time"))
        ids = {"run_id": "r1", "indicator_id": "E-EJ-01", "load_id": 7, "seconds": 1.5}
        assert found == {"level": "WARNING", "logger": "yhovi.test", "message": "two\nlines", **ids}
    else:
        moment, rest = line[:19], line[19:]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", moment)
        assert rest == " WARNING two lines [run r1, indicator E-EJ-01, load 7]\n"


@pytest.mark.parametrize(
    ("settings", "said", "watched", "shown"),
    [
        ("", "", True, ["warning"]),
        ("", "human", True, ["info", "warning"]),
        ("", "", False, ["info", "warning"]),
        ('[log]\nlevel = "error"', "", False, []),
        ('[log]\nlevel = "debug"', "", True, ["debug", "info", "warning"]),
        ('[log]\nlevel = "warning"', "", False, ["warning"]),
    ],
)
def test_what_is_worth_a_line(
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    said: str,
    watched: bool,
    shown: list[str],
) -> None:
    """On a terminal a person sees by other means how a run goes."""
    settle(tmp_path, settings)
    stream = Terminal() if watched else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    start_log(place, said)
    for level in ("debug", "info", "warning"):
        getattr(LOG, level)("it is %s", level)
    assert re.findall(r"it is (\w+)", stream.getvalue()) == shown


def test_what_came_of_indicators_is_told_once_on_a_terminal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    start_log(place)
    logging.getLogger("yhovi.run").error("E-EJ-01: failed")
    assert terminal.getvalue() == ""
    start_log(place, "json")
    logging.getLogger("yhovi.run").error("E-EJ-01: failed")
    assert len(objects(terminal.getvalue())) == 1


def test_only_lines_of_yhovi_are_logged(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    start_log(place)
    logging.getLogger("urllib3").warning("https://example.org/?key=secret")
    assert capsys.readouterr().err == ""


def test_an_exception_is_part_of_its_line(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    start_log(place)
    try:
        int("odd")
    except ValueError:
        LOG.exception("it broke")
    (line,) = objects(capsys.readouterr().err)
    assert line["exception"].endswith("\nValueError: invalid literal for int() with base 10: 'odd'")


def test_the_option_is_heeded(cli: Cli, tmp_path: Path) -> None:
    small.make(tmp_path)
    said = run(cli, "--log-format", "human")
    assert objects(said.err) == []
    assert re.search(r"^[\d: -]{19} INFO S-H-91: loaded, .* \[run \w{32}, indicator S-H-91, load 1\]$", said.err, re.M)
    assert run(cli, "--log-format", "xml").code == 2


# No secret ---------------------------------------------------------------------------------------------------------

SECRETS = {
    "NOMIS_API_KEY": "n0mis-k3y",
    "STATXPLORE_API_KEY": "st4t+xpl0re/k3y==",
    "YHOVI_SMTP_PASSWORD": 'm4il "password"',
    "YHOVI_DATABASE_PASSWORD": "d4tabase-p4ss",
    "YHOVI_DATABASE_PASSWORD_HOUSING": "h0using-p4ss",
    "YHOVI_TEAMS_URL": "https://hooks.example.org/s3cret",
}


@pytest.mark.parametrize("form", ["human", "json"])
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_gets_into_a_line_is_blotted_out(
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    form: str,
    name: str,
) -> None:
    """Nothing puts one there; should something ever do so, it isn't shown all the same."""
    settle(tmp_path, '[log]\nfile = "a.log"\n[[notify.webhook]]\nurl_env = "YHOVI_TEAMS_URL"\nshape = "teams"\n')
    monkeypatch.setenv(name, SECRETS[name])
    start_log(place, form)
    try:
        int(SECRETS[name])
    except ValueError:
        with about(indicator_id=SECRETS[name]):
            LOG.exception("It holds %s.", SECRETS[name])
    told = capsys.readouterr().err + (tmp_path / "a.log").read_text(encoding="utf-8")
    assert "It holds ***." in told
    assert SECRETS[name] not in told
    assert json.dumps(SECRETS[name])[1:-1] not in told


# A file --------------------------------------------------------------------------------------------------------------

FILE = '[log]\nfile = "logs/yhovi.log"\nmax_bytes = 1000\nbackups = 2\n'


def test_a_file_turns_over(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settle(tmp_path, FILE)
    start_log(place)
    for number in range(60):
        LOG.info("line %d – £", number)
    assert sorted(file.name for file in (tmp_path / "logs").iterdir()) == ["yhovi.log", "yhovi.log.1", "yhovi.log.2"]
    files = [tmp_path / "logs" / name for name in ("yhovi.log.2", "yhovi.log.1", "yhovi.log")]
    assert all(file.stat().st_size <= 1000 for file in files)
    kept = [line["message"] for file in files for line in objects(file.read_text(encoding="utf-8"))]
    assert kept == [f"line {number} – £" for number in range(60)][-len(kept) :]
    assert len(objects(capsys.readouterr().err)) == 60


@pytest.mark.parametrize(("form", "is_json"), [("auto", True), ("json", True), ("human", False)])
def test_nobody_watches_a_file(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, is_json: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    settle(tmp_path, f'{FILE}format = "{form}"\n')
    start_log(place)
    LOG.info("here")
    logging.getLogger("yhovi.run").info("and here")
    lines = (tmp_path / "logs" / "yhovi.log").read_text(encoding="utf-8").splitlines()
    assert [line.startswith("{") for line in lines] == [is_json] * 2
    assert (terminal.getvalue() == "") == (form != "json")


def test_a_second_command_adds_to_the_file(place: Place, tmp_path: Path) -> None:
    settle(tmp_path, FILE)
    for word in ("one", "two"):
        start_log(place)
        LOG.info(word)
    lines = objects((tmp_path / "logs" / "yhovi.log").read_text(encoding="utf-8"))
    assert [line["message"] for line in lines] == ["one", "two"]


def test_a_file_that_cannot_be_moved_grows_and_nothing_is_lost(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, while another run has it open."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "in use")

    settle(tmp_path, FILE)
    start_log(place)
    monkeypatch.setattr(Path, "replace", refused)
    for number in range(30):
        LOG.info("line %d", number)
    (file,) = (tmp_path / "logs").iterdir()
    assert len(objects(file.read_text(encoding="utf-8"))) == 30
    monkeypatch.undo()
    LOG.info("it can be moved again")
    assert sorted(one.name for one in (tmp_path / "logs").iterdir()) == ["yhovi.log", "yhovi.log.1"]
    assert len(objects((tmp_path / "logs" / "yhovi.log.1").read_text(encoding="utf-8"))) == 30


def test_a_file_that_cannot_be_written_costs_nothing(cli: Cli, tmp_path: Path) -> None:
    small.make(tmp_path)
    settle(tmp_path, '[log]\nfile = "in/yhovi.log"\n')
    (tmp_path / "in").write_text("a file where a folder should be", encoding="utf-8")
    said = run(cli)
    assert said.code == 0
    (warning,) = [line for line in said.err.splitlines() if "log file" in line]
    assert warning.startswith(f"warning: the log file {tmp_path / 'in/yhovi.log'} can't be written: ")
    assert warning.endswith(". There is no log of this.")


def test_a_file_that_breaks_off_is_told_once(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(tmp_path, FILE)
    start_log(place)
    (handler,) = [one for one in logging.getLogger("yhovi").handlers if isinstance(one, logging.FileHandler)]

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler.stream, "write", full, raising=False)
    LOG.info("one")
    LOG.info("two")
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if not line.startswith("{")] == [
        f"warning: the log file {tmp_path / 'logs/yhovi.log'} can't be written: [Errno 28] No space left on device."
    ]
    assert len(lines) == 3
