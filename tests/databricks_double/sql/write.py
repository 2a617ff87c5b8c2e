"""Rows change: every write makes a new version of the table, checks its constraints, and only then is seen."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from sqlglot import exp

from tests.databricks_double.engine import Columns, Engine
from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.dialect import identifier, parse_tree, plain_expression, to_sail
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.run import Run
from tests.databricks_double.sql.secure import rows_of
from tests.databricks_double.sql.types import table
from tests.databricks_double.store import Name, Relation, Version, now


def columns_of(relation: Relation) -> Columns:
    """Return the names and types of a relation's columns."""
    return [(column.name, column.data_type) for column in relation.columns.values()]


def add_version(relation: Relation, rows: str | None, operation: str, user: str) -> None:
    """Make `rows` what the relation holds. Call it under the store's lock."""
    number = relation.history[-1].number + 1 if relation.history else 0
    relation.history.append(Version(number, operation, now(), user, rows))
    relation.updated_at = now()


def check(engine: Engine, relation: Relation, name: Name, rows: str) -> None:
    """Refuse rows that break NOT NULL or a CHECK constraint."""
    tests: list[tuple[str, SqlError]] = []
    for column in relation.columns.values():
        if not column.nullable:
            message = f"NOT NULL constraint violated for column: {column.name}."
            tests.append(
                (f"{quoted([column.name])} IS NULL", SqlError("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", message, "23502"))
            )
    for constraint in relation.constraints.values():
        if constraint.type == "CHECK":
            condition = to_sail(plain_expression(constraint.expression or ""))
            message = f"CHECK constraint {constraint.name} ({constraint.expression}) violated by row in {quoted(name)}."
            tests.append((f"NOT ({condition})", SqlError("DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", message, "23001")))
    if not tests:
        return
    counts = engine.query(
        f"SELECT {', '.join(f'COUNT_IF({test}) AS c{i}' for i, (test, _) in enumerate(tests))} FROM {rows}"
    )
    for i, (_, error) in enumerate(tests):
        if counts.column(i)[0].as_py():
            raise error


def _target(run: Run, name: Name, *privileges: str) -> tuple[Name, Relation]:
    with run.store.lock:
        full, relation = run.relation(name, privileges[0])
        for privilege in privileges[1:]:
            access.need(run.store, run.identity, privilege, full, "Table")
    if relation.kind == "VIEW":
        raise errors.expected_table(full, "INSERT, UPDATE, DELETE, MERGE")
    return full, relation


def _commit(run: Run, name: Name, relation: Relation, rows: str, operation: str) -> None:
    check(run.engine, relation, name, rows)
    with run.store.lock:
        if run.store.relations.get(name) is not relation:
            raise SqlError("DELTA_CONCURRENT_WRITE", f"{quoted(name)} was replaced by another statement.", "2D521")
        add_version(relation, rows, operation, run.user)


def _filled(relation: Relation, source: Columns, statement: st.Insert, name: Name) -> list[str]:
    """Return an expression for each column of the target, over the source's columns by position: `source`.`0`."""
    at = [quoted(["source", str(i)]) for i in range(len(source))]
    if statement.by_name:
        given = {column.lower(): at[i] for i, (column, _) in enumerate(source)}
    else:
        wanted = list(statement.columns or relation.columns)
        if len(wanted) != len(source):
            reason = "NOT_ENOUGH_DATA_COLUMNS" if len(wanted) > len(source) else "TOO_MANY_DATA_COLUMNS"
            raise SqlError(
                f"INSERT_COLUMN_ARITY_MISMATCH.{reason}",
                f"Cannot write to {quoted(name)}: {len(wanted)} columns expected, the data has {len(source)}.",
                "21S01",
            )
        given = dict(zip(wanted, at, strict=True))
    for column in given.keys() - relation.columns.keys():
        if statement.by_name:
            message = f"Cannot write incompatible data for the table {quoted(name)}: Cannot write extra columns {quoted([column])}."
            raise SqlError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", message, "KD000")
        raise errors.column_not_found(column, list(relation.columns))
    return [given.get(key) or _condition(column.default or "NULL") for key, column in relation.columns.items()]


def insert(run: Run, statement: st.Insert) -> pa.Table:
    """Run INSERT in any of its forms."""
    name, relation = _target(run, statement.name, "MODIFY")
    with run.locks.of(name), run.prepared_sql(statement.source) as source:
        found = run.engine.columns(source)
        values = _filled(relation, found, statement, name)
        positions = ", ".join(quoted([str(i)]) for i in range(len(found)))
        fresh = f"SELECT {', '.join(values)} FROM ({source}) AS `source`({positions})"
        columns = columns_of(relation)
        shown = ", ".join(quoted([column]) for column, _ in columns)
        old = rows_of(relation, name)
        if statement.overwrite:
            rows = run.engine.keep(fresh, columns)
            added = run.engine.counts[rows]
        else:
            kept = _kept(statement, old, shown, source)
            new = run.engine.keep(fresh, columns)
            added = run.engine.counts[new]
            if statement.replace_where:
                _insist(run, new, statement.replace_where)
            rows = run.engine.keep(f"{kept} UNION ALL SELECT {shown} FROM {new}", columns)
        _commit(run, name, relation, rows, "WRITE")
    return table("num_affected_rows:long num_inserted_rows:long", [(added, added)])


