from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.project import COLUMNS, port, publish, write
from tests.query.running import Ran, meshport

Contract = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A domain's project that was never published: its registry is its own."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    (tmp_path / "mesh.yml").write_text("domain: shop\nregistry: registry.db\n")
    return tmp_path


@pytest.fixture
def contract(project: Path) -> Contract:
    """Runs a command of `meshport contract` on the project."""
    return lambda command, *arguments: meshport("contract", command, "--project-dir", project, *arguments)


@pytest.fixture
def diff(contract: Contract) -> Contract:
    """Runs `meshport contract diff` on the project."""
    return lambda *arguments: contract("diff", *arguments)


@pytest.fixture
def published(project: Path) -> Path:
    """The project after its first publish."""
    publish(project, write(project, port(1, COLUMNS)), "1.0.0")
    return project
