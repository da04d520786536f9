"""The command that writes what starts yhovi on its own, and tells whether what was written is still right."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.errors import StorageError, UsageError
from .options import CatalogueFolder, SettingsFile
from .place import SECRETS, Place
from .terminal import note

if TYPE_CHECKING:
    from ..engine.schedules import Job, Kind, Paper

_SAID_ANYWAY = ("YHOVI_SETTINGS", "YHOVI_CATALOGUE")  # what they name stands in the command
_ON_THIS_MACHINE = ("cron", "windows", "systemd")
_BOTH = "Run every indicator", "Run the indicators of which newer figures are due"


def schedule(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="cron, windows, systemd, github or prefect.")],
    at: Annotated[str, typer.Option("--at", help="The time of day, in UTC.")] = "06:00",
    by: Annotated[str, typer.Option("--by", help="job: all once a month. cadence: also daily what is due.")] = "job",
    name: Annotated[str, typer.Option("--name", help="What the scheduler calls it.")] = "yhovi",
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write, or the folder; else it is shown.")
    ] = None,
    check: Annotated[Path | None, typer.Option("--check", help="Compare this file or folder; - for the input.")] = None,
    catalogue: CatalogueFolder = None,
    settings: SettingsFile = None,
) -> None:
    """Write what starts yhovi on its own.

    A line of a crontab, a task for Windows, systemd's units, a workflow of GitHub, or a prefect.yaml. The job runs in
    this folder, with the settings that are in use here, on the first of the month at 06:00 UTC.

    Example: yhovi schedule cron --by cadence
    """
    from ..engine.schedules import KINDS

    if kind not in KINDS:
        raise UsageError(f"There is no schedule for {kind}.", f"Allowed are {', '.join(KINDS)}.")
    if out and check:
        raise UsageError("--out and --check exclude each other.")
    place = Place(settings, catalogue)
    jobs = tuple(_jobs(place, at, by, name, catalogue))
    papers = KINDS[kind].papers(jobs, _subdomains(place) if kind == "prefect" else ())
    if check:
        _compare(kind, KINDS[kind], papers, check)
        return
    _say_what_it_lacks(kind, jobs[0].secrets)
    if out or kind == "windows":
        _write(papers, out or Path.cwd(), jobs)
    else:
        _show(papers)
    note(KINDS[kind].install)


def _jobs(place: Place, at: str, by: str, name: str, catalogue: Path | None) -> Iterator[Job]:
    """What is to be started, in this folder and with what is in use here."""
    from ..engine.schedules import Job, Time, When

    if by not in ("job", "cadence"):
        raise UsageError(f"--by {by} isn't known.", "Allowed are job and cadence.")
    if not sys.executable:
        raise UsageError("It can't be told which Python this is.", "Start yhovi from a virtual environment.")
    # -P: the folder in which the job runs may hold anything, also a file called like a module
    program = (sys.executable, "-P", "-m", "yhovi.cli")
    file, time = place.settings.file, Time.parse(at)
    named = catalogue or (Path(said) if (said := place.environment.get("YHOVI_CATALOGUE")) else None)
    in_use = {
        "settings": None if file is None else str(file.absolute()),
        "catalogue": None if named is None else str(named.absolute()),
    }
    folder = str(Path.cwd())
    arguments = ("run", "--all")
    secrets = tuple(dict.fromkeys(one.secret for one in place.settings.notify.channels if one.secret))
    yield Job(name, _BOTH[0], program, arguments, When(time, 1, 1), folder, **in_use, secrets=secrets)
    if by == "cadence":
        rest = When(time, 2, 31)  # on the first everything is run anyway
        yield Job(f"{name}-due", _BOTH[1], program, (*arguments, "--only-due"), rest, folder, **in_use, secrets=secrets)


def _subdomains(place: Place) -> Sequence[str]:
    """Those of the catalogue, in its order."""
    return list(dict.fromkeys(spec.subdomain for spec in place.specs if not spec.draft))


def _show(papers: Sequence[Paper]) -> None:
    for paper in papers:
        if len(papers) > 1:
            print(f"# {paper.name}")
        print(paper.text)


def _write(papers: Sequence[Paper], out: Path, jobs: Sequence[Job]) -> None:
    """Write every file, and say where; for a task of Windows also what imports it."""
    from ..engine.schedules import import_command

    if len(papers) > 1 and out.exists() and not out.is_dir():
        raise UsageError(f"There are {len(papers)} files to write, and {out} is one.", "Name a folder.")
    for file, paper in _files(papers, out).items():
        _write_one(file, paper.content)
        note(f"written: {file.absolute()}")
        if file.suffix == ".xml" and paper.encoding == "utf-16":
            job = next(job for job in jobs if paper.name == f"{job.name}.xml")
            print(import_command(job.name, str(file.absolute()), _user()))


def _files(papers: Sequence[Paper], out: Path) -> Mapping[Path, Paper]:
    """Where each goes: the only one into the file that is named, several into the folder."""
    if len(papers) == 1 and not out.is_dir():
        return {out: papers[0]}
    return {out / paper.name: paper for paper in papers}


def _write_one(file: Path, content: bytes) -> None:
    """Write beside, look at what was written, then move: nobody ever finds half a file."""
    beside = file.with_name(f"{file.name}.{uuid.uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        if beside.read_bytes() != content:
            raise StorageError(f"{beside} doesn't hold what was written to it.", "Check the disk.")
        beside.replace(file)
    except OSError as error:
        raise StorageError(f"{file} can't be written: {error.strerror}.", "Check the folder and its rights.") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def _compare(kind: str, how: Kind, papers: Sequence[Paper], check: Path) -> None:
    """Say that what is installed is right.

    Raises:
        UsageError: It isn't; says what differs, and how to renew it.
    """
    if len(papers) > 1 and not check.is_dir():
        # of several that are installed apart, one
        papers = [paper for paper in papers if paper.name == check.name]
        if not papers:
            raise UsageError(
                f"{_named(check)} is none of the files of this schedule.", "Name the folder that has them."
            )
    renew = f"Write it again with the same options and --out instead of --check. {how.install}".rstrip()
    for file, paper in _files(papers, check).items():
        differs = how.difference(_read(file), paper.text)
        if differs:
            raise UsageError(f"The schedule in {_named(file)} is stale: {differs}.", renew)
    print(f"The schedule for {kind} is current: {', '.join(map(_named, _files(papers, check)))}")


def _named(file: Path) -> str:
    return "the input" if file == Path("-") else str(file)


def _read(file: Path) -> str:
    """What is installed, in whatever encoding: Windows writes UTF-16, or what its console has."""
    import locale

    try:
        content = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.", "Check the path.") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # a redirected console of Windows has the code page of the console, not that of the system
        return content.decode("oem" if os.name == "nt" else locale.getencoding(), errors="replace")


def _say_what_it_lacks(kind: str, secrets: Sequence[str]) -> None:
    """Tell of variables that are set here and that the job won't have, and of a machine of another kind."""
    from dotenv import dotenv_values

    if kind not in _ON_THIS_MACHINE:
        return
    if (kind == "windows") != (os.name == "nt"):
        note(f"warning: this isn't a machine that has {kind}; the paths are this machine's.")
    kept = dotenv_values(".env", encoding="utf-8") if Path(".env").is_file() else {}
    names = [name for name in sorted(os.environ) if name.startswith("YHOVI_") or name in (*SECRETS, *secrets)]
    lost = [name for name in names if os.environ[name] and name not in kept and name not in _SAID_ANYWAY]
    if lost:
        note(f"warning: the job won't have what only this console has: {', '.join(lost)}.")
        note(f"  Write it into {Path('.env').absolute()}, which only its owner should be able to read.")


def _user() -> str:
    """Who is logged on, as Windows calls them."""
    said = [os.environ.get(name, "") for name in ("USERDOMAIN", "USERNAME")]
    return "\\".join(said) if all(said) else "DOMAIN\\user"
