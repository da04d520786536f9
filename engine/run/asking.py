"""Questions put to a source, and the answers kept: an exchange from its beginning to its manifest, nothing read yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from ...connectors.base import Answer, Exchange, Part, Request, SourceError
from ..bronze import Evidence, Kept, Record
from ..errors import ExtractError
from ..plan import Fetch, Plan
from .answers import Answers, archive_names
from .context import about
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


@dataclass
class Asked:
    """One exchange as it happens: each question put, each answer kept.

    ``parts`` are what there is to read, once all questions are answered; ``error`` is why they aren't.
    """

    plan: Plan
    fetch: Fetch
    desk: Desk
    started: datetime
    kept: list[Kept] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    parts: Sequence[Part] = ()
    error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the answers."""
        for answer in self.answers:
            answer.stream.close()

    def put(self, request: Request) -> Answer:
        """Put one question, and keep the answer."""
        answer = self.desk.answers(self.fetch, request)
        self.answers.append(answer)
        self.kept.append(self.desk.bronze.keep(*archive_names(self.fetch), answer))
        return answer

    def answered(self) -> Sequence[Part]:
        """What there is to read.

        Raises:
            ExtractError: The source didn't answer, or its answer can't be used.
            StorageError: The archive can't be written or read.
        """
        if self.error is not None:
            raise self.error
        return self.parts

    def refusal(self, error: SourceError) -> ExtractError:
        """The connector's or reader's sentence, with what it doesn't know: the address."""
        request = self.answers[-1].request if self.answers else self.fetch.request
        return ExtractError(f"{error.message} ({request.address})", error.cure)

    @property
    def release(self) -> str | None:
        """The edition that was answered."""
        return next((part.release for part in self.parts if part.release), None)

    def finish(self, rows: int | None, row_set: str | None) -> Record:
        """Write the manifest: what was asked and kept, and which rows that are, where they could be read."""
        desk = self.desk
        source, dataset = archive_names(self.fetch)
        parameters: dict[str, Any] = {"query": dict(self.fetch.ask.query), "areas": list(self.fetch.ask.areas)}
        record = Record(
            exchange_id=desk.new_id(),
            exchange_key=self.fetch.key,
            source=source,
            dataset=dataset,
            run_id=desk.run_id,
            started_at=self.started,
            finished_at=desk.now(),
            parameters=parameters,
            kept=tuple(self.kept),
            rows=rows,
            row_set=row_set,
            engine_version=desk.engine_version,
            release=self.release,
        )
        record = replace(record, evidence=desk.evidence(record))
        desk.bronze.finish(record)
        return record


def ask(plan: Plan, desk: Desk, kept: list[Kept] | None = None) -> Asked:
    """Put all questions of a plan. What goes wrong is kept with the answers, for whoever needs them.

    Args:
        plan: What to do; it has something to fetch.
        desk: Who answers, and where answers are kept.
        kept: Is filled with the answers as they come, so that they are known of even where this fails.
    """
    asked = Asked(plan, fetch_of(plan), desk, desk.now(), [] if kept is None else kept)
    try:
        with about(run_id=desk.run_id, indicator_id=plan.spec.id):
            asked.parts = _driven(asked.fetch.connector.exchange(asked.fetch.ask), asked.put)
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


def _driven(exchange: Exchange, put: Callable[[Request], Answer]) -> Sequence[Part]:
    """Run an exchange to its end, putting each question it yields."""
    try:
        request = next(exchange)
        while True:
            request = exchange.send(put(request))
    except StopIteration as end:
        parts: Sequence[Part] = end.value
        return parts
    finally:
        exchange.close()
