"""A double of Databricks with two catalogs, and rendered statements run in it as the program runs them."""

from __future__ import annotations

from typing import Any

from meshport.catalogs.databricks.calls import unlisted
from tests.databricks.project import DatabricksProject, relation, standing, zone_of
from tests.databricks_double.double import Double
from tests.databricks_double.store import Principal
from tests.macros.integration import Statement

PRINCIPALS = (
    Principal("producer", "t-producer"),
    Principal("analyst", "t-analyst"),
    Principal("officer", "t-officer", frozenset({"pii readers"})),
)
CATALOGS = ("internal", "published")
Rows = list[tuple[Any, ...]]
Port = dict[str, Any]
BEFORE = ("stage_port", "verify_contract", "shield_port", "verify_masks", "keep_version", "swap_port")


class Violated(Exception):
    """A verification returned rows."""


class Site:
    """What the tests publish from and to. `sql` runs as somebody: `producer` owns both catalogs, the others read."""

    def __init__(self, double: Double, project: DatabricksProject) -> None:
        self.double = double
        self.project = project
        self.sessions = {each.name: double.session(each.name, "internal") for each in PRINCIPALS}

    def fresh(self) -> None:
        """Empty the double, but for its catalogs and the secrets of the keys."""
        store = self.double.store
        with store.lock:
            for kept in (store.relations, store.functions, store.schemas):
                kept.clear()
            for name in CATALOGS:
                store.catalogs[name,].owner = "producer"
                store.catalogs[name,].grants = {}
            # Who may read what is published may do so from the first moment on.
            store.catalogs["published",].grants = {"account users": {"USE_CATALOG", "USE_SCHEMA", "SELECT"}}
            store.secrets = {("meshport", "default"): "correct horse", ("meshport", "other"): "battery staple"}

    def sql(self, statement: str, who: str = "producer") -> Rows:
        table = self.double.sql.execute(self.sessions[who], statement, source="rest")
        # Two columns may have one name: a dictionary a row would lose one.
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def run(self, statements: list[Statement]) -> None:
        """Run what was rendered for one port, in order."""
        assert unlisted(statement["sql"] for statement in statements) == []
        pin = ""
        for statement in statements:
            rows = self.sql(statement["sql"].replace("@@pin@@", pin) if statement.get("pinned") else statement["sql"])
            if statement["expect"] == "pin":
                pin = str(int(rows[0][0]))
            elif statement["expect"] == "no_rows" and rows:
                raise Violated(rows)

    def operate(self, operation: str, **arguments: Any) -> Rows:
        """Render one operation and run it; return the rows of its last statement."""
        (*before, last) = self.project.render({"one": (operation, arguments)})["one"]
        self.run(before)
        return self.sql(last["sql"])

    def publish(self, wanted: Port, build: str = "1", *, keep_previous: bool = True) -> None:
        """Publish a port as a plan does: what stands is read first."""
        stands = self.standing(wanted["target"])
        now = {**wanted, "standing": stands}
        noted = (stands or {}).get("properties", {})
        properties = {
            "build": build,
            "source_version": "@@pin@@" if now["mode"] == "clone" else None,
            "previous_build": noted.get("build"),
            "previous_source_version": noted.get("source_version"),
        }
        properties = {key: value for key, value in properties.items() if value or key in noted}
        operations: dict[str, tuple[str, dict[str, Any]]] = {"zone": ("prepare_zone", {"zone": zone_of(now)})}
        before = [name for name in BEFORE[:-1] if keep_previous or name != "keep_version"]
        operations |= {name: (name, {"port": now}) for name in before}
        operations["swap_port"] = ("swap_port", {"port": now, "keep_previous": keep_previous})
        operations["note"] = ("set_properties", {"relation": now["target"], "properties": properties})
        rendered = self.project.render(operations)
        self.run([statement for key in operations for statement in rendered[key]])
        self.run(rendered["verify_masks"])

    def roll_back(self, wanted: Port) -> None:
        self.run(
            self.project.render(
                {"one": ("rollback_port", {"port": {**wanted, "standing": self.standing(wanted["target"])}})}
            )["one"]
        )

    def standing(self, target: dict[str, str]) -> Port | None:
        """Read what a port is in the catalog, or None."""
        schema = f"`{target['database']}`.information_schema"
        here = f"table_schema = '{target['schema']}' and table_name = '{target['identifier']}'"
        kinds = self.sql(f"select table_type from {schema}.tables where {here}")
        if not kinds:
            return None
        columns = self.sql(f"select column_name from {schema}.columns where {here} order by ordinal_position")
        tags = self.sql(
            f"select tag_name, tag_value from {schema}.table_tags where {here.replace('table_schema', 'schema_name')}"
        )
        filters = self.sql(f"select filter_name from {schema}.row_filters where {here}")
        return standing(
            *(name for (name,) in columns),
            is_view=kinds == [("VIEW",)],
            masks=dict(self.sql(f"select column_name, mask_name from {schema}.column_masks where {here}")),
            column_tags=self._column_tags(schema, here),
            row_filter=filters[0][0] if filters else None,
            properties={key.removeprefix("meshport_"): value for key, value in tags if key.startswith("meshport_")},
        )

    def _column_tags(self, schema: str, here: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        tags = f"{schema}.column_tags where {here.replace('table_schema', 'schema_name')}"
        for column, key in self.sql(f"select column_name, tag_name from {tags}"):
            found.setdefault(column, []).append(key)
        return found

    def rows(self, who: str, identifier: str = "people", columns: str = "*") -> Rows:
        """What somebody sees of a port, in the order of its first column."""
        return self.sql(f"select {columns} from published.people.{identifier} order by 1", who)


def source(
    site: Site, rows: str = "(1, 'anna@example.com'), (2, 'bo@example.org')", columns: str = "id, email"
) -> None:
    """Make the table of people, one version of it."""
    site.sql("create schema if not exists internal.main")
    site.sql(f"create or replace table internal.main.people as select * from (values {rows}) as given ({columns})")


__all__ = ["BEFORE", "Port", "Rows", "Site", "Violated", "relation", "source"]
