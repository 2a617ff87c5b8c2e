"""What `inspect` found, as frozen types that go to JSON as they are."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

GapKind = Literal[
    "owner", "description", "contract", "columns", "types", "stale columns", "classification", "tests", "key"
]


class Gap(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that a product or port still needs. `names` are the columns it is about, if it is about columns."""

    kind: GapKind
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} ({len(self.names)})" if self.names else self.kind


class ColumnFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column, as declared (`data_type`, `classification`), as found in the catalog, and as its name suggests."""

    name: str
    declared: bool = True
    data_type: str | None = None
    found_type: str | None = None
    classification: str | None = None
    suggested: str | None = None

    @property
    def type(self) -> str | None:
        """The type to declare: the declared one, else the one in the catalog."""
        return self.data_type or self.found_type


class PortFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is an output port already (`declared`), or could be one, and why."""

    unique_id: str
    name: str
    label: str
    path: str
    patch_path: str | None
    why: str
    declared: bool
    grouped: bool
    public: bool
    contract: bool
    can_have_contract: bool
    key: tuple[str, ...]
    tests: int
    columns: tuple[ColumnFinding, ...]
    missing: tuple[Gap, ...]


class ProductFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A product. `source` says what makes it one: a declaration, a dbt group, or a mere folder."""

    name: str
    title: str
    source: Literal["declared", "group", "folder"]
    path: str | None
    owner: dict[str, Any]
    ports: tuple[PortFinding, ...]
    missing: tuple[Gap, ...]


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """A dbt project seen as products. `remarks` are sentences about what could not be looked at."""

    project: str
    adapter_type: str
    dbt_version: str
    models: int
    products: tuple[ProductFinding, ...]
    remarks: tuple[str, ...]
