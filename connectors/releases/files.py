"""The one file that is meant, of the release that is wanted; how it is read; and files that were landed instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from ..base import LANDED, Answer, Ask, Column, Exchange, Media, Part, Reading, Request, SourceError, require_body
from .queries import EVERY, RELEASE, RELEASE_COLUMN

AGAIN = "Run again; if it stays so, open the address in a browser."
WHICH_EDITION = "Say in the query which are meant, as a regular expression: edition."
_WHICH = "Say in the query which is meant, as a regular expression for its whole name: {}."
_NOUNS: Mapping[str, str] = MappingProxyType({"file": "file", "edition": "edition", "html": "HTML page"})
_WHOLE_RELEASE = (
    "Let the group release take in what tells them apart, from the year on: (?P<release>20[0-9]{4}_r[0-9]+)."
)
_READERS: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys((".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"), "workbook"), ".csv": "csv", ".json": "json"}
)
_MEDIA: Mapping[str, Media] = MappingProxyType({"csv": "csv", "json": "json", "workbook": "workbook"})
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_NUMBER = re.compile(r"([0-9]+)")
_PREVIEW = re.compile(r"https://www[.]gov[.]uk/csv-preview/([0-9a-f]+)/([^/?#]+)")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page offers: its name, its address, and its size in bytes where the page says it."""

    name: str
    address: str
    size: int | None = None


# Which one ---------------------------------------------------------------------------------------------------------


def only_file(files: Sequence[File], pattern: str | None, where: str, release: Any = None, key: str = "file") -> File:
    """The one file whose whole name matches; where the pattern has a group ``release``, the newest or the one wanted.

    Args:
        files: Those there are.
        pattern: A regular expression for the name; None for the only one there is.
        where: What has them, in words.
        release: The release that is wanted, if it isn't the newest.
        key: The key of the query that says the pattern.

    Raises:
        SourceError: None matches, or several do and it can't be told which is meant.
    """
    named = {file.name: file for file in files}
    meant = [name for name in named if pattern is None or re.fullmatch(pattern, name)]
    if len(meant) > 1 and says_release(pattern):
        meant = [of_release({name: str(release_said(pattern, name)) for name in meant}, release)]
    if len(meant) == 1:
        _require_one_place([file for file in files if file.name == meant[0]])
        return named[meant[0]]
    found = "none" if not meant else quoted(meant)
    noun = _NOUNS[key]
    wanted = f"One {noun} that matches '{pattern}' is wanted" if pattern else f"One {noun} is wanted"
    among = f" among {quoted(named)}" if named and len(meant) != len(named) else ""
    raise SourceError(f"{wanted}, {where} has {found}{among}.", _WHICH.format(key))


def release_said(pattern: str | None, name: str) -> str | None:
    """The release that a name says by the group ``release`` of its pattern, if that has one."""
    if pattern is None or not says_release(pattern):
        return None
    said = re.fullmatch(pattern, name)
    return said[RELEASE] or "" if said else ""


def says_release(pattern: str | None) -> bool:
    """Whether a pattern has a group ``release``."""
    return pattern is not None and RELEASE in re.compile(pattern).groupindex


def every_file(files: Sequence[File], pattern: str, where: str, key: str = "file") -> list[File]:
    """All files whose whole name matches, one of each release, the newest first; the pattern has a group ``release``.

    Raises:
        SourceError: None matches, two are of one release, or no order is certain.
    """
    releases = {file.name: str(release_said(pattern, file.name)) for file in files if re.fullmatch(pattern, file.name)}
    if not releases:
        return [only_file(files, pattern, where, key=key)]
    return [only_file([file for file in files if file.name == name], pattern, where) for name in in_order(releases)]


