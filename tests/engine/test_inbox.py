"""The inbox: what lies in it, what keeps still, and that nothing leaves it but what was looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from yhovi.engine.bronze import inbox
from yhovi.engine.bronze.inbox import QUIET, ChangedError, Waiting, kept_still, opened, remove, waiting
from yhovi.engine.errors import StorageError

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
RELEASE = "ofcom/fixed-coverage/2022-09"
ID = "0123456789abcdef"


def put(folder: Path, name: str, content: bytes = b"a\n", *, seconds_ago: float = 3600) -> Path:
    """A file in the inbox, last written to so long before noon."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    when = (NOON - timedelta(seconds=seconds_ago)).timestamp()
    os.utime(path, (when, when))
    return path


def link(path: Path, target: Path) -> None:
    """A link, where the system lets this account make one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("this account may not make links")


def seen(folder: Path) -> dict[str, str]:
    """What lies in the inbox, and what is wrong with it."""
    return {"/".join(one.parts): one.fault for one in waiting(folder, required=False)}


def only(folder: Path) -> Waiting:
    (found,) = waiting(folder, required=False)
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# What lies there -------------------------------------------------------------------------------------


def test_every_file_is_seen_in_the_order_of_names(tmp_path: Path) -> None:
    for name in (f"{RELEASE}/b.csv", f"{RELEASE}/a.csv", "loose.txt", "desnz/ghg/2005-2023/x/y/z.csv", ".hidden"):
        put(tmp_path, name)
    (tmp_path / "ons" / "empty").mkdir(parents=True)
    assert list(seen(tmp_path)) == [
        ".hidden",
        "desnz/ghg/2005-2023/x/y/z.csv",
        "loose.txt",
        f"{RELEASE}/a.csv",
        f"{RELEASE}/b.csv",
    ]


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "Thumbs.db", "desktop.ini", ".directory", "._a.csv", "@eaDir/a.csv", "$RECYCLE.BIN/S-1/a.csv"],
)
def test_what_systems_put_there_is_passed_over(tmp_path: Path, name: str) -> None:
    put(tmp_path / "ofcom", name)
    put(tmp_path / "ofcom", "a.csv")
    assert list(seen(tmp_path)) == ["ofcom/a.csv"]


def test_links_are_told_and_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere", "secret.csv")
    link(tmp_path / "inbox" / RELEASE / "a.csv", secret)
    link(tmp_path / "inbox" / "sport", secret.parent)
    link(tmp_path / "inbox" / "ofcom" / "round", tmp_path / "inbox")
    said = "is a link, and links aren't followed"
    assert seen(tmp_path / "inbox") == {f"{RELEASE}/a.csv": said, "ofcom/round": said, "sport": said}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_a_pipe_would_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert seen(tmp_path) == {"pipe": "is no ordinary file"}


def test_folders_end_somewhere(tmp_path: Path) -> None:
    deep = "/".join("abcdefgh")
    put(tmp_path, f"{deep}/file.csv")
    put(tmp_path, f"{deep}/i/file.csv")
    assert seen(tmp_path) == {f"{deep}/file.csv": "", f"{deep}/i": "lies more than 8 folders deep"}


def denied(name: str, deed: Callable[..., object]) -> Callable[..., object]:
    """A deed that isn't allowed for paths of that name."""

    def refuse(path: Path, *arguments: object, **named: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return deed(path, *arguments, **named)

    return refuse


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "locked/a.csv")
    put(tmp_path, "open/a.csv")
    monkeypatch.setattr(Path, "iterdir", denied("locked", Path.iterdir))
    assert seen(tmp_path) == {"locked": "may not be read", "open/a.csv": ""}


def test_what_goes_away_meanwhile_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "b.csv"):
        put(tmp_path, name)
    lstat = Path.lstat

    def gone(path: Path) -> os.stat_result:
        if path.name == "a.csv":
            path.unlink(missing_ok=True)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", gone)
    assert seen(tmp_path) == {"b.csv": ""}


def test_no_inbox_is_an_empty_one_unless_it_was_named(tmp_path: Path) -> None:
    assert waiting(tmp_path / "inbox", required=False) == ()
    with pytest.raises(StorageError) as caught:
        waiting(tmp_path / "inbox", required=True)
    said = f"There is no inbox {tmp_path / 'inbox'}. Create it, or name another one in the settings."
    assert str(caught.value) == said


def test_a_file_is_no_inbox(tmp_path: Path) -> None:
    put(tmp_path, "inbox")
    with pytest.raises(StorageError) as caught:
        waiting(tmp_path / "inbox", required=False)
    assert str(caught.value) == f"The inbox {tmp_path / 'inbox'} isn't a folder. Name a folder in the settings."


def test_an_inbox_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "iterdir", denied(tmp_path.name, Path.iterdir))
    with pytest.raises(StorageError) as caught:
        waiting(tmp_path, required=False)
    cure = "Give the account that runs yhovi the right to do so."
    assert str(caught.value) == f"The inbox {tmp_path} can't be read: Permission denied. {cure}"


# What keeps still ------------------------------------------------------------------------------------

AGES = {
    "long ago": (3600, []),
    "just long enough ago": (QUIET, []),
    "a moment ago": (4, [QUIET - 4]),
    "now": (0, [QUIET]),
    "in the future": (-3600, [QUIET]),
}


@pytest.mark.parametrize(("ago", "pauses"), AGES.values(), ids=AGES)
def test_a_young_file_is_waited_for(tmp_path: Path, ago: float, pauses: list[float]) -> None:
    put(tmp_path, "a.csv", seconds_ago=ago)
    put(tmp_path, "old.csv")
    waited: list[float] = []
    found = waiting(tmp_path, required=True)
    assert kept_still(found, NOON, waited.append) == found
    assert waited == pytest.approx(pauses)


