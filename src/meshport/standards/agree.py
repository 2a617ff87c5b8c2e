"""Whether merged standards hold together: what they name exists, patterns are patterns, settings have directions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from meshport.errors import InputError
from meshport.standards.policy import Policy
from meshport.standards.ranking import BOUNDS
from meshport.standards.types import UNCLASSIFIED, AccessRule, Classification, Kind, Standards

_PRINCIPAL = re.compile(r"(domain|user):[^\s:]+")

RESERVED = "meshport_"
"""How the names of tags begin that meshport keeps its own properties and masks in."""


def check(standards: Standards) -> None:
    """Raise InputError, with file and line, for the first entry that does not agree with the others."""
    for name, classification in standards.classifications.items():
        _check_classification(standards, name, classification)
    for name in standards.tag_templates:
        _check_tag(standards, name)
    for name, policy in standards.policies.items():
        _check_policy(standards, name, policy)
    for name, rule in standards.access.items():
        _check_access(standards, name, rule)
    for name, entry in standards.ranking.items():
        _check_weight(standards, name, entry.weight)


def _check_classification(standards: Standards, name: str, classification: Classification) -> None:
    where = _where(standards, "classifications", name)
    for mask in classification.masks:
        if mask not in standards.masks:
            raise InputError(
                f"classification `{name}` names the mask `{mask}`, which does not exist",
                where=where,
                hint=f"there is: {', '.join(standards.masks)}",
            )
    _check_patterns(f"classification `{name}`", classification.detect, where)


def _check_weight(standards: Standards, name: str, weight: float) -> None:
    where = _where(standards, "ranking", name)
    if name not in BOUNDS:
        raise InputError(f"nothing is weighed as `{name}`", where=where, hint=f"there is: {', '.join(BOUNDS)}")
    lowest, highest = BOUNDS[name]
    if not lowest <= weight <= highest:
        raise InputError(f"the weight `{name}` is {weight:g}; it may be {lowest:g} to {highest:g}", where=where)


def _check_tag(standards: Standards, name: str) -> None:
    if name.lower().startswith(RESERVED):
        raise InputError(
            f"the tag `{name}` is meshport's own: some of these decide what is masked",
            where=_where(standards, "tag_templates", name),
            hint=f"a tag's name may not begin with `{RESERVED}`",
        )


def _check_policy(standards: Standards, name: str, policy: Policy) -> None:
    spec, where = policy.spec, _where(standards, "policies", name)
    only_data = {"applies_to": spec.applies_to, "kind": spec.kind, "references": spec.references}
    if policy.type == "data":
        missing = [field for field in ("applies_to", "kind") if only_data[field] is None]
        if missing:
            raise InputError(f"the data policy {name} has no `{missing[0]}`", where=where)
        if (spec.kind == "relationship") != (spec.references is not None):
            raise InputError(f"{name}: `kind: relationship` and `references` go together", where=where)
        if spec.applies_to is not None:
            _check_patterns(name, spec.applies_to.columns, where)
    else:
        stray = [field for field, value in only_data.items() if value is not None]
        if stray:
            raise InputError(f"{name}: `{stray[0]}` is for data policies alone", where=where)
    unknown = spec.tighten.keys() - spec.settings.keys()
    if unknown:
        hint = f"settings: {', '.join(spec.settings) or 'none'}"
        raise InputError(f"{name}: `tighten` names {min(unknown)!r}, which is no setting", where=where, hint=hint)
    for setting, direction in spec.tighten.items():
        value = spec.settings[setting]
        limit = isinstance(value, (int, float)) and not isinstance(value, bool)
        listed = isinstance(value, (tuple, dict))
        if not (limit if direction in ("lower", "higher") else listed):
            wanted = "a number" if direction in ("lower", "higher") else "a list or a mapping"
            raise InputError(f"{name}: `{setting}` can be tightened `{direction}` only if it is {wanted}", where=where)


def _check_access(standards: Standards, name: str, rule: AccessRule) -> None:
    where = _where(standards, "access", name)
    for wanted in rule.classifications:
        known = any(held == wanted or held.startswith(f"{wanted}.") for held in standards.classifications)
        if not known and wanted != UNCLASSIFIED:
            raise InputError(
                f"the rule `{name}` speaks of `{wanted}`, which is no classification",
                where=where,
                hint=f"there is: {', '.join(standards.classifications)}; `{UNCLASSIFIED}` for columns without one",
            )
    if rule.auto_approve and (rule.approvers > 1 or not rule.classifications):
        problem = "asks for a second approver" if rule.approvers > 1 else "names no classifications"
        raise InputError(f"the rule `{name}` approves by itself and {problem}", where=where)
    for pattern in (*rule.auto_approve, *rule.principals):
        if not _PRINCIPAL.fullmatch(pattern):
            hint = "domain:NAME, domain:*, user:NAME, user:*@example.com"
            raise InputError(f"the rule `{name}`: `{pattern}` is no principal", where=where, hint=hint)
    for pattern, given in rule.principals.items():
        others = {other.principals.get(pattern, given) for other in standards.access.values()} - {given}
        if others or not given:
            raise InputError(f"the rule `{name}`: `{pattern}` has no name, or two", where=where)


def _check_patterns(what: str, patterns: Iterable[str], where: str) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(f"{what}: `{pattern}` is no regular expression: {error}", where=where) from error


def _where(standards: Standards, kind: Kind, name: str) -> str:
    """Return the last place that said something of an entry."""
    return standards.origins[kind][name][-1].where
