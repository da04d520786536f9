"""Plain data as text for people: listings in aligned columns, nested values as indented lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any

_LINE = 80
_SHORT = 20
_CELL = 24


def aligned(rows: Sequence[Mapping[str, Any]]) -> str:
    """A listing with its columns below each other; the first row's keys are the header.

    >>> print(aligned([{"area": "Leeds", "value": 74.7}, {"area": "York", "value": None}]))
    area   value
    Leeds  74.7
    York
    """
    lines = [list(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def cell(value: Any) -> str:
    """A value as a listing shows it; nothing is shown as nothing."""
    return "" if value is None else str(value)


def flow(value: Any) -> str:
    """Nested data on one line, nearly as YAML writes it.

    >>> print(flow({"keys": ["area", "year"], "to": {"a b": 1}, "others": None}))
    keys: [area, year], to: {a b: 1}, others: null
    """
    return _flow(value)[1:-1] if isinstance(value, Mapping) else _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value) if isinstance(value, (str, float)) or type(value) is int else _WORDS[value]


_WORDS: Mapping[Any, str] = MappingProxyType({None: "null", True: "true", False: "false"})


def cut(text: str, width: int) -> str:
    """A text on one line, and what is too long for the width replaced by dots.

    >>> cut("a rather long text", 10)
    'a rathe...'
    """
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


def tabled(rows: Sequence[Mapping[str, str]], width: int) -> list[str]:
    r"""Texts below each other in columns, as many columns as fit, and a line for those that don't.

    >>> print(*tabled([{"row": "2", "area": "Leeds", "name of it": "74.7"}], 20), sep="\n")
    row  area
    2    Leeds
    (and 1 more colu...)
    """
    if not rows:
        return []
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [[cut(text, _CELL) for text in (name, *(row.get(name, "") for row in rows))] for name in names]
    widths = [max(map(len, column)) for column in columns]
    fitting = max(1, sum(1 for end in accumulate(widths, lambda all_, one: all_ + 2 + one) if end <= width))
    lines = zip(*columns[:fitting], strict=True)
    shown = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    hidden = names[fitting:]
    if hidden:
        many = "1 more column" if len(hidden) == 1 else f"{len(hidden)} more columns"
        shown.append(cut(f"(and {many}: {', '.join(hidden)}", width - 1) + ")")
    return shown


def outlined(value: Mapping[str, Any]) -> str:
    """Nested data as lines, what fits on one line on one; what is empty is left out.

    >>> print(outlined({"id": "S-1", "source": {"page": "", "level": "lad"}, "areas": ["E1", "E2"]}))
    id: S-1
    source: level: lad
    areas: E1, E2
    """
    return "\n".join(_lines(value))


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    for name, inner in _named(value):
        if _fits(inner):
            yield f"{indent}{name}: {_inline(inner)}"
        else:
            yield f"{indent}{name}:"
            yield from _lines(inner, indent + "  ")


def _named(value: Any) -> Iterator[tuple[Any, Any]]:
    named = value.items() if isinstance(value, Mapping) else enumerate(value, start=1)
    return ((name, inner) for name, inner in named if inner not in (None, "", [], {}))


def _fits(value: Any) -> bool:
    """Whether it reads well on one line: a plain value does, short items do, and so does a little of anything."""
    if not isinstance(value, (Mapping, list)):
        return True
    short = isinstance(value, list) and all(isinstance(item, str) and len(item) < _SHORT for item in value)
    return short or len(_inline(value)) < _LINE


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_inline(inner)}" for name, inner in _named(value))
    return ", ".join(_inline(inner) for _, inner in _named(value)) if isinstance(value, list) else str(value)
