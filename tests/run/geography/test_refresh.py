"""``yhovi geography refresh`` against a portal on a real socket: what is asked, told, written, and left alone."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import pytest
import yhovi.engine.data
from pytest_httpserver import HTTPServer
from yhovi.connectors import geoportal
from yhovi.connectors.base import Budget
from yhovi.engine.geography import Registry, load_registry

from support.commands import Cli
from support.geoportal import GEOPORTAL, Portal, Rows, tables_of
from support.sources import mirror

pytestmark = pytest.mark.untraced

BUILT_IN = load_registry("2023-04")
DISTRICTS, PARTNERSHIPS = "LAD25_RGN25_EN_LU_v2", "LAD25_CSP25_PFA25_EW_LU"
COMBINED, LSOA = "LAD25_CAUTH25_EN_LU", "LSOA21_WD25_LAD25_EW_LU_v2"
BOUNDARIES = "Local_Authority_Districts_December_2023_Boundaries_UK_BUC"
HEADER = "event,date,before,after,flag,source\n"
YORK, LEEDS, BARNSLEY, NEW = "E06000014", "E08000035", "E08000038", "E06000099"
TWO = ("E06000012", "E06000013")


@pytest.fixture(scope="module")
def as_it_is() -> dict[str, Rows]:
    """What a portal says that is just as the register."""
    return tables_of(BUILT_IN)


@pytest.fixture
def portal(
    as_it_is: dict[str, Rows], httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Portal:
    """A portal that is asked in the place of ONS's, as quickly as one likes."""
    monkeypatch.setattr(geoportal, "BUDGET", Budget(1000, 1.0))
    served = Portal({name: [dict(row) for row in rows] for name, rows in as_it_is.items()})
    served.serve(httpserver)
    mirror(tmp_path, GEOPORTAL, httpserver.url_for("/"), read_timeout=5)
    return served


