"""A number explained: what it was before, what made it, and the very cells of the source that it stands in."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.run.provenance.lineage import marks, observation_of, place_of, row_of

from support import small
from support.catalogue import DRAFTS, SHIPPED, by_day
from support.commands import Cli, Prepared
from support.demonstration import Demonstration

pytestmark = pytest.mark.untraced

LEEDS = """\
S-H-91 Homes
Leeds (E08000035), 2023-01-01/P1Y: 1310 count
  status: A, normal
  origin: synthetic

No earlier figure was ever loaded.

load 1: {loaded} UTC, run {run} (demo)
  yhovi {version}, plan {plan}
  council/homes, release v1, retrieved 2026-01-15 06:00 UTC
  spec: …

how it was made:
  0 start
    row  Code       Year  Kind  Number
    3    E08000035  2023  all   1310
  1 keep: Kind == 'all'
    row  Code       Year  Number
    3    E08000035  2023  1310
  2 period: from: Year, as: calendar_year
    row  time_period     Code       Number
    3    2023-01-01/P1Y  E08000035  1310
  3 observe: area: Code, value: Number
    row  area       time_period     breakdown  value
    3    E08000035  2023-01-01/P1Y  _T         1310

the value stands in:
  record 3 field 5 `Number`: 1,310

from: https://www.ons.gov.uk/homes.csv
  retrieved 2026-01-15 06:00 UTC, sha256 {sha256}
  {object}
  row 3: Code: E08000035 | Name: Leeds | Year: 2023 | Kind: all | Number: 1,310
"""

SPEC = "  spec: …\n"


@pytest.fixture
def catalogue(tmp_path: Path, cli: Cli, prepared: Prepared) -> Path:
    """A small catalogue that was loaded once, as a demonstration."""

    def load() -> None:
        small.make(tmp_path)
        assert cli("run", "--all", "--demo").code == 0

    prepared(load)
    return tmp_path / "indicators"


def explained(cli: Cli, *arguments: str) -> Any:
    said = cli("explain", *arguments, "--demo", "--json")
    assert said.code == 0, said.err
    return said.json


def test_tells_all_of_one_number(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    told = explained(cli, "S-H-91", "Leeds", "2023")
    load, (file,) = told["load"], told["making"]["files"]
    said = cli("explain", "S-H-91", "leeds", "2023-12", "--demo")
    expected = LEEDS.format(
        loaded=load["committed_at"][:16].replace("T", " "),
        run=load["run_id"],
        version=load["engine_version"],
        plan=load["fingerprint"][:12],
        sha256=file["sha256"],
        object=file["object"],
    )
    # where the spec lies decides how its line is broken
    shown = re.sub(r"  spec:.*?is\s+known\n", SPEC, said.out, flags=re.DOTALL)
    assert shown == expected
    assert said.err == f"database: {tmp_path / 'yhovi-demo.db'} (no yhovi.toml was found), a demonstration\n"
    assert gzip.decompress(Path(file["object"]).read_bytes()).decode() == small.HOMES


def test_what_is_missing_says_where_it_says_so(cli: Cli, catalogue: Path) -> None:
    told = explained(cli, "S-H-91", "Barnsley", "2023")
    assert (told["value"], told["obs_status"]) == (None, "Q")
    assert told["status"] == "suppressed by the publisher to protect confidentiality"
    assert told["making"]["value_cells"] == [{"header": "Number", "text": "*", "address": "record 5 field 5 `Number`"}]


def test_every_earlier_figure_is_told_the_newest_first(cli: Cli, catalogue: Path) -> None:
    for number, day in (("1,320", "02-01"), ("1,330", "03-01")):
        small.record(catalogue, "homes", small.HOMES.replace("1,310", number), f"2026-{day}T06:00:00+00:00")
        assert cli("run", "S-H-91", "--demo").code == 0
    told = explained(cli, "S-H-91", "Leeds", "2023")
    assert told["value"] == 1330
    assert [(one["value"], one["load_id"], one["action"], one["retrieved_at"]) for one in told["earlier"]] == [
        (1320, 4, "value", "2026-02-01T06:00:00+00:00"),
        (1310, 1, "value", "2026-01-15T06:00:00+00:00"),
    ]
    assert told["making"]["value_cells"][0]["text"] == "1,330"
    before = cli("explain", "S-H-91", "Leeds", "2023", "--demo").out.split("\n\n")[1].splitlines()
    assert before[0] == "before:"
    assert re.fullmatch(
        r"  1320 count: retrieved 2026-02-01 06:00, loaded 20\d\d-\d\d-\d\d \d\d:\d\d, load 4 of run [0-9a-f]{32}",
        before[1],
    )


def test_what_was_withdrawn_shows_how_it_was_made(cli: Cli, catalogue: Path) -> None:
    later = "".join(line for line in small.HOMES.splitlines(keepends=True) if not line.startswith("E08000039"))
    small.record(catalogue, "homes", later, "2026-02-01T06:00:00+00:00")
    assert cli("run", "S-H-91", "--demo").code == 0
    told = explained(cli, "S-H-91", "Sheffield", "2023")
    assert (told["action"], told["value"], told["earlier"][0]["value"]) == ("withdrawn", None, 95)
    assert told["making"]["value_cells"][0]["text"] == "95"
    assert "(E08000019), 2023-01-01/P1Y: withdrawn\n" in cli("explain", "S-H-91", "Sheffield", "2023", "--demo").out


def test_an_old_code_and_a_new_one_mean_the_same(cli: Cli, catalogue: Path) -> None:
    told = explained(cli, "S-H-91", "E08000039", "2023")
    assert (told["area"], told["area_name"], told["asked_for"]) == (
        "E08000019",
        "Sheffield",
        "E08000039 is another code of Sheffield, which is loaded as E08000019.",
    )
    assert explained(cli, "S-H-91", "sheffield", "2023")["asked_for"] == ""


def test_what_others_make_names_its_inputs(cli: Cli, catalogue: Path) -> None:
    told = explained(cli, "S-H-90", "Leeds", "2023")
    assert told["value"] == 655
    assert [(one["indicator"], one["area"], one["period"], one["value"]) for one in told["making"]["made_of"]] == [
        ("S-H-91", "E08000035", "2023-01-01/P1Y", 1310),
        ("S-H-92", "E08000035", "2023-01-01/P1Y", 2000),
    ]
    assert (told["making"]["rows"], told["inputs"]) == ([], [])
    assert MADE_OF in cli("explain", "S-H-90", "Leeds", "2023", "--demo").out


MADE_OF = """
made of these observations:
  S-H-91 E08000035 2023-01-01/P1Y: 1310, load 1
    yhovi explain S-H-91 E08000035 2023-01-01/P1Y
  S-H-92 E08000035 2023-01-01/P1Y: 2000, load 2
    yhovi explain S-H-92 E08000035 2023-01-01/P1Y
