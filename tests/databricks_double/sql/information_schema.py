"""The information schema: what the store holds, as rows, for one principal.

Column names and their order are Databricks'. A row is shown to whoever holds a privilege on the object, so an empty answer may mean "not for you".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from tests.databricks_double.sql.access import Identity, owns, sees
from tests.databricks_double.sql.types import table
from tests.databricks_double.store import Constraint, Metastore, Name, Relation, Securable

Row = tuple[Any, ...]
_SYSTEM_USER = "System user"
_PRIVILEGES = "privilege_type is_grantable inherited_from"

COLUMNS = {
    "catalogs": "catalog_name catalog_owner comment created:ts created_by last_altered:ts last_altered_by",
    "schemata": "catalog_name schema_name schema_owner comment created:ts created_by last_altered:ts last_altered_by",
    "tables": "table_catalog table_schema table_name table_type is_insertable_into commit_action table_owner comment created:ts created_by "
    "last_altered:ts last_altered_by data_source_format storage_path storage_sub_directory",
    "views": "table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into sql_path is_materialized",
    "columns": "table_catalog table_schema table_name column_name ordinal_position:int column_default is_nullable full_data_type data_type "
    "character_maximum_length:long numeric_precision:int numeric_scale:int is_identity is_generated is_updatable partition_ordinal_position:int comment",
    "catalog_tags": "catalog_name tag_name tag_value",
    "schema_tags": "catalog_name schema_name tag_name tag_value",
    "table_tags": "catalog_name schema_name table_name tag_name tag_value",
    "column_tags": "catalog_name schema_name table_name column_name tag_name tag_value",
    "column_masks": "table_catalog table_schema table_name column_name mask_catalog mask_schema mask_name mask_col_usage using_columns",
    "row_filters": "table_catalog table_schema table_name filter_catalog filter_schema filter_name filter_col_usage target_columns",
    "table_constraints": "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type is_deferrable "
    "initially_deferred enforced comment",
    "check_constraints": "constraint_catalog constraint_schema constraint_name check_clause sql_data_access",
    "constraint_table_usage": "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name",
    "constraint_column_usage": "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name",
    "key_column_usage": "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position:int "
    "position_in_unique_constraint:int",
    "referential_constraints": "constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema "
    "unique_constraint_name match_option update_rule delete_rule",
    "catalog_privileges": f"grantor grantee catalog_name {_PRIVILEGES}",
    "schema_privileges": f"grantor grantee catalog_name schema_name {_PRIVILEGES}",
    "table_privileges": f"grantor grantee table_catalog table_schema table_name {_PRIVILEGES}",
    "routine_privileges": "grantor grantee specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name "
    + _PRIVILEGES,
    "routines": "specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_owner routine_type data_type "
    "full_data_type routine_body routine_definition external_language parameter_style is_deterministic sql_data_access is_null_call "
    "security_type comment created:ts created_by last_altered:ts last_altered_by",
    "parameters": "specific_catalog specific_schema specific_name ordinal_position:int parameter_mode is_result as_locator parameter_name data_type "
    "full_data_type parameter_default comment",
}


class InformationSchema:
    """Makes rows for one principal. Call it under the store's lock."""

    def __init__(self, store: Metastore, identity: Identity) -> None:
        self.store = store
        self.identity = identity
        self._place: Name | None = None

    def table(self, name: str, catalog: str | None, place: tuple[str, str] | None = None) -> pa.Table | None:
        """Return one of its tables, for one catalog or, in `system`, for all; None where there is no such table.

        With `place`, a schema and a name, it is about that relation only.
        """
        columns = COLUMNS.get(name)
        if columns is None:
            return None
        make: Callable[[Callable[[Name], bool]], Iterator[Row]] = getattr(self, f"_{name}")
        self._place = (catalog, *place) if place and catalog is not None else None
        return table(columns, make(lambda key: catalog is None or key[0] == catalog))

    def _objects(self, kind: str, wanted: Callable[[Name], bool]) -> Iterator[tuple[Name, Any]]:
        objects: dict[Name, Any] = getattr(self.store, kind)
        if self._place is not None:
            objects = {self._place: objects[self._place]} if self._place in objects else {}
        return ((k, v) for k, v in sorted(objects.items()) if wanted(k) and sees(self.store, self.identity, k))

    def _catalogs(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("catalogs", wanted):
            yield (*name, item.owner, item.comment, *_times(item))

    def _schemata(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("schemas", wanted):
            yield (*name, item.owner, item.comment, *_times(item))

    def _tables(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            kind = "MANAGED_SHALLOW_CLONE" if item.clone_of and item.kind == "MANAGED" else item.kind
            form = None if item.kind == "VIEW" else "DELTA"
            yield (
                *name,
                kind,
                "NO" if form is None else "YES",
                "PRESERVE",
                item.owner,
                item.comment,
                *_times(item),
                form,
                None,
                None,
            )

    def _views(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            if item.definition is not None:
                shown = item.definition if owns(self.store, self.identity, name) else None
                yield (*name, shown, "NONE", "NO", "NO", None, "YES" if item.kind == "MATERIALIZED_VIEW" else "NO")

    def _columns(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            for position, at in enumerate(item.columns.values()):
                precision, scale = _numeric(at.data_type)
                yield (
                    *name, at.name, position, at.default, "YES" if at.nullable else "NO", at.data_type, _short(at.data_type),
                    _length(at.data_type), precision, scale, "NO", "NO", "YES", None, at.comment,
                )  # fmt: skip

    def _tags(self, kind: str, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects(kind, wanted):
            for tag in sorted(item.tags.items()):
                yield (*name, *tag)

    def _catalog_tags(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._tags("catalogs", wanted)

    def _schema_tags(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._tags("schemas", wanted)

    def _table_tags(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._tags("relations", wanted)

    def _column_tags(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            for at in item.columns.values():
                for tag in sorted(at.tags.items()):
                    yield (*name, at.name, *tag)

    def _column_masks(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            for at in item.columns.values():
                if at.mask:
                    using = ",".join(at.mask.using_columns) or None
                    yield (*name, at.name, *at.mask.function[:2], ".".join(at.mask.function), None, using)

    def _row_filters(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item in self._objects("relations", wanted):
            if item.row_filter:
                function = item.row_filter.function
                yield (*name, *function[:2], ".".join(function), None, ",".join(item.row_filter.columns))

    def _constraints(self, wanted: Callable[[Name], bool]) -> Iterator[tuple[Name, Relation, Constraint]]:
        for name, item in self._objects("relations", wanted):
            for constraint in item.constraints.values():
                yield name, item, constraint

    def _table_constraints(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, _, at in self._constraints(wanted):
            yield (*name[:2], at.name, *name, at.type, "NO", "NO", "YES" if at.type == "CHECK" else "NO", None)

    def _check_constraints(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, _, at in self._constraints(wanted):
            if at.type == "CHECK":
                yield (*name[:2], at.name, at.expression, "CONTAINS_SQL")

    def _constraint_table_usage(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, _, at in self._constraints(wanted):
            yield (*name[:2], at.name, *(at.to or name))

    def _constraint_column_usage(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, _, at in self._constraints(wanted):
            for key in at.to_columns if at.to else at.columns:
                yield (*name[:2], at.name, *(at.to or name), key)

    def _key_column_usage(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, item, at in self._constraints(wanted):
            for position, key in enumerate(at.columns, 1):
                shown = item.columns[key].name if key in item.columns else key
                yield (*name[:2], at.name, *name, shown, position, position if at.type == "FOREIGN KEY" else None)

    def _referential_constraints(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, _, at in self._constraints(wanted):
            if at.to:
                target = self.store.relations.get(at.to)
                keys = target.constraints.values() if target else ()
                primary = next((key.name for key in keys if key.type == "PRIMARY KEY"), None)
                yield (*name[:2], at.name, *at.to[:2], primary, "FULL", "NO ACTION", "NO ACTION")

    def _grants(self, kind: str, wanted: Callable[[Name], bool]) -> Iterator[tuple[str, Name, str, str]]:
        """Yield grants on objects, and on what they are in: a privilege on a schema holds for each of its tables."""
        for name, _ in self._objects(kind, wanted):
            all_of_it = owns(self.store, self.identity, name)
            for depth in range(len(name), 0, -1):
                at = name[:depth]
                where: dict[Name, Any] = self.store.catalogs if depth == 1 else self.store.schemas
                item: Securable = (getattr(self.store, kind) if depth == len(name) else where)[at]
                source = "NONE" if depth == len(name) else ("CATALOG" if depth == 1 else "SCHEMA")
                for who, privileges in sorted(item.grants.items()):
                    if all_of_it or who in self.identity.names:
                        for privilege in sorted(privileges):
                            yield who, name, privilege, source

    def _privileges(self, kind: str, wanted: Callable[[Name], bool], times: int = 1) -> Iterator[Row]:
        for who, name, privilege, source in self._grants(kind, wanted):
            yield (_SYSTEM_USER, who, *(name * times), privilege, "NO", source)

    def _catalog_privileges(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._privileges("catalogs", wanted)

    def _schema_privileges(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._privileges("schemas", wanted)

    def _table_privileges(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._privileges("relations", wanted)

    def _routine_privileges(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        return self._privileges("functions", wanted, times=2)

    def _routines(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, at in self._objects("functions", wanted):
            yield (
                *name, *name, at.owner, "FUNCTION", _short(at.returns), at.returns, "SQL", at.body, None, "S", "YES", "CONTAINS_SQL",
                "YES", "DEFINER", at.comment, *_times(at),
            )  # fmt: skip

    def _parameters(self, wanted: Callable[[Name], bool]) -> Iterator[Row]:
        for name, at in self._objects("functions", wanted):
            for position, parameter in enumerate(at.parameters):
                kind = parameter.data_type
                yield (*name, position, "IN", "NO", "NO", parameter.name, _short(kind), kind, None, None)


def _times(item: Securable) -> Row:
    return item.created_at, item.owner, item.updated_at, item.owner


def _short(data_type: str) -> str:
    return data_type.split("(")[0].split("<")[0].upper()


def _length(data_type: str) -> int | None:
    return int(data_type[data_type.index("(") + 1 : -1]) if data_type.startswith(("varchar(", "char(")) else None


def _numeric(data_type: str) -> tuple[int | None, int | None]:
    if not data_type.startswith("decimal("):
        return None, None
    precision, scale = data_type[len("decimal(") : -1].split(",")
    return int(precision), int(scale)
