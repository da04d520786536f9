"""Every step's signature, and a whole recipe checked against the columns it starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ...measures import Measured
from ..columns import Columns
from ..faults import Path, Report
from ..signature import Arguments, Signature
from .areas import AREA_SIGNATURES
from .groups import GROUP_SIGNATURES
from .joins import JOIN_SIGNATURES
from .labels import LABEL_SIGNATURES
from .observe import OBSERVE
from .rows import ROW_SIGNATURES
from .series import SERIES_SIGNATURES
from .shapes import SHAPE_SIGNATURES
from .units import UNIT_SIGNATURES

__all__ = ("SIGNATURES", "Signature", "bind", "check_recipe")

SIGNATURES: Mapping[str, Signature] = MappingProxyType(
    {
        signature.name: signature
        for signature in (
            *ROW_SIGNATURES,
            *SHAPE_SIGNATURES,
            *UNIT_SIGNATURES,
            *LABEL_SIGNATURES,
            *AREA_SIGNATURES,
            *GROUP_SIGNATURES,
            *JOIN_SIGNATURES,
            *SERIES_SIGNATURES,
            OBSERVE,
        )
    }
)


def bind(name: str, arguments: Any) -> Arguments:
    """A step's arguments in their one canonical form: plain JSON values, shorthand written out, defaults filled in.

    >>> bind("keep", "Sex == 'Persons'")
    {'condition': "Sex == 'Persons'"}
    """
    signature = SIGNATURES[name]
    said = {signature.shorthand: arguments} if signature.shorthand and isinstance(arguments, str) else arguments
    properties = signature.argument_schema.get("properties", {})
    defaults = {key: value["default"] for key, value in properties.items() if "default" in value}
    bound: Arguments = _plain({**defaults, **said})
    return bound


def check_recipe(
    columns: Columns, steps: Sequence[tuple[str, Any]], report: Report, measured: Measured | None = None
) -> Columns:
    """Check a recipe from its first step to its last, and return the columns it ends with.

    ``report`` is told of every fault; a path starts with the step's index and name and goes on inside its arguments.
    Arguments must satisfy their schema. An unknown step is the caller's to report: what follows it can't be checked.
    ``measured`` is what kind of number the recipe has to end with; without it, nothing is said about that.
    """
    _check_end(steps, report)
    columns = columns.towards(measured)
    for place, (name, arguments) in enumerate(steps):
        if name not in SIGNATURES:
            return columns
        after = SIGNATURES[name].infer(columns, bind(name, arguments), _within((place, name), report))
        columns = columns if name == OBSERVE.name and place + 1 < len(steps) else after
    return columns


def _check_end(steps: Sequence[tuple[str, Any]], report: Report) -> None:
    allowed = "observe as the last step, and only there"
    observed = [place for place, (name, _) in enumerate(steps) if name == OBSERVE.name]
    last = len(steps) - 1
    if not observed:
        at: Path = (last, steps[last][0]) if steps else ()
        report(at, "observe-missing", "The recipe doesn't end with observe.", allowed)
    for place in observed:
        if place != last:
            at = (place, OBSERVE.name)
            report(at, "observe-not-last", "There are steps after observe.", allowed, "Move it to the end.")


def _within(prefix: Path, report: Report) -> Report:
    def told(at: Path, code: str, found: str, allowed: str = "", cure: str = "") -> None:
        report((*prefix, *at), code, found, allowed, cure)

    return told


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
