"""`yhovi sources`: what is known of sources, what they say they have, and whether the catalogue can rely on them."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from yhovi.connectors import CONNECTORS
from yhovi.connectors.base import Budget, Describing, Keyed
from yhovi.engine.run.sources import listing as sources

from support.commands import Cli, Said, environment
from support.simulators import SOURCES, Begin, Fault, Simulator, Source, faults
from support.simulators.descriptions import DESCRIBED, Described
from support.simulators.stage import KEY, written

pytestmark = pytest.mark.untraced

every_described = pytest.mark.parametrize("described", DESCRIBED.values(), ids=DESCRIBED)
every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
SUBCOMMANDS = ("list", "describe", "check")


def errors(said: Said) -> list[str]:
    lines = said.err.splitlines()
    return [f"{one} {lines[n + 1].strip()}" for n, one in enumerate(lines) if one.startswith("error: ")]


def rows(terms: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"dimension": dimension, "code": code, "label": label} for dimension, code, label in terms]


def manifests(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.rglob("exchanges/*/*.json"), key=lambda file: file.name)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_command_has_help_and_an_example(cli: Cli, name: str) -> None:
    said = cli("sources", name, "--help")
    assert said.code == 0
    assert f"Example: yhovi sources {name}" in said.out
    assert "--settings" in said.out
    assert "--json" in said.out
    assert f"  {name} " in cli("sources", "--help").out


# list --------------------------------------------------------------------------------------------------------------


def test_the_list_holds_every_source(cli: Cli, begin: Begin) -> None:
    begin(SOURCES["nomis"])
    said = cli("sources", "list", "--json")
    assert said.code == 0, said.err
    found = {row["source"]: row for row in said.json}
    assert found.keys() == CONNECTORS.keys()
    assert found["nomis"] == {
        "source": "nomis",
        "title": "Nomis (Office for National Statistics)",
        "specs": 2,
        "codes": True,
        "budget": [{"requests": 2, "seconds": 1.0}],
        "key": {"name": "NOMIS_API_KEY", "required": False, "set": True},
        "hosts": ["www.nomisweb.co.uk"],
    }
    assert found["statxplore"]["key"] == {"name": "STATXPLORE_API_KEY", "required": True, "set": False}
    assert (found["file"]["key"], found["file"]["codes"], found["file"]["specs"]) == (None, False, 0)
    assert KEY not in said.out + said.err


def test_the_list_as_a_table(cli: Cli, begin: Begin) -> None:
    begin(SOURCES["nomis"])
    lines = cli("sources", "list").out.splitlines()
    assert lines[0].split() == ["source", "specs", "codes", "budget", "key", "hosts"]
    assert [" ".join(line.split()) for line in lines if line.startswith(("nomis", "statxplore", "ons", "file"))] == [
        "file 0 no 2 requests in 1 second " + ", ".join(CONNECTORS["file"].HOSTS),
        "nomis 2 yes 2 requests in 1 second NOMIS_API_KEY (set) www.nomisweb.co.uk",
        "ons 0 yes 2 requests in 1 second, all of ons.gov.uk together " + ", ".join(CONNECTORS["ons"].HOSTS),
        "statxplore 0 yes 2 requests in 1 second STATXPLORE_API_KEY (missing) stat-xplore.dwp.gov.uk",
    ]


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(1, 1.0), "1 request in 1 second"),
        (Budget(2, 0.5), "2 requests in 0.5 seconds"),
        (
            Budget(120, 10.0, also=(Budget(200, 60.0),), together="x.org"),
            "120 requests in 10 seconds and 200 requests in 60 seconds, all of x.org together",
        ),
    ],
)
def test_a_budget_in_words(budget: Budget, told: str) -> None:
    assert sources._often(budget) == told


def test_the_list_stays_light(tmp_path: Path) -> None:
    """It imports nothing heavy: it only looks at connectors and specs."""
    code = (
        "import sys; sys.argv = ['yhovi', 'sources', 'list']\n"
        "from yhovi.cli import main\n"
        "main()\n"
        "heavy = {'pandas', 'pyarrow', 'narwhals', 'sqlalchemy', 'requests', 'fsspec'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    ).replace("main()\n", "try:\n    main()\nexcept SystemExit:\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_broken_catalogue_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators" / "E-EJ-99.yaml").write_text("id: [unclosed\n", encoding="utf-8")
    said = cli("sources", "list")
    assert said.code == 2
    assert "E-EJ-99.yaml:2:1 not-yaml" in said.out


# describe: what is known without asking ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, one in CONNECTORS.items() if not isinstance(one, Describing)])
def test_a_source_that_cannot_be_asked_says_what_it_can(cli: Cli, name: str) -> None:
    """Its notes with a piece of a spec, and the keys of a query: `file`, `database` and others."""
    said = cli("sources", "describe", name)
    assert said.code == 0, said.err
    connector = CONNECTORS[name]
    assert said.out.startswith(f"{name}: {connector.TITLE}\nhosts: ")
    assert f"      connector: {name}\n" in said.out
    assert all(f"\n{key} " in said.out for key in connector.QUERY_SCHEMA["properties"])
    as_json = cli("sources", "describe", name, "--json").json
    assert (as_json["source"], as_json["codes"], as_json["listed"]) == (name, False, None)
    assert as_json["notes"] == str(connector.__doc__).strip()


def test_what_is_known_of_a_source_in_full(cli: Cli, begin: Begin) -> None:
    simulator = begin(SOURCES["file"])
    said = cli("sources", "describe", "file")
    parts = said.out.split("\n\n")
    assert parts[0].splitlines() == [
        "file: A file at a publisher's address, or landed by hand",
        "hosts: " + ", ".join(CONNECTORS["file"].HOSTS),
        "key: none",
        "budget: 2 requests in 1 second",
    ]
    assert parts[-1].splitlines() == ["used by    dataset", "FILE-ALL   gov/all", "FILE-LAST  gov/last"]
    assert "url                The file's address at a publisher's host: https, without a user name." in said.out
    assert simulator.asked == []


def test_a_source_that_nobody_uses(cli: Cli, begin: Begin) -> None:
    begin(SOURCES["nomis"])
    assert cli("sources", "describe", "file").out.endswith("\n\nno indicator of the catalogue uses it\n")


def test_what_is_known_is_shown_where_the_source_cannot_be_asked(cli: Cli, begin: Begin) -> None:
    simulator = begin(DESCRIBED["nomis"].source)
    simulator.always = faults.broken
    for as_json in ((), ("--json",)):
        said = cli("sources", "describe", "nomis", *as_json)
        assert (said.code, len(errors(said))) == (3, 1)
        assert "GSS codes as ``geography`` are answered as county/unitary" in said.out
    assert said.json["listed"] is None
    assert said.json["used_by"] == [
        {"indicator": "NOMIS-ALL", "dataset": "nomis/NM_57_1"},
        {"indicator": "NOMIS-LAST", "dataset": "nomis/NM_57_1"},
    ]
    assert {row["query"] for row in said.json["query"]} == {"dataset", "time", "measures", "dimensions", "geography"}


# describe: what the source says ------------------------------------------------------------------------------------


def test_which_sources_can_be_asked() -> None:
    assert CONNECTORS.keys() - {name for name, one in CONNECTORS.items() if isinstance(one, Describing)} == {
        "database",
        "file",
    }
    assert {name for name, one in CONNECTORS.items() if isinstance(one, Keyed)} == {"nomis", "statxplore"}


@every_described
def test_what_a_data_set_has(cli: Cli, begin: Begin, described: Described) -> None:
    simulator = begin(described.source)
    said = cli("sources", "describe", described.source.name, described.dataset, "--json")
    assert said.code == 0, said.err
    assert said.json["terms"] == rows(described.terms)
    assert (said.json["source"], said.json["dataset"]) == (described.source.name, described.dataset)
    assert (said.json["total"], said.json["archived"]) == (len(described.terms), False)
    assert (len(simulator.asked), simulator.asked[0].path) == (described.asks, described.first)


@every_described
def test_which_data_sets_there_are(cli: Cli, begin: Begin, described: Described) -> None:
    simulator = begin(described.source)
    said = cli("sources", "describe", described.source.name, "--json")
    assert said.code == 0, said.err
    listed = said.json["listed"]
    assert (listed["dataset"], listed["terms"]) == (None, rows(described.datasets))
    assert (said.json["title"], said.json["specs"]) == (CONNECTORS[described.source.name].TITLE, 2)
    assert len(simulator.asked) == described.lists


@every_described
def test_the_second_time_nothing_is_asked(cli: Cli, begin: Begin, tmp_path: Path, described: Described) -> None:
    """What was answered is an exchange in the archive like any other; from there it comes without a network, too."""
    simulator = begin(described.source)
    command = ("sources", "describe", described.source.name, described.dataset)
    cli(*command)
    (manifest,) = manifests(tmp_path)
    assert (manifest["source"], manifest["parameters"]["query"]) == (
        described.source.name,
        {"describe": described.dataset},
    )
    assert (len(manifest["kept"]), manifest["rows"]) == (described.asks, len(described.terms))
    assert all((tmp_path / one["object"]).is_file() for one in manifest["kept"])

    simulator.asked.clear()
    simulator.always = faults.broken
    said, as_json = cli(*command), cli(*command, "--json").json
    assert (said.code, simulator.asked) == (0, [])
    assert (as_json["archived"], as_json["terms"]) == (True, rows(described.terms))
    assert as_json["as_of"] == manifest["finished_at"]
    many, when = len(described.terms), f"{manifest['finished_at'][:10]} {manifest['finished_at'][11:16]}"
    name = described.source.name
    assert said.err == (
        f"{name}, {described.dataset}: {many} of {many}, as of {when} UTC (from the archive; --refresh asks again)\n"
    ).replace(f"{many} of {many}", str(many))
    assert manifests(tmp_path) == [manifest]


@every_described
def test_a_refresh_asks_only_what_changed(cli: Cli, begin: Begin, tmp_path: Path, described: Described) -> None:
    simulator = begin(described.source)
    command = ("sources", "describe", described.source.name, described.dataset)
    cli(*command)
    simulator.statuses.clear()
    said = cli(*command, "--refresh", "--json")
    assert (said.code, simulator.statuses) == (0, [304] * described.asks), said.err
    assert (said.json["archived"], said.json["terms"]) == (False, rows(described.terms))
    first, second = manifests(tmp_path)
    assert first["row_set"] == second["row_set"]
    assert len(list(tmp_path.rglob("*.gz"))) == described.asks


@pytest.mark.parametrize("name", [one for one in CONNECTORS if one not in (*DESCRIBED, "file", "database")])
def test_what_a_connector_knows_itself_is_not_asked_for(cli: Cli, tmp_path: Path, name: str) -> None:
    """The series that connectors of published files know."""
    described = cli("sources", "describe", name, "--json")
    assert described.code == 0, described.err
    listed = described.json["listed"]
    assert (listed["as_of"], listed["archived"]) == (None, False)
    assert listed["total"] == len(listed["terms"])
    assert {term["dimension"] for term in listed["terms"]} <= {"dataset"}
    many = f"{len(listed['terms'])}, as far as is known without asking it"
    assert cli("sources", "describe", name).err.endswith(f"{name}, its data sets: {many}\n")
    assert list(tmp_path.iterdir()) == []


def test_as_a_table(cli: Cli, begin: Begin) -> None:
    begin(DESCRIBED["nomis"].source)
    said = cli("sources", "describe", "nomis", "NM_57_1")
    assert said.out.splitlines() == [
        "dimension  code        label",
        "geography  2092957699  England",
        "geography  TYPE424     local authorities: April 2023",
        "item       1           Total jobs",
        "item       3           Jobs density",
        "time       2021        2021",
        "time       2022        2022",
    ]
    assert said.err.splitlines()[-1].startswith("nomis, NM_57_1: 6, as of 20")
    assert said.err.splitlines()[-1].endswith(" UTC (asked now)")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("jobs", ["1", "3"]),
        ("JOBS density", ["3"]),
        ("item total", ["1"]),
        ("type424", ["TYPE424"]),
        ("nothing like it", []),
    ],
)
def test_searching(cli: Cli, begin: Begin, text: str, codes: list[str]) -> None:
    """Every word occurs, in dimension, code or label, in whatever case."""
    begin(DESCRIBED["nomis"].source)
    said = cli("sources", "describe", "nomis", "NM_57_1", "--search", text, "--json")
    assert (said.code, [row["code"] for row in said.json["terms"]], said.json["total"]) == (0, codes, 6)
    told = cli("sources", "describe", "nomis", "NM_57_1", "--search", text)
    assert f"nomis, NM_57_1: {len(codes)} of 6, as of " in told.err
    assert bool(codes) != (told.out == "nothing to show\n")


def test_searching_among_data_sets(cli: Cli, begin: Begin) -> None:
    begin(DESCRIBED["nomis"].source)
    said = cli("sources", "describe", "nomis", "--search", "density")
    assert said.out.splitlines() == ["dimension  code     label", "dataset    NM_57_1  jobs density"]
    assert "nomis, its data sets: 1 of 2, as of " in said.err


def test_what_is_damaged_in_the_archive_is_asked_for_again(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    described = DESCRIBED["els"]
    simulator = begin(described.source)
    command = ("sources", "describe", "els", described.dataset, "--json")
    cli(*command)
    for file in tmp_path.rglob("*.gz"):
        file.write_bytes(gzip.compress(b"{}"))
    said = cli(*command)
    assert (said.json["archived"], said.json["terms"]) == (False, rows(described.terms))
    assert (len(simulator.asked), cli(*command).json["archived"]) == (2, True)


def test_ids_that_are_no_names_of_folders_are_kept_apart(cli: Cli, begin: Begin) -> None:
    begin(DESCRIBED["statxplore"].source)
    values = cli("sources", "describe", "statxplore", "str:valueset:THINGS:F_DATE:YEAR:C_YEAR", "--json").json
    assert values["terms"] == rows([("value", "2021", "2021/22"), ("value", "2022", "2022/23")])
    group = cli("sources", "describe", "statxplore", "str:group:THINGS:Geography", "--json").json
    assert group["terms"] == rows([("field", "str:field:THINGS:V_F_THINGS:COA_CODE", "Area")])


def test_a_dataset_page_of_ons(cli: Cli, begin: Begin) -> None:
    """Its editions, and of an edition the files: what a query's `edition` and `file` choose from."""
    begin(DESCRIBED["ons"].source)
    page = "/economy/things/datasets/thingscounted"
    editions = cli("sources", "describe", "ons", page, "--json").json
    assert editions["terms"] == rows([("edition", "current", f"{page}/current")])
    files = cli("sources", "describe", "ons", f"{page}/current", "--json").json
    assert files["terms"] == rows(
        [("file", "things2025.csv", "released 2025-10-15"), ("file", "notes.xlsx", "released 2025-10-15")]
    )


