"""What is written for each scheduler: in its format, with every odd path taken apart again as the scheduler does it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from yhovi.engine.errors import UsageError
from yhovi.engine.schedules import KINDS, Job, Paper, Time, When, import_command

from support.schedulers import crontab_lines, systemd_words, windows_arguments

pytestmark = pytest.mark.untraced

FIRST, REST = When(Time(6, 0), 1, 1), When(Time(6, 30), 2, 31)
NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
PATHS = ["/srv/yhovi", "/srv/my data/Zürich", "/srv/100% done", '/srv/"quoted"', "/srv/it's $HOME `x` & ; (y)"]

# Says where it was started and with which arguments.
ECHO = (sys.executable, "-P", "-c", "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:]]))")


def job(folder: str = "/srv/yhovi", when: When = FIRST, name: str = "yhovi", **said: str) -> Job:
    program = ("/opt/py thon/bin/python", "-P", "-m", "yhovi.cli")
    arguments = ("run", "--all", *(["--only-due"] if when == REST else []))
    return Job(name, "Run every indicator", program, arguments, when, folder, **said)


def written(kind: str, *jobs: Job) -> tuple[Paper, ...]:
    return KINDS[kind].papers(jobs, ["health", "net_zero"])


def task(one: Job) -> ET.Element:
    (paper,) = written("windows", one)
    return ET.fromstring(paper.content)  # noqa: S314  (what was just written)


def values(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key: said for key, _, said in lines}


@pytest.mark.parametrize(("said", "time"), [("06:00", Time(6, 0)), ("6:05", Time(6, 5)), ("23:59", Time(23, 59))])
def test_a_time_is_read(said: str, time: Time) -> None:
    assert Time.parse(said) == time


@pytest.mark.parametrize("said", ["24:00", "6", "06:60", "6am", "", "٠٦:٠٠"])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Time.parse(said)
    assert str(refused.value) == f"{said} is no time of day. Write it as hours and minutes, such as 06:00; it is UTC."


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "é"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        job(name=name)
    assert str(refused.value) == f"A schedule can't be called {name!r}. Use letters, digits, - and _."


@pytest.mark.parametrize("character", ["\n", "\x7f", "\u2028", "\udce4"])
def test_a_line_break_is_refused(character: str) -> None:
    with pytest.raises(UsageError) as refused:
        job(f"/srv/a{character}b")
    assert str(refused.value) == (
        f"{f'/srv/a{character}b'!r} has a line break or another control character in it, which no schedule can hold."
        " Rename that folder or file."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_is_written_each_time(kind: str) -> None:
    assert written(kind, job(), job(when=REST, name="yhovi-due")) == written(
        kind, job(), job(when=REST, name="yhovi-due")
    )


class TestCron:
    def test_its_text(self) -> None:
        (paper,) = written("cron", job(settings="/srv/100% done/yhovi.toml"))
        assert paper.name == "yhovi.crontab"
        assert paper.text.splitlines()[0] == "# begin yhovi"
        assert paper.text.splitlines()[-4:] == [
            "CRON_TZ=UTC",
            "# Run every indicator",
            (
                "0 6 1 * * cd /srv/yhovi && '/opt/py thon/bin/python' -P -m yhovi.cli run --all"
                " --settings '/srv/100\\% done/yhovi.toml'"
            ),
            "# end yhovi",
        ]

    def test_times(self) -> None:
        (paper,) = written("cron", job(), job(when=REST, name="yhovi-due"))
        fields = [line.fields for line in crontab_lines(paper.text)]
        assert fields == [("0", "6", "1", "*", "*"), ("30", "6", "2-31", "*", "*")]

    @pytest.mark.parametrize(
        "name", ["plain", "my data Zürich", "100% done", '"quoted" it\'s', "$HOME `x` & ; (y) #!*"]
    )
    @pytest.mark.skipif(os.name == "nt", reason="Windows has no cron")
    def test_its_command_does_what_is_meant(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        meant = Job("yhovi", "x", ECHO, ("run", "--all"), FIRST, str(folder), settings=str(folder / "yhovi.toml"))
        (line,) = crontab_lines(KINDS["cron"].papers((meant,), ())[0].text)
        assert line.input == ""
        said = subprocess.run(["/bin/sh", "-c", line.command], capture_output=True, text=True, check=True).stdout
        assert json.loads(said) == [str(folder), "run", "--all", "--settings", str(folder / "yhovi.toml")]

    def test_a_backslash_is_refused(self) -> None:
        with pytest.raises(UsageError) as refused:
            written("cron", job("/srv/a\\b"))
        assert str(refused.value) == "'/srv/a\\\\b' can't be written for cron. Use a path without a backslash."

    def test_a_line_that_is_too_long_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"can't be written for cron, whose lines have at most 998 bytes\."):
            written("cron", job("/srv/" + "x" * 950))


class TestWindows:
    # In which order Task Scheduler itself writes them; of CalendarTrigger and what holds it [MS-TSCH] 2.5 demands it.
    ORDER: Mapping[str, tuple[str, ...]] = {
        "Task": ("RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"),
        "RegistrationInfo": ("Description",),
        "CalendarTrigger": ("StartBoundary", "ScheduleByMonth"),
        "ScheduleByMonth": ("DaysOfMonth", "Months"),
        "Principal": ("LogonType", "RunLevel"),
        "Exec": ("Command", "Arguments", "WorkingDirectory"),
    }
    SETTINGS = frozenset(
        "AllowStartOnDemand RestartOnFailure MultipleInstancesPolicy DisallowStartIfOnBatteries StopIfGoingOnBatteries"
        " AllowHardTerminate StartWhenAvailable NetworkProfileName RunOnlyIfNetworkAvailable WakeToRun Enabled Hidden"
        " DeleteExpiredTaskAfter IdleSettings NetworkSettings ExecutionTimeLimit Priority RunOnlyIfIdle".split()
    )
    MONTHS = ("January February March April May June July August September October November December").split()

    def test_it_is_utf16_with_a_mark_and_the_line_ends_of_windows(self) -> None:
        (paper,) = written("windows", job("C:\\Zürich"))
        assert paper.name == "yhovi.xml"
        assert paper.content.startswith(b"\xff\xfe<\x00?\x00x\x00m\x00l\x00")
        text = paper.content.decode("utf-16")
        assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.')
        assert text.count("\n") == text.count("\r\n")
        assert "<WorkingDirectory>C:\\Zürich</WorkingDirectory>" in text

    @pytest.mark.parametrize("when", [FIRST, REST])
    def test_its_elements_are_known_and_in_order(self, when: When) -> None:
        root = task(job(when=when))
        assert root.tag == f"{NAMESPACE}Task"
        assert root.attrib == {"version": "1.2"}
        for element in root.iter():
            assert element.tag.startswith(NAMESPACE)
            names = tuple(inner.tag.removeprefix(NAMESPACE) for inner in element)
            assert names == self.ORDER.get(element.tag.removeprefix(NAMESPACE), names)
        assert {one.tag.removeprefix(NAMESPACE) for one in root.find(f"{NAMESPACE}Settings") or ()} <= self.SETTINGS

    def test_it_runs_on_that_day_at_that_time(self) -> None:
        root = task(job())
        assert root.findtext(f".//{NAMESPACE}StartBoundary") == "2026-01-01T06:00:00Z"
        assert [day.text for day in root.iter(f"{NAMESPACE}Day")] == ["1"]
        (months,) = root.iter(f"{NAMESPACE}Months")
        assert [month.tag.removeprefix(NAMESPACE) for month in months] == self.MONTHS

    def test_it_runs_on_the_other_days(self) -> None:
        root = task(job(when=REST))
        assert root.findtext(f".//{NAMESPACE}StartBoundary") == "2026-01-01T06:30:00Z"
        assert [day.text for day in root.iter(f"{NAMESPACE}Day")] == [f"{day}" for day in range(2, 32)]

    def test_it_runs_as_its_user_whether_logged_on_or_not(self) -> None:
        root = task(job())
        (principal,) = root.iter(f"{NAMESPACE}Principal")
        (actions,) = root.iter(f"{NAMESPACE}Actions")
        assert principal.get("id") == actions.get("Context") == "Author"
        assert principal.findtext(f"{NAMESPACE}LogonType") == "Password"

    @pytest.mark.parametrize(
        "folder",
        ["C:\\yhovi", "C:\\my data\\Zürich", "C:\\100% & <done>\\'it'", "\\\\server\\a share", "C:\\ends with\\"],
    )
    def test_its_command_is_what_is_meant(self, folder: str) -> None:
        root = task(job(folder, settings=f"{folder}\\yhovi.toml", catalogue=folder))
        assert root.findtext(f".//{NAMESPACE}Command") == "/opt/py thon/bin/python"
        assert root.findtext(f".//{NAMESPACE}WorkingDirectory") == folder
        said = windows_arguments(root.findtext(f".//{NAMESPACE}Arguments") or "")
        own = ["--settings", f"{folder}\\yhovi.toml", "--catalogue", folder]
        assert said == ["-P", "-m", "yhovi.cli", "run", "--all", *own]

    def test_what_it_takes_for_a_variable_is_refused(self) -> None:
        with pytest.raises(UsageError) as refused:
            written("windows", job("C:\\%TEMP%\\x"))
        assert str(refused.value) == (
            "'C:\\\\%TEMP%\\\\x' can't be written for Task Scheduler, which takes %…% for a variable."
            " Use a path without two %."
        )

    def test_the_command_that_imports_it(self) -> None:
        said = import_command("yhovi", "C:\\my data\\yhovi.xml", "COUNCIL\\ann")
        assert said == 'schtasks /Create /TN yhovi /XML "C:\\my data\\yhovi.xml" /RU "COUNCIL\\ann" /RP * /F'


class TestSystemd:
    def test_its_text(self) -> None:
        timer, service = written("systemd", job("/srv/100% done"))
        assert (timer.name, service.name) == ("yhovi.timer", "yhovi.service")
        assert timer.text == (
            "[Unit]\nDescription=yhovi: Run every indicator\n\n"
            "[Timer]\nOnCalendar=*-*-01 06:00:00 UTC\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        assert service.text == (
            "[Unit]\nDescription=Run every indicator\n\n"
            "[Service]\nType=oneshot\nWorkingDirectory=/srv/100%% done\n"
            'ExecStart="/opt/py thon/bin/python" -P -m yhovi.cli run --all\n'
        )

    def test_two_jobs_are_four_units(self) -> None:
        papers = written("systemd", job(), job(when=REST, name="yhovi-due"))
        assert [paper.name for paper in papers] == [
            *("yhovi.timer", "yhovi.service", "yhovi-due.timer", "yhovi-due.service")
        ]
        assert values(papers[2].text)["OnCalendar"] == "*-*-02..31 06:30:00 UTC"

    @pytest.mark.parametrize("folder", PATHS)
    def test_its_command_is_what_is_meant(self, folder: str) -> None:
        meant = job(folder, settings=f"{folder}/yhovi.toml")
        said = values(written("systemd", meant)[1].text)
        assert said["WorkingDirectory"].replace("%%", "%") == folder
        assert systemd_words(said["ExecStart"]) == list(meant.command)

    @pytest.mark.parametrize("folder", ["plain", "my data Zürich", "100% done", '"quoted" it\'s $x'])
    def test_systemd_takes_it(self, tmp_path: Path, folder: str) -> None:
        program = shutil.which("systemd-analyze")
        if program is None:
            pytest.skip("systemd-analyze is not on this machine")
        place = tmp_path / folder
        place.mkdir()
        meant = Job("yhovi", "Run", ECHO, ("run",), FIRST, str(place), settings=str(place / "yhovi.toml"))
        files = [tmp_path / paper.name for paper in KINDS["systemd"].papers((meant,), ())]
        for file, paper in zip(files, KINDS["systemd"].papers((meant,), ()), strict=True):
            file.write_bytes(paper.content)
        said = subprocess.run([program, "verify", *map(str, files)], capture_output=True, text=True, check=False)
        own = [line for line in said.stderr.splitlines() if str(tmp_path) in line or "yhovi" in line]
        assert (said.returncode, own) == (0, [])

    @pytest.mark.parametrize("folder", ["/srv/x ", " /srv", "/srv/x\\"])
    def test_what_it_cuts_off_is_refused(self, folder: str) -> None:
        with pytest.raises(UsageError) as refused:
            written("systemd", job(folder))
        assert str(refused.value) == (
            f"{folder!r} can't be written for systemd."
            " Use a folder whose name neither begins nor ends with a blank or backslash."
        )


WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))


def faults_of_workflow(file: Path) -> str:
    """What the schema of GitHub's workflows finds wrong; nothing if all is well."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(file)]
    said = subprocess.run(check, capture_output=True, text=True, check=False)
    return "" if said.returncode == 0 else said.stdout + said.stderr


