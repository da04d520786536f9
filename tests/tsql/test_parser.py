"""Microsoft's parser does find what isn't T-SQL, and lets pass what is."""

from __future__ import annotations

import sys

import pytest

from support.tsql import Parser, presence
from support.tsql.judges import number_parameters
from support.tsql.presence import MissingError

MERGE = """\
MERGE INTO [core].[t] WITH (HOLDLOCK) AS tgt
USING (SELECT [k], [v] FROM #stage) AS src
   ON tgt.[k] = src.[k]
WHEN MATCHED AND EXISTS (SELECT src.[v] EXCEPT SELECT tgt.[v]) THEN UPDATE SET tgt.[v] = src.[v]
WHEN NOT MATCHED BY TARGET THEN INSERT ([k], [v]) VALUES (src.[k], src.[v]);"""

IN_COMMON = """\
MERGE INTO "core"."t" AS t
USING (SELECT k, d, v FROM "core"."stage") AS s
   ON t."k" = s."k" AND t."d" = s."d"
WHEN MATCHED AND EXISTS (SELECT s.v EXCEPT SELECT t.v) THEN UPDATE SET "v" = s.v
WHEN NOT MATCHED THEN INSERT ("k", "d", "v") VALUES (s.k, s.d, s.v);"""

ORDER_IN_VIEW = (
    "The ORDER BY clause is not valid in views, inline functions, derived tables, sub-queries, and common table "
    "expressions, unless TOP or FOR XML or OFFSET is also specified. (46047)"
)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("SELECT [k] FROM [t] LIMIT 3", "1:21 Incorrect syntax near LIMIT. (46010)"),
        (
            "INSERT INTO [t] ([k]) VALUES (1) ON CONFLICT ([k]) DO NOTHING",
            "1:34 Incorrect syntax near ON. (46010)",
        ),
        ("INSERT INTO [t] ([k]) VALUES (1) RETURNING [k]", "1:34 Incorrect syntax near RETURNING. (46010)"),
        ("SELECT 'a' || 'b'", "1:13 Incorrect syntax near |. (46010)"),
        (MERGE.removesuffix(";"), "1:1 A MERGE statement must be terminated by a semi-colon (;) (46097)"),
        ("CREATE VIEW [v] AS SELECT [k] FROM [t] ORDER BY [k]", f"1:20 {ORDER_IN_VIEW}"),
        ("CREATE TABLE IF NOT EXISTS [t] ([k] INT)", "1:14 Incorrect syntax near IF. (46010)"),
        ("SELECT [k] FROM [t] OFFSET 1 ROWS", "1:21 Incorrect syntax near OFFSET. (46010)"),
        ("SELECT [k] FROM [t] WHERE active", "1:27 Incorrect syntax near active. (46010)"),
        ("SELECT [k] FROM [t] WHERE ([a], [b]) IN (SELECT 1, 2)", "1:31 Incorrect syntax near ,. (46010)"),
        ("SELECT [k] FROM [t] WHERE [a] IS DISTINCT FROM [b]", "1:34 Incorrect syntax near DISTINCT. (46010)"),
        ("SELECT [k] FROM [t] ORDER BY order", "1:30 Incorrect syntax near order. (46010)"),
    ],
    ids=[
        "LIMIT", "ON CONFLICT", "RETURNING", "||", "MERGE without a semicolon", "ORDER BY in a view", "IF NOT EXISTS",
        "OFFSET without ORDER BY", "bare predicate", "rows in IN", "of SQL Server 2022", "reserved word",
    ],
)  # fmt: skip
def test_what_is_no_t_sql_is_refused(tsql_parser: Parser, sql: str, fault: str) -> None:
    assert tsql_parser.faults(sql) == [fault]
    assert tsql_parser.lint(sql) == [fault]


@pytest.mark.parametrize(
    "sql",
    [
        MERGE,
        IN_COMMON,
        "SELECT [k] FROM [t] ORDER BY [k] OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY",
        "SELECT TOP (3) [k] FROM [t] WHERE [k] = ? AND [d] >= ?",
        "CREATE OR ALTER VIEW [mart].[v] AS SELECT [k] FROM [core].[t]",
        "IF SCHEMA_ID(N'core') IS NULL EXEC(N'CREATE SCHEMA [core]')",
        "CREATE TABLE [core].[t] ([k] VARCHAR(50) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL, [at] DATETIME2(3))",
        "SELECT [k] INTO #stage FROM [core].[t] WHERE 1 = 0",
        "SET XACT_ABORT ON",
        "INSERT INTO [t] ([k]) OUTPUT inserted.[k] VALUES (?)",
        "",
    ],
    ids=[
        "MERGE", "MERGE in common with PostgreSQL", "OFFSET FETCH", "TOP", "CREATE OR ALTER VIEW", "CREATE SCHEMA",
        "CREATE TABLE", "SELECT INTO", "SET", "OUTPUT", "nothing",
    ],
)  # fmt: skip
def test_t_sql_is_let_pass(tsql_parser: Parser, sql: str) -> None:
    assert tsql_parser.faults(sql) == []


def test_all_faults_are_told_with_their_places(tsql_parser: Parser) -> None:
    assert tsql_parser.faults("CREATE OR REPLACE VIEW [v] AS SELECT 1 AS [k]") == [
        "1:1 Incorrect syntax near CREATE. (46010)",
        "1:8 Incorrect syntax near OR. (46010)",
    ]


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("a = ? AND b = ?", "a = @P1 AND b = @P2"),
        ("N'it''s ?' + ?", "N'it''s ?' + @P1"),
        ('"a?""?" = ?', '"a?""?" = @P1'),
        ("[a?]]?] = ?", "[a?]]?] = @P1"),
        ("? -- ?\n, ?", "@P1 -- ?\n, @P2"),
        ("? /* ?\n? */, ?", "@P1 /* ?\n? */, @P2"),
    ],
    ids=["plain", "text", "quoted name", "name in brackets", "comment to the line's end", "comment"],
)
def test_question_marks_are_parameters_where_the_driver_takes_them_for_some(sql: str, sent: str) -> None:
    assert number_parameters(sql) == sent


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("pythonnet", "Microsoft's parser isn't installed: pythonnet, which hosts it, is missing."),
        ("mssqlcli", "Microsoft's parser isn't installed: the wheel of mssql-cli, which carries it, is missing."),
    ],
)
def test_what_is_not_installed_is_named(
    tsql_parser: Parser, monkeypatch: pytest.MonkeyPatch, missing: str, sentence: str
) -> None:
    find = presence.find_package
    monkeypatch.setattr(presence, "find_package", lambda name: None if name == missing else find(name))
    with pytest.raises(MissingError) as raised:
        presence.find_parser()
    assert str(raised.value) == sentence


def test_other_systems_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("platform.machine", lambda: "AMD64")
    with pytest.raises(MissingError) as raised:
        presence.find_parser()
    assert str(raised.value) == "Microsoft's parser isn't installed on win32 AMD64."
