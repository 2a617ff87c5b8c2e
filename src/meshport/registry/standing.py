"""What planning asks of the registry: everything about some products in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, func, select

from meshport.registry import products, publications, schema
from meshport.registry.types import Standing


def standing(connection: Connection, which: ColumnElement[bool]) -> dict[str, Standing]:
    """Return where each product that `which` selects stands, by key: four queries, whatever the number of products."""
    heads = products.heads(connection, which)
    builds = _latest_builds(connection, which)
    withdrawn = publications.withdrawn(connection, which)
    decided = _decided(connection, which)
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


def _latest_builds(connection: Connection, which: ColumnElement[bool]) -> dict[str, dict[str, str]]:
    build, product = schema.publication_build, schema.product
    newest = (
        select(build.c.product, func.max(build.c.number).label("number"))
        .join(product, product.c.key == build.c.product)
        .where(which, build.c.effect == "published")
        .group_by(build.c.product)
        .subquery()
    )
    query = (
        select(build.c.product, build.c.label, build.c.build)
        .join(newest, (newest.c.product == build.c.product) & (newest.c.number == build.c.number))
        .where(build.c.effect == "published")
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.product][row.label] = row.build
    return found


def _decided(connection: Connection, which: ColumnElement[bool]) -> dict[tuple[str, str], set[str]]:
    """Return the labels of ports by product and status."""
    state, product = schema.port_state, schema.product
    query = (
        select(state.c.product, state.c.label, state.c.status)
        .join(product, product.c.key == state.c.product)
        .where(which)
    )
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.product, row.status].add(row.label)
    return found
