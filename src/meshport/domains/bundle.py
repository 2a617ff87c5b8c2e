"""What a domain gets as a Databricks bundle: catalogs, schemas, grants, warehouses and cluster policies as resources.

Rendered from the resources that `domain apply` makes, so that both come to the same. Source: the vendor's reference of
bundle resources. What bundles have no resource for is said at the top of the file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from meshport.deployment.files import text_of
from meshport.domains.desired import desired
from meshport.domains.file import DomainFile
from meshport.errors import InputError
from meshport.resources import Resource
from meshport.resources.grant import KIND as GRANT
from meshport.resources.infrastructure import (
    CATALOG,
    CLUSTER_POLICY,
    ENTRY,
    NOWHERE,
    PERMISSION,
    SCHEMA,
    SPELLED,
    WAREHOUSE,
)

CI = "${var.ci}"


def files(said: DomainFile) -> dict[str, str]:
    """Return the files of the bundle, by path. Raises InputError for a domain that is not on Databricks."""
    if said.platform != "databricks":
        raise InputError(
            f"the domain `{said.name}` is on {said.platform}: a bundle describes what is on Databricks",
            where=f"domains/{said.name}.yml",
            hint="`meshport domain apply` makes it",
        )
    wanted = desired(said)
    again = f"do not edit: meshport domain render {said.name}"
    ci = {"ci": {"lookup": {"service_principal": said.ci.name}}} if _looks_up(said) and said.ci else {}
    content: dict[str, Any] = {
        "bundle": {"name": f"{said.name}_domain"},
        "include": ["resources/*.domain.yml"],
        **({"variables": ci} if ci else {}),
        "targets": {"default": {"default": True}},
    }
    resources = {"resources": _Resources(said, wanted).content()}
    left = "\n".join(f"  {each}" for each in left_out(wanted))
    head = f"{again}\nBundles have no resource for these; `meshport domain apply` makes them:\n{left}"
    return {
        "databricks.yml": text_of(head, content),
        f"resources/{said.name}.domain.yml": text_of(again, resources),
    }


def is_covered(resource: Resource) -> bool:
    """Tell whether a bundle can describe a resource of a domain."""
    if resource.kind == GRANT:
        return resource.relation != NOWHERE
    return resource.kind in (CATALOG, SCHEMA, WAREHOUSE, CLUSTER_POLICY, PERMISSION)


def left_out(wanted: Iterable[Resource]) -> list[str]:
    """Return what a bundle cannot describe, for people."""
    found = []
    for each in wanted:
        if not is_covered(each) and each.kind != ENTRY:
            place = "the metastore" if each.relation == NOWHERE else each.relation.database
            on = f" on {place}" if each.kind == GRANT or each.relation != NOWHERE else ""
            found.append(f"{each.kind.replace('_', ' ')} {each.name}{on}")
    return found


def _looks_up(said: DomainFile) -> bool:
    """Tell whether the id of the service principal is only known in the workspace."""
    return said.ci is not None and said.ci.application_id is None


class _Resources:
    """The resources of one domain as a bundle has them, by its keys."""

    def __init__(self, said: DomainFile, wanted: list[Resource]) -> None:
        self._wanted = wanted
        self._robot = said.ci.principal if said.ci else None
        self._named = CI if _looks_up(said) else self._robot

    def content(self) -> dict[str, Any]:
        kinds = {
            "catalogs": {each.relation.database: self._catalog(each) for each in self._of(CATALOG)},
            "schemas": {
                f"{each.relation.database}_{each.relation.schema}": self._schema(each) for each in self._of(SCHEMA)
            },
            "sql_warehouses": {each.name: self._warehouse(each) for each in self._of(WAREHOUSE)},
            "cluster_policies": {each.name: self._policy(each) for each in self._of(CLUSTER_POLICY)},
        }
        return {kind: found for kind, found in kinds.items() if found}

    def _of(self, kind: str) -> list[Resource]:
        return [each for each in self._wanted if each.kind == kind]

    def _catalog(self, each: Resource) -> dict[str, Any]:
        storage = {"storage_root": each.fields["storage"]} if each.fields["storage"] else {}
        told = {"name": each.relation.database, "comment": each.fields["comment"], **storage}
        return {**told, "grants": self._grants(each)}

    def _schema(self, each: Resource) -> dict[str, Any]:
        name = f"${{resources.catalogs.{each.relation.database}.name}}"  # so that the catalog comes first
        return {"catalog_name": name, "name": each.relation.schema, "grants": self._grants(each)}

    def _grants(self, place: Resource) -> list[dict[str, Any]]:
        found: dict[str, list[str]] = defaultdict(list)
        for each in self._of(GRANT):
            if each.relation == place.relation:
                found[each.fields["to"]].append(each.fields["privilege"].replace(" ", "_"))
        return [{"principal": self._written(who), "privileges": what} for who, what in found.items()]

    def _warehouse(self, each: Resource) -> dict[str, Any]:
        tags = json.loads(each.fields["tags"])
        return {
            "name": each.name,
            "cluster_size": SPELLED.get(each.fields["size"], each.fields["size"]),
            "auto_stop_mins": int(each.fields["auto_stop_minutes"]),
            "tags": {"custom_tags": [{"key": key, "value": value} for key, value in tags.items()]},
            "permissions": self._permissions(each),
        }

    def _policy(self, each: Resource) -> dict[str, Any]:
        definition = each.fields["definition"]
        return {"name": each.name, "definition": definition, "permissions": self._permissions(each)}

    def _permissions(self, target: Resource) -> list[dict[str, str]]:
        return [
            {"level": each.fields["level"], self._field(each.name): self._written(each.name)}
            for each in self._of(PERMISSION)
            if (each.relation.schema, each.relation.identifier) == (target.kind, target.name)
        ]

    def _written(self, principal: str) -> str:
        return str(self._named) if principal == self._robot else principal

    def _field(self, principal: str) -> str:
        return "service_principal_name" if principal == self._robot else "group_name"
