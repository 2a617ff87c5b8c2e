from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from meshport.dbt_command import Dbt
from tests.publish.domain import Domain
from tests.publish.rendering import Memory
from tests.quality import shop


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run; the workers of pytest-xdist have it in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def built(shared_folder: Path) -> Domain:
    """The shop, built by a real dbt; some of its tests fail. Not to be changed: copy it."""
    folder = shared_folder / "quality" / "shop"
    with (shared_folder / "shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            shop.write(folder)
            dbt = Dbt(folder)
            dbt.ensure_packages()
            done = dbt.run(["build"], capture=True)
            assert done.returncode == 1, done.stdout
            assert "ERROR creating" not in done.stdout, done.stdout
    return Domain(folder)


@pytest.fixture(autouse=True)
def quick_rendering(shared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask dbt once for each statement."""
    folder = shared_folder / "rendered_quality"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("MESHPORT_KEY_DEFAULT", "correct-horse-battery-staple")
    monkeypatch.setattr(Dbt, "render", Memory(folder).as_method())


@pytest.fixture
def domain(built: Domain, tmp_path: Path) -> Domain:
    """The shop, built."""
    copied = built.copy(tmp_path / "shop")
    copied.internal = copied.path / "shop.duckdb"
    return copied
