"""A look at an indicator: what each step does and what comes of it, with nothing loaded and nothing left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from yhovi.engine.run.provenance.chart import Bar, bars, sparkline

from support import small
from support.commands import Cli
from support.sources import ONS, mirror

HOMES = """\
S-H-91 Homes
asked: GET https://www.ons.gov.uk/homes.csv
release: v1, origin: synthetic, retrieved at: 2026-01-15 06:00 UTC, rows: 8
columns: Code (text), Year (text), Kind (text), Number (number, count, count)

0 start
  rows: 8
  Number: 1 of 8 numbers missing (1 suppressed).
  row  Code       Year  Kind  Number
  2    E08000035  2022  all   300
  3    E08000035  2023  all   1310
  4    E08000035  2023  new   12

1 keep: Kind == 'all'
  rows: 8 → 7
  1 row dropped, such as row 4 (Kind: new).
  row  Code       Year  Number
  2    E08000035  2022  300
  3    E08000035  2023  1310
  5    E08000016  2023  (suppressed)

2 period: from: Year, as: calendar_year
  rows: 7 → 7
  new: time_period (text)
  row  time_period     Code       Number
  2    2022-01-01/P1Y  E08000035  300
  3    2023-01-01/P1Y  E08000035  1310
  5    2023-01-01/P1Y  E08000016  (suppressed)

3 observe: area: Code, value: Number
  rows: 7 → 7
  new: area (text), breakdown (text), value (number, count, count), lower_ci
    (number), upper_ci (number), numerator (number), denominator (number),
    status (text), note (text)
  gone: Code, Year, Kind, Number
  row  area       time_period     breakdown  value  status
  2    E08000035  2022-01-01/P1Y  _T         300
  3    E08000035  2023-01-01/P1Y  _T         1310
  5    E08000016  2023-01-01/P1Y  _T                suppressed

observations: 5
  1 of other areas left out
  no codes: 'Total'
  statuses: A: 4, Q suppressed: 1
  row  area_code  time_period     breakdown  value  obs_status
  5    E08000016  2023-01-01/P1Y  _T                Q
  6    E08000019  2023-01-01/P1Y  _T         95     A
  2    E08000035  2022-01-01/P1Y  _T         300    A

checks: 1 found something
  known_areas (warns): 1 area text is no code and was left out: 'Total'.

latest period, 2023-01-01/P1Y:
  Yorkshire and The Humber (region)  ████████████████████████████████████  4,000
  Leeds                              ████████████                          1,310
  Sheffield                          █                                     95
  Barnsley                           (suppressed)

