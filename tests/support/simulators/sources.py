"""Each source: figures of every area wanted for two years, served as the real one serves them, and specs for them.

What they do beside (paging, keys, limits, tags) is what the connectors' docstrings say and cite.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yhovi.connectors import nomis

from ..geoportal import FOLDER, Portal
from ..sources import nomis_csv
from .offices import Release, Riverside, Whitehall
from .wire import Answering, Asked, Reply

YEARS = (2021, 2022)
_ID_OF = {code: number for code, number in nomis._AREA_IDS.items() if code not in ("E08000038", "E08000039")}


def areas() -> tuple[str, ...]:
    """The codes of the areas that an installation without settings wants."""
    return tuple(sorted(_ID_OF))


def figure(area: str, year: int) -> int:
    """The figure of an area in a year."""
    return 1000 * (areas().index(area) + 1) + year


def _name(area: str) -> str:
    return f"Area – {area}"  # a dash, so that a wrong encoding is one


@dataclass(frozen=True)
class Source:
    """One source for tests.

    ``specs`` are whole, by id. ``mirrors`` are the publishers' addresses and the paths that stand for them here.
    ``requests`` is how many are needed for all the specs, and ``untagged`` how many of these have no ETag.
    ``column`` is a name that the figures depend on, ``denial`` what comes with success where something is wrong.
    ``page`` is the number of the last request for a further page (0: none), and ``empty`` such a page without rows.
    """

    name: str
    specs: Mapping[str, str]
    mirrors: Mapping[str, str]
    answering: Callable[[], Answering]
    requests: int
    untagged: int
    column: str
    denial: bytes
    page: int = 0
    empty: bytes = b""
    secret: str = ""

    def address(self, target: str) -> str:
        """The publisher's address of what was asked for here."""
        own, path = max(self.mirrors.items(), key=lambda pair: len(pair[1]) if target.startswith(pair[1]) else -1)
        return own + target.removeprefix(path)


_SPEC = """\
id: {id}
title: Things that are counted
description: Things that are counted in a year.
domain: economy
subdomain: sectors
measure: {{type: count, unit: count, polarity: neutral, decimals: 0}}
source:
{source}
  geography: {{level: lad, codes: as_published}}
  publisher: A publisher
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P12M
recipe:
{recipe}
checks:
  golden: {{none: made up for tests}}
owner: tests
"""


def _specs(name: str, source: str, steps: Sequence[str], again: str = "", last: str = "2022") -> Mapping[str, str]:
    """Two indicators of one source: of all years, and of the last alone; the second asks as ``again`` says, if said."""
    column = next(step for step in steps if step.startswith("period:")).split("from: ")[1].split(",")[0]
    kept = [f"keep: \"`{column}` == '{last}'\"", *steps]
    said = {f"{name}-ALL": (source, steps), f"{name}-LAST": (again or source, kept)}
    return {
        one: _SPEC.format(id=one, source=_in(asked), recipe="\n".join(f"  - {step}" for step in recipe))
        for one, (asked, recipe) in said.items()
    }


def _in(source: str) -> str:
    return "\n".join(f"  {line}" for line in source.strip().splitlines())


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue().encode()


# Nomis: 25 rows at most, no tags, nothing at all for what it doesn't know --------------------------------------

_NOMIS_PAGE = 25


def _nomis() -> Answering:
    numbers = {str(number): code for code, number in _ID_OF.items()}

    def answering(asked: Asked) -> Reply:
        said = asked.parameters
        wanted = [code for one in said.get("geography", "").split(",") for code in _run(one, numbers)]
        if said.get("item") != "1" or said.get("measures") != "20100" or not wanted:
            return Reply()
        rows = [_nomis_row(code, year) for year in said["date"].split(",") for code in wanted]
        lines = nomis_csv(rows, ("ITEM",)).splitlines(keepends=True)
        offset = 1 + int(said.get("RecordOffset", 0))
        return Reply("".join([lines[0], *lines[offset : offset + _NOMIS_PAGE]]).encode())

    return answering


def _run(said: str, numbers: Mapping[str, str]) -> list[str]:
    first, _, last = said.partition("...")
    return [numbers[str(one)] for one in range(int(first), int(last or first) + 1)]


