"""A workflow of GitHub Actions for each job, for the repository that holds yhovi and its catalogue."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageError
from .job import Job, Paper
from .writing import document

SECRETS = ("NOMIS_API_KEY", "STATXPLORE_API_KEY", "YHOVI_DATABASE_URL", "YHOVI_DATABASE_PASSWORD")
"""The secrets of the repository that a run is given; one that isn't there is empty, which counts as not said."""

_DATA = "yhovi-data"
_COMMENTS = (
    "GitHub reads the time as UTC, and may begin some minutes late.",
    "A runner keeps nothing: without a server's database (the secret YHOVI_DATABASE_URL) what is loaded is only in the",
    "artefact of the run.",
)


def workflows(jobs: Sequence[Job]) -> tuple[Paper, ...]:
    """The workflow of each job.

    Raises:
        UsageError: The settings or the catalogue lie outside the repository.
    """
    return tuple(Paper(f"{job.name}.yml", document((job.about, *_COMMENTS), _workflow(job))) for job in jobs)


def _workflow(job: Job) -> Mapping[str, Any]:
    secrets = {name: f"${{{{ secrets.{name} }}}}" for name in (*SECRETS, *job.secrets)}
    return {
        "name": job.name,
        "on": {"schedule": [{"cron": job.when.cron}], "workflow_dispatch": {}},
        "permissions": {"contents": "read"},
        "concurrency": {"group": job.name},
        "jobs": {
            "run": {
                "runs-on": "ubuntu-latest",
                "timeout-minutes": 180,
                "defaults": {"run": {"shell": "bash"}},
                "env": {**secrets, "YHOVI_DATA_ROOT": _DATA},
                "steps": _steps(job),
            }
        },
    }


def _steps(job: Job) -> list[Mapping[str, Any]]:
    command = shlex.join(("yhovi", *job.arguments, *_options(job)))
    kept = {
        "name": "yhovi-${{ github.run_id }}-${{ github.run_attempt }}",
        "path": f"run.log\nsummary.txt\n{_DATA}\n",
        "include-hidden-files": True,
        "if-no-files-found": "warn",
        "retention-days": 30,
    }
    return [
        {"uses": "actions/checkout@v5", "with": {"persist-credentials": False}},
        {"uses": "actions/setup-python@v6", "with": {"python-version": "3.13"}},
        {
            "name": "Install what production installs",
            "run": f"pip install --require-hashes -r requirements/run.txt\npip install --no-deps .\nmkdir {_DATA}\n",
        },
        {"name": job.about, "run": f"{command} 2> >(tee run.log >&2) | tee summary.txt"},
        {
            "name": "Keep the logs, the raw answers and the database",
            "if": "${{ !cancelled() }}",
            "uses": "actions/upload-artifact@v4",
            "with": kept,
        },
    ]


def _options(job: Job) -> tuple[str, ...]:
    """The settings and the catalogue, from the repository's folder."""
    said = (("--settings", job.settings), ("--catalogue", job.catalogue))
    return tuple(part for option, path in said if path for part in (option, _inside(path, job.folder)))


def _inside(path: str, folder: str) -> str:
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        message = f"{path} lies outside the repository {folder}, so that GitHub doesn't have it."
        raise UsageError(message, "Start this command in the repository's folder, with files that are in it.") from None
