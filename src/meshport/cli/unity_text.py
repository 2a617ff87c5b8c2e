"""What `meshport unity` would change, for people and for programs."""

from __future__ import annotations

import msgspec

from meshport.catalogs.unity.capabilities import CANNOT
from meshport.catalogs.unity.types import GRANT, KEPT, SCHEMA, TABLE, Change, UnityPlan
from meshport.cli.output import Document, Table, Text

SIGN = {"create": "+", "update": "~", "delete": "-"}
LONGEST = 60
UNCHANGED = "Nothing to do: the server holds what is published."


def unity_document(plan: UnityPlan) -> Document:
    """Return a plan as a document."""
    data = {
        "server": plan.server,
        "catalog": plan.catalog,
        "changes": [{**msgspec.to_builtins(change), "subject": change.subject} for change in plan.changes],
        "foreign": plan.foreign,
        "blocked": msgspec.to_builtins(plan.blocked),
        "notes": plan.notes,
        "cannot": [{"what": what, "instead": instead} for what, instead in CANNOT],
    }
    blocks: list[Table | Text] = []
    if plan.changes:
        rows = [_row(change) for change in plan.changes]
        title = f"{plan.catalog} on {plan.server}"
        blocks.append(Table(["", "kind", "on", "change", "why"], rows, title=title))
    if plan.blocked:
        held = [(each.product, each.subject, each.reason, each.hint) for each in plan.blocked]
        blocks.append(Table(["product", "what", "why", "fix"], held, title="Blocked, left as it is"))
    if plan.foreign:
        blocks.append(Text("Foreign, left alone: " + "; ".join(plan.foreign)))
    blocks += [Text(f"Note: {note}") for note in plan.notes]
    blocks.append(Table(["the server has no", "instead"], CANNOT))
    blocks.append(Text(_summary(plan)))
    return Document(data=data, blocks=blocks)


def _summary(plan: UnityPlan) -> str:
    if not plan.changes:
        return "Blocked products are not registered." if plan.blocked else UNCHANGED
    counts = {action: sum(change.action == action for change in plan.changes) for action in SIGN}
    said = ", ".join(f"{count} to {action}" for action, count in counts.items() if count)
    drift = sum(change.drift for change in plan.changes)
    also = f" {drift} of these {'is' if drift == 1 else 'are'} drift: changed by somebody else." if drift else ""
    return f"Plan: {said}.{also}"


def _row(change: Change) -> tuple[str, str, str, str, str]:
    kind = change.kind.removeprefix("unity_")
    why = ("drift: " if change.drift else "") + change.reason
    return SIGN[change.action], "grant" if change.kind == KEPT else kind, change.subject, _what(change), why


def _what(change: Change) -> str:
    if change.kind == GRANT or not change.fields:
        return change.name
    if change.action == "create" and change.kind in (TABLE, SCHEMA):
        fields = {field.field: field.new or "" for field in change.fields}
        if change.kind == SCHEMA:
            return f"version: {fields.get('meshport.version', '')}"
        return f"{len(fields['columns'].splitlines())} columns; build: {fields.get('meshport.build', '')}"
    return "; ".join(
        field.field
        if field.field == "columns"
        else f"{field.field.removeprefix('meshport.')}: {_short(field.old)} → {_short(field.new)}"
        for field in change.fields
    )


def _short(text: str | None) -> str:
    shown = " ".join((text or "—").split())
    return shown if len(shown) <= LONGEST else "…" + shown[1 - LONGEST :]
