"""The recordings of the demonstration, one module for each, beside those for a source's wire format.

A module that makes some names the functions that do so in ``RECORDED``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from .recording import Recording

RECORDINGS = Path(__file__).resolve().parents[2] / "indicators" / "recordings"


def recorded() -> tuple[Callable[[], Recording], ...]:
    """What makes each recording, in the order of the modules' names."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return tuple(make for module in modules for make in getattr(module, "RECORDED", ()))


__all__ = ["RECORDINGS", "recorded"]
