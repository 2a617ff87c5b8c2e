"""Bringing a catalog's grants in line with subscriptions: grant, read back, revoke only what is ours.

What should be is worked out anew each time from the registry, so whatever was left half done (a process that was
killed, a catalog out of reach) is done by the next run. The ledger says first what will be granted: a grant that was
there before is never in it, and never taken. One run at a time for each domain; a publish need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import msgspec

from meshport.access.calendar import is_over
from meshport.access.rules import Rules
from meshport.access.states import GRANTED
from meshport.access.wanted import Wanted, wanted
from meshport.catalogs.grants import Grants, has_grants, open_grants
from meshport.errors import BlockedError, MeshportError, UnavailableError
from meshport.mesh import Guard
from meshport.plan.diff import diff
from meshport.plan.guard import beyond
from meshport.plan.parallel import in_parallel
from meshport.plan.types import Removal
from meshport.registry.book import Book
from meshport.registry.types import Standing, Step, Subscription
from meshport.resources import Resource
from meshport.resources.grant import KIND, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshport.registry import Lock, Registry

    Opener = Callable[[str], AbstractContextManager[Grants]]

LOCK_WAIT_SECONDS = 60.0
_ENDED = ("denied", "expired", "revoked")


class Settled(msgspec.Struct, frozen=True):
    """What one run did, in words for people. `foreign` are grants of others, left alone; `problems` what failed.

    `activated` are the subscriptions whose grants are all there for the first time.
    """

    granted: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    activated: tuple[Subscription, ...] = ()
    problems: tuple[str, ...] = ()


def settle(
    registry: Registry,
    domain: str,
    *,
    actor: str,
    guard: Guard | None = None,
    allow_removals: bool = False,
    waiting: Subscription | None = None,
    opener: Opener = open_grants,
) -> Settled:
    """Bring the grants of a domain's products in line with their subscriptions; nothing is opened where none needs it.

    `waiting` is the one approval that it is about: where another run has granted it meanwhile, there is nothing to do.

    One principal that the catalog does not know keeps nobody else from being granted: it is among the problems, and its
    subscription stays `approved`. Raises BlockedError where more grants would go than `guard` allows, beside those
    whose subscription or port has ended; UnavailableError where a catalog cannot be reached.
    """
    standing = registry.standing(domain)
    known = registry.subscriptions(domain=domain)
    done = Settled()
    for catalog in sorted({each.head.catalog for each in standing.values() if has_grants(each.head.catalog_type)}):
        ours = registry.ledger(ledger_name(catalog), domain)
        products = {key for key, at in standing.items() if at.head.catalog == catalog}
        if not ours and not any(each.state in GRANTED and each.product in products for each in known):
            continue
        with registry.lock(f"grants of {domain}", actor, LOCK_WAIT_SECONDS) as lock:
            if waiting is not None and _is_active(registry, waiting):
                continue
            with opener(catalog) as grants:
                run = _Run(registry, domain, catalog, grants, actor, lock)
                done = _both(done, run.settle(guard or Guard(), allow_removals=allow_removals))
    return done


def carry_out(registry: Registry, decided: Subscription, *, actor: str) -> Settled:
    """Do in the catalog what a decision means; it holds all the same where that fails, which is among the problems."""
    try:
        domain = registry.require(decided.product).product.domain
        return settle(registry, domain, actor=actor, waiting=decided if decided.state == "approved" else None)
    except MeshportError as error:
        return Settled(problems=(f"{error.message} ({error.hint})" if error.hint else error.message,))


def ledger_name(catalog: str) -> str:
    """Return the name of the ledger of a catalog's grants: apart from that of its ports, which a publish judges."""
    return f"{catalog}#grants"


