"""The step area_codes: from the names of areas to their codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ...geography import codes_by_name, plain_name
from ..distinct import Frame, replaced
from ..signature import Arguments
from ..step import Step, StepContext


def _area_codes(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    known = codes_by_name(context.names.get(arguments["level"], ()), arguments.get("vintage", ""))
    return frame.with_columns(
        replaced(frame, arguments["from"], lambda text: _code(text, known)).alias(arguments["as"])
    )


def _code(text: str, known: Mapping[str, Sequence[str]]) -> str:
    """The one code of a name; else the name, which is told where observations are placed."""
    codes = known.get(plain_name(text), ())
    if len(codes) == 1:
        return codes[0]
    return f"{text.strip()} ({' or '.join(codes)})" if codes else text.strip()


AREA_STEPS: Mapping[str, Step] = MappingProxyType({"area_codes": _area_codes})
