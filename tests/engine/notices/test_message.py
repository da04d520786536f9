"""What is told of a run: when, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from yhovi.engine.notices.message import MEANINGS, Notice, compose, trial
from yhovi.engine.notices.report import Report, Told
from yhovi.engine.notices.shapes import described, shaped, shortened

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAME = Told("E-EJ-01", "unchanged")
NEW = Told("E-EJ-02", "loaded", new=1_340, changed=2, withdrawn=1)
HELD = Told("E-EJ-03", "loaded", new=4, held=1, warnings=("The number of areas fell from 21 to 20.",))
FAILED = Told("E-NZ-01", "failed", cause="The source is silent.", cure="Try again later.")
STALE = Told("E-NZ-02", "stale", cause="E-NZ-01 failed.", cure="Mend that first.")
ON_HOLD = Told("S-HE-05", "on_hold", warnings=("It was undone.",))
CHECKED = Told("S-HE-06", "checked", held=2)


def report(*indicators: Told, code: int = 0, **said: Any) -> Report:
    return Report("production", "yhovi run --all", NOON, code, "run-1", indicators, **said)


def broken(**said: Any) -> Report:
    return Report(
        "production", "yhovi run --all", NOON, 5, cause="The database is away.", cure="Bring it back.", **said
    )


# Whether there is something to tell, by when people want to hear.
TABLE = [
    (report(SAME), False, False),
    (report(ON_HOLD), False, False),
    (report(CHECKED), False, False),
    (report(), False, False),
    (report(SAME, NEW), False, True),
    (report(Told("A", "loaded", changed=1)), False, True),
    (report(Told("A", "loaded", withdrawn=1)), False, True),
    (report(Told("A", "backfilled", new=1)), False, True),
    (report(FAILED, code=3), True, True),
    (report(FAILED, STALE, NEW, code=6), True, True),
    (report(STALE, code=3), True, True),
    (report(NEW, code=130), True, True),
    (broken(), True, True),
]


@pytest.mark.parametrize(("about", "on_failure", "on_change"), TABLE)
def test_when_people_are_told(about: Report, on_failure: bool, on_change: bool) -> None:
    wanted = [about.is_wanted(when) for when in ("failure", "change", "always")]  # type: ignore[arg-type]
    assert wanted == [on_failure, on_change, True]


@pytest.mark.parametrize(
    ("about", "subject"),
    [
        (report(SAME), "all well, nothing changed"),
        (report(SAME, NEW), "1 of 2 indicators changed"),
        (report(SAME, FAILED, code=6), "1 of 2 indicators failed"),
        (report(FAILED, STALE, NEW, HELD, code=6), "2 of 4 indicators failed, 2 changed"),
        (report(FAILED, code=3), "1 of 1 indicator failed"),
        (broken(), "a run could not be carried out"),
    ],
)
def test_the_subject_says_the_worst(about: Report, subject: str) -> None:
    assert compose(about).subject == f"yhovi (production): {subject}"


EVERYTHING = """\
The run ended with exit code 6: some indicators failed, the others are as they should be.

Failed; they keep the values of before:
  E-NZ-01: The source is silent.
    Try again later.

Not made, as they are made of what failed; they keep the values of before:
  E-NZ-02: E-NZ-01 failed.
    Mend that first.

Changed:
  E-EJ-02: 1,340 new, 2 changed, 1 withdrawn
  E-EJ-03: 4 new

On hold, as the same was undone before:
  S-HE-05: It was undone.

Held back by a check:
  E-EJ-03: 1 figure
  S-HE-06: 2 figures

Warnings:
  E-EJ-03: The number of areas fell from 21 to 20.

Left in the inbox:
  a.csv: it still grows

The rest: 1 checked, 1 unchanged.

Run: run-1
Started with: yhovi run --all
To see more: yhovi status; of one indicator, yhovi loads E-EJ-02."""
NOTHING = """\
The run ended with exit code 0: all well.

The rest: 1 unchanged.

Run: run-1
Started with: yhovi run --all
To see more: yhovi status."""
BROKEN = """\
The run ended with exit code 5: the database or the data folder can't be used.

Why:
  The database is away.
    Bring it back.

