"""The codes of problems: each is known, is used, and is provoked in full by a broken spec."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from yhovi.engine.problems import CODES

ENGINE = Path(str(files("yhovi") / "engine"))
BROKEN = yaml.safe_load(Path(__file__).with_name("broken_specs.yaml").read_text(encoding="utf-8"))["specs"]
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
ELSEWHERE = {
    "test_document.py": {
        *("unreadable-file", "too-large", "not-utf-8", "no-anchors", "no-tags", "too-deep", "two-documents"),
        "duplicate-key",
    },
    "test_catalogue.py": {"host-not-allowed"},
    "test_statements.py": {"unknown-database", "bad-query"},
}
"""Codes of problems that a spec in a folder of specs can't have, by the test that asserts them in full."""

CALLS = ("report", "_report", "told", "problem", "Problem", "_fault", "_refusal")


def provoked() -> set[str]:
    """The codes in what is expected of the broken specs: LINE:COLUMN CODE and so on."""
    lines = (line for broken in BROKEN for line in broken.get("says", "").splitlines())
    return {found[1] for line in lines if (found := re.match(r"\d+:\d+ ([a-z0-9-]+) ", line))}


def used() -> Iterator[tuple[str, str]]:
    """Every text that looks like a code and is handed to something that tells of a problem, with its file."""
    for file in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(name, "attr", getattr(name, "id", "")) in CALLS:
                yield from ((text, file.name) for text in _texts(node) if CODE.fullmatch(text))


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_provoked_by_a_broken_spec(code: str) -> None:
    """The texts in full are asserted where the broken specs are read."""
    file = next((file for file, codes in ELSEWHERE.items() if code in codes), None)
    assert code in provoked() if file is None else f'"{code}"' in Path(__file__).with_name(file).read_text("utf-8")


def test_whatever_is_provoked_is_known() -> None:
    assert provoked() - CODES.keys() == set()


def test_whatever_is_used_is_known() -> None:
    found = set(used())
    assert len(found) > 30
    assert {(code, file) for code, file in found if code not in CODES} == set()


def test_each_code_is_explained_in_a_sentence() -> None:
    assert [text for text in CODES.values() if not (text[:1].isupper() and text.endswith("."))] == []
