"""Make the recordings of the demonstration from the tables in ``tools/figures``.

    python tools/make_recordings.py [FOLDER]

Each answer has its source's wire format: headers, order, quoting, titles. ``indicators/recordings/NOTICE``, made with
them, says which figures are published and which are made up. Equal tables make equal files, whatever the day: nothing
here looks at the clock or draws a number.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from recordings import RECORDINGS, recorded
from recordings.recording import Recording

TITLE = "Recordings for the demonstration and the tests"
FOREWORD = """\
The files in this folder are small answers in the wire format of public statistics services, made by
tools/make_recordings.py from the tables in tools/figures. None is a copy of a file of its publisher: only figures,
names, codes, headers and the titles of tables carry over. They are not official statistics; for those, ask the
publishers.

Contains public sector information licensed under the Open Government Licence v3.0:
https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/
Names and codes of areas: Source: Office for National Statistics licensed under the Open Government Licence v3.0.
yhovi's own licence (MIT) covers the rest.
"""


def main(arguments: Sequence[str]) -> None:
    """Write every recording and the notice below the folder named, or where the demonstration looks for them."""
    folder = Path(arguments[0]) if arguments else RECORDINGS
    made = [make() for make in recorded()]
    for recording in made:
        print(recording.write(folder))
    (folder / "NOTICE").write_text(notice(made), encoding="utf-8", newline="\n")


def notice(made: Iterable[Recording]) -> str:
    """What is published in each recording, and what is made up."""
    parts = (f"{one.name}\n{one.notice}\n" for one in sorted(made, key=lambda one: one.name))
    return "\n".join([f"{TITLE}\n{'=' * len(TITLE)}\n\n{FOREWORD}", *parts])


if __name__ == "__main__":
    main(sys.argv[1:])
