"""What one flow has to do: the indicators of a sub-domain, what became of them, and which are worth another try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..engine.errors import ExtractError, SpecError, StorageError, YhoviError
from ..engine.run.assembly import Errand, perform
from ..engine.run.outcome import Outcome
from ..engine.spec import Spec, with_inputs
from .office import Office


class UnfinishedError(Exception):
    """Some indicators failed; ``again`` says whether another try may help."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


@dataclass
class Work:
    """The indicators of a sub-domain, with what they are made of; a second try is only for those that failed.

    ``failure`` is what kept all of them from being begun, ``run_id`` is that of the last try.
    """

    subdomain: str
    specs: tuple[Spec, ...]
    office: Office
    errand: Errand
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failure: YhoviError | None = None
    run_id: str | None = None

    def attempt(self) -> None:
        """Run what isn't done yet.

        Raises:
            UnfinishedError: Something failed.
        """
        office, self.failure = self.office, None
        try:
            result = perform(self._left(), self.errand, office.settings, office.world(), office.specs)
        except YhoviError as error:
            self.failure = error
            raise UnfinishedError(sentence(error), again=self._may_pass(error)) from error
        self.run_id = result.run_id
        self.outcomes |= {outcome.indicator_id: outcome for outcome in result.outcomes}
        if self.failed:
            raise UnfinishedError(self.summary, again=any(self._may_pass(one.error) for one in self.failed))

    @property
    def failed(self) -> Sequence[Outcome]:
        """What came of each indicator that failed."""
        if self.failure is not None:
            return [Outcome(spec.id, "failed", error=self.failure) for spec in self.specs]
        return [outcome for outcome in self.outcomes.values() if outcome.error is not None]

    @property
    def summary(self) -> str:
        """What became of them, in a few sentences without secrets."""
        if self.failure is not None:
            return f"{self.subdomain}: nothing was run. {sentence(self.failure)}"
        counts = Counter(outcome.status for outcome in self.outcomes.values())
        told = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in counts.items()) or "nothing to do"
        causes = " ".join(f"{one.indicator_id}: {one.error}" for one in self.failed)
        return f"{self.subdomain}: {told}. {causes}".rstrip()

    def table(self) -> list[dict[str, Any]]:
        """What became of each, as lines of a table."""
        return [{**one.line(), "error": f"{one.error or ''}"} for one in (self.outcomes.values() or self.failed)]

    def _left(self) -> tuple[Spec, ...]:
        """Those that failed, with what they are made of; all of them at first."""
        if not self.outcomes:
            return self.specs
        return with_inputs([one.indicator_id for one in self.failed], self.specs)

    def _may_pass(self, error: YhoviError | None) -> bool:
        """Whether it may be gone after a while: what a source, the database or the data folder had."""
        return self.errand.mode == "live" and isinstance(error, (ExtractError, StorageError))


def sentence(error: YhoviError) -> str:
    """An error for somebody who sees nothing else of it."""
    problems = [str(problem) for problem in error.problems] if isinstance(error, SpecError) else []
    return "\n".join([str(error), *problems])
