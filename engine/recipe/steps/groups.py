"""The steps that bring rows together: aggregate, sum, share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ....connectors.base import SourceError
from ..columns import ROW, companion
from ..distinct import Frame, among, cells, count, distinct, rows
from ..grouped import (
    Amount,
    Cells,
    Groups,
    all_said,
    amounts_of,
    as_cells,
    explained,
    framed,
    grouped,
    plain,
    refuse_blanks,
    refuse_repeated,
    rows_at,
    rows_of,
    settle,
    texts_of,
    total,
)
from ..signature import Arguments
from ..signatures.groups import names_in
from ..statuses import UNEXPLAINED, united
from ..step import Step, StepContext

_SHOWN = 3
_NOISE = 1e-12
"""What adding up decimal fractions may leave behind, of the sum of all amounts."""

_NOT_APPLICABLE = "not_applicable"
_ABSENT = Amount(None, UNEXPLAINED)

_Row = Mapping[str, int]
"""Where the rows of a group stand, by their categories."""


def _aggregate(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    sums, sames = names_in(arguments.get("sum")), names_in(arguments.get("same"))
    frame = settle(frame, [*sums, *sames])
    groups = grouped(frame, arguments["by"])
    made: dict[str, Sequence[float | None] | Sequence[str | None]] = {**groups.keys()}
    for name in sums:
        made |= _added_up(frame, groups, name)
    for name in sames:
        made |= _same_text(frame, groups, name) if _is_text(context, name) else _same_number(frame, groups, name)
    numbers = [name for name in (*sums, *sames) if not _is_text(context, name)]
    return framed({**made, **rows_of(frame, groups)}, numbers, frame)


def _is_text(context: StepContext, name: str) -> bool:
    return context.columns[name].kind == "text"


def _added_up(frame: Frame, groups: Groups, name: str) -> Cells:
    parts = groups.dealt(amounts_of(frame, name))
    refuse_repeated(name, [[part.number for part in group] for group in parts], groups)
    return as_cells(name, [total(group) for group in parts], status=companion(name) in frame.columns)


def _same_number(frame: Frame, groups: Groups, name: str) -> Cells:
    amounts = groups.dealt(amounts_of(frame, name))
    _refuse_differing(frame, groups, name, [[amount.number for amount in group] for group in amounts])
    made = [Amount(group[0].number, all_said(group)) for group in amounts]
    return as_cells(name, made, status=companion(name) in frame.columns)


def _same_text(frame: Frame, groups: Groups, name: str) -> Cells:
    texts = groups.dealt(texts_of(frame, name))
    _refuse_differing(frame, groups, name, texts)
    return {name: [group[0] for group in texts]}


def _refuse_differing(
    frame: Frame, groups: Groups, name: str, values: Sequence[Sequence[float | None] | Sequence[str | None]]
) -> None:
    differing = [place for place, group in enumerate(values) if len({*group}) > 1]
    if not differing:
        return
    first, *others = differing
    places = [place for place, group in enumerate(groups.of_row) if group == first]
    found = {value: rows_at(frame, _where(value, values[first], places)) for value in values[first]}
    said = [f"{_shown(value)}{rows(where)}" for value, where in found.items()]
    hidden = f", and so it is in {count(len(others), 'other group')}" if others else ""
    text = any(isinstance(value, str) for value in values[first])
    raise SourceError(
        f"`{name}` isn't the same in all rows of {groups.called(first)}: {'; '.join(said[:_SHOWN])}"
        f"{' …' if len(said) > _SHOWN else ''}{hidden}.",
        f"Name `{name}` under by, or leave it out." if text else "If these are parts, use sum.",
    )


def _where(value: object, values: Sequence[object], places: Sequence[int]) -> list[int]:
    return [place for place, other in zip(places, values, strict=True) if other == value]


def _shown(value: float | str | None) -> str:
    return f"'{value}'" if isinstance(value, str) else plain(value)


def _sum(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    names, labels = names_in(arguments["of"]), _labels(arguments)
    frame = settle(_of_categories(frame, arguments["over"], labels, arguments["others"]), names)
    groups = grouped(frame, arguments["by"])
    places = _places(frame, groups, arguments["over"], labels)
    made: dict[str, Sequence[float | None] | Sequence[str | None]] = {**groups.keys()}
    for name in names:
        made |= _sum_of(frame, groups, places, name, arguments)
    return framed({**made, **_rows_of_parts(frame, places, arguments["parts"])}, names, frame)


def _labels(arguments: Arguments) -> list[str]:
    return [*arguments["parts"], *filter(None, [arguments.get("total")])]


def _of_categories(frame: Frame, over: str, known: Sequence[str], others: str) -> Frame:
    """The rows of the parts and their total."""
    found = distinct(frame, over)
    _refuse_absent(frame, over, [label for label in known if label not in found])
    declared = frame.filter(among(over, known).fill_null(value=False))
    if others == "error" and len(declared) < len(frame):
        raise _undeclared(frame, over, [text for text in found if text not in known])
    return declared


def _refuse_absent(frame: Frame, over: str, absent: Sequence[str]) -> None:
    if absent and len(frame):
        raise SourceError(
            f"`{over}` never says {_quoted(absent)}.",
            f"It says {_quoted(distinct(frame, over)[:_SHOWN]) or 'nothing'}. Compare this with the categories in the"
            " recipe.",
        )


def _undeclared(frame: Frame, over: str, texts: Sequence[str]) -> SourceError:
    blank = frame.filter(nw.col(over).is_null())
    found = f"holds {cells(frame, over, texts)}" if texts else f"is blank in {count(len(blank), 'row')}{rows(blank)}"
    return SourceError(
        f"`{over}` {found}, which is neither a part nor the total.",
        "Name it under parts, drop its rows with keep, or drop all other categories with others: ignore.",
    )


def _places(frame: Frame, groups: Groups, over: str, labels: Sequence[str]) -> list[_Row]:
    """Where each group has the rows of these categories.

    Raises:
        SourceError: It has several of one.
    """
    dealt = groups.dealt(enumerate(texts_of(frame, over)))
    found = [[(label, place) for place, label in group if label is not None and label in labels] for group in dealt]
    _refuse_several(groups, [[label for label, _ in group] for group in found], over)
    return [dict(group) for group in found]


def _refuse_several(groups: Groups, labels: Sequence[Sequence[str]], over: str) -> None:
    often = [
        f"{_quoted([*texts, label])} ({number} rows)"
        for texts, found in zip(groups.texts, labels, strict=True)
        for label, number in sorted(Counter(found).items())
        if number > 1
    ]
    if often:
        raise SourceError(
            f"Several rows have the same {', '.join(f'`{name}`' for name in (*groups.names, over))}:"
            f" {'; '.join(_first(often, 'other combination'))}.",
            "Name the column that tells these rows apart too, or keep one kind of them before this step.",
        )


def _sum_of(frame: Frame, groups: Groups, places: Sequence[_Row], name: str, arguments: Arguments) -> Cells:
    amounts, parts = amounts_of(frame, name), arguments["parts"]
    found = [[amounts[row[part]] for part in parts if part in row] for row in places]
    refuse_repeated(name, [[part.number for part in group] for group in found], groups)
    sums = [explained(total([*group, *[_ABSENT] * (len(parts) - len(group))])) for group in found]
    if "total" in arguments:
        printed = [amounts[row[arguments["total"]]].number if arguments["total"] in row else None for row in places]
        off = _off(found, sums, printed, arguments.get("tolerance", 0))
        _refuse_off(groups, name, [(group, sums[group].number, printed[group]) for group in off])
    return as_cells(name, sums, status=True)


def _off(
    parts: Sequence[Sequence[Amount]], sums: Sequence[Amount], totals: Sequence[float | None], tolerance: float | str
) -> list[int]:
    """The groups whose sum isn't their total; what isn't there can't be compared."""
    return [
        group
        for group, (made, printed) in enumerate(zip(sums, totals, strict=True))
        if made.number is not None
        and printed is not None
        and abs(made.number - printed) > _allowed(tolerance, printed) + _noise(parts[group])
    ]


