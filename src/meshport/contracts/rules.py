"""How each kind of change to a contract is judged: one table, and the only place that says so.

Two people look at a change. The *producer*'s view: may rows that were good until now be refused? The *consumer*'s view:
may a query that worked until now fail, or answer something else? The worse of the two is the change's severity.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["breaking", "compatible", "patch"]
View = Literal["breaking", "possible", "compatible", "patch"]
"""`possible`: it depends on data or on queries that no contract knows. It needs attention, and breaks no promise."""


class Rule(msgspec.Struct, frozen=True):
    """How one kind of change is judged. `waits` says whether publishing a breaking one waits for anybody.

    What hides more than before is breaking and does not wait: data that ought to be hidden is not left readable until
    everybody has agreed.
    """

    kind: str
    producer: View
    consumer: View
    meaning: str
    waits: bool = True

    @property
    def severity(self) -> Severity:
        """The worse of the two views, as semantic versions know it."""
        views = {self.producer, self.consumer}
        if "breaking" in views:
            return "breaking"
        return "patch" if views == {"patch"} else "compatible"


class ContractChange(msgspec.Struct, frozen=True):
    """One difference. `subject` is a column's name (or several), or empty for the whole port or product.

    `severity` is the worse of the `producer`'s and the `consumer`'s view; `kind` names the rule.
    """

    severity: Severity
    kind: str
    subject: str
    message: str
    producer: View
    consumer: View

    @property
    def waits(self) -> bool:
        """Whether publishing waits: for a new version, or for those who would notice."""
        return self.severity == "breaking" and RULES[self.kind].waits


def change(kind: str, subject: str, message: str) -> ContractChange:
    """Return a change of that kind, judged by its rule."""
    rule = RULES[kind]
    return ContractChange(rule.severity, kind, subject, message, rule.producer, rule.consumer)


SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Ports": (
        Rule("port_removed", "compatible", "breaking", "A port, or a version of one, is gone."),
        Rule("port_added", "compatible", "compatible", "A port, or a version of one, is new."),
        Rule("port_deprecated", "compatible", "possible", "The day that a port goes was set or changed."),
        Rule("description_changed", "patch", "patch", "The description of a port or of a column."),
    ),
    "Columns and types": (
        Rule("column_removed", "compatible", "breaking", "A column is gone. Renaming is removing and adding."),
        Rule("column_added", "compatible", "compatible", "A column is new."),
        Rule("column_retyped", "breaking", "breaking", "Its type is of another kind, or one that is not understood."),
        Rule("column_narrowed", "breaking", "compatible", "Its type holds less: `bigint` to `integer`."),
        Rule("column_widened", "compatible", "possible", "Its type holds more: a reader's own type may be too small."),
        Rule("columns_reordered", "patch", "possible", "The columns come in another order: `select *` shows it."),
    ),
    "Nulls, keys and constraints": (
        Rule("nullability_tightened", "breaking", "compatible", "A column may not be null any more."),
        Rule("nullability_loosened", "compatible", "breaking", "A column may be null now."),
        Rule("key_added", "compatible", "compatible", "There is a primary key now; what it asks for is judged apart."),
        Rule("key_changed", "compatible", "breaking", "The primary key has other columns: a row is another thing."),
        Rule("key_removed", "compatible", "possible", "There is no primary key any more; what it promised: apart."),
        Rule("constraint_added", "breaking", "compatible", "A constraint is new: the contract is tighter."),
        Rule("constraint_removed", "compatible", "breaking", "A constraint is gone: readers relied on it."),
    ),
    "Tests": (
        Rule("rule_added", "possible", "compatible", "A test is new: rows that passed may fail it."),
        Rule("rule_removed", "compatible", "breaking", "A test is gone, and no constraint promises the same."),
        Rule("warning_changed", "patch", "possible", "A test that only warns changed, or is gone."),
        Rule("rule_tightened", "possible", "compatible", "A warning is an error now, or it looks at more rows."),
        Rule("rule_weakened", "compatible", "breaking", "An error is a warning now, or it looks at fewer rows."),
        Rule("rule_changed", "possible", "breaking", "Its arguments or limits changed; which way is not known."),
        Rule("values_added", "compatible", "possible", "More values are accepted: a reader may not know them."),
        Rule("values_removed", "possible", "compatible", "Fewer values are accepted."),
    ),
    "Service": (
        Rule("freshness_weakened", "compatible", "breaking", "The data may be older, or nothing is promised."),
        Rule("freshness_tightened", "possible", "compatible", "The data will be newer."),
        Rule("freshness_changed", "possible", "possible", "Durations that cannot be compared."),
        Rule("quality_weakened", "compatible", "breaking", "A smaller share of checks has to pass."),
        Rule("quality_tightened", "possible", "compatible", "A larger share of checks has to pass."),
        Rule("terms_changed", "compatible", "possible", "What consumers may do with the product."),
        Rule("owner_changed", "patch", "patch", "Who answers for the product."),
    ),
    "Protection": (
        Rule("mask_added", "compatible", "breaking", "A column is masked now.", waits=False),
        Rule("mask_changed", "compatible", "breaking", "A column is masked in another way.", waits=False),
        Rule("mask_removed", "possible", "compatible", "A column is readable by everybody with access."),
        Rule("classification_changed", "compatible", "compatible", "A column is classified differently."),
        Rule("row_filter_added", "compatible", "breaking", "Some rows are not shown any more.", waits=False),
        Rule("row_filter_changed", "possible", "breaking", "Other rows are shown.", waits=False),
        Rule("row_filter_removed", "possible", "possible", "All rows are shown."),
    ),
}

RULES = {rule.kind: rule for rules in SECTIONS.values() for rule in rules}
