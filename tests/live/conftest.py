"""The toy domain in a real workspace. See the README beside this."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshport.catalogs.databricks import Warehouse, access_of
from tests.databricks.publish.workspace import PUBLISHED as TOLD
from tests.databricks.publish.workspace import WorkspaceDomain, build

WANTED = ("DATABRICKS_HOST", "DATABRICKS_HTTP_PATH", "DATABRICKS_TOKEN", "MESHPORT_LIVE_READER_TOKEN")
INTERNAL, PUBLISHED = "MESHPORT_LIVE_INTERNAL", "MESHPORT_LIVE_PUBLISHED"
SCHEMAS = ("customer_orders", "revenue", "meshport")


class LiveDomain(WorkspaceDomain):
    """The toy domain in a workspace. Tests name the catalogs `sales` and `sales_published`; here they are what they are."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.internal_catalog, self.published_catalog = os.environ[INTERNAL], os.environ[PUBLISHED]

    def named(self, statement: str) -> str:
        """Return a statement with the workspace's names of the catalogs."""
        statement = re.sub(rf"\b{TOLD}\b", self.published_catalog, statement)
        return re.sub(r"\bsales\.internal\b", f"{self.internal_catalog}.internal", statement)

    def sql(self, statement: str, who: str = "sales") -> list[tuple[Any, ...]]:
        """Run a statement as the domain, or as the reader."""
        token = os.environ["MESHPORT_LIVE_READER_TOKEN" if who == "analyst" else "DATABRICKS_TOKEN"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABRICKS_TOKEN", token)
            warehouse = Warehouse(access_of())
            try:
                return warehouse.rows(self.named(statement))
            finally:
                warehouse.close()


def live_domain(built: Path, folder: Path) -> Iterator[LiveDomain]:
    """Yield a copy of the built domain, never published; drop again what a test publishes of it."""
    shutil.copytree(built, folder, symlinks=True)
    domain = LiveDomain(folder)
    yield domain
    for schema in SCHEMAS:
        domain.sql(f"drop schema if exists {TOLD}.{schema} cascade")
    domain.sql("update sales.internal.orders set amount = 9.5 where order_id = 10")


@pytest.fixture(scope="session")
def built_live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy domain, built in the workspace."""
    missing = [name for name in (*WANTED, INTERNAL, PUBLISHED) if not os.environ.get(name)]
    assert not missing, f"set {', '.join(missing)}: tests/live/README.md"
    folder = tmp_path_factory.mktemp("live") / "sales"
    build(folder, os.environ[INTERNAL], os.environ[PUBLISHED])
    return folder


@pytest.fixture
def native(built_live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveDomain]:
    """The toy domain, built, never published; what a test publishes is dropped again."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    yield from live_domain(built_live, tmp_path / "sales")
