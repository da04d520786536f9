"""The commands of ``yhovi geography``: what the register knows of areas, and what a file's codes are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, SettingsFile
from .place import Place, version_of_yhovi
from .terminal import print_json, show_rows

geography = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Areas, their codes, and what became of them.",
)

Vintage = Annotated[str, typer.Option("--vintage", help="The boundaries of this month; else those of the settings.")]


@geography.command()
def areas(
    level: Annotated[str, typer.Option("--level", help="lad, county, region, country or another.")] = "lad",
    within: Annotated[str, typer.Option("--within", help="The code of the area that they lie in.")] = "",
    vintage: Vintage = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """List the areas of a level.

    Example: yhovi geography areas --within E12000003
    """
    from ..engine.run.geography.listing import areas_listed, around

    registry = around(Place(settings, None).settings, vintage).registry
    show_rows(areas_listed(registry, level, within), as_json=as_json)


@geography.command()
def changes(
    code: Annotated[str, typer.Option("--code", help="Those of this code alone.")] = "",
    since: Annotated[str, typer.Option("--since", help="From this year, month or day on.")] = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """List what became of areas, and when.

    Example: yhovi geography changes --since 2023
    """
    from ..engine.run.geography.listing import around, changes_listed

    registry = around(Place(settings, None).settings, "").registry
    show_rows(changes_listed(registry, code, since), as_json=as_json)


@geography.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file or a workbook.")],
    column: Annotated[str, typer.Option("--column", help="The header of the column of codes; found if not said.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="The sheet, where several hold codes.")] = "",
    header_row: Annotated[int | None, typer.Option("--header-row", min=1, help="The header's row; else found.")] = None,
    vintage: Vintage = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Check the area codes of a file.

    Which boundaries they fit, what is unknown, absent, there twice, or probably a slip. Exit code 4 where codes are
    unknown or no vintage has them all.

    Example: yhovi geography check figures.csv
    """
    from ..engine.run.geography.check import check_file
    from ..engine.run.geography.columns import Asked
    from ..engine.run.geography.listing import around

    asked = Asked(file, column, sheet, header_row)
    found = check_file(asked, around(Place(settings, None).settings, vintage))
    if as_json:
        print_json(found.described())
    else:
        print(found.text())
    raise typer.Exit(found.exit_code)


@geography.command()
def explain(
    area: Annotated[str, typer.Argument(metavar="CODE|NAME", help="The area's code, or its name in full.")],
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Explain a code, or a name.

    What it is or was, since when, what it was made of and what became of it.

    Example: yhovi geography explain E07000163
    """
    from ..engine.run.geography.listing import around, explained

    registry = around(Place(settings, None).settings, "").registry
    told = explained(registry, area)
    if as_json:
        print_json([one.described() for one in told])
    else:
        print("\n\n".join(one.text() for one in told))


@geography.command()
def refresh(
    apply: Annotated[bool, typer.Option("--apply", help="Take over what differs; else it is only shown.")] = False,
    changes: Annotated[
        Path | None, typer.Option("--changes", help="What became of areas: lines as in area_changes.csv.")
    ] = None,
    accept_unexplained: Annotated[
        bool, typer.Option("--accept-unexplained", help="Take over also what nobody explains; see the documentation.")
    ] = False,
    boundaries: Annotated[
        bool, typer.Option("--boundaries", help="Fetch the districts' boundaries too, for maps.")
    ] = False,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="ROLE=NAME", help="Ask this service; repeatable.")
    ] = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare the register with what ONS publishes now.

    Nothing is replaced without --apply. Exit code 4 where an area ended or began and nobody says what became of it.

    Example: yhovi geography refresh
    """
    from ..engine.run.geography.refresh import Wish
    from ..engine.run.geography.refresh import refresh as refreshed
    from .logs import start_log

    place = Place(settings, None)
    wish = Wish(tuple(service or ()), changes, boundaries, apply, accept_unexplained)
    start_log(place)
    found = refreshed(wish, place.settings, place.world(), version_of_yhovi())
    if as_json:
        print_json(found.described())
    else:
        print(found.text())
    raise typer.Exit(found.exit_code)
