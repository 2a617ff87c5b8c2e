"""CREATE TABLE, CLONE, CREATE VIEW: relations come to be, and what REPLACE keeps of the ones before."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from tests.databricks_double.engine import Columns
from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.constraints import named, resolved
from tests.databricks_double.sql.effective import policies_of
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.policies import filter_of, mask_of
from tests.databricks_double.sql.run import Run
from tests.databricks_double.sql.secure import readable, rows_of
from tests.databricks_double.sql.types import NOTHING, table
from tests.databricks_double.sql.write import add_version, check, columns_of
from tests.databricks_double.store import Column, Constraint, Name, Relation, now


def column_of(clause: cl.ColumnClause) -> Column:
    """Return a column as declared; its mask is looked up elsewhere, for it needs the store."""
    return Column(clause.name, clause.data_type or "string", clause.nullable, clause.comment, clause.default)


def _place(
    run: Run, name: Name, *, replace: bool, if_not_exists: bool, view: bool = False
) -> tuple[Name, Relation | None] | None:
    """Return the name to create at and what REPLACE replaces; None where IF NOT EXISTS has nothing to do."""
    full = run.full(name)
    run.schema_exists(full[:2])
    old = run.store.relations.get(full)
    if old is None:
        access.need(run.store, run.identity, "CREATE_TABLE", full[:2], "Schema")
        return full, None
    run.may_use(full[:2])
    if if_not_exists:
        return None
    if not replace:
        raise errors.already_exists("TABLE_OR_VIEW", full)
    access.need_ownership(run.store, run.identity, full, "Table")
    if view and old.kind != "VIEW":
        raise SqlError(
            "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
            f"'CREATE OR REPLACE VIEW' expects a view but {quoted(full)} is a table.",
            "42809",
        )
    if not view and old.kind == "VIEW":
        raise errors.expected_table(full, "CREATE OR REPLACE TABLE")
    return full, old


def _unique(columns: Sequence[str]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.lower() in seen:
            raise SqlError("COLUMN_ALREADY_EXISTS", f"The column {quoted([column.lower()])} already exists.", "42711")
        seen.add(column.lower())


_MAPPED = re.compile(r"[ ,;{}()\n\t=]")


def mappable(columns: Iterable[str], properties: Mapping[str, str], name: Name) -> None:
    """Refuse names of columns that Delta can only keep with column mapping."""
    modes = {key.lower(): value for key, value in properties.items()}
    odd = [column for column in columns if _MAPPED.search(column)]
    if odd and modes.get("delta.columnmapping.mode", "none") not in ("name", "id"):
        raise SqlError(
            "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES",
            f"Found invalid character(s) among ' ,;{{}}()\\n\\t=' in the column names of {quoted(name)}: {odd}. "
            "Enable column mapping ('delta.columnMapping.mode' = 'name').",
            "42K05",
        )


def _declared(statement: st.CreateTable, found: Columns) -> dict[str, Column]:
    """Return the columns of a table made by a query, with what the statement's own list says of them."""
    if not statement.columns:
        return {name.lower(): Column(name, kind) for name, kind in found}
    if statement.kind == "MANAGED" and any(clause.data_type for clause in statement.columns):
        raise SqlError(
            "_LEGACY_ERROR_TEMP_0035",
            "Schema may not be specified in a Create Table As Select (CTAS) statement.",
            "42601",
        )
    if len(statement.columns) != len(found):
        raise SqlError(
            "CREATE_TABLE_COLUMN_ARITY_MISMATCH", "The columns listed are not as many as the query's.", "21S01"
        )
    clauses = (replace(c, data_type=c.data_type or kind) for c, (_, kind) in zip(statement.columns, found, strict=True))
    return {clause.name.lower(): column_of(clause) for clause in clauses}


def create_table(run: Run, statement: st.CreateTable) -> pa.Table:
    """Run CREATE TABLE, with or without a query."""
    with run.store.lock:
        place = _place(run, statement.name, replace=statement.or_replace, if_not_exists=statement.if_not_exists)
        if place is None:
            return NOTHING
        name, _ = place
    with run.locks.of(name):
        if statement.query is None:
            if not statement.columns:
                raise errors.unsupported("a table without columns")
            columns = {clause.name.lower(): column_of(clause) for clause in statement.columns}
            _unique([clause.name for clause in statement.columns])
            nulls = ", ".join("NULL" for _ in columns)
            sql = f"SELECT {nulls} WHERE FALSE"
            return _create(run, statement, name, columns, sql)
        with run.prepared_sql(statement.query) as sql:
            found = run.engine.columns(sql)
            _unique([column for column, _ in found])
            return _create(run, statement, name, _declared(statement, found), sql)


