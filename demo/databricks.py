"""The demo's Databricks: the double of the tests, with a principal for each domain and the catalogs of a platform team.

The unmodified adapter, SQL connector and SDK talk to it. What it is and is not: tests/databricks_double/README.md.
"""

from __future__ import annotations

from pathlib import Path

import click

from demo.places import Rows
from demo.story import NotSoError, Story
from tests.databricks_double.double import Double
from tests.databricks_double.store import Principal

DOMAINS = ("sales", "marketing")
READERS = ("finance",)


class Databricks:
    """A workspace in which each domain owns an internal catalog and a published one."""

    title = "on Databricks: the real adapter, connector and SDK, against a loopback double of the workspace"

    def __init__(self, double: Double) -> None:
        self._double = double
        for domain in DOMAINS:
            for catalog in (domain, f"{domain}_published"):
                self._double.execute(f"alter catalog {catalog} set owner to `{domain}`")
        grants = {domain: {"CREATE_EXTERNAL_METADATA"} for domain in DOMAINS}
        self._double.store.documents.setdefault("metastore", {})["self"] = {"owner": "admins", "grants": grants}

    @staticmethod
    def double() -> Double:
        """Return the workspace, not started yet."""
        principals = [Principal(name, f"dapi-{name}", frozenset({f"{name}_team"})) for name in (*DOMAINS, *READERS)]
        return Double(principals, [name for domain in DOMAINS for name in (domain, f"{domain}_published")])

    def environment(self, domain: str) -> dict[str, str]:
        """Return a domain's token, and where the workspace is."""
        known = domain if domain in DOMAINS else "admin"
        return {**self._double.environment(known), "DBT_TARGET": "databricks"}

    def prepare(self, story: Story, project: Path) -> None:
        """Tell the profile of the double's port and certificate; a real workspace needs neither."""
        options = {key: value for key, value in self._double.connection().items() if key.startswith("_")}
        extra = f"      connection_parameters: {{_connection_uri: '{options['_connection_uri']}', "
        extra += f"_tls_trusted_ca_file: '{options['_tls_trusted_ca_file']}', enable_telemetry: false}}\n"
        host = "      host: \"{{ env_var('DATABRICKS_HOST') }}\"\n"
        story.edit(project / "profiles.yml", host, host.replace("') }}", "') | replace('https://', '') }}") + extra)

    def rows(self, project: Path, sql: str) -> Rows:
        """Read as the administrator, who is in no group that sees through a mask."""
        return [tuple(row.values()) for row in self._double.execute(sql)]

    def trace(self, project: Path) -> object:
        """Return the statements that were not questions."""
        return [each.statement for each in self._double.statements if not _is_question(each.statement)]

    def set_comment(self, project: Path, table: str, text: str) -> None:
        """Change it in SQL."""
        self._double.execute(f"comment on table {table} is '{text}'")

    def set_tag(self, project: Path, table: str, key: str, value: str) -> None:
        """Set it in SQL."""
        self._double.execute(f"alter table {table} set tags ('{key}' = '{value}')")

    def tags(self, project: Path, table: str) -> dict[str, str]:
        """Ask the information schema."""
        catalog, schema, name = table.split(".")
        view = f"{catalog}.information_schema.table_tags"
        rows = self.rows(
            project, f"select tag_name, tag_value from {view} where schema_name = '{schema}' and table_name = '{name}'"
        )
        return {key: value for key, value in rows if not key.startswith("meshport_")}

    def read(self, story: Story, reader: Path, sql: str) -> str:
        """Read as the domain, as any client would."""
        click.secho(f"  {reader.name}> {sql}", fg="cyan")
        shown = "\n".join(
            str(tuple(row.values())) for row in self._double.execute(sql, self._double.session(reader.name))
        )
        click.echo("\n".join(f"  | {line}" for line in shown.splitlines()))
        return shown

    def refused(self, story: Story, reader: Path, domain: str, sql: str) -> None:
        """Try as the domain; the catalog says no."""
        click.secho(f"  {domain}> {sql}", fg="cyan")
        try:
            self._double.execute(sql, self._double.session(domain))
        except Exception as error:
            click.echo(f"  | {str(error).splitlines()[0]}")
            story.claim("the catalog refuses", "INSUFFICIENT_PERMISSIONS" in str(error))
        else:
            raise NotSoError(f"{domain} can read without a grant")


def _is_question(statement: str) -> bool:
    return statement.lstrip().lower().startswith(("select", "with", "describe", "show", "use", "set "))
