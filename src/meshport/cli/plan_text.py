"""A plan for people: what will change, why, and what refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from meshport.cli.output import Document, Table, Text
from meshport.model import Gate, Port
from meshport.plan.types import Breach, Change, Foreign, Plan, ProductPlan

SIGN = {"create": "+", "update": "~", "delete": "-"}
LONGEST = 60


def plan_document(plan: Plan) -> Document:
    """Return a plan as a document of tables."""
    blocks: list[Table | Text] = []
    for product in plan.products:
        blocks += _product(product)
    if plan.override is not None:
        blocks.append(Text(f"Promises are broken all the same: {plan.override}"))
    if not plan.products:
        blocks.append(
            Text("This project declares no data product. `meshport inspect` shows which ones it could publish.")
        )
    if plan.registrations:
        registered = [(SIGN[r.action], r.kind, r.subject, short(r.detail), r.reason) for r in plan.registrations]
        blocks.append(Table(["", "kind", "on", "change", "why"], registered, title="Unity Catalog"))
    if plan.foreign:
        blocks.append(foreign_table(plan.foreign))
    blocks.append(Text(summary(plan)))
    return Document(data=plan.as_data(), blocks=blocks)


def summary(plan: Plan) -> str:
    """Return the plan in one sentence."""
    actionable = [product for product in plan.products if product.actionable]
    blocked = [product for product in plan.products if product.blocked]
    changes = [change for product in actionable for change in product.changes]
    parts = []
    if actionable:
        parts.append(f"Plan: {_products(len(actionable))}, {counted(changes) or 'registry only'}.")
        parts += drifted(changes)
    elif not blocked and not plan.actionable:
        parts.append("Nothing to do: the catalog and the registry hold what the project declares.")
    if blocked:
        parts.append(
            f"{_products(len(blocked))} blocked: nothing of {'it' if len(blocked) == 1 else 'them'} is published."
        )
    if plan.registrations and not actionable:
        parts.append("What is published is registered in the catalog.")
    if gone := sum(len(product.withdrawals) for product in plan.products):
        parts.append(f"{gone} certification{' is' if gone == 1 else 's are'} withdrawn.")
    return " ".join(parts)


def blocked_table(gates: Iterable[Gate], title: str) -> Table:
    """Return what refuses a plan, why, and how to mend it."""
    rows = [(gate.name, gate.subject, gate.reason, gate.hint) for gate in gates]
    return Table(["gate", "what", "why", "fix"], rows, title=f"{title}: blocked")


def foreign_table(items: Iterable[Foreign]) -> Table:
    """Return what others put there."""
    rows = [(item.kind, item.subject, item.name, short(item.value)) for item in items]
    return Table(["kind", "on", "name", "value"], rows, title="Foreign, left alone")


def counted(changes: Sequence[Change]) -> str:
    """Return how many changes there are of each action; empty where there is none."""
    counts = {action: sum(change.action == action for change in changes) for action in SIGN}
    return ", ".join(f"{count} to {action}" for action, count in counts.items() if count)


def drifted(changes: Sequence[Change]) -> list[str]:
    """Return the sentence that says how many changes are drift; nothing where none is."""
    drift = sum(change.drift for change in changes)
    return [f"{drift} of these {'is' if drift == 1 else 'are'} drift: changed by somebody else."] if drift else []


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
        blocks.append(blocked_table(plan.blocked, title))
    if plan.withdrawals:
        lost = [change_row(change) for change in plan.withdrawals]
        blocks.append(Table(["", "kind", "on", "change", "why"], lost, title=f"{title}: certification withdrawn"))
    if plan.breaches:
        broken = [(_broken(breach), change, _for_whom(breach)) for breach in plan.breaches for change in breach.changes]
        blocks.append(Table(["promise", "breaking", "who subscribes"], broken, title=f"{title}: promises"))
    rows_changed = _rows(plan)
    if rows_changed:
        blocks.append(Table(["", "kind", "on", "change", "why"], rows_changed, title=title))
    elif plan.actionable:
        blocks.append(Table(["", "kind", "on", "change", "why"], [_registration(plan)], title=title))
    elif not plan.blocked:
        blocks.append(Table([], [], title=title, empty="unchanged"))
    return blocks


def _broken(breach: Breach) -> str:
    if not breach.port:
        return "the product"
    if breach.replaced_by is None:
        return f"{breach.port}, in place"
    return f"{breach.port}, replaced by {breach.replaced_by}, goes on {breach.goes_on or '?'}"


def _for_whom(breach: Breach) -> str:
    said = (f"{who} (acknowledged)" if who in breach.acknowledged else who for who in breach.subscribers)
    return ", ".join(said) or "nobody"


Row = tuple[str, str, str, str, str]
SHOWN_WITH_THE_PORT = ("port", "mask", "row_filter")
"""Kinds that `_masks` lists for a new port anyway."""


def _rows(plan: ProductPlan) -> list[Row]:
    """Return a row a change; what a new port brings along (comments, tags) is one row a kind."""
    ports = {port.relation: port for port in plan.product.ports}
    new = {change.relation for change in plan.changes if change.kind == "port" and change.action == "create"}
    along = Counter(
        (change.relation, change.kind)
        for change in plan.changes
        if change.relation in new and change.kind not in SHOWN_WITH_THE_PORT and not change.drift
    )
    rows = []
    for change in plan.changes:
        if change.kind == "port":
            rows.append(change_row(change))
            if any(field.field == "definition" for field in change.fields):
                rows += _masks(ports[change.relation])
        elif count := along.pop((change.relation, change.kind), 0):
            what = f"{count} {change.kind}{'' if count == 1 else 's'}"
            rows.append(("+", change.kind, change.relation.identifier, what, change.reason))
        elif change.relation not in new or change.drift:
            rows.append(change_row(change))
    return rows


STAYS = {
    "clone": "config.meta.port_mode says so; masks are verified after each swap",
    "copy": "what hides stays when rows are overwritten",
    "view": "its query hides",
}
"""Why what a port hides is hidden in each mode."""


def _masks(port: Port) -> list[Row]:
    """Return a row a masked column, and one for a row filter: what consumers will not see, and how the port is made."""
    rows = [
        ("", "mask", f"{port.relation.identifier}.{column.name}", column.mask.name, column.classification or "")
        for column in port.contract.columns
        if column.mask is not None
    ]
    if port.row_filter is not None:
        rows.append(
            ("", "filter", port.relation.identifier, short(port.row_filter.predicate), "config.meta.row_filter")
        )
    if rows and port.mode is not None:
        rows.append(("", "mode", port.relation.identifier, port.mode, STAYS[port.mode]))
    return rows


def change_row(change: Change) -> Row:
    """Return a change as a row: a sign, the kind, what it is on, old to new, and why."""
    fields = "; ".join(
        f"{field.field}: {short(field.old)} → {short(field.new)}"
        if field.old is not None and field.new is not None
        else f"{field.field}: {short(field.new or field.old)}"
        for field in change.fields
    )
    name = f"{change.name} " if change.name else ""
    drift = "drift: " if change.drift else ""
    return SIGN[change.action], change.kind, change.subject, f"{name}{fields}", drift + change.reason


def _registration(plan: ProductPlan) -> Row:
    return (
        "~",
        "registry",
        plan.product.name,
        f"version: {plan.version}",
        "the catalog is up to date, the registry is not",
    )


def short(text: str | None) -> str:
    """Return a text in one line of a table."""
    shown = " ".join((text or "—").split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
