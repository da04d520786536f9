"""The command line: arguments in, sentences and exit codes out.

The only place that looks at the clock, the environment, chance and the terminal. Whatever is heavy is imported inside
the commands, so that ``--help`` and ``validate-specs`` stay quick.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .engine.errors import EXIT_BUG, EXIT_OK, BugError, Problem, SpecError, UsageError, YhoviError
from .engine.listing import aligned, cell, outlined

if TYPE_CHECKING:
    from .engine.catalogue import Found
    from .engine.run.assembly import Errand, World
    from .engine.run.outcome import Result
    from .engine.run.preview_text import Screen
    from .engine.settings import Settings
    from .engine.spec import Spec

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing boxes around the help would cost it three times its time
    help="Local statistics, from their publishers to your dashboards: one YAML file per indicator.",
    epilog="Exit codes: 0 all well, 1 a bug, 2 command, spec or settings, 3 a source, 4 checks, 5 database or data "
    "folder, 6 some indicators failed and others loaded, 130 interrupted.",
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Indicators, by id.", show_default=False)]
Indicators = Annotated[list[str] | None, typer.Option("--indicator", "-i", help="An indicator's id; repeatable.")]
Every = Annotated[bool, typer.Option("--all", help="Every indicator of the catalogue.")]
Demo = Annotated[bool, typer.Option("--demo", help="Recorded answers and yhovi-demo.db; no network.")]
OfDemo = Annotated[bool, typer.Option("--demo", help="What the demonstration made: yhovi-demo.db.")]
Replay = Annotated[bool, typer.Option("--replay", help="The answers in the archive; no network.")]
AsRun = Annotated[str | None, typer.Option("--as-run", help="With --replay: the answers that this run got.")]
DatabaseUrl = Annotated[
    str, typer.Option("--database-url", help="The database, such as sqlite:///other.db; yhovi.db if not said.")
]
CatalogueFolder = Annotated[Path | None, typer.Option("--catalogue", help="The folder that holds the specs.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file; yhovi.toml if not said.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Fetch, transform and check, but load nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_SECRETS = ("NOMIS_API_KEY",)
_SHORT = 24
_GIT_SECONDS = 5


@app.command()
def run(
    ids: Ids = None,
    indicator: Indicators = None,
    every: Every = False,
    demo: Demo = False,
    replay: Replay = False,
    as_run: AsRun = None,
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Fetch, transform, check and load indicators.

    Example: yhovi run --all --demo
    """
    from .engine.run.assembly import destination, perform

    place = _Place(settings, catalogue)
    errand = _errand(place, demo=demo, replay=replay, as_run=as_run, database_url=database_url, dry_run=dry_run)
    specs = place.with_inputs(place.chosen([*(ids or []), *(indicator or [])], every=every))
    place.say_catalogue()
    _note(destination(place.settings, errand))
    _log_requests()
    with _progress(len(specs)) as tell:
        result = perform(specs, errand, place.settings, place.world(), tell)
    _show_result(result, as_json=as_json)
    raise typer.Exit(result.exit_code)


