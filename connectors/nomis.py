"""Nomis, the labour market service of ONS (www.nomisweb.co.uk): labour market, population and business counts.

    source:
      connector: nomis
      dataset: nomis/NM_17_5
      query:
        dataset: NM_17_5
        time: {from: 2004-12, to: latest}
        dimensions: {variable: 45}
        measures: [20599, 21001, 21002, 21003]

The areas asked for follow the settings; ``geography`` in the query overrides them with Nomis's own codes.

What the service does, as seen in public captures of 2025 and 2026, and what is done about it here:

* A wrong dimension, or only invalid measures, is answered with **zero bytes** and success: dimensions are checked
  against the data set before asking, and an empty body is refused.
* One invalid measure among valid ones is **dropped in silence**; an unknown industry is answered with the **Total**,
  once for each; of a dimension left out **all members** come: every code asked for must come back, no other, and no
  row twice. Areas asked for by their ids are compared in the same way.
* Guests get at most 25,000 rows, **cut without a word**: ``RECORD_COUNT`` in each row says how many there are, and
  pages are asked for until that many have come.
* ``DATE`` of the Annual Population Survey is the **last month** of a twelve-month window, not a year.
* GSS codes as ``geography`` are answered as county/unitary (type 423): numeric ids or types are asked for instead.
* A page of HTML comes with success when the address or a parameter is wrong.
* Data sets, their dimensions and codes are listed as SDMX (``def.sdmx.json``, as its API help has it); of areas only
  the uppermost and the types are asked for, since there are tens of thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from .base import (
    DATASET,
    Answer,
    Ask,
    Budget,
    Column,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    Secret,
    SourceError,
    Term,
    csv_rows,
    json_of,
    no_parse,
    objects,
    require_body,
    text_of,
)

NAME = "nomis"
TITLE = "Nomis (Office for National Statistics)"
REVISION = 1
HOSTS: tuple[str, ...] = ("www.nomisweb.co.uk",)
BUDGET = Budget(requests=2, seconds=1.0)
SECRET = Secret("NOMIS_API_KEY", "parameter", "uid", required=False)

parse = no_parse

_BASE = "https://www.nomisweb.co.uk/api/v01/dataset"

# The dimensions of each data set beside geography, time and measures, as its answers name them.
_DIMENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "NM_17_5": ("variable",),
        "NM_30_1": ("sex", "item", "pay"),
        "NM_31_1": ("sex", "age"),
        "NM_57_1": ("item",),
        "NM_99_1": ("sex", "item", "pay"),
        "NM_127_1": ("item",),
        "NM_142_1": ("industry", "employment_sizeband", "legal_status"),
        "NM_162_1": ("gender", "age", "measure"),
        "NM_189_1": ("industry", "employment_status", "measure"),
        "NM_2002_1": ("gender", "c_age"),
    }
)

# Districts and unitaries as of April 2023, regions, countries. An area's number is (type << 22) + position.
_TYPES = ("TYPE424", "TYPE480", "TYPE499")
_AREA_IDS: Mapping[str, int] = MappingProxyType(
    {
        "E06000010": 1778384906,
        "E06000011": 1778384907,
        "E06000012": 1778384908,
        "E06000013": 1778384909,
        "E06000014": 1778384910,
        "E06000065": 1778384958,
        "E08000016": 1778385139,
        "E08000017": 1778385140,
        "E08000018": 1778385141,
        "E08000019": 1778385142,
        "E08000032": 1778385154,
        "E08000033": 1778385155,
        "E08000034": 1778385156,
        "E08000035": 1778385157,
        "E08000036": 1778385158,
        # Recoded in 2025, the same places: Nomis goes on printing the earlier codes, under the earlier numbers.
        "E08000038": 1778385139,
        "E08000039": 1778385142,
        "E12000003": 2013265923,
        "E92000001": 2092957699,
    }
)

# What OBS_STATUS_NAME says, as a reason. A note on a number that is there, such as BRES's "exclude farm agriculture",
# is none: a value is missing only where OBS_VALUE is empty.
_STATUSES = (
    ("These figures are missing.", "not_available"),
    ("These figures are suppressed as statistically unreliable", "too_unreliable_to_publish"),
)

# Its keywords (total, default) and groups (MAKE|…) come back under other codes, so that nothing could be compared.
_CODE: Mapping[str, Any] = MappingProxyType(
    {
        "type": ["integer", "string"],
        "pattern": r"^[0-9]+(\.\.\.[0-9]+)?$",
        "description": "A code of the dimension, or a range such as 1...9.",
    }
)
_CODES: Mapping[str, Any] = MappingProxyType(
    {**_CODE, "type": ["integer", "string", "array"], "items": {**_CODE}, "minItems": 1}
)
_DATE: Mapping[str, Any] = MappingProxyType(
    {"type": ["string", "integer"], "description": "A date as Nomis writes it (2023-12, 2023), first or latest."}
)

_GEOGRAPHY = "GEOGRAPHY"
_NOT_DIMENSIONS = frozenset({"DATE", "OBS_STATUS", "OBS_CONF"})
_BOOKKEEPING = frozenset({"RECORD_OFFSET", "RECORD_COUNT", "URN"})
_FREQUENCY = "FREQ"
_DATASET_ID = re.compile(r"NM_[0-9]+_[0-9]+")
_ONE_AREA = re.compile(r"[0-9]+(\.\.\.[0-9]+)?|[A-Z][0-9]{8}")
_SHOWN = 5

QUERY_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["dataset", "time", "measures"],
        "properties": {
            "dataset": {
                "type": "string",
                "pattern": r"^NM_[0-9]+_[0-9]+$",
                "description": "Nomis's data set id, such as NM_17_5.",
            },
            "time": {
                "if": {"type": "object"},
                "then": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["from", "to"],
                    "properties": {"from": {**_DATE}, "to": {**_DATE}},
                },
                "else": {"type": ["array", "string", "integer"], "items": {**_DATE}, "minItems": 1},
                "description": "Either {from, to}, both included, or a date or list of dates.",
            },
            "measures": {**_CODES, "description": "The measures asked for, such as 20599 (the value itself)."},
            "dimensions": {
                "type": "object",
                "additionalProperties": {**_CODES},
                "description": "The data set's other dimensions and the codes wanted of each.",
            },
            "geography": {
                "type": "array",
                "items": {"type": ["string", "integer"], "description": "An area id, a range or a type."},
                "minItems": 1,
                "description": "Nomis's own area ids or types (TYPE424), in place of the areas of the settings.",
            },
        },
        "allOf": [
            {
                "if": {"properties": {"dataset": {"const": dataset}}, "required": ["dataset"]},
                "then": {
                    "properties": {
                        "dimensions": {
                            "description": f"The codes wanted of each dimension: {', '.join(names)}.",
                            "properties": {name: {"description": f"The codes wanted of {name}."} for name in names},
                            "required": list(names),
                            "additionalProperties": False,
                        }
                    },
                    "required": ["dimensions"],
                },
            }
            for dataset, names in _DIMENSIONS.items()
        ],
    }
)


def columns(query: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of an answer that a recipe may use: the fixed ones, and code and label of each dimension."""
    fixed = ("DATE", "DATE_NAME", "GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE")
    dimensions = [name.upper() for name in query.get("dimensions", {})]
    return (
        *(Column(name) for name in fixed),
        *(Column(text) for name in dimensions for text in (name, f"{name}_NAME")),
        Column("MEASURES"),
        Column("MEASURES_NAME"),
        Column("OBS_VALUE", "number", status_from="OBS_STATUS_NAME", markers=_STATUSES),
        Column("OBS_STATUS_NAME"),
    )


