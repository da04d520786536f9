"""Pieces of queries that the databases write differently, and those that several views share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_TEXT = sa.String(64)


class part(FunctionElement[str]):  # noqa: N801  (it reads as a function)
    """A part of a text: from which character, counted from one, and how many."""

    type = sa.String()
    inherit_cache = True
    name = "substring"


class root(FunctionElement[float]):  # noqa: N801
    """The square root of a positive number, which is searched for from a guess where there is no function for it."""

    type = sa.Double()
    inherit_cache = True
    name = "sqrt"


class next_day(FunctionElement[Any]):  # noqa: N801
    """The day after."""

    type = sa.Date()
    inherit_cache = True
    name = "next_day"


def flag(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A truth value as a column."""
    return sa.cast(sa.case((condition, sa.literal(1)), else_=sa.literal(0)), sa.Boolean)


def columns(table: sa.FromClause, names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """Some columns of a table."""
    return [table.c[name] for name in names]


def count_where(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows of a group fulfil a condition."""
    return sa.func.sum(sa.case((condition, 1), else_=0))


def earlier(column: sa.ColumnElement[Any], rows: int, **window: Any) -> sa.ColumnElement[Any]:
    """What a column says so many rows before."""
    return sa.over(sa.func.lag(column, rows, type_=column.type), **window)


def number_of(unit: str, day: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The year, the month or the day of a date."""
    return sa.cast(sa.extract(unit, day), sa.Integer)


def quarter_of(day: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The quarter of a date, which SQLite doesn't know."""
    return (number_of("month", day) + 2) // 3


def month_index(day: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The months since the beginning of our era."""
    return number_of("year", day) * 12 + number_of("month", day)


def months_of(start: sa.ColumnElement[Any], end: sa.ColumnElement[Any]) -> sa.ColumnElement[int | None]:
    """How many months a period lasts; missing where they aren't whole."""
    after = next_day(end)
    whole = number_of("day", after) == number_of("day", start)
    months = month_index(after) - month_index(start)
    return sa.case((whole, sa.func.nullif(months, 0, type_=sa.Integer())))


def year_text(year: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """A year in four digits."""
    return part(sa.cast(year + 10_000, _TEXT), 2, 4)


def two_digits(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """A number below 100 in two digits."""
    return part(sa.cast(number + 100, _TEXT), 2, 2)


def month_text(day: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Year and month of a date, as 2023-04; a server may be set to write dates in some other way."""
    return year_text(number_of("year", day)) + "-" + two_digits(number_of("month", day))


def day_text(day: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A date as 2023-04-01."""
    return month_text(day) + "-" + two_digits(number_of("day", day))


def said(reason: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The reason of a missing value, for people."""
    return sa.func.coalesce(sa.func.replace(reason, "_", " "), "no value")


def breaks(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row is marked as not comparable with earlier periods."""
    flags = sa.func.coalesce(table.c.status_flags, "")
    return sa.or_(
        table.c.obs_status == "B",
        sa.func.coalesce(table.c.status_reason, "") == "series_break",
        sa.func.replace(flags, "series_break", "") != flags,
    )


@compiles(part)
def _part(element: part, compiler: SQLCompiler, **options: Any) -> str:
    return f"SUBSTRING({compiler.process(element.clauses, **options)})"


@compiles(part, "sqlite")
def _part_of_old_versions_too(element: part, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)})"


@compiles(root)
def _root(element: root, compiler: SQLCompiler, **options: Any) -> str:
    number, _ = element.clauses
    return f"SQRT({compiler.process(number, **options)})"


@compiles(root, "sqlite")
def _root_by_halving(element: root, compiler: SQLCompiler, **options: Any) -> str:
    # Many builds of SQLite, those in other programs' drivers too, have no sqrt(). This is Heron's way to it.
    number, guess = (compiler.process(one, **options) for one in element.clauses)
    far = f"step < 60 AND abs(x * x - {number}) > 1e-15 * {number}"
    steps = f"SELECT {guess}, 0 UNION ALL SELECT (x + {number} / x) / 2, step + 1 FROM heron WHERE {far}"  # noqa: S608
    return f"(WITH RECURSIVE heron(x, step) AS ({steps}) SELECT x FROM heron ORDER BY step DESC LIMIT 1)"  # noqa: S608


@compiles(next_day, "sqlite")
def _next_day_of_text(element: next_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+1 day')"


@compiles(next_day, "postgresql")
def _next_day(element: next_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + 1)"


@compiles(next_day, "mssql")
def _next_day_of_server(element: next_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"DATEADD(day, 1, {compiler.process(element.clauses, **options)})"
