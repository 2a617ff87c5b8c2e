"""Data quality monitors: `DataQualityAPI` of the SDK, without refreshes. Objects are known by id, not by name."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found

routes = Routes()
BASE = "/api/data-quality/v1/monitors"
BODY = {"object_type": str, "object_id": str, "anomaly_detection_config": dict, "data_profiling_config": dict}
CONFIG = {"schema": "anomaly_detection_config", "table": "data_profiling_config"}
ANOMALY = {"excluded_table_full_names": list}
_OUTPUT = {"dashboard_id": str, "drift_metrics_table_name": str, "effective_warehouse_id": str, "monitor_version": int,
           "latest_monitor_failure_message": str, "monitored_table_name": str, "profile_metrics_table_name": str,
           "status": str}  # fmt: skip
PROFILING = {"output_schema_id": str, "assets_dir": str, "baseline_table_name": str, "custom_metrics": list,
             "inference_log": dict, "notification_settings": dict, "schedule": dict, "skip_builtin_dashboard": bool,
             "slicing_exprs": list, "snapshot": dict, "time_series": dict, "warehouse_id": str, **_OUTPUT}  # fmt: skip
ANALYSES = ("inference_log", "snapshot", "time_series")


def _object(call: Call, kind: str, object_id: str) -> Found:
    """Return the schema or table with an id."""
    fields.one_of("object_type", kind, frozenset(CONFIG))
    names = call.store.schemas if kind == "schema" else call.store.relations
    for name in names:
        if securables.identity(kind, ".".join(name)) == object_id:
            return securables.found(call.store, kind, name)
    raise errors.not_found(kind, object_id)


def _held(call: Call) -> dict[str, dict[str, Any]]:
    return securables.documents(call.store, "monitors")


def _check(call: Call, what: Found, monitor: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of a monitor as it is answered."""
    field = CONFIG[what.kind]
    other = next(each for each in CONFIG.values() if each != field)
    if monitor.get(field) is None or monitor.get(other) is not None:
        raise errors.invalid(f"A monitor of a {what.kind} has {field}, and not {other}")
    if what.kind == "schema":
        return fields.read(monitor[field], ANOMALY, where=f"{field}.")
    config = fields.read(monitor[field], PROFILING, need=("output_schema_id",), where=f"{field}.")
    if len([name for name in ANALYSES if config.get(name) is not None]) != 1:
        raise errors.invalid(f"Exactly one of {', '.join(ANALYSES)} must be present")
    output = _object(call, "schema", config["output_schema_id"])
    return {
        **config,
        "monitored_table_name": what.full_name,
        "profile_metrics_table_name": f"{output.full_name}.{what.full_name.split('.')[-1]}_profile_metrics",
        "drift_metrics_table_name": f"{output.full_name}.{what.full_name.split('.')[-1]}_drift_metrics",
        "monitor_version": 1,
        "status": "DATA_PROFILING_STATUS_ACTIVE",
    }


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`DataQualityAPI.create_monitor`: by MANAGE."""
    body = fields.read(call.json(), BODY, need=("object_type", "object_id"))
    what = _object(call, body["object_type"], body["object_id"])
    privileges.check_manages(call.principal, what)
    config = _check(call, what, body)
    key = f"{what.kind}/{body['object_id']}"
    if key in _held(call):
        raise errors.already_exists("monitor", key)
    named = {"object_type": what.kind, "object_id": body["object_id"]}
    _held(call)[key] = {**named, CONFIG[what.kind]: config}
    return _held(call)[key]


@routes("GET", BASE)
def list_monitors(call: Call) -> dict[str, Any]:
    """`DataQualityAPI.list_monitor`."""
    listed = [each for _, each in sorted(_held(call).items())]
    return call.pages.cut(call, "monitors", listed, size_field="page_size")


def _there(call: Call) -> tuple[str, Found]:
    what = _object(call, call.path["type"], call.path["id"])
    key = f"{what.kind}/{call.path['id']}"
    if key not in _held(call):
        raise errors.not_found("monitor", key)
    return key, what


@routes("GET", f"{BASE}/{{type}}/{{id}}")
def get(call: Call) -> dict[str, Any]:
    """`DataQualityAPI.get_monitor`."""
    key, what = _there(call)
    privileges.check_sees(call.principal, what)
    return _held(call)[key]


@routes("PATCH", f"{BASE}/{{type}}/{{id}}")
def update(call: Call) -> dict[str, Any]:
    """`DataQualityAPI.update_monitor`: the mask has dots, such as `data_profiling_config.schedule`."""
    body = fields.read(call.json(), BODY)
    key, what = _there(call)
    privileges.check_manages(call.principal, what)
    field = CONFIG[what.kind]
    config = dict(_held(call)[key][field])
    for path in call.need_query("update_mask").split(","):
        first, _, second = path.partition(".")
        if first != field:
            raise errors.invalid(f"update_mask: {path!r} is not of a monitor of a {what.kind}")
        given = body.get(field) or {}
        config = {**config, second.split(".")[0]: given.get(second.split(".")[0])} if second else given
    config = {name: value for name, value in config.items() if value is not None}
    _held(call)[key][field] = _check(call, what, {field: config})
    return _held(call)[key]


@routes("DELETE", f"{BASE}/{{type}}/{{id}}")
def delete(call: Call) -> dict[str, Any]:
    """`DataQualityAPI.delete_monitor`: the tables that it wrote stay."""
    key, what = _there(call)
    privileges.check_manages(call.principal, what)
    del _held(call)[key]
    return {}
