"""Recipes in words: a sentence for each step, from its arguments in their canonical form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from yhovi.engine.geography import Area
from yhovi.engine.measures import MEASURE_TYPES, UNITS, reason
from yhovi.engine.periods import PERIOD_PATTERNS
from yhovi.engine.plan import Plan

from .conditions import condition, derived
from .wording import LEVELS, code, counted, day_of_year, duration, listed, month, period_said, quoted, sentence, spaced

_MOST = 8

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a recipe names beside its columns: other indicators by their titles, and areas."""

    titles: Mapping[str, str]
    areas: Mapping[str, Area]

    def link(self, indicator: str) -> str:
        """The page of an indicator."""
        return f"[{self.titles.get(indicator, indicator)}]({indicator}.md)"

    def area(self, area_code: str) -> str:
        """An area's name, else its code."""
        return self.areas[area_code].name if area_code in self.areas else area_code


def steps(plan: Plan, known: Known) -> list[str]:
    """A sentence for each step of a plan."""
    return [step(name, arguments, plan, known) for name, arguments in plan.steps]


def step(name: str, arguments: Arguments, plan: Plan, known: Known) -> str:
    """What a step does, in a sentence or two."""
    if name == "unpivot":
        return sentence(_unpivot(arguments, {c.name: c.pattern for c in plan.columns if c.pattern}))
    return sentence(_STEPS[name](arguments, known))


def _keep(arguments: Arguments, _: Known) -> str:
    return f"keep only the rows where {condition(arguments['condition'])}"


def _rename(arguments: Arguments, _: Known) -> str:
    return f"call {listed(f'{code(old)} {code(new)}' for old, new in arguments.items())} from here on"


def _recode(arguments: Arguments, _: Known) -> str:
    pairs = [f"{quoted(old)} becomes {quoted(new)}" for old, new in arguments["values"].items()]
    into = arguments.get("into", arguments["column"])
    where = code(arguments["column"]) + ("" if into == arguments["column"] else f", written to {code(into)}")
    others = {"error": "any other text stops the run", "keep": "other texts stay", "blank": "other texts are blanked"}
    return f"in {where}: {listed(pairs, most=_MOST)}; {others[arguments['others']]}"


def _split(arguments: Arguments, _: Known) -> str:
    into = listed(map(code, arguments["into"]))
    how = f"at {quoted(arguments['by'])}" if "by" in arguments else f"by the pattern {code(arguments['pattern'])}"
    others = "a text without these parts stops the run"
    if arguments["others"] == "blank":
        others = "a text without these parts leaves them blank"
    return f"take {code(arguments['column'])} apart {how}, into {into}; {others}"


def _coalesce(arguments: Arguments, _: Known) -> str:
    found = listed(map(code, arguments["columns"]), "or")
    return f"{code(arguments['into'])} is the first of {found} that is not blank"


def _number(arguments: Arguments, _: Known) -> str:
    footnotes = ", without the footnote marks behind them" if arguments["footnotes"] else ""
    marks = markers(arguments["markers"])
    return f"read {code(arguments['column'])} as numbers{footnotes}{f'; {marks}' if marks else ''}"


def markers(said: Mapping[str, str]) -> str:
    """What markers in the place of numbers mean; nothing where there are none."""
    found = [f"{code(marker)} ({reason(name).text})" for marker, name in said.items()]
    return f"marks in the place of numbers: {', '.join(found)}" if found else ""


def _declare(arguments: Arguments, _: Known) -> str:
    return "; ".join(_declared(code(name), said) for name, said in arguments.items())


def _declared(name: str, said: Mapping[str, Any]) -> str:
    parts = []
    if "type" in said or "unit" in said:
        kind = measure_type(said["type"]) if "type" in said else ""
        unit = in_unit(said["unit"]) if "unit" in said else ""
        parts.append(f"the numbers of {name} are taken as {kind or 'they are'}{f', {unit}' if unit else ''}")
    if "once_per" in said:
        parts.append(f"{name} is printed again on every row of the same {listed(map(code, said['once_per']))}")
    if "whole" in said:
        parts.append(f"in {name}, {listed(map(quoted, said['whole']))} contains the others")
    return listed(parts)


def measure_type(name: str) -> str:
    """A kind of number in words."""
    said = {"survey_percentage": "a percentage from a survey", "modelled": "a modelled figure"}
    article = "an" if name[0] in "aeio" else "a"
    return said.get(name, f"{article} {spaced(MEASURE_TYPES[name].name)}")


