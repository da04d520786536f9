"""Between the frame of observations and the figures of parts: out of its rows, and back into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd

from ..geography import Area
from ..measures import MEASURE_TYPES, Measured
from .figures import Figure, Made, Parts, difference

Key: TypeAlias = tuple[str, str, str]
"""What figures are about: the area, the period and the breakdown."""

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Rebased:
    """The frame at the target vintage, the number of rows that nothing was made of, and what there is to be told."""

    frame: pd.DataFrame
    unused: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Divided:
    """Areas and what they are made of.

    Attributes:
        wholes: The area that each code is a part of.
        divisions: Every complete set of parts of the area of that code, in that period, newest first.
    """

    wholes: Mapping[str, Area]
    divisions: Callable[[str, str], Sequence[Sequence[str]]]


def parts_of(frame: pd.DataFrame, which: pd.Series[bool], divided: Divided) -> Iterator[Parts]:
    """The figures of these rows, which are of parts, by the area, period and breakdown that they make together."""
    areas = {area.code: area for area in divided.wholes.values()}
    own = figures_of(frame, frame["area_code"].isin(areas) & ~which, lambda code: code)
    for key, figures in sorted(figures_of(frame, which, lambda code: divided.wholes[code].code).items()):
        sets = divided.divisions(key[0], key[1])
        yield _parts(areas[key[0]], key, (figures, own.get(key, ())), sets)


def figures_of(frame: pd.DataFrame, which: pd.Series[bool], whole: Callable[[str], str]) -> Mapping[Key, list[Figure]]:
    """The figures of these rows by area, period and breakdown."""
    places = [place for place, wanted in enumerate(which) if wanted]
    rows = frame[which]
    columns = (rows[name].tolist() for name in ("area_code", "value", "numerator", "denominator", "status"))
    found: dict[Key, list[Figure]] = {}
    for period, breakdown, *said in zip(rows["time_period"], rows["breakdown"], places, *columns, strict=True):
        figure = Figure(*said)
        found.setdefault((whole(figure.area), period, breakdown), []).append(figure)
    return MappingProxyType(found)


def _parts(
    area: Area, key: Key, said: tuple[Sequence[Figure], Sequence[Figure]], divisions: Sequence[Sequence[str]]
) -> Parts:
    """The figures of that division of the area which lacks the fewest parts, the newest of several."""
    figures, own = said
    there = {figure.area for figure in figures}
    division = min(map(frozenset, divisions), key=lambda codes: len(codes - there))
    chosen = [figure for figure in figures if figure.area in division]
    return Parts(
        area,
        *key[1:],
        figures=tuple(sorted(chosen, key=lambda figure: (figure.area, figure.place))),
        own=tuple(own),
        surplus=len(figures) - len(chosen),
        lacking=tuple(sorted(division - there)),
        repeated=len({figure.area for figure in chosen}) < len(chosen),
    )


def with_rows(
    frame: pd.DataFrame, rows: pd.DataFrame, found: Sequence[tuple[Parts, Made]], vintage: str
) -> pd.DataFrame:
    """Those rows of the frame, and one for each area that is made of its parts.

    What the source printed can't be said in one code: it is the area's own, and a flag says that it was made.
    """
    if not found:
        return rows
    texts = {name: frame[name].tolist() for name in frame.columns if name == "note" or name.startswith("_")}
    wholes = [parts.whole for parts, _ in found]
    columns = {
        "area_code": [whole.code for whole in wholes],
        "area_level": [whole.level for whole in wholes],
        "area_flag": "",
        "source_area_code": [whole.code for whole in wholes],
        "area_vintage": vintage,
        "time_period": [parts.time_period for parts, _ in found],
        "breakdown": [parts.breakdown for parts, _ in found],
        "status": [" ".join(sorted(made.said)) for _, made in found],
        **{name: [getattr(made, name) for _, made in found] for name in ("value", "numerator", "denominator")},
        **{name: [_of_parts(parts, made, (name, said)) for parts, made in found] for name, said in texts.items()},
    }
    made = pd.DataFrame(columns).reindex(columns=frame.columns)
    return pd.concat([rows, made.astype(rows.dtypes)], ignore_index=True)


def _of_parts(parts: Parts, made: Made, column: tuple[str, Sequence[Any]]) -> str | None:
    """The rows that the parts come from, in their order; or their notes, each once, and what there is to note of it."""
    name, texts = column
    said = [text for figure in parts.figures if isinstance(text := texts[figure.place], str)]
    if name != "note":
        return ";".join(said) or None
    return " ".join([*sorted({*said}), *filter(None, [made.note])]) or None


def disagreements(found: Iterable[Parts], measured: Measured) -> Iterator[str]:
    """Where the source prints an area and all its parts, and the two don't agree."""
    if MEASURE_TYPES[measured.type].over_areas != "sum":
        return
    both = [parts for parts in found if parts.own and parts.complete]
    blank = [parts.name for parts in both if all(isnan(own.value) for own in parts.own)]
    if blank:
        yield f"The source has no figure where it has one of every part of the area: {examples(blank)}."
    differ = [text for parts in both for own in parts.own if (text := difference(parts, own.value, measured))]
    if differ:
        yield f"Parts don't add up to the figure that the source prints of the area: {examples(differ)}."


def examples(texts: Sequence[str]) -> str:
    """The first few of these texts, and how many more there are."""
    more = f" and {len(texts) - _EXAMPLES:,} more" if len(texts) > _EXAMPLES else ""
    return ", ".join(texts[:_EXAMPLES]) + more
