"""The register of areas: which there are in a vintage, and what a printed code stands for."""

import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.errors import SettingsError
from yhovi.engine.geography import (
    GROUP_LEVELS,
    LEVELS,
    Area,
    Change,
    Described,
    Group,
    Place,
    Registry,
    Vintages,
    Whole,
    files,
    is_code,
    load_registry,
    normal_code,
)
from yhovi.engine.geography.paths import ancestors, descendants, identities

from support.properties import tried

YORKSHIRE = "E12000003"
ALL_VINTAGES = [f"{year}-{month:02d}" for year in range(2009, 2027) for month in range(1, 13)]
REGISTRY = load_registry("2023-04")
UNITARIES = [f"E060000{number}" for number in (10, 11, 12, 13, 14)]
OLD_DISTRICTS = [f"E07000{number}" for number in range(163, 170)]
WEST = [f"E080000{number}" for number in range(32, 37)]


@pytest.mark.parametrize(
    ("vintage", "codes"),
    [
        ("2022-04", [*UNITARIES, *OLD_DISTRICTS, *(f"E080000{n}" for n in (16, 17, 18, 19)), *WEST]),
        ("2023-03", [*UNITARIES, *OLD_DISTRICTS, *(f"E080000{n}" for n in (16, 17, 18, 19)), *WEST]),
        ("2023-04", [*UNITARIES, "E06000065", *(f"E080000{n}" for n in (16, 17, 18, 19)), *WEST]),
        ("2025-03", [*UNITARIES, "E06000065", *(f"E080000{n}" for n in (16, 17, 18, 19)), *WEST]),
        ("2025-04", [*UNITARIES, "E06000065", "E08000017", "E08000018", *WEST, "E08000038", "E08000039"]),
    ],
)
def test_each_vintage_has_its_districts(vintage: str, codes: list[str]) -> None:
    found = [area.code for area in load_registry(vintage).at("lad", YORKSHIRE)]
    assert found == codes
    assert len(found) == (21 if vintage < "2023-04" else 15)


@pytest.mark.parametrize(
    ("level", "within", "vintage", "codes"),
    [
        ("county", YORKSHIRE, "2022-04", ["E10000023", "E11000003", "E11000006"]),
        ("county", YORKSHIRE, "2023-04", ["E11000003", "E11000006"]),
        ("region", "E92000001", "2023-04", [f"E1200000{number}" for number in range(1, 10)]),
        ("region", YORKSHIRE, "2023-04", []),
        ("country", "", "2023-04", ["E92000001"]),
        ("combined_authority", YORKSHIRE, "2025-05", ["E47000002", "E47000003", "E47000012", "E47000016"]),
        ("police_force_area", YORKSHIRE, "2023-04", [f"E230000{number}" for number in ("09", "10", "11", "12")]),
        ("csp", "E92000001", "2023-04", []),
    ],
)
def test_each_level_has_its_areas(level: str, within: str, vintage: str, codes: list[str]) -> None:
    assert [area.code for area in load_registry(vintage).at(level, within)] == codes


@pytest.mark.parametrize(
    ("level", "vintage", "number"),
    [
        ("lad", "2009-04", 326),
        ("lad", "2019-03", 326),
        ("lad", "2019-04", 317),
        ("lad", "2020-04", 314),
        ("lad", "2021-04", 309),
        ("lad", "2023-03", 309),
        ("lad", "2023-04", 296),
        ("lad", "2025-04", 296),
        ("county", "2019-03", 33),
        ("county", "2025-04", 27),
        ("region", "2023-04", 9),
        ("country", "2023-04", 1),
        ("combined_authority", "2025-05", 15),
        ("csp", "2019-12", 293),
        ("police_force_area", "2019-12", 39),
        ("lad", "2009-03", 0),
    ],
)
def test_england_has_so_many(level: str, vintage: str, number: int) -> None:
    assert len(load_registry(vintage).at(level)) == number


@pytest.mark.parametrize(
    ("vintage", "code", "stands_for", "flag"),
    [
        ("2023-04", "E08000035", "E08000035", ""),
        ("2023-04", "E06000065", "E06000065", ""),
        ("2023-04", "E08000038", "E08000016", "recode_2025"),
        ("2023-04", "E08000039", "E08000019", "recode_2025"),
        ("2025-04", "E08000016", "E08000038", "recode_2025"),
        ("2025-04", "E08000019", "E08000039", "recode_2025"),
        ("2023-04", "E10000023", "E06000065", "former_county"),
        ("2022-04", "E10000023", "E10000023", ""),
        ("2022-04", "E06000065", "E10000023", "former_county"),
        ("2022-04", "E07000163", "E07000163", ""),
        ("2023-04", "E11000003", "E11000003", ""),
        ("2023-04", YORKSHIRE, YORKSHIRE, ""),
        ("2023-04", "E92000001", "E92000001", ""),
        *(("2023-04", code, None, "") for code in OLD_DISTRICTS),
        ("2023-04", "E06000061", "E06000061", ""),
        ("2021-03", "E06000061", None, ""),
        ("2023-04", "E06000048", "E06000057", "recode_2013"),
        ("2012-04", "E08000037", "E08000020", "recode_2013"),
        ("2023-04", "E10000002", "E06000060", "former_county"),
        ("2023-04", "E10000021", None, ""),
        ("2023-04", "E10000006", None, ""),
        ("2023-04", "E47000003", None, ""),
        ("2023-04", "E01011264", None, ""),
        ("2023-04", "E22000372", None, ""),
        ("2023-04", "Leeds", None, ""),
        ("2023-04", "", None, ""),
        ("2008-01", "E08000035", None, ""),
    ],
)
def test_a_printed_code_stands_for_a_whole_area_or_nothing(
    vintage: str, code: str, stands_for: str | None, flag: str
) -> None:
    place = load_registry(vintage).place(code)
    assert place == (Place(REGISTRY.areas[stands_for], flag) if stands_for else None)


