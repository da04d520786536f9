"""The test command can be trusted: it hides the checkout, deletes nobody's files, and ends with pytest's last line."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture(scope="module")
def check() -> ModuleType:
    """The test command, as a module."""
    spec = importlib.util.spec_from_file_location("check_command", Path(__file__).with_name("check.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_folder_with_files_is_never_emptied(check: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years", encoding="utf-8")
    with pytest.raises(check.PreparationError) as raised:
        check.refuse_to_clear(tmp_path)
    assert (
        str(raised.value)
        == f"{tmp_path} holds files and is no virtual environment. Name a folder that is empty or new."
    )


@pytest.mark.parametrize("files", [(), ("pyvenv.cfg", "lib.txt")], ids=["empty", "an environment"])
def test_an_empty_folder_or_an_environment_may_be_used(
    check: ModuleType, tmp_path: Path, files: tuple[str, ...]
) -> None:
    for name in files:
        (tmp_path / name).touch()
    check.refuse_to_clear(tmp_path)
    check.refuse_to_clear(tmp_path / "new")


def test_without_microsofts_tools_the_rest_is_checked(
    check: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise check.PreparationError

    monkeypatch.setattr(check, "install", fail)
    check.install_tsql_tools(Path("python"))
    assert capsys.readouterr().out == "Tests of T-SQL will be skipped: what tsql.txt pins can't be installed here.\n"


def test_microsofts_tools_are_pinned_and_come_alone(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(check, "install", lambda *what: calls.append(what))
    check.install_tsql_tools(Path("python"))
    locked = ("-r", str(check.TSQL_LOCK))
    assert calls == [(Path("python"), "--no-deps", "--require-hashes", "--only-binary", ":all:", *locked)]


def test_children_see_neither_the_checkout_nor_a_users_settings(
    check: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "YHOVI_SETTINGS", "COVERAGE_FILE"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("KEPT", "y")
    seen = check.variables_for_children(COVERAGE_FILE="z")
    assert {
        name: seen.get(name) for name in ("PYTHONPATH", "PYTHONHOME", "YHOVI_SETTINGS", "COVERAGE_FILE", "KEPT")
    } == {
        "PYTHONPATH": None,
        "PYTHONHOME": None,
        "YHOVI_SETTINGS": None,
        "COVERAGE_FILE": "z",
        "KEPT": "y",
    }
    assert seen["PYTHONSAFEPATH"] == "1"


def test_the_last_line_is_kept_for_the_end(
    check: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; print('one'); print('two'); print('3 passed in 0.1s'); sys.exit(4)"
    step = check.Step("pytest", ("-c", code), tmp_path)
    result, closing = check.run_but_last_line(step, Path(sys.executable), check.variables_for_children())
    assert (result.name, result.code, closing) == ("pytest", 4, "3 passed in 0.1s\n")
    assert capfd.readouterr().out.splitlines()[1:] == [f"== pytest {'=' * 68}", "one", "two"]


@pytest.mark.parametrize(
    ("code", "line"),
    [(0, "  passed  mypy                      1.2 s\n"), (1, "  FAILED  mypy                      1.2 s\n")],
)
def test_a_result_is_one_line(check: ModuleType, code: int, line: str) -> None:
    assert str(check.Result("mypy", code, 1.23)) == line


@pytest.mark.parametrize(
    ("arguments", "venv", "rest"),
    [
        ([], None, []),
        (["--venv", "env"], "env", []),
        (["--quick", "--", "-k", "nomis"], "build/venv", ["-k", "nomis"]),
        (["--quick", "--venv", "env", "--", "--no-cov"], "env", ["--no-cov"]),
    ],
    ids=["all", "kept", "quick", "quick elsewhere"],
)
def test_arguments(check: ModuleType, arguments: list[str], venv: str | None, rest: list[str]) -> None:
    options = check.parse(arguments)
    expected = check.ROOT / venv if venv == "build/venv" else venv and Path(venv)
    assert (options.venv, options.pytest) == (expected, rest)


@pytest.mark.parametrize(("free", "fits"), [(8, True), (2, False)])
def test_tests_write_to_memory_where_it_has_room(
    check: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, fits: bool
) -> None:
    monkeypatch.setattr(check, "MEMORY", tmp_path)
    monkeypatch.setattr(check.shutil, "disk_usage", lambda _: SimpleNamespace(free=free * 2**30))
    assert check.memory() == (tmp_path if fits else None)
    monkeypatch.setattr(check, "MEMORY", tmp_path / "that isn't there")
    assert check.memory() is None
