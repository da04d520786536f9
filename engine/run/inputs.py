"""Indicators that are made of others: what is current of those in the columns of recipes, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

from ...connectors.base import SourceError
from ..errors import CheckError
from ..observations import KEY, key_text, observe
from ..plan import Plan
from ..read.rowset import RowSet
from ..recipe.apply import Recipe, Watch, derive, unwatched
from ..recipe.columns import AREA, BREAKDOWN, ROW, TIME_PERIOD, companion
from ..spec import Base
from .extract import Extracted, subject

_NUMBERS = ("lower_ci", "upper_ci", "numerator", "denominator")
_CONTENT = (*KEY, "value", *_NUMBERS, "status_reason", "status_flags")


@dataclass(frozen=True, slots=True)
class Input:
    """The observations of one indicator (the canonical frame), how old their bytes are, and which load made them."""

    frame: pd.DataFrame
    retrieved_at: datetime
    origin: str
    load_id: int | None = None


def combine(
    plan: Plan, base: Base, inputs: Mapping[str, Input], *, provenance: bool = False, watch: Watch = unwatched
) -> Extracted:
    """Carry out the plan of an indicator that is made of others, as far as the canonical frame.

    Args:
        plan: What to do.
        base: The indicator it starts from.
        inputs: All indicators it is made of.
        provenance: Whether each observation says in ``_row`` which observations it was made of.
        watch: Is told of each step of the recipe.

    Raises:
        CheckError: The inputs aren't what the recipe takes them to be, or what comes of them breaks the contract of
            the canonical frame.
    """
    used = {name: _at(inputs[name], plan.vintage) for name in plan.spec.inputs}
    origin = "synthetic" if any(one.origin == "synthetic" for one in used.values()) else "published"
    frames = {name: _in_recipe(one.frame, name, name, provenance=False) for name, one in used.items()}
    start = _in_recipe(used[base.indicator].frame, base.indicator, base.name, provenance=provenance)
    recipe = Recipe(plan.columns, plan.steps, MappingProxyType(frames), plan.spec.inputs, plan.areas_by_level)
    try:
        cells = derive(start, recipe, watch=watch)
    except SourceError as error:
        raise CheckError(error.message, error.cure) from None
    rows = _row_set(used)
    return Extracted(
        observed=observe(cells.to_pandas(), subject(plan, origin)),
        exchange_id=None,
        rows=rows.rows,
        row_set=rows.hexdigest(),
        release=None,
        origin=origin,
        retrieved_at=max(one.retrieved_at for one in used.values()),
        input_loads=tuple(one.load_id for one in used.values() if one.load_id is not None),
    )


def _at(one: Input, vintage: str) -> Input:
    """An input with its observations of that vintage alone: those of areas that were merged go no further."""
    frame = one.frame
    return one if frame.empty else replace(one, frame=frame[frame["area_vintage"] == vintage])


def _in_recipe(frame: pd.DataFrame, indicator: str, name: str, *, provenance: bool) -> nw.DataFrame[Any]:
    """The canonical frame in the columns of ``observation_columns``, its values called by that name."""
    said = frame["status_reason"].fillna("") + " " + frame["status_flags"].fillna("")
    reasons = said.str.strip()
    columns = {
        AREA: frame["area_code"],
        TIME_PERIOD: frame["time_period"],
        BREAKDOWN: frame["breakdown"],
        name: frame["value"].astype("float64"),
        companion(name): reasons.where(reasons != "", None).astype("str"),
        **{number: frame[number].astype("float64") for number in _NUMBERS},
        "note": frame["note"].astype("str"),
    }
    if provenance:
        keys = map(key_text, frame["area_code"], frame["time_period"], frame["breakdown"])
        columns[ROW] = pd.Series([f"{indicator} {key}" for key in keys], index=frame.index, dtype="str")
    return nw.from_native(pd.DataFrame(columns).reset_index(drop=True), eager_only=True)


def _row_set(used: Mapping[str, Input]) -> RowSet:
    """The identity of what went in: the content of all inputs, whatever its order."""
    rows = RowSet()
    for name, one in used.items():
        texts = {
            column: pa.array([None if pd.isna(cell) else str(cell) for cell in one.frame[column]], pa.string())
            for column in _CONTENT
        }
        rows.add(pa.table({"indicator": pa.array([name] * len(one.frame), pa.string()), **texts}))
    return rows
