"""S-C-01: gigabit-capable coverage (Ofcom, fixed coverage by local authority, landed), all of it published."""

from __future__ import annotations

from .recording import Answer, Notice, Recording, csv_text, figures

COLUMNS = {
    "laua": "code",
    "laua_name": "name",
    "All Premises": "all_premises",
    "All Matched Premises": "matched_premises",
    "Gigabit availability (% premises)": "gigabit_share",
    "Number of premises with Gigabit availability": "gigabit_premises",
}
NOTICE = Notice(
    publisher="Ofcom",
    source="Ofcom, Connected Nations, fixed coverage by local and unitary authority",
    published=(
        "premises, and those with gigabit availability, September 2022, for the 21 districts of Yorkshire and The "
        "Humber as they were then."
    ),
    made_up="no figure. Other speeds and areas are left out.",
)


def gigabit_coverage() -> Recording:
    """September 2022, for the districts as they were then; the file has more speeds and all of the country."""
    rows = [[row[name] for name in COLUMNS.values()] for row in figures("gigabit_coverage.csv")]
    content = csv_text([list(COLUMNS), *rows], "\r\n").encode()
    answer = Answer("landed:ofcom/fixed-coverage", (("release", "2022-09"),), content)
    return Recording("ofcom", "fixed-coverage", "2022-09", "published", (answer,), NOTICE)


RECORDED = (gigabit_coverage,)
