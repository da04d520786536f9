"""Columns known beforehand."""

from __future__ import annotations

from yhovi.connectors.base import Column
from yhovi.engine.recipe.columns import Columns, companion, has_companion, number

AREA, VALUE, YEARS = Column("Area"), Column("Value", "number"), Column("years", "number", pattern=r"\d{4}.*")
COLUMNS = Columns.of([AREA, VALUE, YEARS])


def test_columns_keep_their_order_and_are_found_by_name() -> None:
    assert list(COLUMNS) == ["Area", "Value", "years"]
    assert COLUMNS["Value"] is VALUE
    assert COLUMNS.get("value") is None
    assert len(COLUMNS) == 3


def test_a_column_of_an_equal_name_takes_the_place_of_the_old_one() -> None:
    changed = COLUMNS.added(Column("Area", "number"), Column("New"))
    assert list(changed) == ["Area", "Value", "years", "New"]
    assert changed["Area"].kind == "number"
    assert COLUMNS["Area"].kind == "text"


def test_columns_can_be_left_out_and_renamed() -> None:
    assert list(COLUMNS.without("Area", "nothing")) == ["Value", "years"]
    swapped = COLUMNS.renamed({"Area": "Value", "Value": "Area", "nothing": "x"})
    assert [(column.name, column.kind) for column in swapped.values()] == [
        ("Value", "text"),
        ("Area", "number"),
        ("years", "number"),
    ]


def test_a_guess_is_remembered_until_the_column_is_known() -> None:
    guessed = COLUMNS.guess("New")
    assert guessed.guessed == {"New"}
    assert guessed.renamed({"New": "Newer"}).guessed == {"Newer"}
    assert guessed.without("New").guessed == frozenset()
    assert guessed.added(Column("New")).guessed == frozenset()


def test_a_group_stands_for_the_headers_that_match_in_full_and_are_not_declared() -> None:
    columns = COLUMNS.added(Column("2020"))
    headers = ["Area", "2019", "2020", "2021 [note 3]", "year 2022", "_status:2019"]
    assert columns.members("years", headers) == ("2019", "2021 [note 3]")
    assert columns.added(Column("all", pattern=".*")).members("all", ["x", "_row", "_status:x"]) == ("x",)
    assert columns.members("Area", headers) == ()


def test_a_near_miss_is_suggested() -> None:
    assert COLUMNS.suggestion("AREA") == "Did you mean `Area`?"
    assert COLUMNS.suggestion("Vlaue") == "Did you mean `Value`?"
    assert COLUMNS.suggestion("Denominator") == ""


def test_many_columns_are_listed_in_short() -> None:
    assert COLUMNS.listed() == "`Area`, `Value`, `years`"
    many = Columns.of(Column(f"c{place}") for place in range(14))
    assert many.listed() == ", ".join(f"`c{place}`" for place in range(12)) + " and 2 more"


def test_only_numbers_with_a_status_have_a_companion() -> None:
    assert companion("Value") == "_status:Value"
    assert not has_companion(VALUE)
    assert not has_companion(Column("Note", markers=(("x", "suppressed"),)))
    assert has_companion(Column("Value", "number", markers=(("x", "suppressed"),)))
    assert has_companion(number("Value", status=True))
    assert not has_companion(number("Value"))
