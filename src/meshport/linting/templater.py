"""dbt's templates rendered without dbt and without a warehouse, for a linter: sqlfluff's jinja templater, more patient.

What a template asks of dbt is answered as sqlfluff's dbt builtins answer (`ref`, `source`, `var`, ...); what nobody
here knows, macros of packages above all, is stood in for by its own name, which is an identifier in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, meta
from sqlfluff.core.config import FluffConfig
from sqlfluff.core.templaters.builtins.dbt import DBT_BUILTINS
from sqlfluff.core.templaters.jinja import DBTTestExtension, DummyUndefined, JinjaTemplater

# What dbt puts into every template and every macro, beyond what sqlfluff's builtins know.
_OF_DBT = (
    "adapter api builtins column_name context dbt dbt_version diff_of_two_dicts doc env_var exceptions execute flags "
    "fromjson fromyaml graph invocation_id load_result local_md5 log model modules namespace_of node print "
    "project_name run_query run_started_at schema schemas selected_resources statement store_result target thread_id "
    "tojson toyaml try_or_compiler_error validation"
)
_FILTERS = ("as_bool", "as_native", "as_number", "as_text")


class DbtTemplater(JinjaTemplater):
    """sqlfluff's jinja templater with all of dbt's names."""

    def get_context(self, fname: str | None, config: FluffConfig | None) -> dict[str, Any]:
        """Return what templates see before macros are loaded: also the names that only macros ask for."""
        folders = str((config and config.get_section(("templater", "jinja", "load_macros_from_path"))) or "")
        unknown = (*_OF_DBT.split(), *_asked_by_macros(folders))
        names = {name: DummyUndefined.create(name) for name in unknown if name not in DBT_BUILTINS}
        # dbt takes a configuration as arguments or as one dictionary; either way nothing is rendered.
        return {**names, "config": _Config(), "dbt": _Dbt("dbt"), **super().get_context(fname, config)}

    def construct_render_func(
        self, fname: str | None = None, config: FluffConfig | None = None
    ) -> tuple[Environment, dict[str, Any], Callable[[str], str]]:
        """Return an environment that knows dbt's filters too."""
        environment, context, render = super().construct_render_func(fname=fname, config=config)
        environment.filters.update({name: lambda value, *_, **__: value for name in _FILTERS})
        return environment, context, render


class _Config:
    """`config(...)`, `config.get('materialized')`, `config.require(...)`."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        return ""

    def get(self, name: str, default: Any = None, **_: Any) -> Any:
        return "config" if default is None else default

    require = get


class _Dbt(DummyUndefined):
    """dbt's own macros: `dbt.type_string()` is a type, which a stand-in's name is not in every dialect."""

    def __getattr__(self, item: str) -> Any:
        if item.startswith("type_"):
            return lambda: {"string": "varchar"}.get(item[5:], item[5:])
        return super().__getattr__(item)


def macro_files(folders: str) -> Iterator[Path]:
    """Yield the files that are named, or are in folders that are named, with commas between them."""
    for path in (Path(name.strip()) for name in folders.split(",") if name.strip()):
        yield from sorted(path.rglob("*.sql")) if path.is_dir() else [path]


def read_macros(path: Path) -> str:
    """Return the text of a file with macros."""
    return path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=8)
def _asked_by_macros(folders: str) -> frozenset[str]:
    found = (names_in(read_macros(path)) for path in macro_files(folders))
    return frozenset(name for names in found for name in names or ())


def names_in(template: str) -> frozenset[str] | None:
    """Return the names that a template takes from its surroundings, None where sqlfluff could not read it."""
    environment = Environment(extensions=["jinja2.ext.do", DBTTestExtension])
    environment.filters.update(dict.fromkeys(_FILTERS, str))
    try:
        return frozenset(meta.find_undeclared_variables(environment.parse(template)))
    except TemplateSyntaxError:
        return None
