"""Under which boundaries a source's area codes go together: held against the vintage that a spec declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import NoReturn

from ..errors import CheckError
from .areas import AS_PUBLISHED, Area
from .paths import identities
from .registry import Registry

_EXAMPLES = 5


def judge_vintages(printed: Mapping[str, Set[str]], registry: Registry, declared: str) -> tuple[str, ...]:
    """Hold printed codes against what a spec says of them, and return what there is to be told.

    Codes that the register doesn't have are judged elsewhere, and so are small areas and groups of districts.

    Args:
        printed: For each time period the codes as the source prints them, repaired.
        registry: The areas of all vintages.
        declared: A vintage whose codes they all must be; or ``as_published``: codes that never were valid together in
            one period are then told of, unless the place is the same under either.

    Raises:
        CheckError: A known code wasn't valid in the vintage that is declared.
    """
    by_period = {period: frozenset(registry.areas.keys() & codes) for period, codes in printed.items()}
    known = {code for codes in by_period.values() for code in codes}
    if declared != AS_PUBLISHED:
        _require(sorted(known), registry, declared)
    elif known and not registry.vintages(known).fitting:
        return tuple(_mixed(by_period, registry))
    return ()


def _require(known: Sequence[str], registry: Registry, declared: str) -> None:
    areas = [registry.areas[code] for code in known]
    wrong = [area for area in areas if not area.valid_in(declared)]
    if wrong:
        _refuse(wrong, areas, registry, declared)


def _refuse(wrong: Sequence[Area], areas: Sequence[Area], registry: Registry, declared: str) -> NoReturn:
    weren_t = "wasn't" if len(wrong) == 1 else "weren't"
    code = "code" if len(areas) == 1 else "codes"
    raise CheckError(
        f"The spec says that all area codes are of {declared}, but {len(wrong):,} of {len(areas):,} known {code} "
        f"in the source {weren_t} valid on {declared}-01: {_several([_named(area) for area in wrong])}.",
        _cure(areas, registry),
    )


def _cure(areas: Sequence[Area], registry: Registry) -> str:
    fitting = registry.vintages(area.code for area in areas).fitting
    if not fitting:
        return (
            "They were never valid all together: write codes: as_published, and each is taken for the place that it "
            "is, or keep the rows of one vintage in the recipe."
        )
    end = min((area.valid_to[:7] for area in areas if area.valid_to), default="")
    together = f"from {fitting[0]} to {end}" if end else f"from {fitting[0]} on"
    return (
        f"They were valid together {together}: write codes: {fitting[-1]} if that is what the source says, "
        "or codes: as_published to take each for the place that it is."
    )


def _mixed(by_period: Mapping[str, frozenset[str]], registry: Registry) -> Iterator[str]:
    """A sentence on the periods whose codes never were valid together; codes often are the same in all of them."""
    judged = {together: _clashes(together, registry) for together in set(by_period.values())}
    found = {period: judged[together] for period, together in by_period.items() if judged[together]}
    if found:
        first, why = min(found.items())
        places = f"in {first}" if len(found) == 1 else f"in {len(found):,} periods, the first {first}"
        yield f"Area codes that never were valid together stand beside each other {places}: {_several(why, '; ')}."


def _clashes(codes: Collection[str], registry: Registry) -> tuple[str, ...]:
    """Why these codes never were valid together; nothing where they were, or other codes of the same places were."""
    ways = {code: _same(code, codes, registry) for code in codes}
    if any(all(any(area.valid_in(month) for area in same) for same in ways.values()) for month in registry.months()):
        return ()
    firm = [code for code, same in ways.items() if len(same) == 1]
    told = registry.vintages(firm).clashing or registry.vintages(codes).clashing
    return tuple(why for *_, why in told)


def _same(code: str, codes: Collection[str], registry: Registry) -> list[Area]:
    """The area, and its other codes: those at its own level, and those that are printed beside it."""
    own = registry.areas[code]
    others = [registry.areas[other] for other in identities(code, registry.changes) if other in registry.areas]
    return [own, *(area for area in others if area.level == own.level or area.code in codes)]


def _named(area: Area) -> str:
    return f"{area.name} ({area.code})"


def _several(texts: Sequence[str], joint: str = ", ") -> str:
    more = f" and {len(texts) - _EXAMPLES:,} more" if len(texts) > _EXAMPLES else ""
    return joint.join(texts[:_EXAMPLES]) + more
