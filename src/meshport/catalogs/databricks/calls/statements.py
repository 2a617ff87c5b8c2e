"""Statements that the macros and the commands send, and views that these read. A `…` stands for anything."""

from __future__ import annotations

from meshport.catalogs.databricks.calls.types import Sql, SystemTable, View

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
    "Billable usage system table reference": "https://docs.databricks.com/aws/admin/system-tables/billing",
    "Lineage system tables reference": "https://docs.databricks.com/admin/system-tables/lineage.html",
    "Pricing system table reference": "https://docs.databricks.com/admin/system-tables/pricing.html",
    "Query history system table reference": "https://docs.databricks.com/admin/system-tables/query-history.html",
    "Warehouse events system table reference": "https://docs.databricks.com/admin/system-tables/warehouse-events.html",
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

SYSTEM_TABLES = (
    SystemTable("billing.usage", "`ops cost`: the bill of SQL warehouses", "Billable usage system table reference"),
    SystemTable("billing.list_prices", "... what a unit costs", "Pricing system table reference"),
    SystemTable("query.history", "... who ran what and when; dbt's query tags", "Query history system table reference"),
    SystemTable("compute.warehouse_events", "... when warehouses were up", "Warehouse events system table reference"),
    SystemTable("access.table_lineage", "... which statement read or wrote a port", "Lineage system tables reference"),
)
