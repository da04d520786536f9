"""Lines of a crontab, between marks, so that they are found again among other people's."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from .job import Job, Paper, refuse

_LONGEST = 998  # what Debian's cron takes of a line


def crontab(jobs: Sequence[Job]) -> tuple[Paper, ...]:
    """The lines that start these jobs.

    Raises:
        UsageError: A path has a backslash, or a line is too long for cron.
    """
    name = jobs[0].name
    lines = [
        begin(name),
        "# Times are UTC. The cron of Red Hat, Fedora and SUSE heeds CRON_TZ for all lines below it: keep these last.",
        "# That of Debian and Ubuntu goes by the machine's time zone: where it isn't UTC, say another time with --at.",
        "CRON_TZ=UTC",
        *(line for job in jobs for line in (f"# {job.about}", _line(job))),
        end(name),
    ]
    return (Paper(f"{name}.crontab", "".join(f"{line}\n" for line in lines)),)


def begin(name: str) -> str:
    """The mark before the lines."""
    return f"# begin {name}"


def end(name: str) -> str:
    """The mark after the lines."""
    return f"# end {name}"


def _line(job: Job) -> str:
    line = f"{job.when.cron} cd {shlex.quote(job.folder)} && {shlex.join(job.command)}"
    if "\\" in line:
        # whether a backslash before another is one or two depends on whose cron it is
        said = next(part for part in (job.folder, *job.command) if "\\" in part)
        raise refuse(said, "cron", "Use a path without a backslash.")
    escaped = line.replace("%", "\\%")  # cron makes a line end of a bare one
    if len(escaped.encode()) > _LONGEST:
        raise refuse(escaped, "cron, whose lines have at most 998 bytes", "Use shorter paths.")
    return escaped
