"""The toy domain of tests/publish in a workspace, whether a real one or the double: what both build, and what both see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from meshport.catalogs.databricks import access_of
from meshport.dbt_command import Dbt
from meshport.errors import MeshportError
from tests.databricks_double.sql.errors import SqlError
from tests.publish import toy
from tests.publish.domain import Domain

PUBLISHED = "sales_published"


class WorkspaceDomain(Domain):
    """The toy domain on Databricks, where `sql` asks as somebody."""

    def sql(self, statement: str, who: str = "sales") -> list[tuple[Any, ...]]:
        """Run a statement as somebody: `sales` owns both catalogs, `analyst` reads what is published."""
        raise NotImplementedError

    def seen(self, who: str = "analyst") -> dict[str, list[tuple[Any, ...]] | None]:
        """What somebody reads of each port; None where there is nothing to read."""
        found: dict[str, list[tuple[Any, ...]] | None] = {}
        for port in toy.PORTS:
            try:
                rows = self.sql(f"select * from {PUBLISHED}.{port} order by 1", who)
            except (SqlError, MeshportError) as error:
                if "NOT_FOUND" not in str(error):
                    raise
                found[port] = None
            else:
                found[port] = [tuple(str(cell) if cell is not None else None for cell in row) for row in rows]
        return found


def build(folder: Path, internal: str, published: str = PUBLISHED) -> None:
    """Write the toy domain for the workspace that the environment names, and build it there with the real adapter."""
    toy.write(folder)
    declared = folder / "models" / "products.yml"
    declared.write_text(declared.read_text().replace("varchar", "string"))  # which has no length there
    if published != PUBLISHED:
        with (folder / "mesh.yml").open("a") as mesh:
            mesh.write(f"published: {{database: {published}}}\n")
    profile = {"sales": {"target": "databricks", "outputs": {"databricks": _output(internal)}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile))
    dbt = Dbt(folder)
    dbt.ensure_packages()
    done = dbt.run(["build"], capture=True)
    assert done.returncode == 0, done.stdout


def _output(internal: str) -> dict[str, Any]:
    access = access_of()
    options: dict[str, Any] = {"enable_telemetry": False}
    if access.ca_file:  # a workspace behind a proxy, or the double
        options["_connection_uri"] = f"https://{access.host}{access.http_path}"
        options["_tls_trusted_ca_file"] = access.ca_file
    return {
        "type": "databricks",
        "host": access.host,
        "http_path": access.http_path,
        "token": "{{ env_var('DATABRICKS_TOKEN') }}",
        "catalog": internal,
        "schema": "internal",
        "threads": 4,
        "connection_parameters": options,
    }
