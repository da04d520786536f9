"""The ways in which publishers write periods, as a recipe names them. Nothing but what stands here is read.

Month names are English, in full or short, and in one of the usual cases. What one text could mean in two patterns, as
2023/24 could, is told by the pattern that the recipe names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import wording
from .duration import Duration
from .reading import Form, PatternArgument, PeriodPattern

_YEAR = r"(?P<year>\d{4})"
_YEAR_OR_TWO_DIGITS = r"(?P<year>\d{4}|\d{2})"
_END = r"(?P<end>\d{2})"
_END_OR_YEAR = r"(?P<end>\d{4}|\d{2})"
_NAME = r"(?P<month>[A-Za-z]{3,9})"
_NUMBER = r"(?P<month>\d{2})"
_DAY = r"(?P<day>\d{1,2})"
_QUARTER = r"Q(?P<quarter>[1-4])"
_TO = r"(?:-| - | to )"
_FIRST = r"(?P<first>[A-Za-z]{3,9})"
_LAST = r"(?P<last>[A-Za-z]{3,9})"
_MONTHS_OF_ONE_YEAR = rf"{_FIRST}{_TO}{_LAST} {_YEAR}"

_ONE_YEAR = Duration(months=12)
_ONE_QUARTER = Duration(months=3)
_ONE_MONTH = Duration(months=1)
_ONE_DAY = Duration(days=1)

_STARTS = PatternArgument(
    "starts",
    "The day on which the survey's years start",
    "a month and a day up to the 28th, such as 11-16",
    r"(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])",
    "11-16",
)
_ON = PatternArgument(
    "on",
    "The day of each year on which is counted",
    "a month and a day other than 29 February, such as 06-30",
    r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])",
    "06-30",
)

_PATTERNS = (
    PeriodPattern(
        "calendar_year", "a calendar year", ("2024",), (Form(_YEAR, wording.calendar_year),), length=_ONE_YEAR
    ),
    PeriodPattern(
        "financial_year",
        "a financial year (April to March)",
        ("2022/23", "2022-23"),
        (
            Form(f"{_YEAR}[/-]{_END_OR_YEAR}", wording.financial_year),
            Form(r"FYE (?P<end>\d{4})", wording.financial_year_ending),
        ),
        length=_ONE_YEAR,
        further=("2022/2023", "2022-2023", "FYE 2023"),
    ),
    PeriodPattern(
        "academic_year",
        "an academic year (September to August)",
        ("2023/24", "202324"),
        (Form(f"{_YEAR}[/-]?{_END}", wording.academic_year),),
        length=_ONE_YEAR,
        further=("2023-24",),
    ),
    PeriodPattern(
        "survey_year",
        "a survey's year",
        ("2023/24", "2023-24"),
        (
            Form(f"{_YEAR}[/-]{_END}", wording.survey_year),
            Form(f"{_NAME} {_YEAR_OR_TWO_DIGITS}-{_END}", wording.survey_year),
        ),
        length=_ONE_YEAR,
        further=("Nov 2023-24", "November 2023-24", "Nov 23-24"),
        argument=_STARTS,
    ),
    PeriodPattern(
        "quarter",
        "a quarter of a calendar year",
        ("2023 Q1", "Jan to Mar 2023"),
        (
            Form(f"{_YEAR}[ -]?{_QUARTER}", wording.quarter),
            Form(f"{_QUARTER} {_YEAR}", wording.quarter),
            Form(_MONTHS_OF_ONE_YEAR, wording.named_quarter),
        ),
        length=_ONE_QUARTER,
        further=("2023Q1", "2023-Q1", "Q1 2023", "Jan-Mar 2023", "January to March 2023"),
    ),
    PeriodPattern(
        "financial_quarter",
        "a quarter of a financial year (Q1 is April to June)",
        ("2023/24 Q1", "Q1 2023-24"),
        (
            Form(f"{_YEAR}[/-]{_END} {_QUARTER}", wording.financial_quarter),
            Form(f"{_QUARTER} {_YEAR}[/-]{_END}", wording.financial_quarter),
        ),
        length=_ONE_QUARTER,
    ),
    PeriodPattern(
        "month",
        "a month",
        ("2025-03",),
        (
            Form(f"{_YEAR}-?{_NUMBER}", wording.month),
            Form(f"{_YEAR}-{_NUMBER}-01", wording.month),  # how a workbook holds a month: as its first day
            Form(rf"{_YEAR}{_NUMBER} \((?P<name>[A-Za-z]{{3}})-(?P<short>\d{{2}})\)", wording.month),
            Form(f"{_NAME} {_YEAR}", wording.month),
            Form(rf"{_NAME}-(?P<year>\d{{2}})", wording.month),
        ),
        length=_ONE_MONTH,
        further=("202503", "2025-03-01", "202503 (Mar-25)", "March 2025", "Mar 2025", "Mar-25"),
    ),
    PeriodPattern(
        "year_ending_month",
        "a month that ends a year",
        ("2023-12", "2025-09"),
        (
            Form(f"{_YEAR}-{_NUMBER}", wording.year_ending_month),
            Form(f"(?:[Yy]ear (?:ending|to) )?{_NAME} {_YEAR}", wording.year_ending_month),
            Form(f"YE {_NAME} {_YEAR_OR_TWO_DIGITS}", wording.year_ending_month),
        ),
        length=_ONE_YEAR,
        further=("Mar 2025", "Year ending March 2025", "Year to March 2025", "YE Mar 25"),
    ),
    PeriodPattern(
        "rolling_window",
        "a period named by its first and last month",
        ("Oct 2024-Sep 2025", "Jan-Dec 2023"),
        (
            Form(rf"{_FIRST} (?P<first_year>\d{{4}}){_TO}{_LAST} {_YEAR}", wording.window),
            Form(_MONTHS_OF_ONE_YEAR, wording.window),
        ),
        further=("Apr 2023 - Mar 2024", "April 2021 to March 2022"),
    ),
    PeriodPattern(
        "pooled_years",
        "several calendar years",
        ("2020 - 22", "2020-2022"),
        (Form(f"{_YEAR}{_TO}{_END_OR_YEAR}", wording.pooled_years),),
        further=("2020-22", "2019 to 2021"),
    ),
    PeriodPattern(
        "pooled_financial_years",
        "several financial years (April to March)",
        ("2020/21 - 22/23", "2020/21 to 2022/23"),
        (
            Form(
                rf"{_YEAR}/{_END}{_TO}(?P<last_year>\d{{4}}|\d{{2}})/(?P<last_end>\d{{2}})",
                wording.pooled_financial_years,
            ),
        ),
    ),
    PeriodPattern(
        "snapshot",
        "the day of a count",
        ("2023-03-31", "31 March 2023"),
        (
            Form(rf"{_YEAR}-{_NUMBER}-(?P<day>\d{{2}})", wording.snapshot),
            # no publisher of these figures writes the month first
            Form(rf"(?P<day>\d{{2}})/{_NUMBER}/{_YEAR}", wording.snapshot),
            Form(f"(?:As at )?{_DAY} {_NAME} {_YEAR}", wording.snapshot),
            Form(rf"As at {_DAY} {_NAME} {_YEAR} \({_QUARTER}\)", wording.snapshot),
        ),
        length=_ONE_DAY,
        further=("31 Mar 2023", "31/03/2023", "As at 31 March 2023", "As at 31 March 2023 (Q4)"),
    ),
    PeriodPattern(
        "snapshot_year",
        "the year of a count",
        ("2023",),
        (Form(f"(?P<mid>[Mm]id-)?{_YEAR}", wording.snapshot_year),),
        length=_ONE_DAY,
        further=("Mid-2023", "mid-2023"),
        argument=_ON,
    ),
    PeriodPattern(
        "iso_interval",
        "an ISO interval",
        ("2023-01-01/P1Y", "2022-01-01/P3Y"),
        (Form(r"(?P<iso>[0-9-]+/P[0-9YMD]+)", wording.iso_interval),),
        further=("2023-06-30/P1D",),
    ),
)

PERIOD_PATTERNS: Mapping[str, PeriodPattern] = MappingProxyType({pattern.name: pattern for pattern in _PATTERNS})
