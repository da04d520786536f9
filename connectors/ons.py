"""ONS itself: the newest file of a dataset page (www.ons.gov.uk), and the data sets of its API (api.beta.ons.gov.uk).

    source:
      connector: ons
      dataset: ons/gva-industry-la-tle
      query:
        page: /economy/grossvalueaddedgva/datasets/regionalgrossvalueaddedbalancedbyindustrylocalauthoritiesbyitl1region
        file: "tleyorkshireandthehumber.*[.]xlsx"
      read: {format: workbook, sheet: {title: current prices}, header_row: 2}
      columns:
        - {name: LA code}
        - {name: years, pattern: "[0-9]{4}", type: number, unit: gbp_million}

A file is read as with the connector ``file``: ``source.read`` and ``source.columns`` say how. So is a whole data set of
the API, which is one CSV file, with ``query: {dataset: wellbeing-local-authority, version: latest}``. Some of its
numbers are asked for by their dimensions, and their columns are known (``geography``, ``geography_name``, …, and
``observation``):

    query:
      dataset: wellbeing-local-authority
      dimensions: {geography: "*", time: [2021-22, 2022-23], measureofwellbeing: anxiety, estimate: average-mean}
      marking: Data marking
      numbers: [Lower limit, Upper limit]

What the services do, and what is done about it here:

* Names of files change with each release and follow no rule: they are looked up in the page's JSON (its address with
  ``/data`` behind it), never built.
* ``description.releaseDate`` of an edition may be years old, its first release: the date is that of the last of its
  ``versions`` (each of them says when it was replaced), where there are any (seen in September 2026, VACS03).
* Editions are listed by their addresses alone. Of several each is asked for its date, and the newest is taken if it
  stands at an end of the list; where dates and order disagree nothing is guessed.
* ``downloads[].file`` is a name, in old pages a whole path. Files that were moved to the newer storage have a ``url``
  in its place, which isn't known to work from outside, and is refused.
* In a CSV of the API the number in ``v4_3`` says how many columns (marks, limits) come before the pairs of code and
  label: a header that doesn't add up is refused. The addresses redirect to static.ons.gov.uk.
* Observations: a dimension misnamed or left out is answered with 400 (dp-observation-api), so their names are compared
  with the version's beforehand. One of them may be ``*``, and 10,000 observations is the most that come, **cut without
  a word**: that many are refused. ``time`` is asked by its label. The limits in ``metadata`` are what the CSV calls
  them, and all of them have to be named, since one of them may be a mark that takes the number back.
* An area that the data set doesn't have is answered with 404, as if the data set were gone: ``geography`` is best
  ``*``.
* The API allows 120 requests in 10 seconds and 200 in a minute, then blocks for a minute (its developers' site); the
  website has limits of its own, which it doesn't tell.
* Lists of the API (data sets, editions, versions, options) come in pages of 20 unless more are asked for, 1,000 at most
  (its specification, dp-dataset-api); ``total_count`` says how many there are.
* Most data sets of the API that aren't of the census are old: population stopped in 2024. Look at the dates.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from .base import (
    DATASET,
    OWN,
    Answer,
    Ask,
    Budget,
    Cells,
    Column,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    SourceError,
    Term,
    csv_rows,
    objects,
    require_body,
    text_of,
)
from .releases.files import (
    AGAIN,
    WHICH_EDITION,
    File,
    at,
    british_day,
    expects,
    is_landed,
    json_object,
    landable,
    landed,
    newest,
    only_file,
    quoted,
    read_options,
    reading,
    require_release,
)

NAME = "ons"
TITLE = "Office for National Statistics: dataset pages and the API"
REVISION = 1
HOSTS: tuple[str, ...] = (
    "www.ons.gov.uk",
    "api.beta.ons.gov.uk",
    "download.ons.gov.uk",
    "static.ons.gov.uk",
)
# all hosts together: 120 requests in 10 seconds are allowed, and 200 in a minute
BUDGET = Budget(requests=2, seconds=1.0, together="ons.gov.uk")

_SITE = "https://www.ons.gov.uk"
_API = "https://api.beta.ons.gov.uk/v1/datasets"
_DOWNLOADS = "https://download.ons.gov.uk/downloads/datasets"

_ALL = "*"
_LATEST = "latest"
_VALUE = "observation"
_LABEL = "_name"
_MOST_EDITIONS = 24
_PAGE_OF_LIST = 100
_PAGE_OF_OPTIONS = 1000
_LATEST_VERSION = re.compile(r"/editions/([A-Za-z0-9._-]+)/versions/([0-9]+)/?$")
_FIRST_HEADER = re.compile(r"[vV]4_([0-9]+)")

_EITHER = "Either a dataset page, or a data set of the API."
_BROWSE = "Open the address in a browser, without /data at its end: the page may have moved."
_OPTION: Mapping[str, Any] = MappingProxyType(
    {"type": ["string", "integer"], "description": 'The code of an option; of time its label; "*" for all.'}
)


def _not(description: str) -> dict[str, Any]:
    return {"not": {}, "description": description}


QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "page": {
                "type": "string",
                "pattern": r"^(/[A-Za-z0-9._-]+)+$",
                "description": "The path of a dataset page: its address from the slash behind www.ons.gov.uk on.",
            },
            "file": {
                "type": "string",
                "format": "regex",
                "description": "A regular expression for the file's whole name; not needed where the page has one.",
            },
            "dataset": {
                "type": "string",
                "pattern": "^[A-Za-z0-9_-]+$",
                "description": "A data set of the API, such as wellbeing-local-authority. Or page.",
            },
            "edition": {
                "type": "string",
                "minLength": 1,
                "description": "With page a regular expression for the last part of the addresses of the editions to "
                "choose from; else the edition, such as time-series (the latest if not said).",
            },
            "version": {
                "type": ["integer", "string"],
                "pattern": "^(latest|[0-9]+)$",
                "minimum": 1,
                "description": "The version's number, or latest (if not said).",
            },
            "dimensions": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "if": {"type": "array"},
                    "then": {"items": {**_OPTION}, "minItems": 1, "uniqueItems": True},
                    "else": {**_OPTION},
                    "description": 'The option wanted, a list of them, or "*" for all, which one dimension may have.',
                },
                "description": "The observations wanted: all dimensions of the version by name. Else all comes as CSV.",
            },
            "marking": {
                "type": "string",
                "minLength": 1,
                "description": "What observations call the mark that says why a number is missing: Data marking.",
            },
            "numbers": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"type": "string", "minLength": 1, "description": "A number's name, such as Lower limit."},
                "description": "What else observations have beside their value, and it is a number.",
            },
            "release": {
                "type": ["string", "integer"],
                "description": "The edition that is wanted, and no other: the day it was released (2025-10-15), of "
                "the API edition and version (time-series-v4), or the name it was landed under.",
            },
        },
        "dependentRequired": {"marking": ["dimensions"], "numbers": ["dimensions"], "version": ["dataset"]},
        "if": {"required": ["page"]},
        "then": {
            "properties": {
                "edition": {"format": "regex", "description": "A regular expression for the editions to choose from."},
                **{name: _not(_EITHER) for name in ("dataset", "dimensions")},
            }
        },
        "else": {
            "required": ["dataset"],
            "properties": {
                "file": _not("It goes with page."),
                "edition": {"pattern": "^[A-Za-z0-9._-]+$", "description": "The edition's name, such as time-series."},
            },
            "if": {"required": ["dimensions"]},
            "then": {"properties": {"release": _not("Observations have no release of their own: say the version.")}},
        },
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...] | None:
    """Those of observations: the dimensions, the label of what ``*`` stands for, the numbers; of files the spec's."""
    if "dimensions" not in query:
        return None
    marking = query.get("marking")
    return (
        *(Column(name) for name in query["dimensions"]),
        *(Column(f"{name}{_LABEL}") for name, said in query["dimensions"].items() if said == _ALL),
        Column(_VALUE, "number", status_from=marking),
        *(Column(name, "number") for name in query.get("numbers", ())),
        *((Column(marking),) if marking else ()),
    )


