"""The command line: arguments in, sentences and exit codes out.

The only room that looks at the clock, the environment, chance and the terminal.
"""

from .commands import main

__all__ = ("main",)
