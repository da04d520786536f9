"""From what the schema validator finds to sentences with a place and a cure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from types import MappingProxyType
from typing import Any

from ..document import At, Document
from ..errors import Problem

_TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "object": "keys and values",
        "array": "a list",
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "null": "nothing",
    }
)
_TYPE_CURES: Mapping[str, str] = MappingProxyType(
    {
        "object": "Write its keys below it, indented, each with a colon and its value.",
        "array": "Write a list: each item on a line of its own, after a dash (-).",
        "integer": "Write a whole number, without quotes.",
        "number": "Write a number, without quotes.",
        "boolean": "Write true or false, without quotes.",
    }
)
_BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "minimum": "at least {}",
        "exclusiveMinimum": "more than {}",
        "maximum": "at most {}",
        "minItems": "at least {} in the list",
        "maxItems": "at most {} in the list",
        "minLength": "a length of at least {}",
        "maxLength": "a length of at most {}",
        "minProperties": "at least {} of its keys",
        "maxProperties": "at most {} of its keys",
        "uniqueItems": "each item once",
    }
)
_BOUND_CURES: Mapping[str, str] = MappingProxyType(
    {
        "minItems": "Add an item, on a line of its own after a dash (-).",
        "maxItems": "Delete what is too much.",
        "minLength": "Write it out.",
        "maxLength": "Shorten it.",
        "minProperties": "Write one of its keys, with a colon and a value.",
        "maxProperties": "Keep one of them and delete the others.",
        "uniqueItems": "Delete what stands there twice.",
    }
)
_LONGEST_SHOWN = 60
_MOST_SHOWN = 12
_CREDENTIALS = re.compile(r"//[^/\s]*@")


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem and what it is about: a key that is there, or one that is missing.

    ``meant`` is the key that an unknown one is probably a slip for.
    """

    at: At
    problem: Problem
    meant: At | None = None


def schema_faults(validator: Any, document: Document) -> tuple[Fault, ...]:
    """Every fault that the validator finds in the document, each told once."""
    errors = validator.iter_errors(document.data)
    found = [fault for error in errors for fault in _faults(error, document, validator.schema)]
    slips = {fault.meant for fault in found}
    told: dict[tuple[int, int, str], Fault] = {}
    for fault in found:
        if fault.problem.code != "missing-key" or fault.at not in slips:
            told.setdefault((fault.problem.line, fault.problem.column, fault.problem.found), fault)
    return tuple(told.values())


def _fault(document: Document, at: At, code: str, found: str, allowed: str, cure: str) -> Fault:
    """A fault at that place of the document."""
    return Fault(at, document.problem(at, code, found, allowed.rstrip("."), cure))


def _faults(error: Any, document: Document, root: Any) -> Iterable[Fault]:
    at: At = tuple(error.absolute_path)
    path = list(error.absolute_schema_path)
    if "propertyNames" in path:
        around = reduce(getitem, path[: path.index("propertyNames")], root)
        return _bad_key(error, at, document, _description(around))
    return _SENTENCES.get(error.validator, _other)(error, at, document)


def _unknown_keys(error: Any, at: At, document: Document) -> Iterator[Fault]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            yield _unknown_key(document, at, key, known)


def _unknown_key(document: Document, at: At, key: str, known: Sequence[str]) -> Fault:
    near = _near(key, known)
    cure = f"Did you mean {near}?" if near else f"Delete it, or use {_one_of(known)}."
    found = f"the key '{key}' isn't known here"
    problem = document.problem((*at, key), "unknown-key", found, ", ".join(known), cure)
    return Fault((*at, key), problem, (*at, near) if near else None)


def _bad_key(error: Any, at: At, document: Document, allowed: str) -> Iterator[Fault]:
    if error.validator == "enum":
        yield _unknown_key(document, at, error.instance, error.validator_value)
    else:
        found = f"the key '{error.instance}' doesn't have the right form"
        yield _fault(document, (*at, error.instance), "bad-key", found, allowed, "Write the key in that form.")


def _missing_keys(error: Any, at: At, document: Document) -> Iterator[Fault]:
    for key in error.validator_value:
        if key not in error.instance:
            allowed = _description(error.schema.get("properties", {}).get(key))
            found = f"the key '{key}' is missing"
            cure = f"Add the key '{key}' to {_name(at)}." if at else f"Add the key '{key}'."
            yield _fault(document, (*at, key), "missing-key", found, allowed, cure)


