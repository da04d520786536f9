"""Statistics on GOV.UK: from a page or a collection of pages, by the Content API, to the newest file or the one wanted.

What the services do, as their schemas and documentation have it (github.com/alphagov/publishing-api, content_schemas;
content-api.publishing.service.gov.uk; docs.publishing.service.gov.uk), and what is done about it:

* The address of a file holds a new hash for each release: it is looked up in ``details.attachments``, never built.
* ``details.attachments`` holds files, HTML pages and links elsewhere alike (``attachment_type``); of an HTML page the
  text is in a content item of its own. ``file_size`` is in bytes: a file that comes shorter is refused.
* A collection lists its pages in ``links.documents`` without order and in ``details.collection_groups`` in the order of
  its editors, each with ``public_updated_at`` and with ``withdrawn``. A correction of an old edition moves its date, so
  the newest date alone proves nothing: names say their release, or date and order have to agree.
* ``public_updated_at`` is the last change that readers are told of, with a note in ``change_history``. Files can be
  exchanged without one: that is noticed by their bytes.
* A page that is withdrawn stays, with ``withdrawn_notice``; one that was removed is a ``gone``, or 410; one that moved
  a ``redirect``, or 303 to another path. All of them stop what relies on the page.
* A preview (``/csv-preview/ID/NAME``) shows the beginning of ``/media/ID/NAME``, which is what is fetched.
* Ten requests a second are allowed for each address (Content API, its documentation): two are made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from ..base import (
    DATASET,
    Answer,
    Ask,
    Budget,
    Description,
    Exchange,
    Part,
    Reading,
    Request,
    SourceError,
    Term,
    objects,
)
from .files import (
    AGAIN,
    WHICH_EDITION,
    Chosen,
    File,
    at,
    british_day,
    chosen_files,
    fetched,
    in_order,
    is_landed,
    json_object,
    labels,
    landable,
    landed,
    newest,
    of_release,
    only_file,
    previewed,
    quoted,
    read_options,
    release_said,
    require_every,
    require_release,
    says_release,
)
from .markup import Rows, as_csv, page_of, text_of
from .queries import (
    RELEASE,
    Series,
    alone,
    every_schema,
    in_full,
    pattern_schema,
    release_column_schema,
    release_schema,
    series_schema,
)

HOSTS: tuple[str, ...] = ("www.gov.uk", "assets.publishing.service.gov.uk")
# ten requests a second are allowed
BUDGET = Budget(requests=2, seconds=1.0)

_SITE = "https://www.gov.uk"
_CONTENT = f"{_SITE}/api/content"
_ASSETS = "https://assets.publishing.service.gov.uk"
_OF_ASSETS = ("/media/", "/government/uploads/")
_ORGANISATIONS = "/government/organisations/"
_COLLECTION = "document_collection"
_BROWSE = "Open the page in a browser: it says where to go on, if anywhere."
_EITHER = "Either a series, or a page with what is meant on it."
_NEWEST = "Either every release, or one of them."
_FILE_OR_HTML = "Either a file, or a table in an HTML page."


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes on GOV.UK: the organisation's name in addresses and those of its predecessors, and its series.

    Without organisations any will do.
    """

    organisations: tuple[str, ...] = ()
    series: Mapping[str, Series] = field(default_factory=lambda: MappingProxyType({}))


