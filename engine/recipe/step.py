"""What a step is when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .columns import Columns
from .distinct import Frame
from .signature import Arguments


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step knows beside its frame and its arguments: the columns as they were declared or made before it."""

    columns: Columns


Step: TypeAlias = Callable[[Frame, Arguments, StepContext], Frame]