class TestGithub:
    def workflow(self, **said: str) -> dict[str, object]:
        (paper,) = written("github", job(**said))
        assert paper.name == "yhovi.yml"
        found = yaml.safe_load(paper.text)
        assert isinstance(found, dict)
        return found

    def test_it_is_started_by_time_and_by_hand(self) -> None:
        assert self.workflow()["on"] == {"schedule": [{"cron": "0 6 1 * *"}], "workflow_dispatch": {}}

    def test_its_steps(self) -> None:
        (one,) = self.workflow(settings="/srv/yhovi/my data/yhovi.toml")["jobs"].values()  # type: ignore[attr-defined]
        assert one["runs-on"] == "ubuntu-latest"
        assert one["env"]["NOMIS_API_KEY"] == "${{ secrets.NOMIS_API_KEY }}"
        assert all({"uses", "run"} & set(step) for step in one["steps"])
        (run,) = [step["run"] for step in one["steps"] if "yhovi run" in step.get("run", "")]
        assert run == "yhovi run --all --settings 'my data/yhovi.toml' 2> >(tee run.log >&2) | tee summary.txt"
        assert one["steps"][-1]["if"] == "${{ !cancelled() }}"
        assert one["steps"][-1]["with"]["path"].split() == ["run.log", "summary.txt", one["env"]["YHOVI_DATA_ROOT"]]

    def test_its_actions_are_those_of_this_repository(self) -> None:
        (one,) = self.workflow()["jobs"].values()  # type: ignore[attr-defined]
        known = "".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
        for action in [step["uses"] for step in one["steps"] if "uses" in step]:
            assert f"uses: {action}\n" in known

    def test_it_is_a_workflow_to_github(self, tmp_path: Path) -> None:
        (paper,) = written("github", job())
        (tmp_path / paper.name).write_bytes(paper.content)
        assert faults_of_workflow(tmp_path / paper.name) == ""

    @pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
    def test_those_of_this_repository_are_such_too(self, file: Path) -> None:
        assert faults_of_workflow(file) == ""

    def test_the_check_finds_faults(self, tmp_path: Path) -> None:
        (tmp_path / "yhovi.yml").write_text(yaml.safe_dump({**self.workflow(), "jobs": {"run": {"steps": 1}}}))
        assert "$.jobs.run" in faults_of_workflow(tmp_path / "yhovi.yml")

    def test_actionlint_takes_it(self, tmp_path: Path) -> None:
        program = shutil.which("actionlint")
        if program is None:
            pytest.skip("actionlint is not on this machine")
        (paper,) = written("github", job())
        (tmp_path / paper.name).write_bytes(paper.content)
        said = subprocess.run([program, str(tmp_path / paper.name)], capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout) == (0, "")

    def test_what_lies_outside_the_repository_is_refused(self) -> None:
        with pytest.raises(UsageError) as refused:
            written("github", job(settings="/etc/yhovi.toml"))
        assert str(refused.value) == (
            "/etc/yhovi.toml lies outside the repository /srv/yhovi, so that GitHub doesn't have it."
            " Start this command in the repository's folder, with files that are in it."
        )


