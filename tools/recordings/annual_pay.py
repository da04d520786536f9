"""E-EI-04: gross annual pay by residence (ONS, ASHE table 8.7a as a CSV that is landed), all of it published."""

from __future__ import annotations

from collections.abc import Sequence

from .recording import Answer, Notice, Recording, csv_text, figures

WIDTH = 25
KEY_COLUMN = 18
PERCENTILES = tuple(str(number) for number in (10, 20, 25, 30, 40, 60, 70, 75, 80, 90))
HEADER = (
    ("", "", "Number", "", "Annual", "", "Annual"),
    ("", "", "of jobsb", "", "percentage", "", "percentage", "Percentiles"),
    ("Description", "Code", "(thousand)", "Median", "change", "Mean", "change", *PERCENTILES),
)
PREAMBLE = (("Table 8.7a   Annual pay - Gross (£) - For all employee jobsa: United Kingdom, 2025",), (), *HEADER)
# The key stands beside the rows of the table, from its second row on.
KEY = (
    ("Key", "Statistical robustness"),
    (" CV <= 5% ", " Precise "),
    (" CV > 5% and <= 10% ", " Reasonably precise "),
    (" CV > 10% and <= 20% ", " Acceptable "),
    (" x = CV > 20% ", " Unreliable, left out "),
    (" .. = disclosive ", ""),
    (" : = not applicable ", ""),
    (" - = nil or negligible ", ""),
)
FOOTERS = (
    ("a  Employees on adult rates, for more than a year in the same job.",),
    ("b  Figures for jobs are a guide only, not an estimate.",),
    ("KEY - Quality goes by the coefficient of variation (CV); changes over the year have none. ",),
    ("Source: Annual Survey of Hours and Earnings, Office for National Statistics.",),
)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Annual Survey of Hours and Earnings, Office for National Statistics",
    published=(
        "gross annual pay by place of residence, provisional results of 2025, for the districts and metropolitan "
        "counties of Yorkshire and The Humber, the region, and the countries."
    ),
    made_up="no figure. The words of the key and of the notes below the table are ours; other regions are left out.",
)


def annual_pay() -> Recording:
    """The provisional table of 2025, less the other regions."""
    beside = dict(enumerate(KEY, start=1))
    body = [
        filled((*map(said, row), *("",) * (KEY_COLUMN - len(row)), *beside.get(number, ())))
        for number, row in enumerate(tuple(row.values()) for row in figures("annual_pay.csv"))
    ]
    rows = [*map(filled, PREAMBLE), *body, *map(filled, FOOTERS)]
    answer = Answer(
        url="landed:ons/ashe-table-8-7a",
        parameters=(("release", "2025-provisional"),),
        content=csv_text(rows, "\r\n").encode("cp1252"),
    )
    return Recording("ons", "ashe-table-8-7a", "2025-provisional", "published", (answer,), NOTICE)


def said(cell: str) -> str:
    """A cell as it is printed: whole numbers with their thousands apart."""
    return f"{int(cell):,}" if cell.isdigit() else cell


def filled(row: Sequence[str]) -> tuple[str, ...]:
    """A row as wide as the sheet."""
    return (*row, *("",) * (WIDTH - len(row)))


RECORDED = (annual_pay,)
