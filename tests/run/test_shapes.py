"""Every shape of file that the sources have: one spec each, and its figures against those that pandas reads by hand.

The specs are in ``tests/shapes``. The real files are no part of the repository: a shape whose file isn't there is
skipped. What is read by hand goes by positions and labels, and knows nothing of the engine's own readers.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.engine.spec import Spec, load_specs

from support.commands import Cli, Said
from support.simulators import Asked
from support.simulators.offices import Office, Release, Riverside, Whitehall, zipped
from support.sources import FINGERTIPS, NOMIS, ONS, ONS_DOWNLOADS, STATXPLORE, els_csv, mirror, mirror_all

pytestmark = pytest.mark.untraced

SHAPES = Path(__file__).parents[1] / "shapes"
SHIPPED = Path(str(files("yhovi") / "indicators"))

Figure = float | str
"""A number, or the reason why there is none."""

Figures = Iterator[tuple[tuple[str, str, str], Figure]]
"""Area as printed, period and breakdown, with the figure."""

Read = Callable[[Path], Figures]
Run = Callable[..., Said]
Marks = Mapping[str, str]

# Of all areas in a file these are wanted: the districts of a vintage, the region and the country. Some have other codes
# in other vintages.
TODAY = frozenset(
    "E06000010 E06000011 E06000012 E06000013 E06000014 E06000065 E08000016 E08000017 E08000018 E08000019 E08000032 "
    "E08000033 E08000034 E08000035 E08000036 E12000003 E92000001".split()
)
FORMER = frozenset(f"E07000{number}" for number in range(163, 170))
WANTED = MappingProxyType({"2023-04": TODAY, "2020-04": TODAY - {"E06000065"} | FORMER})
RECODED = MappingProxyType({"E08000038": "E08000016", "E08000039": "E08000019"})
SAME_PLACE = MappingProxyType({"2023-04": {**RECODED, "E10000023": "E06000065"}, "2020-04": RECODED})

NOTHING: Marks = MappingProxyType({"": "not_available"})


def needed(path: Path) -> Path:
    """A real file, if it is there."""
    if not path.is_file():
        pytest.skip(f"{path.name} is not on this machine")
    return path


def figure(text: str, marks: Marks = NOTHING) -> Figure:
    """The number in a cell, or what stands there in its place means."""
    stripped = text.strip()
    return marks[stripped] if stripped in marks else float(stripped.replace(",", ""))


def calendar_year(text: str) -> str:
    return f"{text[:4]}-01-01/P1Y"


def csv(path: Path, **said: Any) -> pd.DataFrame:
    """A CSV file, all of it as text."""
    frame: pd.DataFrame = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False, **said)
    return frame


def sheet(path: Path, name: str | int) -> list[list[str]]:
    """All cells of a sheet as texts on one line."""
    frame = pd.read_excel(path, sheet_name=name, header=None, dtype=str, keep_default_na=False, engine="calamine")
    return [[" ".join(cell.split()) for cell in row] for row in frame.to_numpy().tolist()]


# Nomis


def nomis_rates(path: Path) -> Figures:
    for row in csv(path).itertuples():
        yield (row.GEOGRAPHY_CODE, "2024-10-01/P1Y", row.VARIABLE_NAME.strip()), figure(row.OBS_VALUE)


def nomis_claimants(path: Path) -> Figures:
    names = {"2": "residents", "3": "economically active", "4": "workforce"}
    for row in csv(path).itertuples():
        if row.MEASURE in names:
            yield (row.GEOGRAPHY_CODE, "2026-02-01/P1M", names[row.MEASURE]), figure(row.OBS_VALUE)


def nomis_yearly(path: Path, period: str, item: str = "", breakdown: str = "", measure: str = "") -> Figures:
    for row in csv(path).to_dict("records"):
        if row.get("ITEM", item) == item and row.get("MEASURE_NAME", measure) == measure:
            yield (row["GEOGRAPHY_CODE"], period, row[breakdown] if breakdown else "_T"), figure(row["OBS_VALUE"])


def nomis_cut(path: Path) -> Figures:
    for row in csv(path).itertuples():
        yield (row.GEOGRAPHY_CODE, calendar_year(row.DATE), row.INDUSTRY_CODE), figure(row.OBS_VALUE)


def nomis_cut_merged(path: Path) -> Figures:
    frame = pd.read_csv(path)
    former = frame[frame["GEOGRAPHY_CODE"].isin(FORMER)]
    for (date, industry), value in former.groupby(["DATE", "INDUSTRY_CODE"])["OBS_VALUE"].sum().items():
        yield ("E06000065", calendar_year(str(date)), industry), float(value)


def nomis_mixed_areas(path: Path) -> Figures:
    for row in csv(path).itertuples():
        age = "_T" if row.C_AGE == "200" else row.C_AGE_NAME
        yield (row.GEOGRAPHY_CODE, "2021-06-30/P1D", age), figure(row.OBS_VALUE)


def nomis_webquery(path: Path) -> Figures:
    cells = sheet(path, 0)
    names = csv(needed(path.parents[1] / "geography" / "LAD21_names_and_codes_UK_from_boundary_attributes.csv"))
    codes = {f"ladu:{name}": code for code, name in names.to_numpy()} | {"country:England": "E92000001"}
    marks = {"!": "suppressed", "~": "too_unreliable_to_publish", "-": "not_available"}
    for row in cells[8:356]:
        for place in range(1, len(row), 3):
            group = cells[6][place].partition("(Total - ")[2].removesuffix(" )")
            yield (codes.get(row[0], ""), "2021-01-01/P1Y", group), figure(row[place], marks)


# ONS


def across(
    path: Path,
    name: str,
    code: str,
    header: int = 1,
    period: Callable[[str], str] = calendar_year,
    marks: Marks = NOTHING,
) -> Figures:
    """A sheet with a period above each column of numbers, and nothing but those headers begin or end with a year."""
    cells = sheet(path, name)
    at = cells[header].index(code)
    for place, text in enumerate(cells[header]):
        if text[:2] in {"19", "20"} or text.startswith(("Year ending", "As at")):
            for row in cells[header + 1 :]:
                if row[at]:
                    yield (row[at], period(text), "_T"), figure(row[place], marks)


def ons_gva(path: Path) -> Figures:
    _, header, *rows = sheet(path, "Table 3")
    for row in rows:
        for place, year in enumerate(header[5:], start=5):
            yield (row[1], calendar_year(year), "_T" if row[3] == "Total" else row[3]), figure(row[place])


def ons_survival(path: Path) -> Figures:
    for letter, born in zip("abcde", range(2019, 2024), strict=True):
        for row in sheet(path, f"Table 5.1{letter}")[4:]:
            for years in range(1, 6):
                yield (row[0], f"{born}-01-01/P1Y", f"{years}-year"), figure(row[2 + 2 * years], {":": "not_available"})


def ashe(path: Path) -> pd.DataFrame:
    cells = csv(path, header=None, encoding="cp1252", skiprows=5, names=range(25))
    frame: pd.DataFrame = cells[cells[1].str.fullmatch("[A-Z][0-9]{8}")]
    return frame


def ons_annual_pay(path: Path) -> Figures:
    for _, row in ashe(path).iterrows():
        yield (row[1], "2024-04-01/P1Y", "_T"), figure(row[3], {"x": "too_unreliable_to_publish"})


def ons_hourly_pay(path: Path) -> Figures:
    places = {3: 50, 7: 10, 8: 20, 9: 25, 10: 30, 11: 40, 12: 60, 13: 70, 14: 75, 15: 80, 16: 90}
    for _, row in ashe(path).iterrows():
        for place, decile in places.items():
            reason = {"x": "too_unreliable_to_publish"}
            yield (row[1], "2025-04-01/P1M", str(decile)), figure(row[place], reason)


def ons_crime(path: Path, *, total: bool = False) -> Figures:
    frame = csv(path, skiprows=7)
    offences = [6] if total else [6, 7, 13, 14, 15, 24, 25, 26, 27, 28]
    for row in frame.to_numpy():
        for place in offences:
            name = "_T" if place == 6 else frame.columns[place]
            yield (row[4], "2024-07-01/P1Y", name), figure(row[place])


def ons_gardens(path: Path) -> Figures:
    for row in sheet(path, "LAD gardens")[2:]:
        for place, kind in ((9, "Houses"), (16, "Flats"), (22, "_T")):
            if row[4]:
                yield (row[4], "2020-04-01/P1D", kind), float(row[place]) * 100


def ons_anxiety(path: Path) -> Figures:
    marks = {"[c]": "suppressed", "[u]": "too_unreliable_to_publish", "[w]": "not_available"}
    frame = csv(path)
    for row in frame[frame["MeasureOfWellbeing"] == "Anxiety"].to_dict("records"):
        if row["Estimate"] != "Average (mean)":
            period = f"{row['yyyy-yy'][:4]}-04-01/P1Y"
            said = row["Data marking"] or row["v4_3"]
            yield (row["administrative-geography"], period, row["wellbeing-estimate"]), figure(said, marks)


def ons_rents(path: Path) -> Figures:
    sizes = ("room", "studio", "one bedroom", "two bedrooms", "three bedrooms", "four or more bedrooms", "_T")
    marks = {"..": "too_unreliable_to_publish", ".": "not_applicable"}
    for number, size in enumerate(sizes, start=1):
        for row in sheet(path, f"Table2.{number}")[7:]:
            if row[2]:
                yield (row[2], "2021-10-01/P1Y", size), figure(row[7], marks)


# Fingertips


def fingertips(path: Path, breakdowns: Mapping[str, str], by: str) -> Figures:
    frame = csv(path)
    for row in frame[frame["Category Type"] == ""].to_dict("records"):
        if row[by] in breakdowns:
            yield (row["Area Code"], calendar_year(row["Time period"]), breakdowns[row[by]]), figure(row["Value"])


# Ofcom


def ofcom_2019(path: Path) -> Figures:
    for _, row in pd.read_csv(path).iterrows():
        yield (
            (row["laua"], "2019-09-01/P1M", "_T"),
            row["Number of premises with SFBB availability"] / row["All Premises"] * 100,
        )


def ofcom_series(path: Path) -> Figures:
    """One series of what the years have in common: the share that is printed in 2019 isn't."""
    for year, issue in YEARS_OF_OFCOM:
        frame = pd.read_csv(needed(path.parent / f"{year}09_fixed_laua_coverage_{issue}.csv"))
        fast = [f"Number of premises with {speed}Mbit/s download speed" for speed in ("30<300", ">=300")]
        for _, row in frame.iterrows():
            yield (row["laua"], f"{year}-09-01/P1M", "_T"), row[fast].sum() / row["All Premises"] * 100


