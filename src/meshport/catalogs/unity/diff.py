"""What differs: what should be against what is, with the ledger telling our own from other people's. Pure.

| wanted | there | in the ledger | is |
|---|---|---|---|
| a | a | any | nothing to do |
| a | – | any | created |
| a | b | yes | updated; drift, where somebody else made b |
| a | b | – | somebody else's at a product's place: the product is blocked. Grants and catalogs: nothing to do |
| – | b | yes | deleted |
| – | b | – | foreign: listed, untouched |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from meshport.catalogs.unity.types import (
    CATALOG,
    FILES,
    GRANT,
    INTENDED,
    KEPT,
    MARK,
    SCHEMA,
    TABLE,
    Action,
    Blocked,
    Change,
    FieldChange,
    Ledger,
    Observed,
    UnityPlan,
    Wanted,
    full_name,
)
from meshport.model import Relation
from meshport.resources import Resource, place_of

_MAKE = (FILES, CATALOG, SCHEMA, TABLE, KEPT, GRANT)
_UNMAKE = (GRANT, TABLE, SCHEMA, FILES)
"""Files are there before a table points at them and go after it; grants come last and go first."""


def diff(server: str, catalog: str, wanted: Wanted, observed: Observed, ledger: Ledger) -> UnityPlan:
    """Return the changes that make what is there into what should be, in the order in which they are made."""
    taken = list(_taken(wanted, observed, ledger))
    blocked = (*wanted.blocked, *taken)
    # A blocked product keeps what it has: its schema is the second part of its key.
    still = {each.product.partition(".")[2] for each in blocked}
    desired = {key: r for key, r in wanted.resources.items() if not r.relation.schema or r.relation.schema not in still}
    anew = {
        r.relation
        for key, r in desired.items()
        if r.kind == TABLE and key in observed.resources and observed.resources[key].fields != r.fields
    }
    changes: list[Change] = []
    settled: Ledger = {}
    for key, resource in desired.items():
        there = observed.resources.get(key)
        if resource.kind == GRANT and resource.relation in anew and key in ledger:
            # Deleting a registration takes its grants along.
            changes.append(_change(resource, "create", (), "the registration is made anew"))
        elif there is None or not _same(resource, there):
            changes.append(_compare(resource, there, ledger.get(key, {})))
        elif key in ledger and ledger[key] != resource.fields:
            settled[key] = dict(resource.fields)
    changes += _restored(ledger, anew, desired, observed)
    gone = [key for key in ledger if key not in desired and _removable(key) and place_of(key).schema not in still]
    if any(r.relation.schema for r in wanted.resources.values()) and still:
        # Who reads a blocked product still uses the catalog.
        gone = [key for key in gone if not (key.startswith(GRANT + "/") and not place_of(key).schema)]
    used = {_path(r) for r in desired.values() if r.kind == FILES}
    for key in ledger:
        # Gone already, or the very file that a table of another catalog points at now.
        there = observed.resources.get(key)
        if key.startswith(FILES + "/") and key not in desired and (there is None or _path(there) in used):
            settled[key] = {}
    kept_schemas: list[str] = []
    for key in gone:
        there = observed.resources.get(key)
        kind = key.partition("/")[0]
        if there is None:
            settled[key] = {}
        elif kind == SCHEMA and (left := _foreign_in(there.relation, observed, ledger)):
            kept_schemas.append(f"{full_name(there.relation)} stays: {', '.join(left)} is somebody else's")
        elif kind == GRANT and not observed.authorises:
            continue
        elif kind in _UNMAKE:
            changes.append(_change(there, "delete", (), "no longer published"))
    changes += _stale_files(desired, observed, ledger, settled, still)
    order = {("delete", kind): len(_MAKE) + place for place, kind in enumerate(_UNMAKE)}
    changes.sort(key=lambda change: order.get((change.action, change.kind), _MAKE.index(change.kind)))
    return UnityPlan(
        server=server,
        catalog=catalog,
        changes=tuple(changes),
        foreign=tuple(_foreign(desired, observed, ledger)),
        blocked=blocked,
        notes=(*wanted.notes, *kept_schemas),
        settled=settled,
    )


def _same(desired: Resource, there: Resource) -> bool:
    """Tell whether nothing is to be done. Catalogs, grants and files are only there or not."""
    return desired.kind not in (SCHEMA, TABLE) or desired.fields == there.fields


def _compare(desired: Resource, there: Resource | None, written: Mapping[str, str]) -> Change:
    if there is None:
        ours = bool(written) and INTENDED not in written
        reason = (
            "an earlier run did not finish"
            if INTENDED in written
            else "removed by somebody else"
            if ours
            else "not there yet"
        )
        fields = _fields({}, desired.fields) if desired.kind in (SCHEMA, TABLE) else ()
        return _change(desired, "create", fields, reason, drift=ours)
    fields = _fields(there.fields, desired.fields)
    drift = any(written.get(f.field) != f.old for f in fields) and INTENDED not in written
    return _change(desired, "update", fields, "changed by somebody else" if drift else "published anew", drift=drift)


def _fields(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[FieldChange, ...]:
    names = [*new, *(name for name in old if name not in new)]
    return tuple(FieldChange(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n))


def _change(
    resource: Resource, action: Action, fields: Iterable[FieldChange], reason: str, *, drift: bool = False
) -> Change:
    return Change(
        kind=resource.kind,
        action=action,
        relation=resource.relation,
        name=resource.name,
        fields=tuple(fields),
        reason=reason,
        drift=drift,
    )


def _taken(wanted: Wanted, observed: Observed, ledger: Ledger) -> Iterator[Blocked]:
    """Yield what somebody else has at the place of a product. A table without our mark was not made by us."""
    for key, resource in wanted.resources.items():
        there = observed.resources.get(key)
        if resource.kind not in (SCHEMA, TABLE) or there is None:
            continue
        marked = there.fields.get(f"{MARK}domain") == resource.fields[f"{MARK}domain"]
        intended = INTENDED in ledger.get(key, {})
        if key not in ledger or (not marked and (intended or resource.kind == TABLE)):
            yield Blocked(
                product=resource.fields[f"{MARK}product"],
                subject=full_name(resource.relation),
                reason=f"a {'table' if resource.kind == TABLE else 'schema'} that meshport did not make stands there",
                hint="rename or delete it, or name another catalog under `unity` in mesh.yml",
            )


def _restored(
    ledger: Ledger, anew: set[Relation], desired: Mapping[str, Resource], observed: Observed
) -> Iterator[Change]:
    """Yield what an interrupted run took from others and did not bring back; making a table (anew) brings it back."""
    for key in ledger:
        if key.startswith(KEPT + "/"):
            relation = place_of(key)
            table = Resource(kind=TABLE, relation=relation, fields={}).key
            if relation not in anew and table in desired and table in observed.resources:
                kept = Resource(kind=KEPT, relation=relation, fields={})
                yield _change(
                    kept, "update", (), "an earlier run did not finish: what others have there is brought back"
                )


def _removable(key: str) -> bool:
    return key.startswith((GRANT + "/", TABLE + "/", SCHEMA + "/"))


def _stale_files(
    desired: Mapping[str, Resource], observed: Observed, ledger: Ledger, settled: Ledger, still: set[str]
) -> Iterator[Change]:
    """Yield the builds that no table points at any more."""
    for key, resource in observed.resources.items():
        stale = resource.kind == FILES and key in ledger and key not in desired and key not in settled
        if stale and resource.relation.schema not in still:
            yield _change(resource, "delete", (), "no table points at it")


def _path(files: Resource) -> tuple[str, str, str]:
    """Return where files are: the catalog is no part of it."""
    return files.relation.schema, files.relation.identifier, files.name


def _foreign_in(schema: Relation, observed: Observed, ledger: Ledger) -> list[str]:
    return [
        r.relation.identifier
        for key, r in observed.resources.items()
        if r.kind == TABLE
        and (r.relation.database, r.relation.schema) == (schema.database, schema.schema)
        and key not in ledger
    ]


def _foreign(desired: Mapping[str, Resource], observed: Observed, ledger: Ledger) -> Iterator[str]:
    """Yield what is there of others: tables in our schemas, grants, properties."""
    for key, resource in observed.resources.items():
        if key in ledger or key in desired or resource.kind not in (TABLE, GRANT):
            continue
        where = full_name(resource.relation)
        yield where if resource.kind == TABLE else f"{resource.name} on {where}"
    for key, properties in observed.theirs.items():
        for name in sorted(properties if key in ledger else ()):
            yield f"property {name} of {full_name(place_of(key))}"
