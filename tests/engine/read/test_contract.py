"""The drift contract: declared columns against those that came."""

import pyarrow as pa
import pytest
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.read.contract import fit, members

RENAMED_CURE = "The source may have renamed them: compare the file with the columns that are declared."
NARROW_CURE = "Make the patterns narrower, so that each column belongs to one declaration."

YEARS = Column("years", "number", pattern="(19|20)[0-9]{2}")
HEADERS = ("2019", "Area code", "2021", "Area name", "_row", "2020", "20205")


def table(headers=HEADERS):
    return pa.table({header: pa.array([f"{header} 1", f"{header} 2"]) for header in headers})


MEMBERS = {
    "by name": (Column("Area code"), ("Area code",)),
    "absent": (Column("Area Code"), ()),
    "by pattern, in the file's order": (YEARS, ("2019", "2021", "2020")),
    "a pattern leaves provenance alone": (Column("all", pattern=".*r.*"), ("Area code", "Area name")),
    "a pattern without match": (Column("rates", pattern="rate .*"), ()),
}


@pytest.mark.parametrize(("column", "found"), MEMBERS.values(), ids=MEMBERS)
def test_members(column, found):
    assert members(HEADERS, column) == found


def test_declared_columns_come_in_declared_order_and_provenance_last():
    fitted = fit(table(), [Column("Area name"), YEARS, Column("Area code")])
    assert fitted.column_names == ["Area name", "2019", "2021", "2020", "Area code", "_row"]
    assert fitted["2021"].to_pylist() == ["2021 1", "2021 2"]


def test_an_optional_column_that_is_absent_comes_as_nulls():
    fitted = fit(table(), [Column("Area code"), Column("Note", required=False)])
    assert fitted["Note"].to_pylist() == [None, None]
    assert fitted.schema.field("Note").type == pa.string()


def test_an_optional_group_that_is_absent_is_no_column():
    assert fit(table(), [Column("Area code"), Column("r", pattern="r.*", required=False)]).column_names == [
        "Area code",
        "_row",
    ]


def test_what_is_said_of_columns_stays():
    said = table().replace_schema_metadata({b"columns": b"[]"})
    assert fit(said, [Column("Area code")]).schema.metadata == {b"columns": b"[]"}


def test_a_table_without_rows_fits():
    fitted = fit(table().slice(0, 0), [YEARS, Column("Note", required=False)])
    assert (fitted.num_rows, fitted.column_names) == (0, ["2019", "2021", "2020", "Note", "_row"])


REFUSED = {
    "one is missing": (
        HEADERS,
        [Column("area code ")],
        (
            "1 declared column is missing: 'area code ' (did you mean 'Area code'?). "
            "Found: '2019', 'Area code', '2021', 'Area name', '_row', '2020', '20205'."
        ),
        RENAMED_CURE,
    ),
    "all that are missing": (
        ("Area", "Value"),
        [Column("Area"), Column("Vallue"), Column("Lower CI"), YEARS, Column("x", required=False)],
        (
            "3 declared columns are missing: 'Vallue' (did you mean 'Value'?); 'Lower CI'; "
            "'years' (no header matches '(19|20)[0-9]{2}'). Found: 'Area', 'Value'."
        ),
        RENAMED_CURE,
    ),
    "many others were found": (
        [f"c{number}" for number in range(20)],
        [Column("Area")],
        (
            "1 declared column is missing: 'Area'. Found: 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', "
            "'c10', 'c11' and 8 more."
        ),
        RENAMED_CURE,
    ),
    "a header that two patterns match": (
        HEADERS,
        [YEARS, Column("twenties", pattern="202.")],
        "The column '2021' is declared more than once: by 'years', 'twenties'.",
        NARROW_CURE,
    ),
    "a header that is named and matched": (
        HEADERS,
        [Column("2019"), YEARS],
        "The column '2019' is declared more than once: by '2019', 'years'.",
        NARROW_CURE,
    ),
}


@pytest.mark.parametrize(("headers", "declared", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(headers, declared, message, cure):
    with pytest.raises(SourceError) as refusal:
        fit(table(headers), declared)
    assert (refusal.value.message, refusal.value.cure) == (message, cure)
