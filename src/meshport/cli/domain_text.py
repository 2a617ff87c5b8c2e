"""A plan for a domain, for people: what will change, why, and what refuses."""

from __future__ import annotations

from meshport.cli.output import Document, Table, Text
from meshport.cli.plan_text import SIGN, change_row, short
from meshport.domains.types import DomainPlan


def domain_document(plan: DomainPlan) -> Document:
    """Return a plan as a document of tables."""
    title = f"{plan.domain} ({plan.place})"
    blocks: list[Table | Text] = []
    if plan.blocked:
        rows = [(gate.name, gate.subject, gate.reason, gate.hint) for gate in plan.blocked]
        blocks.append(Table(["gate", "what", "why", "fix"], rows, title=f"{title}: blocked"))
    if plan.changes:
        changed = [change_row(change) for change in plan.changes]
        blocks.append(Table(["", "kind", "on", "change", "why"], changed, title=title))
    if plan.foreign:
        left = [(item.kind, item.subject, item.name, short(item.value)) for item in plan.foreign]
        blocks.append(Table(["kind", "on", "name", "value"], left, title="Foreign, left alone"))
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
    counts = {action: sum(change.action == action for change in plan.changes) for action in SIGN}
    listed = ", ".join(f"{count} to {action}" for action, count in counts.items() if count)
    drift = sum(change.drift for change in plan.changes)
    more = f" {drift} of these {'is' if drift == 1 else 'are'} drift: changed by somebody else." if drift else ""
    return f"Plan: {listed}.{more}"
