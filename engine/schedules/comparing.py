"""Whether a file that a scheduler has still says what would be written now; if not, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any
from xml.etree import ElementTree as ET

import yaml


def text_difference(installed: str, wanted: str) -> str:
    """The first line that differs; blank lines and comments don't count.

    >>> text_difference("b=1", "b=2")
    'it says b=1, where b=2 is meant'
    """
    return next(_different(_lines(installed), _lines(wanted)), "")


def marked_difference(installed: str, wanted: str) -> str:
    """The same for the lines between the marks with which the wanted text begins and ends, such as of a crontab."""
    first, *_, last = wanted.splitlines()
    lines = installed.splitlines()
    if first not in lines or last not in lines[lines.index(first) :]:
        return f"it has no lines between {first} and {last}"
    return text_difference("\n".join(lines[lines.index(first) : lines.index(last) + 1]), wanted)


def yaml_difference(installed: str, wanted: str) -> str:
    """The first value that differs, whatever the layout and the comments."""
    try:
        said = yaml.safe_load(installed)
    except yaml.YAMLError:
        return "it isn't YAML"
    return next(_different(_leaves(said), _leaves(yaml.safe_load(wanted))), "")


def task_difference(installed: str, wanted: str) -> str:
    """The first element of a task that differs.

    What Task Scheduler adds of its own doesn't count, nor as whom the task runs: that is said when it is imported.
    """
    try:
        found, meant = (_elements(said) for said in (installed, wanted))
    except ET.ParseError:
        return "it isn't XML"
    meant = [line for line in meant if not line.startswith("/Task/Principals/")]
    spoken = [line for line in found if line.partition("=")[0] in {one.partition("=")[0] for one in meant}]
    return next(_different(spoken, meant), "")


def _different(found: Sequence[str], meant: Sequence[str]) -> Iterator[str]:
    for one, other in zip_longest(found, meant):
        if one is None:
            yield f"it lacks {other}"
        elif other is None:
            yield f"it says {one}, which isn't meant"
        elif one != other:
            yield f"it says {one}, where {other} is meant"


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _leaves(value: Any, path: str = "") -> Sequence[str]:
    """Every value with the way to it, sorted."""
    if isinstance(value, dict):
        return sorted(leaf for key, inner in value.items() for leaf in _leaves(inner, f"{path}.{key}".lstrip(".")))
    if isinstance(value, list):
        return [leaf for place, inner in enumerate(value) for leaf in _leaves(inner, f"{path}[{place}]")]
    return [f"{path}: {value}"]


def _elements(text: str) -> Sequence[str]:
    """Every element that has no others in it, with the way to it, sorted; in what order siblings stand says nothing."""
    # the declaration names the encoding of a file, and this is no longer one
    root = ET.fromstring(text.partition("?>")[2] if text.lstrip("\ufeff").startswith("<?xml") else text)  # noqa: S314
    return sorted(_ends(root, ""))


def _ends(element: ET.Element, path: str) -> Iterator[str]:
    here = f"{path}/{element.tag.rpartition('}')[2]}"
    if not len(element):
        yield f"{here}={(element.text or '').strip()}"
    for inner in element:
        yield from _ends(inner, here)