def _condition(text: str) -> str:
    return to_sail(plain_expression(text))


def _kept(statement: st.Insert, old: str, shown: str, source: str) -> str:
    """Return the query for the rows that an INSERT leaves."""
    if statement.replace_where:
        return f"SELECT {shown} FROM {old} WHERE NOT (({_condition(statement.replace_where)}) <=> TRUE)"
    if statement.replace_on:
        target = quoted([statement.target_alias or statement.name[-1]])
        other = quoted([statement.source_alias or "source"])
        columns = ", ".join(f"{target}.{column}" for column in shown.split(", "))
        return f"SELECT {columns} FROM {old} AS {target} LEFT ANTI JOIN ({source}) AS {other} ON {_condition(statement.replace_on)}"
    return f"SELECT {shown} FROM {old}"


def _insist(run: Run, rows: str, condition: str) -> None:
    """Refuse rows that REPLACE WHERE would not replace the next time."""
    if run.engine.query(f"SELECT 1 FROM {rows} WHERE NOT (({_condition(condition)}) <=> TRUE) LIMIT 1").num_rows:
        raise SqlError(
            "DELTA_REPLACE_WHERE_MISMATCH",
            f"Written data does not conform to partial table overwrite condition {condition}.",
            "44000",
        )


def change(run: Run, statement: st.Change) -> pa.Table:
    """Run MERGE, UPDATE or DELETE: on a copy, which then becomes the new version."""
    name, relation = _target(run, statement.name, "MODIFY", "SELECT")
    tree = parse_tree(statement.text)
    target = tree.this
    if not isinstance(target, exp.Table):
        raise errors.syntax_error(statement.name[-1], statement.text)
    if not target.alias:
        target.set("alias", exp.TableAlias(this=identifier(target.name)))
    with run.locks.of(name), run.prepared(tree, untouched=target) as ready:
        if statement.schema_evolution:
            _evolve(run, relation, ready)
        columns = columns_of(relation)
        shown = ", ".join(quoted([column]) for column, _ in columns)
        old = rows_of(relation, name)
        if statement.operation == "DELETE" and _asks(ready):
            alias = quoted([target.alias])
            where = to_sail(ready.args["where"].this)
            gone = f"SELECT {shown} FROM {old} AS {alias} WHERE {where}"
            rows = run.engine.keep(f"SELECT {shown} FROM {old} EXCEPT ALL {gone}", columns)
        else:
            rows = run.engine.keep(f"SELECT {shown} FROM {old}", columns, to_change=True)
            for part, value in (("this", identifier(rows)), ("db", None), ("catalog", None)):
                ready.this.set(part, value)
            run.engine.run(to_sail(ready))
            run.engine.count(rows)
        _commit(run, name, relation, rows, statement.operation)
    return table("num_affected_rows:long", [(abs(run.engine.counts[rows] - run.engine.counts[old]),)])


def _asks(tree: exp.Expr) -> bool:
    """Return whether a DELETE has a query in its condition, which the engine's DELETE cannot run."""
    where = tree.args.get("where")
    return where is not None and where.find(exp.Query) is not None


def _evolve(run: Run, relation: Relation, tree: exp.Expr) -> None:
    """Add the source's columns that the target lacks: WITH SCHEMA EVOLUTION."""
    using = tree.args["using"].copy()
    found = run.engine.columns(to_sail(exp.select("*").from_(using)))
    fresh = [(column, kind) for column, kind in found if column.lower() not in relation.columns]
    if fresh:
        with run.store.lock:
            add_columns(run.engine, relation, [cl.ColumnClause(column, kind) for column, kind in fresh], run.user)


def add_columns(engine: Engine, relation: Relation, columns: Sequence[cl.ColumnClause], user: str) -> None:
    """Add columns, NULL in all rows that are there. Call it under the store's lock."""
    from tests.databricks_double.sql.relations import column_of

    old = relation.history[-1].rows
    shown = [quoted([column]) for column, _ in columns_of(relation)] + ["NULL"] * len(columns)
    after = {**relation.columns, **{clause.name.lower(): column_of(clause) for clause in columns}}
    rows = engine.keep(f"SELECT {', '.join(shown)} FROM {old}", [(c.name, c.data_type) for c in after.values()])
    relation.columns = after
    add_version(relation, rows, "ADD COLUMNS", user)


def truncate(run: Run, statement: st.Truncate) -> pa.Table:
    """Run TRUNCATE."""
    name, relation = _target(run, statement.name, "MODIFY")
    with run.locks.of(name):
        rows = run.engine.keep(f"SELECT * FROM {rows_of(relation, name)} WHERE FALSE", columns_of(relation))
        _commit(run, name, relation, rows, "TRUNCATE")
    return table("num_affected_rows:long", [])


def restore(run: Run, statement: st.Restore) -> pa.Table:
    """Run RESTORE. Columns are not restored: a version with other columns is refused."""
    name, relation = _target(run, statement.name, "MODIFY")
    with run.locks.of(name):
        rows = rows_of(relation, name, statement.version)
        if [column for column, _ in run.engine.columns(f"SELECT * FROM {rows}")] != [
            column for column, _ in columns_of(relation)
        ]:
            raise errors.unsupported("RESTORE to a version with other columns")
        _commit(run, name, relation, rows, "RESTORE")
    return table("table_size_after_restore:long num_of_files_after_restore:long", [(0, 0)])
