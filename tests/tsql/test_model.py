"""Microsoft's schema compiler resolves what the parser only reads."""

from __future__ import annotations

import pytest

from support.tsql import Model

pytestmark = pytest.mark.nightly

DDL = ["CREATE SCHEMA [core]", "CREATE TABLE [core].[t] ([k] INT NOT NULL PRIMARY KEY, [v] NVARCHAR(20))"]
MERGE = (
    "MERGE INTO [core].[t] WITH (HOLDLOCK) AS tgt "
    "USING (SELECT [k], [v] FROM [core].[t] WHERE [k] = ?) AS src ON tgt.[k] = src.[k] "
    "WHEN MATCHED THEN UPDATE SET [{target}] = src.[{source}] "
    "WHEN NOT MATCHED BY TARGET THEN INSERT ([k], [v]) VALUES (src.[k], src.[v]);"
)


def test_what_resolves_passes(tsql_model: Model) -> None:
    view = "CREATE OR ALTER VIEW [core].[w] AS SELECT [k], [v] FROM [core].[t]"
    assert tsql_model.faults([*DDL, view], [MERGE.format(target="v", source="v"), "SELECT [v] FROM [core].[w]"]) == []


@pytest.mark.parametrize(
    ("ddl", "statement", "found"),
    [
        (
            "CREATE OR ALTER VIEW [core].[w] AS SELECT [nope] FROM [core].[t]",
            "",
            "SqlView: [core].[w] has an unresolved reference to object [core].[t].[nope]. (SQL71501)",
        ),
        (
            "CREATE TABLE [core].[u] ([flag] BOOLEAN)",
            "",
            "[core].[u].[flag] has an unresolved reference to SqlBuiltInType [dbo].[BOOLEAN]. (SQL71501)",
        ),
        (
            "",
            MERGE.format(target="nope", source="v"),
            "SqlProcedure: [dbo].[statement_1] has an unresolved reference to object [core].[t].[nope]. (SQL71501)",
        ),
        (
            "",
            MERGE.format(target="v", source="nope"),
            "SqlProcedure: [dbo].[statement_1] has an unresolved reference to object [core].[t].[src]. (SQL71502)",
        ),
        ("SET XACT_ABORT ON", "", "The schema compiler makes nothing of: SET XACT_ABORT ON"),
        ("CREATE TABLE [core].[u] ([k] INT) LIMIT", "", "Error SQL46010: Incorrect syntax near LIMIT."),
    ],
    ids=["column of a view", "type", "target of MERGE", "source of MERGE", "no definition", "syntax"],
)
def test_what_does_not_resolve_is_named(tsql_model: Model, ddl: str, statement: str, found: str) -> None:
    faults = tsql_model.faults([*DDL, *filter(None, [ddl])], [*filter(None, [statement])])
    assert [fault for fault in faults if fault.endswith(found)] != [], faults
