"""What a registry need not keep for ever: what people did and were told of, journals that ended, runs of dbt, costs.

Versions, publications, results, subscriptions, incidents and the audit log are history: nothing removes them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from meshport.registry import audit, schema


def outdated(connection: Connection, before: str) -> dict[str, int]:
    """Return by table how many rows are done with since before a time stamp (ISO 8601)."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        for table, condition in _perishable(before)
    }


def prune(connection: Connection, before: str, *, actor: str) -> dict[str, int]:
    """Remove what `outdated` counts, and return the same of what was removed."""
    gone = {
        table.name: connection.execute(delete(table).where(condition)).rowcount
        for table, condition in _perishable(before)
    }
    if any(gone.values()):
        detail: dict[str, Any] = {"before": before, **{name: count for name, count in gone.items() if count}}
        audit.write(connection, actor, "registry.prune", "registry", detail)
    return gone


def _perishable(before: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return what may go of each table, rows that refer to others first."""
    notice, visit, journal, step = schema.notice, schema.visit, schema.journal_run, schema.journal_step
    run, result = schema.run, schema.run_result
    done, ended = journal.c.ended_at < before, run.c.ended_at < before
    return [
        (notice, notice.c.read_at < before),
        (visit, visit.c.visited_at < before),
        (step, step.c.run.in_(select(journal.c.id).where(done))),
        (journal, done),
        (result, result.c.run.in_(select(run.c.id).where(ended))),
        (run, ended),
        (schema.cost, schema.cost.c.day < before),
    ]
