"""The documents are true: their commands run, their tables and examples are what the program says."""

from __future__ import annotations

import json
import os
import re
import shlex
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from pytest_httpserver import HTTPServer
from yhovi.engine.geography import load_registry

from support import small
from support.commands import Cli
from support.demonstration import Demonstration
from support.geoportal import GEOPORTAL, Portal, tables_of
from support.sources import NOMIS, mirror

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")), "CONTRIBUTING.md"]


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """Every ``yhovi`` command of a page, less its comment."""
    lines = (line for block in blocks(page, "console") for line in block.splitlines())
    return [line.split("#")[0].strip() for line in lines if line.startswith("yhovi ")]


def serve_the_geoportal(server: HTTPServer, folder: Path) -> None:
    """A portal that says what the register says, and the example's file of changes, without a line."""
    Portal(tables_of(load_registry("2023-04"))).serve(server)
    mirror(folder, GEOPORTAL, server.url_for("/"))
    (folder / "changes.csv").write_text("event,date,before,after,flag,source\n", encoding="utf-8")


def serve_nomis(server: HTTPServer, folder: Path) -> None:
    """A Nomis that describes one data set."""
    time = {"id": "NM_17_5", "components": {"timedimension": {"conceptref": "TIME"}}}
    codes = {"code": [{"value": "2023-12", "description": {"value": "Jan 2023-Dec 2023"}}]}
    said = {"structure": {"keyfamilies": {"keyfamily": [time]}, "codelists": {"codelist": [codes]}}}
    server.expect_request(re.compile("/api/v01/dataset/.*")).respond_with_json(said)
    mirror(folder, NOMIS, server.url_for("/"))


def prepare(arguments: list[str], folder: Path, server: HTTPServer, demonstration: Demonstration) -> None:
    """The file, the source, the catalogue or the demonstration that a command works on."""
    match arguments:
        case ["run", "--all", *_]:
            small.make(folder)
        case ["status" | "explain" | "get" | "loads" | "rollback" | "release-hold", *_]:
            demonstration.copy(folder)
        case ["land", _, file, *_]:
            (folder / file).write_bytes(b"a,b\n1,2\n")
        case ["geography", "check", file, *_]:
            (folder / file).write_bytes(b"code,figure\nE08000035,1\n")
        case ["geography", "refresh", *_]:
            serve_the_geoportal(server, folder)
        case ["sources", "check", *_] | ["notify", *_]:
            (folder / ".env").write_text("STATXPLORE_API_KEY=0123456789abcdef\n", encoding="utf-8")
            (folder / "yhovi.toml").write_text('[[notify.file]]\npath = "notices.txt"\n', encoding="utf-8")
        case ["sources", "describe", "nomis", *_]:
            serve_nomis(server, folder)


COMMANDS = sorted({command for page in PAGES for command in commands(page)})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works(
    cli: Cli, tmp_path: Path, httpserver: HTTPServer, demonstration: Demonstration, command: str
) -> None:
    """As it is written, but for what a machine without network and without the example's files can't do."""
    arguments = shlex.split(command)[1:]
    name = arguments[0]
    if "/srv/yhovi/yhovi.toml" in arguments:
        (tmp_path / "yhovi.toml").write_text('data_root = "."\n', encoding="utf-8")
        arguments[arguments.index("/srv/yhovi/yhovi.toml")] = "yhovi.toml"
    prepare(arguments, tmp_path, httpserver, demonstration)
    if name == "release-hold":
        (load,) = cli("loads", arguments[1], "--demo", "--json").json
        cli("rollback", load["load"], "--demo")
    if arguments[:2] == ["schedule", "cron"] and os.name == "nt":
        pytest.skip("the paths of Windows can't be written for cron")
    if "--replay" in arguments:
        said = cli(*arguments)
        assert said.code == 3, "nothing was archived here"
        return
    if name == "run" and "--demo" not in arguments:
        arguments.append("--demo")
    if name == "validate-specs" and len(arguments) > 1:
        arguments[1] = str(files("yhovi") / arguments[1])
    said = cli(*arguments)
    assert said.code == 0, said.err


def shown_after(page: str, name: str) -> tuple[list[str], str]:
    """A page's first command of that name, and the output that it shows below."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(
        rf"^```console\nyhovi ({name} [^\n]*)\n```\n.*?^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page} shows no {name}"
    return shlex.split(found[1]), found[2]


@pytest.mark.parametrize(
    ("page", "name"),
    [("docs/specs.md", "preview"), ("docs/operations.md", "explain"), ("docs/geography.md", "geography")],
)
def test_output_is_shown_as_it_is(cli: Cli, demonstrated: Demonstration, page: str, name: str) -> None:
    """Three dots stand for what is left out."""
    arguments, block = shown_after(page, name)
    said = cli(*arguments)
    assert re.search(".*?".join(map(re.escape, block.split("…"))), said.out, re.DOTALL), said.out


def test_the_quickstart_ends_as_it_says(demonstration: Demonstration) -> None:
    table = next(block for block in blocks("README.md", "text") if block.startswith("indicator"))
    start, end = table.split("…\n")
    assert demonstration.said.out.startswith(start)
    assert demonstration.said.out.endswith(end)


def test_the_quickstart_shows_the_figures(
    demonstrated: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = next(line for line in "".join(blocks("README.md", "console")).splitlines() if line.startswith("python -c"))
    exec(shlex.split(line)[2], {})  # noqa: S102  (the README's own line)
    assert "('Leeds', 74.7)" in capsys.readouterr().out.splitlines()


def test_the_example_is_the_shipped_spec() -> None:
    shown = yaml.safe_load(next(block for block in blocks("README.md", "yaml") if block.startswith("id: S-HE-05")))
    shipped = yaml.safe_load((files("yhovi") / "indicators/society/S-HE-05.yaml").read_text(encoding="utf-8"))
    for left_out in ("checks", "caveats", "owner"):
        del shipped[left_out]
    del shipped["source"]["page"]
    assert shown == shipped


def test_the_reference_is_current() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert said == module.rendered(), "run: python tools/make_docs.py"


def test_every_exit_code_is_documented() -> None:
    from yhovi.engine import errors

    families = {family.exit_code for family in errors.YhoviError.__subclasses__()}
    codes = families | {errors.EXIT_OK, errors.EXIT_SOME_FAILED, errors.EXIT_INTERRUPTED}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"\n| {code} | " in readme for code in codes)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target


FRAGMENTS = [block for page in PAGES for block in blocks(page, "yaml") if not block.startswith(("id:", "#"))]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_every_piece_of_a_spec_is_allowed(tmp_path: Path, fragment: str) -> None:
    """Put in its place in a whole spec, it is what the schema allows there."""
    from jsonschema import Draft202012Validator
    from yhovi.engine.document import parse_document
    from yhovi.engine.schema.build import indicator_schema
    from yhovi.engine.schema.faults import schema_faults

    whole = yaml.safe_load((files("yhovi") / "indicators/economy/E-BE-11.yaml").read_text(encoding="utf-8"))
    for key, said in yaml.safe_load(fragment).items():
        place = whole["source"] if key in ("read", "columns", "geography", "window") else whole
        place[key] = {**place[key], **said} if key == "checks" else said
    document = parse_document(tmp_path / "E-BE-11.yaml", json.dumps(whole, default=str))
    assert [str(fault.problem) for fault in schema_faults(Draft202012Validator(indicator_schema()), document)] == []
