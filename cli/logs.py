"""The log: lines for people on a terminal, lines of JSON where nobody watches, and a file that turns over."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..engine.notices.channels import PASSWORD_VARIABLE, Webhook
from .place import SECRETS, Place
from .terminal import note

if TYPE_CHECKING:
    from ..engine.settings import Logs

# Only yhovi's own lines: those of libraries may hold an address with a secret in it.
_LOGGER = "yhovi"
_BESIDE = (*SECRETS, PASSWORD_VARIABLE, "AWS_SECRET_ACCESS_KEY")
_DATABASE = "YHOVI_DATABASE_PASSWORD"
_SHORTEST_SECRET = 8

Blot = Callable[[str], str]


def start_log(place: Place, said: str = "") -> None:
    """Log as the settings have it; ``said`` is the format that the command line asks for.

    On a terminal only what went wrong on the way is shown, else every request and what came of each indicator.
    """
    logs = place.settings.log
    watched = sys.stderr.isatty()
    form = said or (logs.format if logs.format != "auto" else "human" if watched else "json")
    blot = _blotter(place)
    handlers: list[logging.Handler] = [_printed(form, logs, blot, quiet=watched and not (said or form == "json"))]
    if logs.file is not None:
        handlers += _kept(logs.file, logs, "human" if logs.format == "human" else "json", blot)
    logger = logging.getLogger(_LOGGER)
    for old in logger.handlers:
        old.close()
    logger.handlers = handlers
    logger.setLevel(min(handler.level for handler in handlers))


def _printed(form: str, logs: Logs, blot: Blot, *, quiet: bool) -> logging.Handler:
    from ..engine.run.context import LOGGER

    handler = _ToStandardError()
    handler.setLevel((logs.level or ("warning" if quiet else "info")).upper())
    if quiet:  # what came of each indicator is told in a table
        handler.addFilter(lambda record: record.name != LOGGER)
    return _dressed(handler, form, blot)


def _kept(file: Path, logs: Logs, form: str, blot: Blot) -> list[logging.Handler]:
    """The handler of the file, if it can be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _ToFile(file, logs)
    except OSError as error:
        note(f"warning: the log file {file} can't be written: {error.strerror or error}. There is no log of this.")
        return []
    handler.setLevel((logs.level or "info").upper())
    return [_dressed(handler, form, blot)]


def _dressed(handler: logging.Handler, form: str, blot: Blot) -> logging.Handler:
    handler.addFilter(_About())
    handler.setFormatter(_Json(blot) if form == "json" else _Human(blot))
    return handler


def _blotter(place: Place) -> Blot:
    """Blots out of a line the secrets that are set here, whoever put them there."""
    from ..engine.run.context import blotted

    webhooks = {one.url_env for one in place.settings.notify.channels if isinstance(one, Webhook)}
    names = {*_BESIDE, *webhooks, *(name for name in place.environment if name.startswith(_DATABASE))}
    secrets = [value for name in sorted(names) if len(value := place.secret(name) or "") >= _SHORTEST_SECRET]
    return partial(blotted, secrets=secrets)


class _About(logging.Filter):
    """Adds to each line of which run, indicator and load it speaks."""

    def filter(self, record: logging.LogRecord) -> bool:
        from ..engine.run.context import in_hand

        record.about = {**in_hand(), **getattr(record, "about", {})}
        return True


class _Json(logging.Formatter):
    """A line is an object."""

    def __init__(self, blot: Blot) -> None:
        super().__init__()
        self._blot = blot

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": f"{_moment(record).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_about(record),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return self._blot(json.dumps(said, ensure_ascii=False, default=str))


class _Human(logging.Formatter):
    """When, how grave, what, and in brackets of which run, indicator and load it speaks."""

    def __init__(self, blot: Blot) -> None:
        super().__init__()
        self._blot = blot

    def format(self, record: logging.LogRecord) -> str:
        about, said = _about(record), " ".join(record.getMessage().split())
        ids = (("run", "run_id"), ("indicator", "indicator_id"), ("load", "load_id"))
        named = ", ".join(f"{word} {about[key]}" for word, key in ids if key in about)
        line = f"{_moment(record):%Y-%m-%d %H:%M:%S} {record.levelname} {said}{f' [{named}]' if named else ''}"
        return self._blot(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)


def _about(record: logging.LogRecord) -> Mapping[str, Any]:
    about: Mapping[str, Any] = getattr(record, "about", {})
    return about


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class _ToStandardError(logging.StreamHandler[TextIO]):
    """Writes to standard error as it is now: a progress bar stands in for it as long as it is drawn."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr


class _ToFile(RotatingFileHandler):
    """A file that is put aside when it is full. What can't be written is told once and costs nothing else."""

    def __init__(self, file: Path, logs: Logs) -> None:
        super().__init__(file, maxBytes=logs.max_bytes, backupCount=logs.backups, encoding="utf-8", errors="replace")
        self._told = False

    def doRollover(self) -> None:  # noqa: N802  (logging's name)
        """Put the file aside, if it can be moved: on Windows it can't while another process has it open."""
        if self.stream:
            self.stream.close()
        aside = f"{self.baseFilename}.turning"
        try:
            Path(self.baseFilename).replace(aside)
            Path(aside).replace(self.baseFilename)
        except OSError:
            self.stream = self._open()
            return
        super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  (logging's name)
        """Tell that the file can't be written, once."""
        if not self._told:
            self._told = True
            note(f"warning: the log file {self.baseFilename} can't be written: {sys.exc_info()[1]}.")
