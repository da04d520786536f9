"""Each lint fails on its mistake and passes its correction."""

from __future__ import annotations

import pytest

from support.tsql import Parser

TABLE = "CREATE TABLE [core].[t] ([k] NVARCHAR(450) NOT NULL, [n] INT NOT NULL, [v] NVARCHAR(MAX))"
MERGE = "MERGE INTO [t] USING s ON [t].[a] = s.[a] WHEN NOT MATCHED THEN INSERT ([a]) VALUES (s.[a]);"


def insert(rows: int, row: str) -> str:
    return f"INSERT INTO [t] ([a]) VALUES {', '.join([row] * rows)}"  # noqa: S608


@pytest.mark.parametrize(
    ("sql", "fault", "corrected"),
    [
        (
            "CREATE TABLE [t] ([a] NVARCHAR(451) NOT NULL PRIMARY KEY)",
            "1:46 The clustered key (a) of t can have 902 bytes, 900 at most are allowed.",
            "CREATE TABLE [t] ([a] NVARCHAR(450) NOT NULL PRIMARY KEY)",
        ),
        (
            "CREATE TABLE [t] ([a] VARCHAR(893), [b] DATETIME2(7), CONSTRAINT [x] PRIMARY KEY ([a], [b]))",
            "1:55 The clustered key (a, b) of t can have 901 bytes, 900 at most are allowed.",
            "CREATE TABLE [t] ([a] VARCHAR(893), [b] DATETIME2(3), CONSTRAINT [x] PRIMARY KEY ([a], [b]))",
        ),
        (
            "CREATE TABLE [t] ([a] NVARCHAR(451), CONSTRAINT [x] PRIMARY KEY ([a]))",
            "1:38 The clustered key (a) of t can have 902 bytes, 900 at most are allowed.",
            "CREATE TABLE [t] ([a] NVARCHAR(451), CONSTRAINT [x] PRIMARY KEY NONCLUSTERED ([a]))",
        ),
        (
            "CREATE TABLE [t] ([a] NVARCHAR(851) UNIQUE)",
            "1:37 The nonclustered key (a) of t can have 1,702 bytes, 1,700 at most are allowed.",
            "CREATE TABLE [t] ([a] NVARCHAR(850) UNIQUE)",
        ),
        (
            "CREATE TABLE [t] ([a] NVARCHAR(MAX), UNIQUE ([a]))",
            "1:38 The nonclustered key (a) of t has no limit: a can be no key.",
            "CREATE TABLE [t] ([a] NVARCHAR(40), UNIQUE ([a]))",
        ),
        (
            "CREATE INDEX [i] ON [core].[t] ([k], [v])",
            "1:1 The nonclustered key (k, v) of t has no limit: v can be no key.",
            "CREATE INDEX [i] ON [core].[t] ([k]) INCLUDE ([v]) WHERE [n] IS NOT NULL",
        ),
        (
            "CREATE CLUSTERED INDEX [i] ON [core].[t] ([k], [n])",
            "1:1 The clustered key (k, n) of t can have 904 bytes, 900 at most are allowed.",
            "CREATE CLUSTERED INDEX [i] ON [core].[t] ([k])",
        ),
        (
            "CREATE INDEX [i] ON [core].[t] ([missing], [n])",
            (
                "1:1 The nonclustered key (missing, n) of t can't be measured: "
                "the statements that make the table don't have missing."
            ),
            "CREATE INDEX [i] ON [core].[t] ([n])",
        ),
        (
            "ALTER TABLE [core].[t] ADD CONSTRAINT [x] PRIMARY KEY ([k], [n])",
            "1:28 The clustered key (k, n) of t can have 904 bytes, 900 at most are allowed.",
            "ALTER TABLE [core].[t] ADD CONSTRAINT [x] UNIQUE ([k], [n])",
        ),
        (insert(1001, "(1)"), "1:23 VALUES has 1,001 rows, 1,000 at most are allowed.", insert(1000, "(1)")),
        (
            f"SELECT 1 AS [a] WHERE 1 IN ({', '.join('?' * 2099)})",
            "1:1 The statement has 2,099 parameters, 2,098 at most are allowed.",
            f"SELECT 1 AS [a] WHERE 1 IN ({', '.join('?' * 2098)})",
        ),
        ("SELECT NOW()", "1:8 NOW isn't among the functions that are known to SQL Server.", "SELECT SYSUTCDATETIME()"),
        (
            "SELECT [s] FROM GENERATE_SERIES(1, 3) AS g",
            "1:17 GENERATE_SERIES isn't among the functions that are known to SQL Server.",
            "SELECT [value] FROM STRING_SPLIT(N'1,3', N',') AS g",
        ),
        (
            "SELECT [dbo].[f](1)",
            "1:8 f isn't among the functions that are known to SQL Server.",
            "SELECT COALESCE(NULLIF([a], 0), IIF([b] = 1, LEFT([c], 1), TRY_CAST([d] AS INT))) FROM [t]",
        ),
        ("SELECT [a]::int", "1:8 :: is no cast in SQL Server. Write CAST(.. AS ..).", "SELECT CAST([a] AS INT)"),
        (
            "UPDATE [t] SET [flag] = TRUE",
            "1:25 TRUE is a column's name in SQL Server. Write 1 or 0.",
            "UPDATE [t] SET [flag] = 1",
        ),
        (
            "SELECT [a] FROM [t] WHERE [flag] = false",
            "1:36 false is a column's name in SQL Server. Write 1 or 0.",
            "SELECT [a] FROM [t] WHERE [flag] = [false] OR t.[true] = N'true'",
        ),
        (
            "SELECT 1 AS [a] WITH c AS (SELECT 1 AS [a]) SELECT [a] FROM c",
            "1:17 WITH begins a common table expression without a semicolon before it.",
            "SELECT 1 AS [a]; /* all */ WITH c AS (SELECT 1 AS [a]) SELECT [a] FROM c",
        ),
        (
            f"SET NOCOUNT ON WITH s AS (SELECT 1 AS [a]) {MERGE}",
            "1:16 WITH begins a common table expression without a semicolon before it.",
            f"WITH s AS (SELECT 1 AS [a]) {MERGE}",
        ),
        (
            "MERGE INTO [t] USING [s] ON [t].[a] = [s].[a] WHEN MATCHED THEN DELETE OUTPUT $action;",
            "1:79 OUTPUT $action can't be proven without SQL Server. Count before the MERGE.",
            "MERGE INTO [t] USING [s] ON [t].[a] = [s].[a] WHEN MATCHED THEN DELETE;",
        ),
        (
            "MERGE INTO [t] USING [s] ON [t].[a] = [s].[a] WHEN NOT MATCHED BY SOURCE THEN DELETE;",
            "1:79 NOT MATCHED BY SOURCE can't be proven without SQL Server. Use a DELETE.",
            "DELETE FROM [t] WHERE NOT EXISTS (SELECT 1 FROM [s] WHERE [s].[a] = [t].[a])",
        ),
        ("SELECT 1\nGO\nSELECT 2", "3:1 GO is no T-SQL. Send the batches one by one.", "SELECT 1;\nSELECT 2"),
    ],
    ids=[
        "primary key of a column", "primary key of a table", "nonclustered primary key", "unique column",
        "unlimited key", "index", "clustered index", "index of an unknown column", "added key",
        "VALUES", "parameters", "function", "table function", "function of one's own", "cast", "TRUE", "false",
        "WITH", "WITH before MERGE", "$action", "BY SOURCE", "GO",
    ],
)  # fmt: skip
def test_a_mistake_is_found_and_its_correction_passes(
    tsql_parser: Parser, sql: str, fault: str, corrected: str
) -> None:
    assert tsql_parser.lint(sql, ddl=[TABLE]) == [fault]
    assert tsql_parser.lint(corrected, ddl=[TABLE]) == []


