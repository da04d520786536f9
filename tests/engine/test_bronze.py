"""The archive of raw answers: what is stored, what is read back, and what is said when either fails."""

import errno
import gzip
import hashlib
import io
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import fsspec
import pytest
from fsspec.implementations.local import LocalFileOpener, LocalFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st
from yhovi.connectors.base import Answer, Request
from yhovi.engine.bronze import Bronze, Kept, Landing, Record
from yhovi.engine.errors import StorageError, UsageError

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
FETCH_AGAIN = "Restore it from a backup, or run without --replay to ask the source again."
REACH = "Check that the disk, share or bucket can be reached."
NAMES = (
    "Use letters, digits, dots, hyphens and underscores, with no dot at the end; 'exchanges' and 'landings' are taken."
)


def nothing(deed: str) -> None:
    """What a file system does that never fails."""


class Trap(LocalFileSystem):
    """A local file system that says what it is about to do, so that a test can make it fail."""

    protocol = "trap"
    cachable = False

    def __init__(self, on: Callable[[str], None] = nothing, **options: object) -> None:
        super().__init__(**options)
        self.on = on

    def ls(self, path, detail=False, **kwargs):
        self.on("ls")
        return super().ls(path, detail=detail, **kwargs)

    def info(self, path, **kwargs):
        self.on("info")
        return super().info(path, **kwargs)

    def makedirs(self, path, exist_ok=False):
        self.on("makedirs")
        super().makedirs(path, exist_ok=exist_ok)

    def rm_file(self, path):
        self.on("rm_file")
        super().rm_file(path)

    def _open(self, path, mode="rb", **kwargs):
        kwargs.pop("block_size", None)
        self.on(f"open {mode}")
        return TrapFile(self._strip_protocol(path), mode, fs=self, **kwargs)


