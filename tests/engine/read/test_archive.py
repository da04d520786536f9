"""Zip files: one member as a stream, and every refusal in full."""

import io
import stat
import struct
import warnings
import zipfile
import zlib

import pytest
from yhovi.connectors.base import SourceError
from yhovi.engine.read.archive import Limits, is_zip, is_zip_or_workbook, open_member

DAMAGED = "The zip is damaged, or the file is no zip at all."
DAMAGED_CURE = "Fetch it again. If that doesn't help, open it by hand to see what it is, and tell the publisher."
CUT_OFF = "The zip is cut off: it begins as it should, but the list of its parts, which comes last, is missing."
CUT_OFF_CURE = "Fetch it again. If it comes the same, tell the publisher."
METHOD_CURE = "Unpack it by hand and land what was in it, or ask the publisher for a common zip."
ESCAPES_CURE = "Don't unpack it: no honest tool writes such names. Tell the publisher."
EXCESS_CURE = "Look at the file before trusting it; if it is right, unpack it by hand and land the part you need."
MATCH_CURE = "Make read: member fit exactly one."

# where a member's entry in the directory at the end of a zip holds what these tests falsify
FLAGS, METHOD, UNPACKED_SIZE = 8, 10, 24


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream


def falsified(members, field, number):
    content = bytearray(zipped(members).getvalue())
    entry = content.index(b"PK\x01\x02")
    content[entry + field : entry + field + 2] = number.to_bytes(2, "little")
    return io.BytesIO(bytes(content))


def refusal_of(stream, pattern="*.csv", limits=None):
    with pytest.raises(SourceError) as refusal, open_member(stream, pattern, limits or Limits()):
        pass
    return refusal.value.message, refusal.value.cure


MATCHES = {
    "by name": ("data.csv", {"data.csv": "1", "other.csv": "2"}),
    "by pattern": ("*.csv", {"data.csv": "1", "readme.txt": "2"}),
    "in a folder": ("*.csv", {"2023/data.csv": "1", "2023/readme.txt": "2"}),
    "by its folder": ("2023/*.csv", {"2023/data.csv": "1", "2022/data.csv": "2"}),
    "beside folders": ("*", {"data.csv": "1", "folder/": ""}),
    "beside the twin that macOS adds": ("*.csv", {"data.csv": "1", "__MACOSX/._data.csv": "2"}),
}


@pytest.mark.parametrize(("pattern", "members"), MATCHES.values(), ids=MATCHES)
def test_the_one_member_that_fits_is_opened(pattern, members):
    with open_member(zipped(members), pattern) as member:
        assert member.read() == b"1"


def test_a_member_is_seekable_and_the_archive_stays_open():
    archive = zipped({"data.csv": "a,b\n1,2\n"})
    with open_member(archive, "*.csv") as member:
        assert member.read(3) == b"a,b"
        member.seek(0)
        assert member.read() == b"a,b\n1,2\n"
    assert not archive.closed


def test_nothing_is_written_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_member(zipped({"folder/data.csv": "1"}), "*.csv"):
        assert list(tmp_path.iterdir()) == []


NAMES_THAT_ESCAPE = ["../evil.csv", "a/../../evil.csv", "/etc/evil.csv", "\\evil.csv", "C:evil.csv", "..\\evil.csv"]


@pytest.mark.parametrize("name", NAMES_THAT_ESCAPE)
def test_names_that_lead_out_of_the_archive(name):
    assert refusal_of(zipped({"data.csv": "1", name: "2"}), "data.csv") == (
        f"The zip holds names that lead out of it: '{name}'.",
        ESCAPES_CURE,
    )


