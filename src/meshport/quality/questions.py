"""From rules to operations that macros render: one question for all row rules of a port, one for each other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from meshport.model import Port, Relation
from meshport.quality.types import PortRules, Rule
from meshport.standards import Standards

SAMPLES = "meshport_quality"
"""The schema of the internal zone that samples are written to."""
_SENT = ("id", "kind", "columns", "check", "predicate", "accepted", "expression", "to", "to_columns")


class Question(msgspec.Struct, frozen=True):
    """A macro to render, with its arguments, and the rules that its answer is about.

    The answer is one row: how many rows were looked at, and for each rule how many break it.
    """

    id: str
    operation: str
    arguments: dict[str, Any]
    rules: tuple[Rule, ...] = ()


def questions(checked: PortRules) -> Iterator[Question]:
    """Yield what to ask of one port; at least one question, which counts its rows."""
    asked = [rule for rule in checked.rules if not rule.problem]
    yield ask_rows(checked, [rule for rule in asked if rule.kind == "row"])
    for rule in asked:
        if rule.kind != "row":
            operation = "count_repeated" if rule.kind == "unique" else "count_orphans"
            yield Question(
                _id(checked, rule.id), operation, {"port": _rows(checked.port), "rule": _sent(rule)}, (rule,)
            )


def ask_rows(checked: PortRules, rules: Sequence[Rule]) -> Question:
    """Return the question for some row rules of a port."""
    arguments = {"port": _rows(checked.port), "rules": [_sent(rule) for rule in rules]}
    name = rules[0].id if len(rules) == 1 else "rows"
    return Question(_id(checked, name), "count_violations", arguments, tuple(rules))


def sample(checked: PortRules, broken: Iterable[Rule], standards: Standards, rows: int) -> Question:
    """Return what writes at most `rows` rows for each broken rule into a table, masked as the port masks them."""
    port = checked.port
    arguments = {
        "port": {**_rows(port), "columns": list(_shown(port, standards))},
        "rules": [_sent(rule) for rule in broken],
        "sample": msgspec.to_builtins(sample_relation(port)),
        "rows": rows,
    }
    return Question(_id(checked, "sample"), "sample_violations", arguments)


def sample_relation(port: Port) -> Relation:
    """Return where a port's sample is: in the internal zone, which only the domain's team reads."""
    return Relation(port.source.database, SAMPLES, f"{port.source.schema}__{port.source.identifier}")


def _shown(port: Port, standards: Standards) -> Iterator[dict[str, Any]]:
    """Yield the columns that a sample may show. One that should have a mask, and has none, is not among them."""
    for column in port.contract.columns:
        known = standards.classifications.get(column.classification or "")
        if column.mask is None and column.classification is not None and (known is None or known.masks):
            continue
        mask = column.mask and {
            "name": column.mask.name,
            "method": column.mask.method,
            "arguments": column.mask.arguments,
        }
        yield {"name": column.name, "data_type": column.data_type, "mask": mask}


def _rows(port: Port) -> dict[str, Any]:
    return {"source": msgspec.to_builtins(port.source), "row_filter": msgspec.to_builtins(port.row_filter)}


def _sent(rule: Rule) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(rule)
    return {key: data[key] for key in _SENT if key in data}


def _id(checked: PortRules, name: str) -> str:
    return f"{checked.product}/{checked.port.label}/{name}"