def in_order(releases: Mapping[str, str]) -> list[str]:
    """The names of releases, the newest first: releases are ordered by the numbers in them.

    Raises:
        SourceError: Two names are of one release, or no order is certain.
    """
    _require_distinct(releases)
    _require_order(tuple(releases.values()))
    return sorted(releases, key=lambda name: _numbers(releases[name]), reverse=True)


def of_release(releases: Mapping[str, str], wanted: Any) -> str:
    """The name of the release that is wanted, else of the newest.

    Raises:
        SourceError: The one that is wanted isn't there, two names are of one release, or no order is certain.
    """
    if wanted is None:
        return in_order(releases)[0]
    _require_distinct(releases)
    found = next((name for name, release in releases.items() if release == str(wanted)), None)
    if found is None:
        raise SourceError(
            f"The release {wanted} is wanted, there are {quoted(sorted(releases.values()), mark='')}.",
            f"Say one of these, or land the file of {wanted}.",
        )
    return found


def require_release(query: Mapping[str, Any], release: str) -> None:
    """If the query wants a certain release, it must be this one.

    Raises:
        SourceError: It is another.
    """
    wanted = query.get(RELEASE)
    if wanted is not None and str(wanted) != release:
        raise SourceError(
            f"The release {wanted} is wanted, the newest one is {release}.",
            f"Say release: {release} or none, or land the file of {wanted}.",
        )


def newest(editions: Sequence[tuple[str, date]]) -> int:
    """The place of the edition that was released last, if the order of the list says so too.

    Args:
        editions: Name and day of each, in the order in which the publisher lists them.

    Raises:
        SourceError: It can't be told.
    """
    last = max(day for _, day in editions)
    places = [place for place, (_, day) in enumerate(editions) if day == last]
    if len(places) == 1 and places[0] in (0, len(editions) - 1):
        return places[0]
    dates = quoted((f"{name} of {day}" for name, day in editions), mark="")
    raise SourceError(f"It can't be told which edition is the newest: the page lists {dates}.", WHICH_EDITION)


def british_day(text: Any) -> date:
    """The day in Britain of a moment as services write it.

    >>> british_day("2025-07-02T23:00:00.000Z"), british_day("2026-01-15T09:30:00+00:00")
    (datetime.date(2025, 7, 3), datetime.date(2026, 1, 15))

    Raises:
        ValueError: It is no moment.
    """
    moment = datetime.fromisoformat(str(text))
    # summer's days begin at 23:00 of the day before in UTC, and nothing is released in the last hour of a day
    return ((moment.astimezone(UTC) if moment.tzinfo else moment) + timedelta(hours=1)).date()


def _require_one_place(files: Sequence[File]) -> None:
    """A name that leads to several files is none."""
    addresses = dict.fromkeys(file.address.partition("?")[0] for file in files)
    if len(addresses) > 1:
        message = f"The name {files[0].name} leads to several files: {quoted(addresses, mark='')}."
        raise SourceError(message, "Copy the address of the one that is meant, and use the connector file.")


def _require_distinct(releases: Mapping[str, str]) -> None:
    for name, release in releases.items():
        same = [other for other, said in releases.items() if said == release]
        if len(same) > 1:
            raise SourceError(f"Several are of the release {release or '(blank)'}: {quoted(same)}.", _WHOLE_RELEASE)
        if not release:
            raise SourceError(f"'{name}' doesn't say its release.", _WHOLE_RELEASE)


def _require_order(releases: Sequence[str]) -> None:
    """Only what begins with a year, and is written alike, can be put in order by its numbers."""
    years = all(_YEAR.match(release) for release in releases)
    if len(releases) > 1 and not (years and len({_form(release) for release in releases}) == 1):
        raise SourceError(
            f"It can't be told which release is the newest: {quoted(sorted(releases), mark='')}.",
            "Let the group release begin with the year in four digits, or say a release in the query.",
        )


def _form(release: str) -> tuple[str, int]:
    """A release less its numbers, and how many digits the first has: 2026 and 202501 can't be compared."""
    first = _NUMBER.match(release)
    return _NUMBER.sub("0", release), len(first[0]) if first else 0


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(release))


