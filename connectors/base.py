"""What every connector speaks: questions and answers as values, and an exchange that does no I/O.

A connector is a module, one per source. It states facts about the source (hosts, rate budget, the schema of its
queries, the columns it answers with) and offers one generator, the *exchange*: it yields :class:`Request` values, is
handed one :class:`Answer` for each, and returns the :class:`Part` values that make up the raw data. Whoever drives the
generator does the sending, so the same exchange runs live, against recordings, or against the archive.

    def exchange(ask):
        answer = yield Request("https://example.org/data.csv", expects="csv")
        require_body(answer)
        return [Part(answer, Reading("csv"))]
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable
from urllib.parse import quote, urlencode, urlsplit

Origin = Literal["published", "synthetic"]
Media = Literal["csv", "json", "workbook", "any"]
Kind = Literal["text", "number"]

TARGET = "target"
"""The vintage of area codes that were brought to the vintage that the settings ask for."""

LANDED = "landed"
"""The URL scheme of a file that a person put into the archive with ``yhovi land``."""

DATABASE = "database"
"""The URL scheme of a database by its name in the settings; the body is then JSON: ``sql`` and ``parameters``."""

_HTML_MARKS = (b"<!doctype html", b"<html")
_MARKUP_MARKS = (*_HTML_MARKS, b"<?xml", b"<error")
# A CSV file may well begin with a footnote such as "[x] not available": a bracket alone is no JSON.
_JSON_MARKS = (b"{", b"[{", b'["', b"[[", b"[]")
_SNIFF_BYTES = 1024
_QUOTED_CHARACTERS = 120


class SourceError(Exception):
    """What is wrong with an answer, in a sentence for the operator, and what to do about it.

    Connectors raise it; the conductor adds which indicator and which URL, and gives it the exit code of its family.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Secret:
    """The *name* of a secret and where it is put; its value is known only to the module that sends."""

    name: str
    place: Literal["parameter", "header"]
    key: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source. It never holds a secret, so it can be printed, hashed and stored."""

    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST", "SELECT"] = "GET"
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    secret: Secret | None = None
    purpose: Literal["discover", "page", "data"] = "data"
    expects: Media = "any"

    @property
    def address(self) -> str:
        """The URL with its parameters as it is sent, less any secret. Commas, dots and slashes stay readable."""
        if not self.parameters:
            return self.url
        joint = "&" if urlsplit(self.url).query else "?"
        return self.url + joint + urlencode(self.parameters, safe=",.*:|;/", quote_via=quote)

    @property
    def host(self) -> str:
        """The host the request goes to, with its port where one is named; empty for a landed file."""
        return urlsplit(self.url).netloc

    @property
    def key(self) -> str:
        """A stable identity: equal questions have equal keys, whatever headers or secrets go with them."""
        said = json.dumps([self.method, self.address, self.body], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a seekable stream of bytes at position 0, with what came along with it.

    ``headers`` have lower-case names. ``retrieved_at`` is aware, in UTC. ``release`` is the publisher's own name for
    the edition, where the answer (or the person who landed it) told one.
    """

    request: Request
    stream: BinaryIO
    retrieved_at: datetime
    sha256: str
    size: int
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = "published"
    release: str | None = None

    def head(self, size: int = _SNIFF_BYTES) -> bytes:
        """The first bytes, leaving the stream at its start."""
        self.stream.seek(0)
        first = self.stream.read(size)
        self.stream.seek(0)
        return first


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer becomes a table: the name of a reader and its options, all of them plain JSON values."""

    reader: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the raw data: an answer, how to read it, and which release it belongs to.

    ``labels`` are columns beside those of the answer, each with the text that it has on every row.
    """

    answer: Answer
    reading: Reading
    release: str | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is known before anything is fetched.

    ``pattern`` stands for every column whose header matches it in full; ``name`` is then the name of the group.
    ``markers`` map a cell's text to a status reason (``engine/measures.py``). With ``status_from`` the reason is read
    from that other column instead: it explains a missing number, and may flag one that is there.

    ``unit`` and ``measure`` (a measure type) say what kind of number it is; None where that isn't known. ``whole`` are
    the texts of a column of categories that contain the others, such as Total. ``once_per`` are the columns for each
    combination of which the number is one and the same, however many rows repeat it. ``vintage`` is :data:`TARGET` for
    area codes that were brought to the target vintage, and None for codes as the source prints them.
    """

    name: str
    kind: Kind = "text"
    pattern: str | None = None
    unit: str | None = None
    markers: tuple[tuple[str, str], ...] = ()
    status_from: str | None = None
    required: bool = True
    measure: str | None = None
    whole: tuple[str, ...] = ()
    once_per: tuple[str, ...] = ()
    vintage: str | None = None

    @property
    def has_status(self) -> bool:
        """Whether cells of this column can carry a reason in place of, or beside, a number."""
        return bool(self.markers or self.status_from)


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a host may be asked: at most ``requests`` in any ``seconds``, and no more than ``also`` allows.

    Hosts whose budgets have the same name in ``together`` are counted as one, and wait as one.
    """

    requests: int
    seconds: float
    also: tuple[Budget, ...] = ()
    together: str = ""

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """Every pair of requests and seconds that is to be kept to."""
        return ((self.requests, self.seconds), *(window for budget in self.also for window in budget.windows))


@dataclass(frozen=True, slots=True)
class Ask:
    """What a connector needs to know to put its questions.

    ``areas`` are the codes wanted, of the target vintage; a source that always answers with everything ignores them.
    ``read`` and ``columns`` are what the spec says of reading; only connectors without a format of their own use them.
    """

    dataset: str
    query: Mapping[str, Any]
    areas: tuple[str, ...] = ()
    read: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


