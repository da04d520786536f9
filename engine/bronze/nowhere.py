"""An archive for those who only look: it takes answers like the real one, and keeps none."""

from __future__ import annotations

from ...connectors.base import Answer
from .values import Kept, Record


class Nowhere:
    """Stands in for :class:`Bronze` where nothing may be written; what it says of an answer names no place."""

    def keep(self, source: str, dataset: str, answer: Answer) -> Kept:  # noqa: ARG002 (as the archive is called)
        """What is known of the answer; its bytes go nowhere."""
        return Kept.of(answer, "")

    def finish(self, record: Record) -> str:  # noqa: ARG002 (as the archive is called)
        """No manifest is written, so it has no path."""
        return ""