def edit(rows: Rows, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Change each row, or leave it out where nothing comes of it."""
    rows[:] = [made for row in rows if (made := change(row)) is not None]


def merge(portal: Portal, befores: Iterable[str], after: str, name: str) -> None:
    """Have districts merged, in every table of 2025."""
    rows = portal.tables[DISTRICTS]
    old = [row for row in rows if row["LAD25CD"] in set(befores)]
    edit(rows, lambda row: None if row in old else row)
    rows.append({**old[0], "LAD25CD": after, "LAD25NM": name})
    for table in (PARTNERSHIPS, LSOA):
        for row in portal.tables[table]:
            row["LAD25CD"] = after if row["LAD25CD"] in set(befores) else row["LAD25CD"]
    unique = {(row["LAD25CD"], row["CSP25CD"]): row for row in portal.tables[PARTNERSHIPS]}
    portal.tables[PARTNERSHIPS] = list(unique.values())


def changes_file(folder: Path, *lines: str) -> Path:
    file = folder / "changes.csv"
    file.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def own(folder: Path, vintage: str = "2023-04") -> Registry:
    assert (folder / "geography" / "areas.csv").is_file()
    return load_registry(vintage, folder / "geography")


def test_a_portal_that_says_the_same_differs_in_nothing(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    said = cli("geography", "refresh")
    assert said.code == 0, said.err
    assert said.out == (
        "asked: LAD25_RGN25_EN_LU_v2 (296 rows)\n"
        "asked: LAD25_CTYUA25_UK_LU_v2 (21 rows)\n"
        f"asked: LAD25_CAUTH25_EN_LU ({len(portal.tables[COMBINED])} rows)\n"
        f"asked: LAD25_CSP25_PFA25_EW_LU ({len(portal.tables[PARTNERSHIPS]) - 1} rows)\n"
        f"asked: LSOA21_WD25_LAD25_EW_LU_v2 ({len(portal.tables[LSOA]):,} rows)\n"
        f"asked: MSOA21_LAD23_EW_LU ({len(portal.tables['MSOA21_LAD23_EW_LU'])} rows)\n"
        "compared with the built-in register\n"
        "\n"
        "nothing differs\n"
    )
    assert not (tmp_path / "geography").exists()


def printed(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_lookups_that_ons_published_differ_in_nothing(cli: Cli, portal: Portal, samples: Path) -> None:
    folder, partnerships = samples / "geography", "LAD19_CSP19_PFA19_EW_LU"
    combined = printed(folder / "Local_Authority_District_to_Combined_Authority_(May_2025)_Lookup_in_EN.csv")
    portal.tables[COMBINED] = combined
    portal.tables[partnerships] = printed(folder / "LAD19_CSP19_PFA19_lookup_EW.csv")
    said = cli("geography", "refresh", "--service", f"partnerships={partnerships}")
    assert said.code == 0, said.err
    assert f"asked: {COMBINED} ({len(combined)} rows)\nasked: {partnerships} (320 rows)\n" in said.out
    assert said.out.endswith("\n\nnothing differs\n")


def test_applying_nothing_writes_nothing(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    assert cli("geography", "refresh", "--apply").code == 0
    assert not (tmp_path / "geography").exists()


def test_answers_are_kept_in_the_archive(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    said = cli("geography", "refresh", "--json")
    exchanges = [one["exchange"] for one in said.json["services"]]
    manifests = [json.loads(file.read_text()) for file in (tmp_path / "local").rglob("*.json")]
    assert sorted(exchanges) == sorted(one["exchange_id"] for one in manifests)
    kept = sum(len(one["kept"]) for one in manifests)
    assert kept == len(portal.asked) == 2 * 6 + -(-len(portal.tables[LSOA]) // 1000) - 1


def test_what_has_another_name_or_parent_is_taken_over(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    for row in portal.tables[DISTRICTS]:
        if row["LAD25CD"] == YORK:
            row.update(LAD25NM="City of York", RGN25CD="E12000001", RGN25NM="North East")
    shown = cli("geography", "refresh")
    assert shown.code == 0
    assert shown.out.partition("built-in register\n\n")[2] == (
        "lad E06000014 York is called City of York now\n"
        "lad E06000014 York lies in E12000001 now, and in E12000003 before\n"
        "\n"
        f"2 differences can be taken over: --apply writes them to {tmp_path / 'geography'}\n"
    )
    assert not (tmp_path / "geography").exists()
    written = cli("geography", "refresh", "--apply")
    assert written.out.endswith("".join(f"written: {tmp_path / 'geography' / name}\n" for name in FILES))
    area = own(tmp_path).areas[YORK]
    assert (area.name, area.parent, area.valid_from) == ("City of York", "E12000001", BUILT_IN.areas[YORK].valid_from)
    again = cli("geography", "refresh")
    assert again.out.endswith(f"compared with the register in {tmp_path / 'geography'}\n\nnothing differs\n")
    assert "City of York" in cli("geography", "explain", YORK).out


FILES = ("areas.csv", "area_changes.csv", "area_groups.csv", "small_areas.csv")


def test_a_register_written_anew_is_the_same_but_for_what_was_taken_over(
    cli: Cli, portal: Portal, tmp_path: Path
) -> None:
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"} if row["LAD25CD"] == LEEDS else row)
    assert cli("geography", "refresh", "--apply").code == 0
    for name in FILES:
        built_in = (files(yhovi.engine.data) / name).read_text(encoding="utf-8")
        assert (tmp_path / "geography" / name).read_text(encoding="utf-8") == built_in.replace(
            "E08000035,Leeds,lad", "E08000035,Loidis,lad"
        )
    assert sorted(file.name for file in tmp_path.glob("geography*")) == ["geography"]


def test_names_in_capitals_are_no_other_names(cli: Cli, portal: Portal) -> None:
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": f" {row['LAD25NM'].upper()} "})
    assert cli("geography", "refresh").out.endswith("\n\nnothing differs\n")


def test_a_merger_that_nobody_explains_is_shown_and_left(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    merge(portal, TWO, NEW, "Humber Bank")
    said = cli("geography", "refresh", "--apply")
    assert said.code == 4
    assert said.out.partition("built-in register\n\n")[2].startswith(
        "lad E06000099 Humber Bank is new in 2025-04\n"
        "    needs a line in area_changes.csv that says what became it\n"
        "lad E06000012 North East Lincolnshire isn't there any more in 2025-04\n"
        "    needs a line in area_changes.csv that says what it became\n"
        "lad E06000013 North Lincolnshire isn't there any more in 2025-04\n"
        "    needs a line in area_changes.csv that says what it became\n"
    )
    assert "needs the register to have E06000099 first\n" in said.out
    assert not (tmp_path / "geography").exists()


def test_a_merger_that_is_explained_is_taken_over(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    merge(portal, TWO, NEW, "Humber Bank")
    file = changes_file(tmp_path, *(f"merge,2025-04-01,{before},{NEW},,the order of 2025" for before in TWO))
    said = cli("geography", "refresh", "--changes", file, "--apply", "--json").json
    assert {one["code"] for one in said["left"]} <= set(BUILT_IN.groups) | {""}
    registry = own(tmp_path, "2025-04")
    assert registry.parts(NEW) == (TWO,)
    assert registry.areas[NEW].valid_from == "2025-04-01"
    assert {registry.areas[code].valid_to for code in TWO} == {"2025-03-31"}
    assert load_registry("2023-04", tmp_path / "geography").place(TWO[0]) is not None
    assert not [one for one in cli("geography", "refresh", "--json").json["differences"] if one["level"] == "lad"]


def test_a_recode_that_is_explained_is_taken_over(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    for table in (DISTRICTS, PARTNERSHIPS, LSOA):
        edit(portal.tables[table], lambda row: {**row, "LAD25CD": NEW} if row["LAD25CD"] == YORK else row)
    file = changes_file(tmp_path, f"recode,2025-04-01,{YORK},{NEW},recode_2025,an order")
    said = cli("geography", "refresh", "--changes", file, "--apply")
    assert said.code == 0, said.err
    assert said.out.partition("register\n\n")[2].startswith(
        "lad E06000099 York is new in 2025-04\nlad E06000014 York isn't there any more in 2025-04\n\nwritten: "
    )
    place = own(tmp_path).place(NEW)
    assert place
    assert (place.area.code, place.flag) == (YORK, "recode_2025")
    assert own(tmp_path, "2025-04").districts_of("E22000371") == (NEW,)
    assert cli("geography", "refresh").out.endswith("\n\nnothing differs\n")


def test_a_part_that_is_not_explained_holds_the_whole_back(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    merge(portal, TWO, NEW, "Humber Bank")
    file = changes_file(tmp_path, f"merge,2025-04-01,{TWO[0]},{NEW},,half of the truth")
    said = cli("geography", "refresh", "--changes", file)
    assert "    needs a line in area_changes.csv for E06000013 too, which may be a part of it\n" in said.out
    refused = cli("geography", "refresh", "--changes", file, "--apply", "--accept-unexplained")
    assert (refused.code, refused.err.partition("error: ")[2]) == (
        4,
        (
            "Nothing was replaced: the new register would say that E06000012 became E06000099, and it doesn't have "
            "E06000099.\n  Say with --changes what became of the areas, or apply only what is explained.\n"
        ),
    )
    assert not list(tmp_path.glob("geography*"))


def test_what_is_accepted_unexplained_joins_nothing(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    merge(portal, TWO, NEW, "Humber Bank")
    assert "written" in cli("geography", "refresh", "--apply", "--accept-unexplained").out
    registry = own(tmp_path, "2025-04")
    assert registry.place(NEW) is not None
    assert registry.parts(NEW) == ()
    assert {registry.place(code) for code in TWO} == {None}
    assert {registry.whole(code) for code in TWO} == {None}


def test_a_district_under_its_code_of_another_year_is_the_same(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25CD": "E08000016"} if row["LAD25CD"] == BARNSLEY else row)
    said = cli("geography", "refresh", "--apply", "--accept-unexplained")
    assert said.code == 0
    assert said.out.endswith(
        "built-in register\n\nlad E08000038 Barnsley is printed as E08000016 in 2025-04, which is the same place\n"
    )
    assert not (tmp_path / "geography").exists()


def test_a_district_under_both_of_its_codes_needs_a_look(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    rows = portal.tables[DISTRICTS]
    rows += [{**row, "LAD25CD": "E08000016"} for row in rows if row["LAD25CD"] == BARNSLEY]
    said = cli("geography", "refresh", "--apply", "--accept-unexplained")
    assert said.code == 4
    assert said.out.partition("register\n\n")[2].startswith(
        "lad E08000016 Barnsley is still in use in 2025-04, but ended on 2025-03-31\n"
        "    needs a look at its days in areas.csv\n"
    )
    assert not (tmp_path / "geography").exists()


def test_groups_begin_end_and_change(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    gone = next(g for g in BUILT_IN.groups.values() if g.area.code == "E47000003")
    edit(portal.tables[COMBINED], lambda row: None if row["CAUTH25CD"] == gone.area.code else row)
    in_none = {row["LAD25CD"] for row in portal.tables[DISTRICTS]} - {row["LAD25CD"] for row in portal.tables[COMBINED]}
    one, other, *_ = sorted(in_none - set(gone.districts))
    portal.tables[COMBINED] += [
        {"LAD25CD": one, "CAUTH25CD": "E47000099", "CAUTH25NM": "Somewhere"},
        {"LAD25CD": other, "CAUTH25CD": "E47000002", "CAUTH25NM": "South Yorkshire"},
    ]
    said = cli("geography", "refresh", "--apply")
    assert said.code == 4
    assert said.out.partition("register\n\n")[2].startswith(
        f"combined_authority E47000002 South Yorkshire has other districts in 2025-04: with {other}\n"
        "    needs a decision: its code stayed, and the register has one list of districts for each code\n"
        f"combined_authority E47000099 Somewhere is new in 2025-04: {one}\n"
        "combined_authority E47000003 West Yorkshire isn't there any more in 2025-04\n"
    )
    groups = own(tmp_path).groups
    assert (groups["E47000099"].districts, groups["E47000099"].as_of) == ((one,), "2025-04")
    assert groups["E47000003"].area.valid_to == "2025-03-31"
    assert groups["E47000002"] == BUILT_IN.groups["E47000002"]
    assert cli("geography", "refresh", "--apply", "--accept-unexplained").code == 0
    assert other in own(tmp_path).groups["E47000002"].districts


def test_small_areas_are_compared_and_never_changed(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    rows = portal.tables[LSOA]
    gone = rows.pop()["LSOA21CD"]
    rows[0]["LAD25CD"] = LEEDS
    rows.append({"LSOA21CD": "E01099999", "LAD25CD": LEEDS})
    said = cli("geography", "refresh", "--apply", "--accept-unexplained")
    assert said.code == 4
    assert said.out.partition("register\n\n")[2].startswith(
        "1 LSOA codes of 2025-04 aren't in the register: E01099999\n"
        "    needs small_areas.csv made anew, from the lookups of ONS\n"
        f"1 LSOA codes of 2025-04 are in another district: {rows[0]['LSOA21CD']}\n"
        "    needs small_areas.csv made anew, from the lookups of ONS\n"
        f"1 LSOA codes of 2025-04 aren't in the service: {gone}\n"
    )
    assert not (tmp_path / "geography").exists()


def square(n: float) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[[n, 53.0], [n, 54.0], [n + 1, 54.0], [n, 53.0]]]}


def with_boundaries(portal: Portal, shift: float = -2.0) -> None:
    portal.tables[BOUNDARIES] = [
        {"LAD23CD": area.code, "LAD23NM": area.name, "geometry": square(shift)} for area in BUILT_IN.at("lad")
    ]


def test_boundaries_are_fetched_in_degrees(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    with_boundaries(portal)
    file = tmp_path / "geography" / "boundaries-2023-04.geojson"
    shown = cli("geography", "refresh", "--boundaries")
    assert shown.out.endswith(f"boundaries: --apply writes them to {file}\n")
    assert not file.exists()
    assert cli("geography", "refresh", "--boundaries", "--apply").out.endswith(f"written: {file}\n")
    said = json.loads(file.read_text(encoding="utf-8"))
    districts = BUILT_IN.at("lad", "E12000003")
    assert [one["properties"]["code"] for one in said["features"]] == [area.code for area in districts]
    assert said["features"][0]["geometry"] == square(-2.0)
    assert {one["outSR"] for one in portal.asked if one["service"] == BOUNDARIES and "outSR" in one} == {"4326"}
    assert not (tmp_path / "geography" / "areas.csv").exists()
    assert cli("geography", "areas", "--within", "E12000003").code == 0


def test_boundaries_outlive_a_new_register(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    with_boundaries(portal)
    assert cli("geography", "refresh", "--boundaries", "--apply").code == 0
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"} if row["LAD25CD"] == LEEDS else row)
    assert cli("geography", "refresh", "--apply").code == 0
    names = sorted(file.name for file in (tmp_path / "geography").iterdir())
    assert names == sorted([*FILES, "boundaries-2023-04.geojson"])


def test_boundaries_in_metres_are_refused(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    with_boundaries(portal, shift=430000.0)
    said = cli("geography", "refresh", "--boundaries", "--apply")
    assert said.code == 3
    assert "error: The boundaries are in metres (EPSG:27700), though degrees (EPSG:4326) were asked for. (" in said.err
    assert not (tmp_path / "geography").exists()


def test_a_boundary_that_is_not_there_is_missed(cli: Cli, portal: Portal) -> None:
    with_boundaries(portal)
    edit(portal.tables[BOUNDARIES], lambda row: None if row["LAD23CD"] == YORK else row)
    said = cli("geography", "refresh", "--boundaries")
    assert (said.code, said.err.partition("error: ")[2]) == (
        3,
        (
            f"The service {BOUNDARIES} has no boundary of E06000014.\n"
            "  Name a service of the year of the settings' vintage: --service boundaries=NAME.\n"
        ),
    )


def test_the_settings_may_name_another_folder(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    settings = tmp_path / "yhovi.toml"
    settings.write_text('geography = "lookups"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"} if row["LAD25CD"] == LEEDS else row)
    assert cli("geography", "refresh", "--apply").code == 0
    assert (tmp_path / "lookups" / "areas.csv").is_file()
    assert "Loidis" in cli("geography", "explain", LEEDS).out


def test_a_slow_portal_that_counts_but_does_not_say_more(cli: Cli, portal: Portal) -> None:
    portal.pause, portal.says_more = 0.1, False
    assert cli("geography", "refresh").out.endswith("\n\nnothing differs\n")


@pytest.mark.parametrize(
    ("options", "said", "cure"),
    [
        (
            ("--service", "wards=WD25"),
            "'wards=WD25' names no service.",
            (
                "Write ROLE=NAME; roles are districts, counties, combined_authorities, partnerships, lsoa, msoa, "
                "boundaries."
            ),
        ),
        (
            ("--service", "districts=Districts_2025"),
            (
                "The service Districts_2025 can't be asked for districts: its name doesn't say of which year its LAD "
                "and RGN codes are."
            ),
            "Name a service such as LAD25_RGN25_EN_LU_v2.",
        ),
        (
            ("--boundaries", "--service", "boundaries=LAD_BUC"),
            "The name of the service LAD_BUC doesn't say of which year it is.",
            "Name another.",
        ),
        (("--changes", "none.csv"), "The file none.csv can't be read.", "Check the path, and that it is CSV in UTF-8."),
    ],
    ids=["a role", "an edition", "boundaries", "a file"],
)
def test_what_is_asked_wrongly_is_refused(
    cli: Cli, portal: Portal, options: tuple[str, ...], said: str, cure: str
) -> None:
    answer = cli("geography", "refresh", *options)
    assert (answer.code, answer.err) == (2, f"error: {said}\n  {cure}\n")
    assert portal.asked == []


@pytest.mark.parametrize(
    ("line", "said", "cure"),
    [
        (
            "merge,2025-04-01,E06000012",
            "its columns aren't those of area_changes.csv",
            "They are event, date, before, after, flag, source.",
        ),
        (
            "joined,2025-04-01,A,B,,",
            "'joined' is no event",
            "Events are recode, same_footprint, merge, split, boundary_change.",
        ),
        ("merge,1 April 2025,A,B,,", "'1 April 2025' is no day", "Write it as 2026-04-01."),
    ],
)
def test_a_line_of_changes_that_is_wrong_is_told(
    cli: Cli, portal: Portal, tmp_path: Path, line: str, said: str, cure: str
) -> None:
    file = changes_file(tmp_path, line)
    answer = cli("geography", "refresh", "--changes", file)
    assert (answer.code, answer.err) == (2, f"error: {file}, line 2: {said}.\n  {cure}\n")


def test_a_change_that_the_register_has_is_not_added(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    there = BUILT_IN.changes[0]
    file = changes_file(tmp_path, f"{there.event},{there.date},{there.before},{there.after},,")
    said = cli("geography", "refresh", "--changes", file, "--apply")
    assert said.code == 4
    assert said.err.partition("error: ")[2] == (
        f"Nothing was replaced: The register of areas says {there.event} {there.before} to {there.after} of "
        f"{there.date} twice ({tmp_path / 'geography.new' / 'area_changes.csv'}).\n"
        "  Mend what was given with --changes.\n"
    )
    assert not list(tmp_path.glob("geography*"))


def test_a_service_that_is_not_there_stops_it_all(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    del portal.tables[COMBINED]
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"})
    said = cli("geography", "refresh", "--apply")
    assert said.code == 3
    assert "error: The service answered with error 400: Invalid URL (" in said.err
    assert "Check the service's name, the fields and the condition (where) of the query.\n" in said.err
    assert not (tmp_path / "geography").exists()


def test_another_edition_can_be_named(cli: Cli, portal: Portal) -> None:
    rows = portal.tables.pop(DISTRICTS)
    portal.tables["LAD26_RGN26_EN_LU"] = [{name.replace("25", "26"): v for name, v in row.items()} for row in rows]
    said = cli("geography", "refresh", "--service", "districts=LAD26_RGN26_EN_LU")
    assert said.code == 0, said.err
    assert said.out.endswith("\n\nnothing differs\n")


def test_a_replacement_that_was_cut_short_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "geography.before").mkdir()
    said = cli("geography", "areas")
    assert (said.code, said.err) == (
        2,
        (
            f"error: The register of areas in {tmp_path / 'geography'} was being replaced when that was cut short.\n"
            f"  Rename {tmp_path / 'geography.before'} to geography.\n"
        ),
    )


@pytest.mark.parametrize(
    ("name", "text", "said", "cure"),
    [
        ("areas.csv", "code,name\nA,B\n", "has a file with other columns than it should", "Put its header right"),
        ("area_groups.csv", None, "has a file that can't be read", "Put it there, in UTF-8"),
    ],
)
def test_a_register_of_ones_own_that_is_broken_is_told(
    cli: Cli, tmp_path: Path, name: str, text: str | None, said: str, cure: str
) -> None:
    folder = tmp_path / "geography"
    folder.mkdir()
    for file in FILES:
        shutil.copy(str(files(yhovi.engine.data) / file), folder)
    (folder / name).unlink() if text is None else (folder / name).write_text(text, encoding="utf-8")
    answer = cli("geography", "areas")
    assert (answer.code, answer.err) == (
        2,
        (
            f"error: The register of areas {said} ({folder / name}).\n"
            f"  {cure}, or remove that folder to use the built-in register.\n"
        ),
    )


def test_a_folder_that_cannot_be_written_is_told(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "geography").write_text("no folder", encoding="utf-8")
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"} if row["LAD25CD"] == LEEDS else row)
    said = cli("geography", "refresh", "--apply")
    assert said.code == 5
    assert said.err.partition("error: ")[2].startswith(
        f"The folder of the register, {tmp_path / 'geography'}, can't be written: "
    )
    assert (tmp_path / "geography").read_text(encoding="utf-8") == "no folder"


def test_the_differences_as_data(cli: Cli, portal: Portal, tmp_path: Path) -> None:
    edit(portal.tables[DISTRICTS], lambda row: {**row, "LAD25NM": "Loidis"} if row["LAD25CD"] == LEEDS else row)
    said = cli("geography", "refresh", "--json").json
    assert said["register"] == "built in"
    assert said["differences"] == [
        {
            "kind": "renamed",
            "level": "lad",
            "code": LEEDS,
            "told": "lad E08000035 Leeds is called Loidis now",
            "needs": "",
        }
    ]
    assert (said["left"], said["written"], said["boundaries"]) == ([], [], None)
    assert [(one["role"], one["vintage"]) for one in said["services"]][-2:] == [
        ("lsoa", "2025-04"),
        ("msoa", "2023-04"),
    ]
