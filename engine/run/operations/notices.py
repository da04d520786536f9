"""Tells people and other programs what came of a run. Nothing that goes wrong here makes a run any worse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...errors import SpecError, YhoviError
from ...http import post
from ...notices import channels, files, mail
from ...notices.channels import Channel, NoticeError
from ...notices.lineage import Job, events
from ...notices.message import Notice, compose, trial
from ...notices.report import Report, Told
from ...notices.shapes import shaped
from ...settings import Settings
from ...spec import Spec
from ...warehouse.values import Event
from ...warehouse.warehouse import Warehouse
from ..assembly import World
from ..outcome import Outcome, Result

_PAUSE = 2.0
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of telling somebody: ``trouble`` says in a clause why it didn't get there."""

    channel: str
    trouble: str = ""
    kind: str = "notice"

    def __str__(self) -> str:
        return f"{self.channel}: {f'not sent, as {self.trouble}' if self.trouble else 'sent'}"

    @property
    def event(self) -> str:
        """What the audit calls it."""
        return f"{self.kind}_{'failed' if self.trouble else 'sent'}"

    def described(self) -> dict[str, Any]:
        """As a line of a listing."""
        return {"channel": self.channel, "sent": not self.trouble, "trouble": self.trouble}


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells: with which settings, in which world, as which version of yhovi."""

    settings: Settings
    world: World
    command: str
    version: str

    def report(self, result: Result) -> Report:
        """What there is to tell of a run."""
        return Report(
            installation=self.settings.environment,
            command=self.command,
            at=self.world.now(),
            exit_code=result.exit_code,
            run_id=result.run_id,
            indicators=tuple(map(_told, result.outcomes)),
            left=tuple(str(arrival) for arrival in result.arrivals if arrival.outcome != "landed"),
        )

    def report_of(self, error: YhoviError, exit_code: int | None = None) -> Report:
        """What there is to tell of a run that came to nothing."""
        return Report(
            installation=self.settings.environment,
            command=self.command,
            at=self.world.now(),
            exit_code=error.exit_code if exit_code is None else exit_code,
            cause="\n".join([error.message, *_problems(error)]),
            cure=error.cure,
        )

    def tell(self, report: Report) -> tuple[Delivery, ...]:
        """Tell whoever wants to hear of it, through every channel."""
        notify = self.settings.notify
        return self._sent(compose(report)) if notify.channels and report.is_wanted(notify.when) else ()

    def try_all(self) -> tuple[Delivery, ...]:
        """Send a message to try every channel."""
        return self._sent(trial(self.settings.environment))

    def tell_lineage(self, result: Result, specs: Iterable[Spec]) -> tuple[Delivery, ...]:
        """Tell OpenLineage's events of a run, where they are to go."""
        to = self.settings.lineage
        if not to.is_set:
            return ()
        by_id = {spec.id: spec for spec in specs}
        jobs = [job for outcome in result.outcomes for job in _jobs(outcome, by_id)]
        said = [event for job in jobs for event in events(job, result.run_id, to.namespace)]
        ways = [("OpenLineage", partial(self._post_events, deque(said), to.url))] if to.url else []
        ways += [(f"OpenLineage, file {to.file}", partial(files.add_lines, to.file, said))] if to.file else []
        return tuple(self._attempted(name, send, "lineage") for name, send in ways) if said else ()

    def write_down(self, deliveries: Sequence[Delivery], run_id: str, url: str, *, demo: bool) -> None:
        """Add to the audit of the run's database who was told, and who could not be.

        Raises:
            StorageError: The database can't be written.
        """
        if not deliveries:
            return
        world = self.world
        with Warehouse.open(url, demo=demo, now=world.now(), create=False, sleep=world.sleep) as warehouse:
            for one in deliveries:
                warehouse.record_event(Event(world.now(), run_id, None, one.event, str(one)))

    def _sent(self, notice: Notice) -> tuple[Delivery, ...]:
        return tuple(
            self._attempted(str(channel), partial(self._send, channel, notice), "notice")
            for channel in self.settings.notify.channels
        )

    def _send(self, channel: Channel, notice: Notice) -> None:
        world = self.world
        match channel:
            case channels.Email():
                password = world.secret(channels.PASSWORD_VARIABLE)
                mail.send_mail(channel, notice, mail.Stamp(world.now(), world.new_id()), password)
            case channels.Webhook(url_env=name):
                url = world.secret(name)
                if not url:
                    raise NoticeError(f"the environment variable {name} isn't set", passing=False)
                self._post(url, shaped(notice, channel.shape))
            case channels.NoticeFile():
                files.add_notice(channel, notice, f"{world.now():%Y-%m-%d %H:%M} UTC")

    def _post_events(self, waiting: deque[Mapping[str, Any]], url: str) -> None:
        """Post what was not posted yet."""
        while waiting:
            self._post(url, waiting[0], plain=True)
            waiting.popleft()

    def _post(self, url: str, body: Mapping[str, Any], *, plain: bool = False) -> None:
        posted = post(url, body, f"yhovi/{self.version}", plain=plain, trust_env=True)
        if posted.trouble:
            raise NoticeError(posted.trouble, passing=posted.passing)

    def _attempted(self, name: str, send: Callable[[], None], kind: str) -> Delivery:
        """Send, and once more if that may help."""
        try:
            try:
                send()
            except NoticeError as error:
                if not error.passing:
                    raise
                self.world.sleep(_PAUSE)
                send()
        except NoticeError as error:
            return Delivery(name, f"{error.why}{' (2 attempts)' if error.passing else ''}", kind)
        except Exception as error:  # noqa: BLE001  (what can't be told must not end a run; its text may hold a secret)
            return Delivery(name, f"there is a bug in yhovi ({type(error).__name__})", kind)
        return Delivery(name, kind=kind)


def _told(outcome: Outcome) -> Told:
    counts, error = outcome.counts, outcome.error
    return Told(
        indicator=outcome.indicator_id,
        status=outcome.status,
        new=counts.new,
        changed=counts.changed,
        withdrawn=counts.withdrawn,
        held=counts.held,
        cause=error.message if error else "",
        cure=error.cure if error else "",
        warnings=outcome.warnings,
    )


def _problems(error: YhoviError) -> list[str]:
    """The problems of specs, each on its lines; of very many only the first."""
    problems = error.problems if isinstance(error, SpecError) else ()
    more = len(problems) - _MOST_PROBLEMS
    return [*map(str, problems[:_MOST_PROBLEMS]), *([f"… and {more} more"] if more > 0 else [])]


def _jobs(outcome: Outcome, specs: Mapping[str, Spec]) -> list[Job]:
    """The indicator's part in the run, if it had one."""
    if outcome.began is None or outcome.ended is None:
        return []
    spec, counts = specs[outcome.indicator_id], outcome.counts
    source = spec.source
    return [
        Job(
            indicator=spec.id,
            inputs=((source.connector, source.dataset),) if source.connector else (),
            made_of=tuple(spec.inputs),
            began=outcome.began,
            ended=outcome.ended,
            written=counts.new + counts.changed + counts.withdrawn,
            error=str(outcome.error or ""),
        )
    ]
