"""Domains, products and their versions: what is published, and what was decided about it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from meshport.errors import NotFoundError
from meshport.model import Owner, Product, Status
from meshport.registry import audit, dialects, incidents, notices, schema
from meshport.registry.clock import now
from meshport.registry.types import INCIDENT_KINDS, Domain, PortStatus, ProductVersion
from meshport.standards.types import AccessRule

_product = schema.product
_version = schema.product_version


def upsert_domain(connection: Connection, domain: str, title: str | None, description: str, owner: Owner) -> None:
    """Write what a domain says of itself."""
    row = {"domain": domain, "title": title, "description": description, "owner": msgspec.json.encode(owner).decode()}
    dialects.upsert(connection, schema.domain, [row])


def domains(connection: Connection) -> list[Domain]:
    """Return every domain, by name."""
    rows = connection.execute(select(schema.domain).order_by(schema.domain.c.domain))
    return [Domain(row.domain, row.title, row.description, msgspec.json.decode(row.owner, type=Owner)) for row in rows]


def select_versions() -> Select[tuple[object, ...]]:
    """Return the query for versions of products; the caller adds which and in what order."""
    columns = (_version, _product.c.status, _product.c.catalog, _product.c.catalog_type)
    return select(*columns).join(_product, _product.c.key == _version.c.product)


def read_versions(connection: Connection, query: Select[tuple[object, ...]]) -> list[ProductVersion]:
    """Run a query made from `select_versions` and return its product versions."""
    return [
        ProductVersion(
            product=msgspec.json.decode(row.document, type=Product),
            version=row.version,
            digest=row.digest,
            published_at=row.published_at,
            published_by=row.published_by,
            status=row.status,
            catalog=row.catalog,
            catalog_type=row.catalog_type,
        )
        for row in connection.execute(query)
    ]


def select_heads() -> Select[tuple[object, ...]]:
    """Return the query for the newest version of every product."""
    return select_versions().where(_version.c.sequence == _product.c.head).order_by(_product.c.key)


def head(connection: Connection, key: str) -> ProductVersion | None:
    """Return the newest version of a product, or None where it was never published."""
    found = read_versions(connection, select_heads().where(_product.c.key == key))
    return found[0] if found else None


def require(connection: Connection, key: str) -> ProductVersion:
    """Return the newest version of a product. Raises NotFoundError with near names where it was never published."""
    found = head(connection, key)
    if found is None:
        raise _unknown(connection, key)
    return found


def of_domain(domain: str) -> ColumnElement[bool]:
    """Return the condition that selects the products of a domain."""
    return _product.c.domain == domain


def among(keys: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that selects these products."""
    return _product.c.key.in_(list(keys))


def heads(connection: Connection, which: ColumnElement[bool]) -> dict[str, ProductVersion]:
    """Return the newest version of every product that `which` selects, by key, in one query."""
    return {version.product.key: version for version in read_versions(connection, select_heads().where(which))}


def newest(connection: Connection, limit: int) -> list[str]:
    """Return the products whose newest version is newest, the newest first, at most `limit`, without retired ones."""
    query = select(_product.c.key).join(_version, _version.c.product == _product.c.key)
    query = query.where(_version.c.sequence == _product.c.head, _product.c.status != "retired")
    return list(
        connection.execute(query.order_by(_version.c.published_at.desc(), _product.c.key).limit(limit)).scalars()
    )


def counts(connection: Connection) -> dict[str, int]:
    """Return how many products of each domain are not retired; domains without any are left out."""
    counted = select(_product.c.domain, func.count().label("number")).where(_product.c.status != "retired")
    return {row.domain: row.number for row in connection.execute(counted.group_by(_product.c.domain))}


def statuses(connection: Connection, which: ColumnElement[bool]) -> dict[str, Status]:
    """Return the status of each product that `which` selects, by key, in order."""
    query = select(_product.c.key, _product.c.status).where(which).order_by(_product.c.key)
    return {row.key: row.status for row in connection.execute(query)}


def keys(connection: Connection) -> list[str]:
    """Return the keys of all products, in order."""
    return list(connection.execute(select(_product.c.key).order_by(_product.c.key)).scalars())


