"""Make the recordings of the demonstration from the tables in ``tools/figures``.

    python tools/make_recordings.py [FOLDER]

Each answer has its source's wire format: headers, order, quoting, titles. ``indicators/recordings/NOTICE`` says which
figures are published and which are made up. Equal tables make equal files, whatever the day: nothing here looks at the
clock or draws a number.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from recordings import RECORDED, RECORDINGS


def main(arguments: Sequence[str]) -> None:
    """Write every recording below the folder named, or where the demonstration looks for them."""
    folder = Path(arguments[0]) if arguments else RECORDINGS
    for make in RECORDED:
        print(make().write(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