def ofcom_speeds(path: Path, period: str) -> Figures:
    for row in csv(path).to_dict("records"):
        for speed in ("SFBB", "UFBB (100Mbit/s)", "UFBB", "Full Fibre", "Gigabit"):
            yield (row["laua"], period, speed), figure(row[f"{speed} availability (% premises)"])


def ofcom_roads(path: Path, period: str) -> Figures:
    """Five columns side by side, told by where the first of them stands: the fourth was mistyped in one year."""
    frame = csv(path)
    first = frame.columns.get_loc("Voice_abrd_in_0")
    for row in frame.to_numpy():
        for offset, operators in enumerate(("none", "one", "two", "three", "four")):
            yield (row[0], period, operators), figure(row[first + offset])


def ofcom_motorways(path: Path) -> Figures:
    for row in csv(path).to_dict("records"):
        reason = "not_applicable" if row["mway_count"] == "0" else "not_available"
        for operators in range(5):
            said = figure(row[f"4G_mway_in_{operators}"], {"": reason})
            yield (row["laua"], "2022-09-01/P1M", str(operators)), said


# DESNZ


def desnz_areas(path: Path) -> Figures:
    for row in sheet(path, "Table 2")[3:]:
        if row[0].startswith("E"):
            yield (row[0], "2020-01-01/P1Y", "_T"), figure(row[6])


