"""A small project, as artifacts: what ran well, what failed, what did not run, and a model that is no table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.artifacts.builders import manifest, result, run_results

INVOCATION = "73584a61-d3f6-407b-aff8-6f7127004beb"
AT = "2026-11-20T10:00:00.500000Z"

CLEAN = """
select id, upper(country) as country, amount, ordered_at from "shop"."raw"."orders" where amount > 0
"""
REVENUE = f"""
with __dbt__cte__clean_orders as ({CLEAN})
select
    country,
    sum(amount) as revenue,
    case when max(ordered_at) > date '2026-01-01' then 'active' else 'quiet' end as status,
    1 as one
from __dbt__cte__clean_orders
group by country
"""
RANKED = """
select
    id,
    amount * 2 as doubled,
    row_number() over (partition by country order by ordered_at) as n,
    sum(amount) filter (where country = 'NL') as dutch,
    nowhere.mystery as mystery
from "shop"."raw"."orders" cross join nowhere.secrets as nowhere
"""


def node(unique_id: str, **changes: Any) -> dict[str, Any]:
    name = unique_id.split(".")[2]
    return {
        "resource_type": unique_id.split(".")[0],
        "database": "shop",
        "schema": "main",
        "name": name,
        "alias": name,
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
        "relation_name": f'"shop"."main"."{name}"',
        "columns": {},
        "config": {"materialized": "table"},
        **changes,
    }


def data_test(unique_id: str, of: str, kind: str, column: str, severity: str = "error") -> dict[str, Any]:
    return {
        **node(unique_id, relation_name=None, config={"severity": severity}),
        "test_metadata": {"name": kind, "kwargs": {"column_name": column}},
        "column_name": column,
        "attached_node": of,
        "depends_on": {"nodes": [of]},
    }


REVENUE_ID, RANKED_ID = "model.shop.revenue", "model.shop.ranked"
NODES = {
    "seed.shop.countries": node("seed.shop.countries", config={"materialized": "seed"}),
    "model.shop.clean_orders": node(
        "model.shop.clean_orders",
        config={"materialized": "ephemeral"},
        compiled_code=CLEAN,
        depends_on={"nodes": ["source.shop.raw.orders"]},
    ),
    REVENUE_ID: node(
        REVENUE_ID,
        description="One row a country.",
        group="sales",
        compiled_code=REVENUE,
        columns={"country": {"name": "country", "description": "Two letters."}},
        depends_on={"nodes": ["model.shop.clean_orders"]},
    ),
    RANKED_ID: node(RANKED_ID, compiled_code=RANKED, depends_on={"nodes": ["source.shop.raw.orders"]}),
    "model.shop.broken": node("model.shop.broken", compiled_code="select 1 as a"),
    "snapshot.shop.history": node(
        "snapshot.shop.history",
        compiled_code='select country from "shop"."main"."revenue"',
        depends_on={"nodes": [REVENUE_ID]},
    ),
    "test.shop.unique_country": data_test("test.shop.unique_country", REVENUE_ID, "unique", "country"),
    "test.shop.some_revenue": data_test("test.shop.some_revenue", REVENUE_ID, "not_null", "revenue", "warn"),
    "test.shop.bad_id": data_test("test.shop.bad_id", RANKED_ID, "unique", "id"),
    "test.shop.not_asked": data_test("test.shop.not_asked", RANKED_ID, "not_null", "id"),
}
SOURCE = {
    **node("source.shop.raw.orders"),
    "schema": "raw",
    "name": "orders",
    "identifier": "orders",
    "relation_name": '"shop"."raw"."orders"',
}
GROUP = {"name": "sales", "package_name": "shop", "owner": {"name": "Sales Team", "email": "sales@example.com"}}
CATALOG = {
    "source.shop.raw.orders": {"id": "INTEGER", "country": "VARCHAR", "amount": "DECIMAL(9,2)", "ordered_at": "DATE"},
    REVENUE_ID: {"country": "VARCHAR", "revenue": "DECIMAL(38,2)", "status": "VARCHAR", "one": "INTEGER"},
    "seed.shop.countries": {"code": "VARCHAR"},
}


def write(folder: Path, adapter: str = "duckdb") -> Path:
    """Write the artifacts into a folder, and return it."""
    head = manifest(
        nodes=NODES, sources={"source.shop.raw.orders": SOURCE}, groups={"group.shop.sales": GROUP}
    )  # fmt: skip
    head["metadata"] |= {"adapter_type": adapter, "generated_at": AT, "invocation_id": INVOCATION}
    ran = run_results(
        _ran("seed.shop.countries", "01", "success"),
        _ran(REVENUE_ID, "02", "success"),
        _ran(RANKED_ID, "03", "success"),
        {**_ran("model.shop.broken", "04", "error"), "message": "Binder Error: no such column"},
        {**_ran("snapshot.shop.history", "05", "skipped"), "timing": []},
        {**_ran("test.shop.unique_country", "06", "pass"), "failures": 0},
        {**_ran("test.shop.some_revenue", "07", "warn"), "failures": 2},
        {**_ran("test.shop.bad_id", "08", "fail"), "failures": 3},
    )
    ran["metadata"]["invocation_id"] = INVOCATION
    tables = {
        unique_id: {"columns": {name: {"name": name, "type": kind, "index": i} for i, (name, kind) in enumerate(columns.items())}}
        for unique_id, columns in CATALOG.items()
    }  # fmt: skip
    catalog = {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
        "nodes": {name: table for name, table in tables.items() if not name.startswith("source")},
        "sources": {name: table for name, table in tables.items() if name.startswith("source")},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"manifest": head, "run_results": ran, "catalog": catalog}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def _ran(unique_id: str, second: str, status: str) -> dict[str, Any]:
    entry = result(unique_id, end=f"2026-11-20T10:00:{second}.250000Z", status=status)
    entry["timing"][0]["started_at"] = f"2026-11-20T10:00:{second}.000000Z"
    return entry
