"""Every step's implementation, by the name it has in a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..step import Step, StepContext
from .observe import observe
from .rows import ROW_STEPS
from .shapes import SHAPE_STEPS

__all__ = ("STEPS", "Step", "StepContext")

STEPS: Mapping[str, Step] = MappingProxyType({**ROW_STEPS, **SHAPE_STEPS, "observe": observe})
