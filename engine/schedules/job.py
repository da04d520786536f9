"""What is to be started, when and where: the same for every scheduler."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import category

from ..errors import UsageError

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_UNFIT = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of characters, ends of lines and paragraphs
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, in UTC.

    >>> str(Time.parse("6:05"))
    '06:05'
    """

    hour: int
    minute: int

    @classmethod
    def parse(cls, said: str) -> Time:
        """The time that is written as 06:00.

        Raises:
            UsageError: It isn't written so.
        """
        found = _TIME.fullmatch(said)
        if not found:
            raise UsageError(f"{said} is no time of day.", "Write it as hours and minutes, such as 06:00; it is UTC.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"


@dataclass(frozen=True, slots=True)
class When:
    """From which to which day of each month a job is started, and at what time in UTC."""

    time: Time
    first: int
    last: int

    @property
    def days(self) -> range:
        """The days of the month."""
        return range(self.first, self.last + 1)

    @property
    def cron(self) -> str:
        """The five fields of cron.

        >>> When(Time(6, 0), 1, 1).cron, When(Time(6, 30), 2, 31).cron
        ('0 6 1 * *', '30 6 2-31 * *')
        """
        days = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.time.minute} {self.time.hour} {days} * *"

    def __str__(self) -> str:
        days = f"day {self.first}" if self.first == self.last else f"days {self.first} to {self.last}"
        return f"{days} of each month, {self.time} UTC"


@dataclass(frozen=True, slots=True)
class Job:
    """What is started: a program with arguments, in a folder.

    Attributes:
        name: What a scheduler calls it: letters, digits, - and _.
        about: What it does, in words.
        program: What starts yhovi on this machine.
        arguments: What yhovi is asked for, such as run --all.
        when: When it is started.
        folder: The folder in which it is started.
        settings: The settings file that it uses, if there is one.
        catalogue: The catalogue that it was told to use, if it was told.
        secrets: The environment variables that it needs beside those that every job may need.
    """

    name: str
    about: str
    program: tuple[str, ...]
    arguments: tuple[str, ...]
    when: When
    folder: str
    settings: str | None = None
    catalogue: str | None = None
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"A schedule can't be called {self.name!r}.", "Use letters, digits, - and _.")
        for said in (*self.command, self.folder):
            if any(category(character) in _UNFIT or character in "\ufffe\uffff" for character in said):
                raise UsageError(
                    f"{said!r} has a line break or another control character in it, which no schedule can hold.",
                    "Rename that folder or file.",
                )

    @property
    def options(self) -> tuple[str, ...]:
        """The settings and the catalogue, as yhovi is told of them."""
        said = (("--settings", self.settings), ("--catalogue", self.catalogue))
        return tuple(part for option, path in said if path for part in (option, path))

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command."""
        return (*self.program, *self.arguments, *self.options)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that a scheduler reads: its usual name, its text, and how that is encoded."""

    name: str
    text: str
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        """Its bytes; UTF-16 begins with its mark and has the line ends of Windows."""
        if self.encoding == "utf-16":
            return ("\ufeff" + self.text.replace("\n", "\r\n")).encode("utf-16-le")
        return self.text.encode(self.encoding)


def refuse(found: str, what: str, cure: str) -> UsageError:
    """The error for a text that a scheduler would understand as something else."""
    return UsageError(f"{found!r} can't be written for {what}.", cure)