def test_north_northamptonshire_is_no_part_of_it() -> None:
    """E06000061 is easily taken for North Yorkshire, E06000065."""
    assert REGISTRY.areas["E06000061"].name == "North Northamptonshire"
    assert "E06000061" not in {area.code for area in REGISTRY.at("lad", YORKSHIRE)}
    ways = {change.before for change in REGISTRY.changes if change.after == "E06000061"}
    assert ways == {"E07000150", "E07000152", "E07000153", "E07000156", "E10000021"}


def test_every_change_is_of_known_areas_on_the_day_that_their_codes_change() -> None:
    for change in REGISTRY.changes:
        before, after = REGISTRY.areas[change.before], REGISTRY.areas[change.after]
        assert before.valid_to < change.date == after.valid_from


def test_no_code_comes_back_by_a_chain_of_changes() -> None:
    later: dict[str, set[str]] = {}
    for change in REGISTRY.changes:
        later.setdefault(change.before, set()).add(change.after)
    for code in REGISTRY.areas:
        reached: set[str] = set()
        ahead = {code}
        while ahead:
            ahead = {after for before in ahead for after in later.get(before, ())} - reached
            reached |= ahead
        assert code not in reached


def test_every_area_has_a_known_level_and_parent() -> None:
    for code, area in REGISTRY.areas.items():
        assert code == area.code
        assert is_code(area.code)
        assert area.level in LEVELS
        assert (area.parent == "") == (area.level == "country")
        assert not area.parent or area.parent in REGISTRY.areas


codes = (
    st.sampled_from(sorted(REGISTRY.areas)) | st.text(max_size=9) | st.from_regex(r"E0[678]00[0-9]{4}", fullmatch=True)
)


@given(codes, st.sampled_from(ALL_VINTAGES))
def test_a_place_is_valid_in_its_vintage_and_stays_where_it_is(code: str, vintage: str) -> None:
    registry = load_registry(vintage)
    place = registry.place(code)
    if place:
        assert place.area.valid_in(vintage)
        assert registry.place(place.area.code) == Place(place.area)
        assert bool(place.flag) == (place.area.code != code)


@given(st.sampled_from(ALL_VINTAGES))
def test_no_two_districts_of_a_vintage_are_one_place(vintage: str) -> None:
    registry = load_registry(vintage)
    names = [area.name for area in registry.at("lad", YORKSHIRE)]
    assert len(names) == len(set(names))


def test_the_digest_sees_only_what_concerns_its_areas() -> None:
    leeds, barnsley = ["E08000035"], ["E08000016"]
    york = replace(REGISTRY.areas["E06000014"], name="Jorvik")
    edited = replace(REGISTRY, areas={**REGISTRY.areas, "E06000014": york}, changes=REGISTRY.changes[1:])
    assert edited.digest(leeds) == REGISTRY.digest(leeds)
    assert edited.digest(barnsley) != REGISTRY.digest(barnsley)
    assert edited.digest(["E06000014"]) != REGISTRY.digest(["E06000014"])
    assert load_registry("2025-04").digest(leeds) != REGISTRY.digest(leeds)


def test_the_digest_sees_no_order() -> None:
    assert REGISTRY.digest(WEST) == REGISTRY.digest(reversed(WEST))


SOMERSET = ("E07000187", "E07000188", "E07000189")
SOMERSET_2019 = (*SOMERSET, "E07000246")
SOMERSET_2009 = (*SOMERSET, "E07000190", "E07000191")


@pytest.mark.parametrize(
    ("vintage", "code", "parts"),
    [
        ("2023-04", "E06000065", (tuple(OLD_DISTRICTS),)),
        ("2025-04", "E06000065", (tuple(OLD_DISTRICTS),)),
        ("2022-04", "E06000065", ()),
        ("2022-04", "E10000023", ()),
        ("2023-04", "E06000066", (SOMERSET_2019, SOMERSET_2009)),
        ("2020-04", "E07000246", (("E07000190", "E07000191"),)),
        ("2023-04", "E06000058", (("E06000028", "E06000029", "E07000048"),)),
        ("2025-04", "E08000039", ()),
        ("2023-04", "E08000035", ()),
        ("2023-04", "E07000163", ()),
        ("2023-04", YORKSHIRE, ()),
        ("2023-04", "nowhere", ()),
    ],
)
def test_a_merged_area_has_its_parts(vintage: str, code: str, parts: tuple[tuple[str, ...], ...]) -> None:
    assert load_registry(vintage).parts(code) == parts


