"""Every source against everything that can go wrong on the way: the right figures, or one sentence and exit code 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.commands import Cli, Said
from support.simulators import SOURCES, Begin, Fault, Simulator, Source, faults
from support.simulators.stage import KEY, expected, loaded

pytestmark = pytest.mark.untraced

every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)


def every_pair(cases: Iterable[str]) -> pytest.MarkDecorator:
    """Each fault at each source; by day each at a third of the sources, since all are asked by one sender."""
    pairs = [
        pytest.param(case, source, marks=pytest.mark.nightly if (row + column) % 3 else (), id=f"{case}-{source.name}")
        for row, case in enumerate(cases)
        for column, source in enumerate(SOURCES.values())
    ]
    return pytest.mark.parametrize(("case", "source"), pairs)


def first(source: Source) -> str:
    return next(iter(source.specs))


def run(cli: Cli, source: Source) -> Said:
    return cli("run", "-i", first(source))


def of_first(source: Source) -> dict[tuple[str, str, str], float]:
    return {key: value for key, value in expected(source).items() if key[0] == first(source)}


def sentence(said: Said, source: Source, simulator: Simulator) -> str:
    """The one error of a run in full, less where it happened."""
    lines = said.err.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("error: ")]
    assert "Traceback" not in said.err
    told = f"{lines[place]} {lines[place + 1].strip()}"
    asked = [one for one in simulator.asked if one.path != "/sorry.html"]
    target = re.sub(rf"[?&]uid={KEY}$", "", asked[-1].target)
    address = source.address(target)
    assert address in told
    return told.replace(address, "ADDRESS").removeprefix(f"error: {first(source)}: ")


PASSING: dict[str, tuple[Callable[[], Fault], float]] = {
    "silence": (lambda: faults.silence, 0.5),
    "silence in the middle": (lambda: faults.stalled, 0.5),
    "reset in the middle": (lambda: faults.reset, 0.5),
    "an early end": (lambda: faults.short, 0.5),
    "429, seconds": (lambda: faults.throttled("7"), 7),
    "429, a date": (lambda: faults.throttled(faults.until(30)), 25),
    "429, at once": (lambda: faults.throttled("0"), 0.5),
    "429, no word": (faults.throttled, 0.5),
    "500": (lambda: faults.broken, 0.5),
    "half of a gzip": (lambda: faults.cut_gzip, 0.5),
}
PATIENCE = {"silence": {"read_timeout": 0.4}, "silence in the middle": {"read_timeout": 0.4}}


@every_pair(PASSING)
def test_what_passes_is_waited_for(
    cli: Cli, begin: Begin, waits: list[float], tmp_path: Path, source: Source, case: str
) -> None:
    """The last request meets with it once: asked again after a pause, everything is there."""
    fault, pause = PASSING[case]
    simulator = begin(source, **PATIENCE.get(case, {}))
    simulator.faults = [None] * (source.requests - 1) + [fault()]
    said = run(cli, source)
    assert said.code == 0, said.err
    assert loaded(tmp_path) == of_first(source)
    assert len(simulator.asked) == source.requests + 1
    assert max(waits) >= pause


LATER = "Try again later; if it stays so, a proxy or firewall in between may be cutting answers off."
BROKE_OFF = f"{{host}} broke off before its answer to ADDRESS was complete (2 attempts). {LATER}"
SILENT = (
    "{host} did not answer ADDRESS in time (2 attempts). "
    "Try again later, ask for less at once, or raise `read_timeout` (0.4 seconds) in the settings."
)
THROTTLED = (
    '{host} takes no more requests for now: ADDRESS answered 429 Too Many Requests, saying "slow down" (2 attempts). '
    "Run again later. If it stays so, other programs may be asking the same source from this network."
)
FAILED = (
    '{host} failed to answer ADDRESS: the answer was 500 Internal Server Error, saying "internal error" (2 attempts). '
    "The fault is the source's. Try again later."
)
ELSEWHERE = (
    "ADDRESS redirects to https://login.example.org/, which may not be asked; it was not followed. "
    "If the publisher has moved, correct the URL in the spec, or the hosts that the source is known to use."
)
LASTING: dict[str, tuple[Fault, str]] = {
    "silence": (faults.silence, SILENT),
    "silence in the middle": (faults.stalled, SILENT),
    "reset in the middle": (faults.reset, BROKE_OFF),
    "an early end": (faults.short, BROKE_OFF),
    "429": (faults.throttled("1"), THROTTLED),
    "500": (faults.broken, FAILED),
    "half of a gzip": (
        faults.cut_gzip,
        f"The packed answer from ADDRESS ends too early, and was not kept (2 attempts). {LATER}",
    ),
    "elsewhere": (faults.to("https://login.example.org/?next=data"), ELSEWHERE),
}


@every_pair(LASTING)
def test_what_lasts_ends_in_a_sentence(cli: Cli, begin: Begin, tmp_path: Path, source: Source, case: str) -> None:
    fault, told = LASTING[case]
    simulator = begin(source, **PATIENCE.get(case, {}))
    simulator.faults, simulator.always = [None] * (source.requests - 1), fault
    said = run(cli, source)
    assert (said.code, loaded(tmp_path)) == (3, {})
    host = urlsplit(source.address(simulator.asked[-1].target)).netloc
    assert sentence(said, source, simulator) == told.format(host=host)


BROWSE = "Open the address in a browser: the page usually says why (moved, blocked, or a wrong query)."
WEB_PAGE = f"A web page came back where {{}} was asked for. (ADDRESS) {BROWSE}"
ENCODING = (
    "Record 2 has bytes that are not {}. (ADDRESS) Say how the file is written, for example read: encoding: cp1252."
)
AGAIN = "Run again; if it stays so, open the address in a browser."
NOT_JSON = "The answer isn't JSON, or was cut short. (ADDRESS) Run again."
RENAMED = "The source may have renamed them: compare the file with the columns that are declared."
COPY_IDS = "Build the table on the service's website and compare the ids that it offers as JSON."

# By source: what comes with success, and what is said of it.
BODIES: dict[str, dict[str, str]] = {
    "nomis": {
        "page": WEB_PAGE.format("CSV"),
        "encoding": ENCODING.format("utf-8-sig"),
        "denial": "The answer is empty (0 bytes). (ADDRESS) "
        "Check the query: a wrong one is often answered with nothing.",
        "drift": "1 declared column is missing: 'OBS_VALUE' (did you mean 'xOBS_VALUE'?). Found: 'DATE', 'DATE_NAME', "
        "'GEOGRAPHY', 'GEOGRAPHY_NAME', 'GEOGRAPHY_CODE', 'GEOGRAPHY_TYPE', 'ITEM', 'ITEM_NAME', 'MEASURES', "
        f"'MEASURES_NAME', 'xOBS_VALUE', 'OBS_STATUS' and 6 more. (ADDRESS) {RENAMED}",
    },
    "fingertips": {
        "page": WEB_PAGE.format("CSV"),
        "encoding": ENCODING.format("utf-8-sig"),
        "denial": 'A JSON message came back where CSV was asked for: {"Message":"An error has occurred."} (ADDRESS) '
        "Check the query against the source.",
        "drift": "1 declared column is missing: 'Value' (did you mean 'xValue'?). Found: 'Indicator ID', "
        "'Indicator Name', 'Parent Code', 'Parent Name', 'Area Code', 'Area Name', 'Area Type', 'Sex', 'Age', "
        f"'Category Type', 'Category', 'Time period' and 8 more. (ADDRESS) {RENAMED}",
    },
    "geoportal": {
        "page": WEB_PAGE.format("JSON"),
        "encoding": NOT_JSON,
        "denial": "The service answered with error 500: Error performing query operation (ADDRESS) Run again later.",
        "drift": "The answer has no field THINGS; it has LAD24CD, LAD24NM, ENDED, xTHINGS. (ADDRESS) "
        "Check the fields of the query: each edition's carry its year, as LAD24CD does.",
    },
    "statxplore": {
        "page": WEB_PAGE.format("JSON"),
        "encoding": NOT_JSON,
        "denial": f"The answer holds no table: The service is not available (ADDRESS) {COPY_IDS}",
        "drift": "The service calls str:count:THINGS:V_F_THINGS 'xThings', the query calls it 'Things'. (ADDRESS) "
        "See whether it still means the same; if so, take over the service's label.",
    },
    **{
        name: {
            "page": WEB_PAGE.format("CSV"),
            "encoding": ENCODING.format("utf-8"),
            "denial": WEB_PAGE.format("CSV"),
            "drift": "1 declared column is missing: 'Things' (did you mean 'xThings'?). Found: 'Code', 'Name', 'Year', "
            f"'xThings'. (ADDRESS) {RENAMED}",
        }
        for name in ("file", "ofcom", "ons")
    },
    "govuk": {
        "page": WEB_PAGE.format("CSV"),
        # what its page says of the size is at odds with it before anything is read
        "encoding": f"things-2022.csv should have 1,368 bytes, 1,300 came. (ADDRESS) {AGAIN}",
        "denial": WEB_PAGE.format("CSV"),
        "drift": "1 declared column is missing: 'Things' (did you mean 'xThings'?). Found: 'Code', 'Name', 'Year', "
        f"'xThings'. (ADDRESS) {RENAMED}",
    },
    "els": {
        "page": WEB_PAGE.format("CSV"),
        "encoding": ENCODING.format("utf-8-sig"),
        "denial": "The answer has a header but no rows. (ADDRESS) Check the areas and the time of the query.",
        "drift": "The answer has no column 'value': it has 'areacd', 'areanm', 'period', 'xvalue', 'status'. (ADDRESS) "
        "The publisher may have changed the service, as it says it may: "
        "compare the address in a browser with the spec.",
    },
}


def fault_of_body(source: Source, case: str) -> Fault:
    name = source.column.strip('",').rpartition('"')[2]
    return {
        "page": faults.away,
        "encoding": faults.in_cp1252,
        "denial": faults.instead(source.denial),
        "drift": faults.changed(source.column, source.column.replace(name, f"x{name}")),
    }[case]


@every_source
@pytest.mark.parametrize("case", ["page", "encoding", "denial", "drift"])
def test_a_wrong_body_ends_in_a_sentence(cli: Cli, begin: Begin, tmp_path: Path, source: Source, case: str) -> None:
    """What comes with success is no data, is written in another encoding, or calls the figures by another name."""
    simulator = begin(source)
    simulator.faults, simulator.always = [None] * (source.requests - 1), fault_of_body(source, case)
    said = run(cli, source)
    assert (said.code, loaded(tmp_path)) == (3, {})
    assert sentence(said, source, simulator) == BODIES[source.name][case]


IN_TWO = "The data set may have been updated between two pages: run again."
LIST = "str:valueset:THINGS:V_F_THINGS:COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION"
PAGES: dict[tuple[str, str], str] = {
    ("nomis", "twice"): f"Row 26 of 34 was due, row 1 of 34 came. (ADDRESS) {IN_TWO}",
    ("nomis", "missing"): "A page came back without rows after 25 of 34 had come. (ADDRESS) "
    "Run again; if it stays so, check the dates and areas of the query.",
    ("geoportal", "twice"): "The page after 20 of 34 rows is the one before it, once more. (ADDRESS) "
    "Run again; if it stays so, the service can't be asked in pages.",
    ("geoportal", "missing"): "A page came back without rows after 20 of 34 had come. (ADDRESS) Run again.",
    ("statxplore", "twice"): f"The list {LIST} holds S12000000, S12000001, S12000002, S12000003, S12000004 and 95 more "
    "twice. (ADDRESS) Run again; if it stays so, list the codes in the query.",
    ("statxplore", "missing"): f"A further page of the list {LIST} was announced, and came without codes. "
    "(ADDRESS) Run again; if it stays so, list the codes in the query.",
}


@pytest.mark.parametrize(("name", "case"), PAGES)
def test_a_wrong_page_ends_in_a_sentence(cli: Cli, begin: Begin, tmp_path: Path, name: str, case: str) -> None:
    source = SOURCES[name]
    simulator = begin(source)
    again = faults.Again()
    before = again if case == "twice" else None
    simulator.faults = [*[None] * (source.page - 2), before, again if before else faults.instead(source.empty)]
    said = run(cli, source)
    assert (said.code, loaded(tmp_path)) == (3, {})
    assert sentence(said, source, simulator) == PAGES[name, case]


def test_a_source_that_fails_costs_no_other(cli: Cli, begin: Begin, waits: list[float], tmp_path: Path) -> None:
    """Two sources in one catalogue, one of them broken: exit 6, and the other one's figures are there."""
    broken, well = begin(SOURCES["fingertips"]), begin(SOURCES["file"])
    mirrors = {**SOURCES["fingertips"].mirrors, **SOURCES["file"].mirrors}
    lines = [f'"{own}" = "{one.url}"' for own, one in zip(mirrors, (broken, well), strict=True)]
    (tmp_path / "yhovi.toml").write_text("\n".join(["[mirrors]", *lines, "[http]", "attempts = 2"]), encoding="utf-8")
    broken.always = faults.broken
    assert cli("run", "--all").code == 6
    assert loaded(tmp_path) == expected(SOURCES["file"])
