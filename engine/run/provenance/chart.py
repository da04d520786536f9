"""Small charts in plain characters: bars below each other, and a line of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_BAR, _PLAIN_BAR = "█", "#"
_LEVELS, _PLAIN_LEVELS = "▁▂▃▄▅▆▇█", "_.-~=+*#"
_GAP, _PLAIN_GAP = "·", "?"
_LEAST = 8
_LONGEST_NAME = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it stands for, how long it is, and what stands beside it. Without a number there is no bar."""

    name: str
    number: float | None
    beside: str


def bars(shown: Sequence[Bar], width: int, *, plain: bool) -> list[str]:
    r"""Horizontal bars from a common zero, names in front and numbers behind; ``plain`` for characters of ASCII.

    >>> print(*bars([Bar("Leeds", 2.0, "2.0"), Bar("York", 1.0, "1.0")], 18, plain=True), sep="\n")
    Leeds  ########  2.0
    York   ####      1.0
    """
    names = min(max((len(bar.name) for bar in shown), default=0), _LONGEST_NAME)
    beside = max((len(bar.beside) for bar in shown if bar.number is not None), default=0)
    room = max(width - names - beside - 4, _LEAST)
    numbers = [bar.number for bar in shown if bar.number is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    return [
        f"{bar.name[:names]:<{names}}  {_line(bar, low, high, room, _PLAIN_BAR if plain else _BAR)}".rstrip()
        for bar in shown
    ]


def _line(bar: Bar, low: float, high: float, room: int, sign: str) -> str:
    if bar.number is None:
        return bar.beside
    span = (high - low) or 1.0
    zero, end = (round((number - low) / span * room) for number in (0.0, bar.number))
    left, right = min(zero, end), max(zero, end)
    return f"{' ' * left + sign * (right - left):<{room}}  {bar.beside}"


def sparkline(numbers: Sequence[float | None], *, plain: bool) -> str:
    """A series as one line: low where it is lowest, high where it is highest, a dot where there is no number.

    >>> sparkline([1.0, None, 2.0, 3.0], plain=False)
    '▁·▅█'
    """
    known = [number for number in numbers if number is not None]
    if not known:
        return (_PLAIN_GAP if plain else _GAP) * len(numbers)
    levels, gap = (_PLAIN_LEVELS, _PLAIN_GAP) if plain else (_LEVELS, _GAP)
    low, span = min(known), max(known) - min(known)
    top = len(levels) - 1
    places = [
        None if number is None else round((number - low) / span * top) if span else top // 2 for number in numbers
    ]
    return "".join(gap if place is None else levels[place] for place in places)
