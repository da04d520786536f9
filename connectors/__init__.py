"""The sources yhovi can speak to, by the name a spec uses."""

from collections.abc import Mapping
from types import MappingProxyType

from . import els, file, fingertips, geoportal, nomis, ons, statxplore
from .base import Connector

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        "els": els,
        "file": file,
        "fingertips": fingertips,
        "geoportal": geoportal,
        "nomis": nomis,
        "ons": ons,
        "statxplore": statxplore,
    }
)
