"""What a person has to fetch, step by step, as text."""

from __future__ import annotations

from collections.abc import Iterator

from .awaited import ANY, Awaited, Listing


def awaited_text(listing: Listing) -> str:
    """What is to be done for each file that is missing or due, and what lies in the inbox."""
    steps = ["\n".join(_steps(one)) for one in listing.awaited if one.state != "landed"]
    files = [f"  {one}" for one in listing.arrivals] or ["  nothing"]
    return "\n\n".join([*steps, "\n".join([f"in the inbox {listing.inbox}:", *files])])


def _steps(one: Awaited) -> Iterator[str]:
    yield f"{one.slot.dataset}, by {one.spec.source.publisher}: {_state(one)} ({', '.join(one.slot.ids)})"
    for number, step in enumerate(_things_to_do(one), start=1):
        yield f"  {number}. {step}"


def _state(one: Awaited) -> str:
    if one.state == "due" and one.due is not None:
        return f"a newer one, with figures up to {one.due.figures_to}, should be out since about {one.due.since}"
    return f"nobody has landed {f'release {one.slot.release}' if one.slot.release else 'one'} yet"


def _things_to_do(one: Awaited) -> Iterator[str]:
    yield f"{_opening(one)} in a browser: {one.why}."
    edition = f"release {one.wanted}" if one.wanted != ANY else "the newest release"
    yield f"Download the {one.kind} for: {one.spec.title}; {edition}. Keep its name.{_name(one)}"
    if one.state == "due" and one.slot.release is not None:
        files = " and ".join(str(spec.path) for spec in one.slot.specs)
        yield f"Write its release into {files}, in place of {one.slot.release}."
    meaning = f", {ANY} being the publisher's name for the edition" if one.wanted == ANY else ""
    yield f"Put it into {one.folder}{meaning}: the next run lands it. Or: {one.command}"


def _opening(one: Awaited) -> str:
    page = one.spec.source.page
    return f"Open {page}" if page else f"Find the page of {one.spec.source.publisher} (the spec names none)"


def _name(one: Awaited) -> str:
    if one.slot.patterns:
        return f" It matches {' or '.join(one.slot.patterns)}."
    return f" The last one was called {one.last.name} (release {one.last.release})." if one.last else ""
