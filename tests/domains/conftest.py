"""A central team's repository beside the double of a workspace (its REST half alone), with the real SDK."""

# ruff: noqa: TID251, F401, F811 - the fixtures are the double's own; provisioning is tested through the real SDK
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from meshport.catalogs.databricks.provisioning import platform as provisioning
from tests.databricks.registration.conftest import Hurried
from tests.databricks_double.conftest import _server, client, served
from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import Metastore
from tests.domains.workspace import Workspace, people


@pytest.fixture
def workspace(
    served: Served, client: Callable[..., WorkspaceClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """An empty workspace, and a repository with the file of one domain, whose groups meshport makes."""
    served.reset(Metastore(principals=people()))
    monkeypatch.setattr(
        provisioning,
        "platform",
        lambda: provisioning.DatabricksPlatform(client("admin", clock=Hurried()), "double"),
    )
    found = Workspace(tmp_path, served)
    found.run("new", "sales", "--no-input", "--groups", "create", "--storage", "abfss://sales@lake.example.com/mesh")
    return found
