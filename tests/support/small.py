"""A small catalogue with recordings of its own: homes, people, and homes for each thousand people."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = """\
id: {id}
title: {title}
description: Figures that tests make up.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: {decimals}}}
"""
COUNTED = """\
source:
  connector: file
  dataset: council/{name}
  query: {query}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Kind}}
    - {{name: Number, type: number, unit: count, measure: count, markers: {{"*": suppressed}}}}
"""
MADE = """\
source:
  indicator: S-H-91
  as: homes
"""
ABOUT = """\
  geography: {level: lad, codes: as_published}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
"""
RECIPE = """\
recipe:
  - keep: "Kind == 'all'"
  - period: {from: Year, as: calendar_year}
  - observe: {area: Code, value: Number}
"""
RATE_RECIPE = """\
recipe:
  - join: {indicator: S-H-92, as: people, periods: same}
  - derive: {rate: homes / people * 1000}
  - observe: {area: area, value: rate, numerator: homes, denominator: people}
"""
TAIL = """\
checks:
  range: {max: 5000}
  golden: {none: the figures are made by the test}
owner: tests
"""
HOMES = """\
Code,Name,Year,Kind,Number
E08000035,Leeds,2022,all,300
E08000035,Leeds,2023,all,"1,310"
E08000035,Leeds,2023,new,12
E08000016,Barnsley,2023,all,*
E08000039,Sheffield,2023,all,95
E12000003,Yorkshire and The Humber,2023,all,4000
E09000001,City of London,2023,all,7
Total,,2023,all,9999
"""
PEOPLE = """\
Code,Name,Year,Kind,Number
E08000035,Leeds,2022,all,1000
E08000035,Leeds,2023,all,2000
E08000016,Barnsley,2023,all,250
E08000019,Sheffield,2023,all,400
"""


def make(folder: Path, homes: str = HOMES, people: str = PEOPLE) -> Path:
    """Write the catalogue below a folder: S-H-91 homes, S-H-92 people (a component), S-H-90 homes per 1,000 people."""
    catalogue = _specs(folder, "{url: https://www.ons.gov.uk/DATASET.csv, release: v1}")
    record(catalogue, "homes", homes)
    record(catalogue, "people", people)
    return catalogue


def make_landed(folder: Path) -> Path:
    """Write the same catalogue, of files that are landed, without recordings."""
    return _specs(folder, "{landed: true}")


def _specs(folder: Path, query: str) -> Path:
    catalogue = folder / "indicators"
    (catalogue / "society").mkdir(parents=True, exist_ok=True)
    for name, (title, dataset) in {"S-H-91": ("Homes", "homes"), "S-H-92": ("People", "people")}.items():
        head = HEAD.format(id=name, title=title, type="count", unit="count", decimals=0)
        source = COUNTED.format(name=dataset, query=query.replace("DATASET", dataset))
        text = head + source + ABOUT + RECIPE + TAIL
        write(catalogue, name, f"publish: false\n{text}" if name == "S-H-92" else text)
    rate = HEAD.format(id="S-H-90", title="Homes per 1,000 people", type="crude_rate", unit="per_1000", decimals=1)
    write(catalogue, "S-H-90", rate + MADE + ABOUT + RATE_RECIPE + TAIL)
    return catalogue


def write(catalogue: Path, name: str, text: str) -> Path:
    """Write one spec."""
    file = catalogue / "society" / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def change(catalogue: Path, name: str, before: str, after: str) -> None:
    """Put other words in the place of some in a spec."""
    file = catalogue / "society" / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def record(catalogue: Path, name: str, body: str, retrieved_at: str = "2026-01-15T06:00:00+00:00") -> None:
    """Record what the source answers."""
    folder = catalogue / "recordings" / name
    folder.mkdir(parents=True, exist_ok=True)
    answer = {"url": f"https://www.ons.gov.uk/{name}.csv", "parameters": [], "method": "GET", "body": None}
    answer |= {"file": "data.csv", "status": 200, "headers": {"content-type": "text/csv"}}
    exchange = {"source": "council", "dataset": name, "retrieved_at": retrieved_at, "release": "v1"}
    exchange |= {"origin": "synthetic", "answers": [answer]}
    (folder / "exchange.json").write_text(json.dumps(exchange), encoding="utf-8")
    (folder / "data.csv").write_text(body, encoding="utf-8")
