"""Who may do what: privileges by grant, by inheritance from schema and catalog, by ownership."""

from __future__ import annotations

from dataclasses import dataclass

from tests.databricks_double.sql import errors
from tests.databricks_double.store import Metastore, Name, Principal, Securable

EVERYBODY = "account users"
_ALL = {"ALL_PRIVILEGES"}
_NO_READ = ("USE_", "CREATE_", "EXTERNAL_")


@dataclass(frozen=True)
class Identity:
    """Under which names somebody holds privileges."""

    names: frozenset[str]
    is_admin: bool = False

    @classmethod
    def of(cls, principal: Principal) -> Identity:
        """Return the identity of who calls."""
        return cls(frozenset({principal.name, EVERYBODY, *principal.groups}), principal.is_admin)

    @classmethod
    def of_owner(cls, store: Metastore, owner: str) -> Identity:
        """Return the identity of an owner, who may be a group: a view reads with its owner's privileges."""
        for principal in store.principals.values():
            if principal.name == owner:
                return cls.of(principal)
        return cls(frozenset({owner, EVERYBODY}))


def chain(store: Metastore, name: Name) -> list[tuple[Name, Securable]]:
    """Return an object and what it is in, from inside out. Functions and relations share no names that matter here."""
    found: list[tuple[Name, Securable]] = []
    if len(name) == 3:
        inner = store.relations.get(name) or store.functions.get(name)
        if inner is not None:
            found.append((name, inner))
    if len(name) >= 2 and name[:2] in store.schemas:
        found.append((name[:2], store.schemas[name[:2]]))
    if name[:1] in store.catalogs:
        found.append((name[:1], store.catalogs[name[:1]]))
    return found


def owns(store: Metastore, identity: Identity, name: Name) -> bool:
    """Return whether somebody may change, drop and grant: owner of the object or of what it is in, MANAGE, or admin."""
    return identity.is_admin or any(
        securable.owner in identity.names or any("MANAGE" in securable.grants.get(who, ()) for who in identity.names)
        for _, securable in chain(store, name)
    )


def holds(store: Metastore, identity: Identity, privilege: str, name: Name) -> bool:
    """Return whether somebody holds a privilege on an object, granted there or on what it is in, or owns it."""
    if identity.is_admin or any(item.owner in identity.names for _, item in chain(store, name)):
        return True
    wanted = {privilege} | (_ALL if privilege != "MANAGE" else set())
    return any(
        wanted & set(securable.grants.get(who, ())) for _, securable in chain(store, name) for who in identity.names
    )


def sees(store: Metastore, identity: Identity, name: Name) -> bool:
    """Return whether an object's metadata is shown: some privilege on it, or one that it inherits and that is about it."""
    if identity.is_admin or any(item.owner in identity.names for _, item in chain(store, name)):
        return True
    for at, securable in chain(store, name):
        for who in identity.names:
            granted = securable.grants.get(who, set())
            if at == name and granted:
                return True
            if any(not privilege.startswith(_NO_READ) for privilege in granted):
                return True
    return len(name) < 3 and any(
        key[: len(name)] == name and (item.owner in identity.names or any(item.grants.get(w) for w in identity.names))
        for objects in (store.schemas, store.relations, store.functions)
        for key, item in objects.items()
        if len(key) > len(name)
    )


def need(store: Metastore, identity: Identity, privilege: str, name: Name, kind: str) -> None:
    """Insist on a privilege, and on the use of the catalog and schema around the object."""
    if len(name) >= 2 and not holds(store, identity, "USE_CATALOG", name[:1]):
        raise errors.no_permission("USE CATALOG", "Catalog", name[:1])
    if len(name) >= 3 and not holds(store, identity, "USE_SCHEMA", name[:2]):
        raise errors.no_permission("USE SCHEMA", "Schema", name[:2])
    if not holds(store, identity, privilege, name):
        raise errors.no_permission(privilege.replace("_", " "), kind, name)


def need_ownership(store: Metastore, identity: Identity, name: Name, kind: str) -> None:
    """Insist on owning an object, or on MANAGE."""
    if not owns(store, identity, name):
        raise errors.no_permission("MANAGE", kind, name)
