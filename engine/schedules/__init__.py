"""What starts yhovi on its own: jobs as cron, Task Scheduler, systemd, GitHub and Prefect read them. Only texts."""

from .job import Job, Paper, Time, When
from .kinds import KINDS, Kind
from .windows import import_command

__all__ = ("KINDS", "Job", "Kind", "Paper", "Time", "When", "import_command")