@pytest.mark.parametrize(
    ("column", "size"),
    [
        ("BIT", 1), ("TINYINT", 1), ("SMALLINT", 2), ("INT", 4), ("BIGINT", 8), ("REAL", 4), ("FLOAT", 8),
        ("FLOAT(24)", 4),
        ("DECIMAL(9, 2)", 5), ("DECIMAL", 9), ("NUMERIC(20, 4)", 13), ("DECIMAL(38, 0)", 17), ("MONEY", 8),
        ("DATE", 3), ("TIME(0)", 3), ("DATETIME", 8), ("SMALLDATETIME", 4), ("DATETIME2(0)", 6), ("DATETIME2(3)", 7),
        ("DATETIME2", 8), ("DATETIMEOFFSET(7)", 10), ("UNIQUEIDENTIFIER", 16), ("CHAR", 1), ("CHAR(9)", 9),
        ("VARCHAR(40)", 40), ("NCHAR(9)", 18), ("NVARCHAR(40)", 80), ("BINARY(16)", 16), ("VARBINARY(32)", 32),
    ],
)  # fmt: skip
def test_a_type_takes_as_many_bytes_as_the_server_says(tsql_parser: Parser, column: str, size: int) -> None:
    sql = f"CREATE TABLE [t] ([f] CHAR({901 - size}), [a] {column}, PRIMARY KEY ([f], [a]))"
    fault = "The clustered key (f, a) of t can have 901 bytes, 900 at most are allowed."
    assert [said.partition(" ")[2] for said in tsql_parser.lint(sql)] == [fault]


@pytest.mark.parametrize("column", ["VARCHAR(MAX)", "XML", "GEOGRAPHY", "BOOLEAN", "TEXT"])
def test_what_can_be_no_key_has_no_size(tsql_parser: Parser, column: str) -> None:
    assert tsql_parser.lint(f"CREATE TABLE [t] ([a] {column}, UNIQUE ([a]))") == [
        f"1:{25 + len(column)} The nonclustered key (a) of t has no limit: a can be no key."
    ]


def test_columns_that_are_added_later_count(tsql_parser: Parser) -> None:
    ddl = [TABLE, "ALTER TABLE [core].[t] ADD [w] VARCHAR(897)"]
    assert tsql_parser.lint("CREATE CLUSTERED INDEX [i] ON [core].[t] ([n], [w])", ddl) == [
        "1:1 The clustered key (n, w) of t can have 901 bytes, 900 at most are allowed."
    ]


def test_variables_of_the_batch_are_no_parameters(tsql_parser: Parser) -> None:
    declared = "DECLARE @a INT = 1, @b INT = 2;"
    sql = f"{declared} SELECT @a, @b WHERE 1 IN ({', '.join('?' * 2098)})"
    assert tsql_parser.lint(sql) == []
