"""What is logged while sources are asked: every line says for which run and indicator, whichever thread it is from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.commands import Cli, Said
from support.simulators import SOURCES, Begin, faults

pytestmark = pytest.mark.untraced


def lines(said: Said, logger: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in said.err.splitlines() if line.startswith("{")]
    return [line for line in found if line["logger"] == logger]


@pytest.mark.parametrize("jobs", [1, 2])
def test_requests_say_for_whom_they_are(cli: Cli, begin: Begin, jobs: int) -> None:
    source = SOURCES["nomis"]
    begin(source)
    said = cli("run", "--all", "--json", "--jobs", jobs)
    assert said.code == 0, said.err
    asked, done = lines(said, "yhovi.http"), lines(said, "yhovi.run")
    assert {line["run_id"] for line in (*asked, *done)} == {said.json["run_id"]}
    assert asked and {line["indicator_id"] for line in asked} <= {*source.specs}
    loads = {line["indicator_id"]: line["load_id"] for line in done if "load_id" in line}
    assert (loads.keys(), sorted(loads.values())) == (source.specs.keys(), [1, 2])


def test_the_end_of_an_interrupted_run_is_logged(cli: Cli, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    from yhovi.engine.run import conductor

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    begin(SOURCES["file"])
    monkeypatch.setattr(conductor, "_carry_out_all", interrupted)
    said = cli("run", "--all")
    assert [line["message"] for line in lines(said, "yhovi.run")] == [
        "run begun for 2 indicators: yhovi run --all",
        "run ended with exit code 130",
    ]


def test_what_is_asked_again_is_a_warning(cli: Cli, begin: Begin) -> None:
    begin(SOURCES["file"]).always = faults.broken
    said = cli("run", "--all")
    again = [line for line in lines(said, "yhovi.http") if line["level"] == "WARNING"]
    assert again and all("asking again in" in line["message"] and line["indicator_id"] for line in again)
