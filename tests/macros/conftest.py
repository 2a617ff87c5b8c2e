"""The integration project, built once by a real dbt, and a DuckDB to run what it renders."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from meshport.keys import prepare_connection
from tests.macros.integration import KEYS, Integration


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Integration]:
    """Yield the project, built, with a published file of another domain to read."""
    folder = tmp_path_factory.mktemp("integration")
    integration = Integration(folder)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder}/its published.duckdb' as sales")
        connection.execute("create schema sales.orders")
        connection.execute("create table sales.orders.orders as select 1 as order_id, 9.5::decimal(10, 2) as amount")
    described = integration.path / "mesh_inputs" / "sales"
    described.mkdir(parents=True)
    described.joinpath("meshport_input.json").write_text(
        json.dumps({"database": "sales published", "path": "../its published.duckdb"})
    )
    for command in (["deps"], ["build", "--no-use-colors"]):
        code, integration.built = integration.run("dbt", *command)
        assert code == 0, integration.built
    yield integration
    integration.close()


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return an empty DuckDB with an internal and a published database, and the keys of the tests in its session."""
    for name, secret in KEYS.items():
        monkeypatch.setenv(name, secret)
    with duckdb.connect() as opened:
        opened.execute("attach ':memory:' as internal")
        opened.execute("attach ':memory:' as published")
        prepare_connection(opened)
        yield opened
