"""A JSON schema of the resources of bundles, made of the types of `databricks-bundles`, which the vendor generates from the
published schema. Those types convert whatever they can (`"7"` to 7, anything to text); a schema does not.
"""

from __future__ import annotations

import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from databricks.bundles.core import Variable  # noqa: TID251 - what we render is held against these types
from databricks.bundles.core._resource_type import _ResourceType  # noqa: TID251
from jsonschema import Draft202012Validator

Schema = dict[str, Any]
REFERENCE = {"type": "string", "pattern": r"^\$\{[A-Za-z_][\w.\[\]-]*\}$"}
"""A value that the Databricks CLI fills in."""
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
TEXT = {"type": "string"}


def _object(known: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {"type": "object", "properties": known, "required": list(required), "additionalProperties": False}


def _by_name(each: Schema) -> Schema:
    return {"type": "object", "additionalProperties": each}


# What is no resource, the package has no types for: the keys are those of the vendor's reference of bundle configuration
# that we use, and no others.
TOP = _object(
    {
        "bundle": _object({"name": {"type": "string", "pattern": r"^[\w-]+$"}}, ("name",)),
        "include": {"type": "array", "items": TEXT},
        "permissions": {
            "type": "array",
            "items": _object(
                {
                    "level": {"enum": ["CAN_VIEW", "CAN_RUN", "CAN_MANAGE"]},
                    "service_principal_name": TEXT,
                    "group_name": TEXT,
                    "user_name": TEXT,
                },
                ("level",),
            ),
        },
        "variables": _by_name(
            _object(
                {
                    "description": TEXT,
                    "default": TEXT,
                    "lookup": {
                        **_object(
                            dict.fromkeys(
                                (
                                    *("alert", "cluster_policy", "cluster", "dashboard", "instance_pool", "job"),
                                    *("metastore", "notification_destination", "pipeline", "query"),
                                    *("service_principal", "warehouse"),
                                ),
                                TEXT,
                            )
                        ),
                        "maxProperties": 1,
                    },
                }
            )
        ),
        "targets": _by_name(
            _object({"default": {"type": "boolean"}, "variables": _by_name(TEXT), "mode": {"enum": ["production"]}})
        ),
    },
    ("bundle",),
)


@cache
def _resources() -> Draft202012Validator:
    definitions: dict[str, Schema] = {}
    known = {each.plural_name: _by_name(_schema(each.resource_type, definitions)) for each in _ResourceType.all()}
    return Draft202012Validator(_object({"resources": _object(known)}) | {"$defs": definitions})


def problems(resources: Any) -> list[str]:
    """Return what does not fit in a file of resources."""
    return [f"{each.json_path}: {each.message}" for each in _resources().iter_errors(resources)]


def problems_on_top(content: Any) -> list[str]:
    """Return what does not fit in a `databricks.yml`, its resources apart."""
    own = {key: value for key, value in content.items() if key != "resources"}
    return [f"{each.json_path}: {each.message}" for each in Draft202012Validator(TOP).iter_errors(own)]


def _schema(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a type; those of classes are put aside, because some hold themselves."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return {}
    if origin is Variable:
        return REFERENCE
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(each, definitions) for each in inner]}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0], definitions)}
    if origin is dict:
        return _by_name(_schema(inner[1], definitions))
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if issubclass(kind, Enum):
        return {"enum": [each.value for each in kind]}
    assert is_dataclass(kind), kind
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name not in definitions:
        definitions[name] = {}
        hints = typing.get_type_hints(kind)
        known = {each.name: _schema(hints[each.name], definitions) for each in fields(kind)}
        required = tuple(e.name for e in fields(kind) if e.default is MISSING and e.default_factory is MISSING)
        definitions[name] = _object(known, required)
    return {"$ref": f"#/$defs/{name}"}
