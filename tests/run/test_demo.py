"""The demonstration, as a new user meets it."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path
from typing import Any

from support.commands import command, environment, run_process
from support.content import count, rows
from support.figures import EMPLOYMENT_2023, GVA_2023

COLUMNS = (
    "id indicator_id dataset_id domain subdomain lad_code lad_name reference_period value unit source extracted_at "
    "pipeline_run_id obs_status status_flags status_reason lower_ci upper_ci time_period is_latest origin"
).split()

FIRST = """\
indicator            status  new  changed  unchanged  withdrawn  held  warnings
E-BE-01              loaded  102  0        0          0          0     0
E-BE-02-BIRTHS       loaded  102  0        0          0          0     0
E-BE-02              loaded  102  0        0          0          0     0
E-BE-06-ENTERPRISES  loaded  119  0        0          0          0     0
S-D-01-16TO64        loaded  153  0        0          0          0     0
E-BE-06              loaded  119  0        0          0          0     0
E-BE-11              loaded  390  0        0          0          0     0
E-EI-04              loaded  17   0        0          0          0     0
E-EJ-01              loaded  340  0        0          0          0     0
E-EJ-07              loaded  646  0        0          0          0     0
E-NZ-01              loaded  75   0        0          0          0     0
S-C-01               loaded  15   0        0          0          0     0
S-CS-01-OFFENCES     loaded  15   0        0          0          0     0
S-D-01               loaded  153  0        0          0          0     0
S-CS-01              loaded  15   0        0          0          0     0
S-HE-01              loaded  136  0        0          0          0     0
S-HE-02              loaded  136  0        0          0          0     0
S-HE-05              loaded  170  0        0          0          0     0
S-W-01               loaded  204  0        0          0          0     0
"""


def again(table: str) -> str:
    """What a second run says where the first one said this."""
    header, *lines = (line.split() for line in table.splitlines())
    told = [header, *([name, "unchanged", "0", "0", new, *rest] for name, _, new, _, _, *rest in lines)]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in told)


def demo(folder: Path) -> str:
    said = run_process(folder, "run", "--all", "--demo")
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["catalogue", "database"], said.err
    assert said.code == 0
    return said.out


def test_loads_every_built_in_indicator(tmp_path: Path) -> None:
    assert demo(tmp_path) == FIRST
    expected = [name for name in COLUMNS if name not in ("id", "pipeline_run_id")]
    assert list(rows(tmp_path / "yhovi-demo.db")[0]) == expected


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    demo(tmp_path)
    database = tmp_path / "yhovi-demo.db"
    first, observations = rows(database), count(database, "observation")
    assert demo(tmp_path) == again(FIRST)
    assert rows(database) == first
    assert count(database, "observation") == observations


def test_its_content_is_the_same_everywhere(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
        demo(folder)
    one, other = (rows(folder / "yhovi-demo.db") for folder in folders)
    assert one == other


def test_carries_the_published_figures(tmp_path: Path) -> None:
    demo(tmp_path)
    found = [row for row in rows(tmp_path / "yhovi-demo.db") if row["reference_period"] == "2023-12-31"]
    employment = [row for row in found if row["indicator_id"] == "E-EJ-01"]
    gva = [row for row in found if row["indicator_id"] == "E-BE-11"]
    assert {row["lad_code"]: (row["value"], row["lower_ci"], row["upper_ci"]) for row in employment} == EMPLOYMENT_2023
    assert {row["lad_code"]: row["value"] for row in gva} == GVA_2023
    assert {row["obs_status"] for row in gva} == {"P"}
    assert {row["origin"] for row in employment + gva} == {"published"}


def test_says_which_figures_are_made_up(tmp_path: Path) -> None:
    demo(tmp_path)
    assert {row["origin"] for row in rows(tmp_path / "yhovi-demo.db", "S-HE-05")} == {"synthetic"}


def test_survives_being_killed_at_any_moment(tmp_path: Path) -> None:
    """Ten runs in a row are killed somewhere; the next one gives what one clean run gives."""
    clean, killed = tmp_path / "clean", tmp_path / "killed"
    clean.mkdir(), killed.mkdir()
    started = time.monotonic()
    demo(clean)
    length = time.monotonic() - started
    moments = random.Random(20261121)
    for _ in range(10):
        victim = subprocess.Popen(
            command("run", "--all", "--demo"),
            cwd=killed,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.2, 1.0) * length)
        victim.kill()
        victim.wait()
    said = run_process(killed, "run", "--all", "--demo")
    assert said.code == 0, said.err
    assert rows(killed / "yhovi-demo.db") == rows(clean / "yhovi-demo.db")
    assert count(killed / "yhovi-demo.db", "observation") == count(clean / "yhovi-demo.db", "observation")


def test_knows_the_districts_of_another_vintage(tmp_path: Path) -> None:
    """Barnsley and Sheffield under their codes of 2025: the same places and figures, and a flag that says so."""
    demo(tmp_path)
    before = {row["lad_name"]: row["value"] for row in latest(tmp_path)}
    (tmp_path / "yhovi-demo.db").unlink()
    (tmp_path / "yhovi.toml").write_text('target_vintage = "2025-04"\n', encoding="utf-8")
    assert demo(tmp_path) == FIRST
    after = {row["lad_code"]: row for row in latest(tmp_path)}
    assert {row["lad_name"]: row["value"] for row in after.values()} == before
    flagged = {code for code, row in after.items() if row["status_flags"] == "recode_2025"}
    assert flagged == {"E08000038", "E08000039"}
    assert not after.keys() & {"E08000016", "E08000019"}


def latest(folder: Path) -> list[dict[str, Any]]:
    return [row for row in rows(folder / "yhovi-demo.db", "E-EJ-01") if row["is_latest"]]
