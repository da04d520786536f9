"""What is wrong with a spec that its schema can't say: names, units, columns through the recipe, goldens.

What the schema found isn't judged again: a judge is asked only where everything it looks at is sound, and a fault of
one key doesn't hide what is wrong with others.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import Any

from ...connectors import CONNECTORS
from ...connectors.base import Column, SourceError
from ..document import At, Document
from ..errors import Problem
from ..geography import AS_PUBLISHED, FIRST_VINTAGE, LEVELS, is_code
from ..measures import MEASURE_TYPES, UNITS, Measured, comparable
from ..periods import Period, matches
from ..read.options import Options
from ..recipe.columns import Columns
from ..recipe.signatures import check_recipe
from .build import DOMAINS
from .cards import COMPARED, WEIGHTS, Card, columns_of, inputs_of, listed
from .faults import Fault

Step = tuple[str, Any]


def steps_of(recipe: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of a recipe as names and arguments."""
    return tuple(next(iter(step.items())) for step in recipe)


def meaning_problems(
    document: Document, faults: Iterable[Fault], known: Mapping[str, Card], *, whole: bool = True
) -> list[Problem]:
    """Everything wrong with a document that its schema can't say.

    Args:
        document: The file.
        faults: What the schema found; it isn't judged again.
        known: The catalogue's indicators, which this one may be made of.
        whole: Whether that is all of the catalogue, so that this one's place in it can be judged.
    """
    faulty = tuple(at for fault in faults for at in (fault.at, fault.meant) if at is not None)
    case = _Case(document, faulty, known)
    judges = (*_JUDGES, *(_JUDGES_OF_PLACE if whole else ()))
    asked = (judge for needs, judge in judges if all(case.sound(*need) for need in needs))
    return [problem for judge in asked for problem in judge(case)]


@dataclass(frozen=True, slots=True)
class _Case:
    """A document, and which parts of it can't be relied on."""

    document: Document
    faulty: tuple[At, ...]
    known: Mapping[str, Card]

    def sound(self, *at: str | int) -> bool:
        """Whether that part is there, with no fault at it, in it or around it."""
        return at in self.document.marks and not any(fault[: len(at)] == at[: len(fault)] for fault in self.faulty)

    def said(self, *at: str | int) -> Any:
        """What stands at that place, which must be there."""
        return reduce(lambda data, key: data[key], at, self.document.data)


Judge = Callable[[_Case], Iterator[Problem]]


def _judge_id(case: _Case) -> Iterator[Problem]:
    said, stem = case.said("id"), case.document.path.stem
    if said != stem:
        cure = f"Rename the file to {said}.yaml, or set id: {stem}."
        yield case.document.problem(("id",), "id-is-not-file-name", f"the id {said} in the file {stem}", stem, cure)


def _judge_domain(case: _Case) -> Iterator[Problem]:
    said, folder = case.said("domain"), case.document.path.resolve().parent.name
    if folder in DOMAINS and folder != said:
        found = f"the domain {said} in the folder {folder}"
        cure = f"Move the file to the folder {said}, or set domain: {folder}."
        yield case.document.problem(("domain",), "wrong-folder", found, folder, cure)


def _judge_unit(case: _Case) -> Iterator[Problem]:
    kind, unit = case.said("measure", "type"), case.said("measure", "unit")
    allowed = MEASURE_TYPES[kind].units
    if unit not in allowed:
        found = f"the unit {unit} for a measure of type {kind}"
        cure = "Choose a unit that fits the type of measure, or another type."
        yield case.document.problem(("measure", "unit"), "unit-unfit", found, ", ".join(allowed), cure)


def _judge_read(case: _Case) -> Iterator[Problem]:
    try:
        Options.parse(case.said("source", "read"))
    except SourceError as error:
        yield case.document.problem(("source", "read"), "bad-reading", error.message, "", error.cure)


def _judge_columns(case: _Case) -> Iterator[Problem]:
    source = case.said("source")
    own = CONNECTORS[source["connector"]].columns(source["query"]) is not None
    if own and "columns" in source:
        found = f"columns, though {source['connector']} states its own"
        yield case.document.problem(("source", "columns"), "needless-columns", found, "none", "Delete columns.")
    elif not own and "columns" not in source and ("source", "columns") not in case.faulty:
        cure = "List the columns that the recipe uses, each after a dash: - {name: LA code}."
        found, allowed = "the key 'columns' is missing", "a list of columns"
        yield case.document.problem(("source",), "missing-key", found, allowed, cure)


