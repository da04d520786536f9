"""What the parser accepts and SQL Server, or a stand-in, doesn't: limits, functions of other databases, traps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .sizes import size_of
from .tree import Batch, Node

KEY_BYTES = MappingProxyType({"clustered": 900, "nonclustered": 1_700})
VALUES_ROWS = 1_000
# A procedure takes 2,100; the text and the list of types are two of those of sp_executesql and its kin.
PARAMETERS = 2_100 - 2

# All of them are in SQL Server 2019. What has a grammar of its own (CAST, COALESCE, IIF, NULLIF) isn't asked for here.
FUNCTIONS = frozenset(
    """
    ABS APP_NAME AVG CEILING CHARINDEX CHOOSE COL_LENGTH COL_NAME CONCAT CONCAT_WS COUNT COUNT_BIG DATABASEPROPERTYEX
    DATALENGTH DATEADD DATEDIFF DATEFROMPARTS DATENAME DATEPART DATETIME2FROMPARTS DAY DB_ID DB_NAME DENSE_RANK EOMONTH
    ERROR_LINE ERROR_MESSAGE ERROR_NUMBER ERROR_STATE EXP FIRST_VALUE FLOOR FORMAT FN_LISTEXTENDEDPROPERTY HASHBYTES
    INDEX_COL ISDATE ISNULL ISNUMERIC LAG LAST_VALUE LEAD LEN LOG LOG10 LOWER LTRIM MAX MIN MONTH NTILE OBJECT_ID
    OBJECT_NAME OBJECT_SCHEMA_NAME OBJECTPROPERTY PATINDEX POWER QUOTENAME RANK REPLACE REPLICATE REVERSE ROUND
    ROW_NUMBER RTRIM SCHEMA_ID SCHEMA_NAME SCOPE_IDENTITY SERVERPROPERTY SESSIONPROPERTY SIGN SPACE SQRT STDEV STDEVP
    STRING_AGG STRING_SPLIT STUFF SUBSTRING SUM SUSER_SNAME SYSDATETIME SYSDATETIMEOFFSET SYSUTCDATETIME TRIM TYPE_ID
    TYPE_NAME UPPER VAR VARP XACT_STATE YEAR
    """.split()
)

Sizes = Mapping[str, int | None]  # the bytes of each column; none for what can be no key


@dataclass(frozen=True)
class Table:
    """A table's columns as far as keys ask for them."""

    name: str
    sizes: Sizes


Tables = Mapping[str, Table]
Lint = Callable[[Batch, Tables], Iterator[str]]


def lint(batch: Batch, tables: Tables) -> list[str]:
    """All that is found in a batch, as ``line:column message``."""
    return [said for rule in RULES for said in rule(batch, tables)]


def read_tables(batches: Sequence[Batch]) -> Tables:
    """The tables that these batches make, with the columns that they add to them."""
    tables: dict[str, Table] = {}
    for batch in batches:
        for made in batch.root.of("CreateTableStatement", "AlterTableAddTableElementStatement"):
            name = made.one["SchemaObjectName"].name()
            known = tables[name].sizes if name in tables else {}
            tables[name] = Table(name, {**known, **_sizes(made)})
    return tables


def _sizes(made: Node) -> dict[str, int | None]:
    columns = made.one["Definition"].many["ColumnDefinitions"]
    return {
        column.one["ColumnIdentifier"].plain["Value"]: size_of(column.one["DataType"])
        for column in columns
        if "DataType" in column.one
    }


def keys(batch: Batch, tables: Tables) -> Iterator[str]:
    """Keys and indexes that are wider than the server allows."""
    tables = {**tables, **_grown(tables, batch)}
    for made in batch.root.of("CreateTableStatement", "AlterTableAddTableElementStatement"):
        table = tables[made.one["SchemaObjectName"].name()]
        yield from _keys_of_table(batch, made, table)
    for index in batch.root.of("CreateIndexStatement"):
        name = index.one["OnName"].name()
        columns = [_column_name(column) for column in index.many["Columns"]]
        clustered = index.plain.get("Clustered") == "True"
        yield from _judge_key(batch.place(index), tables.get(name, Table(name, {})), columns, clustered=clustered)


def _grown(tables: Tables, batch: Batch) -> Tables:
    made = read_tables([batch])
    return {
        name: Table(name, {**tables[name].sizes, **table.sizes}) if name in tables else table
        for name, table in made.items()
    }


def _keys_of_table(batch: Batch, made: Node, table: Table) -> Iterator[str]:
    definition = made.one["Definition"]
    constraints = [(key, [_column_name(column) for column in key.many["Columns"]]) for key in _unique(definition)]
    for column in definition.many["ColumnDefinitions"]:
        own = column.one["ColumnIdentifier"].plain["Value"]
        constraints += [(key, [own]) for key in column.many["Constraints"] if key.kind == "UniqueConstraintDefinition"]
    others = any(key.plain.get("Clustered") == "True" for key, _ in constraints)
    for key, columns in constraints:
        by_default = key.plain["IsPrimaryKey"] == "True" and not others
        clustered = {"True": True, "False": False}.get(key.plain.get("Clustered", ""), by_default)
        yield from _judge_key(batch.place(key), table, columns, clustered=clustered)


