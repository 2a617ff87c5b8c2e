"""The costs of a platform that bills: each interval of the bill shared out to what ran in it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timezone
from decimal import Decimal

from meshport.catalogs.billing import Billed, Interval, Usage, Use
from meshport.errors import InputError
from meshport.operations.cost.allocating import amount_of, by_warehouse, share_out
from meshport.operations.cost.attributing import Known, Work, work_of
from meshport.operations.cost.tallying import Tally
from meshport.operations.cost.types import Costs

_MICROSECONDS, _NANOSECONDS = 1_000_000, 1_000_000_000


def costs_of(billed: Billed, known: Known, since: date, until: date, domain: str | None = None) -> Costs:
    """Return what a bill comes to, shared out. The charges add up to it exactly. Warehouses that are not marked as a
    domain's are that of the `domain` at hand.

    Raises InputError where it is in more than one currency: such amounts are not to be added up.
    """
    lines: dict[Interval, list[Usage]] = defaultdict(list)
    for usage in billed.usages:
        lines[usage.interval].append(usage)
    uses: dict[Interval, list[Use]] = defaultdict(list)
    for use in billed.uses:
        uses[use.interval].append(use)
    events = by_warehouse(billed.events)
    currency = _currency(billed.usages)
    tally = Tally(currency)
    for interval, those in sorted(lines.items()):
        payer, ran = those[0].domain or domain, uses[interval]
        shared = share_out(amount_of(those), interval, ran, events.get(interval.warehouse))
        day = _day(interval)
        for use, part in zip(ran, shared.parts, strict=True):
            tally.add(day, payer, work_of(use, payer, known), part, use.nanoseconds / _NANOSECONDS)
        idle = Work(kind="idle", domain=payer)
        tally.add(day, payer, idle, shared.idle, shared.idle_nanoseconds / _NANOSECONDS)
    return Costs(
        since=since.isoformat(),
        until=until.isoformat(),
        currency=currency,
        charges=tally.charges(),
        billed=amount_of(billed.usages),
        budgets=_budgets(billed.usages),
        notes=(*billed.notes, *_unpriced(billed.usages)),
    )


def _day(interval: Interval) -> str:
    return datetime.fromtimestamp(interval.begins // _MICROSECONDS, timezone.utc).date().isoformat()


def _currency(usages: Iterable[Usage]) -> str:
    found = sorted({usage.currency for usage in usages if usage.price is not None})
    if len(found) > 1:
        raise InputError(f"the list prices are in {' and '.join(found)}: what they come to cannot be added up")
    return found[0] if found else ""


def _budgets(usages: Iterable[Usage]) -> dict[str, Decimal]:
    """Return what each domain may spend in a month: the budgets of its warehouses, as they were last marked."""
    newest: dict[tuple[str, str], Decimal | None] = {}
    for usage in sorted(usages, key=lambda usage: usage.interval.begins):
        if usage.domain is not None:
            newest[usage.domain, usage.interval.warehouse] = usage.budget
    found: dict[str, Decimal] = {}
    for (domain, _), budget in newest.items():
        if budget is not None:
            found[domain] = found.get(domain, Decimal(0)) + budget
    return found


def _unpriced(usages: Iterable[Usage]) -> list[str]:
    count = sum(usage.price is None for usage in usages)
    return [f"{count} lines of the bill have no list price, and count as nothing"] if count else []
