from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from meshport.dbt_command import Dbt
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run; the workers of pytest-xdist have it in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def built(shared_folder: Path) -> Domain:
    """The toy domain, built and tested by a real dbt, never published. Not to be changed: copy it."""
    folder = shared_folder / "toy" / "sales"
    with (shared_folder / "toy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            toy.write(folder)
            dbt = Dbt(folder)
            dbt.ensure_packages()
            done = dbt.run(["build"], capture=True)
            assert done.returncode == 0, done.stdout
    return Domain(folder)


@pytest.fixture(scope="session")
def memory(shared_folder: Path) -> Memory:
    """What dbt rendered in this test run."""
    folder = shared_folder / "rendered"
    folder.mkdir(exist_ok=True)
    return Memory(folder)


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
