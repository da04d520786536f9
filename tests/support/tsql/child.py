"""The process that hosts Microsoft's parser or schema compiler: ``python -m support.tsql.child parser|model FOLDER``.

Each line on standard input is a question in JSON, each line on standard output its answer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from . import runtime

# Positions are taken from tokens; these would repeat them for every node.
_POSITIONS = frozenset(
    {"StartOffset", "FragmentLength", "StartLine", "StartColumn", "FirstTokenIndex", "LastTokenIndex"}
)


class ParserHost:
    """Parses one batch of T-SQL with the grammar of SQL Server 2019."""

    def __init__(self, load: Callable[[str], Any]) -> None:
        load("Microsoft.SqlServer.TransactSql.ScriptDom")
        from Microsoft.SqlServer.TransactSql.ScriptDom import TSql150Parser, TSqlFragment
        from System.IO import StringReader

        self._parser, self._reader = TSql150Parser(True), StringReader
        self._members = cache(_members(TSqlFragment))

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Its errors as ``[number, line, column, message]``, and, if it is asked for, its tree and its tokens."""
        script, errors = self._parser.Parse(self._reader(question["sql"]), None)
        said = [[error.Number, error.Line, error.Column, error.Message] for error in errors]
        if said or not question["tree"]:
            return {"errors": said}
        tokens = [[str(token.TokenType), token.Text, token.Line, token.Column] for token in script.ScriptTokenStream]
        return {"errors": said, "tree": self._node(script), "tokens": tokens}

    def _node(self, fragment: Any) -> dict[str, Any]:
        kind = fragment.GetType()
        node = {"kind": str(kind.Name), "first": fragment.FirstTokenIndex}
        one, many, plain = self._members(kind)
        node["one"] = {name: self._node(held) for name in one if (held := getattr(fragment, name)) is not None}
        node["many"] = {name: [self._node(each) for each in getattr(fragment, name)] for name in many}
        node["plain"] = {name: str(held) for name in plain if (held := getattr(fragment, name)) is not None}
        return node


def _members(fragment: Any) -> Callable[[Any], tuple[list[str], list[str], list[str]]]:
    """What gives the names of a kind's members: those that hold a node, those that hold nodes, and plain ones."""
    import clr
    from System import String

    node, text = clr.GetClrType(fragment), clr.GetClrType(String)

    def find(kind: Any) -> tuple[list[str], list[str], list[str]]:
        found: tuple[list[str], list[str], list[str]] = ([], [], [])
        for member in (each for each in kind.GetProperties() if each.GetIndexParameters().Length == 0):
            held, name = member.PropertyType, str(member.Name)
            if held.IsGenericType and node.IsAssignableFrom(held.GetGenericArguments()[0]):
                found[1].append(name)
            elif node.IsAssignableFrom(held) and member.CanWrite:  # what can't be written repeats another member
                found[0].append(name)
            elif (held == text or held.IsValueType) and name not in _POSITIONS:
                found[2].append(name)
        return found

    return find


class ModelHost:
    """Compiles tables and views into a model of a database, and statements, as procedures, against it."""

    def __init__(self, load: Callable[[str], Any]) -> None:
        load("Microsoft.SqlServer.Dac")
        load("Microsoft.SqlServer.Dac.Extensions")
        from Microsoft.SqlServer.Dac import Model

        self._refused, self._own = Model.DacModelException, Model.DacQueryScopes.UserDefined
        self._new = lambda: Model.TSqlModel(Model.SqlServerVersion.Sql150, Model.TSqlModelOptions())

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The sentences of the compiler."""
        model = self._new()
        try:
            return {"faults": [*self._refusals(model, question["ddl"]), *_validate(model)]}
        finally:
            model.Dispose()

    def _refusals(self, model: Any, objects: Sequence[str]) -> Iterator[str]:
        known = 0
        for each in objects:
            try:
                model.AddObjects(each)
            except self._refused as error:
                yield " ".join(str(error.Message).split())
                continue
            before, known = known, len(list(model.GetObjects(self._own)))
            if known == before:  # what isn't a definition is passed over in silence
                yield f"The schema compiler makes nothing of: {each}"


def _validate(model: Any) -> Iterator[str]:
    for fault in model.Validate():
        yield f"{fault.Message} ({fault.Prefix}{fault.Number})"


def main(judge: str, folder: str) -> None:
    """Answer until nobody asks any more."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # whatever .NET prints is no answer
        load = runtime.start(Path(folder), invariant=judge == "parser")
        host = ParserHost(load) if judge == "parser" else ModelHost(load)
        for line in sys.stdin:
            out.write(json.dumps(host.answer(json.loads(line))) + "\n")
            out.flush()
    os._exit(0)  # an orderly end waits for .NET, which doesn't come


if __name__ == "__main__":
    main(*sys.argv[1:])
