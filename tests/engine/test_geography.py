"""The register of areas: which there are in a vintage, and what a printed code stands for."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.geography import LEVELS, Place, Registry, is_code, load_registry

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
    ("level", "vintage", "codes"),
    [
        ("county", "2022-04", ["E10000023", "E11000003", "E11000006"]),
        ("county", "2023-04", ["E11000003", "E11000006"]),
        ("region", "2023-04", [YORKSHIRE]),
        ("country", "2023-04", ["E92000001"]),
    ],
)
def test_each_level_has_its_areas(level: str, vintage: str, codes: list[str]) -> None:
    assert [area.code for area in load_registry(vintage).at(level)] == codes


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
        ("2023-04", "E06000061", None, ""),
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
    assert "E06000061" not in REGISTRY.areas
    assert not any("E06000061" in (change.before, change.after) for change in REGISTRY.changes)


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
    for area in REGISTRY.areas.values():
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
    edited = Registry(REGISTRY.vintage, {**REGISTRY.areas, "E06000014": york}, REGISTRY.changes[1:])
    assert edited.digest(leeds) == REGISTRY.digest(leeds)
    assert edited.digest(barnsley) != REGISTRY.digest(barnsley)
    assert edited.digest(["E06000014"]) != REGISTRY.digest(["E06000014"])
    assert load_registry("2025-04").digest(leeds) != REGISTRY.digest(leeds)


def test_the_digest_sees_no_order() -> None:
    assert REGISTRY.digest(WEST) == REGISTRY.digest(reversed(WEST))


def published(samples: Path, year: int) -> Mapping[str, str]:
    """Names by code of all districts of the United Kingdom, as ONS publishes them."""
    (file,) = (samples / "geography").glob(f"LAD{year}_names_and_codes_UK*.csv")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row[f"LAD{year}CD"]: row[f"LAD{year}NM"] for row in csv.DictReader(lines)}


@pytest.mark.parametrize(("year", "vintage"), [(22, "2022-12"), (23, "2023-05"), (24, "2024-05"), (25, "2025-05")])
def test_codes_and_names_are_those_that_ons_publishes(samples: Path, year: int, vintage: str) -> None:
    theirs, registry = published(samples, year), load_registry(vintage)
    ours = {area.code: area.name for area in registry.at("lad", YORKSHIRE)}
    assert {code: theirs.get(code) for code in ours} == ours
    expired = {area.code for area in registry.areas.values() if area.level == "lad"} - ours.keys()
    assert expired.isdisjoint(theirs)


def test_the_region_has_the_districts_that_ons_publishes(samples: Path) -> None:
    file = samples / "geography" / "Local_Authority_District_to_Region_(December_2022)_Lookup_in_England.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        theirs = {row["LAD22CD"] for row in csv.DictReader(lines) if row["RGN22CD"] == YORKSHIRE}
    assert {area.code for area in load_registry("2022-12").at("lad", YORKSHIRE)} == theirs