class TrapFile(LocalFileOpener):
    """A file that stops half-way where its file system says so."""

    def write(self, content):
        try:
            self.fs.on("write")
        except BaseException:
            self.f.write(content[: len(content) // 2])
            self.f.flush()
            raise
        return self.f.write(content)


fsspec.register_implementation("trap", Trap, clobber=True)


class Crash(BaseException):
    """The end of the process, as far as a test can have it."""


def counter() -> Callable[[], str]:
    """A source of names that are never given twice."""
    numbers = itertools.count()
    return lambda: f"u{next(numbers)}"


def local(folder: Path, environment: str = "local") -> Bronze:
    return Bronze(str(folder), environment, unique=counter())


def trapped(folder: Path, on: Callable[[str], None]) -> Bronze:
    return Bronze(f"trap://{folder.as_posix()}", unique=counter(), storage_options={"on": on})


def failing(deed: str, error: Exception) -> Callable[[str], None]:
    """What a file system does that fails at one kind of deed."""

    def fail(doing: str) -> None:
        if doing == deed:
            raise error

    return fail


def answer(content: bytes, retrieved_at: datetime = NOON, **said) -> Answer:
    request = Request("https://example.org/data.csv", (("time", "latest"),))
    sha256 = hashlib.sha256(content).hexdigest()
    return Answer(request, io.BytesIO(content), retrieved_at, sha256, len(content), **said)


def record(*kept: Kept, number: int = 1, **said) -> Record:
    known = {
        "exchange_id": f"x{number}",
        "exchange_key": "0123456789abcdef-and-more",
        "source": "nomis",
        "dataset": "NM_17_5",
        "run_id": f"run-{number}",
        "started_at": NOON + timedelta(minutes=number),
        "finished_at": NOON + timedelta(minutes=number, seconds=9.5),
        "parameters": {"query": {"variable": 45}, "areas": ["E08000035"]},
        "kept": kept,
        "rows": 3,
        "row_set": "abc",
        "engine_version": "0.1.0",
    }
    return Record(**{**known, **said})


def read(bronze: Bronze, kept: Kept | Landing) -> bytes:
    with bronze.open(kept) as stream:
        return stream.read()


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_answer_lies_where_the_requirements_say(tmp_path):
    kept = local(tmp_path, "prod").keep("nomis", "NM_17_5", answer(b"a,b\n1,2\n"))
    sha256 = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert kept.object == f"prod/bronze/nomis/NM_17_5/2026-01-15/{sha256}.gz"
    assert files(tmp_path) == [kept.object]
    assert gzip.decompress((tmp_path / kept.object).read_bytes()) == b"a,b\n1,2\n"


def test_what_is_kept_says_what_was_asked_and_what_came_back(tmp_path):
    said = {"etag": '"1"', "date": "Thu", "set-cookie": "session=secret", "content-type": "text/csv"}
    came = answer(b"x", status=203, headers=said, origin="synthetic", release="2024-04")
    kept = local(tmp_path).keep("nomis", "NM_17_5", came, canonical="c" * 64)
    assert kept == Kept(
        request_key=came.request.key,
        address="https://example.org/data.csv?time=latest",
        purpose="data",
        object=kept.object,
        sha256=came.sha256,
        canonical="c" * 64,
        size=1,
        status=203,
        headers={"etag": '"1"', "content-type": "text/csv", "date": "Thu"},
        retrieved_at=NOON,
        origin="synthetic",
        release="2024-04",
    )


def test_without_a_canonical_body_the_bytes_are_their_own(tmp_path):
    kept = local(tmp_path).keep("nomis", "NM_17_5", answer(b"x"))
    assert kept.canonical == kept.sha256


def test_the_date_of_an_answer_is_that_of_utc(tmp_path):
    after_midnight = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    kept = local(tmp_path).keep("nomis", "NM_17_5", answer(b"x", after_midnight))
    assert kept.object.split("/")[-2] == "2026-06-30"


def test_a_data_set_may_have_folders(tmp_path):
    kept = local(tmp_path).keep("ons", "gva/by-industry", answer(b"x"))
    assert kept.object.startswith("local/bronze/ons/gva/by-industry/2026-01-15/")


def test_the_stream_of_an_answer_is_ready_to_be_read_again(tmp_path):
    came = answer(b"abc")
    came.stream.read()
    local(tmp_path).keep("nomis", "NM_17_5", came)
    assert came.stream.read() == b"abc"


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=5000))
def test_any_bytes_come_back_as_they_were(content):
    with tempfile.TemporaryDirectory() as folder:
        bronze = local(Path(folder))
        with bronze.open(bronze.keep("nomis", "NM_17_5", answer(content))) as stream:
            assert (stream.tell(), stream.seekable(), stream.read()) == (0, True, content)


@settings(max_examples=25, deadline=None)
@given(contents=st.lists(st.binary(max_size=3), max_size=8))
def test_equal_bytes_are_stored_once_whatever_the_day(contents):
    with tempfile.TemporaryDirectory() as folder:
        bronze = local(Path(folder))
        for day, content in enumerate(contents):
            bronze.keep("nomis", "NM_17_5", answer(content, NOON + timedelta(days=day)))
        assert len(files(Path(folder))) == len(set(contents))


def test_bytes_seen_before_keep_their_place_and_get_a_new_time(tmp_path):
    bronze = local(tmp_path)
    first = bronze.keep("nomis", "NM_17_5", answer(b"x"))
    again = bronze.keep("nomis", "NM_17_5", answer(b"x", NOON + timedelta(days=40)))
    assert again == replace(first, retrieved_at=NOON + timedelta(days=40))


def test_equal_bytes_make_equal_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = local(tmp_path / "a").keep("nomis", "NM_17_5", answer(b"x" * 1000))
    second = local(tmp_path / "b").keep("nomis", "NM_17_5", answer(b"x" * 1000))
    assert (tmp_path / "a" / first.object).read_bytes() == (tmp_path / "b" / second.object).read_bytes()


def test_more_than_fits_in_memory_comes_back_too(tmp_path):
    bronze, content = local(tmp_path), b"0123456789abcdef" * (1 << 20) + b"!"
    assert read(bronze, bronze.keep("nomis", "NM_17_5", answer(content))) == content


