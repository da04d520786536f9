"""What sources say there is to be asked for: the questions that are put, and what the answers come to."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from yhovi.connectors import CONNECTORS
from yhovi.connectors.base import Describing, Request, SourceError, Term, json_of, objects, text_of

from support.answers import answer

NOMIS = "https://www.nomisweb.co.uk/api/v01/dataset"
ONS = "https://api.beta.ons.gov.uk/v1/datasets"
STATXPLORE = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1/schema"
FINGERTIPS = "https://fingertips.phe.org.uk/api"
GEOPORTAL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
ELS = "https://www.ons.gov.uk/explore-local-statistics/api/v1/metadata/indicators"


@dataclass(frozen=True)
class Held:
    """A description that came to its end."""

    requests: Sequence[Request]
    terms: Sequence[Term]

    @property
    def addresses(self) -> list[str]:
        """What was asked."""
        return [request.address for request in self.requests]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """What came of it."""
        return [(term.dimension, term.code, term.label) for term in self.terms]


def hold(name: str, dataset: str, *bodies: Any, links: Sequence[str] = ()) -> Held:
    """Hold a description whose questions are answered with these bodies, one after the other, and no more."""
    connector = CONNECTORS[name]
    assert isinstance(connector, Describing)
    description = connector.describe(dataset)
    requests = [next(description)]
    for number, body in enumerate(bodies):
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"link": links[number]} if links[number : number + 1] and links[number] else {}
        try:
            requests.append(description.send(answer(told, requests[-1], headers=headers)))
        except StopIteration as end:
            assert len(requests) == len(bodies), "the description ended before all answers were given"
            return Held(requests, end.value)
    raise AssertionError(f"a further answer is awaited: {requests[-1].address}")


def refusal(name: str, dataset: str, *bodies: Any, links: Sequence[str] = ()) -> tuple[str, str]:
    """The sentence and the cure with which a description refuses the last of these bodies."""
    with pytest.raises(SourceError) as raised:
        hold(name, dataset, *bodies, links=links)
    return raised.value.message, raised.value.cure


# What all of them use ----------------------------------------------------------------------------------------------


def test_json_keeps_numbers_as_they_are_written() -> None:
    given = answer(b'{"a": 1.50, "b": [2], "c": true}', Request("https://example.org", expects="json"))
    assert json_of(given) == {"a": "1.50", "b": ["2"], "c": True}
    assert given.stream.tell() == 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The answer is empty (0 bytes)."),
        (b'{"a": ', "The answer isn't JSON, or was cut short."),
        (b"\xff\xfe\x00", "The answer isn't JSON, or was cut short."),
        (b"<html>", "A web page came back where JSON was asked for."),
    ],
)
def test_what_is_no_json(body: bytes, told: str) -> None:
    with pytest.raises(SourceError) as raised:
        json_of(answer(body, Request("https://example.org", expects="json")))
    assert raised.value.message == told


@pytest.mark.parametrize(
    ("said", "names", "found"),
    [
        ([{"a": 1}, 2, None], (), [{"a": 1}]),
        ({"a": {"b": [{"c": 1}]}}, ("a", "b"), [{"c": 1}]),
        ({"a": None}, ("a",), []),
        ({"a": {"b": 1}}, ("a", "b", "c"), []),
        (None, ("a",), []),
        ("text", (), []),
    ],
)
def test_objects_in_a_list(said: Any, names: tuple[str, ...], found: list[Any]) -> None:
    assert objects(said, *names) == found


@pytest.mark.parametrize(
    ("said", "names", "found"),
    [
        ({"a": " one\n two "}, ("a",), "one two"),
        ({"a": {"b": "x"}}, ("a", "b"), "x"),
        ({"a": 1}, ("a",), ""),
        ({}, ("a",), ""),
        (None, ("a",), ""),
    ],
)
def test_a_text(said: Any, names: tuple[str, ...], found: str) -> None:
    assert text_of(said, *names) == found


@pytest.mark.parametrize("name", [name for name, one in CONNECTORS.items() if isinstance(one, Describing)])
def test_the_first_question_goes_to_the_source(name: str) -> None:
    """And looks for nothing but what there is; a connector that knows by itself asks nothing."""
    connector = CONNECTORS[name]
    assert isinstance(connector, Describing)
    first = next(connector.describe(""), None)
    if first is not None:
        assert first.host in connector.HOSTS
        assert (first.purpose, first.expects, first.method) == ("discover", "json", "GET")


# Nomis -------------------------------------------------------------------------------------------------------------


def family(one: str, *concepts: str, name: str = "A data set") -> dict[str, Any]:
    *dimensions, time = concepts or ("", "")
    components = {
        "dimension": [{"conceptref": concept} for concept in dimensions if concept],
        "timedimension": {"conceptref": time},
    }
    return {"id": one, "name": {"value": name}, "components": components}


def families(*held: dict[str, Any]) -> dict[str, Any]:
    return {"structure": {"keyfamilies": {"keyfamily": list(held)}}}


def codes(*held: tuple[object, str]) -> dict[str, Any]:
    said = [{"value": code, "description": {"value": label}, "annotations": {}} for code, label in held]
    return {"structure": {"codelists": {"codelist": [{"code": said}]}}}


def test_nomis_lists_its_data_sets() -> None:
    held = hold("nomis", "", families(family("NM_1_1", name="One "), family("NM_2_1", name="Two")))
    assert held.addresses == [f"{NOMIS}/def.sdmx.json"]
    assert held.rows == [("dataset", "NM_1_1", "One"), ("dataset", "NM_2_1", "Two")]


def test_nomis_lists_the_codes_of_each_dimension_but_the_frequency() -> None:
    held = hold(
        "nomis",
        "NM_17_5",
        families(family("NM_17_5", "GEOGRAPHY", "VARIABLE", "FREQ", "TIME")),
        codes((2092957699, "England")),
        codes(("TYPE424", "local authorities")),
        codes((45, "Employment rate - aged 16-64"), (84, "Unemployment rate - aged 16-64 ")),
        codes(("2023-12", "Jan 2023-Dec 2023")),
    )
    assert held.addresses == [
        f"{NOMIS}/NM_17_5/def.sdmx.json",
        f"{NOMIS}/NM_17_5/geography.def.sdmx.json",
        f"{NOMIS}/NM_17_5/geography/TYPE/def.sdmx.json",
        f"{NOMIS}/NM_17_5/variable.def.sdmx.json",
        f"{NOMIS}/NM_17_5/time.def.sdmx.json",
    ]
    assert held.rows == [
        ("geography", "2092957699", "England"),
        ("geography", "TYPE424", "local authorities"),
        ("variable", "45", "Employment rate - aged 16-64"),
        ("variable", "84", "Unemployment rate - aged 16-64"),
        ("time", "2023-12", "Jan 2023-Dec 2023"),
    ]
    assert {request.secret and request.secret.name for request in held.requests} == {"NOMIS_API_KEY"}


def test_the_real_definition_of_a_data_set_of_nomis(samples: Path) -> None:
    definition = (samples / "nomis/NM_2021_1.def.sdmx.json").read_bytes()
    listed = hold("nomis", "", definition)
    title = "TS001 - Number of usual residents in households and communal establishments"
    assert listed.rows == [("dataset", "NM_2021_1", title)]
    held = hold("nomis", "NM_2021_1", definition, *[codes((1, "x"))] * 5)
    assert held.addresses[1:] == [
        f"{NOMIS}/NM_2021_1/{name}.sdmx.json"
        for name in ("geography.def", "geography/TYPE/def", "c2021_restype_3.def", "measures.def", "time.def")
    ]


@pytest.mark.parametrize("name", ["html_help_page_saved_as_csv.csv", "not_found_json_saved_as_csv.csv"])
def test_what_nomis_answers_in_place_of_a_definition(samples: Path, name: str) -> None:
    told = refusal("nomis", "NM_17_5", (samples / "nomis" / name).read_bytes())[0]
    expected = "A web page came back where JSON was asked for." if "html" in name else "The answer names no data set."
    assert told == expected


NOMIS_REFUSED: dict[str, tuple[list[Any], str, str]] = {
    "no data set": (
        [{"structure": {}}],
        "The answer names no data set.",
        "Check the name: Nomis has none that is called so.",
    ),
    "another data set": (
        [families(family("NM_17_1", "TIME"))],
        "NM_17_5 was asked for, the answer is about NM_17_1.",
        "Run again.",
    ),
    "no codes": (
        [families(family("NM_17_5", "VARIABLE", "TIME")), {"structure": {}}],
        "The answer lists no codes of variable.",
        "Check the address in a browser.",
    ),
    "a list": ([[1, 2]], "The answer names no data set.", "Check the name: Nomis has none that is called so."),
}


@pytest.mark.parametrize("case", NOMIS_REFUSED)
def test_nomis_is_refused(case: str) -> None:
    bodies, message, cure = NOMIS_REFUSED[case]
    assert refusal("nomis", "NM_17_5", *bodies) == (message, cure)


# ONS ---------------------------------------------------------------------------------------------------------------


def page(items: Sequence[Any], total: int | None = None) -> dict[str, Any]:
    return {"items": list(items), "count": len(items), "total_count": len(items) if total is None else total}


LATEST = {"links": {"latest_version": {"href": f"{ONS}/rates/editions/time-series/versions/4"}}}
EDITIONS = page([{"edition": "time-series"}])
VERSIONS = page([{"version": 4, "release_date": "2026-02-03T00:00:00.000Z"}, {"version": 3}])
VERSION = {"dimensions": [{"name": "time"}, {"name": "a b/c"}]}


def test_ons_lists_editions_versions_and_options() -> None:
    options = page([{"option": "2021-22", "label": "2021-22"}])
    many = [{"option": str(number), "label": f"No. {number}"} for number in range(1001)]
    pages = [page(many[:1000], 1001), page(many[1000:], 1001)]
    held = hold("ons", "rates", LATEST, EDITIONS, VERSIONS, VERSION, options, *pages)
    version = f"{ONS}/rates/editions/time-series/versions/4"
    assert held.addresses == [
        f"{ONS}/rates",
        f"{ONS}/rates/editions?limit=100&offset=0",
        f"{ONS}/rates/editions/time-series/versions?limit=100&offset=0",
        version,
        f"{version}/dimensions/time/options?limit=1000&offset=0",
        f"{version}/dimensions/a%20b%2Fc/options?limit=1000&offset=0",
        f"{version}/dimensions/a%20b%2Fc/options?limit=1000&offset=1000",
    ]
    assert held.rows[:5] == [
        ("edition", "time-series", "the latest"),
        ("version", "4", "time-series, released 2026-02-03"),
        ("version", "3", "time-series"),
        ("time", "2021-22", "2021-22"),
        ("a b/c", "0", "No. 0"),
    ]
    assert len(held.rows) == 4 + 1001


ONS_REFUSED: dict[str, tuple[list[Any], str, str]] = {
    "fewer than announced": (
        [LATEST, page([{"edition": "time-series"}], 2)],
        "2 editions were announced, 1 came.",
        "The list may have changed between two pages: run again.",
    ),
    "no list": (
        [LATEST, EDITIONS, {"items": []}],
        "The answer is no page of the list of versions of time-series: it has no items, or no total_count.",
        "Run again; if it stays so, open the address in a browser.",
    ),
    "options twice": (
        [LATEST, EDITIONS, VERSIONS, VERSION, page([{"option": "1"}, {"option": "1"}])],
        "2 options of time were announced, 1 came.",
        "The list may have changed between two pages: run again.",
    ),
}


@pytest.mark.parametrize("case", ONS_REFUSED)
def test_ons_is_refused(case: str) -> None:
    bodies, message, cure = ONS_REFUSED[case]
    assert refusal("ons", "rates", *bodies) == (message, cure)


def test_the_real_list_of_ons(samples: Path) -> None:
    items = json.loads((samples / "ons/api_beta_datasets_listing_2026-02-07.json").read_bytes())["items"]
    held = hold("ons", "", *(page(items[start : start + 100], len(items)) for start in range(0, len(items), 100)))
    assert (len(held.requests), len(held.rows)) == (4, 337)
    assert {dimension for dimension, _, _ in held.rows} == {"dataset"}
    expected = {item["id"]: " ".join(item["title"].split()) for item in items}
    assert {code: label for _, code, label in held.rows} == expected


# Stat-Xplore -------------------------------------------------------------------------------------------------------


def child(kind: str, one: str, label: str = "") -> dict[str, str]:
    return {"type": kind, "id": one, "label": label, "location": f"{STATXPLORE}/{one}"}


def node(*children: dict[str, str]) -> dict[str, Any]:
    return {"id": "str:x:y", "children": list(children)}


def test_stat_xplore_is_looked_through_for_its_databases() -> None:
    held = hold(
        "statxplore",
        "",
        node(child("FOLDER", "str:folder:a"), child("FOLDER", "str:folder:b")),
        node(child("DATABASE", "str:database:A", "A"), child("FOLDER", "str:folder:c")),
        node(child("DATABASE", "str:database:B", "B"), child("FOLDER", "str:folder:a")),
        node(child("DATABASE", "str:database:C", "C")),
    )
    assert held.addresses == [STATXPLORE, *(f"{STATXPLORE}/str:folder:{one}" for one in "abc")]
    assert held.rows == [("dataset", f"str:database:{one}", one) for one in "ABC"]
    assert {request.secret and request.secret.name for request in held.requests} == {"STATXPLORE_API_KEY"}


def test_a_list_of_stat_xplore_comes_in_pages() -> None:
    """The link's host isn't used, only its parameters."""
    one, other = (child("VALUE", f"str:value:A:F:C:{code}", f"No. {code}") for code in ("1", "2"))
    links = ['<https://elsewhere.org/schema?page=2>; rel="next"']
    held = hold("statxplore", "str:valueset:A:F:C", node(one), node(other), links=links)
    assert held.addresses == [f"{STATXPLORE}/str:valueset:A:F:C", f"{STATXPLORE}/str:valueset:A:F:C?page=2"]
    assert held.rows == [("value", "1", "No. 1"), ("value", "2", "No. 2")]


@pytest.mark.parametrize("second", [node(), node(child("VALUE", "str:value:A:F:C:1"))], ids=["empty", "the same"])
def test_a_page_of_stat_xplore_without_anything_new(second: dict[str, Any]) -> None:
    links = [f'<{STATXPLORE}?page={number}>; rel="next"' for number in (2, 3)]
    told = refusal("statxplore", "str:valueset:A:F:C", node(child("VALUE", "str:value:A:F:C:1")), second, links=links)
    assert told == ("A further page was announced, and came without anything new.", "Run again.")


def test_an_answer_of_stat_xplore_of_another_shape() -> None:
    told = refusal("statxplore", "", [1])
    assert told == (
        "The answer is JSON of another shape than Stat-Xplore's.",
        "Build the table on the service's website and compare the ids that it offers as JSON.",
    )


LOOKUPS = ("Relative_Low_Income", "Households_on_Universal_Credit", "PIP_Cases_with_Entitlement")


@pytest.mark.parametrize("name", LOOKUPS)
def test_the_real_ids_of_a_database_of_stat_xplore(samples: Path, name: str) -> None:
    """Measures and fields as others found them in the service's tree, some of them in a group."""
    measures, fields = (lookup(samples, name, what) for what in ("measure", "dimension"))
    ((_, database),) = lookup(samples, name, "database")
    outer = [child(one.split(":")[1].upper(), one, label) for label, one in (*measures, *fields[:2])]
    inner = [child("FIELD", one, label) for label, one in fields[2:]]
    held = hold("statxplore", database, node(*outer, child("GROUP", "str:group:X:Y")), node(*inner))
    kinds = [one.split(":")[1] for _, one in measures] + ["field"] * len(fields)
    labelled = [(one, " ".join(label.split())) for label, one in (*measures, *fields)]
    assert held.rows == [(kind, *one) for kind, one in zip(kinds, labelled, strict=True)]