@pytest.mark.parametrize(
    ("vintage", "code", "whole", "parts"),
    [
        ("2023-04", "E07000163", "E06000065", tuple(OLD_DISTRICTS)),
        ("2023-04", "E07000246", "E06000066", SOMERSET_2019),
        ("2023-04", "E07000187", "E06000066", SOMERSET_2019),
        ("2023-04", "E07000190", "E06000066", SOMERSET_2009),
        ("2020-04", "E07000190", "E07000246", ("E07000190", "E07000191")),
    ],
)
def test_a_part_has_its_whole(vintage: str, code: str, whole: str, parts: tuple[str, ...]) -> None:
    assert load_registry(vintage).whole(code) == Whole(REGISTRY.areas[whole], parts)


@pytest.mark.parametrize(
    ("vintage", "code"),
    [
        ("2022-04", "E07000163"),
        ("2023-04", "E10000023"),
        ("2023-04", "E08000038"),
        ("2023-04", "E06000065"),
        ("2023-04", "E10000006"),
        ("2023-04", "E22000372"),
        ("2023-04", "nowhere"),
    ],
)
def test_what_is_no_part_has_no_whole(vintage: str, code: str) -> None:
    assert load_registry(vintage).whole(code) is None


def small_world(*changes: str) -> Registry:
    """Districts A to F, each there all the time but for those that became others; changes as ``merge 2010 A B``."""
    said = [change.split() for change in changes]
    all_changes = [Change(event, f"{year}-04-01", f"{a}", f"{b}", "") for event, year, a, b in said]
    begun = {c.after: c.date for c in all_changes if c.before != c.after}
    ended = {c.before: c.date for c in all_changes if c.before != c.after}
    areas = {n: Area(n, n, "lad", "", begun.get(n, "2009-04-01"), ended.get(n, "")) for n in "ABCDEF"}
    return Registry("2020-05", areas, sorted(all_changes, key=lambda change: change.date, reverse=True))


@pytest.mark.parametrize(
    ("changes", "parts"),
    {
        "a merge": (("merge 2012 A F", "merge 2012 B F"), (("A", "B"),)),
        "a merge of one that was another code before": (
            ("merge 2015 A F", "merge 2015 B F", "recode 2012 C B"),
            (("A", "B"), ("A", "C")),
        ),
        "another code of what was merged": (
            ("recode 2015 E F", "merge 2012 A E", "merge 2012 B E"),
            (("A", "B"),),
        ),
        "merges one after the other": (
            ("merge 2016 A F", "merge 2016 B F", "merge 2012 C B", "merge 2012 D B"),
            (("A", "B"), ("A", "C", "D")),
        ),
        "the boundary of the whole moved": (
            ("merge 2012 A F", "merge 2012 B F", "boundary_change 2014 F F"),
            (),
        ),
        "the boundary of a part moved": (
            ("merge 2012 A F", "merge 2012 B F", "boundary_change 2010 B B"),
            (),
        ),
        "the boundary of a part of a part moved": (
            ("merge 2016 A F", "merge 2016 B F", "merge 2012 C B", "merge 2012 D B", "boundary_change 2011 D D"),
            (("A", "B"),),
        ),
        "it also got some of another": (("merge 2012 A F", "merge 2012 B F", "split 2012 C F"), ()),
        "codes that come back": (("recode 2012 A F", "recode 2011 F A"), ()),
        "only another code": (("recode 2012 A F",), ()),
    }.values(),
)
def test_ways_back_are_exact_or_none(changes: tuple[str, ...], parts: tuple[tuple[str, ...], ...]) -> None:
    assert small_world(*changes).parts("F") == parts


def test_a_place_is_found_through_several_codes() -> None:
    world = small_world("recode 2012 A B", "recode 2015 B C")
    flagged = [replace(change, flag=f"recode_{change.date[:4]}") for change in world.changes]
    assert Registry("2020-05", world.areas, flagged).place("A") == Place(world.areas["C"], "recode_2012 recode_2015")


events = st.builds(
    lambda event, year, before, after: f"{event} {year} {before} {after}",
    st.sampled_from(["merge", "recode", "split", "same_footprint", "boundary_change"]),
    st.integers(2010, 2019),
    st.sampled_from("ABCDEF"),
    st.sampled_from("ABCDEF"),
)


@given(st.lists(events, max_size=8))
def test_no_way_visits_a_place_twice(changes: list[str]) -> None:
    """Whatever the changes say, even in circles."""
    world = small_world(*changes)
    for code in world.areas:
        assert code not in identities(code, world.changes)
        assert code not in ancestors(code, world.changes) | descendants(code, world.changes)
        found = world.parts(code)
        assert len(set(found)) == len(found)
        for parts in found:
            assert len(set(parts)) == len(parts) > 1
            assert code not in parts
            assert set(parts) <= ancestors(code, world.changes)