_SAY_NOTHING = frozenset({"count", "score", "index", "ratio"})


def in_unit(name: str) -> str:
    """A unit behind a number; nothing for one that only says what kind of number it is.

    >>> in_unit("gbp_million"), in_unit("per_1000"), in_unit("count")
    ('in £ million', 'per 1,000', '')
    """
    title = UNITS[name].title
    return "" if name in _SAY_NOTHING else title if title.startswith("per ") else f"in {title}"


def _convert(arguments: Arguments, _: Known) -> str:
    said = arguments["column"]
    columns = [said] if isinstance(said, str) else said
    return f"convert {listed(map(code, columns))} to {UNITS[arguments['to']].title}"


def _area_codes(arguments: Arguments, _: Known) -> str:
    one = LEVELS[arguments["level"]][0]
    vintage = f" as of {month(arguments['vintage'])}" if "vintage" in arguments else ""
    return (
        f"look up the code of each {one}{vintage} that {code(arguments['from'])} names in full, and write it to"
        f" {code(arguments['as'])}; a name that the register does not have stays without a code and is told"
    )


def _period(arguments: Arguments, _: Known) -> str:
    pattern = PERIOD_PATTERNS[arguments["as"]]
    said = f"{code(arguments['from'])} says the period: {pattern.title}, as in {quoted(pattern.examples[0])}"
    days = {"on": "taken on", "starts": "whose years start on"}
    return said + "".join(
        f", {verb} {day_of_year(arguments[name])}" for name, verb in days.items() if name in arguments
    )


def _unpivot(arguments: Arguments, patterns: Mapping[str, str]) -> str:
    said = arguments["columns"]
    columns = (
        f"the columns {listed(map(code, said), most=_MOST)}"
        if not isinstance(said, str)
        else f"the columns {code(said)}"
    )
    if isinstance(said, str) and said in patterns:
        columns = f"the columns whose header is of the form {code(patterns[said])}"
    into = f"the header goes to {code(arguments['name'])}, the cell to {code(arguments['value'])}"
    return f"make one row of each cell of {columns}: {into}"


def _pivot(arguments: Arguments, _: Known) -> str:
    pairs = [f"{quoted(text)} as {code(name)}" for text, name in arguments["columns"].items()]
    keys = listed(map(code, arguments["keys"]))
    others = "" if arguments["others"] == "error" else "; other rows are dropped"
    return (
        f"put the numbers of {code(arguments['values'])} side by side that belong to the same {keys}, by what"
        f" {code(arguments['from'])} says: {listed(pairs, most=_MOST)}{others}"
    )


def _derive(arguments: Arguments, _: Known) -> str:
    return "; ".join(derived(name, text) for name, text in arguments.items())


def _ratio(arguments: Arguments, _: Known) -> str:
    times = f", times {arguments['per']:,}" if arguments["per"] != 1 else ""
    return f"{code(arguments['as'])} is {code(arguments['of'])} divided by {code(arguments['over'])}{times}"


def _per_head(arguments: Arguments, _: Known) -> str:
    per = f"every {arguments['per']:,}" if arguments["per"] != 1 else "each"
    return f"{code(arguments['as'])} is {code(arguments['of'])} for {per} of {code(arguments['population'])}"


def _share(arguments: Arguments, _: Known) -> str:
    within = listed(map(code, arguments["within"]))
    whole = f"the sum of all rows of the same {within}"
    if "total" in arguments:
        whole = f"the row of the same {within} where {code(arguments['over'])} is {quoted(arguments['total'])}"
    kept = f"; what it is divided by stays as {code(arguments['denominator'])}" if "denominator" in arguments else ""
    return f"{code(arguments['as'])} is {code(arguments['of'])} as a fraction of {whole}{kept}"


def _names(said: str | Sequence[str] | None) -> list[str]:
    return [said] if isinstance(said, str) else [*(said or ())]


def _aggregate(arguments: Arguments, _: Known) -> str:
    by = listed(map(code, arguments["by"]))
    sums, sames = (list(map(code, _names(arguments.get(role)))) for role in ("sum", "same"))
    parts = [f"{listed(sums)} {'is' if len(sums) == 1 else 'are'} added up"] if sums else []
    parts += [f"{listed(sames)} must be the same in all of them"] if sames else []
    return f"make one row of all with the same {by}: {listed(parts)}"


