"""What should be in Unity Catalog beside the ports: exposures, sources outside it, inputs of another metastore, whom to
ask for access. Pure.

| thing | where it comes from | lineage |
|---|---|---|
| an exposure of dbt that reads ports | `exposures:` | the port's columns, or those in `config.meta.columns` |
| a source outside | `config.meta.external` of it, or a database that is no catalog there | through all models |
| an input of another metastore | a port of another domain that is published elsewhere | through all models |
| whom to ask | `support` of a product, else its owner | – |
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from meshport.artifacts.project import Exposure, Node, Project
from meshport.catalogs.databricks.registration.columns import Pairs
from meshport.catalogs.databricks.registration.systems import system_of
from meshport.catalogs.databricks.registration.types import (
    DESTINATIONS,
    LINEAGE,
    MARK,
    METADATA,
    Edge,
    End,
    Thing,
)
from meshport.model import Port, Product, Upstream, fold

LEGACY = ("hive_metastore", "spark_catalog", "")
"""Databases of sources that are no catalogs of Unity Catalog."""
MOST_EMAILS = 5
"""Destinations of one kind that a securable takes."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


class Elsewhere(msgspec.Struct, frozen=True):
    """Where another domain's product is published, that is not in this metastore: a type, and its name for people."""

    catalog_type: str
    catalog: str


class World(msgspec.Struct, frozen=True):
    """What there is to register. `products` have the ports that are published; `elsewhere` is by a product's key."""

    domain: str
    products: Sequence[Product]
    project: Project
    pairs: Pairs
    elsewhere: Mapping[str, Elsewhere] = {}


def desired(world: World) -> list[Thing]:
    """Return everything that should be there, metadata before the lineage that needs it."""
    things: dict[str, Thing] = {}
    edges: dict[str, Thing] = {}
    for metadata, lineage in (*_exposures(world), *_upstreams(world)):
        known = things.get(metadata.key)
        things[metadata.key] = _merged(known, metadata) if known else metadata
        edges.update({edge.key: edge for edge in lineage})
    asked = {thing.key: thing for product in world.products for thing in _destinations(product)}
    return [*things.values(), *edges.values(), *asked.values()]


def _exposures(world: World) -> Iterator[tuple[Thing, list[Thing]]]:
    ports = {port.unique_id: port for product in world.products for port in product.ports}
    for exposure in world.project.exposures.values():
        read = [ports[node] for node in exposure.depends_on if node in ports]
        if not read:
            continue
        named = _named(exposure)
        columns = {port.unique_id: _read(port, named) for port in read}
        metadata = _metadata(
            world,
            name_of(world.domain, "exposure", exposure.name),
            system=system_of(exposure.url, exposure.label, exposure.name),
            entity=exposure.type or "exposure",
            columns=[column for port in read for column in columns[port.unique_id]],
            description=exposure.description or exposure.label or "",
            url=exposure.url if exposure.url and _URL.fullmatch(exposure.url) else "",
            node=exposure.unique_id,
        )
        yield (
            metadata,
            [
                _edge(_table(port), _outside(metadata), [(column, column) for column in columns[port.unique_id]])
                for port in read
            ],
        )


def _named(exposure: Exposure) -> frozenset[str] | None:
    said = exposure.meta.get("columns")
    return frozenset(fold(str(column)) for column in said) if isinstance(said, list) else None


def _read(port: Port, named: frozenset[str] | None) -> list[str]:
    return [column.name for column in port.contract.columns if named is None or fold(column.name) in named]


def _upstreams(world: World) -> Iterator[tuple[Thing, list[Thing]]]:
    for port in (port for product in world.products for port in product.ports):
        for upstream in port.upstream:
            pairs = [(a, b) for a, b, _ in world.pairs.get((port.unique_id, upstream.unique_id), ())]
            metadata = _source(world, upstream, pairs) or _input(world, upstream, pairs)
            if metadata is not None:
                yield metadata, [_edge(_outside(metadata), _table(port), pairs)]


