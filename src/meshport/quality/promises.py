"""The rules that a port promises itself: its contract's constraints and its generic tests. Pure.

What a count of rows cannot decide, or what has conditions of its own (`where`, `error_if`), is left to dbt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshport.model import Constraint, Port, QualityRule
from meshport.quality.places import Places
from meshport.quality.types import Rule


def of_contract(places: Places, port: Port, subject: str) -> Iterator[Rule]:
    """Yield the rules of a port's constraints; `subject` names the port. `custom` ones are left out."""
    for constraint in port.contract.constraints:
        columns, kind = constraint.columns, constraint.type
        if kind in ("not_null", "primary_key"):
            for column in columns:
                yield _rule(constraint, subject, "not_null", (column,), kind="row", check="not_null")
        if kind in ("unique", "primary_key") and columns:
            yield _rule(constraint, subject, "unique", columns, kind="unique")
        if kind == "check" and constraint.expression:
            yield _rule(
                constraint, subject, "check", columns, kind="row", check="expression", expression=constraint.expression
            )
        if kind == "foreign_key" and columns and len(constraint.to_columns) == len(columns):
            to, _ = places.named(port, constraint.to or "")
            if to is not None:
                fields = {"to": to, "to_columns": constraint.to_columns}
                yield _rule(constraint, subject, "foreign_key", columns, kind="relationship", **fields)


def _rule(constraint: Constraint, subject: str, what: str, columns: tuple[str, ...], **fields: Any) -> Rule:
    listed = ",".join(columns)
    return Rule(
        id=".".join(filter(None, ["contract", what, listed, constraint.expression])),
        name=constraint.name or ": ".join(filter(None, [what, constraint.expression])),
        subject=f"{subject}.{listed}",
        source="contract",
        severity="error",
        columns=columns,
        **fields,
    )


def of_test(places: Places, port: Port, subject: str, test: QualityRule) -> Rule | None:
    """Return the rule that a generic test of dbt's is, None where dbt alone can judge it."""
    column = port.contract.column(test.column) if test.column else None
    if column is None or test.limits:
        return None
    shared: dict[str, Any] = {
        "id": f"test.{test.unique_id}",
        "name": test.name,
        "subject": f"{subject}.{column.name}",
        "source": "test",
        "severity": "warning" if test.severity == "warn" else "error",
        "columns": (column.name,),
    }
    if test.kind == "not_null" and not test.arguments:
        return Rule(**shared, kind="row", check="not_null")
    if test.kind == "unique" and not test.arguments:
        return Rule(**shared, kind="unique")
    if test.kind == "accepted_values" and test.arguments.keys() <= {"values", "quote"}:
        values = _accepted(test.arguments)
        return Rule(**shared, kind="row", check="accepted_values", accepted=values) if values else None
    if test.kind == "relationships" and test.arguments.keys() == {"to", "field"}:
        to = places.parent(port, test)
        return Rule(**shared, kind="relationship", to=to, to_columns=(str(test.arguments["field"]),)) if to else None
    return None


def _accepted(arguments: dict[str, Any]) -> tuple[str | int | float | bool, ...]:
    """Return the values of an `accepted_values` test: texts, as dbt quotes them, or numbers where it does not."""
    values = arguments.get("values")
    if not isinstance(values, list):
        return ()
    if arguments.get("quote", True):
        return tuple(map(str, values))
    return tuple(values) if all(isinstance(value, (int, float)) for value in values) else ()
