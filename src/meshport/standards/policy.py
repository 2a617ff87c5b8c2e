"""What a policy is: SQL, and what the YAML beside it says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

PolicyType = Literal["code", "infrastructure", "data"]
Severity = Literal["warning", "error"]
Family = Literal["string", "integer", "number", "date", "timestamp", "boolean", "any"]
Direction = Literal["lower", "higher", "more", "fewer"]
Scalar = str | int | float | bool
Setting = Scalar | tuple[Scalar, ...] | dict[str, Scalar]
Text = Annotated[str, msgspec.Meta(min_length=1)]

TYPES: tuple[PolicyType, ...] = ("code", "infrastructure", "data")


class Exemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dated exception: subjects that a policy leaves alone. `subject` is a glob, `until` the last day it holds."""

    subject: Text
    until: date
    reason: Text
    approved_by: Text


class AppliesTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which columns of ports a data policy is about: every condition that is given must hold.

    `columns` are regular expressions over names, `types` families of data types, `tags` globs of values by tag,
    `classifications` globs.
    """

    columns: tuple[str, ...] = ()
    types: tuple[Family, ...] = ()
    tags: dict[str, str] = {}
    classifications: tuple[str, ...] = ()


class References(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a relationship's values must be found: a column of a model, seed, snapshot or source of the project."""

    model: Text
    column: Text


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `<name>.yml` beside a policy says.

    `settings` are the parameters that its SQL reads. `tighten` says which way a domain may move each of them: a limit
    `lower` or `higher`, a list or mapping to `more` or `fewer` entries; a setting that is not in it stays as it is.
    `domain_exceptions` lets domains add dated exceptions of their own. `applies_to`, `kind` and `references` belong to
    data policies alone.
    """

    description: Text
    severity: Severity
    owner: str = ""
    rationale: str = ""
    fix: str = ""
    exceptions: tuple[Exemption, ...] = ()
    domain_exceptions: bool = False
    settings: dict[str, Setting] = {}
    tighten: dict[str, Direction] = {}
    applies_to: AppliesTo | None = None
    kind: Literal["row", "unique", "relationship"] | None = None
    references: References | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy: its SQL as written, and what its YAML says. `path` is the SQL's file."""

    name: str
    type: PolicyType
    path: str
    sql: str
    spec: Spec

    @property
    def severity(self) -> Severity:
        """What a violation is."""
        return self.spec.severity
