"""What the registry knows of what is published in one catalog, as registering needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.catalogs.base import Registration
from meshport.catalogs.databricks.registration import types
from meshport.catalogs.databricks.registration.client import explained, in_path
from meshport.catalogs.databricks.registration.desired import Elsewhere
from meshport.catalogs.databricks.registration.tables.rows import Entry, results_of
from meshport.catalogs.databricks.registration.tables.sql import Row
from meshport.model import Port, Product
from meshport.registry.types import LedgerKey, ProductVersion
from meshport.resources import Resource, tag

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

KINDS = {
    types.TAG_POLICY: "governed tag",
    types.MASK_POLICY: "mask policy",
    types.METADATA: "external metadata",
    types.LINEAGE: "external lineage",
    types.DESTINATIONS: "access requests",
}
"""What people call the kinds."""


def registration(change: types.Change) -> Registration:
    """Return a change as the plan shows it."""
    said = change.fields
    detail = said.get("destinations") or said.get("values") or said.get("entity_type") or said.get("function")
    detail = detail or said.get("columns") or ""
    subject = types.shown(change.kind, change.name)
    return Registration(KINDS[change.kind], change.action, subject, detail, change.reason)


def entries(registry: Any, domain: str, catalog: str) -> list[Entry]:
    """Return the products of a domain that are published in a catalog and not retired, by key."""
    standing = registry.standing(domain)
    ledger: Mapping[LedgerKey, str] = registry.ledger(catalog, domain)
    return [
        Entry(standing[key], registry.port_status(key), _certified(standing[key].head.product.ports, ledger))
        for key in sorted(standing)
        if standing[key].head.status != "retired" and standing[key].head.catalog == catalog
    ]


def shown(entry: Entry) -> Product:
    """Return a published product with the ports that are not retired."""
    return msgspec.structs.replace(entry.product, ports=entry.ports)


def results(registry: Any, published: Iterable[Entry], until: Mapping[str, int]) -> dict[str, dict[int, Sequence[Row]]]:
    """Return the rows of test results by product and publication, of publications newer than `until` says."""
    found: dict[str, dict[int, Sequence[Row]]] = {}
    for product in (entry.product for entry in published):
        newest = registry.publications(product.key, 1)
        if newest and newest[0].number > until.get(product.key, 0):
            found[product.key] = {
                each.number: results_of(product, each, registry.evidence(product.key, each.number))
                for each in registry.publications(product.key, newest[0].number - until.get(product.key, 0))
            }
    return found


def elsewhere(
    registry: Any, catalog: str, products: Iterable[Product], exists: Callable[[str], bool]
) -> dict[str, Elsewhere]:
    """Return, by key, the products of other domains that these are made of and that are not in our metastore.

    What is published by another workspace may be in it all the same: then its ports are there under their names.
    """
    keys = {up.product for product in products for port in product.ports for up in port.upstream if up.product}
    heads: Mapping[str, ProductVersion] = registry.heads() if keys else {}
    found = {}
    for key in sorted(keys & heads.keys()):
        head = heads[key]
        here = head.catalog_type == "databricks" and (
            _workspace(head.catalog) == _workspace(catalog) or any(exists(str(p.relation)) for p in head.product.ports)
        )
        if not here:
            # The file of a laptop is nobody's business; its name is enough.
            place = head.catalog if head.catalog_type == "databricks" else head.catalog_type
            found[key] = Elsewhere(head.catalog_type, place)
    return found


def exists(client: WorkspaceClient, table: str) -> bool:
    """Whether a table is in our metastore, and we may see it."""
    with explained(f"looking for {table}"):
        return bool(client.tables.exists(in_path(table)).table_exists)


def _workspace(catalog: str) -> str:
    return catalog.rpartition("/")[0]


def _certified(ports: Iterable[Port], ledger: Mapping[LedgerKey, str]) -> dict[str, str]:
    found = {}
    for port in ports:
        key = Resource(kind=tag.KIND, relation=port.relation, fields={}, name=tag.CERTIFICATION).key
        if written := ledger.get(LedgerKey(kind=tag.KIND, key=key)):
            found[port.label] = msgspec.json.decode(written, type=dict[str, str])["value"]
    return found
