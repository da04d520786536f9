"""What the conductor tells the warehouse beside numbers, put into the warehouse's own values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from ..bronze import Kept
from ..geography import SMALL_LEVELS, Registry
from ..measures import UNITS
from ..plan import Plan
from ..warehouse import values


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


def dataset(plan: Plan, run_id: str, *, retrieved_at: datetime | None, rows: int | None) -> values.DatasetState:
    """How the extraction of the data set went; where nothing was retrieved that could be read, it failed."""
    return values.DatasetState(
        dataset_id=plan.dataset,
        source_name=plan.spec.source.publisher,
        source_url=plan.spec.source.page or (plan.fetch.request.address if plan.fetch else ""),
        last_extracted_at=retrieved_at,
        record_count=rows,
        status="failure" if retrieved_at is None else "success",
        pipeline_run_id=run_id,
    )
