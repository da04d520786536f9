"""Values that one database or another would cut, change or choke on: kept exactly or refused by name, alike on all."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from yhovi.engine.errors import CheckError
from yhovi.engine.warehouse.border import is_key
from yhovi.engine.warehouse.tables import METADATA
from yhovi.engine.warehouse.values import Area, DatasetState, Event, Finding, Ingestion, Key, Quality, Rejected, Scope

from support.properties import tried

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SOURCE = "Look at the source's cell and at the steps of the recipe that it goes through."
SAID = "Look at where it is said: the spec, the register of areas, or the source's own name of a release."
LONG = "Newcastle upon Tyne " * 500
NASTY = [
    "'; DROP TABLE core.observation; --",
    'a "quoted" \\ {brace} %s %(x)s :name ?',
    "comma, semicolon; tab\tand a bar |",
    "one line\nanother\r\na third\rand the last",
    "\r",
    "\\.",
    "NULL",
    "Zażółć gęślą jaźń, Ελληνικά, 日本語",
    "emoji 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👩‍👩‍👧 and e\u0301 beside é",
    " blanks before and behind ",
    "\ufeffa mark, \u2028 a line's end, \x85 another, \x7f and \x01",
    LONG,
]
PRINTED = [text for text in NASTY if "\t" not in text and "\n" not in text and "\r" not in text and "\x01" not in text]
KEYS = [text for text in PRINTED if text == text.strip() and text.isprintable() and len(text) < 100]


def stored(warehouse: Any, table: str, *names: str) -> list[tuple[Any, ...]]:
    (found,) = (one for one in METADATA.sorted_tables if one.name == table)
    with warehouse._database.reading() as connection:
        order = list(found.primary_key.columns)
        return [
            tuple(row) for row in connection.execute(sa.select(*(found.c[name] for name in names)).order_by(*order))
        ]


@pytest.mark.parametrize("note", NASTY, ids=ascii)
def test_a_note_is_kept_as_it_is(note, anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, 1.0, note=note)])
    assert [each["note"] for each in anywhere.observations("S-1")] == [note]
    assert [each["note"] for each in anywhere.history("S-1")] == [note]


@pytest.mark.parametrize("breakdown", KEYS, ids=ascii)
def test_a_breakdown_is_kept_as_it_is(breakdown, anywhere, row, load) -> None:
    """Also where a load says for which breakdowns it speaks."""
    batch = load(scope=Scope(breakdowns=frozenset({breakdown, LONG, "\0"})))
    rows = [row("A", 2020, 1.0, breakdown=breakdown), row("B", 2020, 1.0, breakdown=breakdown)]
    anywhere.load(batch, [*rows, row("A", 2020, 1.0, breakdown=f"{breakdown}x")])
    again = anywhere.load(batch, rows[:1])
    assert (again.new, again.changed, again.unchanged, again.withdrawn) == (0, 0, 1, 1)
    found = {each["breakdown"]: each["action"] for each in anywhere.observations("S-1") if each["area_code"] == "A"}
    assert found == {breakdown: "value", f"{breakdown}x": "value"}


@pytest.mark.parametrize("text", PRINTED, ids=ascii)
def test_what_is_said_is_kept_as_it_is(text, anywhere, row, load) -> None:
    short = text[:60]
    areas = (Area("A", "2023-04", short, "lad", "R"), Area("R", "2023-04", "Region", "region"))
    batch = load(title=short, description=text, publisher=short, unit=short, owner=short, areas=areas, release=short)
    anywhere.load(replace(batch, spec_text=text, plan_json=text), [row("A", 2020, 1.0)])
    (card,) = anywhere.cards().values()
    assert (card["title"], card["description"], card["publisher"], card["unit"]) == (short, text, short, short)
    (shown,) = anywhere.mart()
    assert (shown["lad_name"], shown["source"], shown["unit"]) == (short, short, short)
    assert stored(anywhere, "load", "release", "spec_text", "plan_json") == [(short, text, text)]


UNKEPT = "holds a character that can't be kept"
REFUSED = [
    ("note", "a\0b", "'a\\x00b'", UNKEPT),
    ("note", "a\ud800b", "'a\\ud800b'", UNKEPT),
    ("breakdown", "", "''", "is needed"),
    ("breakdown", "men ", "'men '", "begins or ends with a blank"),
    ("breakdown", "\u00a0men", "'\\xa0men'", "begins or ends with a blank"),
    ("breakdown", "a\0b", "'a\\x00b'", UNKEPT),
    ("breakdown", "a\tb", "'a\\tb'", UNKEPT),
    ("breakdown", "😀" * 65, f"'{'😀' * 39}…'", "is longer than 128 characters"),
    ("breakdown", LONG.strip(), f"'{LONG[:39]}…'", "is longer than 128 characters"),
    ("area_code", "Ä", "'Ä'", "holds characters that aren't those of a code"),
    ("area_code", "E0600001 (provisional)", "'E0600001 (provisional)'", "is longer than 16 characters"),
    ("status_flags", "a\nb", "'a\\nb'", UNKEPT),
    ("obs_status", None, "None", "is needed"),
    ("unit_measure", 5, "5", "is no text"),
    ("period_end", "2020-02-30", "'2020-02-30'", "is no day"),
    ("period_end", "10000-01-01", "'10000-01-01'", "is no day"),
    ("period_end", "0000-12-31", "'0000-12-31'", "is no day"),
    ("period_end", "20201231", "'20201231'", "isn't written as YYYY-MM-DD"),
    ("period_start", "2020-W01-1", "'2020-W01-1'", "isn't written as YYYY-MM-DD"),
    ("period_start", None, "None", "is no day"),
]


@pytest.mark.parametrize(
    ("name", "value", "shown", "fault"), REFUSED, ids=[f"{name} {value!a:.20}" for name, value, *_ in REFUSED]
)
def test_what_can_not_be_kept_is_refused_by_name(name, value, shown, fault, anywhere, row, load) -> None:
    with pytest.raises(CheckError) as raised:
        anywhere.load(load(), [row("A", 2020, 1.0) | {name: value}])
    about = "" if name in ("area_code", "breakdown") else " of A for 2020-01-01/P1Y (breakdown _T)"
    assert str(raised.value) == f"The {name}{about} is {shown}, which {fault}. {SOURCE}"
    assert (anywhere.history("S-1"), anywhere.mart()) == ([], [])


INFINITE = "is infinite. A division by zero is the likely cause: look at the step of the recipe that divides."
TINY = (
    "is 4.94065645841e-324, closer to zero than a database can keep. A wrong unit is the likely cause: look at the step"
    " of the recipe that makes it."
)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("value", float("inf"), INFINITE),
        ("value", float("-inf"), INFINITE),
        ("upper_ci", float("inf"), INFINITE),
        ("value", 5e-324, TINY),
    ],
)
def test_a_number_that_can_not_be_kept_is_refused_by_name(name, value, said, anywhere, row, load) -> None:
    with pytest.raises(CheckError) as raised:
        anywhere.load(load(), [row("A", 2020, 1.0) | {name: value}])
    assert str(raised.value) == f"The {name} of A for 2020-01-01/P1Y (breakdown _T) {said}"
    assert (anywhere.history("S-1"), anywhere.mart()) == ([], [])


NUMBERS = [0.0, -0.0, 1.0, 0.1, 1e300, -1e300, 2.2250738585072014e-308, 123456789012.0, 1 / 3]


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers_are_kept_to_twelve_digits(value, anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, value, lower_ci=value, numerator=value)])
    kept = float(f"{value + 0.0:.12g}")
    (found,) = anywhere.observations("S-1")
    assert (found["value"], found["lower_ci"], found["numerator"]) == (kept, kept, kept)
    (shown,) = anywhere.mart()
    assert (shown["value"], str(shown["value"])) == (kept, str(kept))


def test_a_number_that_is_none_is_missing(anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, float("nan"), lower_ci=float("nan"))])
    assert [(each["value"], each["lower_ci"]) for each in anywhere.observations("S-1")] == [(None, None)]


@pytest.mark.parametrize("year", [1, 999, 1752, 1900, 2079, 9998])
def test_days_of_any_year(year, anywhere, row, load) -> None:
    anywhere.load(
        load(), [row("A", year, 1.0) | {"period_start": f"{year:04}-01-01", "period_end": f"{year:04}-12-31"}]
    )
    (found,) = anywhere.observations("S-1")
    assert (f"{found['period_start']}", f"{found['period_end']}") == (f"{year:04}-01-01", f"{year:04}-12-31")


SAID_WRONGLY = [
    ({"title": "x" * 256}, f"The title of 'S-1' is '{'x' * 39}…', which is longer than 255 characters. {SAID}"),
    ({"title": "😀" * 128}, f"The title of 'S-1' is '{'😀' * 39}…', which is longer than 255 characters. {SAID}"),
    ({"title": "a\nb"}, f"The title of 'S-1' is 'a\\nb', which holds a character that can't be kept. {SAID}"),
    (
        {"description": "a\0b"},
        f"The description of 'S-1' is 'a\\x00b', which holds a character that can't be kept. {SAID}",
    ),
    (
        {"publisher": "\udfff"},
        f"The publisher of 'S-1' is '\\udfff', which holds a character that can't be kept. {SAID}",
    ),
    (
        {"domain": "umwelt-ö"},
        f"The domain of 'S-1' is 'umwelt-ö', which holds characters that aren't those of a code. {SAID}",
    ),
    ({"release": "r" * 256}, f"The release of 'S-1' is '{'r' * 39}…', which is longer than 255 characters. {SAID}"),
    ({"spec_text": "\0"}, f"The spec_text of 'S-1' is '\\x00', which holds a character that can't be kept. {SAID}"),
    (
        {"areas": (Area("A", "2023-04", "x" * 256, "lad"),)},
        f"The name of 'A' is '{'x' * 39}…', which is longer than 255 characters. {SAID}",
    ),
    (
        {"areas": (Area("A" * 17, "2023-04", "Aston", "lad"),)},
        f"The area_code is '{'A' * 17}', which is longer than 16 characters. {SAID}",
    ),
    (
        {"areas": (Area("A", "a\0b", "Aston", "lad"),)},
        f"The area_vintage of 'A' is 'a\\x00b', which holds a character that can't be kept. {SAID}",
    ),
]


@pytest.mark.parametrize(("changes", "said"), SAID_WRONGLY, ids=[next(iter(changes)) for changes, _ in SAID_WRONGLY])
def test_what_can_not_be_said_is_refused_by_name(changes, said, anywhere, row, load) -> None:
    with pytest.raises(CheckError) as raised:
        anywhere.load(load(**changes), [row("A", 2020, 1.0)])
    assert str(raised.value) == said
    assert (anywhere.history("S-1"), anywhere.cards()) == ([], {})


def test_a_quarantined_row_with_an_absurd_key_holds_nothing_and_is_counted(anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, 1.0), row("B", 2020, 1.0)])
    absurd = [
        Key("E0600001 (provisional)", "2023-04", "2020"),
        Key("A\0", "2023-04", "2020"),
        Key("Ä", "", LONG, "\ud800"),
    ]
    result = anywhere.load(load(), [row("A", 2020, 1.0)], held=[*absurd, Key("B", "2023-04", "2020-01-01/P1Y")])
    assert (result.unchanged, result.withdrawn, result.held) == (1, 0, 4)


# What a journal is told, and what it keeps of it in a column without a limit, of 255 characters, and of codes.
TOLD = [
    ("plain", "plain", "plain", "plain"),
    ("a\0b", "a\\x00b", "a\\x00b", "a\\x00b"),
    ("a\ud800b", "a\\ud800b", "a\\ud800b", "a\\ud800b"),
    ("é\n😀", "é\n😀", "é\n😀", "\\xe9\n\\U0001f600"),
    ("'; DROP TABLE x; --", "'; DROP TABLE x; --", "'; DROP TABLE x; --", "'; DROP TABLE x; --"),
    ("x" * 300, "x" * 300, f"{'x' * 254}…", f"{'x' * 61}..."),
    ("😀" * 200, "😀" * 200, f"{'😀' * 127}…", ("\\U0001f600" * 7)[:61] + "..."),
]


@pytest.mark.parametrize(("said", "kept", "short", "code"), TOLD, ids=[ascii(said)[:20] for said, *_ in TOLD])
def test_a_journal_keeps_whatever_it_is_told(said, kept, short, code, anywhere) -> None:
    """Written out or cut with a mark, and never lost: what failed must be known."""
    anywhere.record_event(Event(NOW, "run-1", said, "failed", said))
    anywhere.record_findings("run-1", said, [Finding(said, "error", said, 1)], Quality(0, 0, 0, 0, float("nan")))
    anywhere.record_rejected("run-1", said, [Rejected("range", said, said, said, said, said, 1.0)])
    anywhere.record_ingestion([Ingestion("run-1", "d", said, said, "ab", None, 1, 200, 1, NOW)])
    anywhere.record_dataset(DatasetState("d", said, said, NOW, 1, "success", "run-1"))
    anywhere.record_dataset(DatasetState("d", said, said, None, 2, "failure", "run-1"))
    assert stored(anywhere, "etl_audit", "indicator_id", "detail") == [(code, kept)]
    found = stored(anywhere, "validation_log", "indicator_id", "check_name", "message", "completeness")
    assert found == [(code, code, kept, None), (code, "quality", "", None)]
    columns = ("indicator_id", "area_code", "area_vintage", "time_period", "breakdown", "reason", "value")
    assert stored(anywhere, "rejected_observation", *columns) == [(code, short, short, short, short, kept, 1.0)]
    assert stored(anywhere, "ingestion_log", "url", "object_path") == [(kept, kept)]
    assert stored(anywhere, "dataset_metadata", "source_name", "source_url", "record_count") == [(short, kept, 2)]


@pytest.mark.parametrize(
    ("value", "kept", "reason"),
    [
        (1.5, 1.5, "Bad."),
        (None, None, "Bad."),
        (float("inf"), None, "Bad. The value is inf."),
        (float("nan"), None, "Bad. The value is nan."),
        (5e-324, None, "Bad. The value is 5e-324."),
    ],
)
def test_a_rejected_value_that_no_database_keeps_is_told_in_the_reason(value, kept, reason, anywhere) -> None:
    anywhere.record_rejected("run-1", "S-1", [Rejected("range", "Bad.", "A", value=value)])
    assert stored(anywhere, "rejected_observation", "value", "reason") == [(kept, reason)]


NEVER_KEPT = frozenset({"\0", *map(chr, range(0xD800, 0xE000))})
TEXTS = st.text(st.characters() | st.sampled_from("\0\r\n\t\"'\\,;\ud800 "), max_size=200)


@tried(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=TEXTS, breakdown=TEXTS)
@example(note="a\rb", breakdown="a\u00adb")
def test_any_text_comes_back_exactly_or_is_refused(note, breakdown, anywhere, row, load) -> None:
    fits = is_key(Key("A", "2023-04", "2020-01-01/P1Y", breakdown)) and not NEVER_KEPT & set(note)
    another = float(len(anywhere.history("S-1")))  # a note alone changes nothing
    try:
        anywhere.load(load(), [row("A", 2020, another, note=note or None, breakdown=breakdown)])
    except CheckError:
        assert not fits
        return
    assert fits
    live = [each for each in anywhere.observations("S-1") if each["action"] == "value"]
    assert [(each["note"] or "", each["breakdown"]) for each in live] == [(note, breakdown)]
