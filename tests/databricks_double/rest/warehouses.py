"""SQL warehouses: `WarehousesAPI` of the SDK.

A statement starts a stopped warehouse and waits for it. `documents["warehouses"][id]["cannot_start"]`, where set, says why it
cannot: then a start is refused and statements fail.
"""

from __future__ import annotations

import time
from typing import Any

from tests.databricks_double.rest import errors, fields, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import Metastore

routes = Routes()
BASE = "/api/2.0/sql/warehouses"
_INTERNAL = frozenset({"cannot_start", "ready_at"})
SIZES = frozenset(
    ("2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large", "5X-Large")
)
BODY = {"name": str, "cluster_size": str, "auto_stop_mins": int, "warehouse_type": str, "enable_photon": bool,
        "enable_serverless_compute": bool, "min_num_clusters": int, "max_num_clusters": int,
        "spot_instance_policy": str, "channel": dict, "tags": dict}  # fmt: skip


def add(store: Metastore, warehouse_id: str) -> None:
    """Add a running warehouse, if it is not there yet."""
    securables.documents(store, "warehouses").setdefault(
        warehouse_id,
        {
            "id": warehouse_id,
            "name": f"warehouse {warehouse_id}",
            "state": "RUNNING",
            "cluster_size": "2X-Small",
            "warehouse_type": "PRO",
            "enable_serverless_compute": True,
            "auto_stop_mins": 10,
            "cannot_start": None,
            "ready_at": 0.0,
        },
    )


def find(call: Call, warehouse_id: str) -> dict[str, Any]:
    """Return a warehouse as it is now."""
    held = securables.documents(call.store, "warehouses").get(warehouse_id)
    if held is None:
        raise errors.ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"SQL warehouse {warehouse_id} does not exist")
    if held["state"] == "STARTING" and time.monotonic() >= held["ready_at"]:
        held["state"] = "RUNNING"
    return held


def start(call: Call, held: dict[str, Any]) -> None:
    """Start a warehouse unless it runs, or something keeps it from starting."""
    if held["state"] in ("RUNNING", "STARTING"):
        return
    if held["cannot_start"]:
        raise errors.ApiError(503, "TEMPORARILY_UNAVAILABLE", f"SQL warehouse {held['id']}: {held['cannot_start']}")
    held["state"] = "STARTING" if call.options.start_seconds else "RUNNING"
    held["ready_at"] = time.monotonic() + call.options.start_seconds


def _shown(held: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in held.items() if name not in _INTERNAL}
    return {**shown, "num_clusters": 1 if held["state"] == "RUNNING" else 0}


def _checked(call: Call, own_id: str | None) -> dict[str, Any]:
    """Return what a warehouse is to be, when who calls may say so."""
    body = fields.read(call.json(), BODY, need=("name", "cluster_size"))
    if not call.principal.is_admin:
        raise errors.permission_denied("You do not have permission to manage SQL warehouses")
    fields.one_of("cluster_size", body["cluster_size"], SIZES)
    minutes = body.get("auto_stop_mins", 120)
    if minutes != 0 and minutes < 1:
        raise errors.invalid("auto_stop_mins must be 0 or more")
    for name, held in securables.documents(call.store, "warehouses").items():
        if name != own_id and held["name"] == body["name"]:
            raise errors.invalid(f"SQL warehouse with name `{body['name']}` already exists")
    return body


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.create`: it runs at once."""
    body = _checked(call, None)
    held = securables.documents(call.store, "warehouses")
    warehouse_id = securables.identity("warehouse", f"{body['name']} {len(held)}").replace("-", "")[:16]
    add(call.store, warehouse_id)
    held[warehouse_id] |= {"auto_stop_mins": 120, **body}
    return {"id": warehouse_id}


@routes("POST", f"{BASE}/{{id}}/edit")
def edit(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.edit`: says all; what the body lacks is as if it had never been said."""
    held = find(call, call.path["id"])
    body = _checked(call, held["id"])
    for name in BODY:
        held.pop(name, None)
    held |= {"auto_stop_mins": 120, "warehouse_type": "CLASSIC", "enable_serverless_compute": False, **body}
    return {}


@routes("DELETE", f"{BASE}/{{id}}")
def delete(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.delete`."""
    held = find(call, call.path["id"])
    if not call.principal.is_admin:
        raise errors.permission_denied("You do not have permission to manage SQL warehouses")
    del securables.documents(call.store, "warehouses")[held["id"]]
    securables.documents(call.store, "object_permissions").pop(f"warehouses/{held['id']}", None)
    return {}


@routes("GET", BASE)
def list_warehouses(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.list`."""
    call.query("run_as_user_id")
    listed = [_shown(find(call, name)) for name in sorted(securables.documents(call.store, "warehouses"))]
    return call.pages.cut(call, "warehouses", listed, size_field="page_size", unset_is_all=True)


@routes("GET", f"{BASE}/{{id}}")
def get(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.get`."""
    return _shown(find(call, call.path["id"]))


@routes("POST", f"{BASE}/{{id}}/start")
def start_one(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.start`: answers at once; who wants to know polls."""
    start(call, find(call, call.path["id"]))
    return {}


@routes("POST", f"{BASE}/{{id}}/stop")
def stop(call: Call) -> dict[str, Any]:
    """`WarehousesAPI.stop`."""
    find(call, call.path["id"])["state"] = "STOPPED"
    return {}
