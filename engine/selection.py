"""Which indicators of the catalogue are meant: by id, or by their domain, subdomain, source and tags. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

from .errors import UsageError
from .spec import Spec

_LISTED = "yhovi list shows those there are."
_BY_ATTRIBUTE = "--domain, --subdomain, --source or --tag"


@dataclass(frozen=True, slots=True)
class Selection:
    """Indicators by id, or (``every``) all; or those of any of these domains, subdomains, sources and tags.

    A source is a connector's name, a data set's, or what the names of several data sets begin with up to a slash.
    """

    ids: tuple[str, ...] = ()
    every: bool = False
    domains: tuple[str, ...] = ()
    subdomains: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def by_attribute(self) -> bool:
        """Whether it says what they have in common, not which they are."""
        return bool(self.domains or self.subdomains or self.sources or self.tags)


def select(specs: Sequence[Spec], selection: Selection, where: str) -> tuple[Spec, ...]:
    """The specs that are meant, in the catalogue's order, each once.

    Args:
        specs: All of the catalogue.
        selection: Which of them.
        where: The catalogue, for people.

    Raises:
        UsageError: Nothing is said or too much, or it names what isn't there.
    """
    if selection.ids and (selection.every or selection.by_attribute):
        other = "--all" if selection.every else _BY_ATTRIBUTE
        raise UsageError(f"Ids and {other} exclude each other.", "Say either which indicators, or what they are of.")
    if not (selection.ids or selection.every or selection.by_attribute):
        raise UsageError(f"Say which indicators: by id, by {_BY_ATTRIBUTE}, or --all.", "yhovi list shows them.")
    if selection.ids:
        return _named(specs, selection.ids, where)
    return _having(specs, selection, where)


def _named(specs: Sequence[Spec], ids: Iterable[str], where: str) -> tuple[Spec, ...]:
    known = {spec.id.casefold(): spec.id for spec in specs}
    for one in ids:
        if one not in known.values():
            raise UsageError(f"There is no indicator {one} in {where}.", _nearest(one, known) or _LISTED)
    return tuple(spec for spec in specs if spec.id in ids)


def _having(specs: Sequence[Spec], selection: Selection, where: str) -> tuple[Spec, ...]:
    said = {
        "domain": selection.domains,
        "subdomain": selection.subdomains,
        "source": selection.sources,
        "tag": selection.tags,
    }
    for kind, names in said.items():
        _require_known(kind, names, specs, where)
    found = tuple(
        spec
        for spec in specs
        if all(not names or not _NAMES[kind](spec).isdisjoint(names) for kind, names in said.items())
    )
    if specs and not found:
        wanted = " and ".join(f"{kind} {' or '.join(names)}" for kind, names in said.items() if names)
        raise UsageError(f"No indicator in {where} is of {wanted}.", _LISTED)
    return found


def _require_known(kind: str, names: Iterable[str], specs: Sequence[Spec], where: str) -> None:
    known = {name.casefold(): name for spec in specs for name in sorted(_NAMES[kind](spec))}
    for name in names:
        if name not in known.values():
            least = [one for one in dict.fromkeys(known.values()) if "/" not in one]
            there = f"There are {', '.join(sorted(least))}." if least else f"No indicator has a {kind}."
            cure = _nearest(name, known) or there
            raise UsageError(f"There is no indicator of {kind} {name} in {where}.", cure)


def _sources(spec: Spec) -> frozenset[str]:
    """What names the source of a spec: its connector, its data set, and each beginning of that up to a slash."""
    connector = spec.source.connector
    beginnings = accumulate(spec.source.dataset.split("/"), lambda before, part: f"{before}/{part}")
    return frozenset([*beginnings, *([connector] if connector else [])])


_NAMES: Mapping[str, Callable[[Spec], frozenset[str]]] = MappingProxyType(
    {
        "domain": lambda spec: frozenset({spec.domain}),
        "subdomain": lambda spec: frozenset({spec.subdomain}),
        "source": _sources,
        "tag": lambda spec: frozenset(spec.tags),
    }
)


def _nearest(said: str, known: Mapping[str, str]) -> str:
    """The name that was meant by what was said, as far as that can be told; ``known`` has each by its small letters."""
    near = difflib.get_close_matches(said.casefold(), known, n=1)
    return f"Did you mean {known[near[0]]}?" if near else ""
