"""S-C-01: gigabit-capable coverage (Ofcom, fixed coverage by local authority, landed), all of it published."""

from __future__ import annotations

from .recording import Answer, Recording, csv_text, figures

COLUMNS = {
    "laua": "code",
    "laua_name": "name",
    "All Premises": "all_premises",
    "All Matched Premises": "matched_premises",
    "Gigabit availability (% premises)": "gigabit_share",
    "Number of premises with Gigabit availability": "gigabit_premises",
}


def gigabit_coverage() -> Recording:
    """September 2022, for the districts as they were then; the file has more speeds and all of the country."""
    rows = [[row[name] for name in COLUMNS.values()] for row in figures("gigabit_coverage.csv")]
    content = csv_text([list(COLUMNS), *rows], "\r\n").encode()
    answer = Answer("landed:ofcom/fixed-coverage", (("release", "2022-09"),), content)
    return Recording("ofcom", "fixed-coverage", "2022-09", "published", (answer,))
