"""S-C-01 to S-C-03: fixed coverage (Ofcom, by local authority, landed), all of it published."""

from __future__ import annotations

from .recording import Answer, Notice, Recording, csv_text, figures

COLUMNS = {
    "laua": "code",
    "laua_name": "name",
    "All Premises": "all_premises",
    "All Matched Premises": "matched_premises",
    "Full Fibre availability (% premises)": "full_fibre_share",
    "Gigabit availability (% premises)": "gigabit_share",
    "% of premises unable to receive 30Mbit/s": "below_30_share",
    "Number of premises with Full Fibre availability": "full_fibre_premises",
    "Number of premises with Gigabit availability": "gigabit_premises",
    "Number of premises unable to receive 30Mbit/s": "below_30_premises",
}
NOTICE = Notice(
    publisher="Ofcom",
    source="Ofcom, Connected Nations, fixed coverage by local and unitary authority",
    published=(
        "premises, those with full fibre and with gigabit availability, and those that can't receive 30 Mbit/s, "
        "September 2022, for the 21 districts of Yorkshire and The Humber as they were then."
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
