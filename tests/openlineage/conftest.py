"""What tests of the command share: a project's artifacts, a server, and nothing of the environment of whoever runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from meshport.cli.lineage_emit import emit
from tests.openlineage import shop
from tests.openlineage.receiver import Receiver, receiving

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "API_KEY", "NAMESPACE", "ENDPOINT"):
        monkeypatch.delenv(f"OPENLINEAGE_{name}", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "DBT_PROFILES_DIR", "DBT_TARGET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a dbt project on DuckDB, with the artifacts of the shop in `target`."""
    shop.write(tmp_path / "target")
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    outputs = "{dev: {type: duckdb, path: \"{{ env_var('SHOP_FILE', 'shop.duckdb') }}\"}}"
    (tmp_path / "profiles.yml").write_text(f"shop: {{target: dev, outputs: {outputs}}}\n")
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Run `meshport lineage emit` on the project; an error of the user's is raised."""

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(emit, ["--project-dir", str(project), *arguments], catch_exceptions=False, obj={})

    return invoke


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def lines(text: str) -> list[dict[str, Any]]:
    """Return the events in NDJSON."""
    return [json.loads(line) for line in text.splitlines()]
