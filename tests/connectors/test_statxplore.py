"""Stat-Xplore: what is asked of the schema and of the table, what becomes rows, and answers that are something else."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors import statxplore
from yhovi.connectors.base import Answer, Ask, Column, Part, Reading, Request, SourceError

from support.answers import answer, hold

BASE = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1"
PATH = "PIP_Monthly_new:V_F_PIP_MONTHLY"
COUNT, MEAN = f"str:count:{PATH}", f"str:statfn:{PATH}:PIP_AWARD_AMOUNT:MEAN"
GEOGRAPHY, MONTH, SEX = f"{PATH}:COA_CODE", "PIP_Monthly_new:F_PIP_DATE:DATE2", f"{PATH}:SEX"
DISTRICTS, REGIONS = "V_C_MASTERGEOG21_LA_TO_REGION", "V_C_MASTERGEOG21_REGION_TO_COUNTRY"
LEEDS, BARNSLEY, BARNSLEY_NOW, REGION = "E08000035", "E08000016", "E08000038", "E12000003"

CASES = {"id": COUNT, "name": "PIP Cases with Entitlement"}
AWARD = {"id": MEAN, "name": "Mean of Financial Award"}
AREAS = {"id": f"str:valueset:{GEOGRAPHY}:{DISTRICTS}", "name": "Area", "codes": "areas"}
MONTHS = {"id": f"str:valueset:{MONTH}:C_PIP_DATE", "name": "Month", "codes": [202603, 202604]}
SEXES = {"id": f"str:valueset:{SEX}:C_PIP_SEX", "name": "Gender", "codes": [1, 2]}

IDS = "Build the table on the service's website and compare the ids that it offers as JSON."
AGAIN = "Run again; if it stays so, list the codes in the query."
LABEL = "See whether it still means the same; if so, take over the service's label."


def query(*dimensions: Mapping[str, Any], measures: Sequence[Mapping[str, Any]] = (CASES,)) -> dict[str, Any]:
    return {"database": "str:database:PIP_Monthly_new", "measures": list(measures), "dimensions": list(dimensions)}


def ask(said: Mapping[str, Any], *areas: str) -> Ask:
    return Ask("statxplore/PIP_Monthly_new", said, areas)


def ids(of: Mapping[str, Any], *codes: object) -> list[str]:
    return [f"{of['id'].replace('valueset', 'value', 1)}:{code}" for code in codes]


def listing(of: Mapping[str, Any], *codes: object) -> bytes:
    """A page of a list of codes."""
    children = [{"id": one, "label": "a label", "type": "VALUE"} for one in ids(of, *codes)]
    return json.dumps({"id": of["id"], "type": "VALUESET", "children": children}).encode()


def item(of: Mapping[str, Any], *codes: object) -> dict[str, Any]:
    return {"type": "RecodeItem", "uris": ids(of, *codes), "labels": [f"label {code}" for code in codes]}


TOTAL = {"type": "Total", "labels": ["Total"]}


def field(of: Mapping[str, Any], *items: object, **said: Any) -> dict[str, Any]:
    """A dimension of an answer; items are its codes, or whole items."""
    own = f"str:field:{of['id'].split(':', 2)[2].rpartition(':')[0]}"
    made = [one if isinstance(one, dict) else item(of, one) for one in items]
    return {"uri": own, "label": of["name"], "items": made, **said}


def table(*fields: Mapping[str, Any], measures: Sequence[Mapping[str, Any]] = (CASES,), **cubes: Any) -> bytes:
    """An answer whose numbers count upwards from 1, in the order of its items."""
    numbers = iter(range(1, 10**6))

    def nested(rest: Sequence[Mapping[str, Any]]) -> Any:
        return [nested(rest[1:]) for _ in rest[0]["items"]] if rest else next(numbers)

    said = {one["id"]: {"values": nested(fields), "precision": 0} for one in measures}
    said |= {measures[0]["id"]: {"values": cubes["values"]}} if cubes else {}
    named = [{"uri": one["id"], "label": one["name"]} for one in measures]
    return json.dumps({"measures": named, "fields": fields, "cubes": said}).encode()


def talk(asked: Ask, *answers: bytes | tuple[bytes, str]) -> tuple[list[Request], Sequence[Part]]:
    """An exchange whose answers may have the header Link."""
    exchange = statxplore.exchange(asked)
    requests = [next(exchange)]
    for one in answers:
        body, link = one if isinstance(one, tuple) else (one, "")
        try:
            requests.append(exchange.send(answer(body, requests[-1], headers={"link": link} if link else {})))
        except StopIteration as end:
            assert len(requests) == len(answers), "the exchange ended before all answers were given"
            return requests, end.value
    raise AssertionError(f"a further answer is awaited: {requests[-1].address}")


def refusal(asked: Ask, *answers: bytes | tuple[bytes, str]) -> tuple[str, str]:
    with pytest.raises(SourceError) as raised:
        talk(asked, *answers)
    return raised.value.message, raised.value.cure


def rows(*answers: Answer) -> list[dict[str, str | None]]:
    return [
        dict(zip(cells, values, strict=True))
        for one in answers
        for cells in statxplore.parse(one)
        for values in zip(*cells.values(), strict=True)
    ]


def body(request: Request) -> Any:
    return json.loads(request.body or "")


# What is asked


def test_codes_that_the_spec_lists_are_asked_for_at_once() -> None:
    held = hold(statxplore, ask(query(MONTHS, SEXES)), table(field(MONTHS, 202603, 202604), field(SEXES, 1, 2)))
    (request,) = held.requests
    assert (request.method, request.address) == ("POST", f"{BASE}/table")
    assert request.headers == (("Content-Type", "application/json"),)
    assert (request.purpose, request.expects) == ("data", "json")
    assert body(request) == {
        "database": "str:database:PIP_Monthly_new",
        "measures": [COUNT],
        "dimensions": [[f"str:field:{MONTH}"], [f"str:field:{SEX}"]],
        "recodes": {
            f"str:field:{MONTH}": {"map": [[one] for one in ids(MONTHS, 202603, 202604)], "total": False},
            f"str:field:{SEX}": {"map": [[one] for one in ids(SEXES, 1, 2)], "total": False},
        },
    }
    assert [part.reading for part in held.parts] == [Reading("own")]


def test_the_key_goes_into_a_header_and_is_needed() -> None:
    asked = ask(query({**MONTHS, "codes": "latest"}))
    requests, _ = talk(asked, listing(MONTHS, 202604), table(field(MONTHS, 202604)))
    assert len(requests) == 2
    for request in requests:
        assert request.secret
        assert (request.secret.name, request.secret.place, request.secret.key, request.secret.required) == (
            *("STATXPLORE_API_KEY", "header", "APIKey"),
            True,
        )


def test_areas_are_taken_from_the_list_and_asked_for_by_its_ids() -> None:
    answers = listing(AREAS, "E08000019", BARNSLEY, LEEDS, "XXZZZZZZZ"), table(field(AREAS, LEEDS, BARNSLEY))
    requests, _ = talk(ask(query(AREAS), LEEDS, BARNSLEY, REGION), *answers)
    assert [(one.method, one.address, one.purpose) for one in requests] == [
        ("GET", f"{BASE}/schema/str:valueset:{GEOGRAPHY}:{DISTRICTS}", "discover"),
        ("POST", f"{BASE}/table", "data"),
    ]
    assert body(requests[1])["recodes"] == {
        f"str:field:{GEOGRAPHY}": {"map": [[one] for one in ids(AREAS, LEEDS, BARNSLEY)], "total": False}
    }


@pytest.mark.parametrize(
    ("wanted", "listed", "asked"),
    [
        ([BARNSLEY_NOW], [BARNSLEY], [BARNSLEY]),
        ([BARNSLEY], [BARNSLEY_NOW], [BARNSLEY_NOW]),
        ([BARNSLEY_NOW], [BARNSLEY, BARNSLEY_NOW], [BARNSLEY_NOW]),
        ([BARNSLEY, BARNSLEY_NOW], [BARNSLEY], [BARNSLEY]),
        ([LEEDS, "E06000065"], [LEEDS], [LEEDS]),
    ],
)
def test_an_area_that_was_recoded_is_found_under_either_code(
    wanted: list[str], listed: list[str], asked: list[str]
) -> None:
    requests, _ = talk(ask(query(AREAS), *wanted), listing(AREAS, *listed), table(field(AREAS, *asked)))
    assert body(requests[1])["recodes"][f"str:field:{GEOGRAPHY}"]["map"] == [[one] for one in ids(AREAS, *asked)]


def test_each_level_of_areas_is_a_table_of_its_own() -> None:
    region = {**AREAS, "id": f"str:valueset:{GEOGRAPHY}:{REGIONS}"}
    asked = ask(query({**AREAS, "also": [REGIONS]}), LEEDS, REGION)
    answers = listing(AREAS, LEEDS), listing(region, REGION), table(field(AREAS, LEEDS)), table(field(region, REGION))
    requests, parts = talk(asked, *answers)
    assert [one.address.removeprefix(BASE) for one in requests] == [
        f"/schema/str:valueset:{GEOGRAPHY}:{DISTRICTS}",
        f"/schema/str:valueset:{GEOGRAPHY}:{REGIONS}",
        "/table",
        "/table",
    ]
    assert [row["Area CODE"] for row in rows(*(part.answer for part in parts))] == [LEEDS, REGION]


def test_a_level_without_areas_that_are_wanted_is_not_asked_for() -> None:
    region = {**AREAS, "id": f"str:valueset:{GEOGRAPHY}:{REGIONS}"}
    asked = ask(query({**AREAS, "also": [REGIONS]}), LEEDS)
    requests, _ = talk(asked, listing(AREAS, LEEDS), listing(region, REGION), table(field(AREAS, LEEDS)))
    assert len(requests) == 3


def test_a_list_is_read_page_by_page() -> None:
    codes = [f"E0{number}" for number in range(250)]
    link = f'<http://inside:8080/webapi/rest/v1/schema/x?page=%s>; rel="next", <{BASE}/schema/x?page=1>; rel="first"'
    answers = [
        (listing(AREAS, *codes[:100]), link % 2),
        (listing(AREAS, *codes[100:200]), link % 3),
        (listing(AREAS, *codes[200:]), f'<{BASE}/schema/x?page=2>; rel="prev"'),
        table(field(AREAS, "E07", "E0249")),
    ]
    requests, _ = talk(ask(query(AREAS), "E07", "E0249"), *answers)
    first = f"{BASE}/schema/str:valueset:{GEOGRAPHY}:{DISTRICTS}"
    assert [one.address for one in requests[:3]] == [first, f"{first}?page=2", f"{first}?page=3"]
    assert [one.purpose for one in requests] == ["discover", "page", "page", "data"]


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("all", ["202512", "202601", "202602", "202603"]),
        ("latest", ["202603"]),
        ({"from": 202601, "to": "latest"}, ["202601", "202602", "202603"]),
        ({"from": 202512, "to": 202602}, ["202512", "202601", "202602"]),
        ({"from": 201301, "to": 202601}, ["202512", "202601"]),
        ({"from": "202602", "to": 209912}, ["202602", "202603"]),
        ({"from": "latest", "to": "latest"}, ["202603"]),
    ],
)
def test_months_are_chosen_from_the_list(said: object, chosen: list[str]) -> None:
    months = {**MONTHS, "codes": said}
    listed = listing(MONTHS, 202512, 202601, 202602, 202603)
    requests, _ = talk(ask(query(months)), listed, table(field(MONTHS, *chosen)))
    assert body(requests[1])["recodes"][f"str:field:{MONTH}"]["map"] == [[one] for one in ids(MONTHS, *chosen)]


def test_codes_are_left_out_and_others_added_up() -> None:
    everywhere = {**AREAS, "codes": "all", "leave_out": ["XXZZZZZZZ", "ZZXXXXXXX"]}
    ages = {**SEXES, "codes": [[1, 2], 3], "total": True}
    answers = listing(AREAS, LEEDS, "XXZZZZZZZ"), table(field(AREAS, LEEDS), field(ages, item(ages, 1, 2), 3, TOTAL))
    requests, parts = talk(ask(query(everywhere, ages)), *answers)
    assert body(requests[1])["recodes"] == {
        f"str:field:{GEOGRAPHY}": {"map": [ids(AREAS, LEEDS)], "total": False},
        f"str:field:{SEX}": {"map": [ids(SEXES, 1, 2), ids(SEXES, 3)], "total": True},
    }
    assert [(row["Gender"], row["Gender CODE"]) for row in rows(parts[0].answer)] == [
        ("label 1 + label 2", "1 + 2"),
        ("label 3", "3"),
        ("Total", None),
    ]


@pytest.mark.parametrize("own", [f"str:field:{SEX}", f"str:valueset:{SEX}:C_PIP_SEX"])
def test_a_list_without_codes_is_asked_for_whole(own: str) -> None:
    whole = {"id": SEXES["id"], "name": "Gender"}
    requests, _ = talk(ask(query(whole)), table(field(SEXES, 1, 2, uri=own)))
    assert (body(requests[0])["dimensions"], body(requests[0])["recodes"]) == ([[SEXES["id"]]], {})


def test_a_field_is_asked_for_as_it_is() -> None:
    whole = {"id": f"str:field:{SEX}", "name": "Gender"}
    requests, parts = talk(ask(query(whole)), table(field(SEXES, 1, 2)))
    assert body(requests[0])["dimensions"] == [[f"str:field:{SEX}"]]
    assert [row["Gender CODE"] for row in rows(parts[0].answer)] == ["1", "2"]


# What comes of it


def test_the_columns_are_those_that_the_query_names() -> None:
    said = query(AREAS, {**SEXES, "total": True}, measures=(CASES, AWARD))
    blank = (("", "not_available"),)
    assert statxplore.columns(said) == (
        Column("Area"),
        Column("Area CODE"),
        Column("Gender", whole=("Total",)),
        Column("Gender CODE"),
        Column("PIP Cases with Entitlement", "number", unit="count", measure="count", markers=blank),
        Column("Mean of Financial Award", "number", markers=blank),
    )


def test_every_combination_is_a_row_with_every_measure() -> None:
    said = query(MONTHS, SEXES, measures=(CASES, AWARD))
    body = table(field(MONTHS, 202603, 202604), field(SEXES, 1, 2), measures=(CASES, AWARD))
    _, parts = talk(ask(said), body)
    found = rows(parts[0].answer)
    assert list(found[0]) == [column.name for column in statxplore.columns(said)]
    assert [tuple(row.values()) for row in found] == [
        ("label 202603", "202603", "label 1", "1", "1", "5"),
        ("label 202603", "202603", "label 2", "2", "2", "6"),
        ("label 202604", "202604", "label 1", "1", "3", "7"),
        ("label 202604", "202604", "label 2", "2", "4", "8"),
    ]


def test_a_number_stays_as_it_is_written_and_none_is_blank() -> None:
    whole = b"[36393.0, 0.0, null, 457.29727900910245, -1.5E-7]"
    made = table(field(SEXES, 1, 2, 3, 4, 5)).replace(b"[1, 2, 3, 4, 5]", whole)
    _, parts = talk(ask(query({**SEXES, "codes": [1, 2, 3, 4, 5]})), made)
    found = [row["PIP Cases with Entitlement"] for row in rows(parts[0].answer)]
    assert found == ["36393.0", "0.0", None, "457.29727900910245", "-1.5E-7"]


def test_the_order_of_the_items_is_the_answers_own() -> None:
    _, parts = talk(ask(query(SEXES)), table(field(SEXES, 2, 1)))
    found = [(row["Gender CODE"], row["PIP Cases with Entitlement"]) for row in rows(parts[0].answer)]
    assert found == [("2", "1"), ("1", "2")]


def test_rows_come_in_batches() -> None:
    many = {**SEXES, "codes": list(range(10_001))}
    _, parts = talk(ask(query(many)), table(field(many, *many["codes"])))
    batches = list(statxplore.parse(parts[0].answer))
    assert [len(batch["Gender CODE"]) for batch in batches] == [10_000, 1]
    assert batches[1]["Gender CODE"] == ["10000"]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_a_number_is_found_at_the_position_of_its_items(lengths: list[int]) -> None:
    made = [
        {"id": f"str:valueset:D:F:{name}:C", "name": name, "codes": list(range(length))}
        for name, length in zip("abcd", lengths, strict=False)
    ]
    fields = [field(one, *one["codes"]) for one in made]
    _, parts = talk(ask(query(*made)), table(*fields))
    expected = list(product(*(map(str, one["codes"]) for one in made)))
    found = rows(parts[0].answer)
    assert [tuple(row[f"{one['name']} CODE"] for one in made) for row in found] == expected
    assert [row["PIP Cases with Entitlement"] for row in found] == [str(n) for n in range(1, len(expected) + 1)]


# What is refused

GOOD = field(SEXES, 1, 2)
LIST = AREAS["id"]


@pytest.mark.parametrize(
    ("answers", "message", "cure"),
    [
        (
            [b""],
            "The answer is empty (0 bytes).",
            "Check the query: a wrong one is often answered with nothing.",
        ),
        (
            [b"<!DOCTYPE html><title>Log in</title>"],
            "A web page came back where JSON was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        ),
        ([b'{"children": ['], "The answer isn't JSON, or was cut short.", "Run again."),
        ([b"[]"], "The answer is JSON of another shape than Stat-Xplore's.", IDS),
        ([b'{"label": "x"}'], f"The service has no list {LIST}.", IDS),
        ([b'{"children": ["x"]}'], f"The service has no list {LIST}.", IDS),
        (
            [listing(MONTHS, 202603)],
            f"The list {LIST} holds {ids(MONTHS, 202603)[0]}, which is no value of it.",
            IDS,
        ),
        ([listing(AREAS, LEEDS, BARNSLEY, LEEDS)], f"The list {LIST} holds {LEEDS} twice.", AGAIN),
        (
            [(listing(AREAS, LEEDS, BARNSLEY), '<x?page=2>; rel="next"'), listing(AREAS, BARNSLEY)],
            f"The list {LIST} holds {BARNSLEY} twice.",
            AGAIN,
        ),
        (
            [(listing(AREAS, LEEDS), '<x?page=2>; rel="next"'), listing(AREAS)],
            f"A further page of the list {LIST} was announced, and came without codes.",
            AGAIN,
        ),
        (
            [(listing(AREAS, LEEDS), '<https://elsewhere.org/two>; rel="next"')],
            "A list is said to have a further page, but not which one.",
            AGAIN,
        ),
        (
            [(listing(AREAS, LEEDS), '<x?page=2>; rel="next"'), (listing(AREAS), '<x?page=2>; rel="next"')],
            "A list is said to have a further page, but not which one.",
            AGAIN,
        ),
        (
            [
                (listing(AREAS, LEEDS), '<x?page=2>; rel="next"'),
                (listing(AREAS, BARNSLEY), '<x?page=3>; rel="next"'),
                (listing(AREAS), '<x?page=2>; rel="next"'),
            ],
            "A list is said to have a further page, but not which one.",
            AGAIN,
        ),
        (
            [listing(AREAS, "E07000163")],
            f"The service's list for 'Area' holds none of the areas wanted: {LEEDS}, E06000065.",
            "Name the list of the right level and vintage in the query (id, also).",
        ),
    ],
)
def test_a_list_that_is_no_list_is_refused(answers: list[bytes | tuple[bytes, str]], message: str, cure: str) -> None:
    assert refusal(ask(query(AREAS), LEEDS, "E06000065"), *answers) == (message, cure)


@pytest.mark.parametrize(
    ("dimension", "listed", "message", "cure"),
    [
        (
            {**MONTHS, "codes": {"from": 202605, "to": "latest"}},
            [202603, 202604],
            "'Month' has no code from 202605 to 202604: the service lists 202603 to 202604.",
            "Correct from and to in the query; they are codes, such as 202304.",
        ),
        (
            {**MONTHS, "codes": {"from": 2026, "to": "latest"}},
            [202603, 202604],
            "'Month' has no code from 2026 to 202604: the service lists 202603 to 202604.",
            "Correct from and to in the query; they are codes, such as 202304.",
        ),
        (
            {**MONTHS, "codes": "latest"},
            [202603, "Latest", 2024],
            "The codes of 'Month' can't be put in order: Latest, 2024 isn't like 202603.",
            "List the codes in the query, or leave these out (leave_out).",
        ),
        (
            {**MONTHS, "codes": "all", "leave_out": [202603]},
            [202603],
            "The service's list for 'Month' holds no code that the query asks for.",
            "Compare the codes of the query with the list on the service's website.",
        ),
        (
            {**MONTHS, "codes": "latest"},
            [],
            "The service's list for 'Month' holds no code that the query asks for.",
            "Compare the codes of the query with the list on the service's website.",
        ),
    ],
)
def test_codes_that_cannot_be_chosen_are_refused(
    dimension: Mapping[str, Any], listed: list[object], message: str, cure: str
) -> None:
    assert refusal(ask(query(dimension)), listing(MONTHS, *listed)) == (message, cure)


@pytest.mark.parametrize(
    ("made", "message", "cure"),
    [
        (b'{"message": "Not today"}', "The answer holds no table: Not today", IDS),
        (b'{"measures": [], "fields": []}', "The answer holds no table.", IDS),
        (table(GOOD).replace(b'"labels"', b'"names"'), "The answer holds no table.", IDS),
        (table(GOOD).replace(b'"values"', b'"cells"'), "The answer holds no table.", IDS),
        (table(GOOD)[:-9], "The answer isn't JSON, or was cut short.", "Run again."),
        (
            table(GOOD, measures=(AWARD,)),
            f"The measures {COUNT} were asked for, the answer holds {MEAN}.",
            IDS,
        ),
        (
            table(field(MONTHS, 1, 2)),
            f"The dimensions str:field:{SEX} were asked for, the answer holds str:field:{MONTH}.",
            IDS,
        ),
        (table(), f"The dimensions str:field:{SEX} were asked for, the answer holds none.", IDS),
        (
            table(field(SEXES, 1, 2, label="Sex")),
            f"The service calls str:field:{SEX} 'Sex', the query calls it 'Gender'.",
            LABEL,
        ),
        (
            table(GOOD, measures=({**CASES, "name": "Claims"},)),
            f"The service calls {COUNT} 'Claims', the query calls it 'PIP Cases with Entitlement'.",
            LABEL,
        ),
        (table(field(SEXES, 1)), "'Gender' isn't what was asked for: it lacks 2.", IDS),
        (table(field(SEXES, 1, 3)), "'Gender' isn't what was asked for: it lacks 2; also holds 3.", IDS),
        (table(field(SEXES, 1, 2, 2)), "'Gender' isn't what was asked for: it holds 2 twice.", IDS),
        (
            table(field(SEXES, item(SEXES, 1, 2))),
            "'Gender' isn't what was asked for: it lacks 1, 2; also holds 1 + 2.",
            IDS,
        ),
        (
            table(field(SEXES, 1, item({**SEXES, "id": f"str:valueset:{SEX}:C_OTHER"}, 2))),
            (
                f"'Gender' isn't what was asked for: it holds str:value:{SEX}:C_OTHER:2, which is no value of "
                f"{SEXES['id']}."
            ),
            IDS,
        ),
        (
            table(field(SEXES, 1, 2, TOTAL)),
            "'Gender' isn't what was asked for: it also holds Total, without a code.",
            IDS,
        ),
        (table(field(SEXES)), "'Gender' isn't what was asked for: it is empty.", IDS),
        (
            table(GOOD, values=[1]),
            "The numbers of 'PIP Cases with Entitlement' aren't as many as there are items.",
            "Run again.",
        ),
        (
            table(GOOD, values=[1, [2]]),
            "'PIP Cases with Entitlement' holds [\"2\"] where a number was due.",
            "Run again.",
        ),
        (
            table(GOOD, values=[1, ".."]),
            "'PIP Cases with Entitlement' holds \"..\" where a number was due.",
            "Run again.",
        ),
        (
            table(GOOD, values=[1, float("nan")]),
            "'PIP Cases with Entitlement' holds NaN where a number was due.",
            "Run again.",
        ),
        (
            table(GOOD, values=[1, True]),
            "'PIP Cases with Entitlement' holds true where a number was due.",
            "Run again.",
        ),
    ],
)
def test_a_table_that_is_not_what_was_asked_for_is_refused(made: bytes, message: str, cure: str) -> None:
    assert refusal(ask(query(SEXES)), made) == (message, cure)


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ([1, 2], "lacks the total"),
        ([1, 2, {**TOTAL, "labels": ["All"]}], "also holds All, without a code"),
        ([1, 2, TOTAL, TOTAL], "also holds Total, Total, without a code"),
    ],
)
def test_a_total_that_was_asked_for_must_come_once(items: list[object], fault: str) -> None:
    said = refusal(ask(query({**SEXES, "total": True})), table(field(SEXES, *items)))
    assert said == (f"'Gender' isn't what was asked for: it {fault}.", IDS)


def test_a_whole_field_may_not_hold_a_code_twice() -> None:
    whole = {"id": f"str:field:{SEX}", "name": "Gender"}
    said = refusal(ask(query(whole)), table(field(SEXES, 1, 1)))
    assert said == ("'Gender' isn't what was asked for: it holds 1 twice.", IDS)


def test_columns_of_one_name_are_refused() -> None:
    said = query({**MONTHS, "name": "Gender"}, SEXES)
    made = table(field(MONTHS, 202603, 202604, label="Gender"), field(SEXES, 1, 2))
    told = ("Two columns would be called Gender, Gender CODE.", "Leave one of them out of the query.")
    assert refusal(ask(said), made) == told


# The query


@pytest.mark.parametrize(
    "dimension",
    [
        {},
        {"codes": "latest"},
        {"codes": "areas", "also": [REGIONS]},
        {"codes": "all", "also": [REGIONS], "leave_out": ["XXZZZZZZZ"]},
        {"codes": {"from": 202201, "to": "latest"}, "total": True},
        {"codes": [1, "2", [3, "4"]]},
    ],
)
def test_the_schema_takes_what_the_connector_knows(dimension: Mapping[str, Any]) -> None:
    assert faults({"id": SEXES["id"], "name": "Gender", **dimension}) == []


@pytest.mark.parametrize(
    "dimension",
    [
        {"codes": "newest"},
        {"codes": []},
        {"codes": [[]]},
        {"codes": {"from": 202201}},
        {"codes": 202201},
        {"total": True},
        {"leave_out": [1]},
        {"also": [REGIONS]},
        {"also": [REGIONS], "codes": [1]},
        {"codes": [1], "id": f"str:field:{SEX}"},
        {"id": "SEX"},
        {"sum": True},
    ],
)
def test_the_schema_refuses_what_it_does_not_know(dimension: Mapping[str, Any]) -> None:
    assert faults({"id": SEXES["id"], "name": "Gender", **dimension}) != []


def faults(dimension: Mapping[str, Any]) -> list[str]:
    schema = dict(statxplore.QUERY_SCHEMA)
    return [error.message for error in Draft202012Validator(schema).iter_errors(query(dimension))]


@pytest.mark.parametrize(
    ("dimensions", "said"),
    [
        (
            (AREAS, {**MONTHS, "codes": "latest"}, SEXES),
            ("the codes of Area, Month as the service lists them, in pages of 100", "the table"),
        ),
        (
            ({**AREAS, "also": [REGIONS]},),
            (
                "the codes of Area as the service lists them, in pages of 100",
                "a table for each of 2 levels that has codes which are wanted",
            ),
        ),
        ((MONTHS,), ("the table",)),
    ],
)
def test_the_outline_tells_what_follows(dimensions: tuple[Mapping[str, Any], ...], said: tuple[str, ...]) -> None:
    checked = "every code asked for must come back, no other, and labels as the query names them"
    assert statxplore.outline(ask(query(*dimensions), LEEDS)) == (*said, checked)


# Real requests, and the ids of the service that others listed


@pytest.mark.parametrize("name", ["a", "b", "CLIF_ABS", "CLIF_REL", "HBAI", "SMI_amount"])
def test_the_requests_of_others_can_be_put(samples: Path, name: str) -> None:
    real = json.loads((samples / f"statxplore/table_request_{name}.json").read_text(encoding="utf-8"))
    real["recodes"] = {key: {"total": False, **said} for key, said in real["recodes"].items()}
    dimensions = [_dimension(one, real["recodes"].get(one)) for (one,) in real["dimensions"]]
    said = {
        "database": real["database"],
        "measures": [{"id": one, "name": one} for one in real["measures"]],
        "dimensions": dimensions,
    }
    assert list(Draft202012Validator(dict(statxplore.QUERY_SCHEMA)).iter_errors(said)) == []
    assert body(next(statxplore.exchange(ask(said)))) == real


def _dimension(own: str, recode: Mapping[str, Any] | None) -> dict[str, Any]:
    if recode is None:
        return {"id": own, "name": own}
    values = recode["map"][0][0].replace("value", "valueset", 1).rpartition(":")[0]
    codes = [one[0].rpartition(":")[2] for one in recode["map"]]
    return {"id": values, "name": own, "codes": codes, "total": recode["total"]}


def test_the_ids_that_others_listed_have_the_form_that_the_schema_knows(samples: Path) -> None:
    listed = list((samples / "statxplore/schema_lookup").glob("*__dimension.csv"))
    assert listed
    for path in listed:
        with path.open(encoding="utf-8", newline="") as lines:
            found = [{"id": row["dimension"], "name": row["dimension_name"]} for row in csv.DictReader(lines)]
        assert [fault for one in found for fault in faults(one)] == []
