"""Make the register of areas in ``engine/data`` from lookups of ONS and from its Code History Database.

    python tools/make_geography.py LOOKUPS [FOLDER]

LOOKUPS is a folder of lookups under the Open Government Licence; ``engine/data/NOTICE`` names each of them. Only facts
carry over: codes, names, dates, and what became of what. Equal lookups make equal files, whatever the day. What no
lookup proves is in the constants below, and says so in the column ``source``.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from python_calamine import CalamineWorkbook

DATA = Path(__file__).resolve().parents[1] / "engine" / "data"
ENGLAND, YORKSHIRE, BEGIN = "E92000001", "E12000003", "2009-04-01"
YEARS = (19, 20, 21, 22, 23, 24, 25)
ORDER = ("country", "region", "county", "lad")
EVENTS = ("recode", "merge", "same_footprint", "split")

REGIONS = "Local_Authority_District_to_Region_(December_2022)_Lookup_in_England.csv"
WARDS = "Ward_to_Local_Authority_District_to_County_to_Region_to_Country_(December_2022)_Lookup_in_United_Kingdom.csv"
COUNTIES_2019 = "LTLA19_UTLA19_lookup_EW.csv"
FROM_2011 = "Local_Authority_District_(2011)_to_Local_Authority_District_(2021)_Lookup_for_England_and_Wales.csv"
FROM_2022 = "LAD_(2011)_to_LAD_(2021)_Lookup_for_England_and_Wales.xlsx"
SHEET_2022 = "Local_Authority_District_(2022)"
ALL_CODES = "drkane_la_all_codes_active_and_terminated.csv"
COMBINED = "Local_Authority_District_to_Combined_Authority_(May_2025)_Lookup_in_EN.csv"
SAFETY = "LAD19_CSP19_PFA19_lookup_EW.csv"
# Nothing else at hand has the MSOAs of 2011; it lies in the folder of ONS's files, beside that of the lookups.
GARDENS, SHEET_GARDENS = "ons/osprivateoutdoorspacereferencetables_april2020.xlsx", "MSOA gardens"

HISTORY = "dates: Code History Database (July 2024)"
SOURCE_2011 = f"LAD (2011) to LAD (2021) lookup; {HISTORY}"
SOURCE_2022 = f"LAD (2022) to LAD (2023) lookup; {HISTORY}"
SOURCE_2025 = "LAD names and codes 2024 and 2025; pair: all codes, active and terminated; day inferred"
SOURCE_COUNTY = "inferred from the districts that the Code History Database (July 2024) has in the county"

# Inferred. The lookups begin in December 2019, when this county had gone; Fingertips prints its name.
GONE_COUNTIES = {"E10000009": "Dorset"}
# Inferred. New codes with Gateshead's in 2013, and with Barnsley's and Sheffield's in 2025, after the last history.
STARTS = {"E11000007": "2013-04-01", "E08000038": "2025-04-01", "E08000039": "2025-04-01"}
ENDS = {"E08000016": "2025-03-31", "E08000019": "2025-03-31"}
# The lookup of combined authorities says who was in one in this month, not since when.
COMBINED_SINCE = "2025-05-01"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """A code's days, and the area it belonged to."""

    start: str
    end: str
    parent: str


