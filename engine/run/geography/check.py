"""Looks at the area codes of a file: which boundaries they are of, and what is wrong or to be known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ...errors import EXIT_OK, CheckError
from ...geography import SMALL_LEVELS, Area, Registry, normal_code
from ...plan import Surroundings
from ...read.wording import quoted
from .columns import Asked, Column, columns_of_codes
from .listing import known_area, named

# LSOAs and MSOAs, of which the register has one region's
_PREFIXES_OF_SMALL = ("E01", "E02")
# and output areas, parishes, wards, parts of London, constituencies (of two
# parliaments), travel to work areas, fire authorities, enterprise partnerships, and three kinds of the NHS's areas
_NOT_HELD = (*_PREFIXES_OF_SMALL, "E00", "E04", "E05", "E13", "E14", "E15", "E30", "E31", "E37", "E38", "E40", "E54")
_SHOWN = 5

State = Literal["ok", "note", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found about a column's codes, in a sentence."""

    about: str
    state: State
    found: str
    codes: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {"about": self.about, "state": self.state, "found": self.found, "codes": list(self.codes)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A column, the vintages that all its known codes fit, and what was found."""

    column: Column
    fitting: tuple[str, ...]
    findings: tuple[Finding, ...]

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "sheet": self.column.sheet,
            "column": self.column.name,
            "first_row": self.column.first_row,
            "rows": self.column.printed.total(),
            "codes": len(self.column.codes),
            "vintages": list(self.fitting),
            "findings": [finding.described() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a file."""

    file: Path
    vintage: str
    columns: tuple[Judged, ...]

    @property
    def exit_code(self) -> int:
        """That of a failed check where codes are unknown or no vintage has them all."""
        states = {finding.state for judged in self.columns for finding in judged.findings}
        return CheckError.exit_code if "failure" in states else EXIT_OK

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "file": str(self.file),
            "vintage": self.vintage,
            "columns": [judged.described() for judged in self.columns],
        }

    def text(self) -> str:
        """For people: a paragraph for each column."""
        return "\n\n".join("\n".join(_paragraph(judged)) for judged in self.columns)


def _paragraph(judged: Judged) -> Iterator[str]:
    column = judged.column
    rows, codes = _count(column.printed.total(), "row"), _count(len(column.codes), "code")
    yield f"{column.title}: {rows} from row {column.first_row} on, {codes}"
    yield from (f"  {finding.state}: {finding.found}" for finding in judged.findings)


def check_file(asked: Asked, around: Surroundings) -> Checked:
    """Look at the columns of a file that hold area codes.

    Raises:
        UsageError: The file can't be read as a table, no column holds area codes, or it isn't clear which sheet.
    """
    judged = tuple(_judged(column, around.registry, around.areas("lad")) for column in columns_of_codes(asked))
    return Checked(asked.file, around.registry.vintage, judged)


