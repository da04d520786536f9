"""What a person has to fetch: which file, from where, when the next one is due, and where to put it."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.cli import place
from yhovi.connectors.refusals import REFUSALS
from yhovi.engine.calendar import Rhythm
from yhovi.engine.periods import Duration, Period
from yhovi.engine.run.operations.awaited import Due, due

from support.commands import Cli

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: Premises with gigabit
description: Premises that can be had gigabit, as the publisher counts them.
domain: society
subdomain: connectivity
measure: {{type: count, unit: count, polarity: higher_is_better, decimals: 0}}
source:
  connector: {connector}
  dataset: {dataset}
  query: {query}
  read: {read}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Premises, type: number}}
  geography: {{level: lad, codes: as_published}}
  publisher: Ofcom
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
{page}recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Premises}}
checks:
  golden: {{none: the figures are made by the test}}
owner: tests
"""
PAGE = "https://www.ofcom.org.uk/research"
TABLE = b"Code,Year,Premises\nE08000035,{},1204\n"
PATTERN = "[0-9]{6}_fixed[.]csv"


def write(folder: Path, name: str, **said: str) -> Path:
    """A spec in the catalogue of this folder."""
    known = {
        "connector": "file",
        "dataset": "ofcom/fixed-coverage",
        "query": "{landed: true, release: 2022-09}",
        "read": "{format: csv}",
        "page": PAGE,
        **said,
    }
    page = f"  page: {known.pop('page')}\n" if known["page"] else known.pop("page")
    path = folder / "indicators" / "society" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SPEC.format(id=name, page=page, **known), encoding="utf-8")
    return path


def put(folder: Path, name: str, year: int) -> None:
    path = folder / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(TABLE.replace(b"{}", str(year).encode()))
    os.utime(path, (1e9, 1e9))


def awaited(cli: Cli) -> list[dict[str, object]]:
    said = cli("land", "--list", "--json")
    assert said.code == 0, said.err
    found: list[dict[str, object]] = said.json["awaited"]
    return found


# When the next one is due ----------------------------------------------------------------------------

DUE = {
    "the first to come": ("2024-01-01/P1Y", "P1Y", "P7M", "2026-07-31", ("2026-08-01", "2025-12-31")),
    "on the day": ("2024-01-01/P1Y", "P1Y", "P7M", "2026-08-01", ("2026-08-01", "2025-12-31")),
    "the newest of several": ("2020-01-01/P1Y", "P1Y", "P7M", "2026-08-01", ("2026-08-01", "2025-12-31")),
    "of a year that is financial": ("2023-04-01/P1Y", "P1Y", "P1Y", "2026-01-15", ("2026-04-01", "2025-03-31")),
    "each quarter, of a year": ("2024-10-01/P1Y", "P3M", "P4M", "2026-01-15", ("2026-05-01", "2025-12-31")),
    "each month, with a lag of days": ("2025-10-01/P1M", "P1M", "P45D", "2026-01-14", ("2026-01-15", "2025-11-30")),
    "of one day at a month's end": ("2025-11-29/P1D", "P1M", "P1M", "2026-01-15", ("2026-01-30", "2025-12-29")),
    "of one day that February lacks": ("2026-01-29/P1D", "P1M", "P1M", "2026-02-01", ("2026-03-28", "2026-02-27")),
    "each second year": ("2023-01-01/P1Y", "P2Y", "P1Y", "2026-01-15", ("2027-01-01", "2025-12-31")),
}


@pytest.mark.parametrize(("latest", "frequency", "lag", "today", "expected"), DUE.values(), ids=DUE)
def test_a_release_is_due(latest: str, frequency: str, lag: str, today: str, expected: tuple[str, str]) -> None:
    found = due(Period.parse(latest), Rhythm.parse(frequency, lag), date.fromisoformat(today))
    assert (found.since.isoformat(), found.figures_to.isoformat()) == expected


