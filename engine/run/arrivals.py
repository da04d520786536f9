"""What lies in the inbox: each file goes into the archive, or stays where it is and a sentence says why."""

from __future__ import annotations

import difflib
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..bronze import Bronze, inbox
from ..bronze.inbox import ChangedError, Waiting
from ..errors import YhoviError
from ..settings import Settings
from ..spec import Spec
from .landing import Landed, Slot, folder_name, serves, slots_of

if TYPE_CHECKING:
    from .assembly import World

_LOG = logging.getLogger("yhovi.inbox")

_DEPTH = 4  # source, data set, release, file
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart", ".opdownload")
_OF_PROGRAMS = ("~$", ".~lock.", ".")
_NEAR = 0.8  # data sets of one source begin alike
_LISTED = "yhovi land --list says where each file goes."
_NEXT_RUN = "It stays where it is; the next run looks at it again."

Outcome = Literal["landed", "left", "ready"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of something in the inbox: ``landed``, ``left`` where it is, or ``ready`` for the next run."""

    path: str
    outcome: Outcome
    message: str
    cure: str = ""
    landed: Landed | None = None

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".rstrip()

    def described(self) -> dict[str, Any]:
        """As plain data."""
        landing = self.landed.described() if self.landed else None
        return {"file": self.path, "outcome": self.outcome, "said": str(self), "landing": landing}


class _Parcel(NamedTuple):
    """A file, and what it is by the folders that it lies in."""

    file: Waiting
    dataset: str
    release: str

    @property
    def place(self) -> tuple[str, str]:
        return self.dataset, self.release


class _LeftError(Exception):
    """Why a file can't be taken, and what to do about it."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


def pick_up(settings: Settings, specs: Sequence[Spec], bronze: Bronze, world: World) -> tuple[Arrival, ...]:
    """Land every file of the inbox that lies where one goes, keeps still and is whole; nothing that is wrong stops it.

    ``specs`` are all of the catalogue: those that run, and those that only wait for files.
    """
    parcels, left = _sorted_out(settings, specs)
    moment = world.now()
    still = set(inbox.kept_still([parcel.file for parcel in parcels], moment, world.sleep))
    found = [*left]
    for parcel in parcels:
        if parcel.file not in still:
            found += _moving(parcel.file)
        else:
            found += _landed(parcel, specs, bronze, world)
    return tuple(sorted(found, key=lambda arrival: arrival.path))


def look(settings: Settings, specs: Sequence[Spec]) -> tuple[Arrival, ...]:
    """What the next run would do with each file of the inbox, as far as can be told at a glance."""
    parcels, left = _sorted_out(settings, specs)
    ready = [
        Arrival(_path(parcel.file), "ready", f"The next run lands {parcel.file.path} for {_of(parcel.place)}.")
        for parcel in parcels
    ]
    return tuple(sorted([*left, *ready], key=lambda arrival: arrival.path))


def wanted(settings: Settings, specs: Sequence[Spec]) -> frozenset[str]:
    """The ids of the specs that files in the inbox are for, as far as can be told at a glance."""
    parcels, _ = _sorted_out(settings, specs)
    return frozenset(name for parcel in parcels for name in serves(specs, parcel.dataset, parcel.release))


def _sorted_out(settings: Settings, specs: Sequence[Spec]) -> tuple[list[_Parcel], list[Arrival]]:
    """What may be taken, and what stays."""
    try:
        files = inbox.waiting(settings.inbox_folder, required=settings.inbox is not None)
    except YhoviError as error:
        return [], [Arrival(".", "left", error.message, error.cure)]
    slots = slots_of(specs)
    parcels: list[_Parcel] = []
    left: list[Arrival] = []
    for file in files:
        try:
            parcels.append(_addressed(file, slots))
        except _LeftError as error:
            left.append(Arrival(_path(file), "left", error.message, error.cure))
    return _one_of_each(parcels, left), left


def _one_of_each(parcels: Sequence[_Parcel], left: list[Arrival]) -> list[_Parcel]:
    """Of several files for one release none is taken: only a person knows which of them it is."""
    many = {place: number for place, number in Counter(parcel.place for parcel in parcels).items() if number > 1}
    for parcel in (parcel for parcel in parcels if parcel.place in many):
        message = f"{parcel.file.path} is one of {many[parcel.place]} files for {_of(parcel.place)}."
        left.append(Arrival(_path(parcel.file), "left", message, "A release has one file: leave that, and no other."))
    return [parcel for parcel in parcels if parcel.place not in many]


def _addressed(file: Waiting, slots: Sequence[Slot]) -> _Parcel:
    """What a file is, by its folders and its name."""
    _require_file(file)
    if len(file.parts) != _DEPTH:
        raise _LeftError(f"{file.path} isn't where a file goes: in <source>/<dataset>/<release>.", _guess(file, slots))
    dataset = _dataset("/".join(file.parts[:2]), file, slots)
    slot, release = _slot(dataset, file, slots)
    if slot.patterns and not _matches(file.name, slot):
        raise _LeftError(
            f"{file.path} has another name than a file of {dataset}: {' or '.join(slot.patterns)}.",
            "Put the right file there, or give it back the publisher's name, if a browser or a person changed that.",
        )
    return _Parcel(file, dataset, release)


def _require_file(file: Waiting) -> None:
    name = file.name.lower()
    if file.fault:
        raise _LeftError(f"{_shown(file)} {file.fault}.", "Put the file itself there.")
    if name.endswith(_UNFINISHED) or name.startswith(_OF_PROGRAMS):
        raise _LeftError(f"{_shown(file)} is a program's own or unfinished file, as its name says.", _NEXT_RUN)
    if not _is_text(file):
        raise _LeftError(f"{_shown(file)} has a name that is no text.", "Rename it.")
    if file.state.size == 0:
        raise _LeftError(f"{file.path} is empty.", "If it isn't just being copied, download it again.")


def _dataset(said: str, file: Waiting, slots: Sequence[Slot]) -> str:
    """The data set of that name, however it is capitalised: systems and people differ there."""
    known = {slot.dataset.casefold(): slot.dataset for slot in slots}
    if said.casefold() not in known:
        near = difflib.get_close_matches(said.casefold(), known, n=1, cutoff=_NEAR)
        cure = f"Did you mean {known[near[0]]}?" if near else _LISTED
        raise _LeftError(f"{file.path}: no spec takes a landed file of a data set {said}.", cure)
    return known[said.casefold()]


def _slot(dataset: str, file: Waiting, slots: Sequence[Slot]) -> tuple[Slot, str]:
    """The specs that a file is for, and its release; those that take any release take one that nobody asks for."""
    said = file.parts[2]
    waiting = [slot for slot in slots if slot.dataset == dataset]
    for slot in waiting:
        if slot.release is not None and said.casefold() in _spellings(slot.release):
            return slot, slot.release
    for slot in waiting:
        if slot.release is None:
            return slot, said
    asked = "; ".join(f"{', '.join(slot.ids)} {_asks(slot)} {slot.release}" for slot in waiting)
    raise _LeftError(
        f"{file.path}: no spec asks for release {said} of {dataset} ({asked}).",
        "Rename the folder, or write that release into the spec.",
    )


def _spellings(release: str) -> tuple[str, ...]:
    return release.casefold(), folder_name(release).casefold()


def _asks(slot: Slot) -> str:
    return "asks for" if len(slot.specs) == 1 else "ask for"


def _matches(name: str, slot: Slot) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in slot.patterns)


