"""A source watched day after day, with a clock that is told the day: what came of each run, what the calendar said each
morning, and what is known of it all afterwards.

Twice: with six real fetches of one series (see ``tests/engine/warehouse/test_real_vintages.py``), where the machine has
them, and with a month that is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response
from yhovi.engine.notices.channels import NoticeFile, Notify
from yhovi.engine.run.assembly import Errand, World, database_url, perform
from yhovi.engine.run.due import due
from yhovi.engine.run.operations.notices import Teller
from yhovi.engine.run.operations.status import Overview, overview
from yhovi.engine.run.outcome import Outcome
from yhovi.engine.settings import Settings
from yhovi.engine.spec import Spec, load_specs
from yhovi.engine.warehouse.warehouse import Warehouse

pytestmark = pytest.mark.untraced

SPEC = """\
id: E-EJ-91
title: Openings and turnover
description: Job openings, hires, quits and separations in a month, in thousands.
domain: economy
subdomain: employment_and_jobs
measure: {type: count, unit: count, polarity: neutral, decimals: 0}
source:
  connector: file
  dataset: office/turnover
  query: {url: https://www.ons.gov.uk/turnover.csv}
  columns:
    - {name: Code}
    - {name: Month}
    - {name: Series}
    - {name: Number, type: number, unit: count, measure: count}
  geography: {level: lad, codes: as_published}
  publisher: An office
  license: OGL-UK-3.0
  frequency: P1M
  lag: P40D
recipe:
  - period: {from: Month, as: month}
  - observe: {area: Code, breakdown: Series, value: Number}
checks:
  golden: {none: the figures are of another country or made up}
owner: tests
"""
NAME = "E-EJ-91"
SIX = timedelta(hours=6)

Said = Mapping[tuple[str, str], float]
"""What the source says of each series and month."""

COUNTS = ("new", "changed", "unchanged", "withdrawn")


def table(said: Said) -> bytes:
    """The figures as the source's file; England stands for the one area there is."""
    lines = [f"E92000001,{month},{series},{number}" for (series, month), number in said.items()]
    return "\n".join(["Code,Month,Series,Number", *lines, ""]).encode()


class Morning(NamedTuple):
    """What somebody sees who looks on a day, before the day's run."""

    day: date
    calendar: str | None
    failed: bool


@dataclass
class Life:
    """An installation, its source and its clock."""

    folder: Path
    settings: Settings
    specs: tuple[Spec, ...]
    answer: Callable[[datetime], bytes]
    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    ids: Iterator[int] = field(default_factory=count)

    def respond(self) -> Response:
        """What the source answers at this moment."""
        return Response(self.answer(self.moment), content_type="text/csv")

    def _wait(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def world(self) -> World:
        """A world in which only waiting takes time."""
        return World(lambda: self.moment, self._wait, lambda: 0.5, lambda: f"{next(self.ids):08}", lambda _: None)

    @property
    def errand(self) -> Errand:
        """What cron asks for."""
        return Errand("live", "yhovi run --all", (), "0.0.0")

    def run(self, at: datetime) -> Outcome:
        """Run everything at a moment, and tell people what changed; what came of the one indicator."""
        self.moment, world = at, self.world()
        result = perform(self.specs, self.errand, self.settings, world, self.specs)
        teller = Teller(self.settings, world, self.errand.command, self.errand.version)
        assert not any(one.trouble for one in teller.tell(teller.report(result)))
        (outcome,) = result.outcomes
        return outcome

    @property
    def told(self) -> list[tuple[str, str]]:
        """What people were told, and on which day."""
        lines = (self.folder / "told.jsonl").read_text(encoding="utf-8").splitlines()
        notices = [json.loads(line) for line in lines]
        return [(notice["at"][5:10], notice["subject"].removeprefix("yhovi (local): ")) for notice in notices]

    def overview(self, at: datetime) -> Overview:
        """What ``yhovi status`` shows at a moment."""
        return overview(self.settings, self.specs, at, demo=False, said="")

    def look(self, day: date) -> Morning:
        """What is seen in the morning of a day."""
        (one,) = self.overview(datetime.combine(day, datetime.min.time(), UTC)).standings
        return Morning(day, one.calendar, one.failed)

    def would_run(self, at: datetime) -> str:
        """Why ``--only-due`` would run it at a moment; empty where it wouldn't."""
        return due(self.specs, self.errand, self.settings, at).get(NAME, "")

    def warehouse(self) -> Warehouse:
        """The database, opened."""
        url = database_url(self.settings, demo=False)
        return Warehouse.open(url, demo=False, now=self.moment, create=False)

    def known(self, at: datetime, clock: Any = "retrieved") -> Said:
        """What was known at a moment."""
        with self.warehouse() as warehouse:
            rows = warehouse.as_of(NAME, at, clock)
        return {(r["breakdown"], f"{r['period_start']:%Y-%m}"): r["value"] for r in rows if r["action"] == "value"}

    def history(self) -> list[dict[str, Any]]:
        """Everything that was ever appended."""
        with self.warehouse() as warehouse:
            return warehouse.history(NAME)


@pytest.fixture
def live(tmp_path: Path, httpserver: HTTPServer) -> Callable[[Callable[[datetime], bytes]], Life]:
    """An installation whose source answers what it is told to, by the moment at which it is asked."""
    folder = tmp_path / "indicators" / "economy"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.yaml").write_text(SPEC, encoding="utf-8")
    mirror = MappingProxyType({"https://www.ons.gov.uk": httpserver.url_for("").rstrip("/")})
    notify = Notify("change", (NoticeFile(tmp_path / "told.jsonl", "json"),))
    settings = Settings(tmp_path, mirrors=mirror, http=MappingProxyType({"attempts": 1}), notify=notify)
    specs = load_specs([tmp_path / "indicators"])

    def begin(answer: Callable[[datetime], bytes]) -> Life:
        life = Life(tmp_path, settings, specs, answer)
        httpserver.expect_request("/turnover.csv").respond_with_handler(lambda _: life.respond())
        return life

    return begin


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def spans(mornings: Iterable[Morning], name: str) -> list[tuple[object, str, str]]:
    """What stayed the same from which day to which."""
    groups = ((said, list(same)) for said, same in groupby(mornings, lambda morning: getattr(morning, name)))
    return [(said, f"{same[0].day:%m-%d}", f"{same[-1].day:%m-%d}") for said, same in groups]


def counted(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.status, *(getattr(outcome.counts, name) for name in COUNTS))


# Six real fetches --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fetches(samples: Path) -> Mapping[datetime, Said]:
    """What was said at each of six moments of 2026."""
    files = sorted((samples / "bls" / "vintages").glob("jolts_national_fetched_*.json"))
    answers = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {
        datetime.fromisoformat(one["fetched"]).astimezone(UTC): {
            (series[-3:], f"{figure['year']}-{figure['month']:02}"): float(figure["value"])
            for series, said in one["series"].items()
            for figure in said["data"]
        }
        for one in answers
    }


def test_half_a_year_as_it_was(fetches: Mapping[datetime, Said], live: Callable[..., Life]) -> None:
    """Nothing, 240 figures, all of them revised with 8 new, nothing new, 4 revised with 4 new, 4 revised with 8 new."""
    life = live(lambda moment: table(fetches[max(at for at in fetches if at <= moment)]))
    moments = list(fetches)
    outcomes: list[Outcome] = []
    mornings: list[Morning] = []
    for moment, after in zip(moments, [*moments[1:], moments[-1] + timedelta(days=45)], strict=True):
        outcomes.append(life.run(moment))
        mornings += map(life.look, days(moment.date() + timedelta(days=1), after.date()))

    assert outcomes[0].error is not None
    assert [counted(one) for one in outcomes] == [
        ("failed", 0, 0, 0, 0),
        ("loaded", 240, 0, 0, 0),
        ("loaded", 8, 240, 0, 0),
        ("unchanged", 0, 0, 248, 0),
        ("loaded", 4, 4, 244, 0),
        ("loaded", 8, 4, 248, 0),
    ]
    assert spans(mornings, "calendar") == [
        ("never_loaded", "02-26", "03-01"),
        ("on_time", "03-02", "03-12"),  # December is there, January expected about 13 March
        ("due", "03-13", "03-20"),
        ("late", "03-21", "04-01"),
        ("on_time", "04-02", "05-10"),  # February came with January
        ("due", "05-11", "05-18"),
        ("late", "05-19", "06-01"),
        ("on_time", "06-02", "06-09"),  # March came
        ("due", "06-10", "06-17"),
        ("late", "06-18", "07-01"),
        ("on_time", "07-02", "08-09"),  # May came with April
        ("due", "08-10", "08-15"),
    ]
    assert [span for span in spans(mornings, "failed") if span[0]] == [(True, "02-26", "03-01")]
    assert life.told == [
        ("02-25", "1 of 1 indicator failed"),
        ("03-01", "1 of 1 indicator changed"),
        ("04-01", "1 of 1 indicator changed"),
        ("06-01", "1 of 1 indicator changed"),
        ("07-01", "1 of 1 indicator changed"),
    ]
    for moment, said in fetches.items():
        assert life.known(moment) == said
        assert life.known(moment + timedelta(hours=1), "committed") == said
    assert len(life.history()) == 240 + 248 + 8 + 12


# A made-up month ---------------------------------------------------------------------------------------

FIGURES = {("_T", f"2025-{month:02}"): 1000.0 + month for month in range(1, 13)}
REVISED = {**FIGURES, ("_T", "2025-11"): 1500.0}
RELEASED = {**REVISED, ("_T", "2025-12"): 1600.0, ("_T", "2026-01"): 1700.0}
BROKEN = b"<!DOCTYPE html><title>We'll be back soon</title>"
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def of_march(moment: datetime) -> bytes:
    """The source's file: revised off the calendar on the 5th, broken on the 9th, with a late release on the 24th."""
    match moment.day:
        case 9:
            return BROKEN
        case day if day < 5:
            return table(FIGURES)
        case day if day < 24:
            return table(REVISED)
        case _:
            return table(RELEASED)


@pytest.fixture
def march(live: Callable[..., Life]) -> Life:
    return live(of_march)


def test_a_month(march: Life) -> None:
    """Runs each day at six; each next morning is as whoever looks then finds it."""
    outcomes: dict[date, Outcome] = {}
    mornings: list[Morning] = []
    reasons: dict[int, str] = {}
    for day in days(FIRST, LAST):
        at = datetime.combine(day, datetime.min.time(), UTC) + SIX
        reasons[day.day] = march.would_run(at)
        outcomes[day] = march.run(at)
        mornings.append(march.look(day + timedelta(days=1)))

    assert {day.day: counted(one) for day, one in outcomes.items() if one.status != "unchanged"} == {
        1: ("loaded", 12, 0, 0, 0),
        5: ("loaded", 0, 1, 11, 0),
        9: ("failed", 0, 0, 0, 0),
        24: ("loaded", 1, 1, 11, 0),
    }
    assert {counted(one) for day, one in outcomes.items() if one.status == "unchanged"} == {
        ("unchanged", 0, 0, 12, 0),
        ("unchanged", 0, 0, 13, 0),
    }
    error = outcomes[date(2026, 3, 9)].error
    assert error is not None
    assert "HTML" in error.message or "web page" in error.message
    assert spans(mornings, "calendar") == [
        ("on_time", "03-02", "03-05"),
        ("revised", "03-06", "03-12"),
        ("due", "03-13", "03-20"),
        ("late", "03-21", "03-24"),
        ("on_time", "03-25", "04-01"),
    ]
    assert spans(mornings, "failed") == [
        (False, "03-02", "03-09"),
        (True, "03-10", "03-10"),
        (False, "03-11", "04-01"),
    ]
    assert [(reason, list(same)) for reason, same in groupby(reasons, reasons.__getitem__)] == [
        ("never_loaded", [1]),
        ("", [2, 3, 4, 5]),
        ("revised", [6, 7, 8, 9]),
        ("failed", [10]),
        ("revised", [11, 12]),
        ("due", [*range(13, 21)]),
        ("late", [*range(21, 25)]),
        ("", [*range(25, 32)]),
    ]
    assert march.told == [
        ("03-01", "1 of 1 indicator changed"),
        ("03-05", "1 of 1 indicator changed"),
        ("03-09", "1 of 1 indicator failed"),
        ("03-24", "1 of 1 indicator changed"),
    ]
    seen = march.overview(datetime(2026, 4, 1, tzinfo=UTC))
    assert seen.headline == "1 loaded: 1 on time"
    assert seen.standings[0].described()["calendar_says"] == (
        "All that should be out is loaded; figures up to 2026-02-28 are expected about 2026-04-10."
    )
    for day, said in ((1, FIGURES), (4, FIGURES), (5, REVISED), (9, REVISED), (23, REVISED), (24, RELEASED)):
        at = datetime(2026, 3, day, 7, tzinfo=UTC)
        assert march.known(at) == march.known(at, "committed") == said
    assert march.known(datetime(2026, 3, 1, tzinfo=UTC)) == {}
    assert len(march.history()) == 12 + 1 + 2


def test_a_month_in_which_only_what_is_due_runs(march: Life) -> None:
    """A week in which nothing is asked, until the release is due; then each day until it is there."""
    ran: list[int] = []
    for day in days(FIRST, LAST):
        at = datetime.combine(day, datetime.min.time(), UTC) + SIX
        if march.would_run(at):
            march.run(at)
            ran.append(day.day)
    # what was revised on the 5th comes with the first run since; it is looked after until the release
    assert ran == [1, *range(13, 25)]
    assert march.known(datetime(2026, 3, 12, tzinfo=UTC)) == FIGURES
    assert march.known(datetime(2026, 3, 31, tzinfo=UTC)) == RELEASED
