"""The steps that look at one row at a time: keep, rename, number, derive, period."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ....connectors.base import Column
from ...periods import PERIOD_PATTERNS
from ..cells import parse_numbers
from ..columns import TIME_PERIOD, companion
from ..distinct import Frame
from ..intervals import intervals
from ..language.evaluate import evaluate
from ..language.expressions import Expression, columns_of, divisors_of, parse
from ..signature import Arguments
from ..statuses import joined, settled
from ..step import Step, StepContext


def _keep(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    return frame.filter(evaluate(parse(arguments["condition"])))


def _rename(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    companions = {companion(old): companion(new) for old, new in arguments.items() if companion(old) in frame.columns}
    return frame.rename({**arguments, **companions})


def _number(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    unit, markers = context.columns[arguments["column"]].unit, tuple(arguments["markers"].items())
    column = Column(arguments["column"], "number", unit=unit, markers=markers)
    return parse_numbers(frame, [column], footnotes=arguments["footnotes"])


def _derive(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    trees = {name: parse(text) for name, text in arguments.items()}
    frame = frame.with_columns(evaluate(tree).alias(name) for name, tree in trees.items())
    for name, tree in trees.items():
        frame = _with_reasons(frame, name, tree)
    return frame


def _with_reasons(frame: Frame, name: str, tree: Expression) -> Frame:
    said = [nw.col(companion(used)) for used in columns_of(tree) if companion(used) in frame.columns]
    by_zero = [nw.when(evaluate(divisor) == 0.0).then(nw.lit("not_applicable")) for divisor in divisors_of(tree)]
    if not said and not by_zero:
        return frame
    frame = frame.with_columns(joined([*said, *by_zero]).alias(companion(name)))
    return settled(frame, name, companion(name))


def _period(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    pattern = PERIOD_PATTERNS[arguments["as"]]
    expected = f"{pattern.title} such as {' or '.join(pattern.examples)}"
    said = {name: text for name, text in arguments.items() if name not in ("from", "as")}
    found = intervals(frame, arguments["from"], partial(pattern.parse, said=said), expected)
    return frame.with_columns(found.alias(TIME_PERIOD))


ROW_STEPS: Mapping[str, Step] = MappingProxyType(
    {"keep": _keep, "rename": _rename, "number": _number, "derive": _derive, "period": _period}
)
