"""People of every role, signed in at a marketplace where people sign in, without an issuer: by their sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.testing import TestClient

from meshport.marketplace.app import create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.session import IDENTITY, SIGNED_IN
from meshport.marketplace.settings import SESSION_KEY, Oidc, Settings
from tests.marketplace.conftest import Place, site_of

KEY = "cd" * 32
OUTSIDE = "https://market.example.com"
SETTINGS = Settings(url=OUTSIDE, oidc=Oidc("http://127.0.0.1:9", "meshport"), per_minute=100_000)
OWN, OTHER = frozenset({"sales"}), frozenset({"marketing"})
PEOPLE: dict[str, Identity | None] = {
    "nobody": None,
    "consumer": Identity("user:consumer", "Consumer"),
    "developer": Identity("user:developer", "Developer", develops=OWN),
    "developer elsewhere": Identity("user:developer2", "Developer", develops=OTHER),
    "owner": Identity("user:owner", "Owner", owns=OWN),
    "owner elsewhere": Identity("user:owner2", "Owner", owns=OTHER),
    "provisioner": Identity("user:provisioner", "Provisioner", provisioner=True),
    "auditor": Identity("user:auditor", "Auditor", auditor=True),
}


@contextmanager
def app_with_sign_in(place: Place, settings: Settings = SETTINGS) -> Iterator[Litestar]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SESSION_KEY, KEY)
        yield create_app(site_of(place, None, settings))


def browser_of(app: Litestar, identity: Identity | None) -> TestClient[Litestar]:
    """Return somebody's browser, with a session and the token of forms."""
    config = CookieBackendConfig(secret=bytes.fromhex(KEY))
    client = TestClient(app, base_url=OUTSIDE, raise_server_exceptions=False, session_config=config)
    client.follow_redirects = False
    client.get("/signed-out")
    if identity is not None:
        client.set_session_data({IDENTITY: msgspec.to_builtins(identity), SIGNED_IN: time.time()})
    return client


def call(client: TestClient[Litestar], method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Send what a route wants: JSON and the header to the API, a form with its token to a page."""
    if path.startswith("/api/"):
        return client.request(method, path, json=body, headers={"x-meshport": "1"})
    if method == "GET":
        return client.get(path)
    return client.request(method, path, data={"_csrf_token": client.cookies["csrftoken"], **(body or {})})
