"""The audit log: who did what to what, as a hash chain. Triggers refuse to change or delete an entry.

Whoever writes an entry holds the one row of `audit_head` until the commit, so entries have one order on both databases.
Write them last in a transaction: whatever is locked after that row could wait for somebody who waits for it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from meshport.registry import dialects, schema
from meshport.registry.chain import GENESIS, link
from meshport.registry.clock import now
from meshport.registry.types import Anchor, AuditBreak, AuditEntry, Verified

_audit = schema.audit
_head = schema.audit_head
_PAGE = 10_000


def write(connection: Connection, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Append an entry, in the transaction of what it tells of."""
    head = connection.execute(select(_head).with_for_update()).one()
    number, at, text = head.last + 1, now(), msgspec.json.encode(detail).decode()
    hashed = link(head.hash, number, at, actor, action, subject, text)
    row = {"id": number, "at": at, "actor": actor, "action": action, "subject": subject, "detail": text}
    connection.execute(insert(_audit).values(**row, hash=hashed))
    connection.execute(update(_head).values(last=number, hash=hashed))


def read(connection: Connection, subject: str | None, limit: int) -> list[AuditEntry]:
    """Return the newest entries (about one subject), newest first, at most `limit`."""
    query = select(_audit).order_by(_audit.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(_audit.c.subject == subject)
    return [
        AuditEntry(row.id, row.at, row.actor, row.action, row.subject, msgspec.json.decode(row.detail))
        for row in connection.execute(query)
    ]


def newest(connection: Connection, subjects: Collection[str]) -> int:
    """Return the number of the newest entry about any of these subjects, 0 where there is none."""
    query = select(func.max(_audit.c.id)).where(_audit.c.subject.in_(list(subjects)))
    return connection.execute(query).scalar() or 0


def verify(connection: Connection, anchor: Anchor | None) -> Verified:
    """Walk the whole chain and say where it breaks first.

    Found are: a changed entry, one that was taken out or put in anywhere, and a tail that was cut off, because
    `audit_head` and an `anchor` noted earlier know of it. Not found is what somebody with full rights over the database
    did thoroughly: every hash after the change made anew, head included. Only an anchor kept elsewhere tells of that.
    """
    dialects.hold_still(connection)
    head = connection.execute(select(_head)).one_or_none()
    seen, last, hashed = 0, 0, GENESIS
    anchored = anchor is None
    while rows := connection.execute(select(_audit).where(_audit.c.id > last).order_by(_audit.c.id).limit(_PAGE)).all():
        for row in rows:
            expected = link(hashed, row.id, row.at, row.actor, row.action, row.subject, row.detail)
            if row.hash != expected:
                return Verified(seen, None, AuditBreak(row.id, _changed(seen, last, row.id)))
            seen, last, hashed = seen + 1, row.id, row.hash
            if anchor is not None and row.id == anchor.number:
                if row.hash != anchor.hash:
                    return Verified(seen, None, AuditBreak(row.id, "it is not the entry that was noted: rewritten"))
                anchored = True
    now_at = Anchor(last, hashed)
    if head is None:
        return Verified(seen, now_at, AuditBreak(last, "the record of the newest entry is gone"))
    if (head.last, head.hash) != (last, hashed):
        missing = f"entries up to {head.last} were written and the last one here is {last}: the tail was cut off"
        said = missing if head.last > last else f"the record of the newest entry says {head.last}, not {last}"
        return Verified(seen, now_at, AuditBreak(last + 1, said))
    if not anchored:
        assert anchor is not None
        return Verified(seen, now_at, AuditBreak(anchor.number, "the entry that was noted is not there"))
    return Verified(seen, now_at, None)


def _changed(seen: int, last: int, number: int) -> str:
    if number == last + 1 or not seen:
        return "its content or its hash was changed"
    return f"entries between {last} and it were taken out, or it was changed"
