"""Tags: limits that hold for all, and governed keys, whose policy says which values there are."""

from __future__ import annotations

from collections.abc import Iterable

from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.store import Metastore, Name, Relation, Securable, Tags

LONGEST = 256
MOST = 50
SYSTEM = {"system.certification_status": ("certified", "deprecated")}
"""Governed keys that are there without anybody's doing."""


def allowed_values(store: Metastore, key: str) -> tuple[str, ...] | None:
    """Return a governed key's values, empty where any value will do; None where the key is not governed."""
    policy = store.tag_policies.get(key)
    return policy.values if policy is not None else SYSTEM.get(key)


def set_tags(store: Metastore, tags: Tags, pairs: Iterable[tuple[str, str]], where: Name) -> None:
    """Set tags, or refuse them all. Call it under the store's lock."""
    after = dict(tags)
    for key, value in pairs:
        if not key or len(key) > LONGEST or len(value) > LONGEST:
            raise SqlError(
                "INVALID_PARAMETER_VALUE",
                f"Tag keys have 1 to {LONGEST} characters, values at most {LONGEST}: {key[:40]!r}.",
                "22023",
            )
        values = allowed_values(store, key)
        if values is None and key.startswith("system."):
            raise SqlError("INVALID_PARAMETER_VALUE", f"Tag policy {key!r} does not exist.", "22023")
        if values and value not in values:
            raise SqlError(
                "INVALID_PARAMETER_VALUE",
                f"Tag value {value!r} is not an allowed value for tag policy key {key!r}.",
                "22023",
            )
        after[key] = value
    if len(after) > MOST:
        raise SqlError(
            "INVALID_PARAMETER_VALUE", f"{quoted(where)} would have {len(after)} tags; {MOST} are allowed.", "22023"
        )
    tags.update(after)


def unset_tags(tags: Tags, keys: Iterable[str]) -> None:
    """Remove tags; one that is not there is no error."""
    for key in keys:
        tags.pop(key, None)


def refuse_if_governed(store: Metastore, relation: Relation, column: str, action: str) -> None:
    """Refuse to drop or rename a column that carries a governed tag: policies may rest on it."""
    governed = sorted(key for key in relation.columns[column].tags if allowed_values(store, key) is not None)
    if governed:
        raise SqlError(
            "CANNOT_DROP_TAGGED_COLUMN",
            f"Cannot {action} column {quoted([column])}: it has the governed tags {governed}.",
            "42P01",
        )


def tags_of(item: Securable, column: str | None) -> Tags:
    """Return the tags of an object, or of one of its columns."""
    return item.columns[column].tags if column is not None and isinstance(item, Relation) else item.tags
