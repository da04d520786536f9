"""The house rules hold: who may import whom, and what nobody below the command line may touch."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yhovi

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(str(yhovi.__file__)).parent
FOLDERS = ("connectors", "engine", "indicators", "sql")
MODULES = sorted(
    path.relative_to(PACKAGE).as_posix() for folder in FOLDERS for path in (PACKAGE / folder).rglob("*.py")
)

RULES = {
    "datetime.datetime.now": "reads the clock",
    "datetime.datetime.utcnow": "reads the clock",
    "datetime.datetime.today": "reads the clock",
    "datetime.date.today": "reads the clock",
    "pandas.Timestamp.now": "reads the clock",
    "pandas.Timestamp.today": "reads the clock",
    "time.time": "reads the clock",
    "time.time_ns": "reads the clock",
    "time.monotonic": "reads the clock",
    "time.perf_counter": "reads the clock",
    "time.sleep": "waits",
    "random": "draws random numbers",
    "secrets": "draws random numbers",
    "numpy.random": "draws random numbers",
    "os.urandom": "draws random numbers",
    "uuid.uuid1": "draws random numbers",
    "uuid.uuid4": "draws random numbers",
    "os.environ": "reads the environment",
    "os.getenv": "reads the environment",
    "sys.argv": "reads the environment",
    "sys.stdin": "uses the terminal",
    "sys.stdout": "uses the terminal",
    "sys.stderr": "uses the terminal",
    "urllib.request": "uses the network without engine/http.py",
    "http.client": "uses the network without engine/http.py",
    "socket": "uses the network without engine/http.py",
    "builtins.print": "uses the terminal",
    "builtins.input": "uses the terminal",
    "builtins.eval": "runs text as code",
    "builtins.exec": "runs text as code",
}
LIGHT = ("connectors", *(f"engine.{name}" for name in ("errors", "measures", "checks", "schema.build", "spec", "plan")))
LIGHT += ("engine.calendar", "engine.selection")
LIGHT += ("engine.recipe.signatures", "engine.recipe.language.expressions", "engine.read.options")
HEAVY = {"pandas", "narwhals", "pyarrow", "pandera", "numpy", "polars", "sqlalchemy", "alembic", "requests", "fsspec"}
MUTABLE = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def offences(text: str) -> list[str]:
    """Every breach of a rule in a module's text, with its line."""
    tree = ast.parse(text)
    found = {*forbidden_names(tree), *mutable_state(tree)}
    return [f"line {line} {said}" for line, said in sorted(found)]


