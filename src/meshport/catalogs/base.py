"""What meshport asks of a catalog: read everything in bulk, and execute rendered statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

import msgspec

from meshport.errors import BlockedError, UnavailableError
from meshport.model import Product, Relation
from meshport.resources import ObservedRelation


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement as a macro rendered it. `expect: no_rows` marks a verification: each row is a violation.

    `rows` is a question whose answer is the rows. `pin` returns one whole number, which takes the place of `PIN` in
    those of the port's later statements that are `pinned`: the version of the source that was audited.
    """

    step: str
    sql: str
    expect: Literal["nothing", "no_rows", "rows", "pin"] = "nothing"
    pinned: bool = False


PIN = "@@pin@@"


class Capabilities(msgspec.Struct, frozen=True):
    """What a catalog can do, declared so that what it cannot do is said once and never silently skipped.

    `enforces_reads`: the catalog itself keeps the unauthorised out. `native_masks`: masks work on read; otherwise the
    published copy holds masked values. `parallel` is how many ports are written at a time. `settle_seconds` is how long
    it takes until a tag that was set is what policies go by. `atomic`: a port is written whole or not at all; otherwise
    a failure may leave some of it.
    """

    enforces_reads: bool
    native_masks: bool
    parallel: int = 1
    settle_seconds: int = 0
    atomic: bool = True


class Violation(msgspec.Struct, frozen=True):
    """One row of a verification."""

    subject: str
    problem: str
    expected: str | None
    actual: str | None

    def __str__(self) -> str:
        sides = f" (expected {self.expected}, found {self.actual})" if self.expected or self.actual else ""
        return f"{self.subject}: {self.problem}{sides}"


class VerificationError(BlockedError):
    """A verification found rows: nothing of the port was changed."""

    def __init__(self, step: str, violations: Sequence[Violation]) -> None:
        shown = "; ".join(str(violation) for violation in violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(
            f"{step.replace('_', ' ')} failed: {shown}{more}",
            hint="the port keeps its previous version; mend the model or its contract and build again",
        )
        self.violations = violations


class StatementRefused(UnavailableError):
    """The catalog was reached, and refused one statement: nothing of it was done."""


class Writer(Protocol):
    """An open catalog. Only rendered statements go in."""

    def execute(self, port: str, statements: Sequence[Statement]) -> None:
        """Execute statements of one port in order: all or nothing where the catalog has transactions, else each again
        after a fault until it is done. What a `pin` returned holds for all later statements of the same port.

        Raises VerificationError where a verification returns rows, StatementRefused where the catalog refuses one,
        UnavailableError where it fails.
        """


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a catalog is told of products beside their ports: what, what is done, on what, details, why."""

    kind: str
    action: Literal["create", "update", "delete"]
    subject: str
    detail: str
    reason: str


class Outlook(msgspec.Struct, frozen=True):
    """What is to be registered, and what stays because it is somebody else's.

    `written` is, of kinds that a plan must not take many away of, how many we have written.
    """

    registrations: tuple[Registration, ...]
    theirs: tuple[str, ...] = ()
    written: dict[str, int] = {}


class Registrar(Protocol):
    """Tells a catalog of products what belongs to no single port. Everything may be done again."""

    def outlook(self, products: Sequence[Product], *, publishes: bool) -> Outlook:
        """Return what is to be registered once these products, with these ports, are published; read only.

        `publishes` says whether any of them is published anew. Raises UnavailableError.
        """

    def prepare(self, products: Sequence[Product]) -> None:
        """Do what has to be there before these products are written. Raises UnavailableError."""

    def protect(self, products: Sequence[Product]) -> bool:
        """Make what hides columns of these products from outside their tables, once functions are there, and verify it.

        Returns whether anything had to be done. Raises UnavailableError where it is not as it has to be.
        """

    def register(self) -> None:
        """Register what the registry says is published, whatever an earlier run left out. Raises UnavailableError."""


class Catalog(Protocol):
    """Where ports live. `name` tells one catalog from another: the ledger is kept by it."""

    type: str
    name: str
    capabilities: Capabilities

    def observe(self) -> dict[Relation, ObservedRelation]:
        """Read the published zone in a constant number of queries; empty where it does not exist yet."""

    def raw_copies(self, databases: Collection[str]) -> list[Relation]:
        """Return what is in the bookkeeping schemas of these catalogs, where audited rows are kept; in a query each."""

    def writer(self, target: Mapping[str, Any]) -> AbstractContextManager[Writer]:
        """Open the catalog for writing. `target` is what dbt connects to, as the render protocol returns it."""
