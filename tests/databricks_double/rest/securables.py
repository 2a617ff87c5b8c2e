"""Finding what a call is about: from a type and a full name to its owner, grants and tags, and to its parents.

Catalogs, schemas, relations and functions are the store's. Volumes, shares, recipients, external metadata and the metastore
itself are known to REST only, and are documents.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from tests.databricks_double.rest import errors
from tests.databricks_double.store import Catalog, Function, Metastore, Name, Relation, Schema, Securable, now

METASTORE_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "meshport/double"))
LEVELS = {"catalog": 1, "schema": 2, "table": 3, "function": 3, "volume": 3}
DOCUMENTS = {
    "volume": "volumes",
    "share": "shares",
    "recipient": "recipients",
    "external_metadata": "external_metadata",
    "metastore": "metastore",
}


@dataclass(frozen=True)
class Found:
    """A securable. `grants` and `tags` are the live ones: what is written there is written to the store."""

    kind: str
    full_name: str
    owner: str
    grants: MutableMapping[str, set[str]]
    tags: MutableMapping[str, str]
    parents: tuple[Found, ...]
    """The nearest first; the metastore is nobody's parent here."""
    object: Securable | None = None
    """Of what is the store's."""

    @property
    def shown(self) -> str:
        """Return how an error names it."""
        return f"{self.kind.replace('_', ' ').title()} '{self.full_name}'"


def identity(kind: str, full_name: str) -> str:
    """Return the id of an object: the same one for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{full_name}"))


def documents(store: Metastore, kind: str) -> dict[str, dict[str, Any]]:
    """Return the documents of a kind; they may be added to."""
    return store.documents.setdefault(kind, {})


def metastore(store: Metastore) -> dict[str, Any]:
    """Return the document of the metastore: its owner and the grants on it."""
    return documents(store, "metastore").setdefault(
        "self", {"owner": "admins", "grants": {}, "tags": {}, "created_at": now()}
    )


def split(kind: str, full_name: str) -> Name:
    """Return the parts of a full name, in small letters. Only the last part may hold a dot: a column's."""
    count = LEVELS[kind]
    parts = tuple(full_name.lower().split("."))
    if len(parts) != count or not all(parts):
        raise errors.invalid(f"'{full_name}' is not a valid name of a {kind}: it has {count} parts")
    return parts


def check_new_name(kind: str, name: str) -> str:
    """Return a name for a new object in small letters; refuse what Unity Catalog refuses in names."""
    if not name or len(name) > 255 or re.search(r"[./ \x00-\x1f\x7f]", name):
        raise errors.invalid(
            f"'{name}' is not a valid name of a {kind}: no dots, slashes, spaces, or control characters"
        )
    return name.lower()


def find(store: Metastore, kind: str, full_name: str) -> Found:
    """Return the securable of a type (`table`, also for views; any case) and a name, or refuse the call."""
    kind = kind.lower()
    if kind == "metastore":
        if full_name != METASTORE_ID:
            raise errors.not_found(kind, full_name)
        return _document(kind, full_name, metastore(store), ())
    if kind in LEVELS:
        name = split(kind, full_name)
        return found(store, kind, name)
    if kind in DOCUMENTS:
        held = documents(store, DOCUMENTS[kind]).get(full_name)
        if held is None:
            raise errors.not_found(kind, full_name)
        return _document(kind, full_name, held, ())
    raise errors.invalid(f"'{kind}' is not a securable type that the double knows")


def found(store: Metastore, kind: str, name: Name) -> Found:
    """Return what is in the hierarchy of catalogs and schemas, or refuse the call."""
    full_name = ".".join(name)
    parents: tuple[Found, ...] = ()
    if len(name) > 1:
        parent = found(store, "catalog" if len(name) == 2 else "schema", name[:-1])
        parents = (parent, *parent.parents)
    held: Securable | None
    if kind == "catalog":
        held = store.catalogs.get(name)
    elif kind == "schema":
        held = store.schemas.get(name)
    elif kind == "table":
        held = store.relations.get(name)
    elif kind == "function":
        held = store.functions.get(name)
    else:
        volume = documents(store, "volumes").get(full_name)
        if volume is None:
            raise errors.not_found(kind, full_name)
        return _document(kind, full_name, volume, parents)
    if held is None:
        raise errors.not_found(kind, full_name)
    return Found(kind, full_name, held.owner, held.grants, held.tags, parents, held)


def relation(store: Metastore, full_name: str) -> tuple[Found, Relation]:
    """Return a table or view."""
    what = find(store, "table", full_name)
    assert isinstance(what.object, Relation)
    return what, what.object


def catalog(store: Metastore, full_name: str) -> tuple[Found, Catalog]:
    """Return a catalog."""
    what = find(store, "catalog", full_name)
    assert isinstance(what.object, Catalog)
    return what, what.object


def schema(store: Metastore, full_name: str) -> tuple[Found, Schema]:
    """Return a schema."""
    what = find(store, "schema", full_name)
    assert isinstance(what.object, Schema)
    return what, what.object


def function(store: Metastore, full_name: str) -> tuple[Found, Function]:
    """Return a function."""
    what = find(store, "function", full_name)
    assert isinstance(what.object, Function)
    return what, what.object


def _document(kind: str, full_name: str, held: dict[str, Any], parents: tuple[Found, ...]) -> Found:
    return Found(kind, full_name, held["owner"], held.setdefault("grants", {}), held.setdefault("tags", {}), parents)
