"""The relations of columns: what nodes declare, and what the database has of them."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping

from msgspec import Raw

from meshport.catalogs.duckdb import identifier
from meshport.information_schema.entries import COLUMN, COLUMN_RELATIONS, REAL_COLUMN
from meshport.information_schema.filling import Filling
from meshport.information_schema.manifest import take_columns
from meshport.information_schema.real import real_columns
from meshport.information_schema.staging import SCHEMA, Stage, fields_of, moment

Nodes = Iterable[tuple[str, Mapping[str, Raw]]]

# What dbt writes for a column without a config, which is most of them, need not be parsed once more.
_CONF = (
    """case when config = '{"meta":{},"tags":[]}' then {meta: '{}'::JSON, tags: []::VARCHAR[]} """
    f"""else {fields_of("config", {"meta": "JSON", "tags": "VARCHAR[]"})} end"""
)
_DECLARED, _ALL = (f"{SCHEMA}.{name}" for name in COLUMN_RELATIONS)
_AS_DECLARED = f"select *, null as type, null as comment from {_DECLARED}"  # noqa: S608
# In the database's order where it has the column; adapters count from 0 or from 1.
_WITH_REAL = f"""
    with ordered as (
        select *, row_number() over (partition by unique_id order by index, position) as place from {SCHEMA}.real_column
    )
    select
        coalesce(d.unique_id, r.unique_id) as unique_id, coalesce(d.name, r.name) as name, r.type, r.comment,
        coalesce(r.place, d.position) as position, d.* exclude (unique_id, name, position)
    from {_DECLARED} as d full join ordered as r on d.unique_id = r.unique_id and d.match = r.match"""  # noqa: S608


def provide_columns(filling: Filling, stage: Stage, relations: Collection[str]) -> None:
    """Make the relations of columns that are among these. Raises InputError where an artifact cannot be read.

    Names match as catalogs compare them, without case, except in a node that has names which differ by case alone.
    """
    wanted = [name for name in COLUMN_RELATIONS if name in relations]
    if not wanted:
        return
    artifacts, manifest = filling.sources.artifacts, filling.manifest_path
    declared = take_columns(filling.manifest)
    real = real_columns(artifacts) if COLUMN_RELATIONS[1] in wanted else []
    exact = {unique_id for unique_id, columns in (*declared, *real) if len(set(map(str.lower, columns))) < len(columns)}
    needed = set().union(*(table.words for table in filling.tables if table.relation in COLUMN_RELATIONS))
    types = {key: kind for key, kind in COLUMN.items() if key in {"name", "config", *needed}}
    kept = "table" if len(wanted) > 1 else "view"  # what one table reads, it reads itself
    stage.execute(
        f"create {kept} {_DECLARED} as select *, {_CONF} as conf, "  # noqa: S608
        f"{moment(filling.generated_at)} as generated_at from {_lines(stage, declared, exact, types)}",
        manifest,
    )
    if real:
        lines = _lines(stage, real, exact, REAL_COLUMN)
        stage.execute(f"create view {SCHEMA}.real_column as select * from {lines}", artifacts / "catalog.json")  # noqa: S608
    if COLUMN_RELATIONS[1] in wanted:
        stage.execute(f"create view {_ALL} as {_WITH_REAL if real else _AS_DECLARED}")


def _lines(stage: Stage, nodes: Nodes, exact: Container[str], types: Mapping[str, str]) -> str:
    """Hand columns over, one line a node; return what to select them from, one row a column."""
    fields = ", ".join(f"{identifier(key)} {kind}" for key, kind in types.items())
    lines = stage.lines(
        [
            {"unique_id": unique_id, "exact": unique_id in exact, "columns": list(columns.values())}
            for unique_id, columns in nodes
        ],
        {"unique_id": "VARCHAR", "exact": "BOOLEAN", "columns": f"STRUCT({fields})[]"},
    )
    position = "unnest(range(1, 1 + len(columns)::bigint)) as position"
    each = f"select unique_id, exact, {position}, unnest(columns, recursive := true) from {lines}"  # noqa: S608
    return f"(select *, if(exact, name, lower(name)) as match from ({each}))"  # noqa: S608
