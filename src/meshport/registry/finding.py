"""What searching needs of the registry: what changed since it last looked, and what is known of products besides.

The audit log is the list of changes: it is appended to in the same transaction as whatever it tells of, in one order,
so its end says whether anything happened, and its subjects say to what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from meshport.registry import engagement, schema, statistics
from meshport.registry.chain import GENESIS
from meshport.registry.types import Changes, Mark, Signals

_AT_ONCE = 500
"""Keys in one statement: SQLite takes 32,766 parameters, and no statement needs to be that long."""
_audit, _head = schema.audit, schema.audit_head


PRODUCTS = "product."
"""How actions begin that publish a product or change its status."""


def changes(connection: Connection, since: Mark | None, kinds: Collection[str]) -> Changes:
    """Return what actions that begin with one of `kinds` were about since a mark, and the mark of now.

    `keys` is None where that cannot be told: there is no mark, or it is of another registry, or of a later state of
    this one, which was restored.
    """
    head: Any = connection.execute(select(_head.c.last, _head.c.hash)).first()
    if head is None:  # somebody took it away: `meshport access audit --verify` says so
        return Changes(Mark(0, ""), None)
    mark = Mark(head.last, head.hash)
    if mark == since:
        return Changes(mark, frozenset())
    if since is None or _hash_at(connection, since.last) != since.hash:
        return Changes(mark, None)
    of_kind = or_(*(_audit.c.action.startswith(kind, autoescape=True) for kind in kinds))
    told = select(_audit.c.subject).where(_audit.c.id > since.last, of_kind).distinct()
    return Changes(mark, frozenset(connection.execute(told).scalars()))


def _hash_at(connection: Connection, number: int) -> str | None:
    if number == 0:
        return GENESIS
    return connection.execute(select(_audit.c.hash).where(_audit.c.id == number)).scalar()


def signals(connection: Connection, keys: Collection[str] | None = None) -> dict[str, Signals]:
    """Return what is known of products (of all) besides their definition, by key, in a constant number of queries.

    Whatever else is to raise a product in a search is read here, into a field of `Signals`.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for some in [None] if keys is None else _portions(keys):
        for key, use in engagement.uses(connection, statistics.since(), some).items():
            found[key].update(subscriptions=use.subscribers, reads=use.queries)
        for key, liking in engagement.likings(connection, some).items():
            found[key].update(stars=liking.mean, raters=liking.people)
        for key, published_at, passed in _newest_publications(connection, some):
            found[key].update(published_at=published_at, passed=passed)
    return {key: Signals(**fields) for key, fields in found.items()}


def _newest_publications(connection: Connection, keys: Sequence[str] | None) -> Iterator[tuple[str, str, float | None]]:
    """Yield product, time of its last publication, share of its tests that passed or warned."""
    publication, result = schema.publication.c, schema.test_result.c
    newest = select(publication.product, func.max(publication.number).label("number")).group_by(publication.product)
    last = (newest if keys is None else newest.where(publication.product.in_(keys))).subquery().c
    of_last = (publication.product == last.product, publication.number == last.number)
    good = func.sum(case((result.status.in_(("pass", "warn")), 1.0), else_=0.0))
    counted: Any = connection.execute(
        select(result.product, good / func.count())
        .join_from(
            schema.test_result, last.product.table, and_(result.product == last.product, result.number == last.number)
        )
        .where(result.status != "skipped")
        .group_by(result.product)
    )
    passed: dict[str, float] = dict(counted.all())
    published: Any = connection.execute(
        select(publication.product, publication.published_at).join_from(
            schema.publication, last.product.table, and_(*of_last)
        )
    )
    for key, at in published:
        yield key, at, passed.get(key)


def _portions(keys: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
