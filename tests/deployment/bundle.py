"""A bundle as the Databricks CLI has it: read, checked strictly, filled in, and performed through the SDK."""

# ruff: noqa: TID251 - what a bundle describes is made through the real SDK
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.iam import AccessControlRequest

from tests.deployment import bundle_schema

_REFERENCE = re.compile(r"(?<!\$)\$\{([^}]+)\}")


class Bundle:
    """The bundle in a folder, for one target. `given` are the variables of the command line."""

    def __init__(self, root: Path, client: WorkspaceClient, target: str, **given: str) -> None:
        self.root = root
        self._client = client
        self.top: dict[str, Any] = yaml.safe_load((root / "databricks.yml").read_text(encoding="utf-8"))
        assert bundle_schema.problems_on_top(self.top) == []
        self.resources: dict[str, dict[str, Any]] = {}
        for pattern in self.top["include"]:
            for path in sorted(root.glob(pattern)):
                content = yaml.safe_load(path.read_text(encoding="utf-8"))
                assert bundle_schema.problems(content) == []
                self._translate(content, path.parent)
                for kind, found in content["resources"].items():
                    self.resources.setdefault(kind, {}).update(found)
        self._made: dict[str, Any] = {}
        self._known = {
            "bundle.name": self.top["bundle"]["name"],
            "bundle.target": target,
            "workspace.host": client.config.host,
            "workspace.file_path": str(root),
        }
        chosen = {**self.top["targets"][target].get("variables", {}), **given}
        for name, how in self.top.get("variables", {}).items():
            value = chosen.get(name, how.get("default"))
            self._known[f"var.{name}"] = value if value is not None else self._look_up(name, how)

    def deploy(self) -> dict[str, Any]:
        """Make everything, and return the ids of what was made, as `jobs.sales`."""
        makers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "catalogs": self._catalog,
            "schemas": self._schema,
            "sql_warehouses": self._warehouse,
            "cluster_policies": self._policy,
            "jobs": self._job,
        }
        for kind in makers:
            for key, said in self.resources.pop(kind, {}).items():
                made = makers[kind](self._filled(said))
                self._made[f"{kind}.{key}"] = made["id"]
                self._known |= {f"resources.{kind}.{key}.{name}": value for name, value in made.items()}
        assert self.resources == {}, "nobody knows how to make these"
        return self._made

    def _translate(self, content: dict[str, Any], folder: Path) -> None:
        """Make paths that are relative to a file absolute, as deploying does."""
        for job in content["resources"].get("jobs", {}).values():
            for task in job["tasks"]:
                if "dbt_task" in task:
                    task["dbt_task"]["project_directory"] = str(
                        (folder / task["dbt_task"]["project_directory"]).resolve()
                    )

    def _look_up(self, name: str, how: Mapping[str, Any]) -> str:
        ((kind, wanted),) = how["lookup"].items() if "lookup" in how else [("", "")]
        if kind == "warehouse":
            found = [str(each.id) for each in self._client.warehouses.list() if each.name == wanted]
        elif kind == "service_principal":
            listed = self._client.service_principals.list(filter=f'displayName eq "{wanted}"')
            found = [str(each.application_id) for each in listed]
        elif kind == "cluster_policy":
            found = [str(each.policy_id) for each in self._client.cluster_policies.list() if each.name == wanted]
        else:
            raise AssertionError(f"no value was given for the variable {name}")
        assert len(found) == 1, f"{kind} {wanted}: {found}"
        return found[0]

    def _filled(self, value: Any) -> Any:
        """Return a part of the bundle with its references filled in. One that is nothing but a reference keeps its type."""
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if not isinstance(value, str):
            return value
        if whole := _REFERENCE.fullmatch(value):
            return self._known[whole[1]]
        return _REFERENCE.sub(lambda found: str(self._known[found[1]]), value)

    def _catalog(self, said: dict[str, Any]) -> dict[str, Any]:
        grants = said.pop("grants", [])
        self._client.api_client.do("POST", "/api/2.1/unity-catalog/catalogs", body=said)
        self._grant("catalog", said["name"], grants)
        return {"id": said["name"], "name": said["name"]}

    def _schema(self, said: dict[str, Any]) -> dict[str, Any]:
        grants = said.pop("grants", [])
        self._client.api_client.do("POST", "/api/2.1/unity-catalog/schemas", body=said)
        name = f"{said['catalog_name']}.{said['name']}"
        self._grant("schema", name, grants)
        return {"id": name, "name": said["name"]}

    def _grant(self, kind: str, name: str, grants: list[dict[str, Any]]) -> None:
        changes = [{"principal": each["principal"], "add": each["privileges"]} for each in grants]
        path = f"/api/2.1/unity-catalog/permissions/{kind}/{name}"
        self._client.api_client.do("PATCH", path, body={"changes": changes})

    def _warehouse(self, said: dict[str, Any]) -> dict[str, Any]:
        permissions = said.pop("permissions", [])
        made: Any = self._client.api_client.do("POST", "/api/2.0/sql/warehouses", body=said)
        self._permit("warehouses", made["id"], permissions)
        return {"id": made["id"], "name": said["name"]}

    def _policy(self, said: dict[str, Any]) -> dict[str, Any]:
        permissions = said.pop("permissions", [])
        made: Any = self._client.api_client.do("POST", "/api/2.0/policies/clusters/create", body=said)
        self._permit("cluster-policies", made["policy_id"], permissions)
        return {"id": made["policy_id"], "name": said["name"]}

    def _permit(self, kind: str, identifier: str, permissions: list[dict[str, str]]) -> None:
        given = [{**each, "permission_level": each["level"]} for each in permissions]
        access = [AccessControlRequest.from_dict(each) for each in given]
        self._client.permissions.update(kind, identifier, access_control_list=access)

    def _job(self, said: dict[str, Any]) -> dict[str, Any]:
        made: Any = self._client.api_client.do("POST", "/api/2.2/jobs/create", body=said)
        return {"id": made["job_id"], "name": said["name"]}
