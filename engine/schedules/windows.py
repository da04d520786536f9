"""Task Scheduler's XML, as Microsoft documents it ([MS-TSCH] 2.5), and the command that imports it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from subprocess import list2cmdline
from xml.etree import ElementTree as ET

from .job import Job, Paper, When, refuse

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

# Task Scheduler wants a first day, and the same command must always write the same file.
_FIRST_DAY = "2026-01-01"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VARIABLE = re.compile(r"%[^%]+%|\$\(Arg[0-9]+\)")
_AUTHOR = "Author"


def tasks(jobs: Sequence[Job]) -> tuple[Paper, ...]:
    """The file of each job.

    Raises:
        UsageError: A path has something in it that Task Scheduler takes for a variable.
    """
    return tuple(Paper(f"{job.name}.xml", _text(job), "utf-16") for job in jobs)


def import_command(name: str, file: str, user: str) -> str:
    r"""What imports the file of a job, in a console of Windows; it asks for the user's password.

    >>> print(import_command("yhovi", "C:\\a b\\yhovi.xml", "COUNCIL\\ann"))
    schtasks /Create /TN yhovi /XML "C:\a b\yhovi.xml" /RU "COUNCIL\ann" /RP * /F
    """
    return f'schtasks /Create /TN {name} /XML "{file}" /RU "{user}" /RP * /F'


def _text(job: Job) -> str:
    task = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    _fill(ET.SubElement(task, "RegistrationInfo"), {"Description": f"{job.about} ({job.when})"})
    _add_trigger(ET.SubElement(task, "Triggers"), job.when)
    principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", {"id": _AUTHOR})
    # with the password it runs when nobody is logged on, and reaches shares and databases as that user
    _fill(principal, {"LogonType": "Password", "RunLevel": "LeastPrivilege"})
    # only what differs from Task Scheduler's own defaults: it leaves out the others when it shows a task
    settings = {"DisallowStartIfOnBatteries": "false", "StopIfGoingOnBatteries": "false", "StartWhenAvailable": "true"}
    _fill(ET.SubElement(task, "Settings"), {**settings, "ExecutionTimeLimit": "P1D"})
    _fill(ET.SubElement(ET.SubElement(task, "Actions", {"Context": _AUTHOR}), "Exec"), _action(job))
    ET.indent(task)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{ET.tostring(task, encoding="unicode")}\n'


def _add_trigger(triggers: ET.Element, when: When) -> None:
    trigger = ET.SubElement(triggers, "CalendarTrigger")
    _fill(trigger, {"StartBoundary": f"{_FIRST_DAY}T{when.time}:00Z"})
    schedule = ET.SubElement(trigger, "ScheduleByMonth")
    days = ET.SubElement(schedule, "DaysOfMonth")
    for day in when.days:
        _fill(days, {"Day": f"{day}"})
    months = ET.SubElement(schedule, "Months")
    for month in _MONTHS:
        ET.SubElement(months, month)


def _action(job: Job) -> dict[str, str]:
    for said in (*job.command, job.folder):
        if _VARIABLE.search(said):
            raise refuse(said, "Task Scheduler, which takes %…% for a variable", "Use a path without two %.")
    command, *arguments = job.command
    return {"Command": command, "Arguments": list2cmdline(arguments), "WorkingDirectory": job.folder}


def _fill(parent: ET.Element, said: dict[str, str]) -> None:
    for name, text in said.items():
        ET.SubElement(parent, name).text = text
