"""What is on the server, and which files are there: read in bulk, as resources that compare with what should be.

Catalogs and schemas take a request a page, tables one a page and schema. Grants take one for each thing that is ours,
because the server has no call that returns them for several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from meshport.catalogs.unity import wire
from meshport.catalogs.unity.client import UnityClient
from meshport.catalogs.unity.types import (
    CATALOG,
    FILES,
    MARK,
    SCHEMA,
    TABLE,
    Ledger,
    Observed,
    Place,
    full_name,
    grant,
    securable_of,
)
from meshport.catalogs.unity.wanted import FILE_NAME, NAME, columns_text, folder_of
from meshport.model import Relation
from meshport.resources import Resource, place_of

_BUILD = re.compile(r"[0-9a-f]{16}")


def observe(client: UnityClient, place: Place, schemas: Iterable[str], ledger: Ledger) -> Observed:
    """Read what is there: the named schemas of the place's catalog, and all that the ledger knows."""
    resources: dict[str, Resource] = {}
    theirs: dict[str, dict[str, str]] = {}
    authorises = client.keeps_grants()
    looked_at: dict[str, set[str]] = {place.catalog: {*schemas}}
    for relation in {place_of(key) for key in ledger}:
        looked_at.setdefault(relation.database, set()).add(relation.schema)
    for catalog in sorted(looked_at):
        for resource, properties in _read(client, catalog, looked_at[catalog] - {""}):
            resources[resource.key] = resource
            theirs[resource.key] = {k: v for k, v in (properties or {}).items() if not k.startswith(MARK)}
    if authorises:
        resources.update({resource.key: resource for resource in _granted(client, resources, ledger)})
    for relation in sorted({place_of(key) for key in ledger if key.startswith(FILES + "/")}):
        for name in builds_in(folder_of(place.storage, relation)):
            files = Resource(kind=FILES, relation=relation, name=name, fields={})
            resources[files.key] = files
    return Observed(
        resources=resources,
        theirs={key: properties for key, properties in theirs.items() if properties},
        authorises=authorises,
        users=frozenset(client.users()) if authorises else frozenset(),
    )


def _read(client: UnityClient, catalog: str, schemas: set[str]) -> Iterator[tuple[Resource, dict[str, str] | None]]:
    """Yield a catalog, and of it these schemas with their tables, each with all of its properties."""
    # A name that the server does not take is no question that it answers; the product is blocked for it.
    there = client.catalog(catalog) if NAME.fullmatch(catalog) else None
    if there is None:
        return
    fields = _fields(there.comment, there.properties)
    yield Resource(kind=CATALOG, relation=Relation(catalog, "", ""), fields=fields), None
    for schema in client.schemas(catalog):
        if schema.name in schemas:
            fields = _fields(schema.comment, schema.properties)
            yield Resource(kind=SCHEMA, relation=Relation(catalog, schema.name, ""), fields=fields), schema.properties
            for table in client.tables(catalog, schema.name):
                yield table_resource(catalog, schema.name, table), table.properties


def table_resource(catalog: str, schema: str, table: wire.Table) -> Resource:
    """Return a table as a resource. Of properties only ours are fields."""
    fields = {
        "columns": columns_text(table.columns or ()),
        "location": location(table.storage_location or ""),
        "format": table.data_source_format or "",
        **_fields(table.comment, table.properties),
    }
    return Resource(kind=TABLE, relation=Relation(catalog, schema, table.name), fields=fields)


def location(url: str) -> str:
    """Return a location in one spelling: servers write `file:/x`, `file:///x` and `file:///x/` for the same folder."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return url.rstrip("/")
    return Path(unquote(parts.path)).as_uri() if parts.path.startswith("/") else url


def builds_in(folder: Path) -> list[str]:
    """Return the names of the builds in a port's folder that are complete."""
    if not folder.is_dir():
        return []
    return sorted(
        each.name for each in folder.iterdir() if _BUILD.fullmatch(each.name) and (each / FILE_NAME).is_file()
    )


def _granted(client: UnityClient, resources: dict[str, Resource], ledger: Ledger) -> list[Resource]:
    """Return the grants on the catalog, and on the schemas and tables that are in the ledger."""
    asked = [r for r in resources.values() if r.kind == CATALOG or (r.kind in (SCHEMA, TABLE) and r.key in ledger)]
    return [
        grant(resource.relation, principal, privilege)
        for resource in asked
        for principal, privileges in client.permissions(
            securable_of(resource.relation), full_name(resource.relation)
        ).items()
        for privilege in sorted(privileges)
    ]


def _fields(comment: str | None, properties: dict[str, str] | None) -> dict[str, str]:
    ours = {key: value for key, value in (properties or {}).items() if key.startswith(MARK)}
    return {"comment": (comment or "").strip(), **ours}
