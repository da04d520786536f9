"""The reader of JSON: a list of records, each with fields that may hold further fields."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa

from ...connectors.base import SourceError
from .archive import is_zip_or_workbook
from .cells import as_text
from .options import Options
from .place import Place
from .tables import BATCH_ROWS, COLUMNS
from .text import cleaned, plain
from .wording import quoted

LIMIT = 200 * 10**6
"""The most bytes of JSON that are read, since they are held in memory as a whole."""

_DEEPEST = 20
_PLACE = Place("Record")

Record = dict[str, str]


class _UnfitError(ValueError):
    """JSON that a standard parser takes, but that says something twice or no number."""


def read_json(stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from a list of records, in the order in which their fields first come.

    Fields inside a field are columns of their own, with a dot between the names; a list inside a record is one cell,
    as JSON. Numbers, true and false are written as a workbook's are. Null, blank and absent are all null.

    Raises:
        SourceError: The bytes are no JSON or too many, the records aren't where they should be, or are no records.
    """
    records = [_flat(record, number) for number, record in enumerate(_at(_parsed(stream), options.records), start=1)]
    fields = list(dict.fromkeys(field for record in records for field in record))
    headers = _headers(fields)
    metadata = {COLUMNS: json.dumps(list(zip(headers, fields, strict=True)), ensure_ascii=False)}
    for start in range(0, max(len(records), 1), BATCH_ROWS):
        batch = records[start : start + BATCH_ROWS]
        cells = {
            header: _column([record.get(field, "") for record in batch])
            for header, field in zip(headers, fields, strict=True)
        }
        if provenance:
            numbers = range(start + 1, start + 1 + len(batch))
            cells["_row"] = pa.array([_PLACE.mark(number) for number in numbers], pa.string())
        yield pa.table(cells, metadata=metadata if provenance else None)


def _column(values: list[str]) -> pa.StringArray:
    try:
        return cleaned(pa.array(values, pa.string()))
    except UnicodeEncodeError as error:
        raise SourceError("The JSON holds half a character, which no text does.", _UNFIT_CURE) from error


def _parsed(stream: BinaryIO) -> Any:
    if is_zip_or_workbook(stream):
        raise SourceError(
            "A zip file or a workbook came where JSON was expected.",
            "Say read: member for a file inside a zip, or read: format: workbook.",
        )
    content = stream.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise SourceError(
            f"The JSON has more than the {LIMIT // 10**6:,} MB that can be read at once.",
            "Ask for less at a time, or take the CSV if the source has one.",
        )
    try:
        return json.loads(content, object_pairs_hook=_once, parse_float=_finite, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise SourceError("The JSON is nested too deeply to be read.", _BROKEN_CURE) from error
    except _UnfitError as error:
        raise SourceError(str(error), _UNFIT_CURE) from error
    except UnicodeDecodeError as error:
        raise SourceError("The file is no JSON: its bytes are not UTF-8.", _BROKEN_CURE) from error
    except ValueError as error:
        raise SourceError(f"The file is no JSON, or was cut off: {error}.", _BROKEN_CURE) from error


_UNFIT_CURE = "Tell the publisher: such JSON can't be trusted."
_BROKEN_CURE = "Open the file to see what it is; if it was cut off, fetch it again."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _UnfitError(f"The JSON has an object that says the field '{twice}' more than once.")
    return fields


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise _UnfitError(f"The JSON holds {written}, a larger number than can be read.")
    return number


def _refuse_constant(constant: str) -> Any:
    raise _UnfitError(f"The JSON holds {constant}, which is no value that JSON knows.")


def _at(said: Any, path: str) -> list[Any]:
    """The list of records that the path leads to."""
    passed = "The file"
    for name in path.split(".") if path else ():
        if not isinstance(said, dict) or name not in said:
            held = f"It has {quoted(said) or 'none'}" if isinstance(said, dict) else f"It is {_kind(said)}"
            raise SourceError(f"{passed} has no field '{name}'. {held}.", _PATH_CURE)
        said, passed = said[name], f"The field '{name}'"
    if not isinstance(said, list):
        held = f" with {quoted(said) or 'no field'}" if isinstance(said, dict) else ""
        raise SourceError(f"{passed} is no list of records but {_kind(said)}{held}.", _PATH_CURE)
    return said


_PATH_CURE = "Say in read: records which names lead to the list of records, with dots between them: data.items."


def _kind(said: Any) -> str:
    match said:
        case dict():
            return "an object"
        case list():
            return "a list"
        case None:
            return "null"
        case str():
            return "text"
        case bool():
            return "true or false"
    return "a number"


def _flat(record: Any, number: int) -> Record:
    if not isinstance(record, dict):
        raise SourceError(f"{_PLACE.at(number)} is {_kind(record)}, not an object with fields.", _PATH_CURE)
    flat: Record = {}
    for name, text in _fields(record, "", number, _DEEPEST):
        if name in flat:
            raise SourceError(
                f"{_PLACE.at(number)} has two fields that would both be the column '{name}'.",
                "A field with a dot in its name does this. Take the CSV if the source has one, or tell the developers.",
            )
        flat[name] = text
    return flat


def _fields(said: dict[str, Any], before: str, number: int, deeper: int) -> Iterator[tuple[str, str]]:
    if not deeper:
        raise SourceError(
            f"{_PLACE.at(number)} has fields inside fields more than {_DEEPEST} deep.",
            "Such records are no table. Check read: records against the file.",
        )
    for name, value in said.items():
        match value:
            case dict():
                yield from _fields(value, f"{before}{name}.", number, deeper - 1)
            case list():
                yield f"{before}{name}", json.dumps(value, ensure_ascii=False)
            case None:
                yield f"{before}{name}", ""
            case _:
                yield f"{before}{name}", as_text(value)


def _headers(fields: Sequence[str]) -> list[str]:
    headers = [plain(field) for field in fields]
    repeated = [header for header in dict.fromkeys(headers) if headers.count(header) > 1]
    if repeated or not all(headers):
        raise SourceError(
            f"Fields that differ in white space alone: {quoted(repeated)}." if repeated else "A field has no name.",
            "Tell the publisher: such fields can't be told apart.",
        )
    return headers
