"""What is in Unity Catalog of what should be there or what we wrote: paged reads, as things that compare.

External metadata are read in pages of 1000. Lineage takes a call for each of ours that is there, and destinations one
for each schema: the API returns neither for several at once, so several are asked at a time.
Source: `catalog.ExternalMetadataAPI`, `ExternalLineageAPI`, `RfaAPI` of the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from meshport.catalogs.databricks.registration.client import explained, in_path
from meshport.catalogs.databricks.registration.types import (
    DESTINATIONS,
    LINEAGE,
    METADATA,
    Edge,
    End,
    Ledger,
    Thing,
    edge_of,
)

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

OURS = "meshport_"
"""How the properties of external metadata begin that are ours."""
_Asked = TypeVar("_Asked")


def observed(
    client: WorkspaceClient, wanted: Collection[Thing], ledger: Ledger, *, parallel: int = 8
) -> dict[str, Thing]:
    """Return, by key, those of what is wanted or in the ledger that are there. Nothing to look at is no call."""
    keys = {*ledger, *(thing.key for thing in wanted)}
    found: dict[str, Thing] = {}
    if names := _names(keys, METADATA):
        found |= {thing.key: thing for thing in _metadata(client, names)}
    edges = [edge_of(name) for name in _names(keys, LINEAGE)]
    asked = sorted({asking for edge in edges for asking in _asking(edge) if f"{METADATA}/{asking[0]}" in found})
    for listed in _each(lambda asking: _lineage(client, *asking), asked, parallel):
        found |= {thing.key: thing for thing in listed if thing.key in keys}
    for listed in _each(lambda schema: _destinations(client, schema), sorted(_names(keys, DESTINATIONS)), parallel):
        found |= {thing.key: thing for thing in listed}
    return found


def metadata_thing(held: Any) -> Thing:
    """Return external metadata as a thing. Of its properties only ours are fields."""
    properties = {key: value for key, value in (held.properties or {}).items() if key.startswith(OURS)}
    fields = {
        "system_type": held.system_type.value if held.system_type else "",
        "entity_type": held.entity_type or "",
        "columns": json.dumps(sorted(held.columns or []), ensure_ascii=False),
        "description": (held.description or "").strip(),
        "url": held.url or "",
        "properties": json.dumps(properties, ensure_ascii=False, sort_keys=True),
    }
    return Thing(METADATA, held.name, fields)


def _names(keys: Iterable[str], kind: str) -> set[str]:
    return {key.removeprefix(f"{kind}/") for key in keys if key.startswith(f"{kind}/")}


def _metadata(client: WorkspaceClient, names: set[str]) -> Iterator[Thing]:
    with explained("reading external metadata"):
        for held in client.external_metadata.list_external_metadata(page_size=1000):
            if held.name in names:
                yield metadata_thing(held)


def _asking(edge: Edge) -> Iterator[tuple[str, str]]:
    """Yield which external metadata to ask for an edge, and in which direction: the end that is one."""
    if edge.source.kind == "external_metadata":
        yield edge.source.name, "DOWNSTREAM"
    elif edge.target.kind == "external_metadata":
        yield edge.target.name, "UPSTREAM"


def _lineage(client: WorkspaceClient, name: str, direction: str) -> list[Thing]:
    from databricks.sdk.service.catalog import ExternalLineageExternalMetadata, ExternalLineageObject, LineageDirection

    asked = ExternalLineageObject(external_metadata=ExternalLineageExternalMetadata(name=name))
    found = []
    with explained(f"reading the lineage of {name}"):
        listed = client.external_lineage.list_external_lineage_relationships(
            asked, LineageDirection(direction), page_size=1000
        )
        for info in listed:
            held = info.external_lineage_info
            source, target = (_end(end) for end in (held.source, held.target)) if held else (None, None)
            if held is None or source is None or target is None:
                continue
            pairs = sorted([pair.source, pair.target] for pair in held.columns or [])
            fields = {"columns": json.dumps(pairs, ensure_ascii=False)}
            found.append(Thing(LINEAGE, Edge(source, target).text, fields))
    return found


def _end(held: Any) -> End | None:
    if held is not None and held.table is not None:
        return End("table", held.table.name)
    if held is not None and held.external_metadata is not None:
        return End("external_metadata", held.external_metadata.name)
    return None


def _destinations(client: WorkspaceClient, schema: str) -> list[Thing]:
    """Return what is set on a schema itself, nothing where that is inherited or the schema is not there yet."""
    from databricks.sdk.errors import NotFound

    with explained(f"reading whom to ask for access to {schema}"):
        try:
            held = client.rfa.get_access_request_destinations("schema", in_path(schema))
        except NotFound:
            return []
    set_on = held.destination_source_securable
    if set_on is None or (set_on.full_name or "").lower() != schema.lower() or not held.destinations:
        return []
    chosen = [
        (each.destination_type.value if each.destination_type else "", each.destination_id or "")
        for each in held.destinations
    ]
    return [Thing(DESTINATIONS, schema, {"destinations": json.dumps(sorted(chosen), ensure_ascii=False)})]


def _each(ask: Callable[[_Asked], list[Thing]], about: list[_Asked], parallel: int) -> Iterator[list[Thing]]:
    if parallel == 1 or len(about) < 2:
        yield from map(ask, about)
        return
    with ThreadPoolExecutor(parallel) as pool:
        yield from pool.map(ask, about)
