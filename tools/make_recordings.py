"""Make the recordings of the demonstration from the tables in ``tools/figures``.

    python tools/make_recordings.py [FOLDER]

Each answer has its source's wire format: headers, order, quoting, titles. ``indicators/recordings/NOTICE`` says which
figures are published and which are made up. Equal tables make equal files, whatever the day: nothing here looks at the
clock or draws a number.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "tools" / "figures"
RECORDINGS = ROOT / "indicators" / "recordings"
RETRIEVED_AT = "2026-01-15T06:00:00+00:00"
REGION, ENGLAND = "E12000003", "E92000001"


@dataclass(frozen=True)
class Recording:
    """One exchange of one answer."""

    source: str
    dataset: str
    release: str
    origin: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    file: str
    media_type: str
    content: bytes

    @property
    def exchange(self) -> dict[str, Any]:
        """What ``exchange.json`` says."""
        return {
            "source": self.source,
            "dataset": self.dataset,
            "retrieved_at": RETRIEVED_AT,
            "release": self.release,
            "origin": self.origin,
            "answers": [
                {
                    "url": self.url,
                    "parameters": self.parameters,
                    "method": "GET",
                    "body": None,
                    "file": self.file,
                    "status": 200,
                    "headers": {"content-type": self.media_type},
                }
            ],
        }

    def write(self, recordings: Path) -> Path:
        """Write the answer and its ``exchange.json``; returns their folder."""
        folder = recordings / self.source / self.dataset
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.file).write_bytes(self.content)
        text = json.dumps(self.exchange, indent=2, ensure_ascii=False) + "\n"
        (folder / "exchange.json").write_text(text, encoding="utf-8", newline="\n")
        return folder


def figures(name: str) -> list[dict[str, str]]:
    """The rows of one of our tables."""
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Nomis: the Annual Population Survey -------------------------------------------------------------

NOMIS_HEADER = (
    *("DATE", "DATE_NAME", "DATE_CODE", "DATE_TYPE", "DATE_TYPECODE", "DATE_SORTORDER"),
    *("GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE", "GEOGRAPHY_TYPECODE", "GEOGRAPHY_SORTORDER"),
    *("VARIABLE", "VARIABLE_NAME", "VARIABLE_CODE", "VARIABLE_TYPE", "VARIABLE_TYPECODE", "VARIABLE_SORTORDER"),
    *("MEASURES", "MEASURES_NAME", "OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME"),
    *("URN", "RECORD_OFFSET", "RECORD_COUNT"),
)
DISTRICT_TYPE = ("local authorities: district / unitary (as of April 2023)", 424)
AREA_TYPES = MappingProxyType({REGION: ("regions", 480), ENGLAND: ("countries", 499)})
MEASURES = (("20599", "Variable"), ("21001", "Numerator"), ("21002", "Denominator"), ("21003", "Confidence"))
GEOGRAPHY = "1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,2092957699"


def employment_rate() -> Recording:
    """E-EJ-01: the calendar-year windows of 2004 to 2023, for the districts, the region and England."""
    return Recording(
        source="nomis",
        dataset="NM_17_5",
        release="2024-04",
        origin="published",
        url="https://www.nomisweb.co.uk/api/v01/dataset/NM_17_5.data.csv",
        parameters=(
            ("geography", GEOGRAPHY),
            ("time", "2004-12,latest"),
            ("variable", "45"),
            ("measures", ",".join(code for code, _ in MEASURES)),
        ),
        file="data.csv",
        media_type="text/csv",
        content=nomis_csv([NOMIS_HEADER, *employment_rows()]),
    )


def employment_rows() -> Iterator[tuple[str | int | Number, ...]]:
    """By date, area and measure, as Nomis sorts them."""
    areas = figures("areas.csv")
    values = {(row["code"], row["row"]): row for row in figures("employment_rate.csv")}
    years = [name for name in values[ENGLAND, "rate"] if name.isdigit()]
    count = len(years) * len(areas) * len(MEASURES)
    offset = 0
    for date_order, year in enumerate(years):
        for area_order, area in enumerate(areas):
            known = {"20599": values[area["code"], "rate"][year], "21003": values[area["code"], "half_width"][year]}
            for measure, name in MEASURES:
                yield (
                    *(f"{year}-12", f"Jan {year}-Dec {year}", f"{year}-12", "date", 0, date_order),
                    *(area["nomis_id"], area["name"], area["code"]),
                    *(*AREA_TYPES.get(area["code"], DISTRICT_TYPE), area_order),
                    *("45", "Employment rate - aged 16-64", "45", "variable", 0, 0),
                    *(measure, name, *observation(known.get(measure))),
                    *("F", "Free (free for publication)"),
                    *(urn(int(year), area["nomis_id"], measure), offset, count),
                )
                offset += 1


class Number(str):
    """A number that is written as it stands in the table, without quotes."""

    __slots__ = ()


def observation(value: str | None) -> tuple[Number, str, str]:
    """The cells of a value and its status."""
    if value is None:
        return Number(""), "Q", "These figures are missing."
    return Number(value.removesuffix(".0")), "A", "Normal Value"


def urn(year: int, area: str, measure: str) -> str:
    """Nomis's name of a cell; a date is sixteen times the year and the month."""
    return f"Nm-17d5d{year * 16 + 12}e0d{area}d28b22d{measure}"


