"""The sources yhovi can speak to, by the name a spec uses."""

from collections.abc import Mapping
from types import MappingProxyType

from . import (
    database,
    defra,
    desnz,
    dft,
    els,
    file,
    fingertips,
    geoportal,
    govuk,
    homeoffice,
    mhclg,
    nomis,
    ofcom,
    ons,
    sport_england,
    statxplore,
)
from .base import Connector

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        "database": database,
        "defra": defra,
        "desnz": desnz,
        "dft": dft,
        "els": els,
        "file": file,
        "fingertips": fingertips,
        "geoportal": geoportal,
        "govuk": govuk,
        "homeoffice": homeoffice,
        "mhclg": mhclg,
        "nomis": nomis,
        "ofcom": ofcom,
        "ons": ons,
        "sport_england": sport_england,
        "statxplore": statxplore,
    }
)
