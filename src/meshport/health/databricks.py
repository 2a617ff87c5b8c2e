"""Checks of a target on Databricks: who connects, what may be done, and traps that say nothing when one falls in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from meshport.errors import MeshportError
from meshport.health.types import Finding, Place
from meshport.health.zone import NOT_BUILT, needed_keys
from meshport.resources import BOOKKEEPING, mask

if TYPE_CHECKING:
    from meshport.catalogs.databricks import Warehouse

MATERIALIZATION = "use_materialization_v2"
TRAPS = ("column_tags_misplaced", "mask_function_unqualified", "mask_ignored_by_adapter", "mask_on_view")
"""The policies about what dbt-databricks or Databricks ignores in silence; `meshport check` asks them, too."""


def warehouse(place: Place) -> Finding:
    """The SQL warehouse answers, and somebody is connected."""
    with _connected() as connection:
        ((user,),) = connection.rows("select current_user()")
        return Finding("ok", f"{user} at {connection.access.host}{connection.access.http_path}")


def published_catalog(place: Place) -> Finding:
    """The published catalog is there and can be read."""
    from meshport.catalogs.databricks import observe

    database = place.mesh.published_database.lower()
    with _connected() as connection:
        try:
            relations = observe(connection.rows, database)
        except MeshportError as error:
            hint = f"create it (`create catalog {database}`), or let its owner grant USE CATALOG"
            return Finding("failed", f"{database}: {error.message}", hint)
    return Finding("ok", f"{database}: {len(relations)} relations")


def materialization(place: Place) -> Finding:
    """dbt-databricks takes masks of internal models seriously."""
    flags = place.dbt_project.get("flags") or {}
    if str(flags.get(MATERIALIZATION)).lower() == "true":
        return Finding("ok", f"{MATERIALIZATION} is set")
    fix = f"flags: {{{MATERIALIZATION}: true}} in dbt_project.yml; `meshport check` finds masks that are ignored"
    return Finding("warning", f"{MATERIALIZATION} is not set: dbt ignores `column_mask` in silence", fix)


def secret_keys(place: Place) -> Finding:
    """The keys that masks need can be read: they are secrets of one scope."""
    from meshport.catalogs.databricks import literal
    from meshport.policies.checks import read_dbt_project

    needed = needed_keys(place)
    if needed is None:
        return NOT_BUILT
    if not needed:
        return Finding("ok", "no mask needs one")
    scope = str(read_dbt_project(place.project_dir).variables.get("meshport_secret_scope", "meshport"))
    with _connected() as connection:
        for name in sorted(needed):
            try:
                connection.rows(f"select secret({literal(scope)}, {literal(name)}) is not null")
            except MeshportError as error:
                fix = f"databricks secrets put-secret {scope} {name}; who builds and publishes needs READ on the scope"
                return Finding("failed", f"{scope}/{name}: {error.message}", fix)
    return Finding("ok", f"{scope}: {', '.join(sorted(needed))}")


def silent_traps(place: Place) -> Finding:
    """No tag, mask or row filter of a model stands where it is ignored without a word."""
    from meshport.artifacts import load_project
    from meshport.information_schema import Sources
    from meshport.lineage import Lineage
    from meshport.policies import project_policies, run_policies
    from meshport.standards import standards_of

    artifacts = place.project_dir / "target"
    if not (artifacts / "manifest.json").is_file():
        return NOT_BUILT
    standards = standards_of(place.project_dir, place.mesh)
    policies, scope = project_policies(place.project_dir, artifacts, standards)
    sources = Sources(
        artifacts=artifacts,
        project_dir=place.project_dir,
        project=lambda: load_project(artifacts),
        standards=lambda: standards,
        lineage=lambda: Lineage({}),  # these policies ask for none
    )
    asked = [policy for policy in policies if policy.name in TRAPS]
    report = run_policies(sources, asked, today=datetime.now(timezone.utc).date(), scope=scope)
    if report.failed:
        return Finding("failed", report.failed[0].reason, "see `meshport check`")
    found = [f"{each.subject}: {each.message}" for each in report.violations]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return Finding("failed", found[0] + more, f"`meshport check {' '.join(f'--select {n}' for n in TRAPS)}`")
    return Finding("ok", "no tag, mask or row filter of a model is ignored")


def policies(place: Place) -> Finding:
    """Where the standards ask for policies (ABAC), they can be read, and the tag that they go by is a governed one."""
    from meshport.catalogs.databricks import access_of
    from meshport.catalogs.databricks.registration import mask_policies, tag_policies
    from meshport.catalogs.databricks.registration.client import workspace
    from meshport.standards import standards_of

    if standards_of(place.project_dir, place.mesh).protection.databricks != "abac":
        return Finding("ok", "not asked for: columns are masked table by table")
    client, database = workspace(access_of().host), place.mesh.published_database.lower()
    there = mask_policies.observed(client, database)
    if mask.TAG not in tag_policies.observed(client):
        fix = f"the central team makes it: create the governed tag `{mask.TAG}`, of any value, and let you assign it"
        return Finding("warning", f"`{mask.TAG}` is no governed tag yet: a publish makes it, or fails", fix)
    return Finding(
        "ok",
        f"{len(there)} policies on {database} (100 at most); whether readers have compute that knows policies "
        "(serverless, or Databricks Runtime 16.4 and later) cannot be seen from here: older ones are refused",
    )


def probe(place: Place) -> Finding:
    """Publishing's own steps on three small tables that are dropped again: each needs its privilege, and a mask has
    to be on a table still after its rows were replaced.
    """
    steps = _Probe(place.mesh.published_database.lower(), secrets.token_hex(4))
    with _connected() as connection:
        try:
            for what, sql in steps.steps():
                try:
                    connection.rows(sql)
                except MeshportError as error:
                    return Finding(
                        "failed", f"{what}: {error.message}", "let the catalog's owner grant what is missing"
                    )
                if what.startswith("replace") and connection.rows(steps.masks()) != [(steps.function,)]:
                    return Finding(
                        "failed",
                        f"{what}: the mask is gone afterwards",
                        "use `config: {meta: {port_mode: copy}}`, and report this: publishing would stop there, too",
                    )
        finally:
            for sql in steps.clean_up():
                with suppress(MeshportError):  # what was not made cannot be dropped
                    connection.rows(sql)
    return Finding("ok", "schema, function, mask, clone, copy and tags work; a mask stays when rows are replaced")


class _Probe:
    """The statements of the probe. Names hold `token`, so that two probes at a time do not meet."""

    def __init__(self, database: str, token: str) -> None:
        from meshport.catalogs.databricks import identifier, literal

        self._database, self._table = identifier(database), literal(f"probe_{token}")
        self.function = f"{database}.{BOOKKEEPING}.probe_mask_{token}"
        schema = f"{self._database}.{identifier(BOOKKEEPING)}"
        self._schema = schema
        self._mask, self._source, self._empty, self._port = (
            f"{schema}.{identifier(f'{name}_{token}')}"
            for name in ("probe_mask", "probe_source", "probe_empty", "probe")
        )

    def steps(self) -> Iterator[tuple[str, str]]:
        """Yield what is tried, and its statement."""
        yield "create a schema", f"create schema if not exists {self._schema}"
        yield "create a function", f"create function {self._mask}(value string) returns string return '***'"
        yield "create a table", f"create table {self._source} as select 'secret' as value"
        yield "create an empty table", f"create table {self._empty} (value string)"
        yield "create a clone", f"create table {self._port} shallow clone {self._empty}"
        yield "mask a clone", f"alter table {self._port} alter column value set mask {self._mask}"
        yield "replace by a clone", f"create or replace table {self._port} shallow clone {self._source}"
        yield "replace its rows", f"insert overwrite {self._port} by name select value from {self._source}"  # noqa: S608
        yield "set a tag", f"alter table {self._port} set tags ('meshport_probe' = 'yes')"

    def masks(self) -> str:
        """Return the query for the mask that is on the probe's table."""
        view = f"{self._database}.information_schema.column_masks"
        return f"select mask_name from {view} where table_name = {self._table}"  # noqa: S608

    def clean_up(self) -> Iterator[str]:
        """Yield what drops it all."""
        yield f"drop table if exists {self._port}"
        yield f"drop table if exists {self._empty}"
        yield f"drop table if exists {self._source}"
        yield f"drop function if exists {self._mask}"


@contextmanager
def _connected() -> Iterator[Warehouse]:
    from meshport.catalogs.databricks import Warehouse, access_of

    connection = Warehouse(access_of())
    try:
        yield connection
    finally:
        connection.close()
