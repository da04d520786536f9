"""From a plan to observations: rows of a shape of the source's own, and where each observation came from."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from yhovi.connectors.base import OWN, Answer, Part, Reading, Request
from yhovi.engine.bronze import Bronze, Kept
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.plan import Plan
from yhovi.engine.recordings import Recordings
from yhovi.engine.run.answers import Answers, from_recordings
from yhovi.engine.run.desk import Desk
from yhovi.engine.run.extract import extract
from yhovi.engine.settings import Settings
from yhovi.engine.spec import load_specs

CATALOGUE = Path(str(files("yhovi") / "indicators"))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[str], Plan]:
    def planned(name: str) -> Plan:
        return compile_plans(load_specs([next(CATALOGUE.rglob(f"{name}.yaml"))]), Settings(tmp_path))[0]

    return planned


def desk(folder: Path, answers: Answers, *, provenance: bool = False) -> Desk:
    ids = map(str, itertools.count())
    bronze = Bronze(str(folder), unique=lambda: next(ids))
    return Desk(answers, bronze, "run", "0", lambda: NOON, lambda: next(ids), provenance)


def recorded() -> Answers:
    return from_recordings(Recordings([CATALOGUE / "recordings"]))


def test_every_observation_can_say_where_it_came_from(plan: Callable[[str], Plan], tmp_path: Path) -> None:
    """The cell of a workbook; the rows of an answer that became one observation."""
    kept: list[Kept] = []
    gva = extract(plan("E-BE-11"), desk(tmp_path, recorded(), provenance=True), kept).observed.frame
    leeds = gva[(gva["area_code"] == "E08000035") & (gva["period_end"] == "2023-12-31")]
    assert leeds["_row"].tolist() == ["Table 3!58[2023]"]
    rate = extract(plan("E-EJ-01"), desk(tmp_path, recorded(), provenance=True), kept).observed.frame
    assert rate["_row"].str.count(";").unique().tolist() == [3]
    assert len(kept) == 4  # a page, its edition and the file; one answer


def test_without_provenance_nothing_is_carried(plan: Callable[[str], Plan], tmp_path: Path) -> None:
    frame = extract(plan("E-BE-11"), desk(tmp_path, recorded()), []).observed.frame
    assert "_row" not in frame.columns


def in_csv(*bodies: bytes) -> SimpleNamespace:
    """A connector whose answers are CSV, one part each."""
    connector = own(*bodies)

    def exchange(ask: object) -> Iterator[Request]:
        parts = yield from connector.exchange(ask)
        return [replace(part, reading=Reading("csv")) for part in parts]

    return SimpleNamespace(exchange=exchange, bodies=bodies)


def asking(plan: Plan, connector: SimpleNamespace) -> Plan:
    """The same plan, with another connector."""
    assert plan.fetch
    return replace(plan, fetch=replace(plan.fetch, connector=connector))


def answering(connector: SimpleNamespace) -> Answers:
    def answers(_: Plan, request: Request) -> Answer:
        body = connector.bodies[int(request.url[-1])]
        return Answer(request, io.BytesIO(body), NOON, hashlib.sha256(body).hexdigest(), len(body))

    return answers


def test_rows_of_later_parts_say_which(plan: Callable[[str], Plan], tmp_path: Path) -> None:
    connector = in_csv(b"LA code,SIC07,2023\nE08000035,Total,1\n", b"LA code,SIC07,2023\nE08000034,Total,2\n")
    asked = asking(plan("E-BE-11"), connector)
    frame = extract(asked, desk(tmp_path, answering(connector), provenance=True), []).observed.frame
    assert dict(zip(frame["area_code"], frame["_row"], strict=True)) == {
        "E08000034": "2:2[2023]",
        "E08000035": "2[2023]",
    }


def own(*bodies: bytes) -> SimpleNamespace:
    """A connector with answers of a shape that no reader knows: one cell after the other, three to a row."""

    def exchange(ask: object) -> Iterator[Request]:
        parts = []
        for number, _ in enumerate(bodies):
            answer = yield Request(f"https://example.org/{number}")
            parts.append(Part(answer, Reading(OWN)))
        return parts

    def parse(answer: Answer) -> Iterator[dict[str, list[str | None]]]:
        cells = answer.stream.read().decode().split(";")
        for code, industry, gva in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
            yield {"LA code": [code], "SIC07": [industry], "2023": [gva or None]}

    return SimpleNamespace(exchange=exchange, parse=parse, bodies=bodies)


def test_a_connector_may_read_a_shape_of_its_own(plan: Callable[[str], Plan], tmp_path: Path) -> None:
    """Several answers, several batches each, all of one table."""
    connector = own(b"E08000035;Total;36554;E08000035;C;2000", b"E08000034;Total;9223")
    found = extract(asking(plan("E-BE-11"), connector), desk(tmp_path, answering(connector)), [])
    frame = found.observed.frame
    assert (found.rows, dict(zip(frame["area_code"], frame["value"], strict=True))) == (
        3,
        {"E08000034": 9223.0, "E08000035": 36554.0},
    )


def test_rows_of_a_shape_of_its_own_are_counted(plan: Callable[[str], Plan], tmp_path: Path) -> None:
    """From 1 in each answer, however many batches it comes in."""
    connector = own(b"E08000035;Total;36554;E08000034;Total;9223", b"E08000033;C;1;E08000032;Total;11745")
    asked = asking(plan("E-BE-11"), connector)
    frame = extract(asked, desk(tmp_path, answering(connector), provenance=True), []).observed.frame
    assert dict(zip(frame["area_code"], frame["_row"], strict=True)) == {
        "E08000032": "2:2[2023]",
        "E08000034": "2[2023]",
        "E08000035": "1[2023]",
    }
