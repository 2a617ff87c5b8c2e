"""A plan: what publishing would change, product by product, with reasons. Pure data: it goes to a file and back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from meshport.catalogs.base import Registration
from meshport.model import Evidence, Gate, Product, Relation
from meshport.resources import Resource

FORMAT = 4
Action = Literal["create", "update", "delete"]


class FieldChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field's way from what is to what should be. `old` or `new` is None where there is nothing."""

    field: str
    old: str | None
    new: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One resource to create, update or delete.

    `drift` says that somebody else changed, since the last publish, what meshport had written.
    """

    kind: str
    action: Action
    subject: str
    relation: Relation
    column: str = ""
    name: str = ""
    fields: tuple[FieldChange, ...]
    drift: bool = False
    reason: str

    @property
    def key(self) -> str:
        """The key of the resource that it is about."""
        return Resource(kind=self.kind, relation=self.relation, column=self.column, name=self.name, fields={}).key


class Foreign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something in the published zone that meshport neither declares nor wrote: listed, and left alone."""

    kind: str
    subject: str
    name: str
    value: str


class Breach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise that publishing breaks, and to whom. See docs/decisions/0009-breaking-changes.md.

    `port` is the label that consumers read now, empty for a promise of the whole product. `replaced_by` is the version
    that takes its place; None: it changes in place. `goes_on` is the day it goes. `waits` says whether publishing
    waits: what only hides more does not. `digest` is of the change, `acknowledged` are those of the `subscribers` who
    said that they know of it.
    """

    port: str
    replaced_by: str | None = None
    goes_on: str | None = None
    changes: tuple[str, ...]
    waits: bool
    digest: str
    subscribers: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()

    @property
    def in_place(self) -> bool:
        """Whether a published port changes under its readers."""
        return bool(self.port) and self.replaced_by is None

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """The subscribers who have not acknowledged it."""
        return tuple(who for who in self.subscribers if who not in self.acknowledged)

    @property
    def lacks_something(self) -> bool:
        """Whether only an override publishes it: its own version, a day or an acknowledgement is missing."""
        undated = self.replaced_by is not None and self.goes_on is None
        return self.waits and (self.in_place or undated or bool(self.waiting_for))


class Certification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a port has earned (None: nothing), and what it is missing to be certified: plan/certification.py."""

    status: Literal["certified", "deprecated"] | None
    missing: tuple[str, ...] = ()


class ProductPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to one product. A blocked gate means: nothing, but that failed certifications go (`withdrawals`).

    `version` is the product's version after the publish, `version_before` the one in the registry.
    `register` says that the registry has a publication to record; `builds` maps port labels to dbt builds, and
    `certifications` to what they have earned, where the catalog has such a thing.
    """

    product: Product
    version_before: str | None
    version: str
    register: bool
    gates: tuple[Gate, ...]
    changes: tuple[Change, ...]
    builds: dict[str, str]
    evidence: dict[str, tuple[Evidence, ...]]
    breaches: tuple[Breach, ...] = ()
    certifications: dict[str, Certification] = {}
    withdrawals: tuple[Change, ...] = ()

    @property
    def blocked(self) -> tuple[Gate, ...]:
        """The gates that refuse."""
        return tuple(gate for gate in self.gates if not gate.passed)

    @property
    def actionable(self) -> bool:
        """Whether applying does anything for this product."""
        return not self.blocked and (self.register or bool(self.changes))


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many things of one kind a plan takes away, and how many meshport has written of it in this catalog."""

    kind: str
    removed: int
    written: int

    def __str__(self) -> str:
        word = self.kind.replace("_", " ")
        many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
        return f"{self.removed} of {self.written} {word if self.written == 1 else many}"


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ordered list of changes with reasons. `basis` is a digest of what was observed when it was made.

    `catalog` names the published zone (for DuckDB the file's path), `digest` covers everything else in the plan.
    `override` is the reason given for publishing breaking changes all the same, None where nothing needed one.
    `registrations` is what the catalog is told of products beside their ports: read when the plan is made, and done as
    it is needed then.
    """

    format: int = FORMAT
    domain: str
    catalog: str
    catalog_type: str
    basis: str
    products: tuple[ProductPlan, ...]
    foreign: tuple[Foreign, ...]
    removals: tuple[Removal, ...] = ()
    override: str | None = None
    registrations: tuple[Registration, ...] = ()
    digest: str = ""

    @property
    def blocked(self) -> bool:
        """Whether any product is blocked."""
        return any(product.blocked for product in self.products)

    @property
    def actionable(self) -> bool:
        """Whether applying does anything."""
        return bool(self.registrations) or any(product.actionable or product.withdrawals for product in self.products)

    def as_data(self) -> dict[str, Any]:
        """Return the plan as JSON-able builtins."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data
