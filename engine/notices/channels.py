"""Who is told what came of a run, and how: the channels that the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

When = Literal["failure", "change", "always"]
Security = Literal["starttls", "tls", "none"]
Shape = Literal["slack", "teams", "json"]

PASSWORD_VARIABLE = "YHOVI_SMTP_PASSWORD"  # noqa: S105  (the name of a variable)


@dataclass(frozen=True, slots=True)
class Email:
    """A letter through a mail server. The password of ``user`` comes from the environment."""

    host: str
    sender: str
    to: tuple[str, ...]
    security: Security = "starttls"
    port: int = 587
    user: str = ""

    @property
    def secret(self) -> str:
        """The environment variable that it needs, if it needs one."""
        return PASSWORD_VARIABLE if self.user else ""

    def __str__(self) -> str:
        return f"email to {', '.join(self.to)}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A message to an address that is a secret itself: it stands in the environment variable ``url_env``."""

    url_env: str
    shape: Shape

    @property
    def secret(self) -> str:
        """The environment variable that it needs."""
        return self.url_env

    def __str__(self) -> str:
        return f"{self.shape} webhook {self.url_env}"


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A file to which each message is added, as text or as a line of JSON."""

    path: Path
    format: Literal["text", "json"] = "text"

    @property
    def secret(self) -> str:
        """It needs none."""
        return ""

    def __str__(self) -> str:
        return f"file {self.path}"


Channel = Email | Webhook | NoticeFile


@dataclass(frozen=True, slots=True)
class Notify:
    """When people are told, and through which channels."""

    when: When = "failure"
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where OpenLineage events go: an address, a file, or both; none by default."""

    url: str = ""
    file: Path | None = None
    namespace: str = "yhovi"

    @property
    def is_set(self) -> bool:
        """Whether they go anywhere."""
        return bool(self.url or self.file)


class NoticeError(Exception):
    """A message wasn't delivered: why, in a clause, and whether another attempt may help."""

    def __init__(self, why: str, *, passing: bool) -> None:
        super().__init__(why)
        self.why, self.passing = why, passing
