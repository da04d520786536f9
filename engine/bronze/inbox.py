"""The inbox: a folder into which people put files. No link in it is followed, and nothing is lost that it holds.

A file leaves it only when its bytes are in the archive, and only if it is then still what it was when it was looked at.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..errors import StorageError

QUIET = 10
"""For how many seconds nobody may have written to a file before it is taken."""

_DEEPEST = 8
# What operating systems put beside people's files.
_LITTER = frozenset(
    {".ds_store", "thumbs.db", "desktop.ini", ".directory", "@eadir", "$recycle.bin", "system volume information"}
)
_APPLE_DOUBLE = "._"
_CLAIM = re.compile(r"(?P<name>.+)\.[0-9a-z]{1,8}\.landed", re.DOTALL)
_LINK = "is a link, and links aren't followed"
_ODD = "is no ordinary file"
_DEEP = f"lies more than {_DEEPEST} folders deep"


class State(NamedTuple):
    """What tells a file from another one, and from itself after a change."""

    inode: int
    size: int
    written: int

    @classmethod
    def of(cls, info: os.stat_result) -> State:
        """As the file system says it."""
        return cls(info.st_ino, info.st_size, info.st_mtime_ns)


class ChangedError(Exception):
    """A file isn't what it was when it was looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something in the inbox; ``parts`` are its folders and its name, ``fault`` says why it can't be taken."""

    path: Path
    parts: tuple[str, ...]
    state: State
    fault: str = ""

    @property
    def name(self) -> str:
        """The name that the file came with."""
        claimed = _CLAIM.fullmatch(self.parts[-1])
        return claimed["name"] if claimed else self.parts[-1]


def waiting(inbox: Path, *, required: bool) -> tuple[Waiting, ...]:
    """Everything that lies in the inbox, in the order of names; nothing where there is none.

    Raises:
        StorageError: It can't be read, isn't a folder, or isn't there although it is ``required``.
    """
    try:
        return tuple(_below(inbox, ()))
    except FileNotFoundError:
        if not required:
            return ()
        raise StorageError(f"There is no inbox {inbox}.", "Create it, or name another one in the settings.") from None
    except NotADirectoryError:
        raise StorageError(f"The inbox {inbox} isn't a folder.", "Name a folder in the settings.") from None
    except OSError as error:
        message = f"The inbox {inbox} can't be read: {error.strerror}."
        raise StorageError(message, "Give the account that runs yhovi the right to do so.") from None


def kept_still(found: Sequence[Waiting], now: datetime, sleep: Callable[[float], None]) -> tuple[Waiting, ...]:
    """Those to which nobody has written for a while; waits for that, once, where one of them is younger.

    A moment that is yet to come tells nothing: clocks of file servers go wrong.
    """
    ages = [now.timestamp() - one.state.written / 1e9 for one in found]
    pause = max((QUIET - max(age, 0) for age in ages), default=0)
    if pause > 0:
        sleep(pause)
    return tuple(one for one in found if _state(one.path) == one.state)


@contextmanager
def opened(found: Waiting) -> Iterator[BinaryIO]:
    """The bytes of a file that is still what it was.

    Raises:
        ChangedError: It is another one by now.
        OSError: It is gone, or can't be read.
    """
    with found.path.open("rb") as stream:
        # a link that took its place has a state of its own
        if not State.of(os.fstat(stream.fileno())) == State.of(found.path.lstat()) == found.state:
            raise ChangedError
        yield stream


def remove(found: Waiting, unique: str) -> None:
    """Take a file out of the inbox, and its folder if nothing else is in it.

    It is moved aside first: what is then removed is what was looked at, whoever writes to its old place meanwhile. That
    somebody else took it meanwhile is no fault.

    Raises:
        ChangedError: It is another one by now; it is where it was.
        OSError: It can't be removed.
    """
    aside = found.path.with_name(f"{found.name}.{unique[:8]}.landed")
    with suppress(FileNotFoundError):
        found.path.rename(aside)
        try:
            _remove_aside(aside, found.state)
        except (ChangedError, PermissionError):
            _give_back(aside, found.path)
            raise
    with suppress(OSError):
        found.path.parent.rmdir()


def _remove_aside(aside: Path, state: State) -> None:
    if _state(aside) != state:
        raise ChangedError
    aside.unlink()


def _give_back(aside: Path, path: Path) -> None:
    # what was put in its place meanwhile stays, and this one beside it
    if not path.exists():
        aside.rename(path)


def _state(path: Path) -> State | None:
    try:
        return State.of(path.lstat())
    except OSError:
        return None


def _below(folder: Path, parts: tuple[str, ...]) -> Iterator[Waiting]:
    for path in _of_people(sorted(folder.iterdir(), key=lambda path: path.name)):
        with suppress(FileNotFoundError):  # it was taken meanwhile
            yield from _seen(path, (*parts, path.name))


def _seen(path: Path, parts: tuple[str, ...]) -> Iterator[Waiting]:
    info = path.lstat()
    fault = _fault(info.st_mode, len(parts))
    if fault or stat.S_ISREG(info.st_mode):
        yield Waiting(path, parts, State.of(info), fault)
        return
    try:
        yield from _below(path, parts)
    except PermissionError:
        yield Waiting(path, parts, State.of(info), "may not be read")


def _fault(mode: int, depth: int) -> str:
    if stat.S_ISLNK(mode):
        return _LINK
    if stat.S_ISDIR(mode):
        return _DEEP if depth > _DEEPEST else ""
    return "" if stat.S_ISREG(mode) else _ODD


def _of_people(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.name.lower() not in _LITTER and not path.name.startswith(_APPLE_DOUBLE))
