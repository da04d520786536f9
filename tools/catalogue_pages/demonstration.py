"""What the demonstration has of each indicator: its figures, their periods and areas, and how many are published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from yhovi.connectors.base import Answer, Request
from yhovi.engine.bronze import Nowhere
from yhovi.engine.errors import ExtractError
from yhovi.engine.observations import TOTAL
from yhovi.engine.periods import Period, matches
from yhovi.engine.plan import Fetch, Plan
from yhovi.engine.quality import judge
from yhovi.engine.recordings import Recordings
from yhovi.engine.run.current import Input
from yhovi.engine.run.desk import Desk
from yhovi.engine.run.extract import Extracted
from yhovi.engine.run.making import case, corrected
from yhovi.engine.run.provenance.trace import made

PUBLISHED = "published"
_TODAY = datetime(2026, 1, 15, tzinfo=UTC)

Figure = tuple[str, str, str]
"""An indicator, an area as it is printed, and a period."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration has of an indicator.

    ``numbers`` are the observations that have a number, and ``published`` those of them that are a publisher's;
    ``areas`` are the names of the areas, by level. ``recordings`` are those that it is made from itself.
    """

    numbers: int
    published: int
    missing: int
    first: Period
    last: Period
    areas: Mapping[str, tuple[str, ...]]
    recordings: tuple[str, ...]


def shown(plans: Sequence[Plan], folder: Path, known: Iterable[Figure] = ()) -> Mapping[str, Shown]:
    """What the demonstration has of each of these that it has a recording of.

    Args:
        plans: The plans, each after those that it is made of.
        folder: The recordings.
        known: The figures that are published though others of their recording are made up.

    Raises:
        ValueError: A figure that is said to be published doesn't come out.
    """
    projector = _Projector(folder, frozenset(known))
    return MappingProxyType({plan.spec.id: found for plan in plans if (found := projector.show(plan)) is not None})


class _Projector:
    """Carries plans out over the recordings, and remembers what others are made of."""

    def __init__(self, folder: Path, known: frozenset[Figure]) -> None:
        self._recordings, self._names = Recordings([folder]), _names(folder)
        self._known = known
        self._made: dict[str, Input] = {}
        self._asked: list[str] = []
        ids = count()
        self._desk = Desk(self._answer, Nowhere(), "catalogue", "", lambda: _TODAY, lambda: str(next(ids)))

    def _answer(self, _: Fetch, request: Request) -> Answer:
        answer = self._recordings.send(request)
        self._asked.append(self._names[request.key])
        return answer

    def show(self, plan: Plan) -> Shown | None:
        if not all(name in self._made for name in plan.spec.inputs):
            return None
        self._asked.clear()
        try:
            extracted = made(plan, self._desk, self._made, [])
        except ExtractError:
            return None
        frame = _loaded(plan, extracted)
        self._made[plan.spec.id] = Input(frame, extracted.retrieved_at, extracted.origin)
        return None if frame.empty else self._told(plan, extracted, frame)

    def _told(self, plan: Plan, extracted: Extracted, frame: pd.DataFrame) -> Shown:
        numbers = frame[frame["value"].notna()]
        periods = sorted(map(Period.parse, frame["time_period"].unique()), key=lambda one: (one.end, one.start))
        known = self._published(plan, numbers)
        return Shown(
            numbers=len(numbers),
            published=len(numbers) if extracted.origin == PUBLISHED else known,
            missing=len(frame) - len(numbers),
            first=periods[0],
            last=periods[-1],
            areas=_areas(plan, frame),
            recordings=tuple(dict.fromkeys(self._asked)),
        )

    def _published(self, plan: Plan, numbers: pd.DataFrame) -> int:
        """How many of the numbers are known to be published, one by one: as they are declared, or by a golden."""
        said = {(area, period) for indicator, area, period in self._known if indicator == plan.spec.id}
        keys = list(zip(numbers["source_area_code"], numbers["time_period"], strict=True))
        lost = sorted(said - set(keys))
        if lost:
            raise ValueError(f"{plan.spec.id} has no figure of {lost[0]}, which is said to be published.")
        whole = numbers["breakdown"] == TOTAL
        goldens = plan.spec.checks["golden"]
        held = whole & False
        for golden in goldens if isinstance(goldens, list) else ():
            held |= whole & _is(numbers, golden)
        return int((held | pd.Series([key in said for key in keys], index=numbers.index, dtype=bool)).sum())


def _is(numbers: pd.DataFrame, golden: Mapping[str, object]) -> pd.Series:
    """Whether a number is that of a golden."""
    area = (numbers["source_area_code"] == golden["area"]) | (numbers["area_code"] == golden["area"])
    periods = {text for text in numbers["time_period"].unique() if matches(Period.parse(text), str(golden["period"]))}
    return area & numbers["time_period"].isin(periods)


def _loaded(plan: Plan, extracted: Extracted) -> pd.DataFrame:
    """The observations that a run would load."""
    extracted = corrected(plan, extracted)
    verdict = judge(case(plan, extracted, _TODAY.date()))
    return extracted.observed.frame.drop(index=sorted(verdict.held))


def _areas(plan: Plan, frame: pd.DataFrame) -> Mapping[str, tuple[str, ...]]:
    """The names of the areas that there are figures of, by level, in the order of the settings."""
    found = set(frame["area_code"])
    areas = [area for area in plan.areas if area.code in found]
    levels = dict.fromkeys(area.level for area in areas)
    return MappingProxyType({level: tuple(area.name for area in areas if area.level == level) for level in levels})


def _names(folder: Path) -> Mapping[str, str]:
    """The recording that answers a request, by the request's key."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("exchange.json")):
        for answer in json.loads(file.read_text(encoding="utf-8"))["answers"]:
            parameters = tuple((name, value) for name, value in answer["parameters"])
            request = Request(answer["url"], parameters, method=answer["method"], body=answer["body"])
            found.setdefault(request.key, file.parent.relative_to(folder).as_posix())
    return MappingProxyType(found)