class TestPrefect:
    def test_its_deployments(self) -> None:
        jobs = job(settings="/srv/yhovi/yhovi.toml"), job(when=REST, name="yhovi-due")
        (paper,) = written("prefect", *jobs)
        assert paper.name == "prefect.yaml"
        found = yaml.safe_load(paper.text)
        assert found["pull"] == [{"prefect.deployments.steps.set_working_directory": {"directory": "/srv/yhovi"}}]
        told = [(one["name"], one["schedules"], one["parameters"]) for one in found["deployments"]]
        monthly = {"cron": "0 6 1 * *", "timezone": "UTC", "active": True}
        own = {"settings": "/srv/yhovi/yhovi.toml"}
        assert told == [
            ("yhovi", [monthly], {**own, "only_due": False}),
            ("yhovi-due", [{**monthly, "cron": "30 6 2-31 * *"}], {"only_due": True}),
            ("yhovi-health", [], {"subdomain": "health", **own}),
            ("yhovi-net-zero", [], {"subdomain": "net_zero", **own}),
        ]
        assert {one["work_pool"]["name"] for one in found["deployments"]} == {"yhovi-default"}

    def test_its_flows_are_there(self) -> None:
        import ast
        from importlib.util import find_spec

        (paper,) = written("prefect", job())
        for entry in {one["entrypoint"] for one in yaml.safe_load(paper.text)["deployments"]}:
            module, _, name = entry.rpartition(".")
            found = find_spec(module)
            assert found and found.origin
            tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    def test_what_it_takes_for_a_variable_is_refused(self) -> None:
        with pytest.raises(UsageError) as refused:
            written("prefect", job("/srv/{{ x }}"))
        assert str(refused.value) == (
            "'/srv/{{ x }}' can't be written for Prefect, which takes {{ for a variable. Use another path."
        )


