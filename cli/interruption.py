"""A request to end, taken as Ctrl-C: the indicator in hand isn't loaded, and the run is written down as interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never

# SIGTERM is what systemd, cron's helpers and `kill` send; a closing console of Windows sends a break
_REQUESTS = [getattr(signal, name) for name in ("SIGTERM", "SIGBREAK") if hasattr(signal, name)]


@contextmanager
def ended_on_request() -> Iterator[None]:
    """Take requests to end as Ctrl-C for as long as the block lasts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers belong to the main thread
        return
    before = {request: signal.signal(request, _interrupt) for request in _REQUESTS}
    try:
        yield
    finally:
        for request, handler in before.items():
            signal.signal(request, handler)


def _interrupt(_number: int, _frame: object) -> Never:
    raise KeyboardInterrupt
