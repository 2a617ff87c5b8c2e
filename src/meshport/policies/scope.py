"""What a policy's Jinja may name: the functions of policies and of dbt's checks."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from meshport.policies.macros import Macros
from meshport.policies.quoting import literal
from meshport.standards.policy import Setting

SECRET = "DBT_ENV_SECRET"
"""Environment variables that dbt itself shows to no SQL."""


class Scope(msgspec.Struct, frozen=True):
    """What a policy may name: the tables of the information schema (`dbt.models`), the project's variables and macros.

    `patterns` are the standards' regular expressions over names of columns, by classification. `macros` is called only
    where a policy names something that is none of meshport's.
    """

    tables: Collection[str]
    variables: Mapping[str, Any] = {}
    patterns: Mapping[str, Collection[str]] = {}
    macros: Callable[[], Macros] = Macros


def functions(settings: Mapping[str, Setting], scope: Scope) -> dict[str, Callable[..., Any]]:
    """Return the functions by name. They raise LookupError for what is not there."""

    def info_schema(view: str, schema: str | None = None) -> str:
        # As in dbt, the view alone is enough; what ran is in a schema of its own there too.
        for each in [schema] if schema else ["dbt", "dbt_rt"]:
            if f"{each}.{view}" in scope.tables:
                return f"{each}.{view}"
        wanted = f"{schema or 'dbt'}.{view}"
        near = get_close_matches(wanted, scope.tables, n=3)
        raise LookupError(f"there is no table {wanted}" + (f"; near names: {', '.join(near)}" if near else ""))

    def setting(name: str) -> str:
        if name not in settings:
            raise LookupError(f"there is no setting {name!r} in the policy's YAML")
        return literal(settings[name])

    def detected(column: str) -> str:
        # Constant expressions: DuckDB would compile those of a table again for every row. Most names fit none of them.
        known = {name: "|".join(patterns) for name, patterns in scope.patterns.items() if patterns}
        name = f"lower({column})"
        cases = [f"when regexp_matches({name}, {literal(each)}) then {literal(key)}" for key, each in known.items()]
        any_of = literal("|".join(known.values()))
        return f"case when regexp_matches({name}, {any_of}) then case {' '.join(cases)} end end" if known else "null"

    def var(name: str, default: Any = None) -> Any:
        value = scope.variables.get(name, default)
        if value is None:
            raise LookupError(f"the project has no variable {name!r}")
        return value

    def env_var(name: str, default: str | None = None) -> str:
        value = None if name.startswith(SECRET) else os.environ.get(name, default)
        if value is None:
            raise LookupError(f"there is no environment variable {name!r} that a policy may read")
        return value

    return {
        "info_schema": info_schema,
        "setting": setting,
        "detected": detected,
        "var": var,
        "env_var": env_var,
        "log": lambda *told, **also: "",
    }
