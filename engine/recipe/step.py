"""What a step is when it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from ..geography import Named
from .columns import Columns
from .distinct import Frame
from .signature import Arguments


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step knows beside its frame and its arguments.

    ``columns`` are the columns as they were declared or made before it. ``inputs`` are the observations of other
    indicators, by their ids, in the columns of ``observation_columns`` with the id as the name of the values.
    ``areas`` are the codes of the areas chosen in the settings, by level; ``names`` the register's areas of all
    vintages, by level, as far as the recipe looks areas up by their names.
    """

    columns: Columns
    inputs: Mapping[str, Frame] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, tuple[Named, ...]] = field(default_factory=lambda: MappingProxyType({}))


Step: TypeAlias = Callable[[Frame, Arguments, StepContext], Frame]
