"""The toy domain in a real workspace. See the README beside this."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshport.catalogs.databricks import Warehouse, access_of
from meshport.dbt_command import Dbt
from meshport.errors import MeshportError
from tests.publish import toy
from tests.publish.domain import Domain

WANTED = ("DATABRICKS_HOST", "DATABRICKS_HTTP_PATH", "DATABRICKS_TOKEN", "MESHPORT_LIVE_READER_TOKEN")
INTERNAL, PUBLISHED = "MESHPORT_LIVE_INTERNAL", "MESHPORT_LIVE_PUBLISHED"
SCHEMAS = ("customer_orders", "revenue", "meshport")


class LiveDomain(Domain):
    """The toy domain in a workspace. Tests name the catalogs `sales` and `sales_published`; here they are what they are."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.internal_catalog, self.published_catalog = os.environ[INTERNAL], os.environ[PUBLISHED]

    def named(self, statement: str) -> str:
        """Return a statement with the workspace's names of the catalogs."""
        statement = re.sub(r"\bsales_published\b", self.published_catalog, statement)
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

    def seen(self, who: str = "analyst") -> dict[str, list[tuple[Any, ...]] | None]:
        """What somebody reads of each port; None where there is nothing to read."""
        found: dict[str, list[tuple[Any, ...]] | None] = {}
        for port in toy.PORTS:
            try:
                rows = self.sql(f"select * from sales_published.{port} order by 1", who)
            except MeshportError as error:
                if "NOT_FOUND" not in error.message:
                    raise
                found[port] = None
            else:
                found[port] = [tuple(str(cell) if cell is not None else None for cell in row) for row in rows]
        return found


@pytest.fixture(scope="session")
def built_live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy domain, built in the workspace."""
    missing = [name for name in (*WANTED, INTERNAL, PUBLISHED) if not os.environ.get(name)]
    assert not missing, f"set {', '.join(missing)}: tests/live/README.md"
    folder = tmp_path_factory.mktemp("live") / "sales"
    toy.write(folder)
    declared = folder / "models" / "products.yml"
    declared.write_text(declared.read_text().replace("varchar", "string"))
    mesh = folder / "mesh.yml"
    mesh.write_text(mesh.read_text() + f"published: {{database: {os.environ[PUBLISHED]}}}\n")
    access = access_of()
    output: dict[str, Any] = {
        "type": "databricks",
        "host": access.host,
        "http_path": access.http_path,
        "token": "{{ env_var('DATABRICKS_TOKEN') }}",
        "catalog": os.environ[INTERNAL],
        "schema": "internal",
        "threads": 4,
    }
    if access.ca_file:  # a workspace behind a proxy, or the double
        uri = f"https://{access.host}{access.http_path}"
        output["connection_parameters"] = {"_connection_uri": uri, "_tls_trusted_ca_file": access.ca_file}
    profile = {"sales": {"target": "databricks", "outputs": {"databricks": output}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile))
    dbt = Dbt(folder)
    dbt.ensure_packages()
    done = dbt.run(["build"], capture=True)
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture
def native(built_live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveDomain]:
    """The toy domain, built, never published; what a test publishes is dropped again."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    shutil.copytree(built_live, tmp_path / "sales", symlinks=True)
    domain = LiveDomain(tmp_path / "sales")
    yield domain
    for schema in SCHEMAS:
        domain.sql(f"drop schema if exists sales_published.{schema} cascade")
    domain.sql("update sales.internal.orders set amount = 9.5 where order_id = 10")
