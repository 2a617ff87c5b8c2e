"""Grants in a published catalog: read from its `information_schema` in three questions, changed by GRANT and REVOKE.

Columns and spellings: the vendor's reference of CATALOG_PRIVILEGES, SCHEMA_PRIVILEGES and TABLE_PRIVILEGES. A grant on
a table holds for a view as well (`ON TABLE`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from meshport.catalogs.databricks.connection import Access, Warehouse
from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.model import Relation
from meshport.resources import Resource
from meshport.resources.grant import grant

_QUESTIONS = (
    "select grantee, privilege_type, '' as table_schema, '' as table_name from {0}.catalog_privileges "
    "where inherited_from = 'NONE' and catalog_name = {1}",
    "select grantee, privilege_type, schema_name, '' as table_name from {0}.schema_privileges "
    "where inherited_from = 'NONE' and catalog_name = {1}",
    "select grantee, privilege_type, table_schema, table_name from {0}.table_privileges "
    "where inherited_from = 'NONE' and table_catalog = {1}",
)


class DatabricksGrants:
    """The grants of one catalog. Safe to use from several threads. Statements may be sent again: all may run twice."""

    parallel = 8

    def __init__(self, warehouse: Warehouse, database: str) -> None:
        self._warehouse = warehouse
        self._database = database

    def observe(self) -> list[Resource]:
        """Read every grant on the catalog, its schemas and relations; what they inherit is left out."""
        schema = f"{identifier(self._database)}.information_schema"
        found = []
        for question in _QUESTIONS:
            for grantee, privilege, *place in self._warehouse.rows(question.format(schema, literal(self._database))):
                found.append(grant(Relation(self._database, *place), str(privilege).replace("_", " "), grantee))
        return found

    def grant(self, resource: Resource) -> None:
        """Grant one privilege."""
        self._warehouse.rows(f"GRANT {_what(resource)} TO {identifier(resource.fields['to'])}")

    def revoke(self, resource: Resource) -> None:
        """Revoke one privilege."""
        self._warehouse.rows(f"REVOKE {_what(resource)} FROM {identifier(resource.fields['to'])}")


@contextmanager
def connected(access: Access, database: str) -> Iterator[DatabricksGrants]:
    """Open a catalog for its grants."""
    warehouse = Warehouse(access)
    try:
        yield DatabricksGrants(warehouse, database)
    finally:
        warehouse.close()


def _what(resource: Resource) -> str:
    place = resource.relation
    kind = "TABLE" if place.identifier else "SCHEMA" if place.schema else "CATALOG"
    name = ".".join(identifier(part) for part in (place.database, place.schema, place.identifier) if part)
    return f"{resource.fields['privilege']} ON {kind} {name}"