@app.command()
def validate_specs(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files or folders.")] = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Check specs: every problem, with line and cure.

    Example: yhovi validate-specs indicators/economy/E-EJ-01.yaml
    """
    from .engine.catalogue import compile_problems
    from .engine.spec import read_specs

    place = _Place(settings, catalogue)
    whole = not paths or any(path.is_dir() for path in paths)  # a folder is a catalogue of its own
    reading = read_specs(paths or [place.catalogue.folder], None if whole else place.catalogue.folder)
    problems = [*reading.problems, *compile_problems(reading.specs, place.settings)]
    if as_json:
        _print_json([problem.described() for problem in problems])
    else:
        _print_problems(problems)
        print(f"{_count(reading.files, 'file')}, {_count(len(problems), 'problem') if problems else 'no problems'}")
    raise typer.Exit(SpecError.exit_code if problems else EXIT_OK)


@app.command()
def plan(
    ids: Ids = None,
    indicator: Indicators = None,
    every: Every = False,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a run would do; touch nothing.

    Example: yhovi plan E-EJ-01
    """
    from .engine.catalogue import compile_plans

    place = _Place(settings, catalogue)
    specs = place.chosen([*(ids or []), *(indicator or [])], every=every)
    described = [one.described() for one in compile_plans(specs, place.settings)]
    if as_json:
        _print_json(described)
    else:
        print("\n\n".join(outlined(one) for one in described))


@app.command()
def preview(
    indicator: Annotated[str, typer.Argument(metavar="ID|FILE", help="An indicator's id, or the file of a spec.")],
    demo: Annotated[bool, typer.Option("--demo", help="Recorded answers; no network.")] = False,
    replay: Replay = False,
    as_run: AsRun = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="How many first rows are shown of each step.")] = 3,
    step: Annotated[int | None, typer.Option("--step", help="This step alone; 0 for what it starts from.")] = None,
    area: Annotated[str, typer.Option("--area", help="The code of the area whose series is drawn.")] = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what each step does; load nothing.

    What is asked, the rows after each step, the observations, what the checks say, and a small chart.

    Example: yhovi preview E-EJ-01 --demo
    """
    from .engine.run.preview import Look
    from .engine.run.preview import preview as looked_at
    from .engine.run.preview_text import preview_text

    place = _Place(settings, catalogue)
    errand = _errand(place, demo=demo, replay=replay, as_run=as_run)
    specs = place.with_what_it_is_made_of(indicator)
    place.say_catalogue()
    _log_requests()
    seen = looked_at(specs, errand, place.settings, place.world(), Look(rows, step, area))
    if as_json:
        _print_json(seen.described())
    else:
        print(preview_text(seen, _screen()))
    if seen.error is not None:
        _print_error(seen.error, about=f"{seen.indicator}: ")
    raise typer.Exit(seen.exit_code)


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(metavar="ID", help="The indicator's id.")],
    area: Annotated[str, typer.Argument(metavar="AREA", help="The area's code, or its name in full.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2023-01-01/P1Y, or an end date: 2023-12.")],
    breakdown: Annotated[str, typer.Option("--breakdown", help="Of whom, where not of all.")] = "_T",
    deep: Annotated[bool, typer.Option("--deep", help="Explain also the numbers that it is made of.")] = False,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Explain one number, back to the bytes.

    What it was before, the load it came with, each step that made it, and the cells of the source.

    Example: yhovi explain E-EJ-01 Leeds 2023-12 --demo
    """
    from .engine.run.explain import Question, Surroundings
    from .engine.run.explain import explain as explained
    from .engine.run.explain_text import explanation_text

    place = _Place(settings, catalogue)
    question = Question(indicator, area, period, breakdown, deep)
    around = Surroundings(place.settings, place.catalogue.folder, _version(), _committed, demo, database_url)
    told, said = explained(question, around, place.world())
    _note(said)
    if as_json:
        _print_json(told.described())
    else:
        print(explanation_text(told, _screen()))


