"""What is sent to Databricks, as data: every kind of statement, every view that is read, every call of REST services.

`docs/reference/databricks-calls.md` is made from it, and tests hold it against what the double of Databricks recorded:
what is sent is here, and what is here is sent. A `…` in a shape stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

_MANUAL = "https://docs.databricks.com/sql/language-manual"
_AZURE = "https://learn.microsoft.com/en-us/azure/databricks"
PAGES = {
    "Language reference": f"{_AZURE}/sql/language-manual",
    "ALTER TABLE": f"{_MANUAL}/sql-ref-syntax-ddl-alter-table.html",
    "ALTER VIEW": f"{_MANUAL}/sql-ref-syntax-ddl-alter-view.html",
    "CREATE FUNCTION": "https://docs.databricks.com/archive/spark-sql-2.x-language-manual/create-function.html",
    "CREATE SCHEMA": f"{_MANUAL}/sql-ref-syntax-ddl-create-schema.html",
    "CREATE TABLE": f"{_AZURE}/sql/language-manual/sql-ref-syntax-ddl-create-table-using",
    "CREATE TABLE CLONE": f"{_MANUAL}/delta-clone.html",
    "CREATE VIEW": "https://docs.databricks.com/pt/sql/language-manual/sql-ref-syntax-ddl-create-view.html",
    "DROP TABLE": f"{_MANUAL}/sql-ref-syntax-ddl-drop-table.html",
    "GRANT": f"{_AZURE}/sql/language-manual/security-grant",
    "INSERT": "https://docs.databricks.com/ja/sql/language-manual/sql-ref-syntax-dml-insert-into.html",
    "Information schema": f"{_MANUAL}/sql-ref-information-schema.html",
    "REVOKE": "https://docs.databricks.com/gcp/sql/language-manual/security-revoke",
    "ROW FILTER clause": "https://docs.databricks.com/en/sql/language-manual/sql-ref-syntax-ddl-row-filter.html",
    "Rename and drop columns with column mapping": "https://docs.databricks.com/aws/en/delta/column-mapping.html",
    "Row filters and column masks": "https://docs.databricks.com/aws/en/tables/row-and-column-filters",
    "TABLE_TAGS": f"{_MANUAL}/information-schema/table_tags.html",
    "Work with table history": f"{_AZURE}/delta/history",
    "current_user function": f"{_MANUAL}/functions/current_user.html",
    "secret function": f"{_MANUAL}/functions/secret.html",
}
"""The vendor's pages by their titles, each looked up. What has no page of its own here is in the language reference."""
Seen = Literal["the double", "nothing"]
"""Who has seen it. No workspace has: `tests/live` is for those who have one. The open-source server has no SQL and none
of these services: what is sent to it is in docs/reference/unity-server.md.
"""


class Sql(msgspec.Struct, frozen=True):
    """A kind of statement: its shape, what it is for, and the titles of the pages it is from."""

    shape: str
    purpose: str
    pages: tuple[str, ...]
    seen: Seen = "the double"

    def fits(self, normal: str) -> bool:
        """Whether a statement, as `normalised`, is of this kind."""
        parts = (re.escape(part) for part in self.shape.split("…"))
        return re.fullmatch(".*".join(parts), normal, re.DOTALL) is not None


class View(msgspec.Struct, frozen=True):
    """A view of a catalog's `information_schema`, and what is read there."""

    name: str
    purpose: str
    seen: Seen = "the double"


class Rest(msgspec.Struct, frozen=True):
    """A call of a REST service: `sdk` is the class and method of `module` of the SDK that makes it."""

    method: str
    path: str
    purpose: str
    module: str
    sdk: str
    seen: Seen = "the double"

    def fits(self, method: str, path: str) -> bool:
        """Whether a call is this one. A name in a path is one part of it, encoded."""
        parts = (re.escape(part) for part in re.split(r"\{\w+\}", self.path))
        return method == self.method and re.fullmatch("[^/]+".join(parts), path) is not None