def exchange(ask: Ask) -> Exchange:
    """A dataset page and then its file; or a data set of the API, whole or by its dimensions."""
    if "page" in ask.query:
        return (yield from _from_page(ask))
    if "dimensions" in ask.query:
        return (yield from _observations(ask))
    return (yield from _whole(ask))


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    query = ask.query
    if "page" in query:
        name = f"the one whose name matches {query['file']}" if "file" in query else "its only one"
        return ("the newest edition of the page, and of its files " + name, landable(ask))
    if "dimensions" not in query:
        return ("the whole data set as CSV", landable(ask))
    requests = len(tuple(_combinations(query["dimensions"])))
    each = "1 request" if requests == 1 else f"{requests} requests"
    return (f"the names of the version's dimensions, then {each} for its observations",)


def parse(answer: Answer) -> Iterable[Cells]:
    """The observations of one answer, as a table."""
    asked = {name: option for name, option in answer.request.parameters if option != _ALL}
    rows = [{**asked, **_row(one)} for one in objects(json_object(answer).get("observations"))]
    names = dict.fromkeys(name for row in rows for name in row)
    yield {name: [row.get(name) or None for row in rows] for name in names}


def listing() -> Generator[Request, Answer, tuple[tuple[str, str], ...]]:
    """All data sets of the API, by id and title, asked for page by page.

    Raises:
        SourceError: A page is none, comes twice, or fewer data sets came than were announced.
    """
    return tuple((yield from _listing(_List(_API, "data sets", "id", "title"))).items())


