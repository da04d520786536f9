"""A ``prefect.yaml``: a deployment with a schedule for each job, and one without for each sub-domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .job import Job, Paper, refuse
from .writing import document

POOL = "yhovi-default"
WHOLE = "yhovi.flows.catalogue.whole_catalogue"
PART = "yhovi.flows.catalogue.one_subdomain"
"""The flows, as Prefect finds them."""

_COMMENTS = (
    "Deploy with: prefect work-pool create yhovi-default --type process && prefect --no-prompt deploy --all",
    "The jobs with a schedule run sub-domain after sub-domain; those of single sub-domains are for running by hand.",
)


def deployments(jobs: Sequence[Job], subdomains: Sequence[str]) -> tuple[Paper, ...]:
    """The file that ``prefect deploy --all`` reads.

    Raises:
        UsageError: A path has something in it that Prefect takes for a variable.
    """
    first = jobs[0]
    for said in (first.folder, *first.options):
        if "{{" in said:
            raise refuse(said, "Prefect, which takes {{ for a variable", "Use another path.")
    data = {
        "name": first.name,
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": first.folder}}],
        "deployments": [*map(_scheduled, jobs), *(_by_hand(first, name) for name in subdomains)],
    }
    return (Paper("prefect.yaml", document(_COMMENTS, data)),)


def _scheduled(job: Job) -> Mapping[str, Any]:
    schedule = {"cron": job.when.cron, "timezone": "UTC", "active": True}
    parameters = {**_parameters(job), "only_due": "--only-due" in job.arguments}
    return {**_deployment(job.name, job.about, WHOLE, parameters), "schedules": [schedule]}


def _by_hand(job: Job, subdomain: str) -> Mapping[str, Any]:
    about = f"Run the indicators of {subdomain.replace('_', ' ')}"
    name = f"{job.name}-{subdomain.replace('_', '-')}"
    return {**_deployment(name, about, PART, {"subdomain": subdomain, **_parameters(job)}), "schedules": []}


def _deployment(name: str, about: str, flow: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    # with this variable Prefect shows what yhovi logs
    pool = {"name": POOL, "job_variables": {"env": {"PREFECT_LOGGING_EXTRA_LOGGERS": "yhovi"}}}
    said = {"name": name, "description": about, "tags": ["yhovi"], "entrypoint": flow}
    return {**said, "parameters": parameters, "work_pool": pool}


def _parameters(job: Job) -> Mapping[str, Any]:
    said = {"settings": job.settings, "catalogue": job.catalogue}
    return {name: path for name, path in said.items() if path}
