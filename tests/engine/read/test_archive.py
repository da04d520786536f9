"""Zip files: one member as a stream, and every refusal in full."""

import io
import zipfile

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
