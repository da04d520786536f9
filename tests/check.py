"""The test command: build the wheel, install it in an empty environment, and check what was installed.

python tests/check.py               everything, in a new environment that is removed at the end
python tests/check.py --venv DIR    the same, and the environment stays in DIR
python tests/check.py --quick       the environment stays (in build/venv or DIR) and serves until the lock file changes
python tests/check.py --quick -- --no-cov -k nomis      what follows -- goes to pytest
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements" / "check.txt"
TSQL_LOCK = ROOT / "requirements" / "tsql.txt"
COVERAGE_REPORT = ROOT / "build" / "coverage.xml"
STAMP = "check.lock"
WHEEL_VARIABLE = "WHEEL_UNDER_TEST"
MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of its own is made there)
ROOM = 6 * 2**30  # bytes; the tests write less than a third of that

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
FIND_PACKAGE = """
import sys, yhovi
from pathlib import Path
if not Path(yhovi.__file__).resolve().is_relative_to(Path(sys.prefix).resolve()):
    sys.exit(f"yhovi was imported from {yhovi.__file__}, not from the wheel under test.")
"""


class PreparationError(Exception):
    """The environment or the wheel can't be made, so that there is nothing to check."""


@dataclass(frozen=True)
class Step:
    """One check: what it is called, the arguments for the environment's Python, and the folder to run it in."""

    name: str
    arguments: tuple[str, ...]
    folder: Path = ROOT


@dataclass(frozen=True)
class Result:
    """How a step ended, and how many seconds it took."""

    name: str
    code: int
    seconds: float

    def __str__(self) -> str:
        return f"  {'FAILED' if self.code else 'passed'}  {self.name:<22}{self.seconds:7.1f} s\n"


def main(arguments: Sequence[str]) -> int:
    """Prepare the environment, run every step, and return 1 if any of them failed."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="yhovi-check-", ignore_cleanup_errors=True) as name:
        scratch = Path(name).resolve()
        try:
            python = environment((options.venv or scratch / "venv").resolve(), reuse=options.quick)
            wheel = build(python, scratch)
            install(python, "--no-deps", "--no-index", "--force-reinstall", str(wheel))
        except PreparationError as error:
            say(f"\n{error}\n")
            return 1
        return check(python, wheel, scratch, options.pytest)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options, and in ``pytest`` whatever follows ``--``."""
    parser = argparse.ArgumentParser(prog="check.py", description="Build, install and check the wheel.")
    parser.add_argument("--venv", type=Path, metavar="DIR", help="keep the environment in this folder")
    parser.add_argument(
        "--quick", action="store_true", help="keep the environment and use it until the lock file changes"
    )
    parser.add_argument("pytest", nargs="*", metavar="-- ARGUMENT", help="arguments for pytest")
    options = parser.parse_args(arguments)
    if options.quick and not options.venv:
        options.venv = ROOT / "build" / "venv"
    return options


def environment(folder: Path, *, reuse: bool) -> Path:
    """Make the environment with what the lock file pins, unless it is there already; return its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # an environment that uv made has no pip of its own
    pins = LOCK.read_bytes() + TSQL_LOCK.read_bytes()
    locked = hashlib.sha256(pins + f"{sys.version} {bool(uv())}".encode()).hexdigest()
    stamp = folder / STAMP
    if reuse and stamp.is_file() and stamp.read_text(encoding="utf-8") == locked:
        return python
    refuse_to_clear(folder)
    heading("environment")
    prepare(sys.executable, "-m", "venv", "--clear", *(["--without-pip"] if uv() else []), str(folder))
    install(python, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK))
    install_tsql_tools(python)
    stamp.write_text(locked, encoding="utf-8")
    return python


def install_tsql_tools(python: Path) -> None:
    """Install Microsoft's tools, which tests of T-SQL use; where that fails, the rest is checked without them."""
    try:
        install(python, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(TSQL_LOCK))
    except PreparationError:
        say(f"Tests of T-SQL will be skipped: what {TSQL_LOCK.name} pins can't be installed here.\n")


