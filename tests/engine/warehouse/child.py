"""A process of its own that loads some thousands of rows: ``child.py URL RUN INDICATOR``.

It says ``ready`` when its imports are done and waits for a line before it begins.
"""

import sys
from pathlib import Path

from yhovi.engine.warehouse.values import RunStart
from yhovi.engine.warehouse.warehouse import Warehouse

# Nothing puts the tests on the path of a process that they start.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.loads import NOW, make_load, make_many


def main(url: str, run_id: str, indicator_id: str) -> None:
    rows = make_many(indicator_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with Warehouse.open(url, demo=False, now=NOW) as warehouse:
        warehouse.start_run(RunStart(run_id, NOW, "yhovi run", "live", "0.1.0"))
        warehouse.load(make_load(run_id=run_id, indicator_id=indicator_id), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
