"""The costs of a platform that bills nobody: how long runs of dbt took, at a rate where the domain names one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from meshport.artifacts.manifest import kind_of
from meshport.mesh import Cost
from meshport.moments import moment_of
from meshport.operations.cost.allocating import EXACT
from meshport.operations.cost.attributing import Known, built, name_of
from meshport.operations.cost.rate import UNRATED, currency_of, price_of
from meshport.operations.cost.tallying import Tally
from meshport.operations.cost.types import Costs
from meshport.registry.types import RunRecord, RunResult


def costs_of_runs(
    runs: Iterable[tuple[RunRecord, list[RunResult]]], known: Known, rate: Cost, since: date, until: date
) -> Costs:
    """Return what the recorded runs of a domain cost from `since` to `until`; without a rate, in seconds.

    A node is charged once a run, however many ports it is told of; asking how fresh sources are is not charged.
    """
    tally, total = Tally(currency_of(rate)), Decimal(0)
    for run, results in runs:
        ended = moment_of(run.ended_at)
        if ended is None or not since <= ended.date() <= until:
            continue
        for unique_id, result in {each.unique_id: each for each in results}.items():
            if kind_of(unique_id) == "source" or not result.seconds:
                continue
            amount = price_of(result.seconds, rate)
            total = EXACT.add(total, amount)
            work = built(run.domain, name_of(unique_id), known)
            tally.add(ended.date().isoformat(), run.domain, work, amount, result.seconds)
    return Costs(
        since=since.isoformat(),
        until=until.isoformat(),
        currency=currency_of(rate),
        charges=tally.charges(),
        billed=total,
        notes=() if rate.currency else (UNRATED,),
    )
