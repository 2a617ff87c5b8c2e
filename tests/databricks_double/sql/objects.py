"""Catalogs, schemas, functions; DROP, COMMENT, tags and grants of any object."""

from __future__ import annotations

import pyarrow as pa

from tests.databricks_double.rest import abac
from tests.databricks_double.rest.privileges import APPLICABLE
from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.dialect import parse_expression
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.run import Run
from tests.databricks_double.sql.tags import set_tags, unset_tags
from tests.databricks_double.sql.types import NOTHING, table
from tests.databricks_double.store import Catalog, Function, Name, Parameter, Relation, Schema, Securable, now

_SHOWN = {"CATALOG": "Catalog", "SCHEMA": "Schema", "FUNCTION": "Function", "VIEW": "View"}


def find(run: Run, kind: str, name: Name) -> tuple[Name, Securable]:
    """Return an object by its kind, or refuse the statement."""
    if kind == "CATALOG":
        item: Securable | None = run.store.catalogs.get(name)
        if item is None:
            raise errors.catalog_not_found(name)
        return name, item
    if kind == "SCHEMA":
        full = run.full(name, 2)
        run.schema_exists(full)
        return full, run.store.schemas[full]
    full = run.full(name)
    run.schema_exists(full[:2])
    if kind == "FUNCTION":
        if full not in run.store.functions:
            raise errors.function_not_found(full)
        return full, run.store.functions[full]
    if full not in run.store.relations:
        raise errors.relation_not_found(full)
    return full, run.store.relations[full]


def create_catalog(run: Run, statement: st.CreateCatalog) -> pa.Table:
    """Run CREATE CATALOG: for administrators, since a metastore's own grants are not kept."""
    if statement.name in run.store.catalogs:
        if statement.if_not_exists:
            return NOTHING
        raise errors.already_exists("CATALOG", statement.name)
    if not run.identity.is_admin:
        raise errors.no_permission("CREATE CATALOG", "Metastore", ("metastore",))
    run.store.catalogs[statement.name] = Catalog(run.user, statement.comment)
    run.store.schemas[(*statement.name, "default")] = Schema(run.user)
    return NOTHING


def create_schema(run: Run, statement: st.CreateSchema) -> pa.Table:
    """Run CREATE SCHEMA."""
    full = run.full(statement.name, 2)
    if full[:1] not in run.store.catalogs:
        raise errors.catalog_not_found(full[:1])
    if full in run.store.schemas:
        if statement.if_not_exists:
            return NOTHING
        raise errors.already_exists("SCHEMA", full)
    access.need(run.store, run.identity, "USE_CATALOG", full[:1], "Catalog")
    access.need(run.store, run.identity, "CREATE_SCHEMA", full[:1], "Catalog")
    run.store.schemas[full] = Schema(run.user, statement.comment)
    return NOTHING


def create_function(run: Run, statement: st.CreateFunction) -> pa.Table:
    """Run CREATE FUNCTION. The body is read now, and looked up when it is called."""
    full = run.full(statement.name)
    run.schema_exists(full[:2])
    old = run.store.functions.get(full)
    if old is not None and statement.if_not_exists:
        return NOTHING
    if old is not None and not statement.or_replace:
        raise errors.already_exists("ROUTINE", full)
    if old is None:
        access.need(run.store, run.identity, "CREATE_FUNCTION", full[:2], "Schema")
    else:
        access.need_ownership(run.store, run.identity, full, "Function")
    parse_expression(statement.body)
    made = Function(
        run.user,
        statement.comment,
        parameters=tuple(Parameter(*parameter) for parameter in statement.parameters),
        returns=statement.returns,
        body=statement.body,
    )
    if old is not None:
        made.owner, made.grants, made.created_at = old.owner, old.grants, old.created_at
    run.store.functions[full] = made
    return NOTHING


def drop(run: Run, statement: st.Drop) -> pa.Table:
    """Run DROP."""
    short = statement.name[-1]
    if len(statement.name) == 1 and statement.kind in ("VIEW", "TABLE") and short in run.session.temporary:
        del run.session.temporary[short]
        return NOTHING
    try:
        full, item = find(run, statement.kind, statement.name)
    except SqlError as error:
        if statement.if_exists and error.sql_state in ("42704", "42P01", "42883"):
            return NOTHING
        raise
    if len(full) > 1:
        access.need(run.store, run.identity, "USE_CATALOG", full[:1], "Catalog")
    access.need_ownership(run.store, run.identity, full, _SHOWN.get(statement.kind, "Table"))
    if isinstance(item, Relation):
        if (item.kind == "VIEW") != (statement.kind == "VIEW") and item.kind != "MATERIALIZED_VIEW":
            wanted = "a view" if statement.kind == "VIEW" else "a table"
            raise SqlError(
                "WRONG_COMMAND_FOR_OBJECT_TYPE",
                f"DROP {statement.kind} expects {wanted}: {quoted(full)} is none.",
                "42809",
            )
        del run.store.relations[full]
        abac.forget(run.store, "TABLE", full)
    elif isinstance(item, Function):
        del run.store.functions[full]
    else:
        _drop_container(run, full, statement)
    return NOTHING


