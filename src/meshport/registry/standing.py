"""What planning asks of the registry: everything about all products of a domain in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, func, select

from meshport.registry import products, publications, schema
from meshport.registry.types import Standing


def standing(connection: Connection, domain: str) -> dict[str, Standing]:
    """Return where each product of a domain stands, by key: four queries, whatever the number of products."""
    heads = products.heads(connection, domain)
    builds = _latest_builds(connection, domain)
    withdrawn = publications.withdrawn(connection, schema.product.c.domain == domain)
    decided = _decided(connection, domain)
    return {
        key: Standing(
            head=head,
            builds=builds.get(key, {}),
            retired=frozenset(decided.get((key, "retired"), ())),
            withdrawn=withdrawn.get(key, {}),
            deprecated=frozenset(decided.get((key, "deprecated"), ())),
        )
        for key, head in heads.items()
    }


def _latest_builds(connection: Connection, domain: str) -> dict[str, dict[str, str]]:
    build, product = schema.publication_build, schema.product
    newest = (
        select(build.c.product, func.max(build.c.number).label("number"))
        .where(build.c.effect == "published")
        .group_by(build.c.product)
        .subquery()
    )
    query = (
        select(build.c.product, build.c.label, build.c.build)
        .join(newest, (newest.c.product == build.c.product) & (newest.c.number == build.c.number))
        .join(product, product.c.key == build.c.product)
        .where(product.c.domain == domain, build.c.effect == "published")
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.product][row.label] = row.build
    return found


def _decided(connection: Connection, domain: str) -> dict[tuple[str, str], set[str]]:
    """Return the labels of ports by product and status."""
    state, product = schema.port_state, schema.product
    query = (
        select(state.c.product, state.c.label, state.c.status)
        .join(product, product.c.key == state.c.product)
        .where(product.c.domain == domain)
    )
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.product, row.status].add(row.label)
    return found