# describe: what goes wrong -----------------------------------------------------------------------------------------

WRONG_NAMES = {
    ("nomiz", ""): ("There is no source nomiz.", "Did you mean nomis?"),
    ("zzz", ""): ("There is no source zzz.", f"There are {', '.join(CONNECTORS)}."),
    ("file", "gov/all"): (
        "The source file can't be asked which data sets and codes it has.",
        "yhovi sources describe file shows what is known of it.",
    ),
    ("nomis", "../NM_1_1"): (
        "../NM_1_1 is no data set of Nomis.",
        "They are called like NM_17_5. See also: yhovi sources describe nomis",
    ),
    ("fingertips", "x"): (
        "x is no indicator of Fingertips.",
        "They are called by their numbers, such as 93721. See also: yhovi sources describe fingertips",
    ),
    ("geoportal", "A/B"): (
        "A/B is no service of the portal.",
        "They are called like LAD24_CSP24_PFA24_EW_LU. See also: yhovi sources describe geoportal",
    ),
    ("statxplore", "THINGS"): (
        "THINGS is no id of Stat-Xplore.",
        (
            "They are called like str:database:CILIF_REL; what is in them, like str:field:… and str:valueset:…. "
            "See also: yhovi sources describe statxplore"
        ),
    ),
    ("ons", "a b"): (
        "a b is no data set of ONS.",
        (
            "It is one of the API, such as wellbeing-local-authority, or the path of a page from its first slash on. "
            "See also: yhovi sources describe ons"
        ),
    ),
    ("els", "No Slug"): (
        "No Slug is no indicator of Explore Local Statistics.",
        (
            "They are called like the ends of their addresses, such as greenhouse-gas-emissions. "
            "See also: yhovi sources describe els"
        ),
    ),
}