Yorkshire and The Humber (E12000003), 2023-01-01/P1Y to 2023-01-01/P1Y:
  ▄
  lowest 4000, highest 4000
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return small.make(tmp_path)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_shows_all_that_happens(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-91", "--demo")
    assert said.out == HOMES
    assert (said.code, said.err) == (0, f"catalogue: {catalogue} (found here)\n")


def test_leaves_nothing_behind(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    before = everything(tmp_path)
    cli("preview", "S-H-90", "--demo")
    assert everything(tmp_path) == before


def test_the_same_as_data(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-91", "--demo", "--rows", "1", "--json").json
    assert said["asked"] == {
        "request": "GET https://www.ons.gov.uk/homes.csv",
        "answers": 1,
        "release": "v1",
        "origin": "synthetic",
        "retrieved_at": "2026-01-15T06:00:00+00:00",
        "rows": 8,
    }
    assert [(step["name"], step["rows_before"], step["rows_after"]) for step in said["steps"]] == [
        ("start", 8, 8),
        ("keep", 8, 7),
        ("period", 7, 7),
        ("observe", 7, 7),
    ]
    assert said["steps"][1]["notes"] == ["1 row dropped, such as row 4 (Kind: new)."]
    assert said["steps"][2]["gained"] == [{"name": "time_period", "kind": "text", "unit": None, "measure": None}]
    assert said["outcome"]["statuses"] == {"A": 4, "Q suppressed": 1}
    assert said["outcome"]["latest"]["areas"][0] == {
        "area": "Yorkshire and The Humber (region)",
        "value": 4000.0,
        "shown": "4,000",
    }
    assert (said["error"], said["exit_code"]) == (None, 0)


def test_what_it_is_made_of_is_made_first(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-90", "--demo", "--area", "E08000035")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[:3] == [
        "S-H-90 Homes per 1,000 people",
        "made first: S-H-91: 5 observations",
        "made first: S-H-92: 4 observations",
    ]
    assert "  people: 1 of 5 numbers missing (1 not_available)." in lines
    assert lines[-8:] == [
        "  Leeds                              ████████████████████████████████████  655.0",
        "  Sheffield                          █████████████                         237.5",
        "  Barnsley                           (suppressed)",
        "  Yorkshire and The Humber (region)  (not_available)",
        "",
        "Leeds (E08000035), 2022-01-01/P1Y to 2023-01-01/P1Y:",
        "  ▁█",
        "  lowest 300, highest 655",
    ]


TWICE = (
    "1 observation comes more than once with different content: E08000035 2023-01-01/P1Y. The recipe keeps rows of "
    "several series, or the source has revised rows beside the old ones."
)


def test_what_it_is_made_of_may_fail(cli: Cli, catalogue: Path) -> None:
    small.record(catalogue, "people", small.PEOPLE + "E08000035,Leeds,2023,all,1\n")
    said = cli("preview", "S-H-90", "--demo")
    assert said.code == 4
    assert said.err.splitlines()[1:] == [
        f"error: S-H-90: S-H-92, which it is made of: {TWICE}",
        "  See yhovi preview S-H-92.",
    ]
    assert "Not reached: 1 join, 2 derive, 3 observe." in said.out


def test_a_file_from_anywhere(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """A draft beside the catalogue; what it is made of comes from there."""
    draft = tmp_path / "drafts" / "S-H-95.yaml"
    draft.parent.mkdir()
    text = (catalogue / "society" / "S-H-90.yaml").read_text(encoding="utf-8")
    draft.write_text(text.replace("id: S-H-90", "id: S-H-95"), encoding="utf-8")
    said = cli("preview", draft, "--demo", "--json")
    assert (said.code, said.json["indicator"], said.json["outcome"]["observations"]) == (0, "S-H-95", 5)


def test_a_broken_file_says_what_is_wrong(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    draft = tmp_path / "S-H-95.yaml"
    draft.write_text("id: S-H-95\n", encoding="utf-8")
    said = cli("preview", draft, "--demo")
    assert said.code == 2
    assert f"{draft}:1:1 missing-key" in said.out
    said = cli("preview", tmp_path / "nowhere.yaml", "--demo")
    assert (said.code, said.err) == (
        2,
        f"error: There is no file or folder {tmp_path / 'nowhere.yaml'}.\n  Check the path.\n",
    )


def test_one_step_alone(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-91", "--demo", "--step", "1", "--rows", "1")
    lines = HOMES.splitlines(keepends=True)
    assert said.out == "".join([*lines[:5], *lines[13:18]])
    assert cli("preview", "S-H-91", "--demo", "--step", "1", "--json").json["outcome"] is None


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (
            ["S-H-91", "--step", "4"],
            ["error: S-H-91 has no step 4.", "  Its steps are 0 (the start), 1 keep, 2 period, 3 observe."],
        ),
        (["S-H-19"], ["error: There is no indicator S-H-19 in {catalogue}.", "  Did you mean S-H-92?"]),
        (
            ["S-H-91", "--replay"],
            ["error: --demo and --replay exclude each other.", "  --demo has recorded answers of its own."],
        ),
    ],
)
def test_what_is_asked_for_wrongly(cli: Cli, catalogue: Path, arguments: list[str], sentences: list[str]) -> None:
    said = cli("preview", *arguments, "--demo")
    assert said.code == 2
    assert said.err.splitlines()[-2:] == [sentence.format(catalogue=catalogue) for sentence in sentences]


def test_an_area_that_nobody_chose(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-91", "--demo", "--area", "E09000001")
    assert said.code == 2
    assert said.err.splitlines()[1] == "error: E09000001 isn't one of the areas of the settings."
    assert said.err.splitlines()[2].startswith("  These are: E06000010 Kingston upon Hull, City of, E06000011 East ")


KEPT = """\
1 keep: Kind == 'all'
  rows: 8 → 7
  1 row dropped, such as row 4 (Kind: new).
  row  Code       Year       Number
  2    E08000035  next year  300
  3    E08000035  2023       1310
  5    E08000016  2023       (suppressed)"""


def test_a_step_that_fails_shows_all_before_it(cli: Cli, catalogue: Path) -> None:
    small.record(catalogue, "homes", small.HOMES.replace("Leeds,2022", "Leeds,next year"))
    said = cli("preview", "S-H-91", "--demo")
    assert said.code == 3
    assert said.out.split("\n\n")[2:] == [KEPT, "Not reached: 2 period, 3 observe.\n"]
    assert "error: S-H-91: " in said.err
    assert "'next year' (row 2)" in said.err


def test_without_an_answer_it_says_what_was_asked(cli: Cli, catalogue: Path) -> None:
    said = cli("preview", "S-H-91", "--replay")
    assert said.code == 3
    assert said.out.splitlines()[1:3] == ["asked: GET https://www.ons.gov.uk/homes.csv", "nothing answered"]
    assert said.err.splitlines()[-2:] == [
        "error: S-H-91: The archive holds no answer to https://www.ons.gov.uk/homes.csv.",
        "  Run without --replay first: that asks the source and keeps what it answers.",
    ]


CHECKED = """\
checks: 3 found something
  known_areas (warns): 1 area text is no code and was left out: 'Total'.
  range (holds rows back): 2 values lie above 1000 and are held back: E08000035
    2023-01-01/P1Y 1310, E12000003 2023-01-01/P1Y 4000.
  complete (stops it): 12 of 15 observations are absent: E06000010 Kingston upon
    Hull, City of 2023-01-01/P1Y, E06000011 East Riding of Yorkshire
    2023-01-01/P1Y, E06000012 North East Lincolnshire 2023-01-01/P1Y, E06000013
    North Lincolnshire 2023-01-01/P1Y, E06000014 York 2023-01-01/P1Y and 7 more.
    The source left areas out, or prints codes that the recipe drops."""


def test_checks_that_stop_a_run_stop_nothing_here(cli: Cli, catalogue: Path) -> None:
    small.change(catalogue, "S-H-91", "range: {max: 5000}", "range: {max: 1000}\n  complete: {areas: all, since: 2023}")
    said = cli("preview", "S-H-91", "--demo")
    assert said.code == 4
    assert said.out.split("\n\n")[6] == CHECKED
    assert "  Leeds                              ████████                  1,310 (held back)\n" in said.out
    assert said.err.splitlines()[-2:] == [
        "error: S-H-91: A run would load nothing, for the checks: complete.",
        "  What they found is above.",
    ]


CORRECTION = """\
corrections:
  - area: E08000035
    period: 2023
    action: replace
    value: 1300
    expect: {expect}
    reason: ten were counted twice.
    provider: the council
"""


def test_says_what_corrections_did(cli: Cli, catalogue: Path) -> None:
    small.change(catalogue, "S-H-91", "checks:", CORRECTION.format(expect=1310) + "checks:")
    said = cli("preview", "S-H-91", "--demo", "--json")
    assert (said.code, said.json["outcome"]["corrections"]) == (
        0,
        ["E08000035 2023-01-01/P1Y: 1310 became 1300. Corrected here (the council): ten were counted twice."],
    )


def test_a_correction_that_fits_no_more(cli: Cli, catalogue: Path) -> None:
    small.change(catalogue, "S-H-91", "checks:", CORRECTION.format(expect=99) + "checks:")
    said = cli("preview", "S-H-91", "--demo")
    assert said.code == 4
    assert "latest period, 2023-01-01/P1Y:" in said.out
    assert said.err.splitlines()[-2:] == [
        "error: S-H-91: A correction of E08000035 2023 expects 99, but the source says 1310 now.",
        "  Look at the source: if it has mended the figure, delete the correction.",
    ]


def test_categories_that_are_ignored_are_counted(cli: Cli, catalogue: Path) -> None:
    pivot = "pivot: {keys: [Code, Year], from: Kind, values: Number, columns: {all: homes}, others: ignore}"
    small.change(catalogue, "S-H-91", "keep: \"Kind == 'all'\"", pivot)
    small.change(catalogue, "S-H-91", "value: Number", "value: homes")
    said = cli("preview", "S-H-91", "--demo", "--json").json["steps"][1]
    assert said["notes"] == [
        "1 row of another Kind ignored: 'new' (1).",
        "homes: 1 of 7 numbers missing (1 suppressed).",
    ]
    assert [column["name"] for column in said["gained"]] == ["homes"]
    assert said["lost"] == ["Kind", "Number"]


def test_many_batches_are_seen_as_one(cli: Cli, catalogue: Path) -> None:
    lines = [f"E08000035,Leeds,2023,{'all' if number == 55_000 else 'new'},{number}" for number in range(60_000)]
    small.record(catalogue, "homes", "\n".join(["Code,Name,Year,Kind,Number", *lines]))
    keep = cli("preview", "S-H-91", "--demo", "--rows", "2", "--json").json["steps"][1]
    assert (keep["rows_before"], keep["rows_after"]) == (60_000, 1)
    assert keep["notes"] == ["59,999 rows dropped, such as row 2 (Kind: new) and row 3 (Kind: new)."]
    assert keep["first"] == [{"row": "55002", "Code": "E08000035", "Year": "2023", "Number": "55000"}]


@pytest.mark.parametrize("name", ["preview", "explain"])
def test_its_help_has_an_example(cli: Cli, name: str) -> None:
    said = cli(name, "--help")
    assert f"Example: yhovi {name}" in said.out
    assert all(option in said.out for option in ("--settings", "--catalogue", "--json", "--demo"))


def test_a_bug_shows_what_was_seen_before_it(cli: Cli, catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yhovi.engine.run.provenance import preview

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(preview, "judge", broken)
    said = cli("preview", "S-H-91", "--demo")
    assert said.code == 1
    assert "3 observe: area: Code, value: Number" in said.out
    assert "error: S-H-91: This is a bug in yhovi (ZeroDivisionError: division by zero)." in said.err


def test_live_answers_are_archived_and_replayed(
    cli: Cli, catalogue: Path, tmp_path: Path, httpserver: HTTPServer
) -> None:
    mirror(tmp_path, ONS, httpserver.url_for("/"))
    httpserver.expect_oneshot_request("/homes.csv").respond_with_data(small.HOMES, content_type="text/csv")
    live = cli("preview", "S-H-91", "--json")
    assert (live.code, live.json["asked"]["origin"]) == (0, "published"), live.err
    before = everything(tmp_path)
    assert [name for name in before if name.endswith(".gz")]
    assert not [name for name in before if name.endswith(".db")]
    replayed = cli("preview", "S-H-91", "--replay", "--json")
    assert replayed.json["outcome"] == live.json["outcome"]
    assert everything(tmp_path) == before
    assert cli("run", "S-H-91", "--replay").code == 0


def test_a_terminal_without_unicode_gets_ascii(cli: Cli, catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import locale

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(locale, "getencoding", lambda: "latin-1")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
    said = cli("preview", "S-H-91", "--demo")
    assert said.out.isascii()
    assert "  rows: 8 -> 7\n" in said.out
    assert "  Leeds                              #####             1,310\n" in said.out
    assert max(map(len, said.out.splitlines())) <= 60


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ([2.0, 1.0, None], ["a  ##########  2", "b  #####       1", "c  (why)"]),
        ([-1.0, 3.0], ["a  ##          -1", "b    ########  3"]),
        ([0.0, 0.0], ["a              0", "b              0"]),
        ([None], ["a  (why)"]),
        ([], []),
    ],
    ids=str,
)
def test_bars(numbers: list[float | None], lines: list[str]) -> None:
    shown = [
        Bar(name, number, "(why)" if number is None else f"{number:g}")
        for name, number in zip("abc", numbers, strict=False)
    ]
    width = 15 + max((len(bar.beside) for bar in shown if bar.number is not None), default=0)
    assert bars(shown, width, plain=True) == lines


@given(st.lists(st.none() | st.floats(-1e9, 1e9, allow_nan=False), max_size=60), st.booleans())
def test_a_sparkline_has_one_character_for_each_number(numbers: list[float | None], plain: bool) -> None:
    line = sparkline(numbers, plain=plain)
    assert len(line) == len(numbers)
    assert [character in "·?" for character in line] == [number is None for number in numbers]
    assert not plain or line.isascii()
