"""A port as a data contract of the Open Data Contract Standard (ODCS 3.1.0, by Bitol). Pure, and always in one order.

What the standard has a field for goes there. What it has none for is in `customProperties`, or a quality rule of the
engine `dbt`, so that nothing of a contract is lost: `odcs_read` reads it back.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from meshport.contracts.logical import logical_type
from meshport.contracts.odcs_quality import constraint_entry, rule_entry
from meshport.model import Column, Constraint, Contract, Owner, Port, Product, QualityRule, Relation, fold

API_VERSION = "v3.1.0"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")  # what the standard lets a reference to a column consist of
_FRESHNESS = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
# What the standard calls the two parts of a place, for servers that ask for no more than these. The others ask for a
# host or an account, which is no part of a contract and not known here.
_PLACES = {
    "bigquery": ("project", "dataset"),
    "databricks": ("catalog", "schema"),
    "duckdb": ("database", "schema"),
    "redshift": ("database", "schema"),
}
Entry = dict[str, Any]


def contract_id(product_key: str, label: str) -> str:
    """Return the id of a port's contract: `sales.customer_orders.customers.v1`."""
    return f"{product_key}.{label}"


def odcs(product: Product, port: Port, *, version: str, status: str, dialect: str) -> Entry:
    """Return a port's contract as an ODCS document, ready to be written as YAML.

    `version` is the product's semantic version, `status` the standard's word for where the port stands in its life.
    """
    custom = {
        "title": product.title,
        "tier": product.tier,
        "productTags": product.tags,
        "portVersion": port.version,
    }
    return lean(
        {
            "apiVersion": API_VERSION,
            "kind": "DataContract",
            "id": contract_id(product.key, port.label),
            "name": port.label,
            "version": version,
            "status": status,
            "domain": product.domain,
            "dataProduct": product.name,
            "description": lean({"purpose": product.description, "limitations": product.terms}),
            "servers": [_server(port.relation, dialect)],
            "schema": [_schema(port, dialect)],
            "slaProperties": _service_levels(product, port),
            "team": team(product.owner),
            "support": support(product.support),
            "customProperties": custom_properties(custom),
        }
    )


def lean(entry: Entry) -> Entry:
    """Return a mapping without the keys that have no value: None, `""`, `[]`, `{}`. Zero and False are values."""
    return {key: value for key, value in entry.items() if value is not None and value not in ("", [], {})}


def custom_properties(values: Entry) -> list[Entry]:
    """Return what has a value as the standard's list of custom properties."""
    return [{"property": key, "value": value} for key, value in lean(values).items()]


def team(owner: Owner) -> Entry:
    """Return an owner as a team."""
    return lean({"name": owner.name, "members": [{"username": owner.email, "role": "owner"}] if owner.email else []})


def support(channels: dict[str, str]) -> list[Entry]:
    """Return the places to ask at: the key is the tool, unless it is just `channel`."""
    return [
        lean({"channel": value, "tool": tool if tool != "channel" else None, "url": url_of(value)})
        for tool, value in channels.items()
    ]


def url_of(channel: str) -> str | None:
    """Return the address of a channel where it is one: a URL, or an e-mail address."""
    if "://" in channel:
        return channel
    return f"mailto:{channel}" if re.fullmatch(r"[^@\s:]+@[^@\s:]+", channel) else None


def _server(relation: Relation, dialect: str) -> Entry:
    database, schema = _PLACES.get(dialect, ("database", "schema"))
    kind = dialect if dialect in _PLACES else "custom"
    return {"server": "published", "type": kind, database: relation.database, schema: relation.schema}


def _schema(port: Port, dialect: str) -> Entry:
    contract = port.contract
    held = _Constraints(contract, port.name)
    filtered = msgspec.to_builtins(port.row_filter) if port.row_filter else None
    return lean(
        {
            "name": port.name,
            "physicalName": port.relation.identifier,
            "logicalType": "object",
            "physicalType": "table",
            "description": port.description,
            "properties": [_property(column, contract, held, dialect) for column in contract.columns],
            "relationships": held.relationships,
            "quality": [*map(constraint_entry, held.others), *map(rule_entry, _rules(contract, None))],
            "customProperties": custom_properties({"rowFilter": filtered, "tags": port.tags}),
        }
    )


