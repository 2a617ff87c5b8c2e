"""Make a plan for a domain: desired state from its file, observed state as it was read, their difference. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from meshport.catalogs.platforms import Seen
from meshport.domains.types import Aim, DomainPlan
from meshport.model import Gate, Relation
from meshport.plan.diff import Ledger, Words, diff
from meshport.plan.guard import removals_of
from meshport.plan.make import digest_of, fingerprint
from meshport.plan.types import Change
from meshport.resources import Resource
from meshport.resources.grant import KIND as GRANT
from meshport.resources.infrastructure import (
    CATALOG,
    CLUSTER_POLICY,
    DISCOVERED,
    ENTRY,
    GOVERNED,
    GROUP,
    MEMBER,
    OWNED,
    PERMISSION,
    PRINCIPAL,
    SCHEMA,
    WAREHOUSE,
)
from meshport.resources.tag import KIND as TAG

ORDER = (
    *(GROUP, PRINCIPAL, GOVERNED, CATALOG, SCHEMA, TAG, GRANT, DISCOVERED, WAREHOUSE, CLUSTER_POLICY, PERMISSION),
    *(MEMBER, ENTRY),
)
"""What stands on something comes after it, and goes before it."""
WORDS = {kind: kind.replace("_", " ") for kind in ORDER}
MOST = 3
SAID = Words(declared_by="file", run="apply")


class Observed(msgspec.Struct, frozen=True):
    """Everything that was read before planning. `place` names the platform, `kinds` are what it has.

    `interrupted` says that an earlier run of this domain began and did not end. `published` are the products of the
    domain that are published and not retired.
    """

    place: str
    kinds: frozenset[str]
    seen: Seen
    ledger: Ledger
    interrupted: bool
    published: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """What a domain file asks for: `resources` that should be there, and others that are `needed` and not made here."""

    domain: str
    platform: str
    resources: Sequence[Resource] = ()
    needed: Sequence[Resource] = ()
    gates: Sequence[Gate] = ()


def make_plan(wanted: Wanted, observed: Observed, aim: Aim, *, force: bool = False) -> DomainPlan:
    """Return what applying a domain's file, or destroying what it made, would change.

    To destroy, `wanted` has no resources. With `force`, what holds tables goes with them.
    """
    resources = [each for each in wanted.resources if each.kind in observed.kinds]
    needed = [each for each in wanted.needed if each.kind in observed.kinds]
    asked = {each.key for each in needed}
    there = [each for each in observed.seen.resources if each.key not in asked]
    changes, foreign = diff(resources, there, observed.ledger, interrupted=observed.interrupted, words=SAID)
    kept = _kept(changes, observed, aim, force=force)
    left = {change.key for change in changes if change.kind == GOVERNED and change.action == "delete"} | kept.keys()
    changes = list(_ordered(_independent([each for each in changes if each.key not in left])))
    gates = [*wanted.gates, *_taken(resources, observed), *_immovable(changes), *_missing(needed, observed)]
    if aim == "destroy":
        gates += _holding(kept, observed, force=force)
    return sealed(
        DomainPlan(
            aim=aim,
            domain=wanted.domain,
            platform=wanted.platform,
            place=observed.place,
            basis=basis(wanted, observed),
            gates=tuple(gates),
            changes=tuple(changes),
            foreign=tuple(each for each in foreign if each.kind in (GRANT, TAG)),
            notes=(*_lacking(wanted, observed), *(kept.values() if aim == "apply" else ())),
            removals=() if aim == "destroy" else removals_of(changes, observed.ledger, ORDER),
            settled=_settled(resources, observed),
            forced=force,
        )
    )


def sealed(plan: DomainPlan) -> DomainPlan:
    """Return the plan with its digest set."""
    return msgspec.structs.replace(plan, digest=digest_of(plan.as_data()))


def basis(wanted: Wanted, observed: Observed) -> str:
    """Return a digest of the file and of all that was read: a plan holds only as long as this does."""
    seen = sorted((each.key, each.fields) for each in observed.seen.resources)
    asked = [(each.key, each.fields) for each in wanted.resources]
    return fingerprint([observed.place, asked, seen, observed.seen.contents, observed.ledger, observed.published])


def _settled(resources: Iterable[Resource], observed: Observed) -> dict[str, dict[str, str]]:
    """Return the entries of the ledger that say something else than what is there, where nothing is to be done."""
    wanted = {each.key: each for each in resources}
    there = {each.key: each.fields for each in observed.seen.resources}
    found: dict[str, dict[str, str]] = {}
    for key, written in observed.ledger.items():
        if key not in wanted and (key not in there or key.startswith(f"{GOVERNED}/")):
            found[key] = {}  # gone, or a governed tag, which is the whole account's: it stays
        elif key in wanted and wanted[key].fields == there.get(key) != written:
            found[key] = wanted[key].fields
    return found


def _kept(changes: Iterable[Change], observed: Observed, aim: Aim, *, force: bool) -> dict[str, str]:
    """Return what is not declared any more and holds something, with a word on it: it is not dropped without `force`.

    A group that holds people goes with its domain, and never because the file names another.
    """
    kept = {}
    for change in changes:
        held = observed.seen.contents.get(change.key, ())
        goes = aim == "destroy" and (force or change.kind == GROUP)
        if change.action == "delete" and held and not goes:
            kept[change.key] = f"the {WORDS[change.kind]} {change.subject} stays: it holds {_listed(held)}"
    return kept


def _independent(changes: list[Change]) -> Iterator[Change]:
    """Yield changes without removals of what goes with something else that is removed."""
    gone = [change for change in changes if change.action == "delete"]
    places = {change.relation for change in gone if change.kind in (CATALOG, SCHEMA)}
    things = {(change.kind, change.name) for change in gone}
    for change in changes:
        at = change.relation
        within = {Relation(at.database, "", ""), Relation(at.database, at.schema, "")} & places
        goes_along = change.kind in (GRANT, TAG) and bool(at.database) and bool(within)
        goes_along |= change.kind in (PERMISSION, MEMBER) and (at.schema, at.identifier) in things
        if not (change.action == "delete" and goes_along):
            yield change


def _ordered(changes: Iterable[Change]) -> list[Change]:
    """Return changes in the order in which they are made: what is removed goes last, what stands on it first."""

    def place(change: Change) -> tuple[bool, int]:
        gone = change.action == "delete"
        return gone, -ORDER.index(change.kind) if gone else ORDER.index(change.kind)

    return sorted(changes, key=place)


def _taken(resources: Iterable[Resource], observed: Observed) -> Iterator[Gate]:
    """Yield a blocked gate for each thing of somebody else's that has a name of ours."""
    there = {each.key for each in observed.seen.resources}
    for each in resources:
        if each.kind in OWNED and each.key in there and each.key not in observed.ledger:
            yield Gate(
                name="place",
                subject=each.subject,
                passed=False,
                reason=f"there is a {WORDS[each.kind]} of that name that meshport did not make",
                hint="name another one in the domain's file"
                + (", or say `groups: existing`" if each.kind == GROUP else "")
                + (", or name its `application_id`" if each.kind == PRINCIPAL else ""),
            )