def nomis_csv(rows: Iterable[Sequence[str | int | Number]]) -> bytes:
    """Texts in quotes, numbers bare, line feeds."""
    lines = (",".join(nomis_cell(cell) for cell in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def nomis_cell(cell: str | int | Number) -> str:
    """One cell as Nomis writes it."""
    return str(cell) if isinstance(cell, (int, Number)) else '"' + cell.replace('"', '""') + '"'


# Fingertips: mortality from causes considered preventable ----------------------------------------

FINGERTIPS_HEADER = (
    *("Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type"),
    *("Sex", "Age", "Category Type", "Category", "Time period", "Value"),
    *("Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit"),
    *("Count", "Denominator", "Value note", "Recent Trend"),
    *("Compared to England value or percentiles", "Compared to percentiles"),
    *("Time period Sortable", "New data", "Compared to goal", "Time period range"),
)
FIRST_YEAR, LAST_YEAR = 2015, 2024
SEXES = ("Persons", "Male", "Female")
MALE_EXCESS, FEMALE_EXCESS = 1.22, 0.78
SUPPRESSED = ("E06000012", "Male", 2016, 1)
SUPPRESSED_NOTE = "Value suppressed for disclosure control due to small count"
NO_CATEGORY = ("", "")
DECILE_TYPE = "Districts & UAs (from Apr 2023) deprivation deciles in England (IMD2019)"
DECILES = (
    *("Most deprived", "Second most deprived", "Third more deprived", "Fourth more deprived", "Fifth more deprived"),
    *("Fifth less deprived", "Fourth less deprived", "Third less deprived", "Second least deprived", "Least deprived"),
)


@dataclass(frozen=True)
class Deaths:
    """How many died among how many, and the rate where it isn't simply the one over the other."""

    count: int
    people: int
    published: str = ""

    @property
    def rate(self) -> float:
        """Deaths per 100,000."""
        return float(self.published) if self.published else self.count * 1e5 / self.people

    def limits(self, z: float) -> tuple[float, float]:
        """Byar's interval around the rate."""
        low, high = self.count, self.count + 1
        per = self.rate / self.count
        return (
            per * low * cube(1 - 1 / (9 * low) - z / (3 * sqrt(low))),
            per * high * cube(1 - 1 / (9 * high) + z / (3 * sqrt(high))),
        )


def cube(number: float) -> float:
    """The third power; ``**`` leaves the last digit to each system's own library."""
    return number * number * number


Registry = Mapping[tuple[str, str, int], Deaths]


def preventable_mortality() -> Recording:
    """S-HE-05: one- and three-year rates of 2015 to 2024, made up but for two."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([FINGERTIPS_HEADER, *mortality_rows()])
    return Recording(
        source="fingertips",
        dataset="93721",
        release="2026",
        origin="synthetic",
        url="https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id",
        parameters=(("indicator_ids", "93721"), ("child_area_type_id", "501"), ("parent_area_type_id", "6")),
        file="data.csv",
        media_type="text/csv",
        content=text.getvalue().encode(),
    )


def mortality_rows() -> Iterator[list[str]]:
    """England once for each parent, as Fingertips does, then the region and its districts."""
    areas = figures("preventable_mortality.csv")
    registry = registered(areas)
    england = [*area_rows(registry, areas[0], "England", ("", "")), *decile_rows(registry[ENGLAND, "Persons", 2024])]
    yield from england * 2
    region = {"code": REGION, "name": "Yorkshire and the Humber"}
    yield from area_rows(registry, region, "Regions (statistical)", (ENGLAND, "England"))
    for area in areas[1:]:
        yield from area_rows(registry, area, "Districts & UAs (from Apr 2023)", (REGION, region["name"]))


def registered(areas: Sequence[Mapping[str, str]]) -> Registry:
    """Deaths by area, sex and year; those of the region are its districts' together."""
    found: dict[tuple[str, str, int], Deaths] = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for area in areas:
            persons, men = deaths(area, year)
            women = Deaths(persons.count - men.count, persons.people - men.people)
            found |= {(area["code"], sex, year): one for sex, one in zip(SEXES, (persons, men, women), strict=True)}
        for sex in SEXES:
            found[REGION, sex, year] = together(found[area["code"], sex, year] for area in areas[1:])
    return found


def deaths(area: Mapping[str, str], year: int) -> tuple[Deaths, Deaths]:
    """Persons and men, on a smooth curve."""
    men, women = int(area["men"]), int(area["women"])
    since = year - FIRST_YEAR
    level = float(area["level"]) * (1 + float(area["trend"]) * since + float(area["bend"]) * since * since)
    men_count = round(level * MALE_EXCESS * men / 1e5)
    published = area["published_2024"] if year == LAST_YEAR else ""
    count = (
        round(float(published) * (men + women) / 1e5)
        if published
        else men_count + round(level * FEMALE_EXCESS * women / 1e5)
    )
    return Deaths(count, men + women, published), Deaths(men_count, men)


def together(parts: Iterable[Deaths]) -> Deaths:
    """The deaths of several groups or years."""
    known = list(parts)
    return Deaths(sum(part.count for part in known), sum(part.people for part in known))


def area_rows(
    registry: Registry, area: Mapping[str, str], area_type: str, parent: tuple[str, str]
) -> Iterator[list[str]]:
    """One area: each sex, first by single years, then by three years together."""
    place = (*parent, area["code"], area["name"], area_type)
    for sex in SEXES:
        england = {length: spells(registry, ENGLAND, sex, length) for length in (1, 3)}
        for length in (1, 3):
            for start, said in spells(registry, area["code"], sex, length).items():
                if (area["code"], sex, start, length) == SUPPRESSED:
                    yield suppressed_row(place, sex, start, length)
                else:
                    verdict = "Not compared" if area["code"] == ENGLAND else compared(said, england[length][start])
                    yield mortality_row(place, sex, NO_CATEGORY, (start, length), said, verdict)


def spells(registry: Registry, code: str, sex: str, length: int) -> dict[int, Deaths]:
    """Deaths by the first year of each spell of so many years."""
    starts = range(FIRST_YEAR, LAST_YEAR - length + 2)
    if length == 1:
        return {start: registry[code, sex, start] for start in starts}
    return {start: together(registry[code, sex, year] for year in range(start, start + length)) for start in starts}


def compared(said: Deaths, england: Deaths) -> str:
    """Where a rate stands against England's."""
    low, high = said.limits(1.96)
    return "Better 95%" if high < england.rate else "Worse 95%" if low > england.rate else "Similar"


def decile_rows(england: Deaths) -> Iterator[list[str]]:
    """Rows that a recipe has to leave out: England again, by deprivation."""
    place = ("", "", ENGLAND, "England", "England")
    people = england.people // len(DECILES)
    for step, name in enumerate(DECILES):
        said = Deaths(round(england.rate * (1.6 - 0.13 * step) * people / 1e5), people)
        category = (DECILE_TYPE, f"{name} decile (IMD2019)")
        yield mortality_row(place, "Persons", category, (LAST_YEAR, 1), said, "Not compared")


def mortality_row(
    place: Sequence[str], sex: str, category: Sequence[str], when: tuple[int, int], said: Deaths, verdict: str
) -> list[str]:
    """One row with a value."""
    limits = [*said.limits(1.96), *said.limits(3.0902)]
    cells = [said.published or repr(said.rate), *map(repr, limits), str(said.count), str(said.people), ""]
    return fingertips_row(place, sex, category, when, [*cells, "Cannot be calculated", verdict])


def suppressed_row(place: Sequence[str], sex: str, start: int, length: int) -> list[str]:
    """One row without a value, and why."""
    cells = ["", "", "", "", "", "", "", SUPPRESSED_NOTE, "Cannot be calculated", "Not compared"]
    return fingertips_row(place, sex, NO_CATEGORY, (start, length), cells)


def fingertips_row(
    place: Sequence[str], sex: str, category: Sequence[str], when: tuple[int, int], cells: Sequence[str]
) -> list[str]:
    """One row, whatever its value."""
    start, length = when
    period = str(start) if length == 1 else f"{start} - {(start + length - 1) % 100:02}"
    name = "Under 75 mortality rate from causes considered preventable"
    head = ["93721", name, *place, sex, "<75 yrs", *category, period]
    return [*head, *cells, "Not compared", f"{start}0000", "", "", f"{length}y"]


# ONS: gross value added by industry --------------------------------------------------------------

PUBLISHED_ON = datetime(2025, 10, 10)  # noqa: DTZ001 (a date in a cell has no zone)
DATASETS = "/economy/grossdomesticproductgdp/datasets"
PAGE = "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiesbyitl1region/tleyorkshireandthehumber"
FILE = "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiestleyorkshireandthehumber.xlsx"
TITLE = (
    "Regional gross value added (balanced) by industry: local authorities by {} region: TLE Yorkshire and The Humber"
)
TABLES = (
    ("Table 1", "chained volume measures index, 2022 equals 100"),
    ("Table 2", "chained volume measures in 2022 money value, pounds million [note 1]"),
    ("Table 3", "current prices, pounds million"),
    ("Table 4", "implied deflator, 2022 equals 100 [note 2]"),
)
INDUSTRIES = MappingProxyType({"Total": "All industries", "C (10-33)": "Manufacturing"})
BLANK_ROWS = 5
COVER = MappingProxyType(
    {
        "Correction": (
            ("Correction",),
            (PUBLISHED_ON,),
            ("The volume figures (Tables 1, 2 and 4) were replaced on this day.",),
            ("Current prices (Table 3) stayed as they were.",),
        ),
        "Information": (
            (TITLE.format("International Territorial Level (ITL) 1"),),
            ("This copy was made for a demonstration: it holds the rows of all industries and of manufacturing only.",),
            ("Units are in the title of each table. Marks in square brackets lead to the sheet Notes.",),
            ("The year 2023 is provisional.",),
        ),
        "Contents": (
            ("Contents",),
            ("Tab Name", "Table name"),
            *((tab, f"{tab}: {TITLE.format('ITL1')}, {what}") for tab, what in TABLES),
        ),
        "Notes": (
            ("Notes",),
            ("Marks such as [note 1] stand in the titles of the tables.",),
            ("Note number", "Note text"),
            ("1", "Volume measures are chained, so industries do not add up to the total."),
            ("2", "Current prices divided by chained volumes."),
        ),
    }
)


def gross_value_added() -> Recording:
    """E-BE-11: a workbook of four cover sheets and four tables."""
    return Recording(
        source="ons",
        dataset="gva-industry-la-tle",
        release="2025-10",
        origin="published",
        url="https://www.ons.gov.uk/file",
        parameters=(("uri", f"{DATASETS}/{PAGE}/{FILE}"),),
        file="data.xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content=workbook({**COVER, **{tab: table(tab, what) for tab, what in TABLES}}),
    )


def table(tab: str, what: str) -> list[list[Any]]:
    """One table: its title, a header, and a row for each area and industry, in the publisher's order."""
    rows = [row for row in figures("gross_value_added.csv") if f"Table {row['table']}" == tab]
    names = {area["code"]: area["name"] for area in figures("areas.csv")}
    years = [name for name in rows[0] if name.isdigit()]
    return [
        [f"{tab}: {TITLE.format('ITL1')}, {what}"],
        ["ITL1 region", "LA code", "LA name", "SIC07", "SIC07 description", *years],
        *(
            [names[REGION], row["code"], names[row["code"]], row["sic"], INDUSTRIES[row["sic"]]]
            + [float(row[year]) if "." in row[year] else int(row[year]) for year in years]
            for row in rows
        ),
    ]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook whose tables end in rows that are formatted and empty."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "yhovi"
    book.properties.created = PUBLISHED_ON
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for blank in range(1, BLANK_ROWS + 1 if name.startswith("Table") else 1):
            sheet.cell(len(rows) + blank, 1).number_format = "0.0"
    made = io.BytesIO()
    book.save(made)
    return without_times(made.getvalue())


def without_times(content: bytes) -> bytes:
    """The same workbook, less the moment when it was written."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            modified = rb"\g<1>" + PUBLISHED_ON.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", modified, source.read(name))
            target.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


RECORDED = (employment_rate, preventable_mortality, gross_value_added)


def main(arguments: Sequence[str]) -> None:
    """Write every recording below the folder named, or where the demonstration looks for them."""
    recordings = Path(arguments[0]) if arguments else RECORDINGS
    for make in RECORDED:
        print(make().write(recordings))


if __name__ == "__main__":
    main(sys.argv[1:])