@cache
def small_areas(path: Path) -> pd.DataFrame:
    frame = pd.read_excel(path, sheet_name="Table 3", header=2, engine="calamine")
    found: pd.DataFrame = frame[frame["LSOA Code"].astype(str).str.fullmatch("[EW][0-9]{8}")]
    return found


def desnz_districts(path: Path) -> Figures:
    numbers = ["Number of households", "Number of households in fuel poverty"]
    for code, (all_, poor) in small_areas(path).groupby("LA Code")[numbers].sum().iterrows():
        yield (str(code), "2020-01-01/P1Y", "_T"), poor / all_ * 100


# Sport England


def sport_climbing(path: Path) -> Figures:
    frame = csv(path, skiprows=4)
    for age, *cells in frame.to_numpy():
        for year, cell in zip(frame.columns[1:], cells, strict=True):
            yield ("E92000001", f"20{year[4:6]}-11-16/P1Y", age), figure(cell, {"-": "suppressed"})


# Explore Local Statistics


def els(path: Path, names: Mapping[str, str], marks: Marks = NOTHING, length: str = "") -> Figures:
    for row in csv(path, encoding="utf-8-sig").itertuples():
        if row.indicator in names:
            said = row.observation or row.status
            yield (row.areacd, row.period + length, names[row.indicator]), figure(said, marks)


# Stat-Xplore


def statxplore(path: Path, measure: int, *, by_family: bool = False) -> Figures:
    said = json.loads(path.read_text(encoding="utf-8"))
    areas, months, *families = ([item["labels"][0] for item in field["items"]] for field in said["fields"])
    codes = [item["uris"][0][-9:] for item in said["fields"][0]["items"][:-1]]
    assert areas[2:3] + areas[9:] == ["Yorkshire and The Humber", "Total"]
    cube = list(said["cubes"].values())[measure]["values"]
    for area, code in enumerate(codes):
        for month, name in enumerate(months):
            period = f"{pd.Timestamp(f'1 {name}').date()}/P1M"
            for family, kind in enumerate(families[0] if by_family else ()):
                yield (code, period, "_T" if kind == "Total" else kind), cube[area][month][family]
            if not by_family:
                yield (code, period, "_T"), cube[area][month]


# Others


def support(path: Path) -> Figures:
    def day(text: str) -> str:
        return f"{pd.Timestamp(text.removeprefix('As at ').partition(' (')[0]).date()}/P1D"

    marks = {"[x]": "not_available", "[z]": "not_applicable", "....": "not_collected"}
    return across(path, "Table_2", "ONS Code", header=3, period=day, marks=marks)


def deprivation(path: Path, name: str, *, scale: float = 1) -> Figures:
    frame = pd.read_excel(path, sheet_name=name, engine="calamine")
    for _, row in frame.iterrows():
        yield (row.iloc[0], "2019-01-01/P1Y", "_T"), row.iloc[4] * scale