def describe(dataset: str) -> Description:
    """The data sets of the API; or of one its editions, versions, dimensions and options; or what a page has."""
    if not dataset:
        return [Term(DATASET, code, title) for code, title in (yield from listing())]
    if re.fullmatch(QUERY_SCHEMA["properties"]["page"]["pattern"], dataset):
        answer = yield _page(dataset)
        return _on_page(json_object(answer), dataset)
    if not re.fullmatch(QUERY_SCHEMA["properties"]["dataset"]["pattern"], dataset):
        cure = "It is one of the API, such as wellbeing-local-authority, or the path of a page from its first slash on."
        raise SourceError(f"{dataset} is no data set of ONS.", cure)
    return (yield from _in_the_api(dataset))


# What there is to be asked for -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _List:
    """A list of the API: where it is, what it is of, and where its items have their code and label."""

    url: str
    title: str
    code: str
    label: str
    page: int = _PAGE_OF_LIST


def _listing(wanted: _List) -> Generator[Request, Answer, dict[str, str]]:
    """All items of a list, by code and label, asked for page by page."""
    found: dict[str, str] = {}
    asked, announced = 0, 1
    while asked < announced:
        parameters = (("limit", str(wanted.page)), ("offset", str(asked)))
        answer = yield Request(wanted.url, parameters, purpose="discover" if not asked else "page", expects="json")
        items, announced = _listed(json_object(answer), wanted)
        found |= items
        asked += wanted.page
    if len(found) != announced:
        message = f"{announced:,} {wanted.title} were announced, {len(found):,} came."
        raise SourceError(message, "The list may have changed between two pages: run again.")
    return found


def _in_the_api(dataset: str) -> Description:
    """Editions, the versions of the latest one, and the dimensions of the latest version with their options."""
    answer = yield _latest({"dataset": dataset})
    latest = _version({"dataset": dataset}, json_object(answer))
    editions = f"{_API}/{dataset}/editions"
    found = yield from _listing(_List(editions, "editions", "edition", "edition"))
    terms = [Term("edition", one, "the latest" if one == latest.edition else "") for one in found]
    versions = f"{editions}/{latest.edition}/versions"
    found = yield from _listing(_List(versions, f"versions of {latest.edition}", "version", "release_date"))
    days = {one: f", released {day[:10]}" if day else "" for one, day in found.items()}
    terms += [Term("version", one, f"{latest.edition}{day}") for one, day in days.items()]
    answer = yield Request(f"{_API}/{latest.path}", purpose="discover", expects="json")
    for name in _names(json_object(answer)):
        options = f"{_API}/{latest.path}/dimensions/{quote(name, safe='')}/options"
        found = yield from _listing(_List(options, f"options of {name}", "option", "label", _PAGE_OF_OPTIONS))
        terms += [Term(name, option, label) for option, label in found.items()]
    return terms


