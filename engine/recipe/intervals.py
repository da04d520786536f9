"""ISO intervals out of the texts of a column."""

from __future__ import annotations

from collections.abc import Callable

import narwhals.stable.v2 as nw

from ...connectors.base import SourceError
from ..periods import Period
from .distinct import Frame, cells, distinct, looked_up


def intervals(frame: Frame, column: str, read: Callable[[str], Period], expected: str) -> nw.Expr:
    """The ISO interval of each text, as ``read`` understands it; what is missing stays so.

    Raises:
        SourceError: Some texts aren't what is ``expected``.
    """
    texts = distinct(frame, column)
    found = {text: _interval(text, read) for text in texts}
    unread = [text for text in texts if found[text] is None]
    if unread:
        raise SourceError(
            f"`{column}` holds {cells(frame, column, unread)} where {expected} is expected.",
            "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
            " drop them with keep.",
        )
    return looked_up(column, texts, [found[text] for text in texts], nw.String)


def _interval(text: str, read: Callable[[str], Period]) -> str | None:
    try:
        return read(text).iso
    except ValueError:
        return None