@dataclass(frozen=True)
class Shape:
    """A spec, its file, how to read that by hand, how many figures there are, and how many of them are missing."""

    spec: str
    file: str
    read: Read
    figures: int
    missing: int = 0
    vintage: str = "2023-04"


OLD = "2020-04"
YEARS_OF_OFCOM = ((2019, "r01"), (2020, "r01"), (2021, "r01"), (2022, "r02"))
APS = "nomis/NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv"
BRES_CUT = "nomis/NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns.csv"
BRES_SECTIONS = "nomis/NM_189_1_bres_sic_sections_kirklees_2024.csv"
GVA = "ons/gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx"
GDHI = "ons/gdhi_la_yorkshire_humber_1997_2022.xlsx"
GDP = "ons/regionalgrossdomesticproductlocalauthorities_2021.xlsx"
DEMOGRAPHY = "ons/businessdemographyexceltables2024.xlsx"
CRIME = "ons/crime_csp_table_c2_year_ending_june_2025.csv"
WELL_BEING = "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv"
HOUSES = "ons/aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx"
EXPORT = "fingertips/indicators-DistrictUApre419.data.csv"
FUEL = "desnz/sub-regional-fuel-poverty-2022-tables.xlsx"
DEPRIVATION = "other/File_10_IoD2019_LAD_Summaries_lower-tier.xlsx"

HOUSEHOLDS = "statxplore/table_response_a.json"
PAYMENTS = "statxplore/table_response_b.json"

IN_BRACKETS: Marks = MappingProxyType({"[x]": "not_available"})
BARE: Marks = MappingProxyType({"x": "not_available"})


def mid_year(text: str) -> str:
    return f"{text}-06-30/P1D"


def to_september(text: str) -> str:
    return f"{int(text[-4:]) - 1}-10-01/P1Y"


def under(*names: str) -> Mapping[str, str]:
    """These indicators, each of which is all that its spec is about."""
    return dict.fromkeys(names, "_T")


