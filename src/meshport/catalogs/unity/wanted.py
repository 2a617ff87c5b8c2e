"""What should be on the server: published products as catalogs, schemas, tables, grants and files. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from meshport.catalogs.unity import wire
from meshport.catalogs.unity.datatypes import UnityType, type_json, unity_type
from meshport.catalogs.unity.types import (
    CATALOG,
    FILES,
    LONGEST,
    MARK,
    SCHEMA,
    TABLE,
    Blocked,
    Export,
    Place,
    PortEntry,
    ProductEntry,
    Wanted,
    grant,
)
from meshport.errors import InputError
from meshport.model import Product, Relation, fold
from meshport.resources import Resource

FORMAT = "PARQUET"
FILE_NAME = "data.parquet"
NAME = re.compile(r"[a-zA-Z0-9_@-]{1,255}")
"""What the server takes as the name of a catalog, schema or table. Columns may be called anything."""


def wanted(place: Place, entries: Iterable[ProductEntry], *, grants: bool) -> Wanted:
    """Return everything that should be there; with `grants` also who may read it."""
    resources: dict[str, Resource] = {}
    columns: dict[str, list[wire.Column]] = {}
    exports: dict[str, Export] = {}
    blocked: list[Blocked] = []
    shortened: list[str] = []
    readers: set[str] = set()
    for entry in entries:
        trouble = [*entry.trouble, *_refused(place, entry)]
        blocked += trouble
        if trouble:
            continue
        found = [_schema(place, entry, shortened)]
        for port in entry.ports:
            table, payload, export = _table(place, entry, port, shortened)
            files = Resource(
                kind=FILES, relation=table.relation, name=export.folder.name, fields={"rows of": port.build}
            )
            columns[table.key], exports[files.key] = payload, export
            found += [table, files]
        if grants:
            readers.update(entry.readers)
            found += _grants(place, entry)
        resources.update({resource.key: resource for resource in found})
    catalog = Relation(place.catalog, "", "")
    for principal in sorted(readers):
        using = grant(catalog, principal, "USE CATALOG")
        resources[using.key] = using
    if resources:
        made = Resource(kind=CATALOG, relation=catalog, fields={"comment": place.title, f"{MARK}domain": place.domain})
        resources = {made.key: made, **resources}
    notes = (f"longer than the server's {LONGEST} characters, shortened: {', '.join(shortened)}",) if shortened else ()
    return Wanted(resources, columns, exports, tuple(blocked), notes)


def schema_of(place: Place, product: Product) -> Relation:
    """Return the schema of a product: it has the product's name, as in the published zone."""
    return Relation(place.catalog, product.name, "")


def table_of(place: Place, product: Product, port: PortEntry) -> Relation:
    """Return the table of a port: it has the name that the port has in the published zone."""
    return Relation(place.catalog, product.name, port.port.relation.identifier)


def folder_of(storage: Path, relation: Relation) -> Path:
    """Return the folder with all builds of a port."""
    return storage / quote(relation.schema, safe="") / quote(relation.identifier, safe="")


def build_digest(port: PortEntry) -> str:
    """Return the name of the folder with one build of a port: another build, or other masks, are another folder."""
    shape = repr([(column.name, column.data_type) for column in port.columns])
    return hashlib.sha256(f"{port.build}\n{port.definition}\n{shape}".encode()).hexdigest()[:16]


def columns_text(columns: Iterable[wire.Column]) -> str:
    """Return columns as one text, alike for what should be and for what is: name, type, nullability, comment."""
    ordered = sorted(columns, key=lambda column: column.position)
    return "\n".join(
        f"{column.name} {column.type_text.lower()}{'' if column.nullable else ' not null'}"
        + (f" -- {column.comment}" if column.comment else "")
        for column in ordered
    )


def _refused(place: Place, entry: ProductEntry) -> Iterator[Blocked]:
    """Yield what the server would refuse of a product, so that the plan says it and not the middle of applying."""
    product = entry.product
    names = [("catalog", place.catalog), ("schema", product.name)]
    names += [("table", port.port.relation.identifier) for port in entry.ports]
    for what, name in names:
        if not NAME.fullmatch(name):
            yield Blocked(
                product=product.key,
                subject=name,
                reason=f"a Unity Catalog server takes no {what} of that name",
                hint="letters without accents, digits, _, - and @, at most 255: give the model an alias, "
                "or name a catalog under `unity` in mesh.yml",
            )
    for port in entry.ports:
        for column in port.columns:
            try:
                unity_type(column.data_type, place.dialect)
            except InputError as error:
                yield Blocked(product.key, f"{port.port.label}.{column.name}", error.message, error.hint or "")


