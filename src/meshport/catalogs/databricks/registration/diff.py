"""What differs: what should be against what is, with the ledger telling our own from other people's. Pure.

| wanted | there | in the ledger | is |
|---|---|---|---|
| a | a | any | nothing to do |
| a | – | any | created |
| a | b | yes | updated |
| a | b | – | somebody else's: a note, and it stays; so does all lineage of it |
| – | b | yes | deleted |
| – | – | yes | settled: the ledger forgets it |
| – | b | – | somebody else's, not looked at |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meshport.catalogs.databricks.registration.types import (
    DESTINATIONS,
    LINEAGE,
    METADATA,
    Change,
    Difference,
    Ledger,
    Thing,
    edge_of,
    shown,
)

_KINDS = (METADATA, LINEAGE, DESTINATIONS)
_ORDER = [(True, METADATA), (True, LINEAGE), (True, DESTINATIONS), (False, LINEAGE), (False, METADATA)]
_ORDER += [(False, DESTINATIONS)]
"""Lineage comes after what it joins, and goes before it."""


def diff(wanted: Iterable[Thing], there: Mapping[str, Thing], ledger: Ledger) -> Difference:
    """Return the changes that make what is there into what should be, in the order in which they are made."""
    things = {thing.key: thing for thing in wanted}
    theirs = {key for key, thing in things.items() if key in there and key not in ledger and thing != there[key]}
    names = {things[key].name for key in theirs if things[key].kind == METADATA}
    changes: list[Change] = []
    for key, thing in things.items():
        held = there.get(key)
        if key in theirs or thing == held or (thing.kind == LINEAGE and _ends(thing) & names):
            continue
        if held is None:
            reason = "removed by somebody else" if key in ledger else "not there yet"
            changes.append(Change(thing.kind, "create", thing.name, thing.fields, reason))
        else:
            changes.append(Change(thing.kind, "update", thing.name, thing.fields, _reason(held, ledger[key])))
    gone = [key for key in ledger if key.partition("/")[0] in _KINDS and key not in things]
    changes += [Change(there[key].kind, "delete", there[key].name, {}, "no longer") for key in gone if key in there]
    changes.sort(key=lambda change: (_ORDER.index((change.action != "delete", change.kind)), change.name))
    stays = tuple(sorted(shown(things[key].kind, things[key].name) for key in theirs))
    settled = tuple(key for key in gone if key not in there)
    return Difference(changes=tuple(changes), settled=settled, theirs=stays)


def _ends(thing: Thing) -> set[str]:
    return {end.name for end in edge_of(thing.name) if end.kind == "external_metadata"}


def _reason(held: Thing, written: Mapping[str, str]) -> str:
    return "the project changed it" if held.fields == written else "changed by somebody else"
