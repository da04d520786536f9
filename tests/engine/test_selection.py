"""Selections: by id, or by domain, subdomain, source and tag; what isn't there is named, with what was meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.errors import UsageError
from yhovi.engine.selection import Selection, select
from yhovi.engine.spec import Spec, dependants, load_specs, with_inputs

from support import small
from support.catalogue import CATALOGUE


@pytest.fixture(scope="module")
def specs() -> tuple[Spec, ...]:
    """The built-in catalogue."""
    return load_specs([CATALOGUE])


def ids(specs: Sequence[Spec]) -> list[str]:
    return [spec.id for spec in specs]


SELECTED = {
    "by id": (Selection(ids=("S-HE-05", "E-BE-11", "S-HE-05")), lambda spec: spec.id in ("E-BE-11", "S-HE-05")),
    "by data set": (Selection(sources=("nomis/NM_17_5",)), lambda spec: spec.source.dataset == "nomis/NM_17_5"),
    "by two domains": (
        Selection(domains=("economy", "environment")),
        lambda spec: spec.domain in ("economy", "environment"),
    ),
    "by subdomain": (Selection(subdomains=("connectivity",)), lambda spec: spec.subdomain == "connectivity"),
    "by domain and source": (
        Selection(domains=("society",), sources=("ons",)),
        lambda spec: spec.domain == "society" and ("ons" in (spec.source.connector, spec.source.dataset.split("/")[0])),
    ),
    "a component is of its domain": (
        Selection(sources=("ons/crime-csp-c6",)),
        lambda spec: spec.id == "S-CS-05-INCIDENTS",
    ),
    "all": (Selection(every=True), lambda spec: bool(spec.id)),
}


@pytest.mark.parametrize(("selection", "meant"), SELECTED.values(), ids=SELECTED)
def test_selected_in_the_catalogues_order(
    specs: tuple[Spec, ...], selection: Selection, meant: Callable[[Spec], bool]
) -> None:
    expected = [spec.id for spec in specs if meant(spec)]
    assert ids(select(specs, selection, "here")) == expected != []


def test_a_source_is_a_connector_or_the_beginning_of_a_data_set(specs: tuple[Spec, ...]) -> None:
    nomis = select(specs, Selection(sources=("nomis",)), "here")
    assert {spec.id for spec in nomis} == {
        spec.id
        for spec in specs
        if spec.source.connector == "nomis" or spec.source.dataset.partition("/")[0] == "nomis"
    }
    derived = select(specs, Selection(sources=("derived",)), "here")
    assert all(spec.source.connector is None for spec in derived)


def test_tags_are_words_of_the_catalogues_own(specs: tuple[Spec, ...]) -> None:
    tagged = {"E-EJ-01": ("board", "monthly"), "S-HE-05": ("board",)}
    mine = tuple(replace(spec, tags=tagged.get(spec.id, ())) for spec in specs)
    assert ids(select(mine, Selection(tags=("board",)), "here")) == ["E-EJ-01", "S-HE-05"]
    assert ids(select(mine, Selection(tags=("monthly",), domains=("economy",)), "here")) == ["E-EJ-01"]
    with pytest.raises(UsageError) as raised:
        select(mine, Selection(tags=("bord",)), "here")
    assert str(raised.value) == "There is no indicator of tag bord in here. Did you mean board?"
    with pytest.raises(UsageError) as raised:
        select(specs, Selection(tags=("board",)), "here")
    assert str(raised.value) == "There is no indicator of tag board in here. No indicator has a tag."


@given(
    domains=st.sets(st.sampled_from(["economy", "society", "environment"])),
    sources=st.sets(st.sampled_from(["nomis", "fingertips", "ons", "nomis/NM_17_5"])),
)
def test_narrower_is_fewer(specs: tuple[Spec, ...], domains: set[str], sources: set[str]) -> None:
    """Within one kind any will do, and each kind has to fit; alone and with --all they mean the same."""
    selection = Selection(every=True, domains=tuple(domains), sources=tuple(sources))
    of_domains = select(specs, Selection(every=True, domains=tuple(domains)), "here")
    of_sources = select(specs, Selection(every=True, sources=tuple(sources)), "here")
    both = [spec for spec in of_domains if spec in of_sources]
    if not both:
        with pytest.raises(UsageError):
            select(specs, selection, "here")
        return
    assert list(select(specs, selection, "here")) == both
    if domains or sources:
        alone = Selection(domains=tuple(domains), sources=tuple(sources))
        assert list(select(specs, alone, "here")) == both


REFUSED = {
    "nothing": (
        Selection(),
        "Say which indicators: by id, by --domain, --subdomain, --source or --tag, or --all.",
        "yhovi list shows them.",
    ),
    "ids and all": (
        Selection(ids=("E-BE-11",), every=True),
        "Ids and --all exclude each other.",
        "Say either which indicators, or what they are of.",
    ),
    "ids and a domain": (
        Selection(ids=("E-BE-11",), domains=("economy",)),
        "Ids and --domain, --subdomain, --source or --tag exclude each other.",
        "Say either which indicators, or what they are of.",
    ),
    "an unknown id": (
        Selection(ids=("E-BE-11", "e-be-011")),
        "There is no indicator e-be-011 in here.",
        "Did you mean E-BE-11?",
    ),
    "an id in small letters": (
        Selection(ids=("e-be-11",)),
        "There is no indicator e-be-11 in here.",
        "Did you mean E-BE-11?",
    ),
    "nothing like an id": (
        Selection(ids=("leeds",)),
        "There is no indicator leeds in here.",
        "yhovi list shows those there are.",
    ),
    "an unknown domain": (
        Selection(domains=("econmy",)),
        "There is no indicator of domain econmy in here.",
        "Did you mean economy?",
    ),
    "nothing like a domain": (
        Selection(every=True, domains=("x",)),
        "There is no indicator of domain x in here.",
        "There are economy, environment, society.",
    ),
    "an unknown data set": (
        Selection(sources=("nomis/nm_17_5",)),
        "There is no indicator of source nomis/nm_17_5 in here.",
        "Did you mean nomis/NM_17_5?",
    ),
    "what doesn't go together": (
        Selection(domains=("economy",), sources=("ofcom", "fingertips")),
        "No indicator in here is of domain economy and source ofcom or fingertips.",
        "yhovi list shows those there are.",
    ),
}


@pytest.mark.parametrize(("selection", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refused(specs: tuple[Spec, ...], selection: Selection, message: str, cure: str) -> None:
    with pytest.raises(UsageError) as raised:
        select(specs, selection, "here")
    assert (raised.value.message, raised.value.cure) == (message, cure)


def test_what_is_made_of_others(tmp_path: Path) -> None:
    made = load_specs([small.make(tmp_path)])
    assert dependants(["S-H-92"], made) == ("S-H-90",)
    assert dependants(["S-H-91", "S-H-92"], made) == ("S-H-90",)
    assert dependants(["S-H-90"], made) == ()


def test_who_depends_on_one_has_it_among_its_inputs(specs: tuple[Spec, ...]) -> None:
    for one in ("S-D-01", "E-BE-06-ENTERPRISES"):
        others = set(dependants([one], specs))
        assert others
        for spec in specs:
            made_of = {other.id for other in with_inputs([spec.id], specs)} - {spec.id}
            assert (spec.id in others) == (one in made_of)
