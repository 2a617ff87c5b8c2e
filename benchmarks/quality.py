"""Twenty rules on one large table: as dbt's tests, one statement each, and as meshport asks them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from benchmarks.measure import measure, measure_command
from benchmarks.report import Goal, Report, Row
from meshport.bundled import dbt_package
from meshport.cli.workspace import Workspace
from meshport.dbt_command import Dbt
from meshport.plan.operations import Operation
from meshport.quality.questions import questions

BIN = Path(sys.executable).parent
NOT_NULL = ("id", "customer_id", "country", "status", "amount", "ordered_at")
ACCEPTED = {
    "country": ["NL", "BE", "DE"],
    "status": ["open", "paid", "sent"],
    "channel": ["web", "shop"],
    "tier": ["a", "b"],
}
HOLDS = {
    "amount": ">= 0",
    "quantity": "> 0",
    "discount_share": "between 0 and 1",
    "channel": "<> ''",
    "ordered_at": "< timestamp '2900-01-01'",
    "tax": ">= 0",
}
UNIQUE = ("id", "reference")
PARENTS = {"customer_id": "customers", "product_id": "products"}
RULES = len(NOT_NULL) + len(ACCEPTED) + len(HOLDS) + len(UNIQUE) + len(PARENTS)
SPOIL = """
    update orders set amount = -1, quantity = 0, discount_share = 2, channel = '', tax = -1, country = null,
        ordered_at = timestamp '2999-01-01', status = 'x', tier = 'z', customer_id = null
    where id % 50000 = 7"""
"""Bad rows in every part of the table, so that no part is skipped by its smallest and largest values."""
TYPES = {
    "id": ("bigint", "i"),
    "reference": ("varchar", "'R' || i"),
    "customer_id": ("bigint", "i % 1000"),
    "product_id": ("bigint", "i % 100"),
    "country": ("varchar", "['NL', 'BE', 'DE'][i % 3 + 1]"),
    "status": ("varchar", "['open', 'paid', 'sent'][i % 3 + 1]"),
    "channel": ("varchar", "['web', 'shop'][i % 2 + 1]"),
    "tier": ("varchar", "['a', 'b'][i % 2 + 1]"),
    "amount": ("decimal(18,2)", "i % 5000 / 7"),
    "tax": ("decimal(18,2)", "i % 5000 / 70"),
    "quantity": ("integer", "i % 9 + 1"),
    "discount_share": ("double", "i % 100 / 100"),
    "ordered_at": ("timestamp", "timestamp '2020-01-01' + to_seconds(i % 100000000)"),
}


def run(rows: int) -> Report:
    """Build a table of `rows` rows, and ask twenty rules of it in both ways."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        _write(project, rows)
        for words in (["deps"], ["build", "--exclude-resource-type", "test"]):
            ran = subprocess.run([str(BIN / "dbt"), *words], cwd=project, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
        subject, place = f"{RULES} rules, {rows:,} rows", ["--project-dir", folder]
        dbt_test = [str(BIN / "dbt"), "test", *place, "--profiles-dir", folder, "--target-path", "target"]
        commands = [
            measure_command(subject, "dbt test", dbt_test, runs=1),
            measure_command(subject, "meshport quality run", [str(BIN / "meshport"), "quality", "run", *place], runs=1),
        ]
        by_dbt = [path.read_text() for path in sorted((project / "target" / "run").rglob("*.yml/*.sql"))]
        by_us = _statements(project)
        assert len(by_dbt) == RULES, f"{len(by_dbt)} tests"
        both = {"dbt's tests": by_dbt, "meshport's": by_us}
        engine = [_engine(project, "statements alone, all rows good", *each) for each in both.items()]
        with duckdb.connect(str(project / "bench.duckdb")) as connection:
            connection.execute(SPOIL)
        engine += [_engine(project, "statements alone, some bad", *each) for each in both.items()]
    goals = [Goal("statements that meshport sends", len(by_us), at_most=6)]
    notes = [
        "The statements alone: one after the other in one DuckDB; rows scanned are what DuckDB's own profile counts. "
        "Whole commands: each starts a dbt; meshport's renders with it, and then asks by itself.",
        "DuckDB applies a single rule while it scans, and answers it without a scan where the smallest and largest "
        "values of its blocks say that all rows are good: there one statement for all saves statements, not time.",
    ]
    return Report("quality", [*commands, *engine], goals, notes)


def _statements(project: Path) -> list[str]:
    """Return the statements that meshport sends for the twenty rules."""
    (checked,) = Workspace(project).data_rules
    assert len(checked.rules) == RULES, [rule.id for rule in checked.rules]
    asked = [Operation(each.id, each.operation, each.arguments) for each in questions(checked)]
    rendered = Dbt(project).render(asked)
    return [statement.sql for each in asked for statement in rendered.statements[each.id]]


def _engine(project: Path, subject: str, what: str, statements: list[str]) -> Row:
    """Time statements, one after the other in one DuckDB, and count the rows that they read."""
    database, file = str(project / "bench.duckdb"), project / "statements.json"
    file.write_text(json.dumps(statements))
    setup = (
        "import duckdb\nopened = duckdb.connect(sys.argv[1], read_only=True)\n"
        "opened.execute('set enable_progress_bar = false')\nasked = json.load(open(sys.argv[2]))"
    )
    work = "for statement in asked: opened.execute(statement).fetchall()"
    row = measure(subject, what, setup, work, database, str(file))
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("pragma enable_profiling = 'no_output'")
        scanned = 0
        for statement in statements:
            connection.execute(statement).fetchall()
            scanned += json.loads(connection.get_profiling_information("json"))["query"]["total_rows_scanned"]
    return msgspec.structs.replace(row, counts={"statements": len(statements), "rows scanned": scanned})


def _write(project: Path, rows: int) -> None:
    listed = ",\n    ".join(f"cast({expression} as {kind}) as {name}" for name, (kind, expression) in TYPES.items())
    files: dict[str, Any] = {
        "dbt_project.yml": {
            **{"name": "bench", "version": "1.0.0", "profile": "bench", "flags": {"send_anonymous_usage_stats": False}},
            "models": {"bench": {"+materialized": "table"}},
        },
        "profiles.yml": {
            "bench": {
                "target": "dev",
                "outputs": {"dev": {"type": "duckdb", "path": str(project / "bench.duckdb"), "threads": 1}},
            }
        },
        "packages.yml": {"packages": [{"local": str(dbt_package())}]},
        "mesh.yml": {"domain": "bench", "registry": "registry.db", "standards": {"folder": "rules"}},
        "rules/standards.yml": {"format": 1},
        "rules/classifications.yml": {"classifications": {}},
        "rules/masks.yml": {"masks": {}},
        "rules/tag_templates.yml": {"tag_templates": {}},
        "models/orders.sql": f"select\n    {listed}\nfrom range({rows}) as source (i)\n",
        "models/customers.sql": "select i as id from range(1000) as source (i)\n",
        "models/products.sql": "select i as id from range(100) as source (i)\n",
        "models/orders.yml": _described(),
        # In dbt, conditions are a generic test of the project's own; in meshport, data policies.
        "macros/holds.sql": "{% test holds(model, column_name, condition) %}\n"
        "select * from {{ model }} where not ({{ column_name }} {{ condition }})\n{% endtest %}\n",
    }
    for number, (column, condition) in enumerate(HOLDS.items()):
        files[f"rules/policies/data/rule_{number}.sql"] = f"{{{{ column }}}} {condition}\n"
        files[f"rules/policies/data/rule_{number}.yml"] = {
            "description": f"{column} {condition}",
            "severity": "error",
            "kind": "row",
            "applies_to": {"columns": [f"^{column}$"]},
        }
    for name, content in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def _described() -> dict[str, Any]:
    columns = [{"name": name, "data_type": kind, "data_tests": list(_tests(name))} for name, (kind, _) in TYPES.items()]
    config = {"group": "orders", "access": "public", "contract": {"enforced": True}}
    groups = [{"name": "orders", "owner": {"name": "Bench"}, "config": {"meta": {"data_product": True}}}]
    return {"groups": groups, "models": [{"name": "orders", "config": config, "columns": columns}]}


def _tests(column: str) -> Any:
    if column in NOT_NULL:
        yield "not_null"
    if column in UNIQUE:
        yield "unique"
    if column in ACCEPTED:
        yield {"accepted_values": {"arguments": {"values": ACCEPTED[column]}}}
    if column in HOLDS:
        yield {"holds": {"arguments": {"condition": HOLDS[column]}}}
    if column in PARENTS:
        yield {"relationships": {"arguments": {"to": f"ref('{PARENTS[column]}')", "field": "id"}}}
