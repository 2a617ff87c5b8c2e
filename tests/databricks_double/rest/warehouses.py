"""SQL warehouses: `WarehousesAPI` of the SDK, for reading, starting, and stopping.

A statement starts a stopped warehouse and waits for it. `documents["warehouses"][id]["cannot_start"]`, where set, says why it
cannot: then a start is refused and statements fail.
"""

from __future__ import annotations

import time
from typing import Any

from tests.databricks_double.rest import errors, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import Metastore

routes = Routes()
BASE = "/api/2.0/sql/warehouses"
_INTERNAL = frozenset({"cannot_start", "ready_at"})


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
