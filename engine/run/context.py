"""What a run has in hand, so that every line of the log can say it, and the lines that say how a run goes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from types import MappingProxyType

from .outcome import Outcome

LOGGER = "yhovi.run"

_LOG = logging.getLogger(LOGGER)
_NOTHING: Mapping[str, object] = MappingProxyType({})
_IN_HAND: ContextVar[Mapping[str, object]] = ContextVar("in_hand", default=_NOTHING)


def in_hand() -> Mapping[str, object]:
    """What is worked on here and now: ``run_id`` and ``indicator_id``, as far as there are any."""
    return _IN_HAND.get()


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """While the block lasts these facts are in hand. Threads that are begun in it have to say it again."""
    before = _IN_HAND.set(MappingProxyType({**_IN_HAND.get(), **facts}))
    try:
        yield
    finally:
        _IN_HAND.reset(before)


def blotted(line: str, secrets: Iterable[str]) -> str:
    """A line of the log with these secrets blotted out, however they came there."""
    from ..http.redaction import redact  # with it come the network's libraries, which not all who log need

    for secret in secrets:
        line = redact(line, secret)
    return line


def log_outcome(outcome: Outcome) -> None:
    """Log what came of an indicator."""
    counts = {name: number for name, number in asdict(outcome.counts).items() if number}
    timed = {} if outcome.seconds is None else {"seconds": round(outcome.seconds, 3)}
    load = {} if outcome.load_id is None else {"load_id": outcome.load_id}
    said = ", ".join([outcome.status.replace("_", " "), *(f"{number} {name}" for name, number in counts.items())])
    took = "" if outcome.seconds is None else f" in {outcome.seconds:.1f} seconds"
    why = f": {outcome.error}" if outcome.error else ""
    level = logging.ERROR if outcome.error else logging.INFO
    facts = {**load, "status": outcome.status, **counts, **timed}
    _LOG.log(level, "%s: %s%s%s", outcome.indicator_id, said, took, why, extra={"about": facts})


def log_start(command: str, indicators: int) -> None:
    """Log that a run begins."""
    _LOG.info("run begun for %d indicator%s: %s", indicators, "" if indicators == 1 else "s", command)


def log_end(exit_code: int) -> None:
    """Log how a run ended."""
    _LOG.info("run ended with exit code %d", exit_code, extra={"about": {"exit_code": exit_code}})