def _property(column: Column, contract: Contract, held: _Constraints, dialect: str) -> Entry:
    name = fold(column.name)
    mask = msgspec.to_builtins(column.mask) if column.mask else None
    return lean(
        {
            "name": column.name,
            "logicalType": logical_type(column.data_type, dialect) if column.data_type else None,
            "physicalType": column.data_type,
            "description": column.description,
            "required": True if name in held.not_null else None,
            "unique": True if name in held.unique else None,
            "primaryKey": True if name in held.key else None,
            "primaryKeyPosition": held.key.index(name) + 1 if name in held.key else None,
            "classification": column.classification,
            "relationships": held.references.get(name),
            "quality": [rule_entry(rule) for rule in _rules(contract, name)],
            "customProperties": custom_properties({"mask": mask, "tags": column.tags}),
        }
    )


def _rules(contract: Contract, column: str | None) -> list[QualityRule]:
    """Return the tests of one column (folded), or of no column, in an order that does not depend on their names."""
    known = {fold(each.name) for each in contract.columns}
    place = None if column is None else column
    chosen = [
        rule
        for rule in contract.rules
        if rule.kind != "unit" and (fold(rule.column) if rule.column and fold(rule.column) in known else None) == place
    ]
    return sorted(chosen, key=lambda rule: (rule.kind, msgspec.json.encode(rule_entry(rule), order="sorted")))


class _Constraints:
    """The constraints of a contract, sorted by what the standard has for them. Column names are folded."""

    def __init__(self, contract: Contract, table: str) -> None:
        self.not_null: set[str] = set()
        self.unique: set[str] = set()
        self.key: list[str] = []
        self.references: dict[str, list[Entry]] = {}
        self.relationships: list[Entry] = []
        self.others: list[Constraint] = []
        known = {fold(column.name) for column in contract.columns}
        for constraint in contract.constraints:
            columns = [fold(name) for name in constraint.columns]
            plain = constraint.expression is None and constraint.name is None and known.issuperset(columns)
            if plain and constraint.type == "not_null" and len(columns) == 1:
                self.not_null.update(columns)
            elif plain and constraint.type == "unique" and len(columns) == 1:
                self.unique.update(columns)
            elif plain and constraint.type == "primary_key" and columns and not self.key:
                self.key = columns
            elif not (plain and self._reference(constraint, table)):
                self.others.append(constraint)
        self.others.sort(key=lambda each: msgspec.json.encode(each, order="sorted"))

    def _reference(self, constraint: Constraint, table: str) -> bool:
        """Keep a foreign key as a relationship, where its names are such that the standard can refer to them."""
        names = (table, constraint.to or "", *constraint.columns, *constraint.to_columns)
        fits = len(constraint.columns) == len(constraint.to_columns) > 0 and all(map(_NAME.fullmatch, names))
        if constraint.type != "foreign_key" or not fits:
            return False
        targets = [f"{constraint.to}.{name}" for name in constraint.to_columns]
        if len(targets) == 1:
            entry = {"type": "foreignKey", "to": targets[0]}
            self.references.setdefault(fold(constraint.columns[0]), []).append(entry)
        else:
            sources = [f"{table}.{name}" for name in constraint.columns]
            self.relationships.append({"type": "foreignKey", "from": sources, "to": targets})
        return True


def _service_levels(product: Product, port: Port) -> list[Entry]:
    levels: list[Entry] = []
    if product.slo.freshness:
        levels.append({"property": "freshness", **_duration(product.slo.freshness)})
    if product.slo.quality is not None:
        levels.append({"property": "quality", "value": product.slo.quality})
    if port.deprecation_date:
        levels.append({"property": "endOfLife", "value": port.deprecation_date[:10]})
    return levels


def _duration(text: str) -> Entry:
    found = _FRESHNESS.fullmatch(text.strip())
    if found is None:
        return {"value": text}
    number = float(found[1])
    return {"value": int(number) if number.is_integer() else number, "unit": found[2]}
