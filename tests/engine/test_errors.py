"""Problems and errors: what they say and which exit code they have."""

from pathlib import Path

import pytest
from yhovi.engine import errors
from yhovi.engine.errors import BugError, Problem, SpecError, YhoviError

FILE = Path("economy") / "E-EJ-01.yaml"
OTHER = Path("economy") / "E-EJ-02.yaml"


def problem(file: Path, line: int = 1) -> Problem:
    return Problem("unknown-key", file, line, 1, "the key 'titel' isn't known here")


@pytest.mark.parametrize(
    ("allowed", "cure", "more"),
    [
        ("", "", ""),
        ("id, title", "", "\n    allowed: id, title"),
        ("", "Did you mean title?", "\n    Did you mean title?"),
        ("id, title", "Did you mean title?", "\n    allowed: id, title\n    Did you mean title?"),
    ],
)
def test_a_problem_says_where_what_and_how(allowed: str, cure: str, more: str) -> None:
    said = Problem("unknown-key", FILE, 2, 1, "the key 'titel' isn't known here", allowed, cure)
    assert str(said) == f"{FILE}:2:1 unknown-key the key 'titel' isn't known here{more}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("YhoviError", 1),
        ("UsageError", 2),
        ("SettingsError", 2),
        ("ExtractError", 3),
        ("CheckError", 4),
        ("StorageError", 5),
    ],
)
@pytest.mark.parametrize(("cure", "said"), [("Do that.", "It failed. Do that."), ("", "It failed.")])
def test_an_error_is_a_sentence_with_an_exit_code(name: str, code: int, cure: str, said: str) -> None:
    error = getattr(errors, name)("It failed.", cure)
    assert isinstance(error, YhoviError)
    assert (str(error), error.message, error.cure, error.exit_code) == (said, "It failed.", cure, code)


@pytest.mark.parametrize(
    ("problems", "said"),
    [
        ([problem(FILE)], "1 problem in 1 file."),
        ([problem(FILE), problem(FILE, 2)], "2 problems in 1 file."),
        ([problem(FILE), problem(FILE, 2), problem(OTHER)], "3 problems in 2 files."),
    ],
)
def test_a_spec_error_counts_its_problems(problems: list[Problem], said: str) -> None:
    error = SpecError(problems)
    assert (str(error), error.problems, error.exit_code) == (said, tuple(problems), 2)


def test_a_bug_keeps_its_cause() -> None:
    cause = ValueError("no such thing")
    error = BugError(cause)
    assert str(error) == "This is a bug in yhovi (ValueError: no such thing). Please report it."
    assert (error.__cause__, error.exit_code) == (cause, errors.EXIT_BUG)


def test_each_family_has_an_exit_code_of_its_own() -> None:
    """Two share theirs with the errors of a spec: all three are for whoever wrote the command or a file."""
    families = {family.exit_code for family in YhoviError.__subclasses__()}
    assert families == {errors.EXIT_BUG, 2, 3, 4, 5}
    assert families.isdisjoint({errors.EXIT_OK, errors.EXIT_SOME_FAILED, errors.EXIT_INTERRUPTED})
