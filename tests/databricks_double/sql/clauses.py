"""Parts of statements: a column as declared, a mask, a row filter."""

from __future__ import annotations

from dataclasses import dataclass

from tests.databricks_double.store import Name

TagPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MaskClause:
    """MASK f [USING COLUMNS (...)]."""

    function: Name
    using_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilterClause:
    """ROW FILTER f ON (...)."""

    function: Name
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnClause:
    """A column as declared in a table's or view's list; a view's columns have no type."""

    name: str
    data_type: str | None = None
    nullable: bool = True
    comment: str | None = None
    default: str | None = None
    mask: MaskClause | None = None
