"""Constraints: keys are looked up and named, CHECK is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.databricks_double.sql import errors
from tests.databricks_double.sql.dialect import plain_expression
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.run import Run
from tests.databricks_double.store import Constraint, Name, Relation


def resolved(run: Run, constraint: Constraint, relation: Relation) -> Constraint:
    """Return a constraint whose columns and target are there."""
    if constraint.type == "CHECK":
        plain_expression(constraint.expression or "")
        return constraint
    for key in constraint.columns:
        if key not in relation.columns:
            raise errors.column_not_found(key, list(relation.columns))
    if constraint.to is None:
        return constraint
    to = run.full(constraint.to)
    target = run.store.relations.get(to)
    if target is None:
        raise errors.relation_not_found(to)
    primary = next((at.columns for at in target.constraints.values() if at.type == "PRIMARY KEY"), None)
    if primary is None or (constraint.to_columns and set(constraint.to_columns) != set(primary)):
        raise SqlError(
            "UC_FOREIGN_KEY_WITHOUT_PRIMARY_KEY", f"The parent table {quoted(to)} has no such primary key.", "42830"
        )
    return replace(constraint, to=to, to_columns=constraint.to_columns or primary)


def named(constraint: Constraint, name: Name, others: Mapping[str, Constraint]) -> Constraint:
    """Return a constraint with a name that the table has no other constraint of."""
    suffix = {"PRIMARY KEY": "pk", "FOREIGN KEY": "fk", "CHECK": "check"}[constraint.type]
    wanted = constraint.name or f"{name[-1]}_{suffix}"
    if wanted in others:
        if constraint.name:
            raise SqlError(
                "DELTA_CONSTRAINT_ALREADY_EXISTS", f"Constraint '{wanted}' already exists on {quoted(name)}.", "42710"
            )
        wanted = next(f"{wanted}_{i}" for i in range(2, 1000) if f"{wanted}_{i}" not in others)
    if constraint.type == "PRIMARY KEY" and any(at.type == "PRIMARY KEY" for at in others.values()):
        raise SqlError("UC_PRIMARY_KEY_ALREADY_EXISTS", f"{quoted(name)} has a primary key already.", "42710")
    return replace(constraint, name=wanted)