@app.command("list")
def list_indicators(catalogue: CatalogueFolder = None, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    """List the indicators of the catalogue.

    Example: yhovi list --json
    """
    place = _Place(settings, catalogue)
    specs = place.specs
    place.say_catalogue()
    rows = [
        {
            "indicator": spec.id,
            "title": spec.title,
            "domain": spec.domain,
            "subdomain": spec.subdomain,
            "unit": spec.measure.unit,
            "dataset": spec.source.dataset,
        }
        for spec in specs
    ]
    _show(rows, as_json=as_json)


@app.command()
def show(
    ids: Ids = None,
    indicator: Indicators = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what an indicator is, and its caveats.

    Example: yhovi show E-EJ-01
    """
    place = _Place(settings, catalogue)
    cards = [spec.described() for spec in place.chosen([*(ids or []), *(indicator or [])], every=False)]
    if as_json:
        _print_json(cards)
    else:
        print("\n\n".join(outlined(card) for card in cards))


@app.command()
def land(
    dataset: Annotated[str, typer.Argument(metavar="SOURCE/DATASET", help="The data set, as specs name it.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file, as the publisher gave it.")],
    release: Annotated[str, typer.Option("--release", help="The publisher's name for the edition.")],
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Archive a file that you downloaded by hand.

    It then serves every spec of that data set and release.

    Example: yhovi land ons/gva-industry-la-tle gva.xlsx --release 2025-10
    """
    from .engine.run.assembly import open_bronze
    from .engine.run.landing import land_file

    place = _Place(settings, catalogue)
    bronze = open_bronze(place.settings, place.world())
    landed = land_file(dataset, file, release, place.specs, bronze, _now())
    if as_json:
        _print_json(landed.described())
    else:
        print(landed.sentence())


@app.command()
def status(
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what is loaded, and what failed last.

    For each indicator the latest period, the last load and the last failure.

    Example: yhovi status --demo
    """
    from .engine.run.status import loaded

    place = _Place(settings, None)
    rows, said = loaded(place.settings, _now(), demo=demo, said=database_url)
    _note(said)
    _show(rows, as_json=as_json)


@app.command()
def doctor(
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Examine this installation, and say the cures.

    Settings, catalogue, data folder, database, secrets, clock.

    Example: yhovi doctor
    """
    from .engine.run.doctor import Patient, examine

    place = _Place(settings, catalogue)
    patient = Patient(
        settings=lambda: place.settings,
        catalogue=lambda: place.catalogue,
        secret=place.secret,
        secret_names=_SECRETS,
        now=_now(),
        here=Path.cwd(),
        demo=demo,
        database_url=database_url,
    )
    symptoms = examine(patient)
    _show([symptom.described() for symptom in symptoms], as_json=as_json)
    raise typer.Exit(max((symptom.exit_code for symptom in symptoms), default=EXIT_OK))


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(_version())
        raise typer.Exit


class _Place:
    """Where a command runs: the settings, the catalogue and the environment that it finds."""

    def __init__(self, settings_file: Path | None, catalogue: Path | None) -> None:
        self._settings_file, self._catalogue = settings_file, catalogue

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The environment's variables; a file ``.env`` in this folder adds to them."""
        if not Path(".env").is_file():
            return os.environ
        from dotenv import dotenv_values

        said = dotenv_values(".env", encoding="utf-8")
        return {**{name: value for name, value in said.items() if value is not None}, **os.environ}

    @cached_property
    def settings(self) -> Settings:
        from .engine.settings import find_file, load_settings

        said = self._settings_file or self._named("YHOVI_SETTINGS")
        if said and not said.is_file():
            raise UsageError(f"There is no settings file {said}.", "Check --settings and YHOVI_SETTINGS.")
        return load_settings(said or find_file(Path.cwd()), self.environment, Path.cwd())

    @cached_property
    def specs(self) -> tuple[Spec, ...]:
        from .engine.spec import load_specs

        return load_specs([self.catalogue.folder])

    @cached_property
    def catalogue(self) -> Found:
        from .engine.catalogue import find_catalogue

        variable = self.environment.get("YHOVI_CATALOGUE")
        return find_catalogue(self._catalogue, variable, self.settings, Path.cwd(), _built_in())

    @property
    def recordings(self) -> list[Path]:
        """The folders of recorded answers: the catalogue's own, then the built-in one."""
        return list(dict.fromkeys([self.catalogue.folder / "recordings", _built_in() / "recordings"]))

    def chosen(self, ids: Sequence[str], *, every: bool) -> tuple[Spec, ...]:
        """The specs of these ids, or all; in the catalogue's order, each once."""
        if every == bool(ids):
            raise UsageError("Say which indicators: by id, or --all.", "yhovi list shows them.")
        specs = self.specs
        known = [spec.id for spec in specs]
        for one in ids:
            if one not in known:
                raise UsageError(f"There is no indicator {one} in {self.catalogue.folder}.", _nearest(one, known))
        return tuple(spec for spec in specs if every or spec.id in ids)

    def with_inputs(self, chosen: Sequence[Spec]) -> tuple[Spec, ...]:
        """These and what they are made of, in the order in which they can run; says what comes in addition."""
        from .engine.spec import with_inputs

        asked = [spec.id for spec in chosen]
        specs = with_inputs(asked, self.specs)
        others = [spec.id for spec in specs if spec.id not in asked]
        if others:
            _note(f"also: {', '.join(others)}, as others are made of {'it' if len(others) == 1 else 'them'}")
        return specs

    def with_what_it_is_made_of(self, said: str) -> tuple[Spec, ...]:
        """A spec by its id or its file, after the catalogue's specs that it is made of."""
        from .engine.spec import SUFFIXES, read_specs, with_inputs

        if not said.endswith(SUFFIXES):
            (chosen,) = self.chosen([said], every=False)
            return with_inputs([chosen.id], self.specs)
        reading = read_specs([Path(said)], self.catalogue.folder)
        if reading.problems:
            raise SpecError(reading.problems)
        (spec,) = reading.specs
        others = [other for other in self.specs if other.id != spec.id] if spec.inputs else []
        return with_inputs([spec.id], [spec, *others])

    def say_catalogue(self) -> None:
        _note(f"catalogue: {self.catalogue.folder} ({self.catalogue.how})")

    def secret(self, name: str) -> str | None:
        return self.environment.get(name) or None

    def world(self) -> World:
        from .engine.run.assembly import World

        return World(_now, time.sleep, random.random, lambda: uuid.uuid4().hex, self.secret)

    def _named(self, variable: str) -> Path | None:
        said = self.environment.get(variable)
        return Path(said) if said else None


def _errand(place: _Place, *, demo: bool, replay: bool, as_run: str | None, **further: Any) -> Errand:
    """What is asked for, if its options go together."""
    from .engine.run.assembly import Errand

    if demo and replay:
        raise UsageError("--demo and --replay exclude each other.", "--demo has recorded answers of its own.")
    if as_run and not replay:
        raise UsageError("--as-run goes with --replay.")
    mode: Literal["demo", "replay", "live"] = "demo" if demo else "replay" if replay else "live"
    return Errand(mode, _typed(), place.recordings, _version(), as_run=as_run, **further)


def _committed(file: Path) -> str | None:
    """The newest commit of a file and its date, and whether the file was changed since; None without git."""
    commit = _git(file, "log", "-1", "--format=%h of %cI")
    return commit and commit + (", with uncommitted changes" if _git(file, "status", "--porcelain") else "")


def _git(file: Path, *command: str) -> str | None:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  (the program is git, and the file's name comes after --)
            ["git", *command, "--", file.name],  # noqa: S607
            cwd=file.resolve().parent,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _built_in() -> Path:
    return Path(str(files(__package__) / "indicators"))


def _now() -> datetime:
    return datetime.now(UTC)


def _version() -> str:
    from importlib.metadata import version

    return version("yhovi")


def _typed() -> str:
    """The command as it was typed, with the password of a database URL left out."""
    import re

    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", " ".join(["yhovi", *sys.argv[1:]]))


def _nearest(said: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(said.upper(), known, n=1)
    return f"Did you mean {near[0]}?" if near else "yhovi list shows those there are."


def _log_requests() -> None:
    """Every request as a line where nobody watches; on a terminal only what went wrong on the way."""
    import logging

    # Only yhovi's own lines: those of libraries may hold an address with a secret in it.
    logger = logging.getLogger("yhovi")
    logger.setLevel(logging.WARNING if sys.stderr.isatty() else logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers = [handler]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str, str], None]]:
    """Tells on a terminal which indicator is at which stage; quiet when piped."""
    if not sys.stderr.isatty():
        yield lambda _indicator, _stage: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        begun: set[str] = set()

        def tell(indicator: str, stage: str) -> None:
            begun.add(indicator)
            progress.update(task, description=f"{indicator} {stage}", completed=len(begun) - 1)

        yield tell


def _show_result(result: Result, *, as_json: bool) -> None:
    if as_json:
        _print_json(result.described())
        return
    _show([outcome.line() for outcome in result.outcomes], as_json=False)
    for outcome in result.outcomes:
        for warning in outcome.warnings:
            _note(f"warning: {outcome.indicator_id}: {warning}")
        if outcome.error is not None:
            _print_error(outcome.error, about=f"{outcome.indicator_id}: ")


def _screen() -> Screen:
    """The terminal's width and characters; when piped, 80 columns of UTF-8."""
    import locale
    import shutil

    from .engine.run.preview_text import Screen

    if not sys.stdout.isatty():
        return Screen()
    # Windows' console takes Unicode whatever its locale says.
    plain = os.name != "nt" and locale.getencoding().lower() not in ("utf-8", "utf8")
    return Screen(max(shutil.get_terminal_size().columns, 40), plain)


def _show(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """A listing: JSON if asked for, a drawn table on a terminal, aligned text when piped."""
    if as_json:
        _print_json(list(rows))
    elif not rows:
        print("nothing to show")
    elif sys.stdout.isatty():
        _draw(rows)
    else:
        print(aligned(rows))


def _draw(rows: Sequence[Mapping[str, Any]]) -> None:
    """A table on a terminal: long texts fold, names and numbers don't; plain text where it is too narrow for them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    widths = {name: max(len(cell(text)) for text in (name, *(row[name] for row in rows))) for name in rows[0]}
    if sum(min(width, _SHORT) + 2 for width in widths.values()) > console.width:
        print(aligned(rows))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name, value in rows[0].items():
        justify: Literal["left", "right"] = "right" if isinstance(value, int) else "left"
        table.add_column(name, justify=justify, no_wrap=widths[name] <= _SHORT, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row.values()))
    console.print(table)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(problem)


def _print_error(error: YhoviError, about: str = "") -> None:
    _note(f"error: {about}{error.message}")
    if error.cure:
        _note(f"  {error.cure}")
    if isinstance(error, BugError):
        traceback.print_exception(error.__cause__)


def _note(text: str) -> None:
    """A sentence for a person, kept apart from what a program reads."""
    print(text, file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main() -> int:
    """The entry point: runs a command and turns what went wrong into a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What is piped on Windows would else be written in the machine's old code page.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if sys.argv[1:] == ["--version"]:
        print(_version())
        return EXIT_OK
    try:
        app()
    except SpecError as error:
        _print_problems(error.problems)
        _print_error(error)
        return error.exit_code
    except YhoviError as error:
        _print_error(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (the last one to hear of it)
        _print_error(BugError(error))
        return EXIT_BUG
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
