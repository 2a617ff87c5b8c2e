"""Bodies of calls: the fields that a call has, and no others.

Databricks ignores a field it does not know. The double refuses it: a field that is ignored is a mistake of ours that
nobody would notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.databricks_double.rest import errors

Kinds = Mapping[str, type | tuple[type, ...]]


def read(body: Mapping[str, Any], known: Kinds, *, need: tuple[str, ...] = (), where: str = "") -> dict[str, Any]:
    """Return the body when all its fields are known and of their type, and the needed ones are there."""
    if not isinstance(body, Mapping):
        raise errors.invalid(f"{where or 'The body'} must be an object, not {type(body).__name__}")
    for name, value in body.items():
        if name not in known:
            raise errors.invalid(f"Unknown field {where}{name}: the call has {', '.join(sorted(known))}")
        kinds = known[name]
        right = isinstance(value, kinds) and not (isinstance(value, bool) and kinds is int)
        if value is not None and not right:
            raise errors.invalid(f"Field {where}{name} has the wrong type: {type(value).__name__}")
    for name in need:
        if body.get(name) in (None, "", [], {}):
            raise errors.invalid(f"Missing required field: {where}{name}")
    return dict(body)


def one_of(name: str, value: Any, allowed: frozenset[str]) -> str:
    """Return a value of an enumeration."""
    if value not in allowed:
        raise errors.invalid(f"Invalid value {value!r} of {name}: expected one of {', '.join(sorted(allowed))}")
    return str(value)


def masked(body: Mapping[str, Any], mask: str | None, changeable: frozenset[str]) -> dict[str, Any]:
    """Return the changes that an update with an `update_mask` makes.

    A field in the mask that the body lacks is cleared (None). Without a mask, or with `*`, what the body has is changed.
    """
    if mask in (None, "", "*"):
        return {name: value for name, value in body.items() if name in changeable}
    assert mask is not None
    wanted = mask.split(",")
    for name in wanted:
        if name not in changeable:
            raise errors.invalid(f"update_mask: {name!r} cannot be updated; these can: {', '.join(sorted(changeable))}")
    return {name: body.get(name) for name in wanted}


def text_map(name: str, value: Any) -> dict[str, str]:
    """Return a map of strings to strings."""
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise errors.invalid(f"{name} must be a map of strings")
    return dict(value)