def _judge_names(case: _Case) -> Iterator[Problem]:
    names = [column["name"] for column in case.said("source", "columns")]
    for place, name in enumerate(names):
        if name in names[:place]:
            found = f"the column '{name}' stands here a second time"
            at = ("source", "columns", place, "name")
            yield case.document.problem(at, "duplicate-column", found, "once", "Delete one of the two.")


def _judge_recipe(case: _Case) -> Iterator[Problem]:
    columns = _known_columns(case)
    if columns is None or ("recipe", 0) not in case.document.marks:
        return
    sound = [case.sound("recipe", place) for place in range(len(case.said("recipe")))]
    steps = [
        next(iter(step.items())) if whole else _FAULTY_STEP
        for step, whole in zip(case.said("recipe"), sound, strict=True)
    ]
    problems: list[Problem] = []

    def report(at: At, code: str, found: str, allowed: str = "", cure: str = "") -> None:
        if sound[int(at[0])]:
            cure = cure or _RECIPE_CURES.get(code, "Change it to what is allowed.")
            problems.append(case.document.problem(("recipe", *at), code, found, allowed, cure))

    inputs = {name: one.measured for name, one in case.known.items()}
    check_recipe(Columns.of(columns, inputs=inputs), steps, report, _measured(case))
    yield from problems


def _measured(case: _Case) -> Measured | None:
    """What kind of number the recipe has to end with, as far as that can be relied on."""
    if not all(case.sound("measure", key) for key in ("type", "unit")):
        return None
    return Measured(case.said("measure", "type"), case.said("measure", "unit"))


# No step is called that, so the recipe is checked up to it.
_FAULTY_STEP: Step = ("", None)

_RECIPE_CURES: Mapping[str, str] = MappingProxyType(
    {
        "bad-expression": "Mend the expression at that place.",
        "constant-condition": "Name a column in it; one with blanks in its name stands in backticks.",
        "duplicate-column": "Choose another name.",
        "observe-missing": "Add a last step: - observe: {area: …, value: …}.",
        "reserved-name": "Choose another name.",
        "unknown-column": "Use a column that is there, or make this one in an earlier step.",
    }
)


def _known_columns(case: _Case) -> tuple[Column, ...] | None:
    """What the recipe starts from; None where faults elsewhere leave it open."""
    if ("source",) not in case.document.marks or not isinstance(source := case.said("source"), dict):
        return None
    inputs = {name: one.measured for name, one in case.known.items()}
    if "indicator" in source:
        sound = case.sound("source", "indicator") and case.sound("source", "as") and source["indicator"] in inputs
        return columns_of(source, inputs) if sound else None
    if not case.sound("source", "connector") or ("source", "markers") in case.faulty:
        return None
    if case.sound("source", "query") and CONNECTORS[source["connector"]].columns(source["query"]) is not None:
        return columns_of(source, inputs)
    return listed(source["columns"]) if case.sound("source", "columns") else None


def _judge_inputs(case: _Case) -> Iterator[Problem]:
    """The indicators it is made of: that they exist, and reach as far down as it does."""
    for name, at in inputs_of(case.document):
        if name in case.known:
            yield from _judge_level(case, name, at)
        elif at in (("source", "indicator"), WEIGHTS):
            yield _unknown_indicator(case, name, at)


def _unknown_indicator(case: _Case, name: str, at: At) -> Problem:
    near = difflib.get_close_matches(name, case.known, n=1)
    cure = f"Did you mean {near[0]}?" if near else "yhovi list shows those there are."
    found = f"there is no indicator {name}"
    return case.document.problem(at, "unknown-indicator", found, "an indicator of this catalogue", cure)


def _judge_level(case: _Case, name: str, at: At) -> Iterator[Problem]:
    own, other = case.said("source", "geography", "level"), case.known[name].level
    if LEVELS.index(other) > LEVELS.index(own):
        found = f"{name} is published for each {other}, this indicator for each {own}"
        cure = "Choose an indicator that is published at this level, or set the level of this one."
        yield case.document.problem(at, "level-mismatch", found, f"the level {own} or a finer one", cure)


