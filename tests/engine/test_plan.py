"""Plans: what one says in full, that compiling is pure, and what makes two plans the same."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
import yhovi.indicators
from yhovi.connectors import nomis
from yhovi.engine import plan as room
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.document import parse_document
from yhovi.engine.geography import SmallArea
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Reading, load_specs, read_specs, read_texts

SHIPPED = Path(str(files(yhovi.indicators)))
SPECS = {file.stem: file for file in sorted(SHIPPED.rglob("*.yaml"))}
HERE = Settings(Path())


class QuotedTexts(yaml.SafeDumper):
    """Writes every text in quotes, so that none is taken for something else."""


QuotedTexts.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def compiled(folder: Path, indicator: str, edits: Mapping[str, str], settings: Settings = HERE) -> Plan:
    """The plan of a shipped spec after edits."""
    text = SPECS[indicator].read_text(encoding="utf-8")
    for old, new in edits.items():
        assert old in text, f"{indicator} has no {old!r} to be edited"
        text = text.replace(old, new, 1)
    return planned(folder, indicator, text, settings)


def planned(folder: Path, indicator: str, text: str, settings: Settings = HERE) -> Plan:
    """The plan of a spec's text."""
    file = folder / f"{indicator}.yaml"
    file.write_text(text, encoding="utf-8")
    reading = read_specs([file], SHIPPED)
    assert reading.problems == ()
    (plan,) = compile_plans(reading.specs, settings)
    return plan


@cache
def shipped(_time: int) -> Mapping[str, Plan]:
    """All plans of the catalogue; another time they are read and compiled anew."""
    return all_planned(read_specs([SHIPPED]))


def all_planned(reading: Reading) -> Mapping[str, Plan]:
    """The plans of all that was read, by indicator."""
    assert reading.problems == ()
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, HERE)}


def test_a_plan_says_what_will_happen() -> None:
    (plan,) = compile_plans(load_specs([SPECS["E-EJ-01"]]), HERE)
    goldens = plan.spec.checks["golden"]
    assert plan.described() == {
        "indicator": "E-EJ-01",
        "title": "Employment rate, 16 to 64",
        "status": "active",
        "status_reason": "",
        "exchange": {
            "connector": "nomis",
            "dataset": "nomis/NM_17_5",
            "first_request": (
                "GET https://www.nomisweb.co.uk/api/v01/dataset/NM_17_5.data.csv"
                "?geography=1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,"
                "2013265923,2092957699"
                "&time=2004-12,latest&variable=45&measures=20599,21001,21002,21003"
            ),
            "secret": "NOMIS_API_KEY (if set)",
            "then": list(nomis.outline(plan.fetch.ask)),
        },
        "made_of": [],
        "reading": {
            "columns": [
                *("DATE", "DATE_NAME", "GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE"),
                *("VARIABLE", "VARIABLE_NAME", "MEASURES", "MEASURES_NAME", "OBS_VALUE", "OBS_STATUS_NAME"),
            ]
        },
        "steps": [
            {"keep": {"condition": "DATE ends with '-12'"}},
            {
                "pivot": {
                    "keys": ["GEOGRAPHY_CODE", "DATE"],
                    "from": "MEASURES_NAME",
                    "values": "OBS_VALUE",
                    "columns": {
                        "Variable": "rate",
                        "Numerator": "numerator",
                        "Denominator": "denominator",
                        "Confidence": "half_width",
                    },
                    "others": "error",
                }
            },
            {"period": {"from": "DATE", "as": "year_ending_month"}},
            {"derive": {"lower": "rate - half_width", "upper": "rate + half_width"}},
            {
                "observe": {
                    "area": "GEOGRAPHY_CODE",
                    "period": "time_period",
                    "value": "rate",
                    "lower_ci": "lower",
                    "upper_ci": "upper",
                    "numerator": "numerator",
                    "denominator": "denominator",
                }
            },
        ],
        "geography": {
            "level": "lad",
            "codes": "as_published",
            "vintage": "2023-04",
            "areas": [
                *("E06000010", "E06000011", "E06000012", "E06000013", "E06000014", "E06000065"),
                *("E08000016", "E08000017", "E08000018", "E08000019"),
                *("E08000032", "E08000033", "E08000034", "E08000035", "E08000036"),
                *("E12000003", "E92000001"),
            ],
        },
        "corrections": [],
        "checks": {
            "range": {"min": 30, "max": 100},
            "complete": {"areas": "all", "since": 2004},
            "golden": goldens,
            "always": ["not_empty", "unique", "one_end", "one_length", "scale", "disclosure", "known_areas"],
        },
        "accepted": [],
        "target": {
            "tables": ["observation", "observation_current", "indicators"],
            "unit": "percent",
            "dataset_id": "nomis/NM_17_5",
        },
        "fingerprint": plan.fingerprint,
    }


