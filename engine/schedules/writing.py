"""Plain data as YAML for people: keys in the order given, a few words of explanation first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml


def document(comments: Sequence[str], data: Mapping[str, Any]) -> str:
    """A YAML file.

    >>> print(document(["Made by yhovi."], {"b": 1, "a": [2]}), end="")
    # Made by yhovi.
    b: 1
    a:
      - 2
    """
    said = yaml.dump(data, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=10_000)
    return "".join(f"# {line}\n" for line in comments) + said


class _Indented(yaml.SafeDumper):
    """Lists stand two blanks further in than their key, and nothing is a reference to something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, said: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", said, style="|" if "\n" in said else None)


_Indented.add_representer(str, _text)