TABLE = (
    Shape("NOMIS-RATES", APS, nomis_rates, 6),
    Shape("NOMIS-MISSING", "nomis/NM_17_5_aps_qualifications_kirklees_missing_values.csv", nomis_rates, 7, 4),
    Shape("NOMIS-CLAIMANTS", "nomis/NM_162_1_claimant_count_kirklees_2026-02.csv", nomis_claimants, 3, 1),
    Shape(
        "NOMIS-JOBS-DENSITY",
        "nomis/NM_57_1_jobs_density_kirklees_2023.csv",
        partial(nomis_yearly, period="2023-01-01/P1Y", item="3"),
        1,
    ),
    Shape(
        "NOMIS-ANNUAL-PAY",
        "nomis/NM_30_1_ashe_annual_pay_kirklees_2025.csv",
        partial(nomis_yearly, period="2025-01-01/P1Y", item="2"),
        1,
    ),
    Shape(
        "NOMIS-POPULATION",
        "nomis/NM_31_1_population_kirklees_2024.csv",
        partial(nomis_yearly, period="2024-06-30/P1D"),
        1,
    ),
    Shape(
        "NOMIS-BUSINESSES",
        "nomis/NM_142_1_business_counts_kirklees_2025.csv",
        partial(nomis_yearly, period="2025-03-31/P1D", breakdown="INDUSTRY_CODE"),
        21,
    ),
    Shape(
        "NOMIS-EMPLOYEES",
        BRES_SECTIONS,
        partial(nomis_yearly, period="2024-01-01/P1Y", breakdown="INDUSTRY_CODE", measure="Industry percentage"),
        21,
    ),
    Shape("NOMIS-CUT", BRES_CUT, nomis_cut, 1911, vintage=OLD),
    Shape("NOMIS-CUT-MERGED", BRES_CUT, nomis_cut_merged, 147),
    Shape("NOMIS-MIXED-AREAS", "nomis/NM_2002_1_population_lad_region_2021_full_columns.csv", nomis_mixed_areas, 288),
    Shape("NOMIS-WEBQUERY", "nomis/nomis_webquery_aps_T19_nvq_by_lad_2021.xlsx", nomis_webquery, 770, 218, OLD),
    Shape("ONS-GVA-INDUSTRY", GVA, ons_gva, 15 * 49 * 26),
    Shape(
        "ONS-GVA-POPULATION",
        "ons/gva_populationestimatesbylocalauthority_2025edition.xlsx",
        partial(across, name="Population data", code="LA code", header=0, period=mid_year, marks={"[u]": ""}),
        15 * 26,
    ),
    Shape("ONS-GDHI", GDHI, partial(across, name="Table 1", code="LAD code"), 15 * 26),
    Shape("ONS-GDHI-PER-HEAD", GDHI, partial(across, name="Table 3", code="LAD code"), 15 * 26),
    Shape("ONS-GDP", GDP, partial(across, name="Table 5", code="LA code"), 21 * 22, vintage=OLD),
    Shape(
        "ONS-GDP-GROWTH",
        GDP,
        partial(across, name="Table 12", code="LA code", marks={"-": "not_applicable"}),
        21 * 22,
        21,
        OLD,
    ),
    Shape("ONS-SURVIVAL", DEMOGRAPHY, ons_survival, 17 * 25, 17 * 10),
    Shape("E-EI-04", "ons/ashe_table8_7a_annual_pay_gross_2025_provisional.csv", ons_annual_pay, 17),
    Shape("ONS-HOURLY-PAY", "ons/ashe_table8_5a_hourly_pay_gross_2025_provisional.csv", ons_hourly_pay, 17 * 11, 12),
    Shape("ONS-CRIME", CRIME, ons_crime, 15 * 10),
    Shape("S-CS-01-OFFENCES", CRIME, partial(ons_crime, total=True), 15),
    Shape("ONS-GARDENS", "ons/osprivateoutdoorspacereferencetables_april2020.xlsx", ons_gardens, 21 * 3, vintage=OLD),
    Shape(
        "ONS-HOUSE-PRICES",
        HOUSES,
        partial(across, name="5a", code="Local authority code", period=to_september, marks=IN_BRACKETS),
        15 * 28,
    ),
    Shape(
        "ONS-WORKPLACE-PAY",
        HOUSES,
        partial(across, name="5b", code="Local authority code", marks=IN_BRACKETS),
        15 * 28,
        6,
    ),
    Shape(
        "ONS-AFFORDABILITY",
        HOUSES,
        partial(across, name="5c", code="Local authority code", marks=IN_BRACKETS),
        15 * 28,
        6,
    ),
    Shape("ONS-WELL-BEING", WELL_BEING, ons_anxiety, 23 * 11 * 4, 4, OLD),
    Shape("ONS-DATA-SET", WELL_BEING, ons_anxiety, 23 * 11 * 4, 4, OLD),
    Shape("ONS-RENTS", "other/ons_privaterentalmarketstatistics221214.xlsx", ons_rents, 17 * 7, 3),
    Shape(
        "FINGERTIPS-CAMPYLOBACTER",
        "fingertips/indicators-CountyUA.data.csv",
        partial(fingertips, by="Age", breakdowns={"All ages": "_T", "0-9 yrs": "0-9 yrs"}),
        83,
    ),
    Shape(
        "FINGERTIPS-EXPORT",
        EXPORT,
        partial(fingertips, by="Indicator ID", breakdowns={"92659": "diagnosed", "92660": "undiagnosed"}),
        46,
        2,
        OLD,
    ),
    Shape("STATXPLORE-HOUSEHOLDS", HOUSEHOLDS, partial(statxplore, measure=0, by_family=True), 4 * 6),
    Shape("STATXPLORE-PAYMENTS", PAYMENTS, partial(statxplore, measure=1), 4),
    Shape("OFCOM-2019", "ofcom/201909_fixed_laua_coverage_r01.csv", ofcom_2019, 21, vintage=OLD),
    *(
        Shape(
            f"OFCOM-{year}",
            f"ofcom/{year}09_fixed_laua_coverage_{edition}.csv",
            partial(ofcom_speeds, period=f"{year}-09-01/P1M"),
            21 * 5,
            vintage=OLD,
        )
        for year, edition in ((2020, "r01"), (2021, "r01"), (2022, "r02"))
    ),
    *(
        Shape(
            f"OFCOM-MOBILE-{year}",
            f"ofcom/{year}09_mobile_laua_r01.csv",
            partial(ofcom_roads, period=f"{year}-09-01/P1M"),
            21 * 5,
            missing,
            OLD,
        )
        for year, missing in ((2021, 13), (2022, 19))
    ),
    Shape("OFCOM-MOTORWAYS", "ofcom/202209_mobile_laua_r01.csv", ofcom_motorways, 21 * 5, 60, OLD),
    Shape("OFCOM-SERIES", "ofcom/202209_fixed_laua_coverage_r02.csv", ofcom_series, 21 * 4, vintage=OLD),
    Shape("DESNZ-FUEL-POVERTY", FUEL, desnz_areas, 17),
    Shape("DESNZ-BY-PAGE", FUEL, desnz_areas, 17),
    Shape("DESNZ-NEIGHBOURHOODS", FUEL, desnz_districts, 21, vintage=OLD),
    Shape("SPORT-CLIMBING", "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv", sport_climbing, 72, 22),
    Shape(
        "ELS-EMPLOYMENT",
        "els/employment-rate_yh.csv",
        partial(
            els,
            names={"Employment rate": "employed", "Economically inactive": "inactive"},
            marks={"x": "not_available", "u": "too_unreliable_to_publish"},
        ),
        17 * 20 * 2,
    ),
    Shape(
        "ELS-PRODUCTIVITY",
        "els/gross-value-added.csv",
        partial(els, names=under("Gross value added per hour worked"), marks=BARE),
        15 * 20,
    ),
    Shape(
        "ELS-EMISSIONS",
        "els/greenhouse-gas-emissions.csv",
        partial(els, names=under("Greenhouse gas emissions")),
        17 * 19,
    ),
    Shape(
        "ELS-SERVICE-EMISSIONS",
        "els/greenhouse-gas-emissions.csv",
        partial(els, names=under("Greenhouse gas emissions")),
        17 * 19,
    ),
    Shape(
        "ELS-CHILDREN",
        "els/children-in-relative-poverty.csv",
        partial(els, names=under("Children in relative poverty before housing costs")),
        16 * 4,
    ),
    Shape(
        "ELS-HEALTHY-LIFE",
        "els/healthy-life-expectancy.csv",
        partial(els, names={f"{sex} healthy life expectancy": sex for sex in ("Male", "Female")}),
        17 * 12 * 2,
    ),
    Shape(
        "ELS-AFFORDABILITY",
        "els/housing-affordability-ratio.csv",
        partial(els, names=under("Housing affordability ratio (residence-based)"), marks=BARE, length="/P1D"),
        17 * 24,
        1,
    ),
    Shape("DLUHC-SUPPORT", "other/dluhc_council_tax_support_claimants_Q3_2022-23.ods", support, 23 * 31, 18, OLD),
    Shape("MHCLG-BY-PAGE", "other/dluhc_council_tax_support_claimants_Q3_2022-23.ods", support, 23 * 31, 18, OLD),
    Shape("DLUHC-DEPRIVATION", DEPRIVATION, partial(deprivation, name="IMD"), 21, vintage=OLD),
    Shape("DLUHC-INCOME", DEPRIVATION, partial(deprivation, name="Income", scale=100), 21, vintage=OLD),
)

