"""The integration project of tests/macros with a profile for Databricks, and ports as the protocol describes them there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.macros.integration import Integration

# An address where nothing listens: rendering needs no server, because dbt connects when it first has to.
NOWHERE = """\
meshport_integration:
  target: dev
  outputs:
    dev: {type: databricks, catalog: internal, schema: main, host: "localhost:1", http_path: /sql/1.0/warehouses/x, token: x}
"""


class DatabricksProject(Integration):
    """The project, with this profile."""

    def __init__(self, folder: Path, profile: str = NOWHERE, **environ: str) -> None:
        super().__init__(folder)
        self.path.joinpath("profiles.yml").write_text(profile)
        self.path.joinpath("dbt_packages").mkdir()
        self.path.joinpath("dbt_packages/meshport").symlink_to(folder / "meshport")
        self.environ |= {"MESHPORT_TESTS_PARSE_ONCE": "1", **environ}


def relation(identifier: str, schema: str = "people", database: str = "published") -> dict[str, str]:
    return {"database": database, "schema": schema, "identifier": identifier}


def function(identifier: str) -> dict[str, str]:
    """A function of the published zone."""
    return relation(identifier, schema="meshport")


def mask(name: str, method: str, visible_to: tuple[str, ...] = (), **arguments: Any) -> dict[str, Any]:
    """A mask, with the function that has it; `name` takes the place of the digest."""
    return {
        "name": name,
        "method": method,
        "arguments": arguments,
        "visible_to": list(visible_to),
        "function": function(f"mask_{name}"),
    }


def column(
    name: str, data_type: str | None = "string", mask: dict[str, Any] | None = None, description: str = ""
) -> Any:
    return {"name": name, "data_type": data_type, "mask": mask, "description": description}


def port(*columns: dict[str, Any], mode: str = "clone", **changes: Any) -> dict[str, Any]:
    """A port of the table of people."""
    return {
        "source": relation("people", "main", "internal"),
        "target": {**relation("people"), "is_view": mode == "view"},
        "audited": relation("people__people__1", "meshport", "internal"),
        "audited_previous": relation("people__people__0", "meshport", "internal"),
        "previous": relation("people__people__previous", "meshport", "internal"),
        "mode": mode,
        "columns": list(columns),
        "row_filter": None,
        "constraints": [],
        "standing": None,
        **changes,
    }


def standing(*columns: str, is_view: bool = False, **changes: Any) -> dict[str, Any]:
    """What a port is in the catalog, with these columns."""
    return {
        "is_view": is_view,
        "is_clone": not is_view,
        "columns": list(columns),
        "masks": {},
        "column_tags": {},
        "row_filter": None,
        "properties": {},
        **changes,
    }


def zone_of(*ports: dict[str, Any]) -> dict[str, Any]:
    """What the ports need of their zone: schemas, and the functions of their masks and row filters."""
    functions: dict[str, dict[str, Any]] = {}
    for each in ports:
        types = {column["name"]: column["data_type"] for column in each["columns"]}
        for column in each["columns"]:
            if column["mask"]:
                made = {
                    "function": column["mask"]["function"],
                    "data_type": column["data_type"],
                    "mask": column["mask"],
                }
                functions[made["function"]["identifier"]] = made
        if each["row_filter"]:
            used = [{"name": name, "data_type": types[name]} for name in each["row_filter"]["columns"]]
            made = {"columns": used, **{key: each["row_filter"][key] for key in ("function", "predicate")}}
            functions[made["function"]["identifier"]] = made
    return {
        "database": "published",
        "schemas": sorted({each["target"]["schema"] for each in ports}),
        "internal": ["internal"],
        "functions": list(functions.values()),
    }
