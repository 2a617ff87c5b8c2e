"""SQL warehouses and cluster policies, and who may use them.

Source: `sql.WarehousesAPI`, `compute.ClusterPoliciesAPI`, `iam.PermissionsAPI` of the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.provisioning.calls import ensure
from meshport.catalogs.databricks.provisioning.people import People
from meshport.catalogs.databricks.registration.client import explained, once
from meshport.errors import UnavailableError
from meshport.resources import Resource
from meshport.resources.infrastructure import CLUSTER_POLICY, PERMISSION, SPELLED, WAREHOUSE, named, permission

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

OBJECTS = {WAREHOUSE: "warehouses", CLUSTER_POLICY: "cluster-policies"}
NEEDS = {WAREHOUSE: "that warehouses may be made (an admin may)", CLUSTER_POLICY: "to be an admin of the workspace"}


class Computing:
    """The warehouses and cluster policies of one workspace, by name."""

    def __init__(self, client: WorkspaceClient, people: People) -> None:
        self._client = client
        self._people = people

    def observe(self, asked: Sequence[Resource]) -> Iterator[Resource]:
        """Yield those of these warehouses and cluster policies that there are, and who may use them directly."""
        tags = {each.name: set(json.loads(each.fields["tags"])) for each in asked if each.kind == WAREHOUSE}
        policies = {each.name for each in asked if each.kind == CLUSTER_POLICY}
        targets = []
        for name, held in self._warehouses(tags).items():
            targets.append((WAREHOUSE, name, held.id))
            yield named(WAREHOUSE, name, _warehouse_fields(held, tags[name]))
        for name, held in self._policies(policies).items():
            targets.append((CLUSTER_POLICY, name, held.policy_id))
            text = json.dumps(json.loads(held.definition or "{}"), sort_keys=True, ensure_ascii=False)
            yield named(CLUSTER_POLICY, name, {"definition": text})
        ours = {each.key for each in asked if each.kind == PERMISSION}
        for kind, name, identifier in targets:
            for principal, level in self._permissions(kind, identifier).items():
                found = permission(kind, name, self._people.read(principal), level)
                if found.key in ours:
                    yield found

    def make(self, resource: Resource) -> None:
        """Make a warehouse or a cluster policy, or let somebody use one."""
        name = resource.name
        if resource.kind == PERMISSION:
            self.change(resource)
        elif resource.kind == WAREHOUSE:
            with explained(f"making the warehouse {name}", NEEDS[WAREHOUSE]):
                ensure(
                    lambda: self._client.warehouses.create(name=name, **_asked(resource)),
                    lambda: bool(self._warehouses({name: set()})),
                )
        else:
            with explained(f"making the cluster policy {name}", NEEDS[CLUSTER_POLICY]):
                ensure(
                    lambda: self._client.cluster_policies.create(name=name, definition=resource.fields["definition"]),
                    lambda: bool(self._policies({name})),
                )

    def change(self, resource: Resource) -> None:
        """Make a warehouse, a cluster policy or what somebody may do with one what it should be."""
        name = resource.name
        if resource.kind == PERMISSION:
            kind, target = resource.relation.schema, resource.relation.identifier
            with explained(f"letting {name} use {target}", "CAN MANAGE on it"):
                access = [self._control(self._people.written(name), resource.fields["level"])]
                self._client.permissions.update(OBJECTS[kind], self._id(kind, target), access_control_list=access)
        elif resource.kind == WAREHOUSE:
            held = self._the_warehouse(name)
            with explained(f"changing the warehouse {name}", "CAN MANAGE on it"):
                # An edit says all: what is not ours to say is said as it is.
                as_is = {
                    "channel": held.channel,
                    "enable_photon": held.enable_photon,
                    "enable_serverless_compute": held.enable_serverless_compute,
                    "min_num_clusters": held.min_num_clusters,
                    "max_num_clusters": held.max_num_clusters,
                    "spot_instance_policy": held.spot_instance_policy,
                    "warehouse_type": _edited_type(held.warehouse_type),
                }
                self._client.warehouses.edit(held.id, name=name, **as_is, **_asked(resource, _tags_of(held)))
        else:
            held = self._policies({name})[name]
            with explained(f"changing the cluster policy {name}", NEEDS[CLUSTER_POLICY]):
                self._client.cluster_policies.edit(
                    held.policy_id,
                    name=name,
                    definition=resource.fields["definition"],
                    description=held.description,
                    max_clusters_per_user=held.max_clusters_per_user,
                )

    def remove(self, resource: Resource) -> None:
        """Remove a warehouse, a cluster policy or what somebody may do with one."""
        name = resource.name
        if resource.kind == PERMISSION:
            self._withdraw(resource)
        elif resource.kind == WAREHOUSE:
            for held in self._warehouses({name: set()}).values():
                with explained(f"removing the warehouse {name}", "CAN MANAGE on it"):
                    once(partial(self._client.warehouses.delete, held.id), making=False)
        else:
            for held in self._policies({name}).values():
                with explained(f"removing the cluster policy {name}", NEEDS[CLUSTER_POLICY]):
                    once(partial(self._client.cluster_policies.delete, held.policy_id), making=False)

    def http_path(self, name: str) -> str:
        """Return what connects to a warehouse."""
        return f"/sql/1.0/warehouses/{self._the_warehouse(name).id}"

    def _withdraw(self, resource: Resource) -> None:
        """Take what was granted to one principal away; the rest is set as it is: the API knows no other way."""
        kind, target = resource.relation.schema, resource.relation.identifier
        with explained(f"keeping {resource.name} from {target}", "CAN MANAGE on it"):
            identifier = self._id(kind, target)
            held = self._permissions(kind, identifier)
            held.pop(self._people.written(resource.name), None)
            rest = [self._control(who, level) for who, level in held.items()]
            self._client.permissions.set(OBJECTS[kind], identifier, access_control_list=rest)

    def _permissions(self, kind: str, identifier: str) -> dict[str, str]:
        """Return the level of each principal that was given one directly."""
        found: dict[str, str] = {}
        with explained(f"reading who may use a {kind.replace('_', ' ')}", "CAN MANAGE on it"):
            held = self._client.permissions.get(OBJECTS[kind], identifier)
        for each in held.access_control_list or ():
            principal = each.group_name or each.service_principal_name or each.user_name or ""
            for one in each.all_permissions or ():
                if not one.inherited and one.permission_level is not None:
                    found[principal] = one.permission_level.value
        return found

    def _control(self, principal: str, level: str) -> Any:
        from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

        wanted = PermissionLevel(level)
        if self._people.is_service_principal(principal):
            return AccessControlRequest(service_principal_name=principal, permission_level=wanted)
        if "@" in principal:
            return AccessControlRequest(user_name=principal, permission_level=wanted)
        return AccessControlRequest(group_name=principal, permission_level=wanted)

    def _id(self, kind: str, name: str) -> str:
        if kind == WAREHOUSE:
            return str(self._the_warehouse(name).id)
        return str(self._policies({name})[name].policy_id)

    def _the_warehouse(self, name: str) -> Any:
        found = self._warehouses({name: set()}).get(name)
        if found is None:
            raise UnavailableError(f"the warehouse {name} is gone", hint="run `meshport domain plan`")
        return found

    def _warehouses(self, asked: Mapping[str, object]) -> dict[str, Any]:
        if not asked:
            return {}
        with explained("reading the warehouses"):
            return {str(each.name): each for each in self._client.warehouses.list() if each.name in asked}

    def _policies(self, asked: set[str]) -> dict[str, Any]:
        if not asked:
            return {}
        with explained("reading the cluster policies"):
            return {str(each.name): each for each in self._client.cluster_policies.list() if each.name in asked}


def _asked(resource: Resource, theirs: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what a warehouse should be, as the API takes it."""
    from databricks.sdk.service.sql import EndpointTagPair, EndpointTags

    tags = {**(theirs or {}), **json.loads(resource.fields["tags"])}
    size = resource.fields["size"]
    return {
        "cluster_size": SPELLED.get(size, size),
        "auto_stop_mins": int(resource.fields["auto_stop_minutes"]),
        "tags": EndpointTags(custom_tags=[EndpointTagPair(key=key, value=value) for key, value in tags.items()]),
    }


def _warehouse_fields(held: Any, ours: set[str]) -> dict[str, str]:
    tags = {key: value for key, value in _tags_of(held).items() if key in ours}
    return {
        "size": (held.cluster_size or "").lower(),
        "auto_stop_minutes": str(held.auto_stop_mins or 0),
        "tags": json.dumps(tags, sort_keys=True, ensure_ascii=False),
    }


def _tags_of(held: Any) -> dict[str, str]:
    return {each.key: each.value for each in (held.tags.custom_tags if held.tags else None) or ()}


def _edited_type(held: Any) -> Any:
    from databricks.sdk.service.sql import EditWarehouseRequestWarehouseType

    return EditWarehouseRequestWarehouseType(held.value) if held is not None else None
