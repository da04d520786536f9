"""Every indicator that is shipped: valid, planned, described and checked against a published figure."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
import yhovi.indicators
from yhovi.engine.catalogue import compile_plans, surroundings
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Reading, read_specs

CATALOGUE = Path(str(files(yhovi.indicators)))
FILES = {file.stem: file for file in sorted(CATALOGUE.rglob("*.y*ml"))}
SETTINGS = Settings(Path())

pytestmark = [pytest.mark.untraced, pytest.mark.parametrize("indicator", FILES)]


@cache
def read() -> Reading:
    """The whole catalogue."""
    return read_specs([CATALOGUE])


@cache
def planned(indicator: str) -> Plan:
    """The plan of one spec, which must be without fault."""
    reading = read()
    assert [str(problem) for problem in reading.problems if problem.file == FILES[indicator]] == []
    (plan,) = compile_plans([spec for spec in reading.specs if spec.id == indicator], SETTINGS)
    return plan


def test_it_is_valid_and_compiles(indicator: str) -> None:
    assert planned(indicator).spec.id == indicator


def test_it_lies_where_it_says(indicator: str) -> None:
    """The file is called like the indicator, in the folder of its domain, and tells editors its schema."""
    spec, file = planned(indicator).spec, FILES[indicator]
    assert file.name == f"{spec.id}.yaml"
    assert file.parent.relative_to(CATALOGUE) == Path(spec.domain)
    assert spec.text.startswith("# yaml-language-server: $schema=../../engine/schema/indicator.schema.json\n")


def test_its_plan_prints_as_json(indicator: str) -> None:
    described = planned(indicator).described()
    assert json.loads(json.dumps(described)) == described


def test_a_reader_learns_what_it_says_and_what_to_beware_of(indicator: str) -> None:
    spec = planned(indicator).spec
    assert spec.description.endswith(".")
    assert len(spec.description) > len(spec.title)
    assert spec.caveats
    assert all(caveat.endswith(".") for caveat in spec.caveats)


def test_it_names_its_source(indicator: str) -> None:
    plan = planned(indicator)
    source = plan.spec.source
    assert source.page.startswith("https://")
    assert plan.spec.inputs if plan.fetch is None else plan.fetch.request.url.startswith(("https://", "landed:"))
    assert source.license == "OGL-UK-3.0"


def test_it_is_held_to_published_figures_or_says_why_not(indicator: str) -> None:
    golden = planned(indicator).spec.checks["golden"]
    if isinstance(golden, dict):
        assert golden["none"].endswith(".")
        return
    registry = surroundings(SETTINGS).registry
    assert golden
    assert all(registry.place(said["area"]) for said in golden), "a golden is of an area that isn't in the register"


def test_implausible_and_missing_values_are_seen(indicator: str) -> None:
    spec = planned(indicator).spec
    assert ({"range", "complete"} if spec.publish else {"range"}) <= spec.checks.keys()