def versions(connection: Connection, key: str) -> list[ProductVersion]:
    """Return every version of a product, newest first."""
    query = select_versions().where(_product.c.key == key).order_by(_version.c.sequence.desc())
    return read_versions(connection, query)


def set_status(connection: Connection, key: str, status: Status, actor: str, note: str | None) -> None:
    """Deprecate, retire or restore a product. Raises NotFoundError where it was never published."""
    changed = connection.execute(update(_product).where(_product.c.key == key).values(status=status)).rowcount
    if not changed:
        raise _unknown(connection, key)
    if status == "retired":
        text = f"{key} is retired{_note(note)}: `meshport search` finds what is not"
        notices.tell_subscribers(connection, key, "retirement", f"{key}/{now()}", text)
        incidents.keep(connection, key, INCIDENT_KINDS, (), actor)  # nobody reads it any more: whatever lasts is over
    audit.write(connection, actor, "product.status", key, {"status": status, "note": note})


def port_status(connection: Connection, key: str) -> dict[str, PortStatus]:
    """Return what was decided about ports, by label. A port without an entry is simply published."""
    table = schema.port_state
    rows = connection.execute(select(table).where(table.c.product == key).order_by(table.c.label))
    return {row.label: PortStatus(row.status, row.deprecation_date, row.replaced_by, row.note) for row in rows}


def set_port_status(connection: Connection, key: str, label: str, status: PortStatus, actor: str) -> None:
    """Deprecate, retire or restore a port. Raises NotFoundError where the product never had such a port."""
    port = schema.port
    if connection.execute(select(port.c.label).where(port.c.product == key, port.c.label == label)).first() is None:
        raise NotFoundError(f"{key} has no port {label}", hint=f"`meshport show {key}` lists its ports")
    decided = msgspec.to_builtins(status)
    dialects.upsert(connection, schema.port_state, [{"product": key, "label": label, **decided}])
    if status.status != "published":
        kind = "deprecation" if status.status == "deprecated" else "retirement"
        occasion = f"{key}.{label}/{status.deprecation_date or now()}"
        notices.tell_subscribers(connection, key, kind, occasion, _said(key, label, status))
    audit.write(connection, actor, "port.status", f"{key}.{label}", decided)


def access_rules(connection: Connection, domain: str) -> dict[str, AccessRule]:
    """Return a domain's rules of access as of its last publish, by name."""
    found = connection.execute(select(schema.domain.c.access_rules).where(schema.domain.c.domain == domain)).scalar()
    return {} if found is None else msgspec.json.decode(found, type=dict[str, AccessRule])


def write_access_rules(connection: Connection, domain: str, rules: Mapping[str, AccessRule], actor: str) -> bool:
    """Keep a domain's rules of access. Returns False where they are these already, or nobody knows the domain."""
    if access_rules(connection, domain) == dict(rules):
        return False
    text = msgspec.json.encode(rules, order="sorted").decode()
    this = schema.domain.c.domain == domain
    changed = update(schema.domain).where(this, schema.domain.c.access_rules.is_distinct_from(text))
    if not connection.execute(changed.values(access_rules=text)).rowcount:
        return False
    audit.write(connection, actor, "access.rules", domain, {"rules": msgspec.to_builtins(rules)})
    return True


def _said(key: str, label: str, status: PortStatus) -> str:
    """Return what those who subscribe are told of a port that goes or is gone."""
    instead = f"; use {status.replaced_by}" if status.replaced_by else ""
    if status.status == "retired":
        return f"the port {label} of {key} is retired{instead}{_note(status.note)}"
    return f"the port {label} of {key} goes on {status.deprecation_date}{instead}{_note(status.note)}"


def _note(note: str | None) -> str:
    return f" ({note})" if note else ""


def _unknown(connection: Connection, key: str) -> NotFoundError:
    """Return the error for a product that was never published, with the names that come near."""
    near = get_close_matches(key, keys(connection), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`meshport search` finds what is published"
    return NotFoundError(f"no product {key!r} is published", hint=hint)
