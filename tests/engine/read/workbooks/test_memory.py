"""Files of full size that are made to fill the memory: a process that meets them all stays small, and alive."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator

import pytest

from support.commands import environment
from support.workbooks import Shared, number, ods, ods_cell, row, shared, text, worksheet, xls, xlsb, xlsx, zipped

resource = pytest.importorskip("resource", reason="this system doesn't say how much memory a process took")

ALLOWED = 100 * 2**20

CHILD = """
import json, resource, sys
from pathlib import Path
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))

def said(path):
    reading = Reading("csv", {"member": "*.csv"}) if path.suffix == ".zip" else Reading("workbook")
    try:
        with path.open("rb") as stream:
            return sum(batch.num_rows for batch in read(stream, reading))
    except SourceError as error:
        return error.message

def peak():
    # macOS counts bytes, Linux thousands of them
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

first, *others = map(Path, sys.argv[1:])
assert said(first) == 1
start = peak()
for path in others:
    print(json.dumps([path.stem, said(path), peak() - start]), flush=True)
"""

FAR = row(1, text("A1", "area")) + row(2, number("A2", 1)) + row(2**20, number("XFD1048576", 1))
WORD = '<c r="A{0}" t="s"><v>0</v></c>'
REPEATED = ' table:number-columns-repeated="16384"'


def inflated(size: int) -> Iterator[bytes]:
    """So many zeros, packed."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    for _ in range(size // 2**20):
        yield packer.compress(bytes(2**20))
    yield packer.flush()


def liar() -> bytes:
    """A member that unpacks to 500 MB, and says in both of its headers that it has 9 bytes."""
    content, name = b"".join(inflated(500 * 2**20)), b"a.csv"
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(bytes(9)), len(content), 9, len(name), 0)
    body = b"PK\3\4" + head + name + content
    directory = b"PK\1\2\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(body), 0)


def endless_list() -> bytes:
    """The list of 400,000 files, all of which are the same."""
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, 0, 2, 0, 5, 0)
    entry = b"PK\1\2\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"a.csv"
    body = b"PK\3\4" + head + b"a.csv" + b"\3\0"
    size = len(entry) * 400_000
    return body + entry * 400_000 + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, size, len(body), 0)


def laughing() -> str:
    entities = "".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    return f"<!DOCTYPE x [<!ENTITY a 'ha'>{entities}]>" + worksheet(row(1, text("A1", "&j;")))


HOSTILE = {
    "stray.xlsx": lambda: xlsx({"S": FAR}),
    "stray by the parser.xlsx": lambda: xlsx({"S": worksheet(FAR).replace("<c r", "<c  r").encode()}),
    "stray.xlsb": lambda: xlsb([["area"], *[[]] * 20_000, [*[None] * 16_000, 1.0]]),
    "stray.ods": lambda: ods(
        f'<table:table-row table:number-rows-repeated="1048576">{ods_cell(1.0, REPEATED)}</table:table-row>'
    ),
    "endless.xls": lambda: xls([["area"]], extent=(2**32 - 1, 2**16 - 1)),
    "texts.xlsx": lambda: xlsx(
        {"S": worksheet("".join(row(at, WORD.format(at)) for at in range(1, 60_001))).encode()},
        texts=shared("x" * 32_767),
    ),
    "texts.xlsb": lambda: xlsb([[Shared(0)]] * 60_000, texts=["x" * 32_767]),
    "texts.ods": lambda: ods(
        f'<table:table-row table:number-rows-repeated="100">{ods_cell("x" * 10_000, REPEATED)}</table:table-row>'
    ),
    "blanks.ods": lambda: ods(
        f"<table:table-row>{ods_cell(chr(60) + 'text:s text:c=' + chr(34) + '4000000000' + chr(34) + '/>')}"
        "</table:table-row>"
    ),
    "laughs.xlsx": lambda: xlsx({"S": laughing().encode()}),
    "liar.zip": liar,
    "endless list.zip": endless_list,
    "bomb.zip": lambda: zipped({"a.csv": bytes(200 * 2**20)}),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, int]]:
    """What a process said of each file, and how much memory it had taken by then."""
    folder = tmp_path_factory.mktemp("hostile")
    good = folder / "good.xlsx"
    good.write_bytes(xlsx({"S": row(1, text("A1", "area")) + row(2, number("A2", 1))}))
    paths = [folder / name for name in HOSTILE]
    for path, draw in zip(paths, HOSTILE.values(), strict=True):
        path.write_bytes(draw())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, good, *paths],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines)) == (0, len(paths)), done.stderr[-2000:]
    return {path.name: (message, peak) for path, (_, message, peak) in zip(paths, lines, strict=True)}


BEGINNINGS = {
    "stray.xlsx": "Sheet 'S' reaches to column XFD and row 1,048,576, ",
    "stray by the parser.xlsx": "Sheet 'S' reaches to column XFD and row 1,048,576, ",
    "stray.xlsb": "Sheet 'Table 1' reaches to column WQK and row 20,002, ",
    "stray.ods": "Sheet 'Table 1' reaches to column XFD and row 1,048,576, ",
    "endless.xls": "The workbook is damaged, ",
    "texts.xlsx": "The workbook uses a few texts so often that they have 1,9",
    "texts.xlsb": "The workbook uses a few texts so often that they have 1,966,020,000 ",
    "texts.ods": "The workbook uses a few texts so often that they have 16,",
    "blanks.ods": "The workbook has a text with more than 100,000 blanks in a row, ",
    "laughs.xlsx": "The workbook defines entities, ",
    "liar.zip": "The zip is damaged, ",
    "endless list.zip": "The list of the files in the zip has 20,400,000 bytes, ",
    "bomb.zip": "'a.csv' in the zip unpacks to over 200 times its size, ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_and_takes_no_memory(told: dict[str, tuple[str, int]], name: str) -> None:
    message, peak = told[name]
    assert message.startswith(BEGINNINGS[name])
    assert peak < ALLOWED, f"{peak / 2**20:.0f} MB more than a small workbook takes"
