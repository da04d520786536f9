"""The sources on real sockets of this machine: each answers as the real one does, or misbehaves as it is told to."""

from collections.abc import Callable

from .faults import Fault
from .sources import ALIKE, SOURCES, Source, areas, figure
from .wire import Asked, Reply, Simulator

Begin = Callable[..., Simulator]
"""Starts the simulator of a source, given with the patience of the settings."""

__all__ = ["ALIKE", "SOURCES", "Asked", "Begin", "Fault", "Reply", "Simulator", "Source", "areas", "figure"]