def forbidden_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines that mention a name of ``RULES``, under whatever alias it was imported."""
    known = imported_names(tree)
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.expr)):
        full = full_name(node, known)
        for rule, said in RULES.items():
            if full and (full == rule or full.startswith(f"{rule}.")):
                yield node.lineno, f"{said}: {rule.removeprefix('builtins.')}"


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What each name stands for that the module imports from outside the package, or finds among the built-ins."""
    known = {rule.removeprefix("builtins."): rule for rule in RULES if rule.startswith("builtins.")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {
                (a.asname or a.name.partition(".")[0]): (a.name if a.asname else a.name.partition(".")[0])
                for a in node.names
            }
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known |= {(a.asname or a.name): f"{node.module}.{a.name}" for a in node.names}
    return known


def full_name(node: ast.AST, known: dict[str, str]) -> str | None:
    """``datetime.datetime.now`` for ``dt.now`` after ``from datetime import datetime as dt``."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, known)
        return owner and f"{owner}.{node.attr}"
    return None


def mutable_state(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines that keep a list, dict or set at module level, where anybody could change it for everybody."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and is_mutable(node.value):
            target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            if target != "__all__":
                yield node.lineno, f"keeps mutable state at module level: {target} (use a tuple or MappingProxyType)"


def is_mutable(value: ast.expr | None) -> bool:
    """Whether an expression makes a container that can be changed."""
    called = value.func if isinstance(value, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else None
    return isinstance(value, CONTAINERS) or name in MUTABLE


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_touches_the_world(module: str) -> None:
    """No clock, random number, environment, terminal or changeable global below cli: they come in as arguments."""
    assert offences((PACKAGE / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import datetime as dt\nnow = dt.datetime.now(dt.UTC)", "line 2 reads the clock: datetime.datetime.now"),
        ("from datetime import date\nday = date.today()", "line 2 reads the clock: datetime.date.today"),
        ("from time import sleep\nsleep(1)", "line 2 waits: time.sleep"),
        ("import time\ndef f(wait=time.sleep): ...", "line 2 waits: time.sleep"),
        ("import random\nx = random.Random(1)", "line 2 draws random numbers: random"),
        ("import os\nx = os.environ['A']", "line 2 reads the environment: os.environ"),
        ("from os import getenv as g\nx = g('A')", "line 2 reads the environment: os.getenv"),
        (
            "import urllib.request\nurllib.request.urlopen('x')",
            "line 2 uses the network without engine/http.py: urllib.request",
        ),
        ("print('x')", "line 1 uses the terminal: print"),
        ("eval('x')", "line 1 runs text as code: eval"),
        ("A = []", "line 1 keeps mutable state at module level: A (use a tuple or MappingProxyType)"),
        ("A: dict = {}", "line 1 keeps mutable state at module level: A (use a tuple or MappingProxyType)"),
        ("A = {n for n in 'ab'}", "line 1 keeps mutable state at module level: A (use a tuple or MappingProxyType)"),
        (
            "import c\nA = c.Counter()",
            "line 2 keeps mutable state at module level: A (use a tuple or MappingProxyType)",
        ),
    ],
)
def test_a_breach_is_named_with_its_line(text: str, said: str) -> None:
    assert offences(text) == [said]


@pytest.mark.parametrize(
    "text",
    [
        "__all__ = ['a']",
        "A = ('a', 'b')",
        "A = frozenset({'a'})",
        "from types import MappingProxyType\nA = MappingProxyType({'a': 1})",
        "from datetime import datetime\nx = datetime.fromisoformat('2026-01-01')",
        "def f(now, random, time):\n    return now(), random.random(), time.time()",
        "def f():\n    found = []\n    return found",
        "from . import random\nrandom.choice()",
        "from urllib.parse import quote\nquote('x')",
    ],
)
def test_what_is_allowed_is_no_breach(text: str) -> None:
    assert offences(text) == []


@pytest.mark.parametrize("module", LIGHT)
def test_compiling_loads_nothing_heavy(module: str) -> None:
    """What a package's ``__init__`` drags in counts too, which no look at single imports can see."""
    code = f"import sys, yhovi.{module}; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


PLANTED = (
    ("Data goes one way, and rooms don't call each other", "engine.bronze", "yhovi.engine.warehouse"),
    ("Data goes one way, and rooms don't call each other", "engine.spec", "yhovi.engine.plan"),
    ("Data goes one way, and rooms don't call each other", "engine.databases", "yhovi.engine.warehouse"),
    ("Data goes one way, and rooms don't call each other", "engine.calendar", "yhovi.engine.spec"),
    ("Only run brings the rooms together", "engine.settings", "yhovi.engine.quality"),
    ("Only run brings the rooms together", "engine.catalogue", "yhovi.engine.databases"),
    ("Compiling is pure: no frames, network, files or database", "engine.plan", "pandas"),
    ("Compiling is pure: no frames, network, files or database", "engine.plan", "yhovi.engine.http"),
    ("Connectors don't know the engine, the command line or the network", "connectors.nomis", "yhovi.engine"),
    ("Connectors don't know each other", "connectors.nomis", "yhovi.connectors.fingertips"),
    ("Rooms know no source, only what all connectors speak", "engine.recipe", "yhovi.connectors"),
    ("Nothing imports the command line", "engine.run", "yhovi.cli"),
    ("Nothing imports the flows", "cli.place", "yhovi.flows"),
    ("Only the flows know Prefect", "engine.run", "prefect"),
    ("Only http sends", "connectors.file", "requests"),
    ("Only notices send mail", "engine.run", "smtplib"),
    ("Only warehouse and databases speak SQL", "engine.run", "sqlalchemy"),
    ("Only bronze touches raw files", "engine.run", "fsspec"),
    ("Only the command line looks at the terminal", "engine.run", "rich"),
)


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the package with every import of ``PLANTED`` added to it."""
    copy = tmp_path_factory.mktemp("planted") / "yhovi"
    for path in (
        *PACKAGE.glob("*.py"),
        *PACKAGE.glob("cli/*.py"),
        *PACKAGE.glob("flows/*.py"),
        *(PACKAGE / module for module in MODULES),
    ):
        target = copy / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for _, module, imported in PLANTED:
        plant(copy, module, f"import {imported}")
    code = "from importlinter.cli import lint_imports_command as main; main()"
    command = [sys.executable, "-P", "-c", code, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    variables = {**os.environ, "COLUMNS": "500", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=copy.parent, env=variables, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


def plant(copy: Path, module: str, line: str) -> None:
    """Add a line to a module, be it a file or a package."""
    file = copy / f"{module.replace('.', '/')}.py"
    with (file if file.is_file() else file.with_suffix("") / "__init__.py").open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")


@pytest.mark.parametrize(
    ("contract", "module", "imported"), PLANTED, ids=["->".join(planted[1:]) for planted in PLANTED]
)
def test_a_planted_import_is_caught(verdict: str, contract: str, module: str, imported: str) -> None:
    """Its contract is reported as broken, with the importer and what it imported."""
    section = verdict.partition("Broken contracts")[2].partition(f"\n{contract}\n---")[2].partition("\n---")[0]
    assert f"yhovi.{module} -> {imported} (l." in section
