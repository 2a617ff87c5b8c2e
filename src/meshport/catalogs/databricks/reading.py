"""Reading as somebody else than this process: with a person's own token, Unity Catalog masks for them and refuses them.

https://docs.databricks.com/aws/en/dev-tools/databricks-apps/auth, "User authorization".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from meshport.catalogs.databricks.connection import Access, RefusedError, Warehouse
from meshport.catalogs.reading import Table
from meshport.errors import DeniedError

START_SECONDS = 15.0
"""How long a warehouse that starts is waited for: a person waits before a page."""


class DatabricksReader:
    """A workspace as one person sees it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def name(self) -> str:
        """Return what the workspace calls the person: the name of a user, which is an e-mail address."""
        with _refusals():
            return str(self._warehouse.rows("SELECT current_user()")[0][0])

    def table(self, sql: str) -> Table:
        """Return what a query finds."""
        with _refusals():
            return Table(*self._warehouse.table(sql))


@contextmanager
def connected(access: Access, token: str) -> Iterator[DatabricksReader]:
    """Open a workspace as the person whose token this is."""
    warehouse = Warehouse(access, token, START_SECONDS)
    try:
        yield DatabricksReader(warehouse)
    finally:
        warehouse.close()


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the workspace refuses into an error for the person whom it refuses."""
    try:
        yield
    except RefusedError as error:
        raise DeniedError(error.message, hint="ask for access, or sign in again where your token is too old") from error
