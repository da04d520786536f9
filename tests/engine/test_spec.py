"""Specs: every fault of every file in one pass, each in full with its place and cure; and what a good spec becomes."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors import CONNECTORS
from yhovi.engine.document import parse_document
from yhovi.engine.errors import Problem, SpecError, UsageError
from yhovi.engine.spec import Reading, Spec, load_specs, read_specs

from support.commands import run_process
from support.properties import tried

TABLE = yaml.safe_load(Path(__file__).with_name("broken_specs.yaml").read_text(encoding="utf-8"))
BASES: Mapping[str, str] = TABLE["bases"]
BROKEN: list[dict[str, Any]] = TABLE["specs"]
IDS = {
    "nomis": "E-EJ-01",
    "file": "E-BE-11",
    "fingertips": "S-HE-05",
    "grouped": "E-NZ-01",
    "derived": "E-EJ-97",
}
LISTED = ("file", "grouped")


class QuotedTexts(yaml.SafeDumper):
    """Writes every text in quotes, so that none is taken for something else."""


QuotedTexts.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def text_of(broken: Mapping[str, Any]) -> str:
    """The text of a broken spec: its base with the edits made, each where it first fits."""
    text = broken["text"] if "text" in broken else BASES[broken["base"]]
    for old, new in broken.get("edits", {}).items():
        assert old in text, f"{broken['name']}: there is no {old!r} to be edited"
        text = text.replace(old, new, 1)
    return text.replace("id: ID", f"id: {Path(broken['file']).stem}")


def write(folder: Path, name: str, text: str) -> Path:
    """Write one spec to a folder that is made if need be."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def good(folder: Path, base: str, text: str | None = None) -> Spec:
    """The spec that a base, or another text of the same id, becomes."""
    text = (text or BASES[base]).replace("id: ID", f"id: {IDS[base]}")
    reading = read_beside(folder, base, text)
    assert reading.problems == ()
    (spec,) = reading.specs
    return spec