# Whatever a folder may be called where schedules can be written for it.
NAMES = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=20,
)


@given(NAMES)
def test_any_name_comes_through_cron(name: str) -> None:
    assume("\\" not in name)
    (line,) = crontab_lines(written("cron", job(f"/srv/{name}/x"))[0].text)
    assert line.input == ""
    assert shlex.split(line.command)[:2] == ["cd", f"/srv/{name}/x"]


@given(NAMES)
def test_any_name_comes_through_systemd(name: str) -> None:
    meant = job("/srv", settings=f"/srv/{name}")
    said = written("systemd", meant)[1].text.partition("ExecStart=")[2].removesuffix("\n")
    assert systemd_words(said) == list(meant.command)


@given(NAMES)
def test_any_name_comes_through_windows(name: str) -> None:
    assume("%" not in name and "$(" not in name and '"' not in name)  # no name on Windows has a quote
    root = task(job("C:\\", settings=f"C:\\{name}\\"))
    assert windows_arguments(root.findtext(f".//{NAMESPACE}Arguments") or "")[-1] == f"C:\\{name}\\"


# What may happen to an installed file, and what is said of it; nothing where it is as good as it was.
CHANGES = [
    ("cron", "", "", ""),
    ("cron", "# begin yhovi", "MAILTO=ann\n5 4 * * * true\n\n# begin yhovi", ""),
    ("cron", "0 6 1", "0 7 1", "it says 0 7 1 * * {}, where 0 6 1 * * {} is meant"),
    ("cron", "CRON_TZ=UTC\n", "", "it says 0 6 1 * * {}, where CRON_TZ=UTC is meant"),
    ("cron", "# end yhovi\n", "", "it has no lines between # begin yhovi and # end yhovi"),
    ("systemd", "[Timer]", "# why\n\n[Timer]", ""),
    (
        "systemd",
        "06:00:00",
        "07:00:00",
        "it says OnCalendar=*-*-01 07:00:00 UTC, where OnCalendar=*-*-01 06:00:00 UTC is meant",
    ),
    ("systemd", "Persistent=true\n", "", "it says [Install], where Persistent=true is meant"),
    ("windows", "<Triggers>", "<Triggers><!-- by hand -->", ""),
    ("windows", "</RegistrationInfo>", "<Author>ann</Author></RegistrationInfo>", ""),
    ("windows", "<LogonType>", "<UserId>S-1-5-21</UserId><LogonType>", ""),
    ("windows", "<LogonType>Password</LogonType>", "<UserId>S-1-5-18</UserId>", ""),
    (
        *("windows", "<Day>1<", "<Day>2<"),
        (
            "it says /Task/Triggers/CalendarTrigger/ScheduleByMonth/DaysOfMonth/Day=2,"
            " where /Task/Triggers/CalendarTrigger/ScheduleByMonth/DaysOfMonth/Day=1 is meant"
        ),
    ),
    ("windows", "<Task", "<<Task", "it isn't XML"),
    ("github", "cron: 0 6 1 * *", 'cron: "0 6 1 * *"  # monthly', ""),
    (
        "github",
        "0 6 1",
        "0 7 1",
        "it says on.schedule[0].cron: 0 7 1 * *, where on.schedule[0].cron: 0 6 1 * * is meant",
    ),
    ("github", "name: yhovi", "name: [yhovi", "it isn't YAML"),
    (
        *("prefect", "name: yhovi-default", "name: other"),
        "it says deployments[0].work_pool.name: other, where deployments[0].work_pool.name: yhovi-default is meant",
    ),
]


@pytest.mark.parametrize(("kind", "before", "after", "said"), CHANGES)
def test_what_differs_is_said(kind: str, before: str, after: str, said: str) -> None:
    paper = written(kind, job())[0]
    assert before in paper.text
    line = paper.text.splitlines()[-2].partition("* * ")[2]
    installed = paper.text.replace(before, after, 1)
    assert KINDS[kind].difference(installed, paper.text) == said.replace("{}", line)