@dataclass(frozen=True)
class _Case:
    """A column's codes against the register and the areas that are wanted of it, at its levels."""

    column: Column
    registry: Registry
    wanted: Sequence[Area]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The codes, each with the row in which it comes first."""
        return self.column.codes

    @cached_property
    def known(self) -> list[str]:
        """The codes of areas that the register has, those of small areas aside."""
        return [code for code in self.codes if known_area(self.registry, code)]

    @cached_property
    def small(self) -> list[str]:
        """The codes of small areas that the register has."""
        if not any(code.startswith(_PREFIXES_OF_SMALL) for code in self.codes):
            return []
        areas = self.registry.small()
        return [code for code in self.codes if any(code in areas[level] for level in SMALL_LEVELS)]

    @cached_property
    def uncovered(self) -> list[str]:
        """The codes of what the register doesn't hold: other countries, and kinds of areas such as wards."""
        held = {*self.known, *self.small}
        return [code for code in self.codes if code not in held and not _is_covered(code)]

    @cached_property
    def unknown(self) -> list[str]:
        """The codes that the register should have, and hasn't."""
        explained = {*self.known, *self.small, *self.uncovered}
        return [code for code in self.codes if code not in explained]

    @cached_property
    def stands_for(self) -> dict[str, str]:
        """For each code the area of the target vintage that it is, or is another code of."""
        places = {code: self.registry.place(code) for code in self.known}
        return {code: place.area.code for code, place in places.items() if place}

    @cached_property
    def groups(self) -> list[str]:
        """The codes of areas made of districts, of which some are wanted."""
        wanted = {area.code for area in self.wanted}
        return [code for code in self.known if wanted.intersection(self.registry.districts_of(code))]

    @cached_property
    def pieces(self) -> dict[str, list[str]]:
        """For each wanted area the codes that are parts of it."""
        wanted = {area.code for area in self.wanted}
        found: dict[str, list[str]] = {}
        for code in self.known:
            whole = self.registry.whole(code)
            if whole and whole.area.code in wanted:
                found.setdefault(whole.area.code, []).append(code)
        return found

    @cached_property
    def foreign(self) -> list[str]:
        """The known codes that have nothing to do with the areas wanted."""
        wanted = {area.code for area in self.wanted}
        ours = {code for code, target in self.stands_for.items() if target in wanted}
        ours.update(self.groups, *self.pieces.values())
        return [code for code in self.known if code not in ours]

    @cached_property
    def absent(self) -> list[Area]:
        """The wanted areas of which there is neither a code nor a part, of the levels that the column has."""
        there = {*self.stands_for.values(), *self.pieces}
        levels = {area.level for code in self.known if (area := known_area(self.registry, code))}
        return [area for area in self.wanted if area.level in levels and area.code not in there]

    @cached_property
    def slips(self) -> dict[str, Area]:
        """For each code the absent area that was probably meant by it: alone among areas that are wanted."""
        foreign = [*self.foreign, *self.unknown]
        if not self.absent or len(foreign) == len(self.codes):
            return {}
        meant = {code: area for code in foreign if (area := self.registry.meant(code, self.absent))}
        often = Counter(area.code for area in meant.values())
        return {code: area for code, area in meant.items() if often[area.code] == 1}

    def called(self, code: str) -> str:
        """A code with its name, where it is known."""
        area = known_area(self.registry, code)
        return named(area) if area else code

    def several(self, codes: Iterable[str]) -> str:
        """The first few areas, and how many more."""
        return _listed([self.called(code) for code in codes])


def _is_covered(code: str) -> bool:
    return code.startswith("E") and not code.startswith(_NOT_HELD)


def _judged(column: Column, registry: Registry, wanted: Sequence[Area]) -> Judged:
    case = _Case(column, registry, wanted)
    judges = (_vintages, _unknown, _slips, _twice, _parts, _aliases, _small, _groups, _elsewhere, _absent)
    of_cells = (_repaired, _others)
    findings = tuple(finding for judge in (*judges, *of_cells) for finding in judge(case))
    return Judged(column, registry.vintages(_dated(case)).fitting, findings)


def _dated(case: _Case) -> list[str]:
    """The codes that tell a vintage: groups of districts keep theirs while districts change, and tell little."""
    return [code for code in case.known if code in case.registry.areas] or case.known


def _vintages(case: _Case) -> Iterator[Finding]:
    if case.known:
        told = case.registry.vintages(_dated(case))
        if told.fitting:
            yield Finding("vintage", "ok", f"All known codes fit the boundaries of {_span(told.fitting)}.")
            return
        why = _listed([why for *_, why in told.clashing], joint="; ")
        clashing = tuple(dict.fromkeys(code for one, other, _ in told.clashing for code in (one, other)))
        yield Finding("vintage", "failure", f"No boundaries have all of these codes: {why}.", clashing)
    elif not case.small:
        yield Finding("vintage", "failure", "The register knows none of these codes.", tuple(case.codes))


def _unknown(case: _Case) -> Iterator[Finding]:
    if case.unknown:
        each = _listed([f"{code} (row {case.codes[code]})" for code in case.unknown])
        isnt = "code isn't" if len(case.unknown) == 1 else "codes aren't"
        said = f"{len(case.unknown):,} {isnt} in the register: {each}."
        yield Finding("unknown", "failure", said, tuple(case.unknown))


def _slips(case: _Case) -> Iterator[Finding]:
    for code, area in case.slips.items():
        known = known_area(case.registry, code)
        is_ = f"is {known.name}" if known else "is no area of the register"
        said = f"{code} (row {case.codes[code]}) {is_}; {area.code} {area.name} was probably meant."
        yield Finding("slip", "warning", said, (code,))


