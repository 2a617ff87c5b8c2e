"""Declarations of the tables: they create them, document them, and say what a load replaces."""

from __future__ import annotations

from typing import Literal

import msgspec

Type = Literal["STRING", "BIGINT", "INT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE"]


class Column(msgspec.Struct, frozen=True):
    """A column of a table, with its comment."""

    name: str
    comment: str
    type: Type = "STRING"


class Table(msgspec.Struct, frozen=True):
    """A table. Every one has `domain` and `product`: a load replaces the rows of a domain, or of some publications."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    by_publication: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


DOMAIN = Column("domain", "The domain that publishes.")
PRODUCT = Column("product", "The product, as `domain.product`.")
PORT = Column("port", "The output port: `customers`, or `customers.v2` where it has versions.")

TABLES = (
    Table(
        "products",
        "Data products that are published in this catalog; one row each.",
        (
            DOMAIN,
            PRODUCT,
            Column("name", "The product's name within its domain; its ports are in the schema of that name."),
            Column("title", "What people call it."),
            Column("description", "What it is."),
            Column("owner_name", "Who answers for it."),
            Column("owner_email", "Where to reach the owner."),
            Column("tier", "How far its data is refined."),
            Column("version", "The version of its definition that is published."),
            Column("status", "`published` or `deprecated`."),
            Column("freshness", "How old its rows may be: `24h`."),
            Column("quality", "Which share of its tests has to pass.", "DOUBLE"),
            Column("terms", "What consumers agree to."),
            Column("support", "Where to ask, as JSON."),
            Column("published_at", "When this version was first published.", "TIMESTAMP"),
            Column("published_by", "Who published it."),
        ),
    ),
    Table(
        "ports",
        "Output ports of the products; one row a version.",
        (
            DOMAIN,
            PRODUCT,
            PORT,
            Column("name", "The name of the dbt model."),
            Column("version", "The version of the model, empty where it has none."),
            Column("latest", "Whether it is the version that a `ref` without one reads.", "BOOLEAN"),
            Column("table_catalog", "Where it is: the catalog."),
            Column("table_schema", "... the schema."),
            Column("table_name", "... the table or view."),
            Column("mode", "How it is made: `clone`, `copy` or `view`."),
            Column("description", "What a row is."),
            Column("row_filter", "Which rows it shows, as a predicate; empty where all."),
            Column("status", "`published` or `deprecated`."),
            Column("certification", "`certified`, `deprecated`, or empty."),
            Column("goes_on", "The day it goes, where that is known.", "DATE"),
            Column("replaced_by", "The port to read instead."),
            Column("built_at", "When its rows came to be.", "TIMESTAMP"),
            Column("node", "The dbt model's unique id."),
        ),
    ),
    Table(
        "columns",
        "Columns of the ports, as their contracts say.",
        (
            DOMAIN,
            PRODUCT,
            PORT,
            Column("column_name", "The column."),
            Column("position", "Its place, from 1.", "INT"),
            Column("data_type", "Its type, as the contract writes it."),
            Column("description", "What it holds."),
            Column("classification", "What it holds in the words of the standards."),
            Column("mask", "How its values are hidden from who may not see them; empty where they are not."),
        ),
    ),
    Table(
        "contracts",
        "What ports promise: constraints, and tests that have to pass before they are published.",
        (
            DOMAIN,
            PRODUCT,
            PORT,
            Column("promise", "`constraint` or `test`."),
            Column("type", "`not_null`, `primary_key`, `unique`, `check`, ..., or the test's kind."),
            Column("name", "Its name, where it has one."),
            Column("columns", "The columns it is about, with commas between them."),
            Column("expression", "The condition of a check; the arguments of a test as JSON."),
            Column("severity", "`error`, or `warn` where a failure lets pass."),
        ),
    ),
    Table(
        "lineage",
        "What ports are made of: sources, seeds, snapshots, and ports of other products; through all models between.",
        (
            DOMAIN,
            PRODUCT,
            PORT,
            Column("column_name", "The port's column; empty for the port as a whole."),
            Column("upstream_node", "What it is made of: dbt's unique id."),
            Column("upstream_type", "`source`, `seed`, `snapshot` or `model`."),
            Column("upstream_product", "... the product, where it is a port of one."),
            Column("upstream_table", "... the table's full name."),
            Column("upstream_column", "... the column; empty where `column_name` is."),
            Column("kind", "`copy` where the value is kept on the whole way, `mod` where it is changed."),
        ),
    ),
    Table(
        "test_results",
        "The test results that each publication stands on; rows are only added. Publications count by product, from 1.",
        (
            DOMAIN,
            PRODUCT,
            Column("publication", "The number of the publication.", "BIGINT"),
            Column("version", "The product's version that was published."),
            Column("published_at", "When it was published.", "TIMESTAMP"),
            PORT,
            Column("test", "The test's name."),
            Column("kind", "`not_null`, `unique`, ..., `singular` or `unit`."),
            Column("column_name", "The column it is of, empty where it is of the port."),
            Column("status", "`pass`, `warn`, `fail`, `error` or `skipped`."),
            Column("failures", "How many rows failed.", "BIGINT"),
            Column("executed_at", "When it was run.", "TIMESTAMP"),
            Column("test_id", "dbt's unique id of the test."),
        ),
        by_publication=True,
    ),
)
BY_NAME = {table.name: table for table in TABLES}

EXAMPLES = (
    (
        "Certified ports with personal data, and how it is hidden",
        """\
select p.product, p.table_schema || '.' || p.table_name as port_table, c.column_name, c.classification, c.mask
from {schema}.ports as p
join {schema}.columns as c on c.product = p.product and c.port = p.port
where p.certification = 'certified' and c.classification like 'pii.%'
order by p.product, c.column_name""",
    ),
    (
        "Tests of each product's newest publication that did not pass",
        """\
select r.product, r.port, r.test, r.status, r.failures, r.executed_at
from {schema}.test_results as r
join (select product, max(publication) as newest from {schema}.test_results group by product) as n
  on n.product = r.product and n.newest = r.publication
where r.status <> 'pass'
order by r.product, r.port, r.test""",
    ),
    (
        "How the quality of a product developed",
        """\
select product, publication, published_at, count(*) as tests,
  avg(case when status = 'pass' then 1.0 else 0.0 end) as passed
from {schema}.test_results
group by product, publication, published_at
order by product, publication""",
    ),
    (
        "Which columns of which ports hold values of a source's column",
        """\
select product, port, column_name, kind
from {schema}.lineage
where upstream_table = 'sales.raw.customers' and upstream_column = 'email'
order by product, port, column_name""",
    ),
    (
        "Ports that go, what replaces them, and whom to ask",
        """\
select p.port, p.goes_on, p.replaced_by, o.owner_email
from {schema}.ports as p
join {schema}.products as o on o.product = p.product
where p.status = 'deprecated'
order by p.goes_on""",
    ),
    (
        "What a port promises",
        """\
select promise, type, columns, expression, severity
from {schema}.contracts
where product = 'sales.crm' and port = 'customers'
order by promise, type, columns""",
    ),
)
"""What to ask, and how; `{schema}` is the schema. A test runs them all."""
