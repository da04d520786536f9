"""Telling people what came of a run, and the command that tries whether they can be told: notify."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

import typer

from ..engine.errors import EXIT_INTERRUPTED, EXIT_OK, BugError, UsageError, YhoviError
from .options import AsJson, SettingsFile
from .place import Place, typed, version_of_yhovi
from .terminal import note, show_rows

if TYPE_CHECKING:
    from ..engine.run.assembly import Errand
    from ..engine.run.operations.notices import Delivery, Teller
    from ..engine.run.outcome import Result
    from ..engine.spec import Spec

Notify = Annotated[
    bool | None,
    typer.Option("--notify/--no-notify", help="Tell people what came of it; not of a demonstration or a dry run."),
]


def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a message through every channel.")] = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show who is told what came of runs, or try it.

    Exit code 2 where nobody is told, or somebody can't be.

    Example: yhovi notify --test
    """
    place = Place(settings, None)
    told = place.settings.notify
    if not told.channels:
        cure = "Name a channel under [[notify.email]], [[notify.webhook]] or [[notify.file]] in the settings file."
        raise UsageError("The settings name nobody who is told what came of a run.", cure)
    if not test:
        note(f"told on {told.when}; yhovi notify --test sends a message to each")
        show_rows([{"channel": str(channel)} for channel in told.channels], as_json=as_json)
        return
    done = _teller(place).try_all()
    show_rows([one.described() for one in done], as_json=as_json)
    raise typer.Exit(UsageError.exit_code if any(one.trouble for one in done) else EXIT_OK)


class Telling:
    """Tells of a run that is carried out while the block lasts, or of why there was none.

    What a person at a terminal sees happen (a mistyped command, an interruption) is told to nobody else.
    """

    def __init__(self, place: Place, *, said: bool | None, quiet: bool) -> None:
        self._place, self._wanted = place, not quiet if said is None else said

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, typer.Exit):
            return
        if isinstance(error, UsageError | KeyboardInterrupt) and sys.stderr.isatty():
            return
        with _harmless():
            if self._has_hearers():
                teller = _teller(self._place)
                code = EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else None
                _say(teller.tell(teller.report_of(_cause(error), code)))

    def of(self, result: Result, errand: Errand, specs: Sequence[Spec]) -> None:
        """Tell what came of a run, and write down who was told."""
        with _harmless():
            if self._has_hearers():
                teller = _teller(self._place)
                done = (*teller.tell(teller.report(result)), *teller.tell_lineage(result, specs))
                _say(done)
                self._write_down(teller, () if errand.dry_run else done, result.run_id, errand)

    def _has_hearers(self) -> bool:
        try:
            settings = self._place.settings
        except YhoviError:  # they are wrong themselves, so that nobody is known who could be told
            return False
        return self._wanted and bool(settings.notify.channels or settings.lineage.is_set)

    def _write_down(self, teller: Teller, done: Sequence[Delivery], run_id: str, errand: Errand) -> None:
        from ..engine.run.assembly import database_url

        demo = errand.mode == "demo"
        url = database_url(self._place.settings, demo=demo, said=errand.database_url)
        try:
            teller.write_down(done, run_id, url, demo=demo)
        except YhoviError as error:
            note(f"warning: who was told isn't in the audit: {error}")


@contextmanager
def _harmless() -> Iterator[None]:
    """What goes wrong in telling of a run is no part of what came of it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  (its text may hold a secret)
        note(f"warning: nobody was told what came of this, as there is a bug in yhovi ({type(error).__name__})")


def _teller(place: Place) -> Teller:
    from ..engine.run.operations.notices import Teller

    return Teller(place.settings, place.world(), typed(), version_of_yhovi())


def _cause(error: BaseException) -> YhoviError:
    """What ended the run, in a sentence."""
    match error:
        case YhoviError():
            return error
        case Exception():
            return BugError(error)
        case _:
            return YhoviError("It was interrupted.", "What was loaded by then stays; start it again for the rest.")


def _say(done: Sequence[Delivery]) -> None:
    for one in done:
        if one.trouble:
            note(f"warning: {one}")
