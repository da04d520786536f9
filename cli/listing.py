"""The catalogue as a listing: each indicator on a line, and how many there are of each sort in each subdomain."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .terminal import count, note, show_rows

if TYPE_CHECKING:
    from ..engine.spec import Spec


def show_catalogue(specs: Sequence[Spec], *, as_json: bool) -> None:
    """Print them, on a terminal by domain and with counts; for people also how many there are."""
    on_terminal = sys.stdout.isatty() and not as_json
    show_rows(list(map(_line, _by_domain(specs) if on_terminal else specs)), as_json=as_json)
    if on_terminal and specs:
        print()
        show_rows(_counts(specs), as_json=False)
    if not as_json:
        note(_total(specs))


def _line(spec: Spec) -> dict[str, Any]:
    return {
        "indicator": spec.id,
        "title": spec.title,
        "domain": spec.domain,
        "subdomain": spec.subdomain,
        "unit": spec.measure.unit,
        "dataset": spec.source.dataset,
        "status": spec.standing,
    }


def _by_domain(specs: Iterable[Spec]) -> list[Spec]:
    """In the order of the domains and their subdomains, else in their own."""
    from ..engine.schema.build import DOMAINS

    order = {place: number for number, place in enumerate((d, s) for d, names in DOMAINS.items() for s in names)}
    return sorted(specs, key=lambda spec: order[spec.domain, spec.subdomain])


def _counts(specs: Iterable[Spec]) -> list[dict[str, Any]]:
    """How many there are of each sort, by subdomain."""
    from ..engine.spec import ACTIVE, COMPONENT, DRAFT

    ordered = _by_domain(specs)
    places = dict.fromkeys((spec.domain, spec.subdomain) for spec in ordered)
    number = Counter((spec.domain, spec.subdomain, spec.standing) for spec in ordered)
    return [
        {"domain": domain, "subdomain": subdomain}
        | {name: number[domain, subdomain, name] for name in (ACTIVE, DRAFT, COMPONENT)}
        for domain, subdomain in places
    ]


def _total(specs: Sequence[Spec]) -> str:
    from ..engine.spec import ACTIVE, COMPONENT, DRAFT

    number = Counter(spec.standing for spec in specs)
    parts = [f"{number[ACTIVE]} active", count(number[DRAFT], "draft"), count(number[COMPONENT], "component")]
    return f"{count(len(specs), 'indicator')}: {', '.join(parts)}"
