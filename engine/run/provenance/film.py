"""What happens to rows in each step of a recipe, seen while it runs: a watch for preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from ...recipe.columns import ROW, companion
from ...recipe.distinct import Frame, among, count
from ...recipe.language.expressions import columns_of, parse
from .trace import Row, Score, cell_text, is_blank, row_texts

_EXAMPLES = 2
_NO_REASON = "blank"


@dataclass
class Scene:
    """One step: how many rows went in and came out, the first that did, and what became of the others."""

    before: int = 0
    after: int = 0
    present: tuple[str, ...] = ()
    first: list[Row] = field(default_factory=list)
    missing: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    dropped: list[Row] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


class Film:
    """A watch that remembers what each step did, however many batches the data comes in."""

    def __init__(self, score: Score, rows: int) -> None:
        self.score = score
        self.scenes: dict[int, Scene] = {}
        self._rows = rows

    def __call__(self, place: int, before: Frame, after: Frame) -> None:
        """Take note of one step of one batch."""
        scene = self.scenes.setdefault(place, Scene())
        scene.before += len(before)
        scene.after += len(after)
        scene.present = scene.present or tuple(after.columns)
        scene.first += after.head(max(self._rows - len(scene.first), 0)).rows(named=True)
        if place + 1 < len(self.score.steps):
            self._count_missing(scene, place, after)
        if place >= 0:
            self._find_dropped(scene, *self.score.steps[place], before, after)

    def lines(self, place: int) -> list[dict[str, str]]:
        """The first rows after a step, of the columns that tell something."""
        scene = self.scenes[place]
        names = self.score.telling(place, scene.present)
        if place + 1 == len(self.score.steps):
            names = [name for name in names if any(not is_blank(row[name]) for row in scene.first)]
        return [row_texts(row, names, placed=self.score.of_source) for row in scene.first]

    def notes(self, place: int) -> list[str]:
        """What was dropped or is missing after a step, and why, in sentences."""
        scene = self.scenes[place]
        return [*self._dropped_said(scene, place), *_missing_said(scene)]

    def _count_missing(self, scene: Scene, place: int, after: Frame) -> None:
        known, used = self.score.after(place), self.score.used_after(place, after.columns)
        for column in (made for made in self.score.numbers_made(place) if made.name in used):
            headers = known.members(column.name, after.columns) if column.pattern else (column.name,)
            for header in headers:
                scene.numbers[column.name] += len(after)
                scene.missing.setdefault(column.name, Counter()).update(_reasons(after, header))

    def _find_dropped(self, scene: Scene, name: str, arguments: Mapping[str, Any], before: Frame, after: Frame) -> None:
        if name == "keep" and len(scene.dropped) < _EXAMPLES and len(after) < len(before):
            kept = after.get_column(ROW).to_list()
            gone = before.filter(~among(ROW, kept))
            scene.dropped += gone.head(_EXAMPLES - len(scene.dropped)).rows(named=True)
        if arguments.get("others") == "ignore":
            column, declared = _categories(name, arguments)
            texts = before.get_column(column).to_list()
            scene.others.update("(blank)" if is_blank(text) else text for text in texts if text not in declared)

    def _dropped_said(self, scene: Scene, place: int) -> Iterator[str]:
        if place < 0:
            return
        name, arguments = self.score.steps[place]
        if scene.dropped:
            names = columns_of(parse(arguments["condition"]))
            examples = " and ".join(_example(row, names) for row in scene.dropped)
            yield f"{count(scene.before - scene.after, 'row')} dropped, such as {examples}."
        if scene.others:
            texts = ", ".join(f"'{text}' ({number:,})" for text, number in scene.others.most_common(5))
            more = f" and {len(scene.others) - 5} more" if len(scene.others) > 5 else ""
            column = _categories(name, arguments)[0]
            yield f"{count(scene.others.total(), 'row')} of another {column} ignored: {texts}{more}."


def _categories(name: str, arguments: Mapping[str, Any]) -> tuple[str, set[str]]:
    """The column of categories of a step that may ignore some, and those that it takes."""
    column = arguments["from"] if name == "pivot" else arguments["over"]
    declared = {*arguments.get("columns", ()), *arguments.get("parts", ()), arguments.get("total", "")}
    return column, declared


def _example(row: Row, names: tuple[str, ...]) -> str:
    said = ", ".join(f"{name}: {cell_text(row, name) or '(blank)'}" for name in names)
    return f"row {row[ROW]} ({said})"


def _reasons(frame: Frame, header: str) -> Counter[str]:
    missing = frame.filter(nw.col(header).is_null())
    status = companion(header)
    if status not in frame.columns:
        return Counter({_NO_REASON: len(missing)} if len(missing) else {})
    return Counter(_NO_REASON if is_blank(text) else text for text in missing.get_column(status).to_list())


def _missing_said(scene: Scene) -> Iterator[str]:
    for name, reasons in scene.missing.items():
        if reasons:
            each = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
            yield f"{name}: {reasons.total():,} of {count(scene.numbers[name], 'number')} missing ({each})."
