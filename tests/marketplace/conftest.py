"""A marketplace over two products of sales in a real published file, one of which marketing may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.discovery import Discovery
from meshport.marketplace.app import create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Settings
from meshport.marketplace.site import Site
from meshport.model import Column, Contract, Mask, Owner, Relation, Slo
from meshport.registry import Registry
from meshport.standards import load_standards
from tests.registry.samples import port, product, record, url

ADDRESS = "http://127.0.0.1"
ANN = Identity("user:ann@example.com", "Ann", owns=frozenset({"sales"}))
BOB = Identity("user:bob@example.com", "Bob", develops=frozenset({"marketing"}))


class Place(NamedTuple):
    """Where everything is: the registry, and the folder with the published file."""

    registry: Registry
    folder: Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place of a test's own."""
    with furnished(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place that the tests of a module share: none of them minds what the others leave there."""
    with furnished(tmp_path_factory.mktemp("house")) as made:
        yield made


@contextmanager
def furnished(folder: Path) -> Iterator[Place]:
    file = folder / "sales_published.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema orders; create schema secret")
        connection.execute("create table orders.orders as from (values (1, '***@example.com')) t(id, email)")
        connection.execute("create table secret.salaries as select 1 as id, 'SECRET' as email")
    columns = (
        Column("id", "integer", "The number."),
        Column("email", "varchar", "The address.", "pii.email", Mask("email", "partial", {"keep": "domain"})),
    )
    with Registry.open(url(folder / "registry.db")) as registry:
        for name, title in (("orders", "Orders"), ("secret", "Salaries")):
            relation = Relation("sales_published", name, "orders" if name == "orders" else "salaries")
            made = port(relation.identifier, None, relation=relation, contract=Contract(True, columns))
            one = product(name, title=title, owner=Owner("Ann", "ann@example.com"), slo=Slo("24h", 0.9), ports=(made,))
            registry.record_publication(record(one, catalog=str(file), plan_digest=name))
        subscriptions.request(
            registry, "sales.orders", "domain:marketing", actor=Actor.named("user:zoe"), reason="campaigns"
        )
        subscriptions.approve(registry, "sales.orders", "domain:marketing", actor=ANN.actor)
        yield Place(registry, folder)


def site_of(place: Place, local: Identity | None, settings: Settings | None = None) -> Site:
    discovery = Discovery.open(place.registry, load_standards())
    return Site(place.registry, discovery, settings or Settings(), local)


Opened = Callable[..., TestClient[Litestar]]


@pytest.fixture
def opened(place: Place) -> Iterator[Opened]:
    """Open the marketplace as somebody, on one's own machine; forms find their token in `token_of`."""
    clients = []

    def open_as(identity: Identity, settings: Settings | None = None) -> TestClient[Litestar]:
        app = create_app(site_of(place, identity, settings))
        client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["host"] = "127.0.0.1"
        clients.append(client.__enter__())
        return client

    yield open_as
    for client in clients:
        client.__exit__(None, None, None)


def send(client: TestClient[Litestar], path: str, **fields: str) -> str:
    """Send a form as a browser does, with its token, follow where it leads, and return that page."""
    client.get("/login")  # leaves the token's cookie
    token = client.cookies["csrftoken"]
    answer = client.post(path, data={"_csrf_token": token, **fields}, follow_redirects=True)
    return f"{answer.status_code} {answer.text}"
