"""Columns as declared and as the database has them: which is which, however they are written."""

from __future__ import annotations

from typing import Any

from tests.artifacts.builders import MODEL, Write, model, schema
from tests.information_schema.asking import ask


def declared(*names: str, **more: Any) -> dict[str, Any]:
    columns = {name: {"name": name, "data_type": f"declared {name}", **more} for name in names}
    return {"metadata": {"dbt_schema_version": schema("manifest", 12)}, "nodes": {MODEL: model(columns=columns)}}


def real(*names: str) -> dict[str, Any]:
    columns = {name: {"name": name, "type": f"real {name}", "index": at} for at, name in enumerate(names)}
    table = {"metadata": {}, "columns": columns, "stats": {}}
    return {"metadata": {"dbt_schema_version": schema("catalog", 1)}, "nodes": {MODEL: table}, "sources": {}}


def types(write: Write, manifest: dict[str, Any], catalog: dict[str, Any]) -> set[tuple[Any, ...]]:
    rows = ask(
        write(manifest=manifest, catalog=catalog),
        "select column_name, column_index, data_type_declared, data_type_actual, data_type from dbt.node_columns",
    )
    return {tuple(row.values()) for row in rows}


def test_names_match_without_case(write: Write) -> None:
    assert types(write, declared("Id", "gone"), real("EXTRA", "ID")) == {
        ("Id", 2, "declared Id", "real ID", "real ID"),
        ("gone", 2, "declared gone", None, "declared gone"),
        ("EXTRA", 1, None, "real EXTRA", "real EXTRA"),
    }


def test_names_that_differ_by_case_alone_are_two_columns(write: Write) -> None:
    assert types(write, declared("id", "ID"), real("ID", "id")) == {
        ("id", 2, "declared id", "real id", "real id"),
        ("ID", 1, "declared ID", "real ID", "real ID"),
    }


def test_one_of_two_that_differ_by_case_is_declared(write: Write) -> None:
    assert types(write, declared("ID"), real("id", "ID")) == {
        ("ID", 2, "declared ID", "real ID", "real ID"),
        ("id", 1, None, "real id", "real id"),
    }


def test_a_table_of_five_thousand_columns(write: Write) -> None:
    names = [f"column_{number}" for number in range(5000)]
    folder = write(manifest=declared(*names, description="long " * 1000), catalog=real(*names))
    (row,) = ask(
        folder, "select count(*) as n, min(column_index) as first, max(column_index) as last from dbt.node_columns"
    )
    assert row == {"n": 5000, "first": 1, "last": 5000}


def test_what_is_declared_of_a_column(write: Write) -> None:
    column = {
        "name": "größe'\"",
        "meta": {"classification": "old", "copied": "from the model"},
        "config": {
            "meta": {"classification": "pii.email", "mask": "hash"},
            "tags": ["a"],
            "databricks_tags": {"k": "v"},
        },
        "databricks_tags": {"top": "level"},
        "column_mask": {"function": "f"},
    }
    plain = {"name": "plain", "meta": {"classification": "internal"}}
    nodes = {MODEL: model(columns={"größe'\"": column, "plain": plain})}
    folder = write(manifest={"metadata": {"dbt_schema_version": schema("manifest", 12)}, "nodes": nodes})
    rows = {row["column_name"]: row for row in ask(folder, "select * from mesh.node_columns")}
    assert rows["größe'\""] == {
        "node_unique_id": MODEL,
        "column_name": "größe'\"",
        "classification": "pii.email",
        "mask": "hash",
        "meta": '{"classification":"pii.email","mask":"hash"}',
        "config": '{"meta":{"classification":"pii.email","mask":"hash"},"tags":["a"],"databricks_tags":{"k":"v"}}',
        "databricks_tags": '{"top":"level"}',
        "column_mask": '{"function":"f"}',
    }
    assert (rows["plain"]["classification"], rows["plain"]["config"]) == ("internal", None)