def labels(query: Mapping[str, Any], release: str | None) -> tuple[tuple[str, str], ...]:
    """The column of the release, if the query wants one.

    Raises:
        SourceError: It does, and there is no release.
    """
    if RELEASE_COLUMN not in query:
        return ()
    if release is None:
        raise SourceError("The file's release isn't known, so no column can say it.", "Land it under a release.")
    return ((query[RELEASE_COLUMN], release),)


# How it is read ----------------------------------------------------------------------------------------------------


def reading(ask: Ask, name: str) -> Reading:
    """The reader and its options: said by the spec, the format else told by the name's ending.

    Raises:
        SourceError: Neither says.
    """
    reader = ask.read.get("format") or _READERS.get(PurePosixPath(name).suffix.lower())
    if reader is None:
        raise SourceError(f"It can't be told what kind of file {name} is.", "Say it: read: {format: csv}, or workbook.")
    return Reading(reader, read_options(ask))


def read_options(ask: Ask) -> dict[str, Any]:
    """What the spec says of reading, less the format."""
    return {name: option for name, option in ask.read.items() if name != "format"}


def expects(ask: Ask, name: str) -> Media:
    """What kind of answer a file of that name is."""
    return expects_of(ask, reading(ask, name))


def expects_of(ask: Ask, how: Reading) -> Media:
    """What kind of answer is read in that way; any, where a file inside it is read."""
    return "any" if ask.read.get("member") else _MEDIA[how.reader]


def media_said(ask: Ask) -> Media:
    """What kind of answer the spec says is read; any if it doesn't say, or reads a file inside it."""
    said = ask.read.get("format")
    return "any" if said is None or ask.read.get("member") else _MEDIA[said]


def format_of(url: str) -> str:
    """The reader, told by the path's ending or a parameter's: publishers hand out files as ?uri=/…/name.xlsx too."""
    split = urlsplit(url)
    names = (unquote(split.path), *(value for _, value in parse_qsl(split.query)))
    found = {_READERS.get(PurePosixPath(name).suffix.lower()) for name in names}
    return next((reader for reader in ("workbook", "json") if reader in found), "csv")


def file_request(address: str, media: Media) -> Request:
    """The question for a file, with the parameters of its address apart; a preview on GOV.UK stands for its file."""
    url = urlsplit(previewed(address))
    bare = url._replace(query="", fragment="").geturl()
    return Request(bare, tuple(parse_qsl(url.query, keep_blank_values=True)), expects=media)


