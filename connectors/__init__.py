"""The sources yhovi can speak to, by the name a spec uses."""

from collections.abc import Mapping
from types import MappingProxyType

from . import file, fingertips, nomis
from .base import Connector

CONNECTORS: Mapping[str, Connector] = MappingProxyType({"file": file, "fingertips": fingertips, "nomis": nomis})
