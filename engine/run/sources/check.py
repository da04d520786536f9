"""Checks what the specs rely on: that the sources answer, that the codes still hold and the columns are as declared.

The questions are those of a run, and so is what is asked of the answers; nothing is transformed and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from ....connectors.base import Answer, Request, SourceError, require_body
from ...bronze import Bronze
from ...catalogue import compile_plans
from ...errors import EXIT_OK, BugError, ExtractError, SettingsError, YhoviError
from ...plan import Fetch, Plan
from ...read.contract import fit
from ...recordings import Recordings
from ...settings import Settings
from ...spec import Spec
from ..answers import Answers, archive_names, from_record, from_recordings
from ..asking import fetch_of
from ..assembly import Errand, World, answers_for, open_bronze
from ..exchange import driven
from ..extract import read_part
from .listing import Key, key_of

State = Literal["ok", "failed", "not checked"]
Aspect = Literal["endpoint", "codes", "columns"]
Answered = Literal["source", "archive", "recording"]

_ASPECTS: tuple[Aspect, ...] = ("endpoint", "codes", "columns")
_BY: Mapping[Answered, str] = MappingProxyType(
    {"source": "the source, now", "archive": "the archive", "recording": "a recording"}
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one indicator's source: whether it answers, whether its answers hold the codes and the columns.

    ``by`` says who answered, and ``as_of`` since when that is so.
    """

    indicator: str
    source: str
    dataset: str
    key: Key | None
    states: Mapping[str, State]
    by: Answered
    as_of: datetime | None
    errors: tuple[YhoviError, ...]

    @property
    def exit_code(self) -> int:
        """That of the worst that was found."""
        return max((error.exit_code for error in self.errors), default=EXIT_OK)

    def line(self) -> dict[str, Any]:
        """As a line of a listing."""
        return {
            "indicator": self.indicator,
            "source": self.source,
            "key": str(self.key or ""),
            **self.states,
            "answered by": _BY[self.by] if self.as_of else "",
            "as of": f"{self.as_of:%Y-%m-%d}" if self.as_of else "",
        }

    def described(self) -> dict[str, Any]:
        """As plain data, with every error in full."""
        return {
            "indicator": self.indicator,
            "source": self.source,
            "dataset": self.dataset,
            "key": self.key.described() if self.key else None,
            **self.states,
            "answered_by": self.by if self.as_of else None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "errors": [str(error) for error in self.errors],
        }


@dataclass(frozen=True, slots=True)
class Checking:
    """How sources are checked: by asking them, or else by what the archive and the recordings have of them."""

    live: bool
    recordings: Sequence[Path]
    version: str


def check(specs: Sequence[Spec], checking: Checking, settings: Settings, world: World) -> tuple[Checked, ...]:
    """Check the sources of these indicators; those that are made of others have none.

    Raises:
        SpecError: Some specs can't be compiled.
        StorageError: The archive can't be read.
    """
    plans = [plan for plan in compile_plans(specs, settings) if plan.fetch is not None]
    bronze = open_bronze(settings, world)
    with ExitStack() as stack:
        who = _asking(checking, settings, world, bronze, stack) if checking.live else _recalling(checking, bronze)
        return tuple(_checked(plan, who, world) for plan in plans)


Who = Callable[[Fetch], tuple[Answered, Answers]]


def _asking(checking: Checking, settings: Settings, world: World, bronze: Bronze, stack: ExitStack) -> Who:
    """The sources. Answers are kept in the archive, so that equal questions are put once; no manifest is written."""
    errand = Errand("live", "sources check", (), checking.version)
    answers = answers_for(errand, settings, world, bronze, stack)

    def kept(fetch: Fetch, request: Request) -> Answer:
        answer = answers(fetch, request)
        bronze.keep(*archive_names(fetch), answer)
        return answer

    return lambda _: ("source", kept)