class Lookups:
    """The folder of lookups, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of one lookup."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))

    def codes(self, year: int) -> dict[str, str]:
        """Names of England's districts by code, as of one year's list."""
        (file,) = self.folder.glob(f"LAD{year}_names_and_codes_UK*.csv")
        return {r[f"LAD{year}CD"]: r[f"LAD{year}NM"] for r in self.rows(file.name) if r[f"LAD{year}CD"].startswith("E")}

    def spans(self, kind: str) -> dict[str, Span]:
        """The days of each code of that kind, over all of its names."""
        areas = json.loads((self.folder / f"chd_july2024_{kind}.json").read_text(encoding="utf-8"))["areas"]
        return {code: _span(history) for code, history in areas.items()}

    @cached_property
    def districts(self) -> dict[str, Span]:
        """The days of each district; London's boroughs, of which there is no history, have none but the first."""
        found = {code: span for kind in ("E06", "E07", "E08") for code, span in self.spans(kind).items()}
        found |= {code: Span(BEGIN, "", "") for code in self.names if code not in found}
        return {
            code: Span(STARTS.get(code, max(span.start, BEGIN)), ENDS.get(code, span.end), span.parent)
            for code, span in found.items()
            if not span.end or span.end >= BEGIN
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """Each district's newest name."""
        found = {row["LAD11CD"]: row["LAD11NM"] for row in self.rows(FROM_2011) if row["LAD11CD"].startswith("E")}
        found |= {row["LAD18CD"]: row["LAD18NM"] for row in self.rows("LAD18_RGN18_lookup_EN.csv")}
        for year in YEARS:
            found |= self.codes(year)
        return found

    @cached_property
    def region_of(self) -> dict[str, str]:
        """Each district's region."""
        return {row["LADCD"]: row["RGNCD"] for row in self.rows(ALL_CODES) if row["LADCD"].startswith("E")}

    @cached_property
    def became(self) -> dict[str, tuple[str, str]]:
        """What each district became, and which lookup says so."""
        sheet = CalamineWorkbook.from_path(str(self.folder / FROM_2022)).get_sheet_by_name(SHEET_2022).to_python()
        header = [str(cell) for cell in sheet[0]]
        pairs = [(r["LAD11CD"], r["LAD21CD"], SOURCE_2011) for r in self.rows(FROM_2011)]
        pairs += [(str(r[header.index("LAD22CD")]), str(r[header.index("LAD23CD")]), SOURCE_2022) for r in sheet[1:]]
        pairs += [(r["LADCD"], r["LADCD_ACTIVE"], SOURCE_2025) for r in self.rows(ALL_CODES) if r["LADCD"] in ENDS]
        return {before: (after, source) for before, after, source in pairs if before != after and before[0] == "E"}


def areas(lookups: Lookups) -> list[Row]:
    """England, its regions, counties and districts."""
    regions = {(row["RGN22CD"], row["RGN22NM"]) for row in lookups.rows(REGIONS)}
    rows: list[Row] = [(ENGLAND, "England", "country", "", BEGIN, "")]
    rows += [(code, name, "region", ENGLAND, BEGIN, "") for code, name in regions]
    rows += _counties(lookups)
    rows += [
        (code, lookups.names[code], "lad", lookups.region_of[code], span.start, span.end)
        for code, span in lookups.districts.items()
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row[2]), row[0]))


def changes(lookups: Lookups) -> list[Row]:
    """What became of each code, newest first."""
    befores: dict[str, list[str]] = {}
    for before, (after, _) in lookups.became.items():
        befores.setdefault(after, []).append(before)
    rows = [_change(lookups, before, befores[after]) for before, (after, _) in lookups.became.items()]
    rows += [row for county in _counties(lookups) if county[5] for row in _end_of_county(lookups, county, befores)]
    rows = sorted(rows, key=lambda row: (EVENTS.index(row[0]), row[2], row[3]))
    return sorted(rows, key=lambda row: row[1], reverse=True)


def groups(lookups: Lookups) -> list[Row]:
    """Combined authorities, community safety partnerships and police force areas, with the districts they are of."""
    history = lookups.spans("E22")
    safety = [row for row in lookups.rows(SAFETY) if row["LAD19CD"].startswith("E")]
    partnerships = _members(safety, "CSP19", "LAD19CD")
    forces: dict[str, str] = {}
    for span in history.values():
        forces[span.parent] = min(forces.get(span.parent, "9999"), max(span.start, BEGIN))
    rows = [
        _group(lookups, "combined_authority", key, found, (COMBINED_SINCE, "", "2025-05"))
        for key, found in _members(lookups.rows(COMBINED), "CAUTH25", "LAD25CD").items()
    ]
    rows += [
        _group(lookups, "csp", key, found, (max(history[key[0]].start, BEGIN), history[key[0]].end, "2019-12"))
        for key, found in partnerships.items()
    ]
    rows += [
        _group(lookups, "police_force_area", key, found, (forces[key[0]], "", "2019-12"))
        for key, found in _members(safety, "PFA19", "LAD19CD").items()
    ]
    return sorted(rows, key=lambda row: (row[2], row[0]))