"""


def test_deep_explains_the_inputs_as_they_were(cli: Cli, catalogue: Path) -> None:
    """An input that was revised since: the number was made of what it was before."""
    small.record(catalogue, "people", small.PEOPLE.replace("2000", "4000"), "2026-02-01T06:00:00+00:00")
    assert cli("run", "S-H-92", "--demo").code == 0
    told = explained(cli, "S-H-90", "Leeds", "2023", "--deep")
    assert (told["value"], told["making"]["notes"]) == (655, [])
    assert [(one["indicator"], one["value"], one["earlier"]) for one in told["inputs"]] == [
        ("S-H-91", 1310, []),
        ("S-H-92", 2000, []),
    ]
    assert [one["making"]["value_cells"][0]["text"] for one in told["inputs"]] == ["1,310", "2000"]
    said = cli("explain", "S-H-90", "Leeds", "2023", "--demo", "--deep").out
    assert "\nmade of:\n  S-H-92 People\n  Leeds (E08000035), 2023-01-01/P1Y: 2000 count\n" in said


def test_where_nothing_was_joined_it_says_so(cli: Cli, catalogue: Path) -> None:
    told = explained(cli, "S-H-90", "Yorkshire and The Humber", "2023")
    assert told["making"]["notes"] == ["S-H-92 had no observation of E12000003 2023-01-01/P1Y, so nothing was joined."]


def test_says_what_a_correction_did(cli: Cli, catalogue: Path) -> None:
    correction = (
        "corrections:\n  - {area: E08000035, period: 2023, action: replace, value: 1300, expect: 1310,"
        " reason: ten were counted twice., provider: the council}\n"
    )
    small.change(catalogue, "S-H-91", "checks:", f"{correction}checks:")
    assert cli("run", "S-H-91", "--demo").code == 0
    told = explained(cli, "S-H-91", "Leeds", "2023")
    assert (told["value"], told["note"]) == (1300, "Corrected here (the council): ten were counted twice.")
    assert told["making"]["notes"] == ["The source says 1310; the spec corrects it to 1300."]
    assert told["making"]["value_cells"][0]["text"] == "1,310"


def test_lost_bytes_are_said_and_the_rest_is_told(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (stored,) = (tmp_path / "demo" / "bronze" / "council" / "homes").rglob("*.gz")
    stored.unlink()
    told = explained(cli, "S-H-91", "Leeds", "2023")
    (note,) = told["making"]["notes"]
    assert note == (
        f"How it was made can't be shown. The archived file {stored} is missing. "
        "Restore it from a backup, or run without --replay to ask the source again."
    )
    assert [file["object"] for file in told["making"]["files"]] == [str(stored)]
    assert (told["value"], told["making"]["steps"]) == (1310, [])


def test_a_lost_manifest_is_said(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "demo" / "bronze" / "council" / "homes" / "exchanges")
    told = explained(cli, "S-H-91", "Leeds", "2023")
    exchange = told["load"]["exchange_id"]
    (note,) = told["making"]["notes"]
    assert note == (
        f"How it was made can't be shown. The archive has no exchange {exchange} of council/homes any more. "
        "Restore it from a backup to see how the number was made."
    )


def update(folder: Path, change: str, *values: str) -> None:
    with closing(sqlite3.connect(folder / "yhovi-demo.db")) as database, database:
        database.execute(change, values)


def test_a_spec_that_no_engine_understands_any_more(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    update(tmp_path, "update load set spec_text = replace(spec_text, 'period:', 'epoch:')")
    told = explained(cli, "S-H-91", "Leeds", "2023")
    (note,) = told["making"]["notes"]
    assert note.startswith("The spec that made it can't be compiled by this yhovi any more (unknown-key): the key ")
    assert told["spec"]["same"] is False


def test_a_number_that_comes_out_otherwise_now(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    update(tmp_path, "update observation_current set value = 1311 where value = 1310")
    update(tmp_path, "update observation set value = 1311 where value = 1310")
    update(tmp_path, "update load set plan_fingerprint = 'another'")
    assert explained(cli, "S-H-91", "Leeds", "2023")["making"]["notes"] == [
        "This yhovi and its settings don't do the same as those that loaded it: compare the steps.",
        "Made again from the archive it is 1310, not 1311.",
    ]


def test_a_spec_that_changed_since(cli: Cli, catalogue: Path) -> None:
    small.change(catalogue, "S-H-91", "title: Homes", "title: Houses")
    assert explained(cli, "S-H-91", "Leeds", "2023")["spec"]["same"] is False
    (catalogue / "society" / "S-H-91.yaml").unlink()
    assert explained(cli, "S-H-91", "Leeds", "2023")["spec"] == {"file": None, "same": None, "commit": None}


def git(folder: Path, *arguments: str) -> None:
    name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
def test_git_knows_the_commit(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    assert explained(cli, "S-H-91", "Leeds", "2023")["spec"]["commit"] is None
    git(tmp_path, "init")
    git(tmp_path, "add", "indicators")
    git(tmp_path, "commit", "-m", "All indicators")
    commit = explained(cli, "S-H-91", "Leeds", "2023")["spec"]["commit"]
    assert re.fullmatch(r"[0-9a-f]{7,} of \d{4}-\d\d-\d\dT[\d:]{8}\S+", commit)
    small.change(catalogue, "S-H-91", "title: Homes", "title: Houses")
    changed = explained(cli, "S-H-91", "Leeds", "2023")["spec"]["commit"]
    assert changed == f"{commit}, with uncommitted changes"


UNKNOWN = {
    "indicator": (
        ["S-H-9", "Leeds", "2023"],
        "No S-H-9 was ever loaded into {folder}/yhovi-demo.db.",
        "Did you mean S-H-92 or S-H-91 or S-H-90?",
    ),
    "indicator like no other": (
        ["gdp", "Leeds", "2023"],
        "No gdp was ever loaded into {folder}/yhovi-demo.db.",
        "There are: S-H-90, S-H-91, S-H-92.",
    ),
    "area": (["S-H-91", "Leds", "2023"], "No area is called Leds.", "Did you mean Leeds (E08000035)?"),
    "area like no other": (
        ["S-H-91", "Xyzzy", "2023"],
        "No area is called Xyzzy.",
        "Say its code, or its name in full.",
    ),
    "area that it hasn't": (
        ["S-H-92", "York", "2023"],
        "S-H-92 has nothing of York (E06000014).",
        "It has Barnsley (E08000016), Sheffield (E08000019), Leeds (E08000035).",
    ),
    "area that was": (
        ["S-H-91", "E07000163", "2023"],
        "E07000163 (Craven) is no area of the boundaries of 2023-04.",
        "It became North Yorkshire (E06000065).",
    ),
    "code": (
        ["S-H-91", "e99999999", "2023"],
        "E99999999 is no area of the boundaries of 2023-04.",
        "Check the code, or say the area's name.",
    ),
    "period": (
        ["S-H-91", "Leeds", "2021"],
        "S-H-91 has no period 2021 of this area.",
        "It has 2 periods, from 2022-01-01/P1Y to 2023-01-01/P1Y.",
    ),
    "the only period": (
        ["S-H-91", "Barnsley", "2021"],
        "S-H-91 has no period 2021 of this area.",
        "It has 2023-01-01/P1Y.",
    ),
    "no period": (
        ["S-H-91", "Leeds", "last year"],
        (
            "'last year' is not a period: write an ISO interval (2023-01-01/P1Y) or an end date or its beginning "
            "(2023-12-31, 2023-12, 2023)."
        ),
        "",
    ),
    "breakdown": (
        ["S-H-91", "Leeds", "2023", "--breakdown", "Male"],
        "S-H-91 has no breakdown Male of this area.",
        "Say one of these with --breakdown: _T.",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_unknown(cli: Cli, catalogue: Path, tmp_path: Path, case: str) -> None:
    arguments, message, cure = UNKNOWN[case]
    said = cli("explain", *arguments, "--demo")
    expected = [f"error: {message.format(folder=tmp_path)}", *([f"  {cure}"] if cure else [])]
    assert (said.code, said.err.splitlines()) == (2, expected)


def test_a_year_may_name_several_periods(cli: Cli, catalogue: Path) -> None:
    small.change(catalogue, "S-H-91", "as: calendar_year", "as: month")
    small.record(
        catalogue,
        "homes",
        "Code,Name,Year,Kind,Number\n"
        + "".join(f"E08000035,Leeds,2023-{month},all,{month}\n" for month in ("01", "02")),
    )
    assert cli("run", "S-H-91", "--demo", "--database-url", "sqlite:///other.db").code == 0
    said = cli("explain", "S-H-91", "Leeds", "2023", "--database-url", "sqlite:///other.db", "--demo")
    assert (said.code, said.err.splitlines()) == (
        2,
        ["error: 2023 names 2 periods.", "  Say one of them: 2023-01-01/P1M, 2023-02-01/P1M."],
    )


def test_without_a_database_there_is_nothing_to_explain(cli: Cli, tmp_path: Path) -> None:
    said = cli("explain", "S-H-91", "Leeds", "2023")
    assert (said.code, said.err) == (
        5,
        f"error: There is no database at {tmp_path / 'yhovi.db'} yet.\n  The first `yhovi run` makes it.\n",
    )


# What is shipped: every number stands where its explanation says.

# the cells of a Stat-Xplore cube have no column that its answer names
SHOWN = [indicator for indicator in SHIPPED if indicator not in DRAFTS and indicator != "S-HE-10-CASES"]
_TAKEN_AS_IT_IS = {"keep", "rename", "number", "period", "pivot", "unpivot", "recode", "split", "declare", "observe"}


@pytest.fixture
def loaded(demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the whole demonstration was run, and from which commands are given."""
    monkeypatch.chdir(demonstration.folder)
    return demonstration.folder


