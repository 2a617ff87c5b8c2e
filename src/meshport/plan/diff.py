"""What differs: desired against observed, with the ledger telling our own writes from other people's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from meshport.plan.types import Action, Change, FieldChange, Foreign
from meshport.resources import FIELD_POLICY, Field, Resource

Ledger = Mapping[str, Mapping[str, str]]
"""What meshport wrote, by resource key: field to value."""


class Words(msgspec.Struct, frozen=True):
    """How reasons are worded: what declares the resources, and what is run to make them so."""

    declared_by: str = "project"
    run: str = "publish"


PUBLISHING = Words()


def diff(
    desired: Iterable[Resource],
    observed: Iterable[Resource],
    ledger: Ledger,
    *,
    interrupted: bool = False,
    words: Words = PUBLISHING,
) -> tuple[list[Change], list[Foreign]]:
    """Return the changes that make `observed` into `desired`, and what is foreign.

    - observed equal to desired: nothing.
    - not declared any more but in the ledger: deleted.
    - not declared and not in the ledger: foreign, untouched.
    - in the ledger but changed since by somebody else: `drift`, shown old to new, healed.
    The ledger is written before the catalog: after an `interrupted` publish a difference is no sign of somebody else.
    A relation that is not declared any more is never deleted here: retiring a port needs a word of its own.
    """
    wanted = {resource.key: resource for resource in desired}
    found = {resource.key: resource for resource in observed}
    changes: list[Change] = []
    foreign: list[Foreign] = []
    for key, resource in wanted.items():
        change = _compare(resource, found.get(key), ledger.get(key, {}), interrupted, words)
        if change is not None:
            changes.append(change)
    for key, resource in found.items():
        if key in wanted or resource.kind == "port":
            continue
        if key in ledger:
            changes.append(_delete(resource, ledger[key]))
        else:
            value = ", ".join(resource.fields.values())
            foreign.append(Foreign(kind=resource.kind, subject=resource.subject, name=resource.name, value=value))
    return changes, foreign


def _compare(
    desired: Resource, observed: Resource | None, written: Mapping[str, str], interrupted: bool, words: Words
) -> Change | None:
    actual = observed.fields if observed else {}
    fields: list[FieldChange] = []
    drift = bool(written) and observed is None
    for name, policy in FIELD_POLICY[desired.kind].items():
        if policy is Field.DECLARED:
            target = desired.fields.get(name)
        else:
            # Meaningful only while the relation is still the one that was written.
            target = written.get(name) if observed else None
            if target is None:
                continue
        if actual.get(name) != target:
            fields.append(FieldChange(field=name, old=actual.get(name), new=target))
            drift = drift or (name in written and actual.get(name) != written[name])
    if not fields:
        return None
    action: Action = "update" if observed else "create"
    drift = drift and not interrupted
    return _change(desired, action, fields, drift, _reason(action, drift, bool(written), interrupted, words))


def _reason(action: Action, drift: bool, ours: bool, interrupted: bool, words: Words) -> str:
    if drift:
        return "removed by somebody else" if action == "create" else "changed by somebody else"
    if ours and interrupted:
        return f"an earlier {words.run} did not finish"
    if action == "create":
        return "not there yet"
    by = words.declared_by
    return f"the {by} changed it" if ours else f"set by somebody else, declared by this {by}"


def _delete(resource: Resource, written: Mapping[str, str]) -> Change:
    fields = [FieldChange(field=name, old=value, new=None) for name, value in resource.fields.items()]
    return _change(resource, "delete", fields, dict(resource.fields) != dict(written), "no longer declared")


def _change(resource: Resource, action: Action, fields: list[FieldChange], drift: bool, reason: str) -> Change:
    return Change(
        kind=resource.kind,
        action=action,
        subject=resource.subject,
        relation=resource.relation,
        column=resource.column,
        name=resource.name,
        fields=tuple(fields),
        drift=drift,
        reason=reason,
    )
