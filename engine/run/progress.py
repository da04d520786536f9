"""What a run tells while it goes on, for a person who watches."""

from __future__ import annotations

from typing import Literal, Protocol

Stage = Literal["extract", "check", "load"]


class Progress(Protocol):
    """Somebody who watches a run."""

    def stage(self, indicator: str, stage: Stage) -> None:
        """An indicator is at this stage."""

    def received(self, size: int, announced: int | None) -> None:
        """So many bytes of the answer that is coming are there, of those that were announced, if any were."""

    def read(self, rows: int) -> None:
        """So many rows of a source's tables are read."""


class Unwatched:
    """Nobody watches."""

    def stage(self, indicator: str, stage: Stage) -> None:
        """Nothing to tell."""

    def received(self, size: int, announced: int | None) -> None:
        """Nothing to tell."""

    def read(self, rows: int) -> None:
        """Nothing to tell."""


UNWATCHED: Progress = Unwatched()
