"""A request to end, taken as Ctrl-C: the indicator in hand isn't loaded, and the run is written down as interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engine.run.progress import Progress, Stage

_WAREHOUSE = "yhovi.engine.warehouse"
# SIGTERM is what systemd and `kill` send, SIGINT what Ctrl-C does; a closing console of Windows sends a break
_REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


@contextmanager
def ended_on_request(progress: Progress) -> Iterator[Progress]:
    """Take requests to end as Ctrl-C for as long as the block lasts, and tell nobody of what comes after one.

    What is being written is written first: a connection that is left in the middle of beginning holds its lock, and
    what Python raises for a signal may be lost in a library's callback. Whoever is told how far the run is ends it then
    at the next stage. Who asks again ends it at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield progress  # handlers belong to the main thread
        return
    requests: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        requests.append(number)
        if len(requests) > 1 or not _is_writing(frame):
            raise KeyboardInterrupt

    # what is ignored, as in the background of a shell, stays so
    heard = [request for request in _REQUESTS if signal.getsignal(request) is not signal.SIG_IGN]
    before = {request: signal.signal(request, interrupt) for request in heard}
    try:
        yield _Ending(progress, requests)
    finally:
        for request, handler in before.items():
            signal.signal(request, handler)


def _is_writing(frame: FrameType | None) -> bool:
    """Whether the database has the word."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(_WAREHOUSE):
            return True
        frame = frame.f_back
    return False


class _Ending:
    """Passes on how far a run is, until a request to end has come."""

    def __init__(self, progress: Progress, requests: list[int]) -> None:
        self._progress, self._requests = progress, requests

    def stage(self, indicator: str, stage: Stage) -> None:
        if self._requests:
            raise KeyboardInterrupt
        self._progress.stage(indicator, stage)

    def received(self, size: int, announced: int | None) -> None:
        self._progress.received(size, announced)

    def read(self, rows: int) -> None:
        self._progress.read(rows)
