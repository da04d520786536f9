"""Parameters of statements that are built once and carried out for one load after another.

To build a statement takes longer than a database needs to carry it out; a run has thousands of them, and few different.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from .tables import load

# Their names differ from those of all columns: SQLAlchemy keeps those for what is set.
INDICATOR: sa.BindParameter[str] = sa.bindparam("of_indicator", type_=load.c.indicator_id.type)
LOAD: sa.BindParameter[int] = sa.bindparam("of_load", type_=load.c.load_id.type)


def of(indicator_id: str, load_id: int | None = None) -> Mapping[str, Any]:
    """The values of the parameters, those of a load among them if one is meant."""
    named = {INDICATOR.key: indicator_id}
    return named if load_id is None else {**named, LOAD.key: load_id}
