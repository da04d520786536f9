"""The register of areas: made again from the lookups it is the same, and its notice names every file."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "engine" / "data"
FILES = ("areas.csv", "area_changes.csv", "area_groups.csv", "small_areas.csv")


@pytest.fixture(scope="module")
def geography() -> Iterator[ModuleType]:
    """``tools/make_geography.py``, which belongs to no installed package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield import_module("make_geography")


@pytest.fixture(scope="module")
def made(geography: ModuleType, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    geography.main([str(samples / "geography"), str(folder)])
    return folder


@pytest.mark.parametrize("name", FILES)
def test_made_again_a_file_is_the_same(made: Path, name: str) -> None:
    assert (made / name).read_bytes() == (DATA / name).read_bytes()


def test_no_file_is_made_by_hand(geography: ModuleType) -> None:
    assert set(geography.TABLES) == set(FILES) == {file.name for file in DATA.glob("*.csv")}


@pytest.mark.parametrize("name", FILES)
def test_the_notice_says_what_is_in_each_file(name: str) -> None:
    assert f"\n{name}\n" in (DATA / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("codes", "runs"),
    [
        (["E01000003", "E01000001", "E01000002", "E01000009"], "E01000001-E01000003 E01000009"),
        (["E01000001"], "E01000001"),
        (["E01000001", "E01000003"], "E01000001 E01000003"),
        (["E01999999", "E02000000"], "E01999999-E02000000"),
    ],
)
def test_codes_without_a_gap_are_a_run(geography: ModuleType, codes: list[str], runs: str) -> None:
    assert geography._runs(codes) == runs
