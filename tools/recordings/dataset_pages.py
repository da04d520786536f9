"""Dataset pages of ONS: what a page says of its editions, what an edition says of its file, and the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .recording import Answer
from .workbooks import MEDIA_TYPE

SITE = "https://www.ons.gov.uk"


@dataclass(frozen=True, slots=True)
class Edition:
    """The one edition of a page: the page's path and title, the edition's name, the moment of its release, its file."""

    page: str
    title: str
    name: str
    released: datetime
    file: str

    @property
    def uri(self) -> str:
        """The edition's own path."""
        return f"{self.page}/{self.name}"

    def answers(self, content: bytes, media_type: str = MEDIA_TYPE) -> tuple[Answer, ...]:
        """What is answered in turn: the page, its edition, the file."""
        ending = self.file.rpartition(".")[2]
        listed = {"type": "dataset_landing_page", "uri": self.page, "description": {"title": self.title}}
        return (
            said(self.page, "page.json", {**listed, "datasets": [{"uri": self.uri}]}),
            said(self.uri, "edition.json", self.described),
            Answer(f"{SITE}/file", (("uri", f"{self.uri}/{self.file}"),), content, f"data.{ending}", media_type),
        )

    @property
    def described(self) -> dict[str, Any]:
        """What the edition says of itself."""
        day = self.released.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        description = {"title": self.title, "releaseDate": day}
        return {
            "type": "dataset",
            "uri": self.uri,
            "description": description,
            "downloads": [{"file": self.file}],
            "versions": [],
        }


def said(path: str, file: str, content: Mapping[str, Any]) -> Answer:
    """A page of the site as JSON."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return Answer(f"{SITE}{path}/data", (), body, file, "application/json")
