"""YAML text to plain data, with the line and column of every key and item.

Only data can come out: no tags, anchors or aliases, bounded size and depth. YAML 1.1's surprises are left out: ``no``,
``012``, ``1:30`` and ``2024-01-01`` are the text they look like. Built straight from the parser's events, so that a
file that explodes when it is composed never gets that far.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .errors import Problem

At = tuple[str | int, ...]
Mark = tuple[int, int]

SIZE_LIMIT = 256 * 1024
DEPTH_LIMIT = 50

# More than eighteen digits are the name of something, not a count of it.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_NOT_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r" *\t")
_WORDS: Mapping[str, Any] = MappingProxyType({"": None, "~": None, "null": None, "true": True, "false": False})
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The likely cure by what the parser says; the last is for all the rest.
_CURES: tuple[tuple[str, str], ...] = (
    ("end of stream", "Close the quote or bracket that opens here."),
    ("cannot start any token", "Put the text that starts here in quotes."),
    ("mapping values are not allowed", "Put a text that holds a colon and a blank in quotes, or mend the indent."),
    ("", "Look for a missing quote, colon or bracket, or a wrong indent, here or above."),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. ``marks`` holds line and column (from 1) of every key's and every list item's place."""

    path: Path
    text: str
    data: Any
    marks: Mapping[At, Mark]

    def mark(self, at: At) -> Mark:
        """The place of ``at``, or of the nearest thing around it that has one."""
        while at and at not in self.marks:
            at = at[:-1]
        return self.marks.get(at, (1, 1))

    def problem(self, at: At, code: str, found: str, allowed: str = "", cure: str = "") -> Problem:
        """A problem at that place of this file."""
        return Problem(code, self.path, *self.mark(at), found, allowed, cure)


class DocumentError(Exception):
    """The file isn't readable as data; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_document(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        DocumentError: The file can't be opened, is too large, is no UTF-8, or isn't plain YAML data.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = f"the file can't be opened: {error.strerror}"
        cure = "Check the path, and that you may read the file."
        raise _refusal(path, (1, 1), "unreadable-file", found, cure=cure) from None
    if len(raw) > SIZE_LIMIT:
        found, allowed = f"the file has {len(raw):,} bytes", f"at most {SIZE_LIMIT:,} bytes"
        cure = "A spec is a page of text: check that this is one."
        raise _refusal(path, (1, 1), "too-large", found, allowed, cure)
    try:
        return parse_document(path, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        cure = "Save the file as UTF-8."
        raise _refusal(path, (line, 1), "not-utf-8", "a character that isn't UTF-8", cure=cure) from None


def parse_document(path: Path, text: str) -> Document:
    """Parse YAML text; ``path`` is only for messages.

    Raises:
        DocumentError: It isn't plain YAML data.
    """
    _refuse_control_characters(path, text)
    try:
        builder = _Builder(path, yaml.parse(text, Loader=_LOADER))
        return Document(path, text, builder.build(), builder.marks)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, text, error) from None


def _refuse_control_characters(path: Path, text: str) -> None:
    if found := _NOT_TEXT.search(text):
        before = text[: found.start()]
        place = (before.count("\n") + 1, found.start() - before.rfind("\n"))
        said = f"an invisible character (U+{ord(found.group()):04X}) that can't stand in a text file"
        raise _refusal(path, place, "not-yaml", said, cure="Delete it, or type the line anew.")


def _not_yaml(path: Path, text: str, error: yaml.MarkedYAMLError) -> DocumentError:
    said = " ".join(filter(None, (error.context, error.problem)))
    unclosed = "end of stream" in said
    mark = (unclosed and error.context_mark) or error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    cure = next(cure for sign, cure in _CURES if sign in said)
    if _TAB_INDENT.match("".join(text.splitlines()[place[0] - 1 : place[0]])):
        cure = "Indent with spaces, not with tabs."
    return _refusal(path, place, "not-yaml", f"this isn't YAML: {said}", cure=cure)


def _refusal(path: Path, mark: Mark, code: str, found: str, allowed: str = "", cure: str = "") -> DocumentError:
    return DocumentError(Problem(code, path, *mark, found, allowed, cure))


class _Builder:
    """Turns parser events into data; one instance per file."""

    def __init__(self, path: Path, events: Iterator[Any]) -> None:
        self.path = path
        self.events = events
        self.marks: dict[At, Mark] = {}

    def build(self) -> Any:
        data = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    cure = "Put it in a file of its own, or delete the line."
                    raise self._refuse(event, "two-documents", "a second document begins (---)", "one per file", cure)
                data = self._value(next(self.events), ())
        return data

    def _value(self, event: Any, at: At) -> Any:
        self._refuse_references(event)
        if len(at) > DEPTH_LIMIT:
            found, allowed = "lists and mappings are nested too deep", f"{DEPTH_LIMIT} levels"
            raise self._refuse(event, "too-deep", found, allowed, "Look for brackets that are never closed.")
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else _scalar(event.value)
        return self._mapping(at) if isinstance(event, yaml.MappingStartEvent) else self._sequence(at)

    def _mapping(self, at: At) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self._refuse_references(event)
            if not isinstance(event, yaml.ScalarEvent):
                cure = "Write the key as text; text that begins with { or [ stands in quotes."
                raise self._refuse(event, "bad-key", "a key is a list or a mapping", "text", cure)
            key = event.value
            if key in data:
                found = f"the key '{key}' stands here a second time"
                raise self._refuse(event, "duplicate-key", found, "once", "Delete one of the two, or join them.")
            self.marks[(*at, key)] = _mark(event)
            data[key] = self._value(next(self.events), (*at, key))
        return data

    def _sequence(self, at: At) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            place = (*at, len(data))
            self.marks[place] = _mark(event)
            data.append(self._value(event, place))
        return data

    def _refuse_references(self, event: Any) -> None:
        if getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            found = f"an anchor or alias ({sign}{event.anchor})"
            cure = f"Write the value out in each place; text that begins with {sign} stands in quotes."
            raise self._refuse(event, "no-anchors", found, "plain values", cure)
        if getattr(event, "tag", None):
            cure = "Leave the tag out; text that begins with ! stands in quotes."
            raise self._refuse(event, "no-tags", f"a tag ({event.tag})", "plain values", cure)

    def _refuse(self, event: Any, code: str, found: str, allowed: str, cure: str) -> DocumentError:
        return _refusal(self.path, _mark(event), code, found, allowed, cure)


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text
