"""The steps that work on labels: recode, split, coalesce."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ....connectors.base import SourceError
from ..columns import companion
from ..distinct import Frame, cells, distinct, looked_up, replaced
from ..grouped import settle
from ..signature import Arguments
from ..statuses import joined
from ..step import Step, StepContext

_Parts = Sequence[str | None]


def _recode(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    name, values, others = arguments["column"], arguments["values"], arguments["others"]
    undeclared = [text for text in distinct(frame, name) if text not in values]
    if undeclared and others == "error":
        raise SourceError(
            f"`{name}` holds {cells(frame, name, undeclared)}, for which the recipe has no new text.",
            "Add it to values, or let all other texts stand with others: keep, or go with others: blank.",
        )

    def new(text: str) -> str | None:
        said: str | None = values.get(text, text if others == "keep" else None)
        return said

    return frame.with_columns(replaced(frame, name, new).alias(arguments.get("into", name)))


def _split(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    name, into = arguments["column"], arguments["into"]
    apart = _by(arguments["by"], len(into)) if "by" in arguments else _matching(arguments["pattern"])
    found = {text: apart(text) for text in distinct(frame, name)}
    odd = [text for text, parts in found.items() if parts is None]
    if odd and arguments["others"] == "error":
        raise _unsplit(frame, arguments, odd)
    known = {text: parts for text, parts in found.items() if parts is not None}
    return frame.with_columns(
        looked_up(name, list(known), [parts[place] for parts in known.values()], nw.String).alias(part)
        for place, part in enumerate(into)
    )


def _by(separator: str, number: int) -> Callable[[str], _Parts | None]:
    def apart(text: str) -> _Parts | None:
        parts = [part.strip() for part in text.split(separator)]
        return parts if len(parts) == number and all(parts) else None

    return apart


def _matching(pattern: str) -> Callable[[str], _Parts | None]:
    compiled = re.compile(pattern)

    def apart(text: str) -> _Parts | None:
        found = compiled.fullmatch(text)
        return [part or None for part in found.groups()] if found else None

    return apart


def _unsplit(frame: Frame, arguments: Arguments, odd: Sequence[str]) -> SourceError:
    name, parts = arguments["column"], len(arguments["into"])
    expected = f"{parts} parts with '{arguments['by']}' between them" if "by" in arguments else arguments["pattern"]
    return SourceError(
        f"`{name}` holds {cells(frame, name, odd)} where {expected} is expected.",
        "Drop these rows with keep if they are no data, use a pattern that takes them in, or leave their parts blank"
        " with others: blank.",
    )


def _coalesce(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    names, into = arguments["columns"], arguments["into"]
    frame = settle(frame, names)
    said = {name: companion(name) for name in names if companion(name) in frame.columns}
    frame = frame.with_columns(nw.coalesce(*map(nw.col, names)).alias(into))
    if not said:
        return frame
    return settle(frame.with_columns(_reasons(names, said).alias(companion(into))), [into])


def _reasons(names: Sequence[str], said: Mapping[str, str]) -> nw.Expr:
    """The reasons of the column that is chosen; where none is, those of all."""

    def unless(otherwise: nw.Expr, name: str) -> nw.Expr:
        own = nw.col(said[name]) if name in said else nw.lit(None, dtype=nw.String)
        return nw.when(~nw.col(name).is_null()).then(own).otherwise(otherwise)

    return reduce(unless, reversed(names), joined([nw.col(name) for name in said.values()]))


LABEL_STEPS: Mapping[str, Step] = MappingProxyType({"recode": _recode, "split": _split, "coalesce": _coalesce})