def _drop_container(run: Run, name: Name, statement: st.Drop) -> None:
    stores = (run.store.relations, run.store.functions)
    inside = [key for objects in stores for key in objects if key[: len(name)] == name]
    schemas = [key for key in run.store.schemas if key[: len(name)] == name and key != name]
    if (inside or [key for key in schemas if key[1] != "default"]) and not statement.cascade:
        raise SqlError(
            f"{statement.kind}_NOT_EMPTY", f"Cannot drop {quoted(name)} because it contains objects.", "2BP01"
        )
    for key in inside:
        for objects in stores:
            objects.pop(key, None)
    for key in [*schemas, name]:
        run.store.schemas.pop(key, None)
    abac.forget(run.store, statement.kind, name)
    if statement.kind == "CATALOG":
        del run.store.catalogs[name]


def comment_on(run: Run, statement: st.CommentOn) -> pa.Table:
    """Run COMMENT ON."""
    if statement.kind == "COLUMN":
        full, relation = _column_owner(run, statement.name)
        key = statement.name[-1]
        access.need_ownership(run.store, run.identity, full, "Table")
        relation.columns[key].comment = statement.comment
    else:
        full, item = find(run, statement.kind, statement.name)
        access.need_ownership(run.store, run.identity, full, _SHOWN.get(statement.kind, "Table"))
        item.comment, item.updated_at = statement.comment, now()
    return NOTHING


def _column_owner(run: Run, name: Name) -> tuple[Name, Relation]:
    full, item = find(run, "TABLE", name[:-1])
    if not isinstance(item, Relation) or name[-1] not in item.columns:
        raise errors.column_not_found(name[-1])
    return full, item


def may_tag(run: Run, name: Name, kind: str) -> None:
    """Insist on APPLY TAG, or ownership."""
    if not access.owns(run.store, run.identity, name):
        access.need(run.store, run.identity, "APPLY_TAG", name, _SHOWN.get(kind, "Table"))


def tag(run: Run, statement: st.TagStatement) -> pa.Table:
    """Run SET TAG ON, UNSET TAG ON."""
    if statement.kind == "COLUMN":
        full, relation = _column_owner(run, statement.name)
        tags = relation.columns[statement.name[-1]].tags
    else:
        full, item = find(run, statement.kind, statement.name)
        tags = item.tags
    may_tag(run, full, statement.kind)
    if statement.value is None:
        unset_tags(tags, [statement.key])
    else:
        set_tags(run.store, run.session.principal, tags, [(statement.key, statement.value)])
    return NOTHING


def _grant_kind(kind: str) -> str:
    return kind if kind in ("CATALOG", "SCHEMA", "FUNCTION") else "TABLE"


def grant(run: Run, statement: st.Grant) -> pa.Table:
    """Run GRANT or REVOKE."""
    kind = _grant_kind(statement.kind)
    full, item = find(run, kind, statement.name)
    access.need_ownership(run.store, run.identity, full, _SHOWN.get(kind, "Table"))
    known = APPLICABLE[kind.lower()]
    for privilege in statement.privileges:
        if privilege not in known:
            shown = privilege.replace("_", " ")
            raise SqlError(
                "INVALID_PARAMETER_VALUE",
                f"Privilege {shown} is not applicable to this entity {quoted(full)}.",
                "22023",
            )
    held = item.grants.setdefault(statement.principal, set())
    if not statement.revoke:
        held.update(statement.privileges)
    else:
        held.difference_update(held.copy() if "ALL_PRIVILEGES" in statement.privileges else statement.privileges)
    if not held:
        del item.grants[statement.principal]
    return NOTHING


def show_grants(run: Run, statement: st.ShowGrants) -> pa.Table:
    """Run SHOW GRANTS: those on the object, and those that it inherits."""
    kind = _grant_kind(statement.kind)
    full, _ = find(run, kind, statement.name)
    sees_all = access.owns(run.store, run.identity, full)
    rows = []
    for at, item in access.chain(run.store, full):
        shown = kind if at == full else ("SCHEMA" if len(at) == 2 else "CATALOG")
        for who, privileges in sorted(item.grants.items()):
            if statement.principal in (None, who) and (sees_all or who in run.identity.names):
                rows += [(who, privilege.replace("_", " "), shown, ".".join(at)) for privilege in sorted(privileges)]
    return table("Principal ActionType ObjectType ObjectKey", rows)