REFUSED = {
    "no member fits": (
        zipped({"data.txt": "1"}),
        None,
        "No file in the zip fits '*.csv'. It holds 'data.txt'.",
        "Correct read: member.",
    ),
    "no member at all": (
        zipped({}),
        None,
        "No file in the zip fits '*.csv'. It holds nothing.",
        "Correct read: member.",
    ),
    "two members fit": (
        zipped({"a.csv": "1", "b/c.csv": "2"}),
        None,
        "2 files in the zip fit '*.csv': 'a.csv', 'b/c.csv'.",
        MATCH_CURE,
    ),
    "too many members": (
        zipped({"a.csv": "1", "b": "", "c": ""}),
        Limits(members=2),
        "The zip holds 3 files, more than the 2 allowed.",
        EXCESS_CURE,
    ),
    "too large": (
        zipped({"a.csv": "x" * 900, "b.csv": "x" * 900}),
        Limits(unpacked=1_000),
        "The zip unpacks to 1,800 bytes, more than the 1,000 allowed.",
        EXCESS_CURE,
    ),
    "packed too well": (
        zipped({"a.csv": "0" * 300_000}),
        Limits(ratio_from=200_000),
        "'a.csv' in the zip unpacks to over 200 times its size, as a zip bomb does.",
        EXCESS_CURE,
    ),
    "more in it than it says": (
        falsified({"a.csv": "0123456789" * 20}, UNPACKED_SIZE, 100),
        Limits(unpacked=150),
        DAMAGED,
        DAMAGED_CURE,
    ),
    "a password": (
        falsified({"a.csv": "1"}, FLAGS, 1),
        None,
        "'a.csv' in the zip is protected by a password.",
        "Ask the publisher for an open file.",
    ),
    "an unknown way of packing": (
        falsified({"a.csv": "1"}, METHOD, 99),
        None,
        "'a.csv' in the zip is packed by an unusual method (number 99).",
        METHOD_CURE,
    ),
    "no zip": (io.BytesIO(b"a,b\n1,2\n"), None, DAMAGED, DAMAGED_CURE),
    "cut off": (io.BytesIO(zipped({"a.csv": "1"}).getvalue()[:-5]), None, CUT_OFF, CUT_OFF_CURE),
    "cut off early": (io.BytesIO(zipped({"a.csv": "1" * 90}).getvalue()[:35]), None, CUT_OFF, CUT_OFF_CURE),
}


@pytest.mark.parametrize(("stream", "limits", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(stream, limits, message, cure):
    assert refusal_of(stream, limits=limits) == (message, cure)


def test_small_members_may_be_packed_as_well_as_they_like():
    with open_member(zipped({"a.csv": "0" * 300_000}), "*.csv") as member:
        assert len(member.read()) == 300_000


@pytest.mark.parametrize(
    ("content", "found"),
    [(zipped({"a": "1"}).getvalue(), True), (zipped({}).getvalue(), True), (b"PK", False), (b"", False)],
    ids=["with a member", "without", "text", "nothing"],
)
def test_a_zip_is_known_by_its_first_bytes(content, found):
    stream = io.BytesIO(content)
    assert is_zip(stream) is is_zip_or_workbook(stream) is found
    assert stream.tell() == 0


TWICE_CURE = "Tell the publisher: nobody can say which of them is meant."
OVERLAP_CURE = "Don't unpack it: no honest tool writes such files. Tell the publisher."


def packed(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def drawn(*entries, directory_times=1):
    """A zip of entries, each a name, its packed bytes, its size and checksum, and where it claims to start."""
    body, directory = b"", b""
    for name, data, size, crc, start in entries:
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(data), size, len(name), 0)
        at = len(body) if start is None else start
        directory += b"PK\1\2\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
        body += b"" if start is not None else b"PK\3\4" + head + name + data
    directory *= directory_times
    count = min(len(entries) * directory_times, 0xFFFF)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return io.BytesIO(body + directory + b"PK\5\6" + end)


def whole(name, content, start=None):
    return name, packed(content), len(content), zlib.crc32(content), start


def test_a_drawn_zip_is_a_zip():
    with open_member(drawn(whole(b"a.csv", b"x,y\n"), whole(b"b.txt", b"z")), "*.csv") as member:
        assert member.read() == b"x,y\n"


def test_members_made_of_the_same_bytes():
    once = whole(b"a.csv", b"1,2\n" * 900)
    assert refusal_of(drawn(once, (b"b.csv", *once[1:4], 0)), "a.csv") == (
        "'a.csv' and 'b.csv' in the zip are made of the same bytes, as in a zip bomb.",
        OVERLAP_CURE,
    )


def test_a_member_that_begins_inside_another():
    """As in the zips of David Fifield, where each member quotes the headers of those that follow."""
    inner = whole(b"b.csv", b"1")
    local = b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, inner[3], len(inner[1]), 1, 5, 0) + b"b.csv"
    outer = (b"a.csv", b"\1" + struct.pack("<HH", len(local), len(local) ^ 0xFFFF) + local + inner[1], 99, 1, None)
    assert refusal_of(drawn(outer, (*inner[:4], 30 + 5 + 5)), "b.csv")[0] == (
        "'a.csv' and 'b.csv' in the zip are made of the same bytes, as in a zip bomb."
    )


def test_a_member_that_is_longer_than_it_says():
    """Its checksum is that of the bytes it admits to, so that whoever stops there finds all well."""
    liar = (b"a.csv", packed(b"1,2\n" * 500), 40, zlib.crc32(b"1,2\n" * 10), None)
    assert refusal_of(drawn(liar)) == (DAMAGED, DAMAGED_CURE)


def test_a_member_that_is_shorter_than_it_says():
    content = b"1,2\n" * 10
    assert refusal_of(drawn((b"a.csv", packed(content), 400, zlib.crc32(content), None))) == (DAMAGED, DAMAGED_CURE)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "LZMA"])