DAMAGE = {
    "cut off": lambda whole: whole[:-5],
    "empty": lambda _: b"",
    "not zipped": lambda _: b"hello",
    "another content": lambda _: gzip.compress(b"other"),
    "a flipped byte": lambda whole: whole[:12] + bytes([whole[12] ^ 255]) + whole[13:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_bytes_are_never_handed_out(tmp_path, damage):
    bronze = local(tmp_path)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"some content"))
    path = tmp_path / kept.object
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StorageError) as raised:
        bronze.open(kept)
    assert str(raised.value) == (
        f"The archived file {path} is damaged: its content is not what its name, a hash, stands for. {FETCH_AGAIN}"
    )


def test_keeping_the_bytes_again_puts_damage_right(tmp_path):
    bronze = local(tmp_path)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"x"))
    (tmp_path / kept.object).write_bytes(b"")
    bronze.keep("nomis", "NM_17_5", answer(b"x", NOON + timedelta(days=1)))
    assert files(tmp_path) == [kept.object]
    assert read(bronze, kept) == b"x"


def test_a_missing_object_is_named(tmp_path):
    bronze = local(tmp_path)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"x"))
    (tmp_path / kept.object).unlink()
    with pytest.raises(StorageError) as raised:
        bronze.open(kept)
    assert str(raised.value) == f"The archived file {tmp_path / kept.object} is missing. {FETCH_AGAIN}"


@pytest.mark.parametrize(
    ("source", "dataset", "found", "noun"),
    [
        ("nomis", "..", "'..'", "data set"),
        ("nomis", "a/./b", "'.'", "data set"),
        ("nomis", "a//b", "''", "data set"),
        ("nomis", "", "''", "data set"),
        ("nomis", "a\\b", "'a\\\\b'", "data set"),
        ("nomis", "a:b", "'a:b'", "data set"),
        ("nomis", "dots.", "'dots.'", "data set"),
        ("nomis", "a\n", "'a\\n'", "data set"),
        ("nomis", "a/exchanges", "'exchanges'", "data set"),
        ("nomis", "landings", "'landings'", "data set"),
        ("no mis", "a", "'no mis'", "source"),
    ],
)
def test_a_name_that_is_no_folder_is_refused(tmp_path, source, dataset, found, noun):
    with pytest.raises(UsageError) as raised:
        local(tmp_path).keep(source, dataset, answer(b"x"))
    assert str(raised.value) == f"{found} can't be (part of) the name of a folder, as every {noun} is. {NAMES}"
    assert files(tmp_path) == []


def test_an_environment_that_is_no_folder_is_refused(tmp_path):
    with pytest.raises(UsageError) as raised:
        local(tmp_path, "../prod")
    assert str(raised.value) == f"'../prod' can't be (part of) the name of a folder, as every environment is. {NAMES}"


def test_a_missing_root_is_not_made(tmp_path):
    bronze = local(tmp_path / "share")
    said = f"There is no folder {tmp_path / 'share'}. Create it, or name another data folder in the settings."
    for deed in (
        lambda: bronze.keep("nomis", "NM_17_5", answer(b"x")),
        lambda: bronze.newest("nomis", "NM_17_5", "k" * 16),
        lambda: bronze.landed("nomis", "NM_17_5", None),
    ):
        with pytest.raises(StorageError) as raised:
            deed()
        assert str(raised.value) == said
    assert not (tmp_path / "share").exists()


def test_a_root_that_is_a_file_is_no_folder(tmp_path):
    (tmp_path / "share").write_text("")
    with pytest.raises(StorageError) as raised:
        local(tmp_path / "share").keep("nomis", "NM_17_5", answer(b"x"))
    assert str(raised.value) == (
        f"There is no folder {tmp_path / 'share'}. Create it, or name another data folder in the settings."
    )


def test_an_unknown_kind_of_root_is_refused():
    with pytest.raises(StorageError) as raised:
        Bronze("nowhere://bucket", unique=counter())
    assert str(raised.value) == (
        "The data folder nowhere://bucket can't be used: Protocol not known: nowhere. "
        "For S3, install yhovi with its extra: yhovi[s3]."
    )


