"""The questions of a plan put to its source, and the answers kept; nothing is read yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ...connectors.base import Part, SourceError
from ..bronze import Kept
from ..errors import ExtractError
from ..plan import Fetch, Plan
from .context import about
from .desk import Desk
from .exchange import Held, driven


@dataclass(kw_only=True)
class Asked(Held):
    """The exchange of a plan, as far as it came.

    ``parts`` are what there is to read, once all questions are answered; ``error`` is why they aren't.
    """

    plan: Plan
    parts: Sequence[Part] = ()
    error: Exception | None = None

    def answered(self) -> Sequence[Part]:
        """What there is to read.

        Raises:
            ExtractError: The source didn't answer, or its answer can't be used.
            StorageError: The archive can't be written or read.
        """
        if self.error is not None:
            raise self.error
        return self.parts


def ask(plan: Plan, desk: Desk, kept: list[Kept] | None = None) -> Asked:
    """Put all questions of a plan. What goes wrong is kept with the answers, for whoever needs them.

    Args:
        plan: What to do; it has something to fetch.
        desk: Who answers, and where answers are kept.
        kept: Is filled with the answers as they come, so that they are known of even where this fails.
    """
    asked = Asked(fetch_of(plan), desk, desk.now(), [] if kept is None else kept, plan=plan)
    try:
        with about(run_id=desk.run_id, indicator_id=plan.spec.id):
            asked.parts = driven(asked.fetch.connector.exchange(asked.fetch.ask), asked.put)
        asked.release = next((part.release for part in asked.parts if part.release), None)
    except SourceError as error:
        asked.error = asked.refusal(error)
    except Exception as error:  # noqa: BLE001  (it is raised again by the one who wants the answers)
        asked.error = error
    return asked


@contextmanager
def parts_of(plan: Plan, desk: Desk) -> Iterator[Sequence[Part]]:
    """The parts of a plan's exchange, to be read as often as one likes while the block lasts.

    Raises:
        ExtractError: The source didn't answer, or its answer can't be used.
    """
    with ask(plan, desk) as asked:
        try:
            yield asked.answered()
        except SourceError as error:
            raise asked.refusal(error) from None


def fetch_of(plan: Plan) -> Fetch:
    """What a plan asks of a publisher.

    Raises:
        ExtractError: It is made of other indicators.
    """
    if plan.fetch is None:
        raise ExtractError(f"{plan.spec.id} is made of other indicators: there is nothing to fetch.")
    return plan.fetch
