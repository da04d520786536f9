"""S-CS-01: crimes by Community Safety Partnership (ONS, table C2 as a CSV that is landed), all of them published."""

from __future__ import annotations

from .recording import Answer, Notice, Recording, csv_text, figures

TITLE = (
    "Table C2: Number of police recorded crimes for headline offences by Community Safety Partnership area, "
    "England and Wales, year ending June 2025 [note 1][note 2][note 3]"
)
PREAMBLE = (
    TITLE,
    "Official statistics that have not been accredited",
    "One table, of the forces of one region; marks in square brackets lead to notes.",
    "[x] stands for what is not available.",
    "Notes",
    "Contents",
    "Source: Police recorded crime from the Home Office",
)
# Where the headers of the sheet break their lines.
PLACES = (
    *("Police Force\nArea code", "Police Force\nArea name"),
    *("Community Safety\nPartnership code", "Community Safety\nPartnership name"),
    *("Local Authority code", "Local Authority name"),
)
TOTAL = "Total recorded crime (excluding fraud)"
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Police recorded crime from the Home Office, published by the Office for National Statistics",
    published=(
        "crimes recorded by the four police forces of Yorkshire and The Humber and in their Community Safety "
        "Partnerships, year ending June 2025, table C2. They are not accredited official statistics."
    ),
    made_up="no figure. The lines between the title and the source are ours; other forces are left out.",
)


def recorded_crime() -> Recording:
    """The year to June 2025: totals of forces, their partnerships, and what was assigned to none."""
    table = figures("recorded_crime.csv")
    offences = list(table[0])[len(PLACES) :]
    header = [*PLACES, *(name.replace(" (", "\n (") if name == TOTAL else name for name in offences)]
    blanks = [""] * (len(header) - 1)
    body = [[*list(row.values())[: len(PLACES)], *(counted(row[name]) for name in offences)] for row in table]
    content = csv_text([*([line, *blanks] for line in PREAMBLE), header, *body], "\r\n").encode()
    answer = Answer("landed:ons/crime-csp-c2", (("release", "year-ending-2025-06"),), content)
    return Recording("ons", "crime-csp-c2", "year-ending-2025-06", "published", (answer,), NOTICE)


def counted(count: str) -> str:
    """A count as it is printed: its thousands apart, and a blank at the end."""
    return f"{int(count):,} "


RECORDED = (recorded_crime,)
