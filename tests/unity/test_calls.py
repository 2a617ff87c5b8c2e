"""Every row of docs/reference/unity-server.md, called: on the real server where its jars are, else on the double."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from meshport.catalogs.unity.capabilities import CALLS, Call
from tests.unity.server import USERS, Running

LOCATION = {"table_type": "EXTERNAL", "data_source_format": "PARQUET", "storage_location": "file:///tmp/rows"}
COLUMN = {"name": "ä 'b'", "type_text": "int", "type_json": '"integer"', "type_name": "INT", "position": 0}


class Caller:
    """Makes the calls, in a catalog of its own with one schema and one table."""

    def __init__(self, server: Running, name: str) -> None:
        self.ask, self.must, self.name = server.ask, server.must, name
        server.must("POST", "/catalogs", {"name": name, "comment": "c", "properties": {"a": "1", "b": "2"}})
        server.must("POST", "/schemas", {"name": "s", "catalog_name": name, "comment": "c", "properties": {"a": "1"}})
        server.must("POST", "/tables", self.table("t"))
        server.add_user("ann@example.com")

    def table(self, name: str, **more: Any) -> dict[str, Any]:
        columns = [{**COLUMN, "nullable": True}]
        body = {"name": name, "catalog_name": self.name, "schema_name": "s", "columns": columns, **LOCATION}
        return {**body, "comment": "x" * 1000, "properties": {"k": "v"}, **more}

    def read(self, what: str) -> dict[str, Any]:
        found: dict[str, Any] = self.must("GET", what.replace("{c}", self.name))
        return found


def catalog(c: Caller) -> int:
    found = c.read("/catalogs/{c}")
    assert (found["comment"], found["properties"]) == ("c", {"a": "1", "b": "2"})
    return 200


def catalog_patch(c: Caller) -> int:
    status, _ = c.ask("PATCH", f"/catalogs/{c.name}", {"comment": "d", "properties": {"b": "3"}})
    found = c.read("/catalogs/{c}")
    assert (found["comment"], found["properties"]) == ("d", {"b": "3"})
    return status


def schema(c: Caller) -> int:
    assert c.read("/schemas/{c}.s")["properties"] == {"a": "1"}
    long = {"name": "long", "catalog_name": c.name, "comment": "x" * 256}
    assert c.ask("POST", "/schemas", long)[0] == 500
    return c.ask("POST", "/schemas", {**long, "comment": "x" * 255})[0]


def schema_patch(c: Caller) -> int:
    path = f"/schemas/{c.name}.s"
    status, _ = c.ask("PATCH", path, {"comment": "d", "properties": {"b": "2"}})
    assert c.read(path)["properties"] == {"b": "2"}
    c.must("PATCH", path, {"comment": "", "properties": {}})
    assert (c.read(path)["comment"], c.read(path)["properties"]) == ("", {"b": "2"})
    return status


def table(c: Caller) -> int:
    c.must("POST", "/tables", c.table("delta", data_source_format="DELTA"))
    found = c.read("/tables/{c}.s.t")
    assert (found["columns"][0]["name"], found["comment"], found["properties"]) == ("ä 'b'", "x" * 1000, {"k": "v"})
    return c.ask("GET", f"/tables?catalog_name={c.name}&schema_name=s")[0]


def table_location(c: Caller) -> int:
    return c.ask("POST", "/tables", c.table("u", storage_location=None))[0]


def table_delete(c: Caller) -> int:
    status, _ = c.ask("DELETE", f"/tables/{c.name}.s.t")
    assert c.ask("GET", f"/tables/{c.name}.s.t")[0] == 404
    return status


def name(c: Caller) -> int:
    said = {
        c.ask("POST", "/schemas", {"name": n, "catalog_name": c.name})[0] for n in ("a b", "a.b", "a'b", 'a"b', "é")
    }
    (status,) = said
    return status


def pages(c: Caller) -> int:
    for number in range(3):
        c.must("POST", "/schemas", {"name": f"p{number}", "catalog_name": c.name})
    found, token = [], ""
    while True:
        page = c.read(f"/schemas?catalog_name={{c}}&max_results=2{token}")
        found += [each["name"] for each in page["schemas"]]
        if not page.get("next_page_token"):
            break
        token = f"&page_token={page['next_page_token']}"
    assert found == ["p0", "p1", "p2", "s"]
    return 200


def _permit(c: Caller, who: str, add: list[str], remove: list[str]) -> tuple[int, Any]:
    changes = [{"principal": who, "add": add, "remove": remove}]
    return c.ask("PATCH", f"/permissions/table/{c.name}.s.t", {"changes": changes})


def grants_off(c: Caller) -> int:
    status, _ = _permit(c, "ann@example.com", ["SELECT"], [])
    assert c.read("/permissions/table/{c}.s.t")["privilege_assignments"] == []
    return status


def grants(c: Caller) -> int:
    _permit(c, "ann@example.com", ["SELECT", "MODIFY"], [])
    status, _ = _permit(c, "ann@example.com", [], ["MODIFY"])
    (held,) = c.read("/permissions/table/{c}.s.t")["privilege_assignments"]
    assert held == {"principal": "ann@example.com", "privileges": ["SELECT"]}
    return status


def users(c: Caller) -> int:
    status, found = c.ask("GET", USERS)
    assert "ann@example.com" in {user["userName"] for user in found["Resources"]}
    return status


def tags(c: Caller) -> int:
    return max(c.ask("GET", path)[0] for path in ("/entity-tag-assignments", "/policies", "/api/2.1/tag-policies"))


CALL: dict[str, Callable[[Caller], int]] = {
    "catalog": catalog,
    "catalog-patch": catalog_patch,
    "catalog-delete": lambda c: c.ask("DELETE", f"/catalogs/{c.name}")[0],
    "schema": schema,
    "schema-patch": schema_patch,
    "schema-delete": lambda c: c.ask("DELETE", f"/schemas/{c.name}.s")[0],
    "table": table,
    "table-location": table_location,
    "table-again": lambda c: c.ask("POST", "/tables", c.table("t"))[0],
    "table-patch": lambda c: c.ask("PATCH", f"/tables/{c.name}.s.t", {"comment": "new"})[0],
    "table-delete": table_delete,
    "name": name,
    "long-property": lambda c: c.ask("POST", "/tables", c.table("u", properties={"k": "x" * 256}))[0],
    "pages": pages,
    "grants-off": grants_off,
    "grants": grants,
    "grant-unknown": lambda c: _permit(c, "nobody@example.com", ["SELECT"], [])[0],
    "no-token": lambda c: c.ask("GET", "/catalogs", token=None)[0],
    "users": users,
    "tags": tags,
    "lineage": lambda c: c.ask("GET", "/api/2.0/lineage-tracking/external-metadata")[0],
    "sql": lambda c: c.ask("POST", "/api/2.0/sql/statements", {"statement": "select 1"})[0],
}


@pytest.mark.parametrize("row", CALLS, ids=lambda row: row.id)
def test_a_call_ends_as_the_reference_says(row: Call, server: Running, open_server: Running, catalog: str) -> None:
    status = CALL[row.id](Caller(server if row.authorised else open_server, catalog))
    if row.outcome == "works":
        assert status == 200
    elif row.outcome == "refused":
        assert str(status) in row.note
    else:
        assert status in (404, 405)


def test_every_row_is_called() -> None:
    assert CALL.keys() == {row.id for row in CALLS}
