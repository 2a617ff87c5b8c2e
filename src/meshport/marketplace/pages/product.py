"""A product's page, and what people do on it: mark it, rate it, ask for it, look at a sample, take its contract."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from meshport.errors import DeniedError, UnavailableError
from meshport.marketplace import acts
from meshport.marketplace.downloads import contract_file, product_file
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import done, page
from meshport.marketplace.parameters import Days, Name, OpenSite, OwnToken, Sentence, Stars, Who
from meshport.marketplace.preview import sample, statement
from meshport.marketplace.site import Site
from meshport.marketplace.views.product import product_page

_LOG = logging.getLogger("meshport.marketplace")


class AskForm(msgspec.Struct):
    """What somebody who asks for a product says."""

    principal: Who
    purpose: Sentence = ""
    days: Days | None = None


class RatingForm(msgspec.Struct):
    """A rating."""

    stars: Stars
    comment: Sentence = ""


class MarkForm(msgspec.Struct):
    """A bookmark, on or off."""

    on: bool


@get("/products/{product:str}", permission="consumer", sync_to_thread=True)
def show_product(request: Request[Identity, Any, Any], site: OpenSite, product: Name) -> Template:
    """A product's page."""
    shown = product_page(site, product, request.user)
    answer = page(request, site, "product.html", page=shown, about=shown.about, product=shown.about.version.product)
    answer.background = BackgroundTask(_remember, site, product, request.user.person)
    return answer


@get("/products/{product:str}/sample/{port:str}", permission="consumer", sync_to_thread=True)
def show_sample(
    request: Request[Identity, Any, Any], site: OpenSite, product: Name, port: Name, token: OwnToken
) -> Template:
    """Some rows of a port, as whoever looks may see them; else why not, and the query to run as oneself."""
    shown = site.product(product, request.user)
    rows, reader, problem = None, None, None
    try:
        reader, rows = sample(site, shown, port, request.user, token)
    except DeniedError as error:
        problem = error
    found = {"rows": rows, "reader": reader, "problem": problem}
    return page(request, site, "sample.html", version=shown, label=port, query=statement(shown, port), **found)


@get("/products/{product:str}/contracts/{port:str}", permission="consumer", sync_to_thread=True)
def download_contract(
    request: Request[Identity, Any, Any], site: OpenSite, product: Name, port: Name
) -> Response[bytes]:
    """A port's contract as a file of the Open Data Contract Standard."""
    return _file(contract_file(site.product(product, request.user), port), f"{product}.{port}.odcs.yaml")


@get("/products/{product:str}/descriptor", permission="consumer", sync_to_thread=True)
def download_product(request: Request[Identity, Any, Any], site: OpenSite, product: Name) -> Response[bytes]:
    """The product as a file of the Open Data Product Standard."""
    return _file(product_file(site.product(product, request.user)), f"{product}.odps.yaml")


@post("/products/{product:str}/ask", permission="consumer", sync_to_thread=True)
def ask(request: Request[Identity, Any, Any], site: OpenSite, product: Name, data: URLEncodedBody[AskForm]) -> Redirect:
    """Ask for a product, for oneself or for a domain that one belongs to."""
    made = acts.ask(site, request.user, product, principal=data.principal, purpose=data.purpose, days=data.days)
    if made.state != "requested":
        return done(request, f"{made.principal} may read {product}: the standards approve it.", f"/products/{product}")
    return done(request, f"{made.principal} asked for {product}.", f"/products/{product}")


@post("/products/{product:str}/rating", permission="consumer", sync_to_thread=True)
def rate(
    request: Request[Identity, Any, Any], site: OpenSite, product: Name, data: URLEncodedBody[RatingForm]
) -> Redirect:
    """Rate a product that one reads."""
    acts.rate(site, request.user, product, data.stars, data.comment)
    return done(request, "Thank you: your rating is there.", f"/products/{product}#ratings")


@post("/products/{product:str}/bookmark", permission="consumer", sync_to_thread=True)
def mark(
    request: Request[Identity, Any, Any], site: OpenSite, product: Name, data: URLEncodedBody[MarkForm]
) -> Redirect:
    """Set or remove a bookmark."""
    acts.mark(site, request.user, product, on=data.on)
    return done(request, "Bookmarked." if data.on else "The bookmark is gone.", f"/products/{product}")


def _remember(site: Site, product: str, person: str) -> None:
    """Remember that somebody looked at a product, after they were answered. That is not worth waiting for anything."""
    try:
        site.registry.visit(product, person)
    except UnavailableError as error:
        _LOG.info("a look at %s is not remembered: %s", product, error)


def _file(text: str, name: str) -> Response[bytes]:
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return Response(
        text.encode(),
        media_type="application/yaml",
        headers={"content-disposition": f'attachment; filename="{plain}"'},
    )
