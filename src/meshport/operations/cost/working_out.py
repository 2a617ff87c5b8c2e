"""What was spent, read from where it is told: the bill of a platform, or the runs that the registry has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from meshport.catalogs.billing import open_biller
from meshport.mesh import Cost
from meshport.operations.cost.attributing import known
from meshport.operations.cost.bill import costs_of
from meshport.operations.cost.budgets import Budget, trouble
from meshport.operations.cost.runs import costs_of_runs
from meshport.operations.cost.types import Costs
from meshport.registry.types import Incident, IncidentKind, RunResult, Scope

if TYPE_CHECKING:
    from meshport.registry import Registry


LOOKED_AT: tuple[IncidentKind, ...] = ("cost",)


def first_day(days: int, today: date) -> date:
    """Return the first day that has to be read, to show so many days and the whole month so far, for its budgets."""
    return min(asked_from(days, today), today.replace(day=1))


def asked_from(days: int, today: date) -> date:
    """Return the first of so many days, today included."""
    return today - timedelta(days=days - 1)


def of_bill(registry: Registry, catalog: str, since: date, until: date, domain: str | None) -> Costs:
    """Return what the warehouses of a workspace cost. `catalog` is the registry's name for a catalog there; a warehouse
    that is not marked as any domain's is that of the `domain` at hand.

    Raises UnavailableError where the bill cannot be read, InputError where it cannot be added up.
    """
    host = catalog.rpartition("/")[0]
    published = {
        head.catalog.rpartition("/")[2] for head in registry.heads().values() if head.catalog.rpartition("/")[0] == host
    }
    begin, end = (datetime.combine(day, time(), timezone.utc) for day in (since, until + timedelta(days=1)))
    with open_biller(catalog) as biller:
        billed = biller.read(begin, end, published)
    return costs_of(billed, known(registry), since, until, domain)


def of_runs(registry: Registry, domain: str | None, rate: Cost, since: date, until: date) -> Costs:
    """Return what the recorded runs of a domain cost, or those of all; without a rate, in seconds."""
    runs = {
        each.invocation_id: each
        for each in registry.runs(Scope(domain=domain))
        if each.ended_at[:10] >= since.isoformat()
    }
    results: dict[str, list[RunResult]] = {invocation: [] for invocation in runs}
    for invocation, result in registry.run_results(list(runs)):
        results[invocation].append(result)
    together = ((run, results[invocation]) for invocation, run in runs.items())
    return costs_of_runs(together, known(registry), rate, since, until)


def keep(
    registry: Registry, platform: str, costs: Costs, budgets: Sequence[Budget], domain: str | None, *, actor: str
) -> list[Incident]:
    """Keep costs in the registry, and what is wrong with budgets as incidents: of the `domain` at hand, or of all that
    pay. Returns those that began.

    An incident is about the product that most went into when it began: that is where its owner looks first.
    """
    registry.record_costs(platform, costs.since, costs.until, costs.charges, actor=actor)
    by_domain = {each.domain: each for each in budgets}
    payers = {domain} if domain is not None else {each.payer for each in costs.charges} | by_domain.keys()
    began = []
    for payer in sorted(each for each in payers if each is not None):
        budget = by_domain.get(payer)
        found = trouble(budget) if budget is not None else None
        lasting = [each.product for each in registry.incidents(domain=payer, lasting=True) if each.kind == "cost"]
        about = lasting or ([budget.costliest] if found and budget and budget.costliest else [])
        for product in about:
            began += registry.keep_incidents(product, LOOKED_AT, [found] if found else [], actor=actor)
    return began