def query_schema(publisher: Publisher) -> Mapping[str, Any]:
    """What a spec may ask of a publisher on GOV.UK."""
    known = {"series": series_schema(publisher.series)} if publisher.series else {}
    own = ("page", "edition", "file", "html", "table")
    return MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                **known,
                "page": {
                    "type": "string",
                    "pattern": r"^(/[A-Za-z0-9._-]+)+$",
                    "description": "The path of a page or a collection: its address from the slash behind www.gov.uk.",
                },
                "edition": pattern_schema(
                    "Of a collection: a regular expression for the last part of the addresses of its editions. A group "
                    "`(?P<release>…)` in it says the release; else the editions' dates and their order have to agree."
                ),
                "file": pattern_schema(
                    "A regular expression for the file's whole name, with (?i) for any capitals; not needed where the "
                    "page has one. With a group `(?P<release>…)` it may match several, and the newest is taken."
                ),
                "html": pattern_schema(
                    "In place of a file: a regular expression for the last part of the address of an HTML page that "
                    "is attached."
                ),
                "table": pattern_schema(
                    "Of the HTML page: a regular expression for the table's caption, or the heading above it; not "
                    "needed where there is one table."
                ),
                "every": every_schema(),
                "release_column": release_column_schema(),
                "release": release_schema(
                    "The edition that is wanted, and no other: what a group `(?P<release>…)` says, else the day of its "
                    "last change (2025-07-03), or the name it was landed under."
                ),
            },
            "dependentRequired": {"table": ["html"]},
            "allOf": [
                alone("html", ["file", "every"], _FILE_OR_HTML),
                alone("every", ["release"], _NEWEST),
                *([alone("series", own, _EITHER)] if known else []),
            ],
            **({"if": {"not": {"required": ["series"]}}, "then": {"required": ["page"]}} if known else {}),
            **({} if known else {"required": ["page"]}),
        }
    )


# The exchange ------------------------------------------------------------------------------------------------------


def exchange(ask: Ask, publisher: Publisher) -> Exchange:
    """A page, or a collection and then the page of an edition; then its file, or a page with a table."""
    query = in_full(ask.query, publisher.series)
    answer = yield _content(query["page"])
    if is_landed(answer):
        return [landed(answer, ask)]
    page = _page(answer, query["page"], publisher)
    pages: list[tuple[Mapping[str, Any], str | None]] = [(page, None)]
    if page.get("schema_name") == _COLLECTION:
        pages = yield from _edition_pages(page, query, publisher)
    if "html" in query:
        return (yield from _html(ask, *pages[0]))
    require_every(query)
    chosen: list[Chosen] = []
    for one, release in pages:
        chosen += chosen_files(query, _files(one), f"the {_named(one)}", release or _day(one))
    for found in chosen:
        _require_own(found.file)
    return (yield from fetched(ask, chosen))


def outline(ask: Ask, publisher: Publisher) -> tuple[str, ...]:
    """What follows the first request."""
    query = in_full(ask.query, publisher.series)
    what = _meant(query)
    if "edition" in query:
        which = "every" if query.get("every") else "the newest"
        return (f"{which} edition whose name matches {query['edition']}, and of it {what}", landable(ask))
    return (f"of the page {what}", landable(ask))


def describe(dataset: str, publisher: Publisher) -> Description:
    """The series that are known; or the editions of a collection, or the files of a page, by its path."""
    if not dataset:
        return [Term(DATASET, name, one.title) for name, one in publisher.series.items()]
    path = publisher.series[dataset].page if dataset in publisher.series else dataset
    if not re.fullmatch(r"(/[A-Za-z0-9._-]+)+", path):
        raise SourceError(f"{path} is no page of GOV.UK.", "Name it by its path, from the slash behind www.gov.uk.")
    answer = yield _content(path)
    page = _page(answer, path, publisher)
    if page.get("schema_name") == _COLLECTION:
        return [Term("edition", one.name, f"changed {one.day}") for one in _documents(page)]
    return [Term("file", file.name, _released(page)) for file in _files(page)] + [
        Term("html", name, address) for name, address in _html_pages(page)
    ]


def _meant(query: Mapping[str, Any]) -> str:
    if "html" in query:
        return f"a table in the HTML page whose name matches {query['html']}"
    each = "every" if query.get("every") else "the"
    return f"{each} file whose name matches {query['file']}" if "file" in query else "its only file"


def _content(path: str) -> Request:
    return Request(f"{_CONTENT}{path}", purpose="discover", expects="json")


# Pages -------------------------------------------------------------------------------------------------------------


def _page(answer: Answer, path: str, publisher: Publisher) -> dict[str, Any]:
    """What the API says of a page that is there, under that path, and of that publisher."""
    page = json_object(answer)
    _require_there(page, path)
    _require_publisher(page, path, publisher)
    return page