def _schema(place: Place, entry: ProductEntry, shortened: list[str]) -> Resource:
    product = entry.product
    said = {
        "domain": product.domain,
        "product": product.key,
        "title": product.title,
        "owner": str(product.owner),
        "tier": product.tier,
        "version": entry.version,
        "status": entry.status,
        "terms": product.terms,
        "slo.freshness": product.slo.freshness,
        "slo.quality": None if product.slo.quality is None else str(product.slo.quality),
        **{f"support.{key}": value for key, value in product.support.items()},
        **{f"tag.{key}": value for key, value in product.tags.items()},
    }
    comment = _short(product.description or product.title, f"the description of {product.key}", shortened)
    fields = {"comment": comment, **_properties(said, product.key, shortened)}
    return Resource(kind=SCHEMA, relation=schema_of(place, product), fields=fields)


def _table(
    place: Place, entry: ProductEntry, port: PortEntry, shortened: list[str]
) -> tuple[Resource, list[wire.Column], Export]:
    product, declared = entry.product, port.port
    relation = table_of(place, product, port)
    types = [unity_type(column.data_type, place.dialect) for column in port.columns]
    columns = list(_columns(port, types))
    folder = folder_of(place.storage, relation) / build_digest(port)
    contract = declared.contract
    said = {
        "domain": product.domain,
        "product": product.key,
        "port": declared.label,
        "version": entry.version,
        "build": port.build,
        "definition": port.definition,
        "status": port.status,
        "deprecation_date": port.deprecation_date,
        "replaced_by": port.replaced_by,
        "tests": port.tests,
        "built_from": ", ".join(sorted({each.product or each.unique_id for each in declared.upstream})),
        **{f"classification.{c.name}": c.classification for c in contract.columns},
        **{f"mask.{c.name}": c.mask.name if c.mask else None for c in contract.columns},
        **{f"tag.{key}": value for key, value in declared.tags.items()},
    }
    fields = {
        "columns": columns_text(columns),
        "location": folder.as_uri(),
        "format": FORMAT,
        "comment": declared.description.strip(),
        **_properties(said, f"{product.key}.{declared.label}", shortened),
    }
    cast = tuple((column.name, kind.duckdb) for column, kind in zip(port.columns, types, strict=True))
    return Resource(kind=TABLE, relation=relation, fields=fields), columns, Export(declared.relation, folder, cast)


def _columns(port: PortEntry, types: list[UnityType]) -> Iterator[wire.Column]:
    """Yield the columns of a port as payloads. A column is not null where the contract, which was verified, says so."""
    constraints = port.port.contract.constraints
    strict = {fold(name) for each in constraints if each.type in ("not_null", "primary_key") for name in each.columns}
    for position, (column, kind) in enumerate(zip(port.columns, types, strict=True)):
        nullable = fold(column.name) not in strict
        yield wire.Column(
            name=column.name,
            type_text=kind.text,
            type_json=type_json(column.name, kind, nullable, column.comment),
            type_name=kind.name,
            type_precision=kind.precision,
            type_scale=kind.scale,
            position=position,
            comment=column.comment or None,
            nullable=nullable,
        )


def _grants(place: Place, entry: ProductEntry) -> Iterator[Resource]:
    """Yield the least that reading takes, below USE CATALOG: USE SCHEMA, and SELECT on exactly the ports."""
    for principal in entry.readers:
        yield grant(schema_of(place, entry.product), principal, "USE SCHEMA")
        for port in entry.ports:
            yield grant(table_of(place, entry.product, port), principal, "SELECT")


def _properties(said: dict[str, str | None], of: str, shortened: list[str]) -> dict[str, str]:
    """Return properties of ours, without empty ones."""
    return {
        MARK + key: _short(value.strip(), f"{key} of {of}", shortened)
        for key, value in said.items()
        if value and value.strip()
    }


def _short(text: str, what: str, shortened: list[str]) -> str:
    text = text.strip()
    if len(text) <= LONGEST:
        return text
    shortened.append(what)
    return text[: LONGEST - 1] + "…"