def _guess(file: Waiting, slots: Iterable[Slot]) -> str:
    """Where a file that lies anywhere may belong, by its name."""
    fitting = [slot for slot in slots if slot.patterns and _matches(file.name, slot)]
    if len(fitting) != 1:
        return _LISTED
    return f"By its name it may belong into {fitting[0].dataset}/{fitting[0].folder or '<release>'}."


def _moving(file: Waiting) -> Iterator[Arrival]:
    """Nothing of a file that went away: whoever took it says so."""
    if file.path.exists():
        message = f"{file.path} is still being written to, or was within the last {inbox.QUIET} seconds."
        yield Arrival(_path(file), "left", message, _NEXT_RUN)


def _landed(parcel: _Parcel, specs: Sequence[Spec], bronze: Bronze, world: World) -> Iterator[Arrival]:
    file = parcel.file
    try:
        landed = _into_archive(parcel, specs, bronze, world)
    except FileNotFoundError:
        return  # another run took it, and says so
    except (ChangedError, YhoviError, OSError) as error:
        yield Arrival(_path(file), "left", *_why(file, error))
        return
    message, cure = landed.sentence(), ""
    try:
        inbox.remove(file, world.new_id())
    except ChangedError:
        cure = f"{file.path} was changed meanwhile, and that isn't landed: the next run looks at it."
    except OSError as error:
        cure = f"{file.path} can't be removed ({error.strerror}): remove it yourself."
    arrival = Arrival(_path(file), "landed", message, cure, landed)
    _LOG.info("%s", arrival)
    yield arrival


def _into_archive(parcel: _Parcel, specs: Sequence[Spec], bronze: Bronze, world: World) -> Landed:
    source, _, name = parcel.dataset.partition("/")
    moment = world.now()
    with inbox.opened(parcel.file) as stream:
        landing = bronze.land(source, name, stream, name=parcel.file.name, release=parcel.release, retrieved_at=moment)
    return Landed(landing, serves(specs, parcel.dataset, parcel.release))


def _why(file: Waiting, error: Exception) -> tuple[str, str]:
    """Why a file couldn't be put into the archive, and what to do about it."""
    if isinstance(error, YhoviError):
        return f"{file.path} couldn't be landed: {error.message}", error.cure
    if isinstance(error, OSError):
        return f"{file.path} can't be read: {error.strerror}.", f"It may be open in another program. {_NEXT_RUN}"
    return f"{file.path} was changed while it was looked at.", _NEXT_RUN


def _of(place: tuple[str, str]) -> str:
    return f"{place[0]}, release {place[1]}"


def _path(file: Waiting) -> str:
    return _as_text("/".join(file.parts))


def _shown(file: Waiting) -> str:
    return _as_text(str(file.path))


def _is_text(file: Waiting) -> bool:
    return _path(file) == "/".join(file.parts)


def _as_text(said: str) -> str:
    """What can be printed and stored of a name: file systems allow more than text."""
    return said.encode("utf-8", "replace").decode()
