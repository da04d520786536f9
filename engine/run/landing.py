"""Landing: a file that a person downloaded goes into the archive, for every spec that uses its data set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..bronze import Bronze, Landing
from ..errors import UsageError
from ..spec import Spec

# Windows allows none of these in the name of a folder, nor a dot or a blank at its end.
_NO_FOLDER = re.compile(r'[\x00-\x1f<>:"/\\|?*]|[. ]+$')


@dataclass(frozen=True, slots=True)
class Slot:
    """What specs take by hand: the file of one release of a data set; of any release, if that is None."""

    dataset: str
    release: str | None
    specs: tuple[Spec, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The specs by their ids."""
        return tuple(spec.id for spec in self.specs)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The regular expressions, each for a file's whole name, that these specs say; none where none says one."""
        said = (spec.source.query.get("file") for spec in self.specs)
        return tuple(dict.fromkeys(pattern for pattern in said if isinstance(pattern, str)))

    @property
    def folder(self) -> str | None:
        """The release as the name of a folder."""
        return None if self.release is None else folder_name(self.release)


@dataclass(frozen=True, slots=True)
class Landed:
    """What landing a file did, and the specs that it serves from now on."""

    landing: Landing
    serves: tuple[str, ...]

    def described(self) -> dict[str, Any]:
        """As plain data."""
        landing = self.landing
        return {
            "dataset": f"{landing.source}/{landing.dataset}",
            "release": landing.release,
            "file": landing.name,
            "bytes": landing.size,
            "sha256": landing.sha256,
            "outcome": landing.outcome,
            "serves": list(self.serves),
        }

    def sentence(self) -> str:
        """For the person who landed it."""
        landing = self.landing
        told = {
            "new": "landed",
            "supersedes": "landed, in place of the other file of that release",
            "already there": "was there already, nothing changed",
        }
        what = f"{landing.source}/{landing.dataset}, release {landing.release}"
        serves = f"It serves {', '.join(self.serves)}." if self.serves else "No spec of this release uses it yet."
        return f"{landing.name} {told[landing.outcome]}: {what} ({landing.size:,} bytes). {serves}"


def land_file(dataset: str, file: Path, release: str, specs: Sequence[Spec], bronze: Bronze, now: datetime) -> Landed:
    """Put a file into the archive under its data set and release.

    Raises:
        UsageError: The file can't be read or is empty, or the data set isn't named as source/data-set.
        StorageError: The archive can't be written.
    """
    source, slash, name = dataset.partition("/")
    if not slash or not source or not name:
        raise UsageError(f"'{dataset}' doesn't name a data set.", "Write source/data-set, as the specs' dataset does.")
    try:
        if file.stat().st_size == 0:
            raise UsageError(f"The file {file} is empty.", "Download it again.")
        with file.open("rb") as stream:
            landing = bronze.land(source, name, stream, name=file.name, release=release, retrieved_at=now)
    except OSError as error:
        raise UsageError(f"The file {file} can't be read: {error.strerror}.", "Check the path.") from None
    return Landed(landing, serves(specs, dataset, release))


def serves(specs: Iterable[Spec], dataset: str, release: str) -> tuple[str, ...]:
    """The specs that a landed file serves, by their ids."""
    taken = (slot for slot in slots_of(specs) if slot.dataset == dataset and slot.release in (None, release))
    return tuple(sorted(name for slot in taken for name in slot.ids))


def slots_of(specs: Iterable[Spec]) -> tuple[Slot, ...]:
    """What specs take by hand, by data set and release."""
    found: dict[tuple[str, str | None], list[Spec]] = {}
    for spec in specs:
        if _takes(spec):
            found.setdefault((spec.source.dataset, _release(spec)), []).append(spec)
    by_name = sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return tuple(Slot(dataset, release, tuple(waiting)) for (dataset, release), waiting in by_name)


def folder_name(release: str) -> str:
    """A release as the name of a folder that any system allows.

    >>> folder_name("2022/23")
    '2022-23'
    """
    return _NO_FOLDER.sub("-", release)


def _takes(spec: Spec) -> bool:
    """Whether a landed file can be what its exchange is answered with."""
    return bool(spec.source.query.get("landed")) or _release(spec) is not None


def _release(spec: Spec) -> str | None:
    said = spec.source.query.get("release")
    return None if said is None else str(said)
