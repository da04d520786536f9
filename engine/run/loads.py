"""A load in the warehouse's own values: the commit, what was held back, and what checks found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta

from ..geography import Area
from ..observations import vintage_of
from ..periods import Duration, later
from ..plan import Plan
from ..quality import Finding, Verdict, shrink_limit
from ..warehouse import values
from . import cards
from .commission import Manner
from .desk import Desk
from .extract import Extracted

Periods = tuple[date, date]
"""The first day of the first and the last day of the last."""


def load_of(plan: Plan, extracted: Extracted, desk: Desk, manner: Manner) -> values.Load:
    """One indicator's commit: it speaks for the areas wanted, and those that they were made of, in the periods asked.

    What is loaded of some periods alone is by a plan of its own: a run of all periods finds that it isn't the same.
    """
    asked = manner.window.periods
    former = _former(plan)
    wanted = [(area, plan.vintage) for area in plan.areas]
    areas = [
        values.Area(area.code, vintage, area.name, area.level, area.parent or None)
        for area, vintage in (*wanted, *((area, vintage_of(area)) for area in former))
    ]
    return values.Load(
        run_id=desk.run_id,
        card=cards.card(plan),
        scope=values.Scope(
            areas=frozenset(area.code for area in (*plan.areas, *former)),
            periods=_both(asked, _held(plan, extracted)),
            vintages=frozenset(map(vintage_of, former)),
        ),
        target_vintage=plan.vintage,
        retrieved_at=extracted.retrieved_at,
        committed_at=desk.now(),
        release=extracted.release,
        exchange_id=extracted.exchange_id,
        input_loads=extracted.input_loads,
        spec_text=plan.spec.text,
        plan_json=json.dumps(plan.described(), ensure_ascii=False),
        plan_fingerprint=plan.fingerprint if asked is None else _of_periods(plan, asked),
        row_set_hash=extracted.row_set,
        registry_hash=plan.registry_digest,
        engine_version=desk.engine_version,
        origin="synthetic" if extracted.origin == "synthetic" else "published",
        areas=areas,
        withdrawal_limit=shrink_limit(plan.checks),
        commit_id=desk.new_id(),
        kind="backfill" if manner.backfill else "load",
    )


def _held(plan: Plan, extracted: Extracted) -> Periods | None:
    """The periods that the answers hold all there is of: so many up to the newest; None for all that there are."""
    window, ends = plan.spec.source.window, extracted.observed.frame["period_end"]
    if not window or ends.empty:
        return None
    after = date.fromisoformat(ends.max()) + timedelta(days=1)
    return later(after, Duration.parse(window), times=-1), date.max


def _both(one: Periods | None, other: Periods | None) -> Periods | None:
    """The periods that lie in both."""
    if one is None or other is None:
        return one or other
    return max(one[0], other[0]), min(one[1], other[1])


def _of_periods(plan: Plan, periods: Periods) -> str:
    return hashlib.sha256(f"{plan.fingerprint} {periods[0]} {periods[1]}".encode()).hexdigest()


def _former(plan: Plan) -> list[Area]:
    """The areas of which those wanted were made: where figures can't be combined, their own are kept."""
    sets = (parts for area in plan.areas for parts in plan.registry.parts(area.code))
    return [plan.registry.areas[code] for code in sorted({code for parts in sets for code in parts})]


def findings(verdict: Verdict) -> list[values.Finding]:
    """What the checks found, as the validation log keeps it."""
    return [_finding(finding) for finding in verdict.findings]


def _finding(finding: Finding) -> values.Finding:
    severity: values.Severity = "warning" if finding.severity == "warn" else "error"
    return values.Finding(finding.check, severity, finding.message, len(finding.rows))


def quality(verdict: Verdict) -> values.Quality:
    """The counts that measure quality."""
    metrics = verdict.metrics
    total, valid, invalid, missing = (int(metrics[name]) for name in ("total", "valid", "invalid", "missing"))
    return values.Quality(total, valid, invalid, missing, completeness=metrics["completeness"] / 100)


def rejected(extracted: Extracted, verdict: Verdict) -> list[values.Rejected]:
    """The rows held back, with the check that did it."""
    found: list[values.Rejected] = []
    for finding in verdict.of("hold"):
        keys = _keys(extracted, finding.rows)
        numbers = extracted.observed.frame["value"].loc[list(finding.rows)].tolist()
        found += [
            values.Rejected(finding.check, finding.message, *key, value=number)
            for key, number in zip(keys, numbers, strict=True)
        ]
    return found


def held_keys(extracted: Extracted, verdict: Verdict) -> list[values.Key]:
    """The keys of the rows held back: what is loaded of them stays as it is."""
    return _keys(extracted, sorted(verdict.held))


def _keys(extracted: Extracted, rows: Sequence[int]) -> list[values.Key]:
    named = extracted.observed.frame.loc[list(rows), list(values.Key._fields)]
    return [values.Key(*row) for row in named.itertuples(index=False, name=None)]