def _on_page(page: Mapping[str, Any], uri: str) -> Sequence[Term]:
    """The editions that a dataset page lists, or the files of an edition."""
    if page.get("type") == "dataset":
        edition = _as_edition(page, uri)
        return [Term("file", one.rpartition("/")[2], f"released {edition.released}") for one in edition.files]
    return [Term("edition", one.rpartition("/")[2], one) for one in _uris(page)]


# Dataset pages ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edition:
    """One edition of a dataset page: its address, the day of its release and its files."""

    uri: str
    released: date
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.uri.rpartition("/")[2]


def _from_page(ask: Ask) -> Exchange:
    answer = yield _page(ask.query["page"])
    if is_landed(answer):
        return [landed(answer, ask)]
    edition = yield from _edition(ask.query, json_object(answer))
    require_release(ask.query, edition.released.isoformat())
    file = _file(edition, ask.query.get("file"))
    path = file if file.startswith("/") else f"{edition.uri}/{file}"
    answer = yield Request(f"{_SITE}/file", (("uri", path),), expects=expects(ask, path))
    require_body(answer)
    return [Part(answer, reading(ask, path), edition.released.isoformat())]


def _page(uri: str) -> Request:
    return Request(f"{_SITE}{uri}/data", purpose="discover", expects="json")


def _edition(query: Mapping[str, Any], page: Mapping[str, Any]) -> Generator[Request, Answer, _Edition]:
    """The newest of the page's editions, or the page itself if it is one."""
    if page.get("type") == "dataset":
        return _as_edition(page, query["page"])
    if page.get("type") != "dataset_landing_page":
        kind = page.get("type") or "of no kind"
        raise SourceError(f"The page is no dataset page, but {kind}.", "Name the page that lists the editions.")
    editions: list[_Edition] = []
    for uri in _chosen(query, _uris(page)):
        answer = yield _page(uri)
        editions.append(_as_edition(json_object(answer), uri))
    return _newest(editions)


def _uris(page: Mapping[str, Any]) -> tuple[str, ...]:
    uris = tuple(one.get("uri") for one in objects(page.get("datasets")))
    if not uris or not all(isinstance(uri, str) and uri.startswith("/") for uri in uris):
        raise SourceError("The page lists no editions.", _BROWSE)
    return tuple(map(str, uris))


def _chosen(query: Mapping[str, Any], uris: Sequence[str]) -> tuple[str, ...]:
    """The editions that may be meant, as many as can decently be asked for their dates."""
    pattern = query.get("edition", ".*")
    chosen = tuple(uri for uri in uris if re.fullmatch(pattern, uri.rpartition("/")[2]))
    if not chosen:
        names = quoted(uri.rpartition("/")[2] for uri in uris)
        raise SourceError(f"No edition of the page matches '{pattern}': there are {names}.", "Correct the edition.")
    if len(chosen) > _MOST_EDITIONS:
        raise SourceError(
            f"The page has {len(chosen)} editions to choose from, more than the {_MOST_EDITIONS} that are looked at.",
            WHICH_EDITION,
        )
    return chosen


def _newest(editions: Sequence[_Edition]) -> _Edition:
    """The edition that was released last, if the order of the list says so too."""
    return editions[newest([(edition.name, edition.released) for edition in editions])]


def _as_edition(page: Mapping[str, Any], uri: str) -> _Edition:
    downloads = objects(page.get("downloads"))
    files = tuple(one["file"] for one in downloads if isinstance(one.get("file"), str) and one["file"])
    if not files:
        why = "lists files that only its website can fetch" if downloads else "lists no files"
        cure = "Copy the file's address from the page, and use the connector file."
        raise SourceError(f"The edition {uri} {why}.", cure)
    return _Edition(uri, _released(page, uri), files)


def _released(page: Mapping[str, Any], uri: str) -> date:
    """The day on which what the edition holds was put there."""
    replaced = [one.get("updateDate") for one in objects(page.get("versions"))]
    said = replaced or [at(page, "description", "releaseDate")]
    try:
        return max(british_day(text) for text in said)
    except ValueError:
        raise SourceError(f"The edition {uri} doesn't say when it was released.", _BROWSE) from None