@pytest.mark.parametrize(("source", "dataset"), WRONG_NAMES)
def test_a_wrong_name(cli: Cli, begin: Begin, source: str, dataset: str) -> None:
    simulator = begin(SOURCES["nomis"])
    said = cli("sources", "describe", source, *([dataset] if dataset else []))
    message, cure = WRONG_NAMES[source, dataset]
    assert (said.code, said.out, errors(said)) == (2, "", [f"error: {message} {cure}"])
    assert simulator.asked == []


BROWSE = "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query)."
WRONG_ANSWERS: dict[str, tuple[Fault, str]] = {
    "500": (
        faults.broken,
        (
            "{host} failed to answer ADDRESS: the answer was 500 Internal Server Error, "
            'saying "internal error" (2 attempts). The fault is the source\'s. Try again later.'
        ),
    ),
    "a page": (faults.away, f"A web page came back where JSON was asked for. (ADDRESS) {BROWSE}"),
    "nothing": (
        faults.instead(b""),
        "The answer is empty (0 bytes). (ADDRESS) Check the query: a wrong one is often answered with nothing.",
    ),
    "half": (faults.instead(b'{"structure": '), "The answer isn't JSON, or was cut short. (ADDRESS) {again}"),
}
AGAIN = {"ons": "Run again; if it stays so, open the address in a browser."}