def _twice(case: _Case) -> Iterator[Finding]:
    """Two codes of one place, or an area beside its own parts: whoever adds them up counts people twice."""
    groups: dict[str, list[str]] = {}
    for code, target in case.stands_for.items():
        groups.setdefault(target, []).append(code)
    for target, codes in groups.items():
        if len(codes) > 1:
            said = f"{case.called(target)} is there under {len(codes)} codes: {', '.join(codes)}."
            yield Finding("twice", "warning", said, tuple(codes))
    for target, codes in case.pieces.items():
        if target in groups:
            said = f"{case.several(groups[target])} is there, and so are parts of it: {case.several(codes)}."
            yield Finding("twice", "warning", said, (*groups[target], *codes))


def _parts(case: _Case) -> Iterator[Finding]:
    there = set(case.codes)
    for target, codes in case.pieces.items():
        sets = case.registry.parts(target)
        lacking = min(([part for part in parts if part not in there] for parts in sets), key=len)
        state: State = "warning" if lacking else "note"
        end = f"absent are {case.several(lacking)}" if lacking else "all of them are there"
        is_part = "code is a part" if len(codes) == 1 else "codes are parts"
        said = f"{len(codes)} {is_part} of {case.called(target)}, and {end}: {case.several(codes)}."
        yield Finding("parts", state, said, tuple(codes))


def _aliases(case: _Case) -> Iterator[Finding]:
    wanted = {area.code for area in case.wanted}
    for code, target in case.stands_for.items():
        if code != target and target in wanted:
            said = f"{code} is another code of {case.called(target)}."
            yield Finding("alias", "note", said, (code,))


def _small(case: _Case) -> Iterator[Finding]:
    if case.small:
        said = f"{_count(len(case.small), 'code')} of small areas (LSOAs or MSOAs), which can be taken to districts."
        yield Finding("small areas", "note", said, tuple(case.small))


def _groups(case: _Case) -> Iterator[Finding]:
    if case.groups:
        are = "area is" if len(case.groups) == 1 else "areas are"
        said = f"{len(case.groups)} {are} made of whole districts of the settings: {case.several(case.groups)}."
        yield Finding("groups", "note", said, tuple(case.groups))


def _elsewhere(case: _Case) -> Iterator[Finding]:
    if case.foreign:
        belong = "code belongs" if len(case.foreign) == 1 else "codes belong"
        said = f"{len(case.foreign)} {belong} to areas that the settings don't name: {case.several(case.foreign)}."
        yield Finding("elsewhere", "note", said, tuple(case.foreign))
    if case.uncovered:
        said = f"{_count(len(case.uncovered), 'code')} of a country or a kind of area that the register doesn't hold: "
        yield Finding("elsewhere", "note", f"{said}{_listed(case.uncovered)}.", tuple(case.uncovered))


def _absent(case: _Case) -> Iterator[Finding]:
    absent = tuple(area.code for area in case.absent)
    if absent:
        is_absent = "is" if len(absent) == 1 else "are"
        said = f"{_count(len(absent), 'area')} of the settings {is_absent} absent: {case.several(absent)}."
        yield Finding("absent", "warning", said, absent)


def _repaired(case: _Case) -> Iterator[Finding]:
    bad = [text for text in case.column.printed if normal_code(text) != text]
    if bad:
        each = quoted(bad, _SHOWN)
        said = f"{_count(len(bad), 'code')} had to be repaired (case, white space): {each}."
        yield Finding("repaired", "note", said, tuple(map(normal_code, bad)))


def _others(case: _Case) -> Iterator[Finding]:
    others = case.column.others
    if others:
        hold = "cell below the first code holds" if others.total() == 1 else "cells below the first code hold"
        said = f"{others.total():,} {hold} no code: {quoted(others, _SHOWN)}."
        yield Finding("no code", "note", said)


def _span(vintages: Sequence[str]) -> str:
    """Vintages as they are, or of many the first and the last."""
    if len(vintages) <= _SHOWN:
        return ", ".join(vintages)
    return f"{vintages[0]} to {vintages[-1]} ({len(vintages)} vintages)"


def _listed(each: Sequence[str], joint: str = ", ") -> str:
    hidden = len(each) - _SHOWN
    return joint.join(each[:_SHOWN]) + (f" and {hidden} more" if hidden > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
