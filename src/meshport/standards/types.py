"""The standards as frozen types: classifications, masks, tags, policies, lint, access, weights, their origins."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from meshport.standards.policy import Family, Policy
from meshport.standards.ranking import Weight

Kind = Literal["classifications", "masks", "tag_templates", "policies", "lint", "access", "ranking"]
UNCLASSIFIED = "unclassified"
"""What a rule of access calls columns that have no classification."""
TagSource = Literal[
    "product.domain",
    "product.name",
    "product.title",
    "product.tier",
    "product.owner",
    "port.version",
    "column.classification",
    "meta",
]


class MaskDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to hide a value. `method` names a macro of `macros/anonymise`; `types` the families it takes.

    `distinct` says that different values stay different. `visible_to` are the groups that see the value as it is, where
    the catalog masks on read.
    """

    description: str
    types: tuple[Family, ...]
    method: str
    arguments: dict[str, str | int | float | bool] = {}
    distinct: bool = False
    visible_to: tuple[str, ...] = ()


class Classification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a column may hold. `masks` names the masks it may be published under, the preferred first."""

    description: str
    masks: tuple[str, ...] = ()
    detect: tuple[str, ...] = ()


class TagTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """A tag of the catalog: what carries it, where its value comes from, which values it may have.

    `governed` asks for a tag policy where the catalog has them: it keeps everybody to these values.
    """

    description: str
    applies_to: tuple[Literal["port", "column"], ...]
    source: TagSource
    required: bool = False
    values: tuple[str, ...] = ()
    governed: bool = False


class AccessRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule about who gets access. It speaks of products with a column of one of its `classifications` or their
    families; `unclassified` stands for columns that say nothing, and no classifications for every product.

    `auto_approve` are principals (`domain:finance`, `domain:*`, `user:*@example.com`) who get what they ask for where
    every classification of the product is in such a rule. `approvers` is how many people have to approve,
    `longest_days` how long a subscription may last, `notice_days` how many days before its end people are told.
    `principals` are the names that principals have in Unity Catalog: `domain:*: mesh-{name}`.
    """

    description: str
    classifications: tuple[str, ...] = ()
    auto_approve: tuple[str, ...] = ()
    approvers: Literal[1, 2] = 1
    longest_days: Annotated[int, msgspec.Meta(ge=1)] | None = None
    notice_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    principals: dict[str, str] = {}


class Protection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What hides masked columns of a port, by the type of catalog. None: whatever the standards above say.

    On Databricks either masks of the table itself, or attribute-based access control: tags on columns, and policies of
    the catalog that mask what is tagged (docs/decisions/0015-abac.md).
    """

    databricks: Literal["column_masks", "abac"] | None = None


class Origin(msgspec.Struct, frozen=True):
    """A place that says something of an entry: which standards, which file (and line, from 1), which fields.

    No `fields` means all of it: the place that defines the entry.
    """

    standards: str
    where: str
    fields: tuple[str, ...] = ()


class Standards(msgspec.Struct, frozen=True):
    """Everything the standards say, merged. `where` names the standards they were merged from, the nearest first.

    `policies` are keyed `type/name`, `lint` is sqlfluff's configuration as texts by section and key, `protection` is
    how masks are enforced. `origins` has, by kind and name, the place that defines an entry and then each that tightens
    it.
    """

    where: str
    classifications: dict[str, Classification]
    masks: dict[str, MaskDefinition]
    tag_templates: dict[str, TagTemplate]
    ranking: dict[str, Weight] = {}
    policies: dict[str, Policy] = {}
    lint: dict[str, dict[str, str]] = {}
    access: dict[str, AccessRule] = {}
    protection: Protection = Protection()
    origins: dict[Kind, dict[str, tuple[Origin, ...]]] = {}
