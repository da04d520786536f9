"""What follows from an attempt: its answer is taken, it is made again, or a sentence ends it. Nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from ...connectors.base import Answer
from .policy import Policy
from .sentences import PASSING, SENTENCES

UNREACHED = frozenset({"dns", "refused", "unreachable", "connect_timeout", "proxy"})
"""The faults with which a host was not reached at all."""

_RETRIED = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT = 10**9
# From what number on a moment is told in thousandths of a second or in seconds: no wait is that long.
_MOMENTS = ((10**11, 1000), (10**9, 1))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sentence may say of a request: its address and host, the name of its secret and whether that was sent."""

    address: str
    host: str
    secret: str = ""
    secret_sent: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to: an answer, a status that is none, or a fault before there was a status.

    ``fault`` is a key of ``sentences.SENTENCES``. ``detail`` is what the source said, or what exactly was wrong; it
    never holds a secret. ``retry_after`` is in seconds, and None where the source named no wait.
    """

    status: int = 0
    fault: str = ""
    detail: str = ""
    retry_after: float | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What happened so far: attempts made and allowed, and seconds lost on a host that can't be reached.

    ``chance``, between 0 and 1, was drawn for the jitter; ``now`` is aware, in UTC.
    """

    now: datetime
    attempts: int = 1
    most: int = 1
    unreached: float = 0.0
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Again:
    """Ask again after so many seconds, because of this."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """There will be no answer: what happened, and what to do about it; ``forbidden`` says that others may get one."""

    message: str
    cure: str
    forbidden: bool = False


Verdict = Again | Stop | None
"""None: the answer is good, take it."""


def decide(outcome: Outcome, asked: Asked, past: Past, policy: Policy) -> Verdict:
    """What follows from an attempt."""
    if outcome.answer is not None:
        return None
    kind, wait = _kind(outcome, asked, policy), outcome.retry_after or _backoff(past, policy)
    facts = _facts(outcome, asked, past, policy)
    if _may_pass(kind, outcome) and _is_worth_it(kind, past, wait, policy):
        return Again(wait, PASSING[kind].format_map(facts))
    message, cure = SENTENCES[kind]
    return Stop(message.format_map(facts), cure.format_map(facts), forbidden=kind == "forbidden")


def retry_after(said: str | None, now: datetime) -> float | None:
    """The wait in seconds that a Retry-After header asks for, as a number or as a date.

    None if it asks for none. No wait at all, a date that has passed and what can't be read are left to the usual
    back-off: a source that says "0" would otherwise use up every attempt at once.
    """
    text = (said or "").strip()
    try:
        wait = int(text) if text.isdecimal() else (_aware(parsedate_to_datetime(text)) - now).total_seconds()
    except ValueError:
        return None
    return float(min(wait, _LONGEST_WAIT)) if wait > 0 else None


def renewal(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds until a source takes requests again, as it says with the last one that it takes.

    It says so in ``X-RateLimit-Remaining`` and ``X-RateLimit-Reset``: a moment in milliseconds (Stat-Xplore) or seconds
    since 1970, or a number of seconds. None while requests are left, and where nothing (that can be read) is said.
    """
    remaining, reset = (headers.get(f"x-ratelimit-{name}", "").strip() for name in ("remaining", "reset"))
    if not (remaining.isdecimal() and reset.isdecimal()) or int(remaining) > 0:
        return None
    said = int(reset)
    unit = next((unit for least, unit in _MOMENTS if said >= least), None)
    wait = said if unit is None else said / unit - now.timestamp()
    return float(min(wait, _LONGEST_WAIT)) if wait > 0 else None


def attempts(number: int) -> str:
    """A number of attempts in words."""
    return "1 attempt" if number == 1 else f"{number} attempts"


def _kind(outcome: Outcome, asked: Asked, policy: Policy) -> str:
    if outcome.fault:
        return outcome.fault
    if outcome.status in _RETRIED and (outcome.retry_after or 0) > policy.longest_retry_after:
        return "later"
    return _kind_of_status(outcome.status, asked)


def _kind_of_status(status: int, asked: Asked) -> str:
    match status:
        case 401 | 403 if asked.secret:
            return "secret_refused" if asked.secret_sent else "secret_unset"
        case 401 | 403:
            return "forbidden"
        case 404 | 410:
            return "gone"
        case 429:
            return "throttled"
    return "rejected" if 400 <= status < 500 else "down" if status >= 500 else "odd"


def _may_pass(kind: str, outcome: Outcome) -> bool:
    return kind in PASSING and (not outcome.status or outcome.status in _RETRIED)


def _is_worth_it(kind: str, past: Past, wait: float, policy: Policy) -> bool:
    """Whether attempts are left, and for a host that can't be reached also time."""
    return past.attempts < past.most and not (kind in UNREACHED and past.unreached + wait >= policy.deadline)


def _backoff(past: Past, policy: Policy) -> float:
    """Exponential with full jitter, so that many who failed together don't come back together."""
    return float(min(policy.backoff_limit, policy.backoff * 2 ** (past.attempts - 1)) * past.chance)


def _facts(outcome: Outcome, asked: Asked, past: Past, policy: Policy) -> dict[str, object]:
    """Whatever a sentence may name."""
    return {
        "address": asked.address,
        "host": asked.host,
        "secret": asked.secret,
        "status": _status(outcome.status),
        "detail": outcome.detail,
        "said": f', saying "{outcome.detail}"' if outcome.detail else "",
        "tries": attempts(past.attempts),
        "until": f"{past.now + timedelta(seconds=outcome.retry_after or 0):%Y-%m-%d %H:%M} UTC",
        "patience": policy.longest_retry_after,
        "silence": policy.read_timeout,
    }


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
