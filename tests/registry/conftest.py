from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshport.registry import Registry
from tests.registry.samples import url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(url(path)) as opened:
        yield opened
