"""Who answers the questions of an exchange: the source itself, the recordings, or the archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from ...connectors.base import DATABASE, LANDED, Answer, Request
from ...connectors.refusals import REFUSALS
from ..bronze import Bronze, Evidence, Kept, Landing, Proof, Record
from ..bronze import Validators as Known
from ..databases import Databases
from ..errors import ExtractError, ForbiddenError
from ..http import Sender, Validators
from ..plan import Fetch

Answers = Callable[[Fetch, Request], Answer]

_NOT_MODIFIED = 304
_VERSIONS = frozenset({"etag", "last-modified"})


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


def from_source(sender: Sender, databases: Databases, bronze: Bronze) -> Answers:
    """Answers of the source, fetched only where they changed; a landed file stands in for its address.

    A question that was put before is not put again for as long as the archive is open, that is to say in the same run:
    what came is taken from the archive, and what was refused is refused with the same sentence.
    """
    refused: dict[str, ExtractError] = {}

    def answer(fetch: Fetch, request: Request) -> Answer:
        landing = _landing(bronze, fetch, request)
        if landing is not None:
            return _landed(fetch, landing, bronze.open(landing))
        if request.key in refused:
            raise ExtractError(refused[request.key].message, refused[request.key].cure)
        kept = bronze.recalled(request.key)
        if kept is not None:
            return _restored(request, kept, bronze.open(kept))
        try:
            if urlsplit(request.url).scheme == DATABASE:
                return databases.send(request)
            return _fetched(sender, bronze, fetch, request)
        except ExtractError as error:
            refused[request.key] = error = _with_cure_by_hand(fetch, request, error)
            raise error from None

    return answer


def _with_cure_by_hand(fetch: Fetch, request: Request, error: ExtractError) -> ExtractError:
    """The same, with what a person can do about a site that gives its files to browsers only."""
    reason = REFUSALS.get(urlsplit(request.url).hostname or "")
    if reason is None or not isinstance(error, ForbiddenError):
        return error
    release = fetch.ask.query.get("release", "RELEASE")
    by_hand = f"Download the file in a browser, and: yhovi land {fetch.ask.dataset} FILE --release {release}"
    return ExtractError(error.message, f"{reason}. {by_hand}")


def _fetched(sender: Sender, bronze: Bronze, fetch: Fetch, request: Request) -> Answer:
    """What the source answers, or what it answered before if it says that this holds."""
    known = _known(bronze, fetch, request)
    answer = sender.send(request, Validators(known.etag, known.last_modified) if known else None)
    if answer.status != _NOT_MODIFIED or known is None:
        return answer
    answer.stream.close()
    return _restored(request, known.kept, bronze.open(known.kept))


def evidence_of(bronze: Bronze) -> Callable[[Record], Evidence | None]:
    """Judges what the exchanges of a run brought, each by the newest before the run."""
    before: dict[str, Record | None] = {}

    def evidence(record: Record) -> Evidence | None:
        key = record.exchange_key
        if key not in before:
            before[key] = bronze.newest(record.source, record.dataset, key)
        return judged(before[key], record)

    return evidence


def judged(before: Record | None, now: Record) -> Evidence | None:
    """What an exchange brought that the one before hadn't brought; None if it couldn't be read."""
    if now.row_set is None:
        return None
    if before is None or before.row_set is None:
        return Evidence(changed=True, by="first")
    if before.row_set == now.row_set:
        return Evidence(changed=False, by=_same(before, now))
    return Evidence(changed=True, by="rows" if before.release == now.release else "release")


def _same(before: Record, now: Record) -> Proof:
    """What shows that the rows are the same: what the source said, what came, or no more than the rows themselves."""
    if not is_same(before.kept, now.kept):
        return "rows"
    old, new = ({kept.request_key: kept for kept in record.kept} for record in (before, now))
    # what the source said is not modified stays retrieved when it was retrieved
    confirmed = all(old[key].retrieved_at == kept.retrieved_at for key, kept in new.items())
    if confirmed and all("etag" in kept.headers for kept in new.values()):
        return "etag"
    return "last_modified" if confirmed and all(_VERSIONS & kept.headers.keys() for kept in new.values()) else "hash"


def is_same(before: Sequence[Kept], now: Sequence[Kept]) -> bool:
    """Whether the same questions were answered with the same bytes, less what changes at every call."""
    old, new = ({kept.request_key: kept.canonical for kept in answers} for answers in (before, now))
    return old == new


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
                "yhovi land --list says from where. Put it into the inbox, or: "
                f"yhovi land {fetch.ask.dataset} FILE --release {release or 'RELEASE'}",
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
