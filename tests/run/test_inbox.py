"""The inbox: a run lands what lies where it belongs, and says of everything else why it doesn't."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from yhovi.engine.bronze import Bronze, Landing, inbox
from yhovi.engine.errors import StorageError
from yhovi.engine.run import arrivals
from yhovi.engine.run.arrivals import Arrival, look, pick_up
from yhovi.engine.run.assembly import World
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Spec, load_specs

from support.commands import Cli, Said, command, environment
from support.content import rows

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: Households in temporary accommodation
description: Households in temporary accommodation at the end of March, as the council counts them.
domain: society
subdomain: housing
measure: {{type: count, unit: count, polarity: lower_is_better, decimals: 0}}
source:
  connector: file
  dataset: {dataset}
  query: {query}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Households, type: number}}
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Households}}
checks:
  golden: {{none: the figures are made by the test}}
owner: tests
"""
SPECS = {
    "S-H-90": ("council/any", "{landed: true}"),
    "S-H-91": ("council/one", "{landed: true, release: 2022-09}"),
    "S-H-92": ("council/slashed", "{landed: true, release: 2022/23}"),
    "S-H-93": ("council/named", '{landed: true, release: r1, file: "[0-9]{6}_coverage[.]csv"}'),
    "S-H-94": ("council/fetched", "{url: https://www.ons.gov.uk/a.csv, release: v1}"),
    "S-H-95": ("council/prices", "{url: https://www.ons.gov.uk/b.csv}"),
    "S-H-96": ("council/two", "{landed: true, release: 2021}"),
    "S-H-97": ("council/two", "{landed: true, release: 2022}"),
    "S-H-98": ("council/two", "{landed: true, release: 2022}"),
}
TABLE = b"Code,Year,Households\nE08000035,2023,1204\nE08000034,2023,12\n"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier commands logged to is closed by now."""
    monkeypatch.setattr(logging.getLogger("yhovi"), "handlers", [])


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue of files that are landed, or could be."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    for name, (dataset, query) in SPECS.items():
        text = SPEC.format(id=name, dataset=dataset, query=query)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "indicators"


@pytest.fixture
def specs(catalogue: Path) -> tuple[Spec, ...]:
    return load_specs([catalogue])


def put(folder: Path, name: str, content: bytes = TABLE) -> Path:
    """A file in the inbox, that nobody has written to for long."""
    path = folder / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1e9, 1e9))
    return path


def lying(folder: Path) -> list[str]:
    """What lies in the inbox."""
    inbox = folder / "inbox"
    return sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file())


def bronze(folder: Path) -> Bronze:
    ids = map(str, range(10_000))
    return Bronze(str(folder), unique=lambda: f"{threading.get_ident()}-{next(ids)}")


def landings(folder: Path, name: str) -> tuple[Landing, ...]:
    return bronze(folder).landings("council", name)


def world(**other: Any) -> World:
    """A clock, waiting and ids for a run."""
    ids = (f"{number:0>8}" for number in range(10_000))
    known = World(lambda: datetime.now(UTC), lambda _: None, lambda: 0.5, lambda: next(ids), lambda _: None)
    return replace(known, **other)


def picked(folder: Path, specs: Sequence[Spec], **other: Any) -> list[tuple[str, str, str]]:
    """What became of each file."""
    found = pick_up(Settings(folder), specs, bronze(folder), world(**other))
    return [(one.path, one.outcome, str(one)) for one in found]


def log(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return list(
            database.execute("select event, detail from etl_audit where indicator_id is null order by audit_id")
        )


# A run -----------------------------------------------------------------------------------------------


def test_a_run_lands_what_it_finds_and_loads_it(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    put(tmp_path, "council/one/2022-09/table.csv")
    said = cli("run", "S-H-91")
    sentence = "table.csv landed: council/one, release 2022-09 (59 bytes). It serves S-H-91."
    assert said.code == 0, said.err
    assert said.err.splitlines()[-1] == f"inbox: {sentence}"
    assert {row["lad_code"]: row["value"] for row in rows(tmp_path / "yhovi.db")} == {
        "E08000034": 12,
        "E08000035": 1204,
    }
    assert (lying(tmp_path), log(tmp_path)) == ([], [("landed", sentence)])
    (landing,) = landings(tmp_path, "one")
    with bronze(tmp_path).open(landing) as stream:
        assert (landing.name, landing.release, stream.read()) == ("table.csv", "2022-09", TABLE)


def test_a_corrected_file_takes_the_place_of_the_first(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    put(tmp_path, "council/one/2022-09/table.csv")
    cli("run", "S-H-91")
    put(tmp_path, "council/one/2022-09/table_r2.csv", TABLE.replace(b"12\n", b"13\n"))
    said = cli("run", "S-H-91", "--json").json
    assert (said["outcomes"][0]["changed"], said["outcomes"][0]["unchanged"]) == (1, 1)
    (arrival,) = said["inbox"]
    assert arrival["said"] == (
        "table_r2.csv landed, in place of the other file of that release: council/one, release 2022-09 (59 bytes). "
        "It serves S-H-91."
    )
    assert arrival["landing"]["outcome"] == "supersedes"


def test_the_same_file_again_changes_nothing(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    for _ in range(2):
        put(tmp_path, "council/one/2022-09/table.csv")
        said = cli("run", "S-H-91", "--json").json
    assert said["outcomes"][0]["unchanged"] == 2
    assert [one["said"] for one in said["inbox"]] == [
        "table.csv was there already, nothing changed: council/one, release 2022-09 (59 bytes). It serves S-H-91."
    ]
    assert (lying(tmp_path), len(landings(tmp_path, "one"))) == ([], 1)


def test_files_of_indicators_that_dont_run_are_landed_too(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    put(tmp_path, "council/any/spring/a.csv")
    put(tmp_path, "council/two/2022/b.csv")
    put(tmp_path, "council/one/2022-09/c.csv")
    said = cli("run", "S-H-91", "--json").json
    assert [one["landing"]["serves"] for one in said["inbox"]] == [["S-H-90"], ["S-H-91"], ["S-H-97", "S-H-98"]]
    assert len(said["outcomes"]) == 1


def test_a_landed_file_stands_in_for_an_address(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    put(tmp_path, "council/fetched/v1/a.csv")
    assert cli("run", "S-H-94", "--json").json["outcomes"][0]["new"] == 2


def test_what_is_wrong_is_a_warning_and_stops_nothing(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    put(tmp_path, "council/one/2022-09/table.csv")
    astray = put(tmp_path, "table.csv")
    said = cli("run", "S-H-91")
    sentence = (
        f"{astray} isn't where a file goes: in <source>/<dataset>/<release>. "
        "yhovi land --list says where each file goes."
    )
    assert (said.code, said.err.splitlines()[-1]) == (0, f"warning: inbox: {sentence}")
    assert (lying(tmp_path), log(tmp_path)[1]) == (["table.csv"], ("left_in_inbox", sentence))


def test_a_dry_run_lands_too_and_writes_to_no_database(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """As every dry run keeps what it fetches, but loads nothing."""
    put(tmp_path, "council/one/2022-09/table.csv")
    said = cli("run", "S-H-91", "--dry-run", "--json").json
    assert (said["outcomes"][0]["status"], len(said["inbox"])) == ("checked", 1)
    assert not (tmp_path / "yhovi.db").exists()


@pytest.mark.parametrize(("mode", "code"), [("--demo", 0), ("--replay", 3)])
def test_other_runs_leave_the_inbox_alone(cli: Cli, tmp_path: Path, mode: str, code: int) -> None:
    put(tmp_path, "ofcom/fixed-coverage/2022-09/table.csv")
    said = cli("run", "S-C-01", mode, "--json")
    assert (said.code, said.json["inbox"], lying(tmp_path)) == (code, [], ["ofcom/fixed-coverage/2022-09/table.csv"])


def test_the_settings_name_another_inbox(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "yhovi.toml").write_text('inbox = "../post"\n', encoding="utf-8")
    post = tmp_path.parent / "post"
    said = cli("run", "S-H-91", "--json")
    absent = f"There is no inbox {tmp_path / '..' / 'post'}. Create it, or name another one in the settings."
    assert (said.code, [one["said"] for one in said.json["inbox"]]) == (3, [absent])
    put(tmp_path, "council/one/2022-09/table.csv").parents[3].rename(post)
    assert cli("run", "S-H-91", "--json").json["outcomes"][0]["new"] == 2


# What goes where -------------------------------------------------------------------------------------

LANDED = {
    "as it is asked for": ("council/one/2022-09/a.csv", "one", "2022-09"),
    "any release": ("council/any/Spring 2023/a.csv", "any", "Spring 2023"),
    "other capitals": ("Council/ONE/2022-09/a.csv", "one", "2022-09"),
    "a release that no folder can be called": ("council/slashed/2022-23/a.csv", "slashed", "2022/23"),
    "a name that matches": ("council/named/R1/202209_coverage.csv", "named", "r1"),
    "left by a run that was killed": ("council/named/r1/202209_coverage.csv.0a1b2c3d.landed", "named", "r1"),
    "in place of an address": ("council/fetched/v1/a.csv", "fetched", "v1"),
}


@pytest.mark.parametrize(("name", "dataset", "release"), LANDED.values(), ids=LANDED)
def test_a_file_is_what_its_folders_say(
    tmp_path: Path, specs: Sequence[Spec], name: str, dataset: str, release: str
) -> None:
    put(tmp_path, name)
    ((_, outcome, _),) = picked(tmp_path, specs)
    (landing,) = landings(tmp_path, dataset)
    assert (outcome, landing.release, lying(tmp_path)) == ("landed", release, [])
    assert landing.name == Path(name).name.removesuffix(".0a1b2c3d.landed")


LISTED = "yhovi land --list says where each file goes."
NOT_HERE = "{path} isn't where a file goes: in <source>/<dataset>/<release>. "
RENAME = "Rename the folder, or write that release into the spec."
NAMED = "Put the right file there, or give it back the publisher's name, if a browser or a person changed that."
UNFINISHED = (
    "{path} is a program's own or unfinished file, as its name says. "
    "It stays where it is; the next run looks at it again."
)
LEFT = {
    "in no folder": ("a.csv", NOT_HERE + LISTED),
    "without a release": ("council/one/a.csv", NOT_HERE + LISTED),
    "too deep": ("council/one/2022-09/new/a.csv", NOT_HERE + LISTED),
    "in no folder, but known by its name": (
        "202209_coverage.csv",
        NOT_HERE + "By its name it may belong into council/named/r1.",
    ),
    "of a misspelt data set": (
        "council/onne/2022-09/a.csv",
        "{path}: no spec takes a landed file of a data set council/onne. Did you mean council/one?",
    ),
    "of an unknown data set": (
        "sport_england/active-lives/2022-09/a.csv",
        "{path}: no spec takes a landed file of a data set sport_england/active-lives. " + LISTED,
    ),
    "of one that is always fetched": (
        "council/prices/2022-09/a.csv",
        "{path}: no spec takes a landed file of a data set council/prices. " + LISTED,
    ),
    "of a release that nobody asks for": (
        "council/one/2023-09/a.csv",
        "{path}: no spec asks for release 2023-09 of council/one (S-H-91 asks for 2022-09). " + RENAME,
    ),
    "of a release of which others are asked for": (
        "council/two/2023/a.csv",
        "{path}: no spec asks for release 2023 of council/two (S-H-96 asks for 2021; S-H-97, S-H-98 ask for 2022). "
        + RENAME,
    ),
    "of another name": (
        "council/named/r1/202209_coverage (1).csv",
        "{path} has another name than a file of council/named: [0-9]{{6}}_coverage[.]csv. " + NAMED,
    ),
    "still downloaded": ("council/one/2022-09/a.csv.crdownload", UNFINISHED),
    "still downloaded, in capitals": ("council/one/2022-09/A.PART", UNFINISHED),
    "of a workbook that is open": ("council/one/2022-09/~$a.xlsx", UNFINISHED),
    "hidden": ("council/one/2022-09/.a.csv.Xy12", UNFINISHED),
}


@pytest.mark.parametrize(("name", "said"), LEFT.values(), ids=LEFT)
def test_a_file_that_is_wrong_stays_and_is_told(tmp_path: Path, specs: Sequence[Spec], name: str, said: str) -> None:
    path = put(tmp_path, name)
    expected = [(name, "left", said.format(path=path))]
    assert picked(tmp_path, specs) == expected
    assert [(one.path, one.outcome, str(one)) for one in look(Settings(tmp_path), specs)] == expected
    assert (lying(tmp_path), (tmp_path / "local").exists()) == ([name], False)


def test_an_empty_file_stays(tmp_path: Path, specs: Sequence[Spec]) -> None:
    path = put(tmp_path, "council/one/2022-09/a.csv", b"")
    cure = "If it isn't just being copied, download it again."
    assert picked(tmp_path, specs) == [("council/one/2022-09/a.csv", "left", f"{path} is empty. {cure}")]


def test_a_link_stays(tmp_path: Path, specs: Sequence[Spec]) -> None:
    path = put(tmp_path, "council/one/2022-09/a.csv")
    secret = tmp_path / "secret.csv"
    path.replace(secret)
    try:
        path.symlink_to(secret)
    except OSError:
        pytest.skip("this account may not make links")
    said = f"{path} is a link, and links aren't followed. Put the file itself there."
    assert picked(tmp_path, specs) == [("council/one/2022-09/a.csv", "left", said)]
    assert path.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_no_text_stays(tmp_path: Path, specs: Sequence[Spec]) -> None:
    folder = put(tmp_path, "council/one/2022-09/a.csv").parent
    try:
        (folder / "a.csv").rename(os.fsdecode(os.fsencode(folder) + b"/\xff.csv"))
    except OSError:
        pytest.skip("names are text on this system")
    said = f"{folder}{os.sep}?.csv has a name that is no text. Rename it."
    assert picked(tmp_path, specs) == [("council/one/2022-09/?.csv", "left", said)]


def test_of_two_files_for_one_release_none_is_taken(tmp_path: Path, specs: Sequence[Spec]) -> None:
    names = ["council/one/2022-09/a.csv", "council/one/2022-09/b.csv"]
    paths = [put(tmp_path, name) for name in names]
    put(tmp_path, "council/one/2022-09/Thumbs.db")
    put(tmp_path, "council/two/2022/a.csv")
    said = "{} is one of 2 files for council/one, release 2022-09. A release has one file: leave that, and no other."
    found = picked(tmp_path, specs)
    assert found[:2] == [(name, "left", said.format(path)) for name, path in zip(names, paths, strict=True)]
    assert [outcome for _, outcome, _ in found] == ["left", "left", "landed"]


def test_beside_a_file_of_the_right_name_another_one_does_no_harm(tmp_path: Path, specs: Sequence[Spec]) -> None:
    put(tmp_path, "council/named/r1/202209_coverage.csv")
    put(tmp_path, "council/named/r1/about.pdf")
    assert [outcome for _, outcome, _ in picked(tmp_path, specs)] == ["landed", "left"]
    assert lying(tmp_path) == ["council/named/r1/about.pdf"]


def test_a_look_says_what_would_be_landed(tmp_path: Path, specs: Sequence[Spec]) -> None:
    path = put(tmp_path, "council/one/2022-09/a.csv")
    said = f"The next run lands {path} for council/one, release 2022-09."
    assert look(Settings(tmp_path), specs) == (Arrival("council/one/2022-09/a.csv", "ready", said),)
    assert lying(tmp_path) == ["council/one/2022-09/a.csv"]


# What happens meanwhile ------------------------------------------------------------------------------

NAME = "council/one/2022-09/a.csv"
A_LANDED = "a.csv {}: council/one, release 2022-09 (59 bytes). It serves S-H-91."
AGAIN = "It stays where it is; the next run looks at it again."


def test_a_file_that_is_still_being_copied_is_left_alone(tmp_path: Path, specs: Sequence[Spec]) -> None:
    path = put(tmp_path, NAME, TABLE[:30])
    os.utime(path)

    def grow(_: float) -> None:
        with path.open("ab") as file:
            file.write(TABLE[30:])

    said = f"{path} is still being written to, or was within the last 10 seconds. {AGAIN}"
    assert picked(tmp_path, specs, sleep=grow) == [(NAME, "left", said)]
    assert (landings(tmp_path, "one"), path.read_bytes()) == ((), TABLE)
    os.utime(path, (1e9, 1e9))
    assert picked(tmp_path, specs)[0][1] == "landed"


def test_a_young_file_that_keeps_still_is_landed(tmp_path: Path, specs: Sequence[Spec]) -> None:
    waited: list[float] = []
    os.utime(put(tmp_path, NAME))
    assert picked(tmp_path, specs, sleep=waited.append)[0][1] == "landed"
    assert waited == [pytest.approx(10, abs=5)]


def test_a_file_that_is_open_elsewhere_is_left_alone(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows has it, while somebody copies or edits it."""
    path = put(tmp_path, NAME)
    opened = Path.open

    def refuse(said: Path, *arguments: str) -> object:
        if said == path:
            raise PermissionError(13, "Permission denied", str(said))
        return opened(said, *arguments)

    monkeypatch.setattr(Path, "open", refuse)
    said = f"{path} can't be read: Permission denied. It may be open in another program. {AGAIN}"
    assert picked(tmp_path, specs) == [(NAME, "left", said)]
    assert (landings(tmp_path, "one"), lying(tmp_path)) == ((), [NAME])


