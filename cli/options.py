"""The options that several commands share: what each is called, and what its help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Indicators, by id.", show_default=False)]
Indicators = Annotated[list[str] | None, typer.Option("--indicator", "-i", help="An indicator's id; repeatable.")]
Every = Annotated[bool, typer.Option("--all", help="Every indicator of the catalogue.")]
Drafts = Annotated[bool, typer.Option("--drafts", help="Also indicators that aren't verified yet.")]
Demo = Annotated[bool, typer.Option("--demo", help="Recorded answers and yhovi-demo.db; no network.")]
OfDemo = Annotated[bool, typer.Option("--demo", help="What the demonstration made: yhovi-demo.db.")]
Replay = Annotated[bool, typer.Option("--replay", help="The answers in the archive; no network.")]
Backfill = Annotated[
    bool, typer.Option("--backfill-vintage", help="Put answers that are older than those loaded behind them.")
]
AsRun = Annotated[str | None, typer.Option("--as-run", help="With --replay: the answers that this run got.")]
DatabaseUrl = Annotated[
    str, typer.Option("--database-url", help="The database, such as sqlite:///other.db; yhovi.db if not said.")
]
CatalogueFolder = Annotated[Path | None, typer.Option("--catalogue", help="The folder that holds the specs.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file; yhovi.toml if not said.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Fetch, transform and check, but load nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