Exchange = Generator[Request, Answer, Sequence[Part]]

Cells = Mapping[str, Sequence[str | None]]
"""Some rows of a table, column by column, all of it text; None is a blank cell."""

OWN = "own"
"""The name of a reader that isn't one: the answer's shape is the connector's own, and its ``parse`` makes it rows."""


class Connector(Protocol):
    """The whole contract of a source. A module with these names satisfies it; ``nomis.py`` is a good example."""

    # what the source is called in a spec, and by people
    NAME: str
    TITLE: str
    # bump it when the same query would be asked, read or refused differently: results made before are then redone
    REVISION: int
    # the only hosts that its requests may go to, and how often
    HOSTS: tuple[str, ...]
    BUDGET: Budget
    # JSON Schema of `source.query`, with a description on every property
    QUERY_SCHEMA: Mapping[str, Any]

    def columns(self, query: Mapping[str, Any]) -> tuple[Column, ...] | None:
        """The columns of its answers, or None where only the spec can know (files)."""

    def exchange(self, ask: Ask) -> Exchange:
        """The questions, in order; returns the parts."""

    def outline(self, ask: Ask) -> tuple[str, ...]:
        """Sentences about what follows the first request, for ``yhovi plan``."""

    def parse(self, answer: Answer) -> Iterable[Cells]:
        """The rows of an answer whose Reading is :data:`OWN`, in batches; :func:`no_parse` where there is none."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a query may name, and what the source calls it.

    ``dimension`` is the word that a query has for it (``variable``, ``area_type``), or :data:`DATASET` for a data set.
    """

    dimension: str
    code: str
    label: str


DATASET = "dataset"
"""The dimension of the terms that are data sets."""

Description = Generator[Request, Answer, Sequence[Term]]


@runtime_checkable
class Describing(Protocol):
    """What a connector may offer beside its contract: a look at what its source says there is to be asked for."""

    def describe(self, dataset: str) -> Description:
        """The questions, in order; returns the dimensions and codes of a data set, or all data sets where it is empty.

        What the connector knows itself is returned without a question.

        Raises:
            SourceError: Before the first question, if nothing can be called so; later, if an answer is none.
        """


@runtime_checkable
class Keyed(Protocol):
    """What a connector says if its source takes a key."""

    SECRET: Secret


def no_parse(answer: Answer) -> Iterable[Cells]:
    """What a connector has for ``parse`` if every answer of its source is for a reader."""
    raise SourceError(f"There is no way to read {answer.request.address}.", "This is a bug in the connector.")


def require_body(answer: Answer) -> None:
    """Refuse an answer that has no body, or that is a web page or a message where data was asked for.

    Raises:
        SourceError: The body is empty, or starts like HTML, XML or JSON where that wasn't asked for.
    """
    if answer.size == 0:
        raise SourceError(
            "The answer is empty (0 bytes).", "Check the query: a wrong one is often answered with nothing."
        )
    first = answer.head().lstrip(b"\xef\xbb\xbf \t\r\n")
    if answer.request.expects != "any" and first.lower().startswith(_MARKUP_MARKS):
        raise SourceError(
            f"A web page came back where {_MEDIA_NAMES[answer.request.expects]} was asked for.",
            "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query).",
        )
    if answer.request.expects == "csv" and first.startswith(_JSON_MARKS):
        said = " ".join(first.decode("utf-8", "replace").split())[:_QUOTED_CHARACTERS]
        raise SourceError(
            f"A JSON message came back where CSV was asked for: {said}", "Check the query against the source."
        )


def json_of(answer: Answer) -> Any:
    """What a JSON answer says; numbers stay the texts that they are.

    Raises:
        SourceError: It is empty, a web page, or no JSON.
    """
    require_body(answer)
    answer.stream.seek(0)
    try:
        return json.load(answer.stream, parse_int=str, parse_float=str)
    except ValueError:
        raise SourceError("The answer isn't JSON, or was cut short.", "Run again.") from None
    finally:
        answer.stream.seek(0)


def objects(said: Any, *names: str) -> list[Mapping[str, Any]]:
    """The objects in the list at the end of these names; none where there is no such list.

    >>> objects({"items": [{"id": 1}, "x"]}, "items")
    [{'id': 1}]
    """
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []


def text_of(said: Any, *names: str) -> str:
    """The text at the end of these names, on one line; empty where there is none.

    >>> text_of({"name": {"value": "Employment  rate "}}, "name", "value")
    'Employment rate'
    """
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return " ".join(said.split()) if isinstance(said, str) else ""


def csv_rows(answer: Answer) -> Iterator[list[str]]:
    """The records of a CSV answer in UTF-8, the header first, blank lines left out; for a look before it is read.

    Raises:
        SourceError: It can't be told where a field ends.
    """
    answer.stream.seek(0)
    lines = codecs.iterdecode(answer.stream, "utf-8-sig", errors="replace")
    try:
        yield from filter(None, csv.reader(lines))
    except csv.Error as error:
        message = f"The answer can't be read as CSV ({error}): a quotation mark may have been left open."
        raise SourceError(message, "Open the address in a browser to see what came.") from None
    finally:
        # Whoever gives up in the middle may have closed the stream by the time that this is cleared away.
        if not answer.stream.closed:
            answer.stream.seek(0)


_MEDIA_NAMES: Mapping[str, str] = MappingProxyType({"csv": "CSV", "json": "JSON", "workbook": "a workbook"})