@given(st.lists(events, max_size=8))
def test_parts_and_wholes_of_any_world_agree(changes: list[str]) -> None:
    world = small_world(*changes)
    for code in world.areas:
        if whole := world.whole(code):
            assert code in whole.parts in world.parts(whole.area.code)


@given(st.sampled_from(ALL_VINTAGES))
def test_parts_and_wholes_agree(vintage: str) -> None:
    registry = load_registry(vintage)
    wholes = {code: whole for code in registry.areas if (whole := registry.whole(code))}
    for area in registry.at("lad"):
        for parts in registry.parts(area.code):
            assert all(wholes[part].area == area for part in parts)
            assert not any(registry.place(part) for part in parts)
    for code, whole in wholes.items():
        assert code in whole.parts in registry.parts(whole.area.code)


@given(st.sampled_from([vintage for vintage in ALL_VINTAGES if vintage >= "2009-04"]))
def test_every_district_of_old_is_a_place_a_part_or_not_begun(vintage: str) -> None:
    """Nothing of England falls between: each district of 2009 is one of the vintage or in one of it."""
    registry = load_registry(vintage)
    old = load_registry("2009-04").at("lad")
    held = [registry.place(area.code) or registry.whole(area.code) for area in old]
    assert {found.area for found in held if found} == set(registry.at("lad"))
    assert None not in held


@given(st.sampled_from([vintage for vintage in ALL_VINTAGES if vintage >= "2009-04"]), st.data())
def test_a_vintages_own_codes_are_of_that_vintage(vintage: str, data: st.DataObject) -> None:
    registry = load_registry(vintage)
    own = [area.code for level in LEVELS for area in registry.at(level)]
    codes = data.draw(st.lists(st.sampled_from(own), min_size=1, max_size=30))
    since = max(month for month in registry.months() if month <= vintage)
    assert since in REGISTRY.vintages(codes).fitting
    assert REGISTRY.vintages(own) == Vintages((since,), (), ())


@given(st.lists(st.sampled_from(sorted(REGISTRY.areas)), min_size=1, max_size=5))
def test_codes_fit_or_clash(some: list[str]) -> None:
    said = REGISTRY.vintages(some)
    assert bool(said.fitting) != bool(said.clashing)
    for month in said.fitting:
        assert all(REGISTRY.areas[code].valid_in(month) for code in some)
    for code, other, _ in said.clashing:
        assert not REGISTRY.vintages([code, other]).fitting
    pairs = combinations(sorted(set(some)), 2)
    assert bool(said.fitting) == all(REGISTRY.vintages(pair).fitting for pair in pairs)


@pytest.mark.parametrize(
    ("codes", "said"),
    {
        "old and new districts": (
            ["E08000035", "E07000163", "E06000065"],
            Vintages(
                (),
                (),
                (("E07000163", "E06000065", "Craven (E07000163) became North Yorkshire (E06000065) on 2023-04-01"),),
            ),
        ),
        "a district that went before another came": (
            ["E07000163", "E08000039"],
            Vintages(
                (),
                (),
                (
                    (
                        "E07000163",
                        "E08000039",
                        "Craven (E07000163) ended on 2023-03-31, before Sheffield (E08000039) began on 2025-04-01",
                    ),
                ),
            ),
        ),
        "both codes of one district": (
            ["E08000038", "E08000016"],
            Vintages(
                (), (), (("E08000016", "E08000038", "Barnsley (E08000016) became Barnsley (E08000038) on 2025-04-01"),)
            ),
        ),
        "a stranger among them": (["E06000065", "E08000016", "S12000033"], Vintages(("2023-04",), ("S12000033",), ())),
        "strangers alone": (["W06000001"], Vintages((), ("W06000001",), ())),
        "a combined authority": (["E47000016", "E06000065"], Vintages(("2025-05",), (), ())),
        "nothing": ([], Vintages((), (), ())),
    }.values(),
)
def test_what_codes_go_together(codes: list[str], said: Vintages) -> None:
    assert REGISTRY.vintages(codes) == said


def test_what_is_said_of_a_former_district() -> None:
    craven, county, england = (REGISTRY.areas[code] for code in ("E07000163", YORKSHIRE, "E92000001"))
    said = REGISTRY.describe(" e07000163 ")
    assert [group.code for group in said.parents] == ["E22000372", "E23000009", YORKSHIRE, "E92000001"]
    assert said == Described(
        "E07000163",
        craven,
        became=(
            Change(
                *("merge", "2023-04-01", "E07000163", "E06000065", ""),
                "LAD (2022) to LAD (2023) lookup; dates: Code History Database (July 2024)",
            ),
        ),
        parents=(*said.parents[:2], county, england),
        whole=Whole(REGISTRY.areas["E06000065"], tuple(OLD_DISTRICTS)),
    )


