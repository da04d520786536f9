"""What is said about indicators and areas beside their numbers, kept as it was said last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import CheckError
from .border import require_said
from .parameters import INDICATOR, of
from .tables import VALUE, area, current, dataset_version, indicator
from .values import Area, IndicatorCard, Load

_VINTAGE = sa.bindparam("of_vintage", type_=area.c.area_vintage.type)
_DATASET = sa.bindparam("of_dataset", type_=dataset_version.c.dataset_id.type)
_BYTES = sa.bindparam("of_bytes", type_=dataset_version.c.row_set_hash.type)
_UNIT = sa.bindparam("in_unit", type_=current.c.unit_measure.type)

_CONTENT = (dataset_version.c.dataset_id == _DATASET, dataset_version.c.row_set_hash == _BYTES)


def describe_indicator(connection: Connection, card: IndicatorCard, target_vintage: str) -> bool:
    """Write down what is said about an indicator; whether it was known and that now differs.

    Raises:
        CheckError: Something of it is such that not every database would keep it.
    """
    said = {**asdict(card), "target_vintage": target_vintage}
    require_said(indicator, [said], "indicator_id")
    known = connection.execute(_known(), of(card.indicator_id)).mappings().one_or_none()
    if known is None:
        connection.execute(sa.insert(indicator), said)
        return False
    if dict(known) == said:
        return False
    connection.execute(sa.update(indicator).where(indicator.c.indicator_id == card.indicator_id), said)
    return True


@cache
def _known() -> sa.Select[Any]:
    return sa.select(indicator).where(indicator.c.indicator_id == INDICATOR)


def describe_areas(connection: Connection, areas: Iterable[Area], *, default: Iterable[Area] = ()) -> set[str]:
    """Write down what is said about areas; the codes of those that were known and now differ.

    What ``default`` says counts only for an area about which nothing else is said or known.

    Raises:
        CheckError: Something of it is such that not every database would keep it.
    """
    said = {_name(place): place for place in areas}
    require_said(area, map(Area._asdict, said.values()), "area_code")
    fallback = {_name(place): place for place in default}
    vintages = {vintage for _, vintage in (*said, *fallback)}
    known = {_name(place): place for vintage in sorted(vintages) for place in _of_vintage(connection, vintage)}
    new = [place._asdict() for name, place in sorted({**fallback, **said}.items()) if name not in known]
    changed = [place for name, place in said.items() if known.get(name, place) != place]
    if new:
        connection.execute(sa.insert(area), new)
    for place in changed:
        is_it = (area.c.area_code == place.area_code, area.c.area_vintage == place.area_vintage)
        connection.execute(sa.update(area).where(*is_it), place._asdict())
    return {place.area_code for place in changed}


def _of_vintage(connection: Connection, vintage: str) -> Iterator[Area]:
    return map(Area._make, connection.execute(_areas(), {_VINTAGE.key: vintage}))


@cache
def _areas() -> sa.Select[Any]:
    return sa.select(*(area.c[name] for name in Area._fields)).where(area.c.area_vintage == _VINTAGE)


def _name(place: Area) -> tuple[str, str]:
    return place.area_code, place.area_vintage


def describe_dataset(connection: Connection, batch: Load) -> None:
    """Write down with which content a data set was seen, and from when to when; one made of others has none."""
    if batch.exchange_id is None:
        return
    key = {"dataset_id": batch.card.dataset_id, "row_set_hash": batch.row_set_hash}
    is_it = {_DATASET.key: batch.card.dataset_id, _BYTES.key: batch.row_set_hash}
    seen = connection.execute(_seen(), is_it).one_or_none()
    said = {"release": batch.release, "exchange_id": batch.exchange_id}
    if seen is None:
        moments = dict.fromkeys(("first_retrieved_at", "last_retrieved_at"), batch.retrieved_at)
        connection.execute(sa.insert(dataset_version), key | said | moments)
    elif batch.retrieved_at > seen.last_retrieved_at:
        newer = said | {"last_retrieved_at": batch.retrieved_at}
        connection.execute(sa.update(dataset_version).where(*_CONTENT), newer | is_it)
    elif batch.retrieved_at < seen.first_retrieved_at:
        older = {"first_retrieved_at": batch.retrieved_at}
        connection.execute(sa.update(dataset_version).where(*_CONTENT), older | is_it)


@cache
def _seen() -> sa.Select[Any]:
    return sa.select(dataset_version).where(*_CONTENT)


def refuse_mixed_units(connection: Connection, card: IndicatorCard) -> None:
    """Refuse a state in which current rows of the indicator are in another unit than it is said to have.

    Raises:
        CheckError: There are such rows.
    """
    count, unit = connection.execute(_others(), {**of(card.indicator_id), _UNIT.key: card.unit_measure}).one()
    if count:
        raise CheckError(
            f"The unit is {card.unit_measure}, but {count} of the current rows are in {unit}.",
            "Load all its areas and periods together, so that none is left in the other unit.",
        )


@cache
def _others() -> sa.Select[int, Any]:
    """How many rows are in another unit than the one that is said, and in which."""
    mine = (current.c.indicator_id == INDICATOR, current.c.action == VALUE)
    counted = sa.select(sa.func.count(), sa.func.min(current.c.unit_measure))
    return counted.where(*mine, current.c.unit_measure != _UNIT)
