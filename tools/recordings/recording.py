"""What every recording is made of: the answers, what was asked for them, and our own tables of figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

FIGURES = Path(__file__).resolve().parents[1] / "figures"
RETRIEVED_AT = "2026-01-15T06:00:00+00:00"
REGION, ENGLAND = "E12000003", "E92000001"

Known = tuple[str, str, str]
"""A figure that is published: the indicator, the area as it is printed, and the period (``2023-01-01/P1Y``)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and what was asked for it."""

    url: str
    parameters: tuple[tuple[str, str], ...]
    content: bytes
    file: str = "data.csv"
    media_type: str = "text/csv"

    @property
    def described(self) -> dict[str, Any]:
        """What ``exchange.json`` says of it."""
        return {
            "url": self.url,
            "parameters": self.parameters,
            "method": "GET",
            "body": None,
            "file": self.file,
            "status": 200,
            "headers": {"content-type": self.media_type},
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """Whose figures a recording holds, which of them are published, and which are made up."""

    publisher: str
    source: str
    published: str
    made_up: str
    licence: str = "Open Government Licence v3.0"

    def __str__(self) -> str:
        said = {
            "Publisher": self.publisher,
            "Source": self.source,
            "Licence": self.licence,
            "Published": self.published,
            "Made up": self.made_up,
        }
        return "\n".join(
            fill(f"{name}: {text}", 120, initial_indent=" " * 4, subsequent_indent=" " * 8)
            for name, text in said.items()
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """The answers of one data set in one release; a single made-up figure makes all of it ``synthetic``.

    ``part`` is a folder of its own below the data set's, where not all of its answers are of one origin. ``known`` are
    the figures that come out as they are published, though others of it are made up; goldens go without saying.
    """

    source: str
    dataset: str
    release: str
    origin: str
    answers: tuple[Answer, ...]
    notice: Notice
    part: str = ""
    retrieved_at: str = RETRIEVED_AT
    known: tuple[Known, ...] = ()

    @property
    def exchange(self) -> dict[str, Any]:
        """What ``exchange.json`` says."""
        return {
            "source": self.source,
            "dataset": self.dataset,
            "retrieved_at": self.retrieved_at,
            "release": self.release,
            "origin": self.origin,
            "answers": [answer.described for answer in self.answers],
        }

    @property
    def name(self) -> str:
        """Its folder below that of all recordings."""
        return "/".join(filter(None, (self.source, self.dataset, self.part)))

    def write(self, recordings: Path) -> Path:
        """Write the answers and their ``exchange.json``; returns their folder."""
        folder = recordings / self.name
        folder.mkdir(parents=True, exist_ok=True)
        for answer in self.answers:
            (folder / answer.file).write_bytes(answer.content)
        text = json.dumps(self.exchange, indent=2, ensure_ascii=False) + "\n"
        (folder / "exchange.json").write_text(text, encoding="utf-8", newline="\n")
        return folder


def figures(name: str) -> list[dict[str, str]]:
    """The rows of one of our tables."""
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def area_names() -> dict[str, str]:
    """Names by code: today's areas, and those of before April 2023."""
    return {row["code"]: row["name"] for table in ("areas.csv", "areas_before_2023.csv") for row in figures(table)}


def curve(row: dict[str, str], since: int) -> float:
    """A smooth made-up path: where it begins, how it tends and how that bends, each as a share of the beginning."""
    return float(row["first"]) * (1 + float(row["trend"]) * since + float(row["bend"]) * since * since)


def csv_text(rows: Iterable[Sequence[object]], line_end: str = "\n") -> str:
    """Rows as CSV, with quotes only where they are needed."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()
