"""Where a flow runs: as the command line has it, with Prefect's Secret blocks before the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from prefect.blocks.system import Secret

from ..cli.place import Place


class Office(Place):
    """The settings, the catalogue and the secrets that a flow finds where its worker runs."""

    def __init__(self, settings: str | None, catalogue: str | None) -> None:
        super().__init__(Path(settings) if settings else None, Path(catalogue) if catalogue else None)
        self._outside = Place(None, None).environment

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables: the Secret block of that name if there is one, else the environment's, else those of .env."""
        return Variables(self._outside)


class Variables(Mapping[str, str]):
    """Variables by name; that of NOMIS_API_KEY comes first from the Secret block ``nomis-api-key``."""

    def __init__(self, others: Mapping[str, str]) -> None:
        self._others = others
        self._blocks: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._blocks:
            self._blocks[name] = _block(name)
        said = self._blocks[name]
        return self._others[name] if said is None else said

    def __iter__(self) -> Iterator[str]:
        return iter(self._others)

    def __len__(self) -> int:
        return len(self._others)


def block_name(variable: str) -> str:
    """What the Secret block of a variable is called.

    >>> block_name("YHOVI_DATABASE_PASSWORD")
    'yhovi-database-password'
    """
    return variable.lower().replace("_", "-")


def _block(name: str) -> str | None:
    try:
        return str(Secret.load(block_name(name)).get())
    except ValueError:  # there is none of that name
        return None
