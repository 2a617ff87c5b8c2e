"""The words of a data mesh as frozen types. No I/O here, and nothing of dbt's file formats.

Every type is a `msgspec.Struct`: it compares by value, cannot be changed, and goes to JSON and back without loss,
which is how products are kept in the registry and plans in files.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Status = Literal["published", "deprecated", "retired"]
PortMode = Literal["clone", "copy", "view"]
"""How a port is made where the catalog masks on read: docs/decisions/0011-databricks-publishing.md."""


def fold(name: str) -> str:
    """Return a name as catalogs compare it: without case, in ASCII only (`Größe` and `größe` differ from `GRÖSSE`)."""
    return name.lower() if name.isascii() else name.translate(_LOWER)


_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class Owner(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who answers for a product: the owner of its dbt group."""

    name: str | None = None
    email: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, f"<{self.email}>" if self.email else None) if part)


class Relation(msgspec.Struct, frozen=True, order=True):
    """A table or view in a catalog, by its three names, unquoted."""

    database: str
    schema: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.database}.{self.schema}.{self.identifier}"


class Mask(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mask of the standards, chosen for one column: an anonymising macro and its arguments.

    `distinct` says that different values stay different, so that a unique column stays unique. `visible_to` are groups
    that see the value as it is, where the catalog masks on read; a masked copy hides it from everybody.
    """

    name: str
    method: str
    arguments: dict[str, str | int | float | bool] = {}
    distinct: bool = False
    visible_to: tuple[str, ...] = ()


class RowFilter(msgspec.Struct, frozen=True):
    """Which rows a port shows: a predicate over the named columns, which sees unmasked values."""

    columns: tuple[str, ...]
    predicate: str


class Constraint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A constraint of a contract, on one or several columns.

    `type` is dbt's: `not_null`, `unique`, `primary_key`, `foreign_key`, `check`, `custom`. A foreign key says where it
    leads: `to` is the name of a model (or what was declared, where that is none), `to_columns` are its columns.
    """

    type: str
    columns: tuple[str, ...] = ()
    expression: str | None = None
    name: str | None = None
    to: str | None = None
    to_columns: tuple[str, ...] = ()


class QualityRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dbt test of a port. `kind` is the generic test's name (`not_null`), or `singular`, or `unit`.

    `arguments` are a generic test's own (`values` of `accepted_values`), `severity` is `error` or `warn`, and `limits`
    is what its config says of when it fails and on which rows (`where`, `error_if`, `warn_if`, `fail_calc`, `limit`),
    where that is not dbt's default.
    """

    unique_id: str
    name: str
    kind: str
    column: str | None = None
    arguments: dict[str, Any] = {}
    severity: str = "error"
    limits: dict[str, Any] = {}


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a port. `mask` is what the standards chose for its classification, None where nothing is masked."""

    name: str
    data_type: str | None = None
    description: str = ""
    classification: str | None = None
    mask: Mask | None = None
    tags: dict[str, str] = {}


class Contract(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a port promises: columns in order, constraints, tests."""

    enforced: bool
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    rules: tuple[QualityRule, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None. Names compare without case, as catalogs compare them."""
        folded = fold(name)
        return next((column for column in self.columns if fold(column.name) == folded), None)


class Upstream(msgspec.Struct, frozen=True, omit_defaults=True):
    """A node that a port is built from. `product` is set where it is a port of another domain (`sales.orders`)."""

    unique_id: str
    resource_type: str
    relation: Relation | None = None
    product: str | None = None


class Port(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An output port: one version of one public model.

    `source` is the relation that dbt built (internal zone), `relation` the one that consumers read (published zone).
    `deprecation_date` is an ISO date or time stamp as dbt writes it. `mode` is how it is made where the catalog masks
    on read, None where a port is a masked copy. `by_policy` says that policies of the catalog mask what is
    tagged, instead of masks of the table.
    """

    name: str
    version: str | None = None
    latest: bool = True
    mode: PortMode | None = None
    by_policy: bool = False
    unique_id: str
    source: Relation
    relation: Relation
    description: str = ""
    contract: Contract
    row_filter: RowFilter | None = None
    tags: dict[str, str] = {}
    upstream: tuple[Upstream, ...] = ()
    deprecation_date: str | None = None

    @property
    def label(self) -> str:
        """`customers`, or `customers.v2` for a versioned model."""
        return self.name if self.version is None else f"{self.name}.v{self.version}"


class Slo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a product promises of its service. `freshness` is a duration (`24h`), `quality` a share between 0 and 1."""

    freshness: str | None = None
    quality: float | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A data product: a dbt group with `config.meta.data_product`, and the public models in it."""

    domain: str
    name: str
    title: str
    description: str = ""
    owner: Owner = Owner()
    tier: str | None = None
    slo: Slo = Slo()
    terms: str | None = None
    support: dict[str, str] = {}
    tags: dict[str, str] = {}
    ports: tuple[Port, ...] = ()

    @property
    def key(self) -> str:
        """`domain.product`: how people and commands name it."""
        return f"{self.domain}.{self.name}"

    def port(self, label: str) -> Port | None:
        """Return the port of that label (`customers.v2`), or the latest version of that name, or None."""
        exact = next((port for port in self.ports if port.label == label), None)
        return exact or next((port for port in self.ports if port.name == label and port.latest), None)


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was seen of one rule on one build. `status` is dbt's: `pass`, `warn`, `fail`, `error`, `skipped`."""

    rule: QualityRule
    status: str
    failures: int | None = None
    executed_at: str | None = None


class Gate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One condition of publishing a product, and how it turned out.

    `subject` is what was looked at (`customers.v1`, `customers.v1.email`, or the product). A blocked gate says why, and
    how to mend it.
    """

    name: str
    subject: str
    passed: bool
    reason: str = ""
    hint: str = ""
