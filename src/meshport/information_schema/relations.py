"""The relations that tables are selected from: the entries of dbt's artifacts, one relation for each kind of entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from meshport.catalogs.duckdb import identifier
from meshport.information_schema.columns import provide_columns
from meshport.information_schema.entries import CONFIG, FRESHNESS, KEYS, REAL_TABLE, RESULT, SECTIONS
from meshport.information_schema.filling import Filling
from meshport.information_schema.real import real_tables
from meshport.information_schema.results import freshness, results
from meshport.information_schema.spec import words_of
from meshport.information_schema.staging import SCHEMA, Stage, fields_of, moment


def provide(filling: Filling, stage: Stage) -> None:
    """Make every relation that the tables of a filling are selected from.

    Raises InputError where an artifact cannot be read.
    """
    words = set().union(*(words_of(table.relation or "") for table in filling.tables))
    provide_columns(filling, stage, words)  # first: they are taken out of the nodes
    for name, make in _PLAIN.items():
        if name in words:
            make(filling, stage)
    for kind in sorted(SECTIONS.keys() & words):
        _entries(filling, stage, kind)


def _entries(filling: Filling, stage: Stage, kind: str) -> None:
    """Provide the entries of one kind, with `conf` as what their `config` says."""
    types = {"unique_id": "VARCHAR", **{key: KEYS[key] for key in filling.manifest.keys}}
    conf = f", {fields_of('config', CONFIG)} as conf" if "config" in types else ""
    generated = f", {moment(filling.generated_at)} as generated_at"
    source = stage.lines(filling.manifest.entries.get(kind, []), types)
    view = f"create view {SCHEMA}.{identifier(kind)} as select *{conf}{generated} from {source}"  # noqa: S608
    stage.execute(view, filling.manifest_path)


def _plain(
    name: str, file: str, types: Mapping[str, str], read: Callable[[Path], Iterable[Any]]
) -> Callable[[Filling, Stage], None]:
    """Return what provides the relation `name`: what `read` finds in a `file` of the artifacts' folder."""

    def make(filling: Filling, stage: Stage) -> None:
        source = stage.lines(read(filling.sources.artifacts), types)
        view = f"create view {SCHEMA}.{name} as select * from {source}"  # noqa: S608
        stage.execute(view, filling.sources.artifacts / file)

    return make


_PLAIN = {
    "real_table": _plain("real_table", "catalog.json", REAL_TABLE, real_tables),
    "run_result": _plain("run_result", "run_results.json", RESULT, results),
    "source_freshness": _plain("source_freshness", "sources.json", FRESHNESS, freshness),
}