def test_methods_that_cannot_be_stopped(method):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.csv", "1,2\n" * 9)
    assert refusal_of(stream) == (f"'a.csv' in the zip is packed by an unusual method (number {method}).", METHOD_CURE)


@pytest.mark.parametrize("other", ["a.csv", "A.CSV"])
def test_two_members_of_a_name(other):
    stream = zipped({"a.csv": "1", "b.csv": "2"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr(other, "3")
    names = "'a.csv'" if other == "a.csv" else "'a.csv', 'A.CSV'"
    assert refusal_of(stream, "b.csv") == (f"The zip holds more than one file of a name: {names}.", TWICE_CURE)


KINDS = {
    "a link": (stat.S_IFLNK, "a link to one elsewhere"),
    "a folder": (stat.S_IFDIR, "a folder"),
    "a device": (stat.S_IFBLK, "something that only a system holds"),
    "a pipe": (stat.S_IFIFO, "something that only a system holds"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_that_is_no_file(kind):
    mode, said = KINDS[kind]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        member = zipfile.ZipInfo("a.csv")
        member.create_system, member.external_attr = 3, (mode | 0o777) << 16
        archive.writestr(member, "../../etc/passwd")
        archive.writestr("b.csv", "1")
    assert refusal_of(stream, "a.csv") == (
        f"'a.csv' in the zip is no file, but {said}.",
        "Ask the publisher for the file itself.",
    )
    with open_member(stream, "b.csv") as other:
        assert other.read() == b"1"


def test_a_list_of_files_that_is_too_long_to_be_read():
    stream = drawn(whole(b"a.csv", b"1"), directory_times=200)
    assert refusal_of(stream, limits=Limits(members=10)) == (
        "The list of the files in the zip has 10,200 bytes, more than the 10,000 allowed.",
        EXCESS_CURE,
    )


def test_a_long_list_of_files_behind_a_short_one():
    """The end of the zip tells of a short list, and a second end, for large zips, of the one that counts."""
    short = drawn(whole(b"a.csv", b"1")).getvalue()
    at = short.index(b"PK\5\6")
    large = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 10**6, 10**6, 10**8, 0)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    assert refusal_of(io.BytesIO(short[:at] + large + locator + short[at:])) == (
        "The list of the files in the zip has 100,000,000 bytes, more than the 10,000,000 allowed.",
        EXCESS_CURE,
    )


def test_a_zip_in_a_zip_is_unpacked_once():
    inner = zipped({"a.csv": "1"}).getvalue()
    with open_member(zipped({"inner.zip": inner}), "*.zip") as member:
        assert member.read() == inner


def test_a_zip_with_a_remark_at_its_end():
    stream = zipped({"a.csv": "1"})
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"x" * 65_535
    with open_member(stream, "a.csv") as member:
        assert member.read() == b"1"
