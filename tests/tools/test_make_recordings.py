"""The recordings: made again they are the same, all are in the notice, and each answers what its connector asks."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from yhovi.connectors import CONNECTORS
from yhovi.connectors.base import Ask, Request
from yhovi.engine.errors import ExtractError
from yhovi.engine.recordings import Recordings

from support.figures import EMPLOYMENT_2023

pytestmark = pytest.mark.untraced

RECORDINGS = Path(__file__).resolve().parents[2] / "indicators" / "recordings"
FILES = {
    exchange.parent.relative_to(RECORDINGS).as_posix(): tuple(
        file.name for file in sorted(exchange.parent.iterdir()) if file.is_file() and file != exchange
    )
    for exchange in sorted(RECORDINGS.rglob("exchange.json"))
}
AREAS = (*EMPLOYMENT_2023, "E12000003", "E92000001")


@pytest.mark.parametrize("folder", FILES)
def test_made_again_an_exchange_is_the_same(again, recordings, folder):
    name = f"{folder}/exchange.json"
    assert (again / name).read_bytes() == (recordings / name).read_bytes()


CSV = [f"{folder}/{file}" for folder, files in FILES.items() for file in files if file.endswith(".csv")]
WORKBOOKS = [f"{folder}/{file}" for folder, files in FILES.items() for file in files if file.endswith(".xlsx")]


@pytest.mark.parametrize("name", CSV)
def test_made_again_a_csv_is_the_same_to_the_byte(again, recordings, name):
    assert (again / name).read_bytes() == (recordings / name).read_bytes()


@pytest.mark.parametrize("name", WORKBOOKS)
def test_made_again_a_workbook_has_the_same_cells(again, recordings, cells, name):
    assert cells(again / name) == cells(recordings / name)


@pytest.mark.parametrize("name", ["gross_value_added", "business_demography"])
def test_a_workbook_does_not_tell_when_it_was_made(tool, name):
    make = getattr(import_module(f"recordings.{name}"), name)
    assert make().answers[0].content == make().answers[0].content


def test_nothing_is_there_that_the_tool_did_not_make(again, recordings):
    made = {path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()}
    there = {path.relative_to(recordings).as_posix() for path in recordings.rglob("*") if path.is_file()}
    assert there == made
    assert (again / "NOTICE").read_bytes() == (recordings / "NOTICE").read_bytes()
    assert made == {"NOTICE"} | {
        f"{folder}/{file}" for folder, files in FILES.items() for file in (*files, "exchange.json")
    }


@pytest.mark.parametrize("folder", FILES)
def test_every_recording_is_in_the_notice_and_answers(recordings, folder):
    assert f"\n{folder}\n" in (recordings / "NOTICE").read_text("utf-8")
    said = json.loads((recordings / folder / "exchange.json").read_text("utf-8"))
    assert "/".join(folder.split("/")[:2]) == f"{said['source']}/{said['dataset']}"
    for answer in said["answers"]:
        request = Request(answer["url"], tuple(map(tuple, answer["parameters"])), answer["method"], answer["body"])
        assert Recordings([recordings]).send(request).size == (recordings / folder / answer["file"]).stat().st_size


@pytest.mark.parametrize("folder", FILES)
def test_where_something_is_made_up_the_notice_and_the_origin_say_so(recordings, folder):
    said = json.loads((recordings / folder / "exchange.json").read_text("utf-8"))
    notice = (recordings / "NOTICE").read_text("utf-8").split(f"\n{folder}\n")[1].split("\n\n")[0]
    made_up = " ".join(notice.split("Made up: ")[1].split())
    assert (said["origin"] == "published") == made_up.startswith(("no figure", "nothing"))
    assert ("Hence its origin: synthetic" in made_up) == (said["origin"] == "synthetic")


def nomis(dataset: str, start: str, measures: object = 20100, **dimensions: object) -> Ask:
    query = {"dataset": dataset, "time": {"from": start, "to": "latest"}}
    return Ask(f"nomis/{dataset}", {**query, "dimensions": dimensions, "measures": measures}, AREAS)


def fingertips(indicator: int) -> Ask:
    return Ask(f"fingertips/{indicator}", {"indicator": indicator, "area_type": 501, "parent_area_type": 6}, AREAS)


WELLBEING = (
    "https://download.ons.gov.uk/downloads/datasets/wellbeing-local-authority/editions/time-series/versions/4.csv"
)
GASES = (
    "https://assets.publishing.service.gov.uk/media/68653c7ee6c3cc924228943f/"
    "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv"
)
ASKS = {
    "E-EJ-01": ("nomis", nomis("NM_17_5", "2004-12", [20599, 21001, 21002, 21003], variable=45)),
    "E-EJ-07": ("nomis", nomis("NM_162_1", "2023-01", gender=0, age=0, measure=2)),
    "E-BE-06": ("nomis", nomis("NM_142_1", "2019", industry=37748736, employment_sizeband=[0, 10], legal_status=0)),
    "E-BE-06 people": ("nomis", nomis("NM_2002_1", "2015", gender=0, c_age=203)),
    "S-D-01": ("nomis", nomis("NM_2002_1", "2015", gender=0, c_age=200)),
    "S-HE-05": ("fingertips", fingertips(93721)),
    "S-HE-01": ("fingertips", fingertips(90366)),
    "E-EI-04": ("file", Ask("ons/ashe-table-8-7a", {"landed": True, "release": "2025-provisional"})),
    "S-W-01": ("file", Ask("ons/wellbeing-local-authority", {"url": WELLBEING, "release": "v4"})),
    "S-CS-01": ("file", Ask("ons/crime-csp-c2", {"landed": True, "release": "year-ending-2025-06"})),
    "E-NZ-01": ("file", Ask("desnz/ghg-emissions-la", {"url": GASES, "release": "2005-2023"})),
}


@pytest.mark.parametrize(("connector", "ask"), ASKS.values(), ids=ASKS)
def test_a_recording_answers_its_connector_to_the_end(recordings, connector, ask):
    """Connectors refuse what they didn't ask for, so coming to the end is more than finding an answer."""
    exchange = CONNECTORS[connector].exchange(ask)
    answer = Recordings([recordings]).send(next(exchange))
    with pytest.raises(StopIteration) as end:
        exchange.send(answer)
    (part,) = end.value.value
    assert (part.answer, part.release) == (answer, answer.release)


def test_another_age_is_not_answered(recordings):
    exchange = CONNECTORS["nomis"].exchange(nomis("NM_2002_1", "2015", gender=0, c_age=209))
    with pytest.raises(ExtractError, match="has no recording"):
        Recordings([recordings]).send(next(exchange))
