from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshport.registry import Registry
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
