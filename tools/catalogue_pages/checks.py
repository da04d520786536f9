"""Checks in words: a sentence for each that a spec asks for, and the figures that have to come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from yhovi.engine.plan import Plan

from .recipes import Known
from .wording import LEVELS, period_said, plain, sentence


def checks(plan: Plan, known: Known) -> list[str]:
    """A sentence for each check but the goldens, in the order of the vocabulary."""
    said = plan.spec.checks
    found = [tell(said[name], plan, known) for name, tell in _CHECKS.items() if name in said]
    found += [f"until {one.until} the check `{one.check}` may fail, as {plain(one.reason)}" for one in plan.spec.accept]
    return [sentence(text) for text in found]


def _range(limits: Mapping[str, float], _: Plan, __: Known) -> str:
    parts = [f"{word} {limits[key]:,}" for key, word in (("min", "below"), ("max", "above")) if key in limits]
    return f"values {' or '.join(parts)} are held back, and the others are loaded"


def _max_change(said: str, _: Plan, __: Known) -> str:
    return f"values that differ by more than {said} from those of the period before are held back"


def _complete(said: Mapping[str, Any], plan: Plan, _: Known) -> str:
    one = LEVELS[plan.spec.source.level][0]
    since = f" since {period_said(said['since'])}" if "since" in said else ""
    return (
        f"every {one} of the settings has an observation in every period{since}, with a number or with the reason why"
        " there is none; where one is absent, nothing is loaded"
    )


def _shrink(said: str, _: Plan, __: Known) -> str:
    return f"at most {said} of what is loaded may vanish from the source at once; where more does, nothing is loaded"


def _reconcile(said: Mapping[str, Any], _: Plan, known: Known) -> str:
    leeway = f"{100 * said['tolerance']:.12g}%" if said.get("relative") else f"{said['tolerance']:.12g}"
    otherwise = "nothing is loaded" if said.get("blocking") else "that is told"
    return (
        f"it is another route to {known.link(said['with'])}: wherever both have a number of the same area, period and"
        f" breakdown, they agree to within {leeway}; where they do not, {otherwise}"
    )


Tell = Callable[[Any, Plan, Known], str]

_CHECKS: Mapping[str, Tell] = MappingProxyType(
    {
        "range": _range,
        "max_change": _max_change,
        "complete": _complete,
        "shrink": _shrink,
        "reconcile": _reconcile,
    }
)


def goldens(plan: Plan, known: Known) -> Iterator[str]:
    """The published figures that have to come out, as a table; or why there are none."""
    said = plan.spec.checks["golden"]
    if isinstance(said, Mapping):
        yield f"None of its figures is held to a published one. Why not: {sentence(plain(said['none']))}"
        return
    yield "These published figures have to come out, or nothing of their release is loaded:"
    yield ""
    yield "| area | period | figure | may be off by | release | published in |"
    yield "|---|---|---:|---:|---|---|"
    for golden in said:
        yield f"| {' | '.join(_cells(golden, known))} |"


def _cells(golden: Mapping[str, Any], known: Known) -> Sequence[str]:
    area = known.area(golden["area"])
    code = "" if area == golden["area"] else f" ({golden['area']})"
    return (
        f"{plain(area)}{code}",
        period_said(golden["period"]),
        f"{golden['value']:,}",
        f"{golden['tolerance']:g}" if golden.get("tolerance") else "",
        plain(str(golden["release"])),
        plain(golden["cite"]),
    )
