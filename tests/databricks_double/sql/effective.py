"""What acts on a read of a table: its own masks and row filter, and the ABAC policies that reach it (`rest/abac`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from tests.databricks_double.rest import abac
from tests.databricks_double.sql.dialect import column, parse_expression
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.store import Metastore, Name, Principal, Relation


@dataclass(frozen=True)
class Use:
    """A function and its arguments after the masked column: columns, or constants as SQL.

    What a policy's function returns is cast to the column's type ("Automatic type casting for column masks").
    """

    function: Name
    columns: tuple[str | None, ...] = ()
    constants: tuple[str | None, ...] = ()
    casts: bool = False

    def values(self, relation: Relation, table: str) -> list[exp.Expr]:
        """Return the arguments."""
        return [
            column(relation.columns[key].name, table) if key is not None else parse_expression(constant or "NULL")
            for key, constant in zip(self.columns, self.constants, strict=True)
        ]


@dataclass
class Policies:
    """What a reader gets: at most one mask for each column, and filters that all must hold."""

    masks: dict[str, Use] = field(default_factory=dict)
    filters: list[Use] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.masks or self.filters)


def policies_of(store: Metastore, principal: Principal, name: Name, relation: Relation) -> Policies:
    """Return what acts on a read. A column that is masked in two ways cannot be read by anybody."""
    found = Policies()
    for key, at in relation.columns.items():
        if at.mask:
            found.masks[key] = _own(at.mask.function, at.mask.using_columns)
    if relation.row_filter:
        found.filters.append(_own(relation.row_filter.function, relation.row_filter.columns))
    shared = abac.effective(store, name, principal)
    conflicts = [*shared.conflicts, *(key for key in shared.masks if key in found.masks)]
    if shared.row_filters and relation.row_filter:
        conflicts.append("ROW FILTER")
    if conflicts:
        raise SqlError(
            "INVALID_PARAMETER_VALUE.UC_ABAC_MULTIPLE_POLICIES",
            f"More than one policy for {quoted(sorted(set(conflicts)))} of {quoted(name)} applies to the reader.",
            "22023",
        )
    for key, applied in shared.masks.items():
        found.masks[key] = _use(applied[0])
    found.filters += [_use(applied) for applied in shared.row_filters[:1]]
    return found


def _own(function: Name, columns: tuple[str, ...]) -> Use:
    return Use(function, columns, (None,) * len(columns))


def _use(applied: abac.Applied) -> Use:
    keys = tuple(argument.column.lower() if argument.column else None for argument in applied.using)
    return Use(applied.function, keys, tuple(argument.constant for argument in applied.using), True)