def previewed(address: str) -> str:
    """The file that a preview of GOV.UK shows, which holds no more than its beginning; any other address as it is.

    >>> previewed("https://www.gov.uk/csv-preview/68653c7e/figures.csv")
    'https://assets.publishing.service.gov.uk/media/68653c7e/figures.csv'
    """
    return _PREVIEW.sub(r"https://assets.publishing.service.gov.uk/media/\1/\2", address)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that is to be fetched, and the release that it is of."""

    file: File
    release: str


def chosen_files(query: Mapping[str, Any], files: Sequence[File], where: str, release: str) -> list[Chosen]:
    """The file that a query means of a page, or with ``every`` all that its pattern tells apart, the newest first.

    Args:
        query: What the spec says, in full.
        files: Those there are.
        where: What has them, in words.
        release: The release of what has them, for a file whose name doesn't say its own.

    Raises:
        SourceError: It can't be told which is meant, or it isn't of the release that is wanted.
    """
    pattern = query.get("file")
    if query.get(EVERY) and pattern and says_release(pattern):
        found = every_file(files, pattern, where)
    else:
        found = [only_file(files, pattern, where, query.get(RELEASE))]
    chosen = [Chosen(file, release_said(pattern, file.name) or release or file.name) for file in found]
    for one in chosen:
        require_release(query, one.release)
    return chosen


def require_every(query: Mapping[str, Any]) -> bool:
    """Whether every release is wanted; then something must say which is which.

    Raises:
        SourceError: Nothing does.
    """
    patterns = [pattern for key in ("edition", "file") if (pattern := query.get(key)) is not None]
    if query.get(EVERY) and not any(map(says_release, patterns)):
        raise SourceError(
            "Every release is wanted, but no pattern of the query has a group release.",
            "Mark the release in file, or in edition: (?P<release>20[0-9]{2}).",
        )
    return bool(query.get(EVERY))


def fetched(ask: Ask, chosen: Sequence[Chosen]) -> Exchange:
    """The question for each file, and the parts that they make.

    Raises:
        SourceError: Two files are of one release, or what came of one isn't all of it.
    """
    _require_distinct({one.file.address: one.release for one in chosen})
    parts: list[Part] = []
    for one in chosen:
        answer = yield file_request(one.file.address, expects(ask, one.file.name))
        whole(answer, one.file)
        how = reading(ask, one.file.name)
        parts.append(Part(answer, how, one.release, labels(ask.query, one.release)))
    return parts


def whole(answer: Answer, file: File) -> None:
    """The file must have come, and all of it.

    Raises:
        SourceError: It is empty, a web page, or shorter than the page says.
    """
    require_body(answer)
    if file.size is not None and answer.size < file.size:
        raise SourceError(f"{file.name} should have {file.size:,} bytes, {answer.size:,} came.", AGAIN)


# Landed files ------------------------------------------------------------------------------------------------------


def is_landed(answer: Answer) -> bool:
    """Whether a landed file stands in for what was asked."""
    return answer.request.url.startswith(f"{LANDED}:")


def landed(answer: Answer, ask: Ask) -> Part:
    """The landed file as the one part."""
    require_body(answer)
    return Part(answer, reading(ask, "the landed file"), answer.release, labels(ask.query, answer.release))


def awaited(ask: Ask, media: Media) -> Request:
    """The question for a file that only a person can bring."""
    release = ask.query.get(RELEASE)
    parameters = ((RELEASE, str(release)),) if release is not None else ()
    return Request(f"{LANDED}:{ask.dataset}", parameters, expects=media)


def awaited_sentence(ask: Ask) -> str:
    """For a plan: the file is brought by a person."""
    return f"awaited from a person: yhovi land {ask.dataset} FILE --release RELEASE"


def landable(ask: Ask) -> str:
    """For a plan: whether a landed file can stand in."""
    if RELEASE not in ask.query:
        return "a file can't be landed for it unless the query says a release"
    return f"or the file landed for it: yhovi land {ask.dataset} FILE --release {ask.query[RELEASE]}"


# What answers say --------------------------------------------------------------------------------------------------


def json_object(answer: Answer) -> dict[str, Any]:
    """The JSON object that an answer holds.

    Raises:
        SourceError: It holds none.
    """
    require_body(answer)
    answer.stream.seek(0)
    try:
        said = json.load(answer.stream)
    except ValueError:
        raise SourceError("The answer isn't JSON, or was cut short.", AGAIN) from None
    finally:
        answer.stream.seek(0)
    return said if isinstance(said, dict) else _no_object()


def _no_object() -> NoReturn:
    raise SourceError("The answer is JSON of another form than this service's.", AGAIN)


def at(said: Any, *names: str) -> Any:
    """What stands at the end of these names; None where one of them isn't there."""
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def quoted(names: Iterable[str], mark: str = "'") -> str:
    """Names between marks, the first dozen, and how many more there are."""
    listed = [f"{mark}{name}{mark}" for name in names]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def said_by_the_spec(query: Mapping[str, Any]) -> tuple[Column, ...] | None:  # noqa: ARG001  (the query doesn't say)
    """Of files nobody knows the columns before: the spec says them."""
    return None