# Where a connector's questions go: the host that is asked, and the path on it.
SERVICES = MappingProxyType(
    {
        "nomis": (NOMIS, "/api/v01/dataset/{dataset}.data.csv"),
        "fingertips": (FINGERTIPS, "/api/all_data/csv/by_indicator_id"),
        "statxplore": (STATXPLORE, "/webapi/rest/v1/table"),
        "els": (ONS, "/explore-local-statistics/api/v1/data.csv"),
        "ons": (ONS_DOWNLOADS, "/downloads/datasets/{dataset}/editions/{edition}/versions/{version}.csv"),
    }
)


def fuel_poverty(path: Path) -> Office:
    """The collection with the edition that the file is of, and an older one."""
    name = "sub-regional-fuel-poverty-data"
    older = Release(f"{name}-2021", "2021-04-29", {"sub-regional-fuel-poverty-2021-tables.xlsx": b"PK"})
    newest = Release(f"{name}-2022", "2022-04-28", {path.name: path.read_bytes(), "notes.pdf": b"%PDF"})
    office = Whitehall([older, newest])
    office.collection = "/government/collections/fuel-poverty-sub-regional-statistics"
    return office


def council_tax(path: Path) -> Office:
    """The page that the file was on."""
    office = Whitehall([Release("council-tax-support", "2023-02-15", {path.name: path.read_bytes()})])
    office.organisation = "department-for-levelling-up-housing-and-communities"
    return office


def connected_nations(path: Path) -> Office:
    """The pages of four years, each with a zip of the file of that year."""
    names = [(year, f"{year}09_fixed_laua_coverage_{issue}.csv") for year, issue in YEARS_OF_OFCOM]
    files = [(year, name, needed(path.parent / name).read_bytes()) for year, name in names]
    return Riverside(
        [
            Release(f"c{year}/data-downloads-{year}", f"{year}-12-01", {f"{name[:-3]}zip": zipped({f"x/{name}": body})})
            for year, name, body in files
        ]
    )


# Whose pages lead to the file of a spec.
OFFICES: Mapping[str, Callable[[Path], Office]] = MappingProxyType(
    {"DESNZ-BY-PAGE": fuel_poverty, "MHCLG-BY-PAGE": council_tax, "OFCOM-SERIES": connected_nations}
)
PUBLISHERS = ("https://www.gov.uk", "https://assets.publishing.service.gov.uk", "https://www.ofcom.org.uk")


def open_office(server: HTTPServer, office: Office) -> None:
    """Have an office answer everything."""

    def answered(request: Request) -> Response:
        path = request.path
        reply = office(Asked(request.method, path, path, request.args.to_dict(), {}))
        return Response(bytes(reply.body), reply.status, content_type=reply.media)  # type: ignore[arg-type]

    server.expect_request(re.compile(".*")).respond_with_handler(answered)


# What a service answers with where that has another form than the file.
FORMS: Mapping[str, Callable[[Path], bytes]] = MappingProxyType(
    {"els": lambda path: els_csv(path, "Greenhouse gas emissions").encode()}
)