PURE = """
import builtins, io, os, random, socket, sys, time
from pathlib import Path
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.settings import Settings
from yhovi.engine.spec import read_specs

def refuse(*_, **__):
    raise AssertionError("reading and compiling must not do this")

def read_only(file, mode="r", *more, _open=builtins.open, **named):
    return refuse() if set("wax+") & set(mode) else _open(file, mode, *more, **named)

builtins.open = io.open = read_only
for module, names in {
    socket: ("socket", "create_connection", "getaddrinfo"),
    time: ("time", "time_ns", "monotonic", "perf_counter", "sleep"),
    random: ("random", "randrange", "choice"),
    os: ("getenv", "urandom", "mkdir", "remove", "replace"),
}.items():
    for name in names:
        setattr(module, name, refuse)
reading = read_specs([Path(sys.argv[1])])
plans = compile_plans(reading.specs, Settings(Path()))
described = [plan.described() for plan in plans]
heavy = {"pandas", "pyarrow", "narwhals", "numpy", "requests", "sqlalchemy", "pandera", "alembic", "fsspec"}
print(len(reading.problems), len(described), sorted(heavy & set(sys.modules)))
"""


def test_reading_and_compiling_touch_nothing_and_load_nothing_heavy() -> None:
    """No network, clock, chance, environment or writing; they raise if anything asks for them."""
    done = subprocess.run(
        [sys.executable, "-P", "-B", "-c", PURE, str(SHIPPED)], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stderr, done.stdout) == ("", f"0 {len(SPECS)} []\n")


RATE, GVA = "E-EJ-01", "E-BE-11"


@pytest.mark.parametrize(
    ("indicator", "edits"),
    [
        (RATE, {"from: 2004-12": "from: 2005-12"}),
        (RATE, {"variable: 45": "variable: 46"}),
        (RATE, {"dataset: nomis/NM_17_5": "dataset: nomis/other"}),
        (RATE, {"ends with '-12'": "ends with '-09'"}),
        (RATE, {"lower: rate - half_width": "lower: rate - 2 * half_width"}),
        (RATE, {"      lower_ci: lower\n": ""}),
        (RATE, {"unit: percent": "unit: fraction"}),
        (RATE, {"type: survey_percentage": "type: proportion"}),
        (RATE, {"min: 30": "min: 31"}),
        (RATE, {"  complete:": "  shrink: 10%\n  complete:"}),
        (RATE, {"value: 74.1": "value: 74.2"}),
        (RATE, {"level: lad": "level: region"}),
        (RATE, {"codes: as_published": "codes: 2023-04"}),
        (GVA, {"release: 2025-10": "release: 2026-04"}),
        (GVA, {"header_row: 2": "header_row: 3"}),
        (GVA, {"[0-9]{4}": "20[0-9]{2}"}),
        (GVA, {"{name: LA code}": "{name: LA code, markers: {x: suppressed}}"}),
    ],
    ids=[
        *(
            "time",
            "code",
            "data set",
            "condition",
            "expression",
            "argument",
            "unit",
            "type",
            "limit",
            "check",
            "golden",
        ),
        *("level", "vintage of codes", "release", "reading", "pattern", "markers"),
    ],
)
def test_what_could_change_a_value_changes_the_fingerprint(
    tmp_path: Path, indicator: str, edits: Mapping[str, str]
) -> None:
    assert compiled(tmp_path, indicator, edits).fingerprint != compiled(tmp_path, indicator, {}).fingerprint


