"""A visitor of a marketplace on this machine: one connection, cookies, and who they say they are."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlencode


class Visitor:
    """Asks for pages, one after the other. Raises AssertionError where the answer is another one than the page."""

    def __init__(self, port: int, timeout: float) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> bytes:
        """Return a page."""
        status, body = self._ask("GET", path)
        assert status == 200, f"{path}: {status}"
        return body

    def become(self, person: str, domain: str, role: str) -> None:
        """Say who one is, on the page for that."""
        found = re.search(rb'name="_csrf_token" value="([^"]+)"', self.get("/login"))
        assert found is not None
        said = {"_csrf_token": found[1].decode(), "user": person.partition(":")[2], "domain": domain, "role": role}
        status, _ = self._ask("POST", "/persona", urlencode(said))
        assert status == 303, f"/persona: {status}"

    def _ask(self, method: str, path: str, form: str | None = None) -> tuple[int, bytes]:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, form, headers)
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("set-cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read()
