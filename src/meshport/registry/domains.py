"""Domains that the central team provisioned: their groups, and the developers that their owners added."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from meshport.errors import NotFoundError
from meshport.model import Owner
from meshport.registry import audit, dialects, products, schema
from meshport.registry.clock import now
from meshport.registry.types import Member

_group = schema.domain_group
_member = schema.domain_member


def enter(
    connection: Connection,
    domain: str,
    title: str,
    description: str,
    owner: Owner,
    groups: tuple[str, str],
    actor: str,
) -> None:
    """Write a domain's groups, of owners and of developers; and the domain itself, unless it has described itself."""
    known = select(schema.domain.c.domain).where(schema.domain.c.domain == domain)
    if connection.execute(known).first() is None:
        products.upsert_domain(connection, domain, title, description, owner)
    row = {"domain": domain, "owner_group": groups[0], "developer_group": groups[1]}
    dialects.upsert(connection, _group, [row])
    audit.write(connection, actor, "domain.groups", domain, {"owner": groups[0], "developer": groups[1]})


def leave(connection: Connection, domain: str, actor: str) -> None:
    """Remove a domain's groups and members; and the domain itself, where it never published anything."""
    connection.execute(delete(_member).where(_member.c.domain == domain))
    connection.execute(delete(_group).where(_group.c.domain == domain))
    published = select(schema.product.c.key).where(schema.product.c.domain == domain).limit(1)
    if connection.execute(published).first() is None:
        connection.execute(delete(schema.domain).where(schema.domain.c.domain == domain))
    audit.write(connection, actor, "domain.left", domain, {})


def groups(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return the group of owners and that of developers of each provisioned domain."""
    rows = connection.execute(select(_group).order_by(_group.c.domain))
    return {row.domain: (row.owner_group, row.developer_group) for row in rows}


def members(connection: Connection, domain: str) -> list[Member]:
    """Return the developers that were added to a domain, by name."""
    rows = connection.execute(select(_member).where(_member.c.domain == domain).order_by(_member.c.person))
    return [Member(row.person, row.added_at, row.added_by) for row in rows]


def domains_of(connection: Connection, person: str) -> frozenset[str]:
    """Return the domains that somebody was added to as a developer."""
    return frozenset(connection.execute(select(_member.c.domain).where(_member.c.person == person)).scalars())


def add_member(connection: Connection, domain: str, person: str, actor: str) -> bool:
    """Add a developer to a domain. Returns False where they are one already.

    Raises NotFoundError where the central team has not provisioned the domain.
    """
    if connection.execute(select(_group.c.domain).where(_group.c.domain == domain)).first() is None:
        raise NotFoundError(f"the domain {domain} was not provisioned", hint="meshport domain apply")
    there = select(_member.c.person).where(_member.c.domain == domain, _member.c.person == person)
    if connection.execute(there).first() is not None:
        return False
    row = {"domain": domain, "person": person, "added_at": now(), "added_by": actor}
    dialects.upsert(connection, _member, [row])
    audit.write(connection, actor, "domain.member", domain, {"added": person})
    return True


def remove_member(connection: Connection, domain: str, person: str, actor: str) -> bool:
    """Remove a developer from a domain. Returns False where they are none."""
    gone = connection.execute(delete(_member).where(_member.c.domain == domain, _member.c.person == person))
    if not gone.rowcount:
        return False
    audit.write(connection, actor, "domain.member", domain, {"removed": person})
    return True