@pytest.mark.parametrize(
    ("indicator", "edits"),
    [
        (RATE, {"title: Employment rate": "title: Rate of employment"}),
        (RATE, {"Residents aged": "People aged"}),
        (RATE, {"owner: economy": "owner: someone else"}),
        (RATE, {"caveats:\n": "caveats:\n  - Another thing that a reader has to know.\n"}),
        (RATE, {"id:": "# a comment\n\nid:"}),
        (RATE, {"subdomain: employment_and_jobs": "subdomain: sectors"}),
        (RATE, {"polarity: higher_is_better": "polarity: neutral"}),
        (RATE, {"decimals: 1": "decimals: 2"}),
        (RATE, {"publisher: Office": "publisher: The Office"}),
        (RATE, {"license: OGL-UK-3.0": "license: CC-BY-4.0"}),
        (RATE, {"frequency: P3M": "frequency: P1Y"}),
        (RATE, {"lag: P4M": "lag: P5M"}),
        (RATE, {"page: https://": "page: https://other."}),
        (RATE, {", codes: as_published": ""}),
        (RATE, {"[GEOGRAPHY_CODE, DATE]": "[ GEOGRAPHY_CODE , 'DATE' ]"}),
        (GVA, {"    - {name: LA code}\n    - {name: SIC07}\n": "    - {name: SIC07}\n    - {name: LA code}\n"}),
    ],
    ids=[
        *("title", "description", "owner", "caveats", "comment", "subdomain", "polarity", "decimals", "publisher"),
        *("license", "frequency", "lag", "page", "codes as published", "quotes", "order of columns"),
    ],
)
def test_what_changes_no_value_leaves_the_fingerprint(tmp_path: Path, indicator: str, edits: Mapping[str, str]) -> None:
    assert compiled(tmp_path, indicator, edits).fingerprint == compiled(tmp_path, indicator, {}).fingerprint


@pytest.mark.parametrize(
    ("settings", "same"),
    [
        (replace(HERE, target_vintage="2025-04"), False),
        (replace(HERE, also=("E12000003",)), False),
        (replace(HERE, within="E92000001"), False),
        (replace(HERE, target_vintage="2023-05"), False),
        (replace(HERE, data_root=Path("elsewhere"), environment="production"), True),
        (replace(HERE, database_url="sqlite://", hosts=("example.org",), mirrors={"https://a": "https://b"}), True),
    ],
    ids=["vintage", "comparators", "region", "month", "folders", "hosts"],
)
def test_the_areas_wanted_are_part_of_the_fingerprint(tmp_path: Path, settings: Settings, same: bool) -> None:
    plan = compiled(tmp_path, RATE, {}, settings)
    assert (plan.fingerprint == compiled(tmp_path, RATE, {}).fingerprint) is same


def test_a_plan_says_which_codes_are_declared(tmp_path: Path) -> None:
    plan = compiled(tmp_path, RATE, {"codes: as_published": "codes: 2023-04"})
    assert plan.spec.source.codes == plan.described()["geography"]["codes"] == "2023-04"
    assert plan.spec.described()["source"]["codes"] == "2023-04"


CRIME = "S-CS-01-OFFENCES"
FROM_CSP = {"codes: as_published": "from: csp"}
WEIGHED = {"codes: as_published": "from: csp, weights: S-D-01"}
NAMED = {
    "  - {name: Local Authority code}": "  - {name: Local Authority code}\n    - {name: CSP}",
    "recipe:": "recipe:\n  - area_codes: {from: CSP, level: csp, as: partnership}",
}


def test_what_districts_are_made_of_is_part_of_a_plan(tmp_path: Path) -> None:
    plans = [compiled(tmp_path, CRIME, edits) for edits in ({}, FROM_CSP, WEIGHED, NAMED)]
    assert len({plan.fingerprint for plan in plans}) == 4
    said = [{name: plan.described()["geography"].get(name) for name in ("made_from", "weights")} for plan in plans]
    assert said[1:3] == [{"made_from": "csp", "weights": None}, {"made_from": "csp", "weights": "S-D-01"}]
    assert said[0] == said[3] == {"made_from": None, "weights": None}
    assert [plan.described()["made_of"] for plan in plans] == [[], [], ["S-D-01"], []]
    assert plans[2].spec.described()["source"]["weights"] == "S-D-01"


def with_name(plan: Plan, code: str) -> Plan:
    """The plan with a register in which one partnership has another name."""
    group = plan.registry.groups[code]
    renamed = replace(group, area=replace(group.area, name="Erewhon"))
    return replace(plan, registry=replace(plan.registry, groups={**plan.registry.groups, code: renamed}))


def test_names_that_are_looked_up_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    slough, camden = "E22000310", "E22000191"
    by_code, by_name = (compiled(tmp_path, CRIME, edits) for edits in ({}, NAMED))
    assert [area.code for area in by_name.names_by_level["csp"]] == [
        code for code, group in by_name.registry.groups.items() if group.area.level == "csp"
    ]
    assert by_code.names_by_level == {}
    for code in (slough, camden):
        assert with_name(by_code, code).fingerprint == by_code.fingerprint
        assert with_name(by_name, code).fingerprint != by_name.fingerprint