def small_areas(lookups: Lookups) -> list[Row]:
    """LSOAs and MSOAs of Yorkshire by censuses and the oldest district that each was in, codes as first-last."""
    in_2019 = {row["LSOA11CD"]: row["LAD19CD"] for row in lookups.rows("LSOA11_LAD19_IMD19_lookup_EN.csv")}
    district_of: dict[tuple[str, str], str] = {}
    censuses: dict[tuple[str, str], list[str]] = {}
    for level, census, code, district in _in_districts(lookups):
        if {in_2019.get(code, district), district_of.get((level, code), district)} != {district}:
            raise ValueError(f"{code} is in {district} by one lookup, and in another district by another.")
        district_of[level, code] = district
        censuses.setdefault((level, code), []).append(census)
    found: dict[tuple[str, str, str], set[str]] = {}
    for (level, code), district in district_of.items():
        found.setdefault((level, " ".join(sorted(censuses[level, code])), district), set()).add(code)
    return [(*key, _runs(codes)) for key, codes in sorted(found.items())]


def _in_districts(lookups: Lookups) -> Iterator[tuple[str, str, str, str]]:
    """Level, census, code and district of each small area."""
    for level, census, kind in (("lsoa", "2011", "LSOA11"), ("lsoa", "2021", "LSOA21"), ("msoa", "2021", "MSOA21")):
        for row in lookups.rows(f"{kind}_to_active_LAD_yorkshire_humber.csv"):
            yield level, census, row[f"{kind}CD"], _first_district(lookups, row[f"{kind}NM"], row["LADCD_ACTIVE"])
    file = lookups.folder.parent / GARDENS
    for cells in CalamineWorkbook.from_path(str(file)).get_sheet_by_name(SHEET_GARDENS).to_python():
        region, district, code = (str(cells[place]) for place in (2, 4, 6))
        if region == YORKSHIRE and code.startswith("E02"):
            yield "msoa", "2011", code, district


def _span(history: Sequence[Mapping[str, object]]) -> Span:
    dates = [entry["date"] for entry in history]
    starts = [said["s"] for said in dates if isinstance(said, dict)]
    ends = [said.get("e", "") for said in dates if isinstance(said, dict)]
    return Span(min(starts), "" if "" in ends else max(ends), str(history[0]["parent"]))


def _counties(lookups: Lookups) -> list[Row]:
    wards = [row for row in lookups.rows(WARDS) if row["CTY22CD"][:3] in {"E10", "E11"}]
    names = dict(GONE_COUNTIES)
    names |= {r["UTLA19CD"]: r["UTLA19NM"] for r in lookups.rows(COUNTIES_2019) if r["UTLA19CD"].startswith("E10")}
    names |= {row["CTY22CD"]: row["CTY22NM"] for row in wards}
    regions = {row["CTY22CD"]: row["RGN22CD"] for row in wards}
    ends: dict[str, list[str]] = {}
    for code, span in lookups.districts.items():
        if span.parent in names:
            regions[span.parent] = lookups.region_of[code]
            ends.setdefault(span.parent, []).append(span.end)
    return [
        (code, name, "county", regions[code], STARTS.get(code, BEGIN), _last(ends.get(code, [""])))
        for code, name in sorted(names.items())
    ]


def _last(ends: Sequence[str]) -> str:
    return "" if "" in ends else max(ends)


