"""A look at one indicator before anything is loaded: what is asked, what each step does, what comes out.

No database is needed or touched. Only live answers are archived, as in a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from ...bronze import Kept, Nowhere
from ...catalogue import compile_plans
from ...corrections import correct
from ...errors import EXIT_OK, BugError, CheckError, UsageError, YhoviError
from ...observations import TOTAL, Observed
from ...plan import Plan
from ...quality import Finding, judge
from ...recipe.columns import ROW
from ...settings import Settings
from ...spec import Spec
from ..assembly import Errand, World, answers_for, open_bronze
from ..current import Input
from ..desk import Desk
from ..extract import Extracted
from ..making import case
from .chart import Bar
from .film import Film
from .trace import ColumnCard, Score, is_blank, made, number_text

_SHOWN = ("area_code", "time_period", "breakdown", "value", "lower_ci", "upper_ci", "obs_status")


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader wants to see: how many first rows, one step alone (0 for the start), the area of the series."""

    rows: int = 3
    step: int | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and what answered. The last are not known where nothing did."""

    request: str
    answers: int = 0
    release: str | None = None
    origin: str | None = None
    retrieved_at: datetime | None = None
    rows: int | None = None

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "request": self.request,
            "answers": self.answers,
            "release": self.release,
            "origin": self.origin,
            "retrieved_at": self.retrieved_at.isoformat() if self.retrieved_at else None,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class StepSeen:
    """What one step did; number 0 is the start, where cells become numbers."""

    number: int
    name: str
    arguments: str
    before: int
    after: int
    gained: tuple[ColumnCard, ...]
    lost: tuple[ColumnCard, ...]
    changed: tuple[tuple[ColumnCard, ColumnCard], ...]
    notes: tuple[str, ...]
    first: tuple[Mapping[str, str], ...]

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "step": self.number,
            "name": self.name,
            "arguments": self.arguments,
            "rows_before": self.before,
            "rows_after": self.after,
            "gained": [column.described() for column in self.gained],
            "lost": [column.name for column in self.lost],
            "changed": [{"before": old.described(), "after": new.described()} for old, new in self.changed],
            "notes": list(self.notes),
            "first": [dict(row) for row in self.first],
        }


@dataclass(frozen=True, slots=True)
class Series:
    """One area's values over time."""

    area: str
    name: str
    points: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """The values of the latest period, area by area."""

    period: str
    breakdown: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: the observations, what was left out of them, and what the checks say."""

    observed: Observed
    first: tuple[Mapping[str, str], ...]
    statuses: Mapping[str, int]
    corrections: tuple[str, ...]
    findings: tuple[Finding, ...]
    latest: Latest | None
    series: Series | None

    def described(self) -> dict[str, Any]:
        """As plain data."""
        latest, series = self.latest, self.series
        bars = [{"area": bar.name, "value": bar.number, "shown": bar.beside} for bar in latest.bars] if latest else []
        return {
            "observations": len(self.observed.frame),
            "outside": self.observed.outside,
            "repeated": self.observed.repeated,
            "no_codes": list(self.observed.no_codes),
            "statuses": dict(self.statuses),
            "first": [dict(row) for row in self.first],
            "corrections": list(self.corrections),
            "findings": [
                {"check": one.check, "severity": one.severity, "message": one.message} for one in self.findings
            ],
            "latest": {"period": latest.period, "breakdown": latest.breakdown, "areas": bars} if latest else None,
            "series": {
                "area": series.area,
                "name": series.name,
                "values": [{"period": period, "value": value} for period, value in series.points],
            }
            if series
            else None,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """All that was seen of one indicator, as far as it came; ``error`` says why it came no further."""

    indicator: str
    title: str
    made_first: tuple[str, ...]
    asked: Asked | None
    columns: tuple[ColumnCard, ...]
    steps: tuple[StepSeen, ...]
    undone: tuple[str, ...]
    outcome: Outcome | None
    error: YhoviError | None

    @property
    def exit_code(self) -> int:
        """As that of a run of it."""
        return self.error.exit_code if self.error else EXIT_OK

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "indicator": self.indicator,
            "title": self.title,
            "made_first": list(self.made_first),
            "asked": self.asked.described() if self.asked else None,
            "columns": [column.described() for column in self.columns],
            "steps": [step.described() for step in self.steps],
            "undone": list(self.undone),
            "outcome": self.outcome.described() if self.outcome else None,
            "error": str(self.error) if self.error else None,
            "exit_code": self.exit_code,
        }


def preview(specs: Sequence[Spec], errand: Errand, settings: Settings, world: World, look: Look) -> Preview:
    """Look at the last of these specs; the others are what it is made of, in the order in which they can be made.

    Raises:
        YhoviError: Before anything is asked; what fails later is in the preview.
    """
    plans = compile_plans(specs, settings)
    _require_step(plans[-1], look)
    _require_area(plans[-1], look)
    with ExitStack() as stack:
        bronze = open_bronze(settings, world, demo=errand.mode == "demo")
        answers = answers_for(errand, settings, world, bronze, stack)
        keeper = bronze if errand.mode == "live" else Nowhere()
        desk = Desk(answers, keeper, world.new_id(), errand.version, world.now, world.new_id, provenance=True)
        return _Viewer(desk, look).view(plans)


def _require_step(plan: Plan, look: Look) -> None:
    if look.step is not None and not 0 <= look.step <= len(plan.steps):
        named = ", ".join(f"{number} {name}" for number, (name, _) in enumerate(plan.steps, start=1))
        raise UsageError(f"{plan.spec.id} has no step {look.step}.", f"Its steps are 0 (the start), {named}.")


def _require_area(plan: Plan, look: Look) -> None:
    if look.area and look.area not in [area.code for area in plan.areas]:
        known = ", ".join(f"{area.code} {area.name}" for area in plan.areas)
        raise UsageError(f"{look.area} isn't one of the areas of the settings.", f"These are: {known}.")


@dataclass
class _Viewer:
    """Makes what an indicator is made of, then watches it being made itself."""

    desk: Desk
    look: Look
    shelf: dict[str, Input] = field(default_factory=dict)
    made_first: list[str] = field(default_factory=list)

    def view(self, plans: Sequence[Plan]) -> Preview:
        plan = plans[-1]
        film, kept = Film(Score(plan), self.look.rows), list[Kept]()
        extracted, outcome = None, None
        try:
            for other in plans[:-1]:
                self._make(other)
            extracted = made(plan, self.desk, self.shelf, kept, film)
            outcome, error = self._outcome(plan, extracted)
        except YhoviError as refusal:
            error = refusal
        except Exception as bug:  # noqa: BLE001  (what was seen so far is shown all the same)
            error = BugError(bug)
        return Preview(
            indicator=plan.spec.id,
            title=plan.spec.title,
            made_first=tuple(self.made_first),
            asked=_asked(plan, kept, extracted),
            columns=tuple(map(ColumnCard.of, plan.columns)),
            steps=tuple(step for step in _steps(film) if self.look.step in (None, step.number)),
            undone=() if extracted else _undone(film),
            outcome=outcome if self.look.step is None else None,
            error=error,
        )

    def _make(self, plan: Plan) -> None:
        """One of those that the indicator is made of; what its checks hold back isn't passed on."""
        extracted = made(plan, replace(self.desk, provenance=False), self.shelf, [])
        extracted = replace(extracted, observed=correct(extracted.observed, plan.spec.corrections))
        verdict = judge(case(plan, extracted, self.desk.now().date()))
        stops = verdict.of("stop")
        if stops:
            said = " ".join(finding.message for finding in stops)
            raise CheckError(f"{plan.spec.id}, which it is made of: {said}", f"See yhovi preview {plan.spec.id}.")
        frame = extracted.observed.frame.drop(index=sorted(verdict.held))
        self.shelf[plan.spec.id] = Input(frame, extracted.retrieved_at, extracted.origin)
        self.made_first.append(f"{plan.spec.id}: {len(frame):,} observations")

    def _outcome(self, plan: Plan, extracted: Extracted) -> tuple[Outcome, YhoviError | None]:
        """What came out, and what would stop it from being loaded: the checks, or a correction that doesn't fit."""
        observed, refusal = extracted.observed, None
        try:
            observed = correct(observed, plan.spec.corrections)
        except CheckError as error:
            refusal = error
        verdict = judge(case(plan, replace(extracted, observed=observed), self.desk.now().date()))
        stops = verdict.of("stop")
        if stops and refusal is None:
            checks = ", ".join(dict.fromkeys(finding.check for finding in stops))
            refusal = CheckError(f"A run would load nothing, for the checks: {checks}.", "What they found is above.")
        frame = observed.frame
        outcome = Outcome(
            observed=observed,
            first=tuple(_first(frame, self.look.rows, placed=plan.fetch is not None)),
            statuses=_statuses(frame),
            corrections=tuple(_corrections(extracted.observed.frame, frame)),
            findings=verdict.findings,
            latest=_latest(plan, frame, verdict.held),
            series=_series(plan, frame, self.look.area),
        )
        return outcome, refusal


