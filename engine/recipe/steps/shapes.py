"""The steps that change a frame's shape: unpivot, pivot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ....connectors.base import SourceError
from ..columns import ROW, companion
from ..distinct import Frame, among, cells, count, distinct, rows
from ..signature import Arguments
from ..step import Step, StepContext

_COUNT = "_count"
_ROW_OF = "_row:"
_SHOWN = 3


def _unpivot(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    melted = _melted(frame, arguments["columns"], context)
    # one select per column, not narwhals' unpivot: a cell takes its companion and its row with it
    return nw.concat([_one_column(frame, header, melted, arguments) for header in melted.items()])


def _melted(frame: Frame, said: str | Sequence[str], context: StepContext) -> Mapping[str, str]:
    """The columns to take apart, each with the text that stands for it: of a header, the part in parentheses."""
    if not isinstance(said, str):
        return {header: header for header in said}
    found = context.columns.labels(said, frame.columns)
    pattern = context.columns[said].pattern
    if not found:
        raise SourceError(
            f"No column belongs to the group `{said}`: no header matches {pattern}.",
            "Compare the pattern with the headers of the source.",
        )
    without = [header for header, label in found.items() if not label]
    if without:
        raise SourceError(
            f"The pattern {pattern} takes no text from some headers: {_quoted(without)}.",
            "Parentheses that only hold a part of the pattern together are written (?:…).",
        )
    often = Counter(found.values())
    same = [header for header, label in found.items() if often[label] > 1]
    if same:
        raise SourceError(
            f"The pattern {pattern} takes the same text from several headers: {_quoted(same)}.",
            "Make its part in parentheses wider, or the pattern narrower.",
        )
    return found


def _one_column(frame: Frame, named: tuple[str, str], melted: Mapping[str, str], arguments: Arguments) -> Frame:
    header, label = named
    gone = {*melted, *(companion(name) for name in melted), ROW}
    new = [nw.lit(label).alias(arguments["name"]), nw.col(header).alias(arguments["value"])]
    if any(companion(name) in frame.columns for name in melted):
        new.append(_text(frame, companion(header)).alias(companion(arguments["value"])))
    if ROW in frame.columns:
        new.append(nw.concat_str([nw.col(ROW), nw.lit(f"[{header}]")]).alias(ROW))
    return frame.select(*(nw.col(name) for name in frame.columns if name not in gone), *new)


def _text(frame: Frame, name: str) -> nw.Expr:
    return nw.col(name) if name in frame.columns else nw.lit(None, dtype=nw.String)


def _pivot(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    keys, columns = arguments["keys"], arguments["columns"]
    frame = _declared_rows(frame, arguments["from"], columns, arguments["others"])
    _refuse_duplicates(frame, [*keys, arguments["from"]])
    carried = _carried(frame, arguments["values"])
    spread = [
        nw.when(nw.col(arguments["from"]) == category).then(nw.col(source)).alias(prefix + name)
        for category, name in columns.items()
        for source, prefix in carried.items()
    ]
    wide = frame.select(*map(nw.col, keys), *spread)
    cells_of_a_key = [nw.col(name).max() for name in wide.columns if name not in keys]
    return _with_rows(wide.group_by(keys, drop_null_keys=False).agg(cells_of_a_key), columns.values())


def _carried(frame: Frame, values: str) -> dict[str, str]:
    """The columns that go with a number, and what their names start with beside its new name."""
    wanted = {values: "", companion(values): companion(""), ROW: _ROW_OF}
    return {source: prefix for source, prefix in wanted.items() if source in frame.columns}


def _declared_rows(frame: Frame, source: str, columns: Iterable[str], others: str) -> Frame:
    found = distinct(frame, source)
    absent = [category for category in columns if category not in found]
    if absent and len(frame):
        raise SourceError(
            f"`{source}` never says {_quoted(absent)}.",
            f"It says {_quoted(found[:_SHOWN]) or 'nothing'}. Compare this with the categories in the recipe.",
        )
    declared = frame.filter(among(source, [*columns]).fill_null(value=False))
    if others == "error" and len(declared) < len(frame):
        raise _undeclared(frame, source, [text for text in found if text not in columns])
    return declared


def _undeclared(frame: Frame, source: str, texts: Sequence[str]) -> SourceError:
    blank = frame.filter(nw.col(source).is_null())
    found = f"holds {cells(frame, source, texts)}" if texts else f"is blank in {count(len(blank), 'row')}{rows(blank)}"
    return SourceError(
        f"`{source}` {found}, which is no category of the recipe.",
        "Name it under columns, drop its rows with keep, or drop all other categories with others: ignore.",
    )


def _refuse_duplicates(frame: Frame, keys: Sequence[str]) -> None:
    often = frame.group_by(keys, drop_null_keys=False).agg(nw.len().alias(_COUNT)).filter(nw.col(_COUNT) > 1).sort(keys)
    if not len(often):
        return
    shown = often.head(_SHOWN).select(*(nw.col(key).fill_null("") for key in keys), nw.col(_COUNT)).rows()
    said = [f"{_quoted(texts)} ({number} rows)" for *texts, number in shown]
    hidden = len(often) - len(said)
    raise SourceError(
        f"Several rows have the same {', '.join(f'`{key}`' for key in keys)}:"
        f" {'; '.join([*said, count(hidden, 'other combination')] if hidden else said)}.",
        "Add the column that tells these rows apart to keys, or keep one kind of them before this step.",
    )


def _with_rows(frame: Frame, names: Iterable[str]) -> Frame:
    parts = [_ROW_OF + name for name in names if _ROW_OF + name in frame.columns]
    if not parts:
        return frame
    return frame.with_columns(nw.concat_str(parts, separator=";", ignore_nulls=True).alias(ROW)).drop(parts)


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


SHAPE_STEPS: Mapping[str, Step] = MappingProxyType({"unpivot": _unpivot, "pivot": _pivot})
