"""What each source says there is to be asked for, on the same sockets as its figures.

The forms are those that the connectors' docstrings cite; names and figures are made up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..geoportal import FOLDER
from .sources import SOURCES, Source
from .wire import Answering, Asked, Reply

Terms = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Described:
    """A source that can be asked what it has.

    ``datasets`` are the terms of its list, ``terms`` those of ``dataset``. ``lists`` and ``asks`` are how many requests
    each takes, and ``first`` is the path of the first one for the data set.
    """

    source: Source
    dataset: str
    datasets: Terms
    terms: Terms
    lists: int
    asks: int
    first: str


def _json(said: Any, **headers: str) -> Reply:
    return Reply(json.dumps(said, ensure_ascii=False).encode(), headers=headers, media="application/json", tagged=True)


def _or_else(documents: Mapping[str, Any], source: Source) -> Source:
    """The source with these documents at their paths, beside its figures."""

    def answering() -> Answering:
        figures = source.answering()
        return lambda asked: _json(documents[asked.path]) if asked.path in documents else figures(asked)

    return replace(source, answering=answering)


# Nomis: SDMX ---------------------------------------------------------------------------------------------------

_DATASET = "/api/v01/dataset"


def _families(*named: tuple[str, str], components: Any = None) -> Any:
    families = [{"id": one, "name": {"value": name, "lang": "en"}, "components": components} for one, name in named]
    return {"structure": {"keyfamilies": {"keyfamily": families}}}


def _codes(*codes: tuple[object, str]) -> Any:
    said = [{"value": code, "description": {"value": label, "lang": "en"}} for code, label in codes]
    return {"structure": {"codelists": {"codelist": [{"id": "CL", "code": said}]}}}


_JOBS = ("NM_57_1", "jobs density")
_COMPONENTS = {
    "dimension": [{"conceptref": name, "codelist": f"CL_57_1_{name}"} for name in ("GEOGRAPHY", "ITEM", "FREQ")],
    "timedimension": {"conceptref": "TIME", "codelist": "CL_57_1_TIME"},
}
NOMIS = Described(
    _or_else(
        {
            f"{_DATASET}/def.sdmx.json": _families(("NM_1_1", "Jobseeker's Allowance"), _JOBS),
            f"{_DATASET}/NM_57_1/def.sdmx.json": _families(_JOBS, components=_COMPONENTS),
            f"{_DATASET}/NM_57_1/geography.def.sdmx.json": _codes((2092957699, "England")),
            f"{_DATASET}/NM_57_1/geography/TYPE/def.sdmx.json": _codes(("TYPE424", "local authorities: April 2023")),
            f"{_DATASET}/NM_57_1/item.def.sdmx.json": _codes((1, "Total jobs"), (3, "Jobs density ")),
            f"{_DATASET}/NM_57_1/time.def.sdmx.json": _codes(("2021", "2021"), ("2022", "2022")),
        },
        SOURCES["nomis"],
    ),
    dataset="NM_57_1",
    datasets=[("dataset", "NM_1_1", "Jobseeker's Allowance"), ("dataset", *_JOBS)],
    terms=[
        ("geography", "2092957699", "England"),
        ("geography", "TYPE424", "local authorities: April 2023"),
        ("item", "1", "Total jobs"),
        ("item", "3", "Jobs density"),
        ("time", "2021", "2021"),
        ("time", "2022", "2022"),
    ],
    lists=1,
    asks=5,
    first=f"{_DATASET}/NM_57_1/def.sdmx.json",
)


# Fingertips ----------------------------------------------------------------------------------------------------

_METADATA = {"93721": {"IID": 93721, "Descriptive": {"Name": "Things counted", "Definition": "Counted\nthings."}}}
FINGERTIPS = Described(
    _or_else(
        {
            "/api/indicator_metadata/all": {**_METADATA, "90366": {"Descriptive": {"Name": "Life expectancy"}}},
            "/api/indicator_metadata/by_indicator_id": _METADATA,
            "/api/available_data": [
                {"IndicatorId": 93721, "AreaTypeId": 15},
                {"IndicatorId": 93721, "AreaTypeId": 501},
                {"IndicatorId": 93721, "AreaTypeId": 501},
            ],
            "/api/area_types": [
                {"Id": 501, "Name": "Districts & UAs", "Short": "Districts"},
                {"Id": 15, "Name": "England"},
            ],
        },
        SOURCES["fingertips"],
    ),
    dataset="93721",
    datasets=[("dataset", "93721", "Things counted"), ("dataset", "90366", "Life expectancy")],
    terms=[
        ("indicator", "93721", "Things counted"),
        ("area_type", "15", "England"),
        ("area_type", "501", "Districts & UAs"),
        ("about", "Name", "Things counted"),
        ("about", "Definition", "Counted things."),
    ],
    lists=1,
    asks=3,
    first="/api/indicator_metadata/by_indicator_id",
)


# The Open Geography Portal -------------------------------------------------------------------------------------


def _field(name: str, kind: str, alias: str) -> Any:
    return {"name": name, "type": f"esriFieldType{kind}", "alias": alias, "length": 9}


GEOPORTAL = Described(
    _or_else(
        {
            FOLDER: {
                "currentVersion": 11.5,
                "services": [
                    {"name": "FIGURES", "type": "FeatureServer", "url": "https://x"},
                    {"name": "TILES", "type": "MapServer", "url": "https://y"},
                ],
            },
            f"{FOLDER}/FIGURES/FeatureServer": {
                "layers": [{"id": 0, "name": "Districts"}],
                "tables": [{"id": 1, "name": "Notes"}],
            },
            f"{FOLDER}/FIGURES/FeatureServer/0": {
                "fields": [_field("LAD24CD", "String", "LAD24CD"), _field("THINGS", "Integer", "Things, counted")]
            },
            f"{FOLDER}/FIGURES/FeatureServer/1": {"fields": [_field("NOTE", "String", "")]},
        },
        SOURCES["geoportal"],
    ),
    dataset="FIGURES",
    datasets=[("dataset", "FIGURES", "FeatureServer")],
    terms=[
        ("layer", "0", "Districts"),
        ("layer", "1", "Notes"),
        ("field", "LAD24CD", "String"),
        ("field", "THINGS", "Things, counted (Integer)"),
        ("field of layer 1", "NOTE", "String"),
    ],
    lists=1,
    asks=3,
    first=f"{FOLDER}/FIGURES/FeatureServer",
)


# Stat-Xplore: a tree in pages of 100, with a key ---------------------------------------------------------------

_SCHEMA = "/webapi/rest/v1/schema"
_PAGE = 100


def _node(kind: str, one: str, label: str) -> Any:
    return {"id": one, "label": label, "location": f"https://stat-xplore.dwp.gov.uk{_SCHEMA}/{one}", "type": kind}


_TREE: Mapping[str, Sequence[Any]] = {
    "": [_node("FOLDER", "str:folder:things", "Things"), _node("DATABASE", "str:database:OLD", "Old things")],
    "str:folder:things": [
        _node("DATABASE", "str:database:THINGS", "Things"),
        _node("FOLDER", "str:folder:things", "A folder that holds itself"),
    ],
    "str:database:THINGS": [
        _node("COUNT", "str:count:THINGS:V_F_THINGS", "Things"),
        _node("GROUP", "str:group:THINGS:Geography", "Geography"),
        *(_node("FIELD", f"str:field:THINGS:F:{n:03}", f"Field {n}") for n in range(_PAGE)),
    ],
    "str:group:THINGS:Geography": [_node("FIELD", "str:field:THINGS:V_F_THINGS:COA_CODE", "Area")],
    "str:valueset:THINGS:F_DATE:YEAR:C_YEAR": [
        _node("VALUE", f"str:value:THINGS:F_DATE:YEAR:C_YEAR:{year}", f"{year}/{year % 100 + 1}")
        for year in (2021, 2022)
    ],
}


def _in_the_tree(source: Source) -> Source:
    def answering() -> Answering:
        figures = source.answering()

        def answer(asked: Asked) -> Reply:
            one = asked.path.removeprefix(_SCHEMA).lstrip("/")
            if not asked.path.startswith(_SCHEMA) or one not in _TREE or not asked.headers.get("apikey"):
                return figures(asked)
            page = int(asked.parameters.get("page", 1))
            held = _TREE[one][_PAGE * (page - 1) : _PAGE * page]
            more = (
                {"Link": f'<https://elsewhere.org/?page={page + 1}>; rel="next"'}
                if _PAGE * page < len(_TREE[one])
                else {}
            )
            return _json({**_node("FOLDER", one, one), "children": held}, **more)

        return answer

    return replace(source, answering=answering)


STATXPLORE = Described(
    _in_the_tree(SOURCES["statxplore"]),
    dataset="str:database:THINGS",
    datasets=[("dataset", "str:database:OLD", "Old things"), ("dataset", "str:database:THINGS", "Things")],
    terms=[
        ("count", "str:count:THINGS:V_F_THINGS", "Things"),
        *(("field", f"str:field:THINGS:F:{n:03}", f"Field {n}") for n in range(_PAGE)),
        ("field", "str:field:THINGS:V_F_THINGS:COA_CODE", "Area"),
    ],
    lists=2,
    asks=3,
    first=f"{_SCHEMA}/str:database:THINGS",
)


# ONS: lists in pages -------------------------------------------------------------------------------------------

_API = "/v1/datasets"
_VERSION = f"{_API}/things/editions/time-series/versions/2"
_LISTS: Mapping[str, Sequence[Any]] = {
    _API: [{"id": f"d{number}", "title": f"Data set {number}"} for number in range(150)],
    f"{_API}/things/editions": [{"edition": "2011"}, {"edition": "time-series"}],
    f"{_API}/things/editions/time-series/versions": [
        {"version": 2, "release_date": "2026-02-03T00:00:00.000Z"},
        {"version": 1, "release_date": "2025-02-03T00:00:00.000Z"},
    ],
    f"{_VERSION}/dimensions/geography/options": [
        {"option": "E08000035", "label": "Leeds", "dimension": "geography"},
        {"option": "E06000014", "label": "York", "dimension": "geography"},
    ],
    f"{_VERSION}/dimensions/time/options": [{"option": "2021", "label": "2021", "dimension": "time"}],
}
_DOCUMENTS: Mapping[str, Any] = {
    f"{_API}/things": {"links": {"latest_version": {"href": f"https://api.beta.ons.gov.uk{_VERSION}"}}},
    _VERSION: {"edition": "time-series", "version": 2, "dimensions": [{"name": "geography"}, {"name": "time"}]},
}


def _in_lists(source: Source) -> Source:
    def answering() -> Answering:
        figures = source.answering()

        def answer(asked: Asked) -> Reply:
            if asked.path not in _LISTS:
                return figures(asked)
            start, most = int(asked.parameters["offset"]), int(asked.parameters["limit"])
            items = _LISTS[asked.path]
            held = items[start : start + most]
            return _json({"count": len(held), "items": held, "limit": most, "offset": start, "total_count": len(items)})

        return answer

    return replace(source, answering=answering, mirrors={**source.mirrors, "https://api.beta.ons.gov.uk": ""})


ONS = Described(
    _in_lists(_or_else(_DOCUMENTS, SOURCES["ons"])),
    dataset="things",
    datasets=[("dataset", f"d{number}", f"Data set {number}") for number in range(150)],
    terms=[
        ("edition", "2011", ""),
        ("edition", "time-series", "the latest"),
        ("version", "2", "time-series, released 2026-02-03"),
        ("version", "1", "time-series, released 2025-02-03"),
        ("geography", "E08000035", "Leeds"),
        ("geography", "E06000014", "York"),
        ("time", "2021", "2021"),
    ],
    lists=2,
    asks=6,
    first=f"{_API}/things",
)


# Explore Local Statistics --------------------------------------------------------------------------------------

_INDICATORS = "/explore-local-statistics/api/v1/metadata/indicators"
_LABELS = {"label": {"all": "All ages", "old": "65 and over"}}
ELS = Described(
    _or_else(
        {
            _INDICATORS: [{"slug": "things-counted", "label": "Things counted"}, {"slug": "others", "label": "Others"}],
            f"{_INDICATORS}/things-counted": {
                "slug": "things-counted",
                "label": "Things counted",
                "dimensions": {
                    "age": {"id": "age", "label": "Age", "category": {"index": {"all": 0, "old": 1}, **_LABELS}},
                    "period": {"id": "period", "label": "Period", "category": {"index": ["2021-01-01/P1Y"]}},
                },
            },
        },
        SOURCES["els"],
    ),
    dataset="things-counted",
    datasets=[("dataset", "things-counted", "Things counted"), ("dataset", "others", "Others")],
    terms=[("age", "all", "All ages"), ("age", "old", "65 and over"), ("period", "2021-01-01/P1Y", "")],
    lists=1,
    asks=1,
    first=f"{_INDICATORS}/things-counted",
)

DESCRIBED: Mapping[str, Described] = {
    one.source.name: one for one in (NOMIS, FINGERTIPS, GEOPORTAL, STATXPLORE, ONS, ELS)
}