def _wrong_type(error: Any, at: At, document: Document) -> Iterator[Fault]:
    types = " or ".join(_TYPE_NAMES[name] for name in _listed(error.validator_value))
    keys = ", ".join(error.schema.get("properties", {}))
    allowed = _sentences(f"{types} ({keys})" if keys else types, _description(error.schema) if at else "")
    cure = _cure_of_type(error) if at else "Copy a spec that works, and change it."
    yield _fault(document, at, "wrong-type", f"{_name(at)} is {_shown(error.instance)}", allowed, cure)


def _cure_of_type(error: Any) -> str:
    wanted = _listed(error.validator_value)[0]
    if wanted != "string":
        return _TYPE_CURES[wanted]
    if error.instance is None or isinstance(error.instance, (dict, list)):
        return "Write text after the colon; text that begins with a bracket stands in quotes."
    quoted = _plain(error.instance)
    fits = re.search(error.schema.get("pattern", ""), quoted)
    return f"Put it in quotes: '{quoted}'." if fits else "Write it in that form."


def _not_among(error: Any, at: At, document: Document) -> Iterator[Fault]:
    choices = [_plain(choice) for choice in _listed(error.validator_value)]
    found = f"{_name(at)} is {_shown(error.instance)}"
    near = _near(_plain(error.instance), choices)
    cure = f"Did you mean {near}?" if near else f"Write {_one_of(choices)}."
    if error.instance == near:
        cure = f"Write {near} without quotes."
    yield _fault(document, at, "not-allowed", found, _some_of(choices) if near else ", ".join(choices), cure)


def _bad_form(error: Any, at: At, document: Document) -> Iterator[Fault]:
    allowed = _description(error.schema) or f"text of the form {error.validator_value}"
    found = f"{_name(at)} is {_shown(error.instance)}"
    yield _fault(document, at, "bad-form", found, allowed, "Write it in that form.")


def _out_of_bounds(error: Any, at: At, document: Document) -> Iterator[Fault]:
    bound = _BOUNDS[error.validator].format(error.validator_value)
    allowed = _sentences(bound, _description(error.schema))
    found = f"{_name(at)} is {_shown(error.instance)}"
    yield _fault(document, at, "out-of-bounds", found, allowed, _cure_of_bound(error, at))


def _cure_of_bound(error: Any, at: At) -> str:
    if error.validator == "maxProperties" and isinstance(at[-1], int):
        return "Give each key a dash (-) of its own."
    return _BOUND_CURES.get(error.validator, "Change it to what is allowed.")


def _not_here(error: Any, at: At, document: Document) -> Iterator[Fault]:
    found = f"the key {_name(at)} doesn't go with the keys beside it"
    yield _fault(document, at, "key-not-here", found, _description(error.schema), f"Delete {_name(at)} or the other.")


def _other(error: Any, at: At, document: Document) -> Iterator[Fault]:
    allowed = _description(error.schema) or str(error.message)
    found = f"{_name(at)} is {_shown(error.instance)}"
    yield _fault(document, at, "not-allowed", found, allowed, "Change it to what is allowed.")


Sentence = Callable[[Any, At, Document], Iterable[Fault]]

_SENTENCES: Mapping[str | None, Sentence] = MappingProxyType(
    {
        "additionalProperties": _unknown_keys,
        "required": _missing_keys,
        "type": _wrong_type,
        "enum": _not_among,
        "const": _not_among,
        "pattern": _bad_form,
        "format": _bad_form,
        "not": _not_here,
        **dict.fromkeys(_BOUNDS, _out_of_bounds),
    }
)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(at: At) -> str:
    if not at:
        return "the file"
    *around, last = at
    return f"item {last + 1} of {_name(tuple(around))}" if isinstance(last, int) else f"'{last}'"


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "empty"
    if isinstance(value, dict):
        return f"keys and values ({', '.join(value)})"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _quoted(value) if isinstance(value, str) else _plain(value)


def _quoted(text: str) -> str:
    safe = _CREDENTIALS.sub("//…@", text)
    return f"'{safe}'" if len(safe) <= _LONGEST_SHOWN else f"'{safe[:_LONGEST_SHOWN]}…'"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _description(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def _sentences(*said: str) -> str:
    return ". ".join(filter(None, said))


def _one_of(choices: Sequence[str]) -> str:
    """The choices in words; of more than a few, a word for them.

    >>> _one_of(["min", "max"])
    'min or max'
    """
    return " or ".join(choices) if len(choices) <= 2 else "one of those"


def _some_of(choices: Sequence[str]) -> str:
    """The choices in a row; of very many, the first few."""
    rest = len(choices) - _MOST_SHOWN
    return ", ".join(choices[:_MOST_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _near(said: str, choices: Sequence[str]) -> str | None:
    plain = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(said.casefold(), plain, n=1, cutoff=0.5)
    return plain[near[0]] if near else None
