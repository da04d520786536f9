"""Sends: asks, waits, asks again, follows redirects and keeps the body, as :func:`decision.decide` has it."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import BinaryIO, Self, cast

import requests
from tenacity import RetryCallState, Retrying, retry_if_result

from ...connectors.base import Answer, Budget, Request
from ..errors import ExtractError, ForbiddenError, StorageError
from .body import declared_length, kept_headers, said, unpacked, whole_length
from .decision import UNREACHED, Again, Asked, Outcome, Past, Stop, Verdict, attempts, decide, renewal, retry_after
from .faults import NETWORK_ERRORS, FaultError, diagnose
from .gate import REDIRECTS, Gate, Hop, netloc
from .pace import Paces, Reach
from .policy import Policy, Validators
from .redaction import Guard, printable, redact, without_query
from .wire import SEAL, Adapter, Sealed

_LOG = logging.getLogger("yhovi.http")

_MOST_REDIRECTS = 5
# a name may have several addresses, and the connection gives each of them all the time it is allowed
_ADDRESSES_PER_NAME = 4
_TRICKLE = 5
_NOT_MODIFIED = 304
_FIRST_ERROR = 400
_GOOD = frozenset(range(200, 300)) - {206}  # 206 is a part of the body, and none was asked for


_NO_WAY = UNREACHED | {"certificate", "tls", "bundle", "read_timeout", "reset"}


class Sender:
    """Sends requests, and keeps to its policy and to the hosts' rate budgets. Threads may share one.

    Args:
        policy: Patience and limits.
        hosts: The only hosts that may be asked, as ``host`` (on its scheme's own port) or ``host:port``.
        budgets: How often a host may be asked, by host; a polite default applies to any other.
        mirrors: Beginnings of URLs and what is asked in their place. Whatever is reported names the publisher's URL.
        secrets: The value of a secret by its name, which is that of its environment variable; None if it is not set.
        now: The time, aware, in UTC.
        sleep: Waits for so many seconds.
        random: Draws a number between 0 and 1.
        received: Is told how many bytes of an answer are there, and how many were announced, if that is known.
        trust_env: Whether proxies and bundles of certificates that the environment names are used.
    """

    def __init__(  # noqa: PLR0913 - whatever the outside world gives is handed in, by name
        self,
        policy: Policy,
        *,
        hosts: frozenset[str],
        budgets: Mapping[str, Budget],
        mirrors: Mapping[str, str],
        secrets: Callable[[str], str | None],
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        random: Callable[[], float],
        received: Callable[[int, int | None], None] = lambda _size, _announced: None,
        trust_env: bool = False,
    ) -> None:
        self._policy, self._secrets, self._now, self._sleep, self._random = policy, secrets, now, sleep, random
        self._gate, self._paces, self._reach = Gate(hosts, mirrors), Paces(budgets, now), Reach(now)
        self._received = received
        self._adapter, self._session = Adapter(), requests.Session()
        self._session.trust_env = trust_env

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection. Answers that were handed out stay readable."""
        self._adapter.close()
        self._session.close()

    def send(self, request: Request, validators: Validators | None = None) -> Answer:
        """Ask, as often as the policy allows, and hand back the answer.

        Redirects are followed within the allowed hosts. An answer of status 304, with an empty stream, comes only if
        ``validators`` were given. The body is unpacked; the headers are as they came, less cookies.

        Raises:
            ExtractError: There is no answer that can be used.
            StorageError: The body can't be written to the folder for temporary files.
        """
        errand, began = self._errand(request, validators or Validators()), self._now()
        tally = _Tally(errand.asked.host, began)
        retrying = Retrying(sleep=self._sleep, wait=_pause, retry=retry_if_result(_is_again))
        verdict, answer = retrying(self._round, errand, tally)
        if isinstance(verdict, Stop):
            raise (ForbiddenError if verdict.forbidden else ExtractError)(verdict.message, verdict.cure)
        numbers = answer.status, answer.size, attempts(tally.attempts), (self._now() - began).total_seconds()
        _LOG.info("%s: %d, %d bytes, %s, %.1f seconds", errand.title, *numbers)
        return answer

    def knock(self, request: Request) -> Stop | None:
        """Ask once to see whether a host can be reached, whatever it answers; where it can't, why not."""
        errand = self._errand(request, Validators())
        tally = _Tally(errand.asked.host, self._now())
        outcome = self._attempt(errand, tally)
        if outcome.fault not in _NO_WAY:
            return None
        verdict = decide(outcome, replace(errand.asked, host=tally.host), Past(self._now()), self._policy)
        return verdict if isinstance(verdict, Stop) else None

    def _errand(self, request: Request, validators: Validators) -> _Errand:
        secret = request.secret
        value = (self._secrets(secret.name) or "").strip() if secret else ""
        name = secret.name if secret else ""
        asked = Asked(printable(request.address), netloc(request.url), name, secret_sent=bool(value))
        return _Errand(request, asked, validators.headers, value)

    def _round(self, errand: _Errand, tally: _Tally) -> tuple[Verdict, Answer]:
        """One attempt and what follows from it. There is an answer only if the verdict is to take it."""
        outcome = self._attempt(errand, tally)
        self._count(outcome, tally)
        most = self._reach.attempts(self._policy.attempts)
        past = Past(self._now(), tally.attempts, most, tally.unreached, self._random())
        verdict = decide(outcome, replace(errand.asked, host=tally.host), past, self._policy)
        if isinstance(verdict, Again):
            numbers = verdict.seconds, past.attempts, past.most
            _LOG.warning("%s: %s; asking again in %.1f seconds (attempt %d of %d)", errand.title, verdict.why, *numbers)
            self._brace(verdict, outcome, tally)
        elif outcome.fault in UNREACHED:
            self._reach.lose(tally.host, self._policy.rest)
        elif outcome.retry_after:
            self._paces.of(tally.host).hold(outcome.retry_after)
        return verdict, cast("Answer", outcome.answer)

    def _count(self, outcome: Outcome, tally: _Tally) -> None:
        tally.attempts += 1
        if outcome.fault in UNREACHED:
            tally.unreached += (self._now() - tally.asked_at).total_seconds()

    def _brace(self, again: Again, outcome: Outcome, tally: _Tally) -> None:
        """Get ready for another attempt; a wait that the source named is kept by the other threads too."""
        if outcome.retry_after:
            self._paces.of(tally.host).hold(outcome.retry_after)
        if outcome.fault in UNREACHED:
            tally.unreached += again.seconds

    def _attempt(self, errand: _Errand, tally: _Tally) -> Outcome:
        try:
            return self._walk(errand, tally)
        except FaultError as fault:
            return Outcome(fault=fault.kind, detail=redact(fault.detail, errand.value))
        except NETWORK_ERRORS as error:
            return diagnose(error)

    def _walk(self, errand: _Errand, tally: _Tally) -> Outcome:
        """Ask, and follow redirects until something else comes."""
        hop = self._first(errand)
        for _ in range(_MOST_REDIRECTS + 1):
            with self._transmit(errand, hop, tally) as response:
                status, location = response.status_code, response.headers.get("location", "")
                if status not in REDIRECTS:
                    return self._receive(errand, response)
            hop = self._gate.redirected(hop, status, location, errand.request, errand.value)
        raise FaultError("redirect_loop", without_query(hop.url))

    def _first(self, errand: _Errand) -> Hop:
        hop, secret, value = self._gate.first(errand.request), errand.request.secret, errand.value
        if secret and secret.required and not value:
            raise FaultError("secret_missing")
        if secret and secret.place == "header" and not (value.isascii() and value.isprintable()):
            raise FaultError("secret_unusable")
        return hop

    def _transmit(self, errand: _Errand, hop: Hop, tally: _Tally) -> requests.Response:
        tally.host = hop.host
        self._await_turn(hop.host)
        tally.asked_at = self._now()
        prepared = errand.prepared(hop, self._policy.user_agent)
        found = self._session.merge_environment_settings(hop.sent, {}, stream=True, verify=None, cert=None)
        proxies, verify = found["proxies"], found["verify"] or True
        response = self._adapter.send(
            prepared, stream=True, timeout=self._timeout(tally), verify=verify, proxies=proxies
        )
        self._reach.find(hop.host)
        self._note_allowance(hop.host, response)
        return response

    def _note_allowance(self, host: str, response: requests.Response) -> None:
        """Leave a source alone that has just taken the last request for now."""
        wait = renewal(response.headers, self._now())
        if wait is not None and response.status_code < _FIRST_ERROR:
            self._paces.of(host).hold(wait)

    def _await_turn(self, host: str) -> None:
        if self._reach.is_lost(host):
            raise FaultError("lost")
        pace = self._paces.of(host)
        if (held := pace.held()) > self._policy.longest_retry_after:
            raise FaultError("spent", f"{self._now() + timedelta(seconds=held):%Y-%m-%d %H:%M} UTC")
        wait = pace.book()
        if wait > 0:
            self._sleep(wait)

    def _timeout(self, tally: _Tally) -> tuple[float, float]:
        left = max(0.1, self._policy.deadline - tally.unreached) / _ADDRESSES_PER_NAME
        return min(self._policy.connect_timeout, left), self._policy.read_timeout

    def _receive(self, errand: _Errand, response: requests.Response) -> Outcome:
        status = response.status_code
        if status in _GOOD or (status == _NOT_MODIFIED and errand.conditional):
            return Outcome(status, answer=self._keep(errand, response))
        said_wait, now = response.headers.get("retry-after"), self._now()
        wait = retry_after(said_wait, now) or renewal(response.headers, now)
        return Outcome(status, detail=said(response, errand.value), retry_after=wait)

    def _keep(self, errand: _Errand, response: requests.Response) -> Answer:
        with ExitStack() as opened:
            spool = cast("BinaryIO", opened.enter_context(tempfile.SpooledTemporaryFile(self._policy.spool)))
            sha256, size = self._fill(spool, response, errand)
            opened.pop_all()
        headers = kept_headers(response, errand.value)
        return Answer(errand.request, spool, self._now(), sha256, size, response.status_code, headers)

    def _fill(self, spool: BinaryIO, response: requests.Response, errand: _Errand) -> tuple[str, int]:
        """Write the body; its SHA-256 and its size in bytes, both unpacked."""
        digest, size, began = hashlib.sha256(), 0, self._now()
        guard, limit = Guard(errand.value), self._limit(errand.request)
        self._check(declared_length(response), 0, limit)
        announced = whole_length(response)
        for piece in unpacked(response):
            digest.update(piece)
            size += len(piece)
            self._check(size, (self._now() - began).total_seconds(), limit)
            if guard.finds(piece):
                raise FaultError("secret_repeated")
            _write(spool, piece)
            self._received(size, announced)
        spool.seek(0)
        return digest.hexdigest(), size

    def _limit(self, request: Request) -> int:
        """The most bytes that an answer may have."""
        policy = self._policy
        return min(policy.json_limit, policy.size_limit) if request.expects == "json" else policy.size_limit

    def _check(self, size: int, seconds: float, limit: int) -> None:
        if size > limit:
            raise FaultError("too_large", f"{limit:,}")
        if seconds > _TRICKLE * self._policy.read_timeout and size < self._policy.slowest * seconds:
            raise FaultError("read_timeout")


@dataclass(frozen=True, slots=True)
class _Errand:
    """A request with what goes with it to the source."""

    request: Request
    asked: Asked
    conditional: Mapping[str, str]
    value: str = field(repr=False)

    @property
    def title(self) -> str:
        return f"{self.request.method} {self.asked.address}"

    def prepared(self, hop: Hop, user_agent: str) -> requests.PreparedRequest:
        """The request for one address, its secret under seal."""
        offered = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        headers = {**offered, **dict(self.request.headers), **self.conditional}
        body = None if hop.body is None else hop.body.encode()
        prepared = requests.Request(hop.method, hop.sent, headers=headers, data=body).prepare()
        if self.request.secret and self.value and hop.with_secret:
            prepared.headers[SEAL] = Sealed(self.request.secret, self.value)
        return prepared


@dataclass(slots=True)
class _Tally:
    """What one request has used up so far, and which host was asked last, and when."""

    host: str
    asked_at: datetime
    attempts: int = 0
    unreached: float = 0.0


def _is_again(result: tuple[Verdict, Answer]) -> bool:
    return isinstance(result[0], Again)


def _pause(state: RetryCallState) -> float:
    verdict = state.outcome.result()[0] if state.outcome else None
    return verdict.seconds if isinstance(verdict, Again) else 0.0


def _write(spool: BinaryIO, piece: bytes) -> None:
    try:
        spool.write(piece)
    except OSError as error:
        raise StorageError(
            f"An answer could not be written to the folder for temporary files: {error.strerror or error}.",
            "Make room there, or name another folder in the environment variable TMPDIR (on Windows, TEMP).",
        ) from None