def _judge_codes(case: _Case) -> Iterator[Problem]:
    """A vintage is declared of what a publisher prints, and the register has to know it."""
    said, at = case.said("source", "geography", "codes"), ("source", "geography", "codes")
    if said == AS_PUBLISHED:
        return
    if "indicator" in case.said("source"):
        found = f"codes of {said}, though this is made of another indicator"
        allowed = "the target vintage, which goes without saying"
        yield case.document.problem(at, "needless-codes", found, allowed, "Delete codes.")
    elif said < FIRST_VINTAGE:
        allowed = f"a month from {FIRST_VINTAGE} on, or {AS_PUBLISHED}"
        cure = f"Write codes: {AS_PUBLISHED}, and each code is taken for the place that it is."
        yield case.document.problem(at, "unknown-vintage", f"codes of {said}", allowed, cure)


def _judge_from(case: _Case) -> Iterator[Problem]:
    """What is made of another indicator has its districts from there."""
    if "indicator" in case.said("source"):
        at, said = ("source", "geography", "from"), case.said("source", "geography", "from")
        found = f"districts from {said}, though this is made of another indicator"
        cure = "Delete from, or say it in the spec of that indicator."
        yield case.document.problem(at, "needless-from", found, "districts as that indicator has them", cure)


def _judge_weights(case: _Case) -> Iterator[Problem]:
    """Only what sums over areas can be apportioned, and only by what does."""
    name, kind = case.said(*WEIGHTS), case.said("measure", "type")
    if kind not in _SUMS:
        found = f"weights for a measure of type {kind}"
        cure = "Delete weights: what isn't a sum over areas can't be shared out among them."
        yield case.document.problem(WEIGHTS, "weights-unfit", found, f"a measure of type {' or '.join(_SUMS)}", cure)
    other = case.known.get(name)
    if other and other.measured.type not in _SUMS:
        found = f"{name} is of type {other.measured.type}"
        cure = "Choose an indicator that counts, such as people or households."
        yield case.document.problem(WEIGHTS, "weights-unfit", found, f"weights of type {' or '.join(_SUMS)}", cure)


_SUMS = tuple(name for name, measure in MEASURE_TYPES.items() if measure.over_areas == "sum")


def _judge_corrections(case: _Case) -> Iterator[Problem]:
    for place in range(len(case.said("corrections"))):
        at = ("corrections", place)
        if case.sound(*at, "area"):
            yield from _judge_area(case, (*at, "area"))
        if case.sound(*at, "period"):
            yield from _judge_period(case, (*at, "period"))


def _judge_range(case: _Case) -> Iterator[Problem]:
    limits = case.said("checks", "range")
    if limits["min"] > limits["max"]:
        found = f"min {limits['min']} above max {limits['max']}"
        yield case.document.problem(("checks", "range", "min"), "empty-range", found, "min below max", "Swap the two.")


def _judge_since(case: _Case) -> Iterator[Problem]:
    yield from _judge_period(case, ("checks", "complete", "since"))


def _judge_goldens(case: _Case) -> Iterator[Problem]:
    goldens = case.said("checks", "golden")
    for place in range(len(goldens) if isinstance(goldens, list) else 0):
        at = ("checks", "golden", place)
        if case.sound(*at, "area"):
            yield from _judge_area(case, (*at, "area"))
        if case.sound(*at, "period"):
            yield from _judge_period(case, (*at, "period"))


def _judge_area(case: _Case, at: At) -> Iterator[Problem]:
    said = case.said(*at)
    if not is_code(said):
        cure = "Write the area's code as the publisher prints it, not its name."
        yield case.document.problem(at, "no-area-code", f"the area '{said}'", "a code such as E08000035", cure)


def _judge_period(case: _Case, at: At) -> Iterator[Problem]:
    said = str(case.said(*at))
    if not _is_period(said):
        allowed = "a year (2023), a month (2023-12), a day (2023-12-31) or an interval (2023-01-01/P1Y)"
        yield case.document.problem(at, "no-period", f"the period '{said}'", allowed, "Write it in one of these forms.")


