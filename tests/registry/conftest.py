from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshport.registry import Registry
from meshport.registry.maintenance import initialise
from tests.postgres import Server, running
from tests.registry.samples import url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty registry as a file's content: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "registry.db"
    Registry.open(url(path)).close()
    return path.read_bytes()


@pytest.fixture
def registry(path: Path, migrated: bytes) -> Iterator[Registry]:
    path.write_bytes(migrated)
    with Registry.open(url(path), create=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with an empty registry in the database `migrated`."""
    with running() as server:
        server.sql("create database migrated")
        initialise(server.url("migrated"))
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def each_url(request: pytest.FixtureRequest, path: Path, migrated: bytes) -> str:
    """The URL of an empty registry on each of the two databases."""
    if request.param == "sqlite":
        path.write_bytes(migrated)
        return url(path)
    server: Server = request.getfixturevalue("postgres")
    return server.url(server.database("migrated"))


@pytest.fixture
def each_registry(each_url: str) -> Iterator[Registry]:
    """An empty registry on each of the two databases."""
    with Registry.open(each_url, create=False) as opened:
        yield opened