Started with: yhovi run --all
To see more: yhovi status."""


@pytest.mark.parametrize(
    ("about", "text"),
    [
        (report(SAME, NEW, HELD, FAILED, STALE, ON_HOLD, CHECKED, code=6, left=("a.csv: it still grows",)), EVERYTHING),
        (report(SAME), NOTHING),
        (broken(), BROKEN),
    ],
    ids=["everything", "nothing", "no run"],
)
def test_the_text_in_full(about: Report, text: str) -> None:
    assert compose(about).text == text


def test_what_has_lines_is_indented_line_by_line() -> None:
    text = compose(Report("local", "yhovi run", NOON, 2, cause="1 problem.\na.yaml:1:1 odd\n    Mend it.")).text
    assert "Why:\n  1 problem.\n  a.yaml:1:1 odd\n      Mend it.\n" in text


def test_every_exit_code_has_a_meaning() -> None:
    from yhovi.engine import errors

    families = {family.exit_code for family in errors.YhoviError.__subclasses__()}
    assert MEANINGS.keys() == families | {errors.EXIT_OK, errors.EXIT_SOME_FAILED, errors.EXIT_INTERRUPTED}
    assert "exit code 77: see the list of exit codes." in compose(report(code=77)).text


def test_the_facts_are_plain_data() -> None:
    facts = compose(report(FAILED, code=3)).facts
    assert {name: facts[name] for name in ("run_id", "exit_code", "at", "meaning", "installation")} == {
        "run_id": "run-1",
        "exit_code": 3,
        "at": "2026-03-01T12:00:00+00:00",
        "meaning": "a source did not answer, or its answer can't be used",
        "installation": "production",
    }
    (one,) = facts["indicators"]
    assert (one["indicator"], one["cause"], one["cure"]) == ("E-NZ-01", "The source is silent.", "Try again later.")


# In the shape that a chat takes ------------------------------------------------------------------------------------

NOTICE = Notice("Two <failed>", "a & b\n\n  <!channel> *c*", {"run_id": "run-1"})


def test_slack_reads_no_markup_and_mentions_nobody() -> None:
    assert shaped(NOTICE, "slack") == {
        "text": "Two &lt;failed&gt;\n\na &amp; b\n\n  &lt;!channel&gt; *c*",
        "mrkdwn": False,
    }


def test_teams_gets_an_adaptive_card() -> None:
    runs = [("Two <failed>", {"weight": "Bolder", "size": "Medium"}), ("a & b", {}), ("\xa0\xa0<!channel> *c*", {})]
    assert shaped(NOTICE, "teams") == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
                        for text, style in runs
                    ],
                },
            }
        ],
    }


def test_programs_get_all_of_it() -> None:
    expected = {"subject": NOTICE.subject, "text": NOTICE.text, "run_id": "run-1"}
    assert shaped(NOTICE, "json") == described(NOTICE) == expected


@pytest.mark.parametrize("shape", ["slack", "teams"])
def test_a_chat_gets_the_beginning_of_what_is_too_long(shape: Any) -> None:
    import json

    told = [Told(f"E-EJ-{n:03}", "failed", cause='"Ƶ"' * 40, cure="Later.") for n in range(500)]
    body = json.dumps(shaped(compose(report(*told, code=3)), shape))
    assert "E-EJ-000" in body and "E-EJ-400" not in body
    assert "more lines: yhovi status shows what failed." in body
    assert len(body.encode()) < 28_000


@pytest.mark.parametrize(
    ("most", "left"),
    [
        (100, "one\ntwo\nthree"),
        (14, "one\ntwo\nthree"),
        (8, "one\ntwo\n… and 1 more line: yhovi status shows what failed."),
        (4, "one\n… and 2 more lines: yhovi status shows what failed."),
        (3, "on…\n… and 2 more lines: yhovi status shows what failed."),
    ],
)
def test_a_text_is_cut_at_a_line(most: int, left: str) -> None:
    assert shortened("one\ntwo\nthree", most) == left


def test_a_trial_says_that_it_is_one() -> None:
    told = trial("production")
    assert told.subject == "yhovi (production): a test"
    assert told.text == "This is a test: whoever reads it will be told what came of runs of yhovi."