def _create(run: Run, statement: st.CreateTable, name: Name, columns: dict[str, Column], sql: str) -> pa.Table:
    if statement.kind == "MANAGED":
        mappable([column.name for column in columns.values()], dict(statement.properties), name)
    rows = run.engine.keep(sql, [(column.name, column.data_type) for column in columns.values()])
    with run.store.lock:
        old = run.store.relations.get(name)
        relation = Relation(
            owner=run.user,
            comment=statement.comment,
            kind=statement.kind,
            columns=columns,
            properties=dict(statement.properties),
            definition=statement.query if statement.kind != "MANAGED" else None,
            resolved_in=run.session.namespace,
        )
        for clause in statement.columns:
            if clause.mask:
                columns[clause.name.lower()].mask = mask_of(run, clause.mask, columns, clause.name.lower())
        if statement.row_filter:
            relation.row_filter = filter_of(run, statement.row_filter, columns)
        relation.constraints = _constraints(run, statement.constraints, name, relation)
        if old is not None:
            _keep(old, relation, name)
        check(run.engine, relation, name, rows)
        operation = ("CREATE OR REPLACE TABLE" if old else "CREATE TABLE") + (" AS SELECT" if statement.query else "")
        add_version(relation, rows, operation, run.user)
        run.store.relations[name] = relation
    return table("num_affected_rows:long num_inserted_rows:long", []) if statement.query else NOTHING


def _constraints(run: Run, declared: Sequence[Constraint], name: Name, relation: Relation) -> dict[str, Constraint]:
    found: dict[str, Constraint] = {}
    for item in declared:
        constraint = named(resolved(run, item, relation), name, found)
        if constraint.type == "PRIMARY KEY":
            for key in constraint.columns:
                relation.columns[key].nullable = False
        found[constraint.name] = constraint
    return found


def _keep(old: Relation, new: Relation, name: Name) -> None:
    """Keep what REPLACE keeps: history, owner, grants, tags, masks, row filter. Comment and properties are the statement's."""
    new.owner, new.created_at, new.history = old.owner, old.created_at, list(old.history)
    new.grants, new.tags = old.grants, old.tags
    for key, column in new.columns.items():
        if key in old.columns:
            column.tags = old.columns[key].tags
            column.mask = column.mask or old.columns[key].mask
    if new.row_filter is None and old.row_filter is not None:
        new.row_filter = old.row_filter
        for key in old.row_filter.columns:
            if key not in new.columns:
                raise SqlError(
                    "ROW_FILTER_COLUMN_MISSING",
                    f"The row filter of {quoted(name)} needs the column {quoted([key])}.",
                    "42703",
                )
    for key, column in new.columns.items():
        for needed in column.mask.using_columns if column.mask else ():
            if needed not in new.columns:
                raise SqlError(
                    "COLUMN_MASK_COLUMN_MISSING",
                    f"The mask of {quoted([key])} needs the column {quoted([needed])}.",
                    "42703",
                )


def clone(run: Run, statement: st.CloneTable) -> pa.Table:
    """Run SHALLOW or DEEP CLONE. Rows never change in the engine, so both just point to the source's."""
    with run.store.lock:
        source_name = run.full(statement.source)
        source = readable(run.store, run.identity, source_name)
        place = _place(run, statement.name, replace=statement.or_replace, if_not_exists=statement.if_not_exists)
        if place is None:
            return NOTHING
        name, _ = place
        _may_clone(run, statement, source, source_name)
        _may_become_clone(run.store.relations.get(name), name, statement)
    with run.locks.of(name), run.store.lock:
        rows = rows_of(source, source_name, statement.version)
        found = run.engine.columns(f"SELECT * FROM {rows}") if statement.version is not None else columns_of(source)
        columns = {}
        for column, kind in found:
            known = source.columns.get(column.lower())
            columns[column.lower()] = replace(known, tags={}, mask=None) if known else Column(column, kind)
        relation = Relation(
            owner=run.user,
            comment=source.comment,
            columns=columns,
            properties={**source.properties, **dict(statement.properties)},
            constraints={key: at for key, at in source.constraints.items() if at.type == "CHECK"},
            clone_of=source_name if statement.shallow else None,
        )
        old = run.store.relations.get(name)
        if old is not None:
            _keep(old, relation, name)
        add_version(relation, rows, "CLONE", run.user)
        run.store.relations[name] = relation
    return table(
        "source_table_size:long source_num_of_files:long num_removed_files:long num_copied_files:long", [(0, 0, 0, 0)]
    )