def test_a_file_that_changes_before_it_is_read_is_left_alone(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, NAME)
    still = inbox.kept_still
    monkeypatch.setattr(inbox, "kept_still", lambda *said: (still(*said), path.write_bytes(b"other"))[0])
    assert picked(tmp_path, specs) == [(NAME, "left", f"{path} was changed while it was looked at. {AGAIN}")]
    assert (landings(tmp_path, "one"), path.read_bytes()) == ((), b"other")


def test_a_file_that_changes_while_it_is_landed_is_looked_at_again(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, NAME)
    land = Bronze.land

    def changing(*arguments: object, **named: object) -> Landing:
        landing = land(*arguments, **named)  # type: ignore[arg-type]
        path.write_bytes(b"newer\n")
        return landing

    monkeypatch.setattr(Bronze, "land", changing)
    ((_, outcome, said),) = picked(tmp_path, specs)
    changed = f"{path} was changed meanwhile, and that isn't landed: the next run looks at it."
    assert (outcome, said) == ("landed", f"{A_LANDED.format('landed')} {changed}")
    assert path.read_bytes() == b"newer\n"


def test_a_full_archive_leaves_the_file_where_it_is(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Landing:
        raise StorageError("The folder is full.", "Free some space.")

    path = put(tmp_path, NAME)
    put(tmp_path, "council/two/2022/b.csv")
    monkeypatch.setattr(Bronze, "land", full)
    found = picked(tmp_path, specs)
    assert found[0] == (NAME, "left", f"{path} couldn't be landed: The folder is full. Free some space.")
    assert len(found) == len(lying(tmp_path)) == 2


def test_a_file_that_cant_be_removed_is_landed_all_the_same(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = put(tmp_path, NAME)
    monkeypatch.setattr(inbox, "remove", refuse)
    for how in ("landed", "was there already, nothing changed"):
        stays = f"{path} can't be removed (Permission denied): remove it yourself."
        assert picked(tmp_path, specs) == [(NAME, "landed", f"{A_LANDED.format(how)} {stays}")]
    assert len(landings(tmp_path, "one")) == 1


class Crash(BaseException):
    """The end of the process, as far as a test can have it."""


def crash(*_: object) -> None:
    raise Crash


CRASHES: dict[str, tuple[object, str, int]] = {
    "before the archive has it": (arrivals, "_into_archive", 0),
    "before it is removed": (inbox, "remove", 1),
    "while it is removed": (inbox, "_remove_aside", 1),
}


@pytest.mark.parametrize(("room", "deed", "landed"), CRASHES.values(), ids=CRASHES)
def test_a_run_that_is_killed_loses_nothing(
    tmp_path: Path, specs: Sequence[Spec], monkeypatch: pytest.MonkeyPatch, room: object, deed: str, landed: int
) -> None:
    put(tmp_path, NAME)
    with monkeypatch.context() as killed:
        killed.setattr(room, deed, crash)
        with pytest.raises(Crash):
            picked(tmp_path, specs)
    assert (len(landings(tmp_path, "one")), len(lying(tmp_path))) == (landed, 1)
    how = "was there already, nothing changed" if landed else "landed"
    ((_, _, said),) = picked(tmp_path, specs)
    assert said == A_LANDED.format(how)
    assert (len(landings(tmp_path, "one")), lying(tmp_path)) == (1, [])


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path, specs: Sequence[Spec]) -> None:
    contents = {f"council/any/r{number}/a.csv": TABLE + b"#" * number for number in range(12)}
    for name, content in contents.items():
        put(tmp_path, name, content)
    start = threading.Barrier(4)
    found: list[Arrival] = []

    def run(number: int) -> None:
        start.wait()
        ids = (f"{number}{count:0>7}" for count in range(1000))
        found.extend(pick_up(Settings(tmp_path), specs, bronze(tmp_path), world(new_id=lambda: next(ids))))

    runs = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    archive = bronze(tmp_path)
    for name, content in contents.items():
        landing = archive.landed("council", "any", Path(name).parts[2])
        assert landing is not None
        with archive.open(landing) as stream:
            assert stream.read() == content
    assert lying(tmp_path) == []
    assert {one.outcome for one in found} == {"landed"}, [str(one) for one in found]
    assert {one.path for one in found} >= contents.keys()


def test_two_processes_at_the_same_time(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """The file is landed, loaded once, and gone from the inbox, whoever of the two came first."""
    put(tmp_path, NAME, TABLE + b"E08000033,2023,7\n")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    both = [
        subprocess.Popen(command("run", "S-H-91", "--json"), cwd=tmp_path, env=environment(), **pipes) for _ in range(2)
    ]
    told = [one.communicate(timeout=120) for one in both]
    said = [Said(one.returncode, *texts) for one, texts in zip(both, told, strict=True)]
    assert 0 in [one.code for one in said], said
    assert lying(tmp_path) == []
    assert {landing.sha256 for landing in landings(tmp_path, "one")} == {landings(tmp_path, "one")[0].sha256}
    assert sum(one.json["outcomes"][0]["new"] for one in said if one.code == 0) == 3
    assert cli("run", "S-H-91", "--json").json["outcomes"][0]["unchanged"] == 3