def test_nothing_is_waited_for_where_there_is_nothing(tmp_path: Path) -> None:
    waited: list[float] = []
    assert kept_still((), NOON, waited.append) == ()
    assert waited == []


MEANWHILE: dict[str, Callable[[Path], object]] = {
    "it grows": lambda path: path.write_bytes(b"a\nb\n"),
    "it is written again": lambda path: (path.write_bytes(b"b\n"), os.utime(path, (1, 1))),
    "another takes its place": lambda path: put(path.parent.parent, "other").replace(path),
    "it goes away": lambda path: path.unlink(),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE.values(), ids=MEANWHILE)
def test_what_changes_meanwhile_keeps_not_still(tmp_path: Path, meanwhile: Callable[[Path], object]) -> None:
    path = put(tmp_path / "inbox", "a.csv", seconds_ago=1)
    put(tmp_path / "inbox", "b.csv", seconds_ago=1)
    found = waiting(tmp_path / "inbox", required=True)
    assert [one.name for one in kept_still(found, NOON, lambda _: meanwhile(path))] == ["b.csv"]


# What is taken ---------------------------------------------------------------------------------------


def test_what_is_read_is_what_was_seen(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", b"content")
    with opened(only(tmp_path)) as stream:
        assert stream.read() == b"content"


@pytest.mark.parametrize("meanwhile", list(MEANWHILE.values())[:3], ids=list(MEANWHILE)[:3])
def test_another_file_isnt_read(tmp_path: Path, meanwhile: Callable[[Path], object]) -> None:
    path = put(tmp_path / "inbox", "a.csv")
    found = only(tmp_path / "inbox")
    meanwhile(path)
    with pytest.raises(ChangedError), opened(found):
        raise AssertionError("it was read")


def test_a_link_in_its_place_isnt_followed(tmp_path: Path) -> None:
    path = put(tmp_path / "inbox", "a.csv")
    found = only(tmp_path / "inbox")
    path.unlink()
    link(path, put(tmp_path, "secret.csv"))
    with pytest.raises(ChangedError), opened(found):
        raise AssertionError("it was read")


def test_a_file_leaves_with_its_folder(tmp_path: Path) -> None:
    put(tmp_path, f"{RELEASE}/a.csv")
    remove(only(tmp_path), ID)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "ofcom",
        "ofcom/fixed-coverage",
    ]


def test_a_folder_with_something_in_it_stays(tmp_path: Path) -> None:
    put(tmp_path, f"{RELEASE}/Thumbs.db")
    put(tmp_path, f"{RELEASE}/a.csv")
    remove(only(tmp_path), ID)
    assert names(tmp_path) == [f"{RELEASE}/Thumbs.db"]


@pytest.mark.parametrize("meanwhile", list(MEANWHILE.values())[:3], ids=list(MEANWHILE)[:3])
def test_another_file_isnt_removed(tmp_path: Path, meanwhile: Callable[[Path], object]) -> None:
    path = put(tmp_path / "inbox", "a.csv")
    found = only(tmp_path / "inbox")
    meanwhile(path)
    content = path.read_bytes()
    with pytest.raises(ChangedError):
        remove(found, ID)
    assert (names(tmp_path / "inbox"), path.read_bytes()) == (["a.csv"], content)


def test_what_is_put_in_its_place_at_that_moment_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between moving it aside and removing it."""
    path = put(tmp_path, "a.csv", b"old")
    aside = inbox._remove_aside
    monkeypatch.setattr(inbox, "_remove_aside", lambda *said: (put(tmp_path, "a.csv", b"new"), aside(*said)))
    remove(only(tmp_path), ID)
    assert (names(tmp_path), path.read_bytes()) == (["a.csv"], b"new")


def test_both_stay_where_two_changes_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.csv", b"seen")
    found = only(tmp_path)
    put(tmp_path, "a.csv", b"changed")
    aside = inbox._remove_aside
    monkeypatch.setattr(inbox, "_remove_aside", lambda *said: (put(tmp_path, "a.csv", b"newest"), aside(*said)))
    with pytest.raises(ChangedError):
        remove(found, ID)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {
        "a.csv": b"newest",
        "a.csv.01234567.landed": b"changed",
    }


def test_what_another_run_took_is_no_fault(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv")
    found = only(tmp_path)
    path.unlink()
    remove(found, ID)
    assert names(tmp_path) == []


@pytest.mark.parametrize("deed", ["rename", "unlink"])
def test_what_may_not_be_removed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Windows lets nobody remove a file that is open elsewhere, or marked as read-only."""
    put(tmp_path, f"{RELEASE}/a.csv")
    found = only(tmp_path)
    name = "a.csv" if deed == "rename" else "a.csv.01234567.landed"
    monkeypatch.setattr(Path, deed, denied(name, getattr(Path, deed)))
    with pytest.raises(PermissionError):
        remove(found, ID)
    assert names(tmp_path) == [f"{RELEASE}/a.csv"]


def test_a_file_that_was_moved_aside_keeps_its_name(tmp_path: Path) -> None:
    """A run that is killed at the last moment leaves it so, and the next one knows it."""
    for name in ("a.csv.01234567.landed", "b.landed", "c.x.landed.csv"):
        put(tmp_path, name)
    assert [one.name for one in waiting(tmp_path, required=True)] == ["a.csv", "b.landed", "c.x.landed.csv"]
