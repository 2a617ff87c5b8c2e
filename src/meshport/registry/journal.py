"""The journal: how far each publish got, so that the next one knows what was left half done."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, insert, select, update

from meshport.registry import schema
from meshport.registry.clock import now
from meshport.registry.types import JournalRun, StepState

_run = schema.journal_run
_step = schema.journal_step


def begin(connection: Connection, domain: str, plan_digest: str, actor: str) -> int:
    """Write that a publish begins. Returns the number of the run."""
    values = {"domain": domain, "plan_digest": plan_digest, "actor": actor, "started_at": now()}
    return int(connection.execute(insert(_run).values(values).returning(_run.c.id)).scalar_one())


def step(connection: Connection, run: int, name: str, state: StepState, detail: str | None) -> None:
    """Write how a step of a run stands."""
    connection.execute(insert(_step).values(run=run, at=now(), step=name, state=state, detail=detail))


def end(connection: Connection, run: int, outcome: str) -> None:
    """Write how a run ended. The first ending stays."""
    connection.execute(
        update(_run).where(_run.c.id == run, _run.c.ended_at.is_(None)).values(ended_at=now(), outcome=outcome)
    )


def unfinished(connection: Connection, domain: str) -> list[JournalRun]:
    """Return the runs of a domain that began and never ended, oldest first, each with its last step."""
    last = select(_step.c.run, func.max(_step.c.id).label("id")).group_by(_step.c.run).subquery()
    query = (
        select(_run, _step.c.step, _step.c.state)
        .outerjoin(last, last.c.run == _run.c.id)
        .outerjoin(_step, and_(_step.c.id == last.c.id))
        .where(_run.c.domain == domain, _run.c.ended_at.is_(None))
        .order_by(_run.c.id)
    )
    return [
        JournalRun(row.id, row.plan_digest, row.actor, row.started_at, row.step, row.state)
        for row in connection.execute(query)
    ]
