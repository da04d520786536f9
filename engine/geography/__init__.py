"""Areas as a type: a code means a place only together with a vintage.

A vintage is a month such as ``2023-04``: the areas that were valid on its first day. Codes of other vintages are
translated only where the place is exactly the same (a recode, or a county that became one district); what merged is
given as the parts that together are a whole, what split is described, and nothing is ever guessed from names.
"""

from .areas import (
    GROUP_LEVELS,
    LEVELS,
    SCHEME,
    SMALL_LEVELS,
    Area,
    Change,
    Described,
    Group,
    Place,
    Vintages,
    Whole,
    is_code,
    normal_code,
)
from .files import load_registry
from .registry import Registry

__all__ = [
    "GROUP_LEVELS",
    "LEVELS",
    "SCHEME",
    "SMALL_LEVELS",
    "Area",
    "Change",
    "Described",
    "Group",
    "Place",
    "Registry",
    "Vintages",
    "Whole",
    "is_code",
    "load_registry",
    "normal_code",
]
