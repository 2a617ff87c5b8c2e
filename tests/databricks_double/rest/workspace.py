"""What clients ask before they do anything: where they are, which features are on; and where they report to.

`Config._resolve_host_metadata` of the SDK asks for `/.well-known/databricks-config`; `FeatureFlagsContext` and `TelemetryClient`
of the SQL connector for the others.
"""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import METASTORE_ID, metastore

routes = Routes()
WORKSPACE_ID = "7405605105"


@routes("GET", "/.well-known/databricks-config", is_open=True)
def config(call: Call) -> dict[str, Any]:
    """Say that this is a workspace, and where its tokens are: without that the SDK (0.117) asks for OAuth at `None`."""
    oidc = f"{call.options.scheme}://{call.request.headers.get('host', 'localhost')}/oidc"
    return {"host_type": "workspace", "workspace_id": WORKSPACE_ID, "cloud": "AWS", "oidc_endpoint": oidc}


@routes("GET", "/api/2.0/connector-service/feature-flags/{client}/{version}", is_open=True)
def feature_flags(call: Call) -> dict[str, Any]:
    """No flags: the connector uses its defaults."""
    return {"flags": [], "ttl_seconds": 900}


@routes("POST", "/telemetry-ext", is_open=True)
@routes("POST", "/telemetry-unauth", is_open=True)
def telemetry(call: Call) -> dict[str, Any]:
    """Take the report, and forget it."""
    return {"errors": [], "numProtoSuccess": len(call.json().get("protoLogs", []))}


@routes("GET", "/api/2.1/unity-catalog/metastore_summary")
def metastore_summary(call: Call) -> dict[str, Any]:
    """`MetastoresAPI.summary`: grants on the metastore need its id."""
    held = metastore(call.store)
    return {"metastore_id": METASTORE_ID, "name": "double", "owner": held["owner"], "cloud": "aws"}


@routes("GET", "/api/2.1/unity-catalog/current-metastore-assignment")
def assignment(call: Call) -> dict[str, Any]:
    """`MetastoresAPI.current`."""
    return {"metastore_id": METASTORE_ID, "workspace_id": int(WORKSPACE_ID), "default_catalog_name": "main"}