def _asked(plan: Plan, kept: Sequence[Kept], extracted: Extracted | None) -> Asked | None:
    if plan.fetch is None:
        return None
    request = f"{plan.fetch.request.method} {plan.fetch.request.address}"
    if not kept:
        return Asked(request)
    return Asked(
        request=request,
        answers=len(kept),
        release=extracted.release if extracted else next((one.release for one in kept if one.release), None),
        origin="synthetic" if any(one.origin == "synthetic" for one in kept) else "published",
        retrieved_at=max(one.retrieved_at for one in kept),
        rows=extracted.rows if extracted else None,
    )


def _steps(film: Film) -> list[StepSeen]:
    return [_step(film, place) for place in sorted(film.scenes)]


def _step(film: Film, place: int) -> StepSeen:
    score, scene = film.score, film.scenes[place]
    of_step: Callable[[Callable[[int], Any]], Any] = lambda told: told(place) if place >= 0 else ()  # noqa: E731
    return StepSeen(
        number=place + 1,
        name=score.steps[place][0] if place >= 0 else "start",
        arguments=score.said(place) if place >= 0 else "",
        before=scene.before,
        after=scene.after,
        gained=tuple(map(ColumnCard.of, of_step(score.gained))),
        lost=tuple(map(ColumnCard.of, of_step(score.lost))),
        changed=tuple((ColumnCard.of(old), ColumnCard.of(new)) for old, new in of_step(score.changed)),
        notes=tuple(film.notes(place)),
        first=tuple(film.lines(place)),
    )


