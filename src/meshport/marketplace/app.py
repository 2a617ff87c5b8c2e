"""The application: routes, and around each of them what keeps it safe. Litestar's own parts wherever it has them.

| what | by |
|---|---|
| sessions | an encrypted cookie (AES-GCM), HttpOnly, SameSite=Lax, Secure behind https |
| forged requests | a token in every form, Litestar's CSRF middleware; the API wants a header of its own |
| who may do what | a permission declared by each route: `permissions` |
| too many requests | Litestar's rate limit, by person, else by address |
| other names of this machine | allowed hosts, where nobody signs in |
| scripts of others | a content security policy without inline scripts or styles; Jinja escapes |
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import Message, Scope

from meshport.marketplace import filters
from meshport.marketplace.api.routes import api, description
from meshport.marketplace.failures import HANDLERS
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages import front, mine, product, provisioning, session, standing
from meshport.marketplace.parameters import search_filters
from meshport.marketplace.permissions import OPTION, check_declared, guard
from meshport.marketplace.session import Authentication, forwarded_token, lifetime
from meshport.marketplace.settings import session_key
from meshport.marketplace.sign_in import Issuer
from meshport.marketplace.site import Site

HERE = Path(__file__).parent
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LARGEST_BODY = 64 * 1024  # bytes; nothing that people send here is larger
PAGES = [
    front.home_page,
    front.search_page,
    front.domain_page,
    front.compare_page,
    product.show_product,
    product.show_sample,
    product.download_contract,
    product.download_product,
    product.ask,
    product.rate,
    product.mark,
    mine.my_page,
    mine.decisions_page,
    mine.decide,
    standing.owner_page,
    standing.governance_page,
    standing.notices_page,
    standing.read_notices,
    provisioning.provisioning_page,
    provisioning.new_domain,
    provisioning.plan_page,
    provisioning.apply_plan,
    provisioning.developers_page,
    provisioning.change_developers,
    session.login,
    session.callback,
    session.persona,
    session.logout,
    session.signed_out,
]
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(site: Site, port: int = 80) -> Litestar:
    """Return the application over an open site. It does not close the site's registry.

    Where nobody signs in, it answers to this machine's own names at `port` alone: a page elsewhere whose name was made
    to point here gets nothing.
    """
    settings = site.settings
    key = session_key(settings)
    outside = settings.url or ""
    secure = urlsplit(outside).scheme == "https"
    issuer = None
    if settings.oidc is not None:
        issuer = Issuer(settings, settings.oidc, outside.rstrip("/") + "/callback", site.registry.domain_groups)
    sessions = CookieBackendConfig(secret=key, max_age=lifetime(settings), secure=secure)
    limits = RateLimitConfig(
        rate_limit=("minute", settings.per_minute), identifier_for_request=_who, exclude=["^/static"]
    )
    app = Litestar(
        route_handlers=[
            *PAGES,
            api(),
            create_static_files_router("/static", [HERE / "static"], opt={OPTION: "anybody"}, guards=[_is_a_path]),
        ],
        guards=[guard],
        dependencies={
            "site": Provide(lambda: site, sync_to_thread=False),
            "issuer": Provide(lambda: issuer, sync_to_thread=False),
            "filters": Provide(search_filters, sync_to_thread=False),
            "token": Provide(forwarded_token, sync_to_thread=False),
        },
        state=State({"site": site, "issuer": issuer}),
        middleware=[sessions.middleware, DefineMiddleware(Authentication), limits.middleware],
        csrf_config=CSRFConfig(
            # Another secret than the sessions': each key has one use.
            secret=hashlib.blake2b(key, person=b"csrf").hexdigest(),
            cookie_secure=secure,
            cookie_httponly=True,
        ),
        allowed_hosts=AllowedHostsConfig(_own_names(port), www_redirect=False) if site.local is not None else None,
        template_config=TemplateConfig(
            directory=HERE / "templates", engine=JinjaTemplateEngine, engine_callback=filters.register
        ),
        exception_handlers=dict(HANDLERS),
        before_send=[_headers(secure)],
        request_max_body_size=LARGEST_BODY,
        openapi_config=description(),
        include_in_schema=False,
        logging_config=None,
    )
    check_declared(app)
    return app


def _is_a_path(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raise for what no file system takes for a path, before it is asked."""
    if "\0" in connection.scope["path"]:
        raise NotFoundException


def _own_names(port: int) -> list[str]:
    return [f"{name}:{port}" for name in LOOPBACK] + (list(LOOPBACK) if port == 80 else [])


def _headers(secure: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return what puts the headers on every response, also on those that no handler made."""
    headers = {**HEADERS, **({"strict-transport-security": "max-age=31536000"} if secure else {})}

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            given = MutableScopeHeaders.from_message(message)
            for name, value in headers.items():
                given[name] = value
            if not scope["path"].startswith("/static/"):
                # What one person may see is not for the next one at the same machine or proxy.
                given.setdefault("cache-control", "no-store")

    return add


def _who(request: Request[Any, Any, Any]) -> str:
    """Return whose requests are counted together."""
    identity = request.scope.get("user")
    if isinstance(identity, Identity):
        return identity.person
    return request.client.host if request.client else "unknown"
