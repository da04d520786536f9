"""What the processes of a test session make once, and then share."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 600.0


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """That folder, made by whichever process asks first."""
    with _alone(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            making = folder.with_name(f"{folder.name}.making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            assert time.monotonic() < end, f"The process that holds {lock} doesn't end."
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.rmdir()
