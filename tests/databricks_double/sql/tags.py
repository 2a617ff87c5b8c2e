"""Tags by SQL: the same rules as by REST, refused in SQL's words."""

from __future__ import annotations

from collections.abc import Iterable

from tests.databricks_double.rest import tag_rules
from tests.databricks_double.rest.errors import ApiError
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.store import Metastore, Principal, Relation, Securable, Tags


def set_tags(store: Metastore, principal: Principal, tags: Tags, pairs: Iterable[tuple[str, str]]) -> None:
    """Set tags, or refuse them all. Call it under the store's lock."""
    after = dict(tags)
    try:
        for key, value in pairs:
            tag_rules.check_tag(store, key, value)
            tag_rules.check_assigns(store, principal, key)
            tag_rules.check_room(after, key)
            after[key] = value
    except ApiError as refused:
        state = "42501" if refused.error_code == "PERMISSION_DENIED" else "22023"
        raise SqlError(refused.error_code, str(refused), state) from None
    tags.update(after)


def unset_tags(tags: Tags, keys: Iterable[str]) -> None:
    """Remove tags; one that is not there is no error."""
    for key in keys:
        tags.pop(key, None)


def refuse_if_governed(store: Metastore, relation: Relation, column: str, action: str) -> None:
    """Refuse to drop or rename a column that carries a governed tag: policies may rest on it."""
    governed = sorted(key for key in relation.columns[column].tags if tag_rules.is_governed(store, key))
    if governed:
        raise SqlError(
            "CANNOT_DROP_TAGGED_COLUMN",
            f"Cannot {action} column {quoted([column])}: it has the governed tags {governed}.",
            "42P01",
        )


def tags_of(item: Securable, column: str | None) -> Tags:
    """Return the tags of an object, or of one of its columns."""
    return item.columns[column].tags if column is not None and isinstance(item, Relation) else item.tags
