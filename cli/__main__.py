"""The command line as ``python -m yhovi.cli``."""

import sys

from .commands import main

sys.exit(main())
