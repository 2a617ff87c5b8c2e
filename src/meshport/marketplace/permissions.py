"""Who may do what: one table. Every route names its permission, and one that names none is not served.

A permission about a domain is asked of the domain in the route's path: `{domain}`, or the first part of `{product}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from meshport.marketplace.identity import Identity, Role

Permission = Literal["anybody", "consumer", "member", "owner", "costs", "governance", "provisioner"]
OPTION = "permission"

# permission: the roles of which one is enough. `anybody` needs no sign-in.
ALLOWED: Mapping[Permission, frozenset[Role]] = {
    "anybody": frozenset(),
    "consumer": frozenset({"consumer"}),
    "member": frozenset({"developer", "owner", "auditor"}),
    "owner": frozenset({"owner"}),
    "costs": frozenset({"owner", "provisioner", "auditor"}),
    "governance": frozenset({"provisioner", "auditor"}),
    "provisioner": frozenset({"provisioner"}),
}


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request through, or raise: 401 where nobody is signed in, 403 where they may not."""
    permission: Permission | None = handler.opt.get(OPTION)
    if permission == "anybody" or (permission is None and connection.scope.get("method") == "OPTIONS"):
        return
    if permission is None:
        raise PermissionDeniedException("nobody may do this")
    identity = connection.scope.get("user")
    if not isinstance(identity, Identity):
        raise NotAuthorizedException("sign in first")
    if not allowed(identity, permission, domain_of(connection.path_params)):
        raise PermissionDeniedException(f"this needs the role {' or '.join(sorted(ALLOWED[permission]))}")


def allowed(identity: Identity, permission: Permission, domain: str) -> bool:
    """Return whether somebody may; `domain` is empty where a route is about none."""
    return permission == "anybody" or not ALLOWED[permission].isdisjoint(identity.roles(domain))


def domain_of(path: Mapping[str, Any]) -> str:
    """Return the domain that a route's path parameters are about, or an empty text."""
    return str(path.get("domain") or str(path.get("product", "")).partition(".")[0])


def check_declared(app: Litestar) -> None:
    """Raise where a route declares no permission: nothing is open by being forgotten."""
    for handler in handlers(app):
        if handler.opt.get(OPTION) not in ALLOWED:
            raise ImproperlyConfiguredException(f"{sorted(handler.paths)} declares no permission")


def handlers(app: Litestar) -> Iterable[BaseRouteHandler]:
    """Return every handler of the app that serves HTTP."""
    for route in app.routes:
        found = getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]
        # Litestar answers OPTIONS by itself, with the methods of a path and nothing else.
        yield from (each for each in found if each is not None and getattr(each, "http_methods", None) != {"OPTIONS"})
