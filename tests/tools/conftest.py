"""The tool that makes the recordings, what it made anew, and ways to look into what is there."""

import csv
import io
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
Rows = list[dict[str, str]]
Cells = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of the recordings."""
    return ROOT / "indicators" / "recordings"


@pytest.fixture(scope="session")
def tool() -> Iterator[ModuleType]:
    """``tools/make_recordings.py``, which belongs to no installed package."""
    pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield import_module("make_recordings")


@pytest.fixture(scope="session")
def again(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recordings, made anew."""
    folder = tmp_path_factory.mktemp("recordings")
    tool.main([str(folder)])
    return folder


@pytest.fixture(scope="session")
def rows(recordings: Path) -> Callable[..., Rows]:
    """The rows of a CSV answer by their columns, from the line on where its header is."""

    def read(name: str, encoding: str = "utf-8", header: int = 0) -> Rows:
        text = (recordings / name).read_bytes().decode(encoding)
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        return [dict(zip(lines[header], line, strict=True)) for line in lines[header + 1 :]]

    return read


@pytest.fixture(scope="session")
def figures() -> Callable[[str], Rows]:
    """The rows of one of the tables that recordings are made from."""

    def read(name: str) -> Rows:
        with (ROOT / "tools" / "figures" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    return read


@pytest.fixture(scope="session")
def cells() -> Callable[[Path], Cells]:
    """A workbook's sheets, as rows of cells, each read once."""
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")

    @cache
    def read(workbook: Path) -> Cells:
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(workbook)}

    return read
