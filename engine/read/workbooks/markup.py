"""XML, a piece at a time, by a parser that follows no address and knows no entities of a file's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from xml.parsers import expat

from ....connectors.base import SourceError

Attributes = Mapping[str, str]

ENTITY = b"<!ENTITY"
"""How a definition of an entity begins."""


def parser() -> expat.XMLParserType:
    """A parser that refuses what entity bombs are made of, and whose texts come whole."""
    made = expat.ParserCreate()
    made.EntityDeclHandler = _refuse_entity
    made.buffer_text = True
    return made


def _refuse_entity(*_: object) -> None:
    raise entities_found("The workbook")


def entities_found(what: str) -> SourceError:
    """What is said of XML that defines entities."""
    return SourceError(
        f"{what} defines entities, which is how a small file is made to swell in memory.",
        "Look at the file before trusting it: no spreadsheet program writes this. Tell the publisher.",
    )


@contextmanager
def broken_refused() -> Iterator[None]:
    """Whatever is wrong with the XML of a workbook, as one sentence."""
    try:
        yield
    except expat.ExpatError as error:
        raise SourceError(
            f"The workbook can't be read: its XML is broken ({error}).",
            "Fetch it again. If it comes the same, open it in a spreadsheet program to see, and tell the publisher.",
        ) from error


def local(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def attributes_of(chunks: Iterable[bytes], element: str) -> list[Attributes]:
    """The attributes of all elements of that name, in order; names go without prefixes.

    Raises:
        SourceError: The XML is broken, or defines entities.
    """
    found: list[Attributes] = []

    def begin(name: str, attributes: Attributes) -> None:
        if local(name) == element:
            found.append({local(key): value for key, value in attributes.items()})

    reading = parser()
    reading.StartElementHandler = begin
    with broken_refused():
        for chunk in chunks:
            reading.Parse(chunk, False)
        reading.Parse(b"", True)
    return found
