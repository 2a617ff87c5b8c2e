"""The double as tests use it: start it, get what clients need to reach it, look at what they did."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.databricks_double.engine import Engine
from tests.databricks_double.faults import Faults
from tests.databricks_double.rest import RestApi
from tests.databricks_double.server import Server
from tests.databricks_double.sql.execute import Logged, Sql
from tests.databricks_double.sql.session import Session
from tests.databricks_double.sql.system_tables import add_rows, close_database
from tests.databricks_double.store import Catalog, Metastore, Principal, Schema
from tests.databricks_double.thrift import Thrift
from tests.databricks_double.tls import certificates

WAREHOUSE = "double"
ADMIN = Principal("admin", "dapi-admin", frozenset({"admins"}), is_admin=True)


class Double:
    """A loopback Databricks. `with Double(principals=[...], catalogs=["dev"]) as double: ...`.

    `admin` is always there. `store`, `sql`, `rest`, `faults` and `server` are open to tests that need more than the methods here.
    """

    def __init__(
        self,
        principals: Iterable[Principal] = (),
        catalogs: Iterable[str] = ("main",),
        *,
        faults: Faults | None = None,
        delay: float = 0.0,
        port: int = 0,
    ) -> None:
        self.store = Metastore()
        self.store.principals = {principal.token: principal for principal in (ADMIN, *principals)}
        for catalog in catalogs:
            self.store.catalogs[(catalog,)] = Catalog(ADMIN.name)
            self.store.schemas[(catalog, "default")] = Schema(ADMIN.name)
        self.faults = faults or Faults()
        self.faults.store = self.store
        self._port, self._delay = port, delay

    def __enter__(self) -> Double:
        self._folder = Path(tempfile.mkdtemp(prefix="databricks-double-"))
        self.engine = Engine()
        self.sql = Sql(self.store, self.engine, self.faults)
        context, self.ca_file = certificates(self._folder)
        self.rest = RestApi(self.store, self.sql, warehouse_ids=(WAREHOUSE,))
        self.server = Server(self.store, Thrift(self.sql), self.rest, context, faults=self.faults, port=self._port)
        self.server.delay = self._delay
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()
        self.engine.close()
        close_database()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def host(self) -> str:
        """Return the workspace's URL."""
        return f"https://localhost:{self.server.port}"

    @property
    def http_path(self) -> str:
        """Return the warehouse's path."""
        return f"/sql/1.0/warehouses/{WAREHOUSE}"

    def principal(self, name: str) -> Principal:
        """Return a principal by name."""
        return next(principal for principal in self.store.principals.values() if principal.name == name)

    def token(self, name: str) -> str:
        """Return a principal's token."""
        return self.principal(name).token

    def environment(self, name: str = "admin") -> dict[str, str]:
        """Return what a process needs in its environment to be this principal, for dbt, the SDK and meshport."""
        trusted = str(self.ca_file)
        return {
            "DATABRICKS_HOST": self.host,
            "DATABRICKS_HTTP_PATH": self.http_path,
            "DATABRICKS_WAREHOUSE_ID": WAREHOUSE,
            "DATABRICKS_TOKEN": self.token(name),
            "REQUESTS_CA_BUNDLE": trusted,
            "SSL_CERT_FILE": trusted,
            "CURL_CA_BUNDLE": trusted,
        }

    def connection(self, name: str = "admin", **options: Any) -> dict[str, Any]:
        """Return the arguments of `databricks.sql.connect` for this principal."""
        return {
            "server_hostname": f"localhost:{self.server.port}",
            "http_path": self.http_path,
            "access_token": self.token(name),
            "_connection_uri": self.host + self.http_path,
            "_tls_trusted_ca_file": str(self.ca_file),
            "enable_telemetry": False,
            "_retry_stop_after_attempts_count": 1,
            **options,
        }

    def profile(self, name: str = "admin", *, catalog: str, schema: str, threads: int = 4) -> dict[str, Any]:
        """Return an output of `profiles.yml` for this principal."""
        options = self.connection(name)
        extra = {key: value for key, value in options.items() if key.startswith("_") or key == "enable_telemetry"}
        return {
            "type": "databricks",
            "host": options["server_hostname"],
            "http_path": self.http_path,
            "token": options["access_token"],
            "catalog": catalog,
            "schema": schema,
            "threads": threads,
            "connect_retries": 0,
            "connection_parameters": extra,
        }

    def session(self, name: str = "admin", catalog: str | None = None, schema: str | None = None) -> Session:
        """Open a session that needs no network, for tests of the SQL itself: see `execute`."""
        return self.sql.session(self.principal(name), catalog, schema)

    def execute(self, statement: str, session: Session | None = None) -> list[dict[str, Any]]:
        """Run one statement without the network, as the administrator or in a session, and return its rows."""
        rows: list[dict[str, Any]] = self.sql.execute(session or self.session(), statement, source="rest").to_pylist()
        return rows

    def add_system_rows(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Add rows to a system table: `add_system_rows("access.table_lineage", [{...}])`."""
        add_rows(self.store, table, rows)

    @property
    def warehouse_id(self) -> str:
        """Return the id of the only SQL warehouse."""
        return self.http_path.rpartition("/")[2]

    def add_history(self, statements: Iterable[Logged], begin: datetime, each: timedelta) -> None:
        """Add statements that were run to `system.query.history`, as if the clock had gone on by so much with each."""
        self.add_system_rows(
            "query.history",
            [
                {
                    "statement_id": f"{begin:%H%M}-{number}",
                    "executed_by": done.principal,
                    "statement_text": done.statement,
                    "query_tags": list(done.tags.items()),
                    "compute": {"type": "WAREHOUSE", "warehouse_id": self.warehouse_id},
                    "start_time": begin + number * each,
                    "end_time": begin + (number + 1) * each,
                }
                for number, done in enumerate(statements)
            ],
        )

    @property
    def statements(self) -> list[Logged]:
        """Return the statements so far: principal, statement, source, error."""
        return self.sql.log

    @property
    def calls(self) -> int:
        """Return how many HTTP calls came in."""
        return self.server.calls
