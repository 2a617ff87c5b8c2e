"""A running Unity Catalog server, the real one or its double, and calls that tests make around meshport."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import urllib3

API = "/api/2.1/unity-catalog"
USERS = "/api/1.0/unity-control/scim2/Users"


class Running(NamedTuple):
    """Where it is, and a token of its administrator: None where it authorises nobody."""

    url: str
    token: str | None

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = "") -> tuple[int, Any]:
        """Return status and JSON of one call; `path` below the API, or a whole one. `token=None` sends none."""
        token = self.token if token == "" else token
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        url = self.url + (path if path.startswith("/api/") else API + path)
        sent = None if body is None else json.dumps(body)
        response = urllib3.request(method, url, body=sent, headers=headers, retries=False, timeout=10)
        try:
            return response.status, json.loads(response.data or b"null")
        except ValueError:
            return response.status, None

    def must(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of a call that has to work."""
        status, data = self.ask(method, path, body)
        assert 200 <= status < 300, (method, path, status, data)
        return data

    def add_user(self, email: str) -> None:
        """Make a user, where it is not there."""
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "displayName": email, "active": True}
        emails = [{"value": email, "primary": True}]
        known = self.must("GET", f"{USERS}?count=1000")["Resources"]
        if email not in {user["userName"] for user in known}:
            self.must("POST", USERS, {**body, "emails": emails})

    def grant(self, kind: str, name: str, principal: str, *privileges: str) -> None:
        """Grant something, as somebody does who goes around meshport."""
        changes = [{"principal": principal, "add": list(privileges), "remove": []}]
        self.must("PATCH", f"/permissions/{kind}/{name}", {"changes": changes})

    def granted(self, kind: str, name: str) -> dict[str, set[str]]:
        """Return who may do what."""
        found = self.must("GET", f"/permissions/{kind}/{name}")["privilege_assignments"]
        return {each["principal"]: set(each["privileges"]) for each in found if each["privileges"]}
