"""Who answers the questions of an exchange: the source itself, the recordings, or the archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from ...connectors.base import LANDED, Answer, Request
from ..bronze import Bronze, Kept, Landing, Record
from ..bronze import Validators as Known
from ..errors import ExtractError
from ..http import Sender, Validators
from ..plan import Fetch

Answers = Callable[[Fetch, Request], Answer]

_NOT_MODIFIED = 304


class Recorded(Protocol):
    """Anything that answers a request on its own."""

    def send(self, request: Request) -> Answer:
        """The answer to that request."""


def archive_names(fetch: Fetch) -> tuple[str, str]:
    """The source and the data set under which the archive keeps an exchange's answers."""
    source, _, dataset = fetch.ask.dataset.partition("/")
    return source, dataset


def from_recordings(recordings: Recorded) -> Answers:
    """Answers of the demonstration."""
    return lambda _, request: recordings.send(request)


def from_archive(bronze: Bronze, run_id: str | None = None) -> Answers:
    """Answers of the newest complete exchange, or of the one that a certain run made; nothing is fetched."""

    def answer(fetch: Fetch, request: Request) -> Answer:
        record = bronze.newest(*archive_names(fetch), fetch.key, run_id=run_id)
        kept = _kept(record, request) if record else None
        if kept is None:
            of_run = f" of run {run_id}" if run_id else ""
            raise ExtractError(
                f"The archive holds no answer{of_run} to {request.address}.",
                "Run without --replay first: that asks the source and keeps what it answers.",
            )
        return _restored(request, kept, bronze.open(kept))

    return answer


def from_record(bronze: Bronze, record: Record) -> Answers:
    """Answers of one exchange, as the archive has them; nothing is fetched."""

    def answer(_: Fetch, request: Request) -> Answer:
        kept = _kept(record, request)
        if kept is None:
            raise ExtractError(
                f"The exchange {record.exchange_id} holds no answer to {request.address}.",
                "The spec, the settings or this yhovi ask something else than was asked then.",
            )
        return _restored(request, kept, bronze.open(kept))

    return answer


def from_source(sender: Sender, bronze: Bronze) -> Answers:
    """Answers of the source, fetched only where they changed; a landed file stands in for its address."""

    def answer(fetch: Fetch, request: Request) -> Answer:
        landing = _landing(bronze, fetch, request)
        if landing is not None:
            return _landed(fetch, landing, bronze.open(landing))
        known = _known(bronze, fetch, request)
        answer = sender.send(request, Validators(known.etag, known.last_modified) if known else None)
        if answer.status == _NOT_MODIFIED and known is not None:
            answer.stream.close()
            return _restored(request, known.kept, bronze.open(known.kept))
        return answer

    return answer


def _kept(record: Record, request: Request) -> Kept | None:
    return next((one for one in record.kept if _answers(one, request)), None)


def _answers(kept: Kept, request: Request) -> bool:
    """Whether a stored answer is one to this request, or the landed file that stood in for it."""
    return kept.request_key == request.key or _was_landed(kept)


def _was_landed(kept: Kept) -> bool:
    return kept.address.startswith(f"{LANDED}:")


def _known(bronze: Bronze, fetch: Fetch, request: Request) -> Known | None:
    """The stored answer to the same request, if what came of it could be read; else it is fetched afresh."""
    names = archive_names(fetch)
    record = bronze.newest(*names, fetch.key)
    if record is None or record.row_set is None:
        return None
    return bronze.validators(*names, request.key, fetch.key)


def _landing(bronze: Bronze, fetch: Fetch, request: Request) -> Landing | None:
    said = fetch.ask.query.get("release")
    release = None if said is None else str(said)
    if urlsplit(request.url).scheme == LANDED:
        landing = bronze.landed(*archive_names(fetch), release)
        if landing is None:
            of_release = f", release {release}" if release else ""
            raise ExtractError(
                f"This awaits a file that nobody has landed yet: {fetch.ask.dataset}{of_release}.",
                f"Download it by hand, then: yhovi land {fetch.ask.dataset} FILE --release {release or 'RELEASE'}",
            )
        return landing
    return bronze.landed(*archive_names(fetch), release) if release is not None else None


def _landed(fetch: Fetch, landing: Landing, stream: BinaryIO) -> Answer:
    """A landed file as an answer. It didn't come from the address that was asked, and doesn't say so."""
    return Answer(
        request=Request(f"{LANDED}:{fetch.ask.dataset}", (("release", landing.release),)),
        stream=stream,
        retrieved_at=landing.retrieved_at,
        sha256=landing.sha256,
        size=landing.size,
        release=landing.release,
    )


def _restored(request: Request, kept: Kept, stream: BinaryIO) -> Answer:
    return Answer(
        request=Request(kept.address) if _was_landed(kept) else request,
        stream=stream,
        retrieved_at=kept.retrieved_at,
        sha256=kept.sha256,
        size=kept.size,
        headers=kept.headers,
        origin=kept.origin,
        release=kept.release,
    )
