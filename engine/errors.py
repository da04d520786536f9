"""One root for everything that is not a bug, and one family per exit code.

Exit codes: 0 all well, 1 a bug in yhovi, 2 the command, a spec or the settings, 3 a source, 4 checks, 5 the database
or the data folder, 6 some indicators failed and others loaded, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from traceback import format_exception
from typing import Any

EXIT_OK = 0
EXIT_BUG = 1
EXIT_SOME_FAILED = 6
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file: where it is, what was found, what is allowed, and the likely cure. Lines start at 1."""

    code: str
    file: Path
    line: int
    column: int
    found: str
    allowed: str = ""
    cure: str = ""

    def __str__(self) -> str:
        said = [f"{self.file}:{self.line}:{self.column} {self.code} {self.found}"]
        said += [f"allowed: {self.allowed}"] if self.allowed else []
        said += [self.cure] if self.cure else []
        return "\n    ".join(said)

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "file": str(self.file)}


class YhoviError(Exception):
    """The root: a sentence for the reader who can act, what to do about it, and an exit code."""

    exit_code = EXIT_BUG

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".rstrip()

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is sent to another process: whatever its arguments were, with all that it says."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[YhoviError], said: tuple[Any, ...], facts: dict[str, Any]) -> YhoviError:
    error = kind.__new__(kind, *said)
    error.__dict__.update(facts)
    return error


class BugError(YhoviError):
    """Something that yhovi itself did wrong; where it did is kept for whoever mends it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"This is a bug in yhovi ({type(cause).__name__}: {cause}).", "Please report it.")
        self.__cause__ = cause
        self.where = "".join(format_exception(cause))


class UsageError(YhoviError):
    """The command asks for something that isn't there or can't be done."""

    exit_code = 2


class SettingsError(YhoviError):
    """The settings file or an environment variable says something that isn't allowed."""

    exit_code = 2


class SpecError(YhoviError):
    """One or more specs are wrong; all problems of all files at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        files = len({problem.file for problem in problems})
        super().__init__(f"{_count(len(problems), 'problem')} in {_count(files, 'file')}.")
        self.problems = tuple(problems)


class ExtractError(YhoviError):
    """A source didn't answer, or its answer can't be used."""

    exit_code = 3


class ForbiddenError(ExtractError):
    """A source answers others, but not this machine, or not without a key."""


class StaleError(ExtractError):
    """An indicator that this one is made of failed, so this one keeps its last values."""


class CheckError(YhoviError):
    """A check condemned the indicator: nothing was loaded, and what was loaded before is untouched."""

    exit_code = 4


class StorageError(YhoviError):
    """The database or the data folder can't be used: missing, locked, full, of another version."""

    exit_code = 5


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