def refuse_to_clear(folder: Path) -> None:
    """Only what is an environment already may be emptied for a new one."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
        raise PreparationError(
            f"{folder} holds files and is no virtual environment. Name a folder that is empty or new."
        )


def build(python: Path, scratch: Path) -> Path:
    """Build the wheel with the locked setuptools, leaving nothing in the checkout."""
    heading("wheel")
    settings = scratch / "build.cfg"
    settings.write_text(
        f"[build]\nbuild_base = {scratch / 'build'}\n[egg_info]\negg_base = {scratch}\n", encoding="utf-8"
    )
    prepare(python, "-c", BUILD, str(scratch / "dist"), DIST_EXTRA_CONFIG=str(settings))
    return next((scratch / "dist").glob("*.whl"))


def install(python: Path, *what: str) -> None:
    """Install with uv where it is at hand, else with the environment's pip.

    Everything is compiled once here: tests start yhovi often, and where Python may not write bytecode each of these
    processes would compile all that it imports.
    """
    tool = uv()
    compiled = (tool, "pip", "install", "--compile-bytecode", "--python", python) if tool else ()
    installer = compiled or (python, "-m", "pip", "install", "--compile")
    prepare(*installer, "--quiet", *what)


def uv() -> str | None:
    """Where uv is, if it is."""
    return shutil.which("uv")


def prepare(*command: str | Path, **variables: str) -> None:
    """Run one command of the preparation, without which there is nothing to check."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=variables_for_children(**variables),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = f"{done.stdout}\n{' '.join(map(str, command))}\nended with exit code {done.returncode}."
        raise PreparationError(f"There is nothing to check, because the preparation failed.\n{said}")


def variables_for_children(**more: str) -> dict[str, str]:
    """The environment variables, less whatever could put the checkout, or a user's settings, before the wheel."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "YHOVI_", "COVERAGE_"))}
    return {**kept, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8", **more}


def steps(home: Path) -> tuple[Step, ...]:
    """The checks before pytest; those that search for the package do so from ``home``, out of sight of the checkout."""
    doctests = ("--doctest-modules", "-p", "no:cacheprovider", "-q", "--pyargs", "yhovi.engine", "yhovi.connectors")
    return (
        Step("import", ("-c", FIND_PACKAGE)),
        Step("ruff check", ("-m", "ruff", "check", ".")),
        Step("ruff format --check", ("-m", "ruff", "format", "--check", ".")),
        Step("mypy", ("-m", "mypy", "-p", "yhovi", "--config-file", str(CONFIG), "--cache-dir", ".mypy_cache"), home),
        Step("lint-imports", ("-c", LINT_IMPORTS, "--config", str(CONFIG), "--no-cache", "--no-logo"), home),
        Step("doctests", ("-m", "pytest", *doctests)),
    )


def check(python: Path, wheel: Path, scratch: Path, pytest_arguments: Sequence[str]) -> int:
    """Run all steps, pytest last; its closing line ends the output, below a table of results."""
    variables = variables_for_children(COVERAGE_FILE=str(scratch / ".coverage"), **{WHEEL_VARIABLE: str(wheel)})
    results = [run(step, python, variables) for step in steps(python.parents[1])]
    with tempfile.TemporaryDirectory(prefix="yhovi-check-", dir=memory(), ignore_cleanup_errors=True) as quick:
        result, closing = run_tests(python, variables | {"TMPDIR": quick}, pytest_arguments)
    results.append(result)
    heading("results")
    say("".join(str(result) for result in results))
    say(f"\n{closing}")
    return int(any(result.code for result in results))


def memory() -> Path | None:
    """Where files are kept in memory, if there is room for all that tests write: they write thousands of databases."""
    fits = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if fits else None


def run_tests(python: Path, variables: dict[str, str], pytest_arguments: Sequence[str]) -> tuple[Result, str]:
    """Run pytest, whose closing line is kept back."""
    tests = ("-m", "pytest", "-q", "-n", "auto", "--cov=yhovi", "--cov-report=term-missing:skip-covered")
    report = f"--cov-report=xml:{COVERAGE_REPORT}"
    return run_but_last_line(Step("pytest", (*tests, report, *pytest_arguments)), python, variables)


def run(step: Step, python: Path, variables: dict[str, str]) -> Result:
    """Run a step that prints for itself."""
    heading(step.name)
    start = time.monotonic()
    code = subprocess.run([python, *step.arguments], cwd=step.folder, env=variables, check=False).returncode
    return Result(step.name, code, time.monotonic() - start)


def run_but_last_line(step: Step, python: Path, variables: dict[str, str]) -> tuple[Result, str]:
    """Run a step, pass on what it prints as it comes, and keep its last line back."""
    heading(step.name)
    start = time.monotonic()
    command, held = [str(python), *step.arguments], ""
    with subprocess.Popen(
        command,
        cwd=step.folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            say(held)
            held = line
    return Result(step.name, process.returncode, time.monotonic() - start), held


def heading(name: str) -> None:
    """Say what comes next."""
    say(f"\n== {name} {'=' * (74 - len(name))}\n")


def say(text: str) -> None:
    """Print at once, so that the lines of children come in their order."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