TROUBLE = {
    "a full disk, seen when opening": (
        failing("open wb", OSError(errno.ENOSPC, "No space left on device")),
        "The folder {} is full. Free some space, then run again: nothing half-written was left behind.",
    ),
    "a full disk, seen half-way": (
        failing("write", OSError(errno.ENOSPC, "No space left on device")),
        "The folder {} is full. Free some space, then run again: nothing half-written was left behind.",
    ),
    "a full quota": (
        failing("write", OSError(errno.EDQUOT, "Disk quota exceeded")),
        "The folder {} is full. Free some space, then run again: nothing half-written was left behind.",
    ),
    "no right to write": (
        failing("open wb", PermissionError(errno.EACCES, "Permission denied")),
        "The folder {} may not be written to. Give the account that runs yhovi the right to do so.",
    ),
    "a folder that vanishes": (
        failing("write", FileNotFoundError(errno.ENOENT, "No such file")),
        "There is no folder {}. Create it, or name another data folder in the settings.",
    ),
    "a broken share": (
        failing("write", OSError(errno.EIO, "Input/output error")),
        "The folder {} can't be written to: [Errno 5] Input/output error. " + REACH,
    ),
}


@pytest.mark.parametrize(("on", "said"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_in_writing_is_a_sentence_and_leaves_nothing(tmp_path, on, said):
    with pytest.raises(StorageError) as raised:
        trapped(tmp_path, on).keep("nomis", "NM_17_5", answer(b"some content"))
    assert str(raised.value) == said.format(tmp_path / "local" / "bronze" / "nomis" / "NM_17_5" / "2026-01-15")
    assert raised.value.exit_code == 5
    assert files(tmp_path) == []


READING = {
    "listing": ("ls", lambda bronze: bronze.newest("nomis", "NM_17_5", record().exchange_key)),
    "looking": ("info", lambda bronze: bronze.finish(record())),
    "opening": ("open rb", lambda bronze: bronze.newest("nomis", "NM_17_5", record().exchange_key)),
}


@pytest.mark.parametrize(("deed", "read"), READING.values(), ids=READING)
def test_trouble_in_reading_is_a_sentence(tmp_path, deed, read):
    local(tmp_path).finish(record())
    bronze = trapped(tmp_path, failing(deed, PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(StorageError) as raised:
        read(bronze)
    assert str(raised.value) == (
        f"The folder {tmp_path / 'local/bronze/nomis/NM_17_5/exchanges/0123456789abcdef'} may not be read. "
        "Give the account that runs yhovi the right to do so."
    )


def test_bytes_that_do_not_read_back_are_not_stored(tmp_path):
    wrong = replace(answer(b"x"), sha256="0" * 64)
    with pytest.raises(StorageError) as raised:
        local(tmp_path).keep("nomis", "NM_17_5", wrong)
    path = tmp_path / "local" / "bronze" / "nomis" / "NM_17_5" / "2026-01-15" / ("0" * 64 + ".gz")
    assert str(raised.value) == (
        f"{path} was not stored: what was read back is not what was written. "
        "Check the disk or the share, then run again."
    )
    assert files(tmp_path) == []


def test_a_manifest_that_does_not_read_back_is_not_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(Trap, "cat_file", lambda *_: b"{}")
    with pytest.raises(StorageError, match="was not stored: what was read back is not what was written"):
        trapped(tmp_path, nothing).finish(record())
    assert files(tmp_path) == []


def test_another_run_that_stores_the_same_bytes_first_is_no_trouble(tmp_path, monkeypatch):
    """Windows refuses to replace a file that is being read."""

    def refused(part: Path, path: str) -> None:
        Path(path).write_bytes(part.read_bytes())
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", refused)
    kept = local(tmp_path).keep("nomis", "NM_17_5", answer(b"x"))
    assert files(tmp_path) == [kept.object]


def test_an_exchange_comes_back_as_it_was_recorded(tmp_path):
    bronze = local(tmp_path)
    first = bronze.keep("nomis", "NM_17_5", answer(b"x", release="April \u00a32024"))
    said = record(first, bronze.keep("nomis", "NM_17_5", answer(b"y")))
    assert bronze.finish(said) == (
        "local/bronze/nomis/NM_17_5/exchanges/0123456789abcdef/20260115T120100.000000Z-x1.json"
    )
    assert bronze.newest("nomis", "NM_17_5", said.exchange_key) == said


def test_parameters_may_be_read_only(tmp_path):
    """Plans are frozen, so what comes from one can't be changed."""
    bronze, frozen = local(tmp_path), MappingProxyType({"query": MappingProxyType({"variable": 45})})
    bronze.finish(record(parameters=frozen))
    newest = bronze.newest("nomis", "NM_17_5", record().exchange_key)
    assert newest.parameters == {"query": {"variable": 45}}


def test_a_manifest_says_which_format_it_has(tmp_path):
    path = local(tmp_path).finish(record())
    assert json.loads((tmp_path / path).read_text("utf-8"))["format"] == 1


def test_a_manifest_is_written_once(tmp_path):
    bronze = local(tmp_path)
    path = tmp_path / bronze.finish(record())
    before = path.read_bytes()
    with pytest.raises(StorageError) as raised:
        bronze.finish(record(rows=4))
    assert str(raised.value) == (
        f"The manifest {path} is there already, and a manifest is written once. "
        "Start the run again, so that it gets an id of its own."
    )
    assert path.read_bytes() == before


def test_an_exchange_id_has_to_fit_into_a_file_name(tmp_path):
    with pytest.raises(UsageError) as raised:
        local(tmp_path).finish(record(exchange_id="a/b"))
    assert str(raised.value) == f"'a/b' can't be (part of) the name of a folder, as every exchange id is. {NAMES}"


@pytest.fixture
def three(tmp_path) -> Bronze:
    """An archive of three exchanges of one key, and one whose key starts alike."""
    bronze = local(tmp_path)
    for number in (2, 3, 1):
        bronze.finish(record(number=number))
    bronze.finish(record(number=9, exchange_key="0123456789abcdef-and-else"))
    return bronze


@pytest.mark.parametrize(
    ("run_id", "found"),
    [(None, "x3"), ("run-2", "x2"), ("run-9", None)],
    ids=["of all runs", "of one run", "a run of another exchange"],
)
def test_the_newest_exchange_is_the_one_that_started_last(three, run_id, found):
    newest = three.newest("nomis", "NM_17_5", record().exchange_key, run_id=run_id)
    assert (newest and newest.exchange_id) == found


def test_an_archive_without_exchanges_has_no_newest(tmp_path):
    assert local(tmp_path).newest("nomis", "NM_17_5", "0" * 16) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 1, "kept": []}', "\xff", '{"format": 2, "exchanges": {}}'],
)
def test_a_manifest_that_makes_no_sense_is_named(tmp_path, text):
    bronze = local(tmp_path)
    path = tmp_path / bronze.finish(record())
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StorageError) as raised:
        bronze.newest("nomis", "NM_17_5", record().exchange_key)
    assert str(raised.value) == (
        f"The manifest {path} can't be understood. "
        "A newer yhovi wrote it, or it is damaged: update yhovi, restore it from a backup or move it away."
    )


HEADERS = {
    "both": ({"etag": '"1"', "last-modified": "Thu"}, ('"1"', "Thu")),
    "only a date": ({"last-modified": "Thu"}, (None, "Thu")),
    "neither": ({"content-type": "text/csv"}, None),
}


@pytest.mark.parametrize(("headers", "known"), HEADERS.values(), ids=HEADERS)
def test_validators_are_those_of_the_newest_exchange(tmp_path, headers, known):
    bronze, came = local(tmp_path), answer(b"x", headers=headers)
    kept = bronze.keep("nomis", "NM_17_5", came)
    bronze.finish(record(bronze.keep("nomis", "NM_17_5", answer(b"old", headers={"etag": "old"}))))
    bronze.finish(record(kept, number=2))
    found = bronze.validators("nomis", "NM_17_5", came.request.key, record().exchange_key)
    assert found == (known and (*known, kept))


def test_there_are_no_validators_for_what_was_never_asked(three):
    assert three.validators("nomis", "NM_17_5", "another request", record().exchange_key) is None
    assert three.validators("nomis", "NM_17_5", "another request", "f" * 64) is None


def test_there_are_no_validators_for_bytes_that_are_lost(tmp_path):
    bronze, came = local(tmp_path), answer(b"x", headers={"etag": "1"})
    kept = bronze.keep("nomis", "NM_17_5", came)
    bronze.finish(record(kept))
    (tmp_path / kept.object).unlink()
    assert bronze.validators("nomis", "NM_17_5", came.request.key, record().exchange_key) is None


def land(bronze: Bronze, content: bytes, release: str, hours: int):
    when = NOON + timedelta(hours=hours)
    return bronze.land("sport", "active", io.BytesIO(content), name="lives.csv", release=release, retrieved_at=when)


def test_a_landed_file_is_stored_like_an_answer(tmp_path):
    bronze = local(tmp_path)
    landing = land(bronze, b"first", "2024", 0)
    sha256 = hashlib.sha256(b"first").hexdigest()
    assert files(tmp_path) == [
        f"local/bronze/sport/active/2026-01-15/{sha256}.gz",
        f"local/bronze/sport/active/landings/20260115T120000.000000Z-{sha256[:12]}.json",
    ]
    assert (landing.outcome, landing.superseded, landing.size, landing.name) == ("new", None, 5, "lives.csv")
    assert read(bronze, landing) == b"first"
    assert bronze.landings("sport", "active") == (landing,)


def test_the_same_bytes_of_the_same_release_are_already_there(tmp_path):
    bronze = local(tmp_path)
    first = land(bronze, b"first", "2024", 0)
    before = files(tmp_path)
    assert land(bronze, b"first", "2024", 1) == replace(first, outcome="already there")
    assert files(tmp_path) == before


def test_other_bytes_of_the_same_release_supersede_the_first(tmp_path):
    bronze = local(tmp_path)
    first, second = land(bronze, b"first", "2024", 0), land(bronze, b"second", "2024", 1)
    assert (second.outcome, second.superseded) == ("supersedes", first.sha256)
    assert bronze.landed("sport", "active", "2024") == second
    assert bronze.landings("sport", "active") == (first, second)


def test_going_back_to_the_first_bytes_is_a_landing_of_its_own(tmp_path):
    bronze = local(tmp_path)
    land(bronze, b"first", "2024", 0)
    land(bronze, b"second", "2024", 1)
    third = land(bronze, b"first", "2024", 2)
    assert third.outcome == "supersedes"
    assert bronze.landed("sport", "active", "2024") == third


def test_releases_are_kept_apart(tmp_path):
    bronze = local(tmp_path)
    old, new = land(bronze, b"same", "2023", 0), land(bronze, b"same", "2024", 1)
    assert (old.outcome, new.outcome, old.object) == ("new", "new", new.object)
    assert bronze.landed("sport", "active", "2023") == old
    assert bronze.landed("sport", "active", None) == new
    assert bronze.landed("sport", "active", "2025") is None


def meanwhile(monkeypatch: pytest.MonkeyPatch, bronze: Bronze, deed: Callable[[], object]) -> None:
    """Something that another run does while this one stores its bytes."""
    store = bronze._store

    def storing(*said):
        monkeypatch.undo()
        deed()
        return store(*said)

    monkeypatch.setattr(bronze, "_store", storing)


def test_the_same_bytes_landed_at_the_same_time_are_landed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bronze, other = local(tmp_path), local(tmp_path)
    meanwhile(monkeypatch, bronze, lambda: land(other, b"same", "2024", 1))
    second = land(bronze, b"same", "2024", 2)
    (first,) = bronze.landings("sport", "active")
    assert second == replace(first, outcome="already there")


def test_other_bytes_landed_at_the_same_time_have_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bronze, other = local(tmp_path), local(tmp_path)
    meanwhile(monkeypatch, bronze, lambda: land(other, b"first", "2024", 1))
    second = land(bronze, b"second", "2024", 2)
    assert (second.outcome, second.superseded) == ("supersedes", hashlib.sha256(b"first").hexdigest())
    meanwhile(monkeypatch, bronze, lambda: land(other, b"fourth", "2024", 4))
    with pytest.raises(UsageError):
        land(bronze, b"third", "2024", 3)
    assert [one.retrieved_at.hour for one in bronze.landings("sport", "active")] == [13, 14, 16]


def test_landing_lost_bytes_again_puts_them_back(tmp_path):
    bronze = local(tmp_path)
    first = land(bronze, b"first", "2024", 0)
    (tmp_path / first.object).unlink()
    assert land(bronze, b"first", "2024", 24).outcome == "already there"
    assert read(bronze, first) == b"first"


def test_a_clock_that_went_back_is_noticed(tmp_path):
    bronze = local(tmp_path)
    land(bronze, b"first", "2024", 1)
    before = files(tmp_path)
    with pytest.raises(UsageError) as raised:
        land(bronze, b"second", "2024", 0)
    assert str(raised.value) == (
        "Release 2024 of sport/active was landed at 20260115T130000.000000Z with other content, "
        "so a file landed at 20260115T120000.000000Z can't take its place. "
        "Set the clock of this computer right, then land the file again."
    )
    assert files(tmp_path) == before


def test_a_manifest_of_a_later_format_is_not_guessed_at(tmp_path):
    bronze = local(tmp_path)
    path = tmp_path / bronze.finish(record())
    path.write_text(path.read_text("utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8")
    with pytest.raises(StorageError, match="can't be understood"):
        bronze.newest("nomis", "NM_17_5", record().exchange_key)


def test_sweeping_removes_old_parts_and_nothing_else(tmp_path):
    bronze = local(tmp_path)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"x"))
    (tmp_path / kept.object).with_name("left.part").write_bytes(b"half")
    assert bronze.sweep(datetime(2000, 1, 1, tzinfo=UTC)) == ()
    assert bronze.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == ("local/bronze/nomis/NM_17_5/2026-01-15/left.part",)
    assert files(tmp_path) == [kept.object]