def _undone(film: Film) -> tuple[str, ...]:
    """The steps that weren't reached."""
    first = max(film.scenes, default=-1) + 1
    return tuple(f"{place + 1} {film.score.steps[place][0]}" for place in range(first, len(film.score.steps)))


def _first(frame: pd.DataFrame, rows: int, *, placed: bool) -> list[dict[str, str]]:
    shown = [name for name in _SHOWN if frame[name].notna().any()]
    return [
        {**({"row": str(row[ROW])} if placed else {}), **{name: _text(row[name]) for name in shown}}
        for row in frame.head(rows).to_dict("records")
    ]


def _text(value: Any) -> str:
    if is_blank(value):
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def _statuses(frame: pd.DataFrame) -> dict[str, int]:
    """How many observations have which status, with its reason."""
    said = zip(frame["obs_status"], frame["status_reason"], strict=True)
    found = Counter(code if is_blank(reason) else f"{code} {reason}" for code, reason in said)
    return dict(found.most_common())


def _corrections(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    said = []
    for row in after.index[after["note"].fillna("").str.contains("Corrected here", regex=False)]:
        old, new = before.loc[row], after.loc[row]
        numbers = f"{_text(old['value']) or 'no number'} became {_text(new['value']) or 'no number'}"
        said.append(f"{new['area_code']} {new['time_period']}: {numbers}. {new['note']}")
    return said


def _one_breakdown(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of all people or things together, else of the first breakdown there is."""
    breakdowns = sorted(frame["breakdown"].unique())
    chosen = TOTAL if TOTAL in breakdowns or not breakdowns else breakdowns[0]
    return frame[frame["breakdown"] == chosen], chosen


def _latest(plan: Plan, frame: pd.DataFrame, held: frozenset[int]) -> Latest | None:
    rows, breakdown = _one_breakdown(frame)
    if rows.empty:
        return None
    newest = rows.loc[rows["period_end"] == rows["period_end"].max()]
    found = {row.area_code: (row, row.Index in held) for row in newest.itertuples()}
    bars = [_bar(plan, code, *found[code]) for code in _in_order(plan, found)]
    bars.sort(key=lambda bar: (bar.number is None, -(bar.number or 0.0)))
    return Latest(str(newest["time_period"].iloc[0]), breakdown, tuple(bars))


def _in_order(plan: Plan, codes: Mapping[str, Any]) -> list[str]:
    """The codes of areas, the finest level first, as the settings have them."""
    return [area.code for area in plan.areas if area.code in codes]


def _bar(plan: Plan, code: str, row: Any, held: bool) -> Bar:
    area = plan.registry.areas[code]
    mark = "" if area.level == plan.spec.source.level else f" ({area.level})"
    value = None if is_blank(row.value) else float(row.value)
    said = [f"{value:,.{plan.spec.measure.decimals}f}"] if value is not None else []
    said += [] if is_blank(row.status_reason) else [f"({row.status_reason})"]
    return Bar(f"{area.name}{mark}", value, " ".join([*said, *(["(held back)"] if held else [])]))


def _series(plan: Plan, frame: pd.DataFrame, wanted: str) -> Series | None:
    rows, _ = _one_breakdown(frame)
    present = _in_order(plan, dict.fromkeys(rows["area_code"]))
    regions = [code for code in present if plan.registry.areas[code].level == "region"]
    code = wanted or next(iter([*regions, *present]), None)
    if code is None:
        return None
    of_area = rows[rows["area_code"] == code].sort_values(["period_end", "time_period"])
    points = tuple(
        (str(period), None if is_blank(value) else float(value))
        for period, value in zip(of_area["time_period"], of_area["value"], strict=True)
    )
    return Series(code, plan.registry.areas[code].name, points)