def lookup(samples: Path, name: str, what: str) -> list[tuple[str, str]]:
    with (samples / f"statxplore/schema_lookup/{name}__{what}.csv").open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in list(csv.reader(file))[1:]]


# Fingertips --------------------------------------------------------------------------------------------------------


def test_fingertips_lists_its_indicators() -> None:
    held = hold("fingertips", "", {"90366": {"Descriptive": {"Name": "Life expectancy\nat birth"}}, "1": {}})
    assert held.addresses == [f"{FINGERTIPS}/indicator_metadata/all?include_definition=no&include_system_content=no"]
    assert held.rows == [("dataset", "90366", "Life expectancy at birth"), ("dataset", "1", "")]


def test_fingertips_says_at_which_area_types_an_indicator_is() -> None:
    held = hold(
        "fingertips",
        "90366",
        {"90366": {"Descriptive": {"Name": "Life expectancy", "Definition": "Years.", "Notes": None}}},
        [{"IndicatorId": 90366, "AreaTypeId": 501}, {"IndicatorId": 90366, "AreaTypeId": 999}],
        [{"Id": 501, "Name": "Districts & UAs (from Apr 2023)"}],
    )
    assert held.addresses == [
        f"{FINGERTIPS}/indicator_metadata/by_indicator_id?indicator_ids=90366",
        f"{FINGERTIPS}/available_data?indicator_id=90366",
        f"{FINGERTIPS}/area_types",
    ]
    assert held.rows == [
        ("indicator", "90366", "Life expectancy"),
        ("area_type", "501", "Districts & UAs (from Apr 2023)"),
        ("area_type", "999", ""),
        ("about", "Name", "Life expectancy"),
        ("about", "Definition", "Years."),
    ]