@cache
def opened(file: str) -> bytes:
    return gzip.decompress(Path(file).read_bytes())


def cell_at(content: bytes, address: str) -> Any:
    """What stands at an address in a file, found without any of the engine's readers."""
    if found := re.fullmatch(r"(.+)!([A-Z]+[0-9]+)", address):
        sheets = {name.strip(): name for name in workbook(content).sheetnames}
        return workbook(content)[sheets[found[1]]][found[2]].value
    found = re.fullmatch(r"record (\d+) field (\d+) `.*`", address)
    assert found, address
    rows = table(content)
    return rows[int(found[1]) - 1][int(found[2]) - 1]


@cache
def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


@cache
def table(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return list(csv.reader(io.StringIO(text, newline="")))


def same(found: Any, text: str) -> bool:
    if isinstance(found, (int, float)):
        return float(text.replace(",", "")) == pytest.approx(found, rel=1e-12)
    return (str(found or "")).strip() == text


def samples(folder: Path, indicator: str) -> list[tuple[str, str, str]]:
    """The first, one in the middle, the last, and the first that is missing."""
    query = "select area_code, time_period, breakdown from observation_current where indicator_id = ?"
    with closing(sqlite3.connect(folder / "yhovi-demo.db")) as database:
        keys = database.execute(f"{query} and action = 'value' order by 1, 2, 3", [indicator]).fetchall()
        missing = database.execute(f"{query} and action = 'value' and value is null limit 1", [indicator]).fetchall()
    assert keys, f"{indicator} wasn't loaded by the demonstration"
    return list(dict.fromkeys([keys[0], keys[len(keys) // 2], keys[-1], *missing]))


def told_of(cli: Cli, indicator: str, key: tuple[str, str, str]) -> Any:
    area, period, breakdown = key
    said = cli("explain", indicator, area, period, "--breakdown", breakdown, "--demo", "--json")
    assert said.code == 0, said.err
    return said.json


@pytest.mark.parametrize("indicator", by_day(SHOWN))
def test_every_number_stands_where_it_is_said_to(cli: Cli, loaded: Path, indicator: str) -> None:
    for key in samples(loaded, indicator):
        told = told_of(cli, indicator, key)
        making = told["making"]
        assert not [note for note in making["notes"] if "can't" in note or "Made again" in note], making["notes"]
        if making["made_of"] and not making["files"]:
            continue
        assert making["value_cells"], f"{indicator} {key}: no cell is named"
        contents = [content_of(file) for file in making["files"]]
        for cell in making["value_cells"]:
            assert any(same(cell_at(content, cell["address"]), cell["text"]) for content in contents), (key, cell)
        if {step["name"] for step in making["steps"][1:]} <= _TAKEN_AS_IT_IS and told["value"] is not None:
            (cell,) = making["value_cells"]
            assert float(cell["text"].replace(",", "")) == pytest.approx(told["value"], rel=1e-11)


def content_of(file: dict[str, Any]) -> bytes:
    content = opened(file["object"])
    if not file["member"]:
        return content
    with ZipFile(io.BytesIO(content)) as packed:
        (name,) = [name for name in packed.namelist() if fnmatch(name, file["member"])]
        return packed.read(name)


# What the column of provenance says.

PARTS = st.integers(1, 99)
ROWS = st.integers(1, 10**6)
SHEETS = st.text("abc XY.1-_'&", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
HEADERS = st.text("abc 123;:!()/", min_size=1, max_size=12).filter(lambda text: not re.search(r";(\d|[^;]*!\d)", text))


@given(st.lists(st.tuples(PARTS, st.none() | SHEETS, ROWS, st.lists(HEADERS, max_size=2)), min_size=1, max_size=4))
def test_marks_are_taken_apart(said: list[tuple[int, str | None, int, list[str]]]) -> None:
    texts = [
        f"{f'{part}:' if part > 1 else ''}{f'{sheet}!' if sheet else ''}{row}{''.join(f'[{one}]' for one in headers)}"
        for part, sheet, row, headers in said
    ]
    found = marks(";".join(texts))
    assert list(found) == list(dict.fromkeys(texts))
    assert {place_of(row_of(mark)) for mark in found} == {(part, sheet, row) for part, sheet, row, _ in said}


def test_marks_of_observations_are_taken_apart() -> None:
    text = "E-EJ-01 E08000035 2023-01-01/P1Y;S-1 E08000034 2023-06-30/P1D Male; 16 to 64"
    assert [observation_of(mark) for mark in marks(text)] == [
        ("E-EJ-01", "E08000035", "2023-01-01/P1Y", "_T"),
        ("S-1", "E08000034", "2023-06-30/P1D", "Male; 16 to 64"),
    ]
    assert observation_of("Table 3!12[2023]") is None
    with pytest.raises(ValueError, match=r"'nonsense' names no row of a source\."):
        place_of("nonsense")