@pytest.mark.parametrize(("made_from", "same"), [("csp", True), ("lsoa", False), ("msoa", True)])
def test_small_areas_are_part_of_the_fingerprint_where_districts_are_made_of_them(
    tmp_path: Path, made_from: str, same: bool
) -> None:
    plan = compiled(tmp_path, CRIME, {"codes: as_published": f"from: {made_from}"})
    small = plan.registry.small()
    moved = {**small, "lsoa": {**small["lsoa"], "E01011264": SmallArea("E08000034", ("2011",))}}
    other = replace(plan, registry=replace(plan.registry, small=lambda: moved))
    assert (other.fingerprint == plan.fingerprint) is same


def backwards(said: Any) -> Any:
    """The same data with the keys of every mapping in the opposite order."""
    if isinstance(said, dict):
        return {key: backwards(inner) for key, inner in reversed(said.items())}
    return [backwards(item) for item in said] if isinstance(said, list) else said


@pytest.mark.parametrize("indicator", SPECS)
def test_the_order_of_keys_is_no_part_of_a_plan(indicator: str) -> None:
    assert backwards_planned()[indicator].fingerprint == shipped(1)[indicator].fingerprint


@cache
def backwards_planned() -> Mapping[str, Plan]:
    """All plans, of specs whose keys come in another order."""
    documents = {file: parse_document(file, file.read_text(encoding="utf-8")).data for file in SPECS.values()}
    texts = {file: yaml.dump(backwards(data), Dumper=QuotedTexts, sort_keys=False) for file, data in documents.items()}
    return all_planned(read_texts(texts))


def test_the_order_of_dimensions_is_no_part_of_a_plan(tmp_path: Path) -> None:
    """The order of keys in a query is the order of columns in the answer, which means nothing."""
    query = "dataset: NM_31_1\n    time: latest\n    dimensions: {{{}}}\n    measures: [20100]\n  geography"
    text = SPECS[RATE].read_text(encoding="utf-8")
    start, end = text.index("dataset: NM_17_5"), text.index("  geography")
    plans = [
        planned(tmp_path, RATE, text[:start] + query.format(said) + text[end + len("  geography") :])
        for said in ("sex: 5, age: 0", "age: 0, sex: 5")
    ]
    assert plans[0].fingerprint == plans[1].fingerprint
    assert plans[0].fetch.key == plans[1].fetch.key


@pytest.mark.parametrize(
    ("indicator", "step", "same"),
    [("E-EJ-01", "pivot", False), ("E-BE-11", "pivot", True), ("S-HE-05", "keep", False), ("S-HE-05", "derive", True)],
)
def test_a_mended_step_touches_the_plans_that_use_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, indicator: str, step: str, same: bool
) -> None:
    before = compiled(tmp_path, indicator, {}).fingerprint
    mended = {**room.SIGNATURES, step: replace(room.SIGNATURES[step], revision=room.SIGNATURES[step].revision + 1)}
    monkeypatch.setattr(room, "SIGNATURES", mended)
    assert (compiled(tmp_path, indicator, {}).fingerprint == before) is same


@pytest.mark.parametrize(("indicator", "same"), [("E-EJ-01", False), ("S-HE-05", True)])
def test_a_mended_connector_touches_its_own_plans(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, indicator: str, same: bool
) -> None:
    """What is asked stays the same, so that answers in the archive still serve."""
    plan = compiled(tmp_path, indicator, {})
    fingerprint, exchange_key = plan.fingerprint, plan.fetch.key
    monkeypatch.setattr(nomis, "REVISION", nomis.REVISION + 1)
    assert (plan.fingerprint == fingerprint) is same
    assert plan.fetch.key == exchange_key


def test_specs_that_ask_the_same_share_an_exchange(tmp_path: Path) -> None:
    rate = compiled(tmp_path, RATE, {})
    text = rate.spec.text.replace("id: E-EJ-01", "id: E-EJ-02").replace("title:", "title: Another,", 1)
    other = planned(tmp_path, "E-EJ-02", text.replace("ends with '-12'", "ends with '-06'"))
    assert other.fetch.key == rate.fetch.key
    assert other.fingerprint != rate.fingerprint


@pytest.mark.parametrize(
    "edits",
    [{"variable: 45": "variable: 46"}, {"dataset: nomis/NM_17_5": "dataset: nomis/other"}],
    ids=["query", "data set"],
)
def test_specs_that_ask_otherwise_do_not(tmp_path: Path, edits: Mapping[str, str]) -> None:
    assert compiled(tmp_path, RATE, edits).fetch.key != compiled(tmp_path, RATE, {}).fetch.key


@pytest.mark.parametrize("indicator", SPECS)
def test_a_plan_is_the_same_every_time(indicator: str) -> None:
    first, second = (shipped(time)[indicator] for time in (1, 2))
    assert first is not second
    assert json.dumps(first.described()) == json.dumps(second.described())