def _is_period(said: str) -> bool:
    """Whether a check can mean a period by it: the form is right, and so are month and day."""
    try:
        matches(Period.parse("2023-01-01/P1Y"), said)
        date.fromisoformat(said[:10] + "2000-01-01"[len(said) :])
    except ValueError:
        return False
    return True


def _judge_drafts(case: _Case) -> Iterator[Problem]:
    """What is on dashboards is made of nothing that isn't verified."""
    if case.document.data.get("status") == "draft":
        return
    for name, at in inputs_of(case.document):
        if name in case.known and case.known[name].draft:
            cure = f"Make {name} active once it is verified, or set status: draft here as well."
            found = f"{name} is a draft, and this indicator is active"
            yield case.document.problem(at, "made-of-draft", found, "what is active itself", cure)


def _judge_reconcile(case: _Case) -> Iterator[Problem]:
    """What has to agree with another number is made in another way, and measures the same."""
    own, name = case.said("id"), case.said(*COMPARED)
    if name not in case.known:
        yield _unknown_indicator(case, name, COMPARED)
        return
    why = _no_second_route(case, own, name)
    if why:
        allowed = "an indicator that comes to the number in another way"
        cure = "Compare it with another one, or drop the check. Of two, only one is compared with the other."
        yield case.document.problem(COMPARED, "no-second-route", why, allowed, cure)
    else:
        yield from _judge_comparable(case, name)


def _no_second_route(case: _Case, own: str, name: str) -> str:
    """Why another indicator is no second route to the number of this one; empty where it is one."""
    made_of = {other: tuple(card.inputs) for other, card in case.known.items()}
    made_of[own] = tuple(other for other, _ in inputs_of(case.document))
    compared = {other: (*made_of[other], card.compared) for other, card in case.known.items()}
    if name == own:
        return f"{own} is compared with itself"
    if _reaches(own, name, made_of):
        return f"{own} is made of {name}"
    if _reaches(name, own, made_of):
        return f"{name} is made of {own}"
    in_turn = _reaches(name, own, compared)
    return f"{name} is compared with {own} in turn, or with what is made of it" if in_turn else ""


def _reaches(start: str, end: str, ways: Mapping[str, Sequence[str]]) -> bool:
    """Whether one leads to the other, step by step."""
    found = [start]
    for name in found:
        found += [other for other in ways.get(name, ()) if other not in found]
    return end in found[1:]


def _judge_comparable(case: _Case, name: str) -> Iterator[Problem]:
    own, other = Measured(case.said("measure", "type"), case.said("measure", "unit")), case.known[name].measured
    if not all(measured.type in MEASURE_TYPES and measured.unit in UNITS for measured in (own, other)):
        return
    if not comparable(own, other):
        found = f"{name} is of type {other.type} in {other.unit}, this one of type {own.type} in {own.unit}"
        allowed = "a number of the same quantity and kind"
        cure = "Compare it with an indicator of the same number, or correct the measure of one of the two."
        yield case.document.problem(COMPARED, "not-comparable", found, allowed, cure)


# What each judge needs to be sound, and the judge.
_JUDGES: tuple[tuple[tuple[At, ...], Judge], ...] = (
    ((("id",),), _judge_id),
    ((("domain",),), _judge_domain),
    ((("measure", "type"), ("measure", "unit")), _judge_unit),
    ((("source", "read"),), _judge_read),
    ((("source", "connector"), ("source", "query")), _judge_columns),
    ((("source", "columns"),), _judge_names),
    ((("source", "geography", "level"),), _judge_inputs),
    ((("source", "geography", "codes"),), _judge_codes),
    ((("source", "geography", "from"),), _judge_from),
    ((WEIGHTS, ("measure", "type")), _judge_weights),
    ((), _judge_recipe),
    ((("checks", "range", "min"), ("checks", "range", "max")), _judge_range),
    ((("checks", "complete", "since"),), _judge_since),
    ((("checks", "golden"),), _judge_goldens),
    ((("corrections",),), _judge_corrections),
)

# The same, of an indicator's place in the catalogue.
_JUDGES_OF_PLACE: tuple[tuple[tuple[At, ...], Judge], ...] = (
    ((("id",),), _judge_drafts),
    ((("id",), ("measure", "type"), ("measure", "unit"), COMPARED), _judge_reconcile),
)