def _file(edition: _Edition, pattern: str | None) -> str:
    """The one file that is meant."""
    files = [File(file.rpartition("/")[2], file) for file in edition.files]
    return only_file(files, pattern, f"the edition {edition.name}").address


# Whole data sets of the API --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of a data set of the API."""

    dataset: str
    edition: str
    number: str

    @property
    def path(self) -> str:
        return f"{self.dataset}/editions/{self.edition}/versions/{self.number}"

    @property
    def release(self) -> str:
        return f"{self.edition}-v{self.number}"


def _whole(ask: Ask) -> Exchange:
    version = _stated(ask.query)
    if version is None:
        answer = yield _latest(ask.query)
        if is_landed(answer):
            return [_landed_csv(answer, ask)]
        version = _version(ask.query, json_object(answer))
    answer = yield Request(f"{_DOWNLOADS}/{version.path}.csv", expects="csv")
    if is_landed(answer):
        return [_landed_csv(answer, ask)]
    require_release(ask.query, version.release)
    require_body(answer)
    _require_header(answer)
    return [Part(answer, _csv(ask), version.release)]


def _stated(query: Mapping[str, Any]) -> _Version | None:
    """The version that the query says, if it says all of it."""
    number = str(query.get("version", _LATEST))
    if number == _LATEST or "edition" not in query:
        return None
    return _Version(query["dataset"], query["edition"], number)


def _latest(query: Mapping[str, Any]) -> Request:
    """The question which version is the latest: of the edition if that is said, else of all."""
    edition = f"/editions/{query['edition']}" if "edition" in query else ""
    return Request(f"{_API}/{query['dataset']}{edition}", purpose="discover", expects="json")


def _version(query: Mapping[str, Any], document: Mapping[str, Any]) -> _Version:
    said = _LATEST_VERSION.search(str(at(document, "links", "latest_version", "href")))
    if said is None:
        message = f"The API doesn't say which version of {query['dataset']} is the latest."
        raise SourceError(message, "Say edition and version in the query.")
    number = str(query.get("version", _LATEST))
    return _Version(query["dataset"], said[1], said[2] if number == _LATEST else number)


def _require_header(answer: Answer) -> None:
    """The header must be one of the API's: v4_N, N columns, and then pairs."""
    header = next(csv_rows(answer), [""])
    said = _FIRST_HEADER.fullmatch(header[0])
    pairs, rest = divmod(len(header) - 1 - int(said[1]), 2) if said else (0, 0)
    if said is None or rest or pairs < 1:
        raise SourceError(
            f"The answer isn't a data set of the API: its header is {quoted(header)}.",
            "It has to begin with v4_ and the number of columns that come before the pairs of code and label.",
        )


# Observations ----------------------------------------------------------------------------------------


def _observations(ask: Ask) -> Exchange:
    query = ask.query
    version = _stated(query)
    if version is None:
        answer = yield _latest(query)
        version = _version(query, json_object(answer))
    answer = yield Request(f"{_API}/{version.path}", purpose="discover", expects="json")
    _require_dimensions(query["dimensions"], json_object(answer))
    parts: list[Part] = []
    for parameters in _combinations(query["dimensions"]):
        answer = yield Request(f"{_API}/{version.path}/observations", parameters, expects="json")
        _require_observations(answer, query)
        parts.append(Part(answer, Reading(OWN), version.release))
    return parts


def _combinations(dimensions: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], ...]]:
    """One request for each combination of options: the service takes one of each dimension."""
    options = [[(name, str(one)) for one in _several(said)] for name, said in dimensions.items()]
    return itertools.product(*options)


def _several(said: Any) -> Sequence[Any]:
    return said if isinstance(said, (list, tuple)) else (said,)


