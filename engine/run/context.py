"""What a run has in hand, so that every line of the log can say it, and the lines that say how a run goes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, replace
from datetime import datetime
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


def settled(outcome: Outcome, began: datetime, ended: datetime) -> Outcome:
    """The outcome with its times, once it has been logged."""
    seconds = round((ended - began).total_seconds(), 3)
    counts = {name: number for name, number in asdict(outcome.counts).items() if number}
    facts = {"status": outcome.status, **counts, "seconds": seconds}
    load = {} if outcome.load_id is None else {"load_id": outcome.load_id}
    said = ", ".join([outcome.status.replace("_", " "), *(f"{number} {name}" for name, number in counts.items())])
    why = f": {outcome.error}" if outcome.error else ""
    level = logging.ERROR if outcome.error else logging.INFO
    line = "%s: %s in %.1f seconds%s"
    _LOG.log(level, line, outcome.indicator_id, said, seconds, why, extra={"about": {**load, **facts}})
    return replace(outcome, began=began, ended=ended)


def log_start(command: str, indicators: int) -> None:
    """Log that a run begins."""
    _LOG.info("run begun for %d indicator%s: %s", indicators, "" if indicators == 1 else "s", command)


def log_end(exit_code: int) -> None:
    """Log how a run ended."""
    _LOG.info("run ended with exit code %d", exit_code, extra={"about": {"exit_code": exit_code}})
