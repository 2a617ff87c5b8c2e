"""Signing in with OpenID Connect: authorization code with PKCE, state and nonce. Tokens are checked, then dropped.

https://openid.net/specs/openid-connect-core-1_0.html, section 3.1 (code flow) and 3.1.3.7 (validation of the ID token).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from meshport.errors import DeniedError, UnavailableError
from meshport.marketplace.identity import NONE, Identity, Provisioned, identity_of
from meshport.marketplace.settings import Oidc, Settings, client_secret

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that are accepted: no secret of ours is ever a key, and `none` is not among them."""
LEEWAY = 60  # seconds that two clocks may differ
KEYS_FOR = 3600.0  # seconds that an issuer's keys are kept


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in that was begun: what has to come back unchanged. It is kept in the session, encrypted."""

    state: str
    nonce: str
    verifier: str
    then: str


class _Metadata(msgspec.Struct, frozen=True):
    """What is needed of what an issuer says of itself: https://openid.net/specs/openid-connect-discovery-1_0.html."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Issuer:
    """An OpenID Connect issuer, discovered when it is first needed."""

    def __init__(
        self, settings: Settings, oidc: Oidc, redirect: str, provisioned: Callable[[], Provisioned] = dict
    ) -> None:
        self._settings = settings
        self._oidc = oidc
        self._redirect = redirect
        self._provisioned = provisioned
        self._metadata: _Metadata | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self, then: str) -> tuple[str, Attempt]:
        """Return where to send somebody who wants to sign in, and what to remember. Raises UnavailableError."""
        metadata = await self._discover()
        attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), generate_token(64), local_path(then))
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url), attempt

    async def finish(self, attempt: Attempt, url: str, state: str) -> Identity:
        """Return who came back with this URL. Raises DeniedError where anything of it does not hold."""
        if not secrets.compare_digest(state, attempt.state):
            raise DeniedError("the answer belongs to another sign-in", hint="sign in again")
        metadata = await self._discover()
        async with self._client() as client:
            try:
                token = await client.fetch_token(
                    metadata.token_endpoint, authorization_response=url, code_verifier=attempt.verifier
                )
            except httpx2.HTTPError as error:
                raise UnavailableError(f"the issuer cannot be reached: {error}") from error
            except Exception as error:  # every refusal of the issuer is an error of Authlib's own, or of its parser
                raise DeniedError(f"the issuer refused: {error}", hint="sign in again") from error
        claims = await self._verified(str(token.get("id_token", "")))
        if not secrets.compare_digest(str(claims.get("nonce", "")), attempt.nonce):
            raise DeniedError("the token belongs to another sign-in", hint="sign in again")
        return self.identity(claims, await asyncio.to_thread(self._provisioned))

    async def bearer(self, token: str) -> Identity:
        """Return who a program acts for, by a token of the issuer for this client. Raises DeniedError."""
        claims = await self._verified(token)
        return self.identity(claims, await asyncio.to_thread(self._provisioned))

    def identity(self, claims: dict[str, Any], provisioned: Provisioned = NONE) -> Identity:
        """Return who the claims of a token speak of. Raises DeniedError where they name nobody, or not all groups.

        `provisioned` are the groups of domains that the central team made. An e-mail address counts only where the
        issuer has verified it: else anybody could be anybody.
        """
        held = self._oidc
        person = str(claims.get(held.person) or "")
        if held.person == "email" and claims.get("email_verified") is not True:
            person = ""
        if not person or any(letter.isspace() or not letter.isprintable() or letter == ":" for letter in person):
            raise DeniedError(
                f"the token names nobody by `{held.person}`",
                hint="the address has to be verified, or `oidc.person` in marketplace.yml names another claim",
            )
        if held.groups in (claims.get("_claim_names") or {}):
            # Entra ID leaves the groups out where somebody is in more than a token holds.
            raise DeniedError("the token does not name your groups: there are too many", hint="use application roles")
        groups = claims.get(held.groups) or ()
        names = [str(group) for group in groups] if isinstance(groups, list | tuple) else [str(groups)]
        return identity_of(person, str(claims.get("name") or person), names, self._settings.groups, provisioned)

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            # The issuer may have changed its keys since.
            try:
                claims = jwt.decode(token, await self._key_set(again=True), algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                raise DeniedError("the token is not one of the issuer's", hint="sign in again") from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now = time.time()
        holds = (
            str(claims.get("iss", "")).rstrip("/") == self._oidc.issuer.rstrip("/")
            and self._oidc.client_id in audiences
            and (len(audiences) == 1 or claims.get("azp") == self._oidc.client_id)
            and _number(claims.get("exp")) > now - LEEWAY
            and _number(claims.get("nbf", 0)) < now + LEEWAY
            and _number(claims.get("iat", 0)) < now + LEEWAY
        )
        if not holds:
            raise DeniedError("the token has expired, or is for somebody else", hint="sign in again")
        return claims

    async def _discover(self) -> _Metadata:
        if self._metadata is None:
            address = self._oidc.issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                found = msgspec.convert(await _fetch(address), _Metadata)
            except msgspec.ValidationError as error:
                raise UnavailableError(f"the issuer does not say how to sign in: {error}", where=address) from error
            if found.issuer.rstrip("/") != self._oidc.issuer.rstrip("/"):
                raise UnavailableError(f"{self._oidc.issuer} calls itself {found.issuer}", where=address)
            self._metadata = found
        return self._metadata

    async def _key_set(self, *, again: bool = False) -> KeySet:
        now = time.monotonic()
        if self._keys is None or now - self._keys[0] > KEYS_FOR or (again and now - self._keys[0] > LEEWAY):
            metadata = await self._discover()
            self._keys = (now, KeySet.import_key_set(await _fetch(metadata.jwks_uri)))  # type: ignore[arg-type]
        return self._keys[1]

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._oidc.client_id,
            client_secret(),
            scope=" ".join(self._oidc.scopes),
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if client_secret() else "none",
            timeout=10,
        )


def local_path(then: str) -> str:
    """Return a path of this site to go on to, `/` for anything else: nobody is sent elsewhere after signing in."""
    parts = urlsplit(then)
    fits = then.startswith("/") and not then.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return then if fits and then.isprintable() and "\\" not in then else "/"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


async def _fetch(url: str) -> dict[str, Any]:
    try:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found
    except (httpx2.HTTPError, ValueError) as error:
        raise UnavailableError(f"the issuer cannot be reached: {error}", where=url) from error
