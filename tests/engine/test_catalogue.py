"""Which catalogue is meant, and what its specs come to under an installation's settings."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yhovi.indicators
from yhovi.engine.catalogue import compile_plans, compile_problems, find_catalogue, surroundings
from yhovi.engine.errors import Problem, SettingsError, SpecError, UsageError
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Spec, load_specs

SHIPPED = Path(str(files(yhovi.indicators)))
HOSTS = (
    "www.ons.gov.uk, download.ons.gov.uk, assets.publishing.service.gov.uk, www.gov.uk, uk-air.defra.gov.uk,"
    " www.ofcom.org.uk"
)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A current folder with four others in it."""
    for name in ("said", "variable", "settings", "built_in"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("said", "variable", "setting", "local", "folder", "how"),
    [
        ("said", "variable", "settings", "a/X-1.yaml", "said", "from --catalogue"),
        (None, "variable", "settings", "a/X-1.yaml", "variable", "from YHOVI_CATALOGUE"),
        (None, None, "settings", "a/X-1.yaml", "settings", "from the settings"),
        (None, "", "settings", "a/X-1.yaml", "settings", "from the settings"),
        (None, None, None, "a/X-1.yaml", "indicators", "found here"),
        (None, None, None, "X-1.yml", "indicators", "found here"),
        (None, None, None, "a/notes.txt", "built_in", "built in"),
        (None, None, None, None, "built_in", "built in"),
    ],
    ids=["said", "variable", "settings", "empty variable", "here", "here, flat", "no spec here", "built in"],
)
def test_the_first_that_is_named_is_the_catalogue(
    here: Path, said: str | None, variable: str | None, setting: str | None, local: str | None, folder: str, how: str
) -> None:
    if local:
        file = here / "indicators" / local
        file.parent.mkdir(parents=True)
        file.write_text("", encoding="utf-8")
    settings = Settings(here, catalogue=here / setting if setting else None)
    found = find_catalogue(here / said if said else None, variable, settings, here, here / "built_in")
    assert (found.folder, found.how) == (here / folder, how)


@pytest.mark.parametrize(
    ("said", "variable", "setting", "how"),
    [
        ("gone", None, None, "--catalogue"),
        (None, "gone", None, "YHOVI_CATALOGUE"),
        (None, None, "gone", "the settings"),
    ],
)
def test_a_folder_that_is_named_must_be_there(
    here: Path, said: str | None, variable: str | None, setting: str | None, how: str
) -> None:
    """A slip in a name must not lead to another catalogue in silence."""
    settings = Settings(here, catalogue=here / setting if setting else None)
    with pytest.raises(UsageError) as caught:
        find_catalogue(here / said if said else None, variable, settings, here, here / "built_in")
    assert str(caught.value) == f"The catalogue {here / 'gone'} (from {how}) isn't a folder. Check the path."


@pytest.mark.parametrize(
    ("settings", "code"),
    [(Settings(Path(), within="E12000099"), "E12000099"), (Settings(Path(), also=("Leeds",)), "Leeds")],
)
def test_the_settings_must_name_areas_of_the_register(settings: Settings, code: str) -> None:
    with pytest.raises(SettingsError) as caught:
        surroundings(settings)
    assert str(caught.value) == f"The settings name the area {code}, which isn't in the register. Check [areas]."


@pytest.fixture
def elsewhere(tmp_path: Path) -> Spec:
    """A spec that asks a host which nobody allowed."""
    text = (SHIPPED / "economy" / "E-BE-11.yaml").read_text(encoding="utf-8")
    file = tmp_path / "E-BE-11.yaml"
    query = "query:\n    url: https://example.org:8443/gva.xlsx\n    release: v1\n"
    source = f"connector: file\n  dataset: a/table\n  {query}"
    file.write_text(re.sub(r"connector: ons\n.*?(?=  read:)", source, text, flags=re.DOTALL), encoding="utf-8")
    (spec,) = load_specs([file])
    return spec


def test_a_host_that_nobody_allowed_is_a_problem(elsewhere: Spec) -> None:
    line = elsewhere.text[: elsewhere.text.index("url:")].count("\n") + 1
    cure = "Name a publisher's own address; an operator can allow a host with hosts in the settings file."
    assert compile_problems([elsewhere], Settings(Path())) == [
        Problem("host-not-allowed", elsewhere.path, line, 5, "the host example.org:8443", HOSTS, cure)
    ]


def test_the_settings_can_allow_a_host(elsewhere: Spec) -> None:
    assert compile_problems([elsewhere], Settings(Path(), hosts=("example.org:8443",))) == []


def test_the_problems_of_all_specs_are_told_at_once(elsewhere: Spec) -> None:
    other = replace(elsewhere, path=Path("E-BE-12.yaml"))
    with pytest.raises(SpecError) as caught:
        compile_plans([elsewhere, *load_specs([SHIPPED]), other], Settings(Path()))
    assert [problem.file for problem in caught.value.problems] == [elsewhere.path, other.path]


def test_each_spec_has_its_plan_in_order() -> None:
    specs = load_specs([SHIPPED])
    assert [plan.spec for plan in compile_plans(specs, Settings(Path()))] == list(specs)
