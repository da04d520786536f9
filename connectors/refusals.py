"""Publishers' sites that give their files to browsers only, by host, and what each does when a script asks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "www.ofcom.org.uk": "Ofcom's site answers scripts with 403",
        "activelives.sportengland.org": "Active Lives Online gives its tables to browsers only",
    }
)