def test_what_is_said_of_other_codes() -> None:
    york = REGISTRY.describe("E06000065")
    assert len(york.made_of) == 8
    assert york.place == Place(REGISTRY.areas["E06000065"])
    assert [area.code for area in york.parents] == ["E47000012", "E22000372", "E23000009", YORKSHIRE, "E92000001"]
    poole = REGISTRY.describe("E06000058")
    assert [area.name for area in poole.parents] == ["Dorset", "South West", "England"]  # no partnership: it has two
    assert [area.name for area in REGISTRY.describe("E08000039").parents][:2] == ["South Yorkshire", "Sheffield"]
    assert REGISTRY.describe("E01000001").area is None
    partnership = REGISTRY.describe("E22000345")
    assert (partnership.area, partnership.place) == (REGISTRY.groups["E22000345"].area, None)
    small = REGISTRY.describe("E01027555")
    assert small.area == Area("E01027555", "", "lsoa", "E06000065", "", "")
    assert [area.code for area in small.parents] == ["E06000065", YORKSHIRE, "E92000001"]


@pytest.mark.parametrize(
    ("code", "near"),
    [("E0800035", "E08000035"), ("E080000355", "E08000035"), ("e0600065", "E06000065"), ("E2200372", "E22000372")],
)
def test_an_unknown_code_has_near_ones(code: str, near: str) -> None:
    said = REGISTRY.describe(code)
    assert said.area is None
    assert near in [area.code for area in said.near]


@pytest.mark.parametrize("code", ["Leeds", "", "X"])
def test_what_is_like_no_code_has_none_near(code: str) -> None:
    assert REGISTRY.describe(code) == Described(code, None)


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("E06000061", "E06000065"),
        ("E06000066", "E06000065"),
        ("E06000015", None),  # Derby: as like York as Hull
        ("E07000035", "E08000035"),
        ("E08000035", None),
        ("E0600006", None),
        ("E09000001", None),
    ],
)
def test_a_foreign_code_may_be_a_slip_of_the_pen(code: str, meant: str | None) -> None:
    found = REGISTRY.meant(code, REGISTRY.at("lad", YORKSHIRE))
    assert (found.code if found else None) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" e08000035 ", "E08000035"),
        ("E08000035\n", "E08000035"),
        ("e08 000 035", "E08000035"),
        ("\u00a0E08000035", "E08000035"),
        ("E08000035", "E08000035"),
        (" e0800003 ", " e0800003 "),
        ("City of York", "City of York"),
        ("", ""),
    ],
)
def test_a_code_is_repaired_where_that_is_safe(text: str, code: str) -> None:
    assert normal_code(text) == code


@given(st.text(max_size=12))
def test_a_repaired_code_stays(text: str) -> None:
    assert normal_code(normal_code(text)) == normal_code(text)


@pytest.mark.parametrize(
    ("vintage", "group", "districts"),
    [
        ("2019-12", "E22000372", tuple(OLD_DISTRICTS)),
        ("2023-04", "E22000372", ("E06000065",)),
        ("2023-04", "E22000371", ("E06000014",)),
        ("2025-04", "E22000262", ("E08000039",)),
        ("2023-04", "E23000009", ("E06000014", "E06000065")),
        ("2025-05", "E47000012", ("E06000014", "E06000065")),
        ("2022-04", "E47000012", ("E06000014", *OLD_DISTRICTS)),
        ("2023-04", "E47000002", ("E08000016", "E08000017", "E08000018", "E08000019")),
        ("2019-12", "E22000233", ("E07000150",)),  # Corby
        ("2023-04", "E22000233", ()),
        ("2023-04", "E08000035", ()),
        ("2023-04", "nowhere", ()),
    ],
)
def test_a_group_has_its_districts(vintage: str, group: str, districts: tuple[str, ...]) -> None:
    assert load_registry(vintage).districts_of(group) == districts


def test_a_district_that_partnerships_share_is_whole_in_none() -> None:
    poole = next(code for code, group in REGISTRY.groups.items() if group.area.name == "Poole")
    assert REGISTRY.groups[poole].districts == ("E06000058",)
    assert load_registry("2019-12").districts_of(poole) == ()


def test_groups_are_of_known_districts() -> None:
    for code, group in REGISTRY.groups.items():
        assert code == group.area.code
        assert group.area.level in GROUP_LEVELS
        assert code not in REGISTRY.areas
        assert group.districts
        assert all(REGISTRY.areas[one].valid_in(group.as_of) for one in group.districts)
        assert group.area.parent in REGISTRY.areas


@pytest.mark.parametrize("level", ["lsoa", "msoa"])
@pytest.mark.parametrize("vintage", ["2019-12", "2023-04", "2025-04"])
def test_small_areas_are_in_districts_of_the_vintage(level: str, vintage: str) -> None:
    registry = load_registry(vintage)
    assert set(registry.lookup(level).values()) == {area.code for area in registry.at("lad", YORKSHIRE)}
    assert set(registry.lookup(level, "region").values()) == {YORKSHIRE}


