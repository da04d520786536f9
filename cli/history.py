"""The commands that look into the past, and those that take back: get, loads, rollback, release-hold."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from ..engine.errors import UsageError
from .options import AsJson, DatabaseUrl, OfDemo, SettingsFile
from .place import Place, typed, version_of_yhovi
from .terminal import note, print_json, show_rows

if TYPE_CHECKING:
    from ..engine.run.operations.history import Found
    from ..engine.run.operations.history import Place as Where

_CLOCKS = ("retrieved", "committed")


def get(
    indicator: Annotated[str, typer.Argument(metavar="ID", help="The indicator's id.")],
    area: Annotated[str, typer.Option("--area", help="The area's code.")] = "",
    period: Annotated[str, typer.Option("--period", help="2023-01-01/P1Y, or an end date: 2023-12.")] = "",
    breakdown: Annotated[str, typer.Option("--breakdown", help="Of whom; _T for all.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="As it was known then: 2026-03-31, 2026-03-31T18:00.")] = "",
    clock: Annotated[str, typer.Option("--clock", help="With --as-of: retrieved or committed by then.")] = "",
    history: Annotated[bool, typer.Option("--history", help="Everything that was ever said, in turn.")] = False,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Show values, as they are or were known.

    Example: yhovi get E-EJ-01 --area E08000035 --as-of 2026-03-31
    """
    from ..engine.run.operations.history import Wanted
    from ..engine.run.operations.history import get as found_of

    _require_sense(as_of, clock, history=history, as_json=as_json, as_csv=as_csv)
    by = cast("Literal['retrieved', 'committed']", clock or "retrieved")
    wanted = Wanted(indicator, area, period, breakdown, as_of, by, history)
    place = Place(settings, None)
    found = found_of(wanted, _where(place, demo=demo, database_url=database_url), place.world())
    _show(found, as_json=as_json, as_csv=as_csv)


def loads(
    indicator: Annotated[str | None, typer.Argument(metavar="[ID]", help="Those of this indicator.")] = None,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """List the loads, the newest last.

    Example: yhovi loads E-EJ-01
    """
    from ..engine.run.operations.history import loads as found_of

    place = Place(settings, None)
    _show(found_of(indicator, _where(place, demo=demo, database_url=database_url), place.world()), as_json=as_json)


def rollback(
    target: Annotated[str, typer.Argument(metavar="LOAD|RUN", help="A load's number, or a run's id.")],
    cascade: Annotated[bool, typer.Option("--cascade", help="Undo later loads of the same indicators first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Undo a load, or all loads of a run.

    What held before is loaded again; nothing is deleted. The same answers aren't loaded again until release-hold.

    Example: yhovi rollback 12 --dry-run
    """
    from ..engine.run.operations.history import roll_back

    place = Place(settings, None)
    where = _where(place, demo=demo, database_url=database_url)
    done = roll_back(target, typed(), version_of_yhovi(), where, place.world(), cascade=cascade, dry_run=dry_run)
    for said in done.notes:
        note(said)
    if as_json:
        print_json(done.described())
        return
    show_rows(done.rows(), as_json=False)
    for said in done.sentences():
        note(said)


def release_hold(
    indicator: Annotated[str, typer.Argument(metavar="ID", help="The indicator's id.")],
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Let the next run load what was undone.

    Example: yhovi release-hold E-EJ-01
    """
    from ..engine.run.operations.history import release

    place = Place(settings, None)
    _show(release(indicator, _where(place, demo=demo, database_url=database_url), place.world()), as_json=as_json)


def _require_sense(as_of: str, clock: str, *, history: bool, as_json: bool, as_csv: bool) -> None:
    if clock and clock not in _CLOCKS:
        raise UsageError(f"There is no clock {clock}.", f"Write --clock {' or '.join(_CLOCKS)}.")
    if clock and not as_of:
        raise UsageError("--clock goes with --as-of.")
    if as_of and history:
        raise UsageError("--as-of and --history exclude each other.", "--history shows every moment.")
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other.")


def _where(place: Place, *, demo: bool, database_url: str) -> Where:
    from ..engine.run.operations.history import Place as Where

    return Where(place.settings, demo, database_url)


def _show(found: Found, *, as_json: bool, as_csv: bool = False) -> None:
    for said in found.notes:
        note(said)
    if as_csv:
        _print_csv(found.rows)
    else:
        show_rows(found.rows, as_json=as_json)


def _print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