def _sum(arguments: Arguments, _: Known) -> str:
    of, by = (listed(map(code, _names(arguments[role]))) for role in ("of", "by"))
    parts = listed(map(quoted, arguments["parts"]), most=_MOST)
    said = f"add up {of} over the rows of the same {by} where {code(arguments['over'])} is {parts}"
    if "total" in arguments:
        leeway = f", to within {arguments['tolerance']}" if "tolerance" in arguments else ""
        said += f"; wherever {quoted(arguments['total'])} is printed as well, the sum must equal it{leeway}"
    return said + ("; any other text stops the run" if arguments["others"] == "error" else "; other rows are dropped")


def _join(arguments: Arguments, known: Known) -> str:
    gap = duration(arguments["max_gap"]) if "max_gap" in arguments else ""
    which = {
        "same": "the same period",
        "nearest": f"the nearest period, at most {gap} away",
        "latest_before": f"the latest period that does not end later, at most {gap} away",
    }[arguments["periods"]]
    of_whom = " (all of its breakdowns together)" if arguments.get("breakdown") == "total" else ""
    return (
        f"beside each row, put as {code(arguments['as'])} the figure of {known.link(arguments['indicator'])}{of_whom}"
        f" for the same area and {which}"
    )


def _rolling_mean(arguments: Arguments, _: Known) -> str:
    name, of = code(arguments["as"]), code(arguments["of"])
    return (
        f"{name} is the mean of {of} over {counted(arguments['periods'], 'period')} in a row, of which it is the last"
    )


def _change(arguments: Arguments, _: Known) -> str:
    before = f"{duration(arguments['over'])} before"
    how = f", in percent of the figure {before}" if arguments["kind"] == "percent" else ""
    return f"{code(arguments['as'])} is by how much {code(arguments['of'])} differs from {before}{how}"


def _index(arguments: Arguments, known: Known) -> str:
    base = arguments["base"]
    of = (
        f"the area's own of {period_said(base['period'])}"
        if "period" in base
        else f"that of {known.area(base['area'])}"
    )
    return f"{code(arguments['as'])} is {code(arguments['of'])} relative to {of}, which is {arguments['level']:g}"


def _among(said: str | Sequence[str], known: Known) -> str:
    return f"the {LEVELS[said][1]}" if isinstance(said, str) else listed(map(known.area, said), most=_MOST)


def _z_score(arguments: Arguments, known: Known) -> str:
    among = _among(arguments["among"], known)
    name, of = code(arguments["as"]), code(arguments["of"])
    return f"{name} is how many standard deviations {of} lies above the mean of {among} in the same period"


def _rank(arguments: Arguments, known: Known) -> str:
    order = "highest" if arguments["order"] == "highest_first" else "lowest"
    among = _among(arguments["among"], known)
    name, of = code(arguments["as"]), code(arguments["of"])
    return f"{name} is the place of {of} among {among} in the same period, the {order} first"


def _observe(arguments: Arguments, _: Known) -> str:
    return ". ".join(_observed(arguments))


def _observed(arguments: Arguments) -> list[str]:
    said = [f"the area is {code(arguments['area'])}, the value {code(arguments['value'])}"]
    if "breakdown" in arguments:
        said[0] += f", and {code(arguments['breakdown'])} says of whom"
    limits = [code(arguments[role]) for role in ("lower_ci", "upper_ci") if role in arguments]
    parts = [f"{code(arguments[role])} is the {role}" for role in ("numerator", "denominator") if role in arguments]
    if limits:
        said.append(f"The confidence interval is from {listed(limits, 'to')}")
    if parts:
        said.append(listed(parts))
    if "note" in arguments:
        said.append(f"Notes of the publisher come from {code(arguments['note'])}")
    if "status" in arguments:
        said.append(f"{code(arguments['status'])} says why a number is missing or needs care")
    if "provisional" in arguments:
        said.append("The latest period is marked as provisional")
    return said


_STEPS: Mapping[str, Callable[[Arguments, Known], str]] = MappingProxyType(
    {
        "keep": _keep,
        "rename": _rename,
        "recode": _recode,
        "split": _split,
        "coalesce": _coalesce,
        "number": _number,
        "declare": _declare,
        "convert": _convert,
        "area_codes": _area_codes,
        "period": _period,
        "pivot": _pivot,
        "derive": _derive,
        "ratio": _ratio,
        "per_head": _per_head,
        "share": _share,
        "aggregate": _aggregate,
        "sum": _sum,
        "join": _join,
        "rolling_mean": _rolling_mean,
        "change": _change,
        "index": _index,
        "z_score": _z_score,
        "rank": _rank,
        "observe": _observe,
    }
)