def _nomis_row(code: str, year: str) -> dict[str, object]:
    return {
        "DATE": year,
        "DATE_NAME": year,
        "GEOGRAPHY": _ID_OF[code],
        "GEOGRAPHY_NAME": _name(code),
        "GEOGRAPHY_CODE": code,
        "GEOGRAPHY_TYPE": "districts",
        "ITEM": 1,
        "ITEM_NAME": "Total",
        "MEASURES": 20100,
        "MEASURES_NAME": "value",
        "OBS_VALUE": figure(code, int(year)),
        "URN": f"Nm-{code}-{year}",
    }


NOMIS = Source(
    name="nomis",
    specs=_specs(
        "NOMIS",
        """
connector: nomis
dataset: nomis/NM_57_1
query: {dataset: NM_57_1, time: [2021, 2022], dimensions: {item: 1}, measures: 20100}
""",
        [
            "declare: {OBS_VALUE: {unit: count, type: count}}",
            "period: {from: DATE, as: calendar_year}",
            "observe: {area: GEOGRAPHY_CODE, value: OBS_VALUE}",
        ],
    ),
    mirrors={"https://www.nomisweb.co.uk": ""},
    answering=_nomis,
    requests=2,
    untagged=2,
    column="OBS_VALUE",
    denial=b"",
    page=2,
    empty=nomis_csv([], ("ITEM",)).encode(),
    secret="NOMIS_API_KEY",  # noqa: S106  (its name)
)


# Fingertips: everything of one indicator -----------------------------------------------------------------------

_FINGERTIPS = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,Category,"
    "Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Count,Denominator,Value note,Time period Sortable,"
    "Time period range"
).split(",")


def _fingertips() -> Answering:
    def answering(asked: Asked) -> Reply:
        if asked.parameters.get("indicator_ids") != "93721":
            return Reply(_table(_FINGERTIPS, []))
        rows = [
            (
                *("93721", "Things\ncounted", "E92000001", "England", code, _name(code), "Districts"),
                *("Persons", "All ages", "", "", year, figure(code, year), "", "", "", "", "", f"{year}0000", "1y"),
            )
            for code in areas()
            for year in YEARS
        ]
        return Reply(_table(_FINGERTIPS, rows), tagged=True)

    return answering


FINGERTIPS = Source(
    name="fingertips",
    specs=_specs(
        "FINGERTIPS",
        """
connector: fingertips
dataset: fingertips/93721
query: {indicator: 93721, area_type: 501}
""",
        [
            "declare: {Value: {unit: count, type: count}}",
            "period: {from: Time period, as: calendar_year}",
            "observe: {area: Area Code, value: Value, note: Value note}",
        ],
    ),
    mirrors={"https://fingertips.phe.org.uk": ""},
    answering=_fingertips,
    requests=1,
    untagged=0,
    column="Value,",
    denial=b'{"Message":"An error has occurred."}',
)


# A file: at one address, for two data sets ---------------------------------------------------------------------

_FILE_SPEC = """
connector: file
dataset: {dataset}
query: {{url: "https://www.gov.uk/statistics/figures.csv"}}
columns:
  - {{name: Code}}
  - {{name: Name}}
  - {{name: Year}}
  - {{name: Things, type: number, unit: count, measure: count}}
"""
_FILE_STEPS = ["period: {from: Year, as: calendar_year}", "observe: {area: Code, value: Things}"]


def _figures_csv() -> bytes:
    rows = [(code, _name(code), year, figure(code, year)) for code in areas() for year in YEARS]
    return _table(["Code", "Name", "Year", "Things"], rows)


def _file() -> Answering:
    def answering(asked: Asked) -> Reply:
        if asked.path != "/statistics/figures.csv":
            return Reply(b"<html><title>Page not found</title></html>", 404, media="text/html")
        return Reply(_figures_csv(), tagged=True)

    return answering


FILE = Source(
    name="file",
    specs=_specs("FILE", _FILE_SPEC.format(dataset="gov/all"), _FILE_STEPS, _FILE_SPEC.format(dataset="gov/last")),
    mirrors={"https://www.gov.uk": ""},
    answering=_file,
    requests=1,
    untagged=0,
    column="Things",
    denial=b"<!DOCTYPE html><html><title>Sign in</title></html>",
)


