"""Areas as a type: a code means a place only together with a vintage.

A vintage is a month such as ``2023-04``: the areas that were valid on its first day. Codes of other vintages are
translated only where the place is exactly the same (a recode, or a county that became one district); what merged is
given as the parts that together are a whole, what split is described, and nothing is ever guessed from names.
"""

from .areas import (
    AS_PUBLISHED,
    EVENTS,
    FIRST_VINTAGE,
    GROUP_LEVELS,
    LEVELS,
    SCHEME,
    SMALL_LEVELS,
    Area,
    Change,
    Described,
    Group,
    Place,
    SmallArea,
    Vintages,
    Whole,
    is_code,
    normal_code,
)
from .files import REGISTER_FILES, is_register, load_registry, replaced_by
from .names import NAMED_LEVELS, Named, codes_by_name, names_of, plain_name
from .registry import Registry
from .vintages import judge_vintages

__all__ = [
    "AS_PUBLISHED",
    "EVENTS",
    "FIRST_VINTAGE",
    "GROUP_LEVELS",
    "LEVELS",
    "NAMED_LEVELS",
    "REGISTER_FILES",
    "SCHEME",
    "SMALL_LEVELS",
    "Area",
    "Change",
    "Described",
    "Group",
    "Named",
    "Place",
    "Registry",
    "SmallArea",
    "Vintages",
    "Whole",
    "codes_by_name",
    "is_code",
    "is_register",
    "judge_vintages",
    "load_registry",
    "names_of",
    "normal_code",
    "plain_name",
    "replaced_by",
]