def _may_clone(run: Run, statement: st.CloneTable, source: Relation, name: Name) -> None:
    if source.kind != "MANAGED":
        raise SqlError(
            "DELTA_CLONE_UNSUPPORTED_SOURCE", f"Unsupported clone source {quoted(name)}: it is no Delta table.", "0AKDC"
        )
    if statement.shallow and source.clone_of is not None:
        raise SqlError(
            "CANNOT_SHALLOW_CLONE_NESTED",
            f"Cannot shallow clone a table {quoted(name)} that is already a shallow clone.",
            "0AKUC",
        )
    if policies_of(run.store, run.session.principal, name, source):
        raise SqlError(
            "UNSUPPORTED_FEATURE.CLONE_WITH_POLICIES",
            f"Cannot clone {quoted(name)}: it has a row filter or column masks.",
            "0A000",
        )


def _may_become_clone(old: Relation | None, name: Name, statement: st.CloneTable) -> None:
    """Refuse to replace a table by a shallow clone unless it is one (dbt-databricks, pull request 1592)."""
    if old is not None and statement.shallow and old.clone_of is None:
        raise SqlError(
            "UPDATE_TABLE_TYPE", f"The table type of {quoted(name)} cannot become MANAGED_SHALLOW_CLONE.", "0AKUC"
        )


def create_view(run: Run, statement: st.CreateView) -> pa.Table:
    """Run CREATE VIEW. OR REPLACE makes a new view: grants and tags of the one before are gone."""
    if not statement.temporary:
        with run.store.lock:
            place = _place(
                run, statement.name, replace=statement.or_replace, if_not_exists=statement.if_not_exists, view=True
            )
        if place is None:
            return NOTHING
    columns, outputs = view_columns(run, statement.query, statement.columns)
    relation = Relation(
        owner=run.user,
        comment=statement.comment,
        kind="VIEW",
        columns=columns,
        properties=dict(statement.properties),
        definition=statement.query,
        resolved_in=run.session.namespace,
        outputs=outputs,
    )
    if statement.temporary:
        short = statement.name[-1]
        if short in run.session.temporary and not statement.or_replace:
            raise errors.already_exists("TABLE_OR_VIEW", (short,))
        run.session.temporary[short] = relation
        return NOTHING
    with run.store.lock:
        run.store.relations[run.full(statement.name)] = relation
    return NOTHING


def view_columns(
    run: Run, query: str, declared: Sequence[cl.ColumnClause]
) -> tuple[dict[str, Column], tuple[str, ...]]:
    """Return a view's columns, and what its query calls them."""
    with run.prepared_sql(query) as sql:
        found = run.engine.columns(sql)
    if any(clause.mask for clause in declared):
        raise SqlError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "A column mask cannot be set on a view.", "42809")
    if declared and len(declared) != len(found):
        raise SqlError(
            "CREATE_VIEW_COLUMN_ARITY_MISMATCH",
            f"{len(declared)} columns are listed, the query has {len(found)}.",
            "21S01",
        )
    clauses = declared or [cl.ColumnClause(name) for name, _ in found]
    _unique([clause.name for clause in clauses])
    columns = {
        clause.name.lower(): Column(clause.name, kind, comment=clause.comment)
        for clause, (_, kind) in zip(clauses, found, strict=True)
    }
    return columns, tuple(name for name, _ in found)


def set_query(run: Run, name: Name, view: Relation, query: str) -> None:
    """Run ALTER VIEW ... AS: comment, grants, tags, and the tags of columns that stay, are kept."""
    columns, outputs = view_columns(run, query, ())
    for key, column in columns.items():
        if key in view.columns:
            column.comment, column.tags = view.columns[key].comment, copy.copy(view.columns[key].tags)
    with run.store.lock:
        view.definition, view.columns, view.outputs = query, columns, outputs
        view.resolved_in, view.updated_at = run.session.namespace, now()


def refresh(run: Run, name: Name) -> None:
    """Run a materialized view's query again, with its owner's privileges where the owner is known."""
    with run.store.lock:
        full, relation = run.relation(name)
        query = relation.definition
    if query is None:
        raise SqlError("CANNOT_REFRESH", f"{quoted(full)} is no materialized view or streaming table.", "42809")
    with run.locks.of(full), run.prepared_sql(query) as sql:
        rows = run.engine.keep(sql, columns_of(relation))
        with run.store.lock:
            add_version(relation, rows, "REFRESH", run.user)
