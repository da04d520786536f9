"""Ways through the changes of codes: to the same place under other codes, and back to what an area was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .areas import Area, Change

IDENTITIES = ("recode", "same_footprint")
_MAKING = ("recode", "merge")


def identities(code: str, changes: Sequence[Change]) -> dict[str, tuple[Change, ...]]:
    """Every other code of exactly the same place, nearest first, with the changes on the way."""
    ways: dict[str, tuple[Change, ...]] = {code: ()}
    ahead = [code]
    while ahead:
        here = ahead.pop(0)
        for change in changes:
            if change.event in IDENTITIES and here in (change.before, change.after):
                there = change.after if here == change.before else change.before
                if there not in ways:
                    ways[there] = (*ways[here], change)
                    ahead.append(there)
    del ways[code]
    return ways


def earlier_sets(code: str, changes: Sequence[Change], areas: Mapping[str, Area]) -> Iterator[tuple[str, ...]]:
    """Every complete set of earlier areas that together are exactly this one, newest first; sets of one are identities.

    It ends where the boundary of one of them moved: what lies before is another place.
    """
    present, seen = {code}, {code}
    while not any(_moved(one, changes, areas) for one in present):
        making = [c for c in changes if c.event in _MAKING and c.after in present]
        if len(present) > 1:
            yield tuple(sorted(present))
        day = max((change.date for change in making), default="")
        making = [change for change in making if change.date == day]
        befores = {change.before for change in making}
        if not making or befores & seen:
            return
        present = present - {change.after for change in making} | befores
        seen |= befores


def ancestors(code: str, changes: Sequence[Change]) -> set[str]:
    """Every earlier code that went into this one."""
    return _reached(code, [(c.after, c.before) for c in changes if c.event in _MAKING])


def descendants(code: str, changes: Sequence[Change]) -> set[str]:
    """Every later code that this one went into."""
    return _reached(code, [(c.before, c.after) for c in changes if c.event in _MAKING])


def _reached(code: str, steps: Sequence[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    ahead = {code}
    while ahead:
        ahead = {there for here, there in steps if here in ahead} - found - {code}
        found |= ahead
    return found


def _moved(code: str, changes: Sequence[Change], areas: Mapping[str, Area]) -> bool:
    """Whether its boundary changed, or it also got some of an area of its own level that split."""
    for change in changes:
        if change.event == "boundary_change" and code in (change.before, change.after):
            return True
        if change.event == "split" and change.after == code:
            before, after = areas.get(change.before), areas.get(code)
            if before is None or after is None or before.level == after.level:
                return True
    return False