def _source(world: World, upstream: Upstream, pairs: Sequence[tuple[str, str]]) -> Thing | None:
    node = world.project.nodes.get(upstream.unique_id)
    if node is None or node.resource_type != "source" or not is_outside(node):
        return None
    external = node.meta.get("external")
    said = external if isinstance(external, dict) else {"system": external if isinstance(external, str) else None}
    url = str(said.get("url") or "")
    return _metadata(
        world,
        name_of(world.domain, "source", *node.unique_id.split(".")[-2:]),
        system=system_of(_text(said.get("system")), url, node.database),
        entity=_text(said.get("type")) or "table",
        columns=[*(column.name for column in node.columns), *(source for source, _ in pairs)],
        description=node.description,
        url=url if _URL.fullmatch(url) else "",
        node=node.unique_id,
    )


def is_outside(node: Node) -> bool:
    """Whether a source is outside Unity Catalog: said to be, or in a database that is no catalog there."""
    return bool(node.meta.get("external")) or fold(node.database or "") in LEGACY


def _input(world: World, upstream: Upstream, pairs: Sequence[tuple[str, str]]) -> Thing | None:
    place = world.elsewhere.get(upstream.product or "")
    if place is None or upstream.product is None or upstream.relation is None:
        return None
    return _metadata(
        world,
        name_of(world.domain, "input", *upstream.product.split("."), upstream.relation.identifier),
        system="DATABRICKS" if place.catalog_type == "databricks" else "OTHER",
        entity="data product port",
        columns=[source for source, _ in pairs],
        description=f"A port of {upstream.product}, published at {place.catalog}",
        url="",
        node=upstream.unique_id,
    )


def _metadata(
    world: World, name: str, *, system: str, entity: str, columns: Iterable[str], description: str, url: str, node: str
) -> Thing:
    once = {fold(column): column for column in reversed(list(columns))}
    fields = {
        "system_type": system,
        "entity_type": entity,
        "columns": _json(sorted(once.values())),
        "description": description.strip(),
        "url": url,
        "properties": _json({MARK: world.domain, "meshport_node": node}),
    }
    return Thing(METADATA, name, fields)


def _merged(one: Thing, other: Thing) -> Thing:
    """Return what two ports that read the same say of it together: the columns of both."""
    columns = [column for thing in (one, other) for column in json.loads(thing.fields["columns"])]
    once = {fold(column): column for column in reversed(columns)}
    return msgspec.structs.replace(one, fields={**one.fields, "columns": _json(sorted(once.values()))})


def _edge(source: End, target: End, pairs: Iterable[tuple[str, str]]) -> Thing:
    return Thing(LINEAGE, Edge(source, target).text, {"columns": _json(sorted(set(pairs)))})


def _table(port: Port) -> End:
    return End("table", str(port.relation))


def _outside(metadata: Thing) -> End:
    return End("external_metadata", metadata.name)


def _destinations(product: Product) -> Iterator[Thing]:
    """Yield whom to ask: addresses of support; else its page, which stands alone; else the owner's address."""
    said = list(product.support.values())
    emails = [text.strip() for text in said if _EMAIL.fullmatch(text.strip())]
    pages = [text.strip() for text in said if _URL.fullmatch(text.strip())]
    if not emails and not pages and product.owner.email and _EMAIL.fullmatch(product.owner.email):
        emails = [product.owner.email]
    chosen = [("EMAIL", email) for email in sorted(set(emails))[:MOST_EMAILS]] or [("URL", page) for page in pages[:1]]
    if chosen:
        for schema in sorted({f"{port.relation.database}.{port.relation.schema}" for port in product.ports}):
            yield Thing(DESTINATIONS, schema, {"destinations": _json(chosen)})


def name_of(domain: str, kind: str, *parts: str) -> str:
    """Return the name of external metadata: one name space is shared by all domains, so the domain comes first.

    Letters, digits and underscores; a name that has others gets a digest, so that no two become one.
    """
    name = "__".join((domain, kind, *parts))
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name)
    return plain if plain == name else f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
