"""What is shipped: every indicator of the built-in catalogue, as listed and in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

CATALOGUE = Path(str(files("yhovi") / "indicators"))
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SPECS: Mapping[str, Any] = MappingProxyType(
    {
        file.stem: yaml.load(file.read_text(encoding="utf-8"), _LOADER)  # noqa: S506  (both are safe)
        for file in sorted(CATALOGUE.rglob("*.yaml"), key=lambda file: file.stem)
    }
)
SHIPPED = tuple(SPECS)
DRAFTS = tuple(indicator for indicator, said in SPECS.items() if said.get("status") == "draft")


def by_day(indicators: Iterable[str], by: tuple[str, ...] = ("connector",)) -> list[Any]:
    """Parameters of tests: one indicator of each connector by day, and the others by night."""
    seen: set[tuple[str, ...]] = set()
    return [pytest.param(one, marks=pytest.mark.nightly if _met(one, by, seen) else ()) for one in indicators]


def _met(indicator: str, by: tuple[str, ...], seen: set[tuple[str, ...]]) -> bool:
    said = SPECS[indicator] | {"connector": SPECS[indicator]["source"].get("connector", "")}
    kind = tuple(said[name] for name in by)
    met = kind in seen
    seen.add(kind)
    return met


def _before(said: Any) -> Iterator[str]:
    """The indicators that run before one: those it is made of, as its spec names them, and that it is compared with."""
    for place in (said["source"], *(arguments for step in said["recipe"] for arguments in step.values())):
        if isinstance(place, dict) and "indicator" in place:
            yield place["indicator"]
    if "reconcile" in said["checks"]:
        yield said["checks"]["reconcile"]["with"]


def in_order_of_run() -> list[str]:
    """Each indicator that isn't a draft after those that run before it, else in the order of their ids."""

    def after_others(indicator: str) -> Iterator[str]:
        for other in _before(SPECS[indicator]):
            yield from after_others(other)
        yield indicator

    ordered = dict.fromkeys(one for indicator in SHIPPED if indicator not in DRAFTS for one in after_others(indicator))
    return [indicator for indicator in ordered if indicator not in DRAFTS]