def _immovable(changes: Iterable[Change]) -> Iterator[Gate]:
    """Yield a blocked gate for each catalog that would have to be somewhere else."""
    for change in changes:
        if change.kind == CATALOG and change.action == "update":
            for field in change.fields:
                if field.field == "storage":
                    yield Gate(
                        name="storage",
                        subject=change.subject,
                        passed=False,
                        reason=f"it is stored at {field.old or 'the default place'}, and cannot be moved",
                        hint=f"say `storage: {field.old}` again" if field.old else "leave `storage` out again",
                    )


def _missing(needed: Iterable[Resource], observed: Observed) -> Iterator[Gate]:
    there = {each.key for each in observed.seen.resources}
    for each in needed:
        if each.key not in there:
            hint = "let the identity provider bring it, or say `groups: create`"
            yield Gate(
                name="principals",
                subject=each.subject,
                passed=False,
                reason=f"there is no {WORDS[each.kind]} of that name",
                hint=hint if each.kind == GROUP else "leave `application_id` out, and meshport makes one",
            )


def _holding(kept: Mapping[str, str], observed: Observed, *, force: bool) -> Iterator[Gate]:
    hint = "move or drop what is in it, or say --force: it is lost then"
    for key, word in kept.items():
        yield Gate(name="contents", subject=Resource.at(key, {}).subject, passed=False, reason=word, hint=hint)
    if observed.published and not force:
        reason = f"it publishes {_listed(observed.published)}"
        hint = "retire its products first: meshport product retire; or say --force"
        yield Gate(name="published", subject="domain", passed=False, reason=reason, hint=hint)


def _lacking(wanted: Wanted, observed: Observed) -> Iterator[str]:
    """Yield a note on what the platform does not have."""
    lacking = {each.kind for each in (*wanted.resources, *wanted.needed)} - observed.kinds
    if lacking:
        listed = ", ".join(WORDS[kind] for kind in ORDER if kind in lacking)
        yield f"{wanted.platform} has none of these, so they are not made: {listed}"


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:MOST])
    return shown if len(names) <= MOST else f"{shown} and {len(names) - MOST} more"
