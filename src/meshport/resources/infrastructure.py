"""What a domain stands on: groups, catalogs, schemas, warehouses and the like. One line a kind, with its field policy.

Not of a port, so `desired_of` and `observed_of` do not yield them: what a domain file comes to is worked out in
`meshport.domains`. Kinds that are only there or not have their name as a field, so that they compare like the others.
"""

from __future__ import annotations

from meshport.model import Relation, fold
from meshport.resources.base import Field, Resource

GROUP, PRINCIPAL, MEMBER, GOVERNED = "group", "service_principal", "member", "governed_tag"
CATALOG, SCHEMA, DISCOVERED = "catalog", "schema", "discover_domain"
WAREHOUSE, CLUSTER_POLICY, PERMISSION, ENTRY = "warehouse", "cluster_policy", "permission", "registry_entry"
FIELDS: dict[str, dict[str, Field]] = {
    GROUP: {"name": Field.DECLARED},
    PRINCIPAL: {"name": Field.DECLARED},
    MEMBER: {"name": Field.DECLARED},
    GOVERNED: {"name": Field.DECLARED},
    CATALOG: {"storage": Field.DECLARED, "comment": Field.DECLARED},
    SCHEMA: {"name": Field.DECLARED},
    DISCOVERED: {"subtitle": Field.DECLARED, "description": Field.DECLARED},
    WAREHOUSE: {"size": Field.DECLARED, "auto_stop_minutes": Field.DECLARED, "tags": Field.DECLARED},
    CLUSTER_POLICY: {"definition": Field.DECLARED},
    PERMISSION: {"level": Field.DECLARED},
    ENTRY: {"owner_group": Field.DECLARED, "developer_group": Field.DECLARED},
}
OWNED = (GROUP, PRINCIPAL, CATALOG, SCHEMA, DISCOVERED, WAREHOUSE, CLUSTER_POLICY)
"""Kinds that somebody makes and whose name nobody else can have: one that we did not make is somebody else's."""
DOMAIN_TAG, BUDGET_TAG = "meshport_domain", "meshport_budget"
"""Tags of a warehouse, by which the bill says whose it is and what it may cost."""
NOWHERE = Relation("", "", "")
SIZES = (
    *("2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large"),
    *("2X-Large", "3X-Large", "4X-Large", "5X-Large"),
)
"""Sizes of SQL warehouses as Databricks writes them; policies say which of them are allowed."""
SPELLED = {size.lower(): size for size in SIZES}
"""... by how they compare."""


def named(kind: str, name: str, fields: dict[str, str] | None = None) -> Resource:
    """Return a thing that is in no catalog."""
    return Resource(kind=kind, relation=NOWHERE, name=name, fields={"name": name} if fields is None else fields)


def catalog(name: str, storage: str, comment: str | None = None) -> Resource:
    """Return a catalog. `storage` is where its files are, empty for the metastore's own place."""
    fields = {"storage": storage} if comment is None else {"storage": storage, "comment": comment}
    return Resource(kind=CATALOG, relation=Relation(fold(name), "", ""), fields=fields)


def schema(database: str, name: str) -> Resource:
    """Return a schema of a catalog."""
    return Resource(kind=SCHEMA, relation=Relation(fold(database), fold(name), ""), fields={"name": fold(name)})


def member(group: str, person: str) -> Resource:
    """Return somebody as a member of a group."""
    return Resource(kind=MEMBER, relation=Relation("", GROUP, group), name=person, fields={"name": person})


def permission(target: str, name: str, principal: str, level: str) -> Resource:
    """Return what a principal may do with a warehouse or a cluster policy (`target` is the kind of it)."""
    return Resource(kind=PERMISSION, relation=Relation("", target, name), name=principal, fields={"level": level})
