"""The audit log: who did what to what. Triggers refuse to change or delete an entry."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from meshport.registry import schema
from meshport.registry.clock import now
from meshport.registry.types import AuditEntry


def write(connection: Connection, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Append an entry, in the transaction of what it tells of."""
    connection.execute(
        insert(schema.audit).values(
            at=now(), actor=actor, action=action, subject=subject, detail=msgspec.json.encode(detail).decode()
        )
    )


def read(connection: Connection, subject: str | None, limit: int) -> list[AuditEntry]:
    """Return the newest entries (about one subject), newest first, at most `limit`."""
    query = select(schema.audit).order_by(schema.audit.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(schema.audit.c.subject == subject)
    return [
        AuditEntry(row.id, row.at, row.actor, row.action, row.subject, msgspec.json.decode(row.detail))
        for row in connection.execute(query)
    ]
