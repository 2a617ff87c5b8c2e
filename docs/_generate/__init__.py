"""The generated references: `make docs` writes them, a test keeps them equal to what the program says.

Every module here returns one page as text, from the program itself: click's commands, the YAML of the macros, the
standards, the types of `mesh.yml`. What a type cannot say is written in the module, and checked against the source.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return the text of every generated page by its file name in docs/reference."""
    from docs._generate import (
        api,
        characteristics,
        commands,
        contracts,
        databricks_calls,
        databricks_tables,
        information_schema,
        macros,
        policies,
        settings,
        standards,
        unity_server,
    )

    return {
        "api.md": api.page(),
        "characteristics.md": characteristics.page(),
        "commands.md": commands.page(),
        "contracts.md": contracts.page(),
        "databricks-calls.md": databricks_calls.page(),
        "databricks-tables.md": databricks_tables.page(),
        "information-schema.md": information_schema.page(),
        "macros.md": macros.page(),
        "policies.md": policies.page(),
        "settings.md": settings.page(),
        "standards.md": standards.page(),
        "unity-server.md": unity_server.page(),
    }
