"""Whether the hosts that a catalogue asks can be reached from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from ....connectors.base import Request
from ...http import Stop
from ...plan import Plan
from ...settings import Settings
from ..assembly import World, sender_for

_AT_ONCE = 8
_PATIENCE: Mapping[str, float] = MappingProxyType({"connect_timeout": 5.0, "read_timeout": 15.0, "attempts": 1})


def reached(plans: Sequence[Plan], settings: Settings, world: World, version: str) -> Mapping[str, Stop | None]:
    """Each host that these plans ask first, and why it can't be reached, if it can't; each is asked once."""
    addresses = sorted({address for plan in plans if (address := _address(plan))})
    patience = replace(settings, http={**settings.http, **_PATIENCE})
    with sender_for(patience, world, version) as sender, ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(sender.knock, map(Request, addresses))
        return {urlsplit(address).netloc: stop for address, stop in zip(addresses, found, strict=True)}


def _address(plan: Plan) -> str:
    """Where the host of a plan's first request answers; nothing for what isn't asked by way of the web."""
    url = urlsplit(plan.fetch.request.url) if plan.fetch else None
    return f"{url.scheme}://{url.netloc}/" if url and url.scheme in ("http", "https") else ""