def _unique(definition: Node) -> list[Node]:
    return [key for key in definition.many["TableConstraints"] if key.kind == "UniqueConstraintDefinition"]


def _column_name(column: Node) -> str:
    return column.one["Column"].one["MultiPartIdentifier"].name()


def _judge_key(place: str, table: Table, columns: Sequence[str], *, clustered: bool) -> Iterator[str]:
    unknown = [column for column in columns if column not in table.sizes]
    unlimited = [column for column in columns if column in table.sizes and table.sizes[column] is None]
    kind = "clustered" if clustered else "nonclustered"
    total = sum(table.sizes.get(column) or 0 for column in columns)
    key = f"{place} The {kind} key ({', '.join(columns)}) of {table.name}"
    if unknown:
        yield f"{key} can't be measured: the statements that make the table don't have {', '.join(unknown)}."
    elif unlimited:
        yield f"{key} has no limit: {', '.join(unlimited)} can be no key."
    elif total > KEY_BYTES[kind]:
        yield f"{key} can have {total:,} bytes, {KEY_BYTES[kind]:,} at most are allowed."


def values_rows(batch: Batch, _tables: Tables) -> Iterator[str]:
    """More rows behind INSERT .. VALUES than the server takes."""
    for values in batch.root.of("ValuesInsertSource"):
        rows = len(values.many["RowValues"])
        if rows > VALUES_ROWS:
            yield f"{batch.place(values)} VALUES has {rows:,} rows, {VALUES_ROWS:,} at most are allowed."


def parameters(batch: Batch, _tables: Tables) -> Iterator[str]:
    """More parameters than the server takes."""
    declared = {each.one["VariableName"].plain["Value"].lower() for each in batch.root.of("DeclareVariableElement")}
    used = {each.plain["Name"].lower() for each in batch.root.of("VariableReference")} - declared
    if len(used) > PARAMETERS:
        yield f"1:1 The statement has {len(used):,} parameters, {PARAMETERS:,} at most are allowed."


def functions(batch: Batch, _tables: Tables) -> Iterator[str]:
    """Functions that SQL Server 2019 may not have, and casts of PostgreSQL's, which read as a method of a type."""
    for call in batch.root.of("FunctionCall"):
        name = call.one["FunctionName"].plain["Value"]
        if "CallTarget" in call.one or name.upper() not in FUNCTIONS:
            yield f"{batch.place(call)} {name} isn't among the functions that are known to SQL Server."
    for table in batch.root.of("SchemaObjectFunctionTableReference", "GlobalFunctionTableReference"):
        named = table.one["SchemaObject"].name() if "SchemaObject" in table.one else table.one["Name"].plain["Value"]
        if named.upper() not in FUNCTIONS:
            yield f"{batch.place(table)} {named} isn't among the functions that are known to SQL Server."
    for cast in batch.root.of("UserDefinedTypeCallTarget"):
        yield f"{batch.place(cast)} :: is no cast in SQL Server. Write CAST(.. AS ..)."


def truth(batch: Batch, _tables: Tables) -> Iterator[str]:
    """TRUE and FALSE, which SQL Server takes for columns."""
    for column in batch.root.of("ColumnReferenceExpression"):
        parts = column.one["MultiPartIdentifier"].many["Identifiers"] if "MultiPartIdentifier" in column.one else ()
        bare = parts[0].plain if len(parts) == 1 else {"Value": "", "QuoteType": ""}
        if bare["Value"].upper() in {"TRUE", "FALSE"} and bare["QuoteType"] == "NotQuoted":
            yield f"{batch.place(column)} {bare['Value']} is a column's name in SQL Server. Write 1 or 0."


def semicolons(batch: Batch, _tables: Tables) -> Iterator[str]:
    """A WITH that begins a common table expression without a semicolon before it."""
    for expressions in batch.root.of("WithCtesAndXmlNamespaces"):
        if batch.before(expressions) not in {"", "Semicolon", "As", "Begin", "Else"}:
            yield f"{batch.place(expressions)} WITH begins a common table expression without a semicolon before it."


def unproven(batch: Batch, _tables: Tables) -> Iterator[str]:
    """What no stand-in for SQL Server can show to work."""
    for column in batch.root.of("ColumnReferenceExpression"):
        if column.plain["ColumnType"] == "PseudoColumnAction":
            yield f"{batch.place(column)} OUTPUT $action can't be proven without SQL Server. Count before the MERGE."
    for action in batch.root.of("MergeActionClause"):
        if action.plain["Condition"] == "NotMatchedBySource":
            yield f"{batch.place(action)} NOT MATCHED BY SOURCE can't be proven without SQL Server. Use a DELETE."


def batches(batch: Batch, _tables: Tables) -> Iterator[str]:
    """GO, which is a word of Microsoft's tools and not of the server."""
    if len(batch.root.many["Batches"]) > 1:
        yield f"{batch.place(batch.root.many['Batches'][1])} GO is no T-SQL. Send the batches one by one."


RULES: tuple[Lint, ...] = (keys, values_rows, parameters, functions, truth, semicolons, unproven, batches)
