"""A plan for a domain, for people: what will change, why, and what refuses."""

from __future__ import annotations

from meshport.cli.output import Document, Table, Text
from meshport.cli.plan_text import blocked_table, change_row, counted, drifted, foreign_table
from meshport.domains.types import DomainPlan


def domain_document(plan: DomainPlan) -> Document:
    """Return a plan as a document of tables."""
    title = f"{plan.domain} ({plan.place})"
    blocks: list[Table | Text] = []
    if plan.blocked:
        blocks.append(blocked_table(plan.blocked, title))
    if plan.changes:
        changed = [change_row(change) for change in plan.changes]
        blocks.append(Table(["", "kind", "on", "change", "why"], changed, title=title))
    if plan.foreign:
        blocks.append(foreign_table(plan.foreign))
    blocks += [Text(f"Note: {note}") for note in plan.notes]
    blocks.append(Text(summary(plan)))
    return Document(data=plan.as_data(), blocks=blocks)


def summary(plan: DomainPlan) -> str:
    """Return the plan in a sentence or two."""
    if plan.blocked:
        return "Blocked: nothing of it is done."
    if not plan.changes:
        stands = (
            "Nothing is left of what was made." if plan.aim == "destroy" else "All that the file asks for is there."
        )
        return f"Nothing to do. {stands}"
    return " ".join([f"Plan: {counted(plan.changes)}.", *drifted(plan.changes)])
