"""The pages: an index by domain, and one for each indicator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from yhovi.connectors.base import Column
from yhovi.engine.geography import AS_PUBLISHED
from yhovi.engine.listing import flow
from yhovi.engine.measures import MEASURE_TYPES, UNITS
from yhovi.engine.plan import Plan
from yhovi.engine.schema.build import DOMAINS
from yhovi.engine.spec import ACTIVE, COMPONENT, DRAFT

from .checks import checks, goldens
from .demonstration import Shown
from .recipes import Known, in_unit, markers, measure_type, steps
from .wording import LEVELS, code, counted, duration, every, listed, month, period, plain, sentence, spaced

INDEX = "README.md"

_FEW = 3

_LICENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "OGL-UK-3.0": (
            "Open Government Licence v3.0",
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        ),
    }
)
_COMBINED: Mapping[str, str] = MappingProxyType(
    {
        "sum": "figures of several areas are added up",
        "rederive": "for several areas it is derived again from numerator and denominator",
        "refuse": "figures of several areas are never combined",
    }
)
_POLARITY: Mapping[str, str] = MappingProxyType(
    {
        "higher_is_better": "Higher is better",
        "lower_is_better": "Lower is better",
        "neutral": "Neither high nor low is better",
    }
)
_STANDING: Mapping[str, str] = MappingProxyType(
    {
        ACTIVE: "active: it is loaded, and dashboards see it",
        COMPONENT: "a component: it is loaded for others to be made of it, and no dashboard sees it",
        DRAFT: "a draft: it isn't loaded unless drafts are asked for",
    }
)


_KEY = (
    "A draft isn't verified yet, and isn't loaded unless drafts are asked for. A component is loaded for others to be",
    "made of it, and no dashboard sees it. The first and the last period are those of the demonstration,",
    "`yhovi run --all --demo`, with `--drafts` for drafts. *As published* says how many of its figures were published,",
    "or are made of published figures alone; the others are made up in their place, and say nothing of any area.",
)


class Noted(Protocol):
    """What a recording says of itself: what in it is published, and what is made up."""

    published: str
    made_up: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All indicators as plans, what the demonstration has of them, and what its recordings say of themselves."""

    plans: Sequence[Plan]
    shown: Mapping[str, Shown]
    notices: Mapping[str, Noted]

    @property
    def known(self) -> Known:
        """What recipes and checks may name."""
        titles = {plan.spec.id: plan.spec.title for plan in self.plans}
        return Known(titles, self.plans[0].registry.areas if self.plans else {})

    def used_by(self, indicator: str) -> list[str]:
        """The indicators that are made of one."""
        return [plan.spec.id for plan in self.plans if indicator in plan.spec.inputs]

    def compared_with(self, indicator: str) -> list[str]:
        """The indicators that have to agree with one."""
        return [plan.spec.id for plan in self.plans if indicator in plan.spec.compared]


def pages(catalogue: Catalogue) -> Mapping[str, str]:
    """Every page by the name of its file."""
    found = {f"{plan.spec.id}.md": _text(_page(plan, catalogue)) for plan in catalogue.plans}
    return MappingProxyType({INDEX: _text(_index(catalogue)), **found})


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


# the index


def _index(catalogue: Catalogue) -> Iterator[str]:
    standing = Counter(plan.spec.standing for plan in catalogue.plans)
    yield "# Catalogue"
    yield ""
    yield "Made from the specs and the recordings by `python tools/make_catalogue.py`; a test keeps it current."
    yield ""
    parts = [f"{standing[ACTIVE]} active", counted(standing[DRAFT], "draft"), counted(standing[COMPONENT], "component")]
    yield f"There are {counted(len(catalogue.plans), 'indicator')}: {', '.join(parts)}."
    yield from _KEY
    for domain, subdomains in DOMAINS.items():
        found = {name: [plan for plan in catalogue.plans if _place(plan) == (domain, name)] for name in subdomains}
        if any(found.values()):
            yield from ("", f"## {spaced(domain).capitalize()}")
        for name, plans in found.items():
            if plans:
                yield from ("", f"### {spaced(name).capitalize()}", "")
                yield from _listing(plans, catalogue)


def _place(plan: Plan) -> tuple[str, str]:
    return plan.spec.domain, plan.spec.subdomain


