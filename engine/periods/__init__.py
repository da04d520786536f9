"""Periods of time as values, how they compare, and the ways in which publishers write them.

A period is stored as an ISO 8601 interval, such as ``2023-04-01/P1Y`` for the financial year 2023/24, or
``2023-06-30/P1D`` for what was counted on one day.
"""

from .duration import Duration, later
from .patterns import PERIOD_PATTERNS
from .period import Period, matches
from .reading import PatternArgument, PeriodPattern

__all__ = ["PERIOD_PATTERNS", "Duration", "PatternArgument", "Period", "PeriodPattern", "later", "matches"]
