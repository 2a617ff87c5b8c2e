"""The bill of SQL warehouses and the statements that ran in them, from the system tables; added up there.

Columns: the vendor's references of `system.billing.usage`, `system.billing.list_prices`, `system.query.history`,
`system.compute.warehouse_events` and `system.access.table_lineage` (docs/reference/databricks-calls.md links them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from meshport.catalogs.base import StatementRefused
from meshport.catalogs.billing import Billed, Event, Interval, Usage, Use
from meshport.catalogs.databricks.connection import Access, Rows, Warehouse
from meshport.catalogs.databricks.quoting import literal
from meshport.errors import MeshportError, UnavailableError
from meshport.resources.infrastructure import BUDGET_TAG, DOMAIN_TAG

HOUR = 3_600_000_000
"""In microseconds: statements and intervals of the bill are joined by it, so that not every pair is looked at."""
_HINT = "SELECT on the schemas billing, query, compute and access of the catalog system: docs/guides/cost.md"

_USAGE = """
select u.usage_metadata.warehouse_id as warehouse, unix_micros(u.usage_start_time) as begins,
    unix_micros(u.usage_end_time) as ends, cast(p.pricing.effective_list.default as decimal(38, 18)) as price,
    p.currency_code as currency, try_element_at(u.custom_tags, {domain}) as domain,
    try_element_at(u.custom_tags, {budget}) as budget, sum(u.usage_quantity) as quantity
from system.billing.usage as u
    left join system.billing.list_prices as p
        on p.sku_name = u.sku_name and p.cloud = u.cloud and p.usage_unit = u.usage_unit
        and u.usage_start_time >= p.price_start_time
        and (p.price_end_time is null or u.usage_start_time < p.price_end_time)
where {ours}
group by 1, 2, 3, 4, 5, 6, 7
"""
# Sums of decimals are exact. A product would lose digits: of two decimals (38, 18) it has six behind the point.

_OURS = """u.usage_metadata.warehouse_id is not null
    and u.usage_start_time >= {since} and u.usage_start_time < {until}
    and (try_element_at(u.custom_tags, {domain}) is not null or u.usage_metadata.warehouse_id = {warehouse})"""

_EVENTS = """
select warehouse_id, unix_micros(event_time), event_type
from system.compute.warehouse_events
where event_time >= {since} and event_time < {until}
"""

# A statement is on the warehouse from when it stops waiting for it. Within an interval a clock runs, by 1/n of the time
# while n statements run: what a statement has of the interval is what the clock went on while it ran.
_USE = """
with intervals as (
    select distinct u.usage_metadata.warehouse_id as warehouse, unix_micros(u.usage_start_time) as begins,
        unix_micros(u.usage_end_time) as ends
    from system.billing.usage as u
    where {ours}
), hours as (
    select warehouse, begins, ends, explode(sequence(begins div {hour}, (ends - 1) div {hour})) as hour
    from intervals where begins < ends
), statements as (
    select compute.warehouse_id as warehouse, statement_id, executed_by,
        try_element_at(query_tags, '@@dbt_model_name') as model,
        unix_micros(start_time) + 1000 * (
            coalesce(waiting_for_compute_duration_ms, 0) + coalesce(waiting_at_capacity_duration_ms, 0)
        ) as began,
        unix_micros(end_time) as ended
    from system.query.history
    where end_time > {since} and start_time < {until} and compute.warehouse_id is not null
), by_hour as (
    select *, explode(sequence(began div {hour}, (ended - 1) div {hour})) as hour from statements where began < ended
), cut as (
    select h.warehouse, h.begins, h.ends, s.statement_id, s.model, s.executed_by,
        greatest(s.began, h.begins, h.hour * {hour}) as since, least(s.ended, h.ends, (h.hour + 1) * {hour}) as until
    from by_hour as s join hours as h on h.warehouse = s.warehouse and h.hour = s.hour
), pieces as (
    select * from cut where since < until
), edges as (
    select warehouse, begins, ends, at, sum(change) as change
    from (select warehouse, begins, ends, stack(2, since, 1, until, -1) as (at, change) from pieces) as both_ends
    group by warehouse, begins, ends, at
), levels as (
    select warehouse, begins, ends, at, sum(change) over (partition by warehouse, begins, ends order by at) as running,
        lead(at) over (partition by warehouse, begins, ends order by at) - at as passes
    from edges
), clock as (
    select warehouse, begins, ends, at, coalesce(sum(case when running > 0 then passes / running else 0 end) over (
        partition by warehouse, begins, ends order by at rows between unbounded preceding and 1 preceding
    ), 0) as shows
    from levels
), {lineage}
select p.warehouse, p.begins, p.ends, p.model, p.executed_by, l.reads, l.writes,
    cast(round(sum(later.shows - earlier.shows) * 1000) as bigint) as nanoseconds
