"""A plugin of dbt-duckdb: keys for the anonymising macros, and the published files of the domains that are read.

In profiles.yml, under the DuckDB target: `plugins: [{module: meshport.dbt_duckdb}]`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin  # noqa: TID251 - a plugin of dbt-duckdb derives from its class
from dbt_common.exceptions import DbtRuntimeError

from meshport.catalogs.duckdb import identifier, literal
from meshport.errors import InputError, MeshportError, UnavailableError
from meshport.keys import prepare_connection, set_variables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INPUTS = "mesh_inputs/*/meshport_input.json"


class Plugin(BasePlugin):
    """Prepares each connection that dbt-duckdb opens."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Set the keys, register the cipher and attach what the project reads. Raises DbtRuntimeError with a hint."""
        try:
            prepare_connection(conn)
            for domain, database, path in inputs(project_root()):
                attach(conn, domain, database, path)
        except MeshportError as error:
            # dbt shows a message only: what else helps goes into it.
            raise DbtRuntimeError(". ".join(filter(None, (error.message, error.where, error.hint)))) from error

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the keys again: a cursor starts without the variables of its connection."""
        set_variables(cursor)


def project_root() -> Path:
    """Return the folder of the dbt project that runs: `DBT_PROJECT_DIR`, else where dbt was started."""
    return Path(os.environ.get("DBT_PROJECT_DIR") or Path.cwd()).resolve()


def inputs(root: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield (domain, database, published file) of each input that `meshport inputs add` wrote into the project, and
    that is a file.

    Raises InputError for a description that cannot be read.
    """
    for description in sorted(root.glob(INPUTS)):
        try:
            found: dict[str, Any] = json.loads(description.read_text(encoding="utf-8"))
            if found["path"] is not None:
                yield description.parent.name, str(found["database"]), root / str(found["path"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                "an input of this project cannot be read",
                where=str(description),
                hint=f"write it again with `meshport inputs add` for {description.parent.name}",
            ) from error


def attach(connection: DuckDBPyConnection, domain: str, database: str, path: Path) -> None:
    """Attach the published file of another domain, read-only.

    Raises InputError where there is no such file, UnavailableError where it cannot be opened now.
    """
    import duckdb

    if not path.is_file():
        raise InputError(
            f"the published file of the input {domain} is not there",
            where=str(path),
            hint=f"publish in that domain first, or correct `path` with `meshport inputs add` for {domain}",
        )
    try:
        connection.execute(f"attach if not exists {literal(str(path))} as {identifier(database)} (read_only)")
    except duckdb.IOException as error:
        raise UnavailableError(
            f"the published file of the input {domain} cannot be opened: {error}",
            where=str(path),
            hint="somebody may be publishing to it at this moment: try again",
        ) from error
