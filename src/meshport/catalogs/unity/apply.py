"""Make the changes of a plan. Each step is repeatable; a run that is killed anywhere is completed by the next.

What is about to be created is in the ledger first, marked as intended, so that nothing of ours is ever taken for
somebody else's. What was changed or deleted is in it afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

import msgspec

from meshport.catalogs.unity import wire
from meshport.catalogs.unity.client import ConflictError, NotFoundError, UnityClient
from meshport.catalogs.unity.files import Exporter, remove
from meshport.catalogs.unity.observed import table_resource
from meshport.catalogs.unity.types import (
    CATALOG,
    FILES,
    GRANT,
    INTENDED,
    KEPT,
    MARK,
    SCHEMA,
    TABLE,
    Book,
    Change,
    Kept,
    Observed,
    Place,
    UnityPlan,
    Wanted,
    full_name,
    grant,
    kept_key,
    securable_of,
)
from meshport.catalogs.unity.wanted import folder_of
from meshport.errors import InputError
from meshport.model import Relation

Tell = Callable[[str, int, int], None]


class Registrar:
    """Makes changes on one server. `notes` collects what could not be done and does no harm."""

    def __init__(
        self, client: UnityClient, book: Book, place: Place, wanted: Wanted, observed: Observed, exporter: Exporter
    ) -> None:
        self._client, self._book, self._place = client, book, place
        self._wanted, self._observed, self._exporter = wanted, observed, exporter
        self.notes: list[str] = []

    def apply(self, plan: UnityPlan, tell: Tell) -> None:
        """Make all changes of a plan in its order, and bring the ledger up to date. Raises what the client raises."""
        self._settle(plan)
        creating = [change for change in plan.changes if change.action == "create"]
        known = self._book.read()
        self._book.write({c.key: {**self._fields(c), INTENDED: "yes"} for c in creating if c.key not in known})
        doing = {
            (FILES, "create"): self._export,
            (CATALOG, "create"): self._create_catalog,
            (SCHEMA, "create"): self._create_schema,
            (SCHEMA, "update"): self._update_schema,
            (TABLE, "create"): self._create_table,
            (TABLE, "update"): self._replace_table,
            (KEPT, "update"): self._bring_back,
            (GRANT, "create"): self._grant,
            (GRANT, "delete"): self._revoke,
            (TABLE, "delete"): self._delete_table,
            (SCHEMA, "delete"): self._delete_schema,
            (FILES, "delete"): self._remove_files,
        }
        for number, change in enumerate(plan.changes, start=1):
            tell(f"{change.action} {change.subject}", number, len(plan.changes))
            if not doing[change.kind, change.action](change):
                continue
            if change.action == "delete":
                self._book.forget([change.key])
            elif change.kind != KEPT:
                self._book.write({change.key: self._fields(change)})

    def _settle(self, plan: UnityPlan) -> None:
        self._book.write({key: fields for key, fields in plan.settled.items() if fields})
        self._book.forget([key for key, fields in plan.settled.items() if not fields])

    def _fields(self, change: Change) -> dict[str, str]:
        resource = self._wanted.resources.get(change.key)
        return dict(resource.fields) if resource else {}

    def _export(self, change: Change) -> bool:
        self._exporter.export(self._wanted.exports[change.key])
        return True

    def _remove_files(self, change: Change) -> bool:
        remove(folder_of(self._place.storage, change.relation) / change.name)
        return True

    def _create_catalog(self, change: Change) -> bool:
        fields = self._fields(change)
        body = {"name": change.relation.database, "comment": fields["comment"], "properties": _properties(fields)}
        try:
            self._client.create_catalog(body)
        except ConflictError:
            # Made a moment ago: by our own first try, or by another domain. Both are fine, and it is only used.
            self._book.forget([change.key])
            return False
        return True

    def _create_schema(self, change: Change) -> bool:
        fields, relation = self._fields(change), change.relation
        body = {
            "name": relation.schema,
            "catalog_name": relation.database,
            "comment": fields["comment"],
            "properties": _properties(fields),
        }
        try:
            self._client.create_schema(body)
        except ConflictError:
            there = self._client.schema(full_name(relation))
            self._ours_or_raise(change, (there.properties if there else None) or {})
        return True

    def _update_schema(self, change: Change) -> bool:
        fields = self._fields(change)
        properties = {**self._observed.theirs.get(change.key, {}), **_properties(fields)}
        self._client.update_schema(change.subject, {"comment": fields["comment"], "properties": properties})
        return True

    def _create_table(self, change: Change) -> bool:
        kept = self._kept(change.relation)
        fields, relation = self._fields(change), change.relation
        body = {
            "name": relation.identifier,
            "catalog_name": relation.database,
            "schema_name": relation.schema,
            "table_type": "EXTERNAL",
            "data_source_format": fields["format"],
            "columns": [_column(column) for column in self._wanted.columns[change.key]],
            "storage_location": fields["location"],
            "comment": fields["comment"],
            "properties": {**kept.properties, **_properties(fields)},
        }
        try:
            self._client.create_table(body)
        except ConflictError:
            there = self._client.table(full_name(relation))
            found = table_resource(relation.database, relation.schema, there) if there else None
            self._ours_or_raise(change, found.fields if found and found.fields == fields else {})
        self._bring_back(change)
        return True

    def _replace_table(self, change: Change) -> bool:
        """Make a registration anew: the server cannot change one. What others have on it is kept in the ledger."""
        self._keep(change.relation, change.key)
        self._book.write({change.key: {**self._fields(change), INTENDED: "yes"}})
        self._client.delete_table(change.subject)
        return self._create_table(change)

    def _keep(self, relation: Relation, key: str) -> None:
        before = self._kept(relation)
        ledger = self._book.read()
        grants = {name: set(held) for name, held in before.grants.items()}
        if self._observed.authorises:
            for principal, privileges in self._client.permissions("table", full_name(relation)).items():
                others = {p for p in privileges if grant(relation, principal, p).key not in ledger}
                grants.setdefault(principal, set()).update(others)
        kept = Kept(
            grants={name: sorted(held) for name, held in grants.items() if held},
            properties={**before.properties, **self._observed.theirs.get(key, {})},
        )
        if kept != Kept():
            self._book.write({kept_key(relation): {"kept": msgspec.json.encode(kept).decode()}})

    def _kept(self, relation: Relation) -> Kept:
        entry = self._book.read().get(kept_key(relation))
        return msgspec.json.decode(entry["kept"], type=Kept) if entry else Kept()

    def _bring_back(self, change: Change) -> bool:
        """Give others back what they had on a table. Properties came back with its registration."""
        kept = self._kept(change.relation)
        for principal, privileges in sorted(kept.grants.items()):
            wanted = wire.Change(principal=principal, add=privileges)
            try:
                self._client.change_permissions("table", change.subject, [wanted])
            except NotFoundError:
                self.notes.append(
                    f"{principal} is no user any more, and lost {', '.join(privileges)} on {change.subject}"
                )
        self._book.forget([kept_key(change.relation)])
        return True

    def _delete_table(self, change: Change) -> bool:
        self._client.delete_table(change.subject)
        return True

    def _delete_schema(self, change: Change) -> bool:
        try:
            self._client.delete_schema(change.subject)
        except InputError as error:
            # Volumes, functions and models of others are not read beforehand.
            self.notes.append(f"{change.subject} stays: {error.message}")
            return False
        return True

    def _grant(self, change: Change) -> bool:
        return self._permit(change, add=True)

    def _revoke(self, change: Change) -> bool:
        # A user that is gone has nothing any more.
        with contextlib.suppress(NotFoundError):
            self._permit(change, add=False)
        return True

    def _permit(self, change: Change, *, add: bool) -> bool:
        privilege, _, principal = change.name.partition(" to ")
        delta = wire.Change(principal, add=[privilege] if add else [], remove=[] if add else [privilege])
        self._client.change_permissions(securable_of(change.relation), change.subject, [delta])
        return True

    def _ours_or_raise(self, change: Change, found: dict[str, str]) -> None:
        """Recognise what our own first try created, whose answer was lost; else take the intention back and raise."""
        fields = self._fields(change)
        if all(found.get(name) == value for name, value in _properties(fields).items()):
            return
        self._book.forget([change.key])
        raise ConflictError(
            f"somebody else made {change.subject} a moment ago", where=change.subject, hint="run `meshport unity plan`"
        )


def _properties(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name.startswith(MARK)}


def _column(column: wire.Column) -> wire.Body:
    """Return a column as it is sent: `nullable` always, because servers disagree about what its absence means."""
    sent: wire.Body = msgspec.to_builtins(column)
    return {**sent, "nullable": column.nullable, "position": column.position}


def waiting(readers: Iterable[str], users: frozenset[str]) -> dict[str, str | None]:
    """Return how the server writes each address, None for one that it does not know. Addresses have no case."""
    spelled = {user.casefold(): user for user in users}
    return {reader: spelled.get(reader.casefold()) for reader in readers}
