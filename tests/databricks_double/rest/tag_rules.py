"""What tags may be: the vendor's rules for keys and values, for governed tags and for others. SQL may ask here too.

Sources: "Apply tags to Unity Catalog securable objects" (others) and "Manage governed tags" (governed).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tests.databricks_double.rest import errors, privileges
from tests.databricks_double.store import Metastore, Principal

SYSTEM = {"system.certification_status": ("certified", "deprecated")}
"""Governed tags that are the vendor's own. Nobody makes or changes them; their keys may hold a dot."""
MOST_TAGS = 50
_NOT_IN_GOVERNED = re.compile(r"[*./<>%&?\\=\x00-\x1f]")
_NOT_IN_OTHERS = re.compile(r"[.,\-=/:\x00-\x1f]")


def is_governed(store: Metastore, key: str) -> bool:
    """Return whether there is a policy for a tag's key."""
    return key in SYSTEM or key in store.tag_policies


def check_governed_text(what: str, text: str) -> None:
    """Refuse what cannot be the key or a value of a governed tag."""
    if not text or len(text) > 256 or text != text.strip() or _NOT_IN_GOVERNED.search(text):
        raise errors.invalid(f"{text!r} is not a valid {what}: at most 256 characters, none of * . / < > % & ? \\ =")


def check_tag(store: Metastore, key: str, value: str) -> None:
    """Refuse a tag that cannot be: a wrong key, or a value that the key's policy does not have."""
    if key in SYSTEM or key in store.tag_policies:
        allowed: Collection[str] = SYSTEM[key] if key in SYSTEM else store.tag_policies[key].values
        if allowed and value not in allowed:
            raise errors.invalid(
                f"Tag value {value} is not an allowed value for tag policy key {key}: {', '.join(sorted(allowed))}"
            )
        return
    if not key or len(key) > 255 or key != key.strip() or _NOT_IN_OTHERS.search(key):
        raise errors.invalid(f"Invalid tag key {key!r}: at most 255 characters, none of . , - = / :")
    if len(value) > 1000 or value != value.strip():
        raise errors.invalid("Invalid tag value: at most 1000 characters, no spaces around it")


def check_room(tags: Mapping[str, str], key: str) -> None:
    """Refuse one tag too many."""
    if key not in tags and len(tags) >= MOST_TAGS:
        raise errors.ApiError(400, "RESOURCE_EXHAUSTED", f"At most {MOST_TAGS} tags on one object")


def check_assigns(store: Metastore, principal: Principal, key: str) -> None:
    """Refuse who may not assign a governed tag.

    `documents["tag_assigners"][key]["principals"]` names who has ASSIGN on its policy; where there is none, everybody has.
    """
    if not is_governed(store, key) or principal.is_admin:
        return
    assigners = store.documents.get("tag_assigners", {}).get(key)
    if assigners is not None and not privileges.names(principal) & set(assigners["principals"]):
        raise errors.permission_denied(f"User does not have ASSIGN on the tag policy of {key}")