def _recalling(checking: Checking, bronze: Bronze) -> Who:
    """The newest exchange in the archive, else the recordings."""
    recorded = from_recordings(Recordings([folder for folder in checking.recordings if folder.is_dir()]))

    def who(fetch: Fetch) -> tuple[Answered, Answers]:
        record = bronze.newest(*archive_names(fetch), fetch.key)
        return ("archive", from_record(bronze, record)) if record else ("recording", recorded)

    return who


def _checked(plan: Plan, who: Who, world: World) -> Checked:
    world.progress.stage(plan.spec.id, "check")
    fetch = fetch_of(plan)
    key = key_of(fetch.request.secret, world.secret)
    lacking = key is not None and key.required and not key.is_set
    by, answers = who(fetch)
    examination = _Examination(plan, fetch, by, answers)
    errors: list[YhoviError] = [_lacks(key.name)] if key and lacking else []
    if not (lacking and by == "source"):
        errors += examination.errors()
    return Checked(
        indicator=plan.spec.id,
        source=fetch.name,
        dataset=plan.dataset,
        key=key,
        states=MappingProxyType({str(name): state for name, state in examination.states.items()}),
        by=by,
        as_of=min(examination.retrieved, default=None),
        errors=tuple(errors),
    )


def _lacks(name: str) -> SettingsError:
    cure = f"Set the environment variable {name}, or add it to the file .env."
    return SettingsError(f"The key {name} is needed, and is not set.", cure)


def _unchecked() -> dict[Aspect, State]:
    return dict.fromkeys(_ASPECTS, "not checked")


@dataclass
class _Examination:
    """One exchange as it is held and read, and how far it came."""

    plan: Plan
    fetch: Fetch
    by: Answered
    answers: Answers
    stage: Aspect = "endpoint"
    states: dict[Aspect, State] = field(default_factory=_unchecked)
    retrieved: list[datetime] = field(default_factory=list)
    address: str = ""

    def errors(self) -> list[YhoviError]:
        """Hold it to its end, or to the first thing that is wrong, which is what comes of it."""
        with ExitStack() as opened:
            try:
                self._hold(opened)
            except SourceError as error:
                return self._failed(ExtractError(f"{error.message} ({self.address})", error.cure))
            except _UnknownError as error:
                self.states["endpoint"] = "not checked"
                return [error]
            except YhoviError as error:
                return self._failed(error)
            except Exception as error:  # noqa: BLE001  (a bug met by one source must not cost the others)
                return self._failed(BugError(error))
        return []

    def _failed(self, error: YhoviError) -> list[YhoviError]:
        self.states[self.stage] = "failed"
        return [error]

    def _hold(self, opened: ExitStack) -> None:
        exchange = self.fetch.connector.exchange(self.fetch.ask)
        parts = driven(exchange, lambda request: self._put(request, opened))
        self.states["codes"], self.stage = "ok", "columns"
        for part in parts:
            self.address = part.answer.request.address
            for table in read_part(self.fetch, part, provenance=False):
                fit(table, self.plan.columns)
        self.states["columns"] = "ok"

    def _put(self, request: Request, opened: ExitStack) -> Answer:
        """An answer that is one; whether it is what was asked for, the connector sees."""
        self.stage, self.address = "endpoint", request.address
        answer = self._answer(request)
        opened.callback(answer.stream.close)
        self.retrieved.append(answer.retrieved_at)
        require_body(answer)
        self.states["endpoint"], self.stage = "ok", "codes"
        return answer

    def _answer(self, request: Request) -> Answer:
        try:
            return self.answers(self.fetch, request)
        except ExtractError:
            if self.by == "source":
                raise
            raise _UnknownError(request.address) from None


class _UnknownError(ExtractError):
    """Nobody who could be asked without a network has the answer."""

    def __init__(self, address: str) -> None:
        message = f"Neither the archive nor the recordings have an answer to {address}."
        super().__init__(message, "Ask the source: yhovi sources check --live.")
