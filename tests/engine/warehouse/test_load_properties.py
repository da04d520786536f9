"""What holds after any sequence of loads."""

from collections.abc import Callable, Iterator
from datetime import date

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from yhovi.engine.warehouse.values import Key, Scope

from support.properties import tried

YEARS = (2020, 2021, 2022)
KEYS = st.tuples(st.sampled_from("ABR"), st.sampled_from(YEARS), st.sampled_from(["_T", "F"]))
VALUES = (
    st.none()
    | st.sampled_from([0.0, -0.0, 1.0, 2.5])
    | st.floats(allow_nan=True, allow_infinity=False, allow_subnormal=False)
)
STATUSES = st.sampled_from([("A", None, None), ("P", "provisional", None), ("Q", None, "suppressed")])
SCOPES = st.builds(
    Scope,
    areas=st.none() | st.frozensets(st.sampled_from("ABR")),
    periods=st.none() | st.sampled_from([(date(a, 1, 1), date(b, 12, 31)) for a in YEARS for b in YEARS if a <= b]),
    breakdowns=st.none() | st.frozensets(st.sampled_from(["_T", "F"])),
)
LOADS = st.lists(
    st.tuples(st.dictionaries(KEYS, st.tuples(VALUES, STATUSES), max_size=8), SCOPES, st.sets(KEYS, max_size=3)),
    min_size=1,
    max_size=5,
)
KEY = ("area_code", "area_vintage", "time_period", "breakdown")


def observations(row: Callable, rows: dict) -> list[dict]:
    return [
        row(area, year, value, breakdown=breakdown, obs_status=status, status_flags=flags, status_reason=reason)
        for (area, year, breakdown), (value, (status, flags, reason)) in rows.items()
    ]


def held(keys: set) -> list[Key]:
    return [Key(area, "2023-04", f"{year}-01-01/P1Y", breakdown) for area, year, breakdown in keys]


def mart_of(current: list[dict]) -> Iterator[tuple]:
    """The mart as its definition says it: live or withdrawn districts, not broken down, the newest marked."""
    shown = [row for row in current if row["area_code"] != "R" and row["breakdown"] == "_T"]
    present = [row for row in shown if row["status_reason"] != "withdrawn"]
    for row in shown:
        days = [other["period_end"] for other in present if other["area_code"] == row["area_code"]]
        latest = row in present and row["period_end"] == max(days)
        yield row["area_code"], row["period_end"], row["value"], row["obs_status"], row["status_reason"], latest


@tried(60, suppress_health_check=[HealthCheck.too_slow])
@given(loads=LOADS)
def test_any_sequence_of_loads(loads, opened, row, load) -> None:
    """Replaying all that was appended gives what is current, the mart shows it, and a repetition appends nothing."""
    with opened() as warehouse:
        for rows, scope, quarantined in loads:
            batch = load(scope=scope)
            first = warehouse.load(batch, observations(row, rows), held=held(quarantined))
            before = warehouse.history("S-1")
            again = warehouse.load(batch, observations(row, rows), held=held(quarantined))
            assert (again.outcome, again.unchanged, again.held) == ("unchanged", len(rows), first.held)
            assert warehouse.history("S-1") == before

        current = warehouse.observations("S-1")
        replayed = {tuple(each[name] for name in KEY): each for each in warehouse.history("S-1")}
        assert [{name: each[name] for name in current[0]} for _, each in sorted(replayed.items())] == current
        shown = [
            (r["lad_code"], r["reference_period"], r["value"], r["obs_status"], r["status_reason"], r["is_latest"])
            for r in warehouse.mart()
        ]
        assert shown == list(mart_of(current))


@tried(12)
@given(rows=st.dictionaries(KEYS, st.tuples(VALUES, STATUSES), min_size=1), seed=st.randoms())
def test_the_order_of_rows_does_not_matter(rows, seed, opened, row, load) -> None:
    """The same rows in another order are appended in the same order."""
    shuffled = observations(row, rows)
    seed.shuffle(shuffled)
    with opened() as one, opened() as other:
        one.load(load(), observations(row, rows))
        other.load(load(), shuffled)
        assert one.history("S-1") == other.history("S-1")
