"""Figures brought to the districts of the target vintage: those of areas that merged, of small areas, of partnerships.

What can be made of them depends on the measure type, and only a complete set of parts makes a whole.
"""

from .districts import APPORTIONED, Weights, to_districts
from .figures import PARTS_ABSENT, REDERIVED, SUMMED, Figure, reproduced, total
from .finer import FINER_LEVELS, Finer, finer
from .former import FORMER, rebase
from .frames import Rebased

__all__ = [
    "APPORTIONED",
    "FINER_LEVELS",
    "FORMER",
    "PARTS_ABSENT",
    "REDERIVED",
    "SUMMED",
    "Figure",
    "Finer",
    "Rebased",
    "Weights",
    "finer",
    "rebase",
    "reproduced",
    "to_districts",
    "total",
]
