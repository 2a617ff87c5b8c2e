"""Reading costs the same number of questions whatever the number of ports."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, event

from tests.publish.domain import UNCHANGED, Domain

pytestmark = pytest.mark.dbt

MANY = 30


def multiply(domain: Domain, times: int) -> None:
    """Make `times` more ports of `orders`, as if dbt had built them."""
    with domain.editing() as manifest:
        text = json.dumps(manifest["nodes"]["model.sales.orders"])
        for number in range(times):
            manifest["nodes"][f"model.sales.orders_{number}"] = json.loads(
                text.replace("model.sales.orders", f"model.sales.orders_{number}").replace(
                    '"orders"', f'"orders_{number}"'
                )
            )
    with domain.editing("run_results.json") as results:
        text = json.dumps(next(r for r in results["results"] if r["unique_id"] == "model.sales.orders"))
        results["results"] += [
            json.loads(text.replace("model.sales.orders", f"model.sales.orders_{number}")) for number in range(times)
        ]
    domain.by_hand(*(f"create table orders_{number} as from orders" for number in range(times)), file=domain.internal)


class Asked:
    """What was asked of both databases."""

    def __init__(self) -> None:
        self.registry: list[str] = []
        self.catalog: list[str] = []


class Spy:
    """A DuckDB connection that remembers its statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, asked: Asked) -> None:
        self.connection = connection
        self.asked = asked

    def execute(self, statement: str, *arguments: Any) -> Any:
        self.asked.catalog.append(statement)
        return self.connection.execute(statement, *arguments)

    def __enter__(self) -> Spy:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Listen to both databases."""
    asked, connect = Asked(), duckdb.connect

    def remember(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.registry.append(statement)

    def spied(*given: Any, **named: Any) -> Any:
        """Listen to the catalog only: policies have a database of their own, in memory."""
        opened = connect(*given, **named)
        by = sys._getframe(1).f_globals["__name__"]
        return Spy(opened, asked) if by.startswith("meshport.catalogs") else opened

    event.listen(Engine, "before_cursor_execute", remember)
    with monkeypatch.context() as patched:
        patched.setattr(duckdb, "connect", spied)
        yield asked
    event.remove(Engine, "before_cursor_execute", remember)


def test_an_unchanged_publish_of_many_ports_asks_as_often_as_one_of_few(
    published: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(monkeypatch) as few:
        assert UNCHANGED in published.publish().out
    multiply(published, MANY)
    published.publish()
    with published.registry() as registry:
        assert len(registry.require("sales.customer_orders").product.ports) == MANY + 2
    with listening(monkeypatch) as many:
        assert UNCHANGED in published.publish().out
    assert len(few.registry) > 3
    assert len(few.catalog) > 3
    assert (len(many.registry), len(many.catalog)) == (len(few.registry), len(few.catalog))
