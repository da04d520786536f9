"""What the conductor tells the warehouse, put into the warehouse's own values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from ..bronze import Kept
from ..geography import SMALL_LEVELS, Area, Registry
from ..measures import UNITS
from ..observations import vintage_of
from ..plan import Plan
from ..quality import Finding, Verdict, shrink_limit
from ..warehouse import values
from ..warehouse.reading import Record
from ..warehouse.tables import SYNTHETIC, VALUE
from ..warehouse.warehouse import Warehouse
from .current import Input
from .extract import Desk, Extracted


def card(plan: Plan) -> values.IndicatorCard:
    """What is said about the indicator beside its numbers."""
    spec = plan.spec
    return values.IndicatorCard(
        publish=spec.publish,
        indicator_id=spec.id,
        title=spec.title,
        description=spec.description,
        domain=spec.domain,
        subdomain=spec.subdomain,
        measure_type=spec.measure.type,
        unit_measure=spec.measure.unit,
        unit=UNITS[spec.measure.unit].title,
        polarity=spec.measure.polarity,
        decimals=spec.measure.decimals,
        publisher=spec.source.publisher,
        license=spec.source.license,
        owner=spec.owner,
        dataset_id=spec.source.dataset,
        spec_hash=spec.digest,
    )


def load(plan: Plan, extracted: Extracted, desk: Desk, *, backfill: bool = False) -> values.Load:
    """One indicator's commit: it speaks for all periods of the areas wanted, and of those that they were made of.

    With ``backfill`` bytes that are older than those loaded go behind them.
    """
    former = _former(plan)
    wanted = [(area, plan.vintage) for area in plan.areas]
    areas = [
        values.Area(area.code, vintage, area.name, area.level, area.parent or None)
        for area, vintage in (*wanted, *((area, vintage_of(area)) for area in former))
    ]
    return values.Load(
        run_id=desk.run_id,
        card=card(plan),
        scope=values.Scope(
            areas=frozenset(area.code for area in (*plan.areas, *former)),
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
        plan_fingerprint=plan.fingerprint,
        row_set_hash=extracted.row_set,
        registry_hash=plan.registry_digest,
        engine_version=desk.engine_version,
        origin="synthetic" if extracted.origin == "synthetic" else "published",
        areas=areas,
        withdrawal_limit=shrink_limit(plan.checks),
        commit_id=desk.new_id(),
        kind="backfill" if backfill else "load",
    )


def _former(plan: Plan) -> list[Area]:
    """The areas of which those wanted were made: where figures can't be combined, their own are kept."""
    sets = (parts for area in plan.areas for parts in plan.registry.parts(area.code))
    return [plan.registry.areas[code] for code in sorted({code for parts in sets for code in parts})]


def area_changes(registry: Registry) -> Iterator[values.AreaChange]:
    """What became of the register's codes."""
    for change in registry.changes:
        day, flag, source = date.fromisoformat(change.date), change.flag or None, change.source or None
        yield values.AreaChange(change.event, day, change.before, change.after, flag, source)


def small_areas(registry: Registry) -> Iterator[values.SmallAreaPlace]:
    """Where the small areas lie."""
    for level in SMALL_LEVELS:
        regions = registry.lookup(level, to="region")
        for code, district in registry.lookup(level).items():
            if code in regions:
                yield values.SmallAreaPlace(code, registry.vintage, level, district, regions[code])


def input_of(plan: Plan, extracted: Extracted, warehouse: Warehouse, load_id: int) -> Input:
    """What is current of an indicator after its load, for those that are made of it.

    Rows that were held back keep what they had, so that nothing is made of a doubtful value.
    """
    frame = _live(warehouse.observations(plan.spec.id), extracted)
    return Input(frame, extracted.retrieved_at, extracted.origin, load_id)


def input_behind(plan: Plan, extracted: Extracted, warehouse: Warehouse, load_id: int) -> Input:
    """What was known of an indicator when older bytes were retrieved, that were put behind newer ones."""
    frame = _live(warehouse.as_of(plan.spec.id, extracted.retrieved_at), extracted)
    return Input(frame, extracted.retrieved_at, extracted.origin, load_id, behind=True)


def input_on_hold(plan: Plan, extracted: Extracted, warehouse: Warehouse) -> Input:
    """What is current of an indicator whose new bytes aren't loaded.

    It counts as of those bytes: what is made of it takes the place of what was made of the load that was undone.
    """
    rows = warehouse.observations(plan.spec.id)
    made_up = any(row["origin"] == SYNTHETIC for row in rows)
    newest = warehouse.load_lines(plan.spec.id)[-1].load_id
    origin = SYNTHETIC if made_up else "published"
    return Input(_live(rows, extracted), extracted.retrieved_at, origin, newest, on_hold=True)


def _live(rows: Sequence[Record], extracted: Extracted) -> pd.DataFrame:
    live = [row for row in rows if row["action"] == VALUE]
    return pd.DataFrame(live, columns=None if live else list(extracted.observed.frame.columns))


def ingestions(plan: Plan, kept: Sequence[Kept], rows: int | None, run_id: str) -> list[values.Ingestion]:
    """Every answer as it went into the archive; rows are known only where one answer is all, and could be read."""
    alone = rows if len(kept) == 1 else None
    return [
        values.Ingestion(
            run_id=run_id,
            dataset_id=plan.dataset,
            url=one.address,
            object_path=one.object,
            sha256=one.sha256,
            canonical_hash=one.canonical,
            size=one.size,
            status=one.status,
            rows=alone,
            retrieved_at=one.retrieved_at,
        )
        for one in kept
    ]


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


def dataset(plan: Plan, extracted: Extracted | None, run_id: str) -> values.DatasetState:
    """How the extraction of the data set went; without an extraction it failed."""
    return values.DatasetState(
        dataset_id=plan.dataset,
        source_name=plan.spec.source.publisher,
        source_url=plan.spec.source.page or (plan.fetch.request.address if plan.fetch else ""),
        last_extracted_at=extracted.retrieved_at if extracted else None,
        record_count=extracted.rows if extracted else None,
        status="success" if extracted else "failure",
        pipeline_run_id=run_id,
    )