def _require_dimensions(dimensions: Mapping[str, Any], version: Mapping[str, Any]) -> None:
    """All dimensions of the version must be asked for, no other, and only one of them for all that there is."""
    known = _names(version)
    if sorted(known) != sorted(dimensions):
        raise SourceError(
            f"The query has the dimensions {quoted(sorted(dimensions))}, "
            f"the version has {quoted(sorted(known)) or 'none'}.",
            "Name each dimension of the version, spelled like this, and no other.",
        )
    everything = [name for name, said in dimensions.items() if _ALL in _several(said)]
    if len(everything) > 1 or any(len(_several(dimensions[name])) > 1 for name in everything):
        raise SourceError(
            f"All options ({_ALL}) are asked of {quoted(everything)}: the service allows one dimension, and no list.",
            "List the options of the others.",
        )


def _names(version: Mapping[str, Any]) -> list[str]:
    """The dimensions of a version, as a query calls them."""
    return [str(one.get("name")) for one in objects(version.get("dimensions"))]


def _require_observations(answer: Answer, query: Mapping[str, Any]) -> None:
    """All that there is has come, none of it twice, and nothing that the query doesn't know of."""
    document = json_object(answer)
    came = objects(document.get("observations"))
    _require_all(document, len(came))
    _require_metadata(came, query)
    _require_distinct(came, [name for name, option in answer.request.parameters if option == _ALL])


def _require_distinct(observations: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> None:
    """Each observation has a value, or a blank for one, and says what it is of; no two are of the same."""
    options = [_options(one) for one in observations]
    if any(asked != [*said] or not all(said.values()) for said in options) or not all(
        isinstance(one.get(_VALUE), str) for one in observations
    ):
        message = "Observations came that don't say their value, or what they are of."
        raise SourceError(message, AGAIN)
    repeated = len(options) - len({tuple(said.values()) for said in options})
    if repeated:
        raise SourceError(f"{repeated:,} of {len(options):,} observations repeat another one.", AGAIN)


def _require_all(document: Mapping[str, Any], came: int) -> None:
    announced, most = document.get("total_observations"), document.get("limit")
    if not came or announced != came or document.get("offset"):
        raise SourceError(f"{announced or 0} observations were announced, {came:,} came.", AGAIN)
    if isinstance(most, int) and came >= most:
        raise SourceError(
            f"{came:,} observations came, which is the most that the service sends: there may be more.",
            'List options in place of "*", or take the whole data set (a query without dimensions).',
        )


def _require_metadata(observations: Iterable[Mapping[str, Any]], query: Mapping[str, Any]) -> None:
    named = {*query.get("numbers", ()), *((query["marking"],) if "marking" in query else ())}
    came = {name for one in observations for name in one.get("metadata") or {}}
    if came != named:
        raise SourceError(
            f"Beside their value observations have {quoted(sorted(came)) or 'nothing'}, "
            f"the query names {quoted(sorted(named)) or 'nothing'}.",
            "Name the mark that explains missing numbers with marking, the others with numbers.",
        )


def _options(observation: Mapping[str, Any]) -> dict[str, str]:
    """What an observation says it is of: the code in the one dimension that was asked for as a whole.

    The service calls it by the header of its labels, which differs from its name in capitals.
    """
    return {name.lower(): str(said.get("id", "")) for name, said in _parts(observation, "dimensions")}


def _row(observation: Mapping[str, Any]) -> dict[str, str]:
    labels = {f"{name.lower()}{_LABEL}": said.get("label") for name, said in _parts(observation, "dimensions")}
    return {**_options(observation), **labels, _VALUE: observation[_VALUE], **(observation.get("metadata") or {})}


def _parts(observation: Mapping[str, Any], name: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    said = observation.get(name) or {}
    return [(key, value) for key, value in said.items() if isinstance(value, dict)]


# What they have in common ----------------------------------------------------------------------------


def _listed(document: Mapping[str, Any], wanted: _List) -> tuple[dict[str, str], int]:
    items = objects(document.get("items"))
    announced = document.get("total_count")
    if not items or not isinstance(announced, int):
        message = f"The answer is no page of the list of {wanted.title}: it has no items, or no total_count."
        raise SourceError(message, AGAIN)
    return {str(one.get(wanted.code)): text_of(one, wanted.label) for one in items}, announced


def _landed_csv(answer: Answer, ask: Ask) -> Part:
    require_body(answer)
    _require_header(answer)
    return Part(answer, _csv(ask), answer.release)


def _csv(ask: Ask) -> Reading:
    return Reading("csv", read_options(ask))
