"""Signing in and out: through the issuer, or, on one's own machine, by saying who one is."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

from meshport.access.principals import Principal, parse_principal
from meshport.errors import DeniedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import done, page
from meshport.marketplace.parameters import OpenIssuer, OpenSite
from meshport.marketplace.session import keep, keep_attempt, take_attempt
from meshport.marketplace.sign_in import local_path


class PersonaForm(msgspec.Struct):
    """Who somebody wants to be on their own machine."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    domain: Annotated[str, msgspec.Meta(max_length=200)] = ""
    role: str = "owner"
    then: str = "/"


@get("/login", permission="anybody")
async def login(
    request: Request[Any, Any, Any],
    site: OpenSite,
    issuer: OpenIssuer,
    then: Annotated[str, QueryParameter(max_length=2000)] = "/",
) -> Template | Redirect:
    """Begin to sign in."""
    if issuer is None:
        domains = [domain.domain for domain in site.registry.domains()]
        return page(request, site, "persona.html", domains=domains, then=local_path(then))
    url, attempt = await issuer.begin(then)
    keep_attempt(request, attempt)
    return Redirect(url, status_code=HTTP_303_SEE_OTHER)


@get("/callback", permission="anybody")
async def callback(
    request: Request[Any, Any, Any],
    issuer: OpenIssuer,
    answer: Annotated[str, QueryParameter(name="state", max_length=500)] = "",
) -> Redirect:
    """Come back from the issuer."""
    attempt = take_attempt(request)
    if issuer is None or attempt is None:
        raise DeniedError("nobody began to sign in here", hint="sign in again")
    identity = await issuer.finish(attempt, str(request.url), answer)
    keep(request, identity)
    return Redirect(attempt.then, status_code=HTTP_303_SEE_OTHER)


@post("/persona", permission="anybody", sync_to_thread=False)
def persona(
    request: Request[Any, Any, Any],
    site: OpenSite,
    data: URLEncodedBody[PersonaForm],
) -> Redirect:
    """Become somebody else, on one's own machine, where whoever is at it may read the registry anyway."""
    if site.local is None:
        raise DeniedError("people sign in here", hint="/login")
    principal = parse_principal(f"user:{data.user}")
    own = frozenset({data.domain} if data.domain else ())
    if data.domain:
        parse_principal(str(Principal("domain", data.domain)))
    identity = Identity(
        person=str(principal),
        name=data.user,
        owns=own if data.role == "owner" else frozenset(),
        develops=own if data.role == "developer" else frozenset(),
        provisioner=data.role == "provisioner",
        auditor=data.role == "auditor",
    )
    keep(request, identity)
    return done(request, f"You are {identity.person} now.", data.then)


@post("/logout", permission="anybody", sync_to_thread=False)
def logout(request: Request[Any, Any, Any], issuer: OpenIssuer) -> Redirect:
    """Sign out here. The first page would sign in again at once where the issuer still knows somebody."""
    request.clear_session()
    return Redirect("/" if issuer is None else "/signed-out", status_code=HTTP_303_SEE_OTHER)


@get("/signed-out", permission="anybody", sync_to_thread=False)
def signed_out(request: Request[Any, Any, Any], site: OpenSite) -> Template:
    """Say that somebody is signed out."""
    return page(
        request,
        site,
        "error.html",
        title="You are signed out",
        message="The issuer may still know you, and sign you in without asking",
        hint="Sign out there too on a machine that others use",
    )
