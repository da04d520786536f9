"""The options that several commands share: what each is called, and what its help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Indicators, by id.", show_default=False)]
Indicators = Annotated[list[str] | None, typer.Option("--indicator", "-i", help="An indicator's id; repeatable.")]
Every = Annotated[bool, typer.Option("--all", help="Every indicator of the catalogue.")]
Domains = Annotated[list[str] | None, typer.Option("--domain", help="Those of this domain; repeatable.")]
Subdomains = Annotated[list[str] | None, typer.Option("--subdomain", help="Those of this subdomain; repeatable.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Those of this source or data set: nomis/NM_17_5; repeatable.")
]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Those with this tag; repeatable.")]
OnlyDue = Annotated[
    bool, typer.Option("--only-due", help="Of these, only what newer figures are due of, or what failed last.")
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Also indicators that aren't verified yet.")]
Demo = Annotated[bool, typer.Option("--demo", help="Recorded answers and yhovi-demo.db; no network.")]
OfDemo = Annotated[bool, typer.Option("--demo", help="What the demonstration made: yhovi-demo.db.")]
Replay = Annotated[bool, typer.Option("--replay", help="The answers in the archive; no network.")]
Backfill = Annotated[
    bool, typer.Option("--backfill-vintage", help="Put answers that are older than those loaded behind them.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        max=16,
        help="How many sources are asked, or with --demo and --replay indicators made, at once.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Make and load also what is unchanged.")]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Begin nothing else after the first failure.")]
MaxAge = Annotated[
    str, typer.Option("--max-age", metavar="AGE", help="Don't ask again for answers that are no older: 12h, 30m, 7d.")
]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help="Load only periods from this day on: 2020-01-01.")]
Until = Annotated[str, typer.Option("--until", metavar="DATE", help="Load only periods up to this day.")]
Resume = Annotated[str, typer.Option("--resume", metavar="RUN", help="Leave out what that run brought to an end.")]
AsRun = Annotated[str | None, typer.Option("--as-run", help="With --replay: the answers that this run got.")]
DatabaseUrl = Annotated[
    str, typer.Option("--database-url", help="The database, such as sqlite:///other.db; yhovi.db if not said.")
]
CatalogueFolder = Annotated[Path | None, typer.Option("--catalogue", help="The folder that holds the specs.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file; yhovi.toml if not said.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Fetch, transform and check, but load nothing.")]
LogFormat = Annotated[
    Literal["", "human", "json"],
    typer.Option("--log-format", metavar="human|json", help="Log lines for people or for programs."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