NOMIS_API = "https://www.nomisweb.co.uk/api/v01/dataset"
RATES = f"({NOMIS_API}/NM_17_5.data.csv?geography=1774190688&date=latest&variable=18,45,84,111,248,249&measures=20599)"
EMPLOYEES = (
    f"({NOMIS_API}/NM_189_1.data.csv?geography=TYPE424&date=latest&industry=150994945...150994965"
    "&employment_status=1&measure=1,2&measures=20100)"
)
TABLES = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1/table"
IDS = "  Build the table on the service's website and compare the ids that it offers as JSON.\n"
EMPTY = "  Check the query: a wrong one is often answered with nothing.\n"
CODES = "  Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query.\n"
BROWSER = "  Check the address in a browser.\n"

# A file that is no answer to what the spec asks, the code that the run ends with, and what it says.
REFUSALS = (
    (
        "NOMIS-RATES",
        "nomis/empty_body_NM_17_5_only_invalid_measures.csv",
        3,
        f"The answer is empty (0 bytes). {RATES}\n{EMPTY}",
    ),
    (
        "NOMIS-CLAIMANTS",
        "nomis/empty_body_NM_162_1_unknown_dimension_sex.csv",
        3,
        (
            f"The answer is empty (0 bytes). ({NOMIS_API}/NM_162_1.data.csv?geography=1774190688&date=latest"
            f"&gender=0&age=0&measure=1,2,3,4&measures=20100)\n{EMPTY}"
        ),
    ),
    (
        "NOMIS-RATES",
        "nomis/html_help_page_saved_as_csv.csv",
        3,
        (
            f"A web page came back where CSV was asked for. {RATES}\n"
            "  Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).\n"
        ),
    ),
    (
        "NOMIS-RATES",
        "nomis/not_found_json_saved_as_csv.csv",
        3,
        (
            'A JSON message came back where CSV was asked for: {"_response_info":{"status":"not found"}} '
            f"{RATES}\n  Check the query against the source.\n"
        ),
    ),
    (
        "NOMIS-RATES",
        "nomis/NM_57_1_jobs_density_kirklees_2023.csv",
        3,
        (
            "The answer isn't what was asked for: VARIABLE lacks 18, 45, 84, 111, 248 and 1 more. "
            "MEASURES lacks 20599, but holds 20100. GEOGRAPHY lacks 1774190688, but holds E08000034. "
            f"ITEM wasn't asked for and has the codes 1, 3. {RATES}\n{CODES}"
        ),
    ),
    (
        "NOMIS-RATES",
        "nomis/NM_17_5_aps_qualifications_kirklees_missing_values.csv",
        3,
        (
            "The answer isn't what was asked for: VARIABLE lacks 18, 45, 84, 111, 248 and 1 more, but holds 290, 291, "
            f"292, 346, 1180 and 2 more. {RATES}\n{CODES}"
        ),
    ),
    (
        "NOMIS-EMPLOYEES",
        "nomis/NM_189_1_bres_broad_industry_kirklees_2024.csv",
        3,
        (
            "The answer isn't what was asked for: INDUSTRY lacks 150994945...150994965, but holds 37748736. "
            f"16 of 18 rows repeat another one (URN). {EMPLOYEES}\n{CODES}"
        ),
    ),
    (
        "NOMIS-EMPLOYEES",
        BRES_CUT,
        3,
        f"The answer isn't Nomis's full CSV: it has no RECORD_COUNT, RECORD_OFFSET, URN. {EMPLOYEES}\n{BROWSER}",
    ),
    (
        "FINGERTIPS-CAMPYLOBACTER",
        EXPORT,
        3,
        (
            "Indicator 93356 was asked for, the answer holds 92658, 92659, 92660, 92661, 92662 and 3 more. "
            "(https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id?indicator_ids=93356&child_area_type_id=102"
            f"&parent_area_type_id=6)\n{BROWSER}"
        ),
    ),
    (
        "STATXPLORE-PAYMENTS",
        HOUSEHOLDS,
        3,
        (
            "The measures str:count:UC_Households:V_F_UC_HOUSEHOLDS, str:statfn:UC_Households:V_F_UC_HOUSEHOLDS:"
            "HNTOTAL_PAYMENT_AMOUNT:MEAN were asked for, the answer holds str:count:UC_Households:V_F_UC_HOUSEHOLDS. "
            f"({TABLES})\n{IDS}"
        ),
    ),
    (
        "STATXPLORE-HOUSEHOLDS",
        "statxplore/table_request_a.json",
        3,
        f"The answer holds no table. ({TABLES})\n{IDS}",
    ),
    (
        "STATXPLORE-HOUSEHOLDS",
        "statxplore/schema_lookup/Households_on_Universal_Credit__measure.csv",
        3,
        f"The answer isn't JSON, or was cut short. ({TABLES})\n  Run again.\n",
    ),
    (
        "OFCOM-2020",
        "ofcom/202109_mobile_laua_r01.csv",
        3,
        (
            "1 declared column is missing: 'shares' (no header matches '(.+) availability \\(% premises\\)'). Found: "
            "'laua', 'laua_name', 'pixel_count', 'prem_count', 'ab_rd_count', 'mway_count', 'mway_ard_count', "
            "'2G_prem_out_0', '2G_prem_out_1', '2G_prem_out_2', '2G_prem_out_3', '2G_prem_in_0' and 139 more. "
            "(landed:ofcom/fixed-2020?release=sample)\n"
            "  The source may have renamed them: compare the file with the columns that are declared.\n"
        ),
    ),
    (
        "DESNZ-SMALL-AREAS",
        FUEL,
        4,
        (
            "No observation came out; 32,844 rows were of other areas. Look at the recipe's keep steps.\n"
            "  Nothing was loaded; what was loaded before is untouched.\n"
        ),
    ),
)


