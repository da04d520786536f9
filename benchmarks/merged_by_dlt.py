"""How long dlt takes to merge frames into a table of its own, one after the other; the seconds of each are printed.

It runs in an environment of its own (``pip install "dlt[postgres,sqlalchemy,parquet]"``), which ``warehouse.py --dlt``
names.

python benchmarks/merged_by_dlt.py DATABASE_URL FRAME.parquet [FRAME.parquet ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from typing import Any

import dlt
import pyarrow.parquet as pq
from sqlalchemy.engine import make_url

KEY = ("indicator_id", "area_code", "area_vintage", "time_period", "breakdown")


def main() -> None:
    """Merge each frame and say how long that took."""
    url, *frames = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        destination, dataset = _destination(url)
        pipeline = dlt.pipeline("merged", destination=destination, dataset_name=dataset, pipelines_dir=folder)
        for frame in frames:
            rows = dlt.resource(pq.read_table(frame), name="rows", write_disposition="merge", primary_key=KEY)
            begun = time.perf_counter()
            pipeline.run(rows)
            print(time.perf_counter() - begun, flush=True)


def _destination(url: str) -> tuple[Any, str]:
    address = make_url(url)
    if address.drivername == "sqlite":
        return dlt.destinations.sqlalchemy(url), "main"
    # A server on a socket: dlt wants a host nevertheless, and a password.
    said = {"database": address.database, "username": address.username, "password": address.password or "none"}
    where = {"host": address.host or "localhost", "port": address.port or 5432, "query": dict(address.query)}
    return dlt.destinations.postgres(credentials={**said, **where}), "merged"


if __name__ == "__main__":
    main()
