"""Every step's implementation, by the name it has in a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..step import Step, StepContext
from .areas import AREA_STEPS
from .groups import GROUP_STEPS
from .joins import JOIN_STEPS
from .labels import LABEL_STEPS
from .observe import observe
from .rows import ROW_STEPS
from .series import SERIES_STEPS
from .shapes import SHAPE_STEPS
from .units import UNIT_STEPS

__all__ = ("STEPS", "Step", "StepContext")

STEPS: Mapping[str, Step] = MappingProxyType(
    {
        **ROW_STEPS,
        **SHAPE_STEPS,
        **UNIT_STEPS,
        **LABEL_STEPS,
        **AREA_STEPS,
        **GROUP_STEPS,
        **JOIN_STEPS,
        **SERIES_STEPS,
        "observe": observe,
    }
)
