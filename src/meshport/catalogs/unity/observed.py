"""What is on the server, and which files are there: read in bulk, as resources that compare with what should be.

Catalogs and schemas take a request a page, tables one a page and schema. Grants take one for each thing that is ours,
because the server has no call that returns them for several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    """Read what is there at the place: the named schemas and those of the ledger, and what is in them."""
    resources: dict[str, Resource] = {}
    theirs: dict[str, dict[str, str]] = {}

    def found(resource: Resource, properties: dict[str, str] | None = None) -> None:
        resources[resource.key] = resource
        if properties:
            theirs[resource.key] = {k: v for k, v in properties.items() if not k.startswith(MARK)}

    authorises = client.keeps_grants()
    # A name that the server does not take is no question that it answers; the product is blocked for it.
    there = client.catalog(place.catalog) if NAME.fullmatch(place.catalog) else None
    ours = {place_of(key) for key in ledger}
    looked_at = {*schemas, *(relation.schema for relation in ours if relation.database == place.catalog)} - {""}
    if there is not None:
        root = Relation(place.catalog, "", "")
        found(Resource(kind=CATALOG, relation=root, fields=_fields(there.comment, there.properties)))
        for schema in client.schemas(place.catalog):
            if schema.name not in looked_at:
                continue
            relation = Relation(place.catalog, schema.name, "")
            fields = _fields(schema.comment, schema.properties)
            found(Resource(kind=SCHEMA, relation=relation, fields=fields), schema.properties)
            for table in client.tables(place.catalog, schema.name):
                found(table_resource(place.catalog, schema.name, table), table.properties)
        if authorises:
            for resource in _granted(client, resources, ledger):
                found(resource)
    for relation in sorted({place_of(key) for key in ledger if key.startswith(FILES + "/")}):
        for name in builds_in(folder_of(place.storage, relation)):
            found(Resource(kind=FILES, relation=relation, name=name, fields={}))
    return Observed(
        resources=resources,
        theirs=theirs,
        authorises=authorises,
        users=frozenset(client.users()) if authorises else frozenset(),
    )


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
