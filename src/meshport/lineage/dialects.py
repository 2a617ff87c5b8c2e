"""From dbt's adapter to sqlglot's dialect, and how each compares names."""

from __future__ import annotations

from collections.abc import Callable

from meshport.model import fold

_DIALECTS = {
    "athena": "athena",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "doris": "doris",
    "dremio": "dremio",
    "drill": "drill",
    "duckdb": "duckdb",
    "exasol": "exasol",
    "fabric": "fabric",
    "fabricspark": "spark",
    "glue": "spark",
    "hive": "hive",
    "materialize": "materialize",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "redshift": "redshift",
    "risingwave": "risingwave",
    "singlestore": "singlestore",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
    "starrocks": "starrocks",
    "synapse": "tsql",
    "teradata": "teradata",
    "trino": "trino",
}
_UPPER = frozenset({"snowflake", "oracle", "exasol"})
_LOWER = frozenset({"postgres", "materialize", "risingwave"})


class Dialect:
    """How one system reads SQL and compares names.

    Most compare names without case. Snowflake and its kin raise unquoted names, PostgreSQL and its kin lower them, and
    both keep what is quoted as it is.
    """

    __slots__ = ("key", "known", "name", "sensitive")

    def __init__(self, adapter_type: str) -> None:
        self.name = _DIALECTS.get(adapter_type, "")
        self.known = bool(self.name)
        self.sensitive = self.name in _UPPER or self.name in _LOWER
        # Called for every name of every query: a dictionary's own method is the fastest function there is.
        self.key: Callable[[str], str] = str if self.sensitive else _Folded().__getitem__
        """Return what two real names have in common when they are one to the catalog."""

    def real(self, written: str, quoted: bool) -> str:
        """Return the name that the catalog has for an identifier as somebody wrote it."""
        if quoted or not self.sensitive:
            return written
        return written.upper() if self.name in _UPPER else written.lower()


class _Folded(dict[str, str]):
    """Names folded, each worked out once."""

    def __missing__(self, name: str) -> str:
        folded = self[name] = fold(name)
        return folded
