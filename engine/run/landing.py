"""Landing: a file that a person downloaded goes into the archive, for every spec that uses its data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..bronze import Bronze, Landing
from ..errors import UsageError
from ..spec import Spec


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
    return Landed(landing, tuple(spec.id for spec in specs if _uses(spec, dataset, release)))


def _uses(spec: Spec, dataset: str, release: str) -> bool:
    query = spec.source.query
    wanted = query.get("release")
    return spec.source.dataset == dataset and (str(wanted) == release or (wanted is None and bool(query.get("landed"))))
