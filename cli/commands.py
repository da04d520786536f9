"""Every command, as Typer has it.

Whatever is heavy is imported inside the commands, so that ``--help`` and ``validate-specs`` stay quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..engine.errors import EXIT_BUG, EXIT_OK, BugError, SpecError, UsageError, YhoviError
from ..engine.listing import outlined
from . import history
from .database import database
from .geography import geography
from .interruption import ended_on_request
from .listing import show_catalogue
from .notify import Notify, Telling, notify
from .options import (
    AsJson,
    AsRun,
    Backfill,
    CatalogueFolder,
    DatabaseUrl,
    Demo,
    Domains,
    Drafts,
    DryRun,
    Every,
    FailFast,
    Force,
    Ids,
    Indicators,
    Jobs,
    LogFormat,
    MaxAge,
    OfDemo,
    OnlyDue,
    Replay,
    Resume,
    SettingsFile,
    Since,
    Sources,
    Subdomains,
    Tags,
    Until,
)
from .place import SECRETS, Place, committed, now, typed, version_of_yhovi
from .progress import progress
from .quantities import age, day
from .schedule import schedule
from .sources import sources
from .terminal import (
    count,
    note,
    print_error,
    print_json,
    print_problems,
    screen,
    show_result,
    show_rows,
)

if TYPE_CHECKING:
    from ..engine.run.assembly import Errand
    from ..engine.selection import Selection
    from ..engine.spec import Spec

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing boxes around the help would cost it three times its time
    help="Local statistics, from their publishers to your dashboards: one YAML file per indicator.",
    epilog="Exit codes: 0 all well, 1 a bug, 2 command, spec or settings, 3 a source, 4 checks, 5 database or data "
    "folder, 6 some indicators failed and others loaded, 130 interrupted.",
)

app.add_typer(geography, name="geography")
app.add_typer(sources, name="sources")
for _command in (history.get, history.loads, history.rollback, history.release_hold):
    app.command()(_command)
app.command()(schedule)
app.command()(notify)
app.add_typer(database, name="db")


@app.command()
def run(
    ids: Ids = None,
    indicator: Indicators = None,
    every: Every = False,
    domain: Domains = None,
    subdomain: Subdomains = None,
    source: Sources = None,
    tag: Tags = None,
    only_due: OnlyDue = False,
    drafts: Drafts = False,
    demo: Demo = False,
    replay: Replay = False,
    as_run: AsRun = None,
    backfill: Backfill = False,
    jobs: Jobs = None,
    force: Force = False,
    fail_fast: FailFast = False,
    max_age: MaxAge = "",
    since: Since = "",
    until: Until = "",
    resume: Resume = "",
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    dry_run: DryRun = False,
    notices: Notify = None,
    log_format: LogFormat = "",
    as_json: AsJson = False,
) -> None:
    """Fetch, transform, check and load indicators.

    Example: yhovi run --all --demo
    """
    from ..engine.run.assembly import destination, perform
    from ..engine.run.commission import Manner, Window
    from ..engine.run.due import due
    from .logs import start_log

    place = Place(settings, catalogue)
    with Telling(place, said=notices, quiet=demo or dry_run) as telling:
        if backfill and demo:
            raise UsageError("--backfill-vintage and --demo exclude each other.", "The demonstration has one vintage.")
        window = Window(day(since, "--since"), day(until, "--until"))
        jobs = jobs or (place.hands if demo or replay else 1)
        manner = Manner(backfill, jobs, force, fail_fast, age(max_age) if max_age else None, window)
        further = {"database_url": database_url, "dry_run": dry_run, "manner": manner, "resume": resume}
        errand = _errand(place, demo=demo, replay=replay, as_run=as_run, **further)
        wanted = partial(due, errand=errand, settings=place.settings, now=now()) if only_due else None
        every = every or (only_due and not ids and not indicator)
        meant = _selection(ids, indicator, every, domain, subdomain, source, tag)
        specs = place.to_run(meant, drafts=drafts, due=wanted)
        place.say_catalogue()
        note(destination(place.settings, errand))
        start_log(place, log_format)
        with progress(len(specs)) as shown, ended_on_request(shown) as watcher:
            result = perform(specs, errand, place.settings, replace(place.world(), progress=watcher), place.specs)
        show_result(result, as_json=as_json)
        telling.of(result, errand, specs)
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
    from ..engine.catalogue import compile_problems
    from ..engine.spec import read_specs

    place = Place(settings, catalogue)
    whole = not paths or any(path.is_dir() for path in paths)  # a folder is a catalogue of its own
    reading = read_specs(paths or [place.catalogue.folder], None if whole else place.catalogue.folder)
    problems = [*reading.problems, *compile_problems(reading.specs, place.settings)]
    if as_json:
        print_json([problem.described() for problem in problems])
    else:
        print_problems(problems)
        print(f"{count(reading.files, 'file')}, {count(len(problems), 'problem') if problems else 'no problems'}")
    raise typer.Exit(SpecError.exit_code if problems else EXIT_OK)


@app.command()
def plan(
    ids: Ids = None,
    indicator: Indicators = None,
    every: Every = False,
    domain: Domains = None,
    subdomain: Subdomains = None,
    source: Sources = None,
    tag: Tags = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a run would do; touch nothing.

    Example: yhovi plan E-EJ-01
    """
    from ..engine.catalogue import compile_plans

    place = Place(settings, catalogue)
    specs = place.chosen(_selection(ids, indicator, every, domain, subdomain, source, tag))
    described = [one.described() for one in compile_plans(specs, place.settings)]
    if as_json:
        print_json(described)
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
    from ..engine.run.provenance.preview import Look
    from ..engine.run.provenance.preview import preview as looked_at
    from ..engine.run.provenance.preview_text import preview_text
    from .logs import start_log

    place = Place(settings, catalogue)
    errand = _errand(place, demo=demo, replay=replay, as_run=as_run)
    specs = place.with_what_it_is_made_of(indicator)
    place.say_catalogue()
    start_log(place)
    seen = looked_at(specs, errand, place.settings, place.world(), Look(rows, step, area))
    if as_json:
        print_json(seen.described())
    else:
        print(preview_text(seen, screen()))
    if seen.error is not None:
        print_error(seen.error, about=f"{seen.indicator}: ")
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
    from ..engine.run.provenance.explain import Question, Surroundings
    from ..engine.run.provenance.explain import explain as explained
    from ..engine.run.provenance.explain_text import explanation_text

    place = Place(settings, catalogue)
    question = Question(indicator, area, period, breakdown, deep)
    around = Surroundings(place.settings, place.catalogue.folder, version_of_yhovi(), committed, demo, database_url)
    told, said = explained(question, around, place.world())
    note(said)
    if as_json:
        print_json(told.described())
    else:
        print(explanation_text(told, screen()))


