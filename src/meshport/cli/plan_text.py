"""A plan for people: what will change, why, and what refuses."""

from __future__ import annotations

from meshport.cli.output import Document, Table, Text
from meshport.plan.types import Change, Plan, ProductPlan

SIGN = {"create": "+", "update": "~", "delete": "-"}
LONGEST = 60


def plan_document(plan: Plan) -> Document:
    """Return a plan as a document of tables."""
    blocks: list[Table | Text] = []
    for product in plan.products:
        blocks += _product(product)
    if not plan.products:
        blocks.append(
            Text("This project declares no data product. `meshport inspect` shows which ones it could publish.")
        )
    if plan.foreign:
        rows = [(item.kind, item.subject, item.name, _short(item.value)) for item in plan.foreign]
        blocks.append(Table(["kind", "on", "name", "value"], rows, title="Foreign, left alone"))
    blocks.append(Text(summary(plan)))
    return Document(data=plan.as_data(), blocks=blocks)


def summary(plan: Plan) -> str:
    """Return the plan in one sentence."""
    actionable = [product for product in plan.products if product.actionable]
    blocked = [product for product in plan.products if product.blocked]
    changes = [change for product in actionable for change in product.changes]
    parts = []
    if actionable:
        counts = {action: sum(change.action == action for change in changes) for action in SIGN}
        listed = ", ".join(f"{count} to {action}" for action, count in counts.items() if count) or "registry only"
        parts.append(f"Plan: {_products(len(actionable))}, {listed}.")
        drift = sum(change.drift for change in changes)
        if drift:
            parts.append(f"{drift} of these {'is' if drift == 1 else 'are'} drift: changed by somebody else.")
    elif not blocked:
        parts.append("Nothing to do: the catalog and the registry hold what the project declares.")
    if blocked:
        parts.append(
            f"{_products(len(blocked))} blocked: nothing of {'it' if len(blocked) == 1 else 'them'} is published."
        )
    return " ".join(parts)


def _products(count: int) -> str:
    return f"{count} product{'' if count == 1 else 's'}"


def _product(plan: ProductPlan) -> list[Table | Text]:
    product = plan.product
    if plan.version_before is None:
        version = f"new, {plan.version}"
    elif plan.version_before == plan.version:
        version = plan.version
    else:
        version = f"{plan.version_before} → {plan.version}"
    title = f"{product.key} ({version})"
    blocks: list[Table | Text] = []
    if plan.blocked:
        rows = [(gate.name, gate.subject, gate.reason, gate.hint) for gate in plan.blocked]
        blocks.append(Table(["gate", "what", "why", "fix"], rows, title=f"{title}: blocked"))
    rows_changed = [_row(change) for change in plan.changes]
    if rows_changed:
        blocks.append(Table(["", "kind", "on", "change", "why"], rows_changed, title=title))
    elif plan.actionable:
        blocks.append(Table(["", "kind", "on", "change", "why"], [_registration(plan)], title=title))
    elif not plan.blocked:
        blocks.append(Table([], [], title=title, empty="unchanged"))
    return blocks


def _row(change: Change) -> tuple[str, str, str, str, str]:
    fields = "; ".join(
        f"{field.field}: {_short(field.old)} → {_short(field.new)}"
        if field.old is not None and field.new is not None
        else f"{field.field}: {_short(field.new or field.old)}"
        for field in change.fields
    )
    name = f"{change.name} " if change.name else ""
    drift = "drift: " if change.drift else ""
    return SIGN[change.action], change.kind, change.subject, f"{name}{fields}", drift + change.reason


def _registration(plan: ProductPlan) -> tuple[str, str, str, str, str]:
    return (
        "~",
        "registry",
        plan.product.name,
        f"version: {plan.version}",
        "the catalog is up to date, the registry is not",
    )


def _short(text: str | None) -> str:
    shown = " ".join((text or "nothing").split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