# The Open Geography Portal: pages of 20, errors with success ---------------------------------------------------


def _geoportal() -> Answering:
    rows = [
        {"LAD24CD": code, "LAD24NM": _name(code), "ENDED": str(year), "THINGS": figure(code, year)}
        for code in areas()
        for year in YEARS
    ]
    portal = Portal({"FIGURES": rows}, limit=20)

    def answering(asked: Asked) -> Reply:
        said = portal._said(asked.path.removeprefix(f"{FOLDER}/").partition("/")[0], asked.parameters)
        return Reply(json.dumps(said, ensure_ascii=False).encode(), media="application/json", tagged=True)

    return answering


GEOPORTAL = Source(
    name="geoportal",
    specs=_specs(
        "GEOPORTAL",
        """
connector: geoportal
dataset: geoportal/FIGURES
query: {service: FIGURES, fields: [LAD24CD, LAD24NM, ENDED], numbers: [THINGS], key: [LAD24CD, ENDED]}
""",
        [
            "declare: {THINGS: {unit: count, type: count}}",
            "period: {from: ENDED, as: calendar_year}",
            "observe: {area: LAD24CD, value: THINGS}",
        ],
    ),
    mirrors={"https://services1.arcgis.com": ""},
    answering=_geoportal,
    requests=3,
    untagged=0,
    column='"THINGS"',
    denial=b'{"error":{"code":500,"message":"Error performing query operation","details":[]}}',
    page=3,
    empty=b'{"objectIdFieldName":"ObjectId","features":[]}',
)


# Stat-Xplore: a key, lists in pages of 100, a table by POST, and how many requests are left --------------------

_COUNT = "str:count:THINGS:V_F_THINGS"
_GEOGRAPHY, _YEAR = "THINGS:V_F_THINGS:COA_CODE", "THINGS:F_DATE:YEAR"
_AREA_LIST, _YEAR_LIST = f"{_GEOGRAPHY}:V_C_MASTERGEOG21_LA_TO_REGION", f"{_YEAR}:C_YEAR"
_LISTED = 100


def _statxplore() -> Answering:
    left = iter(range(1999, 0, -1))
    # so many others that the areas wanted are on both pages
    listed = [f"S12{number:06d}" for number in range(95)] + list(areas())

    def answering(asked: Asked) -> Reply:
        if not asked.headers.get("apikey"):
            return Reply(b'{"message":"API key required"}', 401, media="application/json")
        reply = _statxplore_list(asked, listed) if asked.method == "GET" else _statxplore_table(json.loads(asked.body))
        limits = {"X-RateLimit": "2000", "X-RateLimit-Remaining": str(next(left)), "X-RateLimit-Reset": "4102444800000"}
        return Reply(
            reply.body, reply.status, {**reply.headers, **limits}, "application/json", tagged=asked.method == "GET"
        )

    return answering


def _statxplore_list(asked: Asked, listed: Sequence[str]) -> Reply:
    if not asked.path.endswith(f"/schema/str:valueset:{_AREA_LIST}"):
        return Reply(b'{"message":"Unknown schema id"}', 404)
    page = int(asked.parameters.get("page", 1))
    codes = listed[_LISTED * (page - 1) : _LISTED * page]
    children = [{"id": f"str:value:{_AREA_LIST}:{code}", "label": f"Area – {code}", "type": "VALUE"} for code in codes]
    body = json.dumps({"id": f"str:valueset:{_AREA_LIST}", "children": children}, ensure_ascii=False).encode()
    more = _LISTED * page < len(listed)
    url = f"https://stat-xplore.dwp.gov.uk/webapi/rest/v1/schema/str:valueset:{_AREA_LIST}"
    return Reply(body, headers={"Link": f'<{url}?page={page + 1}>; rel="next"'} if more else {})


