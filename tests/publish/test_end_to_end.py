"""The `meshport` program itself, with dbt behind it: nothing remembered, nothing in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import UNCHANGED, Domain

pytestmark = pytest.mark.dbt

GROUP = "l'été; drop schema main; -- ü"
ALIAS = "Bestell'ungen ñ; drop table x; --"
DATABASE = 'it\'s "published"; drop schema main'
ODD = {
    "dbt_project.yml": toy.FILES["dbt_project.yml"],
    "profiles.yml": toy.FILES["profiles.yml"],
    "packages.yml": toy.FILES["packages.yml"],
    "mesh.yml": f"""\
domain: odd
registry: registry.db
published:
  database: '{DATABASE.replace("'", "''")}'
  path: "it's published; ñ.duckdb"
""",
    "models/orders.sql": """\
select 1 as "Größe; drop table x --", 'ann@example.com' as "it's e-mail", cast('x' as varchar) as "select"
""",
    "models/products.yml": f"""\
groups:
  - name: "{GROUP}"
    owner: {{name: "O'Neil \\"the\\" owner; --", email: "o'neil@example.com"}}
    description: "It's a \\"product\\"; drop table x; -- ü\\nwith two lines"
    config: {{meta: {{data_product: {{title: "'; drop table y; --"}}, tags: {{retention: "2'y \\"; -- ü"}}}}}}
models:
  - name: orders
    description: "'; drop table orders; --\\nand 'two' lines ü"
    config: {{alias: "{ALIAS}", group: "{GROUP}", access: public, contract: {{enforced: true}}}}
    columns:
      - {{name: "Größe; drop table x --", data_type: integer, quote: true, description: "it's \\"quoted\\""}}
      - {{name: "it's e-mail", data_type: varchar, quote: true, config: {{meta: {{classification: pii.email}}}}}}
      - {{name: select, data_type: varchar, quote: true, config: {{meta: {{tags: {{business_term: "a'b\\"c; --"}}}}}}}}
""",
}


def meshport(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the program in a project; it must end with `code`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MESHPORT_")}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("meshport")), *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_names_with_quotes_spaces_unicode_and_sql_in_them(tmp_path: Path) -> None:
    for name, text in ODD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    meshport(tmp_path, "build")
    done = meshport(tmp_path, "publish", "--yes")
    assert f"Published: odd.{GROUP}" in done.stderr
    assert UNCHANGED in meshport(tmp_path, "publish", "--yes").stdout
    with duckdb.connect(str(tmp_path / "it's published; ñ.duckdb"), read_only=True) as connection:
        table = f'"{GROUP}"."{ALIAS}"'
        assert connection.execute(f"from {table}").fetchall() == [(1, "***@example.com", "x")]
        comments = connection.execute("from duckdb_columns() select comment where comment is not null").fetchall()
        assert comments == [('it\'s "quoted"',)]
        tags = dict(connection.execute("from meshport.tags select key, value").fetchall())
    assert tags["owner"] == "o'neil@example.com"
    assert tags["retention"] == "2'y \"; -- ü"
    assert tags["business_term"] == "a'b\"c; --"
    assert GROUP in meshport(tmp_path, "product", "history", f"odd.{GROUP}").stdout


def test_a_failing_test_of_a_real_build_keeps_the_version_before(built: Domain, tmp_path: Path) -> None:
    domain = built.copy(tmp_path / "sales")
    meshport(domain.path, "build")
    meshport(domain.path, "publish", "--yes")
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    source = domain.path / "models" / "stg_customers.sql"
    source.write_text(source.read_text().replace("(2, 'bob", "(1, 'bob"))
    meshport(domain.path, "build", code=ExitCode.BLOCKED)
    done = meshport(domain.path, "publish", "--yes", code=ExitCode.BLOCKED)
    assert "the test ended with `fail`, 1 failures" in done.stdout
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert domain.ask("select count(*) from customers_v1 where customer_id = 1", domain.internal) == [(2,)]

    source.write_text(source.read_text().replace("(1, 'bob", "(4, 'bob"))
    meshport(domain.path, "build")
    meshport(domain.path, "publish", "--yes")
    assert domain.ask("select customer_id from customer_orders.customers_v1 order by 1") == [(1,), (4,)]