class _Run:
    """One run over one catalog, under the lock."""

    def __init__(self, registry: Registry, domain: str, catalog: str, grants: Grants, actor: str, lock: Lock) -> None:
        self._registry = registry
        self._domain = domain
        self._book = Book(registry, ledger_name(catalog), domain)
        self._catalog = catalog
        self._grants = grants
        self._actor = actor
        self._lock = lock

    def settle(self, guard: Guard, *, allow_removals: bool) -> Settled:
        registry = self._registry
        rules = registry.access_rules(self._domain)
        standing = registry.standing(self._domain)
        known = registry.subscriptions(domain=self._domain)
        should = wanted(known, standing, rules, self._catalog)
        ledger = self._book.read()
        observed = {resource.key: resource for resource in self._grants.observe()}
        changes, _ = diff(should.grants.values(), observed.values(), ledger, interrupted=True)
        add = [should.grants[change.key] for change in changes if change.action == "create"]
        remove = [observed[change.key] for change in changes if change.action == "delete"]
        if not allow_removals:
            _refuse(remove, _explained(known, standing, rules, self._catalog), ledger, guard)
        problems = self._apply(add, remove)
        there = {resource.key: resource for resource in self._grants.observe()} if changes else observed
        self._forget(ledger, add, should, there)
        problems += self._unkept(add, remove, there) if not problems else []
        activated = self._activate(known, should, there)
        return Settled(
            granted=tuple(said(each) for each in add if each.key in there),
            revoked=tuple(said(each) for each in remove if each.key not in there),
            foreign=tuple(
                said(observed[key]) for key in sorted(observed.keys() - should.grants.keys() - ledger.keys())
            ),
            activated=activated,
            problems=tuple(problems),
        )

    def _apply(self, add: Sequence[Resource], remove: Sequence[Resource]) -> list[str]:
        """Grant and revoke, and return what failed. What a principal needs to get in comes first, and goes last."""
        self._book.write({each.key: each.fields for each in add})
        problems: list[str] = []

        def one(work: tuple[Callable[[Resource], None], Resource]) -> None:
            act, resource = work
            try:
                act(resource)
            except UnavailableError as error:
                problems.append(f"{said(resource)}: {error.message}")

        gone = [[(self._grants.revoke, each) for each in remove if _depth(each) == depth] for depth in (2, 1, 0)]
        come = [[(self._grants.grant, each) for each in add if _depth(each) == depth] for depth in (0, 1, 2)]
        for phase in (*gone, *come):
            for _ in in_parallel(one, phase, self._grants.parallel):
                pass
            self._lock.renew()
        return sorted(problems)

    def _forget(
        self, ledger: Mapping[str, object], add: Sequence[Resource], should: Wanted, there: Mapping[str, Resource]
    ) -> None:
        """Keep in the ledger what is there and ours: what did not come, and what went, is forgotten."""
        ours = {*ledger, *(each.key for each in add)}
        self._book.forget(key for key in ours if key not in there)

    def _unkept(self, add: Sequence[Resource], remove: Sequence[Resource], there: Mapping[str, Resource]) -> list[str]:
        """Return what the catalog accepted and did not do."""
        lost = [f"{said(each)}: the catalog did not keep it" for each in add if each.key not in there]
        return lost + [f"{said(each)}: it was revoked and is there again" for each in remove if each.key in there]

    def _activate(
        self, known: Iterable[Subscription], should: Wanted, there: Mapping[str, Resource]
    ) -> tuple[Subscription, ...]:
        """Record what each subscription is granted; one that has all of it for the first time is active."""
        activated = []
        for each in known:
            keys = should.of.get(each.id)
            if each.state not in GRANTED or is_over(each.until) or keys is None or not keys <= there.keys():
                continue
            grants = tuple(sorted(said(should.grants[key]) for key in keys))
            if (each.state == "active" and grants == each.grants) or (each.state == "approved" and not grants):
                continue
            step = Step(action="grant", to="active", by=self._actor, decides=False, grants=grants)
            moved = self._registry.move_subscription(each, step)
            if moved is not None and each.state == "approved":
                activated.append(moved)
        return tuple(activated)


def _explained(known: Iterable[Subscription], standing: Mapping[str, Standing], rules: Rules, catalog: str) -> set[str]:
    """Return, as texts, what may go because somebody decided so: a subscription ended, or a port was retired."""
    found = {text.casefold() for each in known if each.state in _ENDED for text in each.grants}
    once = [msgspec.structs.replace(each, state="active", until=None) for each in known if each.state != "requested"]
    then = {
        key: msgspec.structs.replace(at, retired=frozenset(), head=msgspec.structs.replace(at.head, status="published"))
        for key, at in standing.items()
    }
    was = {said(each).casefold() for each in wanted(once, then, rules, catalog).grants.values()}
    return found | was


def _refuse(remove: Sequence[Resource], explained: set[str], ledger: Mapping[str, object], guard: Guard) -> None:
    removal = Removal(KIND, sum(said(each).casefold() not in explained for each in remove), len(ledger))
    if beyond([removal], guard):
        raise BlockedError(
            f"{removal} would go, and no subscription ended: more than {guard.removals:.0%}",
            hint="was a port lost, or are principals named otherwise? --allow-removals revokes them all the same",
        )


def _is_active(registry: Registry, subscription: Subscription) -> bool:
    found = registry.subscriptions(subscription.product, subscription.principal, ["active"])
    return any(each.id == subscription.id for each in found)


def _depth(resource: Resource) -> int:
    return bool(resource.relation.schema) + bool(resource.relation.identifier)


def _both(first: Settled, second: Settled) -> Settled:
    return Settled(*(getattr(first, name) + getattr(second, name) for name in Settled.__struct_fields__))