# As the lookups have those of Yorkshire and The Humber.
@pytest.mark.parametrize(
    ("level", "census", "number"),
    [("lsoa", "2011", 3317), ("lsoa", "2021", 3355), ("msoa", "2011", 692), ("msoa", "2021", 694)],
)
def test_the_small_areas_of_a_census_are_complete(level: str, census: str, number: int) -> None:
    areas = REGISTRY.small()[level].values()
    assert sum(census in area.censuses for area in areas) == number
    assert all(area.censuses for area in areas)


@pytest.mark.parametrize(("level", "to"), [("lad", "lad"), ("lsoa", "county"), ("oa", "region")])
def test_other_lookups_are_refused(level: str, to: str) -> None:
    with pytest.raises(ValueError, match=r"^There is no lookup") as caught:
        REGISTRY.lookup(level, to)
    assert str(caught.value) == (
        f"There is no lookup from {level} to {to}. Areas are looked up from lsoa or msoa to lad, region or country."
    )


def test_the_digest_of_a_merged_area_sees_its_parts() -> None:
    craven, one = replace(REGISTRY.areas["E07000163"], name="Skipton"), ["E06000065"]
    renamed = replace(REGISTRY, areas={**REGISTRY.areas, "E07000163": craven})
    assert renamed.digest(one) != REGISTRY.digest(one)
    fewer = [change for change in REGISTRY.changes if change.before != "E07000169"]
    assert replace(REGISTRY, changes=fewer).digest(one) != REGISTRY.digest(one)
    cited = [replace(change, source="a letter") for change in REGISTRY.changes]
    assert replace(REGISTRY, changes=cited).digest(one) == REGISTRY.digest(one)


BARE = replace(REGISTRY, groups={})


def consulted(code: str) -> set[str]:
    """The codes that have a say in what is found under this one, found anew for each step."""
    found, before = {code}, set[str]()
    while found != before:
        before = set(found)
        for change in REGISTRY.changes:
            if change.event in ("recode", "same_footprint") and before & {change.before, change.after}:
                found |= {change.before, change.after}
            if change.event == "merge" and change.after in before:
                found.add(change.before)
    return found


@given(st.sampled_from(sorted(REGISTRY.areas)), st.sampled_from(sorted(REGISTRY.areas)))
def test_the_digest_changes_only_with_a_row_consulted(code: str, edited: str) -> None:
    other = replace(REGISTRY.areas[edited], name="Erewhon")
    world = replace(BARE, areas={**REGISTRY.areas, edited: other})
    assert (world.digest([code]) != BARE.digest([code])) == (edited in consulted(code))


@given(st.sampled_from(sorted(REGISTRY.areas)), st.integers(0, len(REGISTRY.changes) - 1))
def test_the_digest_changes_only_with_a_change_consulted(code: str, dropped: int) -> None:
    kept = [change for number, change in enumerate(REGISTRY.changes) if number != dropped]
    gone = REGISTRY.changes[dropped]
    world = replace(BARE, changes=kept)
    assert (world.digest([code]) != BARE.digest([code])) == (gone.after in consulted(code))


YORK_CSP, NORTH_YORKSHIRE_CSP = "E22000371", "E22000372"

REGROUPED: dict[str, tuple[str, tuple[str, ...], str, str, bool]] = {
    "another district in its own": (YORK_CSP, ("E06000014", "E06000011"), "2023-04", "E06000014", True),
    "no district in its own": (YORK_CSP, (), "2023-04", "E06000014", True),
    "its district in another's too": ("E22000133", ("E06000011", "E06000014"), "2023-04", "E06000014", True),
    "a part of it in none": (NORTH_YORKSHIRE_CSP, tuple(OLD_DISTRICTS[1:]), "2023-04", "E06000065", True),
    "its own of a vintage in which it wasn't one": (NORTH_YORKSHIRE_CSP, ("E06000065",), "2021-04", "E07000163", True),
    "another code of its district": ("E23000011", ("E08000038",), "2023-04", "E08000016", True),
    "another's": (YORK_CSP, ("E06000014", "E06000011"), "2023-04", "E08000035", False),
    "another order": (NORTH_YORKSHIRE_CSP, tuple(reversed(OLD_DISTRICTS)), "2023-04", "E06000065", False),
}


@pytest.mark.parametrize(("group", "districts", "vintage", "code", "seen"), REGROUPED.values(), ids=REGROUPED)
def test_the_digest_sees_the_groups_that_a_district_is_in(
    group: str, districts: tuple[str, ...], vintage: str, code: str, *, seen: bool
) -> None:
    registry = load_registry(vintage)
    edited = replace(registry, groups={**registry.groups, group: replace(registry.groups[group], districts=districts)})
    assert (edited.digest([code]) != registry.digest([code])) == seen


@tried(25)
@given(st.sampled_from(sorted(REGISTRY.groups)), st.sampled_from([area.code for area in REGISTRY.at("lad")]))
def test_what_a_group_stands_for_never_changes_unseen(group: str, code: str) -> None:
    """Whoever loses a group, or whose group stands for other districts than before, has another digest."""
    edited = replace(REGISTRY, groups={key: one for key, one in REGISTRY.groups.items() if key != group})
    lost = code in REGISTRY.districts_of(group)
    differs = any((code in REGISTRY.districts_of(key)) != (code in edited.districts_of(key)) for key in edited.groups)
    assert edited.digest([code]) != REGISTRY.digest([code]) or not (lost or differs)


