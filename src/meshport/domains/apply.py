"""Apply a plan for a domain: exactly that plan, or a refusal. Killed anywhere, the next run converges.

What is about to be made is in the ledger first, so that nothing of ours is ever taken for somebody else's; what was
changed or removed is in it afterwards. In the end all is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby

from meshport.domains.make import basis, make_plan
from meshport.domains.site import Site
from meshport.domains.types import Aim, DomainPlan
from meshport.errors import BlockedError, MeshportError, PlanMovedError, UnavailableError
from meshport.plan.site import journalled
from meshport.plan.types import Change
from meshport.resources import Resource
from meshport.resources.grant import KIND as GRANT
from meshport.resources.infrastructure import ENTRY

LOCK_WAIT_SECONDS = 30.0


def plan(site: Site, aim: Aim, *, force: bool = False) -> DomainPlan:
    """Return what applying the domain's file, or destroying what it made, would change. Reads only."""
    return make_plan(site.wanted, site.observe(), aim, force=force)


def is_unfinished(site: Site) -> bool:
    """Tell whether an earlier run began and did not end."""
    return bool(site.registry.unfinished(site.domain))


def apply_plan(site: Site, made: DomainPlan) -> None:
    """Apply a plan.

    Raises BlockedError where a gate refuses it, PlanMovedError where what it was made for is no longer what is there,
    UnavailableError where the platform fails: what was done stays, and the next run goes on.
    """
    if made.blocked:
        raise BlockedError(f"the plan is blocked: {made.blocked[0].reason}", hint=made.blocked[0].hint)
    with site.registry.lock(site.domain, site.actor, LOCK_WAIT_SECONDS) as lock:
        observed = site.observe()
        if basis(site.wanted, observed) != made.basis:
            raise PlanMovedError(
                "the plan no longer fits: the file, the platform or the registry changed after it was made",
                hint=f"look at a new one: meshport domain plan {made.domain}",
            )
        wanted = {each.key: each for each in site.wanted.resources}
        begun: list[Change] = []
        with journalled(site, made.digest, lambda: bool(begun)) as step:
            site.registry.audit(site.actor, f"domain.{made.aim}", made.domain, {"plan": made.digest})
            coming = {each.key: wanted[each.key] for each in made.changes if each.action == "create"}
            with _intended(site, coming, begun):
                batches = list(_batches(made.changes))
                for number, batch in enumerate(batches, start=1):
                    label = f"{batch[0].action} {_said(batch)}"
                    site.tell(label, number, len(batches))
                    begun.extend(batch)
                    step(label, partial(_do, site, batch, wanted, force=made.forced))
                    lock.renew()
            _finish(site, made)


@contextmanager
def _intended(site: Site, coming: Mapping[str, Resource], begun: Sequence[Change]) -> Iterator[None]:
    """Say in the ledger what is about to be made. After an error, what did not come is taken back: what somebody else
    makes under that name tomorrow is theirs.
    """
    site.book.write({key: each.fields for key, each in coming.items()})
    try:
        yield
    except MeshportError:
        tried = {each.key for each in begun}
        site.book.forget([key for key in coming if key not in tried])
        with suppress(MeshportError):  # nobody can look: it may be there, and is ours then
            there = {each.key for each in site.observe().seen.resources}
            site.book.forget([key for key in coming if key not in there])
        raise


def _batches(changes: tuple[Change, ...]) -> Iterator[list[Change]]:
    """Yield changes one by one, grants in one place together: a call takes many of them."""
    for (kind, *_), found in groupby(changes, key=lambda each: (each.kind, each.relation, each.action)):
        batch = list(found)
        yield from [batch] if kind == GRANT else ([each] for each in batch)


def _said(batch: list[Change]) -> str:
    first = batch[0]
    return f"grants on {first.subject}" if first.kind == GRANT else f"{first.kind.replace('_', ' ')} {first.subject}"


def _do(site: Site, batch: list[Change], wanted: dict[str, Resource], *, force: bool) -> None:
    """Make changes of one kind, and note in the ledger what was changed or removed."""
    first = batch[0]
    if first.action == "delete":
        gone = [Resource.at(each.key, {f.field: f.old or "" for f in each.fields}) for each in batch]
        if first.kind == ENTRY:
            site.leave()
        else:
            site.platform.remove(gone, force=force)
        site.book.forget([each.key for each in gone])
        return
    resources = [wanted[each.key] for each in batch]
    if first.kind == ENTRY:
        site.enter(resources[0])
    elif first.action == "create":
        site.platform.make(resources)
    else:
        for each in resources:
            site.platform.change(each)
    if first.action == "update":
        site.book.write({each.key: each.fields for each in resources})


def _finish(site: Site, made: DomainPlan) -> None:
    """Read all back, check that the platform took everything, and bring the ledger up to date."""
    after = make_plan(site.wanted, site.observe(), made.aim, force=made.forced)
    if after.changes:
        left = after.changes[0]
        raise UnavailableError(
            f"the platform did not keep what was done: {left.subject} ({left.kind})",
            where=site.platform.name,
            hint=f"somebody else is at work there; run `meshport domain plan {made.domain}`",
        )
    site.book.write({key: fields for key, fields in after.settled.items() if fields})
    site.book.forget([key for key, fields in after.settled.items() if not fields])
