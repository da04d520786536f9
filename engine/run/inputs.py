"""Indicators that are made of others: what is current of those in the columns of recipes, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

from ...connectors.base import SourceError
from ..errors import CheckError
from ..observations import key_text, observe
from ..plan import Plan
from ..recipe.apply import Recipe, Watch, derive, unwatched
from ..recipe.columns import AREA, BREAKDOWN, ROW, TIME_PERIOD, companion
from ..spec import Base
from .current import NUMBERS, Input, at_vintage, loads_of, row_set_of
from .extract import Extracted, subject


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
    used = {name: at_vintage(inputs[name], plan.vintage) for name in plan.spec.inputs}
    origin = "synthetic" if any(one.origin == "synthetic" for one in used.values()) else "published"
    frames = {name: _in_recipe(one.frame, name, name, provenance=False) for name, one in used.items()}
    start = _in_recipe(used[base.indicator].frame, base.indicator, base.name, provenance=provenance)
    recipe = Recipe(
        columns=plan.columns,
        steps=plan.steps,
        inputs=MappingProxyType(frames),
        measured=plan.spec.inputs,
        areas=plan.areas_by_level,
        names=plan.names_by_level,
    )
    try:
        cells = derive(start, recipe, watch=watch)
    except SourceError as error:
        raise CheckError(error.message, error.cure) from None
    rows = row_set_of(used)
    return Extracted(
        observed=observe(cells.to_pandas(), subject(plan, origin)),
        exchange_id=None,
        rows=rows.rows,
        row_set=rows.hexdigest(),
        release=None,
        origin=origin,
        retrieved_at=max(one.retrieved_at for one in used.values()),
        input_loads=loads_of(used),
    )


def _in_recipe(frame: pd.DataFrame, indicator: str, name: str, *, provenance: bool) -> nw.DataFrame[Any]:
    """The canonical frame in the columns of ``observation_columns``, its values called by that name."""
    said = frame["status_reason"].fillna("") + " " + frame["status_flags"].fillna("")
    reasons = said.str.strip()
    texts = {
        AREA: frame["area_code"],
        TIME_PERIOD: frame["time_period"],
        BREAKDOWN: frame["breakdown"],
        companion(name): reasons.where(reasons != "", None),
        "note": frame["note"],
    }
    if provenance:
        keys = map(key_text, frame["area_code"], frame["time_period"], frame["breakdown"])
        texts[ROW] = pd.Series([f"{indicator} {key}" for key in keys], dtype=object)
    numbers = {name: frame["value"], **{number: frame[number] for number in NUMBERS}}
    columns: dict[str, pa.Array[Any]] = {
        **{column: pa.array(cells, pa.string(), from_pandas=True) for column, cells in texts.items()},
        **{column: pa.array(cells, pa.float64(), from_pandas=True) for column, cells in numbers.items()},
    }
    return nw.from_native(pa.table(columns), eager_only=True)