def test_the_digest_sees_small_areas_where_they_are_taken_to_districts() -> None:
    small = REGISTRY.small()
    lsoa = next(code for code, district in REGISTRY.lookup("lsoa").items() if district == "E08000035")
    edited = replace(REGISTRY, small=lambda: {**small, "lsoa": {k: v for k, v in small["lsoa"].items() if k != lsoa}})
    assert edited.digest(["E08000035"], "lsoa") != REGISTRY.digest(["E08000035"], "lsoa")
    for codes, level in ((["E08000034"], "lsoa"), (["E08000035"], "msoa"), (["E08000035"], "")):
        assert edited.digest(codes, level) == REGISTRY.digest(codes, level)
    assert REGISTRY.digest(["E08000035"], "lsoa") != REGISTRY.digest(["E08000035"])


AREAS_HEADER = "code,name,level,parent,valid_from,valid_to"
LEEDS = "E08000035,Leeds,lad,E12000003,2009-04-01,"


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    {
        "an area": ("areas.csv", (AREAS_HEADER, LEEDS, LEEDS.replace("Leeds", "Loidis")), "E08000035"),
        "a change": (
            "area_changes.csv",
            ("event,date,before,after,flag,source", *["recode,2025-04-01,A,B,recode_2025,here"] * 2),
            "recode A to B of 2025-04-01",
        ),
        "a group": (
            "area_groups.csv",
            (f"{AREAS_HEADER},as_of,districts", *[f"{LEEDS},2019-12,E08000035"] * 2),
            "E08000035",
        ),
    }.values(),
)
def test_a_file_that_says_something_twice_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lines: tuple[str, ...], said: str
) -> None:
    for file in ("areas.csv", "area_changes.csv", "area_groups.csv"):
        (tmp_path / file).write_text(f"{AREAS_HEADER}\n", encoding="utf-8")
    (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(files, "files", lambda _: tmp_path)
    files._built_in.cache_clear()
    with pytest.raises(SettingsError) as caught:
        load_registry("2023-04")
    assert str(caught.value) == (
        f"The register of areas says {said} twice (engine/data/{name}). "
        "Remove one of the two rows, or install yhovi again."
    )


def test_a_small_area_in_two_districts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "lsoa,2011 2021,E08000035,E01011264-E01011266\nlsoa,2021,E08000034,E01011266\n"
    text = f"level,censuses,district,codes\n{rows}"
    (tmp_path / "small_areas.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(files, "files", lambda _: tmp_path)
    with pytest.raises(SettingsError) as caught:
        files._small_areas.__wrapped__()
    assert str(caught.value) == (
        "The register of areas says E01011266 twice (engine/data/small_areas.csv). "
        "Remove one of the two rows, or install yhovi again."
    )


def test_small_areas_are_read_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = SimpleNamespace(files=[])
    read = files._rows
    monkeypatch.setattr(files, "_rows", lambda name, folder: (asked.files.append(name), read(name, folder))[1])
    files._built_in.cache_clear()
    registry = load_registry("2023-04")
    registry.describe("E08000035")
    registry.vintages(OLD_DISTRICTS)
    assert asked.files == ["areas.csv", "area_changes.csv", "area_groups.csv"]


def test_a_registry_without_groups_knows_none() -> None:
    bare = Registry("2023-04", REGISTRY.areas, REGISTRY.changes)
    assert bare.districts_of("E22000372") == ()
    assert bare.lookup("lsoa") == {}
    assert bare.known("E22000372") is None
    assert REGISTRY.known("E22000372") == REGISTRY.groups["E22000372"].area
    assert isinstance(REGISTRY.groups["E22000372"], Group)


def lookup(samples: Path, name: str) -> list[dict[str, str]]:
    """The rows of one of ONS's lookups."""
    (file,) = (samples / "geography").glob(name)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


YEARS = [
    (19, "2019-12"),
    (20, "2020-12"),
    (21, "2021-12"),
    (22, "2022-12"),
    (23, "2023-05"),
    (24, "2024-05"),
    (25, "2025-05"),
]


@pytest.mark.parametrize(("year", "vintage"), YEARS)
def test_codes_and_names_are_those_that_ons_publishes(samples: Path, year: int, vintage: str) -> None:
    rows = lookup(samples, f"LAD{year}_names_and_codes_UK*.csv")
    theirs = {row[f"LAD{year}CD"]: row[f"LAD{year}NM"] for row in rows if row[f"LAD{year}CD"].startswith("E")}
    assert {area.code: area.name for area in load_registry(vintage).at("lad")} == theirs


def test_the_districts_of_2011_are_those_that_ons_publishes(samples: Path) -> None:
    rows = lookup(samples, "Local_Authority_District_(2011)*.csv")
    then, later = load_registry("2011-12"), load_registry("2021-12")
    assert {area.code for area in then.at("lad")} == {r["LAD11CD"] for r in rows if r["LAD11CD"].startswith("E")}
    for row in rows:
        if row["LAD11CD"].startswith("E"):
            found = later.place(row["LAD11CD"]) or later.whole(row["LAD11CD"])
            assert found
            assert found.area.code == row["LAD21CD"]


def test_what_became_of_each_code_is_what_others_found(samples: Path) -> None:
    now = load_registry("2025-05")
    for row in lookup(samples, "drkane_la_all_codes_active_and_terminated.csv"):
        if row["LADCD"].startswith("E"):
            found = now.place(row["LADCD"]) or now.whole(row["LADCD"])
            assert found
            assert (found.area.code, found.area.parent) == (row["LADCD_ACTIVE"], row["RGNCD"])


@pytest.mark.parametrize(
    ("name", "year", "vintage"),
    [
        ("LAD18_RGN18_lookup_EN.csv", 18, "2018-12"),
        ("Local_Authority_District_to_Region_(December_2022)_Lookup_in_England.csv", 22, "2022-12"),
    ],
)
def test_the_regions_have_the_districts_that_ons_publishes(samples: Path, name: str, year: int, vintage: str) -> None:
    registry = load_registry(vintage)
    ours = {(a.code, a.name, a.parent, registry.areas[a.parent].name) for a in registry.at("lad")}
    columns = (f"LAD{year}CD", f"LAD{year}NM", f"RGN{year}CD", f"RGN{year}NM")
    assert ours == {tuple(row[column] for column in columns) for row in lookup(samples, name)}


@pytest.mark.parametrize(
    ("name", "code", "title", "vintage"),
    [
        ("LTLA19_UTLA19_lookup_EW.csv", "UTLA19CD", "UTLA19NM", "2019-12"),
        ("Ward_to_Local_Authority_District_to_County*.csv", "CTY22CD", "CTY22NM", "2022-12"),
    ],
)
def test_the_counties_are_those_that_ons_publishes(
    samples: Path, name: str, code: str, title: str, vintage: str
) -> None:
    theirs = {(r[code], r[title]) for r in lookup(samples, name) if r[code].startswith(("E10", "E11"))}
    prefixes = {code[:3] for code, _ in theirs}
    ours = {(area.code, area.name) for area in load_registry(vintage).at("county") if area.code[:3] in prefixes}
    assert ours == theirs


@pytest.mark.parametrize(
    ("name", "level", "group", "district", "vintage"),
    [
        ("LAD19_CSP19_PFA19_lookup_EW.csv", "csp", "CSP19", "LAD19CD", "2019-12"),
        ("LAD19_CSP19_PFA19_lookup_EW.csv", "police_force_area", "PFA19", "LAD19CD", "2019-12"),
        ("Local_Authority_District_to_Combined*.csv", "combined_authority", "CAUTH25", "LAD25CD", "2025-05"),
    ],
)
def test_groups_have_the_districts_that_ons_publishes(
    samples: Path, name: str, level: str, group: str, district: str, vintage: str
) -> None:
    registry = load_registry(vintage)
    theirs: dict[tuple[str, str], set[str]] = {}
    for row in lookup(samples, name):
        if row[district].startswith("E"):
            theirs.setdefault((row[f"{group}CD"], row[f"{group}NM"]), set()).add(row[district])
    ours = {(area.code, area.name): set(registry.groups[area.code].districts) for area in registry.at(level)}
    assert ours == theirs
    held = [one for districts in theirs.values() for one in districts]
    for (code, _), districts in theirs.items():
        alone = all(held.count(one) == 1 for one in districts)
        assert registry.districts_of(code) == (tuple(sorted(districts)) if alone else ())


@pytest.mark.parametrize(
    ("name", "level", "code", "district", "vintage"),
    [
        ("LSOA11_LAD19_IMD19_lookup_EN.csv", "lsoa", "LSOA11CD", "LAD19CD", "2019-12"),
        ("LSOA01_LSOA11_LAD11_change_lookup_EW.csv", "lsoa", "LSOA11CD", "LAD11CD", "2011-12"),
        ("LSOA11_to_active_LAD_yorkshire_humber.csv", "lsoa", "LSOA11CD", "LADCD_ACTIVE", "2024-05"),
        ("LSOA21_to_active_LAD_yorkshire_humber.csv", "lsoa", "LSOA21CD", "LADCD_ACTIVE", "2024-05"),
        ("MSOA21_to_active_LAD_yorkshire_humber.csv", "msoa", "MSOA21CD", "LADCD_ACTIVE", "2024-05"),
    ],
)
def test_small_areas_are_in_the_districts_that_ons_publishes(
    samples: Path, name: str, level: str, code: str, district: str, vintage: str
) -> None:
    theirs = {row[code]: row[district] for row in lookup(samples, name)}
    ours = load_registry(vintage).lookup(level)
    assert len(theirs) > 600
    assert {one: ours.get(one) for one in theirs} == theirs
