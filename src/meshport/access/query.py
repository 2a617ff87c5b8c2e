"""Reading published ports as a principal: the enforced way in where the catalog itself knows no users."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.access.principals import Principal, parse_principal
from meshport.access.select import Name, tables_of
from meshport.access.subscriptions import may_read
from meshport.catalogs.duckdb import attach, first_line
from meshport.errors import DeniedError, InputError, MeshportError, NotFoundError
from meshport.model import Port, fold
from meshport.registry.types import ProductVersion

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from meshport.registry import Registry


class Rows(msgspec.Struct, frozen=True):
    """What a query returned. `columns` are (name, type, as the catalog has them); `more`: rows were cut off."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]
    more: bool


class _Readable(msgspec.Struct, frozen=True):
    version: ProductVersion
    port: Port


def query(registry: Registry, principal: str, sql: str, *, actor: str, max_rows: int) -> Rows:
    """Run one SELECT over published ports and return at most `max_rows` rows.

    Every query goes to the audit log before it runs, with `actor` as who really asked. Raises InputError where it is
    no such SELECT or names no port, DeniedError where the principal may not read a product, UnavailableError where a
    published file cannot be opened.
    """
    import duckdb

    products: list[str] = []
    with duckdb.connect(":memory:", config={"python_enable_replacements": False}) as connection:
        try:
            who = parse_principal(principal)
            readable = _resolve(registry, tables_of(connection, sql))
            products = sorted({each.version.product.key for each in readable})
            for each in readable:
                _check_access(registry, who, each)
            _open(connection, readable)
        except MeshportError as error:
            audit(registry, actor, "query.refused", products, principal, sql, error.message)
            raise
        audit(registry, actor, "query", products, str(who), sql, None)
        return _run(connection, sql, max_rows)


def _resolve(registry: Registry, tables: Iterable[Name]) -> list[_Readable]:
    """Return the ports that tables name. Raises InputError, with near names, where one names none."""
    ports: dict[Name, list[_Readable]] = {}
    for version in registry.heads().values():
        for port in version.product.ports:
            relation = port.relation
            name = (fold(relation.database), fold(relation.schema), fold(relation.identifier))
            ports.setdefault(name, []).append(_Readable(version, port))
    found = []
    for table in sorted(tables):
        candidates = ports.get(tuple(fold(part) for part in table), [])
        if len(candidates) != 1:
            raise _unknown(".".join(table), candidates, ports)
        found.append(candidates[0])
    return found


def _unknown(table: str, candidates: list[_Readable], ports: dict[Name, list[_Readable]]) -> InputError:
    if candidates:
        owners = ", ".join(each.version.product.key for each in candidates)
        return InputError(f"several products are published as {table}: {owners}", hint="their domains must tell")
    names = [str(each.port.relation) for same in ports.values() for each in same if each.version.status != "retired"]
    near = get_close_matches(table, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "name a port as `meshport show PRODUCT` prints it"
    return NotFoundError(f"no port is published as {table!r}", hint=hint)


def _check_access(registry: Registry, who: Principal, read: _Readable) -> None:
    key, label = read.version.product.key, read.port.label
    decided = registry.port_status(key).get(label)
    if not may_read(registry, str(who), key):
        raise DeniedError(
            f"{who} may not read {key}", where=key, hint=f"ask for it: meshport access request {key} --as {who}"
        )
    if read.version.status == "retired" or (decided and decided.status == "retired"):
        instead = f"use {decided.replaced_by}" if decided and decided.replaced_by else f"see `meshport show {key}`"
        raise NotFoundError(f"the port {label} of {key} is retired", where=key, hint=instead)


def _open(connection: DuckDBPyConnection, readable: Iterable[_Readable]) -> None:
    """Attach the published files, read-only, and shut every other door of the session for good."""
    files: dict[str, Path] = {}
    for each in readable:
        database, path = each.port.relation.database, Path(each.version.catalog)
        if each.version.catalog_type != "duckdb":
            raise InputError(f"{each.version.product.key} is not published as a DuckDB file", where=str(path))
        if files.setdefault(fold(database), path) != path:
            raise InputError(f"two files are published as {database}", hint="query their ports one by one")
    for database, path in files.items():
        attach(connection, path, database, read_only=True)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _run(connection: DuckDBPyConnection, sql: str, max_rows: int) -> Rows:
    import duckdb

    try:
        result = connection.execute(sql)
        columns = tuple((str(name), str(kind)) for name, kind, *_ in result.description or ())
        rows = result.fetchmany(max_rows + 1)
    except (duckdb.Error, ValueError, OverflowError) as error:
        raise InputError(f"DuckDB cannot run the query: {first_line(error)}") from error
    return Rows(columns, rows[:max_rows], len(rows) > max_rows)


def audit(
    registry: Registry, actor: str, action: str, products: list[str], principal: str, sql: str, refusal: str | None
) -> None:
    """Write to the audit log that somebody asked, as a principal, and why they were refused, if they were.

    One entry for each product, so that its domain finds who read it; one without where none was found.
    """
    told = {"as": principal, "sql": sql, **({"refused": refusal} if refusal else {})}
    # What a terminal hands over need not be text that a database can hold.
    detail = {key: text.encode(errors="backslashreplace").decode() for key, text in told.items()}
    for product in products or ["-"]:
        registry.audit(actor, action, product, detail)
