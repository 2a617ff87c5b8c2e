"""A real OpenID Connect issuer on loopback (oidc-provider, the one that certifies), and the browser that visits it."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar
from litestar.testing import TestClient

from meshport.marketplace.settings import Oidc, Settings

FOLDER = Path(__file__).parent / "issuer"
OUTSIDE = "https://market.example.com"
CLIENT, SECRET_CLIENT, OTHER_CLIENT = "meshport", "meshport-with-a-secret", "another-application"
SECRET = "only-for-tests-0123456789-0123456789"
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"email": "Ann@example.com", "email_verified": True, "name": "Ann", "groups": ["sales-owners"]},
    "bob": {
        "email": "bob@example.com",
        "email_verified": True,
        "name": "Bob",
        "groups": ["marketing-developers", "finance-owners", "mesh-auditors", "something-else"],
    },
    "unverified": {"email": "ann@example.com", "email_verified": False, "groups": ["sales-owners"]},
    "nameless": {"groups": ["sales-owners"]},
    "everywhere": {"email": "eve@example.com", "email_verified": True, "_claim_names": {"groups": "src1"}},
}


class Issuing:
    """The running issuer: its address, and its key, with which tests sign what the issuer never would."""

    def __init__(self, address: str, key: RSAKey) -> None:
        self.address = address
        self.key = key

    def settings(self, client: str = CLIENT, **changes: Any) -> Settings:
        return Settings(url=OUTSIDE, oidc=Oidc(self.address, client, **changes))

    def token(self, key: RSAKey | None = None, **changes: Any) -> str:
        """Return an ID token of Ann's; `changes` are claims, None takes one away."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "ann", "iat": now, "exp": now + 300, **PEOPLE["ann"]}
        kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        used = key or self.key
        return jwt.encode({"alg": "RS256", "kid": used.kid}, kept, used)


def why_not() -> str | None:
    """Return why no issuer can run here, None where one can."""
    if shutil.which("node") is None:
        return "there is no node"
    return None if (FOLDER / "node_modules" / "oidc-provider").is_dir() else "`make issuer` installs it"


@contextmanager
def running() -> Iterator[Issuing]:
    """Run the issuer."""
    key = new_key()
    clients: list[dict[str, Any]] = [
        {"client_id": CLIENT, "token_endpoint_auth_method": "none"},
        {"client_id": SECRET_CLIENT, "client_secret": SECRET},
        {"client_id": OTHER_CLIENT, "client_secret": SECRET},
    ]
    told = {
        "keys": [{**key.as_dict(private=True), "use": "sig", "alg": "RS256"}],
        "clients": [{**client, "redirect_uris": [f"{OUTSIDE}/callback"]} for client in clients],
        "people": PEOPLE,
    }
    with subprocess.Popen(
        ["node", "issuer.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(told))
            process.stdin.close()
            address = process.stdout.readline().strip()
            assert address, "the issuer did not start"
            yield Issuing(address, key)
        finally:
            process.kill()


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


def visit(issuer_url: str, account: str) -> str:
    """Sign in at the issuer as a browser does, and return the URL that it sends the browser back to."""
    with httpx2.Client(timeout=30) as browser:
        url = issuer_url
        while not url.startswith(OUTSIDE):
            if urlsplit(url).path.startswith("/interaction/"):
                url += f"?account={account}"
            answer = browser.get(url)
            assert answer.is_redirect, answer.text
            url = str(answer.url.join(answer.headers["location"]))
        return url


def sign_in(client: TestClient[Litestar], account: str, then: str = "/me") -> Any:
    """Go all the way, and return the marketplace's answer to the browser that came back."""
    begun = client.get("/login", params={"then": then}, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    back = visit(begun.headers["location"], account)
    return client.get(back.removeprefix(OUTSIDE), follow_redirects=False)