@every_described
@pytest.mark.parametrize("case", WRONG_ANSWERS)
def test_a_wrong_answer_ends_in_a_sentence(
    cli: Cli, begin: Begin, tmp_path: Path, described: Described, case: str
) -> None:
    """Nothing of it counts as an answer: the next time the source is asked again."""
    simulator = begin(described.source)
    simulator.always, told = WRONG_ANSWERS[case]
    command = ("sources", "describe", described.source.name, described.dataset)
    said = cli(*command)
    (error,) = errors(said)
    host = api_host(described)
    asked = [one.target for one in simulator.asked if one.path != "/sorry.html"]
    told = told.format(host=host, again=AGAIN.get(described.source.name, "Run again."))
    address = f"https://{host}{asked[-1]}".replace(f"?uid={KEY}", "")
    assert (said.code, said.out, error) == (3, "", f"error: {told.replace('ADDRESS', address)}")
    assert manifests(tmp_path) == []
    simulator.always = None
    assert cli(*command, "--json").json["terms"] == rows(described.terms)


def api_host(described: Described) -> str:
    """The host that is asked first."""
    return "api.beta.ons.gov.uk" if described.source.name == "ons" else next(iter(described.source.mirrors))[8:]


# By source: what comes with success and is no description, and what is said of it.
NO_DESCRIPTIONS: dict[str, tuple[bytes, str]] = {
    "nomis": (
        b'{"structure": {"header": {"id": "none"}}}',
        "The answer names no data set. (ADDRESS) Check the name: Nomis has none that is called so.",
    ),
    "fingertips": (b"{}", "The answer is about no indicator. (ADDRESS) Check the number; if it is right, run again."),
    "geoportal": (
        b'{"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}',
        (
            "The service answered with error 400: Invalid URL (ADDRESS) "
            "Check the service's name, the fields and the condition (where) of the query."
        ),
    ),
    "statxplore": (
        b'{"id": "str:database:THINGS", "children": []}',
        "Nothing is listed there (ADDRESS). Check the name, or run again later.",
    ),
    "ons": (
        b'{"links": {}}',
        "The API doesn't say which version of things is the latest. (ADDRESS) Say edition and version in the query.",
    ),
    "els": (
        b'{"slug": "others", "dimensions": {}}',
        (
            "The answer doesn't describe things-counted. (ADDRESS) The publisher may have changed the service, "
            "as it says it may: compare the address in a browser with the spec."
        ),
    ),
}