def read_beside(folder: Path, base: str, text: str) -> Reading:
    """What comes of one spec in a catalogue that has the indicator which the derived one is made of."""
    write(folder / "others", "E-EJ-98.yaml", BASES["nomis"].replace("id: ID", "id: E-EJ-98"))
    return read_specs([write(folder, f"{IDS[base]}.yaml", text)], folder / "others")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of broken specs only."""
    folder = tmp_path_factory.mktemp("broken")
    for broken in BROKEN:
        write(folder, broken["file"], text_of(broken))
    return folder


@pytest.fixture(scope="module")
def reading(folder: Path) -> Reading:
    """What came of reading them all in one pass."""
    with contextlib.chdir(folder):
        return read_specs([Path()])


def problems_of(reading: Reading, file: str) -> Iterator[Problem]:
    return (problem for problem in reading.problems if problem.file == Path(file))


def in_full(broken: Mapping[str, Any]) -> str:
    """The problems that a table entry expects, with the file that each begins with and the connectors there are."""
    lines = broken.get("says", "").replace("CONNECTORS", _listed(sorted(CONNECTORS))).splitlines()
    return "\n".join(line if line.startswith(" ") else f"{Path(broken['file'])}:{line}" for line in lines)


def _listed(names: list[str]) -> str:
    """As a problem lists what is allowed: no more than twelve."""
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def alike(text: str) -> str:
    """Paths as they are written on any system."""
    return text.replace("\\", "/")


@pytest.mark.parametrize("broken", BROKEN, ids=[broken["name"] for broken in BROKEN])
def test_every_fault_is_told_with_its_place_and_cure(reading: Reading, broken: Mapping[str, Any]) -> None:
    said = "\n".join(map(str, problems_of(reading, broken["file"])))
    assert alike(said) == alike(in_full(broken))


def test_all_files_are_read_in_one_pass(reading: Reading) -> None:
    assert reading.files == len(BROKEN)
    assert [spec.id for spec in reading.specs] == ["E-EJ-98"]


def test_the_command_tells_them_all(folder: Path, reading: Reading) -> None:
    """One pass, every fault with its line, exit code 2."""
    said = run_process(folder, "validate-specs", ".")
    assert said.code == 2
    assert said.out.startswith("\n".join(map(str, reading.problems)))
    assert said.out.splitlines()[-1].startswith(f"{len(BROKEN)} files, ")


def test_every_problem_says_what_to_do(reading: Reading) -> None:
    """A cure is a sentence: a capital, a full stop or question mark, no text of Python and no trace of the schema."""
    for problem in reading.problems:
        assert problem.cure[:1].isupper()
        assert problem.cure[-1:] in ".?"
        assert not any(sign in str(problem) for sign in ("Traceback", "None", "True", "schema", "instance", "^"))


def test_no_fault_is_told_twice(reading: Reading) -> None:
    told = [(problem.file, problem.line, problem.column, problem.code) for problem in reading.problems]
    assert len(told) == len(set(told))


def test_problems_come_in_order_of_file_and_line(reading: Reading) -> None:
    places = [(problem.file, problem.line, problem.column) for problem in reading.problems]
    assert places == sorted(places)


def test_no_password_is_repeated(reading: Reading) -> None:
    assert not any("password" in str(problem) for problem in reading.problems)


def test_reading_twice_says_the_same(folder: Path, reading: Reading) -> None:
    with contextlib.chdir(folder):
        assert read_specs([Path()]) == reading


def test_a_broken_catalogue_is_refused_as_a_whole(folder: Path, reading: Reading) -> None:
    with contextlib.chdir(folder), pytest.raises(SpecError) as caught:
        load_specs([Path()])
    assert caught.value.problems == reading.problems


def test_a_good_spec_becomes_a_value(tmp_path: Path) -> None:
    spec = good(tmp_path, "file")
    assert (spec.id, spec.measure.unit, spec.source.level) == ("E-BE-11", "gbp_million", "lad")
    assert [(column.name, column.kind, column.unit) for column in spec.source.columns] == [
        ("LA code", "text", None),
        ("SIC07", "text", None),
        ("years", "number", "gbp_million"),
    ]
    assert [name for name, _ in spec.recipe] == ["keep", "unpivot", "period", "observe"]
    assert spec.digest == hashlib.sha256(spec.path.read_bytes()).hexdigest()


@pytest.mark.parametrize("base", BASES)
def test_a_source_states_its_columns_or_the_spec_does(tmp_path: Path, base: str) -> None:
    said = "columns" in parse_document(Path(), BASES[base]).data["source"]
    assert good(tmp_path, base).source.columns
    assert said is (base in LISTED)


def shuffled(said: Any, draw: st.DrawFn) -> Any:
    """The same data with the keys of every mapping in another order."""
    if isinstance(said, dict):
        return {key: shuffled(said[key], draw) for key in draw(st.permutations(list(said)))}
    return [shuffled(item, draw) for item in said] if isinstance(said, list) else said


@st.composite
def reordered(draw: st.DrawFn) -> tuple[str, str]:
    """A base and its text with all keys in another order."""
    base = draw(st.sampled_from(sorted(BASES)))
    return base, yaml.dump(
        shuffled(parse_document(Path(), BASES[base]).data, draw), Dumper=QuotedTexts, sort_keys=False
    )


@tried(100)
@given(reordered())
def test_the_order_of_keys_says_nothing(tmp_path_factory: pytest.TempPathFactory, case: tuple[str, str]) -> None:
    base, text = case
    folder = tmp_path_factory.mktemp("reordered")
    spec = good(folder, base, text.replace('"ID"', IDS[base]))
    assert replace(spec, text="") == replace(good(folder, base), text="")


anything = st.sampled_from(
    [None, True, 0, -1, 2.5, "", "text", "a.b == 'c", [], [1], ["a", {}], {}, {"a": 1}, {"": []}]
)


def changed(said: Any, at: tuple[str | int, ...], change: Any) -> Any:
    """The same data with another value at one place."""
    if not at:
        return change
    first, *rest = at
    inner = changed(said[first], tuple(rest), change)
    if isinstance(said, dict):
        return {**said, first: inner}
    return [inner if place == first else item for place, item in enumerate(said)]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A base and its text with up to three values that may be anything."""
    base = draw(st.sampled_from(sorted(BASES)))
    text = BASES[base].replace("id: ID", f"id: {IDS[base]}")
    for _ in range(draw(st.integers(1, 3))):
        document = parse_document(Path(), text)
        at = draw(st.sampled_from(sorted(document.marks, key=str)))
        text = yaml.dump(changed(document.data, at, draw(anything)), Dumper=QuotedTexts, sort_keys=False)
    return base, text


@tried(200)
@given(damaged())
def test_whatever_a_spec_says_it_is_read_or_its_problems_are_told(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, str]
) -> None:
    """No value in no place may end in a traceback, or in a problem without a cure."""
    base, text = case
    reading = read_beside(tmp_path_factory.mktemp("damaged"), base, text)
    assert reading.specs or reading.problems
    assert all(problem.cure for problem in reading.problems)
    assert len(set(map(str, reading.problems))) == len(reading.problems)


@pytest.mark.parametrize(
    ("named", "read"),
    [
        (["."], ["E-BE-11", "E-EJ-01"]),
        (["economy/E-EJ-01.yaml"], ["E-EJ-01"]),
        ([".", "economy", "economy/E-EJ-01.yaml", "economy/../economy/E-EJ-01.yaml"], ["E-BE-11", "E-EJ-01"]),
    ],
    ids=["folder", "file", "the same more than once"],
)
def test_a_file_is_read_once_however_often_it_is_named(tmp_path: Path, named: list[str], read: list[str]) -> None:
    for base in ("nomis", "file"):
        text = BASES[base].replace("id: ID", f"id: {IDS[base]}")
        write(tmp_path / "economy", f"{IDS[base]}.yaml", text)
    write(tmp_path, "economy/notes.txt", "no spec")
    assert [spec.id for spec in load_specs([tmp_path / name for name in named])] == read


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_specs([tmp_path / "gone"])
    assert str(caught.value) == f"There is no file or folder {tmp_path / 'gone'}. Check the path."


def test_a_folder_without_specs_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_specs([tmp_path])
    assert str(caught.value) == (
        f"There is no spec (*.yaml) in {tmp_path}. Name a folder that holds specs, with --catalogue."
    )