STATEMENTS = (
    Sql("CREATE SCHEMA IF NOT EXISTS …", "schemas of the published zone, and the internal ones", ("CREATE SCHEMA",)),
    Sql(
        "CREATE FUNCTION IF NOT EXISTS … RETURN …",
        "masks and row filters, named by a digest of their bodies",
        ("CREATE FUNCTION", "Row filters and column masks"),
    ),
    Sql("CREATE FUNCTION … RETURN …", "a mask for `doctor --probe`", ("CREATE FUNCTION",)),
    Sql("DESCRIBE HISTORY … LIMIT 1", "`clone`: the newest version of the source", ("Work with table history",)),
    Sql(
        "CREATE OR REPLACE TABLE … SHALLOW CLONE … VERSION AS OF …",
        "`clone`: the port's rows; the version that a rollback goes back to",
        ("CREATE TABLE CLONE",),
    ),
    Sql(
        "CREATE OR REPLACE TABLE … SHALLOW CLONE …",
        "`doctor --probe`: whether a clone that takes the place of another keeps its mask",
        ("CREATE TABLE CLONE",),
    ),
    Sql(
        "CREATE TABLE IF NOT EXISTS … SHALLOW CLONE …",
        "`clone`: the port begins as a clone of an empty table",
        ("CREATE TABLE CLONE",),
    ),
    Sql("CREATE TABLE … SHALLOW CLONE …", "`doctor --probe`", ("CREATE TABLE CLONE",)),
    Sql("CREATE OR REPLACE TABLE … AS SELECT … FROM …", "`copy`: the rows that are audited", ("CREATE TABLE",)),
    Sql(
        "CREATE OR REPLACE TABLE … AS (SELECT … FROM …)",
        "`quality run`: rows that break rules, masked",
        ("CREATE TABLE",),
    ),
    Sql("CREATE OR REPLACE TABLE … (…) USING DELTA…", "`clone`: an empty table to clone", ("CREATE TABLE",)),
    Sql(
        "CREATE TABLE IF NOT EXISTS … AS SELECT … WHERE FALSE",
        "`copy`: the port, empty, where a column declares no type",
        ("CREATE TABLE",),
    ),
    Sql(
        "CREATE TABLE IF NOT EXISTS … (…) USING DELTA…",
        "`copy`: the port, empty, with masks and row filter",
        ("CREATE TABLE", "ROW FILTER clause"),
    ),
    Sql("CREATE TABLE IF NOT EXISTS … (…) COMMENT …", "the tables of the schema `meshport`", ("CREATE TABLE",)),
    Sql("CREATE TABLE … AS SELECT …", "`doctor --probe`: a source with a row", ("CREATE TABLE",)),
    Sql("CREATE TABLE … (…)", "`doctor --probe`: an empty table to clone", ("CREATE TABLE",)),
    Sql("INSERT OVERWRITE … BY NAME SELECT … FROM …", "`copy`: the port's rows", ("INSERT",)),
    Sql(
        "INSERT INTO … REPLACE WHERE … SELECT … FROM …",
        "loads of the tables of the schema `meshport`",
        ("INSERT",),
    ),
    Sql(
        "DELETE FROM … WHERE …",
        "... the rows of products that are gone, where a load is too large for one",
        ("Language reference",),
    ),
    Sql("CREATE VIEW … AS SELECT …", "`view`: the port", ("CREATE VIEW",)),
    Sql("ALTER VIEW … AS SELECT …", "`view`: the port of a later build, with its grants", ("ALTER VIEW",)),
    Sql("ALTER VIEW … UNSET TAGS (…)", "tags of a view that are declared no more", ("ALTER VIEW",)),
    Sql("ALTER VIEW … SET TAGS (…)", "tags of a view, and what meshport writes of itself", ("ALTER VIEW",)),
    Sql("ALTER TABLE … ALTER COLUMN … SET MASK …", "a column's mask", ("ALTER TABLE", "Row filters and column masks")),
    Sql("ALTER TABLE … ALTER COLUMN … DROP MASK", "... that is declared no more", ("ALTER TABLE",)),
    Sql("ALTER TABLE … ALTER COLUMN … UNSET TAGS (…)", "tags of a column that are declared no more", ("ALTER TABLE",)),
    Sql("ALTER TABLE … ALTER COLUMN … SET TAGS (…)", "tags of a column, also of a view's", ("ALTER TABLE",)),
    Sql("ALTER TABLE … ALTER COLUMN … COMMENT …", "comments of columns", ("ALTER TABLE",)),
    Sql("ALTER TABLE … UNSET TAGS (…)", "tags that are declared no more", ("ALTER TABLE",)),
    Sql(
        "ALTER TABLE … SET TAGS (…)",
        "tags, certification, and what meshport writes of itself",
        ("ALTER TABLE", "TABLE_TAGS"),
    ),
    Sql("ALTER TABLE … SET ROW FILTER … ON (…)", "the row filter", ("ALTER TABLE", "ROW FILTER clause")),
    Sql("ALTER TABLE … DROP ROW FILTER", "... that is declared no more", ("ALTER TABLE",)),
    Sql(
        "ALTER TABLE … SET TBLPROPERTIES (…)",
        "`copy`: column mapping, so that columns can be dropped",
        ("Rename and drop columns with column mapping",),
    ),
    Sql(
        "ALTER TABLE … DROP COLUMNS IF EXISTS (…)",
        "`copy`: columns that are declared no more",
        ("ALTER TABLE", "Rename and drop columns with column mapping"),
    ),
    Sql("ALTER TABLE … ADD COLUMNS (…)", "new columns, with their masks; of our tables, too", ("ALTER TABLE",)),
    Sql("COMMENT ON TABLE … IS …", "the comment of a port", ("Language reference",)),
    Sql("COMMENT ON COLUMN … IS …", "a comment of a view's column", ("Language reference",)),
    Sql("DROP TABLE IF EXISTS …", "ports that are retired; raw copies that nothing needs", ("DROP TABLE",)),
    Sql("DROP VIEW IF EXISTS …", "ports that are retired", ("Language reference",)),
    Sql("DROP FUNCTION IF EXISTS …", "what `doctor --probe` made", ("Language reference",)),
    Sql("GRANT … ON … TO …", "access that was approved", ("GRANT",)),
    Sql("REVOKE … ON … FROM …", "access that ended", ("REVOKE",)),
    Sql("SELECT SECRET(…) IS NOT NULL", "`doctor`: whether the keys of masks can be read", ("secret function",)),
    Sql(
        "SELECT CURRENT_USER()",
        "whose token a proxy brought, before a sample; who is connected, for `doctor`",
        ("current_user function",),
    ),
    Sql("SELECT * FROM … LIMIT …", "a sample of a port, as the person whose token it is", ("Language reference",)),
    Sql("SELECT …", "reads: the views below, and what tests of data ask", ("Information schema",)),
    Sql("WITH … SELECT …", "verifications of a contract and of masks", ("Information schema",)),
)
"""A statement is of the first kind that it fits."""

