"""A double of the open-source Unity Catalog server, on the loopback interface: for machines whose package registry does
not serve the real one. It keeps state, so that what is written is what is read.

It does what the server's source does (package `io.unitycatalog.server`: `persist/*Repository`, `service/*Service`,
`utils/ValidationUtils`, `exception/ErrorCode`, `auth/{JCasbin,Allowing}Authorizer`), for the calls that meshport makes
and a few more. Two things keep it honest: the server's official Python client reads and writes it
(`test_official_client.py`), and all of these tests run against the real server where its jars are.
What it does not know, it answers with 501, never with success.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.unity.server import Running

API = "/api/2.1/unity-catalog/"
CONTROL = "/api/1.0/unity-control/"
NAME = re.compile(r"[a-zA-Z0-9_@-]+")
PAGE = 100
SHORT, LONG = 255, 65535
PRIVILEGES = {
    *("CREATE CATALOG", "USE CATALOG", "CREATE SCHEMA", "USE SCHEMA", "CREATE TABLE", "SELECT", "MODIFY"),
    *("CREATE FUNCTION", "EXECUTE", "CREATE VOLUME", "READ VOLUME", "CREATE MODEL"),
}
FORMATS = {"DELTA", "ICEBERG", "CSV", "JSON", "AVRO", "PARQUET", "ORC", "TEXT"}
Json = dict[str, Any]


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def invalid(message: str) -> Refused:
    return Refused(400, "INVALID_ARGUMENT", message)


def missing(what: str, name: str) -> Refused:
    return Refused(404, "NOT_FOUND", f"{what} not found: {name}")


def there(what: str, name: str) -> Refused:
    return Refused(409, "ALREADY_EXISTS", f"{what} already exists: {name}")


class Store:
    """The state: everything by full name, grants by the id of what they are on."""

    def __init__(self, authorises: bool) -> None:
        self.authorises = authorises
        self.catalogs: dict[str, Json] = {}
        self.schemas: dict[str, Json] = {}
        self.tables: dict[str, Json] = {}
        self.users: dict[str, Json] = {"admin": _user("admin", "Admin")}
        self.grants: dict[str, dict[str, set[str]]] = {}

    # Catalogs and schemas

    def create_catalog(self, body: Json) -> Json:
        name = _named(body)
        if name in self.catalogs:
            raise there("Catalog", name)
        self.catalogs[name] = {**_common(body, comment=SHORT), "id": str(uuid.uuid4())}
        return self.catalogs[name]

    def create_schema(self, body: Json) -> Json:
        name = _named(body)
        full = f"{body['catalog_name']}.{name}"
        self.get("catalogs", body["catalog_name"])
        if full in self.schemas:
            raise there("Schema", name)
        made = {**_common(body, comment=SHORT), "catalog_name": body["catalog_name"], "full_name": full}
        self.schemas[full] = {**made, "schema_id": str(uuid.uuid4())}
        return self.schemas[full]

    def update(self, what: str, name: str, body: Json) -> Json:
        found = self.get(what, name)
        if body.get("new_name"):
            raise Refused(501, "UNIMPLEMENTED", "the double renames nothing")
        if body.get("comment") is not None:
            found["comment"] = _fits(body["comment"], SHORT)
        if body.get("properties"):
            found["properties"] = _properties(body["properties"])
        return found

    def delete(self, what: str, name: str, force: bool) -> None:
        found = self.get(what, name)
        below = {"catalogs": self.schemas, "schemas": self.tables}.get(what, {})
        inside = [key for key in below if key.startswith(name + ".")]
        if inside and not force:
            one, many = what.removesuffix("s"), "schemas" if what == "catalogs" else "tables"
            raise Refused(400, "FAILED_PRECONDITION", f"Cannot delete {one} with {many}")
        for key in inside:
            self.delete("schemas" if what == "catalogs" else "tables", key, True)
        self.grants.pop(_id(found), None)
        del getattr(self, what)[name]

    def get(self, what: str, name: str) -> Json:
        parts = {"catalogs": 1, "schemas": 2, "tables": 3}[what]
        if len(name.split(".")) != parts:
            raise invalid(f"Invalid {what.removesuffix('s')} name: {name}")
        found: dict[str, Json] = getattr(self, what)
        if name not in found:
            raise missing(what.removesuffix("s").capitalize(), name)
        return found[name]

    def page(self, what: str, query: dict[str, str]) -> Json:
        prefix = ""
        if what != "catalogs":
            self.get("catalogs", query["catalog_name"])
            prefix = query["catalog_name"] + "."
        if what == "tables":
            self.get("schemas", prefix + query["schema_name"])
            prefix += query["schema_name"] + "."
        asked = int(query.get("max_results", 0))
        if asked < 0:
            raise invalid("maxResults must be greater than or equal to 0")
        size = min(asked, PAGE) if asked else PAGE
        after = query.get("page_token")
        named = sorted((e["name"], e) for key, e in getattr(self, what).items() if key.startswith(prefix))
        listed = [entry for name, entry in named if after is None or name > after][:size]
        return {what: listed, "next_page_token": listed[-1]["name"] if len(listed) == size else None}

    # Tables

    def create_table(self, body: Json) -> Json:
        name = _named(body)
        full = f"{body['catalog_name']}.{body['schema_name']}.{name}"
        self.get("schemas", full.rpartition(".")[0])
        if full in self.tables:
            raise there("Table", full)
        if body.get("table_type") != "EXTERNAL":
            raise Refused(501, "UNIMPLEMENTED", "the double makes external tables only")
        if not body.get("storage_location"):
            raise invalid("Storage location is required for external table")
        if body.get("data_source_format") not in FORMATS:
            raise invalid(f"Unexpected value '{body.get('data_source_format')}'")
        columns = [{**column, "type_text": column["type_text"].lower()} for column in body["columns"]]
        for column in columns:
            _fits(column["name"], SHORT)
            column.setdefault("nullable", False)
        self.tables[full] = {
            **_common(body, comment=LONG),
            **{key: body[key] for key in ("catalog_name", "schema_name", "table_type", "data_source_format")},
            "columns": columns,
            "storage_location": _location(body["storage_location"]),
            "table_id": str(uuid.uuid4()),
        }
        return self.tables[full]

    # Users and permissions

    def create_user(self, body: Json) -> Json:
        email = next(each["value"] for each in body["emails"] if each.get("primary"))
        if email in self.users:
            raise Refused(500, "INTERNAL", f"User already exists: {email}")
        self.users[email] = _user(email, body.get("displayName", email))
        return self.users[email]

    def list_users(self, query: dict[str, str]) -> Json:
        start, count = int(query.get("startIndex", 1)) - 1, int(query.get("count", 50))
        listed = list(self.users.values())[start : start + count]
        return {"totalResults": len(listed), "Resources": listed, "startIndex": start + 1, "itemsPerPage": len(listed)}

    def permissions(self, kind: str, name: str, only: set[str] | None = None) -> Json:
        held = self.grants.get(_id(self._securable(kind, name)), {})
        return {
            "privilege_assignments": [
                {"principal": principal, "privileges": sorted(privileges)}
                for principal, privileges in held.items()
                if privileges and (only is None or principal in only)
            ]
        }

    def change_permissions(self, kind: str, name: str, body: Json) -> Json:
        held = self.grants.setdefault(_id(self._securable(kind, name)), {})
        for change in body["changes"]:
            principal = change["principal"]
            if principal not in self.users:
                raise missing("User", principal)
            if unknown := {*change["add"], *change["remove"]} - PRIVILEGES:
                raise invalid(f"Unexpected value '{unknown.pop()}'")
            if self.authorises:  # the other kind of server says yes and keeps nothing
                held.setdefault(principal, set()).update(change["add"])
                held[principal].difference_update(change["remove"])
        return self.permissions(kind, name, {change["principal"] for change in body["changes"]})

    def _securable(self, kind: str, name: str) -> Json:
        if kind not in ("catalog", "schema", "table"):
            raise Refused(501, "UNIMPLEMENTED", f"the double has no permissions on a {kind}")
        return self.get(kind + "s", name)


def answer(store: Store, method: str, path: str, query: dict[str, str], body: Json) -> tuple[int, Json]:
    """Return status and body for one request."""
    if path.startswith(CONTROL):
        if path.removeprefix(CONTROL) != "scim2/Users":
            raise Refused(404, "NOT_FOUND", "no such path")
        return (201, store.create_user(body)) if method == "POST" else (200, store.list_users(query))
    # A part is decoded after the path is taken apart: a name may hold a slash.
    parts = [unquote(part) for part in path.removeprefix(API).split("/")]
    if not path.startswith(API) or parts[0] not in ("catalogs", "schemas", "tables", "permissions"):
        raise Refused(404, "NOT_FOUND", "no such path")
    what, rest = parts[0], parts[1:]
    if what == "permissions" and len(rest) == 2:
        if method == "PATCH":
            return 200, store.change_permissions(rest[0], rest[1], body)
        return 200, store.permissions(rest[0], rest[1])
    create: dict[str, Callable[[Json], Json]] = {
        "catalogs": store.create_catalog,
        "schemas": store.create_schema,
        "tables": store.create_table,
    }
    if not rest and method == "POST":
        return 200, create[what](body)
    if not rest and method == "GET":
        return 200, store.page(what, query)
    if len(rest) == 1 and method == "GET":
        return 200, store.get(what, rest[0])
    if len(rest) == 1 and method == "PATCH" and what != "tables":
        return 200, store.update(what, rest[0], body)
    if len(rest) == 1 and method == "DELETE":
        store.delete(what, rest[0], query.get("force") == "true")
        return 200, {}
    raise Refused(405, "UNIMPLEMENTED", f"no {method} here")


@contextmanager
def doubling(*, authorises: bool) -> Iterator[Running]:
    """Run a double until the block ends."""
    store, lock, token = Store(authorises), threading.Lock(), "token-of-admin" if authorises else None

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True  # headers and body are two writes, and the second would wait 40 ms

        def serve(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                if token is not None and self.headers.get("Authorization") != f"Bearer {token}":
                    raise Refused(401, "UNAUTHENTICATED", "No authorization found.")
                with lock:
                    query = dict(parse_qsl(parts.query))
                    status, data = answer(store, self.command, parts.path, query, json.loads(sent) if sent else {})
                    body = json.dumps(data).encode()
            except Refused as no:
                status = no.status
                body = json.dumps({"error_code": no.code, "message": str(no), "details": []}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = serve

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_address[1]}", token)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _named(body: Json) -> str:
    name = body.get("name")
    if not name:
        raise invalid("Name cannot be empty")
    if len(name) > SHORT:
        raise invalid(f"Name cannot be longer than {SHORT} characters")
    if not NAME.fullmatch(name):
        raise invalid("Name cannot contain a period, space, forward-slash, or control characters")
    return str(name)


def _common(body: Json, comment: int) -> Json:
    now = int(time.time() * 1000)
    return {
        "name": body["name"],
        "comment": None if body.get("comment") is None else _fits(body["comment"], comment),
        "properties": _properties(body.get("properties") or {}),
        "owner": "admin",
        "created_at": now,
        "updated_at": now,
    }


def _properties(properties: dict[str, str]) -> dict[str, str]:
    return {_fits(key, SHORT): _fits(value, SHORT) for key, value in properties.items()}


def _fits(text: str, limit: int) -> str:
    if len(text) > limit:  # a column of the server's database
        raise Refused(500, "INTERNAL", f"could not execute statement: value too long for column ({len(text)})")
    return text


def _location(url: str) -> str:
    return re.sub(r"^file:/+", "file:///", url)


def _id(entry: Json) -> str:
    return str(entry.get("table_id") or entry.get("schema_id") or entry["id"])


def _user(email: str, name: str) -> Json:
    emails = [{"value": email, "primary": True}]
    return {"id": str(uuid.uuid4()), "userName": email, "displayName": name, "emails": emails, "active": True}
