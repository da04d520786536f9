"""A timer and a service of systemd for each job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .job import Job, Paper, refuse

_PLAIN = re.compile(r"[A-Za-z0-9_./=:@,+-]+", re.ASCII)


def units(jobs: Sequence[Job]) -> tuple[Paper, ...]:
    """The units that start these jobs.

    Raises:
        UsageError: The folder begins or ends with a blank, which systemd cuts off.
    """
    return tuple(paper for job in jobs for paper in (_timer(job), _service(job)))


def _timer(job: Job) -> Paper:
    first, last = job.when.first, job.when.last
    day = f"{first:02}" if first == last else f"{first:02}..{last:02}"
    sections = (
        ("Unit", (("Description", f"{job.name}: {_literal(job.about)}"),)),
        # Persistent: a machine that was off at that time makes up for it when it is on again
        ("Timer", (("OnCalendar", f"*-*-{day} {job.when.time}:00 UTC"), ("Persistent", "true"))),
        ("Install", (("WantedBy", "timers.target"),)),
    )
    return Paper(f"{job.name}.timer", _unit(sections))


def _service(job: Job) -> Paper:
    if job.folder != job.folder.strip() or job.folder.endswith("\\"):
        raise refuse(
            job.folder, "systemd", "Use a folder whose name neither begins nor ends with a blank or backslash."
        )
    sections = (
        ("Unit", (("Description", _literal(job.about)),)),
        (
            "Service",
            (
                ("Type", "oneshot"),
                ("WorkingDirectory", _literal(job.folder)),
                ("ExecStart", " ".join(map(_word, job.command))),
            ),
        ),
    )
    return Paper(f"{job.name}.service", _unit(sections))


def _unit(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    written = (f"[{name}]\n" + "".join(f"{key}={said}\n" for key, said in lines) for name, lines in sections)
    return "\n".join(written)


def _literal(said: str) -> str:
    """A text in which systemd finds no specifier."""
    return said.replace("%", "%%")


def _word(said: str) -> str:
    r"""One word of a command line.

    >>> print(_word("/srv/50% of \"it\"/x"))
    "/srv/50%% of \"it\"/x"
    >>> print(_word("--all"))
    --all
    """
    if _PLAIN.fullmatch(said):
        return said
    escaped = _literal(said).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'
