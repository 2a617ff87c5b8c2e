"""How to read a port: the same few lines for every way in, with its own names in them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import msgspec

from meshport.model import Port, Product


class Way(msgspec.Struct, frozen=True):
    """One way to read a port: its name, the `language` of its text, and the text to copy."""

    name: str
    language: str
    text: str


def ways(product: Product, port: Port, catalog_type: str, principal: str) -> list[Way]:
    """Return the ways to read a port, as `principal` where the command has to be told who reads."""
    return list(_ways(product, port, catalog_type, principal))


def _ways(product: Product, port: Port, catalog_type: str, principal: str) -> Iterator[Way]:
    query = select_all(port, catalog_type)
    yield Way("SQL", "sql", query)
    command = f"meshport query --as {shlex.quote(principal)} {shlex.quote(query)}"
    if catalog_type == "duckdb":
        # DuckDB knows no users: the command is the enforced way in.
        yield Way("Command line", "shell", command)
        yield Way(
            "Python",
            "python",
            "import io, subprocess\nimport pandas\n\n"
            f"command = {[*shlex.split(command), '--format', 'json']!r}\n"
            "answer = subprocess.run(command, check=True, capture_output=True, text=True)\n"
            "rows = pandas.read_json(io.StringIO(answer.stdout))",
        )
    else:
        yield Way(
            "Python",
            "python",
            "from databricks import sql\n\n"
            "with sql.connect(server_hostname=HOST, http_path=HTTP_PATH) as connection:\n"
            "    with connection.cursor() as cursor:\n"
            f"        cursor.execute({query!r})\n"
            "        table = cursor.fetchall_arrow()",
        )
        yield Way(
            "Power BI, Tableau",
            "text",
            f"Databricks connector → catalog {port.relation.database}, schema {port.relation.schema}, "
            f"table {port.relation.identifier}. Sign in as yourself: the catalog masks for you.",
        )
    version = "" if port.version is None else f", v={port.version}"
    yield Way(
        "dbt",
        "shell",
        f"meshport inputs add {product.key}\n# then, in a model:\n"
        f"select * from {{{{ ref('{product.domain}', '{port.name}'{version}) }}}}",
    )


def select_all(port: Port, catalog_type: str) -> str:
    """Return the query for every row of a port, its names quoted where the catalog needs it."""
    from sqlglot import exp

    relation = port.relation
    table = exp.table_(relation.identifier, db=relation.schema, catalog=relation.database)
    return exp.select("*").from_(table).sql(dialect=catalog_type)
