"""A session: whose it is, where unqualified names are looked up, and its temporary views."""

from __future__ import annotations

import re
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
    def query_tags(self) -> dict[str, str]:
        """What statements are tagged with: `key:value` with commas between, in which a backslash takes a meaning away."""
        said = self.variables.get("QUERY_TAGS", "")
        pairs = (re.split(r"(?<!\\):", pair, maxsplit=1) for pair in re.split(r"(?<!\\),", said) if pair)
        return {key.strip(): re.sub(r"\\(.)", r"\1", value) for key, value in pairs}

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
