"""Secret scopes: `SecretsAPI` of the SDK. SQL reads the same secrets by `secret(scope, key)`."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from tests.databricks_double.rest import errors, fields, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/2.0/secrets"
MOST_BYTES = 128 * 1024


def _scopes(call: Call) -> dict[str, dict[str, Any]]:
    return securables.documents(call.store, "secret_scopes")


def _scope(call: Call, scope: str) -> dict[str, Any]:
    """Return a scope that the caller manages."""
    held = _scopes(call).get(scope)
    if held is None:
        raise errors.ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Scope {scope} does not exist!")
    if not call.principal.is_admin and held["manager"] not in (call.principal.name, "users"):
        raise errors.permission_denied(f"{call.principal.name} has no access to scope {scope}")
    return held


def _check_name(what: str, name: str) -> None:
    if not re.fullmatch(r"[\w.@-]{1,128}", name, re.ASCII):
        raise errors.invalid(f"{what} {name!r}: letters, digits, dashes, underscores, @ and dots; 128 characters")


@routes("POST", f"{BASE}/scopes/create")
def create_scope(call: Call) -> dict[str, Any]:
    """`SecretsAPI.create_scope`: one that Databricks keeps itself."""
    kinds = {"scope": str, "initial_manage_principal": str, "scope_backend_type": str}
    body = fields.read(call.json(), kinds, need=("scope",))
    _check_name("scope", body["scope"])
    fields.one_of("scope_backend_type", body.get("scope_backend_type") or "DATABRICKS", frozenset({"DATABRICKS"}))
    fields.one_of("initial_manage_principal", body.get("initial_manage_principal") or "users", frozenset({"users"}))
    if body["scope"] in _scopes(call):
        raise errors.ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Scope {body['scope']} already exists!")
    manager = body.get("initial_manage_principal") or call.principal.name
    _scopes(call)[body["scope"]] = {"manager": manager, "keys": {}}
    return {}


@routes("POST", f"{BASE}/scopes/delete")
def delete_scope(call: Call) -> dict[str, Any]:
    """`SecretsAPI.delete_scope`: with its secrets."""
    scope = fields.read(call.json(), {"scope": str}, need=("scope",))["scope"]
    _scope(call, scope)
    del _scopes(call)[scope]
    for name in [name for name in call.store.secrets if name[0] == scope]:
        del call.store.secrets[name]
    return {}


@routes("GET", f"{BASE}/scopes/list")
def list_scopes(call: Call) -> dict[str, Any]:
    """`SecretsAPI.list_scopes`."""
    return {"scopes": [{"name": name, "backend_type": "DATABRICKS"} for name in sorted(_scopes(call))]}


@routes("POST", f"{BASE}/put")
def put(call: Call) -> dict[str, Any]:
    """`SecretsAPI.put_secret`: a string, or bytes in base64."""
    kinds = {"scope": str, "key": str, "string_value": str, "bytes_value": str}
    body = fields.read(call.json(), kinds, need=("scope", "key"))
    held = _scope(call, body["scope"])
    _check_name("key", body["key"])
    text, encoded = body.get("string_value"), body.get("bytes_value")
    if (text is None) == (encoded is None):
        raise errors.invalid("Exactly one of string_value and bytes_value must be given")
    if encoded is not None:
        try:
            text = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise errors.invalid("bytes_value is not base64 of UTF-8 text, which is all the double keeps") from None
    assert text is not None
    if len(text.encode()) > MOST_BYTES:
        raise errors.ApiError(400, "MAX_SECRET_SIZE_EXCEEDED", "A secret has at most 128 KB")
    call.store.secrets[body["scope"], body["key"]] = text
    held["keys"][body["key"]] = now()
    return {}


@routes("POST", f"{BASE}/delete")
def delete(call: Call) -> dict[str, Any]:
    """`SecretsAPI.delete_secret`."""
    body = fields.read(call.json(), {"scope": str, "key": str}, need=("scope", "key"))
    _scope(call, body["scope"])["keys"].pop(body["key"], None)
    if call.store.secrets.pop((body["scope"], body["key"]), None) is None:
        raise errors.not_found("secret", body["key"])
    return {}


@routes("GET", f"{BASE}/list")
def list_secrets(call: Call) -> dict[str, Any]:
    """`SecretsAPI.list_secrets`: keys, and no values."""
    held = _scope(call, call.need_query("scope"))
    return {"secrets": [{"key": key, "last_updated_timestamp": at} for key, at in sorted(held["keys"].items())]}


@routes("GET", f"{BASE}/get")
def get(call: Call) -> dict[str, Any]:
    """`SecretsAPI.get_secret`: the value in base64. Its page says "only from DBUtils"; the service answers all the same."""
    scope, key = call.need_query("scope"), call.need_query("key")
    _scope(call, scope)
    if (scope, key) not in call.store.secrets:
        raise errors.not_found("secret", key)
    return {"key": key, "value": base64.b64encode(call.store.secrets[scope, key].encode()).decode()}
