"""What is in a published catalog, from its `information_schema`: as many queries as there are views, whatever is in it.

Columns and their meanings: the vendor's reference of `INFORMATION_SCHEMA` (TABLES, COLUMNS, TABLE_TAGS, COLUMN_TAGS,
COLUMN_MASKS, ROW_FILTERS).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.model import Relation, fold
from meshport.resources import BOOKKEEPING, ObservedColumn, ObservedRelation, known_as

Place = tuple[str, str]
Rows = list[tuple[Any, ...]]
OURS = "meshport_"
"""Tags with this prefix are what meshport wrote of itself: properties, not tags."""
BEFORE = "previous_"

_QUERIES = {
    "tables": "select table_schema, table_name, table_type, comment from {0}.tables where {1}",
    "columns": "select table_schema, table_name, column_name, full_data_type, comment from {0}.columns where {1} "
    "order by table_schema, table_name, ordinal_position",
    "table_tags": "select schema_name, table_name, tag_name, tag_value from {0}.table_tags where {2}",
    "column_tags": "select schema_name, table_name, column_name, tag_name, tag_value from {0}.column_tags where {2}",
    "masks": "select table_schema, table_name, column_name, mask_name from {0}.column_masks where {1}",
    "filters": "select table_schema, table_name, filter_name from {0}.row_filters where {1}",
}


def observe(rows: Callable[[str], Rows], database: str) -> dict[Relation, ObservedRelation]:
    """Read every relation of a catalog but those of its bookkeeping schema. `rows` runs a query."""
    schema = f"{identifier(database)}.information_schema"
    left_out = f"not in ({literal('information_schema')}, {literal(BOOKKEEPING)})"
    found = {
        name: rows(query.format(schema, f"table_schema {left_out}", f"schema_name {left_out}"))
        for name, query in _QUERIES.items()
    }
    return assemble(database, found)


def assemble(database: str, found: dict[str, Rows]) -> dict[Relation, ObservedRelation]:
    """Put the rows of the queries together, by relation. Pure."""
    tags: dict[Place, dict[str, str]] = defaultdict(dict)
    for schema, table, key, value in found["table_tags"]:
        tags[schema, table][key] = value or ""
    on_columns: dict[Place, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for schema, table, column, key, value in found["column_tags"]:
        on_columns[schema, table][fold(column)][key] = value or ""
    masks = {(schema, table, fold(column)): known_as(name) for schema, table, column, name in found["masks"]}
    filters = {(schema, table): known_as(name) for schema, table, name in found["filters"]}
    columns: dict[Place, list[ObservedColumn]] = defaultdict(list)
    for schema, table, name, data_type, comment in found["columns"]:
        columns[schema, table].append(
            ObservedColumn(
                name=name,
                data_type=data_type,
                comment=comment or "",
                tags=on_columns[schema, table].get(fold(name), {}),
                mask=masks.get((schema, table, fold(name)), ""),
            )
        )
    observed = {}
    for schema, table, kind, comment in found["tables"]:
        place, relation = (schema, table), Relation(database, schema, table)
        properties = {key.removeprefix(OURS): value for key, value in tags[place].items() if key.startswith(OURS)}
        previous = {k.removeprefix(BEFORE): value for k, value in properties.items() if k.startswith(BEFORE)}
        observed[relation] = ObservedRelation(
            relation=relation,
            columns=tuple(columns[place]),
            comment=comment or "",
            tags={key: value for key, value in tags[place].items() if not key.startswith(OURS)},
            properties={key: value for key, value in properties.items() if not key.startswith(BEFORE)},
            is_view=kind == "VIEW",
            is_clone=kind.endswith("_SHALLOW_CLONE"),
            previous=previous or None,
            row_filter=filters.get(place, ""),
        )
    return observed
