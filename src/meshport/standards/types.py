"""The central team's standards as frozen types: classifications, masks, tag templates."""

from __future__ import annotations

from typing import Literal

import msgspec

Family = Literal["string", "integer", "number", "date", "timestamp", "boolean", "any"]
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

    `distinct` says that different values stay different.
    """

    description: str
    types: tuple[Family, ...]
    method: str
    arguments: dict[str, str | int | float | bool] = {}
    distinct: bool = False


class Classification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a column may hold. `masks` names the masks it may be published under, the preferred first."""

    description: str
    masks: tuple[str, ...] = ()
    detect: tuple[str, ...] = ()


class TagTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """A tag of the catalog: what carries it, where its value comes from, which values it may have."""

    description: str
    applies_to: tuple[Literal["port", "column"], ...]
    source: TagSource
    required: bool = False
    values: tuple[str, ...] = ()


class Standards(msgspec.Struct, frozen=True):
    """Everything the standards say. `where` is the folder they were read from."""

    where: str
    classifications: dict[str, Classification]
    masks: dict[str, MaskDefinition]
    tag_templates: dict[str, TagTemplate]
