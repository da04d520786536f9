"""An explanation as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ...listing import cut, tabled
from ...observations import TOTAL
from .explain import Explanation, LoadFacts, SpecFacts, Vintage, value_said
from .preview_text import Screen, wrapped
from .remake import FileFacts, InputSeen, Making, SourceCell, SourceRow, StepRows
from .trace import number_text

_INDENT = "  "
_ROWS = 12
_CELL = 60


def explanation_text(told: Explanation, screen: Screen) -> str:
    """The whole explanation, part below part."""
    parts = [
        list(_head(told, screen)),
        list(_earlier(told)),
        list(_load(told.load, told.spec, screen)),
        *_making(told.making, screen),
    ]
    text = "\n\n".join("\n".join(part) for part in parts if part)
    inner = (f"\n\nmade of:\n{_indented(explanation_text(one, screen))}" for one in told.inputs)
    return text + "".join(inner)


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{line}".rstrip() for line in text.splitlines())


def _head(told: Explanation, screen: Screen) -> Iterator[str]:
    yield cut(f"{told.indicator} {told.title}", screen.width)
    of_whom = "" if told.breakdown == TOTAL else f", {told.breakdown}"
    yield f"{told.area_name} ({told.area}), {told.period}{of_whom}: {value_said(told.current, told.unit)}"
    if told.asked_for:
        yield f"{_INDENT}{told.asked_for}"
    yield from wrapped(f"status: {told.current.obs_status}, {told.current.status}", screen, _INDENT)
    if "lower_ci" in told.numbers or "upper_ci" in told.numbers:
        ends = (told.numbers.get(name) for name in ("lower_ci", "upper_ci"))
        yield f"{_INDENT}interval: {' to '.join('?' if end is None else number_text(end) for end in ends)}"
    for name in ("numerator", "denominator"):
        if name in told.numbers:
            yield f"{_INDENT}{name}: {number_text(told.numbers[name])}"
    if told.note:
        yield from wrapped(f"note: {told.note}", screen, _INDENT)
    yield f"{_INDENT}origin: {told.origin}"


def _earlier(told: Explanation) -> Iterator[str]:
    if not told.earlier:
        yield "No earlier figure was ever loaded."
        return
    yield "before:"
    for old in told.earlier:
        yield f"{_INDENT}{_vintage(old, told.unit)}"


def _vintage(old: Vintage, unit: str) -> str:
    status = "" if old.status == "normal" else f" ({old.status})"
    when = f"retrieved {_moment(old.retrieved_at)}, loaded {_moment(old.committed_at)}"
    return f"{value_said(old, unit)}{status}: {when}, load {old.load_id} of run {old.run_id}"


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"


def _load(load: LoadFacts, spec: SpecFacts, screen: Screen) -> Iterator[str]:
    yield f"load {load.load_id}: {_moment(load.committed_at)} UTC, run {load.run_id} ({load.mode})"
    yield f"{_INDENT}yhovi {load.engine_version}, plan {load.fingerprint[:12]}"
    release = f"release {load.release}" if load.release else "no release named"
    yield f"{_INDENT}{load.dataset}, {release}, retrieved {_moment(load.retrieved_at)} UTC"
    yield from wrapped(_spec_said(spec), screen, _INDENT)


def _spec_said(spec: SpecFacts) -> str:
    if spec.file is None:
        return "spec: the catalogue has none of this id any more"
    same = {True: "as it was loaded", False: "it has changed since it was loaded", None: "it can't be read"}[spec.same]
    return f"spec: {spec.file}, {same}; {f'commit {spec.commit}' if spec.commit else 'no commit of git is known'}"


def _making(making: Making, screen: Screen) -> Iterator[list[str]]:
    for note in making.notes:
        yield list(wrapped(note, screen))
    if making.steps:
        yield ["how it was made:", *(line for step in making.steps for line in _step(step, screen))]
    if making.observations:
        yield ["made of these observations:", *(line for one in making.observations for line in _input(one))]
    if making.cells:
        yield list(_cells(making.cells))
    shown = {row.part for row in making.rows[:_ROWS]}
    for file in making.files:
        if not making.rows or file.part in shown:
            yield list(_file(file, making, screen))


def _cells(cells: Sequence[SourceCell]) -> Iterator[str]:
    yield "the value stands in:" if len(cells) == 1 else "the value was made of what stands in:"
    for cell in cells[:_ROWS]:
        yield f"{_INDENT}{cell.address}: {cell.text or '(blank)'}"
    yield from _hidden(len(cells), _INDENT, "cells")


def _step(step: StepRows, screen: Screen) -> Iterator[str]:
    said = f"{step.number} {step.name}{': ' if step.arguments else ''}{step.arguments}"
    yield f"{_INDENT}{cut(said, screen.width - len(_INDENT))}"
    texts = [{name: row[name] for name in step.telling if name in row} for row in step.rows[:_ROWS]]
    names = dict.fromkeys(name for name in step.telling if any(name in row for row in texts))
    rows: list[Mapping[str, str]] = [{name: row.get(name, "") for name in names} for row in texts]
    yield from (f"{_INDENT * 2}{line}" for line in tabled(rows, screen.width - len(_INDENT * 2)))
    yield from _hidden(len(step.rows), _INDENT * 2)


def _hidden(number: int, indent: str, what: str = "rows") -> Iterator[str]:
    if number > _ROWS:
        yield f"{indent}(and {number - _ROWS:,} more {what}; --json has all)"


def _input(one: InputSeen) -> Iterator[str]:
    value = "no number" if one.value is None else number_text(one.value)
    status = f" ({one.status})" if one.status else ""
    yield f"{_INDENT}{one.name.indicator} {one.name.area} {one.name.period}: {value}{status}, load {one.load_id}"
    yield f"{_INDENT * 2}{one.command}"


def _file(file: FileFacts, making: Making, screen: Screen) -> Iterator[str]:
    yield f"from: {file.address}"
    yield f"{_INDENT}retrieved {_moment(file.retrieved_at)} UTC, sha256 {file.sha256}"
    yield f"{_INDENT}{file.object}"
    if file.member:
        yield f"{_INDENT}in the zip: {file.member}"
    rows = [row for row in making.rows if row.part == file.part]
    for row in rows[:_ROWS]:
        yield from wrapped(_source_row(row), screen, _INDENT)
    yield from _hidden(len(rows), _INDENT)


def _source_row(row: SourceRow) -> str:
    cells = " | ".join(f"{cell.header}: {cut(cell.text, _CELL)}" for cell in row.cells if cell.text)
    return f"{f'sheet {row.sheet}, ' if row.sheet else ''}row {row.number}: {cells}"