from pieces as p
    join clock as earlier on earlier.warehouse = p.warehouse and earlier.begins = p.begins and earlier.ends = p.ends
        and earlier.at = p.since
    join clock as later on later.warehouse = p.warehouse and later.begins = p.begins and later.ends = p.ends
        and later.at = p.until
    left join lineage as l on l.statement_id = p.statement_id
group by 1, 2, 3, 4, 5, 6, 7
"""

_LINEAGE = """lineage as (
    select statement_id,
        array_join(array_sort(collect_set(
            case when source_table_catalog in ({catalogs}) then lower(source_table_full_name) end
        )), '\\n') as reads,
        array_join(array_sort(collect_set(
            case when target_table_catalog in ({catalogs}) then lower(target_table_full_name) end
        )), '\\n') as writes
    from system.access.table_lineage
    where statement_id is not null and event_time >= {since} - interval 1 day and event_time < {until} + interval 1 day
        and (source_table_catalog in ({catalogs}) or target_table_catalog in ({catalogs}))
    group by statement_id
)"""
# Lineage is told of when a statement ends, and may be late.
_NO_LINEAGE = "lineage as (select '' as statement_id, '' as reads, '' as writes where false)"


class DatabricksBiller:
    """The bill as who is connected may read it: of warehouses that are marked as a domain's, and the one connected."""

    def __init__(self, access: Access, warehouse: Warehouse) -> None:
        self.name = f"databricks:{access.host}"
        self._warehouse_id = access.http_path.rstrip("/").rpartition("/")[2]
        self._run = warehouse.rows

    def read(self, since: datetime, until: datetime, published: Collection[str]) -> Billed:
        """Return what was billed and used, in four statements at most, whatever there is.

        Raises UnavailableError where bill or history cannot be read. Without events or lineage it goes on, and says so.
        """
        said = {
            "since": _timestamp(since),
            "until": _timestamp(until),
            "domain": literal(DOMAIN_TAG),
            "budget": literal(BUDGET_TAG),
            "warehouse": literal(self._warehouse_id),
            "hour": str(HOUR),
        }
        said["ours"] = _OURS.format(**said)
        notes = []
        usages = [_usage(*row) for row in self._needed(_USAGE.format(**said))]
        lineage = _NO_LINEAGE
        if published:
            catalogs = ", ".join(literal(name) for name in sorted(published))
            lineage = _LINEAGE.format(catalogs=catalogs, **said)
        try:
            uses = self._run(_USE.format(lineage=lineage, **said))
        except StatementRefused as refused:
            if lineage is _NO_LINEAGE:
                raise _unreadable(refused) from refused
            uses = self._needed(_USE.format(lineage=_NO_LINEAGE, **said))
            notes.append(f"who read which port is not known: {refused.message}")
        try:
            events = [Event(*row) for row in self._run(_EVENTS.format(**said))]
        except StatementRefused as refused:
            return Billed(
                usages=usages,
                uses=[_use(*row) for row in uses],
                events=None,
                notes=(*notes, f"warehouses count as running whenever they were billed: {refused.message}"),
            )
        return Billed(usages=usages, uses=[_use(*row) for row in uses], events=events, notes=tuple(notes))

    def _needed(self, sql: str) -> Rows:
        try:
            return self._run(sql)
        except StatementRefused as refused:
            raise _unreadable(refused) from refused


@contextmanager
def connected(access: Access) -> Iterator[DatabricksBiller]:
    """Open the bill as who the environment says."""
    warehouse = Warehouse(access)
    try:
        yield DatabricksBiller(access, warehouse)
    finally:
        warehouse.close()


def _unreadable(refused: MeshportError) -> UnavailableError:
    return UnavailableError(f"the bill cannot be read: {refused.message}", hint=_HINT)


def _timestamp(moment: datetime) -> str:
    return f"timestamp {literal(moment.astimezone(timezone.utc).strftime('%Y-%m-%d %H:%M:%S.%f') + 'Z')}"


def _usage(
    warehouse: str,
    begins: int,
    ends: int,
    price: Decimal | None,
    currency: str | None,
    domain: str | None,
    budget: str | None,
    quantity: Decimal,
) -> Usage:
    return Usage(
        interval=Interval(warehouse, begins, ends),
        quantity=Decimal(quantity),
        price=None if price is None else Decimal(price),
        currency=currency or "",
        domain=domain,
        budget=_budget(budget),
    )


def _budget(said: str | None) -> Decimal | None:
    """Return the budget that a warehouse is marked with; None for none, which is written as 0."""
    try:
        return Decimal(said or 0) or None
    except ArithmeticError:  # somebody wrote something else there
        return None


def _use(
    warehouse: str,
    begins: int,
    ends: int,
    model: str | None,
    executed_by: str | None,
    reads: str | None,
    writes: str | None,
    nanoseconds: int,
) -> Use:
    return Use(
        interval=Interval(warehouse, begins, ends),
        nanoseconds=nanoseconds,
        model=model,
        executed_by=executed_by,
        reads=_names(reads),
        writes=_names(writes),
    )


def _names(joined: Any) -> tuple[str, ...]:
    return tuple(joined.split("\n")) if joined else ()
