"""The commands of ``yhovi sources``: which sources there are, what they have, and whether specs can rely on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.errors import EXIT_OK
from .options import AsJson, CatalogueFolder, SettingsFile
from .place import Place, version_of_yhovi
from .progress import progress
from .terminal import note, print_error, print_json, show_rows

if TYPE_CHECKING:
    from ..engine.run.sources.check import Checked
    from ..engine.run.sources.describe import Described

sources = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The sources: what they have, and whether they still have it.",
)

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="The source, as specs name it: nomis.")]


@sources.command("list")
def list_sources(catalogue: CatalogueFolder = None, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    """List the sources, and how they are asked.

    Their hosts, whether their key is set, how often they may be asked, how many specs use them, and whether they can be
    asked for their data sets and codes.

    Example: yhovi sources list
    """
    from ..engine.run.sources.listing import cards

    place = Place(settings, catalogue)
    found = cards(place.specs, place.secret)
    place.say_catalogue()
    show_rows([one.summary() if as_json else one.line() for one in found], as_json=as_json)


@sources.command()
def describe(
    source: Source,
    dataset: Annotated[str, typer.Argument(metavar="[DATASET]", help="A data set, as the source calls it.")] = "",
    search: Annotated[str, typer.Option("--search", help="Only what has all of these words.")] = "",
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again; else the archive is read.")] = False,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a source has: data sets, dimensions, codes.

    Without a data set it shows what is known of the source, and the data sets that the source lists. What it answers is
    archived, and read from there the next time.

    Example: yhovi sources describe nomis NM_17_5 --search employment
    """
    from ..engine.run.sources.listing import card, is_describing

    place = Place(settings, catalogue)
    if dataset or search:
        _show_described(_described(place, source, dataset, refresh=refresh), search, as_json=as_json)
        return
    own, listed = card(source, place.specs, place.secret), None
    place.say_catalogue()
    if not as_json:
        print(own.text())
    try:
        listed = _described(place, source, "", refresh=refresh) if is_describing(own.connector) else None
    finally:  # what is known of a source is worth knowing when it can't be asked
        if as_json:
            print_json({**own.described(), "listed": listed.described(listed.terms) if listed else None})
    if listed and not as_json:
        print()
        _show_described(listed, "", as_json=False)


@sources.command()
def check(
    live: Annotated[bool, typer.Option("--live", help="Ask the sources; else the archive and the recordings.")] = False,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Check that the catalogue can rely on its sources.

    For each spec: is its key there, does the source answer, do the codes still hold, are the columns as declared?
    Loads nothing. Exit code 2 where a key is missing, 3 where a source isn't as a spec has it.

    Example: yhovi sources check --live
    """
    from ..engine.run.sources.check import Checking
    from ..engine.run.sources.check import check as checked
    from ..engine.selection import Selection
    from .logs import start_log

    place = Place(settings, catalogue)
    specs = place.to_run(Selection(every=True), drafts=False)
    place.say_catalogue()
    start_log(place)
    checking = Checking(live, place.recordings, version_of_yhovi())
    with progress(len(specs)) as watcher:
        found = checked(specs, checking, place.settings, replace(place.world(), progress=watcher))
    _show_checked(found, as_json=as_json)
    raise typer.Exit(max((one.exit_code for one in found), default=EXIT_OK))


def _described(place: Place, source: str, dataset: str, *, refresh: bool) -> Described:
    from ..engine.run.sources.describe import describe as asked
    from .logs import start_log

    start_log(place)
    return asked(source, dataset, place.settings, place.world(), version_of_yhovi(), refresh=refresh)


def _show_described(listed: Described, search: str, *, as_json: bool) -> None:
    from ..engine.run.sources.listing import row_of

    found = listed.searched(search)
    if as_json:
        print_json(listed.described(found))
        return
    note(listed.told(found))
    show_rows([row_of(one) for one in found], as_json=False)


def _show_checked(found: tuple[Checked, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([one.described() for one in found])
        return
    show_rows([one.line() for one in found], as_json=False)
    for one in found:
        for error in one.errors:
            print_error(error, about=f"{one.indicator}: ")