def _require_there(page: Mapping[str, Any], path: str) -> None:
    notice = page.get("withdrawn_notice")
    if page.get("schema_name") == "redirect":
        target = next((one.get("destination") for one in objects(page.get("redirects"))), None)
        raise SourceError(f"The page {path} has moved to {target or 'another place'}.", "Name the page it moved to.")
    if page.get("schema_name") == "gone":
        raise SourceError(f"The page {path} has been taken down{_because(at(page, 'details', 'explanation'))}", _BROWSE)
    if notice:
        when = f" on {str(at(notice, 'withdrawn_at'))[:10]}" if at(notice, "withdrawn_at") else ""
        raise SourceError(f"The page {path} was withdrawn{when}{_because(at(notice, 'explanation'))}", _BROWSE)
    if page.get("base_path") != path:
        raise SourceError(f"The page {path} is now {page.get('base_path')}.", f"Write page: {page.get('base_path')}.")


def _because(explanation: Any) -> str:
    said = text_of(explanation) if isinstance(explanation, str) else ""
    return f": {said}" if said else "."


def _require_publisher(page: Mapping[str, Any], path: str, publisher: Publisher) -> None:
    said = [str(one.get("base_path")).removeprefix(_ORGANISATIONS) for one in objects(page, "links", "organisations")]
    if publisher.organisations and not {*said} & {*publisher.organisations}:
        raise SourceError(
            f"The page {path} is of {quoted(said) or 'nobody'}, not of {quoted(publisher.organisations)}.",
            "Take the connector of that department, or govuk, which takes any.",
        )


def _named(page: Mapping[str, Any]) -> str:
    return f"page {page.get('base_path')}"


def _day(page: Mapping[str, Any]) -> str:
    """The day of the last change that readers were told of."""
    changes = [change.get("public_timestamp") for change in objects(page, "details", "change_history")]
    said = [page.get("public_updated_at")] if page.get("public_updated_at") else changes
    try:
        return max(british_day(moment) for moment in said).isoformat()
    except ValueError:
        raise SourceError(f"The {_named(page)} doesn't say when it was released.", AGAIN) from None


def _released(page: Mapping[str, Any]) -> str:
    return f"released {_day(page)}"


# Collections -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    """A page of a collection: its path, the day of its last change, and whether it was withdrawn."""

    path: str
    day: date
    withdrawn: bool

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def _edition_pages(
    page: Mapping[str, Any], query: Mapping[str, Any], publisher: Publisher
) -> Generator[Request, Answer, list[tuple[Mapping[str, Any], str | None]]]:
    """The pages of the editions that are wanted, each with its release where its name says so."""
    found: list[tuple[Mapping[str, Any], str | None]] = []
    for path, release in _editions(page, query):
        answer = yield _content(path)
        found.append((_page(answer, path, publisher), release))
    return found