@given(
    start=st.dates(date(2000, 1, 1), date(2026, 1, 1)).filter(lambda day: day.day <= 28),
    frequency=st.integers(1, 60),
    lag=st.integers(1, 60),
    today=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)
def test_the_newest_that_is_out_or_the_first_to_come(start: date, frequency: int, lag: int, today: date) -> None:
    """Nothing that is out by now lies between it and today, and it is newer than what is there."""
    latest = Period(start, 12)
    rhythm = Rhythm(Duration(frequency), Duration(lag))
    found = due(latest, rhythm, today)
    next_one = due(Period(start, 12), rhythm, date.max.replace(year=2050))
    assert found.figures_to > latest.end
    assert found <= next_one
    if found.since <= today:
        later = due(latest.shifted(Duration(frequency)), rhythm, today)
        assert Due(later.since, later.figures_to) >= found


# What is listed --------------------------------------------------------------------------------------


def test_what_nobody_landed_yet_is_said_step_by_step(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91", query=f'{{landed: true, release: 2022-09, file: "{PATTERN}"}}')
    said = cli("land", "--list")
    assert said.code == 0
    assert said.out == (
        "dataset               release  state    next_about  landed_last  indicators\n"
        "ofcom/fixed-coverage  2022-09  missing                           S-C-91\n"
        "\n"
        "ofcom/fixed-coverage, by Ofcom: nobody has landed release 2022-09 yet (S-C-91)\n"
        f"  1. Open {PAGE} in a browser: Ofcom's site answers scripts with 403.\n"
        "  2. Download the CSV file for: Premises with gigabit; release 2022-09. Keep its name. "
        f"It matches {PATTERN}.\n"
        f"  3. Put it into {tmp_path / 'inbox' / 'ofcom' / 'fixed-coverage' / '2022-09'}: the next run lands it. "
        "Or: yhovi land ofcom/fixed-coverage FILE --release 2022-09\n"
        "\n"
        f"in the inbox {tmp_path / 'inbox'}:\n"
        "  nothing\n"
    )
    assert said.err.splitlines() == [
        f"catalogue: {tmp_path / 'indicators'} (found here)",
        f"when the next releases are due can't be told: There is no database at {tmp_path / 'yhovi.db'} yet.",
    ]


def test_a_newer_release_is_due(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = write(tmp_path, "S-C-91")
    put(tmp_path, "ofcom/fixed-coverage/2022-09/202209_fixed.csv", 2020)
    assert cli("run", "S-C-91").code == 0
    said = cli("land", "--list")
    ((found,),) = [awaited(cli)]
    year = int(str(found["next_about"])[:4])
    assert found["state"] == "due"
    assert said.out.partition("\n\n")[2] == (
        f"ofcom/fixed-coverage, by Ofcom: a newer one, with figures up to {year - 1}-12-31, "
        f"should be out since about {year}-07-01 (S-C-91)\n"
        f"  1. Open {PAGE} in a browser: Ofcom's site answers scripts with 403.\n"
        "  2. Download the CSV file for: Premises with gigabit; the newest release. Keep its name. "
        "The last one was called 202209_fixed.csv (release 2022-09).\n"
        f"  3. Write its release into {spec}, in place of 2022-09.\n"
        f"  4. Put it into {tmp_path / 'inbox' / 'ofcom' / 'fixed-coverage' / 'RELEASE'}, RELEASE being the "
        "publisher's name for the edition: the next run lands it. "
        "Or: yhovi land ofcom/fixed-coverage FILE --release RELEASE\n"
        "\n"
        f"in the inbox {tmp_path / 'inbox'}:\n"
        "  nothing\n"
    )


def test_what_is_landed_and_not_due_needs_no_steps(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91", query="{landed: true}")
    latest = place.now().year
    put(tmp_path, "ofcom/fixed-coverage/new/202209_fixed.csv", latest)
    cli("run", "S-C-91")
    said = cli("land", "--list")
    assert said.out.splitlines()[1].split()[:3] == ["ofcom/fixed-coverage", "landed", f"{latest + 2}-07-01"]
    assert said.out.partition("\n\n")[2] == f"in the inbox {tmp_path / 'inbox'}:\n  nothing\n"


def test_as_data(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91", query="{landed: true}", page="")
    write(tmp_path, "S-C-92", query="{landed: true}", page="")
    put(tmp_path, "ofcom/fixed-coverage/2022-09/202209_fixed.csv", 2020)
    assert cli("run", "--all").code == 0
    put(tmp_path, "astray.csv", 2020)
    said = cli("land", "--list", "--json").json
    (found,) = said["awaited"]
    landed = found.pop("landed_last")
    year = int(found["next_about"][:4])
    assert found == {
        "dataset": "ofcom/fixed-coverage",
        "release": None,
        "indicators": ["S-C-91", "S-C-92"],
        "state": "due",
        "publisher": "Ofcom",
        "page": None,
        "why": "there is no address that a script could ask",
        "file": "CSV file",
        "names": [],
        "put_into": str(tmp_path / "inbox" / "ofcom" / "fixed-coverage" / "RELEASE"),
        "command": "yhovi land ofcom/fixed-coverage FILE --release RELEASE",
        "next_about": f"{year}-07-01",
        "next_figures_to": f"{year - 1}-12-31",
    }
    assert (landed["file"], landed["release"]) == ("202209_fixed.csv", "2022-09")
    assert said["inbox"]["folder"] == str(tmp_path / "inbox")
    assert [one["outcome"] for one in said["inbox"]["files"]] == ["left"]


ARCHIVE = "the zip archive that holds *.xlsx"


def test_a_publisher_without_a_page(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91", query="{landed: true}", read='{format: workbook, member: "*.xlsx"}', page="")
    said = cli("land", "--list").out.splitlines()
    assert [line for line in said if line.startswith(("  1. ", "  2. "))] == [
        "  1. Find the page of Ofcom (the spec names none) in a browser: there is no address that a script could ask.",
        f"  2. Download {ARCHIVE} for: Premises with gigabit; the newest release. Keep its name.",
    ]


WHY = {
    "its page refuses": ({"query": "{landed: true}"}, REFUSALS["www.ofcom.org.uk"]),
    "its address refuses": (
        {"query": "{url: https://www.ofcom.org.uk/a.csv, release: v1}", "page": ""},
        REFUSALS["www.ofcom.org.uk"],
    ),
    "its connector's only host refuses": (
        {"connector": "ofcom", "query": "{landed: true}", "page": ""},
        REFUSALS["www.ofcom.org.uk"],
    ),
    "a table that is put together": (
        {"query": "{landed: true}", "page": "https://activelives.sportengland.org/Home/AdultData"},
        REFUSALS["activelives.sportengland.org"],
    ),
    "no address": ({"query": "{landed: true}", "page": ""}, "there is no address that a script could ask"),
}


@pytest.mark.parametrize(("said", "why"), WHY.values(), ids=WHY)
def test_it_is_said_why_no_script_does_it(cli: Cli, tmp_path: Path, said: dict[str, str], why: str) -> None:
    write(tmp_path, "S-C-91", **said)
    assert [one["why"] for one in awaited(cli)] == [why]


def test_what_a_script_can_fetch_isnt_listed(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91", query="{url: https://www.ons.gov.uk/a.csv, release: v1}")
    said = cli("land", "--list")
    assert said.out == (
        "Nothing is awaited from a person: scripts can fetch whatever this catalogue asks for.\n"
        "\n"
        f"in the inbox {tmp_path / 'inbox'}:\n"
        "  nothing\n"
    )
    assert said.err == f"catalogue: {tmp_path / 'indicators'} (found here)\n"


def test_what_lies_in_the_inbox_is_said_and_stays(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "S-C-91")
    put(tmp_path, "ofcom/fixed-coverage/2022-09/a.csv", 2020)
    path = tmp_path / "inbox" / "ofcom" / "fixed-coverage" / "2022-09" / "a.csv"
    assert cli("land", "--list").out.splitlines()[-1] == (
        f"  The next run lands {path} for ofcom/fixed-coverage, release 2022-09."
    )
    assert path.is_file()


# How it stands ---------------------------------------------------------------------------------------


def test_a_file_that_isnt_loaded_yet_has_no_successor(cli: Cli, tmp_path: Path) -> None:
    """What is loaded tells nothing of a release that was landed since."""
    spec = write(tmp_path, "S-C-91")
    put(tmp_path, "ofcom/fixed-coverage/2022-09/a.csv", 2020)
    cli("run", "S-C-91")
    spec.write_text(spec.read_text(encoding="utf-8").replace("2022-09", "2025-09"), encoding="utf-8")
    assert [one["state"] for one in awaited(cli)] == ["missing"]
    (tmp_path / "b.csv").write_bytes(TABLE.replace(b"{}", b"2021"))
    later = place.now
    place_now = later().replace(year=later().year + 1)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("yhovi.cli.commands.now", lambda: place_now)
        cli("land", "ofcom/fixed-coverage", "b.csv", "--release", "2025-09")
    (found,) = awaited(cli)
    assert (found["state"], found["next_about"]) == ("landed", None)


def test_of_what_is_discontinued_nothing_newer_is_awaited(cli: Cli, tmp_path: Path) -> None:
    spec = write(tmp_path, "S-C-91")
    put(tmp_path, "ofcom/fixed-coverage/2022-09/a.csv", 2020)
    text = spec.read_text(encoding="utf-8").replace("lag: P6M", "lag: P6M\n  discontinued: The survey ended.")
    spec.write_text(text, encoding="utf-8")
    assert cli("run", "S-C-91").code == 0
    (found,) = awaited(cli)
    assert (found["state"], found["next_about"]) == ("landed", None)


def test_of_several_releases_only_the_newest_has_a_successor(cli: Cli, tmp_path: Path) -> None:
    """A series that is made of the releases of several years awaits nothing in place of the old ones."""
    for name, release, year in (("S-C-91", "2021-09", 2020), ("S-C-92", "2022-09", 2021)):
        write(tmp_path, name, query=f"{{landed: true, release: {release}}}")
        put(tmp_path, f"ofcom/fixed-coverage/{release}/a.csv", year)
    assert cli("run", "--all").code == 0
    assert [(one["release"], one["state"]) for one in awaited(cli)] == [("2021-09", "landed"), ("2022-09", "due")]


def test_the_shipped_specs_say_where_their_files_are_from(cli: Cli) -> None:
    found = awaited(cli)
    assert {one["state"] for one in found} == {"missing"}
    assert all(str(one["page"]).startswith("https://") for one in found)


# The command -----------------------------------------------------------------------------------------

SAY = ["error: Say the data set, the file and its --release.", "  yhovi land --list says what is awaited."]
ALONE = ["error: --list lands nothing.", "  Leave the rest out, or leave --list out."]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], SAY),
        (["ofcom/a"], SAY),
        (["ofcom/a", "a.csv"], SAY),
        (["ofcom/a", "--release", "1"], SAY),
        (["--list", "ofcom/a"], ALONE),
        (["--list", "--release", "1"], ALONE),
    ],
)
def test_a_command_that_says_too_little_or_too_much(cli: Cli, arguments: list[str], said: list[str]) -> None:
    answer = cli("land", *arguments)
    assert (answer.code, answer.err.splitlines()) == (2, said)


def test_refusals_are_of_hosts(cli: Cli) -> None:
    assert all(host == host.lower() and "/" not in host for host in REFUSALS)
    assert json.dumps(dict(REFUSALS))
