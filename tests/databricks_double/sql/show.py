"""SHOW and DESCRIBE."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.lexer import literal
from tests.databricks_double.sql.objects import find
from tests.databricks_double.sql.run import Run
from tests.databricks_double.sql.types import table
from tests.databricks_double.store import Column, Name, Relation


def _matches(name: str, pattern: str | None) -> bool:
    """Return whether a name fits a pattern: `*` for anything, `|` between alternatives, in any case."""
    if pattern is None:
        return True
    return any(fnmatch.fnmatchcase(name.lower(), part.lower()) for part in pattern.split("|"))


def show(run: Run, statement: st.Show) -> pa.Table:
    """Run SHOW."""

    def seen(name: Name) -> bool:
        return access.sees(run.store, run.identity, name)

    if statement.what == "CATALOGS":
        names = sorted(name[0] for name in run.store.catalogs if seen(name))
        return table("catalog", [(name,) for name in names if _matches(name, statement.pattern)])
    if statement.what == "SCHEMAS":
        catalog = statement.name or (run.session.catalog,)
        if catalog not in run.store.catalogs:
            raise errors.catalog_not_found(catalog)
        names = sorted(name[1] for name in run.store.schemas if name[:1] == catalog and seen(name))
        return table("databaseName", [(name,) for name in names if _matches(name, statement.pattern)])
    if statement.what in ("TBLPROPERTIES", "CREATE TABLE", "COLUMNS"):
        name, relation = visible(run, statement.name or ())
        return _about(name, relation, statement)
    schema = run.full(statement.name, 2) if statement.name else run.session.namespace
    run.schema_exists(schema)
    if statement.what == "FUNCTIONS":
        functions = sorted(name for name in run.store.functions if name[:2] == schema and seen(name))
        return table("function", [(".".join(name),) for name in functions if _matches(name[2], statement.pattern)])
    found = [
        (name, at)
        for name, at in sorted(run.store.relations.items())
        if name[:2] == schema and seen(name) and _matches(name[2], statement.pattern)
    ]
    if statement.what == "VIEWS":
        views = [
            (name[1], name[2], False, at.kind == "MATERIALIZED_VIEW") for name, at in found if at.kind.endswith("VIEW")
        ]
        return table("namespace viewName isTemporary:bool isMaterialized:bool", views)
    if statement.what == "TABLE EXTENDED":
        rows = [(name[1], name[2], False, _information(name, at)) for name, at in found]
        return table("database tableName isTemporary:bool information", rows)
    temporary = [("", name, True) for name in sorted(run.session.temporary) if _matches(name, statement.pattern)]
    return table("database tableName isTemporary:bool", [(name[1], name[2], False) for name, _ in found] + temporary)


def _information(name: Name, relation: Relation) -> str:
    lines = [
        f"Catalog: {name[0]}",
        f"Database: {name[1]}",
        f"Table: {name[2]}",
        f"Owner: {relation.owner}",
        f"Type: {relation.kind}",
    ]
    if relation.kind != "VIEW":
        lines.append("Provider: delta")
    if relation.comment:
        lines.append(f"Comment: {relation.comment}")
    lines.append("Schema: root")
    lines += [
        f" |-- {at.name}: {at.data_type} (nullable = {str(at.nullable).lower()})" for at in relation.columns.values()
    ]
    return "\n".join(lines) + "\n"


def _about(name: Name, relation: Relation, statement: st.Show) -> pa.Table:
    if statement.what == "COLUMNS":
        return table("col_name", [(column.name,) for column in relation.columns.values()])
    if statement.what == "CREATE TABLE":
        return table("createtab_stmt", [(_create_statement(name, relation),)])
    wanted = statement.pattern.strip("'`\"") if statement.pattern else None
    return table("key value", [pair for pair in sorted(relation.properties.items()) if wanted in (None, pair[0])])


def _create_statement(name: Name, relation: Relation) -> str:
    columns = ",\n  ".join(
        f"{quoted([at.name])} {at.data_type.upper()}{'' if at.nullable else ' NOT NULL'}"
        + (f" COMMENT {literal(at.comment)}" if at.comment else "")
        for at in relation.columns.values()
    )
    if relation.kind == "VIEW":
        return f"CREATE VIEW {quoted(name)} AS {relation.definition}"
    comment = f"\nCOMMENT {literal(relation.comment)}" if relation.comment else ""
    return f"CREATE TABLE {quoted(name)} (\n  {columns})\nUSING delta{comment}"


def visible(run: Run, name: Name) -> tuple[Name, Relation]:
    """Return a relation whose metadata this principal may see; temporary views come first."""
    if len(name) == 1 and name[0] in run.session.temporary:
        return name, run.session.temporary[name[0]]
    full, item = find(run, "TABLE", name)
    run.may_use(full[:2])
    if not access.sees(run.store, run.identity, full):
        raise errors.no_permission("BROWSE", "Table", full)
    assert isinstance(item, Relation)
    return full, item


def describe(run: Run, statement: st.Describe) -> pa.Table:
    """Run DESCRIBE."""
    columns = "info_name info_value"
    if statement.what == "QUERY":
        with run.prepared_sql(statement.query or "") as sql:
            return table("col_name data_type comment", [(name, kind, None) for name, kind in run.engine.columns(sql)])
    if statement.what in ("SCHEMA", "CATALOG"):
        name, item = find(run, statement.what, statement.name)
        shown = [("Catalog Name", name[0])] + ([("Namespace Name", name[1])] if len(name) > 1 else [])
        return table(columns, [*shown, ("Comment", item.comment or ""), ("Owner", item.owner)])
    if statement.what == "FUNCTION":
        return _describe_function(run, statement.name)
    name, relation = visible(run, statement.name)
    if statement.what in ("HISTORY", "DETAIL"):
        if relation.kind == "VIEW":
            raise errors.expected_table(name, f"DESCRIBE {statement.what}")
        return _history(relation, statement.limit) if statement.what == "HISTORY" else _detail(name, relation)
    if statement.as_json:
        if not statement.extended:
            raise SqlError(
                "DESCRIBE_JSON_NOT_EXTENDED", "DESCRIBE TABLE ... AS JSON is only supported with EXTENDED.", "0A000"
            )
        return table("json_metadata", [(json.dumps(_as_json(name, relation)),)])
    rows: list[tuple[str, str, str | None]] = [(at.name, at.data_type, at.comment) for at in relation.columns.values()]
    return table("col_name data_type comment", [*rows, *(_extended(name, relation) if statement.extended else ())])


def _describe_function(run: Run, name: Name) -> pa.Table:
    full, _ = find(run, "FUNCTION", name)
    function = run.store.functions[full]
    inputs = ", ".join(f"{parameter.name} {parameter.data_type.upper()}" for parameter in function.parameters)
    lines = [
        f"Function: {'.'.join(full)}",
        "Type:     SCALAR",
        f"Input:    {inputs}",
        f"Returns:  {function.returns.upper()}",
    ]
    lines += [f"Comment:  {function.comment or ''}", f"Owner:    {function.owner}", f"Body:     {function.body}"]
    return table("function_desc", [(line,) for line in lines])


def _history(relation: Relation, limit: int | None) -> pa.Table:
    rows = [(at.number, at.at, at.user, at.user, at.operation) for at in reversed(relation.history)][:limit]
    return table("version:long timestamp:ts userId userName operation", rows)


def _detail(name: Name, relation: Relation) -> pa.Table:
    columns = (
        "format id name description location createdAt:ts lastModified:ts numFiles:long sizeInBytes:long properties:map"
    )
    row = ("delta", None, ".".join(name), relation.comment, None, relation.created_at, relation.updated_at, 1, 0)
    return table(columns, [(*row, list(relation.properties.items()))])


def _extended(name: Name, relation: Relation) -> Iterator[tuple[str, str, str]]:
    catalog, schema = (name[0], name[1]) if len(name) == 3 else ("", "")
    yield ("", "", "")
    masks = [at for at in relation.columns.values() if at.mask]
    if masks:
        yield ("# Column Masks", "", "")
        for at in masks:
            yield (at.name, quoted(at.mask.function) if at.mask else "", "")
        yield ("", "", "")
    if relation.row_filter:
        yield ("# Row Filter", "", "")
        yield ("Function", quoted(relation.row_filter.function), "")
        yield ("", "", "")
    if relation.kind in ("MATERIALIZED_VIEW", "STREAMING_TABLE"):
        yield ("# Refresh Information", "", "")
        yield ("Refresh Schedule", "MANUAL", "")
        yield ("", "", "")
    yield ("# Detailed Table Information", "", "")
    shown: dict[str, str | None] = {"Catalog": catalog, "Database": schema, "Table": name[-1], "Owner": relation.owner}
    shown["Created Time"] = datetime.fromtimestamp(relation.created_at / 1000, timezone.utc).strftime(
        "%a %b %d %H:%M:%S UTC %Y"
    )
    shown |= {"Type": relation.kind, "Comment": relation.comment}
    if relation.definition is not None:
        shown |= {"View Text": relation.definition}
    if relation.kind != "VIEW":
        shown |= {"Provider": "delta"}
    properties = ",".join(f"{key}={value}" for key, value in sorted(relation.properties.items()))
    shown["Table Properties"] = f"[{properties}]"
    for key, value in shown.items():
        if value is not None:
            yield (key, value, "")


def _as_json(name: Name, relation: Relation) -> dict[str, Any]:
    found: dict[str, Any] = {"table_name": name[-1]}
    if len(name) == 3:
        found |= {"catalog_name": name[0], "namespace": [name[1]], "schema_name": name[1]}
    found |= {"columns": [_column_json(column) for column in relation.columns.values()], "owner": relation.owner}
    found |= {"type": relation.kind, "comment": relation.comment, "table_properties": dict(relation.properties)}
    created = datetime.fromtimestamp(relation.created_at / 1000, timezone.utc)
    found |= {"created_time": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "view_text": relation.definition}
    if relation.kind != "VIEW":
        found |= {"provider": "delta"}
    if relation.row_filter:
        used = relation.row_filter
        function = dict(zip(("catalog_name", "schema_name", "function_name"), used.function, strict=True))
        found["row_filter"] = {"function_name": function, "arguments": [{"column_name": key} for key in used.columns]}
    masks = []
    for column in relation.columns.values():
        if column.mask:
            function = dict(zip(("catalog_name", "schema_name", "function_name"), column.mask.function, strict=True))
            arguments = [{"column_name": key} for key in column.mask.using_columns]
            masks.append({"column_name": column.name, "function_name": function, "arguments": arguments})
    if masks:
        found["column_masks"] = masks
    return {key: value for key, value in found.items() if value is not None}


def _column_json(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": type_json(column.data_type), "nullable": column.nullable}
    if column.comment is not None:
        found["comment"] = column.comment
    if column.default is not None:
        found["default"] = column.default
    return found


def type_json(data_type: str) -> dict[str, Any]:
    """Return a type as DESCRIBE ... AS JSON has it."""
    if match := re.fullmatch(r"decimal\((\d+),(\d+)\)", data_type):
        return {"name": "decimal", "precision": int(match[1]), "scale": int(match[2])}
    if match := re.fullmatch(r"(varchar|char)\((\d+)\)", data_type):
        return {"name": match[1], "length": int(match[2])}
    if match := re.fullmatch(r"(array|map|struct)<(.*)>", data_type):
        inner = _split(match[2])
        if match[1] == "array":
            return {"name": "array", "element_type": type_json(inner[0]), "element_nullable": True}
        if match[1] == "map":
            return {
                "name": "map",
                "key_type": type_json(inner[0]),
                "value_type": type_json(inner[1]),
                "value_nullable": True,
            }
        fields = [field.split(":", 1) for field in inner]
        return {"name": "struct", "fields": [{"name": n, "type": type_json(t), "nullable": True} for n, t in fields]}
    return {"name": {"timestamp": "timestamp_ltz"}.get(data_type, data_type)}


def _split(inner: str) -> list[str]:
    """Split at the commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in inner:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
