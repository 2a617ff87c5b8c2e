"""Notices: what somebody is told of, once for each occasion, until they have read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select, update

from meshport.registry import dialects, schema
from meshport.registry.clock import now
from meshport.registry.types import Notice, Told

_notice = schema.notice
_subscription = schema.subscription


def tell(connection: Connection, notices: Iterable[Told]) -> None:
    """Write notices; what somebody was told on the same occasion is not told again."""
    # In one order: two who write the same ones at once would wait for each other otherwise.
    for each in sorted(notices, key=lambda told: (told.recipient, told.occasion)):
        row = {
            "recipient": each.recipient,
            "occasion": each.occasion,
            "at": now(),
            "kind": each.kind,
            "product": each.product,
            "text": each.text,
        }
        dialects.insert_missing(connection, _notice, row, ("recipient", "occasion"))


def tell_subscribers(connection: Connection, product: str, kind: str, occasion: str, text: str) -> None:
    """Tell everybody who subscribes to a product now."""
    query = select(_subscription.c.principal).where(
        _subscription.c.product == product, _subscription.c.state.in_(["approved", "active"])
    )
    found: list[str] = sorted(set(connection.execute(query).scalars()))
    tell(connection, [Told(who, f"{kind}/{occasion}", kind, product, text) for who in found])


def read(connection: Connection, recipients: Collection[str], unread: bool, limit: int) -> list[Notice]:
    """Return the newest notices to some principals (only `unread` ones), newest first."""
    query = select(_notice).where(_notice.c.recipient.in_(list(recipients))).order_by(_notice.c.id.desc()).limit(limit)
    if unread:
        query = query.where(_notice.c.read_at.is_(None))
    return [
        Notice(row.id, row.recipient, row.at, row.kind, row.product, row.text, row.read_at)
        for row in connection.execute(query)
    ]


def unread(connection: Connection, recipients: Collection[str]) -> int:
    """Return how many notices to these principals are unread."""
    query = select(func.count()).where(_notice.c.recipient.in_(list(recipients)), _notice.c.read_at.is_(None))
    return connection.execute(query).scalar_one()


def mark_read(connection: Connection, recipients: Collection[str], numbers: Collection[int] | None) -> int:
    """Mark notices to these principals as read: those of these `numbers`, or all. Returns how many were unread."""
    query = update(_notice).where(_notice.c.recipient.in_(list(recipients)), _notice.c.read_at.is_(None))
    if numbers is not None:
        query = query.where(_notice.c.id.in_(list(numbers)))
    return len(connection.execute(query.values(read_at=now()).returning(_notice.c.id)).all())
