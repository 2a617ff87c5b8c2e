from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import yaml

from meshport.catalogs.unity import client
from meshport.dbt_command import Dbt
from tests.publish.conftest import built, memory, quick_rendering, shared_folder  # noqa: F401
from tests.publish.domain import Domain
from tests.publish.rendering import Memory
from tests.unity.double import doubling
from tests.unity.faults import Proxy, proxying
from tests.unity.registered import Registered
from tests.unity.server import Running
from tools import unity_server


@contextmanager
def serving(*, authorises: bool) -> Iterator[Running]:
    """Run the real server where its jars are (`make unity-jars`), else its double."""
    if unity_server.fetched():
        with unity_server.running(authorise=authorises) as (url, token):
            yield Running(url, token)
    else:
        with doubling(authorises=authorises) as running:
            yield running


def pytest_report_header() -> str:
    return f"unity catalog: {'the real server' if unity_server.fetched() else 'a double (no jars: make unity-jars)'}"


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """A server that authorises."""
    with serving(authorises=True) as running:
        yield running


@pytest.fixture(scope="session")
def open_server() -> Iterator[Running]:
    """A server that authorises nobody, as it is when nothing is configured."""
    with serving(authorises=False) as running:
        yield running


@pytest.fixture(autouse=True)
def quick_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing that is busy, and take nothing from the environment."""
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    for name in ("UNITY_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A catalog's name that no other test has: they share a server."""
    return f"{request.node.name.partition('[')[0][:60]}_{abs(hash(str(tmp_path))) % 10**8}"


@pytest.fixture
def proxy(server: Running) -> Iterator[Proxy]:
    """A proxy in front of the server: it counts and fails."""
    with proxying(server.url) as running:
        yield running


@pytest.fixture(scope="session")
def published_once(built: Domain, memory: Memory, shared_folder: Path) -> Domain:  # noqa: F811
    """The toy domain, published once by this process. Not to be changed: copy it."""
    domain = built.copy(shared_folder / f"published-{os.getpid()}" / "sales")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("MESHPORT_REGISTRY", raising=False)
        patched.setattr(Dbt, "render", memory.as_method())
        domain.publish()
    return domain


@pytest.fixture
def published(published_once: Domain, tmp_path: Path) -> Domain:
    """A copy of it, whose registry says that it was published there and not where it was copied from."""
    domain = published_once.copy(tmp_path / "sales")
    with closing(sqlite3.connect(domain.registry_file)) as registry:
        for table in ("product", "ledger"):
            registry.execute(f"update {table} set catalog = ?", [str(domain.published)])
        registry.commit()
    return domain


@pytest.fixture
def mesh(published: Domain, server: Running, proxy: Proxy, catalog: str, monkeypatch: pytest.MonkeyPatch) -> Registered:
    """The toy domain, published, with a server named in mesh.yml; nothing is registered yet."""
    monkeypatch.setenv("UNITY_TOKEN", server.token or "")
    return configured(published, server, proxy, catalog)


def configured(domain: Domain, server: Running, proxy: Proxy, catalog: str) -> Registered:
    path = domain.path / "mesh.yml"
    said = yaml.safe_load(path.read_text())
    principals = {"domain:finance": "finance@example.com"}
    said["unity"] = {"url": proxy.url, "catalog": catalog, "storage": "files", "principals": principals}
    path.write_text(yaml.safe_dump(said))
    return Registered(domain, server, proxy, catalog)
