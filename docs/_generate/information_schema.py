"""docs/reference/information-schema.md: every table of the mesh information schema, and what does not fill them."""

from __future__ import annotations

from collections.abc import Iterator

from docs._generate.markdown import block, code, codes, document, prose, table
from meshport.cli.sql import MAX_ROWS
from meshport.information_schema import TABLES
from meshport.information_schema.parquet import FOLDER, VERSION
from meshport.information_schema.sandbox import LONGEST_QUERY, MEMORY
from meshport.information_schema.spec import Table
from meshport.information_schema.tables import SCHEMAS

EXAMPLE = """\
meshport sql --tables
meshport sql "select name, materialized from dbt.models where access = 'public'"
meshport sql --file unowned.sql --format csv
meshport sql --export target/mesh"""

ABOUT = {
    "dbt": "What the project is: dbt's Information Schema, version 1.",
    "dbt_rt": "What happened when dbt ran: the same.",
    "mesh": "What meshport knows beside dbt.",
}

SAYS = (
    ("dbt.models", "`enabled` is always true, here and for other nodes: those that are switched off are left out."),
    ("dbt.models", "`incremental_strategy`, `unique_key`, `grants` and the like are filled; dbt 2 leaves them empty."),
    (
        "dbt.node_columns",
        "`data_type` is the real type, else the declared one; in dbt 2 the real, else the inferred one.",
    ),
    ("dbt.node_columns", "`column_index` counts from 1, in the database's order, else in that of the YAML."),
    ("dbt.node_columns", "`meta`, `constraints`, `quote` and `granularity` are filled; dbt 2 leaves them empty."),
    ("dbt.data_tests", "Singular tests have their severity and thresholds too."),
    ("dbt.hooks", "Filled; dbt 2 publishes the table empty."),
    ("dbt.packages", "Those that anything in the manifest comes from, the project itself among them."),
    ("dbt.project_vars", "From dbt_project.yml as it is written: Jinja in it is not rendered."),
    (
        "dbt.column_lineage",
        "Resolved by meshport, however dbt was run. What filters, joins or groups is a `scan` of every column.",
    ),
    ("dbt_rt.run_results", "`created_at` is when the node ended, else when the file was written."),
    ("dbt_rt.invocations", "Runs whose results are in the folder: dbt's last, and those that `meshport build` kept."),
    ("mesh.grants", "What active subscriptions come to; what a catalog grants is not read."),
    ("mesh.results", "Of each product's newest publication that was tested."),
    ("mesh.subscriptions", "`expires_at` is the moment from which it holds no more; NULL: no end."),
)

UNPROVEN = (
    "No Parquet file that dbt 2 itself wrote was at hand. The reader follows the published description; its tests read "
    "files that another program (pyarrow) wrote with the published types. What is not published, and assumed: that "
    "`last_modified` of `dbt_rt.relations` is a time stamp, and that `dbt.checks` has the columns of the other nodes.",
    "dbt 2 writes `config` of a model as a JSON text within a JSON text; it is read as JSON once, so that the same "
    "query works on both.",
    "dbt's manifests of 1.10 to 1.12 and of 2.0-beta are read in tests; `functions`, `checks` and time spines of dbt 2 "
    "were in none of them.",
)


def page() -> str:
    """Return the reference of the mesh information schema."""
    blocks = [
        "One DuckDB database in memory, with the tables that a query names: what [policies](policies.md) are asked of, "
        "and what [`meshport sql`](commands.md#meshport-sql) asks. The `dbt` and `dbt_rt` schemas have the tables, "
        "columns and types that dbt 2 publishes as its Information Schema, so that a check written for dbt 2 runs "
        "here, on projects of dbt 1.10 and newer as well.",
        block(EXAMPLE, "sh"),
        "A query is one SELECT. It reads these tables and nothing else, no file and no network, and changes nothing. "
        f"It ends after `--timeout` seconds, has {MEMORY} of memory and at most {LONGEST_QUERY:,} characters, and "
        f"{MAX_ROWS:,} rows of its result are shown (`--max-rows`).",
        "## Where rows come from",
        "Each table says below what fills it: dbt's artifacts (`--artifacts`), the registry, the standards, mesh.yml. "
        "A table is filled only when a query names it, and only what it needs is read.",
        prose(
            f"dbt 2 can write the tables of `dbt` and `dbt_rt` itself (`--generate-info-schema`, to "
            f"`target/{FOLDER}/v{VERSION}/`). Where they are of the run that wrote the manifest (`dbt_rt.invocations` "
            "names it, or what they hold is not older than its start), each table that is not empty comes from there, "
            "the others from JSON. Older ones are left alone. Without a manifest they are all there is, and a missing "
            "file is an empty table. Columns that are not listed here are kept, missing ones are NULL; another version "
            "is refused."
        ),
        prose(
            f"`meshport sql --export DIR` writes all tables as dbt 2 does: `<schema>.<table>.parquet`, zstd, with the "
            f"version in the file's metadata. What it writes to `{FOLDER}/v{VERSION}/` of a folder can be read from "
            "there."
        ),
        "## Unproven",
        *map(prose, UNPROVEN),
    ]
    for schema in SCHEMAS:
        blocks += _schema(schema, [each for each in TABLES.values() if each.schema == schema])
    blocks += [
        "## What nothing fills",
        "NULL in these columns, and no rows in these tables, mean that nothing is known. Where dbt 2's Parquet is "
        "read, they hold what dbt wrote.",
        table(("Table", "Column", "Why"), _gaps()),
        "## Where values differ from dbt 2's",
        table(("Table", "How"), ((code(name), prose(how)) for name, how in SAYS)),
    ]
    return document("The mesh information schema", blocks)


def _schema(name: str, tables: list[Table]) -> Iterator[str]:
    yield f"## {name}"
    yield ABOUT[name]
    for each in tables:
        yield f"### {each.key}"
        yield prose(f"{each.description} {_filled(each)}")
        yield table(("Column", "Type"), _columns(each))


def _columns(each: Table) -> Iterator[tuple[str, str]]:
    """Yield columns of one type together: most tables have dozens."""
    kinds: dict[str, list[str]] = {}
    for column in each.columns:
        kinds.setdefault(column.type, []).append(column.name)
    for kind, names in kinds.items():
        yield codes(names), code(kind)


def _filled(each: Table) -> str:
    return f"Empty: {each.gap}." if each.gap else f"From {each.source}."


def _gaps() -> Iterator[tuple[str, str, str]]:
    """Yield what is empty: what several tables or columns have in common is told once."""
    for each in TABLES.values():
        if each.gap:
            yield code(each.key), "all", prose(each.gap)
    where: dict[tuple[str, str], list[str]] = {}
    for each in TABLES.values():
        for column in each.columns:
            if column.gap and not each.gap:
                where.setdefault((column.name, column.gap), []).append(each.key)
    together: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (name, why), keys in where.items():
        together.setdefault((tuple(keys), why), []).append(name)
    for (tables, why), names in together.items():
        yield codes(tables), codes(names), prose(why)
