"""Write docs/reference.md from the vocabularies of the rooms: every key, step, check, unit, status and connector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from yhovi.connectors import CONNECTORS
from yhovi.engine.checks import ALWAYS, CHECK_SIGNATURES
from yhovi.engine.measures import MEASURE_TYPES, REASONS, UNITS
from yhovi.engine.periods import PERIOD_PATTERNS, PeriodPattern
from yhovi.engine.problems import CODES
from yhovi.engine.read.options import READ_SCHEMA
from yhovi.engine.recipe.signatures import SIGNATURES
from yhovi.engine.schema.build import DOMAINS, indicator_schema

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference.md"

_COMBINED = {
    "sum": "summed",
    "rederive": "derived again from numerator and denominator",
    "refuse": "not combined: areas stay as published",
}


def rendered() -> str:
    """The page as text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Made from the engine's own vocabularies by `python tools/make_docs.py`; a test keeps it current."
    for title, part in _PARTS.items():
        yield from ("", f"## {title}", "")
        yield from part()


def _keys() -> Iterator[str]:
    yield from _properties(indicator_schema())
    properties = indicator_schema()["properties"]
    for name in ("measure", "source"):
        yield from ("", f"### `{name}`", "")
        yield from _properties(properties[name])
    items = {"source.columns": properties["source"]["properties"]["columns"]["items"]}
    items |= {name: properties[name]["items"] for name in ("corrections", "accept")}
    for name, item in items.items():
        yield from ("", f"### `{name}`, each item", "")
        yield from _properties(item)


def _reading() -> Iterator[str]:
    yield from _properties(READ_SCHEMA)


def _connectors() -> Iterator[str]:
    yield "`yhovi sources describe NAME` shows what a source does unexpectedly, and which data sets and codes it has."
    yield ""
    for name, connector in CONNECTORS.items():
        hosts = f" Hosts: {', '.join(connector.HOSTS)}." if connector.HOSTS else ""
        yield from (f"### `{name}`", "", f"{connector.TITLE}.{hosts}", "")
        yield from _properties(connector.QUERY_SCHEMA)
        yield ""


def _steps() -> Iterator[str]:
    for name, signature in SIGNATURES.items():
        yield from (f"### `{name}`", "", signature.summary, "")
        yield from _properties(signature.argument_schema)
        yield ""


def _checks() -> Iterator[str]:
    rows = [(f"`{name}`", signature.summary) for name, signature in CHECK_SIGNATURES.items()]
    yield from _table(("check", "what it demands"), rows)
    for name, signature in CHECK_SIGNATURES.items():
        schema = signature.argument_schema.get("then", {}).get("items", signature.argument_schema)
        if "properties" in schema:
            yield from ("", f"### `{name}`", "")
            yield from _properties(schema)
    yield from ("", "### Checks that always apply", "")
    yield from _table(("check", "what it demands"), [(f"`{name}`", text) for name, text in ALWAYS.items()])


def _patterns() -> Iterator[str]:
    patterns = PERIOD_PATTERNS.items()
    rows = [(f"`{name}`", p.title, ", ".join((*p.examples, *p.further)), _interval(p)) for name, p in patterns]
    yield from _table(("pattern", "meaning", "examples", "the first one as an interval"), rows)


def _interval(pattern: PeriodPattern) -> str:
    """What becomes of a pattern's first example, and what has to be said for that."""
    iso = pattern.parse(pattern.examples[0], pattern.example_arguments).iso
    said = ", ".join(f'{name}: "{text}"' for name, text in pattern.example_arguments.items())
    return f"{iso} with `{said}`" if said else iso


def _measure_types() -> Iterator[str]:
    rows = [(f"`{m.name}`", _COMBINED[m.over_areas], ", ".join(m.units)) for m in MEASURE_TYPES.values()]
    yield from _table(("measure type", "over areas", "units"), rows)


def _units() -> Iterator[str]:
    rows = [(f"`{u.name}`", u.title, u.dimension, f"{u.scale:g}") for u in UNITS.values()]
    yield from _table(("unit", "shown as", "dimension", "scale"), rows)


def _reasons() -> Iterator[str]:
    rows = [(f"`{r.name}`", r.code, "no" if r.missing else "yes", r.text) for r in REASONS.values()]
    yield from _table(("reason", "obs_status", "has a number", "meaning"), rows)


def _problems() -> Iterator[str]:
    yield "`yhovi validate-specs` tells every problem with one of these codes, its place, what is allowed and a cure."
    yield ""
    yield from _table(("code", "what it means"), [(f"`{code}`", text) for code, text in CODES.items()])


def _domains() -> Iterator[str]:
    yield from _table(("domain", "subdomains"), [(f"`{name}`", ", ".join(names)) for name, names in DOMAINS.items()])


_PARTS = {
    "Keys of a spec": _keys,
    "Domains": _domains,
    "Connectors and their queries": _connectors,
    "Reading a file": _reading,
    "Steps": _steps,
    "Periods": _patterns,
    "Checks": _checks,
    "Measure types": _measure_types,
    "Units": _units,
    "Reasons for a status": _reasons,
    "Problems": _problems,
}


def _properties(schema: Mapping[str, Any]) -> Iterator[str]:
    """The keys of an object schema as a table; a schema without keys is told by its description."""
    properties = schema.get("properties")
    if not properties:
        yield str(schema.get("description", ""))
        return
    required = schema.get("required", ())
    rows = [(f"`{name}`", "yes" if name in required else "", _told(inner)) for name, inner in properties.items()]
    yield from _table(("key", "required", "what it is"), rows)


def _told(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return ""
    choices = [str(choice) for choice in schema.get("enum", ())]
    told = str(schema.get("description", ""))
    among = f"One of {', '.join(choices)}." if choices and len(choices) < 12 else ""
    return f"{told} {among}".strip().replace("|", "\\|").replace("\n", " ")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    TARGET.write_text(rendered(), encoding="utf-8", newline="\n")
    print(f"written: {TARGET.name}")
