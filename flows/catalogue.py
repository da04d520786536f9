"""The flows: the indicators of one sub-domain, and all sub-domains one after another."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event
from prefect.states import Completed, Failed, State
from prefect.utilities.annotations import quote

from ..cli.place import now, version_of_yhovi
from ..engine.run.assembly import Errand
from ..engine.run.due import due
from ..engine.run.outcome import Outcome
from ..engine.selection import Selection
from ..engine.spec import Spec
from .office import Office
from .work import UnfinishedError, Work

EVENT = "yhovi.pipeline.extract.failed"
"""What is emitted for each indicator that failed."""

RETRY_DELAYS = (60, 300, 900)
"""After how many seconds each further try begins."""


def _worth_another_try(_task: Any, _run: Any, state: State) -> bool:
    error = state.result(raise_on_failure=False)
    return not isinstance(error, UnfinishedError) or error.again


@task(
    name="yhovi-run",
    task_run_name="{work.subdomain}",
    retries=len(RETRY_DELAYS),
    retry_delay_seconds=list(RETRY_DELAYS),
    retry_condition_fn=_worth_another_try,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_indicators(work: Work) -> None:
    """Run what isn't done yet; each try is only for what failed before."""
    logging.getLogger("yhovi").setLevel(logging.INFO)  # Prefect shows its lines, and leaves its level as it is
    work.attempt()


@flow(name="yhovi-subdomain", flow_run_name="{subdomain}", persist_result=False)
def one_subdomain(
    subdomain: str,
    settings: str | None = None,
    catalogue: str | None = None,
    demo: bool = False,
    only_due: bool = False,
    dependants: bool = True,
) -> State:
    """Run the indicators of one sub-domain; an event tells of each that failed.

    Args:
        subdomain: As the specs call it, such as health.
        settings: The settings file.
        catalogue: The folder that holds the specs.
        demo: Recorded answers, and a database for demonstrations.
        only_due: Only what newer figures are due of, what failed last, or lies in the inbox.
        dependants: Also what is made of these, in whatever sub-domain.
    """
    office = Office(settings, catalogue)
    errand = _errand(office, f"flow yhovi-subdomain {subdomain}", demo=demo)
    specs = _specs(office, subdomain, errand, only_due=only_due, dependants=dependants)
    work = Work(subdomain, specs, office, errand)
    run_indicators(quote(work), return_state=True)
    return _told(work)


@flow(name="yhovi-catalogue", persist_result=False)
def whole_catalogue(
    settings: str | None = None, catalogue: str | None = None, demo: bool = False, only_due: bool = False
) -> State:
    """Run every sub-domain, one after another; one that fails stops no other.

    Args:
        settings: The settings file.
        catalogue: The folder that holds the specs.
        demo: Recorded answers, and a database for demonstrations.
        only_due: Only what newer figures are due of, what failed last, or lies in the inbox.
    """
    names = subdomains(Office(settings, catalogue).specs)
    said = {"settings": settings, "catalogue": catalogue, "demo": demo, "only_due": only_due}
    said["dependants"] = only_due  # else the turn of all of them comes
    states = {}
    for name in names:
        # a flow of its own for each, by which Prefect shows and filters runs; sources want to be asked in turn
        own = one_subdomain.with_options(name=f"yhovi-{name.replace('_', '-')}")
        states[name] = own(name, **said, return_state=True)
    told = [f"{state.message}" for state in states.values() if not state.is_completed()]
    if told:
        return Failed(message=f"{len(told)} of {len(names)} sub-domains have failures.\n" + "\n".join(told))
    return Completed(message=f"All {len(names)} sub-domains are well.")


def subdomains(specs: Sequence[Spec]) -> list[str]:
    """The sub-domains that have indicators to run, in the catalogue's order."""
    return list(dict.fromkeys(spec.subdomain for spec in specs if not spec.draft))


def _errand(office: Office, command: str, *, demo: bool) -> Errand:
    mode: Literal["demo", "live"] = "demo" if demo else "live"
    return Errand(mode, command, office.recordings, version_of_yhovi())


def _specs(office: Office, subdomain: str, errand: Errand, *, only_due: bool, dependants: bool) -> tuple[Spec, ...]:
    """Those of the sub-domain that run, with what they are made of, and maybe what is made of them."""
    selection = Selection(subdomains=(subdomain,))
    if not dependants:
        selection = Selection(ids=tuple(spec.id for spec in office.chosen(selection) if not spec.draft))
    wanted = partial(due, errand=errand, settings=office.settings, now=now()) if only_due else None
    return office.to_run(selection, drafts=False, due=wanted)


def _told(work: Work) -> State:
    """How the flow ends, once everybody who should know was told."""
    logger = get_run_logger()
    for outcome in work.outcomes.values():
        for warning in outcome.warnings:
            logger.warning("%s: %s", outcome.indicator_id, warning)
    for outcome in work.failed:
        _emit(work, outcome)
    if table := work.table():
        key = f"yhovi-{work.subdomain.replace('_', '-')}"
        create_table_artifact(key=key, table=table, description=work.summary)
    return Failed(message=work.summary) if work.failed else Completed(message=work.summary)


def _emit(work: Work, outcome: Outcome) -> None:
    """Tell of an indicator that failed: what is said of it is said without secrets."""
    error = outcome.error
    payload = {
        "indicator": outcome.indicator_id,
        "subdomain": work.subdomain,
        "status": outcome.status,
        "cause": error.message if error else "",
        "cure": error.cure if error else "",
        "exit_code": error.exit_code if error else 0,
        "run_id": work.run_id,
    }
    resource = {
        "prefect.resource.id": f"yhovi.indicator.{outcome.indicator_id}",
        "prefect.resource.name": outcome.indicator_id,
    }
    emit_event(event=EVENT, resource=resource, payload=payload)