VIEWS = (
    View("tables", "which relations there are, their kinds and comments; raw copies"),
    View("columns", "columns, types (`full_data_type`) and comments"),
    View("table_tags", "tags, and what meshport wrote of itself"),
    View("column_tags", "tags of columns; which mask a policy puts on a column"),
    View("column_masks", "masks of columns"),
    View("row_filters", "row filters"),
    View("catalog_privileges", "grants on the catalog"),
    View("schema_privileges", "grants on schemas"),
    View("table_privileges", "grants on tables and views"),
)

_CATALOG, _TAGS = "databricks.sdk.service.catalog", "databricks.sdk.service.tags"
_EXTERNAL, _POLICIES = "/api/2.0/lineage-tracking", "/api/2.1/unity-catalog/policies"
_ON = "{on_securable_type}/{on_securable_fullname}"


def _external(method: str, what: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"{_EXTERNAL}/{what}{rest}", purpose, _CATALOG, sdk)


def _policy(method: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"{_POLICIES}{rest}", purpose, _CATALOG, f"PoliciesAPI.{sdk}")


def _tag_policy(method: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"/api/2.1/tag-policies{rest}", purpose, _TAGS, f"TagPoliciesAPI.{sdk}")


CALLS = (
    _tag_policy("GET", "", "which tags are governed", "list_tag_policies"),
    _tag_policy("POST", "", "a tag template with `governed: true`", "create_tag_policy"),
    _tag_policy("GET", "/{tag_key}", "its values, before more are added", "get_tag_policy"),
    _tag_policy("PATCH", "/{tag_key}", "more values", "update_tag_policy"),
    _policy("GET", f"/{_ON}", "the policies of the published catalog", "list_policies"),
    _policy("POST", "", "a policy that masks what is tagged", "create_policy"),
    _policy("GET", f"/{_ON}/{{name}}", "a policy that somebody changed", "get_policy"),
    _policy("PATCH", f"/{_ON}/{{name}}", "... is healed", "update_policy"),
    _policy("DELETE", f"/{_ON}/{{name}}", "a policy that no port needs", "delete_policy"),
    _external("GET", "external-metadata", "", "what is outside", "ExternalMetadataAPI.list_external_metadata"),
    _external("POST", "external-metadata", "", "sources and exposures", "ExternalMetadataAPI.create_external_metadata"),
    _external(
        "GET", "external-metadata", "/{name}", "what others added to it", "ExternalMetadataAPI.get_external_metadata"
    ),
    _external("PATCH", "external-metadata", "/{name}", "its changes", "ExternalMetadataAPI.update_external_metadata"),
    _external(
        "DELETE", "external-metadata", "/{name}", "what is no more", "ExternalMetadataAPI.delete_external_metadata"
    ),
    _external(
        "GET", "external-lineage", "", "lineage that is there", "ExternalLineageAPI.list_external_lineage_relationships"
    ),
    _external(
        "POST",
        "external-lineage",
        "",
        "lineage, with columns",
        "ExternalLineageAPI.create_external_lineage_relationship",
    ),
    _external(
        "PATCH", "external-lineage", "", "its changes", "ExternalLineageAPI.update_external_lineage_relationship"
    ),
    _external(
        "DELETE", "external-lineage", "", "what is no more", "ExternalLineageAPI.delete_external_lineage_relationship"
    ),
    Rest(
        "GET",
        "/api/3.0/rfa/destinations/{securable_type}/{full_name}",
        "whom to ask for access to a schema",
        _CATALOG,
        "RfaAPI.get_access_request_destinations",
    ),
    Rest(
        "PATCH",
        "/api/3.0/rfa/destinations",
        "... is set, or taken away",
        _CATALOG,
        "RfaAPI.update_access_request_destinations",
    ),
    Rest(
        "GET",
        "/api/2.1/unity-catalog/tables/{full_name}/exists",
        "whether a port of another workspace is in our metastore",
        _CATALOG,
        "TablesAPI.exists",
    ),
)