def test_sweeping_leaves_a_file_alone_that_is_finished_meanwhile(tmp_path, monkeypatch):
    def gone(self: Trap, path: str) -> datetime:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Trap, "modified", gone)
    bronze = trapped(tmp_path, nothing)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"x"))
    (tmp_path / kept.object).with_name("left.part").write_bytes(b"half")
    assert bronze.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == ()


def extract(bronze: Bronze, number: int, *contents: bytes) -> None:
    """One exchange, from the first answer to the manifest."""
    day = NOON + timedelta(days=number)
    kept = [bronze.keep("nomis", "NM_17_5", answer(content, day)) for content in contents]
    bronze.finish(record(*kept, number=number))


def crashing_after(steps: int) -> Callable[[str], None]:
    """A process that ends when it is about to touch the file system once more than ``steps`` times."""
    left = iter(range(steps))

    def step(deed: str) -> None:
        if next(left, None) is None:
            raise Crash(deed)

    return step


def crashes(folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether an exchange crashes that may do this many file operations."""
    step, plainly = crashing_after(steps), Path.replace
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda part, path: (step("move"), plainly(part, path)))
        try:
            extract(trapped(folder, step), 2, b"same" * 999, b"new" * 999)
        except Crash:
            return True
    return False


def test_a_crash_at_any_moment_leaves_only_whole_exchanges(tmp_path, monkeypatch):
    """Whatever the last file operation was, the newest exchange is complete, and the next run goes well."""
    for steps in itertools.count():
        folder = tmp_path / str(steps)
        folder.mkdir()
        extract(local(folder), 1, b"same" * 999, b"old" * 999)
        crashed = crashes(folder, steps, monkeypatch)
        after_a_crash(folder, expected=b"old" * 999 if crashed else b"new" * 999)
        if not crashed:
            break
    assert steps > 15


def after_a_crash(folder: Path, expected: bytes) -> None:
    bronze = local(folder)
    newest = bronze.newest("nomis", "NM_17_5", record().exchange_key)
    assert [read(bronze, kept) for kept in newest.kept] == [b"same" * 999, expected]
    extract(bronze, 3, b"same" * 999, b"newer")
    assert bronze.newest("nomis", "NM_17_5", record().exchange_key).exchange_id == "x3"
    bronze.sweep(datetime(2100, 1, 1, tzinfo=UTC))
    assert {Path(name).suffix for name in files(folder)} == {".gz", ".json"}


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, object]]:
    """The options of an S3 server on this machine, with one bucket."""
    server_of = pytest.importorskip("moto.server", reason="moto is not installed")
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    server = server_of.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    options = {"key": "any", "secret": "any", "client_kwargs": client}
    fsspec.filesystem("s3", **options).mkdir("archive")
    yield options
    server.stop()


def remote(root: str, options: dict[str, object]) -> Bronze:
    return Bronze(root, "prod", unique=counter(), storage_options=options)


def test_s3_holds_the_same_archive(s3):
    bronze = remote("s3://archive/data", s3)
    kept = bronze.keep("nomis", "NM_17_5", answer(b"x" * 3_000_000, headers={"etag": "1"}))
    again = bronze.keep("nomis", "NM_17_5", answer(b"x" * 3_000_000, NOON + timedelta(days=1)))
    bronze.finish(record(kept))
    landing = land(bronze, b"landed", "2024", 0)
    assert again.object == kept.object
    assert bronze.newest("nomis", "NM_17_5", record().exchange_key) == record(kept)
    assert bronze.validators("nomis", "NM_17_5", kept.request_key, record().exchange_key) == ("1", None, kept)
    assert read(bronze, kept) == b"x" * 3_000_000
    assert bronze.landed("sport", "active", "2024") == landing
    assert bronze.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == ()


def test_what_another_run_wrote_to_s3_is_seen_at_once(s3):
    one, other = remote("s3://archive/shared", s3), remote("s3://archive/shared", s3)
    assert one.newest("nomis", "NM_17_5", record().exchange_key) is None
    other.finish(record())
    assert one.newest("nomis", "NM_17_5", record().exchange_key) == record()
    with pytest.raises(StorageError) as raised:
        one.finish(record())
    path = "s3://archive/shared/prod/bronze/nomis/NM_17_5/exchanges/0123456789abcdef/20260115T120100.000000Z-x1.json"
    assert str(raised.value) == (
        f"The manifest {path} is there already, and a manifest is written once. "
        "Start the run again, so that it gets an id of its own."
    )


def test_sweeping_s3_removes_parts(s3):
    bronze = remote("s3://archive/swept", s3)
    left = "archive/swept/prod/bronze/nomis/NM_17_5/2026-01-15/left.part"
    fsspec.filesystem("s3", **s3).pipe_file(left, b"half")
    assert bronze.sweep(datetime(2000, 1, 1, tzinfo=UTC)) == ()
    assert bronze.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == (left.removeprefix("archive/swept/"),)


def test_a_missing_bucket_is_not_made(s3):
    with pytest.raises(StorageError) as raised:
        remote("s3://achive/data", s3).keep("nomis", "NM_17_5", answer(b"x"))
    assert str(raised.value) == (
        "There is no folder s3://achive/data/prod/bronze/nomis/NM_17_5/2026-01-15. "
        "Create it, or name another data folder in the settings."
    )


def test_an_s3_server_out_of_reach_is_a_sentence(s3):
    client = {"endpoint_url": "http://127.0.0.1:9", "region_name": "eu-west-2"}
    nowhere = {**s3, "client_kwargs": client, "config_kwargs": {"retries": {"max_attempts": 0}}}
    with pytest.raises(StorageError) as raised:
        remote("s3://archive/data", nowhere).newest("nomis", "NM_17_5", "0" * 16)
    assert str(raised.value) == (
        "The folder s3://archive/data/prod/bronze/nomis/NM_17_5/exchanges/0000000000000000 can't be read: "
        'Could not connect to the endpoint URL: "http://127.0.0.1:9/archive?list-type=2&'
        "prefix=data%2Fprod%2Fbronze%2Fnomis%2FNM_17_5%2Fexchanges%2F0000000000000000%2F&delimiter=%2F&"
        'encoding-type=url". ' + REACH
    )
