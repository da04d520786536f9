"""Figures of areas that were merged, brought to the target vintage as their measure type allows.

Counts and amounts are summed, proportions, crude rates and ratios re-derived from numerator and denominator, and both
only from all parts of the area together. Whatever else there is has no value for the whole: its parts stay as they were
published, under the vintage in which they were valid last.
"""

from __future__ import annotations

from math import isnan

import pandas as pd

from ..geography import Registry
from ..measures import Measured
from .figures import NOT_PUBLISHED, Made, Parts, combined
from .finer import FINER_LEVELS
from .frames import Divided, Rebased, disagreements, parts_of, with_rows

FORMER = "former_area"


def rebase(frame: pd.DataFrame, registry: Registry, measured: Measured) -> Rebased:
    """Bring the rows of merged areas to the target vintage.

    Args:
        frame: Observations as ``observe`` has them on its way, each once, numbers and ``status`` in agreement. Those of
            another vintage than the target's are of parts of areas of the target vintage, or of small areas and
            partnerships, which are left as they are.
        registry: The areas, seen from the target vintage.
        measured: What kind of number it is, which says how it combines.
    """
    former = (frame["area_vintage"] != registry.vintage) & ~frame["area_level"].isin(FINER_LEVELS)
    if not former.any():
        return Rebased(frame)
    found = [(parts, _made(parts, measured)) for parts in parts_of(frame, former, _divided(frame, former, registry))]
    stay = {figure.place for parts, made in found if _stay(parts, made) for figure in parts.figures}
    rows = frame[~former | pd.Series(range(len(frame)), index=frame.index).isin(stay)]
    wholes = [(parts, made) for parts, made in found if made]
    return Rebased(
        frame=with_rows(frame, rows, wholes, registry.vintage),
        unused=sum(parts.surplus + (0 if made or _stay(parts, made) else len(parts.figures)) for parts, made in found),
        notes=tuple(disagreements([parts for parts, _ in found], measured)),
    )


def _divided(frame: pd.DataFrame, former: pd.Series[bool], registry: Registry) -> Divided:
    codes = frame.loc[former, "area_code"].unique()
    wholes = {code: whole.area for code in codes if (whole := registry.whole(code))}
    divisions = {area.code: registry.parts(area.code) for area in wholes.values()}
    return Divided(wholes, lambda code, _: divisions[code])


def _made(parts: Parts, measured: Measured) -> Made | None:
    """What is made of the parts: nothing where the source prints the area itself."""
    return None if parts.own else combined(parts, measured)


def _stay(parts: Parts, made: Made | None) -> bool:
    """Whether the parts are kept as published: no value can be made of them, or one of them has two, which is found."""
    if made is None:
        return all(isnan(figure.value) and NOT_PUBLISHED in figure.status.split() for figure in parts.own)
    return parts.repeated or NOT_PUBLISHED in made.said