def _statxplore_table(query: Mapping[str, Any]) -> Reply:
    recodes = query["recodes"]
    codes, years = ([ids[0] for ids in recodes[f"str:field:{of}"]["map"]] for of in (_GEOGRAPHY, _YEAR))
    items = [
        [{"type": "RecodeItem", "uris": [one], "labels": [f"– {one.rpartition(':')[2]}"]} for one in ids]
        for ids in (codes, years)
    ]
    values = [[figure(code.rpartition(":")[2], int(year.rpartition(":")[2])) for year in years] for code in codes]
    named = zip((_GEOGRAPHY, _YEAR), ("Area", "Year"), items, strict=True)
    said = {
        "measures": [{"uri": _COUNT, "label": "Things"}],
        "fields": [{"uri": f"str:field:{of}", "label": name, "items": each} for of, name, each in named],
        "cubes": {_COUNT: {"values": values, "precision": 0}},
    }
    return Reply(json.dumps(said, ensure_ascii=False).encode())


STATXPLORE = Source(
    name="statxplore",
    specs=_specs(
        "STATXPLORE",
        f"""
connector: statxplore
dataset: statxplore/THINGS
query:
  database: str:database:THINGS
  measures:
    - {{id: "{_COUNT}", name: Things}}
  dimensions:
    - {{id: "str:valueset:{_AREA_LIST}", name: Area, codes: areas}}
    - {{id: "str:valueset:{_YEAR_LIST}", name: Year, codes: [2021, 2022]}}
""",
        ["period: {from: Year CODE, as: calendar_year}", "observe: {area: Area CODE, value: Things}"],
    ),
    mirrors={"https://stat-xplore.dwp.gov.uk": ""},
    answering=_statxplore,
    requests=3,
    untagged=1,
    column='"label": "Things"',
    denial=b'{"code":500,"message":"The service is not available"}',
    page=2,
    empty=json.dumps({"id": f"str:valueset:{_AREA_LIST}", "children": []}).encode(),
    secret="STATXPLORE_API_KEY",  # noqa: S106  (its name)
)


# ONS: a dataset page, its newest edition, and the file that it names -------------------------------------------

_ONS_PAGE = "/economy/things/datasets/thingscounted"
_ONS_SPEC = """
connector: ons
dataset: {dataset}
query: {{page: /economy/things/datasets/thingscounted, file: "things.*[.]csv"}}
read: {{format: csv}}
columns:
  - {{name: Code}}
  - {{name: Name}}
  - {{name: Year}}
  - {{name: Things, type: number, unit: count, measure: count}}
"""


def _ons() -> Answering:
    pages = {
        f"{_ONS_PAGE}/data": {"type": "dataset_landing_page", "datasets": [{"uri": f"{_ONS_PAGE}/current"}]},
        f"{_ONS_PAGE}/current/data": {
            "type": "dataset",
            "description": {"releaseDate": "2025-10-14T23:00:00.000Z"},
            "downloads": [{"file": "things2025.csv"}, {"file": "notes.xlsx"}],
        },
    }

    def answering(asked: Asked) -> Reply:
        if asked.path in pages:
            return Reply(json.dumps(pages[asked.path]).encode(), media="application/json", tagged=True)
        if asked.path == "/file" and asked.parameters.get("uri") == f"{_ONS_PAGE}/current/things2025.csv":
            return Reply(_figures_csv(), tagged=True)
        return Reply(b"<html><title>404</title></html>", 404, media="text/html")

    return answering


ONS = Source(
    name="ons",
    specs=_specs("ONS", _ONS_SPEC.format(dataset="ons/all"), _FILE_STEPS, _ONS_SPEC.format(dataset="ons/last")),
    mirrors={"https://www.ons.gov.uk": ""},
    answering=_ons,
    requests=3,
    untagged=0,
    column="Things",
    denial=b"<!DOCTYPE html><html><title>Sorry</title></html>",
)


# GOV.UK: a collection, the page of its newest edition, and the file under its hash -------------------------------

_GOVUK_SPEC = """
connector: govuk
dataset: {dataset}
query:
  page: {page}
  edition: "things-counted-(?P<release>20[0-9]{{2}})"
  file: "things-.*[.]csv"
read: {{format: csv}}
columns:
  - {{name: Code}}
  - {{name: Name}}
  - {{name: Year}}
  - {{name: Things, type: number, unit: count, measure: count}}
"""


