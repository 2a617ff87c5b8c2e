"""What a session holds: who is signed in, until when. It is an encrypted cookie; nothing of it is kept here."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from meshport.errors import DeniedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.parameters import OpenSite
from meshport.marketplace.settings import Settings
from meshport.marketplace.sign_in import Attempt, Issuer
from meshport.marketplace.site import Site

IDENTITY, SIGNED_IN, ATTEMPT = "identity", "signed_in", "attempt"
BEARER = "bearer "
FORWARDED = "x-forwarded-access-token"
"""The header in which a proxy brings a person's token of the catalog: Databricks Apps, oauth2-proxy."""
DAY_SECONDS = 24 * 3600


def lifetime(settings: Settings) -> int:
    """Return how many seconds a session lives: where people sign in, as long as the roles hold that it began with."""
    return DAY_SECONDS if settings.oidc is None else settings.session_minutes * 60


def keep(request: Request[Any, Any, Any], identity: Identity) -> None:
    """Sign somebody in. Nothing of the session before stays: it may have been somebody else's."""
    request.set_session({IDENTITY: msgspec.to_builtins(identity), SIGNED_IN: time.time()})


def keep_attempt(request: Request[Any, Any, Any], attempt: Attempt) -> None:
    """Remember that somebody began to sign in."""
    request.set_session({ATTEMPT: msgspec.to_builtins(attempt)})


def take_attempt(request: Request[Any, Any, Any]) -> Attempt | None:
    """Return the sign-in that was begun, once."""
    session = dict(request.session)
    found = session.pop(ATTEMPT, None)
    request.set_session(session)
    return msgspec.convert(found, Attempt) if found is not None else None


def forwarded_token(request: Request[Any, Any, Any], site: OpenSite) -> str | None:
    """Return the token of the catalog that came with a request; None where no proxy is said to bring any.

    Without that setting the header is anybody's, and is ignored. It is never kept: not in the session, not in a log.
    """
    return (request.headers.get(FORWARDED) or None) if site.settings.forwarded_tokens else None


class Authentication(AbstractAuthenticationMiddleware):
    """Who asks: by the session, by a token of the issuer, or, where nobody signs in, who the machine's user is."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Return who asks; nobody is `user=None`, and no reason to refuse what anybody may see."""
        site: Site = connection.app.state.site
        issuer: Issuer | None = connection.app.state.issuer
        header = connection.headers.get("authorization", "")
        if header.lower().startswith(BEARER):
            try:
                found = await issuer.bearer(header[len(BEARER) :]) if issuer is not None else None
            except DeniedError:
                found = None
            return AuthenticationResult(user=await _belonging(site, found), auth="bearer")
        session = connection.session if isinstance(connection.session, dict) else {}
        began = session.get(SIGNED_IN, 0.0)
        if IDENTITY in session and time.time() - began < lifetime(site.settings):
            found = msgspec.convert(session[IDENTITY], Identity)
            return AuthenticationResult(user=await _belonging(site, found), auth="session")
        return AuthenticationResult(user=await _belonging(site, site.local), auth="local" if site.local else None)


async def _belonging(site: Site, identity: Identity | None) -> Identity | None:
    """Return somebody with the domains that owners added them to: they count from the next page on, as they end."""
    if identity is None:
        return None
    added = await asyncio.to_thread(site.registry.domains_of, identity.person)
    return msgspec.structs.replace(identity, develops=identity.develops | (added - identity.owns))
