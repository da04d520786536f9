"""Files that a publisher's web page links to, found by their names; for sites that have nothing better for programs.

A site may show its links by script alone, or keep programs out (403, or a page that asks whether one is human): then no
file is found, nothing is guessed, and the file is landed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ..base import DATASET, Answer, Ask, Description, Exchange, Request, SourceError, Term, require_body
from .files import (
    Chosen,
    File,
    awaited,
    awaited_sentence,
    chosen_files,
    every_file,
    fetched,
    is_landed,
    landable,
    landed,
    media_said,
    only_file,
    release_said,
    require_every,
    says_release,
)
from .markup import page_of
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

PATH = r"(/[A-Za-z0-9._-]+)+/?"

_DATA = re.compile(r".*[.](csv|xlsx?|xlsm|xlsb|ods|json|zip)", re.IGNORECASE)
_NEWEST = "Either every release, or one of them."
_THE_PAGE = "the page"
_MOST = 16 * 2**20
_EITHER = "Either a series, or a page with what is meant on it, or landed: true."


@dataclass(frozen=True, slots=True)
class Site:
    """A publisher's site: where its paths begin, the hosts that keep its files, and its series."""

    address: str
    hosts: tuple[str, ...]
    series: Mapping[str, Series]

    @property
    def host(self) -> str:
        """The host of its pages."""
        return urlsplit(self.address).netloc


def query_schema(site: Site) -> Mapping[str, Any]:
    """What a spec may ask of a site."""
    own = ("page", "edition", "file")
    return MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "series": series_schema(site.series),
                "page": {
                    "type": "string",
                    "pattern": f"^{PATH}$",
                    "description": f"The path of a page with links: its address from the slash behind {site.host} on.",
                },
                "edition": pattern_schema(
                    "Of a page that links to the pages of editions: a regular expression for the last part of their "
                    "addresses, with a group `(?P<release>…)` if it matches several."
                ),
                "file": pattern_schema(
                    "A regular expression for the file's whole name. With a group `(?P<release>…)` it may match "
                    "several, and the newest is taken; with landed it is for whoever looks for the file."
                ),
                "landed": {"const": True, "description": "The file is landed by hand; the site isn't asked."},
                "every": every_schema(),
                "release_column": release_column_schema(),
                "release": release_schema(
                    "The edition that is wanted, and no other: what the group `(?P<release>…)` says, else the file's "
                    "name, or the name it was landed under."
                ),
            },
            "allOf": [
                alone("series", (*own, "landed"), _EITHER),
                alone("landed", ("page", "edition"), _EITHER),
                alone("every", ("landed", "release"), _NEWEST),
                {"if": {"required": ["page"]}, "then": {"required": ["file"]}},
            ],
            "anyOf": [{"required": [name]} for name in ("page", "series", "landed")],
        }
    )


def exchange(ask: Ask, site: Site) -> Exchange:
    """A page, perhaps the page of an edition that it links to, and the file that this links to; or the landed file."""
    if ask.query.get("landed"):
        answer = yield awaited(ask, media_said(ask))
        return [landed(answer, ask)]
    query = in_full(ask.query, site.series)
    answer = yield _page(f"{site.address}{query['page']}")
    if is_landed(answer):
        return [landed(answer, ask)]
    chosen: list[Chosen] = []
    for edition in _editions(answer, query, site):
        page = (yield _page(edition.address)) if edition.address != answer.request.address else answer
        release = release_said(query.get("edition"), edition.name)
        chosen += chosen_files(query, _files(page, ask), _THE_PAGE, release or "")
    for one in chosen:
        _require_host(one.file, site)
    return (yield from fetched(ask, chosen))


def outline(ask: Ask, site: Site) -> tuple[str, ...]:
    """What follows the first request."""
    if ask.query.get("landed"):
        return (awaited_sentence(ask),)
    query = in_full(ask.query, site.series)
    each, newest = ("every", "every") if query.get("every") else ("the", "the newest")
    what = f"{each} file that it links to whose name matches {query['file']}"
    if "edition" in query:
        what = f"{newest} page that it links to whose name matches {query['edition']}, and of it {what}"
    return (what, landable(ask))


def describe(dataset: str, site: Site) -> Description:
    """The series that are known; or the files that a page links to, by its path."""
    if not dataset:
        return [Term(DATASET, name, one.title) for name, one in site.series.items()]
    path = site.series[dataset].page if dataset in site.series else dataset
    if not re.fullmatch(PATH, path):
        cure = f"Name it by its path: its address from the slash behind {site.host} on."
        raise SourceError(f"{path} is no page of {site.host}.", cure)
    answer = yield _page(f"{site.address}{path}")
    addresses = _addresses(answer)[1]
    return [Term("file", file.name, file.address) for file in _offered(addresses)]


def _page(address: str) -> Request:
    return Request(address, purpose="discover")


def _editions(answer: Answer, query: Mapping[str, Any], site: Site) -> list[File]:
    """The pages that are looked at for files: the page itself, or those it links to that are wanted."""
    every, pattern = require_every(query), query.get("edition")
    if pattern is None:
        return [File("", answer.request.address)]
    if every and says_release(pattern):
        return every_file(_pages(answer, site), pattern, _THE_PAGE, "edition")
    return [only_file(_pages(answer, site), pattern, _THE_PAGE, _of_edition(query), "edition")]


def _of_edition(query: Mapping[str, Any]) -> Any:
    """The release by which an edition is chosen: the one that is wanted, unless it is the file's name that says it."""
    return None if says_release(query["file"]) else query.get(RELEASE)


def _pages(answer: Answer, site: Site) -> list[File]:
    """The pages of the same site that a page links to."""
    _, addresses = _addresses(answer)
    named = [
        File(_name(address.rstrip("/")), address) for address in addresses if urlsplit(address).netloc == site.host
    ]
    return [one for one in named if not _DATA.fullmatch(one.name)]


def _files(answer: Answer, ask: Ask) -> list[File]:
    """The files that a page links to; there must be some."""
    title, addresses = _addresses(answer)
    files = _offered(addresses)
    if not files:
        raise SourceError(
            f"The page '{title}' links to no files.",
            "Open it in a browser. If it shows them there, the site keeps programs out: write landed: true in place of "
            f"the page, download the file, and then: yhovi land {ask.dataset} FILE --release RELEASE",
        )
    return files


def _offered(addresses: Sequence[str]) -> list[File]:
    return [File(_name(address), address) for address in addresses if _DATA.fullmatch(_name(address))]


def _addresses(answer: Answer) -> tuple[str, Sequence[str]]:
    """A page's title, and the addresses that it links to, each once, less itself."""
    require_body(answer)
    answer.stream.seek(0)
    text = answer.stream.read(_MOST).decode("utf-8", "replace")
    answer.stream.seek(0)
    if answer.size > _MOST or not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise SourceError("The answer is no web page.", "Check the page: its path leads to something else.")
    page = page_of(text)
    own = answer.request.address
    absolute = dict.fromkeys(urldefrag(urljoin(own, link)).url for link in page.links)
    return page.title, [address for address in absolute if address.startswith("https:") and address != own]


def _name(address: str) -> str:
    return unquote(urlsplit(address).path.rpartition("/")[2])


def _require_host(file: File, site: Site) -> None:
    host = urlsplit(file.address).netloc
    if host not in site.hosts:
        raise SourceError(
            f"{file.name} is kept at {host}, which isn't one of the hosts of this source: {', '.join(site.hosts)}.",
            "Look at the page in a browser; if the publisher has moved its files, use the connector file.",
        )