def _change(lookups: Lookups, before: str, befores: Sequence[str]) -> Row:
    after, source = lookups.became[before]
    day = lookups.districts[after].start
    if _next_day(lookups.districts[before].end) != day:
        raise ValueError(f"{before} ended on {lookups.districts[before].end}, but {after} began on {day}.")
    if len(befores) > 1:
        return ("merge", day, before, after, "", source)
    return ("recode", day, before, after, f"recode_{day[:4]}", f"{source}{_neighbour(lookups, before)}")


def _neighbour(lookups: Lookups, code: str) -> str:
    """Neighbours between which a boundary moves a little both get new codes that day."""
    end, home = lookups.districts[code].end, lookups.region_of[code]
    others = (other for other in lookups.became if lookups.districts[other].end == end and other != code)
    (other,) = (other for other in others if lookups.region_of[other] == home)
    return f"; inferred: at most a small move of its boundary with {lookups.names[other]}, recoded the same day"


def _end_of_county(lookups: Lookups, county: Row, befores: Mapping[str, Sequence[str]]) -> list[Row]:
    last = [c for c, span in lookups.districts.items() if span.parent == county[0] and span.end == county[5]]
    afters = sorted({lookups.became[code][0] for code in last})
    whole = len(afters) == 1 and set(befores[afters[0]]) == set(last)
    event, flag = ("same_footprint", "former_county") if whole else ("split", "")
    return [(event, _next_day(county[5]), county[0], after, flag, SOURCE_COUNTY) for after in afters]


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _members(rows: Iterable[Mapping[str, str]], group: str, district: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        found.setdefault((row[f"{group}CD"], row[f"{group}NM"]), set()).add(row[district])
    return found


def _group(lookups: Lookups, level: str, key: tuple[str, str], districts: set[str], days: tuple[str, str, str]) -> Row:
    regions = {lookups.region_of[code] for code in districts}
    parent = regions.pop() if len(regions) == 1 else ENGLAND
    start, end, as_of = days
    return (*key, level, parent, start, end, as_of, " ".join(sorted(districts)))


def _first_district(lookups: Lookups, name: str, active: str) -> str:
    """Which of the districts that the active one was made of the small area was in.

    Its name begins with the name of a district. That settles which part of a known whole it is, and no more.
    """
    parts = [before for before, (after, _) in lookups.became.items() if after == active]
    if len(parts) == 1:
        return parts[0]
    of_name = [code for code in parts if name.startswith(f"{lookups.names[code]} ")]
    if len(of_name) != 1 and parts:
        raise ValueError(f"{name} is in {len(of_name)} of the districts that became {active}.")
    return of_name[0] if parts else active


def _runs(codes: Iterable[str]) -> str:
    """Codes without a gap between them as first-last.

    >>> _runs(["E01000003", "E01000001", "E01000002", "E01000009"])
    'E01000001-E01000003 E01000009'
    """
    ordered = sorted(codes)
    breaks = [n for n, (one, two) in enumerate(pairwise(ordered), 1) if int(one[1:]) + 1 != int(two[1:])]
    runs = (ordered[start:end] for start, end in pairwise([0, *breaks, len(ordered)]))
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


AREA = ("code", "name", "level", "parent", "valid_from", "valid_to")
TABLES = {
    "areas.csv": (AREA, areas),
    "area_changes.csv": (("event", "date", "before", "after", "flag", "source"), changes),
    "area_groups.csv": ((*AREA, "as_of", "districts"), groups),
    "small_areas.csv": (("level", "censuses", "district", "codes"), small_areas),
}


def main(arguments: Sequence[str]) -> None:
    """Write every table to the folder named, or where the engine reads them."""
    lookups = Lookups(Path(arguments[0]))
    folder = Path(arguments[1]) if len(arguments) > 1 else DATA
    for name, (header, make) in TABLES.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *make(lookups)])
        print(f"written: {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
