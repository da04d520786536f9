"""A column of texts, of which few are different: each of those is looked at once, however many rows say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd


class Texts:
    """The different texts of a column, in the order in which they come, and where each stands.

    >>> texts = Texts(pd.Series(["2023", "2024", "2023", None]))
    >>> texts.different
    ('2023', '2024')
    >>> texts.told(int).tolist()
    [2023, 2024, 2023, None]
    >>> texts.flagged(lambda text: text > "2023").tolist()
    [False, True, False, False]
    """

    def __init__(self, column: pd.Series[Any]) -> None:
        """Look at a column; a cell may be missing."""
        self._index = column.index
        self._places, different = pd.factorize(column)
        self.different: Sequence[str] = tuple(different)

    def told(self, tell: Callable[[str], Any]) -> pd.Series[Any]:
        """What is told of each cell's text, as Python's objects; nothing of a missing one."""
        said = np.empty(len(self.different) + 1, dtype=object)  # the place of what is missing is -1, the last one
        said[:-1] = [tell(text) for text in self.different]
        return pd.Series(said.take(self._places), index=self._index, dtype=object)

    def flagged(self, has: Callable[[str], object]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which cells have a text that is such; a missing one never is."""
        said = np.zeros(len(self.different) + 1, dtype=bool)
        said[:-1] = [bool(has(text)) for text in self.different]
        return said.take(self._places)

    def replaced(self, tell: Callable[[str], str | None]) -> Any:
        """What is told of each cell's text, as a column of texts."""
        said = pd.array([tell(text) for text in self.different], dtype="str")
        return said.take(self._places, allow_fill=True)

    def counted(self) -> Mapping[str, int]:
        """How many cells say each text."""
        counts = np.bincount(self._places[self._places >= 0], minlength=len(self.different))
        return MappingProxyType(dict(zip(self.different, counts.tolist(), strict=True)))

    def beside(self, other: Texts) -> Mapping[str, frozenset[str]]:
        """For each text those of another column that stand in the same rows, where neither is missing."""
        both = (self._places >= 0) & (other._places >= 0)
        width = len(other.different) + 1
        pairs = np.unique(self._places[both] * width + other._places[both])
        found: dict[str, set[str]] = {}
        for here, there in zip(*(part.tolist() for part in np.divmod(pairs, width)), strict=True):
            found.setdefault(self.different[here], set()).add(other.different[there])
        return MappingProxyType({text: frozenset(texts) for text, texts in found.items()})
