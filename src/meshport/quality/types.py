"""Rules that the rows of a port must keep, and how they turned out, as frozen types that go to JSON as they are."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from meshport.model import Port, Relation, fold
from meshport.standards.policy import Exemption, Severity

Check = Literal["predicate", "not_null", "accepted_values", "expression"]
Status = Literal["pass", "warn", "fail", "error"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule on columns of one port.

    `id` is its own within the port; `subject` names it for exceptions (`sales.customers.customers.v1.email`). A `row`
    rule has a `check`: a policy's `predicate` (cut where the column belongs), `not_null`, `accepted_values`, or a
    constraint's `expression`. A `unique` or `relationship` rule of a policy has a `predicate` that chooses its rows.
    `problem` says why it cannot be asked at all.
    """

    id: str
    name: str
    subject: str
    source: Literal["policy", "contract", "test"]
    kind: Literal["row", "unique", "relationship"]
    severity: Severity
    columns: tuple[str, ...]
    check: Check | None = None
    predicate: tuple[str, ...] = ()
    accepted: tuple[str | int | float | bool, ...] = ()
    expression: str = ""
    to: Relation | None = None
    to_columns: tuple[str, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    problem: str = ""

    @property
    def meaning(self) -> tuple[Any, ...]:
        """What two rules have in common that ask the same."""
        columns = tuple(map(fold, self.columns))
        return self.kind, self.check, columns, self.predicate, self.accepted, self.expression, self.to, self.to_columns


class PortRules(msgspec.Struct, frozen=True):
    """The rules of a port; `left` are the names of tests that dbt alone can judge. `product` is the product's key."""

    product: str
    port: Port
    rules: tuple[Rule, ...]
    left: tuple[str, ...] = ()


class RuleResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one rule turned out. `violations` are rows that break it, None where it could not be asked.

    `status` is dbt's word: `warn` is a broken rule that does not block, `error` one that could not be asked. `reason`
    says why the status is not what the number of violations says.
    """

    rule: str
    name: str
    source: str
    kind: str
    columns: tuple[str, ...]
    severity: Severity
    status: Status
    violations: int | None
    reason: str = ""


class PortResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the rules of one port turned out on one build.

    `build` says which rows were looked at (see `plan.evidence`), `digest` which rules. `rows` is how many rows the port
    shows, None where they could not be counted; `statements` is how many were sent. `sample` is the relation with rows
    that break a rule.
    """

    product: str
    port: str
    unique_id: str
    build: str
    digest: str
    executed_at: str
    rows: int | None
    statements: int
    results: tuple[RuleResult, ...]
    left: tuple[str, ...] = ()
    sample: Relation | None = None

    @property
    def failed(self) -> bool:
        """Whether a rule that blocks is broken, or could not be asked."""
        return any(result.status in ("fail", "error") for result in self.results)