_QUOTED = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.)*'", re.DOTALL)
_READS = re.compile(r"information_schema`?\s*\.\s*`?(\w+)", re.IGNORECASE)


def normalised(statement: str) -> str:
    """Return a statement with `…` for every quoted name and text, in capitals, each run of blanks as one."""
    return re.sub(r"\s+", " ", _QUOTED.sub("…", statement)).strip().upper()


def kind_of(statement: str) -> Sql | None:
    """Return the kind of a statement, None where it is of none."""
    normal = normalised(statement)
    return next((kind for kind in STATEMENTS if kind.fits(normal)), None)


def views_of(statement: str) -> set[str]:
    """Return the names of the views of an `information_schema` that a statement reads."""
    return {name.lower() for name in _READS.findall(statement)}


def call_of(method: str, path: str) -> Rest | None:
    """Return what a REST call is, None where it is none of ours."""
    return next((call for call in CALLS if call.fits(method, path)), None)


def unlisted(statements: Iterable[str], calls: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return what of these statements and calls (method, path) is not said here."""
    known = {view.name for view in VIEWS}
    found = []
    for statement in statements:
        if kind_of(statement) is None:
            found.append(statement)
        found += [f"information_schema.{name}" for name in sorted(views_of(statement) - known)]
    return found + [f"{method} {path}" for method, path in calls if call_of(method, path) is None]
