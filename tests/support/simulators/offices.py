"""Publishers of releases, several deep: their pages lead to the files of today, and a new release comes when told to.

What changes from one release to the next is what did change: names of pages and files, of columns and sheets, the month
in a name, r01 to r02. Figures are those of :func:`support.simulators.figure`, and some of each release revise the last.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..pages import attached, collection, html_page, publication, said
from .wire import Asked, Reply

CONTENT, MEDIA = "/api/content", "/media"
NOTICE = {"explanation": "<div><p>There is an error in it.</p></div>", "withdrawn_at": "2026-02-03T10:00:00Z"}


@dataclass
class Release:
    """One release: what its page is called, the day it came out, and its files by name."""

    page: str
    day: str
    files: dict[str, bytes]
    withdrawn: bool = False
    note: str = "First published."

    def rename(self, old: str, new: str) -> None:
        """Give a file another name."""
        self.files = {new if name == old else name: body for name, body in self.files.items()}


@dataclass
class Office:
    """A publisher with releases in the order in which they came; what isn't out yet waits in ``later``."""

    out: list[Release]
    later: list[Release] = field(default_factory=list)
    blocked: bool = False

    @property
    def newest(self) -> Release:
        """The release that came last."""
        return self.out[-1]

    def publish(self) -> Release:
        """Let the next release come."""
        self.out.append(self.later.pop(0))
        return self.newest

    def __call__(self, asked: Asked) -> Reply:
        """What is answered to a request."""
        if self.blocked:
            return Reply(html_page("Just a moment...", []), 403, media="text/html")
        return self.page(asked.path) or self.file(asked) or _missing()

    def page(self, path: str) -> Reply | None:
        """A page, if there is one at that path."""
        raise NotImplementedError

    def file(self, asked: Asked) -> Reply | None:
        """A file, if it is there."""
        raise NotImplementedError


def _missing() -> Reply:
    return Reply(b"<html><title>Page not found</title></html>", 404, media="text/html")


def _json(document: Any) -> Reply:
    return Reply(said(document), media="application/json", tagged=True)


class Whitehall(Office):
    """GOV.UK: a collection of editions, each with a page of its own; files lie under a hash that is new each time."""

    collection = "/government/collections/uk-local-authority-and-regional-greenhouse-gas-emissions-statistics"
    organisation = "department-for-energy-security-and-net-zero"

    def page(self, path: str) -> Reply | None:
        named = {f"{CONTENT}/government/statistics/{one.page}": one for one in self.out}
        if path == f"{CONTENT}{self.collection}":
            return _json(self._collection())
        return _json(self._publication(named[path])) if path in named else None

    def file(self, asked: Asked) -> Reply | None:
        bodies = {f"{MEDIA}/{self._folder(one)}/{name}": body for one in self.out for name, body in one.files.items()}
        body = bodies.get(asked.path)
        return None if body is None else Reply(body, tagged=True)

    def _collection(self) -> Any:
        documents = {f"/government/statistics/{one.page}": one.day for one in reversed(self.out)}
        background = {"/government/publications/greenhouse-gas-background-information": "2019-01-01"}
        gone = [f"/government/statistics/{one.page}" for one in self.out if one.withdrawn]
        return collection(self.collection, documents | background, gone, organisations=[self.organisation])

    def _publication(self, release: Release) -> Any:
        files = [attached(name, self._folder(release), file_size=len(body)) for name, body in release.files.items()]
        report = {"attachment_type": "html", "id": "1", "url": f"/government/statistics/{release.page}/report"}
        notice = NOTICE if release.withdrawn else {}
        path = f"/government/statistics/{release.page}"
        more = {"organisations": [self.organisation], "withdrawn_notice": notice}
        return publication(path, [report, *files], release.day, **more)

    def _folder(self, release: Release) -> str:
        return f"68653c7ee6c3cc92422894{self.out.index(release):02x}"


class Newport(Office):
    """ONS: a dataset page with one edition, whose earlier versions are listed beneath it."""

    dataset = "/economy/grossvalueaddedgva/datasets/grossvalueadded"

    def page(self, path: str) -> Reply | None:
        if path == f"{self.dataset}/data":
            return _json({"type": "dataset_landing_page", "datasets": [{"uri": f"{self.dataset}/current"}]})
        return _json(self._edition()) if path == f"{self.dataset}/current/data" else None

    def file(self, asked: Asked) -> Reply | None:
        bodies = {f"{self.dataset}/current/{name}": body for name, body in self.newest.files.items()}
        body = bodies.get(asked.parameters.get("uri", "")) if asked.path == "/file" else None
        return None if body is None else Reply(body, tagged=True)

    def _edition(self) -> Any:
        """Its release date stays that of the first release, as has been seen; versions say when they were replaced."""
        versions = [{"updateDate": f"{one.day}T08:30:00.000Z", "uri": f"{one.page}"} for one in self.out[1:]]
        return {
            "type": "dataset",
            "description": {"releaseDate": f"{self.out[0].day}T08:30:00.000Z"},
            "downloads": [{"file": name} for name in self.newest.files],
            "versions": versions,
        }


class Riverside(Office):
    """Ofcom: a page of all reports, a page of downloads for each year, and zips with a version behind their address."""

    reports = "/phones-and-broadband/coverage-and-speeds/infrastructure-research"
    folder = "/siteassets/resources/documents/research-and-data/multi-sector/infrastructure-research"

    def page(self, path: str) -> Reply | None:
        pages = {f"/phones-and-broadband/coverage-and-speeds/{one.page}": one for one in self.out}
        if path == self.reports:
            return Reply(html_page("Reports", ["/about-ofcom", *reversed(pages)]), media="text/html", tagged=True)
        if path not in pages:
            return None
        version = 400_000 + self.out.index(pages[path])
        links = [f"{self.folder}/{name}?v={version}" for name in pages[path].files]
        body = html_page("Data downloads", [*links, "/siteassets/about.pdf"])
        return Reply(body, media="text/html", tagged=True)

    def file(self, asked: Asked) -> Reply | None:
        bodies = {f"{self.folder}/{name}": body for one in self.out for name, body in one.files.items()}
        body = bodies.get(asked.path)
        return None if body is None else Reply(body, media="application/zip", tagged=True)


# Files ---------------------------------------------------------------------------------------------------------------


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip that is the same whenever it is made."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return body.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """An xlsx file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()
