"""What a way of writing periods is: the texts it reads, what it makes of them, and what a recipe must say besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from .duration import Duration
from .period import Period

Parts: TypeAlias = Mapping[str, str]
"""The parts of a text by their names in the expression, empty ones where the text has none, and the argument said."""

_ALIKE = str.maketrans({"\N{EN DASH}": "-", "\N{NO-BREAK SPACE}": " "})


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a text, and what to make of its parts."""

    expression: str
    make: Callable[[Parts], Period]


@dataclass(frozen=True, slots=True)
class PatternArgument:
    """What a recipe must say for a pattern to be readable at all, as the text alone doesn't tell."""

    name: str
    description: str
    allowed: str
    expression: str
    example: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema of what can be said: all that it lets through can be used."""
        return {
            "description": f"{self.description}: {self.allowed}.",
            "type": "string",
            "pattern": f"^(?:{self.expression})$",
        }

    def check(self, said: str) -> None:
        """Refuse what can't be used.

        Raises:
            ValueError: It isn't such a text.
        """
        if re.fullmatch(self.expression, said, re.ASCII) is None:
            raise ValueError(f"`{self.name}` is '{said}', not {self.allowed}.")


@dataclass(frozen=True, slots=True)
class PeriodPattern:
    """One way of writing periods: what it is called, what it looks like, and how to read it.

    ``examples`` are the usual forms, which messages show; ``further`` are examples of the other forms that are read.
    ``length`` is that of all its periods, or None where each text says its own.
    """

    name: str
    title: str
    examples: tuple[str, ...]
    forms: tuple[Form, ...]
    length: Duration | None = None
    further: tuple[str, ...] = ()
    argument: PatternArgument | None = None

    @property
    def example_arguments(self) -> Mapping[str, str]:
        """What a recipe could say for the examples to be readable."""
        argument = self.argument
        return MappingProxyType({argument.name: argument.example} if argument else {})

    def check(self, said: Mapping[str, str]) -> None:
        """Refuse arguments that are missing, unknown or no use.

        Raises:
            ValueError: They aren't what the pattern needs.
        """
        needed = self.argument
        for name in said:
            if name not in self.example_arguments:
                raise ValueError(f"The period pattern {self.name} has no `{name}`.")
        if needed is not None:
            if needed.name not in said:
                raise ValueError(f"The period pattern {self.name} needs `{needed.name}`: {needed.allowed}.")
            needed.check(said[needed.name])

    def parse(self, text: str, said: Mapping[str, str] | None = None) -> Period:
        """The period that a cell's text names.

        Args:
            text: The cell's text.
            said: The pattern's argument, as a recipe must say it; by default that of the examples.

        Raises:
            ValueError: The text isn't written in this pattern, or what is said is not what the pattern needs.
        """
        arguments = self.example_arguments if said is None else said
        self.check(arguments)
        for form in self.forms:
            found = re.fullmatch(form.expression, text.translate(_ALIKE), re.ASCII)
            if found is not None:
                try:
                    return form.make({**found.groupdict(""), **arguments})
                except ValueError:
                    break
        raise ValueError(f"'{text}' is not {self._expected(arguments)}.")

    def _expected(self, arguments: Mapping[str, str]) -> str:
        told = "".join(f" ({name}: {value})" for name, value in arguments.items())
        return f"{self.title}{told} such as {' or '.join(self.examples)}"
