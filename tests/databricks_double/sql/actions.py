"""What one ALTER does."""

from __future__ import annotations

from dataclasses import dataclass

from tests.databricks_double.sql.clauses import ColumnClause, FilterClause, MaskClause, TagPairs
from tests.databricks_double.store import Constraint, Name


class Action:
    """What one ALTER does."""


@dataclass(frozen=True)
class AddColumns(Action):
    """ADD COLUMNS."""

    columns: tuple[ColumnClause, ...]
    if_not_exists: bool = False


@dataclass(frozen=True)
class DropColumns(Action):
    """DROP COLUMNS."""

    columns: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True)
class RenameColumn(Action):
    """RENAME COLUMN a TO b."""

    column: str
    to: str


@dataclass(frozen=True)
class RenameTo(Action):
    """RENAME TO."""

    to: Name


@dataclass(frozen=True)
class SetNullable(Action):
    """ALTER COLUMN c SET | DROP NOT NULL."""

    column: str
    nullable: bool


@dataclass(frozen=True)
class SetType(Action):
    """ALTER COLUMN c TYPE t."""

    column: str
    data_type: str


@dataclass(frozen=True)
class SetDefault(Action):
    """ALTER COLUMN c SET DEFAULT e | DROP DEFAULT."""

    column: str
    default: str | None


@dataclass(frozen=True)
class SetComments(Action):
    """ALTER COLUMN c COMMENT '...' [, d COMMENT '...']."""

    comments: TagPairs


@dataclass(frozen=True)
class SetMask(Action):
    """ALTER COLUMN c SET MASK, or DROP MASK where `mask` is None."""

    column: str
    mask: MaskClause | None


@dataclass(frozen=True)
class SetRowFilter(Action):
    """SET ROW FILTER, or DROP ROW FILTER where None."""

    row_filter: FilterClause | None


@dataclass(frozen=True)
class SetTags(Action):
    """SET TAGS, of the object or of one column."""

    tags: TagPairs
    column: str | None = None


@dataclass(frozen=True)
class UnsetTags(Action):
    """UNSET TAGS, of the object or of one column."""

    keys: tuple[str, ...]
    column: str | None = None
    if_exists: bool = False


@dataclass(frozen=True)
class SetProperties(Action):
    """SET TBLPROPERTIES."""

    properties: TagPairs


@dataclass(frozen=True)
class UnsetProperties(Action):
    """UNSET TBLPROPERTIES."""

    keys: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True)
class SetOwner(Action):
    """[SET] OWNER TO."""

    owner: str


@dataclass(frozen=True)
class AddConstraint(Action):
    """ADD CONSTRAINT."""

    constraint: Constraint


@dataclass(frozen=True)
class DropConstraint(Action):
    """DROP CONSTRAINT, by name or, for a primary key, by its kind."""

    name: str | None
    if_exists: bool = False


@dataclass(frozen=True)
class SetQuery(Action):
    """ALTER VIEW ... AS: grants and tags stay."""

    query: str


@dataclass(frozen=True)
class ClusterBy(Action):
    """CLUSTER BY: how files lie on disk. Nothing to see in a double, so nothing is done."""