@pytest.fixture
def run(cli: Cli, samples: Path, httpserver: HTTPServer, tmp_path: Path) -> Run:
    """Runs a spec on a file: its connector gets it as the answer, or it is landed."""

    def ran(name: str, file: str, vintage: str = "2023-04") -> Said:
        path = needed(samples / file)
        spec, catalogue = spec_named(name)
        settings = tmp_path / "yhovi.toml"
        publisher, where = SERVICES.get(spec.source.connector or "", (NOMIS, ""))
        mirror(tmp_path, publisher, httpserver.url_for("/"))
        if name in OFFICES:
            mirror_all(tmp_path, dict.fromkeys(PUBLISHERS, httpserver.url_for("").rstrip("/")))
            open_office(httpserver, OFFICES[name](path))
        (tmp_path / ".env").write_text("STATXPLORE_API_KEY=0123456789abcdef\n", encoding="utf-8")
        settings.write_text(f'target_vintage = "{vintage}"\n{settings.read_text("utf-8")}', encoding="utf-8")
        if spec.source.connector == "file" or spec.source.query.get("landed"):
            release = spec.source.query.get("release", "sample")
            landed = cli("land", spec.source.dataset, path, "--release", release, "--catalogue", catalogue)
            assert landed.code == 0, landed.err
        elif name not in OFFICES:
            asked = httpserver.expect_request(where.format_map(spec.source.query))
            asked.respond_with_data(
                FORMS.get(spec.source.connector or "", Path.read_bytes)(path), content_type="text/csv"
            )
        return cli("run", "-i", name, "--catalogue", catalogue)

    return ran


def spec_named(name: str) -> tuple[Spec, Path]:
    """A spec with the catalogue that it is in."""
    (path,) = [*SHAPES.glob(f"{name}.yaml"), *SHIPPED.rglob(f"{name}.yaml")]
    return load_specs([path])[0], SHAPES if path.parent == SHAPES else SHIPPED


def loaded(database: Path) -> dict[tuple[str, str, str], Figure]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "select area_code, time_period, breakdown, coalesce(value, status_reason) from observation_current"
        ).fetchall()
    return {(area, period, breakdown): said for area, period, breakdown, said in rows}


def wanted(read: Figures, vintage: str) -> dict[tuple[str, str, str], Figure]:
    """The figures of the areas that are wanted; one that is printed twice must be the same in both places."""
    found: dict[tuple[str, str, str], Figure] = {}
    for (printed, period, breakdown), said in read:
        area = SAME_PLACE[vintage].get(printed, printed)
        if area in WANTED[vintage]:
            assert found.setdefault((area, period, breakdown), said) == said
    return found


def same(one: Figure | None, other: Figure | None) -> bool:
    """Equal texts, or numbers that are equal as far as a database keeps them, which is 12 digits."""
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return one == other
    return math.isclose(float(f"{one:.12g}"), float(f"{other:.12g}"), rel_tol=1e-12)


@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape.spec) for shape in TABLE])
def test_the_figures_are_those_that_pandas_reads(run: Run, samples: Path, tmp_path: Path, shape: Shape) -> None:
    said = run(shape.spec, shape.file, shape.vintage)
    assert said.code == 0, said.err
    found = loaded(tmp_path / "yhovi.db")
    expected = wanted(shape.read(samples / shape.file), shape.vintage)
    differing = [key for key in {*found, *expected} if not same(found.get(key), expected.get(key))]
    assert {key: (found.get(key), expected.get(key)) for key in sorted(differing)} == {}
    missing = sum(isinstance(figure, str) for figure in found.values())
    assert (len(found), missing) == (shape.figures, shape.missing)


@pytest.mark.parametrize(("name", "file", "code", "sentence"), REFUSALS)
def test_a_file_that_is_no_answer_is_refused(run: Run, name: str, file: str, code: int, sentence: str) -> None:
    said = run(name, file)
    assert (said.code, said.err[said.err.index("error: ") :]) == (code, f"error: {name}: {sentence}")


def test_every_spec_is_valid(cli: Cli) -> None:
    said = cli("validate-specs", SHAPES)
    assert (said.code, said.out) == (0, f"{len(list(SHAPES.iterdir()))} files, no problems\n")


def test_every_spec_is_run() -> None:
    run = {shape.spec for shape in TABLE} | {name for name, *_ in REFUSALS}
    assert {path.stem for path in SHAPES.iterdir()} - run == set()
