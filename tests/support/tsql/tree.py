"""A batch as Microsoft's parser read it: nodes and tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Token:
    """One token and where it stands."""

    kind: str
    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """One node, named as in ScriptDom; ``first`` is its first token's place among the batch's tokens."""

    kind: str
    first: int
    one: Mapping[str, Node]
    many: Mapping[str, tuple[Node, ...]]
    plain: Mapping[str, str]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The node and all below it, from what the parser's process said."""
        return cls(
            said["kind"],
            said["first"],
            {name: cls.read(held) for name, held in said["one"].items()},
            {name: tuple(map(cls.read, held)) for name, held in said["many"].items()},
            said["plain"],
        )

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for below in (*self.one.values(), *(node for nodes in self.many.values() for node in nodes)):
            yield from below.walk()

    def of(self, *kinds: str) -> Iterator[Node]:
        """All nodes of these kinds, this one included."""
        return (node for node in self.walk() if node.kind in kinds)

    def name(self) -> str:
        """The last part of a name of one or several parts."""
        return self.many["Identifiers"][-1].plain["Value"]


@dataclass(frozen=True)
class Batch:
    """The root of the tree, and the tokens it was made of."""

    root: Node
    tokens: tuple[Token, ...]

    def before(self, node: Node) -> str:
        """The kind of the last token before a node that is neither blank nor comment; empty at the beginning."""
        skipped = {"WhiteSpace", "SingleLineComment", "MultilineComment"}
        return next((token.kind for token in reversed(self.tokens[: node.first]) if token.kind not in skipped), "")

    def place(self, node: Node) -> str:
        """``line:column`` of a node."""
        token = self.tokens[node.first]
        return f"{token.line}:{token.column}"