@every_described
def test_an_answer_that_describes_nothing(cli: Cli, begin: Begin, tmp_path: Path, described: Described) -> None:
    simulator = begin(described.source)
    body, told = NO_DESCRIPTIONS[described.source.name]
    simulator.always = faults.instead(body)
    said = cli("sources", "describe", described.source.name, described.dataset)
    address = f"https://{api_host(described)}{simulator.asked[-1].target}".replace(f"?uid={KEY}", "")
    assert (said.code, errors(said)) == (3, [f"error: {told.replace('ADDRESS', address)}"])
    assert manifests(tmp_path) == []


def test_without_its_key_stat_xplore_is_not_asked(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    simulator = begin(DESCRIBED["statxplore"].source)
    (tmp_path / ".env").unlink()
    said = cli("sources", "describe", "statxplore")
    assert (said.code, simulator.asked) == (3, [])
    assert "\nkey: STATXPLORE_API_KEY (missing)\n" in said.out
    (error,) = errors(said)
    assert error == (
        "error: https://stat-xplore.dwp.gov.uk/webapi/rest/v1/schema needs the secret STATXPLORE_API_KEY, which is not"
        " set, so it was not asked. Set the environment variable STATXPLORE_API_KEY, or add it to the file .env,"
        " and run again."
    )


@pytest.mark.parametrize("name", [name for name, one in DESCRIBED.items() if one.source.secret])
def test_a_key_is_used_and_never_told(
    cli: Cli, begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Everything that was printed, logged (by libraries too) or written is looked through."""
    described = DESCRIBED[name]
    simulator = begin(described.source)
    caplog.set_level(logging.DEBUG)
    commands: list[tuple[str, ...]] = [
        ("list",),
        ("list", "--json"),
        ("describe", name),
        ("describe", name, described.dataset, "--json"),
        ("describe", name, described.dataset, "--refresh"),
        ("check", "--live"),
        ("check", "--live", "--json"),
        ("check",),
    ]
    told = "".join(said.out + said.err for said in (cli("sources", *command) for command in commands))
    simulator.always = faults.instead(b"x" * 65_530 + KEY.upper().encode() + b"y" * 70_000)
    refused = cli("sources", "describe", name, described.dataset, "--refresh")
    assert refused.code == 3
    assert any(KEY in f"{one.target} {one.headers}" for one in simulator.asked), "the key isn't used at all"
    for text in (told, caplog.text, refused.err):
        assert KEY.lower() not in text.lower()
        assert quote(KEY, safe="") not in text
    files = dict(written(tmp_path))
    assert any(file.endswith(".json") for file in files)
    assert [file for file, body in files.items() if KEY.lower().encode() in body.lower()] == []


# check -------------------------------------------------------------------------------------------------------------

WELL = {"endpoint": "ok", "codes": "ok", "columns": "ok"}


def states(row: dict[str, Any]) -> dict[str, str]:
    return {aspect: row[aspect] for aspect in WELL}


def test_the_shipped_catalogue_is_well_by_its_recordings(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATXPLORE_API_KEY", "0123456789abcdef")
    said = cli("sources", "check", "--json")
    assert said.code == 0, said.err
    assert {row["indicator"] for row in said.json} >= {"E-BE-11", "E-EJ-01", "S-HE-05"}
    assert "E-BE-02" not in {row["indicator"] for row in said.json}, "it is made of others"
    assert [row for row in said.json if states(row) != WELL or row["errors"] or row["answered_by"] != "recording"] == []
    (row,) = [row for row in said.json if row["indicator"] == "E-EJ-01"]
    assert row == {
        "indicator": "E-EJ-01",
        "source": "nomis",
        "dataset": "nomis/NM_17_5",
        "key": {"name": "NOMIS_API_KEY", "required": False, "set": False},
        **WELL,
        "answered_by": "recording",
        "as_of": "2026-01-15T06:00:00+00:00",
        "errors": [],
    }
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_the_check_as_a_table(cli: Cli) -> None:
    lines = cli("sources", "check").out.splitlines()
    header = ["indicator", "source", "key", "endpoint", "codes", "columns", "answered", "by", "as", "of"]
    assert lines[0].split() == header
    (line,) = [line for line in lines if line.startswith("E-EJ-01 ")]
    assert " ".join(line.split()) == "E-EJ-01 nomis NOMIS_API_KEY (not set) ok ok ok a recording 2026-01-15"


def test_what_nobody_recorded_is_not_called_well(cli: Cli, begin: Begin) -> None:
    simulator = begin(SOURCES["file"])
    said = cli("sources", "check", "--json")
    assert (said.code, simulator.asked) == (3, [])
    told = (
        "Neither the archive nor the recordings have an answer to https://www.gov.uk/statistics/figures.csv. "
        "Ask the source: yhovi sources check --live."
    )
    assert [(states(row), row["answered_by"], row["as_of"], row["errors"]) for row in said.json] == [
        (dict.fromkeys(WELL, "not checked"), None, None, [told])
    ] * 2


@every_source
def test_the_archive_is_checked_after_a_run(cli: Cli, begin: Begin, tmp_path: Path, source: Source) -> None:
    simulator = begin(source)
    cli("run", "--all")
    asked, before = len(simulator.asked), dict(written(tmp_path))
    said = cli("sources", "check", "--json")
    assert said.code == 0, said.err
    assert [(states(row), row["answered_by"]) for row in said.json] == [(WELL, "archive")] * 2
    assert (len(simulator.asked), dict(written(tmp_path))) == (asked, before), "nothing is asked, nothing is written"


@every_source
def test_the_sources_are_checked_by_asking_them(cli: Cli, begin: Begin, tmp_path: Path, source: Source) -> None:
    """As a run asks: equal questions once for both specs. Nothing is loaded, and no exchange counts as complete."""
    simulator = begin(source)
    said = cli("sources", "check", "--live", "--json")
    assert said.code == 0, said.err
    assert [(row["source"], states(row), row["answered_by"]) for row in said.json] == [
        (source.name, WELL, "source")
    ] * 2
    assert len(simulator.asked) == source.requests
    assert (list(tmp_path.glob("*.db")), manifests(tmp_path)) == ([], [])


@every_source
def test_a_check_after_a_run_downloads_only_what_changed(cli: Cli, begin: Begin, source: Source) -> None:
    simulator = begin(source)
    cli("run", "--all")
    simulator.statuses.clear()
    assert cli("sources", "check", "--live").code == 0
    assert (simulator.statuses.count(200), len(simulator.statuses)) == (source.untagged, source.requests)
    again = cli("run", "--all", "--json")
    assert [one["status"] for one in again.json["outcomes"]] == ["unchanged"] * 2


SILENT = {"endpoint": "failed", "codes": "not checked", "columns": "not checked"}


@every_source
def test_a_source_that_does_not_answer(cli: Cli, begin: Begin, source: Source) -> None:
    simulator = begin(source)
    simulator.always = faults.broken
    said = cli("sources", "check", "--live", "--json")
    assert (said.code, [states(row) for row in said.json]) == (3, [SILENT] * 2)
    assert all(len(row["errors"]) == 1 and "500 Internal Server Error" in row["errors"][0] for row in said.json)


@pytest.mark.parametrize("name", ["file", *DESCRIBED])
def test_a_source_that_answers_with_a_web_page(cli: Cli, begin: Begin, name: str) -> None:
    simulator = begin(SOURCES[name])
    simulator.always = faults.away
    said = cli("sources", "check", "--live", "--json")
    assert (said.code, [states(row) for row in said.json]) == (3, [SILENT] * 2)
    assert all(row["errors"][0].startswith("A web page came back where ") for row in said.json)


RENAMED = "(ADDRESS) The source may have renamed them: compare the file with the columns that are declared."
THINGS = (
    "1 declared column is missing: 'Things' (did you mean 'xThings'?). "
    f"Found: 'Code', 'Name', 'Year', 'xThings'. {RENAMED}"
)
DRIFTS: dict[str, tuple[str, str]] = {
    "nomis": (
        "columns",
        (
            "1 declared column is missing: 'OBS_VALUE' (did you mean 'xOBS_VALUE'?). Found: 'DATE', 'DATE_NAME', "
            "'GEOGRAPHY', 'GEOGRAPHY_NAME', 'GEOGRAPHY_CODE', 'GEOGRAPHY_TYPE', 'ITEM', 'ITEM_NAME', 'MEASURES', "
            f"'MEASURES_NAME', 'xOBS_VALUE', 'OBS_STATUS' and 6 more. {RENAMED}"
        ),
    ),
    "fingertips": (
        "columns",
        (
            "1 declared column is missing: 'Value' (did you mean 'xValue'?). Found: 'Indicator ID', "
            "'Indicator Name', 'Parent Code', 'Parent Name', 'Area Code', 'Area Name', 'Area Type', 'Sex', 'Age', "
            f"'Category Type', 'Category', 'Time period' and 8 more. {RENAMED}"
        ),
    ),
    "file": ("columns", THINGS),
    "ons": ("columns", THINGS),
    "els": (
        "codes",
        (
            "The answer has no column 'value': it has 'areacd', 'areanm', 'period', 'xvalue', 'status'. (ADDRESS) The "
            "publisher may have changed the service, as it says it may: compare the address in a browser with the spec."
        ),
    ),
    "geoportal": (
        "codes",
        (
            "The answer has no field THINGS; it has LAD24CD, LAD24NM, ENDED, xTHINGS. (ADDRESS) "
            "Check the fields of the query: each edition's carry its year, as LAD24CD does."
        ),
    ),
    "statxplore": (
        "codes",
        (
            "The service calls str:count:THINGS:V_F_THINGS 'xThings', the query calls it 'Things'. (ADDRESS) "
            "See whether it still means the same; if so, take over the service's label."
        ),
    ),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_what_is_called_otherwise_is_found(cli: Cli, begin: Begin, name: str) -> None:
    """By the reader where the spec declares columns, by the connector where it compares what it asked for."""
    source = SOURCES[name]
    simulator = begin(source)
    word = source.column.strip('",').rpartition('"')[2]
    drift = faults.changed(source.column, source.column.replace(word, f"x{word}"))
    simulator.faults, simulator.always = [None] * (source.requests - 1), drift
    said = cli("sources", "check", "--live", "--json")
    aspect, told = DRIFTS[name]
    assert said.code == 3
    after = {"columns": "not checked"} if aspect == "codes" else {}
    assert [states(row) for row in said.json] == [{**WELL, aspect: "failed", **after}] * 2
    publisher = next(iter(source.mirrors))
    targets = {one.target.removesuffix(f"&uid={KEY}") for one in simulator.asked}
    for row in said.json:
        (error,) = row["errors"]
        assert error in {told.replace("ADDRESS", f"{publisher}{target}") for target in targets}


def test_a_code_that_the_source_no_longer_has_is_found(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    """Nomis drops it in silence; the connector compares."""
    simulator = begin(SOURCES["nomis"])
    spec = tmp_path / "indicators" / "economy" / "NOMIS-ALL.yaml"
    spec.write_text(spec.read_text().replace("measures: 20100", "measures: [20100, 20301]"), encoding="utf-8")
    simulator.always = lambda asked, _: simulator._answering(
        replace(asked, parameters={**asked.parameters, "measures": "20100"})
    )
    said = cli("sources", "check", "--live")
    assert said.code == 3
    lines = [" ".join(line.split()[:7]) for line in said.out.splitlines()[1:]]
    assert lines == [
        "NOMIS-ALL nomis NOMIS_API_KEY (set) ok failed not",
        "NOMIS-LAST nomis NOMIS_API_KEY (set) ok ok ok",
    ]
    (error,) = errors(said)
    start, _, rest = error.partition(" (https://")
    assert start == "error: NOMIS-ALL: The answer isn't what was asked for: MEASURES lacks 20301."
    assert rest.endswith(
        "Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query."
    )


def test_a_key_that_is_needed_and_missing(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    """Without it nothing is asked. What was answered before is checked all the same."""
    simulator = begin(SOURCES["statxplore"])
    cli("run", "--all")
    (tmp_path / ".env").unlink()
    simulator.asked.clear()
    told = (
        "The key STATXPLORE_API_KEY is needed, and is not set. "
        "Set the environment variable STATXPLORE_API_KEY, or add it to the file .env."
    )
    for live, expected in ((("--live",), dict.fromkeys(WELL, "not checked")), ((), WELL)):
        said = cli("sources", "check", *live, "--json")
        assert (said.code, [row["errors"] for row in said.json]) == (2, [[told]] * 2)
        assert [states(row) for row in said.json] == [expected] * 2
        assert said.json[0]["key"] == {"name": "STATXPLORE_API_KEY", "required": True, "set": False}
    assert simulator.asked == []


def test_a_source_that_fails_costs_no_other(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    broken, well = begin(SOURCES["fingertips"]), begin(SOURCES["file"])
    mirrored = {**SOURCES["fingertips"].mirrors, **SOURCES["file"].mirrors}
    lines = [f'"{own}" = "{one.url}"' for own, one in zip(mirrored, (broken, well), strict=True)]
    (tmp_path / "yhovi.toml").write_text("\n".join(["[mirrors]", *lines, "[http]", "attempts = 2"]), encoding="utf-8")
    broken.always = faults.broken
    said = cli("sources", "check", "--live", "--json")
    assert said.code == 3
    assert {row["indicator"]: row["endpoint"] for row in said.json} == {
        "FILE-ALL": "ok",
        "FILE-LAST": "ok",
        "FINGERTIPS-ALL": "failed",
        "FINGERTIPS-LAST": "failed",
    }


def test_a_bug_in_a_connector_costs_no_other(cli: Cli, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(SOURCES["file"])
    cli("run", "--all")
    from yhovi.engine.run.sources import check as sources_check

    def broken(fetch: Any, part: Any, **said: Any) -> Any:
        if fetch.ask.dataset == "gov/all":
            raise ZeroDivisionError("division by zero")
        return iter(())

    monkeypatch.setattr(sources_check, "read_part", broken)
    said = cli("sources", "check", "--json")
    assert said.code == 1
    assert [(states(row)["columns"], row["errors"]) for row in said.json] == [
        ("failed", ["This is a bug in yhovi (ZeroDivisionError: division by zero). Please report it."]),
        ("ok", []),
    ]


def test_a_file_that_is_awaited_from_a_person(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    """It is checked once somebody has landed it."""
    simulator = begin(SOURCES["file"])
    folder = tmp_path / "indicators" / "economy"
    for spec in folder.glob("*.yaml"):
        spec.write_text(
            spec.read_text().replace('url: "https://www.gov.uk/statistics/figures.csv"', "landed: true, release: 1"),
            encoding="utf-8",
        )
    (folder / "FILE-LAST.yaml").unlink()
    said = cli("sources", "check", "--live", "--json")
    assert (said.code, simulator.asked) == (3, [])
    assert said.json[0]["errors"][0].startswith("This awaits a file that nobody has landed yet: gov/all, release 1.")
    (tmp_path / "figures.csv").write_bytes(figures(simulator))
    cli("land", "gov/all", "figures.csv", "--release", "1")
    said = cli("sources", "check", "--live", "--json")
    assert (said.code, states(said.json[0]), simulator.asked) == (0, WELL, [])


def figures(simulator: Simulator) -> bytes:
    from support.simulators.sources import _figures_csv

    return _figures_csv()


def test_a_catalogue_that_does_not_compile(cli: Cli, begin: Begin, tmp_path: Path) -> None:
    begin(SOURCES["file"])
    spec = tmp_path / "indicators" / "economy" / "FILE-ALL.yaml"
    spec.write_text(spec.read_text().replace("https://www.gov.uk/", "https://example.org/"), encoding="utf-8")
    said = cli("sources", "check")
    assert said.code == 2
    assert "host-not-allowed the host example.org" in said.out
