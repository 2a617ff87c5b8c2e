"""Which rules the rows of a port must keep: its contract's, its tests', and those of data policies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from meshport.artifacts.project import Project
from meshport.datatypes import family
from meshport.model import Column, Port, Product
from meshport.quality.places import Places
from meshport.quality.predicate import compile_predicate
from meshport.quality.promises import of_contract, of_test
from meshport.quality.types import PortRules, Rule
from meshport.standards.policy import Policy


class Compiled(msgspec.Struct, frozen=True):
    """A data policy, and its condition as `compile_predicate` returns it."""

    policy: Policy
    predicate: tuple[str, ...]


def rules_of(project: Project, policies: Iterable[Policy], products: Iterable[Product]) -> list[PortRules]:
    """Return the rules of every port that declares columns.

    Raises InputError for a data policy whose SQL is no condition, also where it is about no column.
    """
    compiled = [
        Compiled(each, compile_predicate(each, project.adapter_type)) for each in policies if each.type == "data"
    ]
    places = Places(project)
    return [
        _rules(places, compiled, product, port)
        for product in products
        for port in product.ports
        if port.contract.columns
    ]


def _rules(places: Places, policies: Sequence[Compiled], product: Product, port: Port) -> PortRules:
    """Return the rules of one port. What contract and tests both say is one rule; policies keep theirs."""
    subject = f"{product.key}.{port.label}"
    tests = [(test, of_test(places, port, subject, test)) for test in port.contract.rules]
    found: dict[Any, Rule] = {}
    for rule in (*of_contract(places, port, subject), *(rule for _, rule in tests if rule is not None)):
        found.setdefault(rule.meaning, rule)
    rules = (*found.values(), *_of_policies(places, policies, port, subject))
    return PortRules(product.key, port, rules, tuple(test.name for test, rule in tests if rule is None))


def applies(policy: Policy, port: Port, column: Column, dialect: str) -> bool:
    """Tell whether a data policy is about a column of a port."""
    wanted = policy.spec.applies_to
    if wanted is None:
        return False
    kind = family(column.data_type, dialect) if column.data_type else None
    tags = {**port.tags, **column.tags}
    return (
        (not wanted.columns or any(re.search(pattern, column.name, re.IGNORECASE) for pattern in wanted.columns))
        and (not wanted.types or "any" in wanted.types or kind in wanted.types)
        and all(key in tags and fnmatchcase(tags[key], value) for key, value in wanted.tags.items())
        and (
            not wanted.classifications
            or any(fnmatchcase(column.classification or "", pattern) for pattern in wanted.classifications)
        )
    )


def _of_policies(places: Places, policies: Sequence[Compiled], port: Port, subject: str) -> Iterator[Rule]:
    for compiled in policies:
        policy, spec = compiled.policy, compiled.policy.spec
        to, problem = places.named(port, spec.references.model) if spec.references else (None, "")
        for column in port.contract.columns:
            if not applies(policy, port, column, places.project.adapter_type):
                continue
            yield Rule(
                id=f"policy.{policy.name}.{column.name}",
                name=policy.name,
                subject=f"{subject}.{column.name}",
                source="policy",
                kind=spec.kind or "row",
                severity=spec.severity,
                columns=(column.name,),
                check="predicate" if spec.kind == "row" else None,
                predicate=compiled.predicate,
                to=to,
                to_columns=(spec.references.column,) if spec.references else (),
                exceptions=spec.exceptions,
                problem=problem,
            )