FINGERTIPS_REFUSED: dict[str, tuple[Any, str, str]] = {
    "nothing": ({}, "The answer is about no indicator.", "Check the number; if it is right, run again."),
    "a list": ([], "The answer is about no indicator.", "Check the number; if it is right, run again."),
    "another": ({"1": {}}, "Fingertips has no indicator 90366.", "Check the number."),
}


@pytest.mark.parametrize("case", FINGERTIPS_REFUSED)
def test_fingertips_is_refused(case: str) -> None:
    body, message, cure = FINGERTIPS_REFUSED[case]
    assert refusal("fingertips", "90366", body) == (message, cure)


# The Open Geography Portal -----------------------------------------------------------------------------------------


def test_the_portal_lists_its_services_of_features() -> None:
    services = [{"name": "LAD25_RGN25_EN_LU_v2", "type": "FeatureServer"}, {"name": "M", "type": "MapServer"}]
    held = hold("geoportal", "", {"services": services})
    assert held.addresses == [f"{GEOPORTAL}?f=json"]
    assert held.rows == [("dataset", "LAD25_RGN25_EN_LU_v2", "FeatureServer")]


def test_the_portal_lists_layers_and_fields() -> None:
    held = hold(
        "geoportal",
        "A_LU",
        {"layers": [{"id": 0, "name": "A"}], "tables": []},
        {"fields": [{"name": "LAD24CD", "type": "esriFieldTypeString", "alias": "LAD24CD"}]},
    )
    assert held.addresses == [f"{GEOPORTAL}/A_LU/FeatureServer?f=json", f"{GEOPORTAL}/A_LU/FeatureServer/0?f=json"]
    assert held.rows == [("layer", "0", "A"), ("field", "LAD24CD", "String")]


