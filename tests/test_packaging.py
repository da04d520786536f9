"""What is installed is what stands in the tree, and what it needs is locked."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yhovi
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("cli", "connectors", "engine", "flows", "indicators", "sql")
ROOT_FILES = {"__init__.py", "py.typed"}
LOCKS = ("run", "check")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the test command installed; outside the test command, one that is built for the purpose."""
    if given := os.environ.get("WHEEL_UNDER_TEST"):
        return Path(given)
    scratch = tmp_path_factory.mktemp("wheel")
    settings = scratch / "build.cfg"
    settings.write_text(
        f"[build]\nbuild_base = {scratch / 'build'}\n[egg_info]\negg_base = {scratch}\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet", "--wheel-dir", str(scratch)]
    subprocess.run(command, check=True, env={**os.environ, "DIST_EXTRA_CONFIG": str(settings)})
    return next(scratch.glob("*.whl"))


@pytest.fixture(scope="module")
def packed(wheel: Path) -> set[str]:
    """The files in the wheel, less what describes it."""
    names = zipfile.ZipFile(wheel).namelist()
    return {name for name in names if not name.partition("/")[0].endswith(".dist-info")}


def in_tree() -> set[str]:
    """The files of the package as they stand in the checkout."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    below = {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}
    return {f"yhovi/{name}" for name in ROOT_FILES | below}


def locked(name: str) -> dict[str, str]:
    """Each distribution that a lock file pins, with its pins."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins: dict[str, str] = {}
    for distribution, version in re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE):
        pins[distribution] = f"{pins.get(distribution, '')} {version}".strip()
    return pins


def normalised(name: str) -> str:
    """A distribution's name as lock files spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_wheel_holds_the_tree(packed: set[str]) -> None:
    """Every module and data file of the package, and nothing of tests, docs, benchmarks or tools."""
    assert sorted(in_tree() - packed) == [], "missing from the wheel"
    assert sorted(packed - in_tree()) == [], "only in the wheel"


def test_the_root_holds_no_other_module() -> None:
    """Any other Python file at the root would be shipped."""
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py"}


def test_every_package_is_listed(project: dict[str, Any]) -> None:
    """A folder with an ``__init__.py`` that isn't listed works in a checkout and is missing from the wheel."""
    inits = (path.parent.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("__init__.py"))
    assert sorted(project["tool"]["setuptools"]["packages"]) == sorted(
        {"yhovi", *(".".join(("yhovi", *path.parts)) for path in inits)}
    )


def test_the_tests_run_on_the_wheel() -> None:
    """Under the test command the package comes from the environment, never from the checkout."""
    found = Path(str(yhovi.__file__)).resolve()
    expected = Path(sys.prefix).resolve() if "WHEEL_UNDER_TEST" in os.environ else ROOT
    assert found.is_relative_to(expected)


def test_the_version_is_the_same_everywhere(project: dict[str, Any], wheel: Path) -> None:
    version = project["project"]["version"]
    assert importlib.metadata.version("yhovi") == version
    assert wheel.name.split("-")[1] == version
    assert re.search(
        r"^## \[(Unreleased|" + re.escape(version) + r")\]",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )


@pytest.mark.parametrize(
    "name", ["LICENSE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".gitignore", ".gitattributes"]
)
def test_the_root_has_what_a_repository_needs(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_the_licence_travels_with_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
        assert archive.read(licences[0]).decode().startswith("MIT License")


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_at_a_version_it_allows(project: dict[str, Any], name: str) -> None:
    wanted = project["project"]["dependencies"] + (project["dependency-groups"]["check"] if name == "check" else [])
    pins = locked(name)
    for requirement in map(Requirement, wanted):
        versions = pins.get(normalised(requirement.name), "").split()
        assert versions, f"{requirement} is not in requirements/{name}.txt; CONTRIBUTING.md says how to lock again"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_production_and_the_checks_pin_the_same() -> None:
    run, check = locked("run"), locked("check")
    assert run == {name: check.get(name) for name in run}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_hashes_and_names_no_index(name: str) -> None:
    """Where packages come from is for each machine to say."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    strange = [
        line
        for line in lines
        if not re.fullmatch(r"[a-z0-9-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]
    assert strange == []
