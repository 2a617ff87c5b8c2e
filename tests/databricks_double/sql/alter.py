"""ALTER: one function for each action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pyarrow as pa

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import actions as act
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.constraints import named, resolved
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.objects import find, may_tag
from tests.databricks_double.sql.policies import filter_of, mask_of
from tests.databricks_double.sql.relations import mappable, set_query
from tests.databricks_double.sql.run import Run
from tests.databricks_double.sql.tags import refuse_if_governed, set_tags, tags_of, unset_tags
from tests.databricks_double.sql.types import NOTHING
from tests.databricks_double.sql.write import add_columns, add_version, check
from tests.databricks_double.store import Name, Relation, Securable, now

A = TypeVar("A", bound=act.Action)
Change = Callable[[Run, Name, Relation, Any], None]
_RELATIONS = ("TABLE", "VIEW", "MATERIALIZED VIEW", "STREAMING TABLE")
_COLUMN_MAPPING = "delta.columnmapping.mode"


def alter(run: Run, statement: st.Alter) -> pa.Table:
    """Run ALTER."""
    with run.store.lock:
        full, item = find(run, statement.kind, statement.name)
        if len(full) == 3:
            run.may_use(full[:2])
        if isinstance(statement.action, (act.SetTags, act.UnsetTags)):
            _tags(run, full, item, statement)
            return NOTHING
        access.need_ownership(run.store, run.identity, full, statement.kind.capitalize())
        if isinstance(statement.action, act.SetOwner):
            item.owner, item.updated_at = statement.action.owner, now()
            return NOTHING
    if statement.kind not in _RELATIONS or not isinstance(item, Relation):
        raise errors.unsupported(f"{type(statement.action).__name__} of a {statement.kind.lower()}")
    if isinstance(statement.action, act.SetQuery):
        if item.kind != "VIEW":
            raise SqlError(
                "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", f"'ALTER VIEW ... AS' expects a view: {quoted(full)}.", "42809"
            )
        set_query(run, full, item, statement.action.query)
        return NOTHING
    if statement.kind == "VIEW" and item.kind != "VIEW":
        raise SqlError(
            "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", f"'ALTER VIEW' expects a view: {quoted(full)}.", "42809"
        )
    with run.locks.of(full), run.store.lock:
        _ACTIONS[type(statement.action)](run, full, item, statement.action)
        item.updated_at = now()
    return NOTHING


def _tags(run: Run, name: Name, item: Securable, statement: st.Alter) -> None:
    action = statement.action
    assert isinstance(action, (act.SetTags, act.UnsetTags))
    if action.column is not None and (not isinstance(item, Relation) or action.column not in item.columns):
        raise errors.column_not_found(action.column, list(item.columns) if isinstance(item, Relation) else ())
    may_tag(run, name, statement.kind)
    tags = tags_of(item, action.column)
    if isinstance(action, act.SetTags):
        set_tags(run.store, run.session.principal, tags, action.tags)
    else:
        unset_tags(tags, action.keys)
    item.updated_at = now()


def _table(name: Name, relation: Relation, action: str) -> None:
    if relation.kind == "VIEW":
        raise errors.expected_table(name, action)


def _known(relation: Relation, column: str) -> str:
    if column not in relation.columns:
        raise errors.column_not_found(column, list(relation.columns))
    return column


def _add_columns(run: Run, name: Name, relation: Relation, action: act.AddColumns) -> None:
    _table(name, relation, "ALTER TABLE ... ADD COLUMNS")
    fresh = []
    for clause in action.columns:
        if clause.name.lower() in relation.columns:
            if not action.if_not_exists:
                raise SqlError(
                    "FIELD_ALREADY_EXISTS",
                    f"Cannot add column, because {quoted([clause.name])} already exists.",
                    "42710",
                )
            continue
        if not clause.nullable:
            raise SqlError(
                "DELTA_ADD_NOT_NULL_COLUMN", f"NOT NULL is not supported in ADD COLUMN: {clause.name}.", "42601"
            )
        fresh.append(clause)
    mappable([clause.name for clause in fresh], relation.properties, name)
    if fresh:
        add_columns(run.engine, relation, fresh, run.user)
        for clause in fresh:
            key = clause.name.lower()
            if clause.mask:
                relation.columns[key].mask = mask_of(run, clause.mask, relation.columns, key)


def _mapped(relation: Relation, name: Name, action: str) -> None:
    """Refuse what Delta can only do with column mapping, as a table without it does."""
    modes = {key.lower(): value for key, value in relation.properties.items()}
    if modes.get(_COLUMN_MAPPING, "none") not in ("name", "id"):
        raise SqlError(
            f"DELTA_UNSUPPORTED_{action}_COLUMN",
            f"{action} COLUMN is not supported for your Delta table {quoted(name)}: set 'delta.columnMapping.mode' to 'name'.",
            "0AKDC",
        )


def _refuse_if_used(relation: Relation, column: str, action: str) -> None:
    """Refuse to drop or rename what a mask, the row filter or a constraint needs."""
    used = column in (relation.row_filter.columns if relation.row_filter else ())
    used |= any(at.mask and column in (key, *at.mask.using_columns) for key, at in relation.columns.items())
    if used:
        raise SqlError(
            "COLUMN_USED_BY_POLICY",
            f"Cannot {action} column {quoted([column])}: a mask or row filter uses it.",
            "42K0Z",
        )
    for constraint in relation.constraints.values():
        if column in constraint.columns:
            raise SqlError(
                "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
                f"Cannot {action} column {column}: {constraint.name}.",
                "42K09",
            )


def _rewrite(run: Run, relation: Relation, operation: str) -> None:
    """Write the rows again, under the columns that the relation has now. Columns are matched by position."""
    columns = [(column.name, column.data_type) for column in relation.columns.values()]
    rows = run.engine.keep(f"SELECT * FROM {relation.history[-1].rows}", columns)
    add_version(relation, rows, operation, run.user)


def _drop_columns(run: Run, name: Name, relation: Relation, action: act.DropColumns) -> None:
    _table(name, relation, "ALTER TABLE ... DROP COLUMNS")
    gone = [column for column in action.columns if not action.if_exists or column in relation.columns]
    for column in gone:
        _known(relation, column)
        refuse_if_governed(run.store, relation, column, "drop")
        _refuse_if_used(relation, column, "drop")
    if not gone:
        return
    _mapped(relation, name, "DROP")
    kept = {key: column for key, column in relation.columns.items() if key not in gone}
    shown = ", ".join(quoted([column.name]) for column in kept.values())
    columns = [(column.name, column.data_type) for column in kept.values()]
    rows = run.engine.keep(f"SELECT {shown} FROM {relation.history[-1].rows}", columns)
    relation.columns = kept
    add_version(relation, rows, "DROP COLUMNS", run.user)


def _rename_column(run: Run, name: Name, relation: Relation, action: act.RenameColumn) -> None:
    _table(name, relation, "ALTER TABLE ... RENAME COLUMN")
    _known(relation, action.column)
    refuse_if_governed(run.store, relation, action.column, "rename")
    _refuse_if_used(relation, action.column, "rename")
    _mapped(relation, name, "RENAME")
    new = action.to.lower()
    if new in relation.columns and new != action.column:
        raise SqlError(
            "FIELD_ALREADY_EXISTS", f"Cannot rename column, because {quoted([action.to])} already exists.", "42710"
        )
    columns = {}
    for key, column in relation.columns.items():
        if key == action.column:
            column.name = action.to
        columns[new if key == action.column else key] = column
    relation.columns = columns
    _rewrite(run, relation, "RENAME COLUMN")


def _set_type(run: Run, name: Name, relation: Relation, action: act.SetType) -> None:
    """Widen a type. What Delta can widen is in its documentation; another change is refused."""
    _table(name, relation, "ALTER TABLE ... ALTER COLUMN TYPE")
    column = relation.columns[_known(relation, action.column)]
    wider = ["tinyint", "smallint", "int", "bigint"]
    old, new = column.data_type, action.data_type
    integers = old in wider and new in wider and wider.index(old) <= wider.index(new)
    if not (integers or (old, new) in (("float", "double"), ("date", "timestamp_ntz")) or old == new):
        raise SqlError(
            "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP", f"Cannot change {column.name} from {old} to {new}.", "42837"
        )
    column.data_type = new
    _rewrite(run, relation, "CHANGE COLUMN")


def _set_nullable(run: Run, name: Name, relation: Relation, action: act.SetNullable) -> None:
    _table(name, relation, "ALTER TABLE ... ALTER COLUMN SET NOT NULL")
    column = relation.columns[_known(relation, action.column)]
    before, column.nullable = column.nullable, action.nullable
    try:
        check(run.engine, relation, name, relation.history[-1].rows or "")
    except SqlError:
        column.nullable = before
        raise


def _rename(run: Run, name: Name, relation: Relation, action: act.RenameTo) -> None:
    new = run.full(action.to)
    if new[:1] != name[:1]:
        raise errors.unsupported("a rename into another catalog")
    run.schema_exists(new[:2])
    if new in run.store.relations:
        raise errors.already_exists("TABLE_OR_VIEW", new)
    access.need(run.store, run.identity, "CREATE_TABLE", new[:2], "Schema")
    run.store.relations[new] = run.store.relations.pop(name)


def _set_mask(run: Run, name: Name, relation: Relation, action: act.SetMask) -> None:
    _table(name, relation, "ALTER TABLE ... SET MASK" if action.mask else "ALTER TABLE ... DROP MASK")
    column = relation.columns[_known(relation, action.column)]
    column.mask = mask_of(run, action.mask, relation.columns, action.column) if action.mask else None


def _set_row_filter(run: Run, name: Name, relation: Relation, action: act.SetRowFilter) -> None:
    _table(name, relation, "ALTER TABLE ... ROW FILTER")
    relation.row_filter = filter_of(run, action.row_filter, relation.columns) if action.row_filter else None


def _add_constraint(run: Run, name: Name, relation: Relation, action: act.AddConstraint) -> None:
    _table(name, relation, "ALTER TABLE ... ADD CONSTRAINT")
    constraint = named(resolved(run, action.constraint, relation), name, relation.constraints)
    if constraint.type == "PRIMARY KEY":
        for key in constraint.columns:
            if relation.columns[key].nullable:
                raise SqlError(
                    "UC_PRIMARY_KEY_ON_NULLABLE_COLUMN",
                    f"Cannot create the primary key {constraint.name}: column {key} is nullable.",
                    "42831",
                )
    before = dict(relation.constraints)
    relation.constraints[constraint.name] = constraint
    try:
        check(run.engine, relation, name, relation.history[-1].rows or "")
    except SqlError as error:
        relation.constraints = before
        message = f"Cannot add the constraint to {quoted(name)}: {error}"
        raise SqlError("DELTA_NEW_CHECK_CONSTRAINT_VIOLATION", message, "23512") from None


def _drop_constraint(run: Run, name: Name, relation: Relation, action: act.DropConstraint) -> None:
    _table(name, relation, "ALTER TABLE ... DROP CONSTRAINT")
    key = action.name or next((k for k, at in relation.constraints.items() if at.type == "PRIMARY KEY"), "")
    if key not in relation.constraints and not action.if_exists:
        raise SqlError(
            "DELTA_CONSTRAINT_DOES_NOT_EXIST", f"Cannot drop nonexistent constraint {key} from {quoted(name)}.", "42704"
        )
    relation.constraints.pop(key, None)


def _unset_properties(run: Run, name: Name, relation: Relation, action: act.UnsetProperties) -> None:
    for key in action.keys:
        if key not in relation.properties and not action.if_exists:
            raise SqlError(
                "UNSET_NONEXISTENT_PROPERTIES", f"Attempted to unset {quoted([key])} of {quoted(name)}.", "42K0J"
            )
        relation.properties.pop(key, None)


def _set_properties(run: Run, name: Name, relation: Relation, action: act.SetProperties) -> None:
    relation.properties.update(action.properties)


def _set_comments(run: Run, name: Name, relation: Relation, action: act.SetComments) -> None:
    for column, _ in action.comments:
        _known(relation, column)
    for column, comment in action.comments:
        relation.columns[column].comment = comment


def _set_default(run: Run, name: Name, relation: Relation, action: act.SetDefault) -> None:
    relation.columns[_known(relation, action.column)].default = action.default


def _cluster_by(run: Run, name: Name, relation: Relation, action: act.ClusterBy) -> None:
    _table(name, relation, "ALTER TABLE ... CLUSTER BY")


_ACTIONS: dict[type[act.Action], Change] = {
    act.AddColumns: _add_columns,
    act.DropColumns: _drop_columns,
    act.RenameColumn: _rename_column,
    act.RenameTo: _rename,
    act.SetType: _set_type,
    act.SetNullable: _set_nullable,
    act.SetDefault: _set_default,
    act.SetComments: _set_comments,
    act.SetMask: _set_mask,
    act.SetRowFilter: _set_row_filter,
    act.SetProperties: _set_properties,
    act.UnsetProperties: _unset_properties,
    act.AddConstraint: _add_constraint,
    act.DropConstraint: _drop_constraint,
    act.ClusterBy: _cluster_by,
}