def _listing(plans: Sequence[Plan], catalogue: Catalogue) -> Iterator[str]:
    yield "| id | indicator | unit | frequency | first period | last period | as published | status |"
    yield "|---|---|---|---|---|---|---:|---|"
    for plan in plans:
        spec, shown = plan.spec, catalogue.shown.get(plan.spec.id)
        cells = (
            spec.id,
            f"[{plain(spec.title)}]({spec.id}.md)",
            UNITS[spec.measure.unit].title,
            every(spec.source.frequency),
            period(shown.first) if shown else "",
            period(shown.last) if shown else "",
            f"{shown.published:,} of {shown.numbers:,}" if shown and shown.numbers else "",
            spec.standing,
        )
        yield f"| {' | '.join(cells)} |"


# one indicator


def _page(plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    spec = plan.spec
    yield f"# {plain(spec.title)}"
    yield ""
    yield f"{spec.id} · {spaced(spec.domain).capitalize()}, {spaced(spec.subdomain)} · [all indicators]({INDEX})"
    yield ""
    yield sentence(plain(spec.description))
    yield ""
    yield sentence(f"It is {_STANDING[spec.standing]}")
    if spec.draft:
        yield f"What isn't verified: {sentence(plain(spec.status_reason))}"
    for title, lines in _parts(plan, catalogue):
        yield from ("", f"## {title}", "")
        yield from lines


def _parts(plan: Plan, catalogue: Catalogue) -> Iterator[tuple[str, Iterable[str]]]:
    known = catalogue.known
    yield "What kind of number it is", _measure(plan)
    yield "Source", _source(plan)
    yield "Request", _request(plan, known)
    yield "Recipe", _recipe(plan, known)
    yield "Geography", _geography(plan, known)
    if plan.spec.caveats:
        yield "Caveats", [f"- {sentence(plain(caveat))}" for caveat in plan.spec.caveats]
    yield "Checks", _checks(plan, known)
    yield "Other indicators", _others(plan, catalogue)
    yield "Demonstration", _demonstration(plan, catalogue)


def _measure(plan: Plan) -> Iterator[str]:
    measure = plan.spec.measure
    unit, kind = in_unit(measure.unit), MEASURE_TYPES[measure.type]
    yield f"- {sentence(f'{measure_type(measure.type)}, {unit}' if unit else measure_type(measure.type))}"
    yield f"- {sentence(_POLARITY[measure.polarity])}"
    yield f"- {sentence(_COMBINED[kind.over_areas])}"
    yield f"- {sentence(f'It is shown with {_decimals(measure.decimals)}')}"


def _decimals(number: int) -> str:
    return counted(number, "decimal") if number else "no decimals"


def _source(plan: Plan) -> Iterator[str]:
    source = plan.spec.source
    name, address = _LICENCES.get(source.license, (source.license, ""))
    page = f" ([the publisher's page]({source.page}))" if source.page else ""
    yield f"- Publisher: {plain(source.publisher)}{page}."
    if plan.fetch is not None:
        yield f"- Data set: {code(source.dataset)}, asked for by the connector {code(source.connector)}."
    yield f"- Published {every(source.frequency)}, about {duration(source.lag)} after the period ends."
    if source.window:
        yield f"- Each answer holds {duration(source.window)} of the past; what is older stays as it was loaded."
    if source.discontinued:
        yield f"- No newer figures are awaited: {plain(sentence(source.discontinued))}"
    yield f"- Licence: {f'[{name}]({address})' if address else plain(name)}."
    yield f"- Attribution: “Source: {plain(source.publisher)}, licensed under the {plain(name)}.”"
    yield f"- Spec: [{plan.spec.id}.yaml](../../indicators/{plan.spec.domain}/{plan.spec.path.name})."
    yield f"- Owner: {plain(plan.spec.owner)}."


def _request(plan: Plan, known: Known) -> Iterator[str]:
    if plan.fetch is None:
        yield f"It asks nobody: it is made of {listed(map(known.link, plan.spec.inputs))}."
        return
    asked = plan.fetch.described()
    yield f"What is asked first, as `yhovi plan {plan.spec.id}` prints it:"
    yield from ("", "```text", asked["first_request"], "```", "")
    yield from (f"- {sentence(plain(one))}" for one in asked["then"])
    if asked["secret"]:
        yield f"- Key: {plain(asked['secret'])}."
    if plan.spec.source.read:
        yield f"- Read as: {code(flow(dict(plan.spec.source.read)))}."


def _recipe(plan: Plan, known: Known) -> Iterator[str]:
    start = list(_start(plan, known))
    if start:
        yield from (*start, "")
    for number, said in enumerate(steps(plan, known), start=1):
        yield f"{number}. {said}"


def _start(plan: Plan, known: Known) -> Iterator[str]:
    """What the recipe starts from: another indicator, or cells of which some mean that there is no number."""
    base = plan.spec.source.base
    if base is not None:
        yield f"It starts from the figures of {known.link(base.indicator)}, called {code(base.name)}."
    elif plan.spec.source.columns:
        yield "It starts from the columns of the source. Numbers among them:"
        yield ""
        yield from _numbers(plan.columns)


def _numbers(columns: Iterable[Column]) -> Iterator[str]:
    """The columns of numbers; those that are alike together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        if column.kind == "number":
            form = f" (headers of the form {code(column.pattern)})" if column.pattern else ""
            key = in_unit(column.unit) if column.unit else "", markers(dict(column.markers))
            alike.setdefault(key, []).append(f"{code(column.name)}{form}")
    for (unit, marks), names in alike.items():
        yield f"- {listed(names)}{f', {unit}' if unit else ''}{f'; {marks}' if marks else ''}."


def _geography(plan: Plan, known: Known) -> Iterator[str]:
    source = plan.spec.source
    yield f"- The finest level is that of {LEVELS[source.level][1]}."
    if plan.fetch is None:
        yield f"- Areas are those of what it is made of, on the boundaries of {month(plan.vintage)}."
        return
    printed = "may be of any boundaries" if source.codes == AS_PUBLISHED else f"must be those of {month(source.codes)}"
    yield f"- Codes are taken as they are printed, and {printed}; they are loaded as those of {month(plan.vintage)}."
    if source.made_from:
        yield f"- Districts are made of the {LEVELS[source.made_from][1]} that the source prints."
    if source.weights:
        yield f"- What is printed for several districts together is apportioned by {known.link(source.weights)}."


def _checks(plan: Plan, known: Known) -> Iterator[str]:
    yield from (f"- {said}" for said in checks(plan, known))
    yield "- [What is checked of every indicator](../reference.md#checks-that-always-apply)."
    yield ""
    yield from goldens(plan, known)
    if plan.spec.corrections:
        yield from ("", "Published figures that are known to be wrong, and what is done about them:", "")
    for one in plan.spec.corrections:
        yield f"- {known.area(one.area)}, {plain(one.period)}: {one.action}, as {sentence(plain(one.reason))}"


def _others(plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    name, link = plan.spec.id, catalogue.known.link
    said = {
        "Made of": plan.spec.inputs,
        "What is made of it": catalogue.used_by(name),
        "Has to agree with": plan.spec.compared,
        "What has to agree with it": catalogue.compared_with(name),
    }
    found = [f"- {title}: {listed(map(link, names))}." for title, names in said.items() if names]
    yield from found or ["None is made of it, and it is made of none."]


def _demonstration(plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    shown = catalogue.shown.get(plan.spec.id)
    if shown is None:
        yield "The demonstration has nothing of it."
        return
    when = period(shown.first) if shown.first == shown.last else f"{period(shown.first)} to {period(shown.last)}"
    missing = f" and {counted(shown.missing, 'observation')} without one" if shown.missing else ""
    yield f"It has {counted(shown.numbers, 'figure')}{missing}: {when}, for {_areas(shown.areas)}."
    yield _share(plan, shown)
    if plan.spec.draft:
        yield "As a draft it is left out, unless `--drafts` asks for it."
    for name in shown.recordings:
        if name in catalogue.notices:
            notice = catalogue.notices[name]
            yield from ("", f"What the recording {code(name)} holds:", "")
            yield f"- Published: {plain(notice.published)}"
            yield f"- Made up: {plain(notice.made_up)}"


def _areas(areas: Mapping[str, Sequence[str]]) -> str:
    """How many there are of a level; of few their names."""
    ordered = [
        areas[level] if len(areas[level]) <= _FEW else [_many(level, areas)] for level in LEVELS if level in areas
    ]
    return listed(plain(name) for names in ordered for name in names)


def _many(level: str, areas: Mapping[str, Sequence[str]]) -> str:
    return counted(len(areas[level]), *LEVELS[level])


def _share(plan: Plan, shown: Shown) -> str:
    made = plan.fetch is None
    if not shown.numbers:
        return "The recording says of each why there is none." if not made else "There is nothing to make them of."
    if shown.published == shown.numbers:
        return "All are made of published figures." if made else "All are as published."
    warning = "Don't quote them."
    if not shown.published:
        return f"{'All are made of figures of which some are' if made else 'All are'} made up. {warning}"
    part = f"{counted(shown.published, 'figure')} ({_percent(shown)}) {'is' if shown.published == 1 else 'are'}"
    return f"{part} as published, and the others are made up. {warning}"


def _percent(shown: Shown) -> str:
    """The share in whole percent, neither nothing nor all unless it is that."""
    share = round(100 * shown.published / shown.numbers)
    return "less than 1%" if not share else f"{min(share, 99)}%"
