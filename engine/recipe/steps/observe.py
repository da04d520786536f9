"""The last step: from a publisher's columns to those of an observation."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from ....connectors.base import SourceError
from ...measures import REASONS
from ...periods import Period
from ..columns import ROW, TIME_PERIOD, companion
from ..distinct import Frame, among, cells, distinct
from ..grouped import refuse_blanks
from ..intervals import intervals
from ..signature import Arguments
from ..statuses import joined, settled
from ..step import StepContext

_AN_INTERVAL = "an ISO interval such as 2023-04-01/P1Y"
_NUMBERS = ("value", "lower_ci", "upper_ci", "numerator", "denominator")
_TOTAL = "_T"


def observe(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    """The columns of observations and no others (but ``_row`` where it is carried).

    Raises:
        SourceError: A row has no area, period or breakdown, a period is no ISO interval, or a status no known reason.
    """
    for name in (arguments[role] for role in ("area", "period", "breakdown") if role in arguments):
        refuse_blanks(frame, name)
    _refuse_unknown_reasons(frame, arguments.get("status"))
    observed = frame.select(*_keys(frame, arguments), *_numbers(arguments), *_texts(frame, arguments), *_row(frame))
    if "provisional" in arguments:
        observed = _with_provisional(observed)
    return settled(observed, "value", "status")


def _keys(frame: Frame, arguments: Arguments) -> list[nw.Expr]:
    period = intervals(frame, arguments["period"], Period.parse, _AN_INTERVAL)
    breakdown = nw.col(arguments["breakdown"]) if "breakdown" in arguments else nw.lit(_TOTAL)
    return [nw.col(arguments["area"]).alias("area"), period.alias(TIME_PERIOD), breakdown.alias("breakdown")]


def _numbers(arguments: Arguments) -> list[nw.Expr]:
    nothing = nw.lit(None, dtype=nw.Float64)
    return [(nw.col(arguments[role]) if role in arguments else nothing).alias(role) for role in _NUMBERS]


def _texts(frame: Frame, arguments: Arguments) -> list[nw.Expr]:
    reasons = [name for name in (companion(arguments["value"]), arguments.get("status")) if name in frame.columns]
    note = nw.col(arguments["note"]) if "note" in arguments else nw.lit(None, dtype=nw.String)
    return [joined([nw.col(name) for name in reasons]).alias("status"), note.alias("note")]


def _row(frame: Frame) -> list[nw.Expr]:
    return [nw.col(ROW)] if ROW in frame.columns else []


def _with_provisional(observed: Frame) -> Frame:
    ends = {text: Period.parse(text).end for text in distinct(observed, TIME_PERIOD)}
    latest = [text for text, end in ends.items() if end == max(ends.values())]
    provisional = nw.when(among(TIME_PERIOD, latest)).then(nw.lit("provisional"))
    return observed.with_columns(joined([nw.col("status"), provisional]).alias("status"))


def _refuse_unknown_reasons(frame: Frame, name: str | None) -> None:
    texts = distinct(frame, name) if name else []
    unknown = [text for text in texts if not {*text.split()} <= {*REASONS}]
    if name and unknown:
        raise SourceError(
            f"`{name}` holds {cells(frame, name, unknown)}, which names no reason.",
            f"Known reasons are {', '.join(REASONS)}.",
        )
