"""Nomis: what is asked, how pages follow each other, and the silent failures of the service that are refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors import nomis
from yhovi.connectors.base import Ask

from support.answers import Held, answer, hold, refusal

DISTRICTS = (
    *("E06000010", "E06000011", "E06000012", "E06000013", "E06000014", "E06000065", "E08000016", "E08000017"),
    *("E08000018", "E08000019", "E08000032", "E08000033", "E08000034", "E08000035", "E08000036"),
)
YORK, KIRKLEES, LEEDS = "1778384910", "1778385156", "1778385157"

EMPLOYMENT_RATE = {
    "dataset": "NM_17_5",
    "time": {"from": "2004-12", "to": "latest"},
    "dimensions": {"variable": 45},
    "measures": [20599, 21001, 21002, 21003],
}
ONE_RATE = {**EMPLOYMENT_RATE, "measures": 20599}
ALL_DISTRICTS = {**ONE_RATE, "geography": ["TYPE424"]}

BASE = "https://www.nomisweb.co.uk/api/v01/dataset/"
CODES_CURE = "Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query."
PAGE_CURE = "The data set may have been updated between two pages: run again."
EMPTY_CURE = "Run again; if it stays so, check the dates and areas of the query."
BROWSER = "Check the address in a browser."


def ask(query: Mapping[str, Any], *areas: str) -> Ask:
    return Ask(f"nomis/{query['dataset']}", query, areas)


def address(query: Mapping[str, Any], *areas: str) -> str:
    return next(nomis.exchange(ask(query, *areas))).address


def parameter(name: str, query: Mapping[str, Any], *areas: str) -> str:
    return dict(next(nomis.exchange(ask(query, *areas))).parameters)[name]


def cells(**said: str) -> dict[str, str]:
    """One row of an answer to ``ONE_RATE``."""
    row = {"DATE": "2023-12", "GEOGRAPHY": LEEDS, "VARIABLE": "45", "MEASURES": "20599", **said}
    return {**row, "URN": "d".join([row["DATE"], row["GEOGRAPHY"], row["VARIABLE"], row["MEASURES"]])}


def body(*rows: Mapping[str, str], first: int = 0, of: int | None = None) -> bytes:
    """A page of these rows as Nomis writes it, the first of them at that offset."""
    dimensions = ("DATE", "GEOGRAPHY", "VARIABLE", "MEASURES", "OBS_STATUS")
    header = [text for name in dimensions for text in (name, f"{name}_NAME")]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*header, "OBS_VALUE", "URN", "RECORD_OFFSET", "RECORD_COUNT"], restval="")
    writer.writeheader()
    count = first + len(rows) if of is None else of
    for offset, row in enumerate(rows, start=first):
        writer.writerow({**row, "RECORD_OFFSET": offset, "RECORD_COUNT": count})
    return text.getvalue().encode()


# What is asked ---------------------------------------------------------------------------------------


def test_the_request_has_the_documented_form() -> None:
    assert address(EMPLOYMENT_RATE, *DISTRICTS, "E12000003", "E92000001") == (
        "https://www.nomisweb.co.uk/api/v01/dataset/NM_17_5.data.csv"
        "?geography=1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,"
        "2092957699&time=2004-12,latest&variable=45&measures=20599,21001,21002,21003"
    )


def test_a_key_is_sent_where_there_is_one() -> None:
    request = next(nomis.exchange(ask(EMPLOYMENT_RATE)))
    assert request.secret is not None
    assert (request.secret.name, request.secret.key, request.secret.required) == ("NOMIS_API_KEY", "uid", False)
    assert (request.method, request.purpose, request.expects) == ("GET", "data", "csv")


TYPES = "TYPE424,TYPE480,TYPE499"

GEOGRAPHIES: dict[str, tuple[tuple[str, ...], str]] = {
    "one": (("E08000035",), LEEDS),
    "two in a row": (("E08000034", "E08000035"), f"{KIRKLEES},{LEEDS}"),
    "three in a row, in any order": (("E08000035", "E08000033", "E08000034"), "1778385155...1778385157"),
    "a run and one apart": (("E06000014", *DISTRICTS[-3:]), f"{YORK},1778385156...1778385158"),
    "an area without a known id": (("E08000035", "E07000163"), TYPES),
    "a county": (("E11000003",), TYPES),
    "none": ((), TYPES),
}


@pytest.mark.parametrize(("areas", "said"), GEOGRAPHIES.values(), ids=GEOGRAPHIES)
def test_areas_are_asked_for_by_nomis_ids(areas: tuple[str, ...], said: str) -> None:
    assert parameter("geography", ONE_RATE, *areas) == said


OWN_GEOGRAPHIES: dict[str, tuple[list[Any], str]] = {
    "a type": (["TYPE432"], "TYPE432"),
    "ids and a range": ([1774190688, "1...3"], "1774190688,1...3"),
    "a group": (["MAKE|West Yorkshire|1;2"], "MAKE|West%20Yorkshire|1;2"),
}


@pytest.mark.parametrize(("own", "said"), OWN_GEOGRAPHIES.values(), ids=OWN_GEOGRAPHIES)
def test_a_query_can_name_its_own_areas(own: list[Any], said: str) -> None:
    assert f"?geography={said}&" in address({**ONE_RATE, "geography": own}, "E08000035")


TIMES: dict[str, tuple[Any, str]] = {
    "a range": ({"from": "2004-12", "to": "latest"}, "&time=2004-12,latest&"),
    "a list": (["2022-12", "2023-12"], "&date=2022-12,2023-12&"),
    "a year": (2023, "&date=2023&"),
    "a keyword": ("latest", "&date=latest&"),
}


@pytest.mark.parametrize(("time", "said"), TIMES.values(), ids=TIMES)
def test_a_range_is_a_time_and_a_list_a_date(time: Any, said: str) -> None:
    assert said in address({**ONE_RATE, "time": time})


def test_codes_are_written_without_the_spaces_of_the_spec() -> None:
    query = {**ONE_RATE, "dimensions": {"variable": [" 45", "18, 83 "]}}
    assert parameter("variable", query) == "45,18,83"


ids = st.lists(st.integers(1, 40), unique=True, min_size=1).map(sorted)


@given(ids)
def test_runs_say_the_same_as_the_numbers(numbers: list[int]) -> None:
    said = [run.split("...") for run in nomis._runs(numbers)]
    assert [number for run in said for number in range(int(run[0]), int(run[-1]) + 1)] == numbers


@pytest.mark.parametrize(
    ("query", "asked"),
    [(ONE_RATE, "GEOGRAPHY, MEASURES, VARIABLE"), (ALL_DISTRICTS, "MEASURES, VARIABLE")],
    ids=["areas by id", "areas by type"],
)
def test_a_plan_can_tell_what_follows(query: Mapping[str, Any], asked: str) -> None:
    assert nomis.outline(ask(query, "E08000035")) == (
        "further pages while fewer rows have come than RECORD_COUNT announces",
        f"every code asked for must come back, no other, and no row twice ({asked})",
    )


# The schema of queries -------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(dict(nomis.QUERY_SCHEMA))

VERIFIED: dict[str, dict[str, Any]] = {
    "NM_17_5": {"variable": [18, 45, 83, 111]},
    "NM_30_1": {"sex": 7, "item": 2, "pay": 7},
    "NM_31_1": {"sex": 7, "age": 0},
    "NM_57_1": {"item": [1, 3]},
    "NM_99_1": {"sex": 8, "item": 2, "pay": 1},
    "NM_127_1": {"item": 2},
    "NM_142_1": {"industry": "150994945...150994965", "employment_sizeband": 0, "legal_status": 0},
    "NM_162_1": {"gender": 0, "age": 0, "measure": [1, 2]},
    "NM_189_1": {"industry": 37748736, "employment_status": 1, "measure": 1},
    "NM_2002_1": {"gender": 0, "c_age": 200},
}


def messages(query: Mapping[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(query)]


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(dict(nomis.QUERY_SCHEMA))
    assert [name for name, said in nomis.QUERY_SCHEMA["properties"].items() if not said.get("description")] == []


def test_every_known_data_set_is_tested() -> None:
    assert set(VERIFIED) == set(nomis._DIMENSIONS)


@pytest.mark.parametrize("dataset", VERIFIED)
def test_a_query_with_all_dimensions_is_valid(dataset: str) -> None:
    query = {"dataset": dataset, "time": "latest", "dimensions": VERIFIED[dataset], "measures": 20100}
    assert messages(query) == []


@pytest.mark.parametrize("dataset", VERIFIED)
def test_a_dimension_that_the_data_set_lacks_is_refused(dataset: str) -> None:
    """Nomis would answer with nothing at all."""
    dimensions = {**VERIFIED[dataset], "cell": 1}
    query = {"dataset": dataset, "time": "latest", "dimensions": dimensions, "measures": 20100}
    assert messages(query) == ["Additional properties are not allowed ('cell' was unexpected)"]


@pytest.mark.parametrize("dataset", VERIFIED)
def test_a_dimension_left_out_is_refused(dataset: str) -> None:
    """Nomis would answer with all its members."""
    first, *others = VERIFIED[dataset]
    dimensions = {name: VERIFIED[dataset][name] for name in others}
    query = {"dataset": dataset, "time": "latest", "dimensions": dimensions, "measures": 20100}
    assert messages(query) == [f"'{first}' is a required property"]


ALLOWED: dict[str, dict[str, Any]] = {
    "the employment rate": EMPLOYMENT_RATE,
    "a data set that isn't known": {"dataset": "NM_1_1", "time": 2023, "dimensions": {"item": 1}, "measures": "20100"},
    "a list of dates": {**ONE_RATE, "time": ["2022-12", 2023]},
    "own areas": {**ONE_RATE, "geography": ["TYPE424", 1774190688]},
    "a range of codes": {**ONE_RATE, "dimensions": {"variable": ["1...9", 45]}},
}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no measures": ({"dataset": "NM_1_1", "time": 2023}, "'measures' is a required property"),
    "no dimensions": (
        {"dataset": "NM_17_5", "time": 2023, "measures": 20599},
        "'dimensions' is a required property",
    ),
    "an unknown key": ({**ONE_RATE, "uid": "x"}, "Additional properties are not allowed ('uid' was unexpected)"),
    "no data set": ({**ONE_RATE, "dataset": "apsnew"}, "'apsnew' does not match '^NM_[0-9]+_[0-9]+$'"),
    "a range without an end": ({**ONE_RATE, "time": {"from": "2004-12"}}, "'to' is a required property"),
    "no date": ({**ONE_RATE, "time": []}, "[] should be non-empty"),
    "no measure": ({**ONE_RATE, "measures": []}, "[] should be non-empty"),
    "no area": ({**ONE_RATE, "geography": []}, "[] should be non-empty"),
    "a keyword": ({**ONE_RATE, "measures": "total"}, "'total' does not match '^[0-9]+(\\\\.\\\\.\\\\.[0-9]+)?$'"),
    "several in one text": (
        {**ONE_RATE, "measures": ["20599, 21001"]},
        "'20599, 21001' does not match '^[0-9]+(\\\\.\\\\.\\\\.[0-9]+)?$'",
    ),
    "a number that is none": (
        {**ONE_RATE, "measures": 20599.5},
        "20599.5 is not of type 'integer', 'string', 'array'",
    ),
}


@pytest.mark.parametrize("query", ALLOWED.values(), ids=ALLOWED)
def test_the_schema_allows(query: Mapping[str, Any]) -> None:
    assert messages(query) == []


@pytest.mark.parametrize(("query", "message"), WRONG.values(), ids=WRONG)
def test_the_schema_refuses(query: Mapping[str, Any], message: str) -> None:
    assert messages(query) == [message]


# Pages -----------------------------------------------------------------------------------------------


def many(count: int) -> Iterator[dict[str, str]]:
    """That many different rows, as all districts have them over many years."""
    return (cells(GEOGRAPHY=str(number % 400), DATE=str(number // 400)) for number in range(count))


@pytest.fixture(scope="module")
def pages() -> tuple[bytes, ...]:
    """60,000 rows, cut after each 25,000 as for a guest."""
    rows = list(many(60_000))
    return tuple(body(*rows[first : first + 25_000], first=first, of=60_000) for first in (0, 25_000, 50_000))


def held_pages(*bodies: bytes) -> Held:
    return hold(nomis, ask(ALL_DISTRICTS), *bodies)


def test_pages_are_asked_for_until_all_rows_have_come(pages: tuple[bytes, ...]) -> None:
    held = held_pages(*pages)
    first = address(ALL_DISTRICTS)
    assert [request.address for request in held.requests] == [
        first,
        f"{first}&RecordOffset=25000",
        f"{first}&RecordOffset=50000",
    ]
    assert [request.purpose for request in held.requests] == ["data", "page", "page"]
    assert [part.answer.stream.read() for part in held.parts] == list(pages)


def test_each_page_is_read_as_csv_and_carries_its_release() -> None:
    exchange = nomis.exchange(ask(ALL_DISTRICTS))
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer(body(cells()), request, release="2024-04"))
    (part,) = end.value.value
    assert (part.reading.reader, dict(part.reading.options), part.release) == (
        "csv",
        {"encoding": "utf-8-sig"},
        "2024-04",
    )


def test_a_last_page_that_holds_nothing_is_refused(pages: tuple[bytes, ...]) -> None:
    assert refusal(nomis, ask(ALL_DISTRICTS), *pages[:2], body()) == (
        "A page came back without rows after 50,000 of 60,000 had come.",
        EMPTY_CURE,
    )


def test_a_page_that_comes_twice_is_refused(pages: tuple[bytes, ...]) -> None:
    """As when a proxy answers from its memory and leaves the offset aside."""
    assert refusal(nomis, ask(ALL_DISTRICTS), pages[0], pages[0]) == (
        "Row 25,001 of 60,000 was due, row 1 of 60,000 came.",
        PAGE_CURE,
    )


FIRST = body(cells(), of=2)
OTHER = cells(GEOGRAPHY=YORK)

WRONG_PAGES: dict[str, tuple[tuple[bytes, ...], tuple[str, str]]] = {
    "a second page of zero bytes": (
        (FIRST, b""),
        ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."),
    ),
    "a second page with a header alone": (
        (FIRST, body()),
        ("A page came back without rows after 1 of 2 had come.", EMPTY_CURE),
    ),
    "another count on the second page": (
        (FIRST, body(OTHER, first=1, of=3)),
        ("Row 2 of 2 was due, row 2 of 3 came.", PAGE_CURE),
    ),
    "a gap between two pages": (
        (FIRST, body(OTHER, first=2, of=2)),
        ("Row 2 of 2 was due, row 3 of 2 came.", PAGE_CURE),
    ),
    "more rows than announced": (
        (body(cells(), OTHER, of=1),),
        ("More rows came than the 1 that were announced.", "Run again."),
    ),
    "a first page with a header alone": ((body(),), ("The answer has a header but no rows.", EMPTY_CURE)),
    "a second page with other columns": (
        (FIRST, b"DATE,URN,RECORD_OFFSET,RECORD_COUNT\n2023-12,x,1,2\n"),
        (
            "The answer isn't what was asked for: VARIABLE also holds (blank). MEASURES also holds (blank).",
            CODES_CURE,
        ),
    ),
    "a row that is cut short": (
        (body(cells(), OTHER).rstrip()[:-4],),
        ("Row 2 of the answer is cut short or garbled.", "Run again."),
    ),
    "another CSV": (
        (b"a,b\n1,2\n",),
        ("The answer isn't Nomis's full CSV: it has no RECORD_COUNT, RECORD_OFFSET, URN.", BROWSER),
    ),
    "a message in one line": (
        (b"Unable to contact data engine\n",),
        ("The answer has a header but no rows.", EMPTY_CURE),
    ),
}


@pytest.mark.parametrize(("bodies", "said"), WRONG_PAGES.values(), ids=WRONG_PAGES)
def test_wrong_pages_are_refused(bodies: tuple[bytes, ...], said: tuple[str, str]) -> None:
    assert refusal(nomis, ask(ALL_DISTRICTS), *bodies) == said


# Codes -----------------------------------------------------------------------------------------------

TWO_MEASURES = {**ALL_DISTRICTS, "measures": [20599, 20100]}
A_RANGE = {**ALL_DISTRICTS, "dimensions": {"variable": "40...50"}}
NOT_ASKED = "The answer isn't what was asked for: "
NINE_LACK = "lacks 37748737, 37748738, 37748739, 37748740, 37748741 and 4 more, but holds 37748736."

ANSWERED: dict[str, tuple[Mapping[str, Any], tuple[str, ...], list[dict[str, str]]]] = {
    "a type, whatever areas come": (ALL_DISTRICTS, (), [cells(GEOGRAPHY="7"), cells(GEOGRAPHY="8")]),
    "types, for want of an id": (ONE_RATE, ("E07000163",), [cells(GEOGRAPHY="7")]),
    "a district by its id": (ONE_RATE, ("E08000035",), [cells()]),
    "two of them": (ONE_RATE, ("E08000035", "E06000014"), [cells(), OTHER]),
    "a range of codes, one of them": (A_RANGE, (), [cells()]),
    "a range of codes, its ends": (A_RANGE, (), [cells(VARIABLE="40"), cells(VARIABLE="50")]),
    "a range of areas": ({**ONE_RATE, "geography": [f"{KIRKLEES}...{LEEDS}"]}, (), [cells()]),
    "an area by its code": ({**ONE_RATE, "geography": ["E08000034"]}, (), [cells(GEOGRAPHY="E08000034")]),
    "several dates": (ALL_DISTRICTS, (), [cells(), cells(DATE="2022-12")]),
}


@pytest.mark.parametrize(("query", "areas", "rows"), ANSWERED.values(), ids=ANSWERED)
def test_an_answer_to_the_question_is_accepted(
    query: Mapping[str, Any], areas: tuple[str, ...], rows: list[dict[str, str]]
) -> None:
    assert len(hold(nomis, ask(query, *areas), body(*rows)).parts) == 1


REPLACED: dict[str, tuple[Mapping[str, Any], tuple[str, ...], list[dict[str, str]], str]] = {
    "an invalid measure is dropped": (TWO_MEASURES, (), [cells()], "MEASURES lacks 20100."),
    "a code comes as another": (
        ALL_DISTRICTS,
        (),
        [cells(VARIABLE="1")],
        "VARIABLE lacks 45, but holds 1.",
    ),
    "a code comes that nobody asked for": (
        ALL_DISTRICTS,
        (),
        [cells(), cells(VARIABLE="18")],
        "VARIABLE also holds 18.",
    ),
    "nothing of a range comes": (A_RANGE, (), [cells(VARIABLE="51")], "VARIABLE lacks 40...50, but holds 51."),
    "a dimension isn't in the answer": (
        {**ALL_DISTRICTS, "dataset": "NM_1_1", "dimensions": {"variable": 45, "cell": 1}},
        (),
        [cells()],
        "CELL lacks 1.",
    ),
    "a dimension left out has several codes": (
        {**ALL_DISTRICTS, "dataset": "NM_1_1", "dimensions": {}},
        (),
        [cells(), cells(VARIABLE="18")],
        "VARIABLE wasn't asked for and has the codes 18, 45.",
    ),
    "an area is missing": (ONE_RATE, ("E08000035", "E06000014"), [cells()], f"GEOGRAPHY lacks {YORK}."),
    "an area comes that nobody asked for": (
        ONE_RATE,
        ("E08000035",),
        [cells(), OTHER],
        f"GEOGRAPHY also holds {YORK}.",
    ),
    "a code is answered with an area of another type": (
        {**ONE_RATE, "geography": [LEEDS]},
        (),
        [cells(GEOGRAPHY="1774190689")],
        f"GEOGRAPHY lacks {LEEDS}, but holds 1774190689.",
    ),
    "a row comes twice": (ALL_DISTRICTS, (), [cells(), cells()], "1 of 2 rows repeat another one (URN)."),
    "unknown codes of a range come as one that is known, each": (
        {**ALL_DISTRICTS, "dimensions": {"variable": "45...47"}},
        (),
        [cells(), cells(), cells()],
        "2 of 3 rows repeat another one (URN).",
    ),
    "all at once": (
        TWO_MEASURES,
        (),
        [cells(VARIABLE="1"), cells(VARIABLE="1")],
        "VARIABLE lacks 45, but holds 1. MEASURES lacks 20100. 1 of 2 rows repeat another one (URN).",
    ),
}


@pytest.mark.parametrize(("query", "areas", "rows", "said"), REPLACED.values(), ids=REPLACED)
def test_codes_that_are_dropped_or_replaced_are_noticed(
    query: Mapping[str, Any], areas: tuple[str, ...], rows: list[dict[str, str]], said: str
) -> None:
    assert refusal(nomis, ask(query, *areas), body(*rows)) == (NOT_ASKED + said, CODES_CURE)


def test_an_unknown_industry_answered_with_the_total_is_noticed() -> None:
    """Asked for nine unknown codes, the service gives the total nine times, and success."""
    query = {**ALL_DISTRICTS, "dimensions": {"variable": list(range(37748737, 37748746))}}
    rows = [cells(VARIABLE="37748736")] * 9
    message, _ = refusal(nomis, ask(query), body(*rows))
    assert message == f"{NOT_ASKED}VARIABLE {NINE_LACK} 8 of 9 rows repeat another one (URN)."


# Columns ---------------------------------------------------------------------------------------------


def test_columns_are_the_fixed_ones_and_those_of_the_dimensions() -> None:
    assert [column.name for column in nomis.columns(EMPLOYMENT_RATE)] == [
        *("DATE", "DATE_NAME", "GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE"),
        *("VARIABLE", "VARIABLE_NAME", "MEASURES", "MEASURES_NAME", "OBS_VALUE", "OBS_STATUS_NAME"),
    ]


def test_the_status_explains_a_missing_value() -> None:
    (value,) = [column for column in nomis.columns(EMPLOYMENT_RATE) if column.kind == "number"]
    assert (value.name, value.status_from, dict(value.markers)) == (
        "OBS_VALUE",
        "OBS_STATUS_NAME",
        {
            "These figures are missing.": "not_available",
            "These figures are suppressed as statistically unreliable": "too_unreliable_to_publish",
        },
    )


# Real answers ----------------------------------------------------------------------------------------


def latest(dataset: str, geography: Any, measures: Any, **dimensions: Any) -> dict[str, Any]:
    query = {"dataset": dataset, "time": "latest", "dimensions": dimensions, "measures": measures}
    return {**query, "geography": [geography] if isinstance(geography, (str, int)) else geography}


SECTIONS = "150994945...150994965"
AGES = [1, 3, *range(111, 121), *range(200, 202), *range(207, 210), 250]

ACCEPTED: dict[str, tuple[dict[str, Any], int]] = {
    "NM_142_1_business_counts_kirklees_2025": (
        latest("NM_142_1", "E08000034", 20100, industry=SECTIONS, employment_sizeband=0, legal_status=0),
        21,
    ),
    "NM_162_1_claimant_count_kirklees_2026-02": (
        latest("NM_162_1", 1774190688, 20100, gender=0, age=0, measure=[1, 2, 3, 4]),
        4,
    ),
    "NM_189_1_bres_sic_sections_kirklees_2024": (
        latest("NM_189_1", "E08000034", 20100, industry=SECTIONS, employment_status=1, measure=[1, 2]),
        42,
    ),
    "NM_2002_1_population_lad_region_2021_full_columns": (
        latest("NM_2002_1", ["TYPE431", "TYPE432", "TYPE442", "TYPE462", "TYPE480"], 20100, gender=0, c_age=AGES),
        11_178,
    ),
    "NM_30_1_ashe_annual_pay_kirklees_2025": (latest("NM_30_1", "E08000034", 20100, sex=7, item=2, pay=7), 1),
    "NM_31_1_population_kirklees_2024": (latest("NM_31_1", "E08000034", 20100, sex=7, age=0), 1),
    "NM_57_1_jobs_density_kirklees_2023": (latest("NM_57_1", "E08000034", 20100, item=[1, 3]), 2),
}

RATES, NVQS = [18, 45, 84, 111, 248, 249], [290, 291, 292, 346, 1180, 1181, 1182]
BROAD = list(range(37748737, 37748746))
EMPTY = ("The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing.")

TWO_MEASURE_CODES = "MEASURE wasn't asked for and has the codes 1, 2."

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "NM_17_5_aps_rates_kirklees_2024-10_2025-09": (
        latest("NM_17_5", 1774190688, [20599, 20100], variable=RATES),
        (f"{NOT_ASKED}MEASURES lacks 20100.", CODES_CURE),
    ),
    "NM_17_5_aps_qualifications_kirklees_missing_values": (
        latest("NM_17_5", 1774190688, [20599, 20100], variable=NVQS),
        (f"{NOT_ASKED}MEASURES lacks 20100.", CODES_CURE),
    ),
    "NM_189_1_bres_broad_industry_kirklees_2024": (
        latest("NM_189_1", "E08000034", 20100, industry=BROAD, employment_status=1),
        (
            f"{NOT_ASKED}INDUSTRY {NINE_LACK} {TWO_MEASURE_CODES} 16 of 18 rows repeat another one (URN).",
            CODES_CURE,
        ),
    ),
    "NM_189_1_bres_sic_sections_kirklees_2024": (
        latest("NM_189_1", "E08000034", 20100, industry=SECTIONS, employment_status=1),
        (f"{NOT_ASKED}{TWO_MEASURE_CODES}", CODES_CURE),
    ),
    "NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns": (
        latest("NM_189_1", ["TYPE424"], 20100, industry=SECTIONS, employment_status=1, measure=1),
        ("The answer isn't Nomis's full CSV: it has no RECORD_COUNT, RECORD_OFFSET, URN.", BROWSER),
    ),
    "empty_body_NM_162_1_unknown_dimension_sex": (
        latest("NM_162_1", "E08000034", 20100, sex=7, age=0, measure=1),
        EMPTY,
    ),
    "empty_body_NM_17_5_only_invalid_measures": (
        latest("NM_17_5", "E08000034", [20100, 20701], variable=45),
        EMPTY,
    ),
    "html_help_page_saved_as_csv": (
        ONE_RATE,
        (
            "A web page came back where CSV was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
    ),
    "not_found_json_saved_as_csv": (
        ONE_RATE,
        (
            'A JSON message came back where CSV was asked for: {"_response_info":{"status":"not found"}}',
            "Check the query against the source.",
        ),
    ),
}

# What the two answers above would have been without the measure that their data set doesn't have.
VALID = {
    "NM_17_5_aps_rates_kirklees_2024-10_2025-09": (latest("NM_17_5", 1774190688, 20599, variable=RATES), 6),
    "NM_17_5_aps_qualifications_kirklees_missing_values": (latest("NM_17_5", 1774190688, 20599, variable=NVQS), 7),
}


def test_every_real_answer_is_put_through(samples: Path) -> None:
    files = {file.stem for file in (samples / "nomis").glob("*.csv")}
    assert files == {*ACCEPTED, *REFUSED}


@pytest.mark.parametrize("name", [*ACCEPTED, *VALID])
def test_a_real_answer_is_accepted(samples: Path, name: str) -> None:
    """With the query that produced it; its rows are those that plain reading of the file finds."""
    query, count = {**ACCEPTED, **VALID}[name]
    content = (samples / "nomis" / f"{name}.csv").read_bytes()
    held = hold(nomis, ask(query), content)
    (part,) = held.parts
    rows = list(csv.DictReader(io.StringIO(part.answer.stream.read().decode("utf-8-sig"))))
    assert rows == list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == count
    assert {column.name for column in nomis.columns(query)} <= set(rows[0])


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_answer_is_refused(samples: Path, name: str) -> None:
    query, said = REFUSED[name]
    assert refusal(nomis, ask(query), (samples / "nomis" / f"{name}.csv").read_bytes()) == said


@pytest.mark.parametrize("name", [*ACCEPTED, *VALID])
def test_the_queries_of_real_answers_are_valid(name: str) -> None:
    query, _ = {**ACCEPTED, **VALID}[name]
    assert messages(query) == []