def _allowed(tolerance: float | str, printed: float) -> float:
    return abs(printed) * float(tolerance[:-1]) / 100 if isinstance(tolerance, str) else tolerance


def _noise(parts: Sequence[Amount]) -> float:
    return _NOISE * fsum(abs(part.number or 0) for part in parts)


def _refuse_off(groups: Groups, name: str, off: Sequence[tuple[int, float | None, float | None]]) -> None:
    said = [f"{plain(made)} in place of {plain(printed)} in {groups.called(group)}" for group, made, printed in off]
    if said:
        raise SourceError(
            f"The parts of `{name}` don't make the total: {'; '.join(_first(said, 'other group'))}.",
            "Look for a part that isn't in the list, or is in another one too; if the publisher rounds, allow for it:"
            " tolerance: 0.5%.",
        )


def _first(said: Sequence[str], noun: str) -> list[str]:
    """The first few of many, and how many more there are."""
    hidden = len(said) - _SHOWN
    return [*said[:_SHOWN], count(hidden, noun)] if hidden > 0 else [*said]


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _rows_of_parts(frame: Frame, places: Sequence[_Row], parts: Sequence[str]) -> Cells:
    if ROW not in frame.columns:
        return {}
    carried = texts_of(frame, ROW)
    found = ([carried[row[part]] for part in parts if part in row] for row in places)
    return {ROW: [";".join(filter(None, group)) or None for group in found]}


def _share(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    name = arguments["of"]
    frame = settle(frame, [name])
    groups = grouped(frame, arguments["within"])
    own = amounts_of(frame, name)
    totals = _totals(frame, groups, arguments) if "over" in arguments else _sums(frame, groups, name)
    of_row = [totals[group] for group in groups.of_row]
    shares = [_part(amount, whole) for amount, whole in zip(own, of_row, strict=True)]
    made = {**as_cells(arguments["as"], shares, status=True)}
    if "denominator" in arguments:
        made |= as_cells(arguments["denominator"], of_row, status=True)
    new = framed(made, [arguments[role] for role in ("as", "denominator") if role in arguments], frame)
    return frame.with_columns(new.get_column(column) for column in new.columns)


def _part(amount: Amount, whole: Amount) -> Amount:
    said = all_said([amount, whole])
    if whole.number == 0:
        return Amount(None, united(f"{said or ''} {_NOT_APPLICABLE}"))
    if amount.number is None or whole.number is None:
        return explained(Amount(None, said))
    return Amount(amount.number / whole.number, said)


def _sums(frame: Frame, groups: Groups, name: str) -> list[Amount]:
    parts = groups.dealt(amounts_of(frame, name))
    refuse_repeated(name, [[part.number for part in group] for group in parts], groups)
    return [explained(total(group)) for group in parts]


def _totals(frame: Frame, groups: Groups, arguments: Arguments) -> list[Amount]:
    over, label = arguments["over"], arguments["total"]
    refuse_blanks(frame, over)
    _refuse_absent(frame, over, [label] if label not in distinct(frame, over) else [])
    amounts = amounts_of(frame, arguments["of"])
    places = _places(frame, groups, over, [label])
    return [explained(amounts[row[label]]) if label in row else _ABSENT for row in places]


GROUP_STEPS: Mapping[str, Step] = MappingProxyType({"aggregate": _aggregate, "sum": _sum, "share": _share})