def test_an_error_of_the_portal_comes_with_success() -> None:
    told = refusal("geoportal", "A_LU", {"error": {"code": 499, "message": "Token Required", "details": []}})
    assert told == ("The service answered with error 499: Token Required", "The service isn't public: choose another.")


# Explore Local Statistics ------------------------------------------------------------------------------------------

CURE = "The publisher may have changed the service, as it says it may: compare the address in a browser with the spec."


def test_explore_local_statistics_lists_its_indicators() -> None:
    held = hold("els", "", [{"slug": "employment-rate", "label": "Employment rate", "topic": "work"}])
    assert (held.addresses, held.rows) == ([ELS], [("dataset", "employment-rate", "Employment rate")])
    assert refusal("els", "", {"message": "no"}) == ("The answer lists no indicators.", CURE)


@pytest.mark.parametrize("index", [["all", "16-24"], {"all": 0, "16-24": 1}])
def test_explore_local_statistics_lists_dimensions(index: Any) -> None:
    category = {"index": index, "label": {"all": "All ages", "16-24": "16 to 24"}}
    dimensions = {"age": {"id": "age", "label": "Age", "category": category}, "measure": {"id": "measure"}}
    held = hold("els", "employment-rate", {"slug": "employment-rate", "dimensions": dimensions})
    assert held.addresses == [f"{ELS}/employment-rate?fullDims=true"]
    assert held.rows == [("age", "all", "All ages"), ("age", "16-24", "16 to 24")]


@pytest.mark.parametrize("body", [[], {"slug": "employment-rate"}, {"slug": "other", "dimensions": {}}])
def test_explore_local_statistics_is_refused(body: Any) -> None:
    assert refusal("els", "employment-rate", body) == ("The answer doesn't describe employment-rate.", CURE)
