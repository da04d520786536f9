"""Pages that lead to files: items of GOV.UK's Content API, and web pages with links as Ofcom has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

GOVUK = "https://www.gov.uk"
CONTENT = f"{GOVUK}/api/content"
ASSETS = "https://assets.publishing.service.gov.uk"
OFCOM = "https://www.ofcom.org.uk"


def content(path: str, day: str = "2025-07-03", **said: Any) -> dict[str, Any]:
    """A page of GOV.UK that was last changed on that day; the organisation is the Home Office if not said."""
    organisations: Sequence[str] = said.pop("organisations", ("home-office",))
    details = {"body": "<p>About these figures.</p>", "change_history": [], **said.pop("details", {})}
    return {
        "base_path": path,
        "document_type": "official_statistics",
        "public_updated_at": f"{day}T09:30:01.000+01:00",
        "schema_name": "publication",
        "withdrawn_notice": {},
        "details": details,
        "links": {
            "organisations": [{"base_path": f"/government/organisations/{name}"} for name in organisations],
            **said.pop("links", {}),
        },
        **said,
    }


def attached(name: str, folder: str = "68653c7e", **said: Any) -> dict[str, Any]:
    """A file that is attached to a page, in the folder that it has in this release."""
    return {
        "attachment_type": "file",
        "filename": name,
        "id": name,
        "title": name.partition(".")[0],
        "url": f"{ASSETS}/media/{folder}/{name}",
        **said,
    }


def publication(path: str, files: Iterable[Mapping[str, Any] | str], day: str = "2025-07-03", **said: Any) -> Any:
    """A page with attachments."""
    attachments = [attached(one) if isinstance(one, str) else one for one in files]
    return content(path, day, details={"attachments": attachments}, **said)


def collection(path: str, documents: Mapping[str, str], withdrawn: Iterable[str] = (), **said: Any) -> Any:
    """A collection of pages and the days of their last change; the service lists them in no order."""
    gone = {*withdrawn}
    listed = [
        {
            "base_path": one,
            "content_id": f"id-of-{one}",
            "public_updated_at": f"{day}T08:30:00Z",
            "withdrawn": one in gone,
        }
        for one, day in sorted(documents.items(), key=lambda item: item[0][::-1])
    ]
    groups = [{"title": "Editions", "documents": [f"id-of-{one}" for one in documents]}]
    return content(
        path,
        schema_name="document_collection",
        details={"collection_groups": groups},
        links={"documents": listed},
        **said,
    )


def html_page(title: str, links: Iterable[str]) -> bytes:
    """A web page with links, amid what such pages have beside."""
    listed = "".join(f'<li><a class="download" href="{escape(link)}">{escape(link)}</a></li>' for link in links)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><script>if (1 < 2) load("<a href=x.csv>")</script>'
        f'</head><body><a href="#main">Skip</a><ul id="main">{listed}</ul>'
        '<a href="mailto:a@b.uk">Write</a></body></html>'
    ).encode()


def said(document: Any) -> bytes:
    """A document as a body."""
    return json.dumps(document, ensure_ascii=False).encode()
