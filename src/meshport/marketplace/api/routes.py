"""The routes of the API, and its description in OpenAPI at `/api/openapi.json`."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

import meshport
from meshport.marketplace.api import personal, products, subscribing
from meshport.marketplace.api.guarding import HEADER, guard_calls
from meshport.marketplace.failures import too_deep
from meshport.marketplace.permissions import OPTION

ROUTES = [
    products.find_products,
    products.read_product,
    products.read_versions,
    products.read_quality,
    products.read_costs,
    products.read_contract,
    products.read_lineage,
    products.read_sample,
    products.read_ratings,
    products.rate_product,
    subscribing.my_subscriptions,
    subscribing.product_subscriptions,
    subscribing.ask_for_product,
    subscribing.approve,
    subscribing.deny,
    subscribing.revoke,
    personal.read_me,
    personal.read_bookmarks,
    personal.set_bookmark,
    personal.remove_bookmark,
    personal.read_notices,
    personal.mark_notices,
]
PATH = "/api/v1"
BODIES = (products.RatingBody, subscribing.AskBody, subscribing.DecisionBody, personal.ReadBody)
DESCRIPTION = (
    "Find, judge and ask for data products, and decide about requests. Send `Authorization: Bearer TOKEN` with a token "
    "of the issuer that people sign in with, or the session cookie of the pages. Calls that change something and come "
    f"without a token need the header `{HEADER.title()}: 1`."
)


def api() -> Router:
    """Return the routes. Their defence against forged requests is `guarding`, so forms' tokens are not asked for."""
    return Router(
        PATH,
        route_handlers=[*ROUTES],
        guards=[guard_calls],
        exception_handlers={RecursionError: too_deep},
        include_in_schema=True,
        opt={"exclude_from_csrf": True},
    )


def description() -> OpenAPIConfig:
    """Return how the API is described. Anybody may read that: it says nothing of the mesh."""
    schemes: dict[str, Any] = {
        "token": SecurityScheme(type="http", scheme="bearer"),
        "session": SecurityScheme(type="apiKey", name="session", security_scheme_in="cookie"),
    }
    return OpenAPIConfig(
        title="meshport",
        version=meshport.__version__,
        description=DESCRIPTION,
        security=[{"token": []}, {"session": []}],
        components=Components(security_schemes=schemes),
        use_handler_docstrings=True,
        render_plugins=[_Description(path="/openapi.json", media_type=MediaType.JSON)],
        openapi_router=Router(
            "/api", route_handlers=[], include_in_schema=False, opt={OPTION: "anybody"}, before_request=_known
        ),
    )


class _Description(JsonRenderPlugin):
    """The description as JSON, with what Litestar does not say of msgspec's types: bodies take no other fields."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the description."""
        schemas = openapi_schema["components"]["schemas"]
        for body in BODIES:
            schemas[body.__name__]["additionalProperties"] = False
        return super().render(request, openapi_schema)


def _known(request: Request[Any, Any, Any]) -> None:
    """Raise for what is not there, in place of Litestar's own page for that."""
    if "path" in request.path_params:
        raise NotFoundException("there is no such route")
