"""A session: whose it is, where unqualified names are looked up, and its temporary views."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.store import Name, Principal, Relation


@dataclass
class Session:
    """What one connection keeps between statements."""

    principal: Principal
    catalog: str
    schema: str = "default"
    variables: dict[str, str] = field(default_factory=dict)
    temporary: dict[str, Relation] = field(default_factory=dict)

    @property
    def namespace(self) -> Name:
        """Where unqualified names are looked up."""
        return (self.catalog, self.schema)


def full_name(name: Name, namespace: Name, parts: int = 3) -> Name:
    """Complete a name from the namespace: to three parts for a relation or function, two for a schema."""
    if len(name) > parts:
        raise SqlError(
            "IDENTIFIER_TOO_MANY_NAME_PARTS",
            f"{quoted(name)} is not a valid identifier as it has too many parts.",
            "42601",
        )
    missing = parts - len(name)
    return (*namespace[:missing], *name) if parts == 3 else (*namespace[:1][:missing], *name)