def _editions(page: Mapping[str, Any], query: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """The paths of the editions that are wanted, the newest first, each with its release where its name says so."""
    documents = _documents(page)
    if "edition" not in query:
        names = quoted(one.name for one in documents)
        cure = "Say in the query which of them are editions, as a regular expression: edition."
        raise SourceError(f"The {_named(page)} is a collection, of {names or 'nothing'}.", cure)
    chosen = [one for one in documents if re.fullmatch(query["edition"], one.name)]
    if not chosen:
        raise SourceError(
            f"No page of the collection matches '{query['edition']}': "
            f"there are {quoted(one.name for one in documents) or 'none'}.",
            "Correct the edition: the publisher may have begun to call them otherwise.",
        )
    wanted = _wanted(chosen, query)
    withdrawn = next((edition.name for edition in wanted if edition.withdrawn), None)
    if withdrawn:
        raise SourceError(
            f"The edition {withdrawn} was withdrawn.",
            "Nothing older is taken in its place: say release or a narrower edition if that is meant.",
        )
    return [(edition.path, release_said(query["edition"], edition.name)) for edition in wanted]


def _wanted(chosen: Sequence[_Document], query: Mapping[str, Any]) -> list[_Document]:
    if says_release(query["edition"]):
        by_name = {one.name: one for one in chosen}
        releases = {name: str(release_said(query["edition"], name)) for name in by_name}
        if require_every(query):
            return [by_name[name] for name in in_order(releases)]
        # where the file's name says the release too, the one that is wanted is among the files of the newest edition
        wanted = None if says_release(query.get("file")) else query.get(RELEASE)
        return [by_name[of_release(releases, wanted)]]
    same_day = [one for one in chosen if one.day.isoformat() == str(query.get(RELEASE))]
    return same_day if len(same_day) == 1 else [chosen[newest([(one.name, one.day) for one in chosen])]]


def _documents(page: Mapping[str, Any]) -> list[_Document]:
    """The pages of a collection, in the order of its editors; those that they left out of it come last."""
    groups = objects(page, "details", "collection_groups")
    order = [str(one) for group in groups for one in group.get("documents") or ()]
    listed = objects(page, "links", "documents")
    listed.sort(key=lambda one: order.index(one["content_id"]) if one.get("content_id") in order else len(order))
    return [_document(one, page) for one in listed if isinstance(one.get("base_path"), str)]


def _document(said: Mapping[str, Any], page: Mapping[str, Any]) -> _Document:
    try:
        return _Document(said["base_path"], british_day(said.get("public_updated_at")), bool(said.get("withdrawn")))
    except ValueError:
        message = f"The {_named(page)} doesn't say when {said['base_path']} was released."
        raise SourceError(message, WHICH_EDITION) from None


# Files -------------------------------------------------------------------------------------------------------------


def _files(page: Mapping[str, Any]) -> list[File]:
    """The files that are attached to a page, in its order; links elsewhere count as files until one is meant."""
    attached = objects(page, "details", "attachments")
    files = [_file(one) for one in attached if one.get("attachment_type") != "html" and isinstance(one.get("url"), str)]
    if not files and not _html_pages(page):
        raise SourceError(f"The {_named(page)} has no attachments.", _BROWSE)
    return files


def _file(said: Mapping[str, Any]) -> File:
    address = previewed(urljoin(_ASSETS if said["url"].startswith(_OF_ASSETS) else _SITE, said["url"]))
    name = said.get("filename") or unquote(urlsplit(address).path.rpartition("/")[2])
    size = said.get("file_size")
    return File(str(name), address, size if isinstance(size, int) else None)


def _require_own(file: File) -> None:
    """It must be kept on GOV.UK itself."""
    host = urlsplit(file.address).netloc
    if host not in HOSTS or not file.address.startswith("https:"):
        raise SourceError(
            f"{file.name} isn't kept on GOV.UK, but at {host or file.address}.",
            "Copy its address from the page, and use the connector file; an operator may have to allow the host.",
        )


# Tables in HTML pages ----------------------------------------------------------------------------------------------


def _html_pages(page: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The HTML pages that are attached, by the last part of their path, with their path."""
    attached = objects(page, "details", "attachments")
    urls = [one["url"] for one in attached if one.get("attachment_type") == "html" and isinstance(one.get("url"), str)]
    paths = [urlsplit(url).path for url in urls]
    return [(path.rpartition("/")[2], path) for path in paths]


def _html(ask: Ask, page: Mapping[str, Any], release: str | None) -> Generator[Request, Answer, Sequence[Part]]:
    """The table of an attached HTML page, as a CSV file."""
    pages = [File(name, path) for name, path in _html_pages(page)]
    chosen = only_file(pages, ask.query["html"], f"the {_named(page)}", ask.query.get(RELEASE), "html")
    release = release_said(ask.query["html"], chosen.name) or release or _day(page)
    require_release(ask.query, release)
    answer = yield _content(chosen.address)
    said = json_object(answer)
    _require_there(said, chosen.address)
    made = as_csv(_table(str(at(said, "details", "body") or ""), ask.query.get("table"), chosen.name))
    part = replace(answer, stream=io.BytesIO(made))
    return [Part(part, Reading("csv", read_options(ask)), release, labels(ask.query, release))]


def _table(html: str, pattern: str | None, name: str) -> Rows:
    """The one table that is meant."""
    tables = page_of(html).tables
    meant = [rows for title, rows in tables if pattern is None or re.fullmatch(pattern, title)]
    if len(meant) == 1:
        return meant[0]
    titles = quoted(title or "(no caption)" for title, _ in tables)
    wanted = f"One table that matches '{pattern}' is wanted" if pattern else "One table is wanted"
    raise SourceError(
        f"{wanted}, the page {name} has {len(meant)}, of {titles or 'none'}.",
        "Say in the query which is meant, as a regular expression for its whole caption: table.",
    )
