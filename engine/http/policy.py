"""How patient and how generous the sender is, and what it knows of an earlier answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience and limits. Times are seconds, sizes bytes.

    ``deadline`` bounds what all attempts together may spend on a host that can't be reached at all, and ``rest`` is
    how long such a host is then left alone. ``read_timeout`` bounds a silence; a body is cut off only if it has come
    at less than ``slowest`` bytes a second for five times as long. JSON is read as a whole and takes many times its
    size in memory, hence a limit of its own.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    attempts: int = 5
    deadline: float = 50.0
    rest: float = 300.0
    backoff: float = 1.0
    backoff_limit: float = 20.0
    longest_retry_after: float = 120.0
    slowest: float = 10.0
    size_limit: int = 2 * 1024**3
    json_limit: int = 128 * 1024**2
    spool: int = 8 * 1024**2
    user_agent: str = "yhovi (local statistics; automated, keeps to a rate budget)"


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier answer said of its version; a source that has nothing newer then answers 304 without a body."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The conditional headers, empty if nothing is known."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in said.items() if value}
