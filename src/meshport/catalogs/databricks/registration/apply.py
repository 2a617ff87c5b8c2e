"""Make the changes. Each call may be repeated; a run that is killed anywhere is completed by the next.

What is about to be created is in the ledger first, so that nothing of ours is ever taken for somebody else's; what was
changed or deleted is in it afterwards.
Source: `catalog.ExternalMetadataAPI`, `ExternalLineageAPI`, `RfaAPI` of the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.catalogs.databricks.registration.observed import OURS
from meshport.catalogs.databricks.registration.types import (
    DESTINATIONS,
    LINEAGE,
    MARK,
    METADATA,
    Change,
    Difference,
    edge_of,
    shown,
)
from meshport.errors import UnavailableError
from meshport.registry.book import Book

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

Tell = Callable[[str, int, int], None]
NEEDS = {
    METADATA: "CREATE EXTERNAL METADATA on the metastore, or MODIFY on what is there",
    LINEAGE: "MODIFY on the external metadata, and on the table SELECT (it is read) or MODIFY (it is fed)",
    DESTINATIONS: "MANAGE on the schema",
}


def apply(client: WorkspaceClient, book: Book, difference: Difference, domain: str, tell: Tell) -> None:
    """Make all changes in their order, and bring the ledger up to date. Raises UnavailableError."""
    book.forget(difference.settled)
    creating = {change.key: change.fields for change in difference.changes if change.action == "create"}
    book.write(creating)
    for number, change in enumerate(difference.changes, start=1):
        what = shown(change.kind, change.name)
        tell(f"{change.action} {what}", number, len(difference.changes))
        with explained(f"{change.kind} {what}", NEEDS[change.kind]):
            _DO[change.kind](client, change, domain, book)
        if change.action == "update":
            book.write({change.key: change.fields})
        elif change.action == "delete":
            book.forget([change.key])


def _metadata(client: WorkspaceClient, change: Change, domain: str, book: Book) -> None:
    from databricks.sdk.service.catalog import ExternalMetadata, SystemType

    services = client.external_metadata
    if change.action == "delete":
        once(lambda: services.delete_external_metadata(in_path(change.name)), making=False)
        return
    fields = change.fields
    wanted = ExternalMetadata(
        name=change.name,
        system_type=SystemType(fields["system_type"]),
        entity_type=fields["entity_type"],
        columns=json.loads(fields["columns"]) or None,
        description=fields["description"] or None,
        url=fields["url"] or None,
        properties=json.loads(fields["properties"]),
    )
    if change.action == "create":
        if once(lambda: services.create_external_metadata(wanted), making=True):
            return
        there = services.get_external_metadata(in_path(change.name))
        if (there.properties or {}).get(MARK) != domain:
            book.forget([change.key])
            raise UnavailableError(
                f"somebody else made the external metadata {change.name} a moment ago", hint="run `meshport plan`"
            )
        return
    there = services.get_external_metadata(in_path(change.name))
    theirs = {key: value for key, value in (there.properties or {}).items() if not key.startswith(OURS)}
    wanted.properties = {**theirs, **(wanted.properties or {})}
    services.update_external_metadata(
        in_path(change.name), wanted, "system_type,entity_type,columns,description,url,properties"
    )


def _lineage(client: WorkspaceClient, change: Change, domain: str, book: Book) -> None:
    from databricks.sdk.service import catalog

    services, edge = client.external_lineage, edge_of(change.name)
    source, target = _end(edge.source), _end(edge.target)
    if change.action == "delete":
        gone = catalog.DeleteRequestExternalLineage(source, target)
        once(lambda: services.delete_external_lineage_relationship(gone), making=False)
        return
    pairs = [catalog.ColumnRelationship(source=a, target=b) for a, b in json.loads(change.fields["columns"])]
    if change.action == "create":
        new = catalog.CreateRequestExternalLineage(source, target, columns=pairs or None)
        once(lambda: services.create_external_lineage_relationship(new), making=True)
        return
    services.update_external_lineage_relationship(
        catalog.UpdateRequestExternalLineage(source, target, columns=pairs), "columns"
    )


def _end(end: Any) -> Any:
    from databricks.sdk.service import catalog

    if end.kind == "table":
        return catalog.ExternalLineageObject(table=catalog.ExternalLineageTable(name=end.name))
    return catalog.ExternalLineageObject(external_metadata=catalog.ExternalLineageExternalMetadata(name=end.name))


def _destinations(client: WorkspaceClient, change: Change, domain: str, book: Book) -> None:
    from databricks.sdk.service import catalog

    chosen = json.loads(change.fields.get("destinations", "[]"))
    wanted = catalog.AccessRequestDestinations(
        securable=catalog.Securable(type=catalog.SecurableType.SCHEMA, full_name=change.name),
        destinations=[
            catalog.NotificationDestination(destination_id=to, destination_type=catalog.DestinationType(kind))
            for kind, to in chosen
        ],
    )
    making = change.action != "delete"
    once(lambda: client.rfa.update_access_request_destinations(wanted, "destinations"), making=making)


_DO: dict[str, Callable[[Any, Change, str, Book], None]] = {
    METADATA: _metadata,
    LINEAGE: _lineage,
    DESTINATIONS: _destinations,
}
