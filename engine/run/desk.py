"""What asking a source needs: who answers, where answers are kept, and the clock and ids of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...connectors.base import Answer
from ..bronze import Evidence, Kept, Record
from .answers import Answers
from .progress import UNWATCHED, Progress


class Keeper(Protocol):
    """Where answers are kept: the archive, or nowhere."""

    def keep(self, source: str, dataset: str, answer: Answer) -> Kept:
        """Keep the bytes of an answer."""

    def finish(self, record: Record) -> str:
        """Write down that an exchange is complete."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What asking needs: who answers, where answers are kept, and the clock and ids of this run.

    With ``provenance`` every observation says in ``_row`` which rows of the source it was made of. ``evidence`` judges
    what an exchange brought, where answers come from the source itself, and ``progress`` is told how far it is.
    """

    answers: Answers
    bronze: Keeper
    run_id: str
    engine_version: str
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    provenance: bool = False
    evidence: Callable[[Record], Evidence | None] = lambda _: None
    progress: Progress = UNWATCHED
