"""An exchange with a source: each question put, each answer kept, and the manifest that makes it complete."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from ...connectors.base import Answer, Request, SourceError
from ..bronze import Kept, Record
from ..errors import ExtractError
from ..plan import Fetch
from .answers import archive_names
from .desk import Desk

End = TypeVar("End")


@dataclass
class Held:
    """An exchange as it is held. Its answers are open until it is closed; ``release`` is the edition they are of."""

    fetch: Fetch
    desk: Desk
    started: datetime
    kept: list[Kept] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    release: str | None = None

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

    def refusal(self, error: SourceError) -> ExtractError:
        """The connector's or reader's sentence, with what it doesn't know: the address."""
        request = self.answers[-1].request if self.answers else self.fetch.request
        return ExtractError(f"{error.message} ({request.address})", error.cure)

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


def driven(exchange: Generator[Request, Answer, End], put: Callable[[Request], Answer]) -> End:
    """Run an exchange to its end, putting each question it yields."""
    try:
        request = next(exchange)
        while True:
            request = exchange.send(put(request))
    except StopIteration as stop:
        end: End = stop.value
        return end
    finally:
        exchange.close()
