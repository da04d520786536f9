"""Every step's implementation, by the name it has in a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .observe_step import observe
from .row_steps import ROW_STEPS
from .shape_steps import SHAPE_STEPS
from .step import Step, StepContext

__all__ = ("STEPS", "Step", "StepContext")

STEPS: Mapping[str, Step] = MappingProxyType({**ROW_STEPS, **SHAPE_STEPS, "observe": observe})
