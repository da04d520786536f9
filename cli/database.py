"""The commands of ``yhovi db``: bringing a database to this version, checking it, and printing it as a script."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.errors import UsageError
from .options import AsJson, DatabaseUrl, OfDemo, SettingsFile
from .place import Place, now
from .terminal import print_json

database = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The database: its version, and scripts for whoever looks after it.",
)

Dialect = Annotated[str, typer.Option("--dialect", help="sqlite, postgresql or mssql.")]


@database.command()
def upgrade(
    database_url: DatabaseUrl = "",
    demo: Annotated[bool, typer.Option("--demo", help="A database for demonstrations.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the statements; run nothing.")] = False,
    dialect: Annotated[str, typer.Option("--dialect", help="With --sql: sqlite, postgresql or mssql.")] = "",
    since: Annotated[str, typer.Option("--from", help="With --sql: the version it has; empty if not said.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Make the tables, or bring them to this version.

    A run does so by itself with a file, and never with a server.

    Example: yhovi db upgrade
    """
    from ..engine.run.operations import database as room

    place = Place(settings, None)
    if (dialect or since) and not sql:
        raise UsageError("--dialect and --from go with --sql.")
    if sql:
        print(room.upgrade_script(place.settings, said=database_url, dialect=dialect, since=since), end="")
    else:
        print(room.upgrade(place.settings, now(), demo=demo, said=database_url))


@database.command()
def check(
    database_url: DatabaseUrl = "",
    demo: OfDemo = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare a database with what this version expects.

    Its version, tables, columns, indexes and views. Exit code 5 where something differs.

    Example: yhovi db check
    """
    from ..engine.run.operations import database as room

    found = room.check(Place(settings, None).settings, demo=demo, said=database_url)
    if as_json:
        print_json(found.described())
    else:
        print(found.text())
    raise typer.Exit(found.exit_code)


@database.command()
def ddl(
    dialect: Dialect,
    roles: Annotated[bool, typer.Option("--roles", help="The roles and their rights, for a server.")] = False,
) -> None:
    """Print the whole database as a script.

    For whoever looks after a server to read and to run; needs no server.

    Example: yhovi db ddl --dialect mssql
    """
    from ..engine.run.operations import database as room

    print(room.whole_script(dialect, roles=roles), end="")