def exchange(ask: Ask) -> Exchange:
    """Ask for the data, page by page, until as many rows have come as the first page announced."""
    request = _request(ask)
    parts: list[Part] = []
    seen = _Seen()
    while not parts or seen.rows < seen.announced:
        answer = yield _page(request, seen.rows) if parts else request
        require_body(answer)
        seen.add(answer)
        parts.append(Part(answer, Reading("csv", {"encoding": "utf-8-sig"}), answer.release))
    seen.compare(_asked_codes(ask))
    return parts


def outline(ask: Ask) -> tuple[str, ...]:
    """What follows the first request."""
    asked = ", ".join(sorted(_asked_codes(ask)))
    return (
        "further pages while fewer rows have come than RECORD_COUNT announces",
        f"every code asked for must come back, no other, and no row twice ({asked})",
    )


def describe(dataset: str) -> Description:
    """The data sets; or of one its dimensions with their codes, of areas the uppermost and the types."""
    if not dataset:
        answer = yield _definition("def")
        return [Term(DATASET, str(one.get("id")), text_of(one, "name", "value")) for one in _families(answer)]
    if not _DATASET_ID.fullmatch(dataset):
        raise SourceError(f"{dataset} is no data set of Nomis.", "They are called like NM_17_5.")
    answer = yield _definition(f"{dataset}/def")
    terms: list[Term] = []
    for concept in _concepts(answer, dataset):
        names = [f"{concept}.def", *([f"{concept}/TYPE/def"] if concept == _GEOGRAPHY.lower() else [])]
        for name in names:
            answer = yield _definition(f"{dataset}/{quote(name)}")
            terms += _terms(answer, concept)
    return terms


