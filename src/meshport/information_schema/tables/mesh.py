"""`mesh.*`: what meshport knows beside dbt: products, their contracts, who reads them, what the standards say."""

from __future__ import annotations

from meshport.information_schema.spec import BOOL, FLOAT, INT, JSON, LIST, TIME, Column, Table

_META = "coalesce(conf.meta, meta)"
_DECLARED = "the project's declarations and mesh.yml; other domains from the registry"
_REGISTRY = "the registry"


def _table(name: str, description: str, source: str, *columns: Column) -> Table:
    alone = source in (_DECLARED, _REGISTRY)
    return Table(
        schema="mesh", name=name, description=description, columns=columns, source=source, registry_alone=alone
    )


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


TABLES = (
    _table(
        "products",
        "Data products. `own` ones are declared by this project, as they stand here; the others are published.",
        _DECLARED,
        *_texts("product_key", "domain", "name", "title", "description", "owner_name", "owner_email"),
        *_texts("tier", "freshness"),
        Column("quality", FLOAT),
        Column("terms"),
        Column("support", JSON),
        Column("tags", JSON),
        *_texts("status", "version"),
        Column("own", BOOL),
        Column("catalog_type"),
        Column("published_at", TIME),
    ),
    _table(
        "ports",
        "Output ports; one row a version.",
        _DECLARED,
        *_texts("product_key", "port", "name", "version"),
        Column("latest", BOOL),
        *_texts("node_unique_id", "database_name", "schema_name", "identifier", "description"),
        Column("contract_enforced", BOOL),
        *_texts("row_filter", "deprecation_date"),
        Column("tags", JSON),
        Column("status"),
    ),
    _table(
        "port_columns",
        "Columns of ports, as their contracts say.",
        _DECLARED,
        *_texts("product_key", "port", "column_name"),
        Column("column_index", "INTEGER"),
        *_texts("data_type", "description", "classification", "mask", "mask_method"),
        Column("tags", JSON),
    ),
    _table(
        "port_constraints",
        "Constraints of ports' contracts.",
        _DECLARED,
        *_texts("product_key", "port", "constraint_type"),
        Column("columns", LIST),
        *_texts("expression", "name"),
    ),
    _table(
        "port_rules",
        "Tests of ports.",
        _DECLARED,
        *_texts("product_key", "port", "test_unique_id", "name", "kind", "column_name"),
    ),
    Table(
        schema="mesh",
        name="node_columns",
        description="What is declared of columns beside their types, for every node. The last two are the adapter's: "
        "they count only where they stand, at the column's top level.",
        source="manifest.json",
        relation="declared_column",
        columns=(
            Column("node_unique_id", sql="unique_id"),
            Column("column_name", sql="name"),
            Column("classification", sql=f"{_META}->>'$.classification'"),
            Column("mask", sql=f"{_META}->>'$.mask'"),
            Column("meta", JSON, sql=_META),
            Column("config", JSON),
            Column("databricks_tags", JSON),
            Column("column_mask", JSON),
        ),
    ),
    _table(
        "column_formulas",
        "How columns are computed.",
        "compiled SQL, read by meshport",
        *_texts("node_unique_id", "column_name", "formula", "status", "reason"),
    ),
    _table(
        "foreign_relations",
        "Relations that SQL reads and that are no node of the project.",
        "compiled SQL, read by meshport",
        *_texts("node_unique_id", "relation"),
    ),
    _table(
        "exposed_columns",
        "Classified columns that reach a column of a port unmasked.",
        "compiled SQL, read by meshport; classifications",
        *_texts("product_key", "port", "column_name", "classification", "origin_node_unique_id", "origin_column"),
        Column("path"),
    ),
    _table(
        "classifications",
        "What a column may hold.",
        "the standards",
        *_texts("name", "description"),
        Column("masks", LIST),
        Column("detect", LIST),
    ),
    _table(
        "owners",
        "Who answers for what: `of_kind` is `domain`, `product`, `group` or `exposure`.",
        "mesh.yml, manifest.json, the registry",
        *_texts("owner_name", "owner_email", "of_kind", "of_name"),
    ),
    _table(
        "inputs",
        "Ports of other domains that this project reads, and how they stand.",
        "manifest.json, the registry",
        *_texts("node_unique_id", "product_key", "port", "status", "deprecation_date"),
    ),
    _table(
        "subscriptions",
        "Who may read a product, or wishes to.",
        _REGISTRY,
        *_texts("product_key", "principal", "status", "purpose"),
        Column("requested_at", TIME),
        Column("expires_at", TIME),
    ),
    _table(
        "grants",
        "What principals may do with ports.",
        _REGISTRY,
        *_texts("product_key", "port", "principal", "privilege"),
    ),
    _table(
        "policies",
        "Policies that hold here.",
        "the standards and the project",
        *_texts("name", "type", "severity", "owner", "description"),
    ),
    _table(
        "warehouses",
        "SQL warehouses.",
        "`warehouses:` of mesh.yml, or of a domain's file",
        *_texts("name", "size"),
        Column("auto_stop_minutes", "INTEGER"),
        Column("budget", FLOAT),
        *_texts("domain", "path"),
    ),
    _table(
        "results",
        "Test results that published versions stand on.",
        _REGISTRY,
        *_texts("product_key", "port", "version", "rule", "kind", "column_name", "status"),
        Column("failures", INT),
        Column("executed_at", TIME),
    ),
    _table(
        "domains",
        "Domains, as they last described themselves.",
        _REGISTRY,
        *_texts("domain", "title", "description", "owner_name", "owner_email"),
    ),
    _table(
        "publications",
        "Every publish of every product: `number` 1, 2, 3, ..., and how many of its tests passed, warned, failed.",
        _REGISTRY,
        Column("product_key"),
        Column("number", INT),
        *_texts("version", "kind"),
        Column("published_at", TIME),
        Column("published_by"),
        *(Column(name, INT) for name in ("passed", "warned", "failed")),
    ),
    _table(
        "service_levels",
        "What published products promised of their service. `met` is NULL where nothing shows whether it holds.",
        _REGISTRY,
        *_texts("product_key", "level", "promised", "found"),
        Column("met", BOOL),
    ),
    _table(
        "runs",
        "Runs of dbt that were recorded: `status` is `success` or `failed`.",
        _REGISTRY,
        *_texts("invocation_id", "domain", "command", "target"),
        Column("started_at", TIME),
        Column("ended_at", TIME),
        Column("status"),
    ),
    _table(
        "run_results",
        "What became of every node in those runs; a test of several ports comes once for each of them. "
        "`executed_at` of a source is when its newest row was loaded.",
        _REGISTRY,
        *_texts("invocation_id", "unique_id", "name", "kind", "product_key", "port", "status"),
        Column("seconds", FLOAT),
        Column("failures", INT),
        Column("executed_at", TIME),
    ),
    _table(
        "usage",
        "Queries through meshport in the last 90 days, by day (UTC). What people ask a catalog itself is not here.",
        _REGISTRY,
        Column("product_key"),
        Column("day", "DATE"),
        Column("queries", INT),
        Column("people", INT),
    ),
    _table(
        "costs",
        "What was spent in the last 30 days, by day (UTC), as `meshport ops cost --record` kept it. `kind` is build, "
        "publish, read, other or idle. `meshport ops cost` tells exact amounts.",
        _REGISTRY,
        Column("day", "DATE"),
        *_texts("payer", "domain", "product_key", "kind", "model", "consumer"),
        Column("amount", FLOAT),
        Column("currency"),
        Column("seconds", FLOAT),
    ),
    _table(
        "ratings",
        "What people think of products: 1 to 5 stars.",
        _REGISTRY,
        *_texts("product_key", "person"),
        Column("stars", INT),
        Column("comment"),
        Column("rated_at", TIME),
    ),
    _table(
        "port_lineage",
        "Columns of ports whose lineage was recorded when they were published. `unknown` says why it is not resolved.",
        _REGISTRY,
        *_texts("product_key", "port", "column_name", "formula", "unknown"),
    ),
    _table("project_flags", "Flags of dbt.", "`flags:` of dbt_project.yml", *_texts("name", "value")),
)
