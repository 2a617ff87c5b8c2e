"""A product as the dbt YAML that declares it: a group, and a model for each port. Pure; data, not text.

It is what `products.derive` reads, the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from meshport.model import Column, Constraint, Contract, Port, Product, QualityRule, fold

Entry = dict[str, Any]
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def dbt_yaml(product: Product, declarable: Collection[str]) -> Entry:
    """Return `groups` and `models` of a product. `declarable` are the tags that people declare; others are computed."""
    models = [_model(product, port, declarable) for port in product.ports]
    return {"groups": [_group(product, declarable)], "models": models}


def _group(product: Product, declarable: Collection[str]) -> Entry:
    declared = _lean(
        title=product.title if product.title != product.name else None,
        tier=product.tier,
        slo=msgspec.to_builtins(product.slo),
        terms=product.terms,
        support=product.support,
    )
    meta = {"data_product": declared or True, **_tags(product.tags, declarable, {})}
    return _lean(
        name=product.name,
        owner=msgspec.to_builtins(product.owner),
        description=product.description,
        config={"meta": meta},
    )


def _model(product: Product, port: Port, declarable: Collection[str]) -> Entry:
    version = None if port.version is None else int(port.version) if port.version.isdecimal() else port.version
    built_as = port.name if version is None else f"{port.name}_v{version}"
    row_filter = msgspec.to_builtins(port.row_filter) if port.row_filter else None
    config = _lean(
        group=product.name,
        access="public",
        contract={"enforced": True},
        alias=port.relation.identifier if port.relation.identifier != built_as else None,
        meta=_lean(row_filter=row_filter, **_tags(port.tags, declarable, product.tags)),
    )
    of_columns, of_model = _placed(port.contract)
    known = {fold(column.name) for column in port.contract.columns}
    deprecated = port.deprecation_date[:10] if port.deprecation_date else None
    return _lean(
        name=port.name,
        description=port.description,
        latest_version=version,
        deprecation_date=deprecated if version is None else None,
        config=config,
        constraints=[_constraint(each, with_columns=True) for each in of_model],
        data_tests=_tests(rule for rule in port.contract.rules if not rule.column or fold(rule.column) not in known),
        columns=[_column(column, port.contract, of_columns, declarable) for column in port.contract.columns],
        versions=[] if version is None else [_lean(v=version, deprecation_date=deprecated)],
    )


def _column(
    column: Column, contract: Contract, constraints: dict[str, list[Constraint]], declarable: Collection[str]
) -> Entry:
    name = fold(column.name)
    # The name of the mask says all: the standards know its macro and arguments.
    meta = _lean(
        classification=column.classification,
        mask=column.mask.name if column.mask else None,
        **_tags(column.tags, declarable, {}),
    )
    return _lean(
        name=column.name,
        quote=None if _PLAIN.fullmatch(column.name) else True,
        data_type=column.data_type,
        description=column.description,
        constraints=[_constraint(each, with_columns=False) for each in constraints.get(name, [])],
        data_tests=_tests(rule for rule in contract.rules if rule.column and fold(rule.column) == name),
        config={"meta": meta} if meta else None,
    )


def _placed(contract: Contract) -> tuple[dict[str, list[Constraint]], list[Constraint]]:
    """Return the constraints to write at columns, by folded name, and those to write at the model."""
    known = {fold(column.name) for column in contract.columns}
    of_columns: dict[str, list[Constraint]] = {}
    of_model = []
    for constraint in contract.constraints:
        if len(constraint.columns) == 1 and fold(constraint.columns[0]) in known:
            of_columns.setdefault(fold(constraint.columns[0]), []).append(constraint)
        else:
            of_model.append(constraint)
    return of_columns, of_model


def _constraint(constraint: Constraint, *, with_columns: bool) -> Entry:
    to = constraint.to
    return _lean(
        type=constraint.type,
        columns=list(constraint.columns) if with_columns else None,
        expression=constraint.expression,
        name=constraint.name,
        to=f"ref('{to}')" if to and _PLAIN.fullmatch(to) else to,
        to_columns=list(constraint.to_columns),
    )


def _tests(rules: Iterable[QualityRule]) -> list[str | Entry]:
    """Return generic tests as dbt writes them. Others are SQL files, which no YAML can hold."""
    return [_test(rule) for rule in rules if rule.kind not in ("singular", "unit")]


def _test(rule: QualityRule) -> str | Entry:
    config = {**({"severity": rule.severity} if rule.severity != "error" else {}), **rule.limits}
    said = _lean(arguments=rule.arguments, config=config)
    return {rule.kind: said} if said else rule.kind


def _tags(tags: dict[str, str], declarable: Collection[str], inherited: dict[str, str]) -> dict[str, dict[str, str]]:
    own = {key: value for key, value in tags.items() if key in declarable and inherited.get(key) != value}
    return {"tags": own} if own else {}


def _lean(**entry: Any) -> Entry:
    """Return a mapping without the keys that have no value."""
    return {key: value for key, value in entry.items() if value is not None and value not in ("", [], {})}
