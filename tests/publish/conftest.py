from __future__ import annotations

from pathlib import Path

import pytest

from meshport.dbt_command import Dbt
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Domain:
    """The toy domain, built and tested by a real dbt, never published. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("toy") / "sales"
    folder.mkdir()
    toy.write(folder)
    dbt = Dbt(folder)
    dbt.ensure_packages()
    done = dbt.run(["build"], capture=True)
    assert done.returncode == 0, done.stdout
    return Domain(folder)


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Memory:
    """What dbt rendered in this session."""
    return Memory(tmp_path_factory.mktemp("rendered"))


@pytest.fixture(autouse=True)
def quick_rendering(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask dbt once for each statement; the registry is the domain's own. Subprocesses render for themselves."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    monkeypatch.setattr(Dbt, "render", memory.as_method())


@pytest.fixture
def domain(built: Domain, tmp_path: Path) -> Domain:
    """The toy domain, built, never published."""
    return built.copy(tmp_path / "sales")


@pytest.fixture
def published(domain: Domain) -> Domain:
    """The toy domain after its first publish."""
    domain.publish()
    return domain
