"""Conditions on cells mean the same on every frame engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from yhovi.engine.recipe.distinct import among


@pytest.mark.parametrize(
    ("values", "kept"), [(["a", "c"], ["a"]), (["x"], []), ([], [])], ids=["some", "others", "none"]
)
@pytest.mark.parametrize("cells", [["a", "b", None], []], ids=["rows", "no rows"])
def test_cells_are_among_values(backend: Any, cells: Sequence[Any], values: Sequence[str], kept: Sequence[str]) -> None:
    frame = nw.from_arrow(pa.table({"text": pa.array(cells, pa.string())}), backend=backend)
    found = frame.filter(among("text", values).fill_null(value=False))
    assert found.get_column("text").to_list() == (kept if cells else [])
    marked = frame.with_columns(nw.when(among("text", values)).then(nw.lit("yes")).alias("mark"))
    assert marked.get_column("mark").is_null().to_list() == [text not in kept for text in cells]
