"""What many products come to, each read in one query whatever their number: for statistics, and the tables of SQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select, true

from meshport.model import Evidence, QualityRule
from meshport.registry import schema
from meshport.registry.publications import COUNTED_AS
from meshport.registry.types import PortLineage, PortStatus, PublicationCounts, QueryDay, Rating, Scope, TestedVersion

USE_DAYS = 90
"""How far back use counts."""

_product = schema.product


def since() -> str:
    """Return the time stamp from which use counts."""
    return (datetime.now(timezone.utc) - timedelta(days=USE_DAYS)).isoformat(timespec="microseconds")


def publications(connection: Connection, scope: Scope) -> list[PublicationCounts]:
    """Return every publication, by product, oldest first, with the results that it was published on."""
    result, publication, version = schema.test_result, schema.publication, schema.product_version
    counts: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    tally = select(result.c.product, result.c.number, result.c.status, func.count().label("results"))
    tally = tally.join(_product, _product.c.key == result.c.product).where(within(scope))
    for row in connection.execute(tally.group_by(result.c.product, result.c.number, result.c.status)):
        if row.status in COUNTED_AS:
            counts[row.product, row.number][COUNTED_AS[row.status]] += row.results
    query = (
        select(publication, version.c.version)
        .join(
            version,
            (version.c.product == publication.c.product) & (version.c.sequence == publication.c.sequence),
        )
        .join(_product, _product.c.key == publication.c.product)
        .where(within(scope))
        .order_by(publication.c.product, publication.c.number)
    )
    return [
        PublicationCounts(
            product=row.product,
            number=row.number,
            version=row.version,
            kind=row.kind,
            published_at=row.published_at,
            published_by=row.published_by,
            **counts[row.product, row.number],
        )
        for row in connection.execute(query)
    ]


def newest_results(connection: Connection, which: ColumnElement[bool]) -> dict[str, TestedVersion]:
    """Return the results of the newest publication that was tested, of each product that `which` selects.

    Untested products are left out.
    """
    result, publication, version = schema.test_result, schema.publication, schema.product_version
    newest = (
        select(result.c.product, func.max(result.c.number).label("number"))
        .join(_product, _product.c.key == result.c.product)
        .where(which, result.c.status.in_(COUNTED_AS))
        .group_by(result.c.product)
        .subquery()
    )
    query = (
        select(result, version.c.version)
        .join(newest, (newest.c.product == result.c.product) & (newest.c.number == result.c.number))
        .join(
            publication,
            (publication.c.product == result.c.product) & (publication.c.number == result.c.number),
        )
        .join(
            version,
            (version.c.product == publication.c.product) & (version.c.sequence == publication.c.sequence),
        )
        .order_by(result.c.product, result.c.label, result.c.position)
    )
    versions: dict[str, str] = {}
    found: dict[str, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query):
        versions[row.product] = row.version
        rule = QualityRule(row.rule_id, row.rule_name, row.rule_kind, row.rule_column)
        found[row.product][row.label].append(Evidence(rule, row.status, row.failures, row.executed_at))
    return {
        key: TestedVersion(versions[key], {label: tuple(each) for label, each in ports.items()})
        for key, ports in found.items()
    }


def queries(connection: Connection, scope: Scope, start: str) -> list[QueryDay]:
    """Return how often products were queried through meshport, by day, since an ISO 8601 time stamp."""
    log = schema.audit
    day = func.substr(log.c.at, 1, 10)
    query = (
        select(
            log.c.subject,
            day.label("day"),
            func.count().label("queries"),
            func.count(log.c.actor.distinct()).label("people"),
        )
        .join(_product, _product.c.key == log.c.subject)
        .where(within(scope), log.c.action == "query", log.c.at >= start)
        .group_by(log.c.subject, "day")  # by its name: PostgreSQL takes two texts with parameters for two expressions
        .order_by(log.c.subject, "day")
    )
    return [QueryDay(row.subject, row.day, row.queries, row.people) for row in connection.execute(query)]


def ratings(connection: Connection, scope: Scope) -> list[Rating]:
    """Return every rating, by product and person."""
    table = schema.rating
    query = select(table).join(_product).where(within(scope)).order_by(table.c.product, table.c.person)
    return [Rating(**row._mapping) for row in connection.execute(query)]


def port_states(connection: Connection, scope: Scope) -> dict[str, dict[str, PortStatus]]:
    """Return what was decided about ports, by product and label."""
    table = schema.port_state
    found: dict[str, dict[str, PortStatus]] = defaultdict(dict)
    for row in connection.execute(select(table).join(_product).where(within(scope))):
        found[row.product][row.label] = PortStatus(row.status, row.deprecation_date, row.replaced_by, row.note)
    return found


def lineages(connection: Connection, scope: Scope) -> dict[str, dict[str, PortLineage]]:
    """Return the column lineage of ports as far as it is known, by product and label."""
    table = schema.port_lineage
    found: dict[str, dict[str, PortLineage]] = defaultdict(dict)
    for row in connection.execute(select(table).join(_product).where(within(scope))):
        found[row.product][row.label] = msgspec.json.decode(row.document, type=PortLineage)
    return found


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on the product table that a scope comes to."""
    condition: ColumnElement[bool] = true()
    if scope.domain is not None:
        condition &= _product.c.domain == scope.domain
    if scope.product is not None:
        condition &= _product.c.key == scope.product
    return condition
