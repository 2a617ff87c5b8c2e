"""What people do with products beside reading them: ratings, bookmarks, visits; and how much they read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, true

from meshport.registry import audit, dialects, schema
from meshport.registry.clock import now
from meshport.registry.types import Liking, Rating, Use

KEPT_VISITS = 50
"""How many products are remembered as recently viewed by a person."""
ASKED_SUBSCRIBERS = 100
"""How many subscriptions of a product are looked at for what else its subscribers use."""


def rate(connection: Connection, product: str, person: str, stars: int, comment: str) -> None:
    """Write or replace a person's rating of a product."""
    row = {"product": product, "person": person, "stars": stars, "comment": comment, "rated_at": now()}
    dialects.upsert(connection, schema.rating, [row])
    audit.write(connection, person, "product.rate", product, {"stars": stars})


def ratings(connection: Connection, product: str) -> list[Rating]:
    """Return the ratings of a product, newest first."""
    table = schema.rating
    query = select(table).where(table.c.product == product).order_by(table.c.rated_at.desc(), table.c.person)
    return [Rating(**row._mapping) for row in connection.execute(query)]


def likings(connection: Connection, products: Sequence[str] | None = None) -> dict[str, Liking]:
    """Return how each product (of these) that anybody rated is rated, in one query."""
    table = schema.rating
    mean, people = func.avg(table.c.stars).label("mean"), func.count().label("people")
    query = select(table.c.product, mean, people).where(_one_of(table.c.product, products)).group_by(table.c.product)
    return {row.product: Liking(float(row.mean), row.people) for row in connection.execute(query)}


def bookmark(connection: Connection, product: str, person: str, *, on: bool) -> None:
    """Set or remove a person's bookmark on a product; the same again changes nothing."""
    table = schema.bookmark
    if on:
        dialects.insert_missing(connection, table, {"product": product, "person": person, "marked_at": now()})
    else:
        connection.execute(delete(table).where(table.c.product == product, table.c.person == person))


def bookmarks(connection: Connection, person: str) -> list[str]:
    """Return the products that a person marked, the newest mark first."""
    return _products(connection, schema.bookmark, "marked_at", person)


def visit(connection: Connection, product: str, person: str) -> None:
    """Remember that a person looked at a product just now, and forget what is long ago."""
    dialects.upsert(connection, schema.visit, [{"product": product, "person": person, "visited_at": now()}])
    table = schema.visit
    for old in visits(connection, person)[KEPT_VISITS:]:
        connection.execute(delete(table).where(table.c.product == old, table.c.person == person))


def visits(connection: Connection, person: str) -> list[str]:
    """Return the products that a person looked at, the last one first."""
    return _products(connection, schema.visit, "visited_at", person)


def uses(connection: Connection, since: str, products: Sequence[str] | None = None) -> dict[str, Use]:
    """Return how each product (of these) is used, in two queries; those that nobody uses are left out.

    `since` is an ISO 8601 time stamp: queries before it do not count.
    """
    subscription, log = schema.subscription.c, schema.audit.c
    counted = select(subscription.product, func.count().label("people")).where(subscription.state == "active")
    counted = counted.where(_one_of(subscription.product, products))
    active = {row.product: row.people for row in connection.execute(counted.group_by(subscription.product))}
    asked = select(log.subject, func.count().label("number"), func.max(log.at).label("last"))
    asked = asked.where(log.action == "query", log.at >= since, _one_of(log.subject, products)).group_by(log.subject)
    queried = {row.subject: (row.number, row.last) for row in connection.execute(asked)}
    return {
        product: Use(active.get(product, 0), *queried.get(product, (0, None)))
        for product in sorted(active.keys() | queried.keys())
    }


def most_used(connection: Connection, limit: int) -> list[str]:
    """Return the products with the most active subscriptions, at most `limit`, equal ones by key."""
    table = schema.subscription
    query = select(table.c.product).where(table.c.state == "active").group_by(table.c.product)
    return list(connection.execute(query.order_by(func.count().desc(), table.c.product).limit(limit)).scalars())


def also_used(connection: Connection, products: Iterable[str], limit: int) -> list[str]:
    """Return the products that the subscribers of these products use most beside them, at most `limit`.

    Of many subscribers the newest `ASKED_SUBSCRIBERS` subscriptions speak for all.
    """
    keys, table = list(products), schema.subscription
    people = select(table.c.principal).where(table.c.product.in_(keys), table.c.state == "active")
    people = people.order_by(table.c.id.desc()).limit(ASKED_SUBSCRIBERS)
    theirs = select(table.c.product).where(table.c.principal.in_(people), table.c.state == "active")
    # Without this word both databases would rather look at the products of everybody, which are in order already.
    used = theirs.cte("theirs").prefix_with("MATERIALIZED")
    # Nobody has two active subscriptions to a product (`schema.ALIVE`), so each one is another subscriber.
    query = select(used.c.product).where(used.c.product.not_in(keys)).group_by(used.c.product)
    return list(connection.execute(query.order_by(func.count().desc(), used.c.product).limit(limit)).scalars())


def _one_of(column: ColumnElement[str], products: Sequence[str] | None) -> ColumnElement[bool]:
    return true() if products is None else column.in_(products)


def _products(connection: Connection, table: Table, moment: str, person: str) -> list[str]:
    query = select(table.c.product).where(table.c.person == person).order_by(table.c[moment].desc(), table.c.product)
    return list(connection.execute(query).scalars())
