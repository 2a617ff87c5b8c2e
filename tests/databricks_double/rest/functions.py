"""Functions: `FunctionsAPI` of the SDK (`catalog.FunctionInfo`), for reading and dropping. SQL makes them."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.types import described
from tests.databricks_double.store import Function, Name

routes = Routes()
BASE = "/api/2.1/unity-catalog/functions"


def shown(name: Name, function: Function) -> dict[str, Any]:
    """Return a function as `catalog.FunctionInfo` has it."""
    parameters = [
        {
            "name": each.name,
            "position": at,
            "parameter_mode": "IN",
            "parameter_type": "PARAM",
            **described(each.data_type),
        }
        for at, each in enumerate(function.parameters)
    ]
    return {
        "name": name[2],
        "catalog_name": name[0],
        "schema_name": name[1],
        "full_name": ".".join(name),
        "specific_name": name[2],
        "owner": function.owner,
        "input_params": {"parameters": parameters} if parameters else {},
        "data_type": described(function.returns)["type_name"],
        "full_data_type": function.returns,
        "routine_body": "SQL",
        "routine_definition": function.body,
        "parameter_style": "S",
        "sql_data_access": "CONTAINS_SQL",
        "security_type": "DEFINER",
        "is_deterministic": True,
        "function_id": securables.identity("function", ".".join(name)),
        "metastore_id": securables.METASTORE_ID,
        "created_at": function.created_at,
        "created_by": function.owner,
        "updated_at": function.updated_at,
        **({"comment": function.comment} if function.comment is not None else {}),
    }


@routes("GET", BASE)
def list_functions(call: Call) -> dict[str, Any]:
    """`FunctionsAPI.list`: those of a schema that the caller may see."""
    browse = call.flag("include_browse")
    schema = f"{call.need_query('catalog_name')}.{call.need_query('schema_name')}"
    parent, _ = securables.schema(call.store, schema)
    privileges.check_sees(call.principal, parent, browse=browse)
    inside = securables.split("schema", parent.full_name)
    visible = [
        shown(name, function)
        for name, function in sorted(call.store.functions.items())
        if name[:2] == inside
        and privileges.sees(call.principal, securables.found(call.store, "function", name), browse=browse)
    ]
    return call.pages.cut(call, "functions", visible, unset_is_all=True)


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`FunctionsAPI.get`."""
    what, function = securables.function(call.store, call.path["name"])
    privileges.check_sees(call.principal, what, browse=call.flag("include_browse"))
    return shown(securables.split("function", what.full_name), function)


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`FunctionsAPI.delete`."""
    call.flag("force")
    what, _ = securables.function(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    del call.store.functions[securables.split("function", what.full_name)]
    return {}
