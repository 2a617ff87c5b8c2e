"""Test results into their Delta table, in one load: as one JSON text, and as the VALUES list that one would write.

The engine is the tests' double of Databricks, so its seconds are no warehouse's; they show that one statement carries
them all, and how the two ways compare.
"""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.measure import _HARNESS, measure
from benchmarks.report import Goal, Report, Row

SETUP = """
from meshport.catalogs.databricks.quoting import literal
from meshport.catalogs.databricks.registration.tables import load, sql
from meshport.catalogs.databricks.registration.tables.spec import BY_NAME
AT = "2026-11-01T08:00:00.123456Z"
table = BY_NAME["test_results"]
rows = [
    ("sales", "sales.crm", 1, "1.0.0", AT, f"orders_{i % 200}", f"not_null_orders_{i}_customer_id", "not_null",
     "customer_id", "pass" if i % 9 else "warn", None if i % 9 else i, AT,
     f"test.sales.not_null_orders_{i}_customer_id.be4b9423d3")
    for i in range(int(sys.argv[1]))
]
"""
DOUBLE = """
from tests.databricks_double.double import Double
double = Double(catalogs=["pub"])
double.__enter__()
def run(statement): return [tuple(row.values()) for row in double.execute(statement)]
load.prepare(run, "pub", {})
"""
COUNTED = """
found = run("select count(*), count(executed_at) from pub.meshport.test_results")
assert found == [(len(rows), len(rows))], found
double.__exit__(None, None, None)
"""
WRITE = "(statement,) = sql.additions('pub', table, 'sales', rows)"
JSON = f"{WRITE}\nrun(statement)"
VALUES = """
shown = lambda v: "null" if v is None else str(v) if isinstance(v, int) else literal(v)
listed = ", ".join(f"({', '.join(map(shown, row))})" for row in rows)
chosen = ", ".join(
    f"cast({c.name} as {c.type.lower()}) as {c.name}" for c in table.columns)
run("insert into pub.meshport.test_results replace where domain = 'sales' and product = 'sales.crm' "
    f"and publication in (1) select {chosen} from (values {listed}) as given({', '.join(table.names)})")
"""


def run(results: int) -> Report:
    """Measure one load of so many results."""
    count = str(results)
    rows = [
        measure("the statement", "written", SETUP, WRITE, count),
        loaded("one JSON text", JSON, count),
        loaded("a VALUES list", VALUES, count),
    ]
    goals = [
        Goal("seconds to write the statement", rows[0].seconds, at_most=1.0),
        Goal("times faster than a VALUES list", rows[2].seconds / rows[1].seconds, at_least=1.0),
    ]
    return Report("results", rows, goals, [f"{results} test results in one statement, on the double of the tests."])


def loaded(what: str, work: str, count: str) -> Row:
    """Measure a load. The program goes in by stdin: with `-c` pyspark looks for a Spark of its own, and gives up."""
    program = _HARNESS.format(setup=SETUP + DOUBLE, work=work + COUNTED)
    command = [sys.executable, "-", count]
    ran = subprocess.run(command, input=program, check=True, capture_output=True, text=True)
    seconds, peak = json.loads(ran.stdout.splitlines()[-1])
    return Row(what, "loaded", seconds, peak, 1)