@app.command("list")
def list_indicators(
    domain: Domains = None,
    subdomain: Subdomains = None,
    source: Sources = None,
    tag: Tags = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """List the indicators of the catalogue.

    A draft isn't verified yet, and a component only feeds others. On a terminal they come by domain, with counts.

    Example: yhovi list --json
    """
    place = Place(settings, catalogue)
    specs = place.chosen(_selection((), (), True, domain, subdomain, source, tag))
    place.say_catalogue()
    show_catalogue(specs, as_json=as_json)


@app.command()
def show(
    ids: Ids = None,
    indicator: Indicators = None,
    domain: Domains = None,
    subdomain: Subdomains = None,
    source: Sources = None,
    tag: Tags = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what an indicator is, and its caveats.

    Example: yhovi show E-EJ-01
    """
    place = Place(settings, catalogue)
    chosen = place.chosen(_selection(ids, indicator, False, domain, subdomain, source, tag))
    cards = [spec.described() for spec in chosen]
    if as_json:
        print_json(cards)
    else:
        print("\n\n".join(outlined(card) for card in cards))


@app.command()
def land(
    dataset: Annotated[str, typer.Argument(metavar="SOURCE/DATASET", help="The data set, as specs name it.")] = "",
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The file, as the publisher gave it.")] = None,
    release: Annotated[str, typer.Option("--release", help="The publisher's name for the edition.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="What is awaited from a person; archive nothing.")] = False,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Archive a file that you downloaded by hand.

    It then serves every spec of that data set and release. Files in the inbox are landed by the next run.

    Example: yhovi land ons/ashe-table-8-7a pay.csv --release 2025-provisional
    """
    from ..engine.run.assembly import open_bronze
    from ..engine.run.landing import land_file

    place = Place(settings, catalogue)
    if listing:
        _show_awaited(place, said=bool(dataset or file or release), as_json=as_json)
        return
    if not dataset or file is None or not release:
        raise UsageError("Say the data set, the file and its --release.", "yhovi land --list says what is awaited.")
    bronze = open_bronze(place.settings, place.world())
    landed = land_file(dataset, file, release, place.specs, bronze, now())
    if as_json:
        print_json(landed.described())
    else:
        print(landed.sentence())


def _show_awaited(place: Place, *, said: bool, as_json: bool) -> None:
    """What is awaited from a person, and what lies in the inbox."""
    from ..engine.run.assembly import open_bronze
    from ..engine.run.operations.awaited import awaited
    from ..engine.run.operations.awaited_text import awaited_text

    if said:
        raise UsageError("--list lands nothing.", "Leave the rest out, or leave --list out.")
    place.say_catalogue()
    found = awaited(place.settings, place.specs, open_bronze(place.settings, place.world()), now())
    if found.note:
        note(found.note)
    if as_json:
        print_json(found.described())
        return
    if found.awaited:
        show_rows([one.row() for one in found.awaited], as_json=False)
    else:
        print("Nothing is awaited from a person: scripts can fetch whatever this catalogue asks for.")
    print(f"\n{awaited_text(found)}")


@app.command()
def status(
    late: Annotated[bool, typer.Option("--late", help="Those of which newer figures are overdue.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Those of which newer figures should come out by now.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Those that failed when they were run last.")] = False,
    domain: Domains = None,
    subdomain: Subdomains = None,
    source: Sources = None,
    tag: Tags = None,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what is loaded, what failed last, what is due.

    For each indicator the latest period, the last load, the last failure, and when newer figures are expected. With
    several of --late, --due and --failed, those of any.

    Example: yhovi status --late --failed --demo
    """
    from ..engine.run.operations.status import overview

    place = Place(settings, catalogue)
    specs = _specs_if_right(place)
    seen = overview(place.settings, specs, now(), demo=demo, said=database_url)
    if domain or subdomain or source or tag:
        meant = place.chosen(_selection((), (), True, domain, subdomain, source, tag))
        seen = seen.of([spec.id for spec in meant])
    note(seen.database)
    if not as_json:
        note(seen.headline)
    states = [state for state, said in {"late": late, "due": due}.items() if said]
    if states or failed:
        seen = seen.only(states, failed=failed)
    show_rows([one.described() if as_json else one.line() for one in seen.standings], as_json=as_json)


def _specs_if_right(place: Place) -> tuple[Spec, ...] | None:
    """The catalogue; without it what is loaded can be told all the same, and why is said."""
    try:
        specs = place.specs
    except SpecError as error:
        note(f"what is due can't be told: {error.message} yhovi validate-specs names each.")
        return None
    place.say_catalogue()
    return specs


@app.command()
def doctor(
    live: Annotated[bool, typer.Option("--live", help="Also ask each source once whether it can be reached.")] = False,
    demo: OfDemo = False,
    database_url: DatabaseUrl = "",
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Examine this installation, and say the cures.

    Settings, catalogue, data folder, database, secrets, clock, proxy and certificates; with --live the sources.

    Example: yhovi doctor --live
    """
    from ..engine.run.operations.doctor import Patient, examine
    from ..engine.run.sources.reaching import reached

    place = Place(settings, catalogue)
    patient = Patient(
        settings=lambda: place.settings,
        catalogue=lambda: place.catalogue,
        secret=place.secret,
        secret_names=SECRETS,
        now=now(),
        here=Path.cwd(),
        demo=demo,
        database_url=database_url,
        variable=place.variable,
        reach=(lambda plans: reached(plans, place.settings, place.world(), version_of_yhovi())) if live else None,
    )
    symptoms = examine(patient)
    show_rows([symptom.described() for symptom in symptoms], as_json=as_json)
    raise typer.Exit(max((symptom.exit_code for symptom in symptoms), default=EXIT_OK))


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(version_of_yhovi())
        raise typer.Exit


def _selection(
    ids: Sequence[str] | None,
    indicators: Sequence[str] | None,
    every: bool,
    domains: Sequence[str] | None,
    subdomains: Sequence[str] | None,
    sources: Sequence[str] | None,
    tags: Sequence[str] | None,
) -> Selection:
    """Which indicators are meant, by what was typed."""
    from ..engine.selection import Selection

    meant = (*(ids or ()), *(indicators or ()))
    said = (tuple(names or ()) for names in (domains, subdomains, sources, tags))
    return Selection(meant, every, *said)


def _errand(place: Place, *, demo: bool, replay: bool, as_run: str | None, **further: Any) -> Errand:
    """What is asked for, if its options go together."""
    from ..engine.run.assembly import Errand

    if demo and replay:
        raise UsageError("--demo and --replay exclude each other.", "--demo has recorded answers of its own.")
    if as_run and not replay:
        raise UsageError("--as-run goes with --replay.")
    mode: Literal["demo", "replay", "live"] = "demo" if demo else "replay" if replay else "live"
    return Errand(mode, typed(), place.recordings, version_of_yhovi(), as_run=as_run, **further)


def main() -> int:
    """The entry point: runs a command and turns what went wrong into a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What is piped on Windows would else be written in the machine's old code page.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if sys.argv[1:] == ["--version"]:
        print(version_of_yhovi())
        return EXIT_OK
    try:
        app()
    except SpecError as error:
        print_problems(error.problems)
        print_error(error)
        return error.exit_code
    except YhoviError as error:
        print_error(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (the last one to hear of it)
        print_error(BugError(error))
        return EXIT_BUG
    return EXIT_OK