def _govuk() -> Answering:
    files = {"things-2022.csv": _figures_csv(), "things-2022.pdf": b"%PDF-1.7"}
    older = Release("things-counted-2021", "2022-07-01", {"things-2021.csv": b"Code\n"})
    return Whitehall([older, Release("things-counted-2022", "2023-06-29", files)])


GOVUK = Source(
    name="govuk",
    specs=_specs(
        "GOVUK",
        _GOVUK_SPEC.format(dataset="gov/all", page=Whitehall.collection),
        _FILE_STEPS,
        _GOVUK_SPEC.format(dataset="gov/last", page=Whitehall.collection),
    ),
    mirrors={"https://www.gov.uk": "", "https://assets.publishing.service.gov.uk/media": "/media"},
    answering=_govuk,
    requests=3,
    untagged=0,
    column="Things",
    denial=b"<!DOCTYPE html><html><title>Sorry, there is a problem</title></html>",
)


# Ofcom: the page of reports, the page of downloads of the last year, and the newest of the files that it links to ---

_OFCOM_SPEC = """
connector: ofcom
dataset: {dataset}
query:
  page: {page}
  edition: "data-downloads-(?P<release>20[0-9]{{2}})"
  file: "(?P<release>20[0-9]{{4}}_r[0-9]+)_laua[.]csv"
read: {{format: csv}}
columns:
  - {{name: Code}}
  - {{name: Name}}
  - {{name: Year}}
  - {{name: Things, type: number, unit: count, measure: count}}
"""


def _ofcom() -> Answering:
    older = Release("connected-nations-2021/data-downloads-2021", "2021-12-16", {"202109_r01_laua.csv": b"Code\n"})
    files = {"202209_r01_laua.csv": b"Code\n", "202209_r02_laua.csv": _figures_csv()}
    return Riverside([older, Release("connected-nations-20222/data-downloads-2022", "2022-12-15", files)])


OFCOM = Source(
    name="ofcom",
    specs=_specs(
        "OFCOM",
        _OFCOM_SPEC.format(dataset="ofcom/all", page=Riverside.reports),
        _FILE_STEPS,
        _OFCOM_SPEC.format(dataset="ofcom/last", page=Riverside.reports),
    ),
    mirrors={"https://www.ofcom.org.uk": ""},
    answering=_ofcom,
    requests=3,
    untagged=0,
    column="Things",
    denial=b"<!DOCTYPE html><html><title>Just a moment...</title></html>",
)


# Explore Local Statistics --------------------------------------------------------------------------------------

_ELS = ["areacd", "areanm", "period", "value", "status"]


def _els() -> Answering:
    def answering(asked: Asked) -> Reply:
        if asked.parameters.get("indicator") != "things-counted":
            return Reply(b"Bad request", 400, media="text/plain")
        rows = [(code, _name(code), f"{year}-01-01/P1Y", figure(code, year), "") for code in areas() for year in YEARS]
        return Reply(_table(_ELS, rows), tagged=True)

    return answering


ELS = Source(
    name="els",
    specs=_specs(
        "ELS",
        """
connector: els
dataset: els/things-counted
query: {indicator: things-counted}
""",
        [
            "declare: {value: {unit: count, type: count}}",
            "period: {from: period, as: iso_interval}",
            "observe: {area: areacd, value: value}",
        ],
        last="2022-01-01/P1Y",
    ),
    mirrors={"https://www.ons.gov.uk": ""},
    answering=_els,
    requests=1,
    untagged=0,
    column="value",
    denial=_table(_ELS, []),
)

SOURCES: Mapping[str, Source] = {
    one.name: one for one in (NOMIS, FINGERTIPS, FILE, GEOPORTAL, STATXPLORE, ONS, ELS, GOVUK, OFCOM)
}

ALIKE: Mapping[str, str] = {
    **dict.fromkeys(("defra", "desnz", "dft", "homeoffice", "mhclg"), "govuk"),
    "sport_england": "ofcom",
}
"""Connectors that put their questions as another one does, by the same code: what befalls that one befalls them."""
