"""Pages of GOV.UK: what the Content API says of a page with one file, and the file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .recording import Answer

SITE, ASSETS = "https://www.gov.uk", "https://assets.publishing.service.gov.uk"


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its file: the page's path, whose it is, the day of its last change, the file's folder and name."""

    path: str
    organisation: str
    day: str
    folder: str
    file: str

    @property
    def address(self) -> str:
        """Where the file is."""
        return f"{ASSETS}/media/{self.folder}/{self.file}"

    def answers(self, content: bytes, media_type: str, name: str) -> tuple[Answer, ...]:
        """What is answered in turn: the page, the file."""
        attached = {"attachment_type": "file", "filename": self.file, "id": self.file, "url": self.address}
        said = {
            "base_path": self.path,
            "schema_name": "statistical_data_set",
            "public_updated_at": f"{self.day}T09:30:00.000+00:00",
            "withdrawn_notice": {},
            "details": {"attachments": [attached]},
            "links": {"organisations": [{"base_path": f"/government/organisations/{self.organisation}"}]},
        }
        body = json.dumps(said, separators=(",", ":")).encode()
        return (
            Answer(f"{SITE}/api/content{self.path}", (), body, "page.json", "application/json"),
            Answer(self.address, (), content, name, media_type),
        )
