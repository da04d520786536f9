"""Every scheduler that a schedule can be written for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .comparing import marked_difference, task_difference, text_difference, yaml_difference
from .cron import crontab
from .github import workflows
from .job import Job, Paper
from .prefect import deployments
from .systemd import units
from .windows import tasks

Writer = Callable[[Sequence[Job], Sequence[str]], tuple[Paper, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a scheduler reads, and how a file that it has is compared with what would be written."""

    papers: Writer
    difference: Callable[[str, str], str]
    install: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "cron": Kind(lambda jobs, _: crontab(jobs), marked_difference, "Put its lines at the end of: crontab -e"),
        "windows": Kind(lambda jobs, _: tasks(jobs), task_difference, ""),
        "systemd": Kind(
            lambda jobs, _: units(jobs),
            text_difference,
            "Put them into ~/.config/systemd/user, then: systemctl --user daemon-reload",
        ),
        "github": Kind(lambda jobs, _: workflows(jobs), yaml_difference, "It belongs into .github/workflows."),
        "prefect": Kind(deployments, yaml_difference, "In its folder: prefect --no-prompt deploy --all"),
    }
)