def _definition(path: str) -> Request:
    return Request(f"{_BASE}/{path}.sdmx.json", secret=SECRET, purpose="discover", expects="json")


def _families(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """The data sets that a definition is of."""
    families = objects(json_of(answer), "structure", "keyfamilies", "keyfamily")
    if not families:
        raise SourceError("The answer names no data set.", "Check the name: Nomis has none that is called so.")
    return families


def _concepts(answer: Answer, dataset: str) -> Sequence[str]:
    """The dimensions of the data set as a query calls them, time included."""
    family = _families(answer)[0]
    if family.get("id") != dataset:
        raise SourceError(f"{dataset} was asked for, the answer is about {family.get('id')}.", "Run again.")
    components = family.get("components")
    named = [text_of(one, "conceptref") for one in objects(components, "dimension")]
    named.append(text_of(components, "timedimension", "conceptref"))
    return [name.lower() for name in named if name and name != _FREQUENCY]


def _terms(answer: Answer, concept: str) -> Sequence[Term]:
    """The codes in a list of codes."""
    lists = objects(json_of(answer), "structure", "codelists", "codelist")
    if not lists:
        raise SourceError(f"The answer lists no codes of {concept}.", "Check the address in a browser.")
    codes = [code for one in lists for code in objects(one, "code")]
    return [Term(concept, str(code.get("value")), text_of(code, "description", "value")) for code in codes]


def _request(ask: Ask) -> Request:
    query = ask.query
    parameters = [("geography", _geography(ask)), _time(query["time"])]
    parameters += [(name, ",".join(_codes(said))) for name, said in query.get("dimensions", {}).items()]
    parameters.append(("measures", ",".join(_codes(query["measures"]))))
    url = f"{_BASE}/{query['dataset']}.data.csv"
    return Request(url, tuple(parameters), secret=SECRET, expects="csv")


def _page(first: Request, offset: int) -> Request:
    parameters = (*first.parameters, ("RecordOffset", str(offset)))
    return Request(first.url, parameters, secret=SECRET, purpose="page", expects="csv")


def _geography(ask: Ask) -> str:
    """The query's own areas, else Nomis's ids of the areas wanted, else whole types."""
    own = _codes(ask.query.get("geography", ()))
    return ",".join(own or _runs(_area_ids(ask.areas)) or _TYPES)


def _area_ids(areas: Sequence[str]) -> tuple[int, ...]:
    """Nomis's numbers for the areas, ascending; none at all where one of them isn't known."""
    return tuple(sorted({_AREA_IDS[code] for code in areas})) if _AREA_IDS.keys() >= set(areas) else ()


def _runs(ids: Sequence[int]) -> tuple[str, ...]:
    """Ascending numbers as Nomis abbreviates them, three and more in a row as a range.

    >>> _runs([1, 2, 3, 7, 8])
    ('1...3', '7', '8')
    """
    runs: list[str] = []
    start = 0
    for end in range(1, len(ids) + 1):
        if end == len(ids) or ids[end] != ids[end - 1] + 1:
            run = ids[start:end]
            runs += [f"{run[0]}...{run[-1]}"] if len(run) > 2 else map(str, run)
            start = end
    return tuple(runs)


def _time(said: Any) -> tuple[str, str]:
    """``time=a,b`` is a range with both ends, ``date=a,b`` a list; the service never takes both."""
    if isinstance(said, Mapping):
        return "time", f"{said['from']},{said['to']}"
    return "date", ",".join(_codes(said))


def _codes(said: Any) -> tuple[str, ...]:
    """One code or several, however the spec lists them.

    >>> _codes([45, " 18,83"])
    ('45', '18', '83')
    """
    listed = said if isinstance(said, (list, tuple)) else (said,)
    return tuple(code.strip() for text in listed for code in str(text).split(","))


def _asked_codes(ask: Ask) -> dict[str, tuple[str, ...]]:
    """The codes asked for, by the name of their column in the answer; areas only where each is asked for by its id."""
    dimensions = {**ask.query.get("dimensions", {}), "measures": ask.query["measures"]}
    asked = {name.upper(): _codes(said) for name, said in dimensions.items()}
    areas = _codes(ask.query.get("geography", ())) or tuple(map(str, _area_ids(ask.areas)))
    return {**asked, _GEOGRAPHY: areas} if areas and all(map(_ONE_AREA.fullmatch, areas)) else asked


@dataclass
class _Seen:
    """What the pages held so far, to be compared with what was asked for."""

    announced: int = 0
    rows: int = 0
    codes: dict[str, set[str]] = field(default_factory=dict)
    urns: set[str] = field(default_factory=set)

    def add(self, answer: Answer) -> None:
        """Count a page's rows and note what they are about; the page must be the one that was asked for."""
        before = self.rows
        for row in _rows(answer):
            self._check_position(row)
            self.rows += 1
            self.urns.add(row.get("URN", ""))
            for name, codes in self.codes.items():
                codes.add(row.get(name) or "(blank)")
        if self.rows == before:
            raise SourceError(
                f"A page came back without rows after {before:,} of {self.announced:,} had come."
                if before
                else "The answer has a header but no rows.",
                "Run again; if it stays so, check the dates and areas of the query.",
            )

    def _check_position(self, row: Mapping[str, str]) -> None:
        if not self.rows:
            self._begin(row)
        offset, announced = self._position(row)
        if (offset, announced) != (self.rows, self.announced):
            raise SourceError(
                f"Row {self.rows + 1:,} of {self.announced:,} was due, row {offset + 1:,} of {announced:,} came.",
                "The data set may have been updated between two pages: run again.",
            )
        if offset >= announced:
            raise SourceError(f"More rows came than the {announced:,} that were announced.", "Run again.")

    def _begin(self, row: Mapping[str, str]) -> None:
        lacking = sorted(_BOOKKEEPING - row.keys())
        if lacking:
            message = f"The answer isn't Nomis's full CSV: it has no {', '.join(lacking)}."
            raise SourceError(message, "Check the address in a browser.")
        _, self.announced = self._position(row)
        self.codes = {name: set() for name in row if f"{name}_NAME" in row and name not in _NOT_DIMENSIONS}

    def _position(self, row: Mapping[str, str]) -> tuple[int, int]:
        try:
            return int(row["RECORD_OFFSET"]), int(row["RECORD_COUNT"])
        except (KeyError, ValueError):
            raise SourceError(f"Row {self.rows + 1:,} of the answer is cut short or garbled.", "Run again.") from None

    def compare(self, asked: Mapping[str, Sequence[str]]) -> None:
        """Every code asked for must have come back and no other, one code of what wasn't asked for, nothing twice."""
        differing = {name: _difference(codes, self.codes.get(name, set())) for name, codes in asked.items()}
        faults = [f"{name} {difference}." for name, difference in differing.items() if difference]
        faults += [
            f"{name} wasn't asked for and has the codes {_listed(came)}."
            for name, came in self.codes.items()
            if len(came) > 1 and name not in {*asked, _GEOGRAPHY}
        ]
        repeated = self.rows - len(self.urns)
        if repeated:
            faults.append(f"{repeated:,} of {self.rows:,} rows repeat another one (URN).")
        if faults:
            raise SourceError(
                f"The answer isn't what was asked for: {' '.join(faults)}",
                "Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query.",
            )


def _difference(asked: Sequence[str], came: Set[str]) -> str:
    """What the codes that came lack and have too much; nothing where all is well."""
    absent = [code for code in asked if not any(_covers(code, one) for one in came)]
    foreign = [code for code in came if not any(_covers(one, code) for one in asked)]
    if not absent:
        return f"also holds {_listed(foreign)}" if foreign else ""
    return f"lacks {_listed(absent)}" + (f", but holds {_listed(foreign)}" if foreign else "")


def _covers(asked: str, came: str) -> bool:
    """Whether a code is the one asked for, or lies in the range asked for."""
    first, dots, last = asked.partition("...")
    return came == asked if not dots else came.isdecimal() and int(first) <= int(came) <= int(last)


def _listed(codes: Iterable[str]) -> str:
    ordered = sorted(codes, key=lambda code: (len(code), code))
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more


def _rows(answer: Answer) -> Iterator[dict[str, str]]:
    """The rows by their column; a row that is cut short lacks the last ones."""
    rows = csv_rows(answer)
    header = next(rows, [])
    return (dict(zip(header, row, strict=False)) for row in rows)
