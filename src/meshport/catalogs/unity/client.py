"""The API of a Unity Catalog server over HTTP: typed calls, again where the server was busy, errors for people.

Source: `/api/2.1/unity-catalog` of the open-source server (its OpenAPI document); users are read from its SCIM service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, SSLError

from meshport import __version__, http
from meshport.catalogs.unity import wire
from meshport.errors import BlockedError, DeniedError, InputError, MeshportError, UnavailableError

API = "/api/2.1/unity-catalog"
USERS = "/api/1.0/unity-control/scim2/Users"
ATTEMPTS = 4
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
"""Seconds. A server that asks for more is not waited for."""
PAGE_SIZE = 100
TIMEOUT = urllib3.Timeout(connect=10, read=30)

T = TypeVar("T")


class NotFoundError(InputError):
    """The server has no such thing."""


class ConflictError(BlockedError):
    """The server has something of that name already."""


class UnityClient:
    """A Unity Catalog server. The token goes into a header and nowhere else: not into messages, not to another host.

    Every method may raise UnavailableError (out of reach, or busy for too long), DeniedError (401, 403), InputError
    (the server refuses what was sent), NotFoundError, ConflictError. Names are unquoted, full names have dots.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = base_of(url)
        self._token = _usable(token or "")
        self._headers = {"User-Agent": f"meshport/{__version__}", "Accept": "application/json"}
        self._sleep, self._tell = sleep, tell
        self._pool = http.pool(self.url)

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def keeps_grants(self) -> bool:
        """Tell whether the server authorises: one that answers everybody keeps no grants and says so to nobody.

        Asked without the token, because with it both kinds of server answer alike.
        """
        status, _ = self._exchange("GET", f"{API}/catalogs?max_results=1", None, anonymous=True)
        return status in (401, 403)

    def catalog(self, name: str) -> wire.Catalog | None:
        """Return a catalog, or None where there is none."""
        return self._maybe(f"{API}/catalogs/{_part(name)}", wire.Catalog)

    def create_catalog(self, body: wire.Body) -> None:
        """Create a catalog."""
        self._send("POST", f"{API}/catalogs", body)

    def schemas(self, catalog: str) -> Iterator[wire.Schema]:
        """Yield the schemas of a catalog, page by page."""
        for page in self._pages(f"{API}/schemas", {"catalog_name": catalog}):
            yield from page.schemas or ()

    def create_schema(self, body: wire.Body) -> None:
        """Create a schema."""
        self._send("POST", f"{API}/schemas", body)

    def update_schema(self, full_name: str, body: wire.Body) -> None:
        """Change comment and properties. The properties that are sent take the place of all that were there."""
        self._send("PATCH", f"{API}/schemas/{_part(full_name)}", body)

    def delete_schema(self, full_name: str) -> None:
        """Delete a schema; one that is not there is fine. Raises InputError where something is in it."""
        self._delete(f"{API}/schemas/{_part(full_name)}")

    def tables(self, catalog: str, schema: str) -> Iterator[wire.Table]:
        """Yield the tables of a schema with columns and properties, page by page."""
        for page in self._pages(f"{API}/tables", {"catalog_name": catalog, "schema_name": schema}):
            yield from page.tables or ()

    def table(self, full_name: str) -> wire.Table | None:
        """Return a table, or None where there is none."""
        return self._maybe(f"{API}/tables/{_part(full_name)}", wire.Table)

    def schema(self, full_name: str) -> wire.Schema | None:
        """Return a schema, or None where there is none."""
        return self._maybe(f"{API}/schemas/{_part(full_name)}", wire.Schema)

    def create_table(self, body: wire.Body) -> None:
        """Register a table."""
        self._send("POST", f"{API}/tables", body)

    def delete_table(self, full_name: str) -> None:
        """Delete a registration; one that is not there is fine. The files of an external table stay."""
        self._delete(f"{API}/tables/{_part(full_name)}")

    def permissions(self, securable: str, full_name: str) -> dict[str, set[str]]:
        """Return who may do what with a `catalog`, `schema` or `table`: privileges by principal."""
        got = self._maybe(f"{API}/permissions/{securable}/{_part(full_name)}", wire.Permissions)
        found: dict[str, set[str]] = {}
        for each in got.privilege_assignments if got else ():
            found.setdefault(each.principal, set()).update(each.privileges)
        return found

    def change_permissions(self, securable: str, full_name: str, changes: list[wire.Change]) -> None:
        """Add and remove privileges."""
        body = {"changes": msgspec.to_builtins(changes)}
        self._send("PATCH", f"{API}/permissions/{securable}/{_part(full_name)}", body)

    def users(self) -> set[str]:
        """Return the addresses of the users that the server knows and lets in."""
        found: set[str] = set()
        start = 1
        while True:
            query = urlencode({"startIndex": start, "count": PAGE_SIZE})
            page = _decode(self._send("GET", f"{USERS}?{query}"), wire.Users, self.url)
            found.update(user.userName for user in page.Resources if user.active)
            if len(page.Resources) < PAGE_SIZE:
                return found
            start += len(page.Resources)

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[wire.Page]:
        """Yield pages until there is no token. A page may be empty and have one; a token that repeats is a defect."""
        token, seen = "", set()
        while token not in seen:
            seen.add(token)
            asked = {**query, "max_results": str(PAGE_SIZE), **({"page_token": token} if token else {})}
            try:
                page = _decode(self._send("GET", f"{path}?{urlencode(asked)}"), wire.Page, self.url)
            except NotFoundError:
                return
            yield page
            token = page.next_page_token or ""

    def _maybe(self, path: str, kind: type[T]) -> T | None:
        try:
            return _decode(self._send("GET", path), kind, self.url)
        except NotFoundError:
            return None

    def _delete(self, path: str) -> None:
        try:
            self._send("DELETE", path)
        except NotFoundError:
            return

    def _send(self, method: str, path: str, body: wire.Body | None = None) -> bytes:
        """Send a request and return the answer's body. Raises what the class says."""
        status, data = self._exchange(method, path, body)
        if 200 <= status < 300:
            return data
        raise self._refusal(status, data, f"{method} {path.removeprefix(API).partition('?')[0]}")

    def _exchange(
        self, method: str, path: str, body: wire.Body | None, *, anonymous: bool = False
    ) -> tuple[int, bytes]:
        """Send a request, again where the server is busy or the line is cut; return status and body.

        Every request may be sent twice: what was created by the first of two is recognised when the second conflicts.
        """
        headers = dict(self._headers)
        if self._token and not anonymous:
            headers["Authorization"] = f"Bearer {self._token}"
        encoded = None
        if body is not None:
            headers["Content-Type"], encoded = "application/json", msgspec.json.encode(body)
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._tell(f"{self.url} {reason}; again ({attempt + 1} of {ATTEMPTS})")
            pause = FIRST_WAIT * 2**attempt
            try:
                response = self._pool.request(
                    method, self.url + path, body=encoded, headers=headers,
                    timeout=TIMEOUT, retries=False, redirect=False,
                )  # fmt: skip
            except SSLError as error:
                hint = "export SSL_CERT_FILE=... with your organisation's certificates"
                raise UnavailableError(f"{self.url} cannot be trusted: {error}", hint=hint) from error
            except HTTPError as error:
                reason = f"cannot be reached ({type(error).__name__})"
            else:
                if response.status not in http.BUSY:
                    return response.status, response.data
                reason = f"answers {response.status}{self._why(response.data)}"
                pause = http.retry_after(response.headers, pause)
            if pause > LONGEST_WAIT:
                reason += f", and asks to wait {pause:,.0f} seconds"
                break
            if attempt + 1 < ATTEMPTS:
                self._sleep(pause)
        raise UnavailableError(
            f"the Unity Catalog server {self.url} {reason}",
            where=f"{method} {path.partition('?')[0]}",
            hint="is it running? then run the same command again: it goes on where it stopped",
        )

    def _why(self, data: bytes) -> str:
        """Return what the server says of a failure, in one line, without the token."""
        try:
            said = msgspec.json.decode(data, type=wire.Failure).message or ""
        except msgspec.DecodeError:
            said = data.decode(errors="replace")
        said = " ".join(said.split())[:300]
        return f": {said.replace(self._token, '***') if self._token else said}" if said else ""

    def _refusal(self, status: int, data: bytes, where: str) -> MeshportError:
        why = self._why(data)
        if status in (401, 403):
            hint = "the token in UNITY_TOKEN may not do this" if self._token else "export UNITY_TOKEN=..."
            return DeniedError(f"{self.url} does not allow it ({status}){why}", where=where, hint=hint)
        if 300 <= status < 400:
            hint = "name the address that it moved to in mesh.yml: a token is not sent on to another one"
            return InputError(f"{self.url} has moved ({status})", where=where, hint=hint)
        if status == 404:
            return NotFoundError(
                f"{self.url} does not have it{why}",
                where=where,
                hint="is `unity.url` in mesh.yml a Unity Catalog server?",
            )
        if status == 409:
            return ConflictError(f"{self.url} has it already{why}", where=where, hint="run `meshport unity plan`")
        return InputError(f"{self.url} refuses it ({status}){why}", where=where)


def base_of(url: str) -> str:
    """Return the address of a server without a path of the API, for one spelling in ledger and messages.

    Raises InputError for what is no URL of HTTP, and for one with a user or a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0  # no number: ValueError
    except ValueError:
        whole = False
    if not whole:
        raise InputError(
            f"{http.shown(url)} is no URL of a Unity Catalog server", hint="it is like http://localhost:8080"
        )
    if parts.username is not None:
        raise InputError(
            f"{http.shown(url)} has a user in it, which would end up in logs", hint="export UNITY_TOKEN=..."
        )
    path = parts.path.rstrip("/").removesuffix(API)
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _decode(data: bytes, kind: type[T], url: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{url} answers something else than a Unity Catalog server: {error}",
            hint="is `unity.url` in mesh.yml the server, and not its web page?",
        ) from error


def _part(name: str) -> str:
    return quote(name, safe="")


def _usable(token: str) -> str:
    token = token.strip()
    if not (token.isascii() and token.isprintable()):
        raise InputError("UNITY_TOKEN has characters that no token has", hint="set it again, from one line")
    return token


__all__ = ["ConflictError", "NotFoundError", "UnityClient", "base_of"]
