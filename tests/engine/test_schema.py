"""The schema of a spec: current, valid, described in every part, and fit for the specs that are shipped."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yhovi.engine.schema
import yhovi.indicators
from jsonschema import Draft202012Validator
from yhovi.connectors import CONNECTORS
from yhovi.engine.checks import CHECK_SIGNATURES
from yhovi.engine.document import parse_document, read_document
from yhovi.engine.errors import Problem
from yhovi.engine.recipe.signatures import SIGNATURES
from yhovi.engine.schema.build import DOMAINS, FILE_NAME, indicator_schema, rendered
from yhovi.engine.schema.faults import schema_faults

SCHEMA = indicator_schema()
SPECS = sorted(Path(str(files(yhovi.indicators))).rglob("*.yaml"))


def properties(schema: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every property that the schema names, at any depth, with its own schema."""
    if isinstance(schema, list):
        for place, inner in enumerate(schema):
            yield from properties(inner, f"{at}[{place}]")
    elif isinstance(schema, dict):
        if isinstance(named := schema.get("properties"), dict):
            yield from ((f"{at}.{name}", inner) for name, inner in named.items())
        for key, inner in schema.items():
            yield from properties(inner, f"{at}.{key}")


def is_clear(schema: Any) -> bool:
    """Whether a property is described, or needs no description."""
    return isinstance(schema, dict) and any(key in schema for key in ("description", "enum", "const", "properties"))


def test_the_file_is_current() -> None:
    kept = files(yhovi.engine.schema).joinpath(FILE_NAME).read_text(encoding="utf-8")
    assert kept == rendered(), "indicator.schema.json is out of date; renew it with: python tools/make_schema.py"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_property_is_described() -> None:
    named = dict(properties(SCHEMA))
    assert len(named) > 100
    assert [at for at, schema in named.items() if not is_clear(schema)] == []


def test_an_undescribed_property_is_seen() -> None:
    found = dict(properties({"allOf": [{"then": {"properties": {"a": True, "b": {"description": "B."}}}}]}))
    assert [at for at, schema in found.items() if not is_clear(schema)] == [".allOf[0].then.a"]


def test_descriptions_are_sentences() -> None:
    said = [schema["description"] for _, schema in properties(SCHEMA) if "description" in schema]
    assert [text for text in said if not text[:1].isupper() and not text[:1].isdigit()] == []


@pytest.mark.parametrize(
    ("place", "registry"),
    [
        (("source", "properties", "connector", "enum"), CONNECTORS),
        (("recipe", "items", "properties"), SIGNATURES),
        (("checks", "properties"), CHECK_SIGNATURES),
        (("domain", "enum"), DOMAINS),
    ],
    ids=["connectors", "steps", "checks", "domains"],
)
def test_the_schema_knows_what_the_registries_know(place: tuple[str, ...], registry: Any) -> None:
    part = SCHEMA["properties"]
    for key in place:
        part = part[key]
    assert sorted(part) == sorted(registry)


def test_no_unknown_key_passes_anywhere() -> None:
    """Each object with keys of its own refuses others."""
    objects = [schema for _, schema in properties(SCHEMA) if schema.get("type") == "object" and "properties" in schema]
    assert objects
    assert all(schema["additionalProperties"] is False for schema in objects)


@pytest.mark.parametrize("file", SPECS, ids=[file.stem for file in SPECS])
def test_a_shipped_spec_satisfies_the_kept_schema(file: Path) -> None:
    """As an editor sees it: the file on disk against the schema on disk."""
    kept = json.loads(files(yhovi.engine.schema).joinpath(FILE_NAME).read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(kept).iter_errors(read_document(file).data)] == []


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"multipleOf": 2}, "3 is not a multiple of 2"),
        ({"multipleOf": 2, "description": "An even number."}, "An even number"),
    ],
)
def test_a_rule_without_a_sentence_of_its_own_is_told_all_the_same(rule: dict[str, Any], allowed: str) -> None:
    document = parse_document(Path("a.yaml"), "a: 3")
    (fault,) = schema_faults(Draft202012Validator({"properties": {"a": rule}}), document)
    assert fault.problem == Problem(
        "not-allowed", Path("a.yaml"), 1, 1, "'a' is 3", allowed, "Change it to what is allowed."
    )
