"""What one YAML file says, after validation; and all that can be known to be wrong with it before a fetch."""

from .files import SUFFIXES, Reading, load_specs, read_specs, read_texts
from .graph import dependants, in_order, with_inputs
from .values import ACTIVE, COMPONENT, DRAFT, Base, Measure, Source, Spec

__all__ = (
    "ACTIVE",
    "COMPONENT",
    "DRAFT",
    "SUFFIXES",
    "Base",
    "Measure",
    "Reading",
    "Source",
    "Spec",
    "dependants",
    "in_order",
    "load_specs",
    "read_specs",
    "read_texts",
    "with_inputs",
)
